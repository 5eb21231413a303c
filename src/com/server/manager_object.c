#include "com/server/manager_object.h"

#include "com/download/download_enum_object.h"
#include "com/download/download_object.h"
#include "com/job/callback.h"
#include "com/job/job_enum_object.h"
#include "com/job/job_object.h"
#include "com/network/job_wish.h"
#include "com/object/client_security.h"
#include "com/object/com_object.h"
#include "com/object/error_text.h"
#include "com/object/hresult.h"
#include "com/object/owner.h"
#include "com/object/wide_text.h"
#include "com/server/module.h"

#include <assert.h>
#include <stdlib.h>

#include "deliveryoptimization.h" /* generated from idl/ */

static_assert(sizeof(struct odo_job_id) == sizeof(GUID), "an id is a GUID in memory");

struct manager_object {
    struct com_object base;
    IBackgroundCopyManager IBackgroundCopyManager_iface;
    IDOManager IDOManager_iface;
    struct client_security security;
};

COM_DEFINE_UNKNOWN(manager_object, IBackgroundCopyManager)
COM_DEFINE_UNKNOWN(manager_object, IDOManager)

/* --- IBackgroundCopyManager ----------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE manager_object_CreateJob(IBackgroundCopyManager *self,
                                                          LPCWSTR display_name,
                                                          BG_JOB_TYPE type, GUID *id_out,
                                                          IBackgroundCopyJob **job_out)
{
    struct odo_engine *engine;
    struct odo_job *job = NULL;
    char *name = NULL;
    enum odo_status status;
    HRESULT hr;

    (void)self;
    if (id_out) {
        *id_out = GUID_NULL;
    }
    if (job_out) {
        *job_out = NULL;
    }
    if (!id_out || !job_out) {
        return E_INVALIDARG;
    }
    if (type != BG_JOB_TYPE_DOWNLOAD) {
        return E_NOTIMPL;
    }
    status = wide_text_to_utf8(display_name, &name);
    if (status == ODO_OK) {
        status = module_get_engine(&engine);
    }
    if (status == ODO_OK) {
        status = odo_job_create(engine, name, &job);
    }
    free(name);
    if (status != ODO_OK) {
        return hresult_from_status(status);
    }
    hr = owner_claim(job);
    if (SUCCEEDED(hr)) {
        hr = job_object_create(job, &IID_IBackgroundCopyJob, (void **)job_out);
    }
    if (SUCCEEDED(hr)) {
        odo_job_get_id(job, (struct odo_job_id *)id_out);
    } else {
        odo_job_cancel(job); /* it would be unreachable */
    }
    odo_job_release(job);
    return hr;
}

static bool is_legacy(struct odo_job *job)
{
    return odo_job_get_number(job, ODO_JOB_KIND) != DOWNLOAD_KIND;
}

/* It may have been loaded from the store, and the engine may have resumed it. */
static void note_found(struct odo_job *job)
{
    callback_job_found(job);
    job_wish_changed(job);
}

static HRESULT STDMETHODCALLTYPE manager_object_GetJob(IBackgroundCopyManager *self, REFGUID id,
                                                       IBackgroundCopyJob **job_out)
{
    struct odo_engine *engine;
    struct odo_job *job = NULL;
    enum odo_status status;
    HRESULT hr;

    (void)self;
    if (!job_out) {
        return E_INVALIDARG;
    }
    *job_out = NULL;
    if (!id) {
        return E_INVALIDARG;
    }
    status = module_get_engine(&engine);
    if (status == ODO_OK) {
        status = odo_job_find(engine, (const struct odo_job_id *)id, &job);
    }
    if (status == ODO_OK && !is_legacy(job)) {
        odo_job_release(job);
        status = ODO_E_NOT_FOUND;
    }
    if (status != ODO_OK) {
        return hresult_from_status(status);
    }
    hr = owner_check(job);
    if (SUCCEEDED(hr)) {
        note_found(job);
        hr = job_object_create(job, &IID_IBackgroundCopyJob, (void **)job_out);
    }
    odo_job_release(job);
    return hr;
}

/* Leave out other users' jobs, and downloads of the modern model. */
static size_t keep_visible(struct odo_job **jobs, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (is_legacy(jobs[i]) && SUCCEEDED(owner_check(jobs[i]))) {
            note_found(jobs[i]);
            jobs[kept++] = jobs[i];
        } else {
            odo_job_release(jobs[i]);
        }
    }
    return kept;
}

/* The store belongs to one user, so ALL_USERS lists the same jobs. */
static HRESULT STDMETHODCALLTYPE manager_object_EnumJobs(IBackgroundCopyManager *self,
                                                         DWORD flags,
                                                         IEnumBackgroundCopyJobs **enum_out)
{
    struct odo_engine *engine;
    struct odo_job **jobs;
    size_t count;
    enum odo_status status;

    (void)self;
    if (!enum_out) {
        return E_INVALIDARG;
    }
    *enum_out = NULL;
    if (flags & ~(DWORD)BG_JOB_ENUM_ALL_USERS) {
        return E_INVALIDARG;
    }
    status = module_get_engine(&engine);
    if (status == ODO_OK) {
        status = odo_job_list(engine, &jobs, &count);
    }
    if (status != ODO_OK) {
        return hresult_from_status(status);
    }
    return job_enum_object_create(jobs, keep_visible(jobs, count), enum_out);
}

static HRESULT STDMETHODCALLTYPE manager_object_GetErrorDescription(
    IBackgroundCopyManager *self, HRESULT code, DWORD language, LPWSTR *description_out)
{
    (void)self;
    if (!description_out) {
        return E_INVALIDARG;
    }
    return error_text_describe(code, language, description_out);
}

static const IBackgroundCopyManagerVtbl background_copy_manager_vtbl = {
    COM_UNKNOWN_SLOTS(manager_object, IBackgroundCopyManager),
    .CreateJob = manager_object_CreateJob,
    .GetJob = manager_object_GetJob,
    .EnumJobs = manager_object_EnumJobs,
    .GetErrorDescription = manager_object_GetErrorDescription,
};

/* --- IDOManager ----------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE manager_object_CreateDownload(IDOManager *self,
                                                               IDODownload **download_out)
{
    struct odo_engine *engine;
    struct download *download;
    HRESULT hr;

    (void)self;
    if (!download_out) {
        return E_POINTER;
    }
    *download_out = NULL;
    hr = hresult_from_status(module_get_engine(&engine));
    if (SUCCEEDED(hr)) {
        hr = download_create(engine, &download);
    }
    if (SUCCEEDED(hr)) {
        hr = download_object_create(download, &IID_IDODownload, (void **)download_out);
        download_release(download);
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE manager_object_EnumDownloads(
    IDOManager *self, const DO_DOWNLOAD_ENUM_CATEGORY *category, IEnumUnknown **enum_out)
{
    struct odo_engine *engine;
    HRESULT hr;

    (void)self;
    if (!enum_out) {
        return E_POINTER;
    }
    *enum_out = NULL;
    hr = hresult_from_status(module_get_engine(&engine));
    return SUCCEEDED(hr) ? download_enum_object_create(engine, category, enum_out) : hr;
}

static const IDOManagerVtbl do_manager_vtbl = {
    COM_UNKNOWN_SLOTS(manager_object, IDOManager),
    .CreateDownload = manager_object_CreateDownload,
    .EnumDownloads = manager_object_EnumDownloads,
};

/* --- Creation ------------------------------------------------------------------------- */

static void manager_object_destroy(struct com_object *base)
{
    free(CONTAINING_RECORD(base, struct manager_object, base));
}

static const struct com_interface manager_interfaces[] = {
    COM_INTERFACE(manager_object, IDOManager),
    COM_INTERFACE(manager_object, IBackgroundCopyManager),
    {&IID_IClientSecurity, offsetof(struct manager_object, security.IClientSecurity_iface)},
};

static const struct com_class manager_class = {
    .destroy = manager_object_destroy,
    .interfaces = manager_interfaces,
    .interface_count = ARRAYSIZE(manager_interfaces),
    .remote_kind = COM_REMOTE_MANAGER,
};

HRESULT manager_object_create(REFIID iid, void **out)
{
    struct manager_object *object = calloc(1, sizeof(*object));
    HRESULT hr;

    *out = NULL;
    if (!object) {
        return E_OUTOFMEMORY;
    }
    com_object_init(&object->base, &manager_class);
    object->IBackgroundCopyManager_iface.lpVtbl = &background_copy_manager_vtbl;
    object->IDOManager_iface.lpVtbl = &do_manager_vtbl;
    client_security_init(&object->security, &object->base);

    hr = com_object_query(&object->base, iid, out);
    com_object_release(&object->base); /* `out` holds the only reference, if any */
    return hr;
}
