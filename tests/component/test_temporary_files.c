/*
 * Temporary files that somebody has touched: cut, replaced, deleted or made longer, while the
 * job rests, while it runs, before it is completed, and between two processes. Nothing that was
 * noted of a file is believed before it was looked at, and a good target is never replaced by
 * less than the whole new file.
 */
#include "platform/clock.h"
#include "platform/file.h"
#include "platform/path.h"
#include "support/content.h"
#include "support/event_log.h"
#include "support/range_list.h"
#include "support/range_server.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include "job/job_state.h"

#include <string.h>

enum { SEED = 7, OLD_SEED = 3, SIZE = 1000000, OLD_SIZE = 5000, DEADLINE_MS = 30000 };

#define END BYTE_RANGE_TO_END

static const struct range_list whole = NO_RANGES;
static const struct range_list backwards = RANGES({600000, END}, {0, 1000}, {300000, 200000});

static struct {
    char *folder;
    char *store_folder;
    char *target;
    struct range_server *server;
    struct event_log *log;
    struct odo_engine *engine;
    struct odo_job *job;
} here;

static void start_engine(void)
{
    struct odo_engine_options options = {
        .store_folder = here.store_folder,
        .retry_base_ms = 1,
        .retry_limit_ms = 20,
        .stall_timeout_s = 60,
    };

    here.log = event_log_create();
    options.host = event_log_host(here.log);
    assert_status(odo_engine_start(&options, &here.engine), ODO_OK);
}

static void stop_engine(void)
{
    odo_job_release(here.job);
    here.job = NULL;
    odo_engine_stop(here.engine);
    here.engine = NULL;
    event_log_free(here.log);
    here.log = NULL;
}

/* Another process takes the job up. */
static void start_again(void)
{
    struct odo_job **jobs = NULL;
    size_t count = 0;

    stop_engine();
    start_engine();
    assert_status(odo_job_list(here.engine, &jobs, &count), ODO_OK);
    assert_int_equal(count, 1);
    here.job = jobs[0];
    odo_free(jobs);
}

static void write_file(const char *path, uint64_t seed, uint64_t size)
{
    static unsigned char bytes[SIZE];
    struct platform_file *file = NULL;

    content_fill(seed, 0, bytes, (size_t)size);
    assert_status(platform_file_create_new(path, &file), ODO_OK);
    assert_status(platform_file_write_at(file, 0, bytes, (size_t)size), ODO_OK);
    platform_file_close(file);
}

static void begin(struct range_list ranges)
{
    char url[SERVER_URL_SIZE];

    here.folder = temp_folder_create();
    here.store_folder = temp_folder_make(here.folder, "jobs");
    here.target = temp_folder_path(here.folder, "target");
    write_file(here.target, OLD_SEED, OLD_SIZE);
    here.server = range_server_start(&(struct range_server_options){
        .files = {{.path = "/file", .seed = SEED, .size = SIZE}},
    });
    start_engine();
    assert_status(odo_job_create(here.engine, "a job", &here.job), ODO_OK);
    assert_status(odo_job_add_file(here.job,
                                   &(struct odo_file_request){
                                       .file_id = "file",
                                       .url = range_server_url(here.server, "/file", url),
                                       .local_path = here.target,
                                       .ranges = ranges.items,
                                       .range_count = (uint32_t)ranges.count,
                                       .file_size = ODO_SIZE_UNKNOWN,
                                   },
                                   NULL),
                  ODO_OK);
}

static void end(void)
{
    range_server_release(here.server);
    stop_engine();
    range_server_stop(here.server);
    free(here.target);
    free(here.store_folder);
    temp_folder_remove(here.folder);
    memset(&here, 0, sizeof(here));
}

static void run_to(enum odo_job_state state)
{
    assert_status(odo_job_resume(here.job), ODO_OK);
    assert_status(odo_job_wait(here.job, DEADLINE_MS), ODO_OK);
    assert_string_equal(job_state_name(odo_job_get_state(here.job)), job_state_name(state));
}

static char *temporary_path(void)
{
    char *path = NULL;

    assert_status(odo_file_get_text(here.job, 0, ODO_FILE_TEMPORARY_PATH, &path), ODO_OK);
    assert_true(path[0] != '\0');
    return path;
}

static void expect_old_target(void)
{
    expect_file(here.target, NULL, 0, OLD_SEED, OLD_SIZE);
}

static void expect_new_target(struct range_list ranges)
{
    expect_file(here.target, ranges.items, ranges.count, SEED, SIZE);
}

/* --- What somebody does --------------------------------------------------------------- */

enum deed { CUT, EMPTY, LENGTHEN, REPLACE, DELETE };

static void set_size(const char *path, uint64_t size)
{
    struct platform_file *file = NULL;

    assert_status(platform_file_open(path, &file), ODO_OK);
    assert_status(platform_file_set_size(file, size), ODO_OK);
    platform_file_close(file);
}

/* On Windows nobody can touch a file while the keeper has it open, to flush it. */
static bool must_try_again(enum odo_status status)
{
    static uint64_t deadline_ms;
    uint64_t now_ms = platform_clock_milliseconds();

    if (status != ODO_E_SHARING_VIOLATION) {
        deadline_ms = 0;
        return false;
    }
    deadline_ms = deadline_ms ? deadline_ms : now_ms + DEADLINE_MS;
    return now_ms < deadline_ms;
}

/* Another file of the same size gets the name. */
static void replace(const char *path)
{
    char *other = temp_folder_path(here.folder, "other");
    struct platform_file_view view;
    enum odo_status status;

    assert_status(platform_file_look(path, &view), ODO_OK);
    write_file(other, OLD_SEED, view.size);
    do {
        status = platform_file_rename(other, path);
    } while (must_try_again(status));
    assert_status(status, ODO_OK);
    free(other);
}

static void meddle(enum deed deed)
{
    char *path = temporary_path();
    enum odo_status status;

    switch (deed) {
    case CUT:
        set_size(path, 100);
        break;
    case EMPTY:
        set_size(path, 0);
        break;
    case LENGTHEN:
        set_size(path, SIZE + 5);
        break;
    case REPLACE:
        replace(path);
        break;
    case DELETE:
        do {
            status = platform_file_remove(path);
        } while (must_try_again(status));
        assert_status(status, ODO_OK);
        break;
    }
    odo_free(path);
}

/* --- Before it is completed ----------------------------------------------------------- */

static const struct deed_case {
    const char *name;
    enum deed deed;
    const struct range_list *ranges;
    bool restarts;            /* another process completes the job */
    enum odo_status complete; /* what completing says */
    bool comes_again;         /* and what is missing is fetched */
} deeds[] = {
    {"a whole file that was cut does not replace its target", CUT, &whole, false,
     ODO_E_TEMPORARY_FILE_CHANGED, true},
    {"nor does one of ranges", CUT, &backwards, false, ODO_E_TEMPORARY_FILE_CHANGED, true},
    {"nor does one of which nothing is left", EMPTY, &whole, false,
     ODO_E_TEMPORARY_FILE_CHANGED, true},
    {"nor does one that is gone", DELETE, &whole, false, ODO_E_FILE_NOT_FOUND, true},
    {"nor does another file that has its name", REPLACE, &whole, false,
     ODO_E_TEMPORARY_FILE_CHANGED, false},
    {"what somebody has added behind the end goes", LENGTHEN, &whole, false, ODO_OK, false},
    {"another process finds that a whole file was cut, and fetches the rest", CUT, &whole, true,
     ODO_OK, true},
    {"and that one of ranges was", CUT, &backwards, true, ODO_OK, true},
    {"and that nothing is left of one", EMPTY, &backwards, true, ODO_OK, true},
    {"and that one is gone", DELETE, &whole, true, ODO_OK, true},
    {"and that another has the name of one", REPLACE, &whole, true,
     ODO_E_TEMPORARY_FILE_CHANGED, false},
    {"and that one has become longer", LENGTHEN, &backwards, true, ODO_OK, false},
};

static void check_deed(void **state)
{
    const struct deed_case *c = *state;
    size_t requests;
    enum odo_status status;

    begin(*c->ranges);
    run_to(ODO_JOB_TRANSFERRED);
    meddle(c->deed);
    requests = range_server_request_count(here.server);
    if (c->restarts) {
        start_again();
        if (c->comes_again) {
            run_to(ODO_JOB_TRANSFERRED);
        }
    }
    status = odo_job_complete(here.job);
    assert_status(status, c->complete);
    if (status != ODO_OK) {
        expect_old_target();
    }
    if (status != ODO_OK && c->comes_again) {
        assert_status(odo_job_wait(here.job, DEADLINE_MS), ODO_OK);
        status = odo_job_complete(here.job);
        assert_status(status, ODO_OK);
    }
    if (status == ODO_OK) {
        expect_new_target(*c->ranges);
    } else { /* what is not ours stays where it is */
        assert_status(odo_job_cancel(here.job), ODO_TEMPORARY_FILES_LEFT);
        expect_old_target();
    }
    assert_int_equal(range_server_request_count(here.server) > requests, c->comes_again);
    end();
}

/* --- While it rests ------------------------------------------------------------------- */

static const struct rest_case {
    const char *name;
    enum deed deed;
    const struct range_list *ranges;
    bool restarts;
    enum odo_status error; /* why the job fails then; or it arrives */
} rests[] = {
    {"a file that was cut while its job rested is fetched from there", CUT, &whole, false,
     ODO_OK},
    {"so is one of ranges", CUT, &backwards, false, ODO_OK},
    {"so is one of which nothing is left", EMPTY, &whole, false, ODO_OK},
    {"another file that has its name is refused", REPLACE, &whole, false,
     ODO_E_TEMPORARY_FILE_CHANGED},
    {"what another process finds cut is fetched from there", CUT, &whole, true, ODO_OK},
    {"so is what it finds of ranges", CUT, &backwards, true, ODO_OK},
    {"what it does not find begins again", DELETE, &whole, true, ODO_OK},
    {"another file that has its name is refused by another process", REPLACE, &whole, true,
     ODO_E_TEMPORARY_FILE_CHANGED},
};

/* Every reply stops after some bytes, until the server is told to go on. */
static void use_slow_server(void)
{
    static const struct server_rule rules[] = {{.does = SERVER_STALL_AFTER, .number = 50000}};

    range_server_use_rules(here.server, rules, TEST_COUNT(rules));
}

static void run_to_the_middle(void)
{
    use_slow_server();
    assert_status(odo_job_resume(here.job), ODO_OK);
    assert_true(event_log_wait_for_bytes(here.log, here.job, 1000, DEADLINE_MS));
}

/* Who only looks at a job finds what is missing, and says so to whoever comes next. */
static void what_one_process_finds_missing_the_next_one_misses(void **state)
{
    (void)state;
    begin(whole);
    run_to(ODO_JOB_TRANSFERRED);
    meddle(DELETE);
    for (int i = 0; i < 3; i++) {
        start_again();
        assert_string_equal(job_state_name(odo_job_get_state(here.job)),
                            job_state_name(ODO_JOB_QUEUED));
    }
    run_to(ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(here.job), ODO_OK);
    expect_new_target(whole);
    end();
}

static void check_rest(void **state)
{
    const struct rest_case *c = *state;
    struct odo_error error = {.status = ODO_OK};

    begin(*c->ranges);
    run_to_the_middle();
    assert_status(odo_job_suspend(here.job), ODO_OK);
    meddle(c->deed);
    range_server_release(here.server);
    if (c->restarts) {
        start_again();
    }
    if (c->error == ODO_OK) {
        run_to(ODO_JOB_TRANSFERRED);
        assert_status(odo_job_complete(here.job), ODO_OK);
        expect_new_target(*c->ranges);
    } else {
        run_to(ODO_JOB_ERROR);
        assert_status(odo_job_get_error(here.job, &error, NULL), ODO_OK);
        assert_status(error.status, c->error);
        assert_status(odo_job_cancel(here.job), ODO_TEMPORARY_FILES_LEFT);
        expect_old_target();
    }
    end();
}

/* --- While it runs -------------------------------------------------------------------- */

/* Cut in the middle of its download: what comes next must not leave a hole before it. */
static void a_file_that_is_cut_while_it_runs_has_no_hole(void **state)
{
    (void)state;
    begin(whole);
    run_to_the_middle();
    meddle(CUT);
    range_server_release(here.server);
    assert_status(odo_job_wait(here.job, DEADLINE_MS), ODO_OK);
    while (odo_job_get_state(here.job) != ODO_JOB_TRANSFERRED) {
        run_to(ODO_JOB_TRANSFERRED); /* it may have failed; then it is fetched from there */
    }
    assert_status(odo_job_complete(here.job), ODO_OK);
    expect_new_target(whole);
    end();
}

/* --- What was completed --------------------------------------------------------------- */

/* A job of two files of which the second cannot get its name. */
static void complete_half(char **folder_in_the_way)
{
    char url[SERVER_URL_SIZE];
    char *path = temp_folder_path(here.folder, "second");

    assert_status(odo_job_add_file(here.job,
                                   &(struct odo_file_request){
                                       .file_id = "second",
                                       .url = range_server_url(here.server, "/file", url),
                                       .local_path = path,
                                       .file_size = ODO_SIZE_UNKNOWN,
                                   },
                                   NULL),
                  ODO_OK);
    /* Nobody adds a file whose name is a folder's: it comes later. */
    *folder_in_the_way = temp_folder_make(here.folder, "second");
    free(path);
    run_to(ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(here.job), ODO_E_ACCESS_DENIED);
    expect_new_target(whole);
}

static void expect_completed(uint32_t index, bool is_completed)
{
    struct odo_file_progress progress;

    odo_file_get_progress(here.job, index, &progress);
    assert_int_equal(progress.completed, is_completed);
}

/* It was there all the time: a new one might get the identity of one that was removed before.
 */
static void put_old_file_back(void)
{
    char *aside = temp_folder_path(here.folder, "aside");

    write_file(aside, OLD_SEED, OLD_SIZE);
    assert_status(platform_file_remove(here.target), ODO_OK);
    assert_status(platform_file_rename(aside, here.target), ODO_OK);
    free(aside);
}

static const struct half_case {
    const char *name;
    bool restarts;
    bool puts_back; /* an old file in the place of the one that was completed */
} halves[] = {
    {"a job that was completed half can be completed later", false, false},
    {"by another process too", true, false},
    {"an old file that was put back is not what was completed", false, true},
    {"nor is it to another process", true, true},
};

static void check_half(void **state)
{
    const struct half_case *c = *state;
    char *in_the_way = NULL;
    enum odo_status status;

    begin(whole);
    complete_half(&in_the_way);
    expect_completed(0, true);
    expect_completed(1, false);
    if (c->puts_back) {
        put_old_file_back();
    }
    if (c->restarts) {
        start_again();
        expect_completed(0, !c->puts_back);
    }
    temp_folder_remove(in_the_way); /* which is empty */
    if (c->restarts && c->puts_back) {
        run_to(ODO_JOB_TRANSFERRED);
    }
    status = odo_job_complete(here.job);
    if (c->puts_back && !c->restarts) {
        assert_status(status, ODO_E_FILE_NOT_FOUND);
        assert_status(odo_job_wait(here.job, DEADLINE_MS), ODO_OK);
        status = odo_job_complete(here.job);
    }
    assert_status(status, ODO_OK);
    expect_new_target(whole);
    end();
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, deeds, check_deed);
    TEST_ADD_TABLE(&suite, rests, check_rest);
    TEST_ADD(&suite, what_one_process_finds_missing_the_next_one_misses);
    TEST_ADD(&suite, a_file_that_is_cut_while_it_runs_has_no_hole);
    TEST_ADD_TABLE(&suite, halves, check_half);
    return test_suite_run(&suite, "temporary_files");
}
