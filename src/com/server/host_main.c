/*
 * dosvc-host.exe: the local server, for clients that ask for CLSCTX_LOCAL_SERVER. One process
 * serves all clients of a user.
 *
 * COM starts it with -Embedding when the first client needs it. It ends when it was unused for
 * OPENDO_HOST_IDLE_SECONDS (30): no object, no lock, and no running job. So a transfer
 * continues after its client has ended. Stopped volatile downloads without COM objects are then
 * aborted, and their temporary files deleted.
 *
 * On Windows no activation is lost. The process holds a COM server reference until it has been
 * idle for that time; releasing it atomically suspends the class objects, unless a client has
 * connected meanwhile. Later clients get a new process.
 */
#include "com/object/com_marshal.h"
#include "com/object/owner.h"
#include "com/server/class_factory.h"
#include "com/server/module.h"
#include "com/server/permissions.h"
#include "com/server/proxies.h"
#include "com/server/registry_table.h"
#include "com/wine/client_watch.h"
#include "com/wine/kept_stubs.h"
#include "com/wine/standard_handles.h"
#include "com/wine/wine.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#include <objbase.h>

#include "deliveryoptimization.h" /* generated from idl/ */
#include "opendo.h"               /* generated from idl/ */

enum {
    IDLE_S = 30,
    IDLE_MOST_S = 24 * 60 * 60,
    FIRST_CLIENT_MS = 10 * 1000, /* see wait_until_idle() */
    LOOK_AGAIN_MS = 5000,        /* while in use, in case the end of a client goes unnoticed */
    STANDBY_MS = 15000,          /* see become_the_one() */
    GRACE_MS = 1000,             /* see wait_for_late_clients() */

    EXIT_USAGE = 2,
};

#define DO_SERVER_KEY L"CLSID\\{5B99FA76-721C-423C-ADAC-56D03C8A8007}\\LocalServer32"

static HANDLE changed;            /* the server became used or unused */
static atomic_bool has_been_used; /* a client has connected */

/* --- Usage ---------------------------------------------------------------------------- */

static void on_hold(void)
{
    atomic_store(&has_been_used, true);
    CoAddRefServerProcess();
    SetEvent(changed);
}

/* The process keeps a reference of its own, so this is never the last one. */
static void on_let_go(void)
{
    CoReleaseServerProcess();
    SetEvent(changed);
}

static void on_event(void)
{
    SetEvent(changed);
}

static const struct module_listener listener = {
    .on_hold = on_hold,
    .on_let_go = on_let_go,
    .on_event = on_event,
};

static DWORD idle_time_ms(void)
{
    WCHAR text[16] = L"";
    unsigned long seconds = IDLE_S;
    WCHAR *end = text;

    if (GetEnvironmentVariableW(L"OPENDO_HOST_IDLE_SECONDS", text, ARRAYSIZE(text)) <
            ARRAYSIZE(text) &&
        *text >= L'0' && *text <= L'9') {
        seconds = wcstoul(text, &end, 10);
        if (*end != L'\0' || seconds > IDLE_MOST_S) {
            seconds = IDLE_S;
        }
    }
    return (DWORD)seconds * 1000;
}

/*
 * Return when the server was unused for that time. The client that it was started for is given
 * longer: Wine looks for its server once a second, and fails if that has ended.
 */
static void wait_until_idle(DWORD idle_ms)
{
    for (;;) {
        bool is_quiet = module_can_unload() || module_is_quiet();
        DWORD quiet_ms = atomic_load(&has_been_used) || idle_ms > FIRST_CLIENT_MS
                             ? idle_ms
                             : FIRST_CLIENT_MS;
        DWORD result = WaitForSingleObject(changed, is_quiet ? quiet_ms : LOOK_AGAIN_MS);

        if (is_quiet && result == WAIT_TIMEOUT) {
            module_abort_volatile();
            if (module_can_unload()) {
                return;
            }
        }
    }
}

/* --- One server process --------------------------------------------------------------- */

/*
 * Wine starts the program once for every client that asks while none is running; Windows starts
 * it once. So under Wine the user's first process owns a mutex, and a second one stands by
 * until its client has found the first; if the first ends before, the second takes over. It
 * must not end at once, or Wine would report to its client that there is no server.  On Windows
 * the same user may well have two, one of them elevated, so there is no mutex. False if this
 * process has nothing to do; *mutex_out may be NULL.
 */
static bool become_the_one(const WCHAR *user, HANDLE *mutex_out)
{
    WCHAR name[MAX_PATH];
    DWORD result;

    *mutex_out = NULL;
    if (!wine_is_here()) {
        return true;
    }
    _snwprintf(name, ARRAYSIZE(name), L"Local\\OpenDO host of %ls", user);
    name[ARRAYSIZE(name) - 1] = L'\0';
    *mutex_out = CreateMutexW(NULL, FALSE, name);
    if (!*mutex_out) {
        return true; /* better two servers than none */
    }
    result = WaitForSingleObject(*mutex_out, STANDBY_MS);
    if (result == WAIT_OBJECT_0 || result == WAIT_ABANDONED) {
        return true;
    }
    CloseHandle(*mutex_out);
    *mutex_out = NULL;
    return false;
}

static void cease_to_be_the_one(HANDLE mutex)
{
    if (mutex) {
        ReleaseMutex(mutex);
        CloseHandle(mutex);
    }
}

/*
 * Wine's CoReleaseServerProcess does not suspend class objects. A client may have got a class
 * object just before it was revoked, and call CreateInstance now. (A client that was told of
 * the server but has not got that far is refused by Wine, and has to retry.)
 */
static void wait_for_late_clients(void)
{
    if (wine_is_here()) {
        do {
            ResetEvent(changed);
            WaitForSingleObject(changed, GRACE_MS);
        } while (!module_can_unload());
    }
}

/* --- The classes ---------------------------------------------------------------------- */

struct served_class {
    const CLSID *clsid;
    DWORD registration; /* 0 if not registered */
};

/* Is this program registered for the class that clients of Windows ask for? */
static bool has_do_class(void)
{
    WCHAR *named = registry_read_text(HKEY_CLASSES_ROOT, DO_SERVER_KEY, L"ServerExecutable");
    WCHAR path[MAX_PATH * 4];
    DWORD length = GetModuleFileNameW(NULL, path, ARRAYSIZE(path));
    bool is_this = named && length < ARRAYSIZE(path) && _wcsicmp(named, path) == 0;

    free(named);
    return is_this;
}

static HRESULT register_class(struct served_class *served)
{
    IUnknown *factory;
    HRESULT hr = class_factory_get(served->clsid, &IID_IUnknown, (void **)&factory);

    if (SUCCEEDED(hr)) {
        hr =
            CoRegisterClassObject(served->clsid, factory, CLSCTX_LOCAL_SERVER,
                                  REGCLS_MULTIPLEUSE | REGCLS_SUSPENDED, &served->registration);
        IUnknown_Release(factory);
    }
    return hr;
}

static void revoke_classes(struct served_class *classes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (classes[i].registration != 0) {
            CoRevokeClassObject(classes[i].registration);
            classes[i].registration = 0;
        }
    }
}

/* --- The program ---------------------------------------------------------------------- */

/* Only this user and the system may call, regardless of the machine's defaults. */
static HRESULT restrict_callers(const WCHAR *user)
{
    PSECURITY_DESCRIPTOR descriptor;
    HRESULT hr = permissions_create(PERMISSION_ACCESS, user, &descriptor, NULL);
    SECURITY_DESCRIPTOR absolute;
    PSID owner;
    PSID group;
    PACL list;
    BOOL is_default;
    BOOL is_there;

    if (FAILED(hr)) {
        return hr;
    }
    /* CoInitializeSecurity requires an absolute security descriptor. */
    if (!InitializeSecurityDescriptor(&absolute, SECURITY_DESCRIPTOR_REVISION) ||
        !GetSecurityDescriptorOwner(descriptor, &owner, &is_default) ||
        !SetSecurityDescriptorOwner(&absolute, owner, FALSE) ||
        !GetSecurityDescriptorGroup(descriptor, &group, &is_default) ||
        !SetSecurityDescriptorGroup(&absolute, group, FALSE) ||
        !GetSecurityDescriptorDacl(descriptor, &is_there, &list, &is_default) ||
        !SetSecurityDescriptorDacl(&absolute, is_there, list, FALSE)) {
        hr = HRESULT_FROM_WIN32(GetLastError());
    } else {
        /* No class of a client's choice is loaded into this process for custom unmarshalling.
         * Clients' objects use standard proxies. */
        hr = CoInitializeSecurity(&absolute, -1, NULL, NULL, RPC_C_AUTHN_LEVEL_PKT_PRIVACY,
                                  RPC_C_IMP_LEVEL_IDENTIFY, NULL, EOAC_NO_CUSTOM_MARSHAL, NULL);
    }
    LocalFree(descriptor);
    return hr;
}

/* Register the classes and wait until they are no longer used. */
static HRESULT serve(DWORD idle_ms)
{
    struct served_class classes[] = {{&CLSID_OpenDO, 0},
                                     {&CLSID_OpenDOSharedDownloads, 0},
                                     {&CLSID_DeliveryOptimization, 0}};
    size_t count = has_do_class() ? 3 : 2;
    DWORD proxies = 0;
    HRESULT hr = proxies_use_here(&proxies);

    if (SUCCEEDED(hr) && wine_is_here()) {
        kept_stubs_begin(proxies_count(), proxies_iid);
    }
    CoAddRefServerProcess();
    for (size_t i = 0; SUCCEEDED(hr) && i < count; i++) {
        hr = register_class(&classes[i]);
    }
    if (SUCCEEDED(hr)) {
        hr = CoResumeClassObjects();
    }
    if (SUCCEEDED(hr)) {
        wait_until_idle(idle_ms);
        while (CoReleaseServerProcess() != 0) { /* a client has connected meanwhile */
            CoAddRefServerProcess();
            wait_until_idle(idle_ms);
        }
    } else {
        CoReleaseServerProcess();
    }
    revoke_classes(classes, count);
    if (proxies != 0) {
        CoRevokeClassObject(proxies);
    }
    return hr;
}

static HRESULT run(void)
{
    LPWSTR user = NULL;
    HANDLE mutex = NULL;
    HRESULT hr = owner_get_sid(&user);

    if (SUCCEEDED(hr)) {
        hr = restrict_callers(user);
    }
    if (FAILED(hr) || !become_the_one(user, &mutex)) {
        CoTaskMemFree(user);
        return hr;
    }
    if (wine_is_here()) {
        com_marshal_leave_to_com();
        client_watch_begin();
    }
    changed = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (changed) {
        module_set_listener(&listener);
        hr = serve(idle_time_ms());
    } else {
        hr = E_OUTOFMEMORY;
    }
    cease_to_be_the_one(mutex);
    if (SUCCEEDED(hr)) {
        wait_for_late_clients();
    }
    CoTaskMemFree(user);
    return hr;
}

/* The argument that COM starts the program with; a slash may replace the dash. */
static bool is_started_by_com(const WCHAR *command_line)
{
    const WCHAR *word = wcsstr(command_line, L"mbedding");

    return word && word - command_line >= 2 && (word[-1] == L'E' || word[-1] == L'e') &&
           (word[-2] == L'-' || word[-2] == L'/');
}

int WINAPI WinMain(HINSTANCE instance, HINSTANCE before, LPSTR arguments, int show)
{
    HRESULT hr;

    (void)instance;
    (void)before;
    (void)arguments;
    (void)show;
    if (!is_started_by_com(GetCommandLineW())) {
        fputs("dosvc-host.exe is started by COM when a program asks for a local server.\n"
              "regsvr32 dosvc.dll, in the same folder, registers it.\n",
              stderr);
        return EXIT_USAGE;
    }
    if (wine_is_here()) {
        standard_handles_close();
    }
    hr = CoInitializeEx(NULL, COINIT_MULTITHREADED | COINIT_DISABLE_OLE1DDE);
    if (SUCCEEDED(hr)) {
        hr = run();
        CoUninitialize();
    }
    return SUCCEEDED(hr) ? EXIT_SUCCESS : EXIT_FAILURE;
}
