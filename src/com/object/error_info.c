#include "com/object/error_info.h"

#include "com/object/error_text.h"

#include <stdint.h>

void error_info_set(const WCHAR *source, const WCHAR *sentence)
{
    ICreateErrorInfo *making = NULL;
    IErrorInfo *info = NULL;

    SetErrorInfo(0, NULL); /* remove the description of an earlier error */
    if (FAILED(CreateErrorInfo(&making))) {
        return;
    }
    if (SUCCEEDED(ICreateErrorInfo_SetSource(making, (LPOLESTR)(uintptr_t)source)) &&
        SUCCEEDED(ICreateErrorInfo_SetDescription(making, (LPOLESTR)(uintptr_t)sentence)) &&
        SUCCEEDED(ICreateErrorInfo_QueryInterface(making, &IID_IErrorInfo, (void **)&info))) {
        SetErrorInfo(0, info);
        IErrorInfo_Release(info);
    }
    ICreateErrorInfo_Release(making);
}

HRESULT error_info_pass(const WCHAR *source, HRESULT code)
{
    LPWSTR words = NULL;

    if (SUCCEEDED(code)) {
        return code;
    }
    if (SUCCEEDED(error_text_describe(code, 0, &words))) {
        error_info_set(source, words);
        CoTaskMemFree(words);
    } else {
        SetErrorInfo(0, NULL); /* remove the description of an earlier error */
    }
    return code;
}

/* --- ISupportErrorInfo ---------------------------------------------------------------- */

static struct error_info_support *support_of(ISupportErrorInfo *self)
{
    return CONTAINING_RECORD(self, struct error_info_support, ISupportErrorInfo_iface);
}

static HRESULT STDMETHODCALLTYPE support_QueryInterface(ISupportErrorInfo *self, REFIID iid,
                                                        void **out)
{
    return com_object_query(support_of(self)->owner, iid, out);
}

static ULONG STDMETHODCALLTYPE support_AddRef(ISupportErrorInfo *self)
{
    return com_object_add_ref(support_of(self)->owner);
}

static ULONG STDMETHODCALLTYPE support_Release(ISupportErrorInfo *self)
{
    return com_object_release(support_of(self)->owner);
}

static HRESULT STDMETHODCALLTYPE support_InterfaceSupportsErrorInfo(ISupportErrorInfo *self,
                                                                    REFIID iid)
{
    return IsEqualIID(iid, support_of(self)->iid) ? S_OK : S_FALSE;
}

static const ISupportErrorInfoVtbl support_vtbl = {
    .QueryInterface = support_QueryInterface,
    .AddRef = support_AddRef,
    .Release = support_Release,
    .InterfaceSupportsErrorInfo = support_InterfaceSupportsErrorInfo,
};

void error_info_support_init(struct error_info_support *support, struct com_object *owner,
                             const IID *iid)
{
    support->ISupportErrorInfo_iface.lpVtbl = &support_vtbl;
    support->owner = owner;
    support->iid = iid;
}
