/*
 * The folder of the journals: what is listed, and who owns what.
 */
#include "platform/file.h"
#include "platform/lock_file.h"
#include "store/journal.h"
#include "support/job_sample.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <string.h>

static char *folder;

static int make_folder(void **state)
{
    (void)state;
    folder = temp_folder_create();
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    temp_folder_remove(folder);
    return 0;
}

static struct store *open_store(void)
{
    struct store *store = NULL;

    assert_status(store_open(folder, &store), ODO_OK);
    return store;
}

static void make_file(const char *name)
{
    char *path = temp_folder_path(folder, name);
    struct platform_file *file = NULL;

    assert_status(platform_file_create_new(path, &file), ODO_OK);
    platform_file_close(file);
    free(path);
}

static bool has_file(const char *name)
{
    char *path = temp_folder_path(folder, name);
    struct platform_file *file = NULL;
    bool is_there = platform_file_open(path, &file) == ODO_OK;

    platform_file_close(file);
    free(path);
    return is_there;
}

/* The journal of a job with this number, which is closed at once. */
static void make_journal(struct store *store, uint8_t number)
{
    struct odo_job_id id = job_sample_id(number);
    struct journal *journal = NULL;
    struct job job;

    job_init(&job, &id, 1000);
    assert_status(journal_create(store, &job, &journal), ODO_OK);
    journal_close(journal);
    job_free(&job);
}

static enum odo_status adopt(struct store *store, uint8_t number, struct journal **journal_out)
{
    struct odo_job_id id = job_sample_id(number);
    struct job job;
    enum odo_status status = journal_adopt(store, &id, journal_out, &job);

    if (status == ODO_OK) {
        job_free(&job);
    }
    return status;
}

/* --- Listing -------------------------------------------------------------------------- */

static const struct name_case {
    const char *name;
    const char *file;
    bool is_listed;
} names[] = {
    {"a journal is listed", "a3a2a1a0-a5a4-a7a6-a8a9-aaabacadae01.job", true},
    {"a journal of zeros is listed", "00000000-0000-0000-0000-000000000000.job", true},
    {"one that was set aside is not", "a3a2a1a0-a5a4-a7a6-a8a9-aaabacadae01.damaged", false},
    {"nor one of a newer version", "a3a2a1a0-a5a4-a7a6-a8a9-aaabacadae01.newer", false},
    {"nor one with capital letters", "A3A2A1A0-A5A4-A7A6-A8A9-AAABACADAE01.job", false},
    {"nor one with another letter", "g3a2a1a0-a5a4-a7a6-a8a9-aaabacadae01.job", false},
    {"nor one without hyphens", "a3a2a1a0a5a4a7a6a8a9aaabacadae010000.job", false},
    {"nor one with a digit too few", "a3a2a1a0-a5a4-a7a6-a8a9-aaabacadae0.job", false},
    {"nor one with a digit too many", "a3a2a1a0-a5a4-a7a6-a8a9-aaabacadae011.job", false},
    {"nor one with more behind it", "a3a2a1a0-a5a4-a7a6-a8a9-aaabacadae01.job2", false},
    {"nor one in braces", "{a3a2a1a0-a5a4-a7a6-a8a9-aaabacadae01}.job", false},
    {"nor the extension alone", ".job", false},
    {"nor any other file", "notes.txt", false},
};

struct listed {
    size_t count;
    size_t most;
    struct odo_job_id last;
};

static bool note_listed(void *context, const struct odo_job_id *id)
{
    struct listed *listed = context;

    listed->last = *id;
    return ++listed->count < listed->most;
}

static void check_name(void **state)
{
    const struct name_case *c = *state;
    struct store *store;
    struct listed listed = {.most = SIZE_MAX};

    make_folder(NULL);
    make_file(c->file);
    store = open_store();
    assert_status(store_list(store, note_listed, &listed), ODO_OK);
    assert_int_equal(listed.count, c->is_listed);
    store_close(store);
    remove_folder(NULL);
}

static void a_journal_is_named_after_its_job(void **state)
{
    struct odo_job_id id = job_sample_id(1);
    struct store *store = open_store();
    struct listed listed = {.most = SIZE_MAX};

    (void)state;
    make_journal(store, 1);
    assert_true(has_file("a3a2a1a0-a5a4-a7a6-a8a9-aaabacadae01.job"));
    assert_status(store_list(store, note_listed, &listed), ODO_OK);
    assert_int_equal(listed.count, 1);
    assert_memory_equal(listed.last.bytes, id.bytes, sizeof(id.bytes));
    store_close(store);
}

static void a_listing_ends_when_it_is_told_to(void **state)
{
    struct store *store = open_store();
    struct listed listed = {.most = 2};

    (void)state;
    for (uint8_t i = 1; i <= 5; i++) {
        make_journal(store, i);
    }
    assert_status(store_list(store, note_listed, &listed), ODO_OK);
    assert_int_equal(listed.count, 2);
    store_close(store);
}

static void a_folder_named_like_a_journal_is_listed(void **state)
{
    struct store *store = open_store();
    struct listed listed = {.most = SIZE_MAX};

    (void)state;
    free(temp_folder_make(folder, "a3a2a1a0-a5a4-a7a6-a8a9-aaabacadae01.job"));
    assert_status(store_list(store, note_listed, &listed), ODO_OK);
    assert_int_equal(listed.count, 1); /* to be set aside, with a word */
    store_close(store);
}

static void a_store_needs_its_folder(void **state)
{
    struct store *store = NULL;
    char *missing = temp_folder_path(folder, "missing");

    (void)state;
    assert_status(store_open(missing, &store), ODO_E_PATH_NOT_FOUND);
    assert_null(store);
    free(missing);
}

static void a_journal_that_was_left_half_made_is_removed(void **state)
{
    struct store *store;

    (void)state;
    make_file("a3a2a1a0-a5a4-a7a6-a8a9-aaabacadae01.new");
    make_file("notes.new");
    store = open_store();
    assert_false(has_file("a3a2a1a0-a5a4-a7a6-a8a9-aaabacadae01.new"));
    assert_true(has_file("notes.new"));
    store_close(store);
}

static void a_journal_that_another_process_makes_is_left_alone(void **state)
{
    struct store *owner = open_store();
    struct store *other;
    struct journal *journal = NULL;

    (void)state;
    make_journal(owner, 1);
    assert_status(adopt(owner, 1, &journal), ODO_OK);
    make_file("a3a2a1a0-a5a4-a7a6-a8a9-aaabacadae01.new");
    other = open_store();
    assert_true(has_file("a3a2a1a0-a5a4-a7a6-a8a9-aaabacadae01.new"));
    store_close(other);
    journal_close(journal);
    store_close(owner);
}

/* --- Owning --------------------------------------------------------------------------- */

static void a_job_has_one_owner_at_a_time(void **state)
{
    struct store *first = open_store();
    struct store *second = open_store(); /* as another process would have it */
    struct journal *journal = NULL;
    struct journal *refused = NULL;

    (void)state;
    make_journal(first, 1);
    assert_status(adopt(first, 1, &journal), ODO_OK);
    assert_status(adopt(second, 1, &refused), ODO_E_SHARING_VIOLATION);
    assert_status(adopt(first, 1, &refused), ODO_E_SHARING_VIOLATION);
    assert_null(refused);

    journal_close(journal);
    assert_status(adopt(second, 1, &journal), ODO_OK);
    assert_status(adopt(first, 1, &refused), ODO_E_SHARING_VIOLATION);
    journal_close(journal);
    store_close(second);
    store_close(first);
}

static void a_job_that_is_owned_is_not_created_again(void **state)
{
    struct odo_job_id id = job_sample_id(1);
    struct store *first = open_store();
    struct store *second = open_store();
    struct journal *journal = NULL;
    struct journal *refused = NULL;
    struct job job;

    (void)state;
    job_init(&job, &id, 1000);
    assert_status(journal_create(first, &job, &journal), ODO_OK);
    assert_status(journal_create(second, &job, &refused), ODO_E_SHARING_VIOLATION);
    assert_status(journal_create(first, &job, &refused), ODO_E_SHARING_VIOLATION);
    journal_close(journal);
    assert_status(journal_create(second, &job, &refused), ODO_E_ALREADY_EXISTS);
    assert_status(adopt(first, 1, &journal), ODO_OK); /* nobody has kept it */
    journal_close(journal);
    job_free(&job);
    store_close(second);
    store_close(first);
}

static void a_job_that_is_no_more_has_no_owner(void **state)
{
    struct store *first = open_store();
    struct store *second = open_store();
    struct journal *journal = NULL;

    (void)state;
    make_journal(first, 1);
    assert_status(adopt(first, 1, &journal), ODO_OK);
    assert_status(journal_remove(journal), ODO_OK);
    assert_status(adopt(second, 1, &journal), ODO_E_NOT_FOUND);
    make_journal(second, 1);
    store_close(second);
    store_close(first);
}

static void many_jobs_are_owned_and_let_go_in_any_order(void **state)
{
    enum { JOBS = 60 };
    struct test_random random = {.state = 3};
    struct store *first = open_store();
    struct store *second = open_store();
    struct journal *journals[JOBS] = {NULL};

    (void)state;
    for (uint8_t i = 0; i < JOBS; i++) {
        make_journal(first, i);
    }
    for (int step = 0; step < 1000; step++) {
        uint8_t i = (uint8_t)test_random_below(&random, JOBS);
        struct journal *refused = NULL;

        if (journals[i]) {
            assert_status(adopt(second, i, &refused), ODO_E_SHARING_VIOLATION);
            assert_status(adopt(first, i, &refused), ODO_E_SHARING_VIOLATION);
            journal_close(journals[i]);
            journals[i] = NULL;
        } else {
            assert_status(adopt(first, i, &journals[i]), ODO_OK);
        }
    }
    for (uint8_t i = 0; i < JOBS; i++) {
        journal_close(journals[i]);
        assert_status(adopt(second, i, &journals[i]), ODO_OK);
        journal_close(journals[i]);
    }
    store_close(second);
    store_close(first);
}

static void a_store_that_is_closed_owns_nothing(void **state)
{
    struct store *first = open_store();
    struct store *second;
    struct journal *journal = NULL;

    (void)state;
    make_journal(first, 1);
    store_close(first);
    second = open_store();
    assert_status(adopt(second, 1, &journal), ODO_OK);
    journal_close(journal);
    store_close(second);
}

static void one_start_of_the_machine_has_one_name(void **state)
{
    struct store *first = open_store();
    struct store *second = open_store();

    (void)state;
    assert_true(strlen(store_boot_id(first)) > 0);
    assert_string_equal(store_boot_id(first), store_boot_id(second));
    store_close(second);
    store_close(first);
}

static void opening_without_memory_leaves_nothing(void **state)
{
    (void)state;
    make_file("a3a2a1a0-a5a4-a7a6-a8a9-aaabacadae01.new");
    for (uint64_t nth = 1;; nth++) {
        struct store *store = NULL;
        struct failing_memory_count count;

        failing_memory_start(nth, nth);
        if (store_open(folder, &store) == ODO_OK) {
            store_close(store);
        }
        count = failing_memory_stop();
        assert_int_equal(count.blocks_left, 0);
        if (count.refused == 0) {
            break;
        }
    }
}

/* --- Claims --------------------------------------------------------------------------- */

static const uint64_t numbers[] = {
    0, 1, 2, 255, UINT32_MAX, (uint64_t)UINT32_MAX + 1, (uint64_t)INT64_MAX - 1};

static void a_number_is_claimed_once(void **state)
{
    char *path = temp_folder_path(folder, "lock");
    struct platform_lock_file *first = NULL;
    struct platform_lock_file *second = NULL;

    (void)state;
    assert_status(platform_lock_file_open(path, &first), ODO_OK);
    assert_status(platform_lock_file_open(path, &second), ODO_OK);
    for (size_t i = 0; i < TEST_COUNT(numbers); i++) {
        assert_status(platform_lock_file_claim(first, numbers[i]), ODO_OK);
    }
    for (size_t i = 0; i < TEST_COUNT(numbers); i++) {
        assert_status(platform_lock_file_claim(second, numbers[i]), ODO_E_SHARING_VIOLATION);
    }
    assert_status(platform_lock_file_claim(second, 3), ODO_OK); /* another one is free */

    platform_lock_file_release(first, numbers[2]);
    assert_status(platform_lock_file_claim(second, numbers[2]), ODO_OK);
    assert_status(platform_lock_file_claim(first, numbers[2]), ODO_E_SHARING_VIOLATION);
    assert_status(platform_lock_file_claim(second, numbers[1]), ODO_E_SHARING_VIOLATION);

    platform_lock_file_close(first); /* ends every claim, and no other one's */
    for (size_t i = 0; i < TEST_COUNT(numbers); i++) {
        if (i != 2) {
            assert_status(platform_lock_file_claim(second, numbers[i]), ODO_OK);
        }
    }
    platform_lock_file_close(second);
    free(path);
}

static void opening_and_closing_elsewhere_ends_no_claim(void **state)
{
    char *path = temp_folder_path(folder, "lock");
    struct platform_lock_file *first = NULL;
    struct platform_lock_file *second = NULL;

    (void)state;
    assert_status(platform_lock_file_open(path, &first), ODO_OK);
    assert_status(platform_lock_file_claim(first, 7), ODO_OK);
    for (int i = 0; i < 3; i++) {
        assert_status(platform_lock_file_open(path, &second), ODO_OK);
        assert_status(platform_lock_file_claim(second, 7), ODO_E_SHARING_VIOLATION);
        platform_lock_file_close(second);
    }
    platform_lock_file_close(first);
    free(path);
}

#define ADD_WITH_FOLDER(suite, function)                                                       \
    test_suite_add((suite), (struct CMUnitTest){.name = #function,                             \
                                                .test_func = (function),                       \
                                                .setup_func = make_folder,                     \
                                                .teardown_func = remove_folder})

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, names, check_name);
    ADD_WITH_FOLDER(&suite, a_journal_is_named_after_its_job);
    ADD_WITH_FOLDER(&suite, a_listing_ends_when_it_is_told_to);
    ADD_WITH_FOLDER(&suite, a_folder_named_like_a_journal_is_listed);
    ADD_WITH_FOLDER(&suite, a_store_needs_its_folder);
    ADD_WITH_FOLDER(&suite, a_journal_that_was_left_half_made_is_removed);
    ADD_WITH_FOLDER(&suite, a_journal_that_another_process_makes_is_left_alone);
    ADD_WITH_FOLDER(&suite, a_job_has_one_owner_at_a_time);
    ADD_WITH_FOLDER(&suite, a_job_that_is_owned_is_not_created_again);
    ADD_WITH_FOLDER(&suite, a_job_that_is_no_more_has_no_owner);
    ADD_WITH_FOLDER(&suite, many_jobs_are_owned_and_let_go_in_any_order);
    ADD_WITH_FOLDER(&suite, a_store_that_is_closed_owns_nothing);
    ADD_WITH_FOLDER(&suite, one_start_of_the_machine_has_one_name);
    ADD_WITH_FOLDER(&suite, opening_without_memory_leaves_nothing);
    ADD_WITH_FOLDER(&suite, a_number_is_claimed_once);
    ADD_WITH_FOLDER(&suite, opening_and_closing_elsewhere_ends_no_claim);
    return test_suite_run(&suite, "store");
}
