#include "store/journal_write.h"

#include "store/journal_format.h"
#include "store/little_endian.h"
#include "store/record_row.h"

#include <string.h>

/* Builds a record at the end of a buffer. Keeps the first failure. */
struct writer {
    struct buffer *buffer;
    size_t start; /* of the record, including its head */
    enum odo_status status;
};

static void put(struct writer *writer, const void *data, size_t size)
{
    if (writer->status == ODO_OK && size > 0) {
        writer->status = buffer_append(writer->buffer, data, size);
    }
}

static void put_u8(struct writer *writer, uint8_t value)
{
    put(writer, &value, 1);
}

static void put_u32(struct writer *writer, uint32_t value)
{
    unsigned char bytes[4];

    store_u32(bytes, value);
    put(writer, bytes, sizeof(bytes));
}

static void put_u64(struct writer *writer, uint64_t value)
{
    unsigned char bytes[8];

    store_u64(bytes, value);
    put(writer, bytes, sizeof(bytes));
}

/* Refuse to write what could not be read back. */
static void limit(struct writer *writer, size_t count, size_t most)
{
    if (writer->status == ODO_OK && count > most) {
        writer->status = ODO_E_TOO_MANY;
    }
}

/* A missing string is distinguished from an empty one. */
static void put_text(struct writer *writer, const char *text)
{
    size_t size;

    if (!text) {
        put_u32(writer, UINT32_MAX);
        return;
    }
    size = strlen(text);
    limit(writer, size, JOURNAL_TEXT_SIZE_MAX);
    put_u32(writer, (uint32_t)size);
    put(writer, text, size);
}

static void put_ranges(struct writer *writer, const struct byte_range *ranges, size_t count,
                       size_t most)
{
    limit(writer, count, most);
    put_u32(writer, (uint32_t)count);
    for (size_t i = 0; i < count; i++) {
        unsigned char bytes[16];

        store_u64(bytes, ranges[i].offset);
        store_u64(bytes + 8, ranges[i].length);
        put(writer, bytes, sizeof(bytes));
    }
}

static struct writer begin_record(struct buffer *buffer, enum journal_record kind)
{
    static const unsigned char head[JOURNAL_HEAD_SIZE];
    struct writer writer = {.buffer = buffer, .start = buffer->size, .status = ODO_OK};

    put(&writer, head, sizeof(head));
    put_u8(&writer, (uint8_t)kind);
    return writer;
}

/* Fill in the head; or remove the record on failure. */
static enum odo_status end_record(struct writer *writer, uint64_t *row)
{
    size_t size;

    if (writer->status != ODO_OK) {
        writer->buffer->size = writer->start;
        return writer->status;
    }
    size = writer->buffer->size - writer->start - JOURNAL_HEAD_SIZE;
    if (size > JOURNAL_RECORD_SIZE_MAX) {
        writer->buffer->size = writer->start;
        return ODO_E_TOO_MANY;
    }
    journal_seal(writer->buffer->data + writer->start, size, *row);
    (*row)++;
    return ODO_OK;
}

/* The stage flags of a file. */
static unsigned flags_of(const struct job_file *file)
{
    enum job_file_stage stage = file->stage;
    bool is_completing = stage >= JOB_FILE_COMPLETING || stage == JOB_FILE_IN_DOUBT;

    return (job_file_has_begun(file) ? JOURNAL_BEGUN : 0U) |
           (stage >= JOB_FILE_TRANSFERRED ? JOURNAL_TRANSFERRED : 0U) |
           (is_completing ? JOURNAL_COMPLETING : 0U) |
           (stage == JOB_FILE_COMPLETED ? JOURNAL_COMPLETED : 0U) |
           (file->unwritten & JOB_FILE_BYTES ? 0U : JOURNAL_FLUSHED);
}

static enum odo_status write_header(struct buffer *buffer, uint64_t *row, const struct job *job)
{
    struct writer writer = begin_record(buffer, JOURNAL_RECORD_HEADER);
    uint64_t records = 2 + (uint64_t)job->file_count; /* this record and the job's */

    for (uint32_t i = 0; i < job->file_count; i++) {
        records += journal_has_progress(job->files[i]);
    }
    put(&writer, JOURNAL_MAGIC, sizeof(JOURNAL_MAGIC));
    put_u32(&writer, JOURNAL_VERSION);
    put(&writer, job->id.bytes, sizeof(job->id.bytes));
    put_u64(&writer, records);
    return end_record(&writer, row);
}

enum odo_status journal_write_job(struct buffer *buffer, uint64_t *row, const struct job *job)
{
    struct writer writer = begin_record(buffer, JOURNAL_RECORD_JOB);

    put_u8(&writer, (uint8_t)job->state);
    put_u64(&writer, (uint64_t)job->times.created_us);
    put_u64(&writer, (uint64_t)job->times.modified_us);
    put_u64(&writer, (uint64_t)job->times.transferred_us);
    put_u32(&writer, ODO_JOB_NUMBER_COUNT);
    for (int i = 0; i < ODO_JOB_NUMBER_COUNT; i++) {
        put_u8(&writer, job->number_is_set[i]);
        put_u32(&writer, job->numbers[i]);
    }
    put_u32(&writer, ODO_JOB_TEXT_COUNT);
    for (int i = 0; i < ODO_JOB_TEXT_COUNT; i++) {
        put_text(&writer, job->texts[i]);
    }
    put_u32(&writer, (uint32_t)job->error.status);
    put_u32(&writer, (uint32_t)job->error.cause);
    put_u32(&writer, job->error.http_status);
    put_u32(&writer, (uint32_t)job->error.sink_code);
    put_u32(&writer, job->error_file);
    put_u32(&writer, job->error_count);
    return end_record(&writer, row);
}

enum odo_status journal_write_file(struct buffer *buffer, uint64_t *row, const struct job *job,
                                   uint32_t index)
{
    const struct job_file *file = job->files[index];
    struct writer writer = begin_record(buffer, JOURNAL_RECORD_FILE);

    limit(&writer, (size_t)index + 1, ODO_FILES_MAX);
    put_u32(&writer, index);
    put_text(&writer, file->file_id);
    put_text(&writer, file->url);
    put_text(&writer, file->local_path);
    put_text(&writer, file->temporary_path);
    put_u64(&writer, file->stated_size);
    put_ranges(&writer, file->ranges, file->range_count, ODO_RANGES_MAX);
    put_u64(&writer, file->output_base);
    put_text(&writer, file->integrity_info);
    put_u8(&writer, file->integrity_is_mandatory ? 1 : 0);
    return end_record(&writer, row);
}

enum odo_status journal_write_progress(struct buffer *buffer, uint64_t *row,
                                       const struct job *job, uint32_t index,
                                       const char *boot_id)
{
    const struct job_file *file = job->files[index];
    const struct checkpoint *checkpoint = &file->checkpoint;
    struct writer writer = begin_record(buffer, JOURNAL_RECORD_PROGRESS);

    put_u32(&writer, index);
    put_u8(&writer, (uint8_t)flags_of(file));
    put_text(&writer, boot_id);
    put_u64(&writer, checkpoint->file_size);
    put_u64(&writer, (uint64_t)file->last_modified_us);
    put_text(&writer, checkpoint->entity_tag);
    put_text(&writer, checkpoint->last_modified);
    put_u64(&writer, checkpoint->cursor);
    put_ranges(&writer, checkpoint->holes, checkpoint->hole_count, JOURNAL_HOLES_MAX);
    put_text(&writer, checkpoint->content_encoding);
    put_u64(&writer, checkpoint->temporary.number);
    put_u64(&writer, checkpoint->temporary.made);
    return end_record(&writer, row);
}

enum odo_status journal_write_all(struct buffer *buffer, uint64_t *row, const struct job *job,
                                  const char *boot_id)
{
    size_t size = buffer->size;
    uint64_t first_row = *row;
    enum odo_status status = write_header(buffer, row, job);

    if (status == ODO_OK) {
        status = journal_write_job(buffer, row, job);
    }
    for (uint32_t i = 0; i < job->file_count && status == ODO_OK; i++) {
        status = journal_write_file(buffer, row, job, i);
        if (status == ODO_OK && journal_has_progress(job->files[i])) {
            status = journal_write_progress(buffer, row, job, i, boot_id);
        }
    }
    if (status != ODO_OK) {
        buffer->size = size;
        *row = first_row;
    }
    return status;
}
