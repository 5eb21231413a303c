/*
 * Journals on a disk: what is written is read; and what is not ours is set aside.
 */
#include "store/journal.h"
#include "store/record_row.h"

#include "base/text.h"
#include "platform/file.h"
#include "support/job_compare.h"
#include "support/job_sample.h"
#include "support/log_lines.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <string.h>

#define ID_TEXT "a3a2a1a0-a5a4-a7a6-a8a9-aaabacadae01"

static char *folder;
static struct store *store;
static const struct odo_job_id *the_id;

static int begin(void **state)
{
    static struct odo_job_id id;

    (void)state;
    id = job_sample_id(1);
    the_id = &id;
    folder = temp_folder_create();
    assert_status(store_open(folder, &store), ODO_OK);
    return 0;
}

static int end(void **state)
{
    (void)state;
    store_close(store);
    store = NULL;
    temp_folder_remove(folder);
    return 0;
}

/* --- The file of the journal ---------------------------------------------------------- */

struct content {
    unsigned char *data;
    size_t size;
};

static char *path_of(const char *extension)
{
    char name[60];

    snprintf(name, sizeof(name), "%s%s", ID_TEXT, extension);
    return temp_folder_path(folder, name);
}

static bool has_file(const char *extension)
{
    char *path = path_of(extension);
    struct platform_file *file = NULL;
    bool is_there = platform_file_open(path, &file) == ODO_OK;

    platform_file_close(file);
    free(path);
    return is_there;
}

static struct content read_file(const char *extension)
{
    struct content content = {NULL, 0};
    char *path = path_of(extension);
    struct platform_file *file = NULL;
    uint64_t size = 0;

    assert_status(platform_file_open(path, &file), ODO_OK);
    assert_status(platform_file_get_size(file, &size), ODO_OK);
    content.data = malloc((size_t)size + 1);
    assert_non_null(content.data);
    assert_status(platform_file_read_at(file, 0, content.data, (size_t)size, &content.size),
                  ODO_OK);
    assert_true(content.size == size);
    platform_file_close(file);
    free(path);
    return content;
}

static void write_file(const char *extension, const void *data, size_t size)
{
    char *path = path_of(extension);
    struct platform_file *file = NULL;

    platform_file_remove(path);
    assert_status(platform_file_create_new(path, &file), ODO_OK);
    assert_status(platform_file_write_at(file, 0, data, size), ODO_OK);
    platform_file_close(file);
    free(path);
}

/* --- Jobs ----------------------------------------------------------------------------- */

static void make_job(struct job *job_out)
{
    job_sample_make_full(job_out, folder);
}

static struct journal *create(const struct job *job)
{
    struct journal *journal = NULL;

    assert_status(journal_create(store, job, &journal), ODO_OK);
    return journal;
}

static void append_job(struct journal *journal, const struct job *job)
{
    assert_status(journal_write_job(journal_buffer(journal), journal_row(journal), job),
                  ODO_OK);
}

static void rewrite(struct journal *journal, const struct job *job)
{
    struct buffer bytes;
    uint64_t row = 0;

    buffer_init(&bytes, JOURNAL_SIZE_MAX);
    assert_status(journal_write_all(&bytes, &row, job, store_boot_id(store)), ODO_OK);
    assert_status(journal_rewrite(journal, &bytes, row), ODO_OK);
    buffer_free(&bytes);
}

/* Close the journal, and have the next owner read this. */
static void expect_read(struct journal *journal, const struct job *expected)
{
    struct journal *adopted = NULL;
    struct job read;
    const char *difference;

    journal_close(journal);
    assert_status(journal_adopt(store, the_id, &adopted, &read), ODO_OK);
    difference = job_compare(&read, expected);
    if (difference) {
        fail_msg("the jobs differ in %s", difference);
    }
    job_free(&read);
    journal_close(adopted);
}

/* --- Writing -------------------------------------------------------------------------- */

static void a_journal_that_is_created_can_be_read(void **state)
{
    struct job job;

    (void)state;
    make_job(&job);
    expect_read(create(&job), &job);
    assert_false(has_file(".new"));
    job_free(&job);
}

static void what_is_committed_is_read(void **state)
{
    struct job job;
    struct journal *journal;

    (void)state;
    make_job(&job);
    journal = create(&job);
    for (int i = 0; i < 20; i++) {
        job.times.modified_us++;
        append_job(journal, &job);
        job_sample_progress(&job, job.files[0], 1000, (uint64_t)(700 + i), NULL, 0);
        assert_status(journal_write_progress(journal_buffer(journal), journal_row(journal),
                                             &job, 0, store_boot_id(store)),
                      ODO_OK);
        assert_status(journal_commit(journal), ODO_OK);
    }
    assert_status(journal_flush(journal), ODO_OK);
    expect_read(journal, &job);
    job_free(&job);
}

static void what_is_not_committed_is_not_read(void **state)
{
    struct job job;
    struct journal *journal;

    (void)state;
    make_job(&job);
    journal = create(&job);
    job.error_count = 99;
    append_job(journal, &job);
    job.error_count = 4;
    expect_read(journal, &job);
    job_free(&job);
}

static void what_is_rolled_back_is_not_read(void **state)
{
    struct job job;
    struct journal *journal;

    (void)state;
    make_job(&job);
    journal = create(&job);
    job.error_count = 99;
    append_job(journal, &job);
    journal_rollback(journal);
    job.error_count = 5;
    append_job(journal, &job); /* takes the row of what was dropped */
    assert_status(journal_commit(journal), ODO_OK);
    expect_read(journal, &job);
    job_free(&job);
}

static void a_commit_of_nothing_changes_nothing(void **state)
{
    struct job job;
    struct journal *journal;
    struct content before;
    struct content after;

    (void)state;
    make_job(&job);
    journal = create(&job);
    before = read_file(".job");
    assert_status(journal_commit(journal), ODO_OK);
    after = read_file(".job");
    assert_int_equal(after.size, before.size);
    assert_memory_equal(after.data, before.data, before.size);
    free(before.data);
    free(after.data);
    expect_read(journal, &job);
    job_free(&job);
}

static void a_rewritten_journal_is_short_and_goes_on(void **state)
{
    struct job job;
    struct journal *journal;
    struct content first;
    struct content longer;
    struct content last;

    (void)state;
    make_job(&job);
    journal = create(&job);
    first = read_file(".job");
    for (int i = 0; i < 50; i++) {
        append_job(journal, &job);
        assert_status(journal_commit(journal), ODO_OK);
    }
    longer = read_file(".job");
    assert_true(longer.size > first.size);
    append_job(journal, &job); /* dropped by rewriting */
    rewrite(journal, &job);
    last = read_file(".job");
    assert_int_equal(last.size, first.size);
    assert_false(has_file(".new"));

    job.error_count = 77;
    append_job(journal, &job);
    assert_status(journal_commit(journal), ODO_OK);
    expect_read(journal, &job);
    free(first.data);
    free(longer.data);
    free(last.data);
    job_free(&job);
}

static void a_journal_is_long_when_it_has_doubled(void **state)
{
    struct job job;
    struct journal *journal;
    struct content content;
    size_t first;

    (void)state;
    make_job(&job);
    journal = create(&job);
    content = read_file(".job");
    first = content.size;
    free(content.data);
    while (!journal_is_long(journal)) {
        for (int i = 0; i < 100; i++) {
            append_job(journal, &job);
        }
        assert_status(journal_commit(journal), ODO_OK);
    }
    content = read_file(".job");
    assert_true(content.size - first > 256 * 1024);
    assert_true(content.size - first < 2 * 256 * 1024);
    free(content.data);
    rewrite(journal, &job);
    assert_false(journal_is_long(journal));
    journal_close(journal);
    job_free(&job);
}

static void a_large_journal_is_long_later(void **state)
{
    enum { RANGES = 50000 };
    struct byte_range *ranges = malloc(RANGES * sizeof(*ranges));
    struct odo_job_id id = job_sample_id(1);
    struct journal *journal;
    struct job job;
    uint64_t appended = 0;

    (void)state;
    assert_non_null(ranges);
    for (uint64_t i = 0; i < RANGES; i++) {
        ranges[i] = (struct byte_range){i * 10, 5};
    }
    job_init(&job, &id, 1000);
    job_sample_add(&job, folder, ranges, RANGES, ODO_SIZE_UNKNOWN);
    journal = create(&job);
    while (!journal_is_long(journal)) {
        for (int i = 0; i < 200; i++) {
            append_job(journal, &job);
        }
        appended += journal_buffer(journal)->size;
        assert_status(journal_commit(journal), ODO_OK);
    }
    assert_true(appended >= RANGES * sizeof(*ranges));
    journal_close(journal);
    job_free(&job);
    free(ranges);
}

static void a_journal_that_is_removed_is_gone(void **state)
{
    struct job job;
    struct job read;
    struct journal *journal;

    (void)state;
    make_job(&job);
    assert_status(journal_remove(create(&job)), ODO_OK);
    assert_false(has_file(".job"));
    assert_status(journal_adopt(store, the_id, &journal, &read), ODO_E_NOT_FOUND);
    journal_close(create(&job)); /* nobody owns it */
    job_free(&job);
}

static void a_job_that_was_never_there_is_not_found(void **state)
{
    struct job read;
    struct journal *journal = NULL;

    (void)state;
    assert_status(journal_adopt(store, the_id, &journal, &read), ODO_E_NOT_FOUND);
    assert_null(journal);
}

/* --- Cut off -------------------------------------------------------------------------- */

static void what_a_crash_cut_off_is_dropped_and_the_journal_goes_on(void **state)
{
    struct job job;
    struct journal *journal;
    struct content whole;
    size_t base;

    (void)state;
    make_job(&job);
    journal = create(&job);
    whole = read_file(".job");
    base = whole.size;
    free(whole.data);
    job.error_count = 50;
    append_job(journal, &job);
    assert_status(journal_commit(journal), ODO_OK);
    journal_close(journal);
    whole = read_file(".job");
    for (size_t size = base; size < whole.size; size += 5) {
        struct job read;
        struct content after;

        write_file(".job", whole.data, size);
        assert_status(journal_adopt(store, the_id, &journal, &read), ODO_OK);
        assert_int_equal(read.error_count, 4);
        after = read_file(".job");
        assert_int_equal(after.size, base); /* the rest is gone, not just passed over */
        free(after.data);
        read.error_count = 60;
        append_job(journal, &read);
        assert_status(journal_commit(journal), ODO_OK);
        expect_read(journal, &read);
        job_free(&read);
    }
    free(whole.data);
    job_free(&job);
}

static void expect_size(const char *extension, size_t size)
{
    struct content content = read_file(extension);

    assert_int_equal(content.size, size);
    free(content.data);
}

/* In this process the store is opened anew, as if the machine had been started anew. */
static void use_boot(const char *boot_id)
{
    store_close(store);
    store_use_boot_id(boot_id);
    assert_status(store_open(folder, &store), ODO_OK);
    store_use_boot_id(NULL);
}

/* A journal of two appended records of which the first is lost: the job has 4 errors, or 50, or
 * 51. */
static size_t write_a_lost_record(struct job *job, bool flush_first)
{
    struct journal *journal = create(job);
    struct content whole = read_file(".job");
    size_t base = whole.size;

    free(whole.data);
    for (uint32_t i = 50; i < 52; i++) {
        job->error_count = i;
        append_job(journal, job);
        assert_status(journal_commit(journal), ODO_OK);
        if (flush_first) {
            assert_status(journal_flush(journal), ODO_OK);
        }
    }
    journal_close(journal);
    whole = read_file(".job");
    memset(whole.data + base, 0, (whole.size - base) / 2);
    write_file(".job", whole.data, whole.size);
    free(whole.data);
    return base;
}

/* A power cut may lose a page and keep the next one. What cannot be told from damage is kept.
 */
static void a_record_behind_a_lost_one_does_not_come_back_after_a_power_cut(void **state)
{
    struct journal *journal;
    struct content after;
    struct job job;
    struct job read;
    size_t base;

    (void)state;
    make_job(&job);
    base = write_a_lost_record(&job, false);
    after = read_file(".job");
    use_boot("another start");
    assert_status(journal_adopt(store, the_id, &journal, &read), ODO_OK);
    assert_int_equal(read.error_count, 4);
    expect_size(".job", base);
    expect_size(".damaged", after.size);
    free(after.data);
    read.error_count = 70;
    append_job(journal, &read); /* as long as the one that was lost */
    assert_status(journal_commit(journal), ODO_OK);
    expect_read(journal, &read);
    job_free(&read);
    job_free(&job);
}

static const struct lost_case {
    const char *name;
    bool was_flushed;
    bool power_was_cut;
} losts[] = {
    {"a lost record is damage while the machine runs", false, false},
    {"so is one that was flushed", true, false},
    {"and after a power cut too", true, true},
};

static void check_lost(void **state)
{
    const struct lost_case *c = *state;
    struct journal *journal = NULL;
    struct job job;
    struct job read;

    begin(NULL);
    make_job(&job);
    write_a_lost_record(&job, c->was_flushed);
    if (c->power_was_cut) {
        use_boot("another start");
    }
    assert_status(journal_adopt(store, the_id, &journal, &read), ODO_E_DAMAGED);
    assert_true(has_file(".damaged"));
    assert_false(has_file(".job"));
    job_free(&job);
    end(NULL);
}

/* --- Not ours ------------------------------------------------------------------------- */

/* What is done to the bytes of a good journal. */
static void flip_in_the_base(struct content *content)
{
    content->data[content->size / 2] ^= 4;
}

static void flip_the_first_byte(struct content *content)
{
    content->data[0] ^= 1;
}

static void cut_in_the_base(struct content *content)
{
    content->size -= 1;
}

static void cut_to_nothing(struct content *content)
{
    content->size = 0;
}

static void fill_with_zeros(struct content *content)
{
    memset(content->data, 0, content->size);
}

static void replace_by_text(struct content *content)
{
    static const char text[] = "These are notes of somebody who likes long names.";

    memcpy(content->data, text, sizeof(text));
    content->size = sizeof(text);
}

static void make_newer(struct content *content)
{
    size_t payload_size = content->data[0];

    content->data[JOURNAL_HEAD_SIZE + 12]++; /* behind the kind and the magic word */
    journal_seal(content->data, payload_size, 0);
}

static void make_another_jobs(struct content *content)
{
    size_t payload_size = content->data[0];

    content->data[JOURNAL_HEAD_SIZE + 16]++; /* behind the version */
    journal_seal(content->data, payload_size, 0);
}

static const struct aside_case {
    const char *name;
    void (*change)(struct content *content);
    const char *extension;
    enum odo_status status;
    const char *line;
} asides[] = {
    {"a journal with a flipped bit is set aside", flip_in_the_base, ".damaged", ODO_E_DAMAGED,
     "ODO_E_DAMAGED"},
    {"so is one with a wrong first byte", flip_the_first_byte, ".damaged", ODO_E_DAMAGED,
     "ODO_E_DAMAGED"},
    {"so is one that lacks its last byte", cut_in_the_base, ".damaged", ODO_E_DAMAGED,
     "ODO_E_DAMAGED"},
    {"so is an empty one", cut_to_nothing, ".damaged", ODO_E_DAMAGED, "ODO_E_DAMAGED"},
    {"so is one of zeros", fill_with_zeros, ".damaged", ODO_E_DAMAGED, "ODO_E_DAMAGED"},
    {"so is a text", replace_by_text, ".damaged", ODO_E_DAMAGED, "ODO_E_DAMAGED"},
    {"so is one of another job", make_another_jobs, ".damaged", ODO_E_DAMAGED, "ODO_E_DAMAGED"},
    {"one of a newer version is set aside under another name", make_newer, ".newer",
     ODO_E_NOT_SUPPORTED, "ODO_E_NOT_SUPPORTED"},
};

static bool count_one(void *context, const struct odo_job_id *id)
{
    (void)id;
    ++*(size_t *)context;
    return true;
}

static bool count_path(void *context, const char *path)
{
    (void)path;
    ++*(size_t *)context;
    return true;
}

static void expect_set_aside(const struct aside_case *c, const struct content *content)
{
    struct journal *journal = NULL;
    struct content aside;
    struct job read;
    size_t listed = 0;

    log_lines_start();
    assert_status(journal_adopt(store, the_id, &journal, &read), c->status);
    log_lines_stop();
    assert_null(journal);
    assert_int_equal(log_lines_count(""), 1);
    assert_int_equal(log_lines_count(c->line), 1);
    assert_int_equal(log_lines_count(ID_TEXT), 1); /* so that one can find it */
    assert_int_equal(log_lines_count(folder), 0);

    assert_false(has_file(".job"));
    aside = read_file(c->extension);
    assert_int_equal(aside.size, content->size);
    assert_memory_equal(aside.data, content->data, content->size); /* as it was found */
    free(aside.data);
    assert_status(store_list(store, count_one, &listed), ODO_OK);
    assert_int_equal(listed, 0);
    assert_status(journal_adopt(store, the_id, &journal, &read), ODO_E_NOT_FOUND);
}

static void check_aside(void **state)
{
    const struct aside_case *c = *state;
    struct content content;
    struct job job;

    begin(NULL);
    make_job(&job);
    journal_close(create(&job));
    content = read_file(".job");
    c->change(&content);
    write_file(".job", content.data, content.size);
    expect_set_aside(c, &content);
    journal_close(create(&job)); /* the place is free, and nobody owns the job */
    free(content.data);
    job_free(&job);
    end(NULL);
}

static void a_journal_with_a_path_that_is_no_path_is_set_aside(void **state)
{
    static const struct aside_case damaged = {
        .extension = ".damaged",
        .status = ODO_E_DAMAGED,
        .line = "ODO_E_DAMAGED",
    };
    struct odo_job_id id = job_sample_id(1);
    struct content content;
    struct job job;
    char *path = temp_folder_path("relative", "file");

    (void)state;
    job_init(&job, &id, 1000);
    job_sample_add(&job, "relative", NULL, 0, 5);
    journal_close(create(&job));
    content = read_file(".job");
    expect_set_aside(&damaged, &content);
    free(content.data);
    free(path);
    job_free(&job);
}

static void a_later_damage_is_kept_beside_an_earlier_one(void **state)
{
    struct journal *journal = NULL;
    struct job read;

    (void)state;
    write_file(".job", "first", 5);
    assert_status(journal_adopt(store, the_id, &journal, &read), ODO_E_DAMAGED);
    write_file(".job", "second", 6);
    assert_status(journal_adopt(store, the_id, &journal, &read), ODO_E_DAMAGED);
    write_file(".job", "and more", 8);
    assert_status(journal_adopt(store, the_id, &journal, &read), ODO_E_DAMAGED);
    expect_size(".damaged", 5);
    expect_size("-2.damaged", 6);
    expect_size("-3.damaged", 8);
}

static void a_folder_by_the_name_of_a_journal_is_set_aside(void **state)
{
    char *path = temp_folder_make(folder, ID_TEXT ".job");
    struct journal *journal = NULL;
    struct platform_file_view view;
    struct job read;
    size_t listed = 0;
    char *aside = path_of(".damaged");

    (void)state;
    assert_status(store_list(store, count_one, &listed), ODO_OK);
    assert_int_equal(listed, 1);
    log_lines_start();
    assert_status(journal_adopt(store, the_id, &journal, &read), ODO_E_DAMAGED);
    log_lines_stop();
    assert_int_equal(log_lines_count(ID_TEXT), 1);
    assert_status(platform_file_look(path, &view), ODO_E_FILE_NOT_FOUND);
    assert_status(platform_file_look(aside, &view), ODO_OK);
    listed = 0;
    assert_status(store_list_set_aside(store, count_path, &listed), ODO_OK);
    assert_int_equal(listed, 1);
    free(aside);
    free(path);
}

static bool note_path(void *context, const char *path)
{
    struct buffer *paths = context;

    assert_status(buffer_append(paths, path, strlen(path)), ODO_OK);
    assert_status(buffer_append(paths, "\n", 1), ODO_OK);
    return true;
}

static void what_was_set_aside_is_listed_with_its_path(void **state)
{
    struct journal *journal = NULL;
    struct buffer paths;
    struct job read;

    (void)state;
    write_file(".newer", "of a later version", 5);
    write_file("-7.damaged", "x", 1);
    write_file(".damaged-", "x", 1); /* not one of ours */
    write_file(".job", "rubbish", 7);
    assert_status(journal_adopt(store, the_id, &journal, &read), ODO_E_DAMAGED);
    buffer_init(&paths, 10000);
    assert_status(store_list_set_aside(store, note_path, &paths), ODO_OK);
    assert_status(buffer_append(&paths, "", 1), ODO_OK);
    assert_non_null(strstr((char *)paths.data, folder));
    assert_non_null(strstr((char *)paths.data, ID_TEXT ".newer\n"));
    assert_non_null(strstr((char *)paths.data, ID_TEXT "-7.damaged\n"));
    assert_non_null(strstr((char *)paths.data, ID_TEXT ".damaged\n"));
    assert_null(strstr((char *)paths.data, ".damaged-"));
    assert_null(strstr((char *)paths.data, ".job"));
    buffer_free(&paths);
}

/* --- Memory --------------------------------------------------------------------------- */

/* After a failure nothing is owned, nothing is left, and the same succeeds. */
static void creating_without_memory_leaves_nothing(void **state)
{
    struct job job;

    (void)state;
    make_job(&job);
    for (uint64_t nth = 1;; nth++) {
        struct journal *journal = NULL;
        struct failing_memory_count count;
        struct store *fresh = NULL;
        enum odo_status status;

        failing_memory_start(0, 0);
        assert_status(store_open(folder, &fresh), ODO_OK);
        failing_memory_stop();
        failing_memory_start(nth, nth);
        status = journal_create(fresh, &job, &journal);
        count = failing_memory_stop();
        if (status == ODO_OK) {
            assert_status(journal_remove(journal), ODO_OK);
        } else {
            assert_status(status, ODO_E_OUT_OF_MEMORY);
            assert_false(has_file(".job") || has_file(".new"));
            assert_status(journal_create(fresh, &job, &journal), ODO_OK);
            assert_status(journal_remove(journal), ODO_OK);
        }
        store_close(fresh);
        if (count.refused == 0) {
            break;
        }
    }
    job_free(&job);
}

static void reading_without_memory_leaves_the_journal_as_it_was(void **state)
{
    struct job job;
    struct job read;

    (void)state;
    make_job(&job);
    journal_close(create(&job));
    for (uint64_t nth = 1;; nth++) {
        struct journal *journal = NULL;
        struct failing_memory_count count;
        enum odo_status status;

        failing_memory_start(nth, nth);
        status = journal_adopt(store, the_id, &journal, &read);
        if (status == ODO_OK) {
            job_free(&read);
            journal_close(journal);
        }
        count = failing_memory_stop();
        assert_true(has_file(".job"));
        assert_true(status == ODO_OK || status == ODO_E_OUT_OF_MEMORY);
        assert_int_equal(count.blocks_left, 0);
        if (count.refused == 0) {
            break;
        }
    }
    expect_read(NULL, &job);
    job_free(&job);
}

static void rewriting_without_memory_keeps_the_earlier_journal(void **state)
{
    struct job job;
    struct journal *journal;
    struct buffer bytes;
    uint64_t row = 0;

    (void)state;
    make_job(&job);
    journal = create(&job);
    buffer_init(&bytes, JOURNAL_SIZE_MAX);
    assert_status(journal_write_all(&bytes, &row, &job, store_boot_id(store)), ODO_OK);
    for (uint64_t nth = 1;; nth++) {
        struct failing_memory_count count;
        enum odo_status status;

        failing_memory_start(nth, nth);
        status = journal_rewrite(journal, &bytes, row);
        count = failing_memory_stop();
        assert_true(status == ODO_OK || status == ODO_E_OUT_OF_MEMORY);
        assert_false(has_file(".new"));
        append_job(journal, &job); /* and it goes on */
        assert_status(journal_commit(journal), ODO_OK);
        if (count.refused == 0) {
            break;
        }
    }
    buffer_free(&bytes);
    expect_read(journal, &job);
    job_free(&job);
}

#define ADD(suite, function)                                                                   \
    test_suite_add((suite), (struct CMUnitTest){.name = #function,                             \
                                                .test_func = (function),                       \
                                                .setup_func = begin,                           \
                                                .teardown_func = end})

int main(void)
{
    struct test_suite suite = {0};

    ADD(&suite, a_journal_that_is_created_can_be_read);
    ADD(&suite, what_is_committed_is_read);
    ADD(&suite, what_is_not_committed_is_not_read);
    ADD(&suite, what_is_rolled_back_is_not_read);
    ADD(&suite, a_commit_of_nothing_changes_nothing);
    ADD(&suite, a_rewritten_journal_is_short_and_goes_on);
    ADD(&suite, a_journal_is_long_when_it_has_doubled);
    ADD(&suite, a_large_journal_is_long_later);
    ADD(&suite, a_journal_that_is_removed_is_gone);
    ADD(&suite, a_job_that_was_never_there_is_not_found);
    ADD(&suite, what_a_crash_cut_off_is_dropped_and_the_journal_goes_on);
    ADD(&suite, a_record_behind_a_lost_one_does_not_come_back_after_a_power_cut);
    TEST_ADD_TABLE(&suite, losts, check_lost);
    TEST_ADD_TABLE(&suite, asides, check_aside);
    ADD(&suite, a_journal_with_a_path_that_is_no_path_is_set_aside);
    ADD(&suite, a_later_damage_is_kept_beside_an_earlier_one);
    ADD(&suite, a_folder_by_the_name_of_a_journal_is_set_aside);
    ADD(&suite, what_was_set_aside_is_listed_with_its_path);
    ADD(&suite, creating_without_memory_leaves_nothing);
    ADD(&suite, reading_without_memory_leaves_the_journal_as_it_was);
    ADD(&suite, rewriting_without_memory_keeps_the_earlier_journal);
    return test_suite_run(&suite, "journal");
}
