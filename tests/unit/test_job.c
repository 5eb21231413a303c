#include "job/job.h"
#include "support/job_sample.h"
#include "support/range_list.h"
#include "support/test.h"

#include <string.h>

#define END     BYTE_RANGE_TO_END
#define UNKNOWN ODO_SIZE_UNKNOWN
#define FOLDER  "/a/folder"

static struct job new_job(void)
{
    struct odo_job_id id = job_sample_id(1);
    struct job job;

    job_init(&job, &id, 12345);
    return job;
}

/* What the totals should be, by looking at every file. */
static void expect_totals_are_sums(const struct job *job)
{
    struct job_totals sums = {0};

    for (uint32_t i = 0; i < job->file_count; i++) {
        const struct job_file *file = job->files[i];

        if (file->bytes_total == UNKNOWN) {
            sums.unknown++;
        } else {
            sums.bytes_total += file->bytes_total;
        }
        sums.bytes_had += file->bytes_had;
        sums.transferred += file->stage >= JOB_FILE_TRANSFERRED;
        sums.completed += file->stage == JOB_FILE_COMPLETED;
    }
    assert_true(job->totals.bytes_total == sums.bytes_total);
    assert_true(job->totals.bytes_had == sums.bytes_had);
    assert_int_equal(job->totals.unknown, sums.unknown);
    assert_int_equal(job->totals.transferred, sums.transferred);
    assert_int_equal(job->totals.completed, sums.completed);
}

/* --- What a file comes to ------------------------------------------------------------- */

static const struct total_case {
    const char *name;
    struct range_list ranges;
    uint64_t stated_size;
    enum odo_status status;
    uint64_t total;
} totals[] = {
    {"a whole file of unknown size has no total", NO_RANGES, UNKNOWN, ODO_OK, UNKNOWN},
    {"a whole file of stated size has it as its total", NO_RANGES, 1000, ODO_OK, 1000},
    {"an empty file has a total of nothing", NO_RANGES, 0, ODO_OK, 0},
    {"the largest file has a total", NO_RANGES, BYTE_OFFSET_LIMIT, ODO_OK, BYTE_OFFSET_LIMIT},
    {"ranges add up", RANGES({500, 100}, {0, 7}), UNKNOWN, ODO_OK, 107},
    {"touching ranges add up", RANGES({5, 5}, {0, 5}), UNKNOWN, ODO_OK, 10},
    {"a stated size does not change what closed ranges come to", RANGES({500, 100}, {0, 7}),
     1000, ODO_OK, 107},
    {"an open end has no total", RANGES({100, END}), UNKNOWN, ODO_OK, UNKNOWN},
    {"a stated size ends an open end", RANGES({100, END}), 1000, ODO_OK, 900},
    {"a stated size ends an open end among others", RANGES({900, END}, {10, 20}), 1000, ODO_OK,
     120},
    {"a stated size ends an open end that touches another", RANGES({900, END}, {890, 10}), 1000,
     ODO_OK, 110},

    {"ranges that overlap are refused", RANGES({0, 10}, {9, 10}), UNKNOWN,
     ODO_E_OVERLAPPING_RANGES, 0},
    {"an empty range is refused", RANGES({0, 0}), UNKNOWN, ODO_E_INVALID_RANGE, 0},
    {"a range past the stated end is refused", RANGES({990, 11}), 1000, ODO_E_INVALID_RANGE, 0},
    {"an open range behind the stated end is refused", RANGES({1000, END}), 1000,
     ODO_E_INVALID_RANGE, 0},
    {"a size that no file can have is refused", NO_RANGES, BYTE_OFFSET_LIMIT + 1,
     ODO_E_INVALID_RANGE, 0},
    {"a size that no file can have is refused with ranges too", RANGES({0, 10}), UNKNOWN - 1,
     ODO_E_INVALID_RANGE, 0},
};

static enum odo_status create(struct range_list ranges, uint64_t stated_size,
                              struct job_file **file_out)
{
    return job_file_create(
        &(struct odo_file_request){
            .file_id = "id",
            .url = "http://127.0.0.1/x",
            .local_path = FOLDER "/x",
            .ranges = ranges.items,
            .range_count = (uint32_t)ranges.count,
            .file_size = stated_size,
        },
        file_out);
}

static void check_total(void **state)
{
    const struct total_case *c = *state;
    struct job_file *file = NULL;

    assert_status(create(c->ranges, c->stated_size, &file), c->status);
    assert_int_equal(file != NULL, c->status == ODO_OK);
    if (file) {
        assert_true(file->bytes_total == c->total);
        assert_true(file->bytes_had == 0);
        assert_true(file->file_size == c->stated_size);
        assert_int_equal(file->range_count, c->ranges.count);
        assert_true(range_set_is_normal(&file->wanted));
    }
    job_file_free(file);
}

/* The size may be stated later: it comes to the same. */
static void check_size_stated_later(void **state)
{
    const struct total_case *c = *state;
    struct job job = new_job();
    struct job_file *file = NULL;
    struct job_file *other = NULL;
    enum odo_status status = create(c->ranges, UNKNOWN, &file);
    struct job_file_change change = {.stated_size = c->stated_size};

    if (status != ODO_OK) {
        assert_status(status, c->status);
        return;
    }
    assert_status(job_append(&job, file), ODO_OK);
    change.ranges = file->ranges;
    change.range_count = file->range_count;
    assert_status(job_file_change(file, &change, &other), c->status);
    if (c->status == ODO_OK) {
        job_exchange_file(&job, 0, other);
        assert_ptr_equal(job.files[0], file); /* the address stays */
        assert_true(file->file_size == c->stated_size && file->stated_size == c->stated_size);
        assert_true(other->stated_size == UNKNOWN);
        assert_true(file->unwritten & JOB_FILE_DEFINITION);
        job_file_free(other);
    }
    assert_true(file->bytes_total ==
                (c->status == ODO_OK ? c->total : range_set_total(&file->wanted)));
    expect_totals_are_sums(&job);
    job_free(&job);
}

static void a_file_keeps_its_ranges_in_the_order_given(void **state)
{
    static const struct byte_range given[] = {{500, 100}, {0, 100}, {100, 5}};
    struct byte_range borrowed[3];
    struct job_file *file = NULL;
    struct range_list list = {borrowed, 3};

    (void)state;
    memcpy(borrowed, given, sizeof(given));
    assert_status(create(list, UNKNOWN, &file), ODO_OK);
    memset(borrowed, 0, sizeof(borrowed)); /* the client's again */
    assert_int_equal(file->range_count, 3);
    assert_memory_equal(file->ranges, given, sizeof(given));
    assert_int_equal(file->wanted.count, 2);
    job_file_free(file);
}

static void a_file_without_memory_leaves_nothing(void **state)
{
    static const struct byte_range given[] = {{500, 100}, {0, 100}};
    struct range_list list = {given, 2};
    struct job_file *file = NULL;
    uint64_t needed;

    (void)state;
    failing_memory_start(0, 0);
    assert_status(create(list, UNKNOWN, &file), ODO_OK);
    job_file_free(file);
    needed = failing_memory_stop().allocations;
    for (uint64_t nth = 1; nth <= needed; nth++) {
        enum odo_status status;
        struct failing_memory_count count;

        file = NULL;
        failing_memory_start(nth, nth);
        status = create(list, UNKNOWN, &file);
        job_file_free(file); /* one that is only made smaller may fail */
        count = failing_memory_stop();
        assert_int_equal(count.blocks_left, 0);
        if (status != ODO_OK) {
            assert_status(status, ODO_E_OUT_OF_MEMORY);
            assert_null(file);
        }
    }
}

/* --- Sums ----------------------------------------------------------------------------- */

static void a_new_job_is_suspended_and_empty(void **state)
{
    struct job job = new_job();
    struct odo_job_progress progress = job_progress(&job);

    (void)state;
    assert_int_equal(job.state, ODO_JOB_SUSPENDED);
    assert_true(job.times.created_us == 12345 && job.times.modified_us == 12345);
    assert_true(job.times.transferred_us == 0);
    assert_true(job.error_file == UINT32_MAX);
    assert_true(progress.bytes_total == 0 && progress.bytes_transferred == 0);
    assert_true(progress.files_total == 0 && progress.files_transferred == 0);
    job_free(&job);
}

static void totals_stay_right_over_append_and_remove(void **state)
{
    struct job job = new_job();

    (void)state;
    for (int i = 0; i < 100; i++) {
        job_sample_add(&job, FOLDER, NULL, 0, i % 3 == 0 ? UNKNOWN : (uint64_t)i);
        expect_totals_are_sums(&job);
        if (i % 4 == 3) {
            job_file_free(job_remove_last(&job));
            expect_totals_are_sums(&job);
        }
    }
    while (job.file_count > 0) {
        job_file_free(job_remove_last(&job));
        expect_totals_are_sums(&job);
    }
    assert_true(job.totals.bytes_total == 0 && job.totals.unknown == 0);
    job_free(&job);
}

static void totals_stay_right_when_a_file_is_replaced(void **state)
{
    struct job job = new_job();
    struct job_file *file;
    struct range_list none = NO_RANGES;

    (void)state;
    file = job_sample_add(&job, FOLDER, NULL, 0, 1000);
    job_sample_progress(&job, file, 1000, 1000, NULL, 0);
    job_sample_take_to(&job, file, JOB_FILE_COMPLETED);
    job_sample_add(&job, FOLDER, NULL, 0, 500);
    expect_totals_are_sums(&job);
    assert_status(create(none, UNKNOWN, &file), ODO_OK);
    job_replace(&job, 0, file);
    expect_totals_are_sums(&job);
    assert_ptr_equal(job.files[0], file);
    assert_true(job.totals.bytes_total == 500 && job.totals.unknown == 1);
    assert_true(job.totals.bytes_had == 0 && job.totals.transferred == 0);
    job_free(&job);
}

static void totals_stay_right_over_progress(void **state)
{
    struct test_random random = {.state = 11};
    struct job job = new_job();

    (void)state;
    for (int i = 0; i < 20; i++) {
        job_sample_add(&job, FOLDER, NULL, 0, UNKNOWN);
    }
    for (int i = 0; i < 1000; i++) {
        struct job_file *file = job.files[test_random_below(&random, 20)];
        uint64_t total =
            test_random_below(&random, 3) == 0 ? UNKNOWN : test_random_below(&random, 1000000);

        job_set_progress(&job, file, total, test_random_below(&random, 1000000));
        if (test_random_below(&random, 10) == 0) {
            job_sample_take_to(&job, file, JOB_FILE_TRANSFERRED);
        }
        if (test_random_below(&random, 20) == 0) {
            job_sample_take_to(&job, file, JOB_FILE_COMPLETED);
        }
        if (test_random_below(&random, 20) == 0) {
            job_set_stage(&job, file, JOB_FILE_BEGUN); /* it was cut */
        }
        expect_totals_are_sums(&job);
    }
    job_free(&job);
}

static void one_unknown_total_makes_the_sum_unknown(void **state)
{
    struct job job = new_job();
    struct job_file *file;

    (void)state;
    job_sample_add(&job, FOLDER, NULL, 0, 1000);
    assert_true(job_progress(&job).bytes_total == 1000);
    file = job_sample_add(&job, FOLDER, NULL, 0, UNKNOWN);
    assert_true(job_progress(&job).bytes_total == UNKNOWN);
    job_set_progress(&job, file, 50, 20);
    assert_true(job_progress(&job).bytes_total == 1050);
    assert_true(job_progress(&job).bytes_transferred == 20);
    job_set_stage(&job, file, JOB_FILE_TRANSFERRED);
    assert_int_equal(job_progress(&job).files_transferred, 1);
    assert_int_equal(job_progress(&job).files_total, 2);
    job_free(&job);
}

static void addresses_of_files_never_change(void **state)
{
    struct job job = new_job();
    struct job_file *first = job_sample_add(&job, FOLDER, NULL, 0, 1);

    (void)state;
    for (int i = 0; i < 1000; i++) {
        job_sample_add(&job, FOLDER, NULL, 0, 1);
    }
    assert_ptr_equal(job.files[0], first);
    job_free(&job);
}

static void an_append_without_memory_leaves_the_file_with_the_caller(void **state)
{
    struct job job = new_job();
    struct job_file *file = NULL;
    struct range_list none = NO_RANGES;

    (void)state;
    for (int i = 0; i < 8; i++) { /* the next one needs more room */
        job_sample_add(&job, FOLDER, NULL, 0, 1);
    }
    assert_status(create(none, 5, &file), ODO_OK);
    test_memory_ends_after(0);
    assert_status(job_append(&job, file), ODO_E_OUT_OF_MEMORY);
    test_memory_is_back();
    assert_int_equal(job.file_count, 8);
    expect_totals_are_sums(&job);
    assert_status(job_append(&job, file), ODO_OK);
    assert_int_equal(job.file_count, 9);
    expect_totals_are_sums(&job);
    job_free(&job);
}

/* Every file with something unsaved lies in [first, end). */
static void what_is_unsaved_is_within_the_bounds(void **state)
{
    struct test_random random = {.state = 5};
    struct job job = new_job();

    (void)state;
    for (int i = 0; i < 2000; i++) {
        switch (test_random_below(&random, 4)) {
        case 0:
            job_sample_add(&job, FOLDER, NULL, 0, 1);
            break;
        case 1:
            if (job.file_count > 0) {
                job_file_free(job_remove_last(&job));
            }
            break;
        case 2:
            if (job.file_count > 0) {
                job_note_unwritten(&job, (uint32_t)test_random_below(&random, job.file_count),
                                   1U << test_random_below(&random, 3));
            }
            break;
        default:
            job_note_saved(&job);
            assert_int_equal(job.saved_files, job.file_count);
            break;
        }
        assert_true(job.unsaved_end <= job.file_count);
        assert_true(job.unsaved_first <= job.unsaved_end);
        for (uint32_t k = 0; k < job.file_count; k++) {
            if (job.files[k]->unwritten & (JOB_FILE_DEFINITION | JOB_FILE_PROGRESS)) {
                assert_true(k >= job.unsaved_first && k < job.unsaved_end);
            }
        }
    }
    job_free(&job);
}

/* --- Going back to a checkpoint ------------------------------------------------------- */

static const struct restore_case {
    const char *name;
    struct range_list ranges;
    uint64_t stated_size;
    uint64_t file_size; /* in the checkpoint */
    uint64_t cursor;
    struct range_list holes;
    enum odo_status status;
    uint64_t had;
    uint64_t total;
} restores[] = {
    {"nothing has come of a file of unknown size", NO_RANGES, UNKNOWN, UNKNOWN, 0, NO_RANGES,
     ODO_OK, 0, UNKNOWN},
    {"what lies below the cursor has come", NO_RANGES, UNKNOWN, 1000, 400, NO_RANGES, ODO_OK,
     400, 1000},
    {"but not the holes", NO_RANGES, UNKNOWN, 1000, 400, RANGES({100, 50}, {300, 1}), ODO_OK,
     349, 1000},
    {"only wanted bytes count", RANGES({0, 100}, {500, 100}), UNKNOWN, 1000, 550, NO_RANGES,
     ODO_OK, 150, 200},
    {"only wanted bytes of a hole are missing", RANGES({0, 100}, {500, 100}), UNKNOWN, 1000,
     550, RANGES({90, 420}), ODO_OK, 130, 200},
    {"an open end is closed by the size learnt", RANGES({100, END}), UNKNOWN, 1000, 600,
     NO_RANGES, ODO_OK, 500, 900},
    {"an open end is closed by the size stated", RANGES({100, END}), 1000, UNKNOWN, 600,
     NO_RANGES, ODO_OK, 500, 900},
    {"a whole file is as large as stated when nobody else said", NO_RANGES, 1000, UNKNOWN, 600,
     NO_RANGES, ODO_OK, 600, 1000},
    {"everything can have come", NO_RANGES, UNKNOWN, 1000, 1000, NO_RANGES, ODO_OK, 1000, 1000},
    {"an empty file can have come", NO_RANGES, UNKNOWN, 0, 0, NO_RANGES, ODO_OK, 0, 0},
    {"closed ranges need no size", RANGES({0, 100}), UNKNOWN, UNKNOWN, 60, NO_RANGES, ODO_OK,
     60, 100},

    {"holes that share a byte do not fit", NO_RANGES, UNKNOWN, 1000, 400,
     RANGES({100, 50}, {149, 10}), ODO_E_DAMAGED, 0, 0},
    {"holes out of order do not fit", NO_RANGES, UNKNOWN, 1000, 400,
     RANGES({200, 50}, {100, 50}), ODO_E_DAMAGED, 0, 0},
    {"an empty hole does not fit", NO_RANGES, UNKNOWN, 1000, 400, RANGES({200, 0}),
     ODO_E_DAMAGED, 0, 0},
    {"a hole above the cursor does not fit", NO_RANGES, UNKNOWN, 1000, 400, RANGES({390, 11}),
     ODO_E_DAMAGED, 0, 0},
    {"an open hole does not fit", NO_RANGES, UNKNOWN, 1000, 400, RANGES({390, END}),
     ODO_E_DAMAGED, 0, 0},
    {"a cursor that no file can have does not fit", NO_RANGES, UNKNOWN, 1000,
     BYTE_OFFSET_LIMIT + 1, NO_RANGES, ODO_E_DAMAGED, 0, 0},
    {"a size too small for the ranges does not fit", RANGES({500, 100}), UNKNOWN, 550, 0,
     NO_RANGES, ODO_E_DAMAGED, 0, 0},
    {"a size that no file can have does not fit", NO_RANGES, UNKNOWN, BYTE_OFFSET_LIMIT + 1, 0,
     NO_RANGES, ODO_E_DAMAGED, 0, 0},
};

static void check_restore(void **state)
{
    const struct restore_case *c = *state;
    struct job job = new_job();
    struct job_file *file = job_sample_add(&job, FOLDER, c->ranges.items,
                                           (uint32_t)c->ranges.count, c->stated_size);
    uint64_t total_before = file->bytes_total;
    struct checkpoint borrowed;
    struct checkpoint checkpoint;

    checkpoint_init(&borrowed);
    borrowed.begun = true;
    borrowed.file_size = c->file_size;
    borrowed.cursor = c->cursor;
    borrowed.holes = (struct byte_range *)(uintptr_t)c->holes.items;
    borrowed.hole_count = c->holes.count;
    assert_status(checkpoint_copy(&borrowed, &checkpoint), ODO_OK);

    assert_status(job_restore_progress(&job, file, &checkpoint), c->status);
    if (c->status == ODO_OK) {
        assert_true(file->bytes_had == c->had);
        assert_true(file->bytes_total == c->total);
        assert_true(file->checkpoint.cursor == c->cursor);
        assert_int_equal(file->checkpoint.hole_count, c->holes.count);
        assert_null(checkpoint.holes);
        assert_int_equal(checkpoint.begun, 0);
    } else {
        assert_true(file->bytes_had == 0);
        assert_true(file->bytes_total == total_before);
        assert_true(file->checkpoint.cursor == 0);
        assert_true(checkpoint.cursor == c->cursor);
    }
    expect_totals_are_sums(&job);
    checkpoint_free(&checkpoint);
    job_free(&job);
}

static void a_file_whose_progress_is_lost_is_as_it_was_added(void **state)
{
    static const struct byte_range open[] = {{100, END}};
    struct job job = new_job();
    struct job_file *file = job_sample_add(&job, FOLDER, open, 1, UNKNOWN);

    (void)state;
    job_sample_progress(&job, file, 1000, 1000, NULL, 0);
    file->unwritten &= ~(unsigned)JOB_FILE_BYTES;
    job_sample_take_to(&job, file, JOB_FILE_COMPLETING);
    job_forget_progress(&job, file);
    expect_totals_are_sums(&job);
    assert_int_equal(file->stage, JOB_FILE_QUEUED);
    assert_true(file->unwritten & JOB_FILE_BYTES);
    assert_true(file->bytes_had == 0 && file->bytes_total == UNKNOWN);
    assert_true(file->file_size == UNKNOWN && file->last_modified_us == 0);
    assert_null(file->checkpoint.entity_tag);
    assert_true(file->checkpoint.cursor == 0 && !file->checkpoint.begun);
    job_free(&job);
}

/* --- Numbers and texts ---------------------------------------------------------------- */

static const struct default_case {
    const char *name;
    enum odo_job_number which;
    uint32_t value;
} defaults[] = {
    {"the priority is normal at first", ODO_JOB_PRIORITY, 2},
    {"a job at first notifies of its end and of errors", ODO_JOB_NOTIFY_FLAGS, 3},
    {"a job at first waits a day for progress", ODO_JOB_NO_PROGRESS_TIMEOUT, 86400},
    {"a job at first shows ten minutes between retries", ODO_JOB_MINIMUM_RETRY_DELAY, 600},
    {"no cost flags are set at first", ODO_JOB_COST_FLAGS, 0},
    {"a job is of the first kind", ODO_JOB_KIND, 0},
    {"a job is kept", ODO_JOB_VOLATILE, 0},
    {"https stays https", ODO_JOB_INSECURE_REDIRECTS, 0},
    {"a job has not started", ODO_JOB_HAS_STARTED, 0},
};

static void check_default(void **state)
{
    const struct default_case *c = *state;
    struct job job = new_job();

    assert_int_equal(job_number(&job, c->which), c->value);
    assert_status(job_set_number(&job, c->which, 1), ODO_OK);
    assert_int_equal(job_number(&job, c->which), 1);
    assert_status(job_set_number(&job, c->which, 0), ODO_OK); /* 0 is no "unset" */
    assert_int_equal(job_number(&job, c->which), 0);
    job_free(&job);
}

static void the_timeout_follows_the_priority_until_it_is_set(void **state)
{
    struct job job = new_job();

    (void)state;
    assert_status(job_set_number(&job, ODO_JOB_PRIORITY, 0), ODO_OK);
    assert_int_equal(job_number(&job, ODO_JOB_NO_PROGRESS_TIMEOUT), 3600);
    for (uint32_t priority = 1; priority <= 3; priority++) {
        assert_status(job_set_number(&job, ODO_JOB_PRIORITY, priority), ODO_OK);
        assert_int_equal(job_number(&job, ODO_JOB_NO_PROGRESS_TIMEOUT), 86400);
    }
    assert_status(job_set_number(&job, ODO_JOB_NO_PROGRESS_TIMEOUT, 77), ODO_OK);
    assert_status(job_set_number(&job, ODO_JOB_PRIORITY, 0), ODO_OK);
    assert_int_equal(job_number(&job, ODO_JOB_NO_PROGRESS_TIMEOUT), 77);
    job_free(&job);
}

static const struct number_case {
    const char *name;
    enum odo_job_number which;
    uint32_t value;
    enum odo_status status;
} numbers[] = {
    {"the lowest priority is 3", ODO_JOB_PRIORITY, 3, ODO_OK},
    {"a priority of 4 is refused", ODO_JOB_PRIORITY, 4, ODO_E_INVALID_ARGUMENT},
    {"a priority of -1 is refused", ODO_JOB_PRIORITY, UINT32_MAX, ODO_E_INVALID_ARGUMENT},
    {"a timeout may be 0", ODO_JOB_NO_PROGRESS_TIMEOUT, 0, ODO_OK},
    {"a timeout may be for ever", ODO_JOB_NO_PROGRESS_TIMEOUT, UINT32_MAX, ODO_OK},
    {"a retry delay may be anything", ODO_JOB_MINIMUM_RETRY_DELAY, UINT32_MAX, ODO_OK},
    {"notify flags are the host's", ODO_JOB_NOTIFY_FLAGS, UINT32_MAX, ODO_OK},
    {"cost flags are the host's", ODO_JOB_COST_FLAGS, UINT32_MAX, ODO_OK},
    {"a kind is the host's", ODO_JOB_KIND, UINT32_MAX, ODO_OK},
    {"a job is volatile or not", ODO_JOB_VOLATILE, 2, ODO_E_INVALID_ARGUMENT},
    {"redirects are allowed or not", ODO_JOB_INSECURE_REDIRECTS, 2, ODO_E_INVALID_ARGUMENT},
    {"a job has started or not", ODO_JOB_HAS_STARTED, 2, ODO_E_INVALID_ARGUMENT},
    {"every security flag may be set", ODO_JOB_SECURITY_FLAGS, 0x3301, ODO_OK},
    {"no other security flag may", ODO_JOB_SECURITY_FLAGS, 0x2, ODO_E_INVALID_ARGUMENT},
    {"nor any high one", ODO_JOB_SECURITY_FLAGS, 0x80000000, ODO_E_INVALID_ARGUMENT},
    {"a rate limit may be anything", ODO_JOB_RATE_LIMIT, UINT32_MAX, ODO_OK},
    {"a number that there is not is refused", ODO_JOB_NUMBER_COUNT, 0, ODO_E_INVALID_ARGUMENT},
};

static void check_number(void **state)
{
    const struct number_case *c = *state;
    struct job job = new_job();
    uint32_t before = c->which < ODO_JOB_NUMBER_COUNT ? job_number(&job, c->which) : 0;

    assert_status(job_set_number(&job, c->which, c->value), c->status);
    if (c->which < ODO_JOB_NUMBER_COUNT) {
        assert_int_equal(job_number(&job, c->which), c->status == ODO_OK ? c->value : before);
        assert_int_equal(job.number_is_set[c->which], c->status == ODO_OK);
    }
    job_free(&job);
}

static const struct text_case {
    const char *name;
    enum odo_job_text which;
    const char *unit; /* repeated ... */
    size_t count;     /* ... so often; NULL is NULL */
    enum odo_status status;
} texts[] = {
    {"a name may be empty", ODO_JOB_DISPLAY_NAME, "", 1, ODO_OK},
    {"headers may have 16384 letters", ODO_JOB_HEADERS, "a", 16384, ODO_OK},
    {"headers may not have 16385", ODO_JOB_HEADERS, "a", 16385, ODO_E_STRING_TOO_LONG},
    {"headers are UTF-8", ODO_JOB_HEADERS, "\xff", 1, ODO_E_INVALID_ARGUMENT},
    {"headers for authentication may be as long", ODO_JOB_AUTHENTICATION_HEADERS, "a", 16384,
     ODO_OK},
    {"so may the host's data", ODO_JOB_HOST_DATA, "a", 16384, ODO_OK},
    {"the host's data may not be longer", ODO_JOB_HOST_DATA, "a", 16385, ODO_E_STRING_TOO_LONG},
    {"a correlation vector may have 2200 letters", ODO_JOB_CORRELATION_VECTOR, "a", 2200,
     ODO_OK},
    {"a content id may not have 2201", ODO_JOB_CONTENT_ID, "a", 2201, ODO_E_STRING_TOO_LONG},
    {"a certificate may not be NULL", ODO_JOB_CLIENT_CERTIFICATE, NULL, 0,
     ODO_E_INVALID_ARGUMENT},
    {"a name may have 256 letters", ODO_JOB_DISPLAY_NAME, "a", 256, ODO_OK},
    {"a name may not have 257 letters", ODO_JOB_DISPLAY_NAME, "a", 257, ODO_E_STRING_TOO_LONG},
    {"256 letters of three bytes each are 256", ODO_JOB_DISPLAY_NAME, "\xe2\x82\xac", 256,
     ODO_OK},
    {"257 letters of three bytes each are too long", ODO_JOB_DISPLAY_NAME, "\xe2\x82\xac", 257,
     ODO_E_STRING_TOO_LONG},
    {"128 letters outside the first plane are 256 units", ODO_JOB_DISPLAY_NAME,
     "\xf0\x9f\x98\x80", 128, ODO_OK},
    {"129 letters outside the first plane are too long", ODO_JOB_DISPLAY_NAME,
     "\xf0\x9f\x98\x80", 129, ODO_E_STRING_TOO_LONG},
    {"a description may have 1024 letters", ODO_JOB_DESCRIPTION, "b", 1024, ODO_OK},
    {"a description may not have 1025 letters", ODO_JOB_DESCRIPTION, "b", 1025,
     ODO_E_STRING_TOO_LONG},
    {"an owner may have 256 letters", ODO_JOB_OWNER, "o", 256, ODO_OK},
    {"an owner may not have 257 letters", ODO_JOB_OWNER, "o", 257, ODO_E_STRING_TOO_LONG},
    {"a listener may not have 257 letters", ODO_JOB_LISTENER, "l", 257, ODO_E_STRING_TOO_LONG},
    {"half a letter is refused", ODO_JOB_DISPLAY_NAME, "\xe2\x82", 1, ODO_E_INVALID_ARGUMENT},
    {"a surrogate is refused", ODO_JOB_DESCRIPTION, "\xed\xa0\x80", 1, ODO_E_INVALID_ARGUMENT},
    {"no text is refused", ODO_JOB_DISPLAY_NAME, NULL, 0, ODO_E_INVALID_ARGUMENT},
    {"a text that there is not is refused", ODO_JOB_TEXT_COUNT, "a", 1, ODO_E_INVALID_ARGUMENT},
};

static void check_text(void **state)
{
    const struct text_case *c = *state;
    struct job job = new_job();
    char *text = NULL;

    for (int i = 0; i < ODO_JOB_TEXT_COUNT; i++) {
        assert_status(job_set_text(&job, (enum odo_job_text)i, "before"), ODO_OK);
    }
    if (c->unit) {
        size_t length = strlen(c->unit);

        text = malloc(length * c->count + 1);
        assert_non_null(text);
        for (size_t i = 0; i < c->count; i++) {
            memcpy(text + i * length, c->unit, length);
        }
        text[length * c->count] = '\0';
    }
    assert_status(job_set_text(&job, c->which, text), c->status);
    if (c->which < ODO_JOB_TEXT_COUNT) {
        assert_string_equal(job.texts[c->which], c->status == ODO_OK ? text : "before");
    }
    free(text);
    job_free(&job);
}

static void a_text_without_memory_stays_as_it_was(void **state)
{
    struct job job = new_job();

    (void)state;
    assert_status(job_set_text(&job, ODO_JOB_DISPLAY_NAME, "before"), ODO_OK);
    test_memory_ends_after(0);
    assert_status(job_set_text(&job, ODO_JOB_DISPLAY_NAME, "after"), ODO_E_OUT_OF_MEMORY);
    test_memory_is_back();
    assert_string_equal(job.texts[ODO_JOB_DISPLAY_NAME], "before");
    job_free(&job);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, totals, check_total);
    TEST_ADD_TABLE(&suite, totals, check_size_stated_later);
    TEST_ADD_TABLE(&suite, restores, check_restore);
    TEST_ADD(&suite, what_is_unsaved_is_within_the_bounds);
    TEST_ADD_TABLE(&suite, defaults, check_default);
    TEST_ADD_TABLE(&suite, numbers, check_number);
    TEST_ADD_TABLE(&suite, texts, check_text);
    TEST_ADD(&suite, a_file_keeps_its_ranges_in_the_order_given);
    TEST_ADD(&suite, a_file_without_memory_leaves_nothing);
    TEST_ADD(&suite, a_new_job_is_suspended_and_empty);
    TEST_ADD(&suite, totals_stay_right_over_append_and_remove);
    TEST_ADD(&suite, totals_stay_right_when_a_file_is_replaced);
    TEST_ADD(&suite, totals_stay_right_over_progress);
    TEST_ADD(&suite, one_unknown_total_makes_the_sum_unknown);
    TEST_ADD(&suite, addresses_of_files_never_change);
    TEST_ADD(&suite, an_append_without_memory_leaves_the_file_with_the_caller);
    TEST_ADD(&suite, a_file_whose_progress_is_lost_is_as_it_was_added);
    TEST_ADD(&suite, the_timeout_follows_the_priority_until_it_is_set);
    TEST_ADD(&suite, a_text_without_memory_stays_as_it_was);
    return test_suite_run(&suite, "job");
}
