/*
 * A job as bytes, and back; and bytes that are not what we wrote.
 */
#include "store/journal_format.h"
#include "store/journal_read.h"
#include "store/journal_write.h"
#include "support/job_compare.h"
#include "support/job_sample.h"
#include "support/test.h"

#include "base/text.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define FOLDER  "/a/folder"
#define BOOT    "this start of the machine"
#define UNKNOWN ODO_SIZE_UNKNOWN
#define END     BYTE_RANGE_TO_END

enum { RECORD_HEADER = 1, RECORD_JOB = 2, RECORD_FILE = 3, RECORD_PROGRESS = 4 };

/* --- Bytes ---------------------------------------------------------------------------- */

struct writing {
    struct buffer bytes;
    uint64_t row;
};

static void begin(struct writing *writing)
{
    buffer_init(&writing->bytes, JOURNAL_SIZE_MAX);
    writing->row = 0;
}

static void write_all(struct writing *writing, const struct job *job)
{
    begin(writing);
    assert_status(journal_write_all(&writing->bytes, &writing->row, job, BOOT), ODO_OK);
}

static uint32_t load_u32(const unsigned char *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

static void store_number(unsigned char *bytes, uint64_t value, int size)
{
    for (int i = 0; i < size; i++) {
        bytes[i] = (unsigned char)(value >> (8 * i));
    }
}

/* Where the record of this row begins, its head included. */
static size_t place_of_row(const struct writing *writing, uint64_t row)
{
    size_t at = 0;

    for (uint64_t i = 0; i < row; i++) {
        at += JOURNAL_HEAD_SIZE + load_u32(writing->bytes.data + at);
    }
    assert_true(at <= writing->bytes.size);
    return at;
}

/* The payload of a row, to be changed; seal() it then. */
static unsigned char *payload_of(struct writing *writing, uint64_t row)
{
    return writing->bytes.data + place_of_row(writing, row) + JOURNAL_HEAD_SIZE;
}

static void seal(struct writing *writing, uint64_t row)
{
    unsigned char *head = writing->bytes.data + place_of_row(writing, row);

    journal_seal(head, load_u32(head), row);
}

/* Append a record of these bytes. */
static void append_raw(struct writing *writing, const void *payload, size_t size)
{
    static const unsigned char head[JOURNAL_HEAD_SIZE];
    size_t at = writing->bytes.size;

    assert_status(buffer_append(&writing->bytes, head, sizeof(head)), ODO_OK);
    assert_status(buffer_append(&writing->bytes, payload, size), ODO_OK);
    journal_seal(writing->bytes.data + at, size, writing->row++);
}

static enum odo_status read_part(const struct writing *writing, size_t size,
                                 struct job *job_out, struct journal_reading *reading_out)
{
    unsigned char *exact = malloc(size > 0 ? size : 1); /* a sanitizer sees its end */
    enum odo_status status;

    assert_non_null(exact);
    if (size > 0) {
        memcpy(exact, writing->bytes.data, size);
    }
    status = journal_read(exact, size, BOOT, job_out, reading_out);
    free(exact);
    return status;
}

static enum odo_status read_all(const struct writing *writing, struct job *job_out)
{
    struct journal_reading reading;
    enum odo_status status = read_part(writing, writing->bytes.size, job_out, &reading);

    if (status == ODO_OK) {
        assert_int_equal(reading.size, writing->bytes.size);
        assert_true(reading.row == writing->row);
    }
    return status;
}

/* Reading fails with this, and leaves what it was to fill in. */
static void expect_refused(const struct writing *writing, enum odo_status expected)
{
    struct job job;
    struct job before;
    struct journal_reading reading;
    struct journal_reading reading_before;

    memset(&job, 0xa5, sizeof(job));
    memset(&reading, 0xa5, sizeof(reading));
    before = job;
    reading_before = reading;
    assert_status(read_part(writing, writing->bytes.size, &job, &reading), expected);
    assert_memory_equal(&job, &before, sizeof(job));
    assert_memory_equal(&reading, &reading_before, sizeof(reading));
}

static void expect_same(const struct job *actual, const struct job *expected)
{
    const char *difference = job_compare(actual, expected);

    if (difference) {
        fail_msg("the jobs differ in %s", difference);
    }
}

/* A job of one whole file of 1000 bytes, suspended. */
static void make_small(struct job *job_out)
{
    struct odo_job_id id = job_sample_id(1);

    job_init(job_out, &id, 1000);
    assert_status(job_set_text(job_out, ODO_JOB_DISPLAY_NAME, "small"), ODO_OK);
    job_sample_add(job_out, FOLDER, NULL, 0, 1000);
}

/* --- There and back ------------------------------------------------------------------- */

static void a_job_with_everything_set_reads_as_it_was_written(void **state)
{
    struct writing writing;
    struct job job;
    struct job read;

    (void)state;
    job_sample_make_full(&job, FOLDER);
    write_all(&writing, &job);
    assert_status(read_all(&writing, &read), ODO_OK);
    expect_same(&read, &job);
    job_free(&read);
    job_free(&job);
    buffer_free(&writing.bytes);
}

static void an_empty_job_reads_as_it_was_written(void **state)
{
    struct odo_job_id id = job_sample_id(7);
    struct writing writing;
    struct job job;
    struct job read;

    (void)state;
    job_init(&job, &id, 5);
    write_all(&writing, &job);
    assert_status(read_all(&writing, &read), ODO_OK);
    expect_same(&read, &job);
    assert_null(read.texts[ODO_JOB_DISPLAY_NAME]); /* missing is not empty */
    job_free(&read);
    job_free(&job);
    buffer_free(&writing.bytes);
}

static void every_state_reads_as_it_was_written(void **state)
{
    (void)state;
    for (int i = 0; i < ODO_JOB_STATE_COUNT; i++) {
        struct writing writing;
        struct job job;
        struct job read;

        make_small(&job);
        job.state = (enum odo_job_state)i;
        write_all(&writing, &job);
        assert_status(read_all(&writing, &read), ODO_OK);
        expect_same(&read, &job);
        job_free(&read);
        job_free(&job);
        buffer_free(&writing.bytes);
    }
}

static void many_ranges_read_as_they_were_written(void **state)
{
    enum { COUNT = 100000 };
    struct byte_range *ranges = malloc(COUNT * sizeof(*ranges));
    struct odo_job_id id = job_sample_id(1);
    struct writing writing;
    struct job job;
    struct job read;

    (void)state;
    assert_non_null(ranges);
    for (uint64_t i = 0; i < COUNT; i++) {
        ranges[i] = (struct byte_range){(COUNT - i) * 100, 1 + i % 99};
    }
    job_init(&job, &id, 5);
    job_sample_add(&job, FOLDER, ranges, COUNT, UNKNOWN);
    write_all(&writing, &job);
    assert_status(read_all(&writing, &read), ODO_OK);
    expect_same(&read, &job);
    job_free(&read);
    job_free(&job);
    buffer_free(&writing.bytes);
    free(ranges);
}

static void validators_may_be_any_bytes_that_servers_send(void **state)
{
    struct writing writing;
    struct job job;
    struct job read;

    (void)state;
    make_small(&job);
    job_sample_progress(&job, job.files[0], 1000, 100, NULL, 0);
    memory_free(job.files[0]->checkpoint.entity_tag);
    job.files[0]->checkpoint.entity_tag = text_copy("\"\xff\x80 caf\xe9\"");
    write_all(&writing, &job);
    assert_status(read_all(&writing, &read), ODO_OK);
    expect_same(&read, &job);
    job_free(&read);
    job_free(&job);
    buffer_free(&writing.bytes);
}

static void a_target_may_have_a_backslash_in_its_name(void **state)
{
    struct writing writing;
    struct job job;
    struct job read;

    (void)state;
    make_small(&job);
    memory_free(job.files[0]->local_path);
    job.files[0]->local_path = text_copy(FOLDER "/a\\b");
    write_all(&writing, &job);
    assert_status(read_all(&writing, &read), ODO_OK);
    expect_same(&read, &job);
    job_free(&read);
    job_free(&job);
    buffer_free(&writing.bytes);
}

static void rewriting_what_was_read_gives_the_same_bytes(void **state)
{
    struct writing writing;
    struct writing again;
    struct job job;
    struct job read;

    (void)state;
    job_sample_make_full(&job, FOLDER);
    write_all(&writing, &job);
    assert_status(read_all(&writing, &read), ODO_OK);
    write_all(&again, &read);
    assert_int_equal(again.bytes.size, writing.bytes.size);
    assert_memory_equal(again.bytes.data, writing.bytes.data, writing.bytes.size);
    job_free(&read);
    job_free(&job);
    buffer_free(&writing.bytes);
    buffer_free(&again.bytes);
}

static void a_file_without_a_place_reads_as_it_was_written(void **state)
{
    struct writing writing;
    struct job job;
    struct job read;

    (void)state;
    make_small(&job);
    memory_free(job.files[0]->local_path);
    memory_free(job.files[0]->temporary_path);
    job.files[0]->local_path = NULL;
    job.files[0]->temporary_path = NULL;
    write_all(&writing, &job);
    assert_status(read_all(&writing, &read), ODO_OK);
    expect_same(&read, &job);
    job_free(&read);
    job_free(&job);
    buffer_free(&writing.bytes);
}

/* What went to a stream is the client's; unless it has had all, another one begins anew. */
static void what_went_to_a_stream_counts_when_it_was_all(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        const bool is_all = i == 1;
        struct writing writing;
        struct job job;
        struct job read;
        struct job_file *file;

        make_small(&job);
        file = job.files[0];
        memory_free(file->local_path);
        memory_free(file->temporary_path);
        file->local_path = NULL;
        file->temporary_path = NULL;
        job_sample_progress(&job, file, 1000, is_all ? 1000 : 999, NULL, 0);
        file->checkpoint.begun = false; /* no temporary file was made */
        if (is_all) {
            job_set_stage(&job, file, JOB_FILE_TRANSFERRED);
        }
        write_all(&writing, &job);
        assert_status(journal_write_progress(&writing.bytes, &writing.row, &job, 0, BOOT),
                      ODO_OK);
        assert_status(read_all(&writing, &read), ODO_OK);
        assert_false(job_file_has_begun(read.files[0]) || read.files[0]->checkpoint.begun);
        assert_int_equal(read.files[0]->stage, is_all ? JOB_FILE_TRANSFERRED : JOB_FILE_QUEUED);
        assert_true(read.files[0]->bytes_had == (is_all ? 1000U : 0U));
        job_free(&read);
        buffer_free(&writing.bytes);
        write_all(&writing, &job);
        assert_status(read_all(&writing, &read), ODO_OK);
        assert_int_equal(read.files[0]->stage, is_all ? JOB_FILE_TRANSFERRED : JOB_FILE_QUEUED);
        job_free(&read);
        job_free(&job);
        buffer_free(&writing.bytes);
    }
}

/* --- Later records -------------------------------------------------------------------- */

static void a_later_record_takes_the_place_of_an_earlier_one(void **state)
{
    struct writing writing;
    struct job job;
    struct job read;

    (void)state;
    job_sample_make_full(&job, FOLDER);
    write_all(&writing, &job);

    job.state = ODO_JOB_SUSPENDED;
    job.error = (struct odo_error){.status = ODO_OK};
    job.error_file = UINT32_MAX;
    assert_status(job_set_number(&job, ODO_JOB_PRIORITY, 3), ODO_OK);
    assert_status(job_set_text(&job, ODO_JOB_DISPLAY_NAME, "another name"), ODO_OK);
    assert_status(journal_write_job(&writing.bytes, &writing.row, &job), ODO_OK);

    job_sample_add(&job, FOLDER, NULL, 0, 77); /* one more */
    assert_status(journal_write_file(&writing.bytes, &writing.row, &job, job.file_count - 1),
                  ODO_OK);

    job_sample_progress(&job, job.files[0], 1000, 900, NULL, 0);
    assert_status(journal_write_progress(&writing.bytes, &writing.row, &job, 0, BOOT), ODO_OK);
    job_sample_progress(&job, job.files[0], 1000, 950, NULL, 0);
    assert_status(journal_write_progress(&writing.bytes, &writing.row, &job, 0, BOOT), ODO_OK);

    assert_status(read_all(&writing, &read), ODO_OK);
    expect_same(&read, &job);
    job_free(&read);
    job_free(&job);
    buffer_free(&writing.bytes);
}

static void a_text_that_was_taken_back_is_missing(void **state)
{
    struct writing writing;
    struct job job;
    struct job read;

    (void)state;
    make_small(&job);
    write_all(&writing, &job);
    memory_free(job.texts[ODO_JOB_DISPLAY_NAME]);
    job.texts[ODO_JOB_DISPLAY_NAME] = NULL;
    assert_status(journal_write_job(&writing.bytes, &writing.row, &job), ODO_OK);
    assert_status(read_all(&writing, &read), ODO_OK);
    expect_same(&read, &job);
    job_free(&read);
    job_free(&job);
    buffer_free(&writing.bytes);
}

static void a_file_written_again_has_no_progress(void **state)
{
    struct writing writing;
    struct job job;
    struct job read;

    (void)state;
    make_small(&job);
    job_sample_progress(&job, job.files[0], 1000, 1000, NULL, 0);
    job_set_stage(&job, job.files[0], JOB_FILE_TRANSFERRED);
    write_all(&writing, &job);
    assert_status(journal_write_file(&writing.bytes, &writing.row, &job, 0), ODO_OK);
    assert_status(read_all(&writing, &read), ODO_OK);
    assert_int_equal(read.file_count, 1);
    assert_int_equal(read.files[0]->stage, JOB_FILE_QUEUED);
    assert_true(read.files[0]->bytes_had == 0 && read.totals.transferred == 0);
    job_free(&read);
    job_free(&job);
    buffer_free(&writing.bytes);
}

/* Reading a journal looks at the ranges of a file once, not once for each record about it. */
static void many_records_of_a_file_of_many_ranges_are_read_in_no_time(void **state)
{
    enum { RANGES = 50000, RECORDS = 20000 };
    struct byte_range *ranges = malloc(RANGES * sizeof(*ranges));
    struct odo_job_id id = job_sample_id(1);
    struct failing_memory_count count;
    struct writing writing;
    struct job job;
    struct job read;

    (void)state;
    assert_non_null(ranges);
    for (uint64_t i = 0; i < RANGES; i++) {
        ranges[i] = (struct byte_range){i * 100, 50};
    }
    job_init(&job, &id, 5);
    job_sample_add(&job, FOLDER, ranges, RANGES, UNKNOWN);
    write_all(&writing, &job);
    job_set_stage(&job, job.files[0], JOB_FILE_BEGUN);
    for (uint64_t i = 0; i < RECORDS; i++) {
        job.files[0]->checkpoint.begun = true;
        job.files[0]->checkpoint.cursor = i * 100;
        assert_status(journal_write_progress(&writing.bytes, &writing.row, &job, 0, BOOT),
                      ODO_OK);
    }
    failing_memory_start(0, 0);
    assert_status(read_all(&writing, &read), ODO_OK);
    assert_true(read.files[0]->bytes_had == (RECORDS - 1) * 50);
    job_free(&read);
    count = failing_memory_stop();
    assert_true(count.allocations < RECORDS + 100); /* the boot id of each, and little else */
    job_free(&job);
    buffer_free(&writing.bytes);
    free(ranges);
}

/* --- What counts after the machine was started anew ----------------------------------- */

static const struct boot_case {
    const char *name;
    bool same_boot;
    bool is_flushed;
    enum job_file_stage written;
    enum job_file_stage read;
    bool is_left; /* what it had */
} boots[] = {
    {"progress counts while the machine runs on", true, false, JOB_FILE_BEGUN, JOB_FILE_BEGUN,
     true},
    {"progress that was not flushed does not count after a new start", false, false,
     JOB_FILE_BEGUN, JOB_FILE_BEGUN, false},
    {"flushed progress counts after a new start", false, true, JOB_FILE_BEGUN, JOB_FILE_BEGUN,
     true},
    {"a whole file counts while the machine runs on", true, false, JOB_FILE_TRANSFERRED,
     JOB_FILE_TRANSFERRED, true},
    {"a whole file that was not flushed does not count after a new start", false, false,
     JOB_FILE_TRANSFERRED, JOB_FILE_BEGUN, false},
    {"a whole file that was flushed counts after a new start", false, true,
     JOB_FILE_TRANSFERRED, JOB_FILE_TRANSFERRED, true},
    {"a file about to be named counts while the machine runs on", true, false,
     JOB_FILE_COMPLETING, JOB_FILE_COMPLETING, true},
    {"a file about to be named that was flushed counts after a new start", false, true,
     JOB_FILE_COMPLETING, JOB_FILE_COMPLETING, true},
    {"a file about to be named that was not flushed is in doubt after a new start", false,
     false, JOB_FILE_COMPLETING, JOB_FILE_IN_DOUBT, false},
    {"a file that has its name counts after a new start", false, false, JOB_FILE_COMPLETED,
     JOB_FILE_COMPLETED, true},
};

static void check_boot(void **state)
{
    const struct boot_case *c = *state;
    struct writing writing;
    struct job job;
    struct job read;
    struct journal_reading reading;
    struct job_file *file;
    const bool is_whole = c->written >= JOB_FILE_TRANSFERRED;

    make_small(&job);
    file = job.files[0];
    job_sample_progress(&job, file, 1000, is_whole ? 1000 : 400, NULL, 0);
    file->unwritten = c->is_flushed ? 0 : JOB_FILE_BYTES;
    job_sample_take_to(&job, file, c->written);
    write_all(&writing, &job);
    assert_status(journal_read(writing.bytes.data, writing.bytes.size,
                               c->same_boot ? BOOT : "another start of the machine", &read,
                               &reading),
                  ODO_OK);
    file = read.files[0];
    assert_int_equal(file->stage, c->read);
    assert_true(file->checkpoint.begun);
    assert_true(file->bytes_had == (!c->is_left ? 0U : is_whole ? 1000U : 400U));
    assert_int_equal(file->checkpoint.entity_tag != NULL, c->is_left);
    assert_true(read.totals.bytes_had == file->bytes_had);
    job_free(&read);
    job_free(&job);
    buffer_free(&writing.bytes);
}

static const struct two_boots_case {
    const char *name;
    uint64_t cursor; /* of the later record, which was not flushed */
    uint64_t file_size;
    const char *entity_tag;
    bool earlier_counts; /* the flushed one, of 400 bytes */
} two_boots[] = {
    {"after a new start the last flushed record counts", 700, 1000, "\"0123456789\"", true},
    {"even when the file has not moved since", 400, 1000, "\"0123456789\"", true},
    {"but not when the file has begun again since", 0, 1000, "\"0123456789\"", false},
    {"nor when it has begun again and come less far", 399, 1000, "\"0123456789\"", false},
    {"nor when it is of another version", 700, 1000, "\"new\"", false},
    {"nor when it is of another size", 700, 1001, "\"0123456789\"", false},
    {"nor when it has no validator any more", 700, 1000, NULL, false},
};

static void check_two_boots(void **state)
{
    const struct two_boots_case *c = *state;
    struct writing writing;
    struct job job;
    struct job read;
    struct journal_reading reading;
    struct odo_job_id id = job_sample_id(1);
    struct job_file *file;

    job_init(&job, &id, 5);
    file = job_sample_add(&job, FOLDER, NULL, 0, UNKNOWN);
    job_sample_progress(&job, file, 1000, 400, NULL, 0);
    file->unwritten &= ~(unsigned)JOB_FILE_BYTES;
    write_all(&writing, &job);
    job_sample_progress(&job, file, c->file_size, c->cursor, NULL, 0);
    memory_free(file->checkpoint.entity_tag);
    file->checkpoint.entity_tag = c->entity_tag ? text_copy(c->entity_tag) : NULL;
    file->unwritten |= JOB_FILE_BYTES;
    assert_status(journal_write_progress(&writing.bytes, &writing.row, &job, 0, BOOT), ODO_OK);

    assert_status(
        journal_read(writing.bytes.data, writing.bytes.size, "another start", &read, &reading),
        ODO_OK);
    assert_int_equal(read.files[0]->stage, JOB_FILE_BEGUN);
    assert_true(read.files[0]->bytes_had == (c->earlier_counts ? 400U : 0U));
    assert_int_equal(read.files[0]->checkpoint.entity_tag != NULL, c->earlier_counts);
    job_free(&read);

    assert_status(read_all(&writing, &read),
                  ODO_OK); /* on the same start the later one counts */
    expect_same(&read, &job);
    job_free(&read);
    job_free(&job);
    buffer_free(&writing.bytes);
}

/* --- Cut off, and flipped ------------------------------------------------------------- */

enum { STATES_MOST = 40 };

/* A journal that grew record by record, and the job as it was after each of them. */
struct history {
    struct writing writing;
    size_t size[STATES_MOST];    /* of the journal when the job was ... */
    struct job job[STATES_MOST]; /* ... this */
    size_t count;
};

/* The job as it is now, by writing and reading it: those are tested above. */
static void note_state(struct history *history, const struct job *job)
{
    struct writing copy;

    assert_true(history->count < STATES_MOST);
    write_all(&copy, job);
    assert_status(read_all(&copy, &history->job[history->count]), ODO_OK);
    buffer_free(&copy.bytes);
    history->size[history->count++] = history->writing.bytes.size;
}

static void make_history(struct history *history)
{
    struct writing *writing = &history->writing;
    struct job job;

    memset(history, 0, sizeof(*history));
    job_sample_make_full(&job, FOLDER);
    write_all(writing, &job);
    note_state(history, &job);
    for (uint64_t i = 0; i < 5; i++) {
        job_sample_progress(&job, job.files[0], 1000, 800 + i, NULL, 0);
        assert_status(journal_write_progress(&writing->bytes, &writing->row, &job, 0, BOOT),
                      ODO_OK);
        note_state(history, &job);
        job.times.modified_us++;
        assert_status(journal_write_job(&writing->bytes, &writing->row, &job), ODO_OK);
        note_state(history, &job);
        job_sample_add(&job, FOLDER, NULL, 0, i);
        assert_status(
            journal_write_file(&writing->bytes, &writing->row, &job, job.file_count - 1),
            ODO_OK);
        note_state(history, &job);
    }
    job_free(&job);
}

static void free_history(struct history *history)
{
    for (size_t i = 0; i < history->count; i++) {
        job_free(&history->job[i]);
    }
    buffer_free(&history->writing.bytes);
}

/* Of `size` good bytes: the last whole state; or none, and then reading fails. */
static void expect_state_of(const struct history *history, size_t size, enum odo_status status,
                            struct job *read, const struct journal_reading *reading)
{
    size_t last = history->count;

    while (last > 0 && history->size[last - 1] > size) {
        last--;
    }
    if (last == 0) {
        assert_status(status, ODO_E_DAMAGED);
        return;
    }
    assert_status(status, ODO_OK);
    assert_int_equal(reading->size, history->size[last - 1]);
    expect_same(read, &history->job[last - 1]);
    job_free(read);
}

static void a_journal_cut_off_anywhere_is_an_earlier_one_or_none(void **state)
{
    struct history history;

    (void)state;
    make_history(&history);
    for (size_t size = 0; size <= history.writing.bytes.size; size++) {
        struct journal_reading reading;
        struct job read;
        enum odo_status status = read_part(&history.writing, size, &read, &reading);

        expect_state_of(&history, size, status, &read, &reading);
    }
    free_history(&history);
}

static void a_journal_with_zeros_for_an_end_is_an_earlier_one_or_none(void **state)
{
    struct history history;
    size_t whole;

    (void)state;
    make_history(&history);
    whole = history.writing.bytes.size;
    for (size_t end = 1; end < whole; end += 3) {
        size_t size = end;
        struct writing zeroed;
        struct journal_reading reading;
        struct job read;
        enum odo_status status;

        begin(&zeroed);
        assert_status(buffer_append(&zeroed.bytes, history.writing.bytes.data, whole), ODO_OK);
        memset(zeroed.bytes.data + whole - size, 0, size);
        while (size > 0 && history.writing.bytes.data[whole - size] == 0) {
            size--; /* these were zeros before */
        }
        status = read_part(&zeroed, whole, &read, &reading);
        expect_state_of(&history, whole - size, status, &read, &reading);
        buffer_free(&zeroed.bytes);
    }
    free_history(&history);
}

/* A record is whole with all its bytes: so a flip anywhere ends the good part before it. */
static void a_flipped_bit_anywhere_is_never_believed(void **state)
{
    struct history history;
    unsigned char *data;

    (void)state;
    make_history(&history);
    data = history.writing.bytes.data;
    for (size_t at = 0; at < history.writing.bytes.size; at++) {
        struct journal_reading reading;
        struct job read;
        enum odo_status status;
        unsigned char bit = (unsigned char)(1U << (at % 8));

        data[at] ^= bit;
        status = read_part(&history.writing, history.writing.bytes.size, &read, &reading);
        expect_state_of(&history, at, status, &read, &reading);
        data[at] ^= bit;
    }
    free_history(&history);
}

static void records_out_of_order_are_not_believed(void **state)
{
    struct history history;
    struct writing swapped;
    struct journal_reading reading;
    struct job read;
    enum odo_status status;
    size_t first;
    size_t second;
    size_t third;

    (void)state;
    make_history(&history);
    /* The last progress but one, and the last: as long, and both sealed for their places. */
    first = history.size[history.count - 7];
    second = history.size[history.count - 6];
    third = history.size[history.count - 4];
    begin(&swapped);
    assert_status(buffer_append(&swapped.bytes, history.writing.bytes.data, first), ODO_OK);
    assert_status(buffer_append(&swapped.bytes, history.writing.bytes.data + third,
                                history.size[history.count - 3] - third),
                  ODO_OK);
    assert_status(
        buffer_append(&swapped.bytes, history.writing.bytes.data + second, third - second),
        ODO_OK);
    status = read_part(&swapped, swapped.bytes.size, &read, &reading);
    expect_state_of(&history, first, status, &read, &reading);
    buffer_free(&swapped.bytes);
    free_history(&history);
}

static void a_record_written_twice_is_believed_once(void **state)
{
    struct history history;
    struct writing doubled;
    struct journal_reading reading;
    struct job read;
    enum odo_status status;
    size_t from;

    (void)state;
    make_history(&history);
    from = history.size[history.count - 2];
    begin(&doubled);
    assert_status(
        buffer_append(&doubled.bytes, history.writing.bytes.data, history.writing.bytes.size),
        ODO_OK);
    assert_status(buffer_append(&doubled.bytes, history.writing.bytes.data + from,
                                history.writing.bytes.size - from),
                  ODO_OK);
    status = read_part(&doubled, doubled.bytes.size, &read, &reading);
    expect_state_of(&history, history.writing.bytes.size, status, &read, &reading);
    buffer_free(&doubled.bytes);
    free_history(&history);
}

/* --- Not ours, with right checksums --------------------------------------------------- */

/* Offsets within payloads. The kind comes first. */
enum {
    HEADER_MAGIC = 1,
    HEADER_VERSION = 1 + 11,
    HEADER_RECORDS = HEADER_VERSION + 4 + 16,
    JOB_STATE = 1,
    JOB_CREATED = 2,
    JOB_NUMBER_COUNT = 2 + 3 * 8,
    JOB_PRIORITY_SET = JOB_NUMBER_COUNT + 4,
    JOB_PRIORITY = JOB_PRIORITY_SET + 1,
    JOB_TEXT_COUNT = JOB_NUMBER_COUNT + 4 + ODO_JOB_NUMBER_COUNT * 5,
    JOB_NAME_SIZE = JOB_TEXT_COUNT + 4,
    JOB_NAME = JOB_NAME_SIZE + 4,
    /* behind "small" and the texts that are missing: */
    JOB_ERROR = JOB_NAME + 5 + 4 * (ODO_JOB_TEXT_COUNT - 1),
    JOB_ERROR_HTTP = JOB_ERROR + 8,
    JOB_ERROR_FILE = JOB_ERROR + 16,
    FILE_INDEX = 1,
    FILE_ID_SIZE = 5,
    FILE_ID = 9,
    FILE_BASE_SIZE = 8,                   /* at the end */
    FILE_LATER_SIZE = FILE_BASE_SIZE + 5, /* and no info of an integrity check */
    PROGRESS_LATER_SIZE = 4 + 6 + 16,     /* the sample's coding, and which file it is */
    PROGRESS_INDEX = 1,
    PROGRESS_FLAGS = 5,
    PROGRESS_BOOT_SIZE = 6,
};

enum { ROW_HEADER, ROW_JOB, ROW_FILE, ROW_PROGRESS };

static const struct edit_case {
    const char *name;
    uint64_t row;
    size_t offset;
    uint64_t value;
    int size;
    enum odo_status status;
} edits[] = {
    {"what was not changed is read", ROW_HEADER, 0, RECORD_HEADER, 1, ODO_OK},
    {"another magic word is not ours", ROW_HEADER, HEADER_MAGIC, 'o', 1, ODO_E_DAMAGED},
    {"a newer version is not supported", ROW_HEADER, HEADER_VERSION, JOURNAL_VERSION + 1, 4,
     ODO_E_NOT_SUPPORTED},
    {"the newest version is not supported", ROW_HEADER, HEADER_VERSION, UINT32_MAX, 4,
     ODO_E_NOT_SUPPORTED},
    {"there is no version 0", ROW_HEADER, HEADER_VERSION, 0, 4, ODO_E_DAMAGED},
    {"a journal with fewer records than it began with is damaged", ROW_HEADER, HEADER_RECORDS,
     5, 8, ODO_E_DAMAGED},
    {"a journal begins with two records at least", ROW_HEADER, HEADER_RECORDS, 1, 8,
     ODO_E_DAMAGED},
    {"a count of records that wraps is damaged", ROW_HEADER, HEADER_RECORDS, UINT64_MAX, 8,
     ODO_E_DAMAGED},
    {"the first record is the header", ROW_HEADER, 0, RECORD_JOB, 1, ODO_E_DAMAGED},
    {"there is one header", ROW_FILE, 0, RECORD_HEADER, 1, ODO_E_DAMAGED},
    {"the second record is the job", ROW_JOB, 0, RECORD_FILE, 1, ODO_E_DAMAGED},
    {"a record of an unknown kind is damaged", ROW_FILE, 0, 5, 1, ODO_E_DAMAGED},
    {"a record of no kind is damaged", ROW_FILE, 0, 0, 1, ODO_E_DAMAGED},

    {"there is no such state", ROW_JOB, JOB_STATE, ODO_JOB_STATE_COUNT, 1, ODO_E_DAMAGED},
    {"no job was created before 1970", ROW_JOB, JOB_CREATED, (uint64_t)INT64_MIN, 8,
     ODO_E_DAMAGED},
    {"a job may be created at the end of time", ROW_JOB, JOB_CREATED, INT64_MAX, 8, ODO_OK},
    {"another count of numbers is damaged", ROW_JOB, JOB_NUMBER_COUNT, ODO_JOB_NUMBER_COUNT - 1,
     4, ODO_E_DAMAGED},
    {"one number more is damaged", ROW_JOB, JOB_NUMBER_COUNT, ODO_JOB_NUMBER_COUNT + 1, 4,
     ODO_E_DAMAGED},
    {"fewer numbers than version 1 knew are damaged", ROW_JOB, JOB_NUMBER_COUNT, 4, 4,
     ODO_E_DAMAGED},
    {"a huge count of numbers is damaged", ROW_JOB, JOB_NUMBER_COUNT, UINT32_MAX, 4,
     ODO_E_DAMAGED},
    {"a number is set or not", ROW_JOB, JOB_PRIORITY_SET, 2, 1, ODO_E_DAMAGED},
    {"a priority that no client can set is damaged", ROW_JOB, JOB_PRIORITY, 4, 4,
     ODO_E_DAMAGED},
    {"another count of texts is damaged", ROW_JOB, JOB_TEXT_COUNT, ODO_JOB_TEXT_COUNT + 1, 4,
     ODO_E_DAMAGED},
    {"a text longer than the record is damaged", ROW_JOB, JOB_NAME_SIZE, 1000, 4,
     ODO_E_DAMAGED},
    {"a huge text is damaged", ROW_JOB, JOB_NAME_SIZE, UINT32_MAX - 1, 4, ODO_E_DAMAGED},
    {"a text with a zero in it is damaged", ROW_JOB, JOB_NAME, 0, 1, ODO_E_DAMAGED},
    {"a name that is not UTF-8 is damaged", ROW_JOB, JOB_NAME, 0xff, 1, ODO_E_DAMAGED},
    {"there is no such error", ROW_JOB, JOB_ERROR, ODO_STATUS_COUNT, 4, ODO_E_DAMAGED},
    {"there is no such cause", ROW_JOB, JOB_ERROR + 4, UINT32_MAX, 4, ODO_E_DAMAGED},
    {"there is no such HTTP status", ROW_JOB, JOB_ERROR_HTTP, 65536, 4, ODO_E_DAMAGED},
    {"a file that is not there has no error", ROW_JOB, JOB_ERROR_FILE, 1, 4, ODO_E_DAMAGED},
    {"a file that is there may have an error", ROW_JOB, JOB_ERROR_FILE, 0, 4, ODO_OK},

    {"a file may not leave a gap before it", ROW_FILE, FILE_INDEX, 1, 4, ODO_E_DAMAGED},
    {"a file far behind is damaged", ROW_FILE, FILE_INDEX, UINT32_MAX, 4, ODO_E_DAMAGED},
    {"a file has an id", ROW_FILE, FILE_ID_SIZE, UINT32_MAX, 4, ODO_E_DAMAGED},
    {"a file's id is UTF-8", ROW_FILE, FILE_ID, 0x80, 1, ODO_E_DAMAGED},

    {"a file that is not there has no progress", ROW_PROGRESS, PROGRESS_INDEX, 1, 4,
     ODO_E_DAMAGED},
    {"an unknown flag is damaged", ROW_PROGRESS, PROGRESS_FLAGS, 33, 1, ODO_E_DAMAGED},
    {"progress names the start of the machine", ROW_PROGRESS, PROGRESS_BOOT_SIZE, UINT32_MAX, 4,
     ODO_E_DAMAGED},
    {"what has not begun has not come far", ROW_PROGRESS, PROGRESS_FLAGS, 0, 1, ODO_E_DAMAGED},
};

static void check_edit(void **state)
{
    const struct edit_case *c = *state;
    struct writing writing;
    struct job job;

    make_small(&job);
    assert_status(job_set_number(&job, ODO_JOB_PRIORITY, 1), ODO_OK);
    job_sample_progress(&job, job.files[0], 1000, 400, NULL, 0);
    write_all(&writing, &job);
    store_number(payload_of(&writing, c->row) + c->offset, c->value, c->size);
    seal(&writing, c->row);
    if (c->status == ODO_OK) {
        struct job read;

        assert_status(read_all(&writing, &read), ODO_OK);
        job_free(&read);
    } else {
        expect_refused(&writing, c->status);
    }
    job_free(&job);
    buffer_free(&writing.bytes);
}

/* Append a part of a record of `from`, from place to place. */
static void copy_part(struct buffer *bytes, struct writing *from, uint64_t row, size_t first,
                      size_t end)
{
    assert_status(buffer_append(bytes, payload_of(from, row) + first, end - first), ODO_OK);
}

/* What version 1 would have written of a small job: fewer settings, and neither a
 * base, nor a check, nor a content coding. */
static void write_version_1(struct writing *writing, struct writing *now)
{
    static const uint32_t numbers = 5;
    static const uint32_t texts = 4;
    struct buffer record;
    size_t size = load_u32(now->bytes.data + place_of_row(now, ROW_JOB));
    unsigned char count[4];

    begin(writing);
    buffer_init(&record, 10000);
    copy_part(&record, now, ROW_HEADER, 0, HEADER_RECORDS + 8);
    record.data[HEADER_VERSION] = 1;
    append_raw(writing, record.data, record.size);

    buffer_clear(&record);
    copy_part(&record, now, ROW_JOB, 0, JOB_NUMBER_COUNT);
    store_number(count, numbers, 4);
    assert_status(buffer_append(&record, count, 4), ODO_OK);
    copy_part(&record, now, ROW_JOB, JOB_PRIORITY_SET, JOB_PRIORITY_SET + numbers * 5);
    store_number(count, texts, 4);
    assert_status(buffer_append(&record, count, 4), ODO_OK);
    copy_part(&record, now, ROW_JOB, JOB_NAME_SIZE, JOB_NAME + 5 + 4 * (texts - 1));
    copy_part(&record, now, ROW_JOB, JOB_ERROR, size);
    append_raw(writing, record.data, record.size);

    for (uint64_t row = ROW_FILE; row <= ROW_PROGRESS; row++) {
        size = load_u32(now->bytes.data + place_of_row(now, row));
        buffer_clear(&record);
        copy_part(&record, now, row, 0,
                  size - (row == ROW_FILE ? FILE_LATER_SIZE : PROGRESS_LATER_SIZE));
        append_raw(writing, record.data, record.size);
    }
    buffer_free(&record);
}

static void what_version_1_has_written_is_read(void **state)
{
    struct writing now;
    struct writing before;
    struct job job;
    struct job read;

    (void)state;
    make_small(&job);
    assert_status(job_set_number(&job, ODO_JOB_PRIORITY, 1), ODO_OK);
    assert_status(job_set_number(&job, ODO_JOB_COST_FLAGS, 77), ODO_OK);
    job_sample_progress(&job, job.files[0], 1000, 400, NULL, 0);
    write_all(&now, &job);
    write_version_1(&before, &now);
    memory_free(job.files[0]->checkpoint.content_encoding);
    job.files[0]->checkpoint.content_encoding = NULL;
    assert_status(read_all(&before, &read), ODO_OK);
    expect_same(&read, &job);
    assert_int_equal(job_number(&read, ODO_JOB_HAS_STARTED), 0);

    /* And goes on with records of today. */
    assert_status(job_set_text(&job, ODO_JOB_CONTENT_ID, "content"), ODO_OK);
    assert_status(journal_write_job(&before.bytes, &before.row, &job), ODO_OK);
    job_free(&read);
    assert_status(read_all(&before, &read), ODO_OK);
    expect_same(&read, &job);
    job_free(&read);
    job_free(&job);
    buffer_free(&before.bytes);
    buffer_free(&now.bytes);
}

static const struct base_case {
    const char *name;
    uint64_t base;
    bool has_path;
    enum odo_status status;
} bases[] = {
    {"a file may go on behind what it has", 5000, true, ODO_OK},
    {"up to the last place that can be addressed", INT64_MAX - 1000, true, ODO_OK},
    {"and no further", INT64_MAX - 999, true, ODO_E_DAMAGED},
    {"a base beyond all files is damaged", UINT64_MAX, true, ODO_E_DAMAGED},
    {"a stream has no base that lasts", 1, false, ODO_E_DAMAGED},
    {"but it may have none", 0, false, ODO_OK},
};

static void check_base(void **state)
{
    const struct base_case *c = *state;
    struct writing writing;
    struct job job;

    make_small(&job);
    if (!c->has_path) {
        memory_free(job.files[0]->local_path);
        memory_free(job.files[0]->temporary_path);
        job.files[0]->local_path = NULL;
        job.files[0]->temporary_path = NULL;
    }
    job.files[0]->output_base = c->base;
    write_all(&writing, &job);
    if (c->status == ODO_OK) {
        struct job read;

        assert_status(read_all(&writing, &read), ODO_OK);
        assert_true(read.files[0]->output_base == c->base);
        /* What lies before the base is there, whatever else was recorded. */
        assert_int_equal(read.files[0]->stage, c->base > 0 ? JOB_FILE_BEGUN : JOB_FILE_QUEUED);
        assert_int_equal(read.files[0]->checkpoint.begun, c->base > 0);
        job_free(&read);
    } else {
        expect_refused(&writing, c->status);
    }
    job_free(&job);
    buffer_free(&writing.bytes);
}

static void a_newer_version_may_look_otherwise(void **state)
{
    static const char newer[] = "\1OpenDO job\0\7\0\0\0 and whatever it likes";
    struct writing writing;

    (void)state;
    begin(&writing);
    append_raw(&writing, newer, sizeof(newer));
    expect_refused(&writing, ODO_E_NOT_SUPPORTED);
    buffer_free(&writing.bytes);
}

static const struct foreign_case {
    const char *name;
    const char *bytes;
    size_t size;
} foreign[] = {
    {"no bytes are no journal", "", 0},
    {"one byte is no journal", "\x10", 1},
    {"text is no journal", "This is not the file you are looking for, but a longer one.", 60},
    {"zeros are no journal", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
     30},
    {"a length of 4 GiB is no journal",
     "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 16},
};

static void check_foreign(void **state)
{
    const struct foreign_case *c = *state;
    struct writing writing;

    begin(&writing);
    assert_status(buffer_append(&writing.bytes, c->bytes, c->size), ODO_OK);
    expect_refused(&writing, ODO_E_DAMAGED);
    buffer_free(&writing.bytes);
}

static void every_payload_cut_short_is_damaged(void **state)
{
    struct job job;
    struct writing writing;

    (void)state;
    make_small(&job);
    job_sample_progress(&job, job.files[0], 1000, 400, NULL, 0);
    write_all(&writing, &job);
    for (uint64_t row = 0; row < writing.row; row++) {
        size_t at = place_of_row(&writing, row);
        size_t whole = load_u32(writing.bytes.data + at);

        for (size_t length = 0; length < whole; length++) {
            struct writing cut;

            begin(&cut);
            assert_status(buffer_append(&cut.bytes, writing.bytes.data, at), ODO_OK);
            cut.row = row;
            append_raw(&cut, writing.bytes.data + at + JOURNAL_HEAD_SIZE, length);
            expect_refused(&cut, ODO_E_DAMAGED);
            buffer_free(&cut.bytes);
        }
    }
    job_free(&job);
    buffer_free(&writing.bytes);
}

static void every_payload_with_more_behind_it_is_damaged(void **state)
{
    struct job job;
    struct writing writing;

    (void)state;
    make_small(&job);
    job_sample_progress(&job, job.files[0], 1000, 400, NULL, 0);
    write_all(&writing, &job);
    for (uint64_t row = 0; row < writing.row; row++) {
        size_t at = place_of_row(&writing, row);
        size_t whole = load_u32(writing.bytes.data + at);
        unsigned char payload[400] = {0};
        struct writing longer;

        assert_true(whole < sizeof(payload));
        memcpy(payload, writing.bytes.data + at + JOURNAL_HEAD_SIZE, whole);
        begin(&longer);
        assert_status(buffer_append(&longer.bytes, writing.bytes.data, at), ODO_OK);
        longer.row = row;
        append_raw(&longer, payload, whole + 1);
        expect_refused(&longer, ODO_E_DAMAGED);
        buffer_free(&longer.bytes);
    }
    job_free(&job);
    buffer_free(&writing.bytes);
}

/* A count that promises more than the record holds costs no memory. */
static void hostile_counts_are_refused_before_they_are_allocated(void **state)
{
    static const uint32_t counts[] = {
        2, 1000, 1000 * 1000, INT32_MAX, UINT32_MAX / 16 + 2, UINT32_MAX};
    static const struct byte_range one[] = {{0, 1000}};
    static const struct byte_range hole[] = {{10, 20}};
    struct odo_job_id id = job_sample_id(1);

    (void)state;
    for (uint64_t row = ROW_FILE; row <= ROW_PROGRESS; row++) {
        for (size_t i = 0; i < TEST_COUNT(counts); i++) {
            struct writing writing;
            struct job job;
            struct job read;
            struct journal_reading reading;
            struct failing_memory_count count;
            enum odo_status status;
            size_t size;

            job_init(&job, &id, 5);
            job_sample_progress(&job, job_sample_add(&job, FOLDER, one, 1, UNKNOWN), UNKNOWN,
                                400, hole, 1);
            write_all(&writing, &job);
            job_free(&job);
            size = load_u32(writing.bytes.data + place_of_row(&writing, row));
            /* In both the ranges come last: a count, and one of 16 bytes; but for what came
             * later. */
            size -= row == ROW_FILE ? FILE_LATER_SIZE : PROGRESS_LATER_SIZE;
            store_number(payload_of(&writing, row) + size - 20, counts[i], 4);
            seal(&writing, row);
            failing_memory_start(0, 0);
            status =
                journal_read(writing.bytes.data, writing.bytes.size, BOOT, &read, &reading);
            count = failing_memory_stop();
            assert_status(status, ODO_E_DAMAGED);
            assert_true(count.allocations < 30);
            assert_int_equal(count.blocks_left, 0);
            buffer_free(&writing.bytes);
        }
    }
}

static const struct beside_case {
    const char *name;
    const char *target;
    const char *temporary;
    bool is_good;
} besides[] = {
    {"a temporary file beside its target is ours", "/a/b/c", "/a/b/DO0123456789abcdef.tmp",
     true},
    {"so is one in the root", "/c", "/DO0123456789abcdef.tmp", true},
    {"so is one on Windows", "C:\\a\\b", "C:\\a\\DO0123456789abcdef.tmp", true},
    {"so is one on Windows with both slashes", "C:/a\\b", "C:/a\\DO0123456789abcdef.tmp", true},
    {"so is one on a share", "\\\\server\\share\\b",
     "\\\\server\\share\\DO0123456789abcdef.tmp", true},
    {"a temporary file in another folder is not", "/a/b/c", "/a/x/DO0123456789abcdef.tmp",
     false},
    {"nor one in the folder above", "/a/b/c", "/a/DO0123456789abcdef.tmp", false},
    {"nor one in the folder above on Windows", "C:\\a\\b\\c", "C:\\a\\DO0123456789abcdef.tmp",
     false},
    {"nor one in a folder below", "/a/b/c", "/a/b/x/DO0123456789abcdef.tmp", false},
    {"nor one that climbs", "/a/b/c", "/a/b/../DO0123456789abcdef.tmp", false},
    {"nor one without a folder", "c", "DO0123456789abcdef.tmp", false},
    {"nor one in a folder whose name begins alike", "/a/b/c", "/a/bc/DO0123456789abcdef.tmp",
     false},
    {"nor the target itself", "/a/b/c", "/a/b/c", false},
    {"nor any file that begins alike", "/a/b/c", "/a/b/DOcuments", false},
    {"nor one in other letters", "/a/b/c", "/a/b/do0123456789abcdef.tmp", false},
    {"nor one with too few digits", "/a/b/c", "/a/b/DO0123456789abcde.tmp", false},
    {"nor one with too many digits", "/a/b/c", "/a/b/DO0123456789abcdef0.tmp", false},
    {"nor one with more behind it", "/a/b/c", "/a/b/DO0123456789abcdef.tmpx", false},
    {"nor one with an extension of its own", "/a/b/c", "/a/b/DO0123456789abcdef.txt", false},
    {"nor an empty one", "/a/b/c", "", false},
    {"nor one without a target", NULL, "/a/b/DO0123456789abcdef.tmp", false},
    {"nor is a target without one", "/a/b/c", NULL, false},
};

static void check_beside(void **state)
{
    const struct beside_case *c = *state;
    struct writing writing;
    struct job job;

    make_small(&job);
    memory_free(job.files[0]->local_path);
    memory_free(job.files[0]->temporary_path);
    job.files[0]->local_path = c->target ? text_copy(c->target) : NULL;
    job.files[0]->temporary_path = c->temporary ? text_copy(c->temporary) : NULL;
    write_all(&writing, &job);
    if (c->is_good) {
        struct job read;

        assert_status(read_all(&writing, &read), ODO_OK);
        expect_same(&read, &job);
        job_free(&read);
    } else {
        expect_refused(&writing, ODO_E_DAMAGED);
    }
    job_free(&job);
    buffer_free(&writing.bytes);
}

static void ranges_that_no_client_could_add_are_damaged(void **state)
{
    static const struct byte_range one[] = {{0, 10}, {20, 10}};
    static const struct byte_range bad[][2] = {
        {{0, 10}, {9, 10}},   {{0, 10}, {20, 0}},   {{0, 10}, {UINT64_MAX - 3, 2}},
        {{0, END}, {20, 10}}, {{0, 10}, {995, 10}},
    };
    struct odo_job_id id = job_sample_id(1);

    (void)state;
    for (size_t i = 0; i < TEST_COUNT(bad); i++) {
        struct writing writing;
        struct job job;
        size_t size;

        job_init(&job, &id, 5);
        job_sample_add(&job, FOLDER, one, 2, 1000);
        write_all(&writing, &job);
        size = load_u32(writing.bytes.data + place_of_row(&writing, ROW_FILE));
        for (size_t k = 0; k < 2; k++) {
            unsigned char *place = payload_of(&writing, ROW_FILE) + size - 32 + 16 * k;

            store_number(place, bad[i][k].offset, 8);
            store_number(place + 8, bad[i][k].length, 8);
        }
        seal(&writing, ROW_FILE);
        expect_refused(&writing, ODO_E_DAMAGED);
        job_free(&job);
        buffer_free(&writing.bytes);
    }
}

static void a_file_that_has_not_come_is_not_taken_for_whole(void **state)
{
    static const struct byte_range hole[] = {{10, 20}};
    struct writing writing;
    struct job job;
    struct job read;

    (void)state;
    make_small(&job);
    job_sample_progress(&job, job.files[0], 1000, 1000, hole, 1);
    job_sample_take_to(&job, job.files[0], JOB_FILE_COMPLETED); /* a lie */
    write_all(&writing, &job);
    assert_status(read_all(&writing, &read), ODO_OK);
    assert_int_equal(read.files[0]->stage, JOB_FILE_IN_DOUBT);
    assert_true(read.files[0]->bytes_had == 980);
    assert_true(read.totals.transferred == 0 && read.totals.completed == 0);
    job_free(&read);
    job_free(&job);
    buffer_free(&writing.bytes);
}

static void progress_that_does_not_fit_its_file_is_damaged(void **state)
{
    struct writing writing;
    struct job job;

    (void)state;
    make_small(&job);
    job_sample_progress(&job, job.files[0], 1000, 400, NULL, 0);
    job.files[0]->checkpoint.cursor = BYTE_OFFSET_LIMIT + 1;
    write_all(&writing, &job);
    expect_refused(&writing, ODO_E_DAMAGED);
    job_free(&job);
    buffer_free(&writing.bytes);
}

/* --- What cannot be written ----------------------------------------------------------- */

static void a_text_that_could_not_be_read_again_is_not_written(void **state)
{
    enum { TOO_LONG = 1024 * 1024 + 1 };
    struct writing writing;
    struct job job;
    char *text = malloc(TOO_LONG + 1);
    uint64_t row;
    size_t size;

    (void)state;
    assert_non_null(text);
    memset(text, 'a', TOO_LONG);
    text[TOO_LONG] = '\0';
    make_small(&job);
    write_all(&writing, &job);
    size = writing.bytes.size;
    row = writing.row;
    memory_free(job.files[0]->file_id);
    job.files[0]->file_id = text_copy(text);
    assert_status(journal_write_file(&writing.bytes, &writing.row, &job, 0), ODO_E_TOO_MANY);
    assert_status(journal_write_all(&writing.bytes, &writing.row, &job, BOOT), ODO_E_TOO_MANY);
    assert_int_equal(writing.bytes.size, size);
    assert_true(writing.row == row);
    job.files[0]->file_id[TOO_LONG - 1] = '\0'; /* just as long as it may be */
    assert_status(journal_write_file(&writing.bytes, &writing.row, &job, 0), ODO_OK);
    {
        struct job read;

        assert_status(read_all(&writing, &read), ODO_OK);
        expect_same(&read, &job);
        job_free(&read);
    }
    job_free(&job);
    buffer_free(&writing.bytes);
    free(text);
}

static void a_full_buffer_stays_as_it_was(void **state)
{
    struct job job;
    struct writing whole;

    (void)state;
    job_sample_make_full(&job, FOLDER);
    write_all(&whole, &job);
    for (size_t limit = 0; limit < whole.bytes.size; limit += 7) {
        struct buffer bytes;
        uint64_t row = 3;

        buffer_init(&bytes, limit + 1);
        assert_status(buffer_append(&bytes, "x", 1), ODO_OK);
        assert_status(journal_write_all(&bytes, &row, &job, BOOT), ODO_E_TOO_MANY);
        assert_int_equal(bytes.size, 1);
        assert_true(row == 3);
        buffer_free(&bytes);
    }
    job_free(&job);
    buffer_free(&whole.bytes);
}

/* --- Memory --------------------------------------------------------------------------- */

static void writing_without_memory_leaves_the_buffer_as_it_was(void **state)
{
    struct job job;

    (void)state;
    job_sample_make_full(&job, FOLDER);
    for (uint64_t nth = 1;; nth++) {
        struct writing writing;
        enum odo_status status;

        begin(&writing);
        failing_memory_start(nth, nth);
        status = journal_write_all(&writing.bytes, &writing.row, &job, BOOT);
        if (status != ODO_OK) {
            assert_status(status, ODO_E_OUT_OF_MEMORY);
            assert_int_equal(writing.bytes.size, 0);
            assert_true(writing.row == 0);
        }
        buffer_free(&writing.bytes);
        assert_int_equal(failing_memory_stop().blocks_left, 0);
        if (status == ODO_OK) {
            break;
        }
    }
    job_free(&job);
}

static void reading_without_memory_leaves_nothing(void **state)
{
    struct writing writing;
    struct job job;
    uint64_t refused = 0;

    (void)state;
    job_sample_make_full(&job, FOLDER);
    write_all(&writing, &job);
    for (uint64_t nth = 1;; nth++) {
        struct journal_reading reading;
        struct failing_memory_count count;
        struct job read;
        enum odo_status status;

        failing_memory_start(nth, nth);
        status = journal_read(writing.bytes.data, writing.bytes.size, BOOT, &read, &reading);
        if (status == ODO_OK) {
            expect_same(&read, &job); /* only making smaller may fail without notice */
            job_free(&read);
        }
        count = failing_memory_stop();
        assert_int_equal(count.blocks_left, 0);
        if (count.refused == 0) {
            break;
        }
        assert_true(status == ODO_OK || status == ODO_E_OUT_OF_MEMORY);
        refused += status != ODO_OK;
    }
    assert_true(refused > 50);
    job_free(&job);
    buffer_free(&writing.bytes);
}

/* --- Flipped bits --------------------------------------------------------------------- */

/* A journal as a store writes it: several files, some with holes, and two batches behind. */
static void write_several_files(struct writing *writing)
{
    static const struct byte_range holes[] = {{10, 20}, {100, 5}, {300, 100}};
    static const struct byte_range ranges[] = {{500, 100}, {0, 300}};
    struct odo_job_id id = job_sample_id(1);
    struct job job;
    size_t base;

    job_init(&job, &id, 5);
    job_sample_add(&job, FOLDER, NULL, 0, 1000);
    job_sample_progress(&job, job_sample_add(&job, FOLDER, NULL, 0, 1000), 1000, 900, holes,
                        TEST_COUNT(holes));
    job_sample_add(&job, FOLDER, ranges, TEST_COUNT(ranges), UNKNOWN);
    write_all(writing, &job);
    journal_stamp(writing->bytes.data, writing->bytes.size, 0, BOOT);

    base = writing->bytes.size;
    job_sample_add(&job, FOLDER, NULL, 0, 70);
    assert_status(journal_write_file(&writing->bytes, &writing->row, &job, 3), ODO_OK);
    assert_status(journal_write_job(&writing->bytes, &writing->row, &job), ODO_OK);
    journal_stamp(writing->bytes.data + base, writing->bytes.size - base, base, BOOT);

    base = writing->bytes.size;
    job_sample_progress(&job, job.files[3], 70, 70, NULL, 0);
    assert_status(journal_write_progress(&writing->bytes, &writing->row, &job, 3, BOOT),
                  ODO_OK);
    journal_stamp(writing->bytes.data + base, writing->bytes.size - base, 0, BOOT);
    job_free(&job);
}

/* In the same start of the machine nothing but a crash cuts a journal off, and it spoils
 * nothing. */
static void every_flipped_bit_is_damage(void **state)
{
    struct writing writing;
    struct job job;

    (void)state;
    write_several_files(&writing);
    assert_status(read_all(&writing, &job), ODO_OK);
    assert_int_equal(job.file_count, 4);
    job_free(&job);
    for (size_t bit = 0; bit < writing.bytes.size * 8; bit++) {
        writing.bytes.data[bit / 8] ^= (unsigned char)(1U << bit % 8);
        expect_refused(&writing, ODO_E_DAMAGED);
        writing.bytes.data[bit / 8] ^= (unsigned char)(1U << bit % 8);
    }
    buffer_free(&writing.bytes);
}

/* After a power cut what was not flushed may be gone; but never without a word. */
static void a_flipped_bit_after_a_power_cut_is_damage_or_said(void **state)
{
    struct writing writing;
    size_t torn = 0;

    (void)state;
    write_several_files(&writing);
    for (size_t bit = 0; bit < writing.bytes.size * 8; bit++) {
        struct journal_reading reading = {.row = 0};
        struct job job;
        enum odo_status status;

        writing.bytes.data[bit / 8] ^= (unsigned char)(1U << bit % 8);
        status = journal_read(writing.bytes.data, writing.bytes.size, "the next start", &job,
                              &reading);
        writing.bytes.data[bit / 8] ^= (unsigned char)(1U << bit % 8);
        if (status == ODO_OK) {
            assert_true(reading.was_torn);
            assert_true(job.file_count >= 3); /* these were flushed */
            job_free(&job);
            torn++;
        } else {
            assert_status(status, ODO_E_DAMAGED);
        }
    }
    assert_true(torn > 0);
    buffer_free(&writing.bytes);
}

/* Versions up to 5 had a head of 12 bytes: the length, and the payload's check. */
static void use_old_heads(struct writing *writing)
{
    struct writing old;
    size_t at = 0;

    begin(&old);
    for (; old.row < writing->row; old.row++) {
        uint32_t length = load_u32(writing->bytes.data + at) & 0x7FFFFFFF;
        const unsigned char *payload = writing->bytes.data + at + JOURNAL_HEAD_SIZE;
        unsigned char head[12];

        store_number(head, length, 4);
        store_number(head + 4, XXH64(payload, length, old.row), 8);
        assert_status(buffer_append(&old.bytes, head, sizeof(head)), ODO_OK);
        assert_status(buffer_append(&old.bytes, payload, length), ODO_OK);
        at += JOURNAL_HEAD_SIZE + length;
    }
    buffer_free(&writing->bytes);
    *writing = old;
}

static void what_was_written_with_short_heads_is_read(void **state)
{
    struct writing writing;
    struct journal_reading reading = {.row = 0};
    struct job job;
    size_t bits;

    (void)state;
    write_several_files(&writing);
    use_old_heads(&writing);
    assert_status(read_part(&writing, writing.bytes.size, &job, &reading), ODO_OK);
    assert_true(reading.is_old);
    assert_int_equal(job.file_count, 4);
    job_free(&job);
    assert_status(read_part(&writing, writing.bytes.size - 1, &job, &reading), ODO_OK);
    assert_true(reading.row == writing.row - 1); /* a crash cut the last one off */
    job_free(&job);
    bits = writing.bytes.size * 8;
    for (size_t bit = 0; bit < bits; bit++) {
        writing.bytes.data[bit / 8] ^= (unsigned char)(1U << bit % 8);
        expect_refused(&writing, ODO_E_DAMAGED);
        writing.bytes.data[bit / 8] ^= (unsigned char)(1U << bit % 8);
    }
    buffer_free(&writing.bytes);
}

/* What is written together counts together: at every length, all of a batch or nothing. */
static void a_batch_counts_whole_or_not_at_all(void **state)
{
    struct writing writing;
    struct journal_reading whole = {.row = 0};
    struct job job;

    (void)state;
    write_several_files(&writing);
    assert_status(read_part(&writing, writing.bytes.size, &job, &whole), ODO_OK);
    job_free(&job);
    for (size_t size = 0; size < writing.bytes.size; size++) {
        struct journal_reading reading = {.row = 0};
        enum odo_status status = read_part(&writing, size, &job, &reading);

        if (status == ODO_OK) {
            assert_false(reading.was_torn);
            assert_true(reading.row == whole.row - 1 || reading.row == whole.row - 3);
            assert_int_equal(job.file_count, reading.row == whole.row - 1 ? 4 : 3);
            job_free(&job);
        } else {
            assert_status(status, ODO_E_DAMAGED); /* the base lacks something */
        }
    }
    buffer_free(&writing.bytes);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD(&suite, a_job_with_everything_set_reads_as_it_was_written);
    TEST_ADD(&suite, an_empty_job_reads_as_it_was_written);
    TEST_ADD(&suite, every_state_reads_as_it_was_written);
    TEST_ADD(&suite, many_ranges_read_as_they_were_written);
    TEST_ADD(&suite, validators_may_be_any_bytes_that_servers_send);
    TEST_ADD(&suite, a_target_may_have_a_backslash_in_its_name);
    TEST_ADD(&suite, a_file_without_a_place_reads_as_it_was_written);
    TEST_ADD(&suite, what_went_to_a_stream_counts_when_it_was_all);
    TEST_ADD(&suite, rewriting_what_was_read_gives_the_same_bytes);
    TEST_ADD(&suite, a_later_record_takes_the_place_of_an_earlier_one);
    TEST_ADD(&suite, a_text_that_was_taken_back_is_missing);
    TEST_ADD(&suite, a_file_written_again_has_no_progress);
    TEST_ADD(&suite, many_records_of_a_file_of_many_ranges_are_read_in_no_time);
    TEST_ADD_TABLE(&suite, boots, check_boot);
    TEST_ADD_TABLE(&suite, two_boots, check_two_boots);
    TEST_ADD(&suite, a_journal_cut_off_anywhere_is_an_earlier_one_or_none);
    TEST_ADD(&suite, a_journal_with_zeros_for_an_end_is_an_earlier_one_or_none);
    TEST_ADD(&suite, a_flipped_bit_anywhere_is_never_believed);
    TEST_ADD(&suite, records_out_of_order_are_not_believed);
    TEST_ADD(&suite, a_record_written_twice_is_believed_once);
    TEST_ADD_TABLE(&suite, edits, check_edit);
    TEST_ADD(&suite, what_version_1_has_written_is_read);
    TEST_ADD_TABLE(&suite, bases, check_base);
    TEST_ADD(&suite, a_newer_version_may_look_otherwise);
    TEST_ADD_TABLE(&suite, foreign, check_foreign);
    TEST_ADD(&suite, every_payload_cut_short_is_damaged);
    TEST_ADD(&suite, every_payload_with_more_behind_it_is_damaged);
    TEST_ADD(&suite, hostile_counts_are_refused_before_they_are_allocated);
    TEST_ADD_TABLE(&suite, besides, check_beside);
    TEST_ADD(&suite, ranges_that_no_client_could_add_are_damaged);
    TEST_ADD(&suite, a_file_that_has_not_come_is_not_taken_for_whole);
    TEST_ADD(&suite, progress_that_does_not_fit_its_file_is_damaged);
    TEST_ADD(&suite, a_text_that_could_not_be_read_again_is_not_written);
    TEST_ADD(&suite, a_full_buffer_stays_as_it_was);
    TEST_ADD(&suite, writing_without_memory_leaves_the_buffer_as_it_was);
    TEST_ADD(&suite, reading_without_memory_leaves_nothing);
    TEST_ADD(&suite, every_flipped_bit_is_damage);
    TEST_ADD(&suite, a_flipped_bit_after_a_power_cut_is_damage_or_said);
    TEST_ADD(&suite, a_batch_counts_whole_or_not_at_all);
    TEST_ADD(&suite, what_was_written_with_short_heads_is_read);
    return test_suite_run(&suite, "journal_format");
}
