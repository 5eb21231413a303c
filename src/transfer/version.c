#include "transfer/version.h"

#include "base/memory.h"
#include "base/text.h"
#include "http/response_verdict.h"
#include "http/response_version.h"

#include <string.h>

static void mark_free(struct version_mark *mark)
{
    memory_free(mark->etag);
    memory_free(mark->last_modified);
    memory_free(mark->encoding);
    *mark = (struct version_mark){.size = ODO_SIZE_UNKNOWN};
}

static bool has_text(const char *text)
{
    return text && *text;
}

static bool copy_text(const char *text, char **copy_out)
{
    *copy_out = has_text(text) ? text_copy(text) : NULL;
    return *copy_out || !has_text(text);
}

static enum odo_status mark_set(struct version_mark *mark, const struct response_version *told)
{
    struct version_mark copy = {.size = told->size};

    if (!copy_text(told->etag, &copy.etag) ||
        !copy_text(told->last_modified, &copy.last_modified) ||
        !copy_text(told->content_encoding, &copy.encoding)) {
        mark_free(&copy);
        return ODO_E_OUT_OF_MEMORY;
    }
    mark_free(mark);
    *mark = copy;
    return ODO_OK;
}

void version_init(struct version *version)
{
    *version = (struct version){
        .mark = {.size = ODO_SIZE_UNKNOWN},
        .other = {.size = ODO_SIZE_UNKNOWN},
    };
}

enum odo_status version_restore(struct version *version, const struct checkpoint *checkpoint)
{
    struct response_version told = {
        .size = checkpoint->file_size,
        .etag = checkpoint->entity_tag,
        .last_modified = checkpoint->last_modified,
        .content_encoding = checkpoint->content_encoding,
    };
    enum odo_status status = mark_set(&version->mark, &told);

    if (status == ODO_OK) {
        version->is_known =
            checkpoint->file_size != ODO_SIZE_UNKNOWN || version_has_validators(version);
        version->date_is_strong = true; /* a date from an earlier run is old enough */
    }
    return status;
}

void version_free(struct version *version)
{
    mark_free(&version->mark);
    mark_free(&version->other);
    version_init(version);
}

enum odo_status version_learn(struct version *version, const struct response_verdict *verdict)
{
    struct response_version told = {
        .size = verdict->total_is_doubtful ? ODO_SIZE_UNKNOWN : verdict->file_size,
        .etag = verdict->etag,
        .last_modified = verdict->last_modified,
        .content_encoding = verdict->content_encoding,
    };
    enum odo_status status;

    version->other_is_set = false; /* the reply in between was a stray one */
    if (version->is_known) {
        if (version->mark.size == ODO_SIZE_UNKNOWN) {
            version->mark.size = told.size;
        }
        return ODO_OK;
    }
    status = mark_set(&version->mark, &told);
    if (status == ODO_OK) {
        version->is_known = true;
        version->date_is_strong = verdict->last_modified_is_strong;
    }
    return status;
}

bool version_has_validators(const struct version *version)
{
    return version->mark.etag || version->mark.last_modified;
}

static bool same_text(const char *left, const char *right)
{
    if (!has_text(left) || !has_text(right)) {
        return has_text(left) == has_text(right);
    }
    return strcmp(left, right) == 0;
}

enum version_change version_differs(struct version *version,
                                    const struct response_version *told, bool must_have)
{
    struct version_mark *other = &version->other;

    if (must_have && !has_text(told->etag) && !has_text(told->last_modified) &&
        version_has_validators(version)) {
        return VERSION_PASSING;
    }
    if (version->other_is_set && other->size == told->size &&
        same_text(other->etag, told->etag) &&
        same_text(other->last_modified, told->last_modified) &&
        same_text(other->encoding, told->content_encoding)) {
        return VERSION_CHANGED;
    }
    if (mark_set(other, told) != ODO_OK) {
        return VERSION_PASSING;
    }
    version->other_is_set = true;
    return VERSION_SEEN;
}

const char *version_validator(const struct version *version)
{
    if (response_version_etag_is_strong(version->mark.etag)) {
        return version->mark.etag;
    }
    return version->date_is_strong ? version->mark.last_modified : NULL;
}
