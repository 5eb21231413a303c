/*
 * Streams whose clients take what they are given in pieces, or not at all for once: each byte
 * arrives, once and in order, and is counted when it was taken.
 */
#include "support/download_fixture.h"
#include "support/taken_bytes.h"
#include "support/test.h"

#include "platform/thread.h"

#include <stdlib.h>

enum { ROOM = 2 * DOWNLOAD_SIZE, REFUSED = -77 };

#define WHOLE ((struct range_list){(const struct byte_range[]){{0, DOWNLOAD_SIZE}}, 1})

/* What a client does with each of its first calls; then it takes all. */
struct client {
    struct taken_bytes taken;
    const int32_t *answers; /* as odo_stream.write() gives them; ends with 0 */
    size_t calls;
};

static int32_t client_take(void *context, const void *data, size_t size)
{
    struct client *client = context;
    int32_t answer = client->answers[client->calls];

    if (answer == 0) {
        return taken_bytes_take(&client->taken, data, size);
    }
    client->calls++;
    if (answer > 0) {
        size_t part = (size_t)answer < size ? (size_t)answer : size;

        return taken_bytes_take(&client->taken, data, part) < 0 ? -1 : (int32_t)part;
    }
    return answer;
}

static void add_client(struct download_fixture *fixture, struct odo_job *job,
                       struct client *client, const int32_t *answers)
{
    const struct odo_stream stream = {
        .write = client_take, .release = taken_bytes_release, .context = client};
    struct taken_bytes unused;

    *client =
        (struct client){.taken = {.bytes = malloc(ROOM), .most = ROOM}, .answers = answers};
    assert_non_null(client->taken.bytes);
    taken_bytes_add(fixture, job, (struct range_list){NULL, 0}, 1, &unused);
    free(unused.bytes);
    assert_status(odo_file_set_stream(job, 0, &stream), ODO_OK);
}

static const struct taking_case {
    const char *name;
    int32_t answers[8];
    uint32_t failures; /* how often the job ends in ERROR on the way */
} takings[] = {
    {"who takes all is given each byte once", {0}, 0},
    {"who takes one byte is offered the others", {1, 0}, 0},
    {"who takes a part again and again gets all", {1000, 1, 65536, 3, 0}, 0},
    {"a count of all that was offered is all", {INT32_MAX, INT32_MAX, 0}, 0},
    {"who refused the first bytes gets them when the job is resumed", {REFUSED, 0}, 1},
    {"who refused some in the middle goes on with these", {7777, REFUSED, 0}, 1},
    {"who refuses twice is asked a third time", {1000, REFUSED, 1, REFUSED, 0}, 2},
};

static void check_taking(void **state)
{
    const struct taking_case *c = *state;
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    struct odo_job_progress progress;
    struct client client;

    add_client(fixture, job, &client, c->answers);
    for (uint32_t i = 0; i < c->failures; i++) {
        struct odo_error error;
        uint32_t file;

        download_fixture_run(fixture, job, ODO_JOB_ERROR);
        assert_status(odo_job_get_error(job, &error, &file), ODO_OK);
        assert_status(error.status, ODO_E_SINK_FAILED);
        assert_int_equal(error.sink_code, REFUSED);
        odo_job_get_progress(job, &progress);
        assert_int_equal(progress.bytes_transferred, client.taken.size);
    }
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    odo_job_get_progress(job, &progress);
    assert_int_equal(progress.bytes_transferred, DOWNLOAD_SIZE);
    odo_job_cancel(job);
    odo_job_release(job);
    taken_bytes_expect(&client.taken, WHOLE, DOWNLOAD_SEED);
    download_fixture_end(fixture);
}

/* --- What is counted -------------------------------------------------------------------- */

/* Suspends the job from within its first call, which then takes its bytes. */
struct hasty_client {
    struct taken_bytes taken;
    struct odo_job *job;
};

static int32_t take_and_suspend(void *context, const void *data, size_t size)
{
    struct hasty_client *client = context;

    if (client->taken.size == 0) {
        odo_job_suspend(client->job);
    }
    return taken_bytes_take(&client->taken, data, size);
}

static void what_was_taken_after_the_job_was_suspended_is_counted(void **state)
{
    struct hasty_client client = {.taken = {.bytes = malloc(ROOM), .most = ROOM}};
    const struct odo_stream stream = {
        .write = take_and_suspend, .release = taken_bytes_release, .context = &client};
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    struct odo_file_progress file;
    struct odo_job_progress progress;
    struct taken_bytes unused;

    (void)state;
    assert_non_null(client.taken.bytes);
    client.job = job;
    taken_bytes_add(fixture, job, (struct range_list){NULL, 0}, 1, &unused);
    free(unused.bytes);
    assert_status(odo_file_set_stream(job, 0, &stream), ODO_OK);
    download_fixture_run(fixture, job, ODO_JOB_SUSPENDED);
    assert_status(odo_job_suspend(job), ODO_OK); /* waits for the client's call */
    odo_file_get_progress(job, 0, &file);
    odo_job_get_progress(job, &progress);
    assert_true(client.taken.size > 0);
    assert_int_equal(file.bytes_transferred, client.taken.size);
    assert_int_equal(progress.bytes_transferred, client.taken.size);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    odo_job_cancel(job);
    odo_job_release(job);
    taken_bytes_expect(&client.taken, WHOLE, DOWNLOAD_SEED);
    download_fixture_end(fixture);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, takings, check_taking);
    TEST_ADD(&suite, what_was_taken_after_the_job_was_suspended_is_counted);
    return test_suite_run(&suite, "streams");
}
