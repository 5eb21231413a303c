#include "store/journal.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/text.h"
#include "platform/file.h"
#include "platform/path.h"
#include "store/journal_read.h"
#include "store/record_row.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    /* Appended records may reach this size, or the size of the rest, before a rewrite. */
    APPENDED_LEAST = 256 * 1024,
    /* A larger buffer is not kept between commits. */
    PENDING_KEPT_MOST = 64 * 1024,
};

struct journal {
    struct store *store;
    struct odo_job_id id;
    char *path;                 /* owned; kept so that removing the file needs no allocation */
    struct platform_file *file; /* NULL if it has to be reopened */
    uint64_t size;              /* of the valid part of the file */
    uint64_t rewritten_size;    /* of that, the part written by the last rewrite */
    uint64_t row;               /* number of records in it */
    struct buffer pending;      /* records to append */
    uint64_t pending_row;
    uint64_t durable; /* bytes known to survive a power failure */
    bool is_unfit;    /* older format, or garbage at its end */
};

/* --- Journals ------------------------------------------------------------------------- */

static struct journal *journal_new(struct store *store, const struct odo_job_id *id)
{
    struct journal *journal = memory_allocate_zeroed(1, sizeof(*journal));

    if (journal) {
        journal->store = store;
        journal->id = *id;
        journal->path = store_path(store, id, ".job");
        buffer_init(&journal->pending, JOURNAL_SIZE_MAX);
    }
    if (journal && !journal->path) {
        memory_free(journal);
        journal = NULL;
    }
    return journal;
}

static void drop_pending(struct journal *journal)
{
    if (journal->pending.capacity > PENDING_KEPT_MOST) {
        buffer_free(&journal->pending); /* a file of many ranges may have enlarged it */
    }
    buffer_clear(&journal->pending);
    journal->pending_row = journal->row;
}

/* Free everything except the ownership. */
static void journal_free(struct journal *journal)
{
    platform_file_close(journal->file);
    buffer_free(&journal->pending);
    memory_free(journal->path);
    memory_free(journal);
}

void journal_close(struct journal *journal)
{
    if (journal) {
        struct store *store = journal->store;
        struct odo_job_id id = journal->id;

        journal_free(journal); /* first: the next owner will open it */
        store_disown(store, &id, STORE_JOURNAL);
    }
}

struct buffer *journal_buffer(struct journal *journal)
{
    return &journal->pending;
}

uint64_t *journal_row(struct journal *journal)
{
    return &journal->pending_row;
}

/* Reopen the file if that failed after it was renamed. */
static enum odo_status need_file(struct journal *journal)
{
    return journal->file ? ODO_OK : platform_file_open(journal->path, &journal->file);
}

enum odo_status journal_commit(struct journal *journal)
{
    struct buffer *pending = &journal->pending;
    enum odo_status status = need_file(journal);

    if (status == ODO_OK && journal->is_unfit) {
        status = ODO_E_UNEXPECTED; /* appended records could not be read */
    }
    if (status == ODO_OK && pending->size > 0) {
        journal_stamp(pending->data, pending->size, journal->durable,
                      store_boot_id(journal->store));
        status =
            platform_file_write_at(journal->file, journal->size, pending->data, pending->size);
    }
    if (status == ODO_OK) {
        journal->size += pending->size;
        journal->row = journal->pending_row;
    } else if (journal->file) {
        /* A partially written record must not be mistaken for a valid one, nor for damage. */
        journal->is_unfit =
            platform_file_set_size(journal->file, journal->size) != ODO_OK || journal->is_unfit;
    }
    drop_pending(journal);
    return status;
}

void journal_rollback(struct journal *journal)
{
    drop_pending(journal);
}

enum odo_status journal_flush(struct journal *journal)
{
    enum odo_status status = need_file(journal);

    if (status == ODO_OK) {
        status = platform_file_flush(journal->file);
    }
    if (status == ODO_OK) {
        journal->durable = journal->size;
    }
    return status;
}

bool journal_is_unfit(const struct journal *journal)
{
    return journal->is_unfit;
}

bool journal_is_long(const struct journal *journal)
{
    uint64_t appended = journal->size - journal->rewritten_size;

    return journal->is_unfit ||
           (appended > APPENDED_LEAST && appended > journal->rewritten_size);
}

/* Write a complete journal under another name and flush it. */
static enum odo_status write_anew(const char *path, const struct buffer *bytes)
{
    struct platform_file *file = NULL;
    enum odo_status status;

    status = platform_file_remove(path); /* left by a crash */
    if (status != ODO_OK && status != ODO_E_FILE_NOT_FOUND) {
        return status;
    }
    status = platform_file_create_private(path, &file);
    if (status != ODO_OK) {
        return status;
    }
    status = platform_file_write_at(file, 0, bytes->data, bytes->size);
    if (status == ODO_OK) {
        status = platform_file_flush(file);
    }
    platform_file_close(file); /* Windows cannot rename an open file */
    if (status != ODO_OK) {
        platform_file_remove(path);
    }
    return status;
}

enum odo_status journal_rewrite(struct journal *journal, struct buffer *bytes, uint64_t row)
{
    char *new_path = store_path(journal->store, &journal->id, ".new");
    enum odo_status status = ODO_E_OUT_OF_MEMORY;

    if (!new_path) {
        return ODO_E_OUT_OF_MEMORY;
    }
    journal_stamp(bytes->data, bytes->size, 0, store_boot_id(journal->store));
    status = write_anew(new_path, bytes);
    if (status != ODO_OK) {
        goto done;
    }
    platform_file_close(journal->file);
    journal->file = NULL;
    status = platform_file_rename(new_path, journal->path);
    if (status != ODO_OK) {
        platform_file_remove(new_path);
    } else {
        status = platform_file_flush_name(journal->path);
        journal->size = bytes->size;
        journal->rewritten_size = bytes->size;
        journal->row = row;
        journal->durable = status == ODO_OK ? bytes->size : 0;
        journal->is_unfit = false;
        drop_pending(journal);
    }
    need_file(journal); /* on failure, retried later */

done:
    memory_free(new_path);
    return status;
}

enum odo_status journal_create(struct store *store, const struct job *job,
                               struct journal **journal_out)
{
    struct journal *journal = journal_new(store, &job->id);
    struct buffer bytes;
    uint64_t row = 0;
    enum odo_status status;

    if (!journal) {
        return ODO_E_OUT_OF_MEMORY;
    }
    status = store_own(store, &job->id, STORE_JOURNAL);
    if (status != ODO_OK) {
        journal_free(journal);
        return status;
    }
    buffer_init(&bytes, JOURNAL_SIZE_MAX);
    status = need_file(journal);
    if (status == ODO_OK) {
        status = ODO_E_ALREADY_EXISTS;
    } else if (status == ODO_E_FILE_NOT_FOUND) {
        status = journal_write_all(&bytes, &row, job, store_boot_id(store));
    }
    if (status == ODO_OK) {
        status = journal_rewrite(journal, &bytes, row);
        if (status != ODO_OK) { /* it may have been renamed already, but not durably */
            platform_file_close(journal->file);
            journal->file = NULL;
            (void)platform_file_remove(journal->path);
        }
    }
    buffer_free(&bytes);
    if (status != ODO_OK) {
        journal_close(journal);
        return status;
    }
    *journal_out = journal;
    return ODO_OK;
}

/* The whole file; the caller frees it. */
static enum odo_status read_whole(struct platform_file *file, unsigned char **data_out,
                                  size_t *size_out)
{
    unsigned char *data;
    uint64_t size = 0;
    size_t got = 0;
    enum odo_status status = platform_file_get_size(file, &size);

    if (status != ODO_OK) {
        return status;
    }
    if (size == 0 || size > JOURNAL_SIZE_MAX) {
        return ODO_E_DAMAGED;
    }
    data = memory_allocate((size_t)size, 1);
    if (!data) {
        return ODO_E_OUT_OF_MEMORY;
    }
    status = platform_file_read_at(file, 0, data, (size_t)size, &got);
    if (status != ODO_OK) {
        memory_free(data);
        return status;
    }
    *data_out = data;
    *size_out = got;
    return ODO_OK;
}

/* Paths that no client could have given are not from us. */
static bool has_good_paths(const struct job *job)
{
    for (uint32_t i = 0; i < job->file_count; i++) {
        const char *path = job->files[i]->local_path;

        if (path && platform_path_check(path) != ODO_OK) {
            return false;
        }
    }
    return true;
}

/* Its name, since paths are not logged. */
static const char *name_in_store(const struct store *store, const char *path)
{
    const char *name = path + strlen(store_folder(store));

    return *name == '/' || *name == '\\' ? name + 1 : name;
}

/* The end of a journal is about to be cut off, although it may have been valid once: keep a
 * copy. */
static enum odo_status keep_copy(const struct journal *journal, const void *data, size_t size)
{
    struct platform_file *file = NULL;
    char *aside = NULL;
    enum odo_status status =
        store_find_aside_path(journal->store, &journal->id, STORE_DAMAGED, &aside);

    if (status == ODO_OK) {
        status = platform_file_create_private(aside, &file);
    }
    if (status == ODO_OK) {
        status = platform_file_write_at(file, 0, data, size);
    }
    if (status == ODO_OK) {
        status = platform_file_flush(file);
    }
    platform_file_close(file);
    if (status == ODO_OK) {
        log_write(LOG_WARNING,
                  "the last that was recorded of a job could not be read after the machine was "
                  "started anew; as it was found it is kept as %s",
                  name_in_store(journal->store, aside));
    } else if (file) {
        platform_file_remove(aside);
    }
    memory_free(aside);
    return status;
}

/* Remove what follows the last valid record: it might look valid after the next one, or like
 * damage. */
static enum odo_status cut_off(struct journal *journal, uint64_t size)
{
    enum odo_status status = platform_file_set_size(journal->file, size);

    return status == ODO_OK ? platform_file_flush(journal->file) : status;
}

/* Open and read the journal of a job that we own. */
static enum odo_status load(struct journal *journal, struct job *job_out)
{
    struct journal_reading reading;
    unsigned char *data = NULL;
    size_t size = 0;
    enum odo_status status = platform_file_open(journal->path, &journal->file);

    if (status == ODO_OK) {
        status = read_whole(journal->file, &data, &size);
    }
    if (status == ODO_OK) {
        status = journal_read(data, size, store_boot_id(journal->store), job_out, &reading);
    }
    if (status != ODO_OK) {
        memory_free(data);
        return status;
    }
    if (memcmp(job_out->id.bytes, journal->id.bytes, sizeof(journal->id.bytes)) != 0 ||
        !has_good_paths(job_out)) {
        status = ODO_E_DAMAGED; /* for instance another job's journal, renamed */
    } else if (reading.was_torn) {
        status = keep_copy(journal, data, size);
    }
    memory_free(data);
    if (status == ODO_OK && reading.size < size) {
        status = cut_off(journal, reading.size);
        reading.durable = reading.size;
    }
    if (status != ODO_OK) {
        job_free(job_out);
        return status;
    }
    journal->durable = reading.durable;
    journal->size = reading.size;
    journal->rewritten_size = reading.size;
    journal->row = reading.row;
    journal->is_unfit = reading.is_old;
    drop_pending(journal);
    return ODO_OK;
}

static void set_aside(struct journal *journal, enum odo_status why)
{
    char *aside = NULL;
    enum odo_status status =
        store_find_aside_path(journal->store, &journal->id,
                              why == ODO_E_NOT_SUPPORTED ? STORE_NEWER : STORE_DAMAGED, &aside);

    platform_file_close(journal->file);
    journal->file = NULL;
    if (status == ODO_OK) {
        status = platform_file_rename(journal->path, aside);
    }
    if (status == ODO_OK) {
        log_write(LOG_WARNING, "a job could not be read (%s) and was set aside as %s",
                  status_name(why), name_in_store(journal->store, aside));
    } else {
        log_write(LOG_WARNING, "a job could not be read (%s), nor set aside (%s)",
                  status_name(why), status_name(status));
    }
    memory_free(aside);
}

/* A link, folder or pipe has the journal's name. */
static bool is_no_file(const struct journal *journal)
{
    struct platform_file_view view;

    return platform_file_look(journal->path, &view) == ODO_OK && !view.is_ordinary;
}

enum odo_status journal_adopt(struct store *store, const struct odo_job_id *id,
                              struct journal **journal_out, struct job *job_out)
{
    struct journal *journal = journal_new(store, id);
    enum odo_status status;

    if (!journal) {
        return ODO_E_OUT_OF_MEMORY;
    }
    status = store_own(store, id, STORE_JOURNAL);
    if (status != ODO_OK) {
        journal_free(journal);
        return status;
    }
    status = load(journal, job_out);
    if (status == ODO_OK) {
        *journal_out = journal;
        return ODO_OK;
    }
    if (is_no_file(journal)) {
        status = ODO_E_DAMAGED;
    }
    if (status == ODO_E_DAMAGED || status == ODO_E_NOT_SUPPORTED) {
        set_aside(journal, status);
    }
    journal_close(journal);
    return status == ODO_E_FILE_NOT_FOUND ? ODO_E_NOT_FOUND : status;
}

enum odo_status journal_remove(struct journal *journal)
{
    enum odo_status status;

    platform_file_close(journal->file); /* Windows cannot delete an open file */
    journal->file = NULL;
    status = platform_file_remove(journal->path);
    if (status == ODO_OK || status == ODO_E_FILE_NOT_FOUND) {
        journal_close(journal);
        return ODO_OK;
    }
    return status;
}
