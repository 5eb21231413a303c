#include "transfer/source.h"

#include "base/memory.h"
#include "base/text.h"

enum odo_status source_init(struct source *source, const char *original, bool starts_foreign)
{
    *source = (struct source){.original = original, .starts_foreign = starts_foreign};
    source->url = text_copy(original);
    return source->url ? ODO_OK : ODO_E_OUT_OF_MEMORY;
}

void source_free(struct source *source)
{
    memory_free(source->url);
    source->url = NULL;
}

static void move(struct source *source, char *url, enum source_place place, uint32_t hops)
{
    memory_free(source->url);
    source->url = url;
    source->place = place;
    source->hops = hops;
    source->generation++;
    source->asked = 0;
}

bool source_redirected(struct source *source, uint32_t generation, char *url, bool same_origin)
{
    bool is_foreign = source->place == SOURCE_ELSEWHERE || !same_origin;

    if (generation != source->generation) {
        memory_free(url);
        return false;
    }
    move(source, url, is_foreign ? SOURCE_ELSEWHERE : SOURCE_MOVED, source->hops + 1);
    return true;
}

bool source_may_go_back(const struct source *source)
{
    return source->place != SOURCE_ORIGINAL && !source->has_gone_back;
}

void source_asked(struct source *source)
{
    source->asked++;
}

void source_not_asked(struct source *source, uint32_t generation)
{
    if (generation == source->generation && source->asked > 0) {
        source->asked--;
    }
}

bool source_may_be_used_up(const struct source *source)
{
    return source->place != SOURCE_ORIGINAL && source->asked > 1;
}

bool source_refused(struct source *source, uint32_t generation)
{
    char *url;

    if (generation != source->generation) {
        return true;
    }
    if (!source_may_go_back(source)) {
        return false;
    }
    url = text_copy(source->original);
    if (!url) {
        return false;
    }
    source->has_gone_back = true;
    move(source, url, SOURCE_ORIGINAL, 0);
    return true;
}

void source_renew(struct source *source)
{
    source->has_gone_back = false;
}

void source_delivered(struct source *source, uint32_t generation)
{
    if (generation == source->generation) {
        source->has_gone_back = false;
        source->hops = 0;
    }
}

bool source_is_foreign(const struct source *source)
{
    return source->starts_foreign || source->place == SOURCE_ELSEWHERE;
}
