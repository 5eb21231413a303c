#include "com/download/download.h"

#include "com/calls/apartment_wait.h"
#include "com/calls/client_stream.h"
#include "com/calls/job_wait.h"
#include "com/download/download_settings.h"
#include "com/network/conditions.h"
#include "com/network/download_policy.h"
#include "com/network/job_wish.h"
#include "com/object/caller.h"
#include "com/object/hresult.h"
#include "com/object/interface_keeper.h"
#include "com/object/owner.h"
#include "com/object/wide_text.h"

#include <assert.h>
#include <deliveryoptimizationerrors.h>
#include <stdlib.h>
#include <string.h>
#include <winhttp.h>

static_assert(sizeof(DO_DOWNLOAD_RANGE) == sizeof(struct byte_range), "the same bytes");
static_assert(offsetof(DO_DOWNLOAD_RANGE, Length) == offsetof(struct byte_range, length),
              "in the same order");

enum { STARTED_EARLIER = 1 }; /* the start number of downloads started by an earlier process */

struct download {
    struct download *next;
    struct odo_engine *engine; /* of the job */
    struct odo_job *job;       /* reference counted */
    ULONG refs;                /* guarded by `list_lock`, like the place in the list */
    SRWLOCK operation;         /* serializes start, pause and end */
    SRWLOCK settings_lock;
    struct download_settings settings;
    WCHAR *volatile temporary;    /* file to delete when the process ends; or NULL */
    struct client_stream *stream; /* until a file takes it; or NULL */
    ULONG objects;                /* number of COM objects */
    ULONGLONG started;            /* sequence number of its last start; 0 before the first */
};

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

static bool is_final(enum odo_job_state state)
{
    return state == ODO_JOB_ACKNOWLEDGED || state == ODO_JOB_CANCELLED;
}

static bool is_running(enum odo_job_state state)
{
    return state == ODO_JOB_QUEUED || state == ODO_JOB_TRANSFERRING ||
           state == ODO_JOB_TRANSIENT_ERROR;
}

struct download *download_add_ref(struct download *download)
{
    AcquireSRWLockExclusive(&list_lock);
    download->refs++;
    ReleaseSRWLockExclusive(&list_lock);
    return download;
}

void download_hold(struct download *download)
{
    AcquireSRWLockExclusive(&list_lock);
    download->objects++;
    ReleaseSRWLockExclusive(&list_lock);
}

ULONG download_let_go(struct download *download)
{
    ULONG left;

    AcquireSRWLockExclusive(&list_lock);
    left = --download->objects;
    ReleaseSRWLockExclusive(&list_lock);
    return left;
}

/* It has no COM object: could a client still ask for it? */
static bool is_lost(const struct download *download)
{
    enum odo_job_state state = odo_job_get_state(download->job);
    bool is_volatile = odo_job_get_number(download->job, ODO_JOB_VOLATILE);
    bool has_started = odo_job_get_number(download->job, ODO_JOB_HAS_STARTED);

    return is_final(state) || (is_volatile && (!has_started || state == ODO_JOB_TRANSFERRED));
}

void download_release(struct download *download)
{
    bool must_end = false;

    AcquireSRWLockExclusive(&list_lock);
    if (--download->refs == 0 && is_lost(download)) {
        unlist_locked(download);
        must_end = true;
    }
    ReleaseSRWLockExclusive(&list_lock);
    if (must_end) {
        if (!is_final(odo_job_get_state(download->job))) {
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
static struct download *take_lost(void)
{
    struct download *download;

    AcquireSRWLockExclusive(&list_lock);
    for (download = downloads; download; download = download->next) {
        if (download->refs == 0 && odo_job_get_number(download->job, ODO_JOB_VOLATILE) &&
            !is_running(odo_job_get_state(download->job))) {
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

    while ((download = take_lost()) != NULL) {
        odo_job_cancel(download->job);
        client_stream_release_unused();
        free_download(download);
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
static bool take_up(struct download *download)
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
    if (is_read && is_running(odo_job_get_state(download->job))) {
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
        if (download && !take_up(download)) {
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
                   !is_final(odo_job_get_state(jobs[i]))) {
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

/* --- Status --------------------------------------------------------------------------- */

static bool is_block(enum odo_status status)
{
    switch (status) {
    case ODO_E_NO_NETWORK:
    case ODO_E_BLOCKED_BY_COST:
    case ODO_E_BLOCKED_BY_CELLULAR:
    case ODO_E_BLOCKED_BY_VPN:
    case ODO_E_BLOCKED_BY_POWER:
    case ODO_E_BLOCKED_BY_MEMORY:
        return true;
    default:
        return false;
    }
}

static DODownloadState state_of(struct odo_job *job, enum odo_job_state state,
                                enum odo_status error)
{
    switch (state) {
    case ODO_JOB_QUEUED:
    case ODO_JOB_TRANSFERRING:
        return DODownloadState_Transferring;
    case ODO_JOB_TRANSIENT_ERROR:
        return is_block(error) ? DODownloadState_Paused : DODownloadState_Transferring;
    case ODO_JOB_TRANSFERRED:
        return DODownloadState_Transferred;
    case ODO_JOB_ACKNOWLEDGED:
        return DODownloadState_Finalized;
    case ODO_JOB_CANCELLED:
        return DODownloadState_Aborted;
    case ODO_JOB_SUSPENDED:
    case ODO_JOB_ERROR:
    case ODO_JOB_STATE_COUNT:
        break;
    }
    return odo_job_get_number(job, ODO_JOB_HAS_STARTED) ? DODownloadState_Paused
                                                        : DODownloadState_Created;
}

/* The cause of an error. */
static HRESULT detail_of(const struct odo_error *error)
{
    if (error->status == ODO_E_SIZE_UNKNOWN_IN_200 ||
        error->status == ODO_E_SIZE_UNKNOWN_IN_206) {
        return HRESULT_FROM_WIN32(ERROR_WINHTTP_HEADER_NOT_FOUND);
    }
    if (error->cause != ODO_OK) {
        return hresult_from_error(
            &(struct odo_error){.status = error->cause, .http_status = error->http_status});
    }
    return is_block(error->status) ? hresult_from_status(error->status) : S_OK;
}

/* Remember the temporary file of a volatile download once it has stopped, to delete it when the
 * process ends. */
static void note_temporary_file(struct download *download)
{
    char *path = NULL;
    LPWSTR wide = NULL;

    if (download->temporary || !odo_job_get_number(download->job, ODO_JOB_VOLATILE) ||
        !download_has_file(download)) {
        return;
    }
    if (odo_file_get_text(download->job, 0, ODO_FILE_TEMPORARY_PATH, &path) == ODO_OK &&
        *path && SUCCEEDED(wide_text_from_utf8(path, &wide)) &&
        InterlockedCompareExchangePointer((PVOID volatile *)&download->temporary, wide, NULL)) {
        CoTaskMemFree(wide); /* another thread was faster */
    }
    odo_free(path);
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

DO_DOWNLOAD_STATUS download_status(struct download *download)
{
    enum { TRIES = 8 }; /* until nothing changes between the queries */
    DO_DOWNLOAD_STATUS status = {0};
    enum odo_job_state state = odo_job_get_state(download->job);

    for (int i = 0; i < TRIES; i++) {
        struct odo_error error = {0};
        struct odo_job_progress progress;
        enum odo_job_state after;

        if (odo_job_get_error(download->job, &error, NULL) != ODO_OK) {
            error = (struct odo_error){0};
        }
        odo_job_get_progress(download->job, &progress);
        status = (DO_DOWNLOAD_STATUS){
            .BytesTotal = progress.bytes_total == ODO_SIZE_UNKNOWN ? 0 : progress.bytes_total,
            .BytesTransferred = progress.bytes_transferred,
            .State = state_of(download->job, state, error.status),
        };
        if (state == ODO_JOB_ERROR || error.status == ODO_E_TOO_OLD) {
            status.Error = hresult_from_error(&error);
            status.ExtendedError = detail_of(&error);
        } else if (state == ODO_JOB_TRANSIENT_ERROR) {
            /* The error is transient, but clients regard any failing Error as final. */
            status.ExtendedError = hresult_from_error(&error);
        }
        after = odo_job_get_state(download->job);
        if (after == state) {
            break;
        }
        state = after;
    }
    if (status.State == DODownloadState_Transferred || status.State == DODownloadState_Paused) {
        note_temporary_file(download);
    }
    return status;
}

/* --- Settings ------------------------------------------------------------------------- */

char *download_get_text(struct download *download, enum download_text which)
{
    char *copy = NULL;

    AcquireSRWLockShared(&download->settings_lock);
    if (download->settings.texts[which]) {
        copy = _strdup(download->settings.texts[which]);
    }
    ReleaseSRWLockShared(&download->settings_lock);
    return copy;
}

uint64_t download_get_number(struct download *download, enum download_number which)
{
    uint64_t value;

    AcquireSRWLockShared(&download->settings_lock);
    value = download->settings.numbers[which];
    ReleaseSRWLockShared(&download->settings_lock);
    return value;
}

/* `settings_lock` is held. A volatile download stores nothing. */
static HRESULT save_locked(struct download *download)
{
    enum odo_status status;
    char *text;

    if (odo_job_get_number(download->job, ODO_JOB_VOLATILE)) {
        return S_OK;
    }
    text = download_settings_write(&download->settings);
    status =
        text ? odo_job_set_text(download->job, ODO_JOB_HOST_DATA, text) : ODO_E_OUT_OF_MEMORY;
    free(text);
    return hresult_from_status(status);
}

/* Replace the setting with `*text_inout`, which receives the old value. On failure nothing has
 * changed. */
static HRESULT exchange_text(struct download *download, enum download_text which,
                             char **text_inout)
{
    char **place = &download->settings.texts[which];
    char *before;
    HRESULT hr;

    AcquireSRWLockExclusive(&download->settings_lock);
    before = *place;
    *place = *text_inout;
    hr = save_locked(download);
    if (SUCCEEDED(hr)) {
        *text_inout = before;
    } else {
        *place = before;
    }
    ReleaseSRWLockExclusive(&download->settings_lock);
    return hr;
}

/*
 * Change the source of an existing file: either the engine accepts it, or nothing has changed.
 * Failing to save our own copy is harmless; see take_up().
 */
static HRESULT exchange_source(struct download *download, char **text_inout)
{
    char **place = &download->settings.texts[DOWNLOAD_URI];
    enum odo_status status;
    char *before;

    AcquireSRWLockExclusive(&download->settings_lock);
    status = odo_file_set_url(download->job, 0, *text_inout);
    if (status == ODO_OK) {
        before = *place;
        *place = *text_inout;
        *text_inout = before;
        save_locked(download);
    }
    ReleaseSRWLockExclusive(&download->settings_lock);
    return hresult_from_status(status);
}

HRESULT download_set_text(struct download *download, enum download_text which, const char *text)
{
    char *copy = text ? _strdup(text) : NULL;
    HRESULT hr;

    if (text && !copy) {
        return E_OUTOFMEMORY;
    }
    hr = which == DOWNLOAD_URI && download_has_file(download)
             ? exchange_source(download, &copy)
             : exchange_text(download, which, &copy);
    free(copy);
    return hr;
}

struct cost_wish download_cost_wish(struct download *download)
{
    uint64_t policy = download_get_number(download, DOWNLOAD_COST_POLICY);
    struct cost_wish wish = {
        .disallows_cellular = download_get_number(download, DOWNLOAD_DISALLOWS_CELLULAR) != 0,
    };

    if (policy > 0) {
        wish.policy = (enum cost_policy)(policy - 1);
    } else {
        wish.policy = odo_job_get_number(download->job, ODO_JOB_PRIORITY) == 0
                          ? COST_POLICY_ALWAYS /* the foreground default */
                          : COST_POLICY_STANDARD;
    }
    return wish;
}

HRESULT download_set_number(struct download *download, enum download_number which,
                            uint64_t value)
{
    uint64_t before;
    HRESULT hr;

    AcquireSRWLockExclusive(&download->settings_lock);
    before = download->settings.numbers[which];
    download->settings.numbers[which] = value;
    hr = save_locked(download);
    if (FAILED(hr)) {
        download->settings.numbers[which] = before;
    }
    ReleaseSRWLockExclusive(&download->settings_lock);
    return hr;
}

HRESULT download_set_volatile(struct download *download, bool is_volatile)
{
    HRESULT hr;

    AcquireSRWLockExclusive(&download->settings_lock);
    hr = hresult_from_status(odo_job_set_number(download->job, ODO_JOB_VOLATILE, is_volatile));
    if (SUCCEEDED(hr)) {
        hr = save_locked(download);
        if (FAILED(hr)) {
            odo_job_set_number(download->job, ODO_JOB_VOLATILE, !is_volatile);
        }
    }
    ReleaseSRWLockExclusive(&download->settings_lock);
    return hr;
}

/* Replace the stream that waits for a file; NULL for none. */
static struct client_stream *exchange_stream(struct download *download,
                                             struct client_stream *stream)
{
    struct client_stream *before;

    AcquireSRWLockExclusive(&download->settings_lock);
    before = download->stream;
    download->stream = stream;
    ReleaseSRWLockExclusive(&download->settings_lock);
    return before;
}

HRESULT download_set_stream(struct download *download, IUnknown *stream)
{
    struct client_stream *wanted = NULL;
    HRESULT hr = stream ? client_stream_create(stream, &wanted) : S_OK;

    if (SUCCEEDED(hr)) {
        client_stream_free(exchange_stream(download, wanted));
    }
    return hr;
}

/* Its interface_keeper handle; 0 if none is waiting. */
static DWORD waiting_stream(struct download *download)
{
    DWORD kept;

    AcquireSRWLockShared(&download->settings_lock);
    kept = download->stream ? client_stream_kept(download->stream) : 0;
    ReleaseSRWLockShared(&download->settings_lock);
    return kept;
}

HRESULT download_get_stream(struct download *download, IUnknown **stream_out)
{
    DWORD kept = waiting_stream(download);

    *stream_out = NULL;
    if (kept) {
        return interface_keeper_get(kept, &IID_IUnknown, (void **)stream_out);
    }
    return download_has_file(download) ? client_stream_get(download->job, 0, stream_out)
                                       : hresult_from_status(ODO_E_NOT_SET);
}

/* --- Starting ------------------------------------------------------------------------- */

/*
 * Is it a full path without invalid characters? Checked before anything is created; the engine
 * checks more thoroughly.
 */
static bool is_possible_path(const char *path)
{
    bool is_share = (path[0] == '\\' && path[1] == '\\') || (path[0] == '/' && path[1] == '/');
    bool is_drive = path[0] != '\0' && path[1] == ':' && (path[2] == '\\' || path[2] == '/');
    const char *names = path + (strncmp(path, "\\\\?\\", 4) == 0 ? 4 : 0);

    for (const char *at = names; *at; at++) {
        if (strchr("<>\"|?*", *at) || (unsigned char)*at < ' ' ||
            (*at == ':' && at != names + 1)) {
            return false;
        }
    }
    return is_share || is_drive;
}

/* Create the folder of a path, including missing parents. */
static HRESULT make_folder(const char *path)
{
    WCHAR *wide = NULL;
    HRESULT hr = wide_text_from_utf8(path, &wide);
    WCHAR *end;
    DWORD error = ERROR_SUCCESS;

    if (FAILED(hr)) {
        return hr;
    }
    end = wcsrchr(wide, L'\\');
    for (WCHAR *at = wide; end && at <= end; at++) {
        if (*at != L'\\' || at == wide || at[-1] == L':' || at[-1] == L'\\') {
            continue;
        }
        *at = L'\0';
        /* Only errors at missing levels matter: a share cannot be created, but exists. */
        if (CreateDirectoryW(wide, NULL)) {
            error = ERROR_SUCCESS;
        } else {
            error = GetLastError();
        }
        *at = L'\\';
    }
    CoTaskMemFree(wide);
    return error == ERROR_SUCCESS || error == ERROR_ALREADY_EXISTS ? S_OK
                                                                   : HRESULT_FROM_WIN32(error);
}

static ULONGLONG start_number(struct download *download)
{
    ULONGLONG number;

    AcquireSRWLockShared(&list_lock);
    number = download->started;
    ReleaseSRWLockShared(&list_lock);
    return number;
}

/* This download is now the last one started. */
static void note_start(struct download *download)
{
    static ULONGLONG starts = STARTED_EARLIER; /* guarded by `list_lock` */

    AcquireSRWLockExclusive(&list_lock);
    download->started = ++starts;
    ReleaseSRWLockExclusive(&list_lock);
}

static bool is_on_path(struct download *download, const char *path)
{
    char *other = NULL;
    bool is_same = download_has_file(download) &&
                   odo_file_get_text(download->job, 0, ODO_FILE_LOCAL_PATH, &other) == ODO_OK &&
                   _stricmp(other, path) == 0;

    odo_free(other);
    return is_same;
}

/* A completely transferred download keeps its path: it only waits to be finalized. */
static bool gives_way(struct download *download)
{
    enum odo_job_state state = odo_job_get_state(download->job);

    return !is_final(state) && state != ODO_JOB_TRANSFERRED;
}

/*
 * Abort other downloads to the same path that have started before this one. If two start at
 * once, each takes its number before it looks, so only the later survives. No lock is held: two
 * downloads would wait for each other.
 */
static void abort_others(struct download *download)
{
    struct download **others = NULL;
    size_t count = 0;
    char *path = download_get_text(download, DOWNLOAD_LOCAL_PATH);
    ULONGLONG number = start_number(download);

    if (!path || FAILED(download_list(download->engine, &others, &count))) {
        free(path);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        ULONGLONG other = start_number(others[i]); /* 0: it has yet to look for us */

        if (others[i] != download && other > 0 && other < number &&
            is_on_path(others[i], path) && gives_way(others[i])) {
            download_abort(others[i]);
        }
        download_release(others[i]);
    }
    free(others);
    free(path);
}

/* Attach the waiting stream to the file. No other thread starts the download meanwhile. */
static HRESULT give_stream(struct download *download)
{
    struct client_stream *stream = exchange_stream(download, NULL);
    HRESULT hr = stream ? client_stream_attach(stream, download->job, 0) : S_OK;

    if (FAILED(hr)) {
        struct client_stream *newer = exchange_stream(download, stream);

        if (newer) { /* set just now */
            client_stream_free(exchange_stream(download, newer));
        }
    }
    return hr;
}

/* On the first start, add the file to the job. */
static HRESULT add_file(struct download *download, const struct byte_range *ranges,
                        uint32_t count)
{
    char *url = download_get_text(download, DOWNLOAD_URI);
    char *path = download_get_text(download, DOWNLOAD_LOCAL_PATH);
    char *info = download_get_text(download, DOWNLOAD_INTEGRITY_INFO);
    bool is_mandatory = download_get_number(download, DOWNLOAD_INTEGRITY_MANDATORY) != 0;
    enum odo_status status;
    bool has_entered;
    HRESULT hr = S_OK;

    if (!url) {
        hr = DO_E_DOWNLOAD_NO_URI;
    } else if (!path && waiting_stream(download) == 0) {
        hr = DO_E_FILE_DOWNLOADSINK_UNSPECIFIED;
    } else if (is_mandatory && !info) {
        hr = DO_E_INTEGRITYCHECKINFO_UNSPECIFIED;
    }
    has_entered = caller_enter();
    if (SUCCEEDED(hr) && path && !is_possible_path(path)) {
        hr = HRESULT_FROM_WIN32(ERROR_INVALID_NAME);
    }
    if (SUCCEEDED(hr) && path) {
        hr = make_folder(path);
    }
    if (SUCCEEDED(hr)) {
        status = odo_job_add_file(
            download->job,
            &(struct odo_file_request){
                .file_id = url,
                .url = url,
                .local_path = path,
                .ranges = ranges,
                .range_count = count,
                .file_size = download_get_number(download, DOWNLOAD_TOTAL_SIZE),
                .integrity = {info, is_mandatory},
            },
            NULL);
        /* Everything else was checked when it was set. */
        hr = status == ODO_E_INVALID_ARGUMENT && path ? HRESULT_FROM_WIN32(ERROR_INVALID_NAME)
                                                      : hresult_from_status(status);
    }
    caller_leave(has_entered);
    free(url);
    free(path);
    free(info);
    return hr;
}

static HRESULT begin(struct download *download, const struct byte_range *ranges, uint32_t count)
{
    DODownloadState state = download_status(download).State;
    struct cost_wish wish;
    HRESULT hr = S_OK;

    switch (state) {
    case DODownloadState_Finalized:
    case DODownloadState_Aborted:
        return DO_E_INVALID_STATE;
    case DODownloadState_Transferring:
        return count > 0 ? DO_E_INVALID_STATE : S_OK;
    case DODownloadState_Transferred:
        if (count == 0) {
            return S_OK;
        }
        hr = download_policy_check();
        if (SUCCEEDED(hr)) {
            hr =
                hresult_from_status(odo_file_set_ranges(download->job, 0, ranges, count, true));
        }
        break;
    case DODownloadState_Created:
    case DODownloadState_Paused:
    default:
        hr = download_policy_check();
        if (SUCCEEDED(hr) && !download_has_file(download)) {
            hr = add_file(download, ranges, count);
        } else if (SUCCEEDED(hr) && count > 0) {
            if (is_running(odo_job_get_state(download->job))) { /* held back by conditions */
                odo_job_suspend(download->job);
            }
            hr = hresult_from_status(
                odo_file_set_ranges(download->job, 0, ranges, count, false));
        }
        break;
    }
    if (SUCCEEDED(hr)) {
        hr = give_stream(download);
    }
    wish = download_cost_wish(download);
    return SUCCEEDED(hr) ? conditions_resume(download->job, &wish) : hr;
}

static bool is_at_rest(const DO_DOWNLOAD_STATUS *status, struct odo_job *job)
{
    return status->State != DODownloadState_Transferring &&
           odo_job_get_state(job) != ODO_JOB_TRANSIENT_ERROR;
}

/*
 * BlockingMode: wait until it is neither moving nor going to. Calls to this apartment are
 * dispatched; from within a call to its own stream, the wait would never end, so there is none.
 */
static HRESULT wait_for_rest(struct download *download)
{
    DO_DOWNLOAD_STATUS status = download_status(download);
    struct job_wait wait;

    if (client_stream_is_within(download->job)) {
        return S_OK;
    }
    if (SUCCEEDED(job_wait_begin(&wait, download->job))) {
        for (;;) {
            status = download_status(download);
            if (is_at_rest(&status, download->job)) {
                break;
            }
            apartment_wait(wait.event, INFINITE);
        }
        job_wait_end(&wait);
    }
    if (status.State == DODownloadState_Aborted) {
        return HRESULT_FROM_WIN32(ERROR_CANCELLED);
    }
    return FAILED(status.Error) ? status.Error : S_OK;
}

HRESULT download_start(struct download *download, const DO_DOWNLOAD_RANGES_INFO *ranges)
{
    uint32_t count = ranges ? ranges->RangeCount : 0;
    bool is_first;
    HRESULT hr;

    AcquireSRWLockExclusive(&download->operation);
    is_first = !odo_job_get_number(download->job, ODO_JOB_HAS_STARTED);
    hr = begin(download,
               count > 0 ? (const struct byte_range *)(const void *)ranges->Ranges : NULL,
               count);
    ReleaseSRWLockExclusive(&download->operation);
    if (SUCCEEDED(hr) && is_first) {
        note_start(download);
        abort_others(download);
    }
    if (SUCCEEDED(hr) && download_get_number(download, DOWNLOAD_IS_BLOCKING)) {
        hr = wait_for_rest(download);
    }
    return hr;
}

/* --- Pausing and ending --------------------------------------------------------------- */

HRESULT download_pause(struct download *download)
{
    HRESULT hr = S_OK;

    AcquireSRWLockExclusive(&download->operation);
    switch (download_status(download).State) {
    case DODownloadState_Finalized:
    case DODownloadState_Aborted:
        hr = DO_E_INVALID_STATE;
        break;
    case DODownloadState_Transferring:
        hr = hresult_from_status(odo_job_suspend(download->job));
        break;
    case DODownloadState_Paused:
        /* Held back by network conditions: it stays paused when they change. */
        if (is_running(odo_job_get_state(download->job))) {
            hr = hresult_from_status(odo_job_suspend(download->job));
        }
        break;
    default:
        break;
    }
    ReleaseSRWLockExclusive(&download->operation);
    client_stream_wait(download->job);
    return hr;
}

HRESULT download_finalize(struct download *download)
{
    bool has_entered;
    HRESULT hr;

    AcquireSRWLockExclusive(&download->operation);
    switch (download_status(download).State) {
    case DODownloadState_Transferred:
        has_entered = caller_enter();
        hr = hresult_from_status(odo_job_complete(download->job));
        caller_leave(has_entered);
        break;
    case DODownloadState_Finalized:
        hr = S_OK;
        break;
    default:
        hr = DO_E_INVALID_STATE;
        break;
    }
    ReleaseSRWLockExclusive(&download->operation);
    client_stream_wait(download->job);
    return hr;
}

HRESULT download_abort(struct download *download)
{
    struct client_stream *unneeded = NULL;
    bool has_entered;
    HRESULT hr;

    AcquireSRWLockExclusive(&download->operation);
    switch (download_status(download).State) {
    case DODownloadState_Finalized:
        hr = DO_E_INVALID_STATE;
        break;
    case DODownloadState_Aborted:
        hr = S_OK;
        break;
    default:
        has_entered = caller_enter();
        hr = hresult_from_status(odo_job_cancel(download->job));
        caller_leave(has_entered);
        unneeded = exchange_stream(download, NULL);
        break;
    }
    ReleaseSRWLockExclusive(&download->operation);
    client_stream_free(unneeded);
    client_stream_wait(download->job);
    return hr;
}
