#include "com/script/automation_error.h"

#include "com/object/error_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <wchar.h>

#define SOURCE L"OpenDO.Downloads"

enum { SENTENCE_MAX = 1024 };

/* Without memory there is the code alone, as a client must be ready for. */
static void set_error_info(const WCHAR *sentence)
{
    ICreateErrorInfo *making = NULL;
    IErrorInfo *info = NULL;

    SetErrorInfo(0, NULL); /* what an earlier call left behind is not about this one */
    if (FAILED(CreateErrorInfo(&making))) {
        return;
    }
    if (SUCCEEDED(ICreateErrorInfo_SetSource(making, (LPOLESTR)(uintptr_t)SOURCE)) &&
        SUCCEEDED(ICreateErrorInfo_SetDescription(making, (LPOLESTR)(uintptr_t)sentence)) &&
        SUCCEEDED(ICreateErrorInfo_QueryInterface(making, &IID_IErrorInfo, (void **)&info))) {
        SetErrorInfo(0, info);
        IErrorInfo_Release(info);
    }
    ICreateErrorInfo_Release(making);
}

HRESULT automation_error(HRESULT code, const WCHAR *sentence)
{
    set_error_info(sentence);
    return code;
}

HRESULT automation_error_format(HRESULT code, const WCHAR *format, ...)
{
    WCHAR sentence[SENTENCE_MAX];
    va_list arguments;

    va_start(arguments, format);
    if (vswprintf(sentence, SENTENCE_MAX, format, arguments) < 0) {
        sentence[SENTENCE_MAX - 1] = L'\0'; /* what fits has been written */
    }
    va_end(arguments);
    set_error_info(sentence);
    return code;
}

HRESULT automation_error_pass(HRESULT code, const WCHAR *doing)
{
    WCHAR *words = NULL;

    if (SUCCEEDED(code)) {
        return code;
    }
    if (FAILED(error_text_describe(code, 0, &words))) {
        return automation_error(code, doing ? doing : L"Out of memory");
    }
    if (doing) {
        automation_error_format(code, L"%ls: %ls", doing, words);
    } else {
        automation_error(code, words);
    }
    CoTaskMemFree(words);
    return code;
}

/* --- ISupportErrorInfo ------------------------------------------------------------------ */

static struct automation_error_support *support_of(ISupportErrorInfo *self)
{
    return CONTAINING_RECORD(self, struct automation_error_support, ISupportErrorInfo_iface);
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

void automation_error_support_init(struct automation_error_support *support,
                                   struct com_object *owner, const IID *iid)
{
    support->ISupportErrorInfo_iface.lpVtbl = &support_vtbl;
    support->owner = owner;
    support->iid = iid;
}
