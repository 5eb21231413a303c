/*
 * A server that never stops sending what is no body. It costs its own job and nobody else:
 * another job goes on meanwhile, the flood ends with an error, and calls return.
 */
#include "platform/thread.h"
#include "support/download_fixture.h"
#include "support/server_socket.h"
#include "support/test.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINKS_MOST = 64, PIECE = 65536, URL_SIZE = 64 };

static const struct flood_case {
    const char *name;
    const char *begin; /* sent once */
    const char *again; /* and this without end */
} floods[] = {
    {"interim replies without end", "", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"},
    {"empty interim replies without end", "", "HTTP/1.1 100 Continue\r\n\r\n"},
    {"header lines without end", "HTTP/1.1 200 OK\r\n", "X-More: and more\r\n"},
    {"a header line without end", "HTTP/1.1 200 OK\r\nX-Long: ", "aaaaaaaaaaaaaaaa"},
    {"a folded header line without end", "HTTP/1.1 200 OK\r\nX-Long: a\r\n", " and more\r\n"},
    {"a status line without end", "HTTP/1.1 200 ", "OK and more "},
    {"a chunk size without end", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "0"},
    {"a chunk extension without end", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1",
     ";a=b"},
    {"trailers without end",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n",
     "X-More: more\r\n"},
};

static const struct odo_engine_options options = {.allow_unknown_size = true};

struct flood {
    const struct flood_case *kind;
    server_socket listener;
    uint16_t port;
    struct platform_thread *thread;
    struct platform_thread *links[LINKS_MOST];
    struct link {
        struct flood *flood;
        server_socket socket;
    } link[LINKS_MOST];
    atomic_uint count;
    atomic_bool is_stopping;
    struct platform_mutex *mutex;
    struct platform_condition *changed;
    bool is_flowing; /* some of it was sent */
};

static void pour(struct flood *flood, server_socket socket)
{
    const struct flood_case *kind = flood->kind;
    size_t length = strlen(kind->again);
    char *piece = malloc(PIECE);
    size_t size = 0;

    assert_non_null(piece);
    while (size + length <= PIECE) {
        memcpy(piece + size, kind->again, length);
        size += length;
    }
    server_socket_send(socket, kind->begin, strlen(kind->begin));
    while (!atomic_load(&flood->is_stopping) && server_socket_send(socket, piece, size)) {
        platform_mutex_lock(flood->mutex);
        flood->is_flowing = true;
        platform_condition_broadcast(flood->changed);
        platform_mutex_unlock(flood->mutex);
    }
    free(piece);
}

static void serve_link(void *context)
{
    struct link *link = context;
    char request[4096];

    if (server_socket_receive(link->socket, request, sizeof(request)) > 0) {
        pour(link->flood, link->socket);
    }
    server_socket_finish_sending(link->socket);
}

static void serve(void *context)
{
    struct flood *flood = context;

    while (!atomic_load(&flood->is_stopping)) {
        unsigned index = atomic_load(&flood->count);
        server_socket socket = server_socket_accept(flood->listener);

        if (socket == SERVER_SOCKET_NONE || atomic_load(&flood->is_stopping) ||
            index == LINKS_MOST) {
            server_socket_close(socket);
            continue;
        }
        flood->link[index] = (struct link){flood, socket};
        assert_status(
            platform_thread_start(serve_link, &flood->link[index], &flood->links[index]),
            ODO_OK);
        atomic_store(&flood->count, index + 1);
    }
}

static void flood_begin(struct flood *flood, const struct flood_case *kind)
{
    *flood = (struct flood){.kind = kind};
    flood->mutex = platform_mutex_create();
    flood->changed = platform_condition_create();
    assert_non_null(flood->mutex);
    assert_non_null(flood->changed);
    assert_true(server_socket_begin());
    flood->listener = server_socket_listen(&flood->port);
    assert_true(flood->listener != SERVER_SOCKET_NONE);
    assert_status(platform_thread_start(serve, flood, &flood->thread), ODO_OK);
}

static void flood_wait(struct flood *flood)
{
    platform_mutex_lock(flood->mutex);
    while (!flood->is_flowing) {
        platform_condition_wait(flood->changed, flood->mutex);
    }
    platform_mutex_unlock(flood->mutex);
}

static void flood_end(struct flood *flood)
{
    unsigned count;

    atomic_store(&flood->is_stopping, true);
    server_socket_knock(flood->port);
    platform_thread_join(flood->thread);
    count = atomic_load(&flood->count);
    for (unsigned i = 0; i < count; i++) {
        server_socket_wake(flood->link[i].socket);
        platform_thread_join(flood->links[i]);
        server_socket_close(flood->link[i].socket);
    }
    server_socket_close(flood->listener);
    server_socket_end();
    platform_condition_free(flood->changed);
    platform_mutex_free(flood->mutex);
}

static struct odo_job *flooded_job(struct download_fixture *fixture, const struct flood *flood)
{
    struct odo_job *job = download_fixture_job(fixture);
    char *path = download_fixture_path(fixture, "flooded");
    char url[URL_SIZE];

    snprintf(url, sizeof(url), "http://127.0.0.1:%u/file", flood->port);
    assert_status(odo_job_add_file(job,
                                   &(struct odo_file_request){.file_id = "flooded",
                                                              .url = url,
                                                              .local_path = path,
                                                              .file_size = ODO_SIZE_UNKNOWN},
                                   NULL),
                  ODO_OK);
    free(path);
    return job;
}

/* While it flows, another job is served from beginning to end, and the flooded one is
 * cancelled. */
static void check_neighbour(void **state)
{
    struct download_fixture *fixture = download_fixture_begin(NULL, &options);
    struct odo_job *flooded;
    struct odo_job *other;
    struct flood flood;

    flood_begin(&flood, *state);
    flooded = flooded_job(fixture, &flood);
    assert_status(odo_job_resume(flooded), ODO_OK);
    flood_wait(&flood);
    other = download_fixture_job(fixture);
    download_fixture_add(fixture, other, "/file", "other", (struct range_list){NULL, 0});
    download_fixture_run(fixture, other, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_cancel(flooded), ODO_OK);
    assert_status(odo_job_cancel(other), ODO_OK);
    odo_job_release(flooded);
    odo_job_release(other);
    flood_end(&flood);
    download_fixture_end(fixture);
}

/* It is given up, without a byte believed, and the engine stops while it flows. */
static void check_end(void **state)
{
    struct download_fixture *fixture = download_fixture_begin(NULL, &options);
    struct odo_job *flooded;
    struct flood flood;

    flood_begin(&flood, *state);
    flooded = flooded_job(fixture, &flood);
    assert_status(odo_job_resume(flooded), ODO_OK);
    assert_true(event_log_wait_for_state(fixture->log, flooded, ODO_JOB_TRANSIENT_ERROR, 1,
                                         DOWNLOAD_DEADLINE_MS));
    assert_status(odo_job_suspend(flooded), ODO_OK);
    download_fixture_stop_engine(fixture);
    odo_job_release(flooded);
    flood_end(&flood);
    download_fixture_end(fixture);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, floods, check_neighbour);
    TEST_ADD_TABLE(&suite, floods, check_end);
    return test_suite_run(&suite, "floods");
}
