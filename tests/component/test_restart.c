/*
 * Jobs that outlive their engine: what one engine leaves, another finds and finishes.
 */
#include "base/text.h"
#include "job/job_state.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "platform/path.h"
#include "platform/thread.h"
#include "store/journal.h"
#include "store/journal_read.h"
#include "support/content.h"
#include "support/event_log.h"
#include "support/job_sample.h"
#include "support/log_lines.h"
#include "support/range_list.h"
#include "support/range_server.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <string.h>

enum { SEED = 7, SIZE = 3000000, DEADLINE_MS = 30000 };

#define END BYTE_RANGE_TO_END

static struct {
    char *folder;
    char *store_folder;
    struct range_server *server;
    struct event_log *log;
    struct odo_engine *engine;
    int engines;         /* started so far */
    char user_agent[20]; /* of the last of them: so it is known who asked */
} here;

/* --- Engines -------------------------------------------------------------------------- */

static enum odo_status try_start_engine(struct odo_engine_options options)
{
    options.store_folder = here.store_folder;
    options.retry_base_ms = 1;
    options.retry_limit_ms = 20;
    here.log = event_log_create();
    options.host = event_log_host(here.log);
    snprintf(here.user_agent, sizeof(here.user_agent), "engine/%d", ++here.engines);
    options.user_agent = here.user_agent;
    return odo_engine_start(&options, &here.engine);
}

static void start_engine(void)
{
    assert_status(try_start_engine((struct odo_engine_options){.ranges_per_request = 1}),
                  ODO_OK);
}

static void stop_engine(void)
{
    odo_engine_stop(here.engine);
    here.engine = NULL;
    event_log_free(here.log);
    here.log = NULL;
}

static int begin(void **state)
{
    (void)state;
    here.folder = temp_folder_create();
    here.store_folder = temp_folder_make(here.folder, "jobs");
    here.server = range_server_start(&(struct range_server_options){
        .files = {{.path = "/file", .seed = SEED, .size = SIZE}},
    });
    start_engine();
    return 0;
}

static int end(void **state)
{
    (void)state;
    range_server_release(here.server);
    stop_engine();
    range_server_stop(here.server);
    temp_folder_remove(here.folder);
    free(here.store_folder);
    memset(&here, 0, sizeof(here));
    return 0;
}

static void use_rules(const struct server_rule *rules, size_t count)
{
    range_server_use_rules(here.server, rules, count);
}

/* --- Jobs ----------------------------------------------------------------------------- */

static struct odo_job *make_job(void)
{
    struct odo_job *job = NULL;

    assert_status(odo_job_create(here.engine, "a job", &job), ODO_OK);
    return job;
}

static void add(struct odo_job *job, const char *name, struct range_list ranges)
{
    char url[SERVER_URL_SIZE];
    char *path = temp_folder_path(here.folder, name);

    assert_status(odo_job_add_file(job,
                                   &(struct odo_file_request){
                                       .file_id = name,
                                       .url = range_server_url(here.server, "/file", url),
                                       .local_path = path,
                                       .ranges = ranges.items,
                                       .range_count = (uint32_t)ranges.count,
                                       .file_size = ODO_SIZE_UNKNOWN,
                                   },
                                   NULL),
                  ODO_OK);
    free(path);
}

static const struct range_list whole = NO_RANGES;

static void expect_state(struct odo_job *job, enum odo_job_state state)
{
    assert_string_equal(job_state_name(odo_job_get_state(job)), job_state_name(state));
}

static void run(struct odo_job *job, enum odo_job_state state)
{
    assert_status(odo_job_resume(job), ODO_OK);
    assert_status(odo_job_wait(job, DEADLINE_MS), ODO_OK);
    expect_state(job, state);
}

static void expect_content(const char *name, struct range_list ranges)
{
    char *path = temp_folder_path(here.folder, name);

    expect_file(path, ranges.items, ranges.count, SEED, SIZE);
    free(path);
}

static uint64_t bytes_had(struct odo_job *job)
{
    struct odo_job_progress progress;

    odo_job_get_progress(job, &progress);
    return progress.bytes_transferred;
}

/* The only job of the engine, counted. */
static struct odo_job *only_job(void)
{
    struct odo_job **jobs = NULL;
    struct odo_job *job;
    size_t count = 0;

    assert_status(odo_job_list(here.engine, &jobs, &count), ODO_OK);
    assert_int_equal(count, 1);
    job = jobs[0];
    odo_free(jobs);
    return job;
}

static void expect_no_jobs(struct odo_engine *engine)
{
    struct odo_job **jobs = NULL;
    size_t count = 77;

    assert_status(odo_job_list(engine, &jobs, &count), ODO_OK);
    assert_int_equal(count, 0);
    assert_null(jobs);
}

/* Another engine in the place of this one, and the only job in it. */
static struct odo_job *restart(struct odo_job *job)
{
    stop_engine();
    odo_job_release(job);
    start_engine();
    return only_job();
}

struct count {
    const char *extension; /* NULL counts all */
    size_t count;
};

static bool count_one(void *context, const char *name, bool is_ordinary)
{
    struct count *count = context;
    size_t length = strlen(name);
    size_t tail = count->extension ? strlen(count->extension) : 0;

    if (!is_ordinary) {
        return true;
    }
    count->count += !count->extension ||
                    (length >= tail && strcmp(name + length - tail, count->extension) == 0);
    return true;
}

static size_t count_files(const char *folder, const char *extension)
{
    struct count count = {extension, 0};

    assert_status(platform_path_list(folder, count_one, &count), ODO_OK);
    return count.count;
}

/* --- What a client can see ------------------------------------------------------------ */

enum { FILES_MOST = 4 };

struct seen {
    enum odo_job_state state;
    struct odo_job_progress progress;
    struct odo_job_times times;
    struct odo_error error;
    uint32_t error_file;
    uint32_t error_count;
    uint32_t numbers[ODO_JOB_NUMBER_COUNT];
    char *texts[ODO_JOB_TEXT_COUNT];
    uint32_t file_count;
    struct {
        char *texts[3]; /* id, URL, local path */
        struct byte_range *ranges;
        uint32_t range_count;
        struct odo_file_progress progress;
    } files[FILES_MOST];
};

static struct seen look(struct odo_job *job)
{
    struct seen seen;

    memset(&seen, 0, sizeof(seen));
    seen.state = odo_job_get_state(job);
    odo_job_get_progress(job, &seen.progress);
    odo_job_get_times(job, &seen.times);
    odo_job_get_error(job, &seen.error, &seen.error_file);
    seen.error_count = odo_job_get_error_count(job);
    for (int i = 0; i < ODO_JOB_NUMBER_COUNT; i++) {
        seen.numbers[i] = odo_job_get_number(job, (enum odo_job_number)i);
    }
    for (int i = 0; i < ODO_JOB_TEXT_COUNT; i++) {
        assert_status(odo_job_get_text(job, (enum odo_job_text)i, &seen.texts[i]), ODO_OK);
    }
    seen.file_count = odo_job_get_file_count(job);
    assert_true(seen.file_count <= FILES_MOST);
    for (uint32_t i = 0; i < seen.file_count; i++) {
        for (int k = ODO_FILE_ID; k <= ODO_FILE_LOCAL_PATH; k++) {
            assert_status(
                odo_file_get_text(job, i, (enum odo_file_text)k, &seen.files[i].texts[k]),
                ODO_OK);
        }
        assert_status(
            odo_file_get_ranges(job, i, &seen.files[i].ranges, &seen.files[i].range_count),
            ODO_OK);
        odo_file_get_progress(job, i, &seen.files[i].progress);
    }
    return seen;
}

static void forget(struct seen *seen)
{
    for (int i = 0; i < ODO_JOB_TEXT_COUNT; i++) {
        odo_free(seen->texts[i]);
    }
    for (uint32_t i = 0; i < seen->file_count; i++) {
        for (int k = ODO_FILE_ID; k <= ODO_FILE_LOCAL_PATH; k++) {
            odo_free(seen->files[i].texts[k]);
        }
        odo_free(seen->files[i].ranges);
    }
}

/* The same but for the state and its error. */
static void expect_same(const struct seen *actual, const struct seen *expected)
{
    assert_memory_equal(&actual->progress, &expected->progress, sizeof(actual->progress));
    assert_memory_equal(&actual->times, &expected->times, sizeof(actual->times));
    assert_int_equal(actual->error_count, expected->error_count);
    assert_memory_equal(actual->numbers, expected->numbers, sizeof(actual->numbers));
    for (int i = 0; i < ODO_JOB_TEXT_COUNT; i++) {
        assert_string_equal(actual->texts[i], expected->texts[i]);
    }
    assert_int_equal(actual->file_count, expected->file_count);
    for (uint32_t i = 0; i < actual->file_count; i++) {
        for (int k = ODO_FILE_ID; k <= ODO_FILE_LOCAL_PATH; k++) {
            assert_string_equal(actual->files[i].texts[k], expected->files[i].texts[k]);
        }
        assert_int_equal(actual->files[i].range_count, expected->files[i].range_count);
        assert_memory_equal(actual->files[i].ranges, expected->files[i].ranges,
                            actual->files[i].range_count * sizeof(struct byte_range));
        assert_true(actual->files[i].progress.bytes_total ==
                    expected->files[i].progress.bytes_total);
        assert_true(actual->files[i].progress.bytes_transferred ==
                    expected->files[i].progress.bytes_transferred);
        assert_int_equal(actual->files[i].progress.completed,
                         expected->files[i].progress.completed);
    }
}

static const struct range_list some = RANGES({500000, 1000}, {0, 1000}, {2000000, END});

/* Each brings a job with two files into a state. */

static void leave_suspended(struct odo_job *job)
{
    (void)job;
}

static const struct server_rule stalls[] = {{.does = SERVER_STALL_AFTER, .number = 100000}};

static void leave_transferring(struct odo_job *job)
{
    use_rules(stalls, TEST_COUNT(stalls));
    assert_status(odo_job_resume(job), ODO_OK);
    assert_true(event_log_wait_for_bytes(here.log, job, 100000, DEADLINE_MS));
}

static void leave_stopped(struct odo_job *job)
{
    leave_transferring(job);
    assert_status(odo_job_suspend(job), ODO_OK);
    expect_state(job, ODO_JOB_SUSPENDED);
}

static void leave_waiting(struct odo_job *job)
{
    static const struct server_rule rules[] = {
        {.does = SERVER_STATUS, .number = 503},
        {.does = SERVER_RETRY_AFTER, .number = 1000},
    };

    use_rules(rules, TEST_COUNT(rules));
    assert_status(odo_job_resume(job), ODO_OK);
    assert_true(
        event_log_wait_for_state(here.log, job, ODO_JOB_TRANSIENT_ERROR, 1, DEADLINE_MS));
}

static void leave_failed(struct odo_job *job)
{
    static const struct server_rule rules[] = {{.does = SERVER_STATUS, .number = 404}};

    use_rules(rules, TEST_COUNT(rules));
    run(job, ODO_JOB_ERROR);
}

static void leave_transferred(struct odo_job *job)
{
    run(job, ODO_JOB_TRANSFERRED);
}

static void leave_transferred_with_more(struct odo_job *job)
{
    run(job, ODO_JOB_TRANSFERRED);
    add(job, "third", some);
    expect_state(job, ODO_JOB_TRANSFERRED);
}

static const struct state_case {
    const char *name;
    void (*leave)(struct odo_job *job);
    enum odo_job_state after;
} states[] = {
    {"a suspended job is suspended after a restart", leave_suspended, ODO_JOB_SUSPENDED},
    {"so is one that has come some way", leave_stopped, ODO_JOB_SUSPENDED},
    {"a transferring job is queued", leave_transferring, ODO_JOB_QUEUED},
    {"a waiting job is queued", leave_waiting, ODO_JOB_QUEUED},
    {"a failed job has failed", leave_failed, ODO_JOB_ERROR},
    {"a transferred job is transferred", leave_transferred, ODO_JOB_TRANSFERRED},
    {"so is one that was given another file", leave_transferred_with_more, ODO_JOB_TRANSFERRED},
};

static void check_state(void **state)
{
    const struct state_case *c = *state;
    struct odo_job *job;
    struct odo_job_id id;
    struct odo_job_id found_id;
    struct seen before;
    struct seen after;

    begin(NULL);
    job = make_job();
    odo_job_get_id(job, &id);
    assert_status(odo_job_set_text(job, ODO_JOB_DESCRIPTION, "\xe2\x82\xac 5"), ODO_OK);
    assert_status(odo_job_set_text(job, ODO_JOB_OWNER, "S-1-5-18"), ODO_OK);
    assert_status(odo_job_set_number(job, ODO_JOB_PRIORITY, 0), ODO_OK);
    assert_status(odo_job_set_number(job, ODO_JOB_COST_FLAGS, 0x80000000), ODO_OK);
    add(job, "first", whole);
    add(job, "second", some);
    c->leave(job);

    stop_engine();
    before = look(job); /* what it was when it could not change any more */
    odo_job_release(job);
    range_server_release(here.server);
    start_engine();
    job = only_job();
    odo_job_get_id(job, &found_id);
    assert_memory_equal(found_id.bytes, id.bytes, sizeof(id.bytes));
    after = look(job);
    expect_state(job, c->after);
    expect_same(&after, &before);
    if (c->after == ODO_JOB_ERROR) {
        assert_status(after.error.status, before.error.status);
        assert_int_equal(after.error.http_status, before.error.http_status);
        assert_int_equal(after.error_file, before.error_file);
    } else {
        assert_status(after.error.status, ODO_OK);
    }

    /* And it can be finished. */
    use_rules(NULL, 0);
    run(job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    expect_content("first", whole);
    expect_content("second", some);
    assert_int_equal(count_files(here.folder, ".tmp"), 0);
    assert_int_equal(count_files(here.store_folder, ".job"), 0);
    odo_job_release(job);
    forget(&before);
    forget(&after);
    end(NULL);
}

static void an_empty_job_survives(void **state)
{
    struct odo_job *job = restart(make_job());

    (void)state;
    expect_state(job, ODO_JOB_SUSPENDED);
    assert_int_equal(odo_job_get_file_count(job), 0);
    assert_status(odo_job_resume(job), ODO_E_NO_FILES);
    odo_job_release(job);
}

static void jobs_are_found_by_their_ids(void **state)
{
    struct odo_job *first = make_job();
    struct odo_job *second = make_job();
    struct odo_job *found = NULL;
    struct odo_job *again = NULL;
    struct odo_job_id first_id;
    struct odo_job_id second_id;
    struct odo_job_id none = {{1}};

    (void)state;
    odo_job_get_id(first, &first_id);
    odo_job_get_id(second, &second_id);
    stop_engine();
    odo_job_release(first);
    odo_job_release(second);
    start_engine();
    assert_status(odo_job_find(here.engine, &none, &found), ODO_E_NOT_FOUND);
    assert_status(odo_job_find(here.engine, &second_id, &found), ODO_OK);
    odo_job_get_id(found, &none);
    assert_memory_equal(none.bytes, second_id.bytes, sizeof(none.bytes));
    assert_status(odo_job_find(here.engine, &second_id, &again), ODO_OK);
    assert_ptr_equal(found, again); /* it was taken up once */
    odo_job_release(again);
    odo_job_release(found);
}

/* --- Going on ------------------------------------------------------------------------- */

static int compare_offsets(const void *left, const void *right)
{
    const struct byte_range *a = left;
    const struct byte_range *b = right;

    return a->offset < b->offset ? -1 : a->offset > b->offset;
}

/*
 * How many bytes of the file the present engine has asked for. One that two requests asked for
 * counts once: an engine may do so when the first of them is slow.
 */
static uint64_t bytes_asked(void)
{
    enum { RANGES_MOST = 1000 };
    static struct byte_range asked[RANGES_MOST];
    size_t count = 0;
    uint64_t bytes = 0;
    uint64_t end = 0;

    for (size_t i = 0; i < range_server_request_count(here.server); i++) {
        struct server_request request = range_server_get_request(here.server, i);
        char user_agent[20];

        server_request_header(&request, "User-Agent", user_agent, sizeof(user_agent), NULL);
        for (size_t k = 0; k < request.range_count; k++) {
            if (strcmp(user_agent, here.user_agent) == 0) {
                assert_true(count < RANGES_MOST);
                asked[count++] = request.ranges[k];
            }
        }
    }
    qsort(asked, count, sizeof(asked[0]), compare_offsets);
    for (size_t i = 0; i < count; i++) {
        uint64_t from = asked[i].offset > end ? asked[i].offset : end;
        uint64_t to = asked[i].length == END || asked[i].offset + asked[i].length > SIZE
                          ? SIZE
                          : asked[i].offset + asked[i].length;

        if (to > from) {
            bytes += to - from;
            end = to;
        }
    }
    return bytes;
}

static const struct rest_case {
    const char *name;
    struct range_list ranges;
    uint64_t total;
} rests[] = {
    {"only the rest of a whole file is asked for", NO_RANGES, SIZE},
    {"only the rest of an open range is asked for", RANGES({1000, END}), SIZE - 1000},
    {"only the rest of ranges is asked for",
     RANGES({2000000, 400000}, {0, 300000}, {1000000, 500000}), 1200000},
};

static void check_rest(void **state)
{
    const struct rest_case *c = *state;
    struct odo_job *job;
    uint64_t had;

    begin(NULL);
    job = make_job();
    add(job, "file", c->ranges);
    leave_transferring(job);
    stop_engine();
    had = bytes_had(job); /* what it was when it could not change any more */
    assert_true(had >= 100000 && had < c->total);
    odo_job_release(job);
    start_engine();
    job = only_job();
    assert_true(bytes_had(job) == had);
    range_server_release(here.server);
    use_rules(NULL, 0);
    run(job, ODO_JOB_TRANSFERRED);
    assert_true(bytes_had(job) == c->total);
    assert_int_equal(bytes_asked(), c->total - had);
    assert_status(odo_job_complete(job), ODO_OK);
    expect_content("file", c->ranges);
    odo_job_release(job);
    end(NULL);
}

static void a_file_that_was_whole_is_not_asked_for_again(void **state)
{
    struct odo_job *job = make_job();

    (void)state;
    add(job, "first", whole);
    run(job, ODO_JOB_TRANSFERRED);
    job = restart(job);
    add(job, "second", some);
    run(job, ODO_JOB_TRANSFERRED);
    assert_true(bytes_asked() < SIZE - 1000000); /* what the second needs is a third of it */
    assert_status(odo_job_complete(job), ODO_OK);
    expect_content("first", whole);
    expect_content("second", some);
    odo_job_release(job);
}

static void a_file_may_be_fetched_over_many_restarts(void **state)
{
    struct odo_job *job = make_job();
    uint64_t had = 0;
    int restarts = 0;

    (void)state;
    add(job, "file", whole);
    use_rules(stalls, TEST_COUNT(stalls));
    while (had + 1000000 < SIZE && restarts < 40) {
        assert_status(odo_job_resume(job), ODO_OK);
        assert_true(event_log_wait_for_bytes(here.log, job, had + 90000, DEADLINE_MS));
        job = restart(job);
        assert_true(bytes_had(job) >= had + 90000);
        had = bytes_had(job);
        range_server_release(here.server);
        use_rules(stalls, TEST_COUNT(stalls));
        restarts++;
    }
    assert_true(restarts >= 3);
    use_rules(NULL, 0);
    run(job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    expect_content("file", whole);
    odo_job_release(job);
}

static void a_file_that_changed_in_between_begins_again(void **state)
{
    struct odo_job *job = make_job();
    char *path = temp_folder_path(here.folder, "file");

    (void)state;
    add(job, "file", whole);
    leave_transferring(job);
    job = restart(job);
    range_server_release(here.server);
    use_rules(NULL, 0);
    range_server_replace(here.server, "/file", SEED + 1, SIZE);
    run(job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    expect_file(path, NULL, 0, SEED + 1, SIZE);
    odo_job_release(job);
    free(path);
}

static void an_entity_tag_may_be_any_bytes(void **state)
{
    static const struct server_rule rules[] = {
        {.does = SERVER_STALL_AFTER, .number = 100000},
        {.does = SERVER_CHANGE_ETAG, .text = "\"\xff\xe9\""},
    };
    struct odo_job *job = make_job();
    uint64_t had;

    (void)state;
    add(job, "file", whole);
    use_rules(rules, 2);
    assert_status(odo_job_resume(job), ODO_OK);
    assert_true(event_log_wait_for_bytes(here.log, job, 100000, DEADLINE_MS));
    job = restart(job);
    range_server_release(here.server);
    use_rules(rules + 1, 1);
    had = bytes_had(job);
    assert_true(had >= 100000);
    run(job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    expect_content("file", whole);
    odo_job_release(job);
}

static void another_url_keeps_what_has_come(void **state)
{
    struct odo_job *job = make_job();
    char url[SERVER_URL_SIZE];
    uint64_t had;

    (void)state;
    add(job, "file", whole);
    leave_stopped(job);
    job = restart(job); /* nothing is unsaved now */
    had = bytes_had(job);
    assert_true(had >= 100000);
    assert_status(odo_file_set_url(job, 0, range_server_url(here.server, "/file?other", url)),
                  ODO_OK);
    job = restart(job);
    assert_true(bytes_had(job) == had);
    {
        char *text = NULL;

        assert_status(odo_file_get_text(job, 0, ODO_FILE_URL, &text), ODO_OK);
        assert_string_equal(text, url);
        odo_free(text);
    }
    odo_job_release(job);
}

static void a_queued_job_can_be_resumed_at_once(void **state)
{
    struct odo_job *job = make_job();

    (void)state;
    add(job, "file", whole);
    leave_transferring(job);
    stop_engine();
    odo_job_release(job);
    range_server_release(here.server);
    use_rules(NULL, 0);
    assert_status(try_start_engine((struct odo_engine_options){.resume_adopted = true}),
                  ODO_OK);
    job = only_job();
    assert_status(odo_job_wait(job, DEADLINE_MS), ODO_OK);
    expect_state(job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    expect_content("file", whole);
    odo_job_release(job);
}

static void a_suspended_job_is_not_resumed_by_itself(void **state)
{
    struct odo_job *job = make_job();

    (void)state;
    add(job, "file", whole);
    stop_engine();
    odo_job_release(job);
    assert_status(try_start_engine((struct odo_engine_options){.resume_adopted = true}),
                  ODO_OK);
    job = only_job();
    expect_state(job, ODO_JOB_SUSPENDED);
    odo_job_release(job);
}

static void a_queued_job_can_be_cancelled(void **state)
{
    struct odo_job *job = make_job();

    (void)state;
    add(job, "file", whole);
    leave_transferring(job);
    job = restart(job);
    assert_int_equal(count_files(here.folder, ".tmp"), 1);
    assert_status(odo_job_cancel(job), ODO_OK);
    assert_int_equal(count_files(here.folder, NULL), 0);
    assert_int_equal(count_files(here.store_folder, ".job"), 0);
    odo_job_release(job);
    expect_no_jobs(here.engine);
}

static void jobs_that_have_ended_do_not_come_back(void **state)
{
    struct odo_job *job = make_job();

    (void)state;
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
    job = make_job();
    add(job, "file", whole);
    run(job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    odo_job_release(job);
    stop_engine();
    start_engine();
    expect_no_jobs(here.engine);
    expect_content("file", whole);
}

/* A file without a place is there still, and can be given one. */
static void a_file_without_a_place_survives(void **state)
{
    char url[SERVER_URL_SIZE];
    char *path = temp_folder_path(here.folder, "file");
    struct odo_job *job = make_job();

    (void)state;
    assert_status(odo_job_add_file(job,
                                   &(struct odo_file_request){
                                       .file_id = "file",
                                       .url = range_server_url(here.server, "/file", url),
                                       .file_size = ODO_SIZE_UNKNOWN,
                                   },
                                   NULL),
                  ODO_OK);
    job = restart(job);
    assert_status(odo_job_resume(job), ODO_E_NO_SINK);
    assert_status(odo_file_set_local_path(job, 0, path), ODO_OK);
    assert_status(odo_file_set_size(job, 0, SIZE), ODO_OK);
    job = restart(job);
    run(job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    expect_content("file", whole);
    odo_job_release(job);
    free(path);
}

static int32_t take_bytes(void *context, const void *data, size_t size)
{
    (void)context;
    (void)data;
    (void)size;
    return 0;
}

static void release_nothing(void *context)
{
    (void)context;
}

static const struct odo_stream taking = {
    .write = take_bytes, .release = release_nothing, .context = NULL};

static struct odo_job *make_streaming_job(void)
{
    char url[SERVER_URL_SIZE];
    struct odo_job *job = make_job();

    assert_status(odo_job_add_file(job,
                                   &(struct odo_file_request){
                                       .file_id = "stream",
                                       .url = range_server_url(here.server, "/file", url),
                                       .file_size = ODO_SIZE_UNKNOWN,
                                   },
                                   NULL),
                  ODO_OK);
    assert_status(odo_file_set_stream(job, 0, &taking), ODO_OK);
    return job;
}

static void a_job_whose_stream_has_gone_waits_for_another_one(void **state)
{
    struct odo_job *job = make_streaming_job();

    (void)state;
    leave_transferring(job);
    job = restart(job);
    range_server_release(here.server);
    use_rules(NULL, 0);
    expect_state(job, ODO_JOB_SUSPENDED);
    assert_true(bytes_had(job) == 0);
    assert_status(odo_job_resume(job), ODO_E_NO_SINK);
    assert_status(odo_file_set_stream(job, 0, &taking), ODO_OK);
    run(job, ODO_JOB_TRANSFERRED);
    assert_int_equal(bytes_had(job), SIZE);
    job = restart(job); /* a stream that has had all needs nothing more */
    expect_state(job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    odo_job_release(job);
}

/* Its bytes are with the client, and not at the path. */
static void a_file_that_a_stream_has_had_comes_again_for_a_path(void **state)
{
    char *path = temp_folder_path(here.folder, "file");
    struct odo_job *job = make_streaming_job();

    (void)state;
    run(job, ODO_JOB_TRANSFERRED);
    add(job, "second", some);
    leave_stopped(job);
    range_server_release(here.server);
    use_rules(NULL, 0);
    job = restart(job); /* without the stream */
    assert_status(odo_file_set_local_path(job, 0, path), ODO_OK);
    job = restart(job);
    run(job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    expect_content("file", whole);
    expect_content("second", some);
    odo_job_release(job);
    free(path);
}

/* --- What is gone, and what cannot be known ------------------------------------------- */

static void remove_temporary_file(struct odo_job *job, uint32_t index)
{
    char *path = NULL;

    assert_status(odo_file_get_text(job, index, ODO_FILE_TEMPORARY_PATH, &path), ODO_OK);
    assert_status(platform_file_remove(path), ODO_OK);
    odo_free(path);
}

static void a_transferred_file_that_is_gone_is_fetched_again(void **state)
{
    struct odo_job *job = make_job();

    (void)state;
    add(job, "first", whole);
    add(job, "second", some);
    run(job, ODO_JOB_TRANSFERRED);
    stop_engine();
    remove_temporary_file(job, 0);
    odo_job_release(job);
    start_engine();
    job = only_job();
    expect_state(job, ODO_JOB_QUEUED);
    run(job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    expect_content("first", whole);
    expect_content("second", some);
    odo_job_release(job);
}

static void a_suspended_file_that_is_gone_begins_again(void **state)
{
    struct odo_job *job = make_job();

    (void)state;
    add(job, "file", whole);
    leave_stopped(job);
    stop_engine();
    remove_temporary_file(job, 0);
    odo_job_release(job);
    range_server_release(here.server);
    use_rules(NULL, 0);
    start_engine();
    job = only_job();
    expect_state(job, ODO_JOB_SUSPENDED);
    assert_true(bytes_had(job) == 0);
    run(job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    expect_content("file", whole);
    odo_job_release(job);
}

/* --- Journals made by hand ------------------------------------------------------------ */

/* A whole file of 1000 bytes in the folder, with the bytes of its temporary file. */
static struct job_file *make_data(struct job *data, uint8_t number)
{
    struct odo_job_id id = job_sample_id(number);

    job_init(data, &id, platform_clock_wall_us());
    assert_status(job_set_text(data, ODO_JOB_DISPLAY_NAME, "by hand"), ODO_OK);
    return job_sample_add(data, here.folder, NULL, 0, 1000);
}

static void write_content(const char *path, uint64_t seed)
{
    unsigned char bytes[1000];
    struct platform_file *file = NULL;

    content_fill(seed, 0, bytes, sizeof(bytes));
    platform_file_remove(path);
    assert_status(platform_file_create_new(path, &file), ODO_OK);
    assert_status(platform_file_write_at(file, 0, bytes, sizeof(bytes)), ODO_OK);
    platform_file_close(file);
}

/* Put the job into the store, as an engine of this start of the machine, or of another one. */
static void put_into_store(const struct job *data, bool same_boot)
{
    struct store *store = NULL;
    struct journal *journal = NULL;
    struct buffer bytes;
    uint64_t row = 0;

    assert_status(store_open(here.store_folder, &store), ODO_OK);
    assert_status(journal_create(store, data, &journal), ODO_OK);
    if (!same_boot) {
        buffer_init(&bytes, JOURNAL_SIZE_MAX);
        assert_status(journal_write_all(&bytes, &row, data, "another start"), ODO_OK);
        assert_status(journal_rewrite(journal, &bytes, row), ODO_OK);
        buffer_free(&bytes);
    }
    journal_close(journal);
    store_close(store);
}

static const int64_t day_us = INT64_C(24) * 60 * 60 * 1000000;

static const struct age_case {
    const char *name;
    int64_t days; /* before now */
    bool is_there;
} ages[] = {
    {"a job of a day is there", 1, true},
    {"a job of 29 days is there", 29, true},
    {"a job of 31 days is gone", 31, false},
    {"a job of a hundred years is gone", 36500, false},
    {"a job from the future is there", -36500, true},
};

static void check_age(void **state)
{
    const struct age_case *c = *state;
    struct job_file *file;
    struct job data;
    char *target;

    begin(NULL);
    file = make_data(&data, 1);
    data.times.created_us -= c->days * day_us;
    if (data.times.created_us < 0) {
        data.times.created_us = 0;
    }
    job_sample_progress(&data, file, 1000, 400, NULL, 0);
    write_content(file->temporary_path, SEED);
    write_content(file->local_path, SEED + 1);
    put_into_store(&data, true);

    if (c->is_there) {
        odo_job_release(only_job());
        assert_int_equal(count_files(here.folder, ".tmp"), 1);
    } else {
        struct odo_job *job = NULL;

        assert_status(odo_job_find(here.engine, &data.id, &job), ODO_E_NOT_FOUND);
        expect_no_jobs(here.engine);
        assert_int_equal(count_files(here.folder, ".tmp"), 0);
        assert_int_equal(count_files(here.store_folder, ".job"), 0);
        assert_int_equal(count_files(here.store_folder, ".damaged"), 0);
    }
    target = text_copy(file->local_path);
    expect_file(target, NULL, 0, SEED + 1, 1000); /* nobody has touched it */
    memory_free(target);
    job_free(&data);
    end(NULL);
}

static struct file_identity identity_of(const char *path)
{
    struct platform_file_view view = {.is_ordinary = false};
    enum odo_status status = platform_file_look(path, &view);

    assert_true(status == ODO_OK || status == ODO_E_FILE_NOT_FOUND);
    return view.identity;
}

static const struct completing_case {
    const char *name;
    bool same_boot;
    bool is_completing;
    bool is_flushed;
    bool has_temporary;
    bool has_target; /* of the new content */
    enum odo_job_state after;
    bool is_completed;
    bool is_another; /* not the file that was there when it was recorded */
} completings[] = {
    {"a file that has just got its name has it", true, true, false, false, true,
     ODO_JOB_TRANSFERRED, true, false},
    {"so it has after a power cut", false, true, false, false, true, ODO_JOB_TRANSFERRED, true,
     false},
    {"a file that was about to get its name is whole", true, true, false, true, false,
     ODO_JOB_TRANSFERRED, false, false},
    {"so it is after a power cut when it was flushed", false, true, true, true, false,
     ODO_JOB_TRANSFERRED, false, false},
    {"and is fetched again when it was not", false, true, false, true, false, ODO_JOB_QUEUED,
     false, false},
    {"a file that is gone although nobody named it is fetched again", true, false, false, false,
     true, ODO_JOB_QUEUED, false, false},
    {"so is one that is gone with its target", true, true, false, false, false, ODO_JOB_QUEUED,
     false, false},
    {"a whole file that was not flushed is fetched again after a power cut", false, false,
     false, true, false, ODO_JOB_QUEUED, false, false},
    {"one that was flushed is not", false, false, true, true, false, ODO_JOB_TRANSFERRED, false,
     false},
    {"a file that somebody else put there was not renamed by us", true, true, false, false,
     true, ODO_JOB_QUEUED, false, true},
    {"nor was it after a power cut", false, true, true, false, true, ODO_JOB_QUEUED, false,
     true},
};

static void check_completing(void **state)
{
    const struct completing_case *c = *state;
    struct odo_file_progress progress;
    struct job_file *file;
    struct odo_job *job;
    struct job data;
    char *target;

    begin(NULL);
    range_server_replace(here.server, "/file", SEED, 1000);
    file = make_data(&data, 1);
    {
        char url[SERVER_URL_SIZE];

        memory_free(file->url);
        file->url = text_copy(range_server_url(here.server, "/file", url));
    }
    job_sample_progress(&data, file, 1000, 1000, NULL, 0);
    memory_free(file->checkpoint.entity_tag); /* none that the server would not know */
    memory_free(file->checkpoint.last_modified);
    file->checkpoint.entity_tag = NULL;
    file->checkpoint.last_modified = NULL;
    job_sample_take_to(&data, file,
                       c->is_completing ? JOB_FILE_COMPLETING : JOB_FILE_TRANSFERRED);
    file->unwritten = c->is_flushed ? 0 : JOB_FILE_BYTES;
    data.state = ODO_JOB_TRANSFERRED;
    if (c->has_temporary) {
        write_content(file->temporary_path, SEED);
    }
    if (c->has_target) {
        write_content(file->local_path, SEED);
    }
    file->checkpoint.temporary =
        identity_of(c->has_temporary ? file->temporary_path : file->local_path);
    if (c->is_another) {
        file->checkpoint.temporary.number++;
    }
    put_into_store(&data, c->same_boot);
    target = text_copy(file->local_path);
    job_free(&data);

    job = only_job();
    expect_state(job, c->after);
    odo_file_get_progress(job, 0, &progress);
    assert_int_equal(progress.completed, c->is_completed);
    if (c->after == ODO_JOB_QUEUED) {
        assert_true(progress.bytes_transferred == 0);
        run(job, ODO_JOB_TRANSFERRED);
    }
    assert_status(odo_job_complete(job), ODO_OK);
    expect_file(target, NULL, 0, SEED, 1000);
    assert_int_equal(count_files(here.folder, ".tmp"), 0);
    memory_free(target);
    odo_job_release(job);
    end(NULL);
}

static bool note_only_id(void *context, const struct odo_job_id *id)
{
    *(struct odo_job_id *)context = *id;
    return true;
}

/* Before its name can have another file: a process that is killed then has left one that the
 * record would not know. */
static void that_a_temporary_file_is_gone_is_recorded_at_once(void **state)
{
    struct odo_job_id id = {{0}};
    struct journal *journal = NULL;
    struct store *store = NULL;
    struct job_file *file;
    struct job data;

    (void)state;
    file = make_data(&data, 1);
    job_sample_progress(&data, file, 1000, 400, NULL, 0);
    file->checkpoint.temporary.number = 77;
    data.state = ODO_JOB_SUSPENDED;
    put_into_store(&data, true);
    job_free(&data);
    odo_job_release(only_job()); /* it is taken up, and no more */
    stop_engine();
    assert_status(store_open(here.store_folder, &store), ODO_OK);
    assert_status(store_list(store, note_only_id, &id), ODO_OK);
    assert_status(journal_adopt(store, &id, &journal, &data), ODO_OK);
    assert_int_equal(data.files[0]->stage, JOB_FILE_QUEUED);
    assert_int_equal(data.files[0]->checkpoint.temporary.number, 0);
    job_free(&data);
    journal_close(journal);
    store_close(store);
    start_engine();
}

/* The record of the last file came, and that of the job's new state did not. */
static void a_job_with_every_file_there_is_transferred(void **state)
{
    struct job_file *file;
    struct odo_job *job;
    struct job data;

    (void)state;
    file = make_data(&data, 1);
    job_sample_progress(&data, file, 1000, 1000, NULL, 0);
    job_set_stage(&data, file, JOB_FILE_TRANSFERRED);
    write_content(file->temporary_path, SEED);
    data.state = ODO_JOB_TRANSFERRING;
    put_into_store(&data, true);
    job_free(&data);
    job = only_job();
    expect_state(job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    odo_job_release(job);
}

static void a_job_that_had_ended_is_cleared_away(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct job_file *file;
        struct job data;

        file = make_data(&data, 1);
        job_sample_progress(&data, file, 1000, 400, NULL, 0);
        write_content(file->temporary_path, SEED);
        data.state = i == 0 ? ODO_JOB_CANCELLED : ODO_JOB_ACKNOWLEDGED;
        put_into_store(&data, true);
        job_free(&data);
        expect_no_jobs(here.engine);
        assert_int_equal(count_files(here.folder, ".tmp"), 0);
        assert_int_equal(count_files(here.store_folder, ".job"), 0);
    }
}

static void a_damaged_journal_beside_good_ones_costs_nothing_else(void **state)
{
    struct odo_job **jobs = NULL;
    struct odo_job *found = NULL;
    struct odo_job_id bad = job_sample_id(2);
    size_t count = 0;
    char *path =
        temp_folder_path(here.store_folder, "a3a2a1a0-a5a4-a7a6-a8a9-aaabacadae02.job");
    char *foreign = temp_folder_path(here.store_folder, "notes.txt");
    struct platform_file *file = NULL;

    (void)state;
    for (uint8_t i = 1; i <= 3; i++) {
        struct job data;

        make_data(&data, i);
        put_into_store(&data, true);
        job_free(&data);
    }
    assert_status(platform_file_open(path, &file), ODO_OK);
    assert_status(platform_file_write_at(file, 30, "damage", 6), ODO_OK);
    platform_file_close(file);
    write_content(foreign, 1);

    log_lines_start();
    assert_status(odo_job_list(here.engine, &jobs, &count), ODO_OK);
    log_lines_stop();
    assert_int_equal(count, 2);
    assert_int_equal(log_lines_count(""), 1);
    assert_int_equal(log_lines_count("set aside"), 1);
    assert_status(odo_job_find(here.engine, &bad, &found), ODO_E_NOT_FOUND);
    assert_int_equal(count_files(here.store_folder, ".damaged"), 1);
    expect_file(foreign, NULL, 0, 1, 1000);
    odo_job_release(jobs[0]);
    odo_job_release(jobs[1]);
    odo_free(jobs);
    free(foreign);
    free(path);
}

/* --- Two at a time -------------------------------------------------------------------- */

static void a_job_belongs_to_one_engine_at_a_time(void **state)
{
    struct odo_engine *other = NULL;
    struct odo_job *job = make_job();
    struct odo_job *found = NULL;
    struct odo_job_id id;
    struct odo_engine_options options = {.store_folder = here.store_folder};

    (void)state;
    odo_job_get_id(job, &id);
    add(job, "file", whole);
    assert_status(odo_engine_start(&options, &other), ODO_OK);
    assert_status(odo_job_find(other, &id, &found), ODO_E_NOT_FOUND);
    expect_no_jobs(other);
    assert_int_equal(count_files(here.store_folder, ".job"), 1);

    stop_engine(); /* the owner leaves */
    odo_job_release(job);
    assert_status(odo_job_find(other, &id, &found), ODO_OK);
    assert_status(odo_job_resume(found), ODO_OK);
    start_engine();
    expect_no_jobs(here.engine);
    assert_status(odo_job_wait(found, DEADLINE_MS), ODO_OK);
    assert_status(odo_job_complete(found), ODO_OK);
    expect_content("file", whole);
    odo_job_release(found);
    odo_engine_stop(other);
}

static void two_engines_have_jobs_of_their_own(void **state)
{
    struct odo_engine *other = NULL;
    struct odo_engine_options options = {.store_folder = here.store_folder};
    struct odo_job *mine = make_job();
    struct odo_job *theirs = NULL;
    struct odo_job **jobs = NULL;
    size_t count = 0;

    (void)state;
    assert_status(odo_engine_start(&options, &other), ODO_OK);
    assert_status(odo_job_create(other, "theirs", &theirs), ODO_OK);
    odo_job_release(only_job());
    assert_status(odo_job_list(other, &jobs, &count), ODO_OK);
    assert_int_equal(count, 1);
    assert_ptr_equal(jobs[0], theirs);
    odo_job_release(jobs[0]);
    odo_free(jobs);
    odo_job_release(theirs);
    odo_engine_stop(other);
    assert_status(odo_job_list(here.engine, &jobs, &count), ODO_OK);
    assert_int_equal(count, 2); /* both are ours now */
    odo_job_release(jobs[0]);
    odo_job_release(jobs[1]);
    odo_free(jobs);
    odo_job_release(mine);
}

enum { CREATED = 200 };

static void create_many(void *context)
{
    (void)context;
    for (int i = 0; i < CREATED; i++) {
        struct odo_job *job = NULL;

        if (odo_job_create(here.engine, "one of many", &job) == ODO_OK) {
            odo_job_release(job);
        }
    }
}

/* A job that is being created is not taken for one that somebody has left. */
static void listing_while_jobs_are_created_finds_each_once(void **state)
{
    struct platform_thread *thread = NULL;
    size_t count = 0;

    (void)state;
    assert_status(platform_thread_start(create_many, NULL, &thread), ODO_OK);
    while (count < CREATED) {
        struct odo_job **jobs = NULL;

        assert_status(odo_job_list(here.engine, &jobs, &count), ODO_OK);
        assert_true(count <= CREATED);
        for (size_t i = 0; i < count; i++) {
            odo_job_release(jobs[i]);
        }
        odo_free(jobs);
    }
    platform_thread_join(thread);
    assert_int_equal(count_files(here.store_folder, ".job"), CREATED);
}

/* Whatever the order in which the folder tells of them, and which were there before. */
static void jobs_are_listed_oldest_first(void **state)
{
    enum { EARLIER = 30, LATER = 5 };
    struct odo_job_id ids[EARLIER + LATER];
    struct odo_job **jobs = NULL;
    struct odo_job *found = NULL;
    size_t count = 0;

    (void)state;
    for (int i = 0; i < EARLIER + LATER; i++) {
        int64_t before_us = platform_clock_wall_us();
        struct odo_job *job;

        if (i == EARLIER) {
            stop_engine();
            start_engine();
            assert_status(odo_job_find(here.engine, &ids[7], &found), ODO_OK); /* alone first */
        }
        while (platform_clock_wall_us() == before_us) { /* each has a time of its own */
        }
        job = make_job();
        odo_job_get_id(job, &ids[i]);
        odo_job_release(job);
    }
    assert_status(odo_job_list(here.engine, &jobs, &count), ODO_OK);
    assert_int_equal(count, EARLIER + LATER);
    for (size_t i = 0; i < count; i++) {
        struct odo_job_id id;

        odo_job_get_id(jobs[i], &id);
        assert_memory_equal(id.bytes, ids[i].bytes, sizeof(id.bytes));
        odo_job_release(jobs[i]);
    }
    odo_free(jobs);
    odo_job_release(found);
}

/* --- Age -------------------------------------------------------------------------------- */

enum { LIMIT_MS = 500 };

static void start_engine_with_limit(void)
{
    stop_engine();
    assert_status(try_start_engine((struct odo_engine_options){.job_age_limit_ms = LIMIT_MS}),
                  ODO_OK);
}

static void expect_gone(struct odo_job *job)
{
    struct odo_error error;

    expect_state(job, ODO_JOB_CANCELLED);
    assert_status(odo_job_get_error(job, &error, NULL), ODO_OK);
    assert_status(error.status, ODO_E_TOO_OLD);
    assert_status(odo_job_resume(job), ODO_E_INVALID_STATE);
}

static void a_job_that_grows_too_old_while_it_runs_is_cancelled(void **state)
{
    static const struct server_rule stalling[] = {
        {.does = SERVER_STALL_AFTER, .number = 100000}};
    struct odo_job *running;
    struct odo_job *resting;

    (void)state;
    start_engine_with_limit();
    use_rules(stalling, TEST_COUNT(stalling));
    running = make_job();
    add(running, "running", whole);
    assert_status(odo_job_resume(running), ODO_OK);
    resting = make_job();
    assert_true(event_log_wait_for_state(here.log, running, ODO_JOB_CANCELLED, 1, DEADLINE_MS));
    assert_true(event_log_wait_for_state(here.log, resting, ODO_JOB_CANCELLED, 1, DEADLINE_MS));
    /* The last of it is done after the host was told: a call that waits for that. */
    assert_status(odo_job_suspend(running), ODO_E_INVALID_STATE);
    assert_status(odo_job_suspend(resting), ODO_E_INVALID_STATE);
    expect_gone(running);
    expect_gone(resting);
    assert_int_equal(count_files(here.folder, ".tmp"), 0);
    assert_int_equal(count_files(here.store_folder, ".job"), 0);
    odo_job_release(running);
    odo_job_release(resting);
}

static void a_job_that_grows_too_old_at_rest_is_not_found(void **state)
{
    struct odo_job *job;
    struct odo_job_id id;
    uint64_t deadline_ms = platform_clock_milliseconds() + DEADLINE_MS;
    enum odo_status status = ODO_OK;

    (void)state;
    start_engine_with_limit();
    job = make_job();
    odo_job_get_id(job, &id);
    while (status == ODO_OK && platform_clock_milliseconds() < deadline_ms) {
        struct odo_job *found = NULL;

        status = odo_job_find(here.engine, &id, &found);
        odo_job_release(found);
    }
    assert_status(status, ODO_E_NOT_FOUND);
    expect_gone(job);
    expect_no_jobs(here.engine);
    odo_job_release(job);
}

/* --- Power cuts ----------------------------------------------------------------------- */

/* What the journal of the job says to another start of the machine. */
static bool is_whole_after_power_cut(const char *path, uint32_t index)
{
    struct platform_file *file = NULL;
    struct journal_reading reading;
    struct job job;
    uint64_t size = 0;
    size_t got = 0;
    unsigned char *bytes;
    bool is_whole = false;

    assert_status(platform_file_open(path, &file), ODO_OK);
    assert_status(platform_file_get_size(file, &size), ODO_OK);
    bytes = malloc((size_t)size);
    assert_non_null(bytes);
    assert_status(platform_file_read_at(file, 0, bytes, (size_t)size, &got), ODO_OK);
    platform_file_close(file);
    if (journal_read(bytes, got, "another start", &job, &reading) == ODO_OK) {
        is_whole = job.files[index]->stage >= JOB_FILE_TRANSFERRED;
        job_free(&job);
    }
    free(bytes);
    return is_whole;
}

static bool note_journal(void *context, const char *name, bool is_ordinary)
{
    char **path = context;
    size_t length = strlen(name);

    if (!is_ordinary) {
        return true;
    }
    if (length > 4 && strcmp(name + length - 4, ".job") == 0) {
        free(*path);
        *path = temp_folder_path(here.store_folder, name);
    }
    return true;
}

/* A whole file is safe at once; of others the last half minute may be lost. */
static void a_whole_file_survives_a_power_cut(void **state)
{
    /* The first file is smaller, whichever of the two is asked for first. */
    static const struct server_rule rules[] = {
        {.does = SERVER_STALL_AFTER, .number = 200000},
    };
    const struct range_list first = RANGES({0, 1000});
    uint64_t deadline_ms = platform_clock_milliseconds() + DEADLINE_MS;
    struct odo_job *job = make_job();
    struct odo_file_progress progress;
    char *path = NULL;

    (void)state;
    use_rules(rules, TEST_COUNT(rules));
    add(job, "first", first);
    add(job, "second", whole);
    assert_status(odo_job_resume(job), ODO_OK);
    assert_true(event_log_wait_for_file(here.log, job, 0, DEADLINE_MS));
    assert_true(event_log_wait_for_bytes(here.log, job, 100000, DEADLINE_MS));
    assert_status(platform_path_list(here.store_folder, note_journal, &path), ODO_OK);
    while (!is_whole_after_power_cut(path, 0)) {
        assert_true(platform_clock_milliseconds() < deadline_ms);
    }
    stop_engine();
    odo_job_release(job);
    store_use_boot_id("another start");
    start_engine();
    store_use_boot_id(NULL);
    job = only_job();
    odo_file_get_progress(job, 0, &progress);
    assert_true(progress.bytes_transferred == 1000);
    odo_file_get_progress(job, 1, &progress);
    /* What was flushed with the first, which may be all that has come; or nothing. */
    assert_in_range(progress.bytes_transferred, 0, progress.bytes_total - 1);
    use_rules(NULL, 0);
    run(job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    expect_content("first", first);
    expect_content("second", whole);
    odo_job_release(job);
    free(path);
}

/* --- Settings ------------------------------------------------------------------------- */

static void every_setting_survives(void **state)
{
    struct odo_job *job = NULL;
    const struct odo_job_options options = {.display_name = "a name", .kind = 7};

    (void)state;
    assert_status(odo_job_create_with(here.engine, &options, &job), ODO_OK);
    for (int i = 0; i < ODO_JOB_TEXT_COUNT; i++) {
        char text[20];

        snprintf(text, sizeof(text), "text %d", i);
        assert_status(odo_job_set_text(job, (enum odo_job_text)i, text), ODO_OK);
    }
    assert_status(odo_job_set_number(job, ODO_JOB_SECURITY_FLAGS, 0x2100), ODO_OK);
    assert_status(odo_job_set_number(job, ODO_JOB_INSECURE_REDIRECTS, 1), ODO_OK);
    add(job, "target", whole);
    job = restart(job);
    assert_int_equal(odo_job_get_number(job, ODO_JOB_HAS_STARTED), 0);
    run(job, ODO_JOB_TRANSFERRED);
    job = restart(job);
    for (int i = 0; i < ODO_JOB_TEXT_COUNT; i++) {
        char text[20];
        char *got = NULL;

        snprintf(text, sizeof(text), "text %d", i);
        assert_status(odo_job_get_text(job, (enum odo_job_text)i, &got), ODO_OK);
        assert_string_equal(got, text);
        odo_free(got);
    }
    assert_int_equal(odo_job_get_number(job, ODO_JOB_KIND), 7);
    assert_int_equal(odo_job_get_number(job, ODO_JOB_SECURITY_FLAGS), 0x2100);
    assert_int_equal(odo_job_get_number(job, ODO_JOB_INSECURE_REDIRECTS), 1);
    assert_int_equal(odo_job_get_number(job, ODO_JOB_HAS_STARTED), 1);
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
}

static void some_numbers_cannot_be_set(void **state)
{
    struct odo_job *job = make_job();

    (void)state;
    assert_status(odo_job_set_number(job, ODO_JOB_KIND, 0), ODO_E_INVALID_STATE);
    assert_status(odo_job_set_number(job, ODO_JOB_HAS_STARTED, 1), ODO_E_INVALID_STATE);
    add(job, "target", whole);
    assert_status(odo_job_set_number(job, ODO_JOB_VOLATILE, 1), ODO_OK);
    assert_status(odo_job_set_number(job, ODO_JOB_VOLATILE, 0), ODO_OK);
    run(job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_set_number(job, ODO_JOB_VOLATILE, 1), ODO_E_INVALID_STATE);
    assert_int_equal(odo_job_get_number(job, ODO_JOB_VOLATILE), 0);
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
}

static void a_volatile_job_ends_with_its_engine(void **state)
{
    const struct odo_job_options options = {.is_volatile = true};
    struct odo_job *job = NULL;

    (void)state;
    assert_status(odo_job_create_with(here.engine, &options, &job), ODO_OK);
    assert_true(odo_engine_is_busy(here.engine));
    add(job, "target", whole);
    run(job, ODO_JOB_TRANSFERRED);
    assert_int_equal(count_files(here.store_folder, ".job"), 0);
    assert_int_equal(count_files(here.folder, ".tmp"), 1);
    stop_engine();
    odo_job_release(job);
    assert_int_equal(count_files(here.folder, ".tmp"), 0);
    start_engine();
    expect_no_jobs(here.engine);
}

static void a_job_may_become_volatile_and_be_kept_again(void **state)
{
    struct odo_job *job = make_job();

    (void)state;
    add(job, "target", whole);
    assert_int_equal(count_files(here.store_folder, ".job"), 1);
    assert_status(odo_job_set_number(job, ODO_JOB_VOLATILE, 1), ODO_OK);
    assert_int_equal(count_files(here.store_folder, ".job"), 0);
    assert_status(odo_job_set_text(job, ODO_JOB_DISPLAY_NAME, "another"), ODO_OK);
    assert_status(odo_job_set_number(job, ODO_JOB_VOLATILE, 0), ODO_OK);
    assert_int_equal(count_files(here.store_folder, ".job"), 1);
    job = restart(job);
    run(job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    expect_content("target", whole);
    odo_job_release(job);
}

static void a_block_is_not_kept(void **state)
{
    struct odo_job *job = make_job();

    (void)state;
    add(job, "target", whole);
    assert_status(odo_job_set_block(job, ODO_E_NO_NETWORK), ODO_OK);
    assert_status(odo_job_resume(job), ODO_OK);
    expect_state(job, ODO_JOB_TRANSIENT_ERROR);
    job = restart(job);
    expect_state(job, ODO_JOB_QUEUED);
    run(job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
}

/* --- More behind what is there -------------------------------------------------------- */

enum moment { ASKED, IN_THE_MIDDLE, ALL_THERE };

static const struct more_case {
    const char *name;
    enum moment moment;
    bool is_removed; /* the temporary file, while no engine runs */
} mores[] = {
    {"what was asked for behind a file survives", ASKED, false},
    {"what has come of it survives", IN_THE_MIDDLE, false},
    {"all of it survives", ALL_THERE, false},
    {"without the file it is an error", ASKED, true},
    {"without the file what has come is lost too", IN_THE_MIDDLE, true},
};

static void check_more(void **state)
{
    static const struct server_rule stalling[] = {
        {.from = 1, .to = 1, .does = SERVER_NO_BEHAVIOUR},
        {.from = 2, .does = SERVER_STALL_AFTER, .number = 100000},
    };
    const struct more_case *c = *state;
    const struct range_list first = RANGES({500, 1000});
    const struct range_list more = RANGES({2000000, 800000}, {0, 10});
    const struct range_list all = RANGES({500, 1000}, {2000000, 800000}, {0, 10});
    struct odo_job *job;
    char *temporary = NULL;
    struct odo_error error;

    begin(NULL);
    job = make_job();
    use_rules(stalling, TEST_COUNT(stalling));
    add(job, "target", first);
    run(job, ODO_JOB_TRANSFERRED);
    assert_status(odo_file_get_text(job, 0, ODO_FILE_TEMPORARY_PATH, &temporary), ODO_OK);
    assert_status(odo_file_set_ranges(job, 0, more.items, (uint32_t)more.count, true), ODO_OK);
    if (c->moment == IN_THE_MIDDLE) {
        assert_status(odo_job_resume(job), ODO_OK);
        assert_true(event_log_wait_for_bytes(here.log, job, 90000, DEADLINE_MS));
    }
    use_rules(NULL, 0);
    if (c->moment == ALL_THERE) {
        run(job, ODO_JOB_TRANSFERRED);
    }
    stop_engine();
    odo_job_release(job);
    if (c->is_removed) {
        assert_status(platform_file_remove(temporary), ODO_OK);
    }
    start_engine();
    job = only_job();
    assert_true(bytes_had(job) == 0 || c->moment != ASKED);
    assert_true(bytes_had(job) >= 90000 || c->moment == ASKED || c->is_removed);
    if (c->is_removed) {
        run(job, ODO_JOB_ERROR);
        assert_status(odo_job_get_error(job, &error, NULL), ODO_OK);
        assert_status(error.status, ODO_E_FILE_NOT_FOUND);
        assert_status(odo_job_cancel(job), ODO_OK);
    } else {
        if (odo_job_get_state(job) != ODO_JOB_TRANSFERRED || c->moment == ASKED) {
            run(job, ODO_JOB_TRANSFERRED);
        }
        assert_status(odo_job_complete(job), ODO_OK);
        expect_content("target", all);
    }
    odo_free(temporary);
    odo_job_release(job);
    end(NULL);
}

static void an_engine_needs_its_store(void **state)
{
    struct odo_engine *engine = NULL;
    char *missing = temp_folder_path(here.folder, "missing");
    char *deep = platform_path_join(missing, "deep");
    struct odo_engine_options options = {.store_folder = deep};

    (void)state;
    assert_status(odo_engine_start(&options, &engine), ODO_E_PATH_NOT_FOUND);
    options.store_folder = missing; /* which is made */
    assert_status(odo_engine_start(&options, &engine), ODO_OK);
    expect_no_jobs(engine);
    odo_engine_stop(engine);
    assert_int_equal(count_files(missing, NULL), 1); /* the lock */
    memory_free(deep);
    free(missing);
}

#define ADD(suite, function)                                                                   \
    test_suite_add((suite), (struct CMUnitTest){.name = #function,                             \
                                                .test_func = (function),                       \
                                                .setup_func = begin,                           \
                                                .teardown_func = end})

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, states, check_state);
    ADD(&suite, an_empty_job_survives);
    ADD(&suite, jobs_are_found_by_their_ids);
    TEST_ADD_TABLE(&suite, rests, check_rest);
    ADD(&suite, a_file_that_was_whole_is_not_asked_for_again);
    ADD(&suite, a_file_may_be_fetched_over_many_restarts);
    ADD(&suite, a_file_that_changed_in_between_begins_again);
    ADD(&suite, an_entity_tag_may_be_any_bytes);
    ADD(&suite, another_url_keeps_what_has_come);
    ADD(&suite, a_queued_job_can_be_resumed_at_once);
    ADD(&suite, a_suspended_job_is_not_resumed_by_itself);
    ADD(&suite, a_queued_job_can_be_cancelled);
    ADD(&suite, jobs_that_have_ended_do_not_come_back);
    ADD(&suite, a_file_without_a_place_survives);
    ADD(&suite, a_job_whose_stream_has_gone_waits_for_another_one);
    ADD(&suite, a_file_that_a_stream_has_had_comes_again_for_a_path);
    ADD(&suite, a_transferred_file_that_is_gone_is_fetched_again);
    ADD(&suite, a_suspended_file_that_is_gone_begins_again);
    TEST_ADD_TABLE(&suite, ages, check_age);
    TEST_ADD_TABLE(&suite, completings, check_completing);
    ADD(&suite, that_a_temporary_file_is_gone_is_recorded_at_once);
    ADD(&suite, a_job_with_every_file_there_is_transferred);
    ADD(&suite, a_job_that_had_ended_is_cleared_away);
    ADD(&suite, a_damaged_journal_beside_good_ones_costs_nothing_else);
    ADD(&suite, a_job_belongs_to_one_engine_at_a_time);
    ADD(&suite, two_engines_have_jobs_of_their_own);
    ADD(&suite, listing_while_jobs_are_created_finds_each_once);
    ADD(&suite, jobs_are_listed_oldest_first);
    ADD(&suite, a_job_that_grows_too_old_while_it_runs_is_cancelled);
    ADD(&suite, a_job_that_grows_too_old_at_rest_is_not_found);
    ADD(&suite, a_whole_file_survives_a_power_cut);
    ADD(&suite, every_setting_survives);
    ADD(&suite, some_numbers_cannot_be_set);
    ADD(&suite, a_volatile_job_ends_with_its_engine);
    ADD(&suite, a_job_may_become_volatile_and_be_kept_again);
    ADD(&suite, a_block_is_not_kept);
    TEST_ADD_TABLE(&suite, mores, check_more);
    ADD(&suite, an_engine_needs_its_store);
    return test_suite_run(&suite, "restart");
}
