#include "com/wine/wine.h"

#include <windows.h>

bool wine_is_here(void)
{
    return GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != NULL;
}
