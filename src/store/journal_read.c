#include "store/journal_read.h"

#include "base/memory.h"
#include "base/text.h"
#include "store/journal_format.h"
#include "store/little_endian.h"

#include <string.h>

enum {
    /* The number of settings in version 1. */
    NUMBERS_LEAST = ODO_JOB_COST_FLAGS + 1,
    TEXTS_LEAST = ODO_JOB_LISTENER + 1,
    VERSION_WITH_IDENTITY = 5, /* of temporary files */
};

/* --- Bytes ---------------------------------------------------------------------------- */

/* Reads a record. After the first failure all values are zero. */
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

/* NULL for a missing string, and after a failure. Any bytes but NUL, as servers send them. */
static char *get_bytes(struct reader *reader)
{
    uint32_t size = get_u32(reader);
    const unsigned char *data;
    char *text;

    if (reader->status != ODO_OK || size == UINT32_MAX) {
        return NULL;
    }
    if (size > JOURNAL_TEXT_SIZE_MAX) {
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
    } else if (strlen(text) != size) {
        reader->status = ODO_E_DAMAGED;
        memory_free(text);
        text = NULL;
    }
    return text;
}

/* The same for a string that must be UTF-8. */
static char *get_text(struct reader *reader)
{
    char *text = get_bytes(reader);

    if (text && !text_is_utf8(text)) {
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

/* Handles a failure of the job's own functions; whatever they reject was not written by us. */
static void require_ok(struct reader *reader, enum odo_status status)
{
    if (reader->status == ODO_OK && status != ODO_OK) {
        reader->status = status == ODO_E_OUT_OF_MEMORY ? ODO_E_OUT_OF_MEMORY : ODO_E_DAMAGED;
    }
}

/* The most recent progress of a file; applied when everything has been read. */
struct progress {
    bool has_begun;
    bool is_completing;
    struct file_identity temporary;
    bool counts; /* data is present for what follows, from the last record that counts */
    uint8_t flags;
    int64_t last_modified_us;
    struct checkpoint checkpoint;
};

/* A job being read. */
struct reading {
    struct job job;
    struct progress *progress; /* owned; one per file */
    uint32_t progress_capacity;
    uint64_t records; /* written together with the header */
    uint32_t version; /* of the header's writer; later records may be newer */
    const char *boot_id;
};

static void read_header(struct reader *reader, struct reading *reading)
{
    const unsigned char *found = get(reader, sizeof(JOURNAL_MAGIC));
    const unsigned char *id;
    uint32_t version;

    if (!found || memcmp(found, JOURNAL_MAGIC, sizeof(JOURNAL_MAGIC)) != 0) {
        reader->status = ODO_E_DAMAGED;
        return;
    }
    version = get_u32(reader);
    if (reader->status == ODO_OK && version > JOURNAL_VERSION) {
        reader->status = ODO_E_NOT_SUPPORTED;
    }
    require(reader, version > 0);
    reading->version = version;
    id = get(reader, sizeof(reading->job.id.bytes));
    if (id) {
        memcpy(reading->job.id.bytes, id, sizeof(reading->job.id.bytes));
    }
    reading->records = get_u64(reader);
    require(reader, reading->records >= 2); /* the header and the job */
}

static int64_t get_time(struct reader *reader)
{
    uint64_t time_us = get_u64(reader);

    require(reader, time_us <= INT64_MAX);
    return (int64_t)time_us;
}

static void read_number(struct reader *reader, struct job *job, enum odo_job_number which)
{
    uint8_t is_set = get_u8(reader);
    uint32_t value = get_u32(reader);

    require(reader, is_set <= 1);
    job->number_is_set[which] = false;
    if (reader->status == ODO_OK && is_set) {
        require_ok(reader, job_set_number(job, which, value));
    }
}

static void read_text(struct reader *reader, struct job *job, enum odo_job_text which)
{
    char *text = get_text(reader);

    memory_free(job->texts[which]);
    job->texts[which] = NULL;
    if (text) {
        require_ok(reader, job_set_text(job, which, text));
    }
    memory_free(text);
}

static enum odo_status get_status(struct reader *reader)
{
    uint32_t status = get_u32(reader);

    require(reader, status < ODO_STATUS_COUNT);
    return reader->status == ODO_OK ? (enum odo_status)status : ODO_OK;
}

/* The number of settings in a record: an earlier version's are a prefix of today's. */
static uint32_t get_count(struct reader *reader, uint32_t least, uint32_t most)
{
    uint32_t count = get_u32(reader);

    require(reader, count >= least && count <= most);
    return reader->status == ODO_OK ? count : 0;
}

static void read_job(struct reader *reader, struct job *job)
{
    uint8_t state = get_u8(reader);
    uint32_t http_status;
    uint32_t count;

    require(reader, state < ODO_JOB_STATE_COUNT);
    job->times.created_us = get_time(reader);
    job->times.modified_us = get_time(reader);
    job->times.transferred_us = get_time(reader);
    count = get_count(reader, NUMBERS_LEAST, ODO_JOB_NUMBER_COUNT);
    for (uint32_t i = 0; i < count; i++) {
        read_number(reader, job, (enum odo_job_number)i);
    }
    count = get_count(reader, TEXTS_LEAST, ODO_JOB_TEXT_COUNT);
    for (uint32_t i = 0; i < count; i++) {
        read_text(reader, job, (enum odo_job_text)i);
    }
    job->error.status = get_status(reader);
    job->error.cause = get_status(reader);
    http_status = get_u32(reader);
    require(reader, http_status <= UINT16_MAX);
    job->error.http_status = (uint16_t)http_status;
    job->error.sink_code = (int32_t)get_u32(reader);
    job->error_file = get_u32(reader);
    job->error_count = get_u32(reader);
    if (reader->status == ODO_OK) {
        job->state = (enum odo_job_state)state;
    }
}

/* A temporary file's name: "DO", 16 hexadecimal digits and ".tmp". */
static bool is_temporary_name(const char *name)
{
    return strncmp(name, "DO", 2) == 0 && strspn(name + 2, "0123456789abcdef") == 16 &&
           strcmp(name + 18, ".tmp") == 0;
}

/*
 * True if `temporary` is a temporary file's name in the folder of `target`: nothing else may be
 * overwritten. A path that begins with a single slash is not a Windows path, and a backslash in
 * it is an ordinary character.
 */
static bool is_beside(const char *temporary, const char *target)
{
    const char *slashes = target[0] == '/' && target[1] != '/' ? "/" : "/\\";
    size_t length = strlen(target);

    while (length > 0 && !strchr(slashes, target[length - 1])) {
        length--;
    }
    return length > 0 && strncmp(temporary, target, length) == 0 &&
           is_temporary_name(temporary + length);
}

/* Reset the progress of a file that was just read. */
static void reset_progress(struct reading *reading, uint32_t index)
{
    struct progress *progress = &reading->progress[index];

    checkpoint_free(&progress->checkpoint);
    *progress = (struct progress){.has_begun = false};
    checkpoint_init(&progress->checkpoint);
}

/* Make room for the progress of one more file. */
static enum odo_status reserve_progress(struct reading *reading)
{
    uint32_t capacity = reading->progress_capacity;
    struct progress *larger;

    if (reading->job.file_count < capacity) {
        return ODO_OK;
    }
    capacity = capacity ? capacity * 2 : 8;
    larger = memory_resize(reading->progress, capacity, sizeof(*larger));
    if (!larger) {
        return ODO_E_OUT_OF_MEMORY;
    }
    for (uint32_t i = reading->progress_capacity; i < capacity; i++) {
        larger[i] = (struct progress){.has_begun = false};
        checkpoint_init(&larger[i].checkpoint);
    }
    reading->progress = larger;
    reading->progress_capacity = capacity;
    return ODO_OK;
}

/* Store a file at its index or append it. On failure the caller still owns it. */
static enum odo_status place_file(struct reading *reading, uint32_t index,
                                  struct job_file *file)
{
    enum odo_status status;

    if (index < reading->job.file_count) {
        job_replace(&reading->job, index, file);
        reset_progress(reading, index);
        return ODO_OK;
    }
    status = reserve_progress(reading);
    return status == ODO_OK ? job_append(&reading->job, file) : status;
}

static void read_file(struct reader *reader, struct reading *reading)
{
    uint32_t index = get_u32(reader);
    char *file_id = get_text(reader);
    char *url = get_text(reader);
    char *local_path = get_text(reader);
    char *temporary_path = get_text(reader);
    struct odo_file_request request = {.file_size = get_u64(reader)};
    struct byte_range *ranges = get_ranges(reader, ODO_RANGES_MAX, &request.range_count);
    uint64_t output_base = reader->left > 0 ? get_u64(reader) : 0; /* version 1 had none */
    bool has_integrity = reader->left > 0;                         /* version 2 had none */
    char *integrity_info = has_integrity ? get_text(reader) : NULL;
    uint8_t is_mandatory = has_integrity ? get_u8(reader) : 0;
    struct job_file *file = NULL;

    require(reader, file_id && url && !local_path == !temporary_path);
    require(reader,
            reader->status != ODO_OK || !local_path || is_beside(temporary_path, local_path));
    require(reader, index <= reading->job.file_count && index < ODO_FILES_MAX);
    require(reader, is_mandatory <= 1);
    require(reader, output_base <= BYTE_OFFSET_LIMIT && (output_base == 0 || local_path));
    if (reader->status == ODO_OK) {
        request.file_id = file_id;
        request.url = url;
        request.local_path = local_path;
        request.ranges = ranges;
        require_ok(reader, job_file_create(&request, &file));
    }
    if (reader->status == ODO_OK) {
        file->temporary_path = temporary_path;
        temporary_path = NULL;
        file->output_base = output_base;
        file->integrity_info = integrity_info;
        integrity_info = NULL;
        file->integrity_is_mandatory = is_mandatory == 1;
        require(reader, file->bytes_total == ODO_SIZE_UNKNOWN ||
                            file->bytes_total <= BYTE_OFFSET_LIMIT - output_base);
    }
    if (reader->status == ODO_OK) {
        require_ok(reader, place_file(reading, index, file));
        file = reader->status == ODO_OK ? NULL : file;
    }
    job_file_free(file);
    memory_free(integrity_info);
    memory_free(ranges);
    memory_free(temporary_path);
    memory_free(local_path);
    memory_free(url);
    memory_free(file_id);
}

/* NULL equals an empty string. */
static bool is_same_text(const char *left, const char *right)
{
    return strcmp(left ? left : "", right ? right : "") == 0;
}

/*
 * True if data recorded by `earlier` may be gone although that record counts, because the file
 * was restarted.
 */
static bool has_begun_again(const struct checkpoint *earlier, const struct checkpoint *later)
{
    return later->cursor < earlier->cursor || later->file_size != earlier->file_size ||
           !is_same_text(earlier->entity_tag, later->entity_tag) ||
           !is_same_text(earlier->last_modified, later->last_modified) ||
           !is_same_text(earlier->content_encoding, later->content_encoding);
}

/* Remember a progress record; takes ownership of its checkpoint if it counts. */
static void note_progress(struct progress *progress, uint8_t flags, bool counts,
                          int64_t last_modified_us, struct checkpoint *checkpoint)
{
    bool has_begun = (flags & JOURNAL_BEGUN) != 0;

    progress->is_completing = (flags & JOURNAL_COMPLETING) != 0;
    progress->temporary = checkpoint->temporary; /* the file's identity always counts */
    if (counts) {
        progress->has_begun = has_begun;
        progress->counts = true;
        progress->flags = flags;
        progress->last_modified_us = last_modified_us;
        checkpoint_free(&progress->checkpoint);
        progress->checkpoint = *checkpoint;
        checkpoint_init(checkpoint);
        return;
    }
    progress->has_begun = progress->has_begun || has_begun;
    if (progress->counts && has_begun_again(&progress->checkpoint, checkpoint)) {
        progress->counts = false;
        checkpoint_free(&progress->checkpoint);
    }
}

static void read_progress(struct reader *reader, struct reading *reading)
{
    uint32_t index = get_u32(reader);
    uint8_t flags = get_u8(reader);
    char *boot_id = get_text(reader);
    struct checkpoint checkpoint;
    int64_t last_modified_us;
    uint32_t hole_count = 0;
    bool counts;

    checkpoint_init(&checkpoint);
    checkpoint.begun = (flags & JOURNAL_BEGUN) != 0;
    checkpoint.file_size = get_u64(reader);
    last_modified_us = (int64_t)get_u64(reader);
    checkpoint.entity_tag = get_bytes(reader);
    checkpoint.last_modified = get_bytes(reader);
    checkpoint.cursor = get_u64(reader);
    checkpoint.holes = get_ranges(reader, JOURNAL_HOLES_MAX, &hole_count);
    checkpoint.hole_count = hole_count;
    if (reader->left > 0 || reading->version > 3) { /* version 3 had none */
        checkpoint.content_encoding = get_bytes(reader);
    }
    if (reading->version >= VERSION_WITH_IDENTITY) {
        checkpoint.temporary.number = get_u64(reader);
        checkpoint.temporary.made = get_u64(reader);
    }
    require(reader, boot_id && index < reading->job.file_count && flags <= JOURNAL_ALL_FLAGS);
    if (reader->status == ODO_OK && !reading->job.files[index]->local_path) {
        counts = (flags & JOURNAL_TRANSFERRED) != 0; /* a stream ends with its client */
    } else {
        require(reader, checkpoint.begun || (checkpoint.cursor == 0 && hole_count == 0));
        counts = (flags & (JOURNAL_FLUSHED | JOURNAL_COMPLETED)) != 0 ||
                 (boot_id && strcmp(boot_id, reading->boot_id) == 0);
    }
    if (reader->status == ODO_OK) {
        note_progress(&reading->progress[index], flags, counts, last_modified_us, &checkpoint);
    }
    checkpoint_free(&checkpoint);
    memory_free(boot_id);
}

static void read_record(struct reader *reader, struct reading *reading, uint64_t row)
{
    uint8_t kind = get_u8(reader);

    require(reader, (row == 0) == (kind == JOURNAL_RECORD_HEADER));
    require(reader, row != 1 || kind == JOURNAL_RECORD_JOB);
    if (reader->status != ODO_OK) {
        return;
    }
    switch (kind) {
    case JOURNAL_RECORD_HEADER:
        read_header(reader, reading);
        break;
    case JOURNAL_RECORD_JOB:
        read_job(reader, &reading->job);
        break;
    case JOURNAL_RECORD_FILE:
        read_file(reader, reading);
        break;
    case JOURNAL_RECORD_PROGRESS:
        read_progress(reader, reading);
        break;
    default:
        reader->status = ODO_E_DAMAGED;
        break;
    }
    require(reader, reader->left == 0);
}

/* Set the stage of a file according to its records. */
static void settle_stage(struct job *job, struct job_file *file,
                         const struct progress *progress)
{
    uint8_t flags = progress->counts ? progress->flags : 0;
    bool is_whole = (flags & JOURNAL_TRANSFERRED) && file->bytes_had == file->bytes_total;
    bool is_completed = is_whole && (flags & JOURNAL_COMPLETED);

    /* Streams leave no file. */
    if ((progress->has_begun && file->local_path) || file->output_base > 0) {
        job_set_stage(job, file, JOB_FILE_BEGUN);
    }
    if (is_whole) {
        job_set_stage(job, file, JOB_FILE_TRANSFERRED);
    }
    if (is_whole && (progress->is_completing || is_completed)) {
        job_set_stage(job, file, JOB_FILE_COMPLETING);
    }
    if (is_completed) {
        job_set_stage(job, file, JOB_FILE_COMPLETED);
    }
    if (file->stage == JOB_FILE_BEGUN && progress->is_completing) {
        job_set_stage(job, file, JOB_FILE_IN_DOUBT);
    }
    file->checkpoint.begun = job_file_has_begun(file);
    file->checkpoint.temporary = progress->temporary;
}

/* All records have been read: apply the last progress of a file if it is consistent. */
static enum odo_status settle_progress(struct job *job, struct job_file *file,
                                       struct progress *progress)
{
    enum odo_status status;

    if (!progress->counts) {
        settle_stage(job, file, progress);
        return ODO_OK;
    }
    status = job_restore_progress(job, file, &progress->checkpoint);
    if (status != ODO_OK) {
        return status;
    }
    settle_stage(job, file, progress);
    if (progress->flags & JOURNAL_FLUSHED) {
        file->unwritten &= ~(unsigned)JOB_FILE_BYTES;
    }
    file->last_modified_us = progress->last_modified_us;
    if (!journal_has_progress(file)) {
        job_forget_progress(job, file); /* learned about a file that has not begun */
    }
    return ODO_OK;
}

static enum odo_status settle(struct reading *reading)
{
    struct job *job = &reading->job;

    if (job->error_file != UINT32_MAX && job->error_file >= job->file_count) {
        return ODO_E_DAMAGED;
    }
    for (uint32_t i = 0; i < job->file_count; i++) {
        enum odo_status status = settle_progress(job, job->files[i], &reading->progress[i]);

        if (status != ODO_OK) {
            return status;
        }
    }
    return ODO_OK;
}

/* Read the valid records in order. */
static enum odo_status read_records(const struct record_row *row,
                                    const struct journal_reading *read, struct reading *reading)
{
    enum odo_status status = ODO_OK;
    size_t at = 0;

    for (uint64_t number = 0; number < read->row && status == ODO_OK; number++) {
        struct record_payload payload = record_row_next(row, number, &at);
        struct reader reader = {payload.data, payload.size, ODO_OK};

        read_record(&reader, reading, number);
        status = reader.status;
    }
    if (status == ODO_OK && (read->row == 0 || read->row < reading->records)) {
        status = ODO_E_DAMAGED;
    }
    return status == ODO_OK ? settle(reading) : status;
}

enum odo_status journal_read(const void *data, size_t size, const char *boot_id,
                             struct job *job_out, struct journal_reading *reading_out)
{
    static const struct odo_job_id no_id = {{0}};
    struct record_row row = record_row_of(data, size);
    struct journal_reading read = {0};
    struct reading reading = {.boot_id = boot_id};
    enum odo_status status = record_row_measure(&row, boot_id, &read);

    job_init(&reading.job, &no_id, 0);
    if (status == ODO_OK) {
        status = read_records(&row, &read, &reading);
    }
    if (status == ODO_OK) {
        *job_out = reading.job;
        read.is_old = row.is_old || reading.version < JOURNAL_VERSION;
        *reading_out = read;
    } else {
        job_free(&reading.job);
    }
    for (uint32_t i = 0; i < reading.progress_capacity; i++) {
        checkpoint_free(&reading.progress[i].checkpoint);
    }
    memory_free(reading.progress);
    return status;
}
