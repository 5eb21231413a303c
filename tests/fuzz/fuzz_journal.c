/*
 * Whatever a journal holds, it is refused or read as a job that could be ours: written again it
 * reads the same. The checksums are made right first, so that they keep nothing out.
 */
#include "fuzz_target.h"

#include "ranges/range_set.h"
#include "store/journal_format.h"
#include "store/journal_read.h"
#include "store/journal_write.h"
#include "support/job_compare.h"

#include <string.h>

#define BOOT "a start"

enum { STORED_HEAD_SIZE = 12 }; /* in an input: a length, and what is not looked at */

/*
 * Make a journal of the records in the input: let every one end within the data, and give it
 * the head that goes with what it holds. The caller frees it.
 */
static uint8_t *seal_all(const uint8_t *data, size_t size, size_t *size_out)
{
    uint8_t *sealed = malloc(size / STORED_HEAD_SIZE * JOURNAL_HEAD_SIZE + size + 1);
    uint64_t row = 0;
    size_t to = 0;
    size_t at = 0;

    while (sealed && size - at >= STORED_HEAD_SIZE) {
        size_t left = size - at - STORED_HEAD_SIZE;
        size_t length = data[at] | (size_t)data[at + 1] << 8 | (size_t)data[at + 2] << 16 |
                        (size_t)data[at + 3] << 24;

        length = length < left ? length : left;
        memcpy(sealed + to + JOURNAL_HEAD_SIZE, data + at + STORED_HEAD_SIZE, length);
        journal_seal(sealed + to, length, row++);
        to += JOURNAL_HEAD_SIZE + length;
        at += STORED_HEAD_SIZE + length;
    }
    *size_out = to;
    return sealed;
}

static void check_file(const struct job_file *file)
{
    REQUIRE(file->file_id && file->url);
    REQUIRE(!file->local_path == !file->temporary_path);
    REQUIRE(range_set_is_normal(&file->wanted) && file->wanted.count > 0);
    REQUIRE(file->checkpoint.begun == job_file_has_begun(file));
    REQUIRE(file->bytes_total == ODO_SIZE_UNKNOWN || file->bytes_had <= file->bytes_total);
    REQUIRE(file->stage < JOB_FILE_TRANSFERRED || file->bytes_had == file->bytes_total);
    REQUIRE(file->local_path || file->stage == JOB_FILE_QUEUED ||
            file->stage >= JOB_FILE_TRANSFERRED);
}

static void check_job(const struct job *job)
{
    REQUIRE(job->state < ODO_JOB_STATE_COUNT);
    REQUIRE(job->times.created_us >= 0 && job->times.modified_us >= 0);
    REQUIRE(job->error_file == UINT32_MAX || job->error_file < job->file_count);
    for (uint32_t i = 0; i < job->file_count; i++) {
        check_file(job->files[i]);
    }
}

static void check_read(const uint8_t *data, size_t size)
{
    struct journal_reading reading = {0};
    struct journal_reading again_reading = {0};
    struct buffer bytes;
    struct job job;
    struct job again;
    uint64_t row = 0;
    const char *difference;
    enum odo_status status = journal_read(data, size, BOOT, &job, &reading);

    if (status != ODO_OK) {
        REQUIRE(status == ODO_E_DAMAGED || status == ODO_E_NOT_SUPPORTED ||
                status == ODO_E_OUT_OF_MEMORY);
        return;
    }
    REQUIRE(reading.size <= size && reading.row >= 2);
    check_job(&job);

    buffer_init(&bytes, JOURNAL_SIZE_MAX);
    REQUIRE(journal_write_all(&bytes, &row, &job, BOOT) == ODO_OK);
    REQUIRE(journal_read(bytes.data, bytes.size, BOOT, &again, &again_reading) == ODO_OK);
    REQUIRE(again_reading.size == bytes.size && again_reading.row == row);
    difference = job_compare(&again, &job);
    if (difference) {
        fprintf(stderr, "the jobs differ in %s\n", difference);
    }
    REQUIRE(!difference);
    job_free(&again);
    buffer_free(&bytes);
    job_free(&job);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1); /* a sanitizer sees its end */
    size_t sealed_size = 0;
    uint8_t *sealed = seal_all(data, size, &sealed_size);

    if (copy && sealed) {
        if (size > 0) {
            memcpy(copy, data, size);
        }
        check_read(copy, size);
        check_read(sealed, sealed_size);
    }
    free(sealed);
    free(copy);
    return 0;
}
