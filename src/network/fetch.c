#include "network/fetch.h"

#include "base/memory.h"
#include "http/http_date.h"
#include "network/integrity.h"
#include "platform/clock.h"
#include "transfer/phase.h"

#include <assert.h>
#include <string.h>

void fetch_note_due(struct fetch *download)
{
    if (download->on_due) {
        download->on_due(download);
    }
}

static enum transfer_output output_of(const struct download_options *options)
{
    if (options->memory) {
        return TRANSFER_TO_MEMORY;
    }
    return options->stream ? TRANSFER_TO_STREAM : TRANSFER_TO_FILE;
}

static struct transfer_limits limits_of(const struct fetch *download)
{
    const struct download_settings *settings = &download->settings;
    uint32_t lanes = download->rules->lanes;

    lanes = settings->foreground ? lanes : (lanes + 1) / 2; /* half as many in the background */
    return (struct transfer_limits){
        .lanes = download->task.share
                     ? throttle_lanes(download->task.throttle, download->task.share, lanes)
                     : lanes,
        .no_progress_ms = settings->no_progress_ms,
        .minimum_retry_ms = settings->minimum_retry_ms,
        .never_retry = settings->never_retry,
    };
}

static void read_date(struct fetch *download)
{
    const char *date = download->transfer.version.mark.last_modified;

    download->last_modified_us = 0;
    if (date) {
        http_date_parse(date, platform_clock_wall_us(), &download->last_modified_us);
    }
}

static enum odo_status begin_transfer(struct fetch *download,
                                      const struct checkpoint *checkpoint, bool url_is_foreign)
{
    const struct download_options *options = &download->options;
    const char *secrets = options->http.authentication_headers;
    struct transfer_limits limits = limits_of(download);
    struct transfer_setup setup = {
        .url = options->url,
        .url_is_foreign = url_is_foreign,
        .ranges = options->ranges,
        .range_count = options->range_count,
        .wanted = options->wanted,
        .stated_size = options->stated_size,
        .output = output_of(options),
        .memory_limit = options->memory ? options->memory->limit : 0,
        .checkpoint = checkpoint,
        .can_authenticate = secrets && *secrets,
        .allow_insecure_redirects = options->http.allow_insecure_redirects,
    };

    if (options->stream) {
        setup.stream_had =
            destination_within(&download->destination, stream_end(options->stream));
        setup.stream_window = stream_buffer_size(options->stream);
    }
    return transfer_init(&download->transfer, &setup, &download->rules->transfer, &limits,
                         platform_clock_milliseconds());
}

/* --- Callbacks of its requests -------------------------------------------------------- */

static void on_due(void *context)
{
    fetch_note_due(context);
}

/* Downloads that wait for the same server share what it may have. */
static void on_connected(void *context, const struct request_peer *peer)
{
    struct fetch *download = context;
    uint32_t active = download->transfer.origin ? download->transfer.origin->active : 0;
    uint32_t share = active > 0 ? download->rules->lanes / active : 0;
    uint32_t beside = share > 0 ? share - 1 : 0;
    uint32_t foreseen = transfer_lanes_foreseen(&download->transfer);

    if (foreseen > 0) {
        spare_connections_open(&download->spares, peer->address, peer->port,
                               foreseen < beside ? foreseen : beside);
    }
}

static void on_reply(void *context, const struct request_reply *reply)
{
    struct fetch *download = context;
    struct buffer *kept = &download->response_headers;

    download->response_status = reply->status;
    if (reply->address && strlen(reply->address) < sizeof(download->server_address)) {
        memcpy(download->server_address, reply->address, strlen(reply->address) + 1);
    }
    if (!reply->header) {
        return;
    }
    buffer_clear(kept);
    download->headers_are_new =
        buffer_append(kept, reply->header->data, reply->header->size) == ODO_OK &&
        buffer_append(kept, "", 1) == ODO_OK;
}

/* The size and date of the file may be known now. */
static enum odo_status on_version(void *context)
{
    struct fetch *download = context;
    uint64_t size = download->transfer.wanted.file_size;
    uint64_t total = wanted_total(&download->transfer.wanted);
    enum odo_status status = ODO_OK;

    if (size != ODO_SIZE_UNKNOWN) {
        status = integrity_check_size(download->integrity, size);
    }
    if (status == ODO_OK && download->destination.sink && total != ODO_SIZE_UNKNOWN) {
        status = sink_reserve(download->destination.sink, total);
    }
    read_date(download);
    fetch_note_due(download); /* more requests may be sent now rather than at the next tick */
    return status;
}

static void on_failed(void *context, const struct odo_error *error)
{
    fetch_fail(context, error);
}

static const struct request_listener listener = {
    .on_due = on_due,
    .on_connected = on_connected,
    .on_reply = on_reply,
    .on_version = on_version,
    .on_failed = on_failed,
};

/* --- Life ----------------------------------------------------------------------------- */

static bool wants_whole_file(const struct download_options *options)
{
    return options->range_count == 0 ||
           (options->range_count == 1 && options->ranges[0].offset == 0 &&
            options->ranges[0].length == BYTE_RANGE_TO_END);
}

static enum odo_status create_integrity(struct fetch *download)
{
    const struct download_options *options = &download->options;
    struct integrity_setup setup = {
        .info = options->integrity_info,
        .is_mandatory = options->integrity_is_mandatory,
        .transfer = &download->transfer,
        .destination = &download->destination,
    };

    return options->integrity_info && wants_whole_file(options)
               ? integrity_create(&setup, &download->integrity)
               : ODO_OK;
}

enum odo_status fetch_create(const struct download_options *options,
                             const struct fetch_rules *rules, bool url_is_foreign,
                             struct fetch **download_out)
{
    struct fetch *download = memory_allocate_zeroed(1, sizeof(*download));
    enum odo_status status;

    if (!download) {
        return ODO_E_OUT_OF_MEMORY;
    }
    download->options = *options;
    download->options.checkpoint = NULL; /* borrowed during this call only */
    if (options->checkpoint) {
        download->temporary = options->checkpoint->temporary;
    }
    download->destination.stream = options->stream;
    download->destination.base = options->output_base;
    download->settings = options->settings;
    download->rules = rules;
    download->list_state = DOWNLOAD_QUEUED;
    buffer_init(&download->response_headers, REQUEST_HEADER_KEPT + 1); /* plus its terminator */
    checkpoint_init(&download->reported);
    status = begin_transfer(download, options->checkpoint, url_is_foreign);
    if (status != ODO_OK) {
        buffer_free(&download->response_headers);
        memory_free(download);
        return status;
    }
    if (options->stream) {
        download->transfer.stream_taken =
            destination_within(&download->destination, stream_taken(options->stream));
    }
    status = create_integrity(download);
    if (status != ODO_OK) {
        fetch_discard(download);
        return status;
    }
    download->task = (struct request_task){
        .transfer = &download->transfer,
        .destination = &download->destination,
        .integrity = download->integrity,
        .http = &download->options.http,
        .spares = &download->spares,
        .listener = &listener,
        .context = download,
    };
    read_date(download); /* there may be no request at all */
    *download_out = download;
    return ODO_OK;
}

/* Where to resume if the process ended now. */
static enum odo_status take_checkpoint(struct fetch *download,
                                       struct checkpoint *checkpoint_out)
{
    struct checkpoint checkpoint;
    enum odo_status status = transfer_checkpoint(&download->transfer, &checkpoint);

    if (status == ODO_OK) {
        checkpoint.temporary = download->temporary;
    }
    if (status == ODO_OK && integrity_is_checking(download->integrity)) {
        memory_free(checkpoint.holes);
        checkpoint.holes = NULL;
        checkpoint.hole_count = 0;
        status =
            integrity_record(download->integrity,
                             &checkpoint); /* out of memory: less progress, but still correct */
        if (status != ODO_OK) {
            checkpoint_free(&checkpoint);
        }
    }
    if (status == ODO_OK) {
        *checkpoint_out = checkpoint;
    }
    return status;
}

void fetch_free(struct fetch *download, struct checkpoint *checkpoint_out)
{
    bool is_checked;

    assert(!download->requests);
    spare_connections_close(&download->spares);
    destination_close(&download->destination);
    if (integrity_is_checking(download->integrity)) {
        memory_free(download->transfer.wanted.plan.holes);
        download->transfer.wanted.plan.holes = NULL;
        download->transfer.wanted.plan.hole_count = 0;
    }
    is_checked = integrity_is_checking(download->integrity);
    transfer_end(&download->transfer, checkpoint_out);
    checkpoint_out->temporary = download->temporary;
    if (is_checked) {
        integrity_record(download->integrity,
                         checkpoint_out); /* out of memory: less progress, but still correct */
    }
    integrity_free(download->integrity);
    buffer_free(&download->response_headers);
    checkpoint_free(&download->reported);
    memory_free(download);
}

void fetch_discard(struct fetch *download)
{
    struct checkpoint dropped;

    if (download) {
        fetch_free(download, &dropped);
        checkpoint_free(&dropped);
    }
}

void fetch_fail(struct fetch *download, const struct odo_error *error)
{
    transfer_fail(&download->transfer, error);
    fetch_note_due(download);
}

void fetch_fail_with(struct fetch *download, enum odo_status status)
{
    struct odo_error error = destination_error(&download->destination, status);

    fetch_fail(download, &error);
}

/* --- The output ----------------------------------------------------------------------- */

enum odo_status fetch_open_sink(struct fetch *download)
{
    const struct download_options *options = &download->options;
    struct stream_use use = {.listener = {options->on_stream_progress, download}};
    enum odo_status status;

    if (download->destination.sink) {
        return ODO_OK;
    }
    if (options->memory) {
        status = sink_open_memory(options->memory, &download->destination.sink);
    } else if (options->stream) {
        integrity_want_stream(download->integrity, &use);
        status = sink_open_stream(options->stream, options->output_base, &use,
                                  &download->destination.sink);
        if (status == ODO_OK) {
            download->transfer.setup.stream_window = stream_buffer_size(options->stream);
        }
    } else {
        status = sink_open_file(options->temporary_path, download->transfer.has_begun,
                                options->output_base, &download->temporary,
                                &download->destination.sink);
        if (status == ODO_OK) {
            download->transfer.has_begun = true;
        }
    }
    if (status == ODO_OK) {
        status = integrity_sink_opened(download->integrity);
    }
    if (status != ODO_OK) {
        fetch_fail_with(download, status);
    }
    return status;
}

static void restart(struct fetch *download)
{
    enum odo_status status = sink_restart(download->destination.sink);

    download->last_modified_us = 0;
    transfer_restarted(&download->transfer, status, platform_clock_milliseconds());
    integrity_restart(download->integrity);
}

static void finish(struct fetch *download)
{
    enum odo_status status = ODO_OK;

    if (!integrity_is_complete(download->integrity)) {
        status = ODO_E_BAD_PIECE_HASH;
    } else if (download->destination.sink) {
        status =
            sink_finish(download->destination.sink, wanted_total(&download->transfer.wanted),
                        download->last_modified_us);
    }
    if (status == ODO_OK) {
        destination_close(&download->destination);
    }
    transfer_finished(&download->transfer, status);
}

void fetch_settle(struct fetch *download)
{
    if (download->requests) {
        return;
    }
    if (download->transfer.phase != TRANSFER_MOVING) {
        spare_connections_close(&download->spares);
    }
    if (download->transfer.phase == TRANSFER_RESTARTING) {
        restart(download);
    }
    if (download->transfer.phase == TRANSFER_FINISHING) {
        finish(download);
    }
}

/* --- Reports -------------------------------------------------------------------------- */

/* A checkpoint when one is due. If out of memory, it comes next time. */
static const struct checkpoint *due_checkpoint(struct fetch *download)
{
    const struct transfer *transfer = &download->transfer;
    uint64_t now_ms = platform_clock_milliseconds();
    uint64_t interval_ms = download->rules->checkpoint_interval_ms;
    uint64_t had = transfer_had(transfer);
    struct checkpoint checkpoint;

    /* At high rates a kill could cost many bytes, so bytes count rather than time. */
    if (had > download->reported_bytes &&
        had - download->reported_bytes >= FETCH_CHECKPOINT_BYTES) {
        interval_ms /= 4;
    }
    if (download->rules->checkpoint_interval_ms == 0 || download->options.stream ||
        download->options.memory || transfer->phase == TRANSFER_RESTARTING ||
        (transfer->phase == TRANSFER_MOVING &&
         now_ms - download->reported_at_ms < interval_ms) ||
        take_checkpoint(download, &checkpoint) != ODO_OK) {
        return NULL;
    }
    download->reported_bytes = had;
    checkpoint_free(&download->reported);
    download->reported = checkpoint;
    download->reported_at_ms = now_ms;
    return &download->reported;
}

static enum download_state state_of(const struct fetch *download)
{
    switch (download->transfer.phase) {
    case TRANSFER_DONE:
        return DOWNLOAD_DONE;
    case TRANSFER_FAILED:
        return DOWNLOAD_FAILED;
    default:
        break;
    }
    if (integrity_is_pending(download->integrity)) {
        return download->list_state;
    }
    switch (download->transfer.phase) {
    case TRANSFER_QUEUED:
        return DOWNLOAD_QUEUED;
    case TRANSFER_WAITING:
        return DOWNLOAD_WAITING;
    default:
        return DOWNLOAD_MOVING;
    }
}

struct download_update fetch_describe(struct fetch *download)
{
    const struct transfer *transfer = &download->transfer;
    bool shows_list =
        integrity_is_pending(download->integrity) && transfer->phase != TRANSFER_FAILED;
    struct download_update update = {
        .state = state_of(download),
        .error = shows_list ? download->list_error : transfer->error,
        .file_size = transfer->wanted.file_size,
        .bytes_total = wanted_total(&transfer->wanted),
        .bytes_had = transfer_had(transfer),
        .bytes_received = transfer->bytes_received,
        .connections = download->connections,
        .requests = transfer->requests_sent,
        .last_modified_us = download->last_modified_us,
        .begun = transfer->has_begun,
        .length_is_unproved = transfer->length_is_unproved,
        .effective_url = download->response_status != 0 ? transfer->source.url : NULL,
        .server_address = *download->server_address ? download->server_address : NULL,
        .response_status = download->response_status,
    };

    update.checkpoint = due_checkpoint(download);
    if (download->headers_are_new) {
        update.response_headers = (const char *)download->response_headers.data;
        download->headers_are_new = false;
    }
    return update;
}

/* --- Piece check ---------------------------------------------------------------------- */

void fetch_show_list(struct fetch *download, const struct download_update *update)
{
    download->list_state = update->state;
    download->list_error = update->error;
    fetch_note_due(download);
}

static void go_on(struct fetch *download)
{
    download->transfer.progress_at_ms = platform_clock_milliseconds();
    fetch_note_due(download);
}

void fetch_give_up_check(struct fetch *download, const struct odo_error *error)
{
    if (integrity_give_up(download->integrity, error->status)) {
        go_on(download);
    } else {
        fetch_fail(download, error);
    }
}

void fetch_begin_check(struct fetch *download, struct buffer *content)
{
    enum odo_status status = integrity_begin(download->integrity, content);

    if (status == ODO_OK) {
        go_on(download);
    } else {
        fetch_give_up_check(download, &(struct odo_error){.status = status});
    }
}

/* --- Events --------------------------------------------------------------------------- */

bool fetch_wants_request(struct fetch *download)
{
    if (download->waits_for.look_up || integrity_is_pending(download->integrity)) {
        return false;
    }
    download->transfer.limits = limits_of(download);
    return transfer_wants_attempt(&download->transfer, platform_clock_milliseconds());
}

/* Resume requests that were paused because the stream's buffer was full. */
static void resume_paused(struct fetch *download)
{
    for (struct request *request = download->requests; request; request = request->next) {
        if (request->is_paused) {
            request_resume(request);
        }
    }
}

void fetch_stream_progressed(struct fetch *download)
{
    struct transfer *transfer = &download->transfer;

    if (!download->options.stream || transfer->phase == TRANSFER_DONE) {
        return;
    }
    if (stream_failure(download->options.stream) != 0) {
        fetch_fail_with(download, ODO_E_SINK_FAILED);
        return;
    }
    transfer_stream_taken(
        transfer,
        destination_within(&download->destination, stream_taken(download->options.stream)),
        platform_clock_milliseconds());
    resume_paused(download);
    fetch_note_due(download);
}

void fetch_wait_for(struct fetch *download, struct look_up_wait wait)
{
    download->waits_for = wait;
    fetch_end_wait(download); /* the answer may have arrived */
}

void fetch_end_wait(struct fetch *download)
{
    const struct look_up_wait *wait = &download->waits_for;

    if (wait->look_up && !look_up_is_pending(wait->look_up, wait->ticket)) {
        download->waits_for = (struct look_up_wait){.look_up = NULL};
    }
}

void fetch_tick(struct fetch *download, uint64_t now_ms)
{
    enum transfer_phase before = download->transfer.phase;

    if (download->transfer.version.is_known) {
        spare_connections_close(&download->spares); /* these were of no use */
    }
    if (integrity_is_pending(download->integrity)) {
        return; /* the look-up has its own time limit */
    }
    download->transfer.limits = limits_of(download);
    transfer_tick(&download->transfer, now_ms);
    resume_paused(download);
    if (download->transfer.phase != before) {
        fetch_note_due(download);
    }
    for (const struct request *request = download->requests; request; request = request->next) {
        if (request->attempt->end != ATTEMPT_OPEN) {
            fetch_note_due(download);
        }
    }
}

/* --- Requests ------------------------------------------------------------------------- */

void fetch_flush_late(struct fetch *download, uint64_t now_ms)
{
    for (struct request *request = download->requests; request; request = request->next) {
        if (body_writer_is_late(&request->writer, now_ms) &&
            body_writer_flush(&request->writer) != ODO_OK) {
            fetch_note_due(download);
        }
    }
}

struct request *fetch_find_silent(const struct fetch *download, uint64_t stall_ms,
                                  uint64_t now_ms)
{
    struct request *request = download->requests;

    while (request && !request_is_silent(request, stall_ms, now_ms)) {
        request = request->next;
    }
    return request;
}

void fetch_begin_turn(struct fetch *download)
{
    for (struct request *request = download->requests; request; request = request->next) {
        request_begin_turn(request);
    }
}

bool fetch_is_yielding(const struct fetch *download)
{
    for (const struct request *request = download->requests; request; request = request->next) {
        if (request->is_yielding) {
            return true;
        }
    }
    return false;
}
