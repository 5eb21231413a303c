#include "com/job/error_object.h"

#include "com/job/file_object.h"
#include "com/object/error_text.h"
#include "com/object/hresult.h"
#include "com/object/wide_text.h"

#include <deliveryoptimizationerrors.h>
#include <stdlib.h>
#include <string.h>

enum { HTTP_FORBIDDEN = 403 };

struct error_object {
    struct com_object base;
    IBackgroundCopyError IBackgroundCopyError_iface;
    HRESULT code;
    BG_ERROR_CONTEXT context;
    struct odo_job *job; /* reference counted */
    uint32_t file_index; /* UINT32_MAX if no particular file has failed */
};

COM_DEFINE_UNKNOWN(error_object, IBackgroundCopyError)

static HRESULT STDMETHODCALLTYPE error_object_GetError(IBackgroundCopyError *self,
                                                       BG_ERROR_CONTEXT *context_out,
                                                       HRESULT *code_out)
{
    struct error_object *object = impl_from_IBackgroundCopyError(self);

    if (!context_out || !code_out) {
        return E_INVALIDARG;
    }
    *context_out = object->context;
    *code_out = object->code;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE error_object_GetFile(IBackgroundCopyError *self,
                                                      IBackgroundCopyFile **file_out)
{
    struct error_object *object = impl_from_IBackgroundCopyError(self);

    if (!file_out) {
        return E_INVALIDARG;
    }
    *file_out = NULL;
    if (object->file_index == UINT32_MAX) {
        return DO_E_FILE_NOT_AVAILABLE;
    }
    return file_object_create(object->job, object->file_index, &IID_IBackgroundCopyFile,
                              (void **)file_out);
}

static HRESULT STDMETHODCALLTYPE error_object_GetErrorDescription(IBackgroundCopyError *self,
                                                                  DWORD language,
                                                                  LPWSTR *description_out)
{
    if (!description_out) {
        return E_INVALIDARG;
    }
    return error_text_describe(impl_from_IBackgroundCopyError(self)->code, language,
                               description_out);
}

static HRESULT STDMETHODCALLTYPE error_object_GetErrorContextDescription(
    IBackgroundCopyError *self, DWORD language, LPWSTR *description_out)
{
    (void)language;
    if (!description_out) {
        return E_INVALIDARG;
    }
    return error_text_describe_context(impl_from_IBackgroundCopyError(self)->context,
                                       description_out);
}

static HRESULT STDMETHODCALLTYPE error_object_GetProtocol(IBackgroundCopyError *self,
                                                          LPWSTR *protocol_out)
{
    struct error_object *object = impl_from_IBackgroundCopyError(self);
    const WCHAR *protocol;
    char *url = NULL;
    enum odo_status status;

    if (!protocol_out) {
        return E_INVALIDARG;
    }
    *protocol_out = NULL;
    if (object->file_index == UINT32_MAX) {
        return BG_E_PROTOCOL_NOT_AVAILABLE;
    }
    status = odo_file_get_text(object->job, object->file_index, ODO_FILE_URL, &url);
    if (status != ODO_OK) {
        return hresult_from_status(status);
    }
    protocol = _strnicmp(url, "https:", 6) == 0 ? L"https" : L"http";
    odo_free(url);
    return wide_text_copy(protocol, protocol_out);
}

static const IBackgroundCopyErrorVtbl background_copy_error_vtbl = {
    COM_UNKNOWN_SLOTS(error_object, IBackgroundCopyError),
    .GetError = error_object_GetError,
    .GetFile = error_object_GetFile,
    .GetErrorDescription = error_object_GetErrorDescription,
    .GetErrorContextDescription = error_object_GetErrorContextDescription,
    .GetProtocol = error_object_GetProtocol,
};

static void error_object_destroy(struct com_object *base)
{
    struct error_object *object = CONTAINING_RECORD(base, struct error_object, base);

    odo_job_release(object->job);
    free(object);
}

static const struct com_interface error_interfaces[] = {
    COM_INTERFACE(error_object, IBackgroundCopyError),
};

static const struct com_class error_class = {
    .destroy = error_object_destroy,
    .interfaces = error_interfaces,
    .interface_count = ARRAYSIZE(error_interfaces),
};

/* Delivery Optimization has a specific context for a single HTTP status. */
static BG_ERROR_CONTEXT context_of(const struct odo_error *error)
{
    return error->status == ODO_E_HTTP_STATUS && error->http_status == HTTP_FORBIDDEN
               ? BG_ERROR_CONTEXT_REMOTE_FILE
               : BG_ERROR_CONTEXT_NONE;
}

HRESULT error_object_create(struct odo_job *job, IBackgroundCopyError **out)
{
    struct error_object *object;
    struct odo_error error;
    uint32_t file_index;
    enum odo_status status;

    *out = NULL;
    status = odo_job_get_error(job, &error, &file_index);
    if (status != ODO_OK) {
        return hresult_from_status(status);
    }
    object = calloc(1, sizeof(*object));
    if (!object) {
        return E_OUTOFMEMORY;
    }
    com_object_init(&object->base, &error_class);
    object->IBackgroundCopyError_iface.lpVtbl = &background_copy_error_vtbl;
    object->code = hresult_from_error(&error);
    object->context = context_of(&error);
    object->job = odo_job_add_ref(job);
    object->file_index = file_index;
    *out = &object->IBackgroundCopyError_iface;
    return S_OK;
}
