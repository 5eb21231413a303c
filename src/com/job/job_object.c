/* The COM object of a job. Translates types and errors; all decisions are the engine's. */
#include "com/job/job_object.h"

#include "com/calls/client_stream.h"
#include "com/job/callback.h"
#include "com/job/error_object.h"
#include "com/job/file_enum_object.h"
#include "com/job/file_object.h"
#include "com/job/job_files.h"
#include "com/job/job_http_options.h"
#include "com/job/job_properties.h"
#include "com/job/job_status.h"
#include "com/job/job_unsupported.h"
#include "com/network/conditions.h"
#include "com/network/download_policy.h"
#include "com/network/job_wish.h"
#include "com/object/caller.h"
#include "com/object/com_object.h"
#include "com/object/hresult.h"
#include "com/object/owner.h"
#include "com/object/wide_text.h"

#include <deliveryoptimizationerrors.h>
#include <stdlib.h>

#include "deliveryoptimization.h" /* generated from idl/ */

enum {
    SHORTEST_RETRY_DELAY_S = 5, /* shorter ones are raised to this */
    NOTIFY_FLAGS_KNOWN = BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR | BG_NOTIFY_DISABLE |
                         BG_NOTIFY_JOB_MODIFICATION | BG_NOTIFY_FILE_TRANSFERRED |
                         BG_NOTIFY_FILE_RANGES_TRANSFERRED,
};

struct job_object {
    struct com_object base;
    IBackgroundCopyJob5 IBackgroundCopyJob5_iface; /* and the versions it inherits from */
    IDeliveryOptimizationJob IDeliveryOptimizationJob_iface;
    IDeliveryOptimizationJob2 IDeliveryOptimizationJob2_iface;
    IBackgroundCopyJobHttpOptions IBackgroundCopyJobHttpOptions_iface;
    struct odo_job *job; /* reference counted */
};

COM_DEFINE_UNKNOWN(job_object, IBackgroundCopyJob5)
COM_DEFINE_UNKNOWN(job_object, IDeliveryOptimizationJob)
COM_DEFINE_UNKNOWN(job_object, IDeliveryOptimizationJob2)
COM_DEFINE_UNKNOWN(job_object, IBackgroundCopyJobHttpOptions)

static struct odo_job *job_of(IBackgroundCopyJob5 *self)
{
    return impl_from_IBackgroundCopyJob5(self)->job;
}

/* --- IBackgroundCopyJob: files -------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE job_object_AddFileSet(IBackgroundCopyJob5 *self, ULONG count,
                                                       BG_FILE_INFO *files)
{
    return job_files_add_set(job_of(self), count, files);
}

static HRESULT STDMETHODCALLTYPE job_object_AddFile(IBackgroundCopyJob5 *self, LPCWSTR url,
                                                    LPCWSTR path)
{
    return job_files_add(job_of(self), url, url, path, 0, NULL, DO_UNKNOWN_FILE_SIZE);
}

static HRESULT STDMETHODCALLTYPE job_object_EnumFiles(IBackgroundCopyJob5 *self,
                                                      IEnumBackgroundCopyFiles **enum_out)
{
    return enum_out ? file_enum_object_create(job_of(self), enum_out) : E_INVALIDARG;
}

/* --- IBackgroundCopyJob: lifecycle ---------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE job_object_Suspend(IBackgroundCopyJob5 *self)
{
    HRESULT hr = hresult_from_status(odo_job_suspend(job_of(self)));

    client_stream_wait(job_of(self));
    return hr;
}

/* Would Resume start it? Otherwise the engine reports the error. */
static bool is_at_rest(struct odo_job *job)
{
    switch (odo_job_get_state(job)) {
    case ODO_JOB_SUSPENDED:
    case ODO_JOB_ERROR:
    case ODO_JOB_TRANSFERRED:
        return true;
    default:
        return false;
    }
}

static HRESULT STDMETHODCALLTYPE job_object_Resume(IBackgroundCopyJob5 *self)
{
    struct odo_job *job = job_of(self);
    const struct cost_wish wish = job_wish_get(job);
    HRESULT hr = is_at_rest(job) ? download_policy_check() : S_OK;

    return SUCCEEDED(hr) ? conditions_resume(job, &wish) : hr;
}

static HRESULT STDMETHODCALLTYPE job_object_Cancel(IBackgroundCopyJob5 *self)
{
    bool has_entered = caller_enter();
    HRESULT hr = hresult_from_status(odo_job_cancel(job_of(self)));

    caller_leave(has_entered);
    if (SUCCEEDED(hr)) {
        callback_forget(job_of(self));
    }
    client_stream_wait(job_of(self));
    return hr;
}

static HRESULT STDMETHODCALLTYPE job_object_Complete(IBackgroundCopyJob5 *self)
{
    bool has_entered = caller_enter();
    HRESULT hr = hresult_from_status(odo_job_complete(job_of(self)));

    caller_leave(has_entered);
    if (SUCCEEDED(hr)) {
        callback_forget(job_of(self));
    }
    client_stream_wait(job_of(self));
    return hr;
}

/* --- IBackgroundCopyJob: status ------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE job_object_GetId(IBackgroundCopyJob5 *self, GUID *id_out)
{
    if (!id_out) {
        return E_INVALIDARG;
    }
    odo_job_get_id(job_of(self), (struct odo_job_id *)id_out);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE job_object_GetType(IBackgroundCopyJob5 *self,
                                                    BG_JOB_TYPE *type_out)
{
    (void)self;
    if (!type_out) {
        return E_INVALIDARG;
    }
    *type_out = BG_JOB_TYPE_DOWNLOAD;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE job_object_GetProgress(IBackgroundCopyJob5 *self,
                                                        BG_JOB_PROGRESS *progress_out)
{
    struct odo_job_progress progress;

    if (!progress_out) {
        return E_INVALIDARG;
    }
    odo_job_get_progress(job_of(self), &progress);
    *progress_out = (BG_JOB_PROGRESS){
        .BytesTotal = progress.bytes_total,
        .BytesTransferred = progress.bytes_transferred,
        .FilesTotal = progress.files_total,
        .FilesTransferred = progress.files_transferred,
    };
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE job_object_GetTimes(IBackgroundCopyJob5 *self,
                                                     BG_JOB_TIMES *times_out)
{
    struct odo_job_times times;

    if (!times_out) {
        return E_INVALIDARG;
    }
    odo_job_get_times(job_of(self), &times);
    *times_out = (BG_JOB_TIMES){
        .CreationTime = job_status_time(times.created_us),
        .ModificationTime = job_status_time(times.modified_us),
        .TransferCompletionTime = job_status_time(times.transferred_us),
    };
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE job_object_GetState(IBackgroundCopyJob5 *self,
                                                     BG_JOB_STATE *state_out)
{
    if (!state_out) {
        return E_INVALIDARG;
    }
    *state_out = job_status_state(odo_job_get_state(job_of(self)));
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE job_object_GetError(IBackgroundCopyJob5 *self,
                                                     IBackgroundCopyError **error_out)
{
    return error_out ? error_object_create(job_of(self), error_out) : E_INVALIDARG;
}

static HRESULT STDMETHODCALLTYPE job_object_GetErrorCount(IBackgroundCopyJob5 *self,
                                                          ULONG *count_out)
{
    if (!count_out) {
        return E_INVALIDARG;
    }
    *count_out = odo_job_get_error_count(job_of(self));
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE job_object_GetOwner(IBackgroundCopyJob5 *self,
                                                     LPWSTR *owner_out)
{
    (void)self;
    return owner_out ? owner_get_sid(owner_out) : E_INVALIDARG;
}

/* --- IBackgroundCopyJob: strings ------------------------------------------------------ */

static HRESULT set_text(IBackgroundCopyJob5 *self, enum odo_job_text which, LPCWSTR wide)
{
    char *text;
    enum odo_status status = wide_text_to_utf8(wide, &text);

    if (status == ODO_OK) {
        status = odo_job_set_text(job_of(self), which, text);
    }
    free(text);
    return hresult_from_status(status);
}

static HRESULT get_text(IBackgroundCopyJob5 *self, enum odo_job_text which, LPWSTR *wide_out)
{
    char *text = NULL;
    enum odo_status status;
    HRESULT hr;

    if (!wide_out) {
        return E_INVALIDARG;
    }
    *wide_out = NULL;
    status = odo_job_get_text(job_of(self), which, &text);
    if (status != ODO_OK) {
        return hresult_from_status(status);
    }
    hr = wide_text_from_utf8(text, wide_out);
    odo_free(text);
    return hr;
}

static HRESULT STDMETHODCALLTYPE job_object_SetDisplayName(IBackgroundCopyJob5 *self,
                                                           LPCWSTR name)
{
    return set_text(self, ODO_JOB_DISPLAY_NAME, name);
}

static HRESULT STDMETHODCALLTYPE job_object_GetDisplayName(IBackgroundCopyJob5 *self,
                                                           LPWSTR *name_out)
{
    return get_text(self, ODO_JOB_DISPLAY_NAME, name_out);
}

static HRESULT STDMETHODCALLTYPE job_object_SetDescription(IBackgroundCopyJob5 *self,
                                                           LPCWSTR description)
{
    return set_text(self, ODO_JOB_DESCRIPTION, description);
}

static HRESULT STDMETHODCALLTYPE job_object_GetDescription(IBackgroundCopyJob5 *self,
                                                           LPWSTR *description_out)
{
    return get_text(self, ODO_JOB_DESCRIPTION, description_out);
}

/* --- IBackgroundCopyJob: numbers ------------------------------------------------------ */

static HRESULT set_number(IBackgroundCopyJob5 *self, enum odo_job_number which, uint32_t value)
{
    return hresult_from_status(odo_job_set_number(job_of(self), which, value));
}

static HRESULT get_number(IBackgroundCopyJob5 *self, enum odo_job_number which,
                          ULONG *value_out)
{
    if (!value_out) {
        return E_INVALIDARG;
    }
    *value_out = odo_job_get_number(job_of(self), which);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE job_object_SetPriority(IBackgroundCopyJob5 *self,
                                                        BG_JOB_PRIORITY priority)
{
    HRESULT hr = set_number(self, ODO_JOB_PRIORITY, (uint32_t)priority);

    if (SUCCEEDED(hr)) {
        job_wish_changed(job_of(self)); /* the priority implies a cost policy */
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE job_object_GetPriority(IBackgroundCopyJob5 *self,
                                                        BG_JOB_PRIORITY *priority_out)
{
    if (!priority_out) {
        return E_INVALIDARG;
    }
    *priority_out = (BG_JOB_PRIORITY)odo_job_get_number(job_of(self), ODO_JOB_PRIORITY);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE job_object_SetMinimumRetryDelay(IBackgroundCopyJob5 *self,
                                                                 ULONG seconds)
{
    return set_number(self, ODO_JOB_MINIMUM_RETRY_DELAY, max(seconds, SHORTEST_RETRY_DELAY_S));
}

static HRESULT STDMETHODCALLTYPE job_object_GetMinimumRetryDelay(IBackgroundCopyJob5 *self,
                                                                 ULONG *seconds_out)
{
    return get_number(self, ODO_JOB_MINIMUM_RETRY_DELAY, seconds_out);
}

static HRESULT STDMETHODCALLTYPE job_object_SetNoProgressTimeout(IBackgroundCopyJob5 *self,
                                                                 ULONG seconds)
{
    return set_number(self, ODO_JOB_NO_PROGRESS_TIMEOUT, seconds);
}

static HRESULT STDMETHODCALLTYPE job_object_GetNoProgressTimeout(IBackgroundCopyJob5 *self,
                                                                 ULONG *seconds_out)
{
    return get_number(self, ODO_JOB_NO_PROGRESS_TIMEOUT, seconds_out);
}

/* --- IBackgroundCopyJob: notification ------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE job_object_SetNotifyFlags(IBackgroundCopyJob5 *self,
                                                           ULONG flags)
{
    HRESULT hr;

    if (flags & ~(ULONG)NOTIFY_FLAGS_KNOWN) {
        return E_NOTIMPL;
    }
    hr = set_number(self, ODO_JOB_NOTIFY_FLAGS, flags);
    if (SUCCEEDED(hr)) {
        callback_flags_changed(job_of(self));
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE job_object_GetNotifyFlags(IBackgroundCopyJob5 *self,
                                                           ULONG *flags_out)
{
    return get_number(self, ODO_JOB_NOTIFY_FLAGS, flags_out);
}

static HRESULT STDMETHODCALLTYPE job_object_SetNotifyInterface(IBackgroundCopyJob5 *self,
                                                               IUnknown *client)
{
    return callback_set_client(job_of(self), client);
}

static HRESULT STDMETHODCALLTYPE job_object_GetNotifyInterface(IBackgroundCopyJob5 *self,
                                                               IUnknown **client_out)
{
    return client_out ? callback_get_client(job_of(self), client_out) : E_INVALIDARG;
}

/* --- IBackgroundCopyJob: proxies ------------------------------------------------------ */

static HRESULT STDMETHODCALLTYPE job_object_SetProxySettings(IBackgroundCopyJob5 *self,
                                                             BG_JOB_PROXY_USAGE usage,
                                                             const WCHAR *proxies,
                                                             const WCHAR *bypass)
{
    (void)self;
    (void)usage;
    (void)proxies;
    (void)bypass;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE job_object_GetProxySettings(IBackgroundCopyJob5 *self,
                                                             BG_JOB_PROXY_USAGE *usage_out,
                                                             LPWSTR *proxies_out,
                                                             LPWSTR *bypass_out)
{
    (void)self;
    if (usage_out) {
        *usage_out = BG_JOB_PROXY_USAGE_PRECONFIG;
    }
    if (proxies_out) {
        *proxies_out = NULL;
    }
    if (bypass_out) {
        *bypass_out = NULL;
    }
    return usage_out && proxies_out && bypass_out ? S_OK : E_INVALIDARG;
}

/* --- IBackgroundCopyJob3 -------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE job_object_Job3AddFileWithRanges(IBackgroundCopyJob5 *self,
                                                                  LPCWSTR url, LPCWSTR path,
                                                                  DWORD range_count,
                                                                  BG_FILE_RANGE ranges[])
{
    return job_files_add(job_of(self), url, url, path, range_count, ranges,
                         DO_UNKNOWN_FILE_SIZE);
}

/* --- IBackgroundCopyJob5 -------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE job_object_SetProperty(IBackgroundCopyJob5 *self,
                                                        BITS_JOB_PROPERTY_ID id,
                                                        BITS_JOB_PROPERTY_VALUE value)
{
    return job_properties_set_bits(job_of(self), id, &value);
}

static HRESULT STDMETHODCALLTYPE job_object_GetProperty(IBackgroundCopyJob5 *self,
                                                        BITS_JOB_PROPERTY_ID id,
                                                        BITS_JOB_PROPERTY_VALUE *value_out)
{
    return job_properties_get_bits(job_of(self), id, value_out);
}

static const IBackgroundCopyJob5Vtbl background_copy_job_vtbl = {
    COM_UNKNOWN_SLOTS(job_object, IBackgroundCopyJob5),
    .AddFileSet = job_object_AddFileSet,
    .AddFile = job_object_AddFile,
    .EnumFiles = job_object_EnumFiles,
    .Suspend = job_object_Suspend,
    .Resume = job_object_Resume,
    .Cancel = job_object_Cancel,
    .Complete = job_object_Complete,
    .GetId = job_object_GetId,
    .GetType = job_object_GetType,
    .GetProgress = job_object_GetProgress,
    .GetTimes = job_object_GetTimes,
    .GetState = job_object_GetState,
    .GetError = job_object_GetError,
    .GetOwner = job_object_GetOwner,
    .SetDisplayName = job_object_SetDisplayName,
    .GetDisplayName = job_object_GetDisplayName,
    .SetDescription = job_object_SetDescription,
    .GetDescription = job_object_GetDescription,
    .SetPriority = job_object_SetPriority,
    .GetPriority = job_object_GetPriority,
    .SetNotifyFlags = job_object_SetNotifyFlags,
    .GetNotifyFlags = job_object_GetNotifyFlags,
    .SetNotifyInterface = job_object_SetNotifyInterface,
    .GetNotifyInterface = job_object_GetNotifyInterface,
    .SetMinimumRetryDelay = job_object_SetMinimumRetryDelay,
    .GetMinimumRetryDelay = job_object_GetMinimumRetryDelay,
    .SetNoProgressTimeout = job_object_SetNoProgressTimeout,
    .GetNoProgressTimeout = job_object_GetNoProgressTimeout,
    .GetErrorCount = job_object_GetErrorCount,
    .SetProxySettings = job_object_SetProxySettings,
    .GetProxySettings = job_object_GetProxySettings,
    .TakeOwnership = job_unsupported_TakeOwnership,
    .SetNotifyCmdLine = job_unsupported_SetNotifyCmdLine,
    .GetNotifyCmdLine = job_unsupported_GetNotifyCmdLine,
    .GetReplyProgress = job_unsupported_GetReplyProgress,
    .GetReplyData = job_unsupported_GetReplyData,
    .SetReplyFileName = job_unsupported_SetReplyFileName,
    .GetReplyFileName = job_unsupported_GetReplyFileName,
    .SetCredentials = job_unsupported_SetCredentials,
    .RemoveCredentials = job_unsupported_RemoveCredentials,
    .ReplaceRemotePrefix = job_unsupported_ReplaceRemotePrefix,
    .AddFileWithRanges = job_object_Job3AddFileWithRanges,
    .SetFileACLFlags = job_unsupported_SetFileACLFlags,
    .GetFileACLFlags = job_unsupported_GetFileACLFlags,
    .SetPeerCachingFlags = job_unsupported_SetPeerCachingFlags,
    .GetPeerCachingFlags = job_unsupported_GetPeerCachingFlags,
    .GetOwnerIntegrityLevel = job_unsupported_GetOwnerIntegrityLevel,
    .GetOwnerElevationState = job_unsupported_GetOwnerElevationState,
    .SetMaximumDownloadTime = job_unsupported_SetMaximumDownloadTime,
    .GetMaximumDownloadTime = job_unsupported_GetMaximumDownloadTime,
    .SetProperty = job_object_SetProperty,
    .GetProperty = job_object_GetProperty,
};

/* --- IDeliveryOptimizationJob --------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE job_object_AddFileWithRanges(
    IDeliveryOptimizationJob *self, LPCWSTR file_id, LPCWSTR remote_url, LPCWSTR local_name,
    DWORD range_count, BG_FILE_RANGE ranges[], UINT64 file_size)
{
    return job_files_add(impl_from_IDeliveryOptimizationJob(self)->job, file_id, remote_url,
                         local_name, range_count, ranges, file_size);
}

static const IDeliveryOptimizationJobVtbl delivery_optimization_job_vtbl = {
    COM_UNKNOWN_SLOTS(job_object, IDeliveryOptimizationJob),
    .AddFileWithRanges = job_object_AddFileWithRanges,
};

/* --- IDeliveryOptimizationJob2 -------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE job_object_Job2AddFile(IDeliveryOptimizationJob2 *self,
                                                        LPCWSTR file_id, LPCWSTR remote_url,
                                                        DWORD range_count,
                                                        BG_FILE_RANGE ranges[], REFIID iid,
                                                        void **file_out)
{
    struct odo_job *job = impl_from_IDeliveryOptimizationJob2(self)->job;
    uint32_t index;
    HRESULT hr;

    if (!file_out) {
        return E_INVALIDARG;
    }
    *file_out = NULL;
    if (!iid) {
        return E_INVALIDARG;
    }
    if (!file_object_answers(iid)) {
        return E_NOINTERFACE;
    }
    hr = job_files_add_without_path(job, file_id, remote_url, range_count, ranges, &index);
    return SUCCEEDED(hr) ? file_object_create(job, index, iid, file_out) : hr;
}

static HRESULT STDMETHODCALLTYPE job_object_Job2GetProperty(IDeliveryOptimizationJob2 *self,
                                                            DOJobPropertyId id,
                                                            VARIANT *value_out)
{
    return job_properties_get(impl_from_IDeliveryOptimizationJob2(self)->job, id, value_out);
}

static HRESULT STDMETHODCALLTYPE job_object_Job2SetProperty(IDeliveryOptimizationJob2 *self,
                                                            DOJobPropertyId id,
                                                            const VARIANT *value)
{
    return job_properties_set(impl_from_IDeliveryOptimizationJob2(self)->job, id, value);
}

static const IDeliveryOptimizationJob2Vtbl delivery_optimization_job2_vtbl = {
    COM_UNKNOWN_SLOTS(job_object, IDeliveryOptimizationJob2),
    .AddFile = job_object_Job2AddFile,
    .GetProperty = job_object_Job2GetProperty,
    .SetProperty = job_object_Job2SetProperty,
};

/* --- IBackgroundCopyJobHttpOptions ---------------------------------------------------- */

static struct odo_job *http_job_of(IBackgroundCopyJobHttpOptions *self)
{
    return impl_from_IBackgroundCopyJobHttpOptions(self)->job;
}

static HRESULT STDMETHODCALLTYPE
job_object_SetClientCertificateByID(IBackgroundCopyJobHttpOptions *self,
                                    BG_CERT_STORE_LOCATION location, LPCWSTR store, BYTE *hash)
{
    return job_http_options_set_certificate(http_job_of(self), location, store, hash);
}

static HRESULT STDMETHODCALLTYPE job_object_SetClientCertificateByName(
    IBackgroundCopyJobHttpOptions *self, BG_CERT_STORE_LOCATION location, LPCWSTR store,
    LPCWSTR subject)
{
    return job_http_options_find_certificate(http_job_of(self), location, store, subject);
}

static HRESULT STDMETHODCALLTYPE
job_object_RemoveClientCertificate(IBackgroundCopyJobHttpOptions *self)
{
    return job_http_options_remove_certificate(http_job_of(self));
}

static HRESULT STDMETHODCALLTYPE job_object_GetClientCertificate(
    IBackgroundCopyJobHttpOptions *self, BG_CERT_STORE_LOCATION *location_out,
    LPWSTR *store_out, BYTE **hash_out, LPWSTR *subject_out)
{
    return job_http_options_get_certificate(http_job_of(self), location_out, store_out,
                                            hash_out, subject_out);
}

static HRESULT STDMETHODCALLTYPE
job_object_SetCustomHeaders(IBackgroundCopyJobHttpOptions *self, LPCWSTR headers)
{
    return job_http_options_set_headers(http_job_of(self), headers);
}

static HRESULT STDMETHODCALLTYPE
job_object_GetCustomHeaders(IBackgroundCopyJobHttpOptions *self, LPWSTR *headers_out)
{
    return job_http_options_get_headers(http_job_of(self), headers_out);
}

static HRESULT STDMETHODCALLTYPE
job_object_SetSecurityFlags(IBackgroundCopyJobHttpOptions *self, ULONG flags)
{
    return job_http_options_set_flags(http_job_of(self), flags);
}

static HRESULT STDMETHODCALLTYPE
job_object_GetSecurityFlags(IBackgroundCopyJobHttpOptions *self, ULONG *flags_out)
{
    return job_http_options_get_flags(http_job_of(self), flags_out);
}

static const IBackgroundCopyJobHttpOptionsVtbl job_http_options_vtbl = {
    COM_UNKNOWN_SLOTS(job_object, IBackgroundCopyJobHttpOptions),
    .SetClientCertificateByID = job_object_SetClientCertificateByID,
    .SetClientCertificateByName = job_object_SetClientCertificateByName,
    .RemoveClientCertificate = job_object_RemoveClientCertificate,
    .GetClientCertificate = job_object_GetClientCertificate,
    .SetCustomHeaders = job_object_SetCustomHeaders,
    .GetCustomHeaders = job_object_GetCustomHeaders,
    .SetSecurityFlags = job_object_SetSecurityFlags,
    .GetSecurityFlags = job_object_GetSecurityFlags,
};

/* --- Creation ------------------------------------------------------------------------- */

static void job_object_destroy(struct com_object *base)
{
    struct job_object *object = CONTAINING_RECORD(base, struct job_object, base);

    odo_job_release(object->job);
    free(object);
}

static const struct com_interface job_interfaces[] = {
    COM_INTERFACE(job_object, IBackgroundCopyJob5),
    COM_BASE_INTERFACE(job_object, IBackgroundCopyJob5, IBackgroundCopyJob),
    COM_BASE_INTERFACE(job_object, IBackgroundCopyJob5, IBackgroundCopyJob2),
    COM_BASE_INTERFACE(job_object, IBackgroundCopyJob5, IBackgroundCopyJob3),
    COM_BASE_INTERFACE(job_object, IBackgroundCopyJob5, IBackgroundCopyJob4),
    COM_INTERFACE(job_object, IDeliveryOptimizationJob),
    COM_INTERFACE(job_object, IDeliveryOptimizationJob2),
    COM_INTERFACE(job_object, IBackgroundCopyJobHttpOptions),
};

static const struct com_class job_class = {
    .destroy = job_object_destroy,
    .interfaces = job_interfaces,
    .interface_count = ARRAYSIZE(job_interfaces),
};

HRESULT job_object_create(struct odo_job *job, REFIID iid, void **out)
{
    struct job_object *object = calloc(1, sizeof(*object));
    HRESULT hr;

    *out = NULL;
    if (!object) {
        return E_OUTOFMEMORY;
    }
    com_object_init(&object->base, &job_class);
    object->IBackgroundCopyJob5_iface.lpVtbl = &background_copy_job_vtbl;
    object->IDeliveryOptimizationJob_iface.lpVtbl = &delivery_optimization_job_vtbl;
    object->IDeliveryOptimizationJob2_iface.lpVtbl = &delivery_optimization_job2_vtbl;
    object->IBackgroundCopyJobHttpOptions_iface.lpVtbl = &job_http_options_vtbl;
    object->job = odo_job_add_ref(job);

    hr = com_object_query(&object->base, iid, out);
    com_object_release(&object->base); /* `out` holds the only reference, if any */
    return hr;
}
