#include "com/script/automation_dispatch.h"

#include "com/object/this_module.h"

#include <stdlib.h>
#include <wchar.h>

/* The second type library of the module; the first is for clients of the COM interfaces. */
#define LIBRARY_RESOURCE L"\\2"

enum { PATH_MOST = 0x8000 }; /* UTF-16 units of any path, terminator included */

/* The full path of this module with the resource number appended; to be freed. */
static WCHAR *get_library_name(void)
{
    WCHAR *name = malloc((PATH_MOST + ARRAYSIZE(LIBRARY_RESOURCE)) * sizeof(*name));
    DWORD length;

    if (!name) {
        return NULL;
    }
    length = GetModuleFileNameW(this_module_handle(), name, PATH_MOST);
    if (length == 0 || length >= PATH_MOST) {
        free(name);
        return NULL;
    }
    wcscpy(name + length, LIBRARY_RESOURCE);
    return name;
}

HRESULT automation_dispatch_load(REFIID iid, ITypeInfo **description_out)
{
    WCHAR *name = get_library_name();
    ITypeLib *library = NULL;
    HRESULT hr;

    *description_out = NULL;
    if (!name) {
        return E_OUTOFMEMORY;
    }
    hr = LoadTypeLibEx(name, REGKIND_NONE, &library);
    free(name);
    if (SUCCEEDED(hr)) {
        hr = ITypeLib_GetTypeInfoOfGuid(library, iid, description_out);
        ITypeLib_Release(library);
    }
    return hr;
}

HRESULT automation_dispatch_count(UINT *count_out)
{
    if (!count_out) {
        return E_POINTER;
    }
    *count_out = 1;
    return S_OK;
}

HRESULT automation_dispatch_get(ITypeInfo *description, UINT index, ITypeInfo **info_out)
{
    if (!info_out) {
        return E_POINTER;
    }
    *info_out = NULL;
    if (index != 0) {
        return DISP_E_BADINDEX;
    }
    ITypeInfo_AddRef(description);
    *info_out = description;
    return S_OK;
}

HRESULT automation_dispatch_find(ITypeInfo *description, REFIID reserved, LPOLESTR *names,
                                 UINT count, DISPID *ids)
{
    if (!IsEqualIID(reserved, &IID_NULL)) {
        return DISP_E_UNKNOWNINTERFACE;
    }
    return DispGetIDsOfNames(description, names, count, ids);
}

/*
 * Scripts call a property with an argument, as in downloads.Item(id), like a method, and not
 * all of them set both flags.
 */
HRESULT automation_dispatch_invoke(ITypeInfo *description, void *self, DISPID id,
                                   REFIID reserved, WORD flags, DISPPARAMS *arguments,
                                   VARIANT *result, EXCEPINFO *exception, UINT *fault)
{
    if (!IsEqualIID(reserved, &IID_NULL)) {
        return DISP_E_UNKNOWNINTERFACE;
    }
    if (flags & DISPATCH_METHOD) {
        flags |= DISPATCH_PROPERTYGET;
    }
    SetErrorInfo(0, NULL); /* remove the description of an earlier error */
    return DispInvoke(self, description, id, flags, arguments, result, exception, fault);
}
