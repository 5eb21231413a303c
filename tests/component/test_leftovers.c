/*
 * What a process that was killed leaves of its volatile jobs: the next one of its user removes
 * it, and nothing else.
 */
#include "store/leftovers.h"

#include "platform/file.h"
#include "platform/path.h"
#include "support/content.h"
#include "support/download_fixture.h"
#include "support/job_sample.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <string.h>

static char *folder;
static char *jobs;

static int begin(void **state)
{
    (void)state;
    folder = temp_folder_create();
    jobs = temp_folder_make(folder, "jobs");
    return 0;
}

static int end(void **state)
{
    (void)state;
    free(jobs);
    temp_folder_remove(folder);
    return 0;
}

/* To be freed with free(). */
static char *make_file(const char *name)
{
    char *path = temp_folder_path(folder, name);
    struct platform_file *file = NULL;

    assert_status(platform_file_create_new(path, &file), ODO_OK);
    platform_file_close(file);
    return path;
}

static bool is_there(const char *path)
{
    struct platform_file_view view;

    return platform_file_look(path, &view) == ODO_OK;
}

static struct store *open_store(void)
{
    struct store *store = NULL;

    assert_status(store_open(jobs, &store), ODO_OK);
    leftovers_sweep(store);
    return store;
}

static bool count_record(void *context, const char *name, bool is_ordinary)
{
    struct odo_job_id id;

    if (!is_ordinary) {
        return true;
    }
    *(size_t *)context += store_read_name(name, ".temporary", &id);
    return true;
}

static size_t count_records(void)
{
    size_t count = 0;

    assert_status(platform_path_list(jobs, count_record, &count), ODO_OK);
    return count;
}

/* A process records a file and makes it. The record is the caller's. */
static struct leftovers *record(struct store *store, const char *path)
{
    struct odo_job_id id = job_sample_id(1);
    struct leftovers *leftovers = NULL;

    assert_status(leftovers_create(store, &id, &leftovers), ODO_OK);
    assert_status(leftovers_add(leftovers, path), ODO_OK);
    return leftovers;
}

static void what_a_living_process_has_stays_and_what_a_dead_one_had_goes(void **state)
{
    char *path = make_file("DO0123456789abcdef.tmp");
    struct store *store = open_store();
    struct leftovers *leftovers = record(store, path);

    (void)state;
    store_close(open_store()); /* as another process would */
    assert_true(is_there(path));
    leftovers_close(leftovers); /* as the end of a process does */
    store_close(store);
    store_close(open_store());
    assert_false(is_there(path));
    assert_int_equal(count_records(), 0);
    free(path);
}

static void what_ended_well_leaves_no_record(void **state)
{
    char *path = make_file("DO0123456789abcdef.tmp");
    struct store *store = open_store();

    (void)state;
    leftovers_remove(record(store, path));
    store_close(store);
    assert_int_equal(count_records(), 0);
    assert_true(is_there(path)); /* it was not for a sweep to remove */
    free(path);
}

static const struct swept_case {
    const char *name;
    const char *file;
    bool is_swept;
} swept[] = {
    {"a temporary file", "DO0123456789abcdef.tmp", true},
    {"nothing with another ending", "DO0123456789abcdef.txt", false},
    {"nothing with more behind it", "DO0123456789abcdef.tmp.txt", false},
    {"nothing with fewer digits", "DO0123456789abcde.tmp", false},
    {"nothing with other letters", "DO0123456789abcdeg.tmp", false},
    {"nothing of somebody's", "letter", false},
};

static void check_swept(void **state)
{
    const struct swept_case *c = *state;
    char *path;
    struct store *store;

    begin(NULL);
    path = make_file(c->file);
    store = open_store();
    leftovers_close(record(store, path));
    store_close(store);
    store_close(open_store());
    assert_int_equal(is_there(path), !c->is_swept);
    assert_int_equal(count_records(), 0);
    free(path);
    end(NULL);
}

/* A path that a crash has cut off was not made; those before it were. */
static void a_record_may_be_cut_off_anywhere(void **state)
{
    struct odo_job_id id = job_sample_id(1);
    uint64_t size = UINT64_MAX;
    size_t kept = 0;

    (void)state;
    for (uint64_t cut = 0; cut < size; cut += 5) {
        char *first = make_file("DO0123456789abcdef.tmp");
        char *second = make_file("DOfedcba9876543210.tmp");
        struct store *store = open_store();
        struct leftovers *leftovers = record(store, first);
        char *path = store_path(store, &id, ".temporary");
        struct platform_file *file = NULL;

        assert_status(leftovers_add(leftovers, second), ODO_OK);
        leftovers_close(leftovers);
        store_close(store);
        assert_status(platform_file_open(path, &file), ODO_OK);
        assert_status(platform_file_get_size(file, &size), ODO_OK);
        assert_status(platform_file_set_size(file, cut), ODO_OK);
        platform_file_close(file);
        store_close(open_store());
        assert_int_equal(is_there(first), cut < size / 2);
        assert_true(is_there(second));
        kept += is_there(first);
        (void)platform_file_remove(first);
        (void)platform_file_remove(second);
        memory_free(path);
        free(first);
        free(second);
    }
    assert_true(kept > 0 && kept < size / 5);
}

/* --- Engines -------------------------------------------------------------------------- */

static struct odo_job *begin_volatile_job(struct download_fixture *fixture)
{
    const struct odo_job_options options = {.display_name = "volatile", .is_volatile = true};
    const struct range_list whole = NO_RANGES;
    struct odo_job *job = NULL;

    assert_status(odo_job_create_with(fixture->engine, &options, &job), ODO_OK);
    download_fixture_add(fixture, job, "/file", "target", whole);
    assert_status(odo_job_resume(job), ODO_OK);
    assert_true(range_server_wait_for_stalls(fixture->server, 1, DOWNLOAD_DEADLINE_MS));
    return job;
}

static const struct volatile_case {
    const char *name;
    bool completes;
} volatiles[] = {
    {"a volatile job that is cancelled leaves nothing", false},
    {"nor does one that is completed", true},
};

/* While it runs another engine starts, and touches nothing. */
static void check_volatile(void **state)
{
    static const struct server_rule rules[] = {{.does = SERVER_STALL_AFTER, .number = 1000}};
    const struct range_server_options server = {
        .files = {{.path = "/file", .seed = DOWNLOAD_SEED, .size = DOWNLOAD_SIZE}},
        .rules = rules,
        .rule_count = 1,
    };
    const struct volatile_case *c = *state;
    struct odo_engine_options options = {.stall_timeout_s = 60};
    struct download_fixture *fixture;
    struct odo_engine *other = NULL;
    struct odo_job *job;

    begin(NULL);
    options.store_folder = jobs;
    fixture = download_fixture_begin(&server, &options);
    job = begin_volatile_job(fixture);
    assert_int_equal(download_fixture_count_temporary(fixture), 1);
    assert_int_equal(count_records(), 1);
    assert_status(odo_engine_start(&(struct odo_engine_options){.store_folder = jobs}, &other),
                  ODO_OK);
    odo_engine_stop(other);
    assert_int_equal(download_fixture_count_temporary(fixture), 1);
    range_server_release(fixture->server);
    if (c->completes) {
        assert_status(odo_job_wait(job, DOWNLOAD_DEADLINE_MS), ODO_OK);
        assert_status(odo_job_complete(job), ODO_OK);
    } else {
        assert_status(odo_job_cancel(job), ODO_OK);
    }
    assert_int_equal(count_records(), 0);
    odo_job_release(job);
    download_fixture_end(fixture);
    end(NULL);
}

#define ADD(suite, function)                                                                   \
    test_suite_add((suite), (struct CMUnitTest){.name = #function,                             \
                                                .test_func = (function),                       \
                                                .setup_func = begin,                           \
                                                .teardown_func = end})

int main(void)
{
    struct test_suite suite = {0};

    ADD(&suite, what_a_living_process_has_stays_and_what_a_dead_one_had_goes);
    ADD(&suite, what_ended_well_leaves_no_record);
    TEST_ADD_TABLE(&suite, swept, check_swept);
    ADD(&suite, a_record_may_be_cut_off_anywhere);
    TEST_ADD_TABLE(&suite, volatiles, check_volatile);
    return test_suite_run(&suite, "leftovers");
}
