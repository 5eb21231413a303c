/* The DLL's entry points, each one line into the room. */
#include "com/download/download.h"
#include "com/server/class_factory.h"
#include "com/server/module.h"
#include "com/server/proxies.h"
#include "com/server/registration.h"

#include <olectl.h>

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved);

/*
 * Nothing may be started or ended under the loader's lock. When the process ends (`reserved` is
 * not NULL) only files are deleted that would otherwise stay.
 */
BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved)
{
    if (reason == DLL_PROCESS_ATTACH) {
        DisableThreadLibraryCalls(instance);
    } else if (reason == DLL_PROCESS_DETACH && reserved) {
        download_process_ends();
    }
    return TRUE;
}

STDAPI DllGetClassObject(REFCLSID clsid, REFIID iid, void **out)
{
    return class_factory_get(clsid, iid, out);
}

STDAPI DllCanUnloadNow(void)
{
    return module_can_unload() && proxies_can_unload() ? S_OK : S_FALSE;
}

STDAPI DllRegisterServer(void)
{
    return registration_install(true, NULL);
}

STDAPI DllUnregisterServer(void)
{
    return registration_install(false, NULL);
}

STDAPI DllInstall(BOOL install, PCWSTR words);

STDAPI DllInstall(BOOL install, PCWSTR words)
{
    return registration_install(install, words);
}
