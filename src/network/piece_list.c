#include "network/piece_list.h"

#include "base/memory.h"
#include "http/url.h"
#include "network/integrity.h"

#include <assert.h>
#include <string.h>

enum {
    /* Failures after which an optional piece hash file is given up. */
    TRIES_MOST = 3,
    PATIENCE_MS = 30 * 1000,
};

struct piece_list {
    struct fetch *file;   /* the file to check */
    struct fetch *fetch;  /* NULL once it has ended */
    struct buffer memory; /* receives the content */
    struct byte_range everything;
    struct range_set wanted;
    void (*on_ended)(struct fetch *fetch);
};

/* --- Results -------------------------------------------------------------------------- */

/* What a failure of the list means for the check. */
static struct odo_error meaning_of(const struct odo_error *error)
{
    struct odo_error result = {.status = ODO_E_INTEGRITY_UNAVAILABLE,
                               .cause = error->status,
                               .http_status = error->http_status};

    switch (error->status) {
    case ODO_E_OUT_OF_MEMORY:
        return *error;
    case ODO_E_TOO_MANY: /* the content is too large */
    case ODO_E_SIZE_UNKNOWN_IN_200:
        result.status = ODO_E_METAINFO_FILE_SIZE;
        break;
    default:
        break;
    }
    return result;
}

/* Report the state of the list as that of the file; but not the failure of an optional list. */
static void follow(const struct piece_list *list, const struct download_update *update)
{
    if (update->state == DOWNLOAD_MOVING || integrity_is_mandatory(list->file->integrity)) {
        fetch_show_list(list->file, update);
    }
}

static bool is_worth_waiting(const struct piece_list *list)
{
    return integrity_is_mandatory(list->file->integrity) ||
           list->fetch->transfer.backoff.failures < TRIES_MOST;
}

static void on_update(void *context, const struct download_update *update)
{
    struct piece_list *list = context;
    struct fetch *fetch = list->fetch;
    struct odo_error error = meaning_of(&update->error);

    switch (update->state) {
    case DOWNLOAD_QUEUED:
        return;
    case DOWNLOAD_WAITING:
        if (is_worth_waiting(list)) {
            follow(list, update);
            return;
        }
        fetch_give_up_check(list->file, &error);
        break;
    case DOWNLOAD_MOVING:
        follow(list, update);
        return;
    case DOWNLOAD_FAILED:
        fetch_give_up_check(list->file, &error);
        break;
    case DOWNLOAD_DONE:
        fetch_begin_check(list->file, &list->memory);
        break;
    }
    list->fetch = NULL;
    list->on_ended(fetch);
}

/* --- Life ----------------------------------------------------------------------------- */

/* The client's headers are sent to the file's own server only. */
static enum odo_status compare_origins(const char *url, const char *other, bool *same_out)
{
    char *origin = NULL;
    char *other_origin = NULL;
    enum odo_status status = url_origin(url, &origin);

    if (status == ODO_OK) {
        status = url_origin(other, &other_origin);
    }
    *same_out = status == ODO_OK && strcmp(origin, other_origin) == 0;
    memory_free(origin);
    memory_free(other_origin);
    return status == ODO_E_OUT_OF_MEMORY ? status : ODO_OK; /* an invalid URL fails later */
}

static enum odo_status create_fetch(struct piece_list *list)
{
    const struct fetch *file = list->file;
    struct checkpoint nothing;
    struct download_options options = {
        .url = integrity_url(file->integrity),
        .wanted = &list->wanted,
        .stated_size = ODO_SIZE_UNKNOWN,
        .memory = &list->memory,
        .checkpoint = &nothing,
        .group = file->options.group,
        .settings = file->settings,
        .http = file->options.http,
        .on_update = on_update,
        .context = list,
    };
    bool same_origin = false;
    enum odo_status status = compare_origins(file->options.url, options.url, &same_origin);

    checkpoint_init(&nothing);
    if (!integrity_is_mandatory(file->integrity) &&
        options.settings.no_progress_ms > PATIENCE_MS) {
        options.settings.no_progress_ms = PATIENCE_MS;
    }
    if (status == ODO_OK) {
        status = fetch_create(&options, file->rules, !same_origin, &list->fetch);
    }
    return status;
}

enum odo_status piece_list_create(struct fetch *file, void (*on_ended)(struct fetch *fetch),
                                  struct piece_list **list_out)
{
    struct piece_list *list;
    enum odo_status status;

    *list_out = NULL;
    if (!integrity_is_pending(file->integrity)) {
        return ODO_OK;
    }
    list = memory_allocate_zeroed(1, sizeof(*list));
    if (!list) {
        return ODO_E_OUT_OF_MEMORY;
    }
    list->file = file;
    list->on_ended = on_ended;
    list->everything = (struct byte_range){0, BYTE_RANGE_TO_END};
    list->wanted = (struct range_set){.items = &list->everything, .count = 1};
    buffer_init(&list->memory, PIECE_HASHES_FILE_MOST);
    status = create_fetch(list);
    if (status != ODO_OK) {
        piece_list_free(list);
        return status;
    }
    *list_out = list;
    return ODO_OK;
}

void piece_list_free(struct piece_list *list)
{
    if (list) {
        assert(!list->fetch);
        buffer_free(&list->memory);
        memory_free(list);
    }
}

struct fetch *piece_list_fetch(const struct piece_list *list)
{
    return list ? list->fetch : NULL;
}

struct fetch *piece_list_take(struct piece_list *list)
{
    struct fetch *fetch = piece_list_fetch(list);

    if (fetch) {
        list->fetch = NULL;
    }
    return fetch;
}
