/*
 * Whose entries a registration touches, and that it is all or nothing. In keys of the test's
 * own, which stand for Software\Classes of the machine and of the user.
 */
#include "com/client.h"
#include "com/server/registration.h"
#include "com/server/registration_install.h"
#include "com/server/registry_table.h"

static HRESULT client_get_class_object(REFCLSID clsid, REFIID iid, void **out)
{
    (void)clsid;
    (void)iid;
    (void)out;
    return E_NOTIMPL; /* no objects here */
}

static inline bool client_server_can_unload(void)
{
    return true;
}

#define TEST_ROOT L"Software\\OpenDO test"

#define PRODUCT L"CLSID\\{7E4F9C62-3B1D-4E5A-9A55-0D0C1B6E2F31}"
#define DO      L"CLSID\\{5B99FA76-721C-423C-ADAC-56D03C8A8007}"
#define SERVER  L"\\InprocServer32"

#define OURS       L"C:\\Program Files\\OpenDO\\dosvc.dll"
#define OURS_MOVED L"D:\\elsewhere\\dosvc.dll"
#define THEIRS     L"C:\\Program Files\\Other\\other.dll"

struct registry {
    WCHAR root[100];
    struct registration_place place;
};

static HKEY make_key(HKEY root, const WCHAR *path)
{
    HKEY key = NULL;

    assert_int_equal(RegCreateKeyExW(root, path, 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL),
                     ERROR_SUCCESS);
    return key;
}

static void registry_set_up(struct registry *registry)
{
    WCHAR path[200];

    swprintf(registry->root, TEST_COUNT(registry->root), TEST_ROOT L" %lu",
             GetCurrentProcessId());
    RegDeleteTreeW(HKEY_CURRENT_USER, registry->root);
    registry->place = (struct registration_place){0};
    swprintf(path, TEST_COUNT(path), L"%ls\\here", registry->root);
    registry->place.classes = make_key(HKEY_CURRENT_USER, path);
    swprintf(path, TEST_COUNT(path), L"%ls\\elsewhere", registry->root);
    registry->place.elsewhere = make_key(HKEY_CURRENT_USER, path);
    registry->place.server_path = OURS;
    registry->place.windows_folder = L"C:\\Windows";
}

static void registry_tear_down(struct registry *registry)
{
    RegCloseKey(registry->place.classes);
    RegCloseKey(registry->place.elsewhere);
    assert_int_equal(RegDeleteTreeW(HKEY_CURRENT_USER, registry->root), ERROR_SUCCESS);
}

static void set(HKEY root, const WCHAR *key, const WCHAR *name, const WCHAR *data)
{
    assert_int_equal(RegSetKeyValueW(root, key, name, REG_SZ, data,
                                     (DWORD)((wcslen(data) + 1) * sizeof(WCHAR))),
                     ERROR_SUCCESS);
}

/* NULL for a value that must not be there. */
static void expect(HKEY root, const WCHAR *key, const WCHAR *name, const WCHAR *data)
{
    WCHAR *value = registry_read_text(root, key, name);

    if (data) {
        assert_wide_equal(value, data);
    } else if (value) {
        print_error("%ls is \"%ls\"\n", key, value);
        fail();
    }
    free(value);
}

static void expect_product(const struct registry *registry, const WCHAR *path)
{
    HKEY root = registry->place.classes;

    expect(root, PRODUCT SERVER, NULL, path);
    expect(root, PRODUCT SERVER, L"ThreadingModel", L"Both");
    expect(root, PRODUCT L"\\ProgID", NULL, L"OpenDO.DeliveryOptimization.1");
    expect(root, PRODUCT L"\\VersionIndependentProgID", NULL, L"OpenDO.DeliveryOptimization");
    expect(root, L"OpenDO.DeliveryOptimization.1\\CLSID", NULL,
           L"{7E4F9C62-3B1D-4E5A-9A55-0D0C1B6E2F31}");
    expect(root, L"OpenDO.DeliveryOptimization\\CLSID", NULL,
           L"{7E4F9C62-3B1D-4E5A-9A55-0D0C1B6E2F31}");
    expect(root, L"OpenDO.DeliveryOptimization\\CurVer", NULL,
           L"OpenDO.DeliveryOptimization.1");
}

static void expect_no_product(const struct registry *registry)
{
    HKEY root = registry->place.classes;

    assert_false(registry_has_key(root, PRODUCT));
    assert_false(registry_has_key(root, L"OpenDO.DeliveryOptimization"));
    assert_false(registry_has_key(root, L"OpenDO.DeliveryOptimization.1"));
}

/* --- The class that clients of Windows ask for ------------------------------------------ */

struct entry {
    const WCHAR *key;
    const WCHAR *name;
    const WCHAR *data;
};

static const struct owner_case {
    const char *name;
    struct entry here[3];
    struct entry elsewhere[2];
    bool plain_takes, takeover_takes;
    HRESULT takeover_hr;
} owners[] = {
    {.name = "nobody's is taken", .plain_takes = true, .takeover_takes = true},
    {.name = "ours is taken again",
     .here = {{DO SERVER, NULL, OURS}},
     .plain_takes = true,
     .takeover_takes = true},
    {.name = "ours in other letters is taken again",
     .here = {{DO SERVER, NULL, L"c:\\PROGRAM files\\opendo\\DOSVC.DLL"}},
     .plain_takes = true,
     .takeover_takes = true},
    {.name = "ours from where the product was before is taken along",
     .here = {{DO SERVER, NULL, OURS_MOVED}, {PRODUCT SERVER, NULL, OURS_MOVED}},
     .plain_takes = true,
     .takeover_takes = true},
    {.name = "another DLL's is taken by takeover alone",
     .here = {{DO SERVER, NULL, THEIRS}},
     .takeover_takes = true},
    {.name = "another program's is taken by takeover alone",
     .here = {{DO L"\\LocalServer32", NULL, L"\"C:\\Program Files\\Other\\o.exe\" -x"}},
     .takeover_takes = true},
    {.name = "a key without a server is taken by takeover alone",
     .here = {{DO, NULL, L"something"}},
     .takeover_takes = true},
    {.name = "another user's is taken by takeover alone",
     .elsewhere = {{DO SERVER, NULL, THEIRS}},
     .takeover_takes = true},
    {.name = "ours elsewhere is no obstacle",
     .elsewhere = {{DO SERVER, NULL, OURS}},
     .plain_takes = true,
     .takeover_takes = true},
    {.name = "Windows' by its AppID is never taken",
     .here = {{DO, L"AppID", L"{379001de-7108-4a45-8a74-6cd0a9fbef2c}"}},
     .takeover_hr = E_ACCESSDENIED},
    {.name = "Windows' by its service is never taken",
     .here = {{DO, L"AppID", L"{00000000-1111-2222-3333-444444444444}"},
              {L"AppID\\{00000000-1111-2222-3333-444444444444}", L"LocalService", L"DoSvc"}},
     .takeover_hr = E_ACCESSDENIED},
    {.name = "Windows' by its folder is never taken",
     .here = {{DO SERVER, NULL, L"c:\\windows\\System32\\dosvc.dll"}},
     .takeover_hr = E_ACCESSDENIED},
    {.name = "Windows' program by its folder is never taken",
     .here = {{DO L"\\LocalServer32", NULL, L"\"C:\\WINDOWS\\system32\\svchost.exe\" -k x"}},
     .takeover_hr = E_ACCESSDENIED},
    {.name = "a DLL without a folder is Windows'",
     .here = {{DO SERVER, NULL, L"qmgr.dll"}},
     .takeover_hr = E_ACCESSDENIED},
    {.name = "Windows' elsewhere is not taken here",
     .elsewhere = {{DO SERVER, NULL, L"C:\\Windows\\System32\\dosvc.dll"}},
     .takeover_hr = E_ACCESSDENIED},
    {.name = "a folder that only begins like Windows' is not Windows'",
     .here = {{DO SERVER, NULL, L"C:\\WindowsApps\\other.dll"}},
     .takeover_takes = true},
    {.name = "another service's AppID is not Windows'",
     .here = {{DO, L"AppID", L"{00000000-1111-2222-3333-444444444444}"},
              {DO SERVER, NULL, THEIRS},
              {L"AppID\\{00000000-1111-2222-3333-444444444444}", L"LocalService", L"other"}},
     .takeover_takes = true},
};

static void write_entries(HKEY root, const struct entry *entries, size_t count)
{
    for (size_t i = 0; i < count && entries[i].key; i++) {
        set(root, entries[i].key, entries[i].name, entries[i].data);
    }
}

static void expect_entries(HKEY root, const struct entry *entries, size_t count)
{
    for (size_t i = 0; i < count && entries[i].key; i++) {
        expect(root, entries[i].key, entries[i].name, entries[i].data);
    }
}

static void check_plain(void **state)
{
    const struct owner_case *c = *state;
    struct registry registry;

    registry_set_up(&registry);
    write_entries(registry.place.classes, c->here, TEST_COUNT(c->here));
    write_entries(registry.place.elsewhere, c->elsewhere, TEST_COUNT(c->elsewhere));
    assert_hr(registration_add(&registry.place, false), S_OK);
    expect_product(&registry, OURS);
    if (c->plain_takes) {
        expect(registry.place.classes, DO SERVER, NULL, OURS);
        expect(registry.place.classes, DO SERVER, L"ThreadingModel", L"Both");
    } else {
        expect_entries(registry.place.classes, c->here, TEST_COUNT(c->here));
        assert_true(c->here[0].key || !registry_has_key(registry.place.classes, DO));
    }
    expect_entries(registry.place.elsewhere, c->elsewhere, TEST_COUNT(c->elsewhere));

    assert_hr(registration_remove(&registry.place), S_OK);
    expect_no_product(&registry);
    if (!c->plain_takes) {
        expect_entries(registry.place.classes, c->here, TEST_COUNT(c->here));
    } else {
        assert_false(registry_has_key(registry.place.classes, DO));
    }
    expect_entries(registry.place.elsewhere, c->elsewhere, TEST_COUNT(c->elsewhere));
    registry_tear_down(&registry);
}

static void check_takeover(void **state)
{
    const struct owner_case *c = *state;
    struct registry registry;

    registry_set_up(&registry);
    write_entries(registry.place.classes, c->here, TEST_COUNT(c->here));
    write_entries(registry.place.elsewhere, c->elsewhere, TEST_COUNT(c->elsewhere));
    assert_hr(registration_add(&registry.place, true), c->takeover_hr);
    if (c->takeover_takes) {
        expect_product(&registry, OURS);
        expect(registry.place.classes, DO SERVER, NULL, OURS);
        expect(registry.place.classes, DO L"\\LocalServer32", NULL, NULL);
        expect(registry.place.classes, DO, L"AppID", NULL);
        /* Once more changes nothing, and above all not what is kept. */
        assert_hr(registration_add(&registry.place, true), S_OK);
        expect(registry.place.classes, DO SERVER, NULL, OURS);
        assert_hr(registration_remove(&registry.place), S_OK);
        if (!c->plain_takes) {
            expect_entries(registry.place.classes, c->here, TEST_COUNT(c->here));
        }
    } else {
        expect_entries(registry.place.classes, c->here, TEST_COUNT(c->here));
    }
    expect_no_product(&registry);
    expect_entries(registry.place.elsewhere, c->elsewhere, TEST_COUNT(c->elsewhere));
    registry_tear_down(&registry);
}

static void a_path_is_expanded_before_it_is_judged(void **state)
{
    static const WCHAR path[] = L"%SystemRoot%\\System32\\dosvc.dll";
    struct registry registry;
    WCHAR folder[MAX_PATH];

    (void)state;
    registry_set_up(&registry);
    assert_true(GetSystemWindowsDirectoryW(folder, MAX_PATH) > 0);
    registry.place.windows_folder = folder;
    assert_int_equal(RegSetKeyValueW(registry.place.classes, DO SERVER, NULL, REG_EXPAND_SZ,
                                     path, sizeof(path)),
                     ERROR_SUCCESS);
    assert_hr(registration_add(&registry.place, true), E_ACCESSDENIED);
    registry_tear_down(&registry);
}

/* --- Removing --------------------------------------------------------------------------- */

static void another_copys_registration_is_not_removed(void **state)
{
    struct registry registry;

    (void)state;
    registry_set_up(&registry);
    assert_hr(registration_add(&registry.place, false), S_OK);
    registry.place.server_path = OURS_MOVED;
    assert_hr(registration_remove(&registry.place), S_OK);
    expect_product(&registry, OURS);
    expect(registry.place.classes, DO SERVER, NULL, OURS);
    registry_tear_down(&registry);
}

static void a_prog_id_that_leads_elsewhere_is_not_removed(void **state)
{
    struct registry registry;

    (void)state;
    registry_set_up(&registry);
    assert_hr(registration_add(&registry.place, false), S_OK);
    set(registry.place.classes, L"OpenDO.DeliveryOptimization\\CLSID", NULL, L"{other}");
    assert_hr(registration_remove(&registry.place), S_OK);
    expect(registry.place.classes, L"OpenDO.DeliveryOptimization\\CLSID", NULL, L"{other}");
    assert_false(registry_has_key(registry.place.classes, PRODUCT));
    assert_false(registry_has_key(registry.place.classes, L"OpenDO.DeliveryOptimization.1"));
    registry_tear_down(&registry);
}

static void removing_what_is_not_there_is_fine(void **state)
{
    struct registry registry;

    (void)state;
    registry_set_up(&registry);
    assert_hr(registration_remove(&registry.place), S_OK);
    registry_tear_down(&registry);
}

/* --- All or nothing --------------------------------------------------------------------- */

/* No key's name may be longer than 255 characters, so that row fails wherever it stands. */
#define X16(x)   x x x x x x x x x x x x x x x x
#define TOO_LONG X16(L"0123456789abcdef") L"too long"

static const struct rollback_case {
    const char *name;
    struct registry_value rows[5];
    size_t count;
} rollbacks[] = {
    {"the first row fails", {{TOO_LONG, NULL, L"x"}, {L"new", NULL, L"x"}}, 2},
    {"a row after a new key fails", {{L"new", NULL, L"x"}, {TOO_LONG, NULL, L"x"}}, 2},
    {"a row after new keys below each other fails",
     {{L"new\\a\\b", NULL, L"x"}, {L"new\\c", L"v", L"x"}, {TOO_LONG, NULL, L"x"}},
     3},
    {"a row after a changed value fails",
     {{L"old", L"text", L"x"},
      {L"old", NULL, L"x"},
      {L"old", L"number", L"x"},
      {L"old\\below", NULL, L"x"},
      {TOO_LONG, NULL, L"x"}},
     5},
    {"the same value twice, and then a row that fails",
     {{L"old", L"text", L"x"},
      {L"old", L"text", L"y"},
      {L"new", NULL, L"x"},
      {L"new", NULL, L"y"},
      {TOO_LONG, NULL, L"x"}},
     5},
    {"a row fails half way down its path", {{L"new\\" TOO_LONG L"\\deeper", NULL, L"x"}}, 1},
};

static void check_rollback(void **state)
{
    const struct rollback_case *c = *state;
    const DWORD number = 7;
    struct registry registry;
    HKEY root;
    DWORD type, value, size = sizeof(value);
    DWORD keys = 0, values = 0;

    registry_set_up(&registry);
    root = registry.place.classes;
    set(root, L"old", L"text", L"before");
    assert_int_equal(RegSetKeyValueW(root, L"old", L"number", REG_DWORD, &number, 4), 0);

    assert_true(FAILED(registry_table_write(root, c->rows, c->count)));

    expect(root, L"old", L"text", L"before");
    expect(root, L"old", NULL, NULL);
    assert_false(registry_has_key(root, L"old\\below"));
    assert_int_equal(RegGetValueW(root, L"old", L"number", RRF_RT_ANY, &type, &value, &size),
                     0);
    assert_int_equal(type, REG_DWORD);
    assert_int_equal(value, 7);
    assert_int_equal(RegQueryInfoKeyW(root, NULL, NULL, NULL, &keys, NULL, NULL, &values, NULL,
                                      NULL, NULL, NULL),
                     0);
    assert_int_equal(keys, 1);
    assert_int_equal(values, 0);
    registry_tear_down(&registry);
}

static void what_is_written_can_be_read(void **state)
{
    static const struct registry_value rows[] = {
        {L"a\\b", NULL, L"default"}, {L"a\\b", L"name", L""}, {L"a", L"x", L"y"}};
    struct registry registry;

    (void)state;
    registry_set_up(&registry);
    assert_hr(registry_table_write(registry.place.classes, rows, TEST_COUNT(rows)), S_OK);
    expect(registry.place.classes, L"a\\b", NULL, L"default");
    expect(registry.place.classes, L"a\\b", L"name", L"");
    expect(registry.place.classes, L"a", L"x", L"y");
    registry_tear_down(&registry);
}

/* --- Words ------------------------------------------------------------------------------ */

static void words_that_nobody_knows_are_refused(void **state)
{
    (void)state;
    assert_hr(registration_install(true, L"machine"), E_INVALIDARG);
    assert_hr(registration_install(true, L"user,machine"), E_INVALIDARG);
    assert_hr(registration_install(true, L"userx"), E_INVALIDARG);
    assert_hr(registration_install(false, L"use"), E_INVALIDARG);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, owners, check_plain);
    TEST_ADD_TABLE(&suite, owners, check_takeover);
    TEST_ADD(&suite, a_path_is_expanded_before_it_is_judged);
    TEST_ADD(&suite, another_copys_registration_is_not_removed);
    TEST_ADD(&suite, a_prog_id_that_leads_elsewhere_is_not_removed);
    TEST_ADD(&suite, removing_what_is_not_there_is_fine);
    TEST_ADD_TABLE(&suite, rollbacks, check_rollback);
    TEST_ADD(&suite, what_is_written_can_be_read);
    TEST_ADD(&suite, words_that_nobody_knows_are_refused);
    return test_suite_run(&suite, "registration_rules");
}
