#include "support/range_server.h"

#include "platform/clock.h"
#include "platform/thread.h"
#include "support/content.h"
#include "support/server_message.h"
#include "support/server_reply.h"
#include "support/server_socket.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CONNECTIONS_DEFAULT = 24,
    HEAD_MOST = 1024 * 1024,
    PIECE_SIZE = 64 * 1024,
    PIECES_PER_SECOND = 20, /* of a throttled body */
    WAKE_AGAIN_MS = 100,    /* see range_server_stop() */
};

/* What is remembered of a request. Its texts and ranges never change once it is listed. */
struct record {
    struct server_message message;
    struct byte_range *ranges; /* owned */
    size_t range_count;
    uint32_t connection;
    uint32_t number;
    int status;
    uint64_t body_sent;
    bool has_ended;
    uint64_t at_ms;
};

/* How often a path was asked for. */
struct counter {
    char *path; /* owned */
    uint32_t requests;
};

struct worker {
    struct range_server *server;
    struct platform_thread *thread;
    server_socket socket; /* under the lock; SERVER_SOCKET_NONE while it waits for a client */
};

struct range_server {
    server_socket listener;
    uint16_t port;
    struct worker *workers;
    uint32_t worker_count;
    struct platform_mutex *accepting; /* held by the worker that waits for a client */
    struct platform_mutex *lock;
    struct platform_condition *changed;
    struct {
        bool is_stopping;
        bool is_released;
        uint64_t releases; /* so far: who stalls at one goes on, though rules follow at once */
        size_t stalled;
        struct server_file *files;
        size_t file_count;
        struct server_rule *rules;
        size_t rule_count;
        struct record **records;
        size_t record_count;
        size_t record_capacity;
        struct counter *counters;
        size_t counter_count;
        uint32_t connections;
        uint64_t bytes_sent;
        uint32_t started; /* workers: see start_worker_locked() */
        uint32_t idle;    /* of those, waiting for a client */
        uint32_t running; /* of those, not ended yet */
    } locked;
};

static void give_up(const char *what)
{
    fprintf(stderr, "range_server: %s\n", what);
    abort();
}

/* --- Rules and records ---------------------------------------------------------------- */

static void find_rules_locked(const struct range_server *server, const char *path,
                              uint32_t number, struct server_rules_held *held_out)
{
    memset(held_out, 0, sizeof(*held_out));
    for (size_t i = 0; i < server->locked.rule_count; i++) {
        const struct server_rule *rule = &server->locked.rules[i];
        struct server_rule *place = &held_out->by_behaviour[rule->does];
        bool holds = (!rule->path || strcmp(rule->path, path) == 0) && number >= rule->from &&
                     (rule->to == 0 || number <= rule->to);

        if (holds && place->does == SERVER_NO_BEHAVIOUR) {
            *place = *rule;
        }
    }
}

static struct server_file *find_file_locked(const struct range_server *server, const char *path)
{
    for (size_t i = 0; i < server->locked.file_count; i++) {
        if (strcmp(server->locked.files[i].path, path) == 0) {
            return &server->locked.files[i];
        }
    }
    return NULL;
}

static uint32_t count_locked(struct range_server *server, const char *path)
{
    struct counter *counter;

    for (size_t i = 0; i < server->locked.counter_count; i++) {
        if (strcmp(server->locked.counters[i].path, path) == 0) {
            return ++server->locked.counters[i].requests;
        }
    }
    server->locked.counters = server_resize(server->locked.counters,
                                            server->locked.counter_count + 1, sizeof(*counter));
    counter = &server->locked.counters[server->locked.counter_count++];
    counter->path = server_copy_text(path, strlen(path));
    counter->requests = 1;
    return 1;
}

/* Takes the message over. `*connection` is given a number at its first request. */
static struct record *record_locked(struct range_server *server, struct server_message *message,
                                    uint32_t *connection)
{
    struct record *record = server_allocate(1, sizeof(*record));

    if (*connection == 0) {
        *connection = ++server->locked.connections;
    }
    record->message = *message;
    record->connection = *connection;
    record->number = count_locked(server, message->path);
    record->at_ms = platform_clock_milliseconds();
    record->ranges = server_allocate(message->range_count, sizeof(record->ranges[0]));
    for (size_t i = 0; i < message->range_count; i++) {
        const struct message_range *asked = &message->ranges[i];

        if (!asked->is_suffix) {
            record->ranges[record->range_count].offset = asked->first;
            record->ranges[record->range_count++].length =
                asked->last == UINT64_MAX ? BYTE_RANGE_TO_END : asked->last - asked->first + 1;
        }
    }
    if (server->locked.record_count == server->locked.record_capacity) {
        server->locked.record_capacity = server->locked.record_capacity * 2 + 64;
        server->locked.records =
            server_resize(server->locked.records, server->locked.record_capacity,
                          sizeof(server->locked.records[0]));
    }
    server->locked.records[server->locked.record_count++] = record;
    platform_condition_broadcast(server->changed);
    return record;
}

/* --- Sending -------------------------------------------------------------------------- */

enum sending {
    SENDING_ON,
    SENDING_CLOSE, /* the client has gone, or the rules end it here */
    SENDING_RESET,
};

/* A body on its way. */
struct body {
    struct range_server *server;
    struct record *record;
    const struct server_reply *reply;
    const struct server_rules_held *rules;
    server_socket socket;
    uint64_t sent;
    bool has_stalled;
    uint64_t began_ms;
};

static const struct server_rule *body_rule(const struct body *body, enum server_behaviour does)
{
    const struct server_rule *held = &body->rules->by_behaviour[does];

    return held->does == does ? held : NULL;
}

static void stall(struct range_server *server)
{
    uint64_t releases;

    platform_mutex_lock(server->lock);
    releases = server->locked.releases;
    server->locked.stalled++;
    platform_condition_broadcast(server->changed);
    while (!server->locked.is_released && server->locked.releases == releases &&
           !server->locked.is_stopping) {
        platform_condition_wait(server->changed, server->lock);
    }
    server->locked.stalled--;
    platform_condition_broadcast(server->changed);
    platform_mutex_unlock(server->lock);
}

/* Wait for the moment at which the next piece of a throttled body is due. */
static void throttle(struct body *body, uint64_t rate)
{
    struct range_server *server = body->server;
    uint64_t due_ms = body->began_ms + body->sent * 1000 / rate;

    platform_mutex_lock(server->lock);
    while (!server->locked.is_stopping &&
           platform_condition_wait_until(server->changed, server->lock, due_ms)) {
    }
    platform_mutex_unlock(server->lock);
}

/* What is to happen before the next byte, and how many may follow until the next look. */
static enum sending prepare_piece(struct body *body, size_t *size_out)
{
    const struct server_rule *cut = body_rule(body, SERVER_CUT_AFTER);
    const struct server_rule *reset = body_rule(body, SERVER_RESET_AFTER);
    const struct server_rule *stalling = body_rule(body, SERVER_STALL_AFTER);
    const struct server_rule *slow = body_rule(body, SERVER_THROTTLE);
    uint64_t size = PIECE_SIZE;

    if (stalling && !body->has_stalled) {
        if (body->sent >= stalling->number) {
            body->has_stalled = true;
            stall(body->server);
        } else if (size > stalling->number - body->sent) {
            size = stalling->number - body->sent;
        }
    }
    if (cut || reset) {
        uint64_t end = cut ? cut->number : reset->number;

        if (body->sent >= end) {
            return cut ? SENDING_CLOSE : SENDING_RESET;
        }
        size = size < end - body->sent ? size : end - body->sent;
    }
    if (slow && slow->number > 0) {
        uint64_t most = slow->number / PIECES_PER_SECOND + 1;

        throttle(body, slow->number);
        size = size < most ? size : most;
    }
    if (size > body->reply->body_limit - body->sent) {
        size = body->reply->body_limit - body->sent;
    }
    *size_out = (size_t)size;
    return SENDING_ON;
}

static bool send_piece(struct body *body, const void *data, size_t size)
{
    struct range_server *server = body->server;
    char frame[32];
    bool good = true;

    if (body->reply->is_chunked) {
        snprintf(frame, sizeof(frame), "%zx\r\n", size);
        good = server_socket_send(body->socket, frame, strlen(frame));
    }
    good = good && server_socket_send(body->socket, data, size);
    if (body->reply->is_chunked) {
        good = good && server_socket_send(body->socket, "\r\n", 2);
    }
    if (good) {
        body->sent += size;
        platform_mutex_lock(server->lock);
        body->record->body_sent += size;
        server->locked.bytes_sent += size;
        platform_mutex_unlock(server->lock);
    }
    return good;
}

static enum sending send_segment(struct body *body, const struct server_segment *segment)
{
    const struct server_file *file = &body->reply->file;
    unsigned char data[PIECE_SIZE];

    for (uint64_t done = 0; done < segment->length && body->sent < body->reply->body_limit;) {
        size_t size;
        enum sending sending = prepare_piece(body, &size);

        if (sending != SENDING_ON) {
            return sending;
        }
        if (size > segment->length - done) {
            size = (size_t)(segment->length - done);
        }
        if (segment->text) {
            memcpy(data, segment->text + done, size);
        } else if (file->content && segment->offset + done + size <= file->size) {
            memcpy(data, (const unsigned char *)file->content + segment->offset + done, size);
        } else {
            content_fill(file->seed, segment->offset + done, data, size);
        }
        if (!send_piece(body, data, size)) {
            return SENDING_CLOSE;
        }
        done += size;
    }
    return SENDING_ON;
}

static enum sending send_body(struct body *body)
{
    const struct server_reply *reply = body->reply;
    enum sending sending = SENDING_ON;
    size_t left;

    for (size_t i = 0; i < reply->segment_count && sending == SENDING_ON; i++) {
        sending = send_segment(body, &reply->segments[i]);
    }
    if (sending == SENDING_ON && body->sent < reply->body_limit) {
        const struct server_segment *last = &reply->segments[reply->segment_count - 1];
        const struct server_segment more = {.offset = last->offset + last->length,
                                            .length = reply->body_limit - body->sent};

        sending = send_segment(body, &more);
    }
    if (sending == SENDING_ON) {
        /* A stall or a cut may stand behind the last byte. */
        sending = prepare_piece(body, &left);
    }
    if (sending == SENDING_ON && reply->is_chunked &&
        !server_socket_send(body->socket, "0\r\n\r\n", 5)) {
        sending = SENDING_CLOSE;
    }
    return sending;
}

/* --- Connections ---------------------------------------------------------------------- */

struct connection {
    struct range_server *server;
    server_socket socket;
    uint32_t number; /* 0 before its first request */
    char *data;      /* owned; what has come and was not yet looked at */
    size_t size;
    size_t capacity;
};

/* Where the next head ends, reading until it is there; 0 when the connection has ended. */
static size_t read_head(struct connection *connection)
{
    for (;;) {
        ptrdiff_t count;

        for (size_t i = 3; i < connection->size; i++) {
            if (memcmp(connection->data + i - 3, "\r\n\r\n", 4) == 0) {
                return i + 1;
            }
        }
        if (connection->size == connection->capacity) {
            if (connection->capacity >= HEAD_MOST) {
                return 0;
            }
            connection->capacity = connection->capacity * 2 + 4096;
            connection->data = server_resize(connection->data, connection->capacity, 1);
        }
        count = server_socket_receive(connection->socket, connection->data + connection->size,
                                      connection->capacity - connection->size);
        if (count <= 0) {
            return 0;
        }
        connection->size += (size_t)count;
    }
}

static enum sending send_reply(struct body *body)
{
    const struct server_reply *reply = body->reply;
    enum sending sending = SENDING_ON;

    if (body_rule(body, SERVER_STALL_REPLY)) {
        stall(body->server);
    }
    if (!server_socket_send(body->socket, reply->header, reply->header_size)) {
        return SENDING_CLOSE;
    }
    body->began_ms = platform_clock_milliseconds();
    if (reply->has_body) {
        sending = send_body(body);
    }
    return sending == SENDING_ON && reply->closes ? SENDING_CLOSE : sending;
}

/* Takes the message over. */
static enum sending answer(struct connection *connection, struct server_message *message)
{
    struct range_server *server = connection->server;
    struct server_rules_held rules;
    struct server_reply reply;
    struct body body = {
        .server = server, .reply = &reply, .rules = &rules, .socket = connection->socket};
    enum sending sending;

    platform_mutex_lock(server->lock);
    body.record = record_locked(server, message, &connection->number);
    find_rules_locked(server, message->path, body.record->number, &rules);
    server_reply_make(message, find_file_locked(server, message->path), &rules, server->port,
                      &reply);
    body.record->status = reply.status;
    platform_mutex_unlock(server->lock);

    sending = send_reply(&body);

    platform_mutex_lock(server->lock);
    body.record->has_ended = true;
    platform_condition_broadcast(server->changed);
    platform_mutex_unlock(server->lock);
    server_reply_free(&reply);
    return sending;
}

/* Let the client read to the end before the connection goes. */
static void part_in_peace(struct connection *connection)
{
    char rest[1024];

    server_socket_finish_sending(connection->socket);
    while (server_socket_receive(connection->socket, rest, sizeof(rest)) > 0) {
    }
}

/* True when the connection is to end with a reset. */
static bool serve(struct connection *connection)
{
    enum sending sending = SENDING_ON;

    while (sending == SENDING_ON) {
        struct server_message message;
        size_t size = read_head(connection);

        if (size == 0) {
            return false;
        }
        if (!server_message_parse(connection->data, size, &message)) {
            return false;
        }
        connection->size -= size;
        memmove(connection->data, connection->data + size, connection->size);
        sending = answer(connection, &message);
    }
    if (sending == SENDING_CLOSE) {
        part_in_peace(connection);
    }
    return sending == SENDING_RESET;
}

/* --- Workers -------------------------------------------------------------------------- */

static bool is_stopping(struct range_server *server)
{
    bool answer;

    platform_mutex_lock(server->lock);
    answer = server->locked.is_stopping;
    platform_mutex_unlock(server->lock);
    return answer;
}

static void run_worker(void *context);

/* Unless the server starts ready, each is started when all before it are busy: a thread is
 * expensive under Wine, and few tests need as many as they may have. */
static void start_worker_locked(struct range_server *server)
{
    struct worker *worker = &server->workers[server->locked.started++];

    worker->server = server;
    worker->socket = SERVER_SOCKET_NONE;
    server->locked.idle++;
    server->locked.running++;
    if (platform_thread_start(run_worker, worker, &worker->thread) != ODO_OK) {
        give_up("cannot start a thread");
    }
}

/* The next client; SERVER_SOCKET_NONE when the server stops. */
static server_socket take_client(struct worker *worker)
{
    struct range_server *server = worker->server;
    server_socket socket = SERVER_SOCKET_NONE;

    platform_mutex_lock(server->accepting);
    if (!is_stopping(server)) {
        socket = server_socket_accept(server->listener);
    }
    platform_mutex_unlock(server->accepting);

    platform_mutex_lock(server->lock);
    if (!server->locked.is_stopping) {
        if (socket == SERVER_SOCKET_NONE) {
            give_up("cannot accept a connection");
        }
        worker->socket = socket;
        server->locked.idle--;
        if (server->locked.idle == 0 && server->locked.started < server->worker_count) {
            start_worker_locked(server);
        }
        platform_mutex_unlock(server->lock);
        return socket;
    }
    platform_mutex_unlock(server->lock);
    server_socket_close(socket);
    return SERVER_SOCKET_NONE;
}

static void run_worker(void *context)
{
    struct worker *worker = context;
    struct range_server *server = worker->server;
    struct connection connection = {.server = server};

    while ((connection.socket = take_client(worker)) != SERVER_SOCKET_NONE) {
        bool resets;

        connection.number = 0;
        connection.size = 0;
        resets = serve(&connection);
        platform_mutex_lock(server->lock);
        worker->socket = SERVER_SOCKET_NONE;
        server->locked.idle++;
        platform_mutex_unlock(server->lock);
        if (resets) {
            server_socket_reset(connection.socket);
        } else {
            server_socket_close(connection.socket);
        }
    }
    free(connection.data);
    platform_mutex_lock(server->lock);
    server->locked.running--;
    platform_condition_broadcast(server->changed);
    platform_mutex_unlock(server->lock);
}

/* --- The calls of the header ---------------------------------------------------------- */

static void add_files(struct range_server *server, const struct server_file *files,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (files[i].path) {
            server->locked.files[server->locked.file_count++] = files[i];
        }
    }
}

static void copy_rules(struct range_server *server, const struct server_rule *rules,
                       size_t count)
{
    server->locked.rules =
        server_resize(server->locked.rules, count, sizeof(server->locked.rules[0]));
    if (count > 0) {
        memcpy(server->locked.rules, rules, count * sizeof(rules[0]));
    }
    server->locked.rule_count = count;
}

struct range_server *range_server_start(const struct range_server_options *options)
{
    struct range_server *server = server_allocate(1, sizeof(*server));
    size_t own_count = sizeof(options->files) / sizeof(options->files[0]);

    if (options->more_file_count > SERVER_FILES_MOST) {
        give_up("too many files");
    }
    server->locked.files =
        server_allocate(own_count + options->more_file_count, sizeof(server->locked.files[0]));
    add_files(server, options->files, own_count);
    add_files(server, options->more_files, options->more_file_count);
    copy_rules(server, options->rules, options->rule_count);

    server->accepting = platform_mutex_create();
    server->lock = platform_mutex_create();
    server->changed = platform_condition_create();
    if (!server->accepting || !server->lock || !server->changed || !server_socket_begin()) {
        give_up("the system refuses the means");
    }
    server->listener = server_socket_listen(&server->port);
    if (server->listener == SERVER_SOCKET_NONE) {
        give_up("cannot listen on 127.0.0.1");
    }
    server->worker_count =
        options->connections > 0 ? options->connections : (uint32_t)CONNECTIONS_DEFAULT;
    server->workers = server_allocate(server->worker_count, sizeof(server->workers[0]));
    platform_mutex_lock(server->lock);
    do {
        start_worker_locked(server);
    } while (options->starts_ready && server->locked.started < server->worker_count);
    platform_mutex_unlock(server->lock);
    return server;
}

static void free_records(struct range_server *server)
{
    for (size_t i = 0; i < server->locked.record_count; i++) {
        server_message_free(&server->locked.records[i]->message);
        free(server->locked.records[i]->ranges);
        free(server->locked.records[i]);
    }
    free(server->locked.records);
    for (size_t i = 0; i < server->locked.counter_count; i++) {
        free(server->locked.counters[i].path);
    }
    free(server->locked.counters);
}

static void wake_workers_locked(struct range_server *server)
{
    for (uint32_t i = 0; i < server->locked.started; i++) {
        if (server->workers[i].socket != SERVER_SOCKET_NONE) {
            server_socket_wake(server->workers[i].socket);
        }
    }
}

void range_server_stop(struct range_server *server)
{
    if (!server) {
        return;
    }
    platform_mutex_lock(server->lock);
    server->locked.is_stopping = true;
    wake_workers_locked(server);
    platform_condition_broadcast(server->changed);
    platform_mutex_unlock(server->lock);

    /* One worker waits for a client; the others will look before they do. */
    server_socket_knock(server->port);

    /* Wine 8 may let a thread begin to wait for bytes of a socket that was shut down just then.
     */
    platform_mutex_lock(server->lock);
    while (server->locked.running > 0) {
        uint64_t again_ms = platform_clock_milliseconds() + WAKE_AGAIN_MS;

        if (!platform_condition_wait_until(server->changed, server->lock, again_ms)) {
            wake_workers_locked(server);
        }
    }
    platform_mutex_unlock(server->lock);
    for (uint32_t i = 0; i < server->locked.started; i++) {
        platform_thread_join(server->workers[i].thread);
    }
    server_socket_close(server->listener);
    server_socket_end();
    platform_condition_free(server->changed);
    platform_mutex_free(server->lock);
    platform_mutex_free(server->accepting);
    free_records(server);
    free(server->workers);
    free(server->locked.files);
    free(server->locked.rules);
    free(server);
}

uint16_t range_server_port(const struct range_server *server)
{
    return server->port;
}

const char *range_server_url(const struct range_server *server, const char *path,
                             char url_out[SERVER_URL_SIZE])
{
    snprintf(url_out, SERVER_URL_SIZE, "http://127.0.0.1:%u%s", (unsigned)server->port, path);
    return url_out;
}

void range_server_use_rules(struct range_server *server, const struct server_rule *rules,
                            size_t count)
{
    platform_mutex_lock(server->lock);
    copy_rules(server, rules, count);
    server->locked.is_released = false;
    platform_mutex_unlock(server->lock);
}

void range_server_replace(struct range_server *server, const char *path, uint64_t seed,
                          uint64_t size)
{
    struct server_file *file;

    platform_mutex_lock(server->lock);
    file = find_file_locked(server, path);
    if (file) {
        file->seed = seed;
        file->size = size;
        file->content = NULL;
    } else {
        give_up("there is no such file to replace");
    }
    platform_mutex_unlock(server->lock);
}

void range_server_release(struct range_server *server)
{
    platform_mutex_lock(server->lock);
    server->locked.is_released = true;
    server->locked.releases++;
    platform_condition_broadcast(server->changed);
    platform_mutex_unlock(server->lock);
}

size_t range_server_request_count(struct range_server *server)
{
    size_t count;

    platform_mutex_lock(server->lock);
    count = server->locked.record_count;
    platform_mutex_unlock(server->lock);
    return count;
}

struct server_request range_server_get_request(struct range_server *server, size_t index)
{
    struct server_request request = {0};

    platform_mutex_lock(server->lock);
    if (index >= server->locked.record_count) {
        give_up("there was no such request");
    } else {
        const struct record *record = server->locked.records[index];

        request = (struct server_request){
            .connection = record->connection,
            .number = record->number,
            .method = record->message.method,
            .path = record->message.path,
            .headers = record->message.headers,
            .ranges = record->ranges,
            .range_count = record->range_count,
            .status = record->status,
            .body_sent = record->body_sent,
            .has_ended = record->has_ended,
            .at_ms = record->at_ms,
        };
    }
    platform_mutex_unlock(server->lock);
    return request;
}

uint32_t range_server_connection_count(struct range_server *server)
{
    uint32_t count;

    platform_mutex_lock(server->lock);
    count = server->locked.connections;
    platform_mutex_unlock(server->lock);
    return count;
}

uint64_t range_server_bytes_sent(struct range_server *server)
{
    uint64_t bytes;

    platform_mutex_lock(server->lock);
    bytes = server->locked.bytes_sent;
    platform_mutex_unlock(server->lock);
    return bytes;
}

bool server_request_header(const struct server_request *request, const char *name,
                           char *value_out, size_t size, size_t *count_out)
{
    return server_message_header(request->headers, name, value_out, size, count_out);
}

/* Wait until one of the two counts is reached. */
static bool wait_for(struct range_server *server, const size_t *counter, size_t count,
                     uint32_t timeout_ms)
{
    uint64_t deadline_ms = platform_clock_milliseconds() + timeout_ms;
    bool good;

    platform_mutex_lock(server->lock);
    while (*counter < count &&
           platform_condition_wait_until(server->changed, server->lock, deadline_ms)) {
    }
    good = *counter >= count;
    platform_mutex_unlock(server->lock);
    return good;
}

bool range_server_wait_for_requests(struct range_server *server, size_t count,
                                    uint32_t timeout_ms)
{
    return wait_for(server, &server->locked.record_count, count, timeout_ms);
}

bool range_server_wait_for_stalls(struct range_server *server, size_t count,
                                  uint32_t timeout_ms)
{
    return wait_for(server, &server->locked.stalled, count, timeout_ms);
}
