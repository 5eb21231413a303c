#include "store/journal_format.h"

#include "base/checked.h"
#include "base/memory.h"
#include "base/text.h"

#include <assert.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

static const char magic[] = "OpenDO job";

enum {
    RECORD_HEAD_SIZE = 12, /* length and checksum */
    RECORD_SIZE_MAX = 512 * 1024 * 1024,
    TEXT_SIZE_MAX = 1024 * 1024,
    BOOT_ID_MAX = 64,
    /* More holes than requests could ever leave are not ours. */
    HOLES_MAX = 1000 * 1000,
};

enum record_kind {
    RECORD_HEADER = 1,
    RECORD_JOB = 2,
    RECORD_FILE = 3,
    RECORD_PROGRESS = 4,
};

enum progress_flags {
    PROGRESS_BEGUN = 1,
    PROGRESS_TRANSFERRED = 2,
    PROGRESS_COMPLETING = 4,
    PROGRESS_COMPLETED = 8,
    PROGRESS_FLUSHED = 16,
};

/* --- Writing -------------------------------------------------------------------------- */

/* A record being put together at the end of a buffer. The first failure is kept. */
struct writer {
    struct buffer *buffer;
    size_t start; /* of the record, with its head */
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

    for (int i = 0; i < 4; i++) {
        bytes[i] = (unsigned char)(value >> (8 * i));
    }
    put(writer, bytes, sizeof(bytes));
}

static void store_u64(unsigned char bytes[8], uint64_t value)
{
    for (int i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)(value >> (8 * i));
    }
}

static void put_u64(struct writer *writer, uint64_t value)
{
    unsigned char bytes[8];

    store_u64(bytes, value);
    put(writer, bytes, sizeof(bytes));
}

/* A text that is missing is kept apart from one that is empty. */
static void put_text(struct writer *writer, const char *text)
{
    if (!text) {
        put_u32(writer, UINT32_MAX);
        return;
    }
    put_u32(writer, (uint32_t)strlen(text));
    put(writer, text, strlen(text));
}

static void put_ranges(struct writer *writer, const struct byte_range *ranges, size_t count)
{
    put_u32(writer, (uint32_t)count);
    for (size_t i = 0; i < count; i++) {
        unsigned char bytes[16];

        store_u64(bytes, ranges[i].offset);
        store_u64(bytes + 8, ranges[i].length);
        put(writer, bytes, sizeof(bytes));
    }
}

static struct writer begin_record(struct buffer *buffer, enum record_kind kind)
{
    static const unsigned char head[RECORD_HEAD_SIZE];
    struct writer writer = {.buffer = buffer, .start = buffer->size, .status = ODO_OK};

    put(&writer, head, sizeof(head));
    put_u8(&writer, (uint8_t)kind);
    return writer;
}

/* Fill in the head; or take the record off again. */
static enum odo_status end_record(struct writer *writer, uint64_t *row)
{
    unsigned char *head = writer->buffer->data + writer->start;
    size_t size;
    uint64_t checksum;

    if (writer->status != ODO_OK) {
        writer->buffer->size = writer->start;
        return writer->status;
    }
    size = writer->buffer->size - writer->start - RECORD_HEAD_SIZE;
    if (size > RECORD_SIZE_MAX) {
        writer->buffer->size = writer->start;
        return ODO_E_TOO_MANY;
    }
    checksum = XXH64(head + RECORD_HEAD_SIZE, size, *row);
    for (int i = 0; i < 4; i++) {
        head[i] = (unsigned char)(size >> (8 * i));
    }
    store_u64(head + 4, checksum);
    (*row)++;
    return ODO_OK;
}

static enum odo_status write_header(struct buffer *buffer, uint64_t *row,
                                    const struct odo_job_id *id)
{
    struct writer writer = begin_record(buffer, RECORD_HEADER);

    put(&writer, magic, sizeof(magic));
    put_u32(&writer, JOURNAL_VERSION);
    put(&writer, id->bytes, sizeof(id->bytes));
    return end_record(&writer, row);
}

enum odo_status journal_write_job(struct buffer *buffer, uint64_t *row, const struct job *job)
{
    struct writer writer = begin_record(buffer, RECORD_JOB);

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
    struct writer writer = begin_record(buffer, RECORD_FILE);

    put_u32(&writer, index);
    put_text(&writer, file->file_id);
    put_text(&writer, file->url);
    put_text(&writer, file->local_path);
    put_text(&writer, file->temporary_path);
    put_u64(&writer, file->stated_size);
    put_ranges(&writer, file->ranges, file->range_count);
    return end_record(&writer, row);
}

enum odo_status journal_write_progress(struct buffer *buffer, uint64_t *row,
                                       const struct job *job, uint32_t index,
                                       const char *boot_id)
{
    const struct job_file *file = job->files[index];
    const struct checkpoint *checkpoint = &file->checkpoint;
    struct writer writer = begin_record(buffer, RECORD_PROGRESS);
    unsigned flags = (file->has_begun ? PROGRESS_BEGUN : 0U) |
                     (file->is_transferred ? PROGRESS_TRANSFERRED : 0U) |
                     (file->is_completing ? PROGRESS_COMPLETING : 0U) |
                     (file->is_completed ? PROGRESS_COMPLETED : 0U) |
                     (file->is_flushed ? PROGRESS_FLUSHED : 0U);

    put_u32(&writer, index);
    put_u8(&writer, (uint8_t)flags);
    put_text(&writer, boot_id);
    put_u64(&writer, checkpoint->file_size);
    put_u64(&writer, (uint64_t)file->last_modified_us);
    put_text(&writer, checkpoint->entity_tag);
    put_text(&writer, checkpoint->last_modified);
    put_u64(&writer, checkpoint->cursor);
    put_ranges(&writer, checkpoint->holes, checkpoint->hole_count);
    return end_record(&writer, row);
}

enum odo_status journal_write_all(struct buffer *buffer, uint64_t *row, const struct job *job,
                                  const char *boot_id)
{
    size_t size = buffer->size;
    uint64_t first_row = *row;
    enum odo_status status = write_header(buffer, row, &job->id);

    if (status == ODO_OK) {
        status = journal_write_job(buffer, row, job);
    }
    for (uint32_t i = 0; i < job->file_count && status == ODO_OK; i++) {
        status = journal_write_file(buffer, row, job, i);
        if (status == ODO_OK && job->files[i]->has_begun) {
            status = journal_write_progress(buffer, row, job, i, boot_id);
        }
    }
    if (status != ODO_OK) {
        buffer->size = size;
        *row = first_row;
    }
    return status;
}

/* --- Reading -------------------------------------------------------------------------- */

/* A record being read. After the first failure everything reads as zero. */
struct reader {
    const unsigned char *next;
    size_t left;
    enum odo_status status;
};

static const unsigned char *get(struct reader *reader, size_t size)
{
    const unsigned char *data = reader->next;

    if (reader->status != ODO_OK || size > reader->left) {
        reader->status = reader->status == ODO_OK ? ODO_E_DAMAGED : reader->status;
        return NULL;
    }
    reader->next += size;
    reader->left -= size;
    return data;
}

static uint64_t load(const unsigned char *bytes, int size)
{
    uint64_t value = 0;

    for (int i = 0; bytes && i < size; i++) {
        value |= (uint64_t)bytes[i] << (8 * i);
    }
    return value;
}

static uint8_t get_u8(struct reader *reader)
{
    return (uint8_t)load(get(reader, 1), 1);
}

static uint32_t get_u32(struct reader *reader)
{
    return (uint32_t)load(get(reader, 4), 4);
}

static uint64_t get_u64(struct reader *reader)
{
    return load(get(reader, 8), 8);
}

/* NULL for a missing text, and after a failure. */
static char *get_text(struct reader *reader)
{
    uint32_t size = get_u32(reader);
    const unsigned char *data;
    char *text;

    if (reader->status != ODO_OK || size == UINT32_MAX) {
        return NULL;
    }
    if (size > TEXT_SIZE_MAX) {
        reader->status = ODO_E_DAMAGED;
        return NULL;
    }
    data = get(reader, size);
    if (!data) {
        return NULL;
    }
    text = text_copy_part((const char *)data, size);
    if (!text) {
        reader->status = ODO_E_OUT_OF_MEMORY;
    } else if (strlen(text) != size || !text_is_utf8(text)) {
        reader->status = ODO_E_DAMAGED;
        memory_free(text);
        text = NULL;
    }
    return text;
}

static struct byte_range *get_ranges(struct reader *reader, uint32_t most, uint32_t *count_out)
{
    uint32_t count = get_u32(reader);
    struct byte_range *ranges;

    *count_out = 0;
    if (reader->status != ODO_OK || count == 0) {
        return NULL;
    }
    if (count > most || count > reader->left / 16) { /* before anything is allocated */
        reader->status = ODO_E_DAMAGED;
        return NULL;
    }
    ranges = memory_allocate(count, sizeof(*ranges));
    if (!ranges) {
        reader->status = ODO_E_OUT_OF_MEMORY;
        return NULL;
    }
    for (uint32_t i = 0; i < count; i++) {
        ranges[i].offset = get_u64(reader);
        ranges[i].length = get_u64(reader);
    }
    *count_out = count;
    return ranges;
}

static void require(struct reader *reader, bool condition)
{
    if (reader->status == ODO_OK && !condition) {
        reader->status = ODO_E_DAMAGED;
    }
}

static void read_header(struct reader *reader, struct job *job)
{
    const unsigned char *found = get(reader, sizeof(magic));
    const unsigned char *id;
    uint32_t version;

    if (!found || memcmp(found, magic, sizeof(magic)) != 0) {
        reader->status = ODO_E_DAMAGED;
        return;
    }
    version = get_u32(reader);
    if (reader->status == ODO_OK && version > JOURNAL_VERSION) {
        reader->status = ODO_E_NOT_SUPPORTED;
    }
    id = get(reader, sizeof(job->id.bytes));
    if (id) {
        memcpy(job->id.bytes, id, sizeof(job->id.bytes));
    }
}

static void read_job(struct reader *reader, struct job *job)
{
    uint8_t state = get_u8(reader);

    require(reader, state < ODO_JOB_STATE_COUNT);
    job->times.created_us = (int64_t)get_u64(reader);
    job->times.modified_us = (int64_t)get_u64(reader);
    job->times.transferred_us = (int64_t)get_u64(reader);
    require(reader, get_u32(reader) == ODO_JOB_NUMBER_COUNT);
    for (int i = 0; i < ODO_JOB_NUMBER_COUNT && reader->status == ODO_OK; i++) {
        job->number_is_set[i] = get_u8(reader) != 0;
        job->numbers[i] = get_u32(reader);
    }
    require(reader, get_u32(reader) == ODO_JOB_TEXT_COUNT);
    for (int i = 0; i < ODO_JOB_TEXT_COUNT && reader->status == ODO_OK; i++) {
        memory_free(job->texts[i]);
        job->texts[i] = get_text(reader);
    }
    job->error.status = (enum odo_status)get_u32(reader);
    job->error.cause = (enum odo_status)get_u32(reader);
    job->error.http_status = (uint16_t)get_u32(reader);
    job->error.sink_code = (int32_t)get_u32(reader);
    job->error_file = get_u32(reader);
    job->error_count = get_u32(reader);
    require(reader, (unsigned)job->error.status < ODO_STATUS_COUNT &&
                        (unsigned)job->error.cause < ODO_STATUS_COUNT);
    if (reader->status == ODO_OK) {
        job->state = (enum odo_job_state)state;
    }
}

/* True when `temporary` stands in the folder of `target`: nothing else may be overwritten. */
static bool is_beside(const char *temporary, const char *target)
{
    size_t length = strlen(temporary);

    while (length > 0 && temporary[length - 1] != '/' && temporary[length - 1] != '\\') {
        length--;
    }
    return strncmp(temporary, target, length) == 0 &&
           strpbrk(target + length, "/\\") == NULL &&
           text_starts_with_ignoring_case(temporary + length, "DO");
}

static void read_file(struct reader *reader, struct job *job)
{
    uint32_t index = get_u32(reader);
    char *file_id = get_text(reader);
    char *url = get_text(reader);
    char *local_path = get_text(reader);
    char *temporary_path = get_text(reader);
    struct odo_file_request request = {.file_size = get_u64(reader)};
    struct byte_range *ranges = get_ranges(reader, UINT32_MAX, &request.range_count);
    struct job_file *file = NULL;

    require(reader, file_id && url && !local_path == !temporary_path);
    require(reader, reader->status != ODO_OK || !local_path ||
                        is_beside(temporary_path, local_path));
    require(reader, index <= job->file_count && index < JOURNAL_FILES_MAX);
    if (reader->status == ODO_OK) {
        request.file_id = file_id;
        request.url = url;
        request.local_path = local_path;
        request.ranges = ranges;
        reader->status = job_file_create(&request, &file);
    }
    if (reader->status == ODO_E_INVALID_RANGE || reader->status == ODO_E_OVERLAPPING_RANGES) {
        reader->status = ODO_E_DAMAGED;
    }
    if (reader->status == ODO_OK) {
        file->temporary_path = temporary_path;
        temporary_path = NULL;
        if (index < job->file_count) {
            job_replace(job, index, file);
        } else {
            reader->status = job_append(job, file);
        }
        file = reader->status == ODO_OK ? NULL : file;
    }
    job_file_free(file);
    memory_free(ranges);
    memory_free(temporary_path);
    memory_free(local_path);
    memory_free(url);
    memory_free(file_id);
}

static void read_progress(struct reader *reader, struct job *job, const char *boot_id)
{
    uint32_t index = get_u32(reader);
    uint8_t flags = get_u8(reader);
    char *written_boot_id = get_text(reader);
    struct checkpoint checkpoint;
    int64_t last_modified_us;
    uint32_t hole_count = 0;
    bool counts;

    checkpoint_init(&checkpoint);
    checkpoint.begun = (flags & PROGRESS_BEGUN) != 0;
    checkpoint.file_size = get_u64(reader);
    last_modified_us = (int64_t)get_u64(reader);
    checkpoint.entity_tag = get_text(reader);
    checkpoint.last_modified = get_text(reader);
    checkpoint.cursor = get_u64(reader);
    checkpoint.holes = get_ranges(reader, HOLES_MAX, &hole_count);
    checkpoint.hole_count = hole_count;
    require(reader, written_boot_id && index < job->file_count);
    counts = (flags & PROGRESS_FLUSHED) ||
             (written_boot_id && strcmp(written_boot_id, boot_id) == 0);
    if (reader->status == ODO_OK) {
        struct job_file *file = job->files[index];

        file->has_begun = file->has_begun || checkpoint.begun;
        if (counts) {
            reader->status = job_restore_progress(job, file, &checkpoint);
            file->is_flushed = (flags & PROGRESS_FLUSHED) != 0;
            file->is_completing = (flags & PROGRESS_COMPLETING) != 0;
            file->last_modified_us = last_modified_us;
            if (reader->status == ODO_OK && (flags & PROGRESS_TRANSFERRED)) {
                job_set_transferred(job, file);
            }
            if (reader->status == ODO_OK && (flags & PROGRESS_COMPLETED)) {
                job_set_completed(job, file);
            }
        } else {
            file->checkpoint.begun = file->has_begun;
        }
    }
    checkpoint_free(&checkpoint);
    memory_free(written_boot_id);
}

static void read_record(struct reader *reader, struct job *job, const char *boot_id,
                        uint64_t row)
{
    uint8_t kind = get_u8(reader);

    require(reader, (row == 0) == (kind == RECORD_HEADER));
    if (reader->status != ODO_OK) {
        return;
    }
    switch (kind) {
    case RECORD_HEADER:
        read_header(reader, job);
        break;
    case RECORD_JOB:
        read_job(reader, job);
        break;
    case RECORD_FILE:
        read_file(reader, job);
        break;
    case RECORD_PROGRESS:
        read_progress(reader, job, boot_id);
        break;
    default:
        reader->status = ODO_E_DAMAGED;
        break;
    }
    require(reader, reader->left == 0);
}

/* The next record's payload; false at the end of what is whole. */
static bool next_record(const unsigned char *data, size_t size, size_t at, uint64_t row,
                        struct reader *payload_out)
{
    size_t length;

    if (size - at < RECORD_HEAD_SIZE) {
        return false;
    }
    length = (size_t)load(data + at, 4);
    if (length > RECORD_SIZE_MAX || length > size - at - RECORD_HEAD_SIZE) {
        return false;
    }
    if (XXH64(data + at + RECORD_HEAD_SIZE, length, row) != load(data + at + 4, 8)) {
        return false;
    }
    *payload_out = (struct reader){data + at + RECORD_HEAD_SIZE, length, ODO_OK};
    return true;
}

enum odo_status journal_read(const void *data, size_t size, const char *boot_id,
                             struct job *job_out, struct journal_reading *reading_out)
{
    static const struct odo_job_id no_id = {{0}};
    const unsigned char *bytes = data;
    struct journal_reading reading = {0};
    enum odo_status status = ODO_OK;
    struct reader payload;
    struct job job;

    job_init(&job, &no_id, 0);
    while (status == ODO_OK && next_record(bytes, size, reading.size, reading.row, &payload)) {
        size_t length = payload.left;

        read_record(&payload, &job, boot_id, reading.row);
        status = payload.status;
        reading.size += RECORD_HEAD_SIZE + length;
        reading.row++;
    }
    /* The header and the job come with the first write, which is all or nothing. */
    if (status == ODO_OK && reading.row < 2) {
        status = ODO_E_DAMAGED;
    }
    if (status != ODO_OK) {
        job_free(&job);
        return status;
    }
    *job_out = job;
    *reading_out = reading;
    return ODO_OK;
}
