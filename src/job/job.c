#include "job/job.h"

#include "base/memory.h"
#include "base/text.h"
#include "ranges/request_plan.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    PRIORITY_NORMAL = 2,
    PRIORITY_LAST = 3,
    NOTIFY_TRANSFERRED_AND_ERROR = 3,
    NO_PROGRESS_FOREGROUND_S = 3600,
    NO_PROGRESS_BACKGROUND_S = 86400,
    MINIMUM_RETRY_DELAY_S = 600,
    FILES_FIRST = 8,
    HOLES_MAX = 1000 * 1000, /* of a truncated file; equals the limit for journals */
};

void job_init(struct job *job, const struct odo_job_id *id, int64_t now_us)
{
    *job = (struct job){
        .id = *id,
        .state = ODO_JOB_SUSPENDED,
        .times = {.created_us = now_us, .modified_us = now_us},
        .error_file = UINT32_MAX,
    };
}

void job_free(struct job *job)
{
    for (uint32_t i = 0; i < job->file_count; i++) {
        job_file_free(job->files[i]);
    }
    memory_free(job->files);
    for (size_t i = 0; i < ODO_JOB_TEXT_COUNT; i++) {
        memory_free(job->texts[i]);
    }
    *job = (struct job){0};
}

void job_file_free(struct job_file *file)
{
    if (!file) {
        return;
    }
    memory_free(file->file_id);
    memory_free(file->url);
    memory_free(file->local_path);
    memory_free(file->temporary_path);
    memory_free(file->ranges);
    range_set_free(&file->wanted);
    checkpoint_free(&file->checkpoint);
    memory_free(file->integrity_info);
    memory_free(file->response_headers);
    memory_free(file->effective_url);
    memory_free(file->server_address);
    memory_free(file);
}

bool job_file_has_begun(const struct job_file *file)
{
    return file->local_path && file->stage >= JOB_FILE_BEGUN;
}

static bool size_is_possible(uint64_t file_size)
{
    return file_size <= BYTE_OFFSET_LIMIT || file_size == ODO_SIZE_UNKNOWN;
}

/* Copy the ranges once and validate the copy: the client may modify its memory meanwhile. */
static enum odo_status take_ranges(struct job_file *file,
                                   const struct odo_file_request *request)
{
    static const struct byte_range everything = {0, BYTE_RANGE_TO_END};
    enum odo_status status;

    if (!size_is_possible(request->file_size)) {
        return ODO_E_INVALID_RANGE;
    }
    if (request->range_count == 0) {
        return range_set_build(&everything, 1, ODO_SIZE_UNKNOWN, &file->wanted);
    }
    file->ranges = memory_allocate(request->range_count, sizeof(*file->ranges));
    if (!file->ranges) {
        return ODO_E_OUT_OF_MEMORY;
    }
    memcpy(file->ranges, request->ranges, request->range_count * sizeof(*file->ranges));
    file->range_count = request->range_count;
    status =
        range_set_build(file->ranges, file->range_count, request->file_size, &file->wanted);
    return status;
}

/* The number of bytes the client will get; known now if no range is open-ended, or the size is
 * known. */
static uint64_t total_of(const struct job_file *file)
{
    uint64_t total = range_set_total(&file->wanted);
    const struct byte_range *last = &file->wanted.items[file->wanted.count - 1];

    if (total != ODO_SIZE_UNKNOWN || file->stated_size == ODO_SIZE_UNKNOWN) {
        return total;
    }
    total = file->stated_size - last->offset;
    for (size_t i = 0; i + 1 < file->wanted.count; i++) {
        total += file->wanted.items[i].length;
    }
    return total;
}

enum odo_status job_file_create(const struct odo_file_request *request,
                                struct job_file **file_out)
{
    struct job_file *file = memory_allocate_zeroed(1, sizeof(*file));
    enum odo_status status;

    if (!file) {
        return ODO_E_OUT_OF_MEMORY;
    }
    checkpoint_init(&file->checkpoint);
    file->unwritten = JOB_FILE_BYTES;
    file->stated_size = request->file_size;
    file->file_size = request->file_size;
    file->statistics.file_size = request->file_size;
    file->file_id = text_copy(request->file_id);
    file->url = text_copy(request->url);
    file->local_path = request->local_path ? text_copy(request->local_path) : NULL;
    status = file->file_id && file->url && (file->local_path || !request->local_path)
                 ? take_ranges(file, request)
                 : ODO_E_OUT_OF_MEMORY;
    if (status != ODO_OK) {
        job_file_free(file);
        return status;
    }
    file->bytes_total = total_of(file);
    *file_out = file;
    return ODO_OK;
}

static bool copy_text(const char *text, char **copy_out)
{
    *copy_out = text ? text_copy(text) : NULL;
    return !text || *copy_out;
}

/* Copy what does not depend on the request. */
static enum odo_status copy_lasting(const struct job_file *from, struct job_file *to)
{
    to->statistics = from->statistics;
    to->integrity_is_mandatory = from->integrity_is_mandatory;
    return copy_text(from->integrity_info, &to->integrity_info) &&
                   copy_text(from->temporary_path, &to->temporary_path) &&
                   copy_text(from->response_headers, &to->response_headers) &&
                   copy_text(from->effective_url, &to->effective_url) &&
                   copy_text(from->server_address, &to->server_address)
               ? ODO_OK
               : ODO_E_OUT_OF_MEMORY;
}

/* Copy what is known of the remote file, with nothing received. */
static enum odo_status copy_version(const struct job_file *from, struct job_file *to)
{
    to->file_size = from->file_size;
    to->last_modified_us = from->last_modified_us;
    to->checkpoint.file_size = from->checkpoint.file_size;
    return copy_text(from->checkpoint.entity_tag, &to->checkpoint.entity_tag) &&
                   copy_text(from->checkpoint.last_modified, &to->checkpoint.last_modified) &&
                   copy_text(from->checkpoint.content_encoding,
                             &to->checkpoint.content_encoding)
               ? ODO_OK
               : ODO_E_OUT_OF_MEMORY;
}

enum odo_status job_file_change(const struct job_file *file,
                                const struct job_file_change *change,
                                struct job_file **file_out)
{
    struct odo_file_request request = {
        .file_id = file->file_id,
        .url = file->url,
        .local_path = file->local_path,
        .ranges = change->ranges,
        .range_count = change->range_count,
        .file_size = change->keeps_version ? file->file_size : change->stated_size,
    };
    struct job_file *changed = NULL;
    enum odo_status status = job_file_create(&request, &changed);

    if (status != ODO_OK) {
        return status;
    }
    changed->stated_size = change->stated_size;
    changed->output_base = change->output_base;
    if (change->output_base > 0) {
        changed->stage = JOB_FILE_BEGUN;
        changed->checkpoint.begun = true;
        changed->checkpoint.temporary = file->checkpoint.temporary;
        changed->unwritten = 0; /* the change is not to be recorded yet */
    }
    if (changed->bytes_total != ODO_SIZE_UNKNOWN &&
        changed->bytes_total > BYTE_OFFSET_LIMIT - change->output_base) {
        status = ODO_E_INVALID_RANGE;
    }
    if (status == ODO_OK) {
        status = copy_lasting(file, changed);
    }
    if (status == ODO_OK && change->keeps_version) {
        status = copy_version(file, changed);
    }
    changed->statistics.file_size = changed->file_size;
    if (status != ODO_OK) {
        job_file_free(changed);
        return status;
    }
    *file_out = changed;
    return ODO_OK;
}

static void count_in(struct job *job, const struct job_file *file)
{
    if (file->bytes_total == ODO_SIZE_UNKNOWN) {
        job->totals.unknown++;
    } else {
        job->totals.bytes_total += file->bytes_total;
    }
    job->totals.bytes_had += file->bytes_had;
    job->totals.transferred += file->stage >= JOB_FILE_TRANSFERRED;
    job->totals.completed += file->stage == JOB_FILE_COMPLETED;
}

static void count_out(struct job *job, const struct job_file *file)
{
    if (file->bytes_total == ODO_SIZE_UNKNOWN) {
        job->totals.unknown--;
    } else {
        job->totals.bytes_total -= file->bytes_total;
    }
    job->totals.bytes_had -= file->bytes_had;
    job->totals.transferred -= file->stage >= JOB_FILE_TRANSFERRED;
    job->totals.completed -= file->stage == JOB_FILE_COMPLETED;
}

enum odo_status job_append(struct job *job, struct job_file *file)
{
    if (job->file_count == ODO_FILES_MAX) {
        return ODO_E_TOO_MANY;
    }
    if (job->file_count == job->file_capacity) {
        uint32_t capacity = job->file_capacity ? job->file_capacity * 2 : FILES_FIRST;
        struct job_file **larger;

        larger = memory_resize(job->files, capacity, sizeof(*larger));
        if (!larger) {
            return ODO_E_OUT_OF_MEMORY;
        }
        job->files = larger;
        job->file_capacity = capacity;
    }
    job->files[job->file_count++] = file;
    count_in(job, file);
    job_note_unwritten(job, job->file_count - 1, JOB_FILE_DEFINITION);
    return ODO_OK;
}

void job_note_unwritten(struct job *job, uint32_t index, unsigned what)
{
    job->files[index]->unwritten |= what;
    if (job->unsaved_first == job->unsaved_end) {
        job->unsaved_first = index;
        job->unsaved_end = index + 1;
    } else if (index < job->unsaved_first) {
        job->unsaved_first = index;
    } else if (index >= job->unsaved_end) {
        job->unsaved_end = index + 1;
    }
}

void job_note_saved(struct job *job)
{
    for (uint32_t i = job->unsaved_first; i < job->unsaved_end; i++) {
        job->files[i]->unwritten &= (unsigned)JOB_FILE_BYTES;
    }
    job->is_unsaved = false;
    job->saved_files = job->file_count;
    job->unsaved_first = 0;
    job->unsaved_end = 0;
}

struct job_file *job_remove_last(struct job *job)
{
    struct job_file *file;

    assert(job->file_count > 0);
    file = job->files[--job->file_count];
    count_out(job, file);
    if (job->unsaved_end > job->file_count) {
        job->unsaved_end = job->file_count;
    }
    if (job->unsaved_first >= job->unsaved_end) {
        job->unsaved_first = 0;
        job->unsaved_end = 0;
    }
    return file;
}

void job_replace(struct job *job, uint32_t index, struct job_file *file)
{
    assert(index < job->file_count);
    count_out(job, job->files[index]);
    job_file_free(job->files[index]);
    job->files[index] = file;
    count_in(job, file);
}

void job_exchange_file(struct job *job, uint32_t index, struct job_file *other)
{
    struct job_file *file = job->files[index];
    struct job_file kept = *file;

    count_out(job, file);
    *file = *other;
    *other = kept;
    count_in(job, file);
    job_note_unwritten(job, index, JOB_FILE_DEFINITION);
}

/* The number of wanted bytes that a checkpoint lists as received, and the total. */
static enum odo_status measure(const struct job_file *file, const struct checkpoint *checkpoint,
                               uint64_t *total_out, uint64_t *had_out)
{
    struct range_set closed = {0};
    struct request_plan plan;
    uint64_t size =
        checkpoint->file_size != ODO_SIZE_UNKNOWN ? checkpoint->file_size : file->stated_size;
    enum odo_status status =
        range_set_build(file->wanted.items, file->wanted.count, ODO_SIZE_UNKNOWN, &closed);

    if (status == ODO_OK && size != ODO_SIZE_UNKNOWN) {
        status = range_set_close(&closed, size);
    }
    if (status == ODO_OK) {
        status = request_plan_restore(&plan, &closed, checkpoint->cursor, checkpoint->holes,
                                      checkpoint->hole_count);
    }
    if (status == ODO_OK) {
        *total_out = range_set_total(&closed);
        *had_out = plan.remaining == ODO_SIZE_UNKNOWN ? 0 : *total_out - plan.remaining;
        request_plan_free(&plan);
    }
    range_set_free(&closed);
    return status == ODO_E_INVALID_RANGE ? ODO_E_DAMAGED : status;
}

enum odo_status job_restore_progress(struct job *job, struct job_file *file,
                                     struct checkpoint *checkpoint)
{
    uint64_t total = 0;
    uint64_t had = 0;
    enum odo_status status = measure(file, checkpoint, &total, &had);

    if (status != ODO_OK) {
        return status;
    }
    checkpoint_free(&file->checkpoint);
    file->checkpoint = *checkpoint;
    checkpoint_init(checkpoint);
    file->file_size = file->checkpoint.file_size != ODO_SIZE_UNKNOWN
                          ? file->checkpoint.file_size
                          : file->stated_size;
    file->statistics.file_size = file->file_size;
    job_set_progress(job, file, total == ODO_SIZE_UNKNOWN ? file->bytes_total : total, had);
    return ODO_OK;
}

void job_forget_progress(struct job *job, struct job_file *file)
{
    bool is_kept = file->output_base > 0; /* bytes before it cannot be fetched again */

    if (is_kept) {
        checkpoint_restart(&file->checkpoint);
    } else {
        checkpoint_free(&file->checkpoint);
    }
    file->checkpoint.begun = is_kept;
    job_set_stage(job, file, is_kept ? JOB_FILE_BEGUN : JOB_FILE_QUEUED);
    count_out(job, file);
    file->unwritten |= JOB_FILE_BYTES;
    file->file_size = file->stated_size;
    file->statistics.file_size = file->stated_size;
    file->last_modified_us = 0;
    file->bytes_total = total_of(file);
    file->bytes_had = 0;
    count_in(job, file);
}

/* A growable list of ranges of the remote file. */
struct stretches {
    struct byte_range *items;
    size_t count;
    size_t capacity;
};

static enum odo_status add_stretch(struct stretches *list, uint64_t offset, uint64_t length)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 16;
        struct byte_range *larger = memory_resize(list->items, capacity, sizeof(*larger));

        if (!larger) {
            return ODO_E_OUT_OF_MEMORY;
        }
        list->items = larger;
        list->capacity = capacity;
    }
    list->items[list->count++] = (struct byte_range){offset, length};
    return ODO_OK;
}

/* Of a file with ranges, find what lies after its first `kept` bytes. */
static enum odo_status find_cut_ranges(const struct job_file *file, uint64_t kept,
                                       struct stretches *list)
{
    enum odo_status status = ODO_OK;
    uint64_t output = 0; /* output position of the range */

    for (uint32_t i = 0; i < file->range_count && status == ODO_OK; i++) {
        uint64_t offset = file->ranges[i].offset;
        uint64_t length = file->ranges[i].length;
        uint64_t good = kept > output ? kept - output : 0;

        if (length == BYTE_RANGE_TO_END) {
            length = file->file_size != ODO_SIZE_UNKNOWN && file->file_size > offset
                         ? file->file_size - offset
                         : BYTE_OFFSET_LIMIT - offset;
        }
        if (good < length) {
            status = add_stretch(list, offset + good, length - good);
        }
        output = length > BYTE_OFFSET_LIMIT - output ? BYTE_OFFSET_LIMIT : output + length;
    }
    return status;
}

static int compare_stretches(const void *left, const void *right)
{
    uint64_t one = ((const struct byte_range *)left)->offset;
    uint64_t other = ((const struct byte_range *)right)->offset;

    return one < other ? -1 : one > other;
}

/* Sort the ranges, merge adjacent ones, and drop what lies after the cursor. */
static void join_stretches(struct stretches *list, uint64_t cursor)
{
    size_t count = 0;

    if (list->count > 0) {
        qsort(list->items, list->count, sizeof(*list->items), compare_stretches);
    }
    for (size_t i = 0; i < list->count; i++) {
        struct byte_range next = list->items[i];
        struct byte_range *last = count > 0 ? &list->items[count - 1] : NULL;
        uint64_t end = next.offset + next.length;

        end = end < cursor ? end : cursor;
        if (next.offset >= end) {
            continue;
        }
        if (last && next.offset <= last->offset + last->length) {
            uint64_t last_end = last->offset + last->length;

            last->length = (end > last_end ? end : last_end) - last->offset;
        } else {
            list->items[count++] = (struct byte_range){next.offset, end - next.offset};
        }
    }
    list->count = count;
}

/* Everything missing below the cursor: previous holes and what was cut off. */
static enum odo_status find_cut(const struct job_file *file, uint64_t kept,
                                struct stretches *list)
{
    const struct checkpoint *checkpoint = &file->checkpoint;
    enum odo_status status = ODO_OK;

    for (size_t i = 0; i < checkpoint->hole_count && status == ODO_OK; i++) {
        status = add_stretch(list, checkpoint->holes[i].offset, checkpoint->holes[i].length);
    }
    if (status == ODO_OK && file->range_count > 0) {
        status = find_cut_ranges(file, kept, list);
    } else if (status == ODO_OK && kept < checkpoint->cursor) {
        status = add_stretch(list, kept, checkpoint->cursor - kept);
    }
    join_stretches(list, checkpoint->cursor);
    return status;
}

enum odo_status job_cut_progress(struct job *job, struct job_file *file, uint64_t kept)
{
    struct stretches list = {.items = NULL};
    struct checkpoint cut;
    enum odo_status status;

    checkpoint_init(&cut);
    status = find_cut(file, kept, &list);
    if (status == ODO_OK) {
        status = checkpoint_copy(&file->checkpoint, &cut);
    }
    if (status != ODO_OK) {
        memory_free(list.items);
        return status;
    }
    memory_free(cut.holes);
    cut.holes = list.items;
    cut.hole_count = list.count;
    status = list.count <= HOLES_MAX ? job_restore_progress(job, file, &cut) : ODO_E_DAMAGED;
    checkpoint_free(&cut);
    if (status == ODO_E_DAMAGED) {
        job_forget_progress(job, file);
        status = ODO_OK;
    }
    if (status == ODO_OK && file->stage >= JOB_FILE_TRANSFERRED &&
        file->bytes_had != file->bytes_total) {
        job_set_stage(job, file, JOB_FILE_BEGUN);
    }
    return status;
}

void job_set_progress(struct job *job, struct job_file *file, uint64_t bytes_total,
                      uint64_t bytes_had)
{
    count_out(job, file);
    file->bytes_total = bytes_total;
    file->bytes_had = bytes_had;
    count_in(job, file);
}

static bool may_follow(enum job_file_stage earlier, enum job_file_stage later)
{
    switch (later) {
    case JOB_FILE_QUEUED:
    case JOB_FILE_BEGUN:
        return true;
    case JOB_FILE_IN_DOUBT:
        return earlier == JOB_FILE_BEGUN;
    case JOB_FILE_TRANSFERRED:
        return earlier < JOB_FILE_TRANSFERRED;
    case JOB_FILE_COMPLETING:
        return earlier == JOB_FILE_TRANSFERRED;
    case JOB_FILE_COMPLETED:
        return earlier == JOB_FILE_COMPLETING || earlier == JOB_FILE_IN_DOUBT;
    }
    return false;
}

void job_set_stage(struct job *job, struct job_file *file, enum job_file_stage stage)
{
    assert(may_follow(file->stage, stage));
    (void)may_follow; /* unused without assertions */
    count_out(job, file);
    file->stage = stage;
    count_in(job, file);
}

struct odo_job_progress job_progress(const struct job *job)
{
    return (struct odo_job_progress){
        .bytes_total = job->totals.unknown > 0 ? ODO_SIZE_UNKNOWN : job->totals.bytes_total,
        .bytes_transferred = job->totals.bytes_had,
        .files_total = job->file_count,
        .files_transferred = job->totals.transferred,
    };
}

uint32_t job_number(const struct job *job, enum odo_job_number which)
{
    if (job->number_is_set[which]) {
        return job->numbers[which];
    }
    switch (which) {
    case ODO_JOB_PRIORITY:
        return PRIORITY_NORMAL;
    case ODO_JOB_NOTIFY_FLAGS:
        return NOTIFY_TRANSFERRED_AND_ERROR;
    case ODO_JOB_NO_PROGRESS_TIMEOUT:
        return job_number(job, ODO_JOB_PRIORITY) == 0 ? NO_PROGRESS_FOREGROUND_S
                                                      : NO_PROGRESS_BACKGROUND_S;
    case ODO_JOB_MINIMUM_RETRY_DELAY:
        return MINIMUM_RETRY_DELAY_S;
    case ODO_JOB_COST_FLAGS:
    case ODO_JOB_KIND:
    case ODO_JOB_VOLATILE:
    case ODO_JOB_SECURITY_FLAGS:
    case ODO_JOB_INSECURE_REDIRECTS:
    case ODO_JOB_HAS_STARTED:
    case ODO_JOB_RATE_LIMIT:
    case ODO_JOB_NUMBER_COUNT:
        break;
    }
    return 0;
}

static bool number_is_possible(enum odo_job_number which, uint32_t value)
{
    static const uint32_t security_flags =
        ODO_SECURITY_CHECK_REVOCATION | ODO_SECURITY_IGNORE_UNKNOWN_AUTHORITY |
        ODO_SECURITY_IGNORE_WRONG_USAGE | ODO_SECURITY_IGNORE_WRONG_NAME |
        ODO_SECURITY_IGNORE_DATE;

    switch (which) {
    case ODO_JOB_PRIORITY:
        return value <= PRIORITY_LAST;
    case ODO_JOB_VOLATILE:
    case ODO_JOB_INSECURE_REDIRECTS:
    case ODO_JOB_HAS_STARTED:
        return value <= 1;
    case ODO_JOB_SECURITY_FLAGS:
        return (value & ~security_flags) == 0;
    case ODO_JOB_NOTIFY_FLAGS:
    case ODO_JOB_NO_PROGRESS_TIMEOUT:
    case ODO_JOB_MINIMUM_RETRY_DELAY:
    case ODO_JOB_COST_FLAGS:
    case ODO_JOB_KIND:
    case ODO_JOB_RATE_LIMIT:
        return true;
    case ODO_JOB_NUMBER_COUNT:
        break;
    }
    return false;
}

enum odo_status job_set_number(struct job *job, enum odo_job_number which, uint32_t value)
{
    if (!number_is_possible(which, value)) {
        return ODO_E_INVALID_ARGUMENT;
    }
    job->numbers[which] = value;
    job->number_is_set[which] = true;
    return ODO_OK;
}

enum odo_status job_make_text(enum odo_job_text which, const char *text, char **text_out)
{
    static const size_t most[] = {
        [ODO_JOB_DISPLAY_NAME] = ODO_DISPLAY_NAME_MAX,
        [ODO_JOB_DESCRIPTION] = ODO_DESCRIPTION_MAX,
        [ODO_JOB_OWNER] = ODO_OWNER_MAX,
        [ODO_JOB_LISTENER] = ODO_OWNER_MAX,
        [ODO_JOB_HEADERS] = ODO_HEADERS_MAX,
        [ODO_JOB_AUTHENTICATION_HEADERS] = ODO_HEADERS_MAX,
        [ODO_JOB_CORRELATION_VECTOR] = ODO_SETTING_MAX,
        [ODO_JOB_CONTENT_ID] = ODO_SETTING_MAX,
        [ODO_JOB_CLIENT_CERTIFICATE] = ODO_SETTING_MAX,
        [ODO_JOB_HOST_DATA] = ODO_HEADERS_MAX,
    };
    char *copy;

    static_assert(sizeof(most) / sizeof(most[0]) == ODO_JOB_TEXT_COUNT, "each has a limit");
    if (which >= ODO_JOB_TEXT_COUNT || !text || !text_is_utf8(text)) {
        return ODO_E_INVALID_ARGUMENT;
    }
    if (text_utf16_length(text) > most[which]) {
        return ODO_E_STRING_TOO_LONG;
    }
    copy = text_copy(text);
    if (!copy) {
        return ODO_E_OUT_OF_MEMORY;
    }
    *text_out = copy;
    return ODO_OK;
}

enum odo_status job_set_text(struct job *job, enum odo_job_text which, const char *text)
{
    char *copy = NULL;
    enum odo_status status = job_make_text(which, text, &copy);

    if (status == ODO_OK) {
        memory_free(job->texts[which]);
        job->texts[which] = copy;
    }
    return status;
}
