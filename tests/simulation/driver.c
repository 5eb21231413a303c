#include "driver.h"

#include "connections.h"

#include "base/memory.h"
#include "base/status.h"
#include "http/multipart_reader.h"
#include "http/retry.h"
#include "kept_job.h"
#include "support/failing_memory.h"
#include "transfer/body.h"
#include "transfer/reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STALL_TIMEOUT_US = 60 * 1000 * 1000, /* libcurl gives up a connection that brings nothing */
    CONNECTIONS_PER_HOST = 8,
    STEPS_AT_ONCE_MOST = 20 * 1000,
    REQUESTS_AT_ONCE_MOST = 200,
    PART_BUFFER = 16 * 1024,
    SMALL_BODY = 100, /* has come with the header */
};

/* --- A request in flight -------------------------------------------------------------- */

enum flight_stage {
    FLIGHT_ASKED,
    FLIGHT_BODY,
    FLIGHT_PAUSED,  /* the stream has no room */
    FLIGHT_STOPPED, /* it will be ended at `due_us` */
};

struct flight {
    struct flight *next;
    uint32_t number;
    struct attempt *attempt;
    struct origin *origin;
    struct server_reply reply;
    enum flight_stage stage;
    uint64_t due_us;
    uint64_t sent_us;
    uint64_t rate;
    uint64_t window;   /* of its connection, where that is measured */
    uint64_t position; /* in the body, of the next byte that was not handed over */
    uint64_t in_hand;  /* bytes that have come and were not handed over */
    bool body_began;
    bool has_reader;
    struct multipart_reader reader;
    uint64_t part_left;   /* of what the reader has let through */
    struct stretch *kept; /* what is to be saved; of a hedge, what it has in memory */
    size_t kept_count;
    size_t kept_proved;
    size_t kept_capacity;
};

struct simulation {
    struct world world;
    struct oracle oracle;
    struct random random;
    struct server server;
    bool tells;

    struct transfer transfer;
    bool has_transfer;
    struct transfer_rules rules;
    struct transfer_limits limits;
    struct origin_list origins;
    uint32_t origin_generation;
    char origin_url[128];
    struct flight *flights;
    uint32_t flight_count;

    struct output_map output;
    struct checkpoint checkpoint;
    struct kept_job kept;          /* of a file: what is left when the process is killed */
    struct output_map output_then; /* when that was recorded */
    uint64_t checkpoint_at_us;
    uint64_t taken; /* of a stream, by its client */
    int taken_content;
    uint64_t take_at_us;

    uint64_t now_us;
    uint64_t tick_at_ms;
    uint64_t again_at_ms;  /* after an attempt that could not be sent */
    uint64_t resume_at_us; /* while it is paused; else 0 */
    uint32_t act_next;
    uint64_t lag_until_us[16]; /* connections that the server has not seen end */
    uint32_t outage_next;

    struct connections connections;
    uint64_t bytes;
    uint32_t requests;
    uint32_t requests_at_once;
    uint32_t steps_at_once;
    uint32_t checks;
    uint64_t failed_at_ms; /* when a failure was last counted */
    uint32_t lives;        /* times that it was taken up */
    struct odo_error error;
    bool met_portal; /* while nothing could tell it from the file */
    bool is_over;
    bool is_done;
};

static uint64_t now_ms(const struct simulation *sim)
{
    return sim->now_us / 1000;
}

static void tell(const struct simulation *sim, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void tell(const struct simulation *sim, const char *format, ...)
{
    va_list arguments;

    if (!sim->tells) {
        return;
    }
    printf("%10.3f ms  ", (double)sim->now_us / 1000);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
}

static const char *phase_name(enum transfer_phase phase)
{
    static const char *const names[] = {"queued",    "moving", "waiting", "restarting",
                                        "finishing", "done",   "failed"};

    return names[phase];
}

static const char *end_name(enum attempt_end end)
{
    static const char *const names[] = {"open", "enough", "ask again", "failed"};

    return names[end];
}

/* --- Origins -------------------------------------------------------------------------- */

/* As network/schedule does: the origin of where the source is now. */
static void keep_origin(struct simulation *sim)
{
    struct transfer *transfer = &sim->transfer;

    if (transfer->origin && strcmp(sim->origin_url, transfer->source.url) == 0) {
        return;
    }
    origin_release(&sim->origins, transfer->origin);
    transfer->origin = NULL;
    snprintf(sim->origin_url, sizeof(sim->origin_url), "%s", transfer->source.url);
    if (origin_acquire(&sim->origins, transfer->source.url, &transfer->origin) != ODO_OK) {
        transfer->origin = NULL;
    }
}

/* --- Saving --------------------------------------------------------------------------- */

static void keep(struct flight *flight, struct stretch stretch)
{
    if (flight->kept_count == flight->kept_capacity) {
        flight->kept_capacity = flight->kept_capacity * 2 + 4;
        flight->kept = realloc(flight->kept, flight->kept_capacity * sizeof(*flight->kept));
        if (!flight->kept) {
            abort();
        }
    }
    flight->kept[flight->kept_count++] = stretch;
}

static struct flight *flight_of(const struct simulation *sim, const struct attempt *attempt)
{
    struct flight *flight = sim->flights;

    while (flight && flight->attempt != attempt) {
        flight = flight->next;
    }
    return flight;
}

/* Everything that was kept goes to the output. A stream gets nothing that is not proved. */
static void save(struct simulation *sim, struct flight *flight)
{
    bool all = sim->world.output == OUTPUT_FILE || flight->kept_proved == flight->kept_count;

    if (flight->attempt->purpose == ATTEMPT_FOR_HEDGE || flight->kept_count == 0 || !all) {
        return;
    }
    for (size_t i = 0; i < flight->kept_count; i++) {
        output_map_write(&sim->output, flight->kept[i]);
    }
    flight->kept_count = 0;
    flight->kept_proved = 0;
    transfer_saved(&sim->transfer, flight->attempt, now_ms(sim));
}

static void drop_kept(struct flight *flight)
{
    flight->kept_count = 0;
    flight->kept_proved = 0;
}

/* A hedge has come to its end: its bytes are written if its twin still lacks them. */
static void settle_hedge(struct simulation *sim, struct flight *hedge)
{
    struct flight *twin = hedge->attempt->twin ? flight_of(sim, hedge->attempt->twin) : NULL;
    uint64_t offset;
    uint64_t output;
    uint64_t bytes = 0;

    if (twin) {
        save(sim, twin);
    }
    if (!transfer_hedge_has_all(&sim->transfer, hedge->attempt, &offset, &output)) {
        return;
    }
    for (size_t i = 0; i < hedge->kept_count; i++) {
        struct stretch stretch = hedge->kept[i];
        uint64_t early = stretch.output < output ? output - stretch.output : 0;

        if (early >= stretch.length) {
            continue;
        }
        stretch.output += early;
        stretch.offset += early;
        stretch.length -= early;
        output_map_write(&sim->output, stretch);
        bytes += stretch.length;
    }
    tell(sim, "#%u: the hedge wins %llu bytes at %llu", hedge->number,
         (unsigned long long)bytes, (unsigned long long)offset);
    transfer_hedge_won(&sim->transfer, hedge->attempt, bytes, now_ms(sim));
}

/* --- The end of a request ------------------------------------------------------------- */

static void leave_origin(struct simulation *sim, struct flight *flight)
{
    if (!flight->origin) {
        return;
    }
    flight->origin->active--;
    if (flight->body_began) {
        origin_body_ended(flight->origin, sim->now_us);
        measurement_add_rate(&flight->origin->measurement,
                             flight->attempt->arrived - flight->attempt->arrived_first,
                             sim->now_us - flight->attempt->body_at_ms * 1000, now_ms(sim));
        origin_replied(flight->origin, flight->attempt->arrived, flight->reply.is_stream);
    }
    origin_release(&sim->origins, flight->origin);
    flight->origin = NULL;
}

static void free_flight(struct simulation *sim, struct flight *flight)
{
    struct flight **place = &sim->flights;

    while (*place != flight) {
        place = &(*place)->next;
    }
    *place = flight->next;
    sim->flight_count--;
    server_reply_free(&flight->reply);
    free(flight->kept);
    free(flight);
}

static void lag(struct simulation *sim)
{
    size_t oldest = 0;

    for (size_t i = 0; i < sizeof(sim->lag_until_us) / sizeof(sim->lag_until_us[0]); i++) {
        oldest = sim->lag_until_us[i] < sim->lag_until_us[oldest] ? i : oldest;
    }
    sim->lag_until_us[oldest] = sim->now_us + sim->world.limit_lag_ms * 1000;
}

/* One outage is one failure, however many requests it ends. */
static void check_failures(struct simulation *sim, uint32_t before, uint64_t sent_at_ms)
{
    uint32_t after = sim->transfer.backoff.failures;

    if (after <= before) {
        return;
    }
    if (after > before + 1 || (before > 0 && sent_at_ms < sim->failed_at_ms)) {
        oracle_fail(&sim->oracle, "one outage counts as %u failures", after);
    }
    sim->failed_at_ms = now_ms(sim);
}

static void end_flight(struct simulation *sim, struct flight *flight, enum odo_status status)
{
    struct odo_error result = {.status = status};
    struct attempt *attempt = flight->attempt;
    uint32_t failures;
    uint64_t sent_at_ms;

    if (attempt->purpose == ATTEMPT_FOR_HEDGE) {
        settle_hedge(sim, flight);
    } else {
        save(sim, flight);
    }
    tell(sim, "#%u ends: %s, %s", flight->number, status_name(status), end_name(attempt->end));
    sim->bytes += flight->position + flight->in_hand;
    if (flight->reply.sent > 0 &&
        flight->position + flight->in_hand + CONNECTION_DRAINED_MOST >= flight->reply.sent) {
        connections_keep(&sim->connections, flight->window);
    }
    if (status == ODO_E_CANCELLED && sim->world.limit_lag_ms > 0 &&
        flight->position < flight->reply.length && flight->reply.length > SMALL_BODY) {
        lag(sim);
    }
    leave_origin(sim, flight);
    keep_origin(sim);
    failures = sim->transfer.backoff.failures;
    sent_at_ms = attempt->sent_at_ms;
    attempt->is_on_used_connection = flight->number % 2 == 0;
    transfer_ended(&sim->transfer, attempt, &result, now_ms(sim));
    check_failures(sim, failures, sent_at_ms);
    free_flight(sim, flight);
    tell(sim, "     %s, %s, had %llu, %u out, retry at %llu", phase_name(sim->transfer.phase),
         status_name(sim->transfer.error.status),
         (unsigned long long)transfer_had(&sim->transfer), sim->transfer.attempt_count,
         (unsigned long long)sim->transfer.backoff.retry_at_ms);
}

/* The message has ended by itself. */
static void end_message(struct simulation *sim, struct flight *flight, enum odo_status status)
{
    if (flight->has_reader && flight->attempt->end == ATTEMPT_OPEN) {
        if (multipart_reader_part_is_whole(&flight->reader) && flight->attempt->part_end > 0) {
            flight->kept_proved = flight->kept_count;
            transfer_part_verified(&sim->transfer, flight->attempt, now_ms(sim));
        }
        if (status == ODO_OK) {
            status = multipart_reader_finish(&flight->reader);
        }
    }
    end_flight(sim, flight, status);
}

/* --- Bodies --------------------------------------------------------------------------- */

/* `length` bytes of the body, from where it stands, go to a place of the output. */
static void keep_run(struct flight *flight, uint64_t output, uint64_t length)
{
    uint64_t position = flight->position;

    while (length > 0) {
        struct segment segment = server_reply_at(&flight->reply, position);
        uint64_t run = segment.length < length ? segment.length : length;

        keep(flight, (struct stretch){.output = output,
                                      .length = run,
                                      .content = segment.content,
                                      .offset = segment.offset});
        if (flight->attempt->part_end == 0) {
            flight->kept_proved = flight->kept_count;
        }
        output += run;
        position += run;
        length -= run;
    }
}

/* Ask where the next bytes go. Returns how many were placed; 0 when it has paused or stopped.
 */
static uint64_t place(struct simulation *sim, struct flight *flight, uint64_t size)
{
    struct transfer_step step =
        transfer_place(&sim->transfer, flight->attempt, size, now_ms(sim));

    switch (step.kind) {
    case TRANSFER_KEEP:
    case TRANSFER_SKIP:
        if (step.length == 0 || step.length > size) {
            oracle_fail(&sim->oracle, "transfer_place() takes %llu of %llu bytes",
                        (unsigned long long)step.length, (unsigned long long)size);
            return size;
        }
        if (step.kind == TRANSFER_KEEP) {
            keep_run(flight, step.output, step.length);
        }
        if (flight->origin) {
            origin_received(flight->origin, step.length);
        }
        return step.length;
    case TRANSFER_PAUSE:
        tell(sim, "#%u pauses", flight->number);
        flight->stage = FLIGHT_PAUSED;
        save(sim, flight); /* or its client would wait for what is only kept */
        return 0;
    case TRANSFER_STOP:
        break;
    }
    if (flight->attempt->end == ATTEMPT_OPEN) {
        oracle_fail(&sim->oracle, "transfer_place() stops, and the attempt is open");
    }
    flight->in_hand = 0;
    return 0;
}

static void hand_over_run(struct simulation *sim, struct flight *flight)
{
    while (flight->in_hand > 0) {
        uint64_t placed = place(sim, flight, flight->in_hand);

        if (placed == 0) {
            return;
        }
        flight->position += placed;
        flight->in_hand -= placed;
    }
}

static void take_event(struct simulation *sim, struct flight *flight,
                       const struct multipart_event *event)
{
    switch (event->kind) {
    case MULTIPART_PART:
        transfer_part(&sim->transfer, flight->attempt, &event->part);
        break;
    case MULTIPART_PART_END:
        flight->kept_proved = flight->kept_count;
        transfer_part_verified(&sim->transfer, flight->attempt, now_ms(sim));
        if (sim->world.output != OUTPUT_FILE) {
            save(sim, flight); /* before the next one begins, which is to be believed later */
        }
        break;
    case MULTIPART_FAILED:
        tell(sim, "#%u: the parts make no sense", flight->number);
        drop_kept(flight);
        transfer_parts_failed(&sim->transfer, flight->attempt);
        break;
    case MULTIPART_END:
        transfer_parts_ended(&sim->transfer, flight->attempt);
        break;
    case MULTIPART_MORE:
    case MULTIPART_BODY:
        break;
    }
}

static void hand_over_parts(struct simulation *sim, struct flight *flight)
{
    unsigned char data[PART_BUFFER];

    while (flight->in_hand > 0 && flight->attempt->end == ATTEMPT_OPEN) {
        struct multipart_event event;
        size_t size = flight->in_hand < PART_BUFFER ? (size_t)flight->in_hand : PART_BUFFER;
        size_t taken = 0;

        if (flight->part_left > 0) {
            uint64_t placed = place(sim, flight, flight->part_left);

            if (placed == 0) {
                return;
            }
            flight->part_left -= placed;
            flight->position += placed;
            flight->in_hand -= placed;
            continue;
        }
        server_reply_read(&flight->reply, flight->position, data, size);
        while (taken < size && flight->part_left == 0 && flight->attempt->end == ATTEMPT_OPEN) {
            size_t read =
                multipart_reader_next(&flight->reader, data + taken, size - taken, &event);

            if (event.kind == MULTIPART_BODY) {
                size_t before = (size_t)(event.data - (data + taken));

                if (before + event.size != read) {
                    oracle_fail(&sim->oracle, "the reader takes more than it says");
                }
                taken += before;
                flight->part_left = event.size;
            } else {
                taken += read;
                take_event(sim, flight, &event);
            }
        }
        flight->position += taken;
        flight->in_hand -= taken;
    }
    if (flight->attempt->end != ATTEMPT_OPEN) {
        flight->in_hand = 0;
    }
}

static void hand_over(struct simulation *sim, struct flight *flight)
{
    if (flight->has_reader) {
        hand_over_parts(sim, flight);
    } else {
        hand_over_run(sim, flight);
    }
}

/* When the next bytes come. */
static uint64_t chunk_time_us(const struct simulation *sim, struct flight *flight,
                              uint64_t bytes)
{
    uint64_t share = sim->world.line_rate / (sim->flight_count > 0 ? sim->flight_count : 1);
    uint64_t rate = flight->rate < share ? flight->rate : share;
    uint64_t bodies = 0;

    if (sim->world.is_measured) {
        for (const struct flight *other = sim->flights; other; other = other->next) {
            bodies += other->stage == FLIGHT_BODY;
        }
        return connections_bring_us(&flight->window, bytes, sim->world.delay_us,
                                    sim->world.line_rate / (bodies > 0 ? bodies : 1));
    }
    return bytes * 1000000 / (rate > 0 ? rate : 1) + 1;
}

static void next_chunk(struct simulation *sim, struct flight *flight)
{
    uint64_t left = flight->reply.sent - flight->position - flight->in_hand;
    uint64_t bytes = left < sim->world.chunk ? left : sim->world.chunk;

    flight->stage = FLIGHT_BODY;
    flight->due_us = sim->now_us + chunk_time_us(sim, flight, bytes);
    if (left == 0 && flight->reply.ending == ENDS_STALLED) {
        flight->due_us = sim->now_us + STALL_TIMEOUT_US;
    }
}

static void body_event(struct simulation *sim, struct flight *flight)
{
    uint64_t left = flight->reply.sent - flight->position - flight->in_hand;
    uint64_t bytes = left < sim->world.chunk ? left : sim->world.chunk;

    if (left == 0) {
        switch (flight->reply.ending) {
        case ENDS_WELL:
            end_message(sim, flight, ODO_OK);
            return;
        case ENDS_RESET:
            end_message(sim, flight, ODO_E_CONNECTION_LOST);
            return;
        case ENDS_SHORT:
            end_message(sim, flight,
                        flight->reply.content_length >= 0 ? ODO_E_CONNECTION_LOST : ODO_OK);
            return;
        case ENDS_STALLED:
            end_message(sim, flight, ODO_E_TRANSFER_TIMED_OUT);
            return;
        }
    }
    if (bytes == sim->world.chunk && !sim->world.is_measured &&
        random_chance(&sim->random, 300)) {
        bytes = random_between(&sim->random, 1, bytes);
    }
    if (!flight->body_began) {
        flight->body_began = true;
        if (flight->origin) {
            origin_body_began(flight->origin, sim->now_us);
        }
    }
    flight->in_hand += bytes;
    hand_over(sim, flight);
    if (random_chance(&sim->random, sim->world.save_permille)) {
        save(sim, flight);
    }
    if (flight->stage == FLIGHT_BODY) {
        next_chunk(sim, flight);
    }
}

/* --- Replies -------------------------------------------------------------------------- */

static const char *text_or_null(const char *text)
{
    return *text ? text : NULL;
}

static void reply_event(struct simulation *sim, struct flight *flight)
{
    const struct server_reply *reply = &flight->reply;
    struct transfer_reply_head head = {
        .header =
            {
                .status = reply->status,
                .content_length = reply->content_length,
                .is_chunked = reply->is_chunked,
                .ends_with_connection = reply->ends_with_connection,
                .content_range = text_or_null(reply->content_range),
                .content_type = text_or_null(reply->content_type),
                .content_encoding = reply->encoding,
                .etag = text_or_null(reply->etag),
                .last_modified = text_or_null(reply->last_modified),
                .date = text_or_null(reply->date),
                .has_location = *reply->location != '\0',
            },
        .location = text_or_null(reply->location),
        .retry_after_ms = reply->retry_after_ms,
        .refuses_ranges = reply->refuses_ranges,
    };
    bool takes;

    if (reply->kind != REPLY_MESSAGE) {
        end_flight(sim, flight,
                   reply->kind == REPLY_RESET ? ODO_E_CONNECTION_LOST : ODO_E_CANNOT_CONNECT);
        return;
    }
    if (flight->origin) {
        measurement_add_latency(&flight->origin->measurement, sim->now_us - flight->sent_us,
                                now_ms(sim));
    }
    tell(sim, "#%u is told %d %s%s%s %s %s length %lld, body %llu, %llu sent%s", flight->number,
         reply->status, reply->content_range, reply->content_type, reply->location, reply->etag,
         reply->last_modified, (long long)reply->content_length,
         (unsigned long long)reply->length, (unsigned long long)reply->sent,
         reply->is_portal ? ", the portal" : "");
    if (reply->is_portal && !version_has_validators(&sim->transfer.version)) {
        /* Anybody would take the portal's page for the file. */
        sim->met_portal = true;
        sim->is_over = true;
        return;
    }
    takes = transfer_reply(&sim->transfer, flight->attempt, &head, now_ms(sim));
    tell(sim, "     %s, %s %s, %s", takes ? "taken" : "not taken",
         end_name(flight->attempt->end), status_name(flight->attempt->error.status),
         phase_name(sim->transfer.phase));
    if (!takes) {
        if (flight->attempt->end == ATTEMPT_OPEN && sim->transfer.phase != TRANSFER_FAILED) {
            oracle_fail(&sim->oracle, "a reply is not taken, and the attempt is open");
        }
        flight->stage = FLIGHT_STOPPED;
        flight->due_us = sim->now_us;
        return;
    }
    if (flight->attempt->body == ATTEMPT_TAKES_PARTS) {
        flight->has_reader = true;
        if (multipart_reader_init(&flight->reader, reply->content_type) != ODO_OK) {
            transfer_parts_failed(&sim->transfer, flight->attempt);
        }
    }
    next_chunk(sim, flight);
}

/* --- Asking --------------------------------------------------------------------------- */

static uint32_t others_at_server(const struct simulation *sim)
{
    uint32_t others = sim->flight_count;

    for (size_t i = 0; i < sizeof(sim->lag_until_us) / sizeof(sim->lag_until_us[0]); i++) {
        others += sim->lag_until_us[i] > sim->now_us ? 1 : 0;
    }
    return others;
}

static bool is_out(const struct simulation *sim)
{
    for (uint32_t i = 0; i < sim->world.outage_count; i++) {
        if (now_ms(sim) >= sim->world.outages_ms[i][0] &&
            now_ms(sim) < sim->world.outages_ms[i][1]) {
            return true;
        }
    }
    return false;
}

static void send_attempt(struct simulation *sim, struct attempt *attempt)
{
    char ranges[ATTEMPT_RANGES_TEXT_MOST + 48] = "";
    struct flight *flight = calloc(1, sizeof(*flight));
    struct server_request request = {
        .url = attempt->url,
        .if_range = transfer_if_range(&sim->transfer, attempt),
        .others = sim->flight_count,
        .seen = others_at_server(sim),
        .knows_marks = version_has_validators(&sim->transfer.version),
        .now_ms = now_ms(sim),
    };
    const struct world *world = &sim->world;

    if (!flight) {
        abort();
    }
    if (attempt->sent_range) {
        transfer_write_ranges(attempt, ranges);
        request.ranges = ranges;
    }
    flight->number = ++sim->requests;
    flight->attempt = attempt;
    attempt->carrier = flight;
    if (origin_acquire(&sim->origins, attempt->url, &flight->origin) != ODO_OK) {
        flight->origin = NULL;
    } else {
        flight->origin->active++;
    }
    flight->sent_us = sim->now_us;
    flight->rate = world->connection_rate;
    if (now_ms(sim) < world->calm_ms && random_chance(&sim->random, world->slow_permille)) {
        flight->rate /= world->slow_times;
    }
    tell(sim, "#%u asks %s %s%s %s%s%s", flight->number, attempt->url,
         attempt->sent_range ? "bytes=" : "plainly", ranges, request.if_range ? "if " : "",
         request.if_range ? request.if_range : "",
         attempt->purpose == ATTEMPT_FOR_HEDGE   ? " (hedge)"
         : attempt->purpose == ATTEMPT_FOR_FRONT ? " (front)"
                                                 : "");
    if (is_out(sim)) {
        flight->reply.kind = REPLY_NO_CONNECTION;
    } else {
        server_ask(&sim->server, &request, &flight->reply);
        if (sim->server.was_asked_nonsense) {
            oracle_fail(&sim->oracle, "it asks %s, to which nobody was sent", attempt->url);
        }
    }
    flight->due_us =
        sim->now_us + world->delay_us + random_below(&sim->random, world->delay_spread_us + 1);
    if (world->is_measured &&
        connections_take(&sim->connections, sim->now_us, &flight->window)) {
        flight->due_us += world->delay_us;
        flight->sent_us += world->delay_us; /* a handshake is not latency */
        connections_open_ahead(&sim->connections, transfer_lanes_foreseen(&sim->transfer),
                               flight->due_us);
    }
    flight->next = sim->flights;
    sim->flights = flight;
    sim->flight_count++;
}

static void pump(struct simulation *sim)
{
    for (;;) {
        struct attempt *attempt = NULL;
        enum odo_status status;

        keep_origin(sim);
        if (sim->flight_count >= CONNECTIONS_PER_HOST || sim->oracle.has_failed ||
            !transfer_wants_attempt(&sim->transfer, now_ms(sim))) {
            return;
        }
        if (backoff_is_waiting(&sim->transfer.backoff, now_ms(sim))) {
            oracle_fail(&sim->oracle, "it asks while it should wait");
        }
        status = transfer_next_attempt(&sim->transfer, now_ms(sim), &attempt);
        if (status != ODO_OK) {
            tell(sim, "no attempt: %s, %s", status_name(status),
                 phase_name(sim->transfer.phase));
            if (++sim->steps_at_once > STEPS_AT_ONCE_MOST) {
                oracle_fail(&sim->oracle, "it wants an attempt, and has none, for ever");
            }
            if (status == ODO_E_NOT_FOUND &&
                transfer_wants_attempt(&sim->transfer, now_ms(sim))) {
                continue;
            }
            return;
        }
        if (attempt->piece_count == 0 ||
            (attempt->pieces[0].span.length == 0 && sim->transfer.wanted.set.count > 0)) {
            oracle_fail(&sim->oracle, "an attempt for nothing");
        }
        if (!sim->world.is_measured && random_chance(&sim->random, 5)) {
            tell(sim, "the attempt is not sent");
            transfer_unsent(&sim->transfer, attempt);
            sim->again_at_ms = now_ms(sim) + 10;
            return;
        }
        send_attempt(sim, attempt);
        if (++sim->requests_at_once > REQUESTS_AT_ONCE_MOST) {
            oracle_fail(&sim->oracle, "%u requests at one moment", sim->requests_at_once);
        }
    }
}

/* --- Life and death ------------------------------------------------------------------- */

static void record(struct simulation *sim, const struct checkpoint *checkpoint)
{
    enum odo_status status = kept_job_record(&sim->kept, checkpoint);

    if (status == ODO_OK) {
        output_map_copy(&sim->output_then, &sim->output);
    } else if (status != ODO_E_OUT_OF_MEMORY) {
        oracle_fail(&sim->oracle, "a checkpoint is not recorded: %s", status_name(status));
    }
}

/* Another process goes on from what this one has recorded. */
static void take_up(struct simulation *sim)
{
    bool is_same = true;
    enum odo_status status = kept_job_take_up(&sim->kept, &is_same);

    if (status == ODO_E_OUT_OF_MEMORY) { /* somebody starts another one */
        status = kept_job_take_up(&sim->kept, &is_same);
    }
    if (status == ODO_OK) {
        checkpoint_free(&sim->checkpoint);
        status = checkpoint_copy(&kept_job_file(&sim->kept)->checkpoint, &sim->checkpoint);
    }
    if (status == ODO_E_OUT_OF_MEMORY) {
        status = checkpoint_copy(&kept_job_file(&sim->kept)->checkpoint, &sim->checkpoint);
    }
    if (status != ODO_OK) {
        oracle_fail(&sim->oracle, "the job is not taken up: %s", status_name(status));
    } else if (!is_same) {
        oracle_fail(&sim->oracle, "the journal says something else than was recorded");
    }
}

static void keep_checkpoint(struct simulation *sim, const struct checkpoint *checkpoint)
{
    if (sim->world.output == OUTPUT_FILE) {
        oracle_check_checkpoint(&sim->oracle, checkpoint, &sim->output);
        record(sim, checkpoint);
    }
    checkpoint_free(&sim->checkpoint);
    sim->checkpoint = *checkpoint;
}

static void take_checkpoint(struct simulation *sim)
{
    struct checkpoint checkpoint;

    if (transfer_checkpoint(&sim->transfer, &checkpoint) == ODO_OK) {
        keep_checkpoint(sim, &checkpoint);
    } /* else the one before is as good */
}

static void begin(struct simulation *sim)
{
    const struct world *world = &sim->world;
    const struct job_file *file = kept_job_file(&sim->kept);
    struct transfer_setup setup = {
        .url = SERVER_URL,
        .ranges = file->ranges,
        .range_count = file->range_count,
        .wanted = &file->wanted,
        .stated_size = file->stated_size,
        .output = world->output == OUTPUT_FILE     ? TRANSFER_TO_FILE
                  : world->output == OUTPUT_STREAM ? TRANSFER_TO_STREAM
                                                   : TRANSFER_TO_MEMORY,
        .memory_limit = UINT64_MAX,
        .checkpoint = &sim->checkpoint,
        .stream_had = sim->taken,
        .stream_window = world->stream_window,
    };
    enum odo_status status;

    sim->rules = (struct transfer_rules){
        .retry_base_ms = 1000,
        .retry_limit_ms = 30 * 1000,
        .ranges_per_request = world->ranges_per_request,
        .refuse_salvage = world->refuses_salvage,
        .allow_unknown_size = world->allows_unknown_size,
        .is_metered = world->is_metered,
    };
    sim->limits = (struct transfer_limits){
        .lanes = world->lanes,
        .no_progress_ms = world->no_progress_ms,
        .never_retry = world->never_retries,
    };
    sim->lives++;
    status = transfer_init(&sim->transfer, &setup, &sim->rules, &sim->limits, now_ms(sim));
    tell(sim, "begins: %s", status_name(status));
    sim->has_transfer = status == ODO_OK;
    sim->tick_at_ms = 0;
    if (status != ODO_OK && status != ODO_E_OUT_OF_MEMORY) {
        oracle_fail(&sim->oracle, "transfer_init(): %s", status_name(status));
    }
    if (status == ODO_E_OUT_OF_MEMORY) {
        sim->is_over = true;
        sim->error.status = status;
    }
}

/* The requests are gone with the transfer. */
static void give_up_transfer(struct simulation *sim)
{
    while (sim->flights) {
        struct flight *flight = sim->flights;

        leave_origin(sim, flight);
        free_flight(sim, flight);
    }
    origin_release(&sim->origins, sim->transfer.origin);
    sim->transfer.origin = NULL;
    if (sim->has_transfer) {
        transfer_free(&sim->transfer);
    }
    sim->has_transfer = false;
}

/* As a client's pause ends it. Nobody reads a stream again, so that this must not fail. */
static void end_transfer(struct simulation *sim)
{
    struct checkpoint checkpoint;

    origin_release(&sim->origins, sim->transfer.origin);
    sim->transfer.origin = NULL;
    transfer_end(&sim->transfer, &checkpoint);
    sim->has_transfer = false;
    keep_checkpoint(sim, &checkpoint);
}

static void pause_transfer(struct simulation *sim)
{
    bool ends_each = random_chance(&sim->random, 700) || sim->world.output == OUTPUT_STREAM;

    tell(sim, "the client pauses");
    while (ends_each && sim->flights) {
        end_flight(sim, sim->flights, ODO_E_CANCELLED);
    }
    for (struct flight *flight = sim->flights; flight; flight = flight->next) {
        save(sim, flight);
    }
    if (sim->transfer.phase == TRANSFER_RESTARTING || sim->transfer.phase == TRANSFER_FAILED ||
        sim->transfer.phase == TRANSFER_DONE) {
        return; /* that comes first */
    }
    if (ends_each) {
        end_transfer(sim);
    } else {
        take_checkpoint(sim);
        give_up_transfer(sim);
    }
    if (sim->world.output == OUTPUT_MEMORY) {
        output_map_clear(&sim->output);
        checkpoint_free(&sim->checkpoint);
    }
    if (sim->world.output == OUTPUT_STREAM) { /* what its client did not take is gone */
        output_map_cut(&sim->output, sim->taken);
    }
}

static void kill_process(struct simulation *sim)
{
    if (sim->world.output != OUTPUT_FILE) {
        pause_transfer(sim);
        return;
    }
    tell(sim, "the process is killed");
    give_up_transfer(sim);
    origin_list_free(&sim->origins);
    take_up(sim);
    if (random_chance(&sim->random, 500)) {
        output_map_copy(&sim->output, &sim->output_then);
    }
}

static void act(struct simulation *sim, const struct world_act *act)
{
    if (act->act == CLIENT_SETTINGS) {
        sim->limits.lanes = (uint32_t)random_between(&sim->random, 1, 8);
        sim->transfer.limits = sim->limits;
        tell(sim, "%u lanes", sim->limits.lanes);
        return;
    }
    if (act->act == CLIENT_PAUSES) {
        pause_transfer(sim);
    } else {
        kill_process(sim);
    }
    if (!sim->has_transfer) {
        sim->resume_at_us = sim->now_us + act->lasts_ms * 1000 + 1;
    }
}

/* --- The stream's client -------------------------------------------------------------- */

/* What has paused is asked about again: a stream may have room, or more may be known. */
static void resume_paused(struct simulation *sim)
{
    for (struct flight *flight = sim->flights; flight;) {
        struct flight *next = flight->next;

        if (flight->stage == FLIGHT_PAUSED) {
            flight->stage = FLIGHT_BODY;
            hand_over(sim, flight);
            if (flight->stage == FLIGHT_BODY) {
                save(sim, flight);
                next_chunk(sim, flight);
            }
        }
        flight = next;
    }
}

static void take_stream(struct simulation *sim)
{
    struct stretch at = output_map_at(&sim->output, sim->taken);
    uint64_t bytes;

    if (sim->world.output != OUTPUT_STREAM || at.content == CONTENT_NONE) {
        sim->take_at_us = UINT64_MAX;
        return;
    }
    bytes = at.length > 1 && random_chance(&sim->random, 300)
                ? random_between(&sim->random, 1, at.length)
                : at.length;
    bytes = bytes < 1024 * 1024 ? bytes : 1024 * 1024;
    oracle_check_taken(&sim->oracle, &sim->output, sim->taken, sim->taken + bytes,
                       &sim->taken_content);
    sim->taken += bytes;
    sim->take_at_us = sim->now_us + bytes * 1000000 / sim->world.stream_rate + 1;
    transfer_stream_taken(&sim->transfer, sim->taken, now_ms(sim));
    resume_paused(sim);
}

/* --- The loop ------------------------------------------------------------------------- */

/* Requests that are of no use any more are stopped, sooner or later. */
static void stop_flights(struct simulation *sim)
{
    struct flight *flight = sim->flights;

    while (flight) {
        struct flight *next = flight->next;

        if (flight->attempt->end != ATTEMPT_OPEN && flight->stage != FLIGHT_STOPPED) {
            flight->stage = FLIGHT_STOPPED;
            flight->due_us = sim->now_us;
            if (!sim->world.is_measured && random_chance(&sim->random, 100)) {
                flight->due_us += random_below(&sim->random, 50 * 1000);
            }
        }
        flight = next;
    }
}

static void restart(struct simulation *sim)
{
    bool is_untouched = sim->world.output != OUTPUT_STREAM || sim->taken == 0;

    tell(sim, "begins again");
    if (is_untouched) {
        output_map_clear(&sim->output);
        sim->taken_content = CONTENT_NONE;
    }
    transfer_restarted(&sim->transfer, is_untouched ? ODO_OK : ODO_E_FILE_CHANGED, now_ms(sim));
    take_checkpoint(sim);
}

static void finish(struct simulation *sim)
{
    tell(sim, "finishes");
    transfer_finished(&sim->transfer, ODO_OK);
}

/* What follows from the last event. */
static void follow_up(struct simulation *sim)
{
    struct transfer *transfer = &sim->transfer;

    stop_flights(sim);
    if (transfer->phase == TRANSFER_RESTARTING && !transfer->attempts) {
        restart(sim);
    }
    if (transfer->phase == TRANSFER_FINISHING && !transfer->attempts) {
        finish(sim);
    }
    if (transfer->phase == TRANSFER_FAILED || transfer->phase == TRANSFER_DONE) {
        sim->is_over = true;
        sim->is_done = transfer->phase == TRANSFER_DONE;
        sim->error = transfer->error;
        return;
    }
    pump(sim);
    if (transfer->phase == TRANSFER_FAILED || transfer->phase == TRANSFER_FINISHING) {
        follow_up(sim);
    }
}

static uint64_t smaller_of(uint64_t left, uint64_t right)
{
    return left < right ? left : right;
}

static void outage_begins(struct simulation *sim)
{
    tell(sim, "the line is out");
    for (struct flight *flight = sim->flights; flight; flight = flight->next) {
        if (flight->stage == FLIGHT_ASKED) {
            flight->reply.kind = REPLY_RESET;
        } else if (flight->stage == FLIGHT_BODY || flight->stage == FLIGHT_PAUSED) {
            flight->reply.sent = flight->position + flight->in_hand;
            flight->reply.ending = ENDS_RESET;
        }
        if (flight->stage != FLIGHT_PAUSED) {
            flight->due_us = sim->now_us;
        }
    }
    sim->outage_next++;
}

static struct flight *first_due(const struct simulation *sim)
{
    struct flight *first = NULL;

    for (struct flight *flight = sim->flights; flight; flight = flight->next) {
        if (flight->stage != FLIGHT_PAUSED && (!first || flight->due_us < first->due_us)) {
            first = flight;
        }
    }
    return first;
}

static uint64_t next_event_us(const struct simulation *sim)
{
    const struct flight *flight = first_due(sim);
    uint64_t next = flight ? flight->due_us : UINT64_MAX;

    if (!sim->has_transfer) {
        return sim->resume_at_us;
    }
    if (sim->tick_at_ms < UINT64_MAX / 1000) {
        next = smaller_of(next, sim->tick_at_ms * 1000);
    }
    if (sim->act_next < sim->world.act_count) {
        next = smaller_of(next, sim->world.acts[sim->act_next].at_ms * 1000);
    }
    if (sim->outage_next < sim->world.outage_count) {
        next = smaller_of(next, sim->world.outages_ms[sim->outage_next][0] * 1000);
    }
    return smaller_of(next, sim->take_at_us);
}

static void one_event(struct simulation *sim)
{
    struct flight *flight = first_due(sim);

    if (!sim->has_transfer) {
        sim->resume_at_us = 0;
        begin(sim);
        return;
    }
    if (sim->act_next < sim->world.act_count &&
        sim->world.acts[sim->act_next].at_ms * 1000 <= sim->now_us) {
        act(sim, &sim->world.acts[sim->act_next++]);
        return;
    }
    if (sim->outage_next < sim->world.outage_count &&
        sim->world.outages_ms[sim->outage_next][0] * 1000 <= sim->now_us) {
        outage_begins(sim);
        return;
    }
    if (flight && flight->due_us <= sim->now_us) {
        switch (flight->stage) {
        case FLIGHT_ASKED:
            reply_event(sim, flight);
            return;
        case FLIGHT_BODY:
            body_event(sim, flight);
            return;
        case FLIGHT_STOPPED:
            end_flight(sim, flight, ODO_E_CANCELLED);
            return;
        case FLIGHT_PAUSED:
            return;
        }
    }
    if (sim->take_at_us <= sim->now_us) {
        take_stream(sim);
        return;
    }
    transfer_tick(&sim->transfer, now_ms(sim));
    resume_paused(sim);
    sim->tick_at_ms = 0;
}

/* The tick that is due; a later one takes its place only when the earlier one has come. */
static void set_tick(struct simulation *sim)
{
    uint64_t wake_ms = transfer_wake_at(&sim->transfer, now_ms(sim));

    if (wake_ms <= now_ms(sim)) {
        wake_ms = now_ms(sim) + 1;
    }
    if (sim->again_at_ms > now_ms(sim) && sim->again_at_ms < wake_ms) {
        wake_ms = sim->again_at_ms;
    }
    if (sim->tick_at_ms <= now_ms(sim) || wake_ms < sim->tick_at_ms) {
        sim->tick_at_ms = wake_ms;
    }
}

/* How many replies it takes where the server shortens each of them. */
static uint64_t parts_most(const struct simulation *sim)
{
    return sim->world.part_most < UINT64_MAX
               ? sim->world.sizes[0] / (sim->world.part_most / 2 + 1)
               : 0;
}

static uint64_t last_moment_ms(const struct simulation *sim)
{
    uint64_t slowest = sim->world.connection_rate < sim->world.stream_rate ||
                               sim->world.output != OUTPUT_STREAM
                           ? sim->world.connection_rate
                           : sim->world.stream_rate;

    uint64_t longest = 0;

    for (uint32_t i = 0; i < sim->world.version_count; i++) {
        longest = sim->world.sizes[i] > longest ? sim->world.sizes[i] : longest;
    }
    return sim->world.calm_ms + 1200 * 1000 +
           parts_most(sim) * 2 * (sim->world.delay_us + sim->world.delay_spread_us) / 1000 +
           longest / (slowest / 1000 + 1) * 6 * sim->world.slow_times *
               (sim->world.output == OUTPUT_STREAM ? sim->world.range_count + 1 : 1);
}

static uint32_t requests_most(const struct simulation *sim)
{
    uint64_t window =
        sim->world.output == OUTPUT_STREAM
            ? sim->world.sizes[0] / (smaller_of(sim->world.stream_window, 256 * 1024) / 4 + 1)
            : 0;

    return (uint32_t)(400 + 8 * sim->world.range_count +
                      sim->world.sizes[0] / (256 * 1024) * 4 + parts_most(sim) * 8 +
                      window * 4 + sim->world.calm_ms / 20);
}

static void live(struct simulation *sim)
{
    begin(sim);
    while (!sim->is_over && !sim->oracle.has_failed) {
        uint64_t next;

        if (sim->has_transfer) {
            follow_up(sim);
            if (sim->is_over) {
                break;
            }
            if (!sim->world.is_measured &&
                (sim->checks++ & (sim->world.range_count > 20 ? 7 : 0)) == 0) {
                oracle_check_state(&sim->oracle, &sim->transfer, &sim->output, now_ms(sim));
            }
            if (sim->now_us >= sim->checkpoint_at_us) {
                take_checkpoint(sim);
                sim->checkpoint_at_us = sim->now_us + sim->world.checkpoint_every_ms * 1000;
            }
            if (sim->take_at_us == UINT64_MAX && sim->world.output == OUTPUT_STREAM &&
                output_map_at(&sim->output, sim->taken).content != CONTENT_NONE) {
                sim->take_at_us = sim->now_us;
            }
            set_tick(sim);
        }
        next = next_event_us(sim);
        if (next == UINT64_MAX) {
            oracle_fail(&sim->oracle, "nothing will ever happen: %s with %u out",
                        phase_name(sim->transfer.phase), sim->transfer.attempt_count);
            break;
        }
        if (next > sim->now_us) {
            if (next / 1000 > now_ms(sim)) {
                sim->requests_at_once = 0;
            }
            sim->now_us = next;
            sim->steps_at_once = 0;
        }
        if (++sim->steps_at_once > STEPS_AT_ONCE_MOST) {
            oracle_fail(&sim->oracle, "a busy loop");
        }
        if (now_ms(sim) > last_moment_ms(sim) && oracle_may_go_on(&sim->oracle)) {
            return;
        }
        if (now_ms(sim) > last_moment_ms(sim)) {
            oracle_fail(&sim->oracle, "it has not ended: %s, %s, had %llu, %u out",
                        sim->has_transfer ? phase_name(sim->transfer.phase) : "paused",
                        status_name(sim->transfer.error.status),
                        (unsigned long long)transfer_had(&sim->transfer),
                        sim->transfer.attempt_count);
        }
        if (sim->requests > requests_most(sim) && oracle_may_go_on(&sim->oracle) &&
            now_ms(sim) / 1000 > sim->requests) {
            return; /* as it would for ever, once a second at most */
        }
        if (sim->requests > requests_most(sim)) {
            oracle_fail(&sim->oracle, "%u requests are too many", sim->requests);
        }
        one_event(sim);
    }
}

static void judge_end(struct simulation *sim)
{
    bool memory_failed = failing_memory_count().refused > 0;

    if (sim->oracle.has_failed || sim->met_portal) {
        return;
    }
    if (sim->is_done) {
        oracle_check_done(&sim->oracle, &sim->output, sim->transfer.wanted.file_size);
    } else if (!memory_failed && /* then the other way may have been what there was none for */
               !oracle_may_fail(&sim->oracle, &sim->error)) {
        oracle_fail(&sim->oracle, "fails with %s %u, where one plain connection would not",
                    status_name(sim->error.status), sim->error.http_status);
    }
}

static void set_up(struct simulation *sim, const struct world *world, bool tells)
{
    memset(sim, 0, sizeof(*sim));
    sim->world = *world;
    if (tells) {
        world_describe(&sim->world);
    }
    sim->tells = tells;
    sim->random.state = random_mix(world->seed ^ UINT64_C(0x5eed));
    sim->server = (struct server){.world = &sim->world, .random = &sim->random};
    sim->taken_content = CONTENT_NONE;
    sim->take_at_us = UINT64_MAX;
    oracle_init(&sim->oracle, &sim->world);
    checkpoint_init(&sim->checkpoint);
    kept_job_begin(&sim->kept, SERVER_URL,
                   sim->world.range_count > 0 ? sim->world.ranges_wanted : NULL,
                   sim->world.range_count,
                   sim->world.states_size ? sim->world.sizes[0] : ODO_SIZE_UNKNOWN);
}

static void tear_down(struct simulation *sim)
{
    give_up_transfer(sim);
    origin_list_free(&sim->origins);
    checkpoint_free(&sim->checkpoint);
    kept_job_free(&sim->kept);
    output_map_free(&sim->output);
    output_map_free(&sim->output_then);
}

struct run simulation_run(uint64_t seed, bool tells)
{
    static struct world world;

    world_draw(&world, seed);
    return simulation_run_in(&world, tells);
}

struct run simulation_run_in(const struct world *world, bool tells)
{
    static struct simulation sim;
    struct run run = {0};
    int64_t left;

    failing_memory_start(0, 0);
    set_up(&sim, world, tells);
    if (sim.world.memory_fails_at > 0) {
        failing_memory_arm(sim.world.memory_fails_at, sim.world.memory_fails_at);
    }
    if (!sim.oracle.has_failed) {
        live(&sim);
    }
    judge_end(&sim);
    tell(&sim, "%s: %s", sim.is_done ? "done" : "failed", status_name(sim.error.status));
    run.virtual_ms = now_ms(&sim);
    run.virtual_us = sim.now_us;
    run.bytes = sim.bytes;
    run.requests = sim.requests;
    run.is_done = sim.is_done;
    tear_down(&sim);
    left = failing_memory_stop().blocks_left;
    if (left != 0) {
        oracle_fail(&sim.oracle, "%lld blocks of memory are lost", (long long)left);
    }
    run.is_right = !sim.oracle.has_failed;
    memcpy(run.text, sim.oracle.text, sizeof(run.text));
    return run;
}
