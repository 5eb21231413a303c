/*
 * What the priority of a job does: foreground jobs come first, and while one of them is busy,
 * the others have one connection each.
 */
#include "support/download_fixture.h"
#include "support/test.h"

#include <string.h>

enum { FOREGROUND = 0, HIGH = 1, NORMAL = 2, LOW = 3 };

enum { CONNECTIONS = 8, FILES = 10 };

static const struct range_list few = RANGES({0, 100});

static const struct server_rule silent[] = {{.does = SERVER_STALL_REPLY}};

/* Files "/a0", "/a1" ... and the same with b and c. */
static struct download_fixture *begin(uint32_t connections)
{
    static char paths[3 * FILES][8];
    static struct server_file files[3 * FILES];
    const struct odo_engine_options options = {
        .connections = connections,
        .connections_per_host = connections,
        .stall_timeout_s = 20,
    };
    const struct range_server_options server = {
        .more_files = files,
        .more_file_count = TEST_COUNT(files),
        .rules = silent,
        .rule_count = TEST_COUNT(silent),
    };

    for (int i = 0; i < 3 * FILES; i++) {
        snprintf(paths[i], sizeof(paths[i]), "/%c%d", "abc"[i / FILES], i % FILES);
        files[i] = (struct server_file){.path = paths[i], .seed = 1, .size = 1000};
    }
    return download_fixture_begin(&server, &options);
}

static struct odo_job *make_job(struct download_fixture *fixture, char letter, int files,
                                uint32_t priority)
{
    struct odo_job *job = download_fixture_job(fixture);

    assert_status(odo_job_set_number(job, ODO_JOB_PRIORITY, priority), ODO_OK);
    for (int i = 0; i < files; i++) {
        char path[20];
        char name[20];

        snprintf(path, sizeof(path), "/%c%d", letter, i);
        snprintf(name, sizeof(name), "%c%d", letter, i);
        download_fixture_add(fixture, job, path, name, few);
    }
    return job;
}

static void resume(struct download_fixture *fixture, struct odo_job *job, size_t stalls)
{
    assert_status(odo_job_resume(job), ODO_OK);
    assert_true(range_server_wait_for_stalls(fixture->server, stalls, DOWNLOAD_DEADLINE_MS));
}

static size_t count_requests(struct download_fixture *fixture, char letter)
{
    size_t count = range_server_request_count(fixture->server);
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        found += range_server_get_request(fixture->server, i).path[1] == letter;
    }
    return found;
}

static void end(struct download_fixture *fixture, struct odo_job *jobs[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_status(odo_job_cancel(jobs[i]), ODO_OK);
        odo_job_release(jobs[i]);
    }
    download_fixture_end(fixture);
}

static const struct turn_case {
    const char *name;
    uint32_t first; /* holds the only connection, and wants it again */
    uint32_t second;
    char next; /* whose turn it is when it becomes free */
} turns[] = {
    {"a foreground job comes before one of high priority", HIGH, FOREGROUND, 'b'},
    {"a foreground job comes before a normal one", NORMAL, FOREGROUND, 'b'},
    {"a foreground job comes before one of low priority", LOW, FOREGROUND, 'b'},
    {"a foreground job does not wait for a background one", FOREGROUND, NORMAL, 'a'},
};

static void check_turn(void **state)
{
    const struct turn_case *c = *state;
    struct download_fixture *fixture = begin(1);
    struct odo_job *jobs[3] = {make_job(fixture, 'a', 3, c->first),
                               make_job(fixture, 'b', 3, c->second),
                               make_job(fixture, 'c', 1, LOW)};

    resume(fixture, jobs[0], 1);
    assert_status(odo_job_resume(jobs[1]), ODO_OK);
    assert_status(odo_job_resume(jobs[2]), ODO_OK);
    assert_status(odo_job_suspend(jobs[2]), ODO_OK); /* the network thread knows all by now */
    range_server_release(fixture->server);
    assert_true(range_server_wait_for_requests(fixture->server, 6, DOWNLOAD_DEADLINE_MS));
    for (size_t i = 1; i < 3; i++) { /* as long as both have something to ask for */
        assert_int_equal(range_server_get_request(fixture->server, i).path[1], c->next);
    }
    end(fixture, jobs, 3);
}

static void a_background_job_has_one_connection_beside_a_busy_foreground_job(void **state)
{
    struct download_fixture *fixture = begin(CONNECTIONS);
    struct odo_job *jobs[3] = {make_job(fixture, 'a', 1, FOREGROUND),
                               make_job(fixture, 'b', FILES, NORMAL),
                               make_job(fixture, 'c', 1, NORMAL)};

    (void)state;
    resume(fixture, jobs[0], 1);
    resume(fixture, jobs[1], 2);
    resume(fixture, jobs[2], 3); /* one more, and none for the second meanwhile */
    assert_int_equal(count_requests(fixture, 'b'), 1);
    assert_int_equal(range_server_request_count(fixture->server), 3);

    assert_status(odo_job_suspend(jobs[0]), ODO_OK); /* nobody is in the foreground any more */
    assert_true(
        range_server_wait_for_requests(fixture->server, 1 + CONNECTIONS, DOWNLOAD_DEADLINE_MS));
    assert_int_equal(count_requests(fixture, 'b'), CONNECTIONS - 1);
    end(fixture, jobs, 3);
}

static void another_priority_takes_effect_at_once(void **state)
{
    struct download_fixture *fixture = begin(CONNECTIONS);
    struct odo_job *jobs[2] = {make_job(fixture, 'a', 1, FOREGROUND),
                               make_job(fixture, 'b', FILES, NORMAL)};

    (void)state;
    resume(fixture, jobs[0], 1);
    resume(fixture, jobs[1], 2);
    assert_status(odo_job_set_number(jobs[1], ODO_JOB_PRIORITY, FOREGROUND), ODO_OK);
    assert_true(
        range_server_wait_for_stalls(fixture->server, CONNECTIONS, DOWNLOAD_DEADLINE_MS));
    assert_int_equal(count_requests(fixture, 'b'), CONNECTIONS - 1);
    end(fixture, jobs, 2);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, turns, check_turn);
    TEST_ADD(&suite, a_background_job_has_one_connection_beside_a_busy_foreground_job);
    TEST_ADD(&suite, another_priority_takes_effect_at_once);
    return test_suite_run(&suite, "priority");
}
