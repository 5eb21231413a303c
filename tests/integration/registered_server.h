/*
 * The DLL as a program meets it that knows nothing of it but the registry: registered, and made
 * by COM when somebody asks for its class.
 *
 * Jobs are kept in a folder of the test's own, so that neither what a test leaves nor what a
 * user has matters to the other.
 */
#ifndef TESTS_INTEGRATION_REGISTERED_SERVER_H
#define TESTS_INTEGRATION_REGISTERED_SERVER_H

#include "com/client.h"
#include "integration/registry_copy.h"
#include "support/temp_folder.h"

#include <wchar.h>

#define PRODUCT_CLASS L"{7E4F9C62-3B1D-4E5A-9A55-0D0C1B6E2F31}"
#define DO_CLASS      L"{5B99FA76-721C-423C-ADAC-56D03C8A8007}"

/* Of the proxies, and of the local server. */
#define PROXIES_CLASS L"{B08CE5F7-F4E7-421E-9680-93FA1E4B182F}"
#define SERVER_APP_ID L"{FCCC8316-A076-4E7C-85CD-454DE87B4509}"
#define REMOTE_CLASS  L"{9EBF7DF7-2A7E-4BA1-85A4-D05D37428471}"

/* Those of idl/OpenDO.idl. */
#define SCRIPT_CLASS   L"{53A4564E-8884-4A3F-B260-E6BAB42938E9}"
#define SHARED_CLASS   L"{B4C1F4C5-0C5E-4B0B-9C7A-0B5B5E0B7D52}"
#define SCRIPT_LIBRARY L"{DB1551D0-2AD2-4A04-A015-69C5BA3D755C}"

/*
 * The full path of the DLL under test, as Windows writes it. Where a test runs elsewhere than
 * where it was built, ODO_DLL in the environment says where the DLL is.
 */
static inline const WCHAR *server_path(void)
{
    static WCHAR path[1024];
    WCHAR given[1024];

    if (*path) {
        return path;
    }
    if (!GetEnvironmentVariableW(L"ODO_DLL", given, (DWORD)TEST_COUNT(given))) {
        wcscpy(given, L"" ODO_DLL);
    }
    if (!GetFullPathNameW(given, (DWORD)TEST_COUNT(path), path, NULL)) {
        fprintf(stderr, "no full path for %ls\n", given);
        exit(EXIT_FAILURE);
    }
    return path;
}

/* An entry point of the DLL, which must be there. `module` has been loaded. */
static inline FARPROC server_entry(HMODULE module, const char *name)
{
    FARPROC entry = GetProcAddress(module, name);

    if (!entry) {
        fprintf(stderr, "%s has no %s\n", ODO_DLL, name);
        exit(EXIT_FAILURE);
    }
    return entry;
}

/* Call one of DllRegisterServer, DllUnregisterServer and DllCanUnloadNow. */
static inline HRESULT server_call(HMODULE module, const char *name)
{
    union {
        FARPROC any;
        HRESULT(STDAPICALLTYPE *plain)(void);
    } entry = {.any = server_entry(module, name)};

    return entry.plain();
}

/* True as well when COM has unloaded it already. */
static inline bool client_server_can_unload(void)
{
    HMODULE module = GetModuleHandleW(wcsrchr(server_path(), L'\\') + 1);

    return !module || server_call(module, "DllCanUnloadNow") == S_OK;
}

/* DllInstall, as regsvr32 /i calls it. */
static inline HRESULT server_install(HMODULE module, bool install, const WCHAR *words)
{
    union {
        FARPROC any;
        HRESULT(STDAPICALLTYPE *plain)(BOOL, PCWSTR);
    } entry = {.any = server_entry(module, "DllInstall")};

    return entry.plain(install, words);
}

static inline HMODULE server_load(void)
{
    HMODULE module = LoadLibraryW(server_path());

    if (!module) {
        fprintf(stderr, "%s cannot be loaded (error %lu)\n", ODO_DLL, GetLastError());
        exit(EXIT_FAILURE);
    }
    return module;
}

/* Is the DLL in this process? */
static inline bool server_is_loaded(void)
{
    return GetModuleHandleW(wcsrchr(server_path(), L'\\') + 1) != NULL;
}

/* The keys that a registration may touch, below Software\Classes. */
static const WCHAR *const server_keys[] = {
    L"CLSID\\" PRODUCT_CLASS, L"CLSID\\" DO_CLASS, L"OpenDO.DeliveryOptimization",
    L"OpenDO.DeliveryOptimization.1", L"CLSID\\" SCRIPT_CLASS, L"OpenDO.Downloads",
    L"OpenDO.Downloads.1", L"CLSID\\" SHARED_CLASS, L"OpenDO.SharedDownloads",
    L"OpenDO.SharedDownloads.1", L"TypeLib\\" SCRIPT_LIBRARY, L"CLSID\\" REMOTE_CLASS,
    L"Interface\\{5D43D778-C423-4D84-A645-FD1F52FC1A92}",
    L"Interface\\{9EA2A3C5-E2DD-4F10-9704-C187C3FDC353}", L"CLSID\\" PROXIES_CLASS,
    L"AppID\\" SERVER_APP_ID,
    /* The interfaces for which neither Windows' BITS nor Wine's has proxies. */
    L"Interface\\{659CDEAA-489E-11D9-A9CD-000D56965251}", /* IBackgroundCopyFile3 */
    L"Interface\\{EF7E0655-7888-4960-B0E5-730846E03492}", /* IBackgroundCopyFile4 */
    L"Interface\\{85C1657F-DAFC-40E8-8834-DF18EA25717E}", /* IBackgroundCopyFile5 */
    L"Interface\\{E847030C-BBBA-4657-AF6D-484AA42BF1FE}", /* IBackgroundCopyJob5 */
    L"Interface\\{98C97BD2-E32B-4AD8-A528-95FD8B16BD42}", /* IBackgroundCopyCallback3 */
    L"Interface\\{EE2584CF-A69C-4848-B633-2649962B3EF7}", /* IDeliveryOptimizationJob */
    L"Interface\\{18995A26-BF59-4ABE-9F8B-D5092D5A2405}", /* IDeliveryOptimizationJob2 */
    L"Interface\\{B76B9699-E99E-4101-803F-A20E325D93E2}", /* IDeliveryOptimizationFile */
    L"Interface\\{3A87296F-6EC2-4126-AB29-E3F8DC4CC390}", /* IDeliveryOptimizationFile2 */
    L"Interface\\{FBBD7FC0-C147-4727-A38D-827EF071EE77}", /* IDODownload */
    L"Interface\\{D166E8E3-A90E-4392-8E87-05E996D3747D}", /* IDODownloadStatusCallback */
    L"Interface\\{400E2D4A-1431-4C1A-A748-39CA472CFDB1}", /* IDOManager */
};

enum { SERVER_KEY_COUNT = sizeof(server_keys) / sizeof(server_keys[0]) };

/* What a test found and puts back when it ends. */
struct registered_server {
    struct registry_copy before[SERVER_KEY_COUNT];
    char *store;
};

static inline HKEY server_open_classes(HKEY hive)
{
    HKEY classes = NULL;

    if (RegCreateKeyExW(hive, L"Software\\Classes", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &classes,
                        NULL) != ERROR_SUCCESS) {
        fprintf(stderr, "the registry's classes cannot be opened\n");
        exit(EXIT_FAILURE);
    }
    return classes;
}

/* Have a folder of this program's own for jobs. It goes with registered_server_end(). */
static inline char *server_use_own_store(void)
{
    char *store = temp_folder_create();

    SetEnvironmentVariableW(L"OPENDO_STORE", client_wide(store));
    return store;
}

/*
 * Take out of the registry whatever is there of the classes, so that what another program left,
 * or a test that was killed, does not matter. registered_server_end() puts it back.
 */
static inline void registered_server_hide(struct registered_server *server)
{
    HKEY classes = server_open_classes(HKEY_LOCAL_MACHINE);

    for (size_t i = 0; i < SERVER_KEY_COUNT; i++) {
        registry_copy_take(&server->before[i], classes, server_keys[i]);
        registry_copy_delete(classes, server_keys[i]);
    }
    RegCloseKey(classes);
    server->store = server_use_own_store();
}

/*
 * Register the DLL, and have it win over whoever has the class of Delivery Optimization. Ends
 * the program when it cannot be done.
 */
static inline void registered_server_begin(struct registered_server *server)
{
    HMODULE module = server_load();
    HRESULT hr;

    registered_server_hide(server);
    hr = server_call(module, "DllRegisterServer");
    FreeLibrary(module);
    if (hr != S_OK) {
        fprintf(stderr, "%s cannot be registered (0x%08lX)\n", ODO_DLL, (unsigned long)hr);
        exit(EXIT_FAILURE);
    }
}

/* Put the registry back as it was. */
static inline void registered_server_end(struct registered_server *server)
{
    HKEY classes = server_open_classes(HKEY_LOCAL_MACHINE);

    for (size_t i = 0; i < SERVER_KEY_COUNT; i++) {
        registry_copy_put_back(&server->before[i], classes);
        registry_copy_free(&server->before[i]);
    }
    RegCloseKey(classes);
    temp_folder_remove(server->store);
}

#endif
