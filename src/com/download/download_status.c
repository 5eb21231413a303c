#include "com/download/download_status.h"

#include "com/download/download_data.h"
#include "com/object/hresult.h"
#include "com/object/wide_text.h"

#include <winhttp.h>

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
