/* The COM object of a file. Translates types and errors; all decisions are the engine's. */
#include "com/job/file_object.h"

#include "com/job/file_properties.h"
#include "com/object/com_object.h"
#include "com/object/hresult.h"
#include "com/object/wide_text.h"

#include <assert.h>
#include <deliveryoptimizationerrors.h>
#include <stdlib.h>
#include <string.h>

#include "deliveryoptimization.h" /* generated from idl/ */

static_assert(sizeof(BG_FILE_RANGE) == sizeof(struct byte_range), "same size");
static_assert(offsetof(BG_FILE_RANGE, Length) == offsetof(struct byte_range, length),
              "same order");
static_assert((UINT64)BG_SIZE_UNKNOWN == ODO_SIZE_UNKNOWN, "same meaning of unknown");

struct file_object {
    struct com_object base;
    IBackgroundCopyFile5 IBackgroundCopyFile5_iface; /* and the versions it inherits from */
    IDeliveryOptimizationFile IDeliveryOptimizationFile_iface;
    IDeliveryOptimizationFile2 IDeliveryOptimizationFile2_iface;
    struct odo_job *job; /* reference counted */
    uint32_t index;
};

COM_DEFINE_UNKNOWN(file_object, IBackgroundCopyFile5)
COM_DEFINE_UNKNOWN(file_object, IDeliveryOptimizationFile)
COM_DEFINE_UNKNOWN(file_object, IDeliveryOptimizationFile2)

/* --- IBackgroundCopyFile -------------------------------------------------------------- */

static HRESULT return_text(const struct file_object *object, enum odo_file_text which,
                           LPWSTR *text_out)
{
    char *text = NULL;
    enum odo_status status;
    HRESULT hr;

    if (!text_out) {
        return E_INVALIDARG;
    }
    *text_out = NULL;
    status = odo_file_get_text(object->job, object->index, which, &text);
    if (status != ODO_OK) {
        return hresult_from_status(status);
    }
    hr = wide_text_from_utf8(text, text_out);
    odo_free(text);
    return hr;
}

static HRESULT STDMETHODCALLTYPE file_object_GetRemoteName(IBackgroundCopyFile5 *self,
                                                           LPWSTR *name_out)
{
    return return_text(impl_from_IBackgroundCopyFile5(self), ODO_FILE_URL, name_out);
}

static HRESULT STDMETHODCALLTYPE file_object_GetLocalName(IBackgroundCopyFile5 *self,
                                                          LPWSTR *name_out)
{
    return return_text(impl_from_IBackgroundCopyFile5(self), ODO_FILE_LOCAL_PATH, name_out);
}

static HRESULT STDMETHODCALLTYPE file_object_GetProgress(IBackgroundCopyFile5 *self,
                                                         BG_FILE_PROGRESS *progress_out)
{
    struct file_object *object = impl_from_IBackgroundCopyFile5(self);
    struct odo_file_progress progress;

    if (!progress_out) {
        return E_INVALIDARG;
    }
    odo_file_get_progress(object->job, object->index, &progress);
    *progress_out = (BG_FILE_PROGRESS){
        .BytesTotal = progress.bytes_total,
        .BytesTransferred = progress.bytes_transferred,
        .Completed = progress.completed,
    };
    return S_OK;
}

/* --- IBackgroundCopyFile2 ------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE file_object_GetFileRanges(IBackgroundCopyFile5 *self,
                                                           DWORD *count_out,
                                                           BG_FILE_RANGE **ranges_out)
{
    struct file_object *object = impl_from_IBackgroundCopyFile5(self);
    struct byte_range *ranges = NULL;
    uint32_t count = 0;
    enum odo_status status;

    if (count_out) {
        *count_out = 0;
    }
    if (ranges_out) {
        *ranges_out = NULL;
    }
    if (!count_out || !ranges_out) {
        return E_INVALIDARG;
    }
    status = odo_file_get_ranges(object->job, object->index, &ranges, &count);
    if (status != ODO_OK) {
        return hresult_from_status(status);
    }
    if (count == 0) {
        return S_FALSE;
    }
    *ranges_out = CoTaskMemAlloc(count * sizeof(**ranges_out)); /* the same size as ours */
    if (*ranges_out) {
        memcpy(*ranges_out, ranges, count * sizeof(**ranges_out));
        *count_out = count;
    }
    odo_free(ranges);
    return *ranges_out ? S_OK : E_OUTOFMEMORY;
}

static HRESULT STDMETHODCALLTYPE file_object_SetRemoteName(IBackgroundCopyFile5 *self,
                                                           LPCWSTR name)
{
    struct file_object *object = impl_from_IBackgroundCopyFile5(self);
    char *url;
    enum odo_status status = wide_text_to_utf8(name, &url);

    if (status != ODO_E_OUT_OF_MEMORY) {
        /* The state is checked first, so pass an invalid text to the engine, which rejects
         * it. */
        status = odo_file_set_url(object->job, object->index, url ? url : "");
    }
    free(url);
    return hresult_from_status(status);
}

/* --- IBackgroundCopyFile3 and 4 ------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE file_object_GetTemporaryName(IBackgroundCopyFile5 *self,
                                                              LPWSTR *name_out)
{
    return return_text(impl_from_IBackgroundCopyFile5(self), ODO_FILE_TEMPORARY_PATH, name_out);
}

static HRESULT STDMETHODCALLTYPE file_object_SetValidationState(IBackgroundCopyFile5 *self,
                                                                BOOL is_valid)
{
    (void)self;
    (void)is_valid;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE file_object_GetValidationState(IBackgroundCopyFile5 *self,
                                                                BOOL *is_valid_out)
{
    (void)self;
    if (is_valid_out) {
        *is_valid_out = FALSE;
    }
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE file_object_IsDownloadedFromPeer(IBackgroundCopyFile5 *self,
                                                                  BOOL *is_from_peer_out)
{
    (void)self;
    if (!is_from_peer_out) {
        return E_INVALIDARG;
    }
    *is_from_peer_out = FALSE;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE file_object_GetPeerDownloadStats(IBackgroundCopyFile5 *self,
                                                                  UINT64 *from_origin_out,
                                                                  UINT64 *from_peers_out)
{
    struct file_object *object = impl_from_IBackgroundCopyFile5(self);
    struct odo_file_progress progress;

    odo_file_get_progress(object->job, object->index, &progress);
    if (from_origin_out) {
        *from_origin_out = progress.bytes_transferred;
    }
    if (from_peers_out) {
        *from_peers_out = 0;
    }
    return from_origin_out && from_peers_out ? S_OK : E_INVALIDARG;
}

/* --- IBackgroundCopyFile5 ------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE file_object_SetProperty(IBackgroundCopyFile5 *self,
                                                         BITS_FILE_PROPERTY_ID id,
                                                         BITS_FILE_PROPERTY_VALUE value)
{
    (void)self;
    (void)id;
    (void)value;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE file_object_GetProperty(IBackgroundCopyFile5 *self,
                                                         BITS_FILE_PROPERTY_ID id,
                                                         BITS_FILE_PROPERTY_VALUE *value_out)
{
    if (!value_out) {
        return E_INVALIDARG;
    }
    value_out->String = NULL;
    if (id != BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS) {
        return E_NOTIMPL;
    }
    return return_text(impl_from_IBackgroundCopyFile5(self), ODO_FILE_RESPONSE_HEADERS,
                       &value_out->String);
}

static const IBackgroundCopyFile5Vtbl background_copy_file_vtbl = {
    COM_UNKNOWN_SLOTS(file_object, IBackgroundCopyFile5),
    .GetRemoteName = file_object_GetRemoteName,
    .GetLocalName = file_object_GetLocalName,
    .GetProgress = file_object_GetProgress,
    .GetFileRanges = file_object_GetFileRanges,
    .SetRemoteName = file_object_SetRemoteName,
    .GetTemporaryName = file_object_GetTemporaryName,
    .SetValidationState = file_object_SetValidationState,
    .GetValidationState = file_object_GetValidationState,
    .IsDownloadedFromPeer = file_object_IsDownloadedFromPeer,
    .GetPeerDownloadStats = file_object_GetPeerDownloadStats,
    .SetProperty = file_object_SetProperty,
    .GetProperty = file_object_GetProperty,
};

/* --- IDeliveryOptimizationFile -------------------------------------------------------- */

static SwarmStatus swarm_status(struct odo_job *job, const struct odo_file_progress *progress)
{
    if (progress->bytes_total == progress->bytes_transferred) {
        return SwarmStatus_Complete;
    }
    switch (odo_job_get_state(job)) {
    case ODO_JOB_QUEUED:
    case ODO_JOB_TRANSFERRING:
        return SwarmStatus_Downloading;
    case ODO_JOB_TRANSFERRED:
        return SwarmStatus_Complete;
    case ODO_JOB_SUSPENDED:
    case ODO_JOB_ERROR:
    case ODO_JOB_TRANSIENT_ERROR:
    case ODO_JOB_ACKNOWLEDGED:
    case ODO_JOB_CANCELLED:
    case ODO_JOB_STATE_COUNT:
        break;
    }
    return SwarmStatus_Paused;
}

static UINT saturate(uint64_t value)
{
    return value < MAXUINT32 ? (UINT)value : MAXUINT32;
}

/* There are no peers: all bytes come by HTTP. */
static HRESULT get_stats(struct file_object *object, DOSwarmStats *stats_out)
{
    struct odo_file_statistics statistics;
    struct odo_file_progress progress;
    DOSwarmStats stats = {.downloadMode = DownloadMode_Simple};
    HRESULT hr;

    if (!stats_out) {
        return E_INVALIDARG;
    }
    *stats_out = (DOSwarmStats){.downloadMode = DownloadMode_Simple};
    hr = return_text(object, ODO_FILE_ID, &stats.fileId);
    if (FAILED(hr)) {
        return hr;
    }
    hr = return_text(object, ODO_FILE_URL, &stats.sourceURL);
    if (FAILED(hr)) {
        CoTaskMemFree(stats.fileId);
        return hr;
    }
    odo_file_get_statistics(object->job, object->index, &statistics);
    odo_file_get_progress(object->job, object->index, &progress);
    stats.fileSize = statistics.file_size == ODO_SIZE_UNKNOWN ? 0 : statistics.file_size;
    stats.totalBytesDownloaded = progress.bytes_transferred;
    stats.bytesFromHttp = progress.bytes_transferred;
    stats.httpConnectionCount = statistics.connections;
    stats.downloadDuration = saturate(statistics.transferring_ms);
    stats.status = swarm_status(object->job, &progress);
    stats.isBackground =
        odo_job_get_number(object->job, ODO_JOB_PRIORITY) != BG_JOB_PRIORITY_FOREGROUND;
    *stats_out = stats;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE file_object_GetStats(IDeliveryOptimizationFile *self,
                                                      DOSwarmStats *stats_out)
{
    return get_stats(impl_from_IDeliveryOptimizationFile(self), stats_out);
}

static const IDeliveryOptimizationFileVtbl delivery_optimization_file_vtbl = {
    COM_UNKNOWN_SLOTS(file_object, IDeliveryOptimizationFile),
    .GetStats = file_object_GetStats,
    .GetStats2 = file_object_GetStats,
};

/* --- IDeliveryOptimizationFile2 ------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE file_object_GetDoProperty(IDeliveryOptimizationFile2 *self,
                                                           DOFilePropertyId id,
                                                           VARIANT *value_out)
{
    struct file_object *object = impl_from_IDeliveryOptimizationFile2(self);

    return file_properties_get(object->job, object->index, id, value_out);
}

static HRESULT STDMETHODCALLTYPE file_object_SetDoProperty(IDeliveryOptimizationFile2 *self,
                                                           DOFilePropertyId id,
                                                           const VARIANT *value)
{
    struct file_object *object = impl_from_IDeliveryOptimizationFile2(self);

    return file_properties_set(object->job, object->index, id, value);
}

static const IDeliveryOptimizationFile2Vtbl delivery_optimization_file2_vtbl = {
    COM_UNKNOWN_SLOTS(file_object, IDeliveryOptimizationFile2),
    .GetProperty = file_object_GetDoProperty,
    .SetProperty = file_object_SetDoProperty,
};

/* --- Creation ------------------------------------------------------------------------- */

static void file_object_destroy(struct com_object *base)
{
    struct file_object *object = CONTAINING_RECORD(base, struct file_object, base);

    odo_job_release(object->job);
    free(object);
}

static const struct com_interface file_interfaces[] = {
    COM_INTERFACE(file_object, IBackgroundCopyFile5),
    COM_BASE_INTERFACE(file_object, IBackgroundCopyFile5, IBackgroundCopyFile),
    COM_BASE_INTERFACE(file_object, IBackgroundCopyFile5, IBackgroundCopyFile2),
    COM_BASE_INTERFACE(file_object, IBackgroundCopyFile5, IBackgroundCopyFile3),
    COM_BASE_INTERFACE(file_object, IBackgroundCopyFile5, IBackgroundCopyFile4),
    COM_INTERFACE(file_object, IDeliveryOptimizationFile),
    COM_INTERFACE(file_object, IDeliveryOptimizationFile2),
};

static const struct com_class file_class = {
    .destroy = file_object_destroy,
    .interfaces = file_interfaces,
    .interface_count = ARRAYSIZE(file_interfaces),
};

bool file_object_answers(REFIID iid)
{
    return com_class_answers(&file_class, iid);
}

HRESULT file_object_create(struct odo_job *job, uint32_t index, REFIID iid, void **out)
{
    struct file_object *object = calloc(1, sizeof(*object));
    HRESULT hr;

    *out = NULL;
    if (!object) {
        return E_OUTOFMEMORY;
    }
    com_object_init(&object->base, &file_class);
    object->IBackgroundCopyFile5_iface.lpVtbl = &background_copy_file_vtbl;
    object->IDeliveryOptimizationFile_iface.lpVtbl = &delivery_optimization_file_vtbl;
    object->IDeliveryOptimizationFile2_iface.lpVtbl = &delivery_optimization_file2_vtbl;
    object->job = odo_job_add_ref(job);
    object->index = index;

    hr = com_object_query(&object->base, iid, out);
    com_object_release(&object->base); /* `out` holds the only reference, if any */
    return hr;
}
