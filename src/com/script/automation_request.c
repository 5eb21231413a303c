#include "com/script/automation_request.h"

#include "com/object/hresult.h"
#include "com/script/automation_error.h"
#include "com/script/automation_values.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static_assert(sizeof(struct byte_range) == sizeof(DO_DOWNLOAD_RANGE) &&
                  offsetof(struct byte_range, length) == offsetof(DO_DOWNLOAD_RANGE, Length) &&
                  BYTE_RANGE_TO_END == DO_LENGTH_TO_EOF,
              "a range is the same for scripts and for the server");

void automation_request_init(struct automation_request *request)
{
    InitializeSRWLock(&request->lock);
}

void automation_request_clear(struct automation_request *request)
{
    AcquireSRWLockExclusive(&request->lock);
    request->locked.ranges_are_new = false;
    automation_ranges_free(&request->locked.ranges);
    ReleaseSRWLockExclusive(&request->lock);
}

/* As text, the ranges of the last Start, by whichever process. */
static HRESULT write_last_ranges(struct download *download, BSTR *text_out)
{
    struct byte_range *items = NULL;
    uint32_t count = 0;
    HRESULT hr = S_OK;

    *text_out = NULL;
    if (download_has_file(download)) {
        hr =
            hresult_from_status(odo_file_get_ranges(download_job(download), 0, &items, &count));
    }
    if (SUCCEEDED(hr)) {
        hr = automation_values_write_ranges(
            &(struct automation_ranges){.items = items, .count = count}, text_out);
    }
    odo_free(items);
    return hr;
}

HRESULT automation_request_write_ranges(struct automation_request *request,
                                        struct download *download, BSTR *text_out)
{
    HRESULT hr = S_OK;
    bool are_new;

    AcquireSRWLockShared(&request->lock);
    are_new = request->locked.ranges_are_new;
    if (are_new) {
        hr = automation_values_write_ranges(&request->locked.ranges, text_out);
    }
    ReleaseSRWLockShared(&request->lock);
    return are_new ? hr : write_last_ranges(download, text_out);
}

HRESULT automation_request_set_ranges(struct automation_request *request, const VARIANT *value)
{
    struct automation_ranges ranges;
    struct automation_ranges before;
    HRESULT hr = automation_values_read_ranges(value, &ranges);

    if (FAILED(hr)) {
        return hr;
    }
    AcquireSRWLockExclusive(&request->lock);
    before = request->locked.ranges;
    request->locked.ranges = ranges;
    request->locked.ranges_are_new = true;
    ReleaseSRWLockExclusive(&request->lock);
    automation_ranges_free(&before);
    return S_OK;
}

static bool has_begun(IDODownload *download)
{
    DO_DOWNLOAD_STATUS status;

    return SUCCEEDED(IDODownload_GetStatus(download, &status)) &&
           status.State != DODownloadState_Created;
}

HRESULT automation_request_copy_ranges(struct automation_request *request,
                                       IDODownload *download,
                                       DO_DOWNLOAD_RANGES_INFO **ranges_out)
{
    const struct automation_ranges *ranges = &request->locked.ranges;
    bool must_tell_all = has_begun(download);
    DO_DOWNLOAD_RANGES_INFO *copy = NULL;
    HRESULT hr = S_OK;

    AcquireSRWLockShared(&request->lock);
    if (request->locked.ranges_are_new && (ranges->count > 0 || must_tell_all)) {
        uint32_t count = ranges->count ? ranges->count : 1;

        copy =
            malloc(offsetof(DO_DOWNLOAD_RANGES_INFO, Ranges) + count * sizeof(copy->Ranges[0]));
        if (copy) {
            copy->RangeCount = count;
            copy->Ranges[0] = (DO_DOWNLOAD_RANGE){.Offset = 0, .Length = DO_LENGTH_TO_EOF};
            if (ranges->count > 0) {
                memcpy(copy->Ranges, ranges->items, count * sizeof(copy->Ranges[0]));
            }
        } else {
            hr = E_OUTOFMEMORY;
        }
    }
    ReleaseSRWLockShared(&request->lock);
    *ranges_out = copy;
    return hr;
}
