#include "store/leftovers.h"

#include "base/buffer.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/text.h"
#include "platform/file.h"
#include "platform/path.h"
#include "platform/temporary_name.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

static const char extension[] = ".temporary";

/*
 * A record file is a sequence of paths, each with a terminating NUL, preceded by its length
 * including the NUL and by its XXH64, both little-endian. A crash may truncate the last one;
 * its file was not created then.
 */
enum {
    LENGTH_SIZE = 4,
    HEAD_SIZE = LENGTH_SIZE + 8,
    PATH_SIZE_MAX = 4 * 32768,
    RECORD_SIZE_MAX = 1024 * 1024 * 1024,
};

struct leftovers {
    struct store *store;
    struct odo_job_id id;
    char *path; /* owned; path of the record file */
    struct platform_file *file;
    uint64_t size;
};

static void store_number(unsigned char *bytes, uint64_t value, int size)
{
    for (int i = 0; i < size; i++) {
        bytes[i] = (unsigned char)(value >> (8 * i));
    }
}

static uint64_t load_number(const unsigned char *bytes, int size)
{
    uint64_t value = 0;

    for (int i = 0; i < size; i++) {
        value |= (uint64_t)bytes[i] << (8 * i);
    }
    return value;
}

enum odo_status leftovers_create(struct store *store, const struct odo_job_id *id,
                                 struct leftovers **leftovers_out)
{
    struct leftovers *leftovers = memory_allocate_zeroed(1, sizeof(*leftovers));
    enum odo_status status;

    if (!leftovers) {
        return ODO_E_OUT_OF_MEMORY;
    }
    leftovers->store = store;
    leftovers->id = *id;
    leftovers->path = store_path(store, id, extension);
    status = leftovers->path ? store_own(store, id, STORE_LEFTOVERS) : ODO_E_OUT_OF_MEMORY;
    if (status != ODO_OK) {
        memory_free(leftovers->path);
        memory_free(leftovers);
        return status;
    }
    status = platform_file_create_private(leftovers->path, &leftovers->file);
    if (status != ODO_OK) {
        leftovers_close(leftovers);
        return status;
    }
    *leftovers_out = leftovers;
    return ODO_OK;
}

enum odo_status leftovers_add(struct leftovers *leftovers, const char *path)
{
    unsigned char head[HEAD_SIZE];
    size_t size = strlen(path) + 1;
    struct buffer record;
    enum odo_status status;

    store_number(head, size, LENGTH_SIZE);
    store_number(head + LENGTH_SIZE, XXH64(path, size, 0), 8);
    buffer_init(&record, HEAD_SIZE + PATH_SIZE_MAX);
    status = buffer_append(&record, head, sizeof(head));
    if (status == ODO_OK) {
        status = buffer_append(&record, path, size);
    }
    if (status == ODO_OK) {
        status =
            platform_file_write_at(leftovers->file, leftovers->size, record.data, record.size);
    }
    if (status == ODO_OK) {
        leftovers->size += record.size;
    }
    buffer_free(&record);
    return status;
}

void leftovers_close(struct leftovers *leftovers)
{
    if (leftovers) {
        platform_file_close(leftovers->file);
        store_disown(leftovers->store, &leftovers->id, STORE_LEFTOVERS);
        memory_free(leftovers->path);
        memory_free(leftovers);
    }
}

void leftovers_remove(struct leftovers *leftovers)
{
    if (leftovers) {
        platform_file_close(leftovers->file); /* Windows cannot delete an open file */
        leftovers->file = NULL;
        (void)platform_file_remove(leftovers->path); /* on failure, the next sweep does it */
        leftovers_close(leftovers);
    }
}

/* --- Cleaning up ---------------------------------------------------------------------- */

/* Only our temporary files are ever removed, whatever a record says. */
static bool is_temporary_path(const char *path)
{
    const char *name = path;

    for (const char *next = path; *next; next++) {
        name = *next == '/' || *next == '\\' ? next + 1 : name;
    }
    return name != path && temporary_name_is(name) && platform_path_check(path) == ODO_OK;
}

/* True if the file no longer exists. */
static bool remove_one(const char *path)
{
    struct platform_file_view view;
    enum odo_status status;

    if (!is_temporary_path(path)) {
        return true;
    }
    status = platform_file_look(path, &view);
    if (status == ODO_OK && view.is_ordinary) {
        status = platform_file_remove(path);
    }
    return status == ODO_OK || status == ODO_E_FILE_NOT_FOUND || status == ODO_E_PATH_NOT_FOUND;
}

/* True if none of the recorded files exists any more. */
static bool remove_all(const unsigned char *data, size_t size)
{
    bool is_clean = true;
    size_t at = 0;

    while (size - at >= HEAD_SIZE) {
        size_t length = (size_t)load_number(data + at, LENGTH_SIZE);
        const unsigned char *path = data + at + HEAD_SIZE;

        if (length == 0 || length > PATH_SIZE_MAX || length > size - at - HEAD_SIZE ||
            path[length - 1] != '\0' ||
            XXH64(path, length, 0) != load_number(data + at + LENGTH_SIZE, 8)) {
            break;
        }
        is_clean = remove_one((const char *)path) && is_clean;
        at += HEAD_SIZE + length;
    }
    return is_clean;
}

/* The record of a process that has ended; we own it. */
static enum odo_status sweep_record(const char *record)
{
    struct platform_file *file = NULL;
    unsigned char *data = NULL;
    uint64_t size = 0;
    size_t got = 0;
    bool is_clean = false;
    enum odo_status status = platform_file_open(record, &file);

    if (status == ODO_OK) {
        status = platform_file_get_size(file, &size);
    }
    if (status == ODO_OK && size > RECORD_SIZE_MAX) {
        status = ODO_E_DAMAGED;
    }
    if (status == ODO_OK) {
        data = memory_allocate((size_t)size + 1, 1);
        status = data ? platform_file_read_at(file, 0, data, (size_t)size, &got)
                      : ODO_E_OUT_OF_MEMORY;
    }
    platform_file_close(file);
    if (status == ODO_OK) {
        is_clean = remove_all(data, got);
    }
    memory_free(data);
    return is_clean ? platform_file_remove(record) : status;
}

static bool visit_record(void *context, const char *name, bool is_ordinary)
{
    struct store *store = context;
    struct odo_job_id id;
    char *path;

    if (!is_ordinary || !store_read_name(name, extension, &id) ||
        store_own(store, &id, STORE_LEFTOVERS) != ODO_OK) {
        return true; /* not a record, or its process is running */
    }
    path = store_path(store, &id, extension);
    if (path) {
        enum odo_status status = sweep_record(path);

        if (status != ODO_OK) {
            log_write(LOG_WARNING, "what an earlier process left could not be removed: %s",
                      status_name(status));
        }
    }
    memory_free(path);
    store_disown(store, &id, STORE_LEFTOVERS);
    return true;
}

void leftovers_sweep(struct store *store)
{
    (void)platform_path_list(store_folder(store), visit_record, store); /* may fail */
}
