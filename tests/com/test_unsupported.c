/*
 * The slots that answer E_NOTIMPL do so, and clear what they were to fill in.
 *
 *     test_unsupported --list    prints the README's table of methods
 */
#include "com/linked_server.h"

#include <stdio.h>

/* What the calls of the list are made on, and what they may fill in. */
struct objects {
    IBackgroundCopyJob *job;
    IBackgroundCopyJob5 *job5;
    IBackgroundCopyFile5 *file;

    LPWSTR texts[2];
    byte *bytes;
    UINT64 size;
    DWORD number;
    BOOL flag;
    BG_JOB_REPLY_PROGRESS reply;
};

#define UNSUPPORTED(interface, method, call)                                                   \
    static HRESULT call_##interface##_##method(struct objects *objects)                        \
    {                                                                                          \
        return call;                                                                           \
    }
#include "com/unsupported_slots.h"
#undef UNSUPPORTED

static const struct slot {
    const char *name;
    const char *interface_name;
    const char *method;
    HRESULT (*call)(struct objects *objects);
} slots[] = {
#define UNSUPPORTED(interface, method, call)                                                   \
    {#interface "::" #method, #interface, #method, call_##interface##_##method},
#include "com/unsupported_slots.h"
#undef UNSUPPORTED
};

/* Garbage in everything that a method must clear. */
static void fill(struct objects *objects)
{
    objects->texts[0] = objects->texts[1] = (LPWSTR)(ULONG_PTR)1;
    objects->bytes = (byte *)(ULONG_PTR)1;
    objects->size = 1;
    objects->number = 1;
    objects->flag = TRUE;
    objects->reply = (BG_JOB_REPLY_PROGRESS){1, 1};
}

/* A method with outputs has cleared them all: nothing is half cleared. */
static void expect_clear_or_untouched(const struct objects *objects, const struct slot *slot)
{
    bool is_getter = strncmp(slot->method, "Get", 3) == 0;
    int cleared = (objects->texts[0] == NULL) + (objects->bytes == NULL) +
                  (objects->number == 0) + (objects->flag == FALSE) +
                  (objects->reply.BytesTotal == 0);

    assert_int_equal(cleared, is_getter ? 1 : 0);
    assert_true((objects->bytes == NULL) == (objects->size == 0));
}

static void check_slot(void **state)
{
    const struct slot *slot = *state;
    IBackgroundCopyManager *manager = client_manager();
    struct objects objects = {.job = client_job(manager)};
    WCHAR path[MAX_PATH];

    assert_true(GetTempPathW(MAX_PATH - 20, path) > 0);
    wcscat(path, L"unsupported.bin");
    assert_hr(IBackgroundCopyJob_AddFile(objects.job, L"http://127.0.0.1:9/", path), S_OK);
    objects.file = client_file(objects.job, 0);
    assert_hr(IBackgroundCopyJob_QueryInterface(objects.job, &IID_IBackgroundCopyJob5,
                                                (void **)&objects.job5),
              S_OK);

    fill(&objects);
    assert_hr(slot->call(&objects), E_NOTIMPL);
    expect_clear_or_untouched(&objects, slot);

    IBackgroundCopyJob5_Release(objects.job5);
    IBackgroundCopyFile5_Release(objects.file);
    assert_hr(IBackgroundCopyJob_Cancel(objects.job), S_OK);
    IBackgroundCopyJob_Release(objects.job);
    IBackgroundCopyManager_Release(manager);
    assert_true(module_can_unload());
}

/* --- The table of methods ---------------------------------------------------------------- */

enum { SLOT_SIZE = sizeof(void *) };

/* An interface that the server implements, and how many methods are its own. */
static const struct listed {
    const char *name;
    size_t methods;
} interfaces[] = {
#define LISTED(name, base)                                                                     \
    {                                                                                          \
#name, (sizeof(name##Vtbl) - sizeof(base##Vtbl)) / SLOT_SIZE                           \
    }
    LISTED(IBackgroundCopyManager, IUnknown),
    LISTED(IBackgroundCopyJob, IUnknown),
    LISTED(IBackgroundCopyJob2, IBackgroundCopyJob),
    LISTED(IBackgroundCopyJob3, IBackgroundCopyJob2),
    LISTED(IBackgroundCopyJob4, IBackgroundCopyJob3),
    LISTED(IBackgroundCopyJob5, IBackgroundCopyJob4),
    LISTED(IBackgroundCopyJobHttpOptions, IUnknown),
    LISTED(IBackgroundCopyFile, IUnknown),
    LISTED(IBackgroundCopyFile2, IBackgroundCopyFile),
    LISTED(IBackgroundCopyFile3, IBackgroundCopyFile2),
    LISTED(IBackgroundCopyFile4, IBackgroundCopyFile3),
    LISTED(IBackgroundCopyFile5, IBackgroundCopyFile4),
    LISTED(IBackgroundCopyError, IUnknown),
    LISTED(IEnumBackgroundCopyJobs, IUnknown),
    LISTED(IEnumBackgroundCopyFiles, IUnknown),
    LISTED(IDeliveryOptimizationJob, IUnknown),
    LISTED(IDeliveryOptimizationJob2, IUnknown),
    LISTED(IDeliveryOptimizationFile, IUnknown),
    LISTED(IDeliveryOptimizationFile2, IUnknown),
    LISTED(IDOManager, IUnknown),
    LISTED(IDODownload, IUnknown),
#undef LISTED
};

static void print_methods(const char *interface_name)
{
    const char *separator = "";

    for (size_t i = 0; i < TEST_COUNT(slots); i++) {
        if (strcmp(slots[i].interface_name, interface_name) == 0) {
            printf("%s%s", separator, slots[i].method);
            separator = ", ";
        }
    }
}

static void print_table(void)
{
    puts("| interface | methods that work | `E_NOTIMPL`, as in Windows |\n|---|---|---|");
    for (size_t i = 0; i < TEST_COUNT(interfaces); i++) {
        size_t missing = 0;

        for (size_t j = 0; j < TEST_COUNT(slots); j++) {
            missing += strcmp(slots[j].interface_name, interfaces[i].name) == 0;
        }
        printf("| `%s` | %zu of %zu | ", interfaces[i].name, interfaces[i].methods - missing,
               interfaces[i].methods);
        print_methods(interfaces[i].name);
        puts(" |");
    }
}

int main(int argc, char **argv)
{
    struct test_suite suite = {0};

    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        print_table();
        return EXIT_SUCCESS;
    }
    TEST_ADD_TABLE(&suite, slots, check_slot);
    return client_run_in_both(&suite, "unsupported");
}
