#include "com/object/this_module.h"

HMODULE this_module_handle(void)
{
    static const WCHAR address_in_this_module[] = L"";
    HMODULE module = NULL;

    /* Cannot fail for an address that we hold. */
    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                           GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                       address_in_this_module, &module);
    return module;
}
