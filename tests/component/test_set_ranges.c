/*
 * Asking for something else, or for more, of a file that was added.
 */
#include "platform/file.h"
#include "platform/thread.h"
#include "support/content.h"
#include "support/download_fixture.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <string.h>

#define END BYTE_RANGE_TO_END

/* --- What is asked for, one after the other ------------------------------------------- */

enum { STEPS_MOST = 4 };

/* A job goes from step to step; the last is completed, and the file looked at. */
static const struct course_case {
    const char *name;
    struct range_list first;
    struct {
        struct range_list ranges;
        bool append; /* after the job was TRANSFERRED; else it has only been resumed and
                        suspended, with a server that stalls in the middle */
        bool is_there;
    } steps[STEPS_MOST];
    struct range_list result;
} courses[] = {
    {"other ranges take the place of those that were asked for",
     RANGES({0, 300000}),
     {{RANGES({500000, 1000}), false, true}},
     RANGES({500000, 1000})},
    {"the whole file may take their place",
     RANGES({0, 300000}),
     {{NO_RANGES, false, true}},
     NO_RANGES},
    {"ranges may take the place of the whole file",
     NO_RANGES,
     {{RANGES({7, 11}, {3, 2}), false, true}},
     RANGES({7, 11}, {3, 2})},
    {"the same may be asked for once more",
     RANGES({100, 300000}),
     {{RANGES({100, 300000}), false, true}},
     RANGES({100, 300000})},
    {"more lands behind what is there",
     RANGES({100, 200}),
     {{RANGES({700, 50}, {600, 20}), true, true}},
     RANGES({100, 200}, {700, 50}, {600, 20})},
    {"and more behind that",
     RANGES({100, 200}),
     {{RANGES({700, 50}), true, true}, {RANGES({900000, END}), true, true}},
     RANGES({100, 200}, {700, 50}, {900000, END})},
    {"what was had may be asked for again",
     RANGES({100, 200}),
     {{RANGES({100, 200}), true, true}},
     RANGES({100, 200}, {100, 200})},
    {"the whole file may come behind a part",
     RANGES({10, 20}),
     {{NO_RANGES, true, true}},
     RANGES({10, 20}, {0, END})},
    {"something else takes the place of what comes behind alone",
     RANGES({10, 20}),
     {{RANGES({1000, 500000}), true, true}, {RANGES({5, 3}), false, true}},
     RANGES({10, 20}, {5, 3})},
};

static void set_ranges(struct odo_job *job, struct range_list ranges, bool append)
{
    assert_status(odo_file_set_ranges(job, 0, ranges.items, (uint32_t)ranges.count, append),
                  ODO_OK);
}

/* Some bytes come, and the job is suspended. */
static void come_to_the_middle(struct download_fixture *fixture, struct odo_job *job)
{
    static const struct server_rule stalling[] = {{.does = SERVER_STALL_AFTER, .number = 100}};

    range_server_use_rules(fixture->server, stalling, TEST_COUNT(stalling));
    assert_status(odo_job_resume(job), ODO_OK);
    assert_true(range_server_wait_for_stalls(fixture->server, 1, DOWNLOAD_DEADLINE_MS));
    assert_status(odo_job_suspend(job), ODO_OK);
    range_server_use_rules(fixture->server, NULL, 0);
}

static void expect_ranges(struct odo_job *job, struct range_list expected)
{
    struct byte_range *ranges = NULL;
    uint32_t count = 77;

    assert_status(odo_file_get_ranges(job, 0, &ranges, &count), ODO_OK);
    assert_int_equal(count, expected.count);
    if (count > 0) {
        assert_memory_equal(ranges, expected.items, count * sizeof(*ranges));
    }
    odo_free(ranges);
}

static void check_course(void **state)
{
    const struct course_case *c = *state;
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *job = download_fixture_job(fixture);

    download_fixture_add(fixture, job, "/file", "target", c->first);
    for (size_t i = 0; i < STEPS_MOST && c->steps[i].is_there; i++) {
        struct odo_file_progress progress;

        if (c->steps[i].append) {
            download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
        } else {
            come_to_the_middle(fixture, job);
        }
        set_ranges(job, c->steps[i].ranges, c->steps[i].append);
        expect_ranges(job, c->steps[i].ranges);
        expect_state(job, c->steps[i].append ? ODO_JOB_TRANSFERRED : ODO_JOB_SUSPENDED);
        odo_file_get_progress(job, 0, &progress);
        assert_true(progress.bytes_transferred == 0); /* of the new ranges */
    }
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    download_fixture_expect(fixture, "target", c->result);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void progress_is_that_of_the_new_ranges(void **state)
{
    const struct range_list first = RANGES({0, 5000});
    const struct range_list more = RANGES({8000, 100}, {9000, 23});
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    struct odo_job_progress progress;

    (void)state;
    download_fixture_add(fixture, job, "/file", "target", first);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    set_ranges(job, more, true);
    odo_job_get_progress(job, &progress);
    assert_true(progress.bytes_total == 123 && progress.bytes_transferred == 0);
    assert_int_equal(progress.files_transferred, 0);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    odo_job_get_progress(job, &progress);
    assert_true(progress.bytes_total == 123 && progress.bytes_transferred == 123);
    assert_int_equal(progress.files_transferred, 1);
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
    download_fixture_end(fixture);
}

/* --- What is refused ------------------------------------------------------------------ */

enum stage { SUSPENDED, TRANSFERRING, IN_ERROR, TRANSFERRED, ACKNOWLEDGED, CANCELLED };

static const struct refusal_case {
    const char *name;
    enum stage stage;
    struct range_list ranges;
    bool append;
    enum odo_status status;
} refusals[] = {
    {"a suspended job may ask for something else", SUSPENDED, RANGES({1, 2}), false, ODO_OK},
    {"a job in error may", IN_ERROR, RANGES({1, 2}), false, ODO_OK},
    {"a transferred job may ask for more", TRANSFERRED, RANGES({1, 2}), true, ODO_OK},
    {"a suspended job may not ask for more", SUSPENDED, RANGES({1, 2}), true,
     ODO_E_INVALID_STATE},
    {"a job in error may not ask for more", IN_ERROR, RANGES({1, 2}), true,
     ODO_E_INVALID_STATE},
    {"a transferred job may not ask for something else", TRANSFERRED, RANGES({1, 2}), false,
     ODO_E_INVALID_STATE},
    {"a job in motion may not ask for something else", TRANSFERRING, RANGES({1, 2}), false,
     ODO_E_INVALID_STATE},
    {"a job in motion may not ask for more", TRANSFERRING, RANGES({1, 2}), true,
     ODO_E_INVALID_STATE},
    {"a completed job asks for nothing", ACKNOWLEDGED, RANGES({1, 2}), false,
     ODO_E_INVALID_STATE},
    {"a cancelled job asks for nothing", CANCELLED, RANGES({1, 2}), false, ODO_E_INVALID_STATE},
    {"ranges are not empty", SUSPENDED, RANGES({1, 0}), false, ODO_E_INVALID_RANGE},
    {"ranges do not overlap", SUSPENDED, RANGES({1, 5}, {5, 1}), false,
     ODO_E_OVERLAPPING_RANGES},
    {"a count needs ranges", SUSPENDED, {NULL, 3}, false, ODO_E_INVALID_ARGUMENT},
    {"there is an end to the count",
     SUSPENDED,
     {(const struct byte_range[]){{0, 1}}, ODO_RANGES_MAX + 1},
     false,
     ODO_E_TOO_MANY},
    {"more must lie within the file that is known", TRANSFERRED, RANGES({DOWNLOAD_SIZE - 1, 2}),
     true, ODO_E_INVALID_RANGE},
    {"an open range too", TRANSFERRED, RANGES({DOWNLOAD_SIZE, END}), true, ODO_E_INVALID_RANGE},
};

static void bring_to(struct download_fixture *fixture, struct odo_job *job, enum stage stage)
{
    static const struct server_rule stalling[] = {{.does = SERVER_STALL_AFTER, .number = 100}};
    static const struct server_rule missing[] = {{.does = SERVER_STATUS, .number = 404}};

    switch (stage) {
    case SUSPENDED:
        break;
    case TRANSFERRING:
        range_server_use_rules(fixture->server, stalling, TEST_COUNT(stalling));
        assert_status(odo_job_resume(job), ODO_OK);
        assert_true(range_server_wait_for_stalls(fixture->server, 1, DOWNLOAD_DEADLINE_MS));
        break;
    case IN_ERROR:
        range_server_use_rules(fixture->server, missing, TEST_COUNT(missing));
        download_fixture_run(fixture, job, ODO_JOB_ERROR);
        break;
    case TRANSFERRED:
        download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
        break;
    case ACKNOWLEDGED:
        download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
        assert_status(odo_job_complete(job), ODO_OK);
        break;
    case CANCELLED:
        assert_status(odo_job_cancel(job), ODO_OK);
        break;
    }
}

static void check_refusal(void **state)
{
    const struct refusal_case *c = *state;
    const struct range_list first = RANGES({50, 2000});
    const struct odo_engine_options patient = {.stall_timeout_s = 20};
    struct download_fixture *fixture = download_fixture_begin(NULL, &patient);
    struct odo_job *job = download_fixture_job(fixture);

    download_fixture_add(fixture, job, "/file", "target", first);
    bring_to(fixture, job, c->stage);
    assert_status(
        odo_file_set_ranges(job, 0, c->ranges.items, (uint32_t)c->ranges.count, c->append),
        c->status);
    expect_ranges(job, c->status == ODO_OK ? c->ranges : first);
    if (c->stage != ACKNOWLEDGED && c->stage != CANCELLED) {
        assert_status(odo_job_cancel(job), ODO_OK);
    }
    odo_job_release(job);
    download_fixture_end(fixture);
}

/* Bytes of two versions never meet in one file. */
static void more_of_a_file_that_has_changed_is_an_error(void **state)
{
    const struct range_list first = RANGES({0, 1000});
    const struct range_list more = RANGES({5000, 1000});
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    struct odo_error error;

    (void)state;
    download_fixture_add(fixture, job, "/file", "target", first);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    range_server_replace(fixture->server, "/file", DOWNLOAD_SEED + 1, DOWNLOAD_SIZE);
    set_ranges(job, more, true);
    download_fixture_run(fixture, job, ODO_JOB_ERROR);
    assert_status(odo_job_get_error(job, &error, NULL), ODO_OK);
    assert_status(error.status, ODO_E_FILE_CHANGED);
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void more_behind_a_file_that_is_gone_is_an_error(void **state)
{
    const struct range_list first = RANGES({0, 1000});
    const struct range_list more = RANGES({5000, 1000});

    (void)state;
    for (int removed_later = 0; removed_later < 2; removed_later++) {
        struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
        struct odo_job *job = download_fixture_job(fixture);
        struct odo_error error;
        char *path = NULL;

        download_fixture_add(fixture, job, "/file", "target", first);
        download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
        assert_status(odo_file_get_text(job, 0, ODO_FILE_TEMPORARY_PATH, &path), ODO_OK);
        if (!removed_later) {
            assert_status(platform_file_remove(path), ODO_OK);
            assert_status(odo_file_set_ranges(job, 0, more.items, (uint32_t)more.count, true),
                          ODO_E_FILE_NOT_FOUND);
            expect_ranges(job, first);
        } else {
            set_ranges(job, more, true);
            assert_status(platform_file_remove(path), ODO_OK);
            download_fixture_run(fixture, job, ODO_JOB_ERROR);
            assert_status(odo_job_get_error(job, &error, NULL), ODO_OK);
            assert_status(error.status, ODO_E_FILE_NOT_FOUND);
        }
        odo_free(path);
        assert_status(odo_job_cancel(job), ODO_OK);
        odo_job_release(job);
        download_fixture_end(fixture);
    }
}

/* A file that asked for much and now asks for little does not keep the rest. */
static void completing_cuts_off_what_was_asked_for_before(void **state)
{
    const struct range_list first = RANGES({0, 10});
    const struct range_list much = RANGES({0, 500000});
    const struct range_list little = RANGES({20, 5});
    const struct range_list result = RANGES({0, 10}, {20, 5});
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    struct platform_file *file = NULL;
    char *path = NULL;

    (void)state;
    download_fixture_add(fixture, job, "/file", "target", first);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    set_ranges(job, much, true);
    come_to_the_middle(fixture, job);
    set_ranges(job, little, false);
    assert_status(odo_file_get_text(job, 0, ODO_FILE_TEMPORARY_PATH, &path), ODO_OK);
    assert_status(platform_file_open(path, &file), ODO_OK);
    assert_status(platform_file_set_size(file, 300000), ODO_OK); /* as a crash would leave it */
    platform_file_close(file);
    odo_free(path);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    download_fixture_expect(fixture, "target", result);
    odo_job_release(job);
    download_fixture_end(fixture);
}

/* --- Streams -------------------------------------------------------------------------- */

struct taken {
    unsigned char *bytes;
    size_t size;
};

enum { TAKEN_MOST = 3000000 };

static int32_t take(void *context, const void *data, size_t size)
{
    struct taken *taken = context;

    if (size > TAKEN_MOST - taken->size) {
        return -1;
    }
    memcpy(taken->bytes + taken->size, data, size);
    taken->size += size;
    return 0;
}

static void release_nothing(void *context)
{
    (void)context;
}

static void add_stream(struct download_fixture *fixture, struct odo_job *job,
                       struct range_list ranges, struct taken *taken)
{
    char url[SERVER_URL_SIZE];
    const struct odo_stream stream = {
        .write = take, .release = release_nothing, .context = taken};

    assert_status(odo_job_add_file(job,
                                   &(struct odo_file_request){
                                       .file_id = "stream",
                                       .url = range_server_url(fixture->server, "/file", url),
                                       .ranges = ranges.items,
                                       .range_count = (uint32_t)ranges.count,
                                       .file_size = ODO_SIZE_UNKNOWN,
                                   },
                                   NULL),
                  ODO_OK);
    assert_status(odo_file_set_stream(job, 0, &stream), ODO_OK);
}

static size_t expect_bytes(const struct taken *taken, size_t at, struct range_list ranges)
{
    for (size_t i = 0; i < ranges.count; i++) {
        uint64_t length = ranges.items[i].length == END ? DOWNLOAD_SIZE - ranges.items[i].offset
                                                        : ranges.items[i].length;

        for (uint64_t k = 0; k < length; k++, at++) {
            assert_true(at < taken->size);
            assert_int_equal(taken->bytes[at],
                             content_byte(DOWNLOAD_SEED, ranges.items[i].offset + k));
        }
    }
    return at;
}

static void a_stream_gets_more_behind_what_it_has(void **state)
{
    const struct range_list first = RANGES({100, 200000});
    const struct range_list second = RANGES({900000, END}, {5, 3});
    const struct range_list third = RANGES({0, 700000});
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    struct taken taken = {malloc(TAKEN_MOST), 0};
    struct odo_job_progress progress;
    size_t at;

    (void)state;
    assert_non_null(taken.bytes);
    add_stream(fixture, job, first, &taken);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    set_ranges(job, second, true);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    odo_job_get_progress(job, &progress);
    assert_true(progress.bytes_total == 100003 && progress.bytes_transferred == 100003);
    set_ranges(job, third, true);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    at = expect_bytes(&taken, 0, first);
    at = expect_bytes(&taken, at, second);
    at = expect_bytes(&taken, at, third);
    assert_int_equal(taken.size, at);
    odo_job_release(job);
    download_fixture_end(fixture);
    free(taken.bytes);
}

/* What it has it cannot give back: something else comes behind it. */
static void a_stream_goes_on_with_something_else(void **state)
{
    static const struct server_rule stalling[] = {
        {.does = SERVER_STALL_AFTER, .number = 100000}};
    const struct range_list first = RANGES({0, 800000});
    const struct range_list other = RANGES({900000, 1000}, {10, 10});
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    struct taken taken = {malloc(TAKEN_MOST), 0};
    struct byte_range had = {0, 0};
    struct range_list had_list = {&had, 1};
    size_t at;

    (void)state;
    assert_non_null(taken.bytes);
    add_stream(fixture, job, first, &taken);
    range_server_use_rules(fixture->server, stalling, TEST_COUNT(stalling));
    assert_status(odo_job_resume(job), ODO_OK);
    assert_true(event_log_wait_for_bytes(fixture->log, job, 90000, DOWNLOAD_DEADLINE_MS));
    assert_status(odo_job_suspend(job), ODO_OK);
    had.length = taken.size;
    range_server_use_rules(fixture->server, NULL, 0);
    set_ranges(job, other, false);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    at = expect_bytes(&taken, 0, had_list);
    at = expect_bytes(&taken, at, other);
    assert_int_equal(taken.size, at);
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
    download_fixture_end(fixture);
    free(taken.bytes);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, courses, check_course);
    TEST_ADD(&suite, progress_is_that_of_the_new_ranges);
    TEST_ADD_TABLE(&suite, refusals, check_refusal);
    TEST_ADD(&suite, more_of_a_file_that_has_changed_is_an_error);
    TEST_ADD(&suite, more_behind_a_file_that_is_gone_is_an_error);
    TEST_ADD(&suite, completing_cuts_off_what_was_asked_for_before);
    TEST_ADD(&suite, a_stream_gets_more_behind_what_it_has);
    TEST_ADD(&suite, a_stream_goes_on_with_something_else);
    return test_suite_run(&suite, "set_ranges");
}
