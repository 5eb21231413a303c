/* The DLL's entry points. */
#include "com/download/download.h"
#include "com/server/class_factory.h"
#include "com/server/module.h"
#include "com/server/proxies.h"
#include "com/server/registration_install.h"

#include <olectl.h>

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved);

/*
 * Under the loader lock nothing may be started or stopped. At process exit (`reserved` is not
 * NULL), only temporary files are deleted.
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
