#include "network/integrity.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/text.h"
#include "http/url.h"
#include "network/downloader.h"
#include "network/fetch.h"
#include "network/piece_check.h"
#include "output/stream.h"
#include "platform/clock.h"

#include <assert.h>
#include <string.h>

enum {
    /* A piece hash file that the file can do without is not waited for any longer. */
    TRIES_MOST = 3,
    PATIENCE_MS = 30 * 1000,
    /* The largest piece that a stream is checked by: two of them are kept. */
    STREAM_PIECE_MOST = 32 * 1024 * 1024,
};

struct integrity {
    struct piece_hash_info info;
    bool is_mandatory;
    bool is_pending;
    struct piece_check *check; /* owned; NULL while pending, and when nothing is checked */

    struct fetch *list;   /* fetches the piece hash file; NULL when it has ended */
    struct buffer memory; /* where to */
    struct byte_range everything;
    struct range_set wanted;
};

/* --- Life ----------------------------------------------------------------------------- */

static void on_list_update(void *context, const struct download_update *update);

/* The client's headers are for the file's own server. */
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
    return status == ODO_E_OUT_OF_MEMORY ? status : ODO_OK; /* what is no URL fails later */
}

static enum odo_status create_list(struct fetch *download, struct integrity *integrity)
{
    struct checkpoint nothing;
    struct download_options options = {
        .url = integrity->info.url,
        .wanted = &integrity->wanted,
        .stated_size = ODO_SIZE_UNKNOWN,
        .memory = &integrity->memory,
        .checkpoint = &nothing,
        .group = download->options.group,
        .settings = download->settings,
        .http = download->options.http,
        .on_update = on_list_update,
        .context = download,
    };
    bool same_origin = false;
    enum odo_status status =
        compare_origins(download->options.url, integrity->info.url, &same_origin);

    checkpoint_init(&nothing);
    if (!integrity->is_mandatory && options.settings.no_progress_ms > PATIENCE_MS) {
        options.settings.no_progress_ms = PATIENCE_MS;
    }
    if (status == ODO_OK) {
        status = fetch_create(&options, download->rules, !same_origin, &integrity->list);
    }
    return status;
}

static bool wants_whole_file(const struct download_options *options)
{
    return options->range_count == 0 ||
           (options->range_count == 1 && options->ranges[0].offset == 0 &&
            options->ranges[0].length == BYTE_RANGE_TO_END);
}

enum odo_status integrity_create(struct fetch *download)
{
    const struct download_options *options = &download->options;
    struct integrity *integrity;
    enum odo_status status;

    if (!options->integrity_info || !wants_whole_file(options)) {
        return ODO_OK;
    }
    integrity = memory_allocate_zeroed(1, sizeof(*integrity));
    if (!integrity) {
        return ODO_E_OUT_OF_MEMORY;
    }
    integrity->is_mandatory = options->integrity_is_mandatory;
    integrity->is_pending = true;
    integrity->everything = (struct byte_range){0, BYTE_RANGE_TO_END};
    integrity->wanted = (struct range_set){.items = &integrity->everything, .count = 1};
    buffer_init(&integrity->memory, PIECE_HASHES_FILE_MOST);
    status = piece_hash_info_read(options->integrity_info, &integrity->info);
    if (status == ODO_OK) {
        status = create_list(download, integrity);
    }
    if (status != ODO_OK) {
        integrity_free(integrity);
        return status;
    }
    download->integrity = integrity;
    return ODO_OK;
}

void integrity_free(struct integrity *integrity)
{
    if (integrity) {
        assert(!integrity->list);
        piece_check_free(integrity->check);
        piece_hash_info_free(&integrity->info);
        buffer_free(&integrity->memory);
        memory_free(integrity);
    }
}

/* --- Fetching the piece hash file ----------------------------------------------------- */

struct fetch *integrity_list(const struct fetch *download)
{
    return download->integrity ? download->integrity->list : NULL;
}

struct fetch *integrity_take_list(struct fetch *download)
{
    struct fetch *list = integrity_list(download);

    if (list) {
        download->integrity->list = NULL;
    }
    return list;
}

bool integrity_is_pending(const struct fetch *download)
{
    return download->integrity && download->integrity->is_pending;
}

bool integrity_is_checking(const struct fetch *download)
{
    return download->integrity && download->integrity->check;
}

/* The file itself may come now. */
static void go_on(struct fetch *download)
{
    download->integrity->is_pending = false;
    download->transfer.progress_at_ms = platform_clock_milliseconds();
    fetch_note_due(download);
}

/* The file cannot be checked: it fails, or comes without. */
static void give_up(struct fetch *download, const struct odo_error *error)
{
    download->integrity->is_pending = false;
    if (download->integrity->is_mandatory) {
        fetch_fail(download, error);
        return;
    }
    log_write(LOG_WARNING, "a file is not checked for integrity: %s",
              status_name(error->status));
    go_on(download);
}

/* What the failure of the request means for the check. */
static struct odo_error error_of_list(const struct odo_error *error)
{
    struct odo_error result = {.status = ODO_E_INTEGRITY_UNAVAILABLE,
                               .cause = error->status,
                               .http_status = error->http_status};

    switch (error->status) {
    case ODO_E_OUT_OF_MEMORY:
        return *error;
    case ODO_E_TOO_MANY: /* bytes */
    case ODO_E_SIZE_UNKNOWN_IN_200:
        result.status = ODO_E_METAINFO_FILE_SIZE;
        break;
    default:
        break;
    }
    return result;
}

static void read_list(struct fetch *download)
{
    struct integrity *integrity = download->integrity;
    struct piece_hashes hashes = {.count = 0};
    enum odo_status status = piece_hashes_read(
        integrity->memory.data ? (const void *)integrity->memory.data : "",
        integrity->memory.size, &integrity->info, download->transfer.wanted.file_size, &hashes);

    buffer_free(&integrity->memory);
    if (status == ODO_OK) {
        status = piece_check_create(&hashes, &integrity->check);
    }
    piece_hashes_free(&hashes);
    if (status == ODO_OK && download->options.stream &&
        piece_check_piece_size(integrity->check) > STREAM_PIECE_MOST) {
        status = ODO_E_METAINFO_PIECE_SIZE;
    }
    if (status != ODO_OK) {
        piece_check_free(integrity->check);
        integrity->check = NULL;
        give_up(download, &(struct odo_error){.status = status});
        return;
    }
    download->transfer.is_checked = true;
    integrity_restart(download);
    go_on(download);
}

/* The file stands where its list stands; but no failure of what it can do without shows. */
static void follow(struct fetch *download, const struct download_update *update)
{
    if (update->state == DOWNLOAD_MOVING || download->integrity->is_mandatory) {
        download->list_state = update->state;
        download->list_error = update->error;
        fetch_note_due(download);
    }
}

static void on_list_update(void *context, const struct download_update *update)
{
    struct fetch *download = context;
    struct integrity *integrity = download->integrity;
    struct downloader_removal removal = {.transfer = integrity->list};
    struct odo_error error = error_of_list(&update->error);

    switch (update->state) {
    case DOWNLOAD_QUEUED:
        return;
    case DOWNLOAD_WAITING:
        if (integrity->is_mandatory ||
            integrity->list->transfer.backoff.failures < TRIES_MOST) {
            follow(download, update);
            return;
        }
        give_up(download, &error);
        break;
    case DOWNLOAD_MOVING:
        follow(download, update);
        return;
    case DOWNLOAD_FAILED:
        give_up(download, &error);
        break;
    case DOWNLOAD_DONE:
        read_list(download);
        break;
    }
    integrity->list = NULL;
    downloader_remove(download->downloader, &removal, 1);
    checkpoint_free(&removal.checkpoint);
}

/* --- Checking ------------------------------------------------------------------------- */

/* There was a list, but it is of no use. */
static enum odo_status stop_checking(struct fetch *download, enum odo_status why)
{
    struct integrity *integrity = download->integrity;

    if (integrity->is_mandatory) {
        return why;
    }
    log_write(LOG_WARNING, "a file is no longer checked for integrity: %s", status_name(why));
    if (download->options.stream) {
        stream_pass(download->options.stream, UINT64_MAX);
    } else {
        download->transfer.output_had += piece_check_unverified(integrity->check);
    }
    piece_check_free(integrity->check);
    integrity->check = NULL;
    download->transfer.is_checked = false;
    return ODO_OK;
}

void integrity_want_stream(const struct fetch *download, struct stream_use *use)
{
    if (integrity_is_checking(download)) {
        use->holds_back = true;
        use->buffer_size = 2 * (size_t)piece_check_piece_size(download->integrity->check);
    }
}

enum odo_status integrity_sink_opened(struct fetch *download)
{
    if (!integrity_is_checking(download) || !download->options.stream ||
        stream_buffer_size(download->options.stream) / 2 >=
            piece_check_piece_size(download->integrity->check)) {
        return ODO_OK;
    }
    return stop_checking(download, ODO_E_METAINFO_PIECE_SIZE);
}

enum odo_status integrity_check_size(struct fetch *download, uint64_t file_size)
{
    if (!integrity_is_checking(download) ||
        piece_check_content_length(download->integrity->check) == file_size) {
        return ODO_OK;
    }
    return stop_checking(download, ODO_E_METAINFO_CONTENT_LENGTH);
}

void integrity_restart(struct fetch *download)
{
    uint64_t good;

    if (integrity_is_checking(download)) {
        good = piece_check_begin(download->integrity->check, download);
        if (!download->options.stream) {
            download->transfer.output_had = good;
        }
    }
}

void integrity_arrived(struct fetch *download, uint64_t output, uint64_t bytes)
{
    uint64_t good = 0;
    enum odo_status status =
        piece_check_arrived(download->integrity->check, download, output, bytes, &good);

    if (!download->options.stream) {
        download->transfer.output_had += good;
    }
    if (status != ODO_OK) {
        struct odo_error error = fetch_error(download, status);

        fetch_fail(download, &error);
    }
}

bool integrity_was_bad(const struct fetch *download, uint64_t offset)
{
    return integrity_is_checking(download) &&
           piece_check_was_bad(download->integrity->check, offset);
}

bool integrity_is_complete(const struct fetch *download)
{
    return !integrity_is_checking(download) ||
           piece_check_is_complete(download->integrity->check);
}

enum odo_status integrity_record(const struct fetch *download, struct checkpoint *checkpoint)
{
    return piece_check_record(download->integrity->check, checkpoint);
}
