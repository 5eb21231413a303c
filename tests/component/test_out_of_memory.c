/*
 * Memory runs out at every single allocation of a whole download, in turn: nothing crashes,
 * hangs or leaks, and what does arrive is right.
 */
#include "job/job_state.h"
#include "platform/file.h"
#include "platform/path.h"
#include "support/content.h"
#include "support/failing_memory.h"
#include "support/range_list.h"
#include "support/range_server.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <odo/odo.h>

enum {
    SEED = 7,
    SIZE = 1000000,
    DEADLINE_MS = 20000,
    ALLOCATIONS_LEAST = 30, /* fewer would mean that nothing was counted */
    ALLOCATIONS_MOST = 20000,
};

static struct range_server *server;
static char *folder;
static char *target;

/* How one scenario ended. */
struct ending {
    bool arrived;             /* complete() gave the file its name */
    enum odo_status answered; /* the first call that failed, if one did */
    struct odo_error error;   /* of the job, if that failed */
};

static struct range_list ranges(void)
{
    static const struct byte_range items[] = {
        {500000, 1000}, {999000, BYTE_RANGE_TO_END}, {0, 100}};

    return (struct range_list){items, TEST_COUNT(items)};
}

static enum odo_status add_file(struct odo_job *job)
{
    const struct range_list wanted = ranges();
    char url[SERVER_URL_SIZE];

    return odo_job_add_file(job,
                            &(struct odo_file_request){
                                .file_id = "file",
                                .url = range_server_url(server, "/file", url),
                                .local_path = target,
                                .ranges = wanted.items,
                                .range_count = (uint32_t)wanted.count,
                                .file_size = ODO_SIZE_UNKNOWN,
                            },
                            NULL);
}

/* Everything a client does for one file, until a call fails. */
static void fetch(struct odo_engine *engine, struct ending *ending)
{
    struct odo_job *job = NULL;
    char *text = NULL;
    enum odo_status status = odo_job_create(engine, "a job", &job);

    if (status != ODO_OK) {
        goto done;
    }
    status = odo_job_set_text(job, ODO_JOB_DESCRIPTION, "a description");
    if (status != ODO_OK) {
        goto done;
    }
    status = add_file(job);
    if (status != ODO_OK) {
        goto done;
    }
    status = odo_job_resume(job);
    if (status != ODO_OK) {
        goto done;
    }
    status = odo_job_wait(job, DEADLINE_MS);
    if (status != ODO_OK) {
        goto done;
    }
    if (odo_job_get_state(job) != ODO_JOB_TRANSFERRED) {
        odo_job_get_error(job, &ending->error, NULL);
        goto done;
    }
    status = odo_file_get_text(job, 0, ODO_FILE_RESPONSE_HEADERS, &text);
    odo_free(text);
    if (status != ODO_OK) {
        goto done;
    }
    status = odo_job_complete(job);
    ending->arrived = status == ODO_OK;

done:
    ending->answered = status;
    if (job && !ending->arrived) {
        /* Cancelling must work even now. */
        enum odo_status cancelled = odo_job_cancel(job);

        if (cancelled != ODO_OK) {
            ending->answered = cancelled;
        }
    }
    odo_job_release(job);
}

static enum odo_status find_proxy(void *context, const char *url,
                                  struct odo_proxy_answer *answer)
{
    (void)context;
    (void)url;
    return odo_proxy_answer_set(answer, "DIRECT", "localhost");
}

static struct ending run_scenario(void)
{
    const struct odo_engine_options options = {.retry_base_ms = 1,
                                               .retry_limit_ms = 20,
                                               .stall_timeout_s = 5,
                                               .find_proxy = find_proxy};
    struct ending ending = {.arrived = false};
    struct odo_engine *engine = NULL;

    ending.answered = odo_engine_start(&options, &engine);
    if (ending.answered == ODO_OK) {
        fetch(engine, &ending);
    }
    odo_engine_stop(engine);
    return ending;
}

static bool is_for_want_of_memory(const struct ending *ending)
{
    return ending->answered == ODO_E_OUT_OF_MEMORY ||
           (ending->answered == ODO_OK && ending->error.status == ODO_E_OUT_OF_MEMORY);
}

static bool count_one(void *context, const char *name, bool is_ordinary)
{
    size_t *count = context;

    if (!is_ordinary) {
        return true;
    }
    (void)name;
    ++*count;
    return true;
}

static void expect_empty_folder(uint64_t nth)
{
    size_t count = 0;

    assert_status(platform_path_list(folder, count_one, &count), ODO_OK);
    if (count > 0) {
        fail_msg("without allocation %llu: a file was left", (unsigned long long)nth);
    }
}

static void expect_good_ending(const struct ending *ending, uint64_t nth)
{
    const struct range_list wanted = ranges();
    char message[CONTENT_MESSAGE_SIZE];

    if (!ending->arrived) {
        if (!is_for_want_of_memory(ending)) {
            fail_msg("without allocation %llu: a call answered %s, the job's error is %s",
                     (unsigned long long)nth, status_name(ending->answered),
                     status_name(ending->error.status));
        }
        expect_empty_folder(nth);
        return;
    }
    if (!content_check_file(target, wanted.items, wanted.count, SEED, SIZE, message)) {
        fail_msg("without allocation %llu: %s", (unsigned long long)nth, message);
    }
    assert_status(platform_file_remove(target), ODO_OK);
    expect_empty_folder(nth);
}

static void expect_all_freed(struct failing_memory_count count, uint64_t nth)
{
    if (count.blocks_left != 0) {
        fail_msg("without allocation %llu: %lld blocks were not freed", (unsigned long long)nth,
                 (long long)count.blocks_left);
    }
}

static uint64_t count_allocations(void)
{
    struct failing_memory_count count;
    struct ending ending;

    failing_memory_start(0, 0);
    ending = run_scenario();
    count = failing_memory_stop();
    assert_true(ending.arrived);
    expect_good_ending(&ending, 0);
    expect_all_freed(count, 0);
    assert_in_range(count.allocations, ALLOCATIONS_LEAST, ALLOCATIONS_MOST);
    return count.allocations;
}

/* Threads do not always allocate in the same order, so go on until some run needs fewer. */
static void check_each(bool and_all_that_follow)
{
    uint64_t count = count_allocations();
    uint64_t most = count * 2;
    uint64_t refused_runs = 0;

    for (uint64_t nth = 1; nth <= most; nth++) {
        struct failing_memory_count end;
        struct ending ending;

        failing_memory_start(nth, and_all_that_follow ? UINT64_MAX : nth);
        ending = run_scenario();
        end = failing_memory_stop();
        expect_all_freed(end, nth);
        expect_good_ending(&ending, nth);
        refused_runs += end.refused > 0;
        assert_false(nth == 1 && ending.arrived); /* nothing works without an engine */
        if (end.refused == 0 && nth > count) {
            break;
        }
    }
    assert_true(refused_runs > count / 2);
}

static void a_download_survives_the_loss_of_any_one_allocation(void **state)
{
    (void)state;
    check_each(false);
}

static void a_download_ends_well_when_memory_is_gone_for_good(void **state)
{
    (void)state;
    check_each(true);
}

static int begin(void **state)
{
    (void)state;
    folder = temp_folder_create();
    target = temp_folder_path(folder, "target");
    server = range_server_start(&(struct range_server_options){
        .starts_ready = true,
        .files = {{.path = "/file", .seed = SEED, .size = SIZE}},
    });
    return 0;
}

static int end(void **state)
{
    (void)state;
    range_server_stop(server);
    free(target);
    temp_folder_remove(folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_download_survives_the_loss_of_any_one_allocation,
                                        begin, end),
        cmocka_unit_test_setup_teardown(a_download_ends_well_when_memory_is_gone_for_good,
                                        begin, end),
    };

    return cmocka_run_group_tests_name("out_of_memory", tests, NULL, NULL);
}
