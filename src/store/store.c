#include "store/store.h"

#include "base/log.h"
#include "base/memory.h"
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
};

/* Some systems check all locks of a file before they grant another: so there are many files,
 * each opened on first use. */
enum { SHARES = 64 };

/* The numbers of one lock file that we own. */
struct share {
    struct platform_lock_file *owners; /* "owners-3f.lock"; NULL before the first claim */
    uint64_t *numbers;                 /* locked; sorted */
    size_t count;
    size_t capacity;
};

struct store {
    char *folder; /* owned */
    struct platform_lock_file
        *anchor; /* "owners.lock": keeps the folder from being moved while it is open */
    char boot_id[PLATFORM_BOOT_ID_SIZE];
    struct platform_mutex *lock; /* guards `shares` */
    struct share shares[SHARES];
};

/* --- Names ---------------------------------------------------------------------------- */

/* Windows' text form of a GUID: the first three groups are little-endian numbers. */
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

/* Parse the id from a name written by write_name(); false for any other name. */
bool store_read_name(const char *name, const char *extension, struct odo_job_id *id_out)
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

char *store_path(const struct store *store, const struct odo_job_id *id, const char *extension)
{
    char name[NAME_SIZE];

    write_name(id, extension, name);
    return platform_path_join(store->folder, name);
}

/* For journals that are damaged or were written by a newer version. */
static const char *const aside_extensions[] = {
    [STORE_DAMAGED] = ".damaged",
    [STORE_NEWER] = ".newer",
};

enum { ASIDE_MOST = 100 }; /* per job */

enum odo_status store_find_aside_path(const struct store *store, const struct odo_job_id *id,
                                      enum store_aside why, char **path_out)
{
    const char *extension = aside_extensions[why];

    for (int i = 1; i <= ASIDE_MOST; i++) {
        struct platform_file_view view;
        char numbered[16];
        char *path;

        if (i == 1) {
            snprintf(numbered, sizeof(numbered), "%s", extension);
        } else {
            snprintf(numbered, sizeof(numbered), "-%d%s", i, extension);
        }
        path = store_path(store, id, numbered);
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

/* The lock number of a job's journal or leftovers: below 2^62. */
static uint64_t number_of(const struct odo_job_id *id, enum store_thing thing)
{
    uint64_t number;

    memcpy(&number, id->bytes + 8, sizeof(number));
    if (thing == STORE_LEFTOVERS) {
        number = ~number;
    }
    return number & ((uint64_t)INT64_MAX >> 1);
}

/* --- Ownership ------------------------------------------------------------------------ */

static struct share *share_of(struct store *store, uint64_t number)
{
    return &store->shares[number % SHARES];
}

/* The index of the number among those we own, or where it would be inserted. */
static size_t place_of_number(const struct share *share, uint64_t number)
{
    size_t first = 0;
    size_t end = share->count;

    while (first < end) {
        size_t middle = first + (end - first) / 2;

        if (share->numbers[middle] < number) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    return first;
}

static bool owns(const struct share *share, uint64_t number)
{
    size_t place = place_of_number(share, number);

    return place < share->count && share->numbers[place] == number;
}

/* Make room for one more number, and open the file in which it is locked. */
static enum odo_status prepare_share(const struct store *store, struct share *share)
{
    char name[20];
    char *path;
    enum odo_status status = ODO_E_OUT_OF_MEMORY;

    if (share->count == share->capacity) {
        size_t capacity = share->capacity ? share->capacity * 2 : 4;
        uint64_t *larger = memory_resize(share->numbers, capacity, sizeof(*larger));

        if (!larger) {
            return ODO_E_OUT_OF_MEMORY;
        }
        share->numbers = larger;
        share->capacity = capacity;
    }
    if (share->owners) {
        return ODO_OK;
    }
    snprintf(name, sizeof(name), "owners-%02x.lock", (unsigned)(share - store->shares));
    path = platform_path_join(store->folder, name);
    if (path) {
        status = platform_lock_file_open(path, &share->owners);
    }
    memory_free(path);
    return status;
}

/* Within this process and among others: on some systems a process can lock a number twice. */
enum odo_status store_own(struct store *store, const struct odo_job_id *id,
                          enum store_thing thing)
{
    uint64_t number = number_of(id, thing);
    struct share *share = share_of(store, number);
    enum odo_status status;

    platform_mutex_lock(store->lock);
    status = owns(share, number) ? ODO_E_SHARING_VIOLATION : prepare_share(store, share);
    if (status == ODO_OK) {
        status = platform_lock_file_claim(share->owners, number);
    }
    if (status == ODO_OK) {
        size_t place = place_of_number(share, number);

        memmove(share->numbers + place + 1, share->numbers + place,
                (share->count - place) * sizeof(*share->numbers));
        share->numbers[place] = number;
        share->count++;
    }
    platform_mutex_unlock(store->lock);
    return status;
}

void store_disown(struct store *store, const struct odo_job_id *id, enum store_thing thing)
{
    uint64_t number = number_of(id, thing);
    struct share *share = share_of(store, number);
    size_t place;

    platform_mutex_lock(store->lock);
    assert(owns(share, number));
    place = place_of_number(share, number);
    share->count--;
    memmove(share->numbers + place, share->numbers + place + 1,
            (share->count - place) * sizeof(*share->numbers));
    platform_lock_file_release(share->owners, number);
    platform_mutex_unlock(store->lock);
}

/* --- The store ------------------------------------------------------------------------ */

/* A partial rewrite left by a process that has ended is useless. */
static bool remove_leftover(void *context, const char *name, bool is_ordinary)
{
    struct store *store = context;
    struct odo_job_id id;

    if (is_ordinary && store_read_name(name, ".new", &id) &&
        store_own(store, &id, STORE_JOURNAL) == ODO_OK) {
        char *path = platform_path_join(store->folder, name);

        if (path) {
            platform_file_remove(path);
        }
        memory_free(path);
        store_disown(store, &id, STORE_JOURNAL);
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
    store->lock = platform_mutex_create_ranked(LOCK_STORE);
    owners = platform_path_join(folder, "owners.lock");
    if (store->folder && store->lock && owners) {
        status = platform_lock_file_open(owners, &store->anchor);
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
    if (!store) {
        return;
    }
    for (size_t i = 0; i < SHARES; i++) {
        assert(store->shares[i].count == 0);
        platform_lock_file_close(store->shares[i].owners);
        memory_free(store->shares[i].numbers);
    }
    platform_lock_file_close(store->anchor);
    platform_mutex_free(store->lock);
    memory_free(store->folder);
    memory_free(store);
}

const char *store_folder(const struct store *store)
{
    return store->folder;
}

const char *store_boot_id(const struct store *store)
{
    return store->boot_id;
}

struct listing {
    bool (*visit)(void *context, const struct odo_job_id *id);
    void *context;
};

/* What is no file is listed as well: taking it up shows that it is no journal. */
static bool visit_name(void *context, const char *name, bool is_ordinary)
{
    const struct listing *listing = context;
    struct odo_job_id id;

    (void)is_ordinary;
    return !store_read_name(name, ".job", &id) || listing->visit(listing->context, &id);
}

enum odo_status store_list(struct store *store,
                           bool (*visit)(void *context, const struct odo_job_id *id),
                           void *context)
{
    struct listing listing = {visit, context};

    return platform_path_list(store->folder, visit_name, &listing);
}

/* True for a name generated by find_aside_path(). */
static bool is_set_aside(const char *name)
{
    struct odo_job_id id;
    char prefix[ID_TEXT_LENGTH + 1];

    if (strlen(name) <= ID_TEXT_LENGTH) {
        return false;
    }
    memcpy(prefix, name, ID_TEXT_LENGTH);
    prefix[ID_TEXT_LENGTH] = '\0';
    if (!store_read_name(prefix, "", &id)) {
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

static bool visit_set_aside(void *context, const char *name, bool is_ordinary)
{
    struct aside_listing *listing = context;
    char *path;
    bool goes_on;

    (void)is_ordinary;
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
