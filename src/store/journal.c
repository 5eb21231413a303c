#include "store/journal.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/text.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "platform/lock_file.h"
#include "platform/path.h"
#include "platform/thread.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    ID_TEXT_LENGTH = 36, /* 01234567-89ab-cdef-0123-456789abcdef */
    NAME_SIZE = ID_TEXT_LENGTH + 16,
    /* Appended records may come to this much, or to as much as the rest, before a rewrite. */
    APPENDED_LEAST = 256 * 1024,
    /* A larger buffer than this is not kept from one commit to the next. */
    PENDING_KEPT_MOST = 64 * 1024,
};

struct store {
    char *folder; /* owned */
    struct platform_lock_file *owners;
    char boot_id[PLATFORM_BOOT_ID_SIZE];
    struct platform_mutex *lock; /* guards `owned` */
    struct {
        uint64_t *numbers; /* of the jobs that we own; sorted */
        size_t count;
        size_t capacity;
    } owned;
};

struct journal {
    struct store *store;
    struct odo_job_id id;
    char *path;                 /* owned; at hand, so that removing it asks for no memory */
    struct platform_file *file; /* NULL when it must be opened again */
    uint64_t size;              /* of the good part of the file */
    uint64_t rewritten_size;    /* of that, what the last rewrite has written */
    uint64_t row;               /* records in it */
    struct buffer pending;      /* to be appended */
    uint64_t pending_row;
    uint64_t durable; /* bytes that would survive a power cut, at least */
    bool is_unfit;    /* in the format of an earlier version, or with rubbish at its end */
};

/* --- Names ---------------------------------------------------------------------------- */

/* A GUID as Windows writes it: the first three groups are little-endian numbers. */
static const uint8_t id_order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

static void write_name(const struct odo_job_id *id, const char *extension, char name[NAME_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    char *next = name;

    for (int i = 0; i < 16; i++) {
        uint8_t byte = id->bytes[id_order[i]];

        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *next++ = '-';
        }
        *next++ = digits[byte >> 4];
        *next++ = digits[byte & 15];
    }
    memcpy(next, extension, strlen(extension) + 1);
}

static int digit_value(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* The id in a name such as write_name() makes; false for every other name. */
static bool read_name(const char *name, const char *extension, struct odo_job_id *id_out)
{
    struct odo_job_id id = {{0}};
    const char *next = name;

    if (strlen(name) != ID_TEXT_LENGTH + strlen(extension) ||
        strcmp(name + ID_TEXT_LENGTH, extension) != 0) {
        return false;
    }
    for (int i = 0; i < 16; i++) {
        int high;
        int low;

        if ((i == 4 || i == 6 || i == 8 || i == 10) && *next++ != '-') {
            return false;
        }
        high = digit_value(next[0]);
        low = high < 0 ? -1 : digit_value(next[1]);
        if (low < 0) {
            return false;
        }
        id.bytes[id_order[i]] = (uint8_t)(high * 16 + low);
        next += 2;
    }
    *id_out = id;
    return true;
}

static char *path_of(const struct store *store, const struct odo_job_id *id,
                     const char *extension)
{
    char name[NAME_SIZE];

    write_name(id, extension, name);
    return platform_path_join(store->folder, name);
}

/* What cannot be read, because it is damaged or was written by a newer version. */
static const char *const aside_extensions[] = {".damaged", ".newer"};

enum { ASIDE_MOST = 100 }; /* of one job */

/*
 * A name for what is set aside that nothing has: "<id>.damaged", "<id>-2.damaged" ...
 *
 *   ODO_E_ALREADY_EXISTS   all are taken
 */
static enum odo_status find_aside_path(const struct store *store, const struct odo_job_id *id,
                                       const char *extension, char **path_out)
{
    for (int i = 1; i <= ASIDE_MOST; i++) {
        struct platform_file_view view;
        char numbered[16];
        char *path;

        if (i == 1) {
            snprintf(numbered, sizeof(numbered), "%s", extension);
        } else {
            snprintf(numbered, sizeof(numbered), "-%d%s", i, extension);
        }
        path = path_of(store, id, numbered);
        if (!path) {
            return ODO_E_OUT_OF_MEMORY;
        }
        if (platform_file_look(path, &view) == ODO_E_FILE_NOT_FOUND) {
            *path_out = path;
            return ODO_OK;
        }
        memory_free(path);
    }
    return ODO_E_ALREADY_EXISTS;
}

/* The number that stands for a job among the owners. */
static uint64_t number_of(const struct odo_job_id *id)
{
    uint64_t number;

    memcpy(&number, id->bytes + 8, sizeof(number));
    return number & ((uint64_t)INT64_MAX >> 1);
}

/* --- Who owns a job ------------------------------------------------------------------- */

/* Where the number is among those that we own, or would be. */
static size_t place_of_number(const struct store *store, uint64_t number)
{
    size_t first = 0;
    size_t end = store->owned.count;

    while (first < end) {
        size_t middle = first + (end - first) / 2;

        if (store->owned.numbers[middle] < number) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    return first;
}

static bool owns(const struct store *store, uint64_t number)
{
    size_t place = place_of_number(store, number);

    return place < store->owned.count && store->owned.numbers[place] == number;
}

/*
 * Own a job, in this process and among others: some systems let one lock file claim a number
 * twice. ODO_E_SHARING_VIOLATION when somebody owns it, be it us.
 */
static enum odo_status own(struct store *store, const struct odo_job_id *id)
{
    uint64_t number = number_of(id);
    enum odo_status status = ODO_OK;

    platform_mutex_lock(store->lock);
    if (owns(store, number)) {
        status = ODO_E_SHARING_VIOLATION;
    } else if (store->owned.count == store->owned.capacity) {
        size_t capacity = store->owned.capacity ? store->owned.capacity * 2 : 16;
        uint64_t *larger = memory_resize(store->owned.numbers, capacity, sizeof(*larger));

        if (larger) {
            store->owned.numbers = larger;
            store->owned.capacity = capacity;
        } else {
            status = ODO_E_OUT_OF_MEMORY;
        }
    }
    if (status == ODO_OK) {
        status = platform_lock_file_claim(store->owners, number);
    }
    if (status == ODO_OK) {
        size_t place = place_of_number(store, number);
        uint64_t *numbers = store->owned.numbers;

        memmove(numbers + place + 1, numbers + place,
                (store->owned.count - place) * sizeof(*numbers));
        numbers[place] = number;
        store->owned.count++;
    }
    platform_mutex_unlock(store->lock);
    return status;
}

static void disown(struct store *store, const struct odo_job_id *id)
{
    uint64_t number = number_of(id);
    uint64_t *numbers;
    size_t place;

    platform_mutex_lock(store->lock);
    numbers = store->owned.numbers;
    place = place_of_number(store, number);
    assert(owns(store, number));
    store->owned.count--;
    memmove(numbers + place, numbers + place + 1,
            (store->owned.count - place) * sizeof(*numbers));
    platform_lock_file_release(store->owners, number);
    platform_mutex_unlock(store->lock);
}

/* --- The store ------------------------------------------------------------------------ */

/* A journal that was being made anew when its process ended is of no use. */
static bool remove_leftover(void *context, const char *name)
{
    struct store *store = context;
    struct odo_job_id id;

    if (read_name(name, ".new", &id) && own(store, &id) == ODO_OK) {
        char *path = platform_path_join(store->folder, name);

        if (path) {
            platform_file_remove(path);
        }
        memory_free(path);
        disown(store, &id);
    }
    return true;
}

static const char *boot_id_of_a_test;

void store_use_boot_id(const char *boot_id)
{
    boot_id_of_a_test = boot_id;
}

enum odo_status store_open(const char *folder, struct store **store_out)
{
    struct store *store = memory_allocate_zeroed(1, sizeof(*store));
    char *owners = NULL;
    enum odo_status status = ODO_E_OUT_OF_MEMORY;

    if (!store) {
        return ODO_E_OUT_OF_MEMORY;
    }
    if (boot_id_of_a_test) {
        snprintf(store->boot_id, sizeof(store->boot_id), "%s", boot_id_of_a_test);
    } else {
        platform_clock_boot_id(store->boot_id);
    }
    store->folder = text_copy(folder);
    store->lock = platform_mutex_create();
    owners = platform_path_join(folder, "owners.lock");
    if (store->folder && store->lock && owners) {
        status = platform_lock_file_open(owners, &store->owners);
    }
    if (status == ODO_OK) {
        status = platform_path_check_private(folder); /* while a file in it is open */
    }
    if (status == ODO_OK) {
        status = platform_path_list(folder, remove_leftover, store);
    }
    memory_free(owners);
    if (status != ODO_OK) {
        store_close(store);
        return status;
    }
    *store_out = store;
    return ODO_OK;
}

void store_close(struct store *store)
{
    if (store) {
        assert(store->owned.count == 0);
        platform_lock_file_close(store->owners);
        platform_mutex_free(store->lock);
        memory_free(store->owned.numbers);
        memory_free(store->folder);
        memory_free(store);
    }
}

const char *store_boot_id(const struct store *store)
{
    return store->boot_id;
}

struct listing {
    bool (*visit)(void *context, const struct odo_job_id *id);
    void *context;
};

static bool visit_name(void *context, const char *name)
{
    const struct listing *listing = context;
    struct odo_job_id id;

    return !read_name(name, ".job", &id) || listing->visit(listing->context, &id);
}

enum odo_status store_list(struct store *store,
                           bool (*visit)(void *context, const struct odo_job_id *id),
                           void *context)
{
    struct listing listing = {visit, context};

    return platform_path_list(store->folder, visit_name, &listing);
}

/* True for a name that find_aside_path() gives. */
static bool is_set_aside(const char *name)
{
    struct odo_job_id id;
    char prefix[ID_TEXT_LENGTH + 1];

    if (strlen(name) <= ID_TEXT_LENGTH) {
        return false;
    }
    memcpy(prefix, name, ID_TEXT_LENGTH);
    prefix[ID_TEXT_LENGTH] = '\0';
    if (!read_name(prefix, "", &id)) {
        return false;
    }
    name += ID_TEXT_LENGTH;
    if (*name == '-') {
        name += 1 + strspn(name + 1, "0123456789");
    }
    return strcmp(name, aside_extensions[0]) == 0 || strcmp(name, aside_extensions[1]) == 0;
}

struct aside_listing {
    const struct store *store;
    bool (*visit)(void *context, const char *path);
    void *context;
    enum odo_status status;
};

static bool visit_set_aside(void *context, const char *name)
{
    struct aside_listing *listing = context;
    char *path;
    bool goes_on;

    if (!is_set_aside(name)) {
        return true;
    }
    path = platform_path_join(listing->store->folder, name);
    if (!path) {
        listing->status = ODO_E_OUT_OF_MEMORY;
        return false;
    }
    goes_on = listing->visit(listing->context, path);
    memory_free(path);
    return goes_on;
}

enum odo_status store_list_set_aside(struct store *store,
                                     bool (*visit)(void *context, const char *path),
                                     void *context)
{
    struct aside_listing listing = {store, visit, context, ODO_OK};
    enum odo_status status = platform_path_list(store->folder, visit_set_aside, &listing);

    return status == ODO_OK ? listing.status : status;
}

/* --- Journals ------------------------------------------------------------------------- */

static struct journal *journal_new(struct store *store, const struct odo_job_id *id)
{
    struct journal *journal = memory_allocate_zeroed(1, sizeof(*journal));

    if (journal) {
        journal->store = store;
        journal->id = *id;
        journal->path = path_of(store, id, ".job");
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
        buffer_free(&journal->pending); /* a file of many ranges passed through it */
    }
    buffer_clear(&journal->pending);
    journal->pending_row = journal->row;
}

/* Free all but the ownership. */
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
        disown(store, &id);
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

/* Open the file if it is not, because it was renamed and could not be opened then. */
static enum odo_status need_file(struct journal *journal)
{
    return journal->file ? ODO_OK : platform_file_open(journal->path, &journal->file);
}

enum odo_status journal_commit(struct journal *journal)
{
    struct buffer *pending = &journal->pending;
    enum odo_status status = need_file(journal);

    if (status == ODO_OK && journal->is_unfit) {
        status = ODO_E_UNEXPECTED; /* what is appended to that could not be read */
    }
    if (status == ODO_OK && pending->size > 0) {
        journal_stamp(pending->data, pending->size, journal->durable, journal->store->boot_id);
        status =
            platform_file_write_at(journal->file, journal->size, pending->data, pending->size);
    }
    if (status == ODO_OK) {
        journal->size += pending->size;
        journal->row = journal->pending_row;
    } else if (journal->file) {
        /* What was written in part must not be taken for a record, nor for damage. */
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

/* Write a whole journal under another name, and flush it. */
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
    char *new_path = path_of(journal->store, &journal->id, ".new");
    enum odo_status status = ODO_E_OUT_OF_MEMORY;

    if (!new_path) {
        return ODO_E_OUT_OF_MEMORY;
    }
    journal_stamp(bytes->data, bytes->size, 0, journal->store->boot_id);
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
        platform_file_flush_name(journal->path);
        journal->size = bytes->size;
        journal->rewritten_size = bytes->size;
        journal->row = row;
        journal->durable = bytes->size;
        journal->is_unfit = false;
        drop_pending(journal);
    }
    need_file(journal); /* or else later */

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
    status = own(store, &job->id);
    if (status != ODO_OK) {
        journal_free(journal);
        return status;
    }
    buffer_init(&bytes, JOURNAL_SIZE_MAX);
    status = need_file(journal);
    if (status == ODO_OK) {
        status = ODO_E_ALREADY_EXISTS;
    } else if (status == ODO_E_FILE_NOT_FOUND) {
        status = journal_write_all(&bytes, &row, job, store->boot_id);
    }
    if (status == ODO_OK) {
        status = journal_rewrite(journal, &bytes, row);
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

/* Paths that no client could have given are not ours. */
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

/* For the log, which is told no paths. */
static const char *name_in_store(const struct store *store, const char *path)
{
    const char *name = path + strlen(store->folder);

    return *name == '/' || *name == '\\' ? name + 1 : name;
}

/* The end of a journal will be cut off, and it is not sure that it was never whole. */
static enum odo_status keep_copy(const struct journal *journal, const void *data, size_t size)
{
    struct platform_file *file = NULL;
    char *aside = NULL;
    enum odo_status status =
        find_aside_path(journal->store, &journal->id, aside_extensions[0], &aside);

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

/* What is behind the last good record must go, or it might look whole behind the next one, or
 * be taken for damage. */
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
        status = journal_read(data, size, journal->store->boot_id, job_out, &reading);
    }
    if (status != ODO_OK) {
        memory_free(data);
        return status;
    }
    if (memcmp(job_out->id.bytes, journal->id.bytes, sizeof(journal->id.bytes)) != 0 ||
        !has_good_paths(job_out)) {
        status = ODO_E_DAMAGED; /* for example another job's journal under this one's name */
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
        find_aside_path(journal->store, &journal->id,
                        aside_extensions[why == ODO_E_NOT_SUPPORTED ? 1 : 0], &aside);

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

enum odo_status journal_adopt(struct store *store, const struct odo_job_id *id,
                              struct journal **journal_out, struct job *job_out)
{
    struct journal *journal = journal_new(store, id);
    enum odo_status status;

    if (!journal) {
        return ODO_E_OUT_OF_MEMORY;
    }
    status = own(store, id);
    if (status != ODO_OK) {
        journal_free(journal);
        return status;
    }
    status = load(journal, job_out);
    if (status == ODO_OK) {
        *journal_out = journal;
        return ODO_OK;
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
