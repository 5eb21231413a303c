/* IBackgroundCopyManager and the many interfaces of a job, but for adding ranges and callbacks.
 */
#include "com/job_fixture.h"
#include "com/linked_server.h"

#include <oleauto.h>

#define UNKNOWN DO_UNKNOWN_FILE_SIZE

/* Things in the test's folder. */
static unsigned count_in_folder(const struct job_fixture *fixture)
{
    char *pattern = temp_folder_path(fixture->folder, "*");
    WIN32_FIND_DATAW found;
    HANDLE search = FindFirstFileW(client_wide(pattern), &found);
    unsigned count = 0;

    free(pattern);
    assert_true(search != INVALID_HANDLE_VALUE);
    do {
        count += wcscmp(found.cFileName, L".") != 0 && wcscmp(found.cFileName, L"..") != 0;
    } while (FindNextFileW(search, &found));
    FindClose(search);
    return count;
}

/* So many of one character. */
static void fill(WCHAR *text, WCHAR character, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        text[i] = character;
    }
    text[length] = L'\0';
}

/* --- The manager ------------------------------------------------------------------------ */

static void a_new_job_is_suspended_and_empty(void **state)
{
    IBackgroundCopyManager *manager = client_manager();
    IBackgroundCopyJob *job = NULL;
    IUnknown *client = test_state("not written");
    IBackgroundCopyError *error = test_state("not written");
    BG_JOB_PROGRESS progress;
    BG_JOB_TIMES times;
    BG_JOB_TYPE type = (BG_JOB_TYPE)9;
    BG_JOB_PRIORITY priority = (BG_JOB_PRIORITY)9;
    BG_JOB_PROXY_USAGE usage = (BG_JOB_PROXY_USAGE)9;
    LPWSTR name = NULL, description = NULL, owner = NULL;
    LPWSTR proxies = test_state("not written"), bypass = test_state("not written");
    ULONG flags = 9, delay = 9, timeout = 9, errors = 9;
    GUID id = GUID_NULL, same_id = GUID_NULL;

    (void)state;
    assert_hr(IBackgroundCopyManager_CreateJob(manager, L"gr\xfc\xdf e", BG_JOB_TYPE_DOWNLOAD,
                                               &id, &job),
              S_OK);
    assert_int_equal(client_state(job), BG_JOB_STATE_SUSPENDED);
    assert_hr(IBackgroundCopyJob_GetId(job, &same_id), S_OK);
    assert_true(IsEqualGUID(&id, &same_id));
    assert_false(IsEqualGUID(&id, &GUID_NULL));
    assert_hr(IBackgroundCopyJob_GetType(job, &type), S_OK);
    assert_int_equal(type, BG_JOB_TYPE_DOWNLOAD);
    assert_hr(IBackgroundCopyJob_GetProgress(job, &progress), S_OK);
    assert_true(progress.BytesTotal == 0 && progress.BytesTransferred == 0);
    assert_true(progress.FilesTotal == 0 && progress.FilesTransferred == 0);
    assert_hr(IBackgroundCopyJob_GetDisplayName(job, &name), S_OK);
    assert_wide_equal(name, L"gr\xfc\xdf e");
    assert_hr(IBackgroundCopyJob_GetDescription(job, &description), S_OK);
    assert_wide_equal(description, L"");
    assert_hr(IBackgroundCopyJob_GetPriority(job, &priority), S_OK);
    assert_int_equal(priority, BG_JOB_PRIORITY_NORMAL);
    assert_hr(IBackgroundCopyJob_GetNotifyFlags(job, &flags), S_OK);
    assert_int_equal(flags, BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR);
    assert_hr(IBackgroundCopyJob_GetNotifyInterface(job, &client), S_OK);
    assert_null(client);
    assert_hr(IBackgroundCopyJob_GetMinimumRetryDelay(job, &delay), S_OK);
    assert_int_equal(delay, 600);
    assert_hr(IBackgroundCopyJob_GetNoProgressTimeout(job, &timeout), S_OK);
    assert_int_equal(timeout, 86400);
    assert_hr(IBackgroundCopyJob_GetErrorCount(job, &errors), S_OK);
    assert_int_equal(errors, 0);
    assert_hr(IBackgroundCopyJob_GetError(job, &error), DO_E_ERROR_INFORMATION_UNAVAILABLE);
    assert_null(error);
    assert_hr(IBackgroundCopyJob_GetOwner(job, &owner), S_OK);
    assert_int_equal(wcsncmp(owner, L"S-1-", 4), 0);
    assert_hr(IBackgroundCopyJob_GetProxySettings(job, &usage, &proxies, &bypass), S_OK);
    assert_int_equal(usage, BG_JOB_PROXY_USAGE_PRECONFIG);
    assert_null(proxies);
    assert_null(bypass);
    assert_hr(IBackgroundCopyJob_GetTimes(job, &times), S_OK);
    assert_int_equal(times.TransferCompletionTime.dwLowDateTime, 0);
    assert_int_equal(times.TransferCompletionTime.dwHighDateTime, 0);

    assert_hr(IBackgroundCopyJob_Cancel(job), S_OK);
    CoTaskMemFree(name);
    CoTaskMemFree(description);
    CoTaskMemFree(owner);
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
}

static void creation_is_between_before_and_after(void **state)
{
    IBackgroundCopyManager *manager = client_manager();
    FILETIME before, after;
    BG_JOB_TIMES times;
    IBackgroundCopyJob *job;
    ULARGE_INTEGER created, earliest, latest;

    (void)state;
    GetSystemTimeAsFileTime(&before);
    job = client_job(manager);
    GetSystemTimeAsFileTime(&after);
    assert_hr(IBackgroundCopyJob_GetTimes(job, &times), S_OK);
    created.u.LowPart = times.CreationTime.dwLowDateTime;
    created.u.HighPart = times.CreationTime.dwHighDateTime;
    earliest.u.LowPart = before.dwLowDateTime;
    earliest.u.HighPart = before.dwHighDateTime;
    latest.u.LowPart = after.dwLowDateTime;
    latest.u.HighPart = after.dwHighDateTime;
    /* The clock that we read counts microseconds and rounds down; this one ticks in 100 ns. */
    assert_true(created.QuadPart + 10 >= earliest.QuadPart);
    assert_true(created.QuadPart <= latest.QuadPart + 10);
    assert_hr(IBackgroundCopyJob_Cancel(job), S_OK);
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
}

static const struct create_case {
    const char *name;
    size_t name_length; /* of the display name; SIZE_MAX for none */
    BG_JOB_TYPE type;
    bool with_id, with_job;
    HRESULT hr;
} creations[] = {
    {"a name of 256 characters is taken", 256, BG_JOB_TYPE_DOWNLOAD, true, true, S_OK},
    {"an empty name is taken", 0, BG_JOB_TYPE_DOWNLOAD, true, true, S_OK},
    {"a name of 257 characters is refused", 257, BG_JOB_TYPE_DOWNLOAD, true, true,
     E_INVALIDARG},
    {"no name is refused", SIZE_MAX, BG_JOB_TYPE_DOWNLOAD, true, true, E_INVALIDARG},
    {"an upload is not implemented", 1, BG_JOB_TYPE_UPLOAD, true, true, E_NOTIMPL},
    {"an upload with a reply is not implemented", 1, BG_JOB_TYPE_UPLOAD_REPLY, true, true,
     E_NOTIMPL},
    {"nowhere to put the id is refused", 1, BG_JOB_TYPE_DOWNLOAD, false, true, E_INVALIDARG},
    {"nowhere to put the job is refused", 1, BG_JOB_TYPE_DOWNLOAD, true, false, E_INVALIDARG},
};

static void check_creation(void **state)
{
    const struct create_case *c = *state;
    IBackgroundCopyManager *manager = client_manager();
    IBackgroundCopyJob *job = test_state("not written");
    GUID id = CLSID_OpenDO;
    WCHAR name[300];

    if (c->name_length != SIZE_MAX) {
        fill(name, L'n', c->name_length);
    }
    assert_hr(IBackgroundCopyManager_CreateJob(
                  manager, c->name_length != SIZE_MAX ? name : NULL, c->type,
                  c->with_id ? &id : NULL, c->with_job ? &job : NULL),
              c->hr);
    if (SUCCEEDED(c->hr)) {
        assert_hr(IBackgroundCopyJob_Cancel(job), S_OK);
        IBackgroundCopyJob_Release(job);
    } else {
        assert_true(!c->with_job || !job);
        assert_true(!c->with_id || IsEqualGUID(&id, &GUID_NULL));
    }
    IBackgroundCopyManager_Release(manager);
    assert_true(module_can_unload()); /* a job that was refused is not kept */
}

static void a_job_is_found_until_it_ends(void **state)
{
    IBackgroundCopyManager *manager = client_manager();
    IBackgroundCopyJob *job = client_job(manager);
    IBackgroundCopyJob *found = NULL;
    GUID id;

    (void)state;
    assert_hr(IBackgroundCopyJob_GetId(job, &id), S_OK);
    assert_hr(IBackgroundCopyManager_GetJob(manager, &id, &found), S_OK);
    assert_hr(IBackgroundCopyJob_SetDescription(found, L"by another object"), S_OK);
    IBackgroundCopyJob_Release(found);
    {
        LPWSTR description = NULL;

        assert_hr(IBackgroundCopyJob_GetDescription(job, &description), S_OK);
        assert_wide_equal(description, L"by another object");
        CoTaskMemFree(description);
    }
    assert_hr(IBackgroundCopyManager_GetJob(manager, &id, NULL), E_INVALIDARG);
    found = test_state("not written");
    assert_hr(IBackgroundCopyManager_GetJob(manager, &CLSID_OpenDO, &found),
              DO_E_JOB_NOT_FOUND);
    assert_null(found);
    assert_hr(IBackgroundCopyJob_Cancel(job), S_OK);
    found = test_state("not written");
    assert_hr(IBackgroundCopyManager_GetJob(manager, &id, &found), DO_E_JOB_NOT_FOUND);
    assert_null(found);
    assert_int_equal(client_state(job), BG_JOB_STATE_CANCELLED); /* readable all the same */
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
}

static const struct description_case {
    const char *name;
    HRESULT code;
    const WCHAR *part; /* of the text */
} descriptions[] = {
    {"a code of Delivery Optimization has words", DO_E_JOB_EMPTY, L"no files"},
    {"a status of HTTP is named", (HRESULT)0x80190194, L"404"},
    {"what nobody knows keeps its number", (HRESULT)0x8ABCDEF0, L"8ABCDEF0"},
};

static void check_description(void **state)
{
    const struct description_case *c = *state;
    IBackgroundCopyManager *manager = client_manager();
    LPWSTR text = NULL;

    assert_hr(IBackgroundCopyManager_GetErrorDescription(manager, c->code, 0x0409, &text),
              S_OK);
    assert_non_null(wcsstr(text, c->part));
    CoTaskMemFree(text);
    IBackgroundCopyManager_Release(manager);
}

/* Every code that is ours, whatever the language. */
static void every_code_of_ours_has_words_of_its_own(void **state)
{
    IBackgroundCopyManager *manager = client_manager();
    unsigned described = 0;

    (void)state;
    for (DWORD code = 0x80D01000; code < 0x80D07000; code++) {
        WCHAR number[20];
        LPWSTR text = NULL;

        assert_hr(IBackgroundCopyManager_GetErrorDescription(manager, (HRESULT)code, 0, &text),
                  S_OK);
        swprintf(number, TEST_COUNT(number), L"Error 0x%08lX", code);
        described += wcscmp(text, number) != 0;
        CoTaskMemFree(text);
    }
    assert_int_equal(described, 84); /* the DO_E_* there are */
    assert_hr(IBackgroundCopyManager_GetErrorDescription(manager, E_FAIL, 0, NULL),
              E_INVALIDARG);
    IBackgroundCopyManager_Release(manager);
}

/* --- Texts and numbers ------------------------------------------------------------------ */

static const struct text_case {
    const char *name;
    bool is_description;
    size_t length; /* SIZE_MAX for none */
    HRESULT hr;
} texts[] = {
    {"a display name of 256 characters", false, 256, S_OK},
    {"a display name of 257 characters", false, 257, BG_E_STRING_TOO_LONG},
    {"an empty display name", false, 0, S_OK},
    {"no display name", false, SIZE_MAX, E_INVALIDARG},
    {"a description of 1024 characters", true, 1024, S_OK},
    {"a description of 1025 characters", true, 1025, BG_E_STRING_TOO_LONG},
    {"an empty description", true, 0, S_OK},
    {"no description", true, SIZE_MAX, E_INVALIDARG},
};

static void check_text(void **state)
{
    const struct text_case *c = *state;
    IBackgroundCopyManager *manager = client_manager();
    IBackgroundCopyJob *job = client_job(manager);
    WCHAR text[2000];
    LPWSTR read = NULL;

    if (c->length != SIZE_MAX) {
        fill(text, L'\xe4', c->length);
    }
    if (c->is_description) {
        assert_hr(IBackgroundCopyJob_SetDescription(job, c->length != SIZE_MAX ? text : NULL),
                  c->hr);
        assert_hr(IBackgroundCopyJob_GetDescription(job, &read), S_OK);
        assert_wide_equal(read, SUCCEEDED(c->hr) ? text : L"");
    } else {
        assert_hr(IBackgroundCopyJob_SetDisplayName(job, c->length != SIZE_MAX ? text : NULL),
                  c->hr);
        assert_hr(IBackgroundCopyJob_GetDisplayName(job, &read), S_OK);
        assert_wide_equal(read, SUCCEEDED(c->hr) ? text : L"a job");
    }
    CoTaskMemFree(read);
    assert_hr(IBackgroundCopyJob_Cancel(job), S_OK);
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
}

enum number { PRIORITY, FLAGS, RETRY_DELAY, TIMEOUT };

static const struct number_case {
    const char *name;
    enum number which;
    ULONG value;
    HRESULT hr;
    ULONG read;
} numbers[] = {
    {"foreground is a priority", PRIORITY, BG_JOB_PRIORITY_FOREGROUND, S_OK, 0},
    {"low is a priority", PRIORITY, BG_JOB_PRIORITY_LOW, S_OK, 3},
    {"four is no priority", PRIORITY, 4, E_INVALIDARG, 2},
    {"minus one is no priority", PRIORITY, (ULONG)-1, E_INVALIDARG, 2},
    {"all flags are taken", FLAGS, 0x3f, S_OK, 0x3f},
    {"no flags are taken", FLAGS, 0, S_OK, 0},
    {"flags that nobody knows are not implemented", FLAGS, 0x40, E_NOTIMPL, 3},
    {"a retry delay is kept", RETRY_DELAY, 5, S_OK, 5},
    {"a retry delay of four is raised to five", RETRY_DELAY, 4, S_OK, 5},
    {"a retry delay of zero is raised to five", RETRY_DELAY, 0, S_OK, 5},
    {"a retry delay may be long", RETRY_DELAY, 0xffffffff, S_OK, 0xffffffff},
    {"a timeout is kept", TIMEOUT, 77, S_OK, 77},
    {"a timeout of zero is kept", TIMEOUT, 0, S_OK, 0},
    {"a timeout may be for ever", TIMEOUT, 0xffffffff, S_OK, 0xffffffff},
};

static HRESULT set_number(IBackgroundCopyJob *job, enum number which, ULONG value)
{
    switch (which) {
    case PRIORITY:
        return IBackgroundCopyJob_SetPriority(job, (BG_JOB_PRIORITY)value);
    case FLAGS:
        return IBackgroundCopyJob_SetNotifyFlags(job, value);
    case RETRY_DELAY:
        return IBackgroundCopyJob_SetMinimumRetryDelay(job, value);
    case TIMEOUT:
        break;
    }
    return IBackgroundCopyJob_SetNoProgressTimeout(job, value);
}

static ULONG get_number(IBackgroundCopyJob *job, enum number which)
{
    BG_JOB_PRIORITY priority;
    ULONG value = 0;

    switch (which) {
    case PRIORITY:
        assert_hr(IBackgroundCopyJob_GetPriority(job, &priority), S_OK);
        return (ULONG)priority;
    case FLAGS:
        assert_hr(IBackgroundCopyJob_GetNotifyFlags(job, &value), S_OK);
        break;
    case RETRY_DELAY:
        assert_hr(IBackgroundCopyJob_GetMinimumRetryDelay(job, &value), S_OK);
        break;
    case TIMEOUT:
        assert_hr(IBackgroundCopyJob_GetNoProgressTimeout(job, &value), S_OK);
        break;
    }
    return value;
}

static void check_number(void **state)
{
    const struct number_case *c = *state;
    IBackgroundCopyManager *manager = client_manager();
    IBackgroundCopyJob *job = client_job(manager);

    assert_hr(set_number(job, c->which, c->value), c->hr);
    assert_int_equal(get_number(job, c->which), c->read);
    assert_hr(IBackgroundCopyJob_Cancel(job), S_OK);
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
}

static void the_default_timeout_follows_the_priority(void **state)
{
    IBackgroundCopyManager *manager = client_manager();
    IBackgroundCopyJob *job = client_job(manager);

    (void)state;
    assert_hr(IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND), S_OK);
    assert_int_equal(get_number(job, TIMEOUT), 3600);
    assert_hr(IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_HIGH), S_OK);
    assert_int_equal(get_number(job, TIMEOUT), 86400);
    assert_hr(IBackgroundCopyJob_Cancel(job), S_OK);
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
}

static void missing_places_for_results_are_refused(void **state)
{
    IBackgroundCopyManager *manager = client_manager();
    IBackgroundCopyJob *job = client_job(manager);
    BG_JOB_PROXY_USAGE usage;
    LPWSTR text;

    (void)state;
    assert_hr(IBackgroundCopyJob_EnumFiles(job, NULL), E_INVALIDARG);
    assert_hr(IBackgroundCopyJob_GetId(job, NULL), E_INVALIDARG);
    assert_hr(IBackgroundCopyJob_GetType(job, NULL), E_INVALIDARG);
    assert_hr(IBackgroundCopyJob_GetProgress(job, NULL), E_INVALIDARG);
    assert_hr(IBackgroundCopyJob_GetTimes(job, NULL), E_INVALIDARG);
    assert_hr(IBackgroundCopyJob_GetState(job, NULL), E_INVALIDARG);
    assert_hr(IBackgroundCopyJob_GetError(job, NULL), E_INVALIDARG);
    assert_hr(IBackgroundCopyJob_GetOwner(job, NULL), E_INVALIDARG);
    assert_hr(IBackgroundCopyJob_GetDisplayName(job, NULL), E_INVALIDARG);
    assert_hr(IBackgroundCopyJob_GetDescription(job, NULL), E_INVALIDARG);
    assert_hr(IBackgroundCopyJob_GetPriority(job, NULL), E_INVALIDARG);
    assert_hr(IBackgroundCopyJob_GetNotifyFlags(job, NULL), E_INVALIDARG);
    assert_hr(IBackgroundCopyJob_GetNotifyInterface(job, NULL), E_INVALIDARG);
    assert_hr(IBackgroundCopyJob_GetMinimumRetryDelay(job, NULL), E_INVALIDARG);
    assert_hr(IBackgroundCopyJob_GetNoProgressTimeout(job, NULL), E_INVALIDARG);
    assert_hr(IBackgroundCopyJob_GetErrorCount(job, NULL), E_INVALIDARG);
    assert_hr(IBackgroundCopyJob_GetProxySettings(job, &usage, &text, NULL), E_INVALIDARG);
    assert_hr(IBackgroundCopyJob_AddFileSet(job, 1, NULL), E_INVALIDARG);
    assert_hr(IBackgroundCopyJob_Cancel(job), S_OK);
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
}

/* --- States ----------------------------------------------------------------------------- */

/* Where a job can be brought to and kept. */
enum situation {
    EMPTY, /* SUSPENDED, without files */
    SUSPENDED,
    TRANSFERRING,
    TRANSIENT_ERROR,
    IN_ERROR,
    TRANSFERRED,
    ACKNOWLEDGED,
    CANCELLED,
};

enum call { RESUME, SUSPEND, CANCEL, COMPLETE };

static const struct state_case {
    const char *name;
    enum situation from;
    enum call call;
    HRESULT hr;
    BG_JOB_STATE to;
} states[] = {
    {"an empty job cannot be resumed", EMPTY, RESUME, DO_E_JOB_EMPTY, BG_JOB_STATE_SUSPENDED},
    {"an empty job can be suspended", EMPTY, SUSPEND, S_OK, BG_JOB_STATE_SUSPENDED},
    {"an empty job can be cancelled", EMPTY, CANCEL, S_OK, BG_JOB_STATE_CANCELLED},
    {"an empty job can be completed", EMPTY, COMPLETE, S_OK, BG_JOB_STATE_ACKNOWLEDGED},

    {"SUSPENDED is resumed", SUSPENDED, RESUME, S_OK, BG_JOB_STATE_TRANSFERRING},
    {"SUSPENDED is suspended", SUSPENDED, SUSPEND, S_OK, BG_JOB_STATE_SUSPENDED},
    {"SUSPENDED is cancelled", SUSPENDED, CANCEL, S_OK, BG_JOB_STATE_CANCELLED},
    {"SUSPENDED is completed, in part", SUSPENDED, COMPLETE, BG_S_PARTIAL_COMPLETE,
     BG_JOB_STATE_ACKNOWLEDGED},

    {"TRANSFERRING is resumed", TRANSFERRING, RESUME, S_OK, BG_JOB_STATE_TRANSFERRING},
    {"TRANSFERRING is suspended", TRANSFERRING, SUSPEND, S_OK, BG_JOB_STATE_SUSPENDED},
    {"TRANSFERRING is cancelled", TRANSFERRING, CANCEL, S_OK, BG_JOB_STATE_CANCELLED},
    {"TRANSFERRING is completed, in part", TRANSFERRING, COMPLETE, BG_S_PARTIAL_COMPLETE,
     BG_JOB_STATE_ACKNOWLEDGED},

    {"TRANSIENT_ERROR is resumed at once", TRANSIENT_ERROR, RESUME, S_OK,
     BG_JOB_STATE_TRANSFERRING},
    {"TRANSIENT_ERROR is suspended", TRANSIENT_ERROR, SUSPEND, S_OK, BG_JOB_STATE_SUSPENDED},
    {"TRANSIENT_ERROR is cancelled", TRANSIENT_ERROR, CANCEL, S_OK, BG_JOB_STATE_CANCELLED},
    {"TRANSIENT_ERROR is completed, in part", TRANSIENT_ERROR, COMPLETE, BG_S_PARTIAL_COMPLETE,
     BG_JOB_STATE_ACKNOWLEDGED},

    {"ERROR is resumed", IN_ERROR, RESUME, S_OK, BG_JOB_STATE_TRANSFERRING},
    {"ERROR is suspended", IN_ERROR, SUSPEND, S_OK, BG_JOB_STATE_SUSPENDED},
    {"ERROR is cancelled", IN_ERROR, CANCEL, S_OK, BG_JOB_STATE_CANCELLED},
    {"ERROR is completed, in part", IN_ERROR, COMPLETE, BG_S_PARTIAL_COMPLETE,
     BG_JOB_STATE_ACKNOWLEDGED},

    {"TRANSFERRED is resumed, to nothing", TRANSFERRED, RESUME, S_OK, BG_JOB_STATE_TRANSFERRED},
    {"TRANSFERRED is suspended, and stays", TRANSFERRED, SUSPEND, S_OK,
     BG_JOB_STATE_TRANSFERRED},
    {"TRANSFERRED is cancelled", TRANSFERRED, CANCEL, S_OK, BG_JOB_STATE_CANCELLED},
    {"TRANSFERRED is completed", TRANSFERRED, COMPLETE, S_OK, BG_JOB_STATE_ACKNOWLEDGED},

    {"ACKNOWLEDGED is not resumed", ACKNOWLEDGED, RESUME, DO_E_INVALID_STATE,
     BG_JOB_STATE_ACKNOWLEDGED},
    {"ACKNOWLEDGED is not suspended", ACKNOWLEDGED, SUSPEND, DO_E_INVALID_STATE,
     BG_JOB_STATE_ACKNOWLEDGED},
    {"ACKNOWLEDGED is not cancelled", ACKNOWLEDGED, CANCEL, DO_E_INVALID_STATE,
     BG_JOB_STATE_ACKNOWLEDGED},
    {"ACKNOWLEDGED is not completed", ACKNOWLEDGED, COMPLETE, DO_E_INVALID_STATE,
     BG_JOB_STATE_ACKNOWLEDGED},

    {"CANCELLED is not resumed", CANCELLED, RESUME, DO_E_INVALID_STATE, BG_JOB_STATE_CANCELLED},
    {"CANCELLED is not suspended", CANCELLED, SUSPEND, DO_E_INVALID_STATE,
     BG_JOB_STATE_CANCELLED},
    {"CANCELLED is not cancelled", CANCELLED, CANCEL, DO_E_INVALID_STATE,
     BG_JOB_STATE_CANCELLED},
    {"CANCELLED is not completed", CANCELLED, COMPLETE, DO_E_INVALID_STATE,
     BG_JOB_STATE_CANCELLED},
};

static const struct server_rule stall_all = {.does = SERVER_STALL_AFTER, .number = 100};
static const struct server_rule fail_all = {.does = SERVER_STATUS, .number = 503};
static const struct server_rule missing_all = {.does = SERVER_STATUS, .number = 404};

static void bring_to(struct job_fixture *fixture, enum situation situation)
{
    if (situation == EMPTY) {
        return;
    }
    assert_hr(job_fixture_add(fixture, 0, NULL, UNKNOWN), S_OK);
    switch (situation) {
    case EMPTY:
    case SUSPENDED:
        break;
    case TRANSFERRING:
        assert_hr(IBackgroundCopyJob_Resume(fixture->job), S_OK);
        assert_true(range_server_wait_for_stalls(fixture->server, 1, CLIENT_DEADLINE_MS));
        break;
    case TRANSIENT_ERROR:
        range_server_use_rules(fixture->server, &fail_all, 1);
        assert_hr(IBackgroundCopyJob_Resume(fixture->job), S_OK);
        assert_job_reaches(fixture->job, BG_JOB_STATE_TRANSIENT_ERROR);
        range_server_use_rules(fixture->server, &stall_all, 1);
        break;
    case IN_ERROR:
        range_server_use_rules(fixture->server, &missing_all, 1);
        assert_hr(IBackgroundCopyJob_Resume(fixture->job), S_OK);
        assert_job_reaches(fixture->job, BG_JOB_STATE_ERROR);
        range_server_use_rules(fixture->server, &stall_all, 1);
        break;
    case TRANSFERRED:
        range_server_use_rules(fixture->server, NULL, 0);
        assert_hr(IBackgroundCopyJob_Resume(fixture->job), S_OK);
        assert_job_reaches(fixture->job, BG_JOB_STATE_TRANSFERRED);
        break;
    case ACKNOWLEDGED:
        assert_hr(IBackgroundCopyJob_Complete(fixture->job), BG_S_PARTIAL_COMPLETE);
        break;
    case CANCELLED:
        assert_hr(IBackgroundCopyJob_Cancel(fixture->job), S_OK);
        break;
    }
}

static HRESULT make_call(IBackgroundCopyJob *job, enum call call)
{
    switch (call) {
    case RESUME:
        return IBackgroundCopyJob_Resume(job);
    case SUSPEND:
        return IBackgroundCopyJob_Suspend(job);
    case CANCEL:
        return IBackgroundCopyJob_Cancel(job);
    case COMPLETE:
        break;
    }
    return IBackgroundCopyJob_Complete(job);
}

static void check_state(void **state)
{
    const struct state_case *c = *state;
    struct job_fixture fixture;

    job_fixture_start(&fixture, &stall_all, 1);
    bring_to(&fixture, c->from);
    assert_hr(make_call(fixture.job, c->call), c->hr);
    assert_int_equal(client_state(fixture.job), c->to);
    if (c->to == BG_JOB_STATE_CANCELLED || c->hr == BG_S_PARTIAL_COMPLETE) {
        assert_int_equal(count_in_folder(&fixture), 0);
    }
    job_fixture_end(&fixture);
}

static void an_ended_job_refuses_every_change(void **state)
{
    static const BITS_JOB_PROPERTY_VALUE always = {.Dword =
                                                       (DWORD)BITS_JOB_TRANSFER_POLICY_ALWAYS};

    (void)state;
    for (int completed = 0; completed < 2; completed++) {
        struct job_fixture fixture;
        IBackgroundCopyJob5 *job5;
        struct client_callback callback;
        BG_FILE_INFO files[] = {{test_state(L"http://host/"), test_state(L"C:\\file")}};

        job_fixture_start(&fixture, NULL, 0);
        client_callback_init(&callback);
        job5 = client_query(fixture.job, &IID_IBackgroundCopyJob5);
        bring_to(&fixture, completed ? ACKNOWLEDGED : CANCELLED);
        assert_hr(IBackgroundCopyJob_SetDisplayName(fixture.job, L"x"), DO_E_INVALID_STATE);
        assert_hr(IBackgroundCopyJob_SetDescription(fixture.job, L"x"), DO_E_INVALID_STATE);
        assert_hr(IBackgroundCopyJob_SetPriority(fixture.job, BG_JOB_PRIORITY_LOW),
                  DO_E_INVALID_STATE);
        assert_hr(IBackgroundCopyJob_SetNotifyFlags(fixture.job, 0), DO_E_INVALID_STATE);
        assert_hr(IBackgroundCopyJob_SetNotifyInterface(fixture.job,
                                                        client_callback_unknown(&callback)),
                  DO_E_INVALID_STATE);
        assert_hr(IBackgroundCopyJob_SetMinimumRetryDelay(fixture.job, 9), DO_E_INVALID_STATE);
        assert_hr(IBackgroundCopyJob_SetNoProgressTimeout(fixture.job, 9), DO_E_INVALID_STATE);
        assert_hr(IBackgroundCopyJob_AddFile(fixture.job, L"http://host/", L"C:\\file"),
                  DO_E_INVALID_STATE);
        assert_hr(IBackgroundCopyJob_AddFileSet(fixture.job, 1, files), DO_E_INVALID_STATE);
        assert_hr(
            IBackgroundCopyJob5_SetProperty(job5, BITS_JOB_PROPERTY_ID_COST_FLAGS, always),
            DO_E_INVALID_STATE);
        IBackgroundCopyJob5_Release(job5);
        client_callback_end(&callback);
        job_fixture_end(&fixture);
    }
}

/* --- Files on disk ---------------------------------------------------------------------- */

static void the_target_appears_only_when_the_job_is_completed(void **state)
{
    struct job_fixture fixture;
    IBackgroundCopyFile5 *file;
    BG_FILE_PROGRESS progress;
    FILE *old;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    old = fopen(fixture.path, "wb");
    assert_non_null(old);
    assert_int_equal(fwrite("old", 1, 3, old), 3);
    fclose(old);
    bring_to(&fixture, TRANSFERRED);
    file = client_file(fixture.job, 0);
    assert_int_equal(count_in_folder(&fixture), 2);
    old = fopen(fixture.path, "rb");
    assert_int_equal(fgetc(old), 'o');
    fclose(old);
    assert_hr(IBackgroundCopyFile5_GetProgress(file, &progress), S_OK);
    assert_false(progress.Completed);
    assert_hr(IBackgroundCopyJob_Complete(fixture.job), S_OK);
    assert_hr(IBackgroundCopyFile5_GetProgress(file, &progress), S_OK);
    assert_true(progress.Completed);
    assert_int_equal(count_in_folder(&fixture), 1);
    expect_file(fixture.path, NULL, 0, FIXTURE_SEED, FIXTURE_SIZE);
    IBackgroundCopyFile5_Release(file);
    job_fixture_end(&fixture);
}

static void a_target_that_is_a_folder_can_be_removed_and_completing_repeated(void **state)
{
    struct job_fixture fixture;
    char *folder;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    bring_to(&fixture, TRANSFERRED);
    folder = temp_folder_make(fixture.folder, "file.bin"); /* AddFile would have seen it */
    assert_hr(IBackgroundCopyJob_Complete(fixture.job), E_ACCESSDENIED);
    assert_int_equal(client_state(fixture.job), BG_JOB_STATE_TRANSFERRED);
    assert_true(RemoveDirectoryW(client_wide(folder)));
    assert_hr(IBackgroundCopyJob_Complete(fixture.job), S_OK);
    expect_file(fixture.path, NULL, 0, FIXTURE_SEED, FIXTURE_SIZE);
    free(folder);
    job_fixture_end(&fixture);
}

static void completing_keeps_whole_files_and_drops_the_others(void **state)
{
    static const struct server_rule stall = {
        .path = "/large", .does = SERVER_STALL_AFTER, .number = 100};
    struct job_fixture fixture;
    struct client_callback callback;
    char large[SERVER_URL_SIZE];
    char *path;

    (void)state;
    job_fixture_start(&fixture, &stall, 1);
    client_callback_init(&callback);
    path = temp_folder_path(fixture.folder, "large.bin");
    assert_hr(job_fixture_add(&fixture, 0, NULL, UNKNOWN), S_OK);
    assert_hr(client_add(fixture.job,
                         client_wide(range_server_url(fixture.server, "/large", large)),
                         client_wide(path), 0, NULL, UNKNOWN),
              S_OK);
    assert_hr(IBackgroundCopyJob_SetNotifyFlags(fixture.job, BG_NOTIFY_FILE_TRANSFERRED), S_OK);
    assert_hr(
        IBackgroundCopyJob_SetNotifyInterface(fixture.job, client_callback_unknown(&callback)),
        S_OK);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_true(client_callback_wait(&callback, NEWS_FILE, 1));
    assert_hr(IBackgroundCopyJob_Complete(fixture.job), BG_S_PARTIAL_COMPLETE);
    assert_int_equal(client_state(fixture.job), BG_JOB_STATE_ACKNOWLEDGED);
    assert_int_equal(count_in_folder(&fixture), 1);
    expect_file(fixture.path, NULL, 0, FIXTURE_SEED, FIXTURE_SIZE);
    free(path);
    client_callback_end(&callback);
    job_fixture_end(&fixture);
}

/* --- Adding files the way of BITS ------------------------------------------------------- */

static void every_way_of_adding_a_file_fetches_it(void **state)
{
    static const BG_FILE_RANGE range = {5, 10};
    struct job_fixture fixture;
    IBackgroundCopyJob5 *job5;
    BG_FILE_INFO set[2];
    char *paths[4];
    WCHAR wide[4][500];
    WCHAR url[SERVER_URL_SIZE];

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    job5 = client_query(fixture.job, &IID_IBackgroundCopyJob5);
    wcscpy(url, client_wide(fixture.url));
    for (int i = 0; i < 4; i++) {
        char name[] = {(char)('a' + i), '\0'};

        paths[i] = temp_folder_path(fixture.folder, name);
        wcscpy(wide[i], client_wide(paths[i]));
    }
    assert_hr(IBackgroundCopyJob_AddFile(fixture.job, url, wide[0]), S_OK);
    set[0] = (BG_FILE_INFO){url, wide[1]};
    set[1] = (BG_FILE_INFO){url, wide[2]};
    assert_hr(IBackgroundCopyJob_AddFileSet(fixture.job, 2, set), S_OK);
    assert_hr(IBackgroundCopyJob5_AddFileWithRanges(job5, url, wide[3], 1,
                                                    (BG_FILE_RANGE *)(uintptr_t)&range),
              S_OK);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_job_reaches(fixture.job, BG_JOB_STATE_TRANSFERRED);
    assert_hr(IBackgroundCopyJob_Complete(fixture.job), S_OK);
    for (int i = 0; i < 4; i++) {
        expect_file(paths[i], (const struct byte_range *)&range, i == 3 ? 1 : 0, FIXTURE_SEED,
                    FIXTURE_SIZE);
        free(paths[i]);
    }
    IBackgroundCopyJob5_Release(job5);
    job_fixture_end(&fixture);
}

static void a_set_ends_at_the_first_file_that_is_refused(void **state)
{
    struct job_fixture fixture;
    BG_JOB_PROGRESS progress;
    BG_FILE_INFO set[3];
    WCHAR url[SERVER_URL_SIZE], path[500];

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    wcscpy(url, client_wide(fixture.url));
    wcscpy(path, client_wide(fixture.path));
    set[0] = set[2] = (BG_FILE_INFO){url, path};
    set[1] = (BG_FILE_INFO){url, test_state(L"relative")};
    assert_hr(IBackgroundCopyJob_AddFileSet(fixture.job, 3, set), E_INVALIDARG);
    assert_hr(IBackgroundCopyJob_GetProgress(fixture.job, &progress), S_OK);
    assert_int_equal(progress.FilesTotal, 1);
    assert_hr(IBackgroundCopyJob_AddFileSet(fixture.job, 0, NULL), E_INVALIDARG);
    job_fixture_end(&fixture);
}

/* --- Properties ------------------------------------------------------------------------- */

static const struct cost_case {
    const char *name;
    DWORD value;
    HRESULT hr;
} costs[] = {
    {"ALWAYS is a policy", 0x800000FF, S_OK},
    {"NOT_ROAMING is a policy", 0x8000007F, S_OK},
    {"NO_SURCHARGE is a policy", 0x8000006F, S_OK},
    {"STANDARD is a policy", 0x80000067, S_OK},
    {"UNRESTRICTED is a policy", 0x80000021, S_OK},
    {"0 is no policy", 0, E_INVALIDARG},
    {"1 is no policy", 1, E_INVALIDARG},
    {"0x80000000 is no policy", 0x80000000, E_INVALIDARG},
};

static void check_cost(void **state)
{
    const struct cost_case *c = *state;
    IBackgroundCopyManager *manager = client_manager();
    IBackgroundCopyJob *job = client_job(manager);
    IBackgroundCopyJob5 *job5 = client_query(job, &IID_IBackgroundCopyJob5);
    BITS_JOB_PROPERTY_VALUE value = {.Dword = c->value};

    assert_hr(IBackgroundCopyJob5_SetProperty(job5, BITS_JOB_PROPERTY_ID_COST_FLAGS, value),
              c->hr);
    memset(&value, 0xff, sizeof(value));
    assert_hr(IBackgroundCopyJob5_GetProperty(job5, BITS_JOB_PROPERTY_ID_COST_FLAGS, &value),
              S_OK);
    assert_int_equal(value.Dword, SUCCEEDED(c->hr) ? c->value : 0x80000067);
    assert_hr(IBackgroundCopyJob_Cancel(job), S_OK);
    IBackgroundCopyJob5_Release(job5);
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
}

static void a_foreground_job_may_always_use_the_network(void **state)
{
    IBackgroundCopyManager *manager = client_manager();
    IBackgroundCopyJob *job = client_job(manager);
    IBackgroundCopyJob5 *job5 = client_query(job, &IID_IBackgroundCopyJob5);
    BITS_JOB_PROPERTY_VALUE value;

    (void)state;
    assert_hr(IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND), S_OK);
    assert_hr(IBackgroundCopyJob5_GetProperty(job5, BITS_JOB_PROPERTY_ID_COST_FLAGS, &value),
              S_OK);
    assert_int_equal(value.Dword, 0x800000FF);
    assert_hr(IBackgroundCopyJob5_GetProperty(job5, BITS_JOB_PROPERTY_ID_COST_FLAGS, NULL),
              E_INVALIDARG);
    assert_hr(IBackgroundCopyJob_Cancel(job), S_OK);
    IBackgroundCopyJob5_Release(job5);
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
}

static void properties_of_bits_are_not_implemented(void **state)
{
    static const int ids[] = {0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0x7fff};
    IBackgroundCopyManager *manager = client_manager();
    IBackgroundCopyJob *job = client_job(manager);
    IBackgroundCopyJob5 *job5 = client_query(job, &IID_IBackgroundCopyJob5);
    BITS_JOB_PROPERTY_VALUE value = {.Dword = 1};

    (void)state;
    for (size_t i = 0; i < TEST_COUNT(ids); i++) {
        assert_hr(IBackgroundCopyJob5_SetProperty(job5, (BITS_JOB_PROPERTY_ID)ids[i], value),
                  E_NOTIMPL);
        assert_hr(IBackgroundCopyJob5_GetProperty(job5, (BITS_JOB_PROPERTY_ID)ids[i], &value),
                  E_NOTIMPL);
    }
    assert_hr(IBackgroundCopyJob_Cancel(job), S_OK);
    IBackgroundCopyJob5_Release(job5);
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
}

static void the_extended_error_is_a_text_that_can_only_be_read(void **state)
{
    struct job_fixture fixture;
    IDeliveryOptimizationJob2 *job2;
    VARIANT value;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    job2 = client_query(fixture.job, &IID_IDeliveryOptimizationJob2);
    memset(&value, 0xff, sizeof(value));
    assert_hr(
        IDeliveryOptimizationJob2_GetProperty(job2, DOJobPropertyId_ExtendedErrorInfo, &value),
        S_OK);
    assert_int_equal(V_VT(&value), VT_BSTR);
    assert_wide_equal(V_BSTR(&value), L"");
    VariantClear(&value);
    bring_to(&fixture, IN_ERROR);
    assert_hr(
        IDeliveryOptimizationJob2_GetProperty(job2, DOJobPropertyId_ExtendedErrorInfo, &value),
        S_OK);
    assert_wide_equal(V_BSTR(&value), L"{\"HResult\":\"0x80190194\"}");
    assert_hr(
        IDeliveryOptimizationJob2_SetProperty(job2, DOJobPropertyId_ExtendedErrorInfo, &value),
        DO_E_READ_ONLY_PROPERTY);
    assert_hr(IDeliveryOptimizationJob2_SetProperty(job2, (DOJobPropertyId)1, &value),
              DO_E_UNKNOWN_PROPERTY_ID);
    VariantClear(&value);
    memset(&value, 0xff, sizeof(value));
    assert_hr(IDeliveryOptimizationJob2_GetProperty(job2, (DOJobPropertyId)1, &value),
              DO_E_UNKNOWN_PROPERTY_ID);
    assert_int_equal(V_VT(&value), VT_EMPTY);
    assert_hr(
        IDeliveryOptimizationJob2_GetProperty(job2, DOJobPropertyId_ExtendedErrorInfo, NULL),
        E_INVALIDARG);
    IDeliveryOptimizationJob2_Release(job2);
    job_fixture_end(&fixture);
}

/* --- Errors ----------------------------------------------------------------------------- */

static const struct error_case {
    const char *name;
    uint64_t status;
    HRESULT code;
    BG_ERROR_CONTEXT context;
    const WCHAR *description; /* a part of it */
} errors[] = {
    {"404 has no context", 404, (HRESULT)0x80190194, BG_ERROR_CONTEXT_NONE, L"404"},
    {"403 is of the remote file", 403, (HRESULT)0x80190193, BG_ERROR_CONTEXT_REMOTE_FILE,
     L"403"},
};

static void check_error(void **state)
{
    const struct error_case *c = *state;
    struct server_rule rule = {.does = SERVER_STATUS, .number = c->status};
    struct job_fixture fixture;
    IBackgroundCopyError *error = NULL;
    IBackgroundCopyFile *file = NULL;
    BG_ERROR_CONTEXT context = (BG_ERROR_CONTEXT)9;
    HRESULT code = S_OK;
    LPWSTR text = NULL;
    ULONG count = 0;

    job_fixture_start(&fixture, &rule, 1);
    assert_hr(job_fixture_add(&fixture, 0, NULL, UNKNOWN), S_OK);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_job_reaches(fixture.job, BG_JOB_STATE_ERROR);
    assert_hr(IBackgroundCopyJob_GetErrorCount(fixture.job, &count), S_OK);
    assert_int_equal(count, 1);
    assert_hr(IBackgroundCopyJob_GetError(fixture.job, &error), S_OK);
    assert_hr(IBackgroundCopyJob_Suspend(fixture.job), S_OK); /* the object is a snapshot */

    assert_hr(IBackgroundCopyError_GetError(error, &context, &code), S_OK);
    assert_hr(code, c->code);
    assert_int_equal(context, c->context);
    assert_hr(IBackgroundCopyError_GetFile(error, &file), S_OK);
    assert_hr(IBackgroundCopyFile_GetRemoteName(file, &text), S_OK);
    assert_wide_equal(text, client_wide(fixture.url));
    CoTaskMemFree(text);
    IBackgroundCopyFile_Release(file);
    assert_hr(IBackgroundCopyError_GetErrorDescription(error, 0x0407, &text), S_OK);
    assert_non_null(wcsstr(text, c->description));
    CoTaskMemFree(text);
    assert_hr(IBackgroundCopyError_GetErrorContextDescription(error, 0x0407, &text), S_OK);
    assert_true(wcslen(text) > 0);
    CoTaskMemFree(text);
    assert_hr(IBackgroundCopyError_GetProtocol(error, &text), S_OK);
    assert_wide_equal(text, L"http");
    CoTaskMemFree(text);

    assert_hr(IBackgroundCopyError_GetError(error, NULL, &code), E_INVALIDARG);
    assert_hr(IBackgroundCopyError_GetError(error, &context, NULL), E_INVALIDARG);
    assert_hr(IBackgroundCopyError_GetFile(error, NULL), E_INVALIDARG);
    assert_hr(IBackgroundCopyError_GetErrorDescription(error, 0, NULL), E_INVALIDARG);
    assert_hr(IBackgroundCopyError_GetErrorContextDescription(error, 0, NULL), E_INVALIDARG);
    assert_hr(IBackgroundCopyError_GetProtocol(error, NULL), E_INVALIDARG);
    assert_int_equal(IBackgroundCopyError_Release(error), 0);
    job_fixture_end(&fixture);
}

static void an_error_is_held_until_the_job_moves(void **state)
{
    struct job_fixture fixture;
    IBackgroundCopyError *error = NULL;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    bring_to(&fixture, TRANSIENT_ERROR);
    assert_hr(job_error_code(fixture.job), (HRESULT)0x801901F7);
    assert_hr(IBackgroundCopyJob_Suspend(fixture.job), S_OK);
    error = test_state("not written");
    assert_hr(IBackgroundCopyJob_GetError(fixture.job, &error),
              DO_E_ERROR_INFORMATION_UNAVAILABLE);
    assert_null(error);
    range_server_use_rules(fixture.server, NULL, 0);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_job_reaches(fixture.job, BG_JOB_STATE_TRANSFERRED);
    assert_hr(IBackgroundCopyJob_GetError(fixture.job, &error),
              DO_E_ERROR_INFORMATION_UNAVAILABLE);
    job_fixture_end(&fixture);
}

static void without_patience_every_failure_is_final(void **state)
{
    struct job_fixture fixture;

    (void)state;
    job_fixture_start(&fixture, &fail_all, 1);
    assert_hr(IBackgroundCopyJob_SetNoProgressTimeout(fixture.job, 0), S_OK);
    assert_hr(job_fixture_add(&fixture, 0, NULL, UNKNOWN), S_OK);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_job_reaches(fixture.job, BG_JOB_STATE_ERROR);
    assert_hr(job_error_code(fixture.job), (HRESULT)0x801901F7);
    job_fixture_end(&fixture);
}

static void no_server_objects_are_left(void **state)
{
    (void)state;
    assert_true(module_can_unload());
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD(&suite, a_new_job_is_suspended_and_empty);
    TEST_ADD(&suite, creation_is_between_before_and_after);
    TEST_ADD_TABLE(&suite, creations, check_creation);
    TEST_ADD(&suite, a_job_is_found_until_it_ends);
    TEST_ADD_TABLE(&suite, descriptions, check_description);
    TEST_ADD(&suite, every_code_of_ours_has_words_of_its_own);
    TEST_ADD_TABLE(&suite, texts, check_text);
    TEST_ADD_TABLE(&suite, numbers, check_number);
    TEST_ADD(&suite, the_default_timeout_follows_the_priority);
    TEST_ADD(&suite, missing_places_for_results_are_refused);
    TEST_ADD_TABLE(&suite, states, check_state);
    TEST_ADD(&suite, an_ended_job_refuses_every_change);
    TEST_ADD(&suite, the_target_appears_only_when_the_job_is_completed);
    TEST_ADD(&suite, a_target_that_is_a_folder_can_be_removed_and_completing_repeated);
    TEST_ADD(&suite, completing_keeps_whole_files_and_drops_the_others);
    TEST_ADD(&suite, every_way_of_adding_a_file_fetches_it);
    TEST_ADD(&suite, a_set_ends_at_the_first_file_that_is_refused);
    TEST_ADD_TABLE(&suite, costs, check_cost);
    TEST_ADD(&suite, a_foreground_job_may_always_use_the_network);
    TEST_ADD(&suite, properties_of_bits_are_not_implemented);
    TEST_ADD(&suite, the_extended_error_is_a_text_that_can_only_be_read);
    TEST_ADD_TABLE(&suite, errors, check_error);
    TEST_ADD(&suite, an_error_is_held_until_the_job_moves);
    TEST_ADD(&suite, without_patience_every_failure_is_final);
    TEST_ADD(&suite, no_server_objects_are_left);
    return client_run_in_both(&suite, "job_object");
}
