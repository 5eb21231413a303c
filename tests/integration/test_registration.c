/*
 * What registering the DLL writes, what it leaves alone, and that nothing of it stays. The
 * registry is the one that COM reads: every test puts back what it found.
 */
#include "integration/registered_server.h"

#include <oleauto.h>

static HRESULT client_get_class_object(REFCLSID clsid, REFIID iid, void **out)
{
    return CoGetClassObject(clsid, CLSCTX_INPROC_SERVER, NULL, iid, out);
}

#define PRODUCT_KEY L"CLSID\\" PRODUCT_CLASS
#define SCRIPT_KEY  L"CLSID\\" SCRIPT_CLASS
#define DO_KEY      L"CLSID\\" DO_CLASS
#define APP_ID_KEY  L"AppID\\{379001DE-7108-4A45-8A74-6CD0A9FBEF2C}"

enum place { MACHINE, USER, PLACE_COUNT };

/* Besides server_keys: what a registration never touches, and what these tests write. */
static const WCHAR *const other_keys[] = {
    APP_ID_KEY,
    L"AppID\\{11111111-2222-3333-4444-555555555555}",
    L"CLSID\\{4991D34B-80A1-4291-83B6-3328366B9097}",     /* BITS */
    L"TypeLib\\{1DEEB74F-7915-4560-B558-918C83F176A6}",   /* BITS */
    L"TypeLib\\{6A1FAE95-21B8-46C4-A0C9-5D5FAE106EF0}",   /* Delivery Optimization */
    L"Interface\\{5CE34C0D-0DC9-4C1F-897C-DAA1B78CEE7C}", /* IBackgroundCopyManager */
    L"Interface\\{37668D37-507E-4160-9316-26306D150B12}", /* IBackgroundCopyJob */
    L"Interface\\{01B7BD23-FB88-4A77-8490-5891D3E4653A}", /* IBackgroundCopyFile */
    L"Interface\\{19C613A0-FCB8-4F28-81AE-897C3D078F81}", /* IBackgroundCopyError */
    L"Interface\\{97EA99C7-0186-4AD4-8DF9-C5B4E0ED6B22}", /* IBackgroundCopyCallback */
};

enum {
    OTHER_KEY_COUNT = sizeof(other_keys) / sizeof(other_keys[0]),
    KEY_COUNT = SERVER_KEY_COUNT + OTHER_KEY_COUNT
};

static HKEY classes[PLACE_COUNT]; /* Software\Classes of both */
static HMODULE server;

/* --- All that a registration could touch -------------------------------------------- */

struct snapshot {
    struct registry_copy copies[PLACE_COUNT][KEY_COUNT];
};

static const WCHAR *key_at(size_t index)
{
    return index < SERVER_KEY_COUNT ? server_keys[index] : other_keys[index - SERVER_KEY_COUNT];
}

static void snapshot_take(struct snapshot *snapshot)
{
    for (int place = 0; place < PLACE_COUNT; place++) {
        for (size_t i = 0; i < KEY_COUNT; i++) {
            registry_copy_take(&snapshot->copies[place][i], classes[place], key_at(i));
        }
    }
}

static void snapshot_free(struct snapshot *snapshot)
{
    for (int place = 0; place < PLACE_COUNT; place++) {
        for (size_t i = 0; i < KEY_COUNT; i++) {
            registry_copy_free(&snapshot->copies[place][i]);
        }
    }
}

/* Is this key of this place as it was then? If not, `must_tell` shows the difference. */
static bool is_as_before(const struct snapshot *before, enum place place, const WCHAR *key,
                         bool must_tell)
{
    bool is_same = false;

    for (size_t i = 0; i < KEY_COUNT; i++) {
        struct registry_copy now;

        if (wcscmp(key_at(i), key) != 0) {
            continue;
        }
        registry_copy_take(&now, classes[place], key);
        is_same = registry_copy_equals(&before->copies[place][i], &now, must_tell);
        registry_copy_free(&now);
    }
    return is_same;
}

static void expect_all_as_before(const struct snapshot *before)
{
    for (int place = 0; place < PLACE_COUNT; place++) {
        for (size_t i = 0; i < KEY_COUNT; i++) {
            assert_true(is_as_before(before, (enum place)place, key_at(i), true));
        }
    }
}

/* How many keys there are below those where registrations usually go. */
struct key_counts {
    DWORD counts[PLACE_COUNT][5];
};

/* The number of keys below a key; 0 when it is not there. */
static DWORD count_below(HKEY parent, const WCHAR *name, REGSAM view)
{
    DWORD count = 0;
    HKEY key;

    if (RegOpenKeyExW(parent, name, 0, KEY_READ | view, &key) == ERROR_SUCCESS) {
        RegQueryInfoKeyW(key, NULL, NULL, NULL, &count, NULL, NULL, NULL, NULL, NULL, NULL,
                         NULL);
        RegCloseKey(key);
    }
    return count;
}

static struct key_counts count_keys(void)
{
    static const WCHAR *const parents[] = {L"CLSID", L"Interface", L"AppID", L"TypeLib"};
    static const HKEY hives[] = {[MACHINE] = HKEY_LOCAL_MACHINE, [USER] = HKEY_CURRENT_USER};
    struct key_counts result = {0};

    for (int place = 0; place < PLACE_COUNT; place++) {
        /* ProgIDs are one for both kinds of programs, and lie where those of 64 bits look. Wine
         * finds them from 32 bits as well, but does not count them there. */
        result.counts[place][0] =
            count_below(hives[place], L"Software\\Classes", KEY_WOW64_64KEY);
        for (size_t i = 0; i < TEST_COUNT(parents); i++) {
            result.counts[place][1 + i] = count_below(classes[place], parents[i], 0);
        }
    }
    return result;
}

/* --- Each test on a clean slate ----------------------------------------------------- */

static struct snapshot found;

static int clear_keys(void **state)
{
    (void)state;
    snapshot_take(&found);
    for (int place = 0; place < PLACE_COUNT; place++) {
        for (size_t i = 0; i < SERVER_KEY_COUNT; i++) {
            registry_copy_delete(classes[place], server_keys[i]);
        }
    }
    return 0;
}

static int put_keys_back(void **state)
{
    (void)state;
    for (int place = 0; place < PLACE_COUNT; place++) {
        for (size_t i = 0; i < KEY_COUNT; i++) {
            if (!is_as_before(&found, (enum place)place, key_at(i), false)) {
                registry_copy_put_back(&found.copies[place][i], classes[place]);
            }
        }
    }
    snapshot_free(&found);
    return 0;
}

/* --- Reading and writing ------------------------------------------------------------ */

static void write_text(enum place place, const WCHAR *key, const WCHAR *name, DWORD type,
                       const WCHAR *text)
{
    assert_int_equal(RegSetKeyValueW(classes[place], key, name, type, text,
                                     (DWORD)((wcslen(text) + 1) * sizeof(*text))),
                     ERROR_SUCCESS);
}

static bool says(enum place place, const WCHAR *key, const WCHAR *name, const WCHAR *text)
{
    WCHAR value[1024];
    DWORD size = sizeof(value);

    return RegGetValueW(classes[place], key, name, RRF_RT_REG_SZ, NULL, value, &size) ==
               ERROR_SUCCESS &&
           _wcsicmp(value, text) == 0;
}

static bool is_there(enum place place, const WCHAR *key)
{
    HKEY opened;

    if (RegOpenKeyExW(classes[place], key, 0, KEY_READ, &opened) != ERROR_SUCCESS) {
        return false;
    }
    RegCloseKey(opened);
    return true;
}

/* The class leads to this DLL by its full path, for every kind of apartment. */
static bool leads_to_us(enum place place, const WCHAR *class_key)
{
    WCHAR key[200];

    swprintf(key, TEST_COUNT(key), L"%ls\\InprocServer32", class_key);
    return says(place, key, NULL, server_path()) &&
           says(place, key, L"ThreadingModel", L"Both");
}

static void expect_product(enum place place)
{
    assert_true(leads_to_us(place, PRODUCT_KEY));
    assert_true(says(place, PRODUCT_KEY L"\\ProgID", NULL, L"OpenDO.DeliveryOptimization.1"));
    assert_true(says(place, PRODUCT_KEY L"\\VersionIndependentProgID", NULL,
                     L"OpenDO.DeliveryOptimization"));
    assert_true(says(place, L"OpenDO.DeliveryOptimization\\CLSID", NULL, PRODUCT_CLASS));
    assert_true(says(place, L"OpenDO.DeliveryOptimization\\CurVer", NULL,
                     L"OpenDO.DeliveryOptimization.1"));
    assert_true(says(place, L"OpenDO.DeliveryOptimization.1\\CLSID", NULL, PRODUCT_CLASS));

    assert_true(leads_to_us(place, SCRIPT_KEY));
    assert_true(says(place, SCRIPT_KEY L"\\ProgID", NULL, L"OpenDO.Downloads.1"));
    assert_true(
        says(place, SCRIPT_KEY L"\\VersionIndependentProgID", NULL, L"OpenDO.Downloads"));
    assert_true(says(place, SCRIPT_KEY L"\\TypeLib", NULL, SCRIPT_LIBRARY));
    assert_true(says(place, L"OpenDO.Downloads\\CLSID", NULL, SCRIPT_CLASS));
    assert_true(says(place, L"OpenDO.Downloads\\CurVer", NULL, L"OpenDO.Downloads.1"));
    assert_true(says(place, L"OpenDO.Downloads.1\\CLSID", NULL, SCRIPT_CLASS));
    assert_true(says(place, L"OpenDO.SharedDownloads\\CLSID", NULL, SHARED_CLASS));
    assert_true(says(place, L"OpenDO.SharedDownloads.1\\CLSID", NULL, SHARED_CLASS));
    assert_true(says(place, L"CLSID\\" SHARED_CLASS, L"AppID", SERVER_APP_ID));
    assert_false(is_there(place, L"CLSID\\" SHARED_CLASS L"\\InprocServer32"));
}

/* --- Who may have the class already ------------------------------------------------- */

enum holder {
    NOBODY,
    THIRD_PARTY,          /* a DLL of its own, with more keys and kinds of values */
    THIRD_PARTY_PROGRAM,  /* a program of its own */
    WINDOWS_SERVICE,      /* by the AppID */
    OTHER_APP_ID,         /* another one, that leads to Windows' service too */
    WINDOWS_DLL,          /* by its folder */
    WINDOWS_DLL_EXPANDED, /* by %SystemRoot% */
    WINDOWS_PROGRAM,      /* by its folder, in quotes and with arguments */
    WINDOWS_DLL_BY_NAME,  /* without a folder */
};

#define THIRD_PARTY_DLL L"C:\\Program Files\\Third Party\\downloads.dll"

static void write_holder(enum place place, enum holder holder)
{
    static const BYTE bytes[] = {1, 2, 3};
    WCHAR text[1024];
    DWORD number = 77;
    UINT length = GetSystemWindowsDirectoryW(text + 1, MAX_PATH);

    assert_true(length > 0 && length < MAX_PATH);
    text[0] = L'"';
    if (holder != NOBODY) {
        write_text(place, DO_KEY, NULL, REG_SZ, L"somebody's downloads");
    }
    switch (holder) {
    case NOBODY:
        break;
    case THIRD_PARTY:
        write_text(place, DO_KEY L"\\InprocServer32", NULL, REG_SZ, THIRD_PARTY_DLL);
        write_text(place, DO_KEY L"\\InprocServer32", L"ThreadingModel", REG_SZ, L"Apartment");
        write_text(place, DO_KEY, L"AppID", REG_SZ, L"{11111111-2222-3333-4444-555555555555}");
        write_text(place, DO_KEY L"\\Sub\\Key", L"a value", REG_EXPAND_SZ, L"%TEMP%\\x");
        write_text(place, DO_KEY L"\\Empty", NULL, REG_SZ, L"");
        RegSetKeyValueW(classes[place], DO_KEY L"\\Sub", L"number", REG_DWORD, &number,
                        sizeof(number));
        RegSetKeyValueW(classes[place], DO_KEY L"\\Sub", L"bytes", REG_BINARY, bytes,
                        sizeof(bytes));
        break;
    case THIRD_PARTY_PROGRAM:
        write_text(place, DO_KEY L"\\LocalServer32", NULL, REG_SZ,
                   L"\"C:\\Program Files\\Third Party\\downloads.exe\" /service");
        break;
    case WINDOWS_SERVICE:
        write_text(place, DO_KEY, L"AppID", REG_SZ, L"{379001de-7108-4a45-8a74-6cd0a9fbef2c}");
        break;
    case OTHER_APP_ID:
        write_text(place, DO_KEY, L"AppID", REG_SZ, L"{11111111-2222-3333-4444-555555555555}");
        write_text(place, L"AppID\\{11111111-2222-3333-4444-555555555555}", L"LocalService",
                   REG_SZ, L"DoSvc");
        break;
    case WINDOWS_DLL:
        wcscat(text, L"\\system32\\downloads.dll");
        write_text(place, DO_KEY L"\\InprocServer32", NULL, REG_SZ, text + 1);
        break;
    case WINDOWS_DLL_EXPANDED:
        write_text(place, DO_KEY L"\\InprocServer32", NULL, REG_EXPAND_SZ,
                   L"%SystemRoot%\\system32\\downloads.dll");
        break;
    case WINDOWS_PROGRAM:
        wcscat(text, L"\\system32\\downloads.exe\" -k netsvcs");
        write_text(place, DO_KEY L"\\LocalServer32", NULL, REG_SZ, text);
        break;
    case WINDOWS_DLL_BY_NAME:
        write_text(place, DO_KEY L"\\InprocServer32", NULL, REG_SZ, L"dosvc.dll");
        break;
    }
}

/* --- Registering, and what it leaves behind ----------------------------------------- */

#define PLAIN NULL

static const struct registration_case {
    const char *name;
    enum holder holder;
    enum place held_in;
    const WCHAR *words; /* as for regsvr32 /i; PLAIN is DllRegisterServer */
    HRESULT hr;
    bool takes_class; /* of Delivery Optimization */
} registrations[] = {
    {"a class that nobody has is taken", NOBODY, MACHINE, PLAIN, S_OK, true},
    {"a class that nobody has is taken by /i without a word", NOBODY, MACHINE, L"", S_OK, true},
    {"a class that nobody has is taken by a takeover", NOBODY, MACHINE, L"takeover", S_OK,
     true},
    {"a class that nobody has is taken for the user", NOBODY, MACHINE, L"user", S_OK, true},
    {"a class that nobody has is taken by a takeover for the user", NOBODY, MACHINE,
     L"user,takeover", S_OK, true},
    {"words may come in any order and case", NOBODY, MACHINE, L" TakeOver, User", S_OK, true},

    {"a third party's class is left alone", THIRD_PARTY, MACHINE, PLAIN, S_OK, false},
    {"a third party's program is left alone", THIRD_PARTY_PROGRAM, MACHINE, PLAIN, S_OK, false},
    {"a third party's class is taken over, and given back", THIRD_PARTY, MACHINE, L"takeover",
     S_OK, true},
    {"a third party's program is taken over, and given back", THIRD_PARTY_PROGRAM, MACHINE,
     L"takeover", S_OK, true},
    {"a third party's class of the user is left alone", THIRD_PARTY, USER, PLAIN, S_OK, false},
    {"a third party's class of the user is left alone for the user", THIRD_PARTY, USER, L"user",
     S_OK, false},
    {"a third party's class of the user is taken over for the user", THIRD_PARTY, USER,
     L"user takeover", S_OK, true},
    {"a third party's class of the machine is left alone for the user", THIRD_PARTY, MACHINE,
     L"user", S_OK, false},

    {"Windows' service is left alone", WINDOWS_SERVICE, MACHINE, PLAIN, S_OK, false},
    {"Windows' service is not taken over", WINDOWS_SERVICE, MACHINE, L"takeover",
     E_ACCESSDENIED, false},
    {"Windows' service is left alone for the user", WINDOWS_SERVICE, MACHINE, L"user", S_OK,
     false},
    {"Windows' service is not taken over for the user", WINDOWS_SERVICE, MACHINE,
     L"user,takeover", E_ACCESSDENIED, false},
    {"Windows' service by another AppID is left alone", OTHER_APP_ID, MACHINE, PLAIN, S_OK,
     false},
    {"Windows' service by another AppID is not taken over", OTHER_APP_ID, MACHINE, L"takeover",
     E_ACCESSDENIED, false},
    {"a DLL of Windows is left alone", WINDOWS_DLL, MACHINE, PLAIN, S_OK, false},
    {"a DLL of Windows is not taken over", WINDOWS_DLL, MACHINE, L"takeover", E_ACCESSDENIED,
     false},
    {"a DLL of Windows by a variable is not taken over", WINDOWS_DLL_EXPANDED, MACHINE,
     L"takeover", E_ACCESSDENIED, false},
    {"a DLL of Windows by its name is not taken over", WINDOWS_DLL_BY_NAME, MACHINE,
     L"takeover", E_ACCESSDENIED, false},
    {"a program of Windows is left alone", WINDOWS_PROGRAM, MACHINE, PLAIN, S_OK, false},
    {"a program of Windows is not taken over", WINDOWS_PROGRAM, MACHINE, L"takeover",
     E_ACCESSDENIED, false},

    {"an unknown word is refused", NOBODY, MACHINE, L"everything", E_INVALIDARG, false},
    {"an unknown word among known ones is refused", NOBODY, MACHINE, L"user,all", E_INVALIDARG,
     false},
    {"a word's beginning is no word", NOBODY, MACHINE, L"take", E_INVALIDARG, false},
};

static HRESULT install(bool must_install, const WCHAR *words)
{
    if (words) {
        return server_install(server, must_install, words);
    }
    return server_call(server, must_install ? "DllRegisterServer" : "DllUnregisterServer");
}

static enum place place_of(const WCHAR *words)
{
    WCHAR lower[100] = L"";

    if (words) {
        wcscpy(lower, words);
        _wcslwr(lower);
    }
    return wcsstr(lower, L"user") ? USER : MACHINE;
}

/* How many keys a registration makes. */
enum {
    OUR_PROG_IDS = 6,
    OUR_CLASSES = 5,     /* the product's, the two for scripts, the proxies, Wine's */
    OUR_INTERFACES = 14, /* two for scripts, and those that nobody else carries */
};

/* Nothing but the keys of server_keys has changed, and of these only in one place. */
static void expect_registered(const struct snapshot *before, const struct key_counts *counts,
                              enum place place, bool takes_class, bool had_class)
{
    enum place elsewhere = place == MACHINE ? USER : MACHINE;
    struct key_counts now = count_keys();

    expect_product(place);
    assert_int_equal(takes_class, leads_to_us(place, DO_KEY));
    if (!takes_class) {
        assert_true(is_as_before(before, place, DO_KEY, true));
    }
    for (size_t i = 0; i < KEY_COUNT; i++) {
        assert_true(is_as_before(before, elsewhere, key_at(i), true));
        assert_true(i < SERVER_KEY_COUNT || is_as_before(before, place, key_at(i), true));
    }
    assert_memory_equal(now.counts[elsewhere], counts->counts[elsewhere],
                        sizeof(now.counts[elsewhere]));
    if (counts->counts[place][1] > 0 && counts->counts[place][2] > 0 &&
        counts->counts[place][3] > 0 &&
        counts->counts[place][4] > 0) { /* else these parents are new themselves */
        assert_int_equal(now.counts[place][0], counts->counts[place][0] + OUR_PROG_IDS);
    }
    assert_int_equal(now.counts[place][1],
                     counts->counts[place][1] + OUR_CLASSES + (takes_class && !had_class));
    assert_int_equal(now.counts[place][2], counts->counts[place][2] + OUR_INTERFACES);
    assert_int_equal(now.counts[place][3], counts->counts[place][3] + 1);
    assert_int_equal(now.counts[place][4], counts->counts[place][4] + 1);
}

static void check_registration(void **state)
{
    const struct registration_case *c = *state;
    enum place place = place_of(c->words);
    struct key_counts counts;
    struct snapshot before;

    write_holder(c->held_in, c->holder);
    snapshot_take(&before);
    counts = count_keys();
    for (int i = 0; i < 2; i++) { /* a second time changes nothing */
        assert_hr(install(true, c->words), c->hr);
        if (c->hr == S_OK) {
            expect_registered(&before, &counts, place, c->takes_class,
                              c->holder != NOBODY && c->held_in == place);
        } else {
            expect_all_as_before(&before);
        }
    }
    assert_hr(install(false, c->words), c->hr == E_INVALIDARG ? E_INVALIDARG : S_OK);
    expect_all_as_before(&before);
    assert_hr(install(false, place == USER ? L"user" : PLAIN), S_OK); /* nor does this */
    expect_all_as_before(&before);
    snapshot_free(&before);
}

/* --- One registration after another ------------------------------------------------- */

static void write_servers(const WCHAR *product, const WCHAR *class)
{
    if (product) {
        write_text(MACHINE, PRODUCT_KEY L"\\InprocServer32", NULL, REG_SZ, product);
    }
    if (class) {
        write_text(MACHINE, DO_KEY L"\\InprocServer32", NULL, REG_SZ, class);
    }
}

static void a_plain_registration_keeps_what_a_takeover_took(void **state)
{
    struct snapshot before;

    (void)state;
    write_holder(MACHINE, THIRD_PARTY);
    snapshot_take(&before);
    assert_hr(install(true, L"takeover"), S_OK);
    assert_hr(install(true, PLAIN), S_OK);
    assert_true(leads_to_us(MACHINE, DO_KEY));
    assert_hr(install(false, PLAIN), S_OK);
    expect_all_as_before(&before);
    snapshot_free(&before);
}

static void a_takeover_may_follow_a_plain_registration(void **state)
{
    struct snapshot before;

    (void)state;
    write_holder(MACHINE, THIRD_PARTY);
    snapshot_take(&before);
    assert_hr(install(true, PLAIN), S_OK);
    assert_false(leads_to_us(MACHINE, DO_KEY));
    assert_hr(install(true, L"takeover"), S_OK);
    assert_true(leads_to_us(MACHINE, DO_KEY));
    assert_hr(install(false, PLAIN), S_OK);
    expect_all_as_before(&before);
    snapshot_free(&before);
}

static void user_and_machine_do_not_disturb_each_other(void **state)
{
    struct snapshot before;

    (void)state;
    snapshot_take(&before);
    assert_hr(install(true, PLAIN), S_OK);
    assert_hr(install(true, L"user"), S_OK);
    expect_product(MACHINE);
    expect_product(USER);
    assert_hr(install(false, PLAIN), S_OK);
    assert_false(is_there(MACHINE, PRODUCT_KEY));
    assert_false(is_there(MACHINE, DO_KEY));
    expect_product(USER);
    assert_true(leads_to_us(USER, DO_KEY));
    assert_hr(install(false, L"user"), S_OK);
    expect_all_as_before(&before);
    snapshot_free(&before);
}

#ifdef _WIN64
#define OTHER_VIEW   KEY_WOW64_32KEY
#define OTHER_SYSTEM L"win32"
#else
#define OTHER_VIEW   KEY_WOW64_64KEY
#define OTHER_SYSTEM L"win64"
#endif
#define OTHER_DLL L"C:\\other\\dosvc.dll"

static HKEY make_in_other_view(const WCHAR *key)
{
    HKEY other = NULL;

    assert_int_equal(RegCreateKeyExW(HKEY_LOCAL_MACHINE, key, 0, NULL, 0,
                                     KEY_ALL_ACCESS | OTHER_VIEW, NULL, &other, NULL),
                     ERROR_SUCCESS);
    return other;
}

static bool has_prog_ids(bool of_local_server)
{
    bool is_wanted = is_there(MACHINE, L"OpenDO.DeliveryOptimization") &&
                     is_there(MACHINE, L"OpenDO.DeliveryOptimization.1") &&
                     is_there(MACHINE, L"OpenDO.Downloads") &&
                     is_there(MACHINE, L"OpenDO.Downloads.1");

    return is_wanted && is_there(MACHINE, L"OpenDO.SharedDownloads") == of_local_server &&
           is_there(MACHINE, L"OpenDO.SharedDownloads.1") == of_local_server &&
           is_there(MACHINE, L"AppID\\" SERVER_APP_ID) == of_local_server;
}

/*
 * A DLL for programs of the other kind, 32 bits or 64, is registered in a part of the registry
 * that only these see, and names its type library beside ours. ProgIDs and AppIDs are one for
 * both.
 */
static void both_kinds_of_dll_may_be_registered(void **state)
{
    static const WCHAR library[] = L"TypeLib\\" SCRIPT_LIBRARY L"\\1.0\\0\\" OTHER_SYSTEM;
    WCHAR value[200];
    DWORD size = sizeof(value);
    HKEY other = NULL;
    HKEY host = NULL;
    BOOL is_beside = FALSE;

    (void)state;
    if (sizeof(void *) == 4 &&
        (!IsWow64Process(GetCurrentProcess(), &is_beside) || !is_beside)) {
        skip(); /* there is one kind */
    }
    other = make_in_other_view(L"Software\\Classes\\" PRODUCT_KEY L"\\InprocServer32");
    assert_int_equal(RegSetKeyValueW(other, NULL, NULL, REG_SZ, OTHER_DLL, sizeof(OTHER_DLL)),
                     ERROR_SUCCESS);
    write_text(MACHINE, library, NULL, REG_SZ, OTHER_DLL);

    assert_hr(install(true, PLAIN), S_OK);
    expect_product(MACHINE);
    assert_hr(install(false, PLAIN), S_OK);
    assert_false(is_there(MACHINE, PRODUCT_KEY));
    assert_true(says(MACHINE, library, NULL, OTHER_DLL));
    assert_int_equal(RegGetValueW(other, NULL, NULL, RRF_RT_REG_SZ, NULL, value, &size),
                     ERROR_SUCCESS);
    assert_true(wcscmp(value, OTHER_DLL) == 0);
    assert_true(has_prog_ids(false)); /* its programs ask for the class by these */

    /* With a local server. */
    host = make_in_other_view(L"Software\\Classes\\" PRODUCT_KEY L"\\LocalServer32");
    assert_hr(install(true, PLAIN), S_OK);
    assert_hr(install(false, PLAIN), S_OK);
    assert_true(has_prog_ids(true));
    RegCloseKey(host);
    RegCloseKey(other);

    /* Until that one goes as well. */
    assert_int_equal(RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"Software\\Classes\\CLSID", 0,
                                   KEY_ALL_ACCESS | OTHER_VIEW, &other),
                     ERROR_SUCCESS);
    assert_int_equal(RegDeleteTreeW(other, PRODUCT_CLASS), ERROR_SUCCESS);
    RegCloseKey(other);
    assert_hr(install(true, PLAIN), S_OK);
    assert_hr(install(false, PLAIN), S_OK);
    assert_false(is_there(MACHINE, L"OpenDO.DeliveryOptimization"));
    assert_false(is_there(MACHINE, L"OpenDO.SharedDownloads"));
    assert_false(is_there(MACHINE, L"AppID\\" SERVER_APP_ID));
}

/* A user's classes go when the last of them does; with this key in it they stay. */
#define GUARD_KEY L"OpenDO.Test"

static void open_classes(void)
{
    HKEY guard;

    classes[MACHINE] = server_open_classes(HKEY_LOCAL_MACHINE);
    classes[USER] = server_open_classes(HKEY_CURRENT_USER);
    if (RegCreateKeyW(classes[USER], GUARD_KEY, &guard) == ERROR_SUCCESS) {
        RegCloseKey(guard);
    }
}

static void close_classes(void)
{
    RegDeleteKeyW(classes[USER], GUARD_KEY);
    for (int place = 0; place < PLACE_COUNT; place++) {
        RegCloseKey(classes[place]);
    }
}

static void what_was_made_for_the_user_goes_with_the_last_of_it(void **state)
{
    static const WCHAR *const parents[] = {L"CLSID", L"Interface", L"AppID", L"TypeLib"};
    bool was_there[TEST_COUNT(parents)];
    bool is_there_now[TEST_COUNT(parents)];
    bool are_classes_there;
    DWORD others;
    HKEY left = NULL;

    (void)state;
    for (size_t i = 0; i < TEST_COUNT(parents); i++) {
        RegDeleteKeyW(classes[USER], parents[i]); /* if there is nothing in it */
        was_there[i] = is_there(USER, parents[i]);
    }
    close_classes();
    others = count_below(HKEY_CURRENT_USER, L"Software\\Classes", 0);
    server_install(server, true, L"user");
    server_install(server, false, L"user");
    are_classes_there = RegOpenKeyExW(HKEY_CURRENT_USER, L"Software\\Classes", 0, KEY_READ,
                                      &left) == ERROR_SUCCESS;
    if (left) {
        RegCloseKey(left);
    }
    open_classes();
    for (size_t i = 0; i < TEST_COUNT(parents); i++) {
        is_there_now[i] = is_there(USER, parents[i]);
    }
    assert_memory_equal(is_there_now, was_there, sizeof(was_there));
    assert_int_equal(are_classes_there, others > 0);
}

static void a_dll_that_was_moved_is_found_where_it_registered_last(void **state)
{
    (void)state;
    assert_hr(install(true, PLAIN), S_OK);
    write_servers(L"C:\\earlier\\dosvc.dll", L"C:\\earlier\\dosvc.dll");
    assert_hr(install(true, PLAIN), S_OK);
    expect_product(MACHINE);
    assert_true(leads_to_us(MACHINE, DO_KEY));
}

static void another_copy_that_registered_later_is_left_alone(void **state)
{
    struct snapshot before;

    (void)state;
    assert_hr(install(true, PLAIN), S_OK);
    write_servers(L"C:\\later\\dosvc.dll", L"C:\\later\\dosvc.dll");
    snapshot_take(&before);
    assert_hr(install(false, PLAIN), S_OK);
    expect_all_as_before(&before);
    snapshot_free(&before);
}

static void who_took_the_class_from_us_keeps_it(void **state)
{
    (void)state;
    assert_hr(install(true, PLAIN), S_OK);
    write_servers(NULL, THIRD_PARTY_DLL);
    assert_hr(install(false, PLAIN), S_OK);
    assert_false(is_there(MACHINE, PRODUCT_KEY));
    assert_false(is_there(MACHINE, L"OpenDO.DeliveryOptimization"));
    assert_false(is_there(MACHINE, L"OpenDO.DeliveryOptimization.1"));
    for (size_t i = 0; i < SERVER_KEY_COUNT; i++) {
        if (wcscmp(server_keys[i], DO_KEY) != 0) {
            assert_false(is_there(MACHINE, server_keys[i]));
        }
    }
    assert_true(says(MACHINE, DO_KEY L"\\InprocServer32", NULL, THIRD_PARTY_DLL));
}

static void the_type_library_can_be_found(void **state)
{
    static const GUID library = {
        0xdb1551d0, 0x2ad2, 0x4a04, {0xa0, 0x15, 0x69, 0xc5, 0xba, 0x3d, 0x75, 0x5c}};
    ITypeLib *type_library = NULL;
    BSTR name = NULL;

    (void)state;
    assert_hr(install(true, PLAIN), S_OK);
    assert_hr(LoadRegTypeLib(&library, 1, 0, 0, &type_library), S_OK);
    assert_hr(ITypeLib_GetDocumentation(type_library, MEMBERID_NIL, &name, NULL, NULL, NULL),
              S_OK);
    assert_wide_equal(name, L"OpenDODownloadsLib");
    SysFreeString(name);
    ITypeLib_Release(type_library);
    assert_hr(install(false, PLAIN), S_OK);
    assert_hr(LoadRegTypeLib(&library, 1, 0, 0, &type_library), TYPE_E_LIBNOTREGISTERED);
}

static void com_follows_a_takeover(void **state)
{
    IClassFactory *factory = NULL;
    CLSID class;

    (void)state;
    write_holder(MACHINE, THIRD_PARTY);
    assert_hr(install(true, L"takeover"), S_OK);
    assert_hr(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED), S_OK);
    assert_hr(client_get_class_object(&CLSID_DeliveryOptimization, &IID_IClassFactory,
                                      (void **)&factory),
              S_OK);
    IClassFactory_Release(factory);
    assert_hr(CLSIDFromProgID(L"OpenDO.DeliveryOptimization", &class), S_OK);
    assert_true(IsEqualGUID(&class, &CLSID_OpenDO));
    CoUninitialize();
    assert_hr(install(false, PLAIN), S_OK);
    assert_hr(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED), S_OK);
    assert_hr(client_get_class_object(&CLSID_OpenDO, &IID_IClassFactory, (void **)&factory),
              REGDB_E_CLASSNOTREG);
    assert_hr(CLSIDFromProgID(L"OpenDO.DeliveryOptimization", &class), CO_E_CLASSSTRING);
    CoUninitialize();
}

/* --- The way people do it ----------------------------------------------------------- */

static const struct regsvr32_case {
    const char *name;
    const WCHAR *register_with;
    const WCHAR *unregister_with;
    enum holder holder;
    enum place place;
    bool succeeds;
    bool takes_class;
} programs[] = {
    {"regsvr32 registers", L"/s", L"/s /u", NOBODY, MACHINE, true, true},
    {"regsvr32 leaves a third party alone", L"/s", L"/s /u", THIRD_PARTY, MACHINE, true, false},
    {"regsvr32 /n /i:takeover takes over", L"/s /n /i:takeover", L"/s /u", THIRD_PARTY, MACHINE,
     true, true},
    {"regsvr32 /n /i:user registers for the user", L"/s /n /i:user", L"/s /u /n /i:user",
     NOBODY, USER, true, true},
    {"regsvr32 /n /i:takeover tells when it may not", L"/s /n /i:takeover", L"/s /u",
     WINDOWS_SERVICE, MACHINE, false, false},
};

static DWORD run_regsvr32(const WCHAR *options)
{
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION process;
    WCHAR folder[MAX_PATH];
    WCHAR command[2048];
    DWORD code = 77;

    assert_true(GetSystemDirectoryW(folder, MAX_PATH) > 0);
    swprintf(command, TEST_COUNT(command), L"\"%ls\\regsvr32.exe\" %ls \"%ls\"", folder,
             options, server_path());
    assert_true(
        CreateProcessW(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process));
    if (WaitForSingleObject(process.hProcess, CLIENT_DEADLINE_MS) != WAIT_OBJECT_0) {
        TerminateProcess(process.hProcess, 9);
    }
    assert_int_equal(WaitForSingleObject(process.hProcess, CLIENT_DEADLINE_MS), WAIT_OBJECT_0);
    assert_true(GetExitCodeProcess(process.hProcess, &code));
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
    return code;
}

static void check_regsvr32(void **state)
{
    const struct regsvr32_case *c = *state;
    struct key_counts counts;
    struct snapshot before;

    write_holder(MACHINE, c->holder);
    snapshot_take(&before);
    counts = count_keys();
    assert_int_equal(run_regsvr32(c->register_with) == 0, c->succeeds);
    if (c->succeeds) {
        expect_registered(&before, &counts, c->place, c->takes_class, c->holder != NOBODY);
    } else {
        expect_all_as_before(&before);
    }
    assert_int_equal(run_regsvr32(c->unregister_with), 0);
    expect_all_as_before(&before);
    snapshot_free(&before);
}

int main(void)
{
    struct test_suite suite = {0};
    struct snapshot untouched;
    int failed;

    TEST_ADD_TABLE(&suite, registrations, check_registration);
    TEST_ADD(&suite, a_plain_registration_keeps_what_a_takeover_took);
    TEST_ADD(&suite, a_takeover_may_follow_a_plain_registration);
    TEST_ADD(&suite, user_and_machine_do_not_disturb_each_other);
    TEST_ADD(&suite, both_kinds_of_dll_may_be_registered);
    TEST_ADD(&suite, what_was_made_for_the_user_goes_with_the_last_of_it);
    TEST_ADD(&suite, a_dll_that_was_moved_is_found_where_it_registered_last);
    TEST_ADD(&suite, another_copy_that_registered_later_is_left_alone);
    TEST_ADD(&suite, who_took_the_class_from_us_keeps_it);
    TEST_ADD(&suite, the_type_library_can_be_found);
    TEST_ADD(&suite, com_follows_a_takeover);
    TEST_ADD_TABLE(&suite, programs, check_regsvr32);
    for (size_t i = 0; i < suite.count; i++) {
        suite.tests[i].setup_func = clear_keys;
        suite.tests[i].teardown_func = put_keys_back;
    }

    open_classes();
    server = server_load();
    snapshot_take(&untouched);
    failed = test_suite_run(&suite, "registration");
    for (int place = 0; place < PLACE_COUNT; place++) {
        for (size_t i = 0; i < KEY_COUNT; i++) {
            failed += !is_as_before(&untouched, (enum place)place, key_at(i), true);
        }
    }
    close_classes();
    snapshot_free(&untouched);
    FreeLibrary(server);
    return failed;
}
