#include "com/script/automation_wait.h"

#include "com/calls/job_wait.h"
#include "com/script/automation_error.h"
#include "com/script/automation_variant.h"

#include <limits.h>
#include <stdbool.h>

#define WAIT_FOREVER ULLONG_MAX

enum {
    WAIT_MOST_MS = 24 * 60 * 60 * 1000, /* per wait; longer times exceed a DWORD */
};

/* The number of milliseconds that Wait may last, or WAIT_FOREVER. */
static HRESULT read_seconds(const VARIANT *value, ULONGLONG *duration_out)
{
    VARIANT seconds;
    HRESULT hr;

    *duration_out = WAIT_FOREVER;
    hr = automation_variant_copy(value, &seconds);
    if (SUCCEEDED(hr) && !automation_variant_is_nothing(&seconds)) {
        hr = VariantChangeType(&seconds, &seconds, 0, VT_R8);
        if (SUCCEEDED(hr) && V_R8(&seconds) >= 0 && V_R8(&seconds) < 1e12) {
            *duration_out = (ULONGLONG)(V_R8(&seconds) * 1000);
        }
    }
    VariantClear(&seconds);
    return SUCCEEDED(hr) ? S_OK
                         : automation_error(hr, L"The time to wait is a number of seconds");
}

/* Wait for the event. In a single-threaded apartment calls and messages are dispatched. */
static void pump(HANDLE event, DWORD duration)
{
    DWORD index;
    HRESULT hr = CoWaitForMultipleHandles(0, duration, 1, &event, &index);

    if (FAILED(hr) && hr != RPC_S_CALLPENDING) {
        WaitForSingleObject(event, duration); /* a thread without COM */
    }
}

/* Has it stopped, other than to wait for a permitted network? */
static bool has_come_to_rest(const DO_DOWNLOAD_STATUS *status)
{
    return status->State == DODownloadState_Paused
               ? status->Error != S_OK || status->ExtendedError == S_OK
               : status->State != DODownloadState_Transferring;
}

static HRESULT wait_for_rest(IDODownload *download, HANDLE changed, ULONGLONG duration,
                             DO_DOWNLOAD_STATUS *status_out)
{
    ULONGLONG began = GetTickCount64();

    for (;;) {
        HRESULT hr = IDODownload_GetStatus(download, status_out);
        ULONGLONG passed = GetTickCount64() - began;

        if (FAILED(hr) || has_come_to_rest(status_out) || passed >= duration) {
            return hr;
        }
        pump(changed, (DWORD)min(duration - passed, WAIT_MOST_MS));
    }
}

HRESULT automation_wait(IDODownload *download, struct odo_job *job, const VARIANT *seconds,
                        DO_DOWNLOAD_STATUS *status_out)
{
    struct job_wait wait;
    ULONGLONG duration;
    HRESULT hr = read_seconds(seconds, &duration);

    if (FAILED(hr)) {
        return hr;
    }
    hr = job_wait_begin(&wait, job);
    if (SUCCEEDED(hr)) {
        hr = wait_for_rest(download, wait.event, duration, status_out);
        job_wait_end(&wait);
    }
    return automation_error_pass(hr, NULL);
}
