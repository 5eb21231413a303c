/*
 * Connections that are opened while the first reply is awaited: they are there in time, a
 * server that does not want them costs nothing, and those that nobody uses are closed.
 */
#include "platform/thread.h"
#include "support/content.h"
#include "support/download_fixture.h"
#include "support/server_message.h"
#include "support/server_socket.h"
#include "support/test.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LINKS_MOST = 64,
    URL_SIZE = 64,
    HEAD_MOST = 8192,
    FILE_SEED = 3,
    FILE_SIZE = 8 * 1000 * 1000,
    FURTHER = 7, /* of the eight connections in the foreground */
};

static const struct odo_engine_options options = {.ranges_per_request = 1};

static const struct byte_range long_pieces[] = {{100000, 400000},
                                                {1000000, 400000},
                                                {2000000, 400000},
                                                {3000000, 400000},
                                                {7000000, 400000}};
static const struct byte_range short_piece[] = {{5000, 100000}};

static const struct spare_case {
    const char *name;
    struct range_list ranges;
    uint32_t awaited;  /* connections beside the first, before that is answered */
    bool are_used;     /* at least one of these */
    uint32_t accepted; /* at most; 0: however many, since slow requests are asked again */
    enum { KEEP, CLOSE, RESET } does; /* to those that are awaited */
    bool answers_one_by_one;          /* a connection only when the one before has closed */
    bool has_no_validators;           /* so one request at a time */
} cases[] = {
    {"they are there before the first reply, and are used",
     {long_pieces, 5},
     .awaited = FURTHER,
     .are_used = true},
    {"a server may close them", {long_pieces, 5}, .awaited = FURTHER, .does = CLOSE},
    {"a server may reset them", {long_pieces, 5}, .awaited = FURTHER, .does = RESET},
    {"a server may answer one connection after the other",
     {long_pieces, 5},
     .answers_one_by_one = true},
    {"those that turn out to be of no use are closed",
     {long_pieces, 5},
     .awaited = FURTHER,
     .has_no_validators = true},
    {"none is opened for what one request brings", {short_piece, 1}, .accepted = 1},
};

struct host {
    const struct spare_case *kind;
    server_socket listener;
    uint16_t port;
    struct platform_thread *thread;
    struct link {
        struct host *host;
        server_socket socket;
        struct platform_thread *thread;
        bool is_asked;
        bool has_ended;
    } links[LINKS_MOST];
    struct platform_mutex *mutex; /* guards what follows, and the two above */
    struct platform_condition *changed;
    uint32_t count;
    bool is_stopping;
};

/* --- The server ----------------------------------------------------------------------- */

/* False when the client has closed the connection. */
static bool receive_head(server_socket socket, char head[HEAD_MOST])
{
    size_t size = 0;

    for (;;) {
        ptrdiff_t received = server_socket_receive(socket, head + size, HEAD_MOST - 1 - size);

        if (received <= 0) {
            return false;
        }
        size += (size_t)received;
        head[size] = '\0';
        if (size >= 4 && strcmp(head + size - 4, "\r\n\r\n") == 0) {
            return true;
        }
    }
}

/* Answer a request for one range. */
static void answer(struct link *link, const char *head)
{
    const struct spare_case *kind = link->host->kind;
    struct server_message message;
    struct message_range range;
    char *body;
    char text[512];
    size_t size;

    assert_true(server_message_parse(head, strlen(head), &message));
    assert_int_equal(message.range_count, 1);
    range = message.ranges[0];
    server_message_free(&message);
    size = (size_t)(range.last - range.first + 1);
    body = malloc(size);
    assert_non_null(body);
    content_fill(FILE_SEED, range.first, body, size);
    snprintf(text, sizeof(text),
             "HTTP/1.1 206 Partial Content\r\nContent-Length: %zu\r\n"
             "Content-Range: bytes %llu-%llu/%d\r\n%s%s\r\n",
             size, (unsigned long long)range.first, (unsigned long long)range.last, FILE_SIZE,
             kind->has_no_validators ? "" : "ETag: \"1\"\r\n",
             kind->answers_one_by_one ? "Connection: close\r\n" : "");
    server_socket_send(link->socket, text, strlen(text));
    server_socket_send(link->socket, body, size);
    free(body);
}

static void note(struct link *link, bool *what)
{
    platform_mutex_lock(link->host->mutex);
    *what = true;
    platform_condition_broadcast(link->host->changed);
    platform_mutex_unlock(link->host->mutex);
}

/* The number of connections, but the first, that ended without a request. */
static uint32_t count_unused(const struct host *host)
{
    uint32_t count = 0;

    for (uint32_t i = 1; i < host->count; i++) {
        count += host->links[i].has_ended && !host->links[i].is_asked;
    }
    return count;
}

/* Of so many connections after the first, those that got a request. */
static uint32_t count_asked(const struct host *host, uint32_t among)
{
    uint32_t count = 0;

    for (uint32_t i = 1; i <= among; i++) {
        count += host->links[i].is_asked;
    }
    return count;
}

static void wait_until_closed(struct host *host)
{
    platform_mutex_lock(host->mutex);
    while (count_unused(host) < host->kind->awaited && !host->is_stopping) {
        platform_condition_wait(host->changed, host->mutex);
    }
    platform_mutex_unlock(host->mutex);
}

static void serve_link(void *context)
{
    struct link *link = context;
    struct host *host = link->host;
    char head[HEAD_MOST];

    while (receive_head(link->socket, head)) {
        bool goes_on = link->is_asked && host->kind->has_no_validators;

        note(link, &link->is_asked);
        if (goes_on) {
            wait_until_closed(host);
        }
        answer(link, head);
        if (host->kind->answers_one_by_one) {
            break;
        }
    }
    server_socket_finish_sending(link->socket);
    note(link, &link->has_ended);
}

/* NULL at the end. */
static struct link *accept_link(struct host *host)
{
    server_socket socket = server_socket_accept(host->listener);
    struct link *link = NULL;

    platform_mutex_lock(host->mutex);
    if (host->is_stopping || host->count == LINKS_MOST) {
        server_socket_close(socket);
    } else {
        link = &host->links[host->count++];
        link->host = host;
        link->socket = socket;
    }
    platform_mutex_unlock(host->mutex);
    return link;
}

/* No thread uses it any more, and from now on none wakes it. */
static void close_link(struct link *link)
{
    server_socket socket;

    platform_mutex_lock(link->host->mutex);
    socket = link->socket;
    link->socket = SERVER_SOCKET_NONE;
    platform_mutex_unlock(link->host->mutex);
    if (link->host->kind->does == RESET) {
        server_socket_reset(socket);
    } else {
        server_socket_close(socket);
    }
}

static void treat_spare(struct link *link)
{
    if (link->host->kind->does == KEEP) {
        assert_status(platform_thread_start(serve_link, link, &link->thread), ODO_OK);
    } else {
        close_link(link);
    }
}

static void serve(void *context)
{
    struct host *host = context;
    struct link *first = accept_link(host);
    struct link *link = NULL;

    for (uint32_t i = 0; first && i < host->kind->awaited; i++) {
        link = accept_link(host);
        if (!link) {
            return;
        }
        treat_spare(link);
    }
    for (link = first; link; link = accept_link(host)) {
        assert_status(platform_thread_start(serve_link, link, &link->thread), ODO_OK);
        if (host->kind->answers_one_by_one) {
            platform_thread_join(link->thread);
            link->thread = NULL;
            close_link(link);
        }
    }
}

static void host_begin(struct host *host, const struct spare_case *kind)
{
    *host = (struct host){.kind = kind};
    host->mutex = platform_mutex_create();
    host->changed = platform_condition_create();
    assert_non_null(host->mutex);
    assert_non_null(host->changed);
    assert_true(server_socket_begin());
    host->listener = server_socket_listen(&host->port);
    assert_true(host->listener != SERVER_SOCKET_NONE);
    assert_status(platform_thread_start(serve, host, &host->thread), ODO_OK);
}

/* Each connection is closed by whoever let it end, and its thread joined, before this returns.
 */
static void host_end(struct host *host)
{
    platform_mutex_lock(host->mutex);
    host->is_stopping = true;
    platform_condition_broadcast(host->changed);
    for (uint32_t i = 0; i < host->count; i++) {
        if (host->links[i].socket != SERVER_SOCKET_NONE) {
            server_socket_wake(host->links[i].socket);
        }
    }
    platform_mutex_unlock(host->mutex);
    server_socket_knock(host->port);
    platform_thread_join(host->thread);
    for (uint32_t i = 0; i < host->count; i++) {
        if (host->links[i].thread) {
            platform_thread_join(host->links[i].thread);
        }
        if (host->links[i].socket != SERVER_SOCKET_NONE) {
            server_socket_close(host->links[i].socket);
        }
    }
    server_socket_close(host->listener);
    server_socket_end();
    platform_condition_free(host->changed);
    platform_mutex_free(host->mutex);
}

/* --- The client ----------------------------------------------------------------------- */

static void add_file(struct odo_job *job, const struct host *host, char *path)
{
    char url[URL_SIZE];

    snprintf(url, sizeof(url), "http://127.0.0.1:%u/file", host->port);
    assert_status(odo_job_add_file(job,
                                   &(struct odo_file_request){
                                       .file_id = "file",
                                       .url = url,
                                       .local_path = path,
                                       .file_size = ODO_SIZE_UNKNOWN,
                                       .ranges = host->kind->ranges.items,
                                       .range_count = (uint32_t)host->kind->ranges.count,
                                   },
                                   NULL),
                  ODO_OK);
}

static void check_spares(void **state)
{
    const struct spare_case *kind = *state;
    struct download_fixture *fixture = download_fixture_begin(NULL, &options);
    struct odo_job *job = download_fixture_job(fixture);
    char *path = download_fixture_path(fixture, "file");
    static struct host host;

    host_begin(&host, kind);
    assert_status(odo_job_set_number(job, ODO_JOB_PRIORITY, 0), ODO_OK);
    add_file(job, &host, path);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    expect_file(path, kind->ranges.items, kind->ranges.count, FILE_SEED, FILE_SIZE);
    odo_job_release(job);
    download_fixture_stop_engine(fixture);
    host_end(&host);
    if (kind->accepted > 0) {
        assert_in_range(host.count, 1, kind->accepted);
    }
    if (kind->are_used) {
        assert_in_range(count_asked(&host, kind->awaited), 1, kind->awaited);
    }
    free(path);
    download_fixture_end(fixture);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, cases, check_spares);
    return test_suite_run(&suite, "spare connections");
}
