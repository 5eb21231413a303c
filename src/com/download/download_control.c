#include "com/download/download_control.h"

#include "com/calls/apartment_wait.h"
#include "com/calls/client_stream.h"
#include "com/calls/job_wait.h"
#include "com/download/download_data.h"
#include "com/download/download_status.h"
#include "com/download/download_values.h"
#include "com/download/target_path.h"
#include "com/network/conditions.h"
#include "com/network/download_policy.h"
#include "com/object/caller.h"
#include "com/object/hresult.h"

#include <assert.h>
#include <deliveryoptimizationerrors.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static_assert(sizeof(DO_DOWNLOAD_RANGE) == sizeof(struct byte_range), "the same bytes");
static_assert(offsetof(DO_DOWNLOAD_RANGE, Length) == offsetof(struct byte_range, length),
              "in the same order");

/* --- Starting ------------------------------------------------------------------------- */

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

    return !download_state_is_final(state) && state != ODO_JOB_TRANSFERRED;
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
    ULONGLONG number = download_start_number(download);

    if (!path || FAILED(download_list(download->engine, &others, &count))) {
        free(path);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        ULONGLONG other = download_start_number(others[i]); /* 0: it has yet to look for us */

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
    struct client_stream *stream = download_exchange_stream(download, NULL);
    HRESULT hr = stream ? client_stream_attach(stream, download->job, 0) : S_OK;

    if (FAILED(hr)) {
        struct client_stream *newer = download_exchange_stream(download, stream);

        if (newer) { /* set just now */
            client_stream_free(download_exchange_stream(download, newer));
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
    } else if (!path && !download_has_waiting_stream(download)) {
        hr = DO_E_FILE_DOWNLOADSINK_UNSPECIFIED;
    } else if (is_mandatory && !info) {
        hr = DO_E_INTEGRITYCHECKINFO_UNSPECIFIED;
    }
    has_entered = caller_enter();
    if (SUCCEEDED(hr) && path && !target_path_is_possible(path)) {
        hr = HRESULT_FROM_WIN32(ERROR_INVALID_NAME);
    }
    if (SUCCEEDED(hr) && path) {
        hr = target_path_make_folder(path);
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
            if (download_state_is_running(
                    odo_job_get_state(download->job))) { /* held back by conditions */
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
        download_note_start(download);
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
        if (download_state_is_running(odo_job_get_state(download->job))) {
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
        unneeded = download_exchange_stream(download, NULL);
        break;
    }
    ReleaseSRWLockExclusive(&download->operation);
    client_stream_free(unneeded);
    client_stream_wait(download->job);
    return hr;
}
