#include "com/download/download.h"

#include "com/calls/client_stream.h"
#include "com/download/download_data.h"
#include "com/network/job_wish.h"
#include "com/object/hresult.h"
#include "com/object/owner.h"

#include <stdlib.h>
#include <string.h>

enum { STARTED_EARLIER = 1 }; /* the start number of downloads started by an earlier process */

static SRWLOCK list_lock = SRWLOCK_INIT;
static struct download *downloads;

/* --- List ----------------------------------------------------------------------------- */

static struct download *find_locked(const struct odo_job *job)
{
    struct download *download = downloads;

    while (download && download->job != job) {
        download = download->next;
    }
    return download;
}

static void unlist_locked(const struct download *download)
{
    struct download **place = &downloads;

    while (*place && *place != download) {
        place = &(*place)->next;
    }
    if (*place) {
        *place = download->next;
    }
}

/* It must not be in a list, and no other thread may have it. */
static void free_download(struct download *download)
{
    client_stream_free(download->stream);
    CoTaskMemFree(download->temporary);
    download_settings_free(&download->settings);
    odo_job_release(download->job);
    free(download);
}

static struct download *make_download(struct odo_engine *engine, struct odo_job *job)
{
    struct download *download = calloc(1, sizeof(*download));

    if (download) {
        download->engine = engine;
        download->job = odo_job_add_ref(job);
        download->refs = 1;
        InitializeSRWLock(&download->operation);
        InitializeSRWLock(&download->settings_lock);
        download_settings_init(&download->settings);
    }
    return download;
}

/* Add this download to the list unless its job has one already. Returns the one in the list,
 * with a reference; the other is freed. */
static struct download *list_or_find(struct download *made)
{
    struct download *found;

    AcquireSRWLockExclusive(&list_lock);
    found = find_locked(made->job);
    if (found) {
        found->refs++;
    } else {
        made->next = downloads;
        downloads = made;
    }
    ReleaseSRWLockExclusive(&list_lock);
    if (found) {
        free_download(made);
    }
    return found ? found : made;
}

struct download *download_add_ref(struct download *download)
{
    AcquireSRWLockExclusive(&list_lock);
    download->refs++;
    ReleaseSRWLockExclusive(&list_lock);
    return download;
}

void download_add_object(struct download *download)
{
    AcquireSRWLockExclusive(&list_lock);
    download->objects++;
    ReleaseSRWLockExclusive(&list_lock);
}

ULONG download_remove_object(struct download *download)
{
    ULONG left;

    AcquireSRWLockExclusive(&list_lock);
    left = --download->objects;
    ReleaseSRWLockExclusive(&list_lock);
    return left;
}

/* It has no COM object: could a client still ask for it? */
static bool is_unreachable(const struct download *download)
{
    enum odo_job_state state = odo_job_get_state(download->job);
    bool is_volatile = odo_job_get_number(download->job, ODO_JOB_VOLATILE);
    bool has_started = odo_job_get_number(download->job, ODO_JOB_HAS_STARTED);

    return download_state_is_final(state) ||
           (is_volatile && (!has_started || state == ODO_JOB_TRANSFERRED));
}

void download_release(struct download *download)
{
    bool must_end = false;

    AcquireSRWLockExclusive(&list_lock);
    if (--download->refs == 0 && is_unreachable(download)) {
        unlist_locked(download);
        must_end = true;
    }
    ReleaseSRWLockExclusive(&list_lock);
    if (must_end) {
        if (!download_state_is_final(odo_job_get_state(download->job))) {
            odo_job_cancel(download->job);
            client_stream_release_unused();
        }
        free_download(download);
    }
}

struct download *download_take_all(void)
{
    struct download *taken;

    AcquireSRWLockExclusive(&list_lock);
    taken = downloads;
    downloads = NULL;
    ReleaseSRWLockExclusive(&list_lock);
    return taken;
}

void download_free_taken(struct download *taken)
{
    while (taken) {
        struct download *next = taken->next;

        free_download(taken); /* no object is left that could hold it */
        taken = next;
    }
}

/* Remove one such download from the list, so that it cannot be found any more; or NULL. */
static struct download *unlist_volatile(void)
{
    struct download *download;

    AcquireSRWLockExclusive(&list_lock);
    for (download = downloads; download; download = download->next) {
        if (download->refs == 0 && odo_job_get_number(download->job, ODO_JOB_VOLATILE) &&
            !download_state_is_running(odo_job_get_state(download->job))) {
            unlist_locked(download);
            break;
        }
    }
    ReleaseSRWLockExclusive(&list_lock);
    return download;
}

void download_abort_volatile(void)
{
    struct download *download;

    while ((download = unlist_volatile()) != NULL) {
        odo_job_cancel(download->job);
        client_stream_release_unused();
        free_download(download);
    }
}

ULONGLONG download_start_number(struct download *download)
{
    ULONGLONG number;

    AcquireSRWLockShared(&list_lock);
    number = download->started;
    ReleaseSRWLockShared(&list_lock);
    return number;
}

void download_note_start(struct download *download)
{
    static ULONGLONG starts = STARTED_EARLIER; /* guarded by `list_lock` */

    AcquireSRWLockExclusive(&list_lock);
    download->started = ++starts;
    ReleaseSRWLockExclusive(&list_lock);
}

void download_process_ends(void)
{
    /* At process exit all other threads are gone, possibly while holding locks: use neither a
     * lock nor the engine. */
    for (const struct download *download = downloads; download; download = download->next) {
        if (download->temporary) {
            DeleteFileW(download->temporary);
        }
    }
}

/* --- Creating and finding ------------------------------------------------------------- */

HRESULT download_create(struct odo_engine *engine, struct download **download_out)
{
    struct odo_job *job = NULL;
    struct download *download;
    enum odo_status status = odo_job_create_with(
        engine, &(struct odo_job_options){.kind = DOWNLOAD_KIND, .is_volatile = true}, &job);
    HRESULT hr;

    *download_out = NULL;
    if (status != ODO_OK) {
        return hresult_from_status(status);
    }
    /* List it before it has an owner, who could find it from then on: any thread that finds a
     * download without COM objects ends it when it is done with it. */
    download = make_download(engine, job);
    if (!download) {
        odo_job_cancel(job);
        odo_job_release(job);
        return E_OUTOFMEMORY;
    }
    download = list_or_find(download);
    hr = owner_claim(job);
    if (SUCCEEDED(hr)) {
        hr = hresult_from_status(
            odo_job_set_number(job, ODO_JOB_NO_PROGRESS_TIMEOUT, DOWNLOAD_NO_PROGRESS_S));
    }
    if (SUCCEEDED(hr)) {
        *download_out = download;
    } else {
        download_release(download); /* which ends it */
    }
    odo_job_release(job);
    return hr;
}

/* The engine's source may be newer than the recorded one. False when out of memory. */
static bool take_source(struct download *download)
{
    char **place = &download->settings.texts[DOWNLOAD_URI];
    char *url = NULL;
    char *copy;

    if (!download_has_file(download)) {
        return true;
    }
    if (odo_file_get_text(download->job, 0, ODO_FILE_URL, &url) != ODO_OK) {
        return false;
    }
    copy = _strdup(url);
    odo_free(url);
    if (copy) {
        free(*place);
        *place = copy;
    }
    return copy != NULL;
}

/* Load what an earlier process has stored. False when out of memory. */
static bool load_stored(struct download *download)
{
    char *text = NULL;
    bool is_read;

    if (odo_job_get_text(download->job, ODO_JOB_HOST_DATA, &text) != ODO_OK) {
        return false;
    }
    is_read = download_settings_read(&download->settings, text) && take_source(download);
    odo_free(text);
    if (odo_job_get_number(download->job, ODO_JOB_HAS_STARTED)) {
        download->started = STARTED_EARLIER;
    }
    if (is_read && download_state_is_running(odo_job_get_state(download->job))) {
        odo_job_suspend(download->job); /* clients resume it explicitly */
    }
    return is_read;
}

HRESULT download_of_job(struct odo_engine *engine, struct odo_job *job,
                        struct download **download_out)
{
    struct download *download;

    AcquireSRWLockExclusive(&list_lock);
    download = find_locked(job);
    if (download) {
        download->refs++;
    }
    ReleaseSRWLockExclusive(&list_lock);
    if (!download) {
        download = make_download(engine, job);
        if (download && !load_stored(download)) {
            free_download(download);
            download = NULL;
        }
        download = download ? list_or_find(download) : NULL;
    }
    *download_out = download;
    return download ? S_OK : E_OUTOFMEMORY;
}

HRESULT download_list(struct odo_engine *engine, struct download ***downloads_out,
                      size_t *count_out)
{
    struct odo_job **jobs = NULL;
    struct download **list = NULL;
    size_t job_count = 0;
    size_t count = 0;
    HRESULT hr = hresult_from_status(odo_job_list(engine, &jobs, &job_count));

    if (SUCCEEDED(hr)) {
        list = calloc(job_count + 1, sizeof(struct download *));
        hr = list ? S_OK : E_OUTOFMEMORY;
    }
    for (size_t i = 0; i < job_count; i++) {
        if (odo_job_get_number(jobs[i], ODO_JOB_KIND) != DOWNLOAD_KIND) {
            job_wish_changed(jobs[i]); /* the engine may just have loaded it */
        } else if (SUCCEEDED(hr) && owner_is_caller(jobs[i]) &&
                   !download_state_is_final(odo_job_get_state(jobs[i]))) {
            hr = download_of_job(engine, jobs[i], &list[count]);
            count += SUCCEEDED(hr);
        }
        odo_job_release(jobs[i]);
    }
    odo_free(jobs);
    if (FAILED(hr)) {
        while (count > 0) {
            download_release(list[--count]);
        }
        free(list);
        return hr;
    }
    *downloads_out = list;
    *count_out = count;
    return S_OK;
}

struct odo_job *download_job(const struct download *download)
{
    return download->job;
}

struct odo_engine *download_engine(const struct download *download)
{
    return download->engine;
}

bool download_has_file(struct download *download)
{
    return odo_job_get_file_count(download->job) > 0;
}
