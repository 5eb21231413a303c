/* The scripting objects, as clients that bind late and early meet them. */
#include "com/job_fixture.h"
#include "com/linked_server.h"
#include "com/script/automation_object.h"

#include <oleauto.h>

#include "opendo.h" /* generated from idl/ */

/* --- What the tests begin with ---------------------------------------------------------- */

struct fixture {
    struct range_server *server;
    char *folder;
    BSTR url;
    BSTR path;
    IOdoDownloads *downloads;
};

static const VARIANT left_out = {.vt = VT_ERROR, .scode = DISP_E_PARAMNOTFOUND};

static void set_up(struct fixture *fixture, const struct server_rule *rules, size_t rule_count)
{
    char url[SERVER_URL_SIZE];
    IClassFactory *factory = NULL;
    char *path;

    fixture->server = range_server_start(&(struct range_server_options){
        .files = {{.path = "/file", .seed = FIXTURE_SEED, .size = FIXTURE_SIZE}},
        .rules = rules,
        .rule_count = rule_count,
    });
    range_server_url(fixture->server, "/file", url);
    fixture->folder = temp_folder_create();
    path = temp_folder_path(fixture->folder, "file.bin");
    fixture->url = SysAllocString(client_wide(url));
    fixture->path = SysAllocString(client_wide(path));
    free(path);
    assert_hr(
        client_get_class_object(&CLSID_OpenDODownloads, &IID_IClassFactory, (void **)&factory),
        S_OK);
    assert_hr(IClassFactory_CreateInstance(factory, NULL, &IID_IOdoDownloads,
                                           (void **)&fixture->downloads),
              S_OK);
    IClassFactory_Release(factory);
}

static void tear_down(struct fixture *fixture)
{
    assert_int_equal(IOdoDownloads_Release(fixture->downloads), 0);
    range_server_release(fixture->server);
    range_server_stop(fixture->server);
    SysFreeString(fixture->url);
    SysFreeString(fixture->path);
    temp_folder_remove(fixture->folder);
    SetErrorInfo(0, NULL);
}

static IOdoDownload *add(struct fixture *fixture)
{
    IOdoDownload *download = NULL;

    assert_hr(IOdoDownloads_Add(fixture->downloads, fixture->url, fixture->path, left_out,
                                left_out, &download),
              S_OK);
    assert_non_null(download);
    return download;
}

/* End a download and let it go. */
static void drop(IOdoDownload *download)
{
    IOdoDownload_Cancel(download);
    IOdoDownload_Release(download);
}

static OdoDownloadState state_of(IOdoDownload *download)
{
    OdoDownloadState state = (OdoDownloadState)-1;

    assert_hr(IOdoDownload_get_State(download, &state), S_OK);
    return state;
}

static VARIANT seconds(double count)
{
    VARIANT value;

    V_VT(&value) = VT_R8;
    V_R8(&value) = count;
    return value;
}

static void expect_sentence(const WCHAR *sentence)
{
    IErrorInfo *info = NULL;
    BSTR words = NULL;

    assert_hr(GetErrorInfo(0, &info), S_OK);
    assert_hr(IErrorInfo_GetDescription(info, &words), S_OK);
    assert_wide_equal(words, sentence);
    SysFreeString(words);
    assert_hr(IErrorInfo_GetSource(info, &words), S_OK);
    assert_wide_equal(words, L"OpenDO.Downloads");
    SysFreeString(words);
    IErrorInfo_Release(info);
}

/* --- Names ------------------------------------------------------------------------------ */

/* The numbers are a contract: programs may have been compiled against them. */
static const struct member_case {
    const WCHAR *name;
    bool is_of_download;
    DISPID id;
} members[] = {
    {L"Item", false, DISPID_VALUE},
    {L"Add", false, 1},
    {L"Count", false, 2},
    {L"Version", false, 3},
    {L"_NewEnum", false, DISPID_NEWENUM},
    {L"Id", true, 1},
    {L"Url", true, 2},
    {L"Path", true, 3},
    {L"DisplayName", true, 4},
    {L"Headers", true, 5},
    {L"Ranges", true, 6},
    {L"Priority", true, 7},
    {L"KeepAfterExit", true, 8},
    {L"State", true, 9},
    {L"StateText", true, 10},
    {L"Error", true, 11},
    {L"ErrorText", true, 12},
    {L"ExtendedError", true, 13},
    {L"BytesTotal", true, 14},
    {L"BytesTransferred", true, 15},
    {L"OnProgress", true, 16},
    {L"Start", true, 17},
    {L"Wait", true, 18},
    {L"Pause", true, 19},
    {L"Resume", true, 20},
    {L"Finalize", true, 21},
    {L"Cancel", true, 22},
    {L"GetProperty", true, 23},
    {L"SetProperty", true, 24},
};

static DISPID id_of(void *object, const WCHAR *name)
{
    LPOLESTR names = (LPOLESTR)(uintptr_t)name;
    DISPID id = DISPID_UNKNOWN;

    IDispatch_GetIDsOfNames((IDispatch *)object, &IID_NULL, &names, 1, 0, &id);
    return id;
}

static void every_member_has_its_number(void **state)
{
    struct fixture fixture;
    IOdoDownload *download;

    (void)state;
    set_up(&fixture, NULL, 0);
    download = add(&fixture);
    for (size_t i = 0; i < TEST_COUNT(members); i++) {
        void *object = members[i].is_of_download ? (void *)download : fixture.downloads;

        if (id_of(object, members[i].name) != members[i].id) {
            fail_msg("%ls is %ld", members[i].name, (long)id_of(object, members[i].name));
        }
    }
    assert_int_equal(id_of(download, L"finalize"), 21); /* case does not matter */
    assert_int_equal(id_of(download, L"Colour"), DISPID_UNKNOWN);
    drop(download);
    tear_down(&fixture);
}

static void type_information_is_there(void **state)
{
    LPOLESTR name = (LPOLESTR)(uintptr_t)L"Count";
    ITypeInfo *info = NULL;
    struct fixture fixture;
    TYPEATTR *attributes = NULL;
    UINT count = 99;
    DISPID id;

    (void)state;
    set_up(&fixture, NULL, 0);
    assert_hr(IOdoDownloads_GetTypeInfoCount(fixture.downloads, &count), S_OK);
    assert_int_equal(count, 1);
    assert_hr(IOdoDownloads_GetTypeInfoCount(fixture.downloads, NULL), E_POINTER);
    assert_hr(IOdoDownloads_GetTypeInfo(fixture.downloads, 1, 0, &info), DISP_E_BADINDEX);
    assert_null(info);
    assert_hr(IOdoDownloads_GetTypeInfo(fixture.downloads, 0, 0, &info), S_OK);
    assert_hr(ITypeInfo_GetTypeAttr(info, &attributes), S_OK);
    assert_true(IsEqualIID(&attributes->guid, &IID_IOdoDownloads));
    ITypeInfo_ReleaseTypeAttr(info, attributes);
    ITypeInfo_Release(info);
    assert_hr(IOdoDownloads_GetIDsOfNames(fixture.downloads, &IID_IDispatch, &name, 1, 0, &id),
              DISP_E_UNKNOWNINTERFACE);
    tear_down(&fixture);
}

static void objects_answer_what_scripts_ask_for(void **state)
{
    static const IID *const iids[] = {&IID_IUnknown, &IID_IDispatch, &IID_ISupportErrorInfo,
                                      &IID_IMarshal};
    struct fixture fixture;
    IOdoDownload *download;

    (void)state;
    set_up(&fixture, NULL, 0);
    download = add(&fixture);
    for (size_t i = 0; i < TEST_COUNT(iids); i++) {
        IUnknown *one = client_query(fixture.downloads, iids[i]);
        IUnknown *other = client_query(download, iids[i]);
        IUnknown *identity = client_query(one, &IID_IUnknown);
        IUnknown *again = client_query(fixture.downloads, &IID_IUnknown);

        assert_ptr_equal(identity, again);
        IUnknown_Release(again);
        IUnknown_Release(identity);
        IUnknown_Release(other);
        IUnknown_Release(one);
    }
    drop(download);
    tear_down(&fixture);
}

static void they_say_whose_errors_have_words(void **state)
{
    ISupportErrorInfo *support;
    struct fixture fixture;
    IOdoDownload *download;

    (void)state;
    set_up(&fixture, NULL, 0);
    download = add(&fixture);
    support = client_query(fixture.downloads, &IID_ISupportErrorInfo);
    assert_hr(ISupportErrorInfo_InterfaceSupportsErrorInfo(support, &IID_IOdoDownloads), S_OK);
    assert_hr(ISupportErrorInfo_InterfaceSupportsErrorInfo(support, &IID_IOdoDownload),
              S_FALSE);
    ISupportErrorInfo_Release(support);
    support = client_query(download, &IID_ISupportErrorInfo);
    assert_hr(ISupportErrorInfo_InterfaceSupportsErrorInfo(support, &IID_IOdoDownload), S_OK);
    assert_hr(ISupportErrorInfo_InterfaceSupportsErrorInfo(support, &IID_IDispatch), S_FALSE);
    ISupportErrorInfo_Release(support);
    drop(download);
    tear_down(&fixture);
}

/* --- Errors ----------------------------------------------------------------------------- */

static const struct add_case {
    const char *name;
    const WCHAR *url; /* NULL for the fixture's */
    const WCHAR *path;
    const WCHAR *ranges;
    const WCHAR *headers;
    HRESULT hr;
    const WCHAR *sentence;
} adds[] = {
    {"no URL", L"", NULL, NULL, NULL, E_INVALIDARG, L"The URL is empty"},
    {"a URL of another scheme", L"ftp://127.0.0.1/x", NULL, NULL, NULL, (HRESULT)0x800C0002,
     L"The URL is not one of http or https, with a host"},
    {"no path", NULL, L"", NULL, NULL, E_INVALIDARG, L"The path is empty"},
    {"malformed ranges", NULL, NULL, L"0-9;20-", NULL, E_INVALIDARG,
     L"Range 1 is not FIRST-LAST or FIRST-, such as '0-99' or '4096-'"},
    {"a reversed range", NULL, NULL, L"0-9,30-20", NULL, DO_E_INVALID_RANGE,
     L"Range 2 ends before it begins"},
    {"a malformed header", NULL, NULL, NULL, L"A: b\nc", E_INVALIDARG,
     L"Header 2 is not 'Name: value'"},
};

static VARIANT text_or_left_out(const WCHAR *words)
{
    VARIANT value = left_out;

    if (words) {
        V_VT(&value) = VT_BSTR;
        V_BSTR(&value) = SysAllocString(words);
    }
    return value;
}

/* Early and late, and nothing half-made is left. */
static void check_add(void **state)
{
    const struct add_case *c = *state;
    struct fixture fixture;
    VARIANT arguments[4]; /* the last one first */
    DISPPARAMS parameters = {.rgvarg = arguments, .cArgs = 4};
    EXCEPINFO exception = {0};
    IOdoDownload *download = (IOdoDownload *)&fixture;
    LONG count = -1;
    VARIANT result;

    set_up(&fixture, NULL, 0);
    arguments[3] = text_or_left_out(c->url ? c->url : fixture.url);
    arguments[2] = text_or_left_out(c->path ? c->path : fixture.path);
    arguments[1] = text_or_left_out(c->ranges);
    arguments[0] = text_or_left_out(c->headers);

    assert_hr(IOdoDownloads_Add(fixture.downloads, V_BSTR(&arguments[3]), V_BSTR(&arguments[2]),
                                arguments[1], arguments[0], &download),
              c->hr);
    assert_null(download);
    expect_sentence(c->sentence);

    VariantInit(&result);
    assert_hr(IOdoDownloads_Invoke(fixture.downloads, 1, &IID_NULL, 0, DISPATCH_METHOD,
                                   &parameters, &result, &exception, NULL),
              DISP_E_EXCEPTION);
    assert_hr(exception.scode, c->hr);
    assert_wide_equal(exception.bstrDescription, c->sentence);
    assert_wide_equal(exception.bstrSource, L"OpenDO.Downloads");
    SysFreeString(exception.bstrDescription);
    SysFreeString(exception.bstrSource);

    assert_hr(IOdoDownloads_get_Count(fixture.downloads, &count), S_OK);
    assert_int_equal(count, 0);
    for (size_t i = 0; i < TEST_COUNT(arguments); i++) {
        VariantClear(&arguments[i]);
    }
    tear_down(&fixture);
}

static void too_few_arguments_are_refused(void **state)
{
    struct fixture fixture;
    VARIANT url;
    DISPPARAMS parameters = {.rgvarg = &url, .cArgs = 1};

    (void)state;
    set_up(&fixture, NULL, 0);
    V_VT(&url) = VT_BSTR;
    V_BSTR(&url) = fixture.url;
    assert_hr(IOdoDownloads_Invoke(fixture.downloads, 1, &IID_NULL, 0, DISPATCH_METHOD,
                                   &parameters, NULL, NULL, NULL),
              DISP_E_BADPARAMCOUNT);
    tear_down(&fixture);
}

static void nowhere_to_put_a_result_is_an_error(void **state)
{
    struct fixture fixture;
    IOdoDownload *download;

    (void)state;
    set_up(&fixture, NULL, 0);
    download = add(&fixture);
    assert_hr(IOdoDownloads_get_Count(fixture.downloads, NULL), E_POINTER);
    assert_hr(IOdoDownloads_get_Version(fixture.downloads, NULL), E_POINTER);
    assert_hr(IOdoDownloads_get__NewEnum(fixture.downloads, NULL), E_POINTER);
    assert_hr(IOdoDownloads_get_Item(fixture.downloads, fixture.url, NULL), E_POINTER);
    assert_hr(IOdoDownloads_Add(fixture.downloads, fixture.url, fixture.path, left_out,
                                left_out, NULL),
              E_POINTER);
    assert_hr(IOdoDownload_get_Id(download, NULL), E_POINTER);
    assert_hr(IOdoDownload_get_Headers(download, NULL), E_POINTER);
    assert_hr(IOdoDownload_get_Ranges(download, NULL), E_POINTER);
    assert_hr(IOdoDownload_get_Priority(download, NULL), E_POINTER);
    assert_hr(IOdoDownload_get_KeepAfterExit(download, NULL), E_POINTER);
    assert_hr(IOdoDownload_get_State(download, NULL), E_POINTER);
    assert_hr(IOdoDownload_get_StateText(download, NULL), E_POINTER);
    assert_hr(IOdoDownload_get_Error(download, NULL), E_POINTER);
    assert_hr(IOdoDownload_get_ErrorText(download, NULL), E_POINTER);
    assert_hr(IOdoDownload_get_BytesTotal(download, NULL), E_POINTER);
    assert_hr(IOdoDownload_get_OnProgress(download, NULL), E_POINTER);
    assert_hr(IOdoDownload_Wait(download, left_out, NULL), E_POINTER);
    assert_hr(IOdoDownload_GetProperty(download, fixture.url, NULL), E_POINTER);
    expect_sentence(L"There is nowhere to put the result");
    drop(download);
    tear_down(&fixture);
}

/* --- What its job is told and tells ------------------------------------------------------ */

static const struct job_property_case {
    const char *name;
    const WCHAR *property;
    const WCHAR *text; /* what to set it to, and what it is then; NULL for what is read only */
    HRESULT hr;
} job_properties[] = {
    {"a description is kept", L"Description", L"some words", S_OK},
    {"the name of a property may be in any case", L"DESCRIPTION", L"", S_OK},
    {"a priority is kept", L"JobPriority", L"3", S_OK},
    {"there are four priorities", L"JobPriority", L"4", E_INVALIDARG},
    {"a priority is a number", L"JobPriority", L"high", DISP_E_TYPEMISMATCH},
    {"the least time between two tries is kept", L"RetryInterval", L"7", S_OK},
    {"any time without a byte is kept", L"RetryTimeout", L"2", S_OK},
    {"none is kept too", L"RetryTimeout", L"0", S_OK},
    {"a negative time is refused", L"RetryTimeout", L"-1", DISP_E_OVERFLOW},
    {"security flags are kept", L"JobSecurityFlags", L"4352", S_OK},
    {"others are refused", L"JobSecurityFlags", L"2", E_INVALIDARG},
    {"a certificate is kept", L"ClientCertificate",
     L"CurrentUser\\MY\\0123456789012345678901234567890123456789", S_OK},
    {"the owner is read only", L"Owner", L"S-1-1-0", DO_E_READ_ONLY_PROPERTY},
    {"the time of its creation is read only", L"CreationTime", L"1", DO_E_READ_ONLY_PROPERTY},
    {"the count of errors is read only", L"ErrorCount", L"1", DO_E_READ_ONLY_PROPERTY},
    {"another name is unknown", L"JobPriorities", L"1", DO_E_UNKNOWN_PROPERTY_ID},
};

static void check_job_property(void **state)
{
    const struct job_property_case *c = *state;
    struct fixture fixture;
    IOdoDownload *download;
    BSTR name = SysAllocString(c->property);
    VARIANT value = text_or_left_out(c->text);
    VARIANT got;

    set_up(&fixture, NULL, 0);
    download = add(&fixture);
    assert_hr(IOdoDownload_SetProperty(download, name, value), c->hr);
    if (SUCCEEDED(c->hr)) {
        assert_hr(IOdoDownload_GetProperty(download, name, &got), S_OK);
        assert_hr(VariantChangeType(&got, &got, 0, VT_BSTR), S_OK);
        assert_int_equal(wcscmp(V_BSTR(&got) ? V_BSTR(&got) : L"", c->text), 0);
        VariantClear(&got);
    }
    VariantClear(&value);
    SysFreeString(name);
    drop(download);
    tear_down(&fixture);
}

static void a_job_tells_its_owner_and_its_times(void **state)
{
    struct fixture fixture;
    IOdoDownload *download;
    BSTR owner = SysAllocString(L"Owner");
    BSTR created = SysAllocString(L"CreationTime");
    BSTR transferred = SysAllocString(L"TransferCompletionTime");
    SYSTEMTIME now;
    double days = 0;
    VARIANT got;

    (void)state;
    set_up(&fixture, NULL, 0);
    download = add(&fixture);
    assert_hr(IOdoDownload_GetProperty(download, owner, &got), S_OK);
    assert_int_equal(V_VT(&got), VT_BSTR);
    assert_int_equal(wcsncmp(V_BSTR(&got), L"S-1-", 4), 0);
    VariantClear(&got);

    GetSystemTime(&now);
    assert_true(SystemTimeToVariantTime(&now, &days));
    assert_hr(IOdoDownload_GetProperty(download, created, &got), S_OK);
    assert_int_equal(V_VT(&got), VT_DATE);
    assert_true(days - V_DATE(&got) < 0.01 && V_DATE(&got) - days < 0.01);
    assert_hr(IOdoDownload_GetProperty(download, transferred, &got), S_OK);
    assert_int_equal(V_VT(&got), VT_EMPTY);

    SysFreeString(owner);
    SysFreeString(created);
    SysFreeString(transferred);
    drop(download);
    tear_down(&fixture);
}

/* --- Downloading ------------------------------------------------------------------------ */

static void ranges_are_fetched_and_more_of_them_later(void **state)
{
    struct fixture fixture;
    IOdoDownload *download;
    VARIANT_BOOL is_there = VARIANT_FALSE;
    VARIANT ranges;
    double bytes = 0;

    (void)state;
    set_up(&fixture, NULL, 0);
    download = add(&fixture);
    ranges = text_or_left_out(L"100-199,0-9");
    assert_hr(IOdoDownload_put_Ranges(download, ranges), S_OK);
    VariantClear(&ranges);
    assert_int_equal(state_of(download), OdoCreated);
    assert_hr(IOdoDownload_Start(download), S_OK);
    assert_hr(IOdoDownload_Wait(download, seconds(60), &is_there), S_OK);
    assert_int_equal(is_there, VARIANT_TRUE);
    assert_int_equal(state_of(download), OdoTransferred);
    assert_hr(IOdoDownload_get_BytesTotal(download, &bytes), S_OK);
    assert_int_equal((int)bytes, 110);

    ranges = text_or_left_out(L"500-519");
    assert_hr(IOdoDownload_put_Ranges(download, ranges), S_OK);
    VariantClear(&ranges);
    assert_hr(IOdoDownload_Start(download), S_OK);
    assert_hr(IOdoDownload_Wait(download, seconds(60), &is_there), S_OK);
    assert_int_equal(is_there, VARIANT_TRUE);
    assert_hr(IOdoDownload_get_BytesTotal(download, &bytes), S_OK);
    assert_int_equal((int)bytes, 20); /* of the new portion */
    assert_hr(IOdoDownload_Finalize(download), S_OK);
    assert_int_equal(state_of(download), OdoFinalized);
    IOdoDownload_Release(download);
    tear_down(&fixture);
}

static void expect_ranges(IOdoDownload *download, const WCHAR *text)
{
    VARIANT value;

    assert_hr(IOdoDownload_get_Ranges(download, &value), S_OK);
    assert_int_equal(V_VT(&value), VT_BSTR);
    assert_wide_equal(V_BSTR(&value) ? V_BSTR(&value) : L"", text);
    VariantClear(&value);
}

/* A new object knows no more of the download than the next program to look for it does. */
static void a_download_found_again_has_its_ranges(void **state)
{
    struct fixture fixture;
    IOdoDownload *download;
    VARIANT_BOOL is_there = VARIANT_FALSE;
    VARIANT ranges;
    BSTR id = NULL;

    (void)state;
    set_up(&fixture, NULL, 0);
    download = add(&fixture);
    expect_ranges(download, L"");
    ranges = text_or_left_out(L"100-199,0-9");
    assert_hr(IOdoDownload_put_Ranges(download, ranges), S_OK);
    VariantClear(&ranges);
    expect_ranges(download, L"100-199,0-9");
    assert_hr(IOdoDownload_put_KeepAfterExit(download, VARIANT_TRUE), S_OK);
    assert_hr(IOdoDownload_get_Id(download, &id), S_OK);
    assert_hr(IOdoDownload_Start(download), S_OK);
    assert_hr(IOdoDownload_Wait(download, seconds(60), &is_there), S_OK);
    expect_ranges(download, L"100-199,0-9");
    assert_int_equal(IOdoDownload_Release(download), 0);

    assert_hr(IOdoDownloads_get_Item(fixture.downloads, id, &download), S_OK);
    expect_ranges(download, L"100-199,0-9");
    SysFreeString(id);
    drop(download);
    tear_down(&fixture);
}

static DWORD WINAPI wait_without_com(void *context)
{
    IOdoDownload *download = context;
    VARIANT_BOOL is_there = VARIANT_FALSE;

    return FAILED(IOdoDownload_Wait(download, seconds(60), &is_there)) || !is_there;
}

static void a_thread_without_com_can_wait(void **state)
{
    struct fixture fixture;
    IOdoDownload *download;
    HANDLE thread;
    DWORD code = 99;

    (void)state;
    set_up(&fixture, NULL, 0);
    download = add(&fixture);
    assert_hr(IOdoDownload_Start(download), S_OK);
    thread = CreateThread(NULL, 0, wait_without_com, download, 0, NULL);
    assert_non_null(thread);
    assert_true(client_wait(thread, CLIENT_DEADLINE_MS));
    assert_true(GetExitCodeThread(thread, &code));
    assert_int_equal(code, 0);
    CloseHandle(thread);
    drop(download);
    tear_down(&fixture);
}

/* --- Listing ---------------------------------------------------------------------------- */

static void a_download_has_one_object(void **state)
{
    struct fixture fixture;
    IOdoDownload *download;
    IOdoDownload *found = NULL;
    BSTR id = NULL;

    (void)state;
    set_up(&fixture, NULL, 0);
    download = add(&fixture);
    assert_hr(IOdoDownload_get_Id(download, &id), S_OK);
    assert_hr(IOdoDownloads_get_Item(fixture.downloads, id, &found), S_OK);
    assert_ptr_equal(found, download);
    IOdoDownload_Release(found);
    assert_hr(IOdoDownload_Cancel(download), S_OK);
    assert_hr(IOdoDownloads_get_Item(fixture.downloads, id, &found), DO_E_JOB_NOT_FOUND);
    assert_null(found);
    SysFreeString(id);
    IOdoDownload_Release(download);
    tear_down(&fixture);
}

static IEnumVARIANT *enumerate(struct fixture *fixture)
{
    IUnknown *items = NULL;
    IEnumVARIANT *variants;

    assert_hr(IOdoDownloads_get__NewEnum(fixture->downloads, &items), S_OK);
    variants = client_query(items, &IID_IEnumVARIANT);
    IUnknown_Release(items);
    return variants;
}

static void all_that_have_not_ended_are_listed(void **state)
{
    enum { COUNT = 5 };
    IOdoDownload *downloads[COUNT];
    struct fixture fixture;
    IEnumVARIANT *items;
    IEnumVARIANT *clone = NULL;
    VARIANT found[COUNT + 1];
    ULONG fetched = 99;

    (void)state;
    set_up(&fixture, NULL, 0);
    for (size_t i = 0; i < COUNT; i++) {
        downloads[i] = add(&fixture);
    }
    items = enumerate(&fixture);
    assert_hr(IEnumVARIANT_Next(items, 2, found, NULL), E_INVALIDARG);
    assert_hr(IEnumVARIANT_Skip(items, 2), S_OK);
    assert_hr(IEnumVARIANT_Clone(items, &clone), S_OK);
    assert_hr(IEnumVARIANT_Next(items, COUNT + 1, found, &fetched), S_FALSE);
    assert_int_equal(fetched, COUNT - 2);
    for (ULONG i = 0; i < fetched; i++) {
        assert_int_equal(V_VT(&found[i]), VT_DISPATCH);
        VariantClear(&found[i]);
    }
    assert_hr(IEnumVARIANT_Next(clone, 1, found, NULL), S_OK);
    VariantClear(&found[0]);
    assert_hr(IEnumVARIANT_Reset(clone), S_OK);
    assert_hr(IEnumVARIANT_Skip(clone, COUNT + 1), S_FALSE);
    assert_int_equal(IEnumVARIANT_Release(clone), 0);
    assert_int_equal(IEnumVARIANT_Release(items), 0);
    for (size_t i = 0; i < COUNT; i++) {
        drop(downloads[i]);
    }
    items = enumerate(&fixture);
    assert_hr(IEnumVARIANT_Next(items, 1, found, &fetched), S_FALSE);
    assert_int_equal(fetched, 0);
    IEnumVARIANT_Release(items);
    tear_down(&fixture);
}

/* --- OnProgress ------------------------------------------------------------------------- */

/* A function of a script. It lives in the apartment of the thread that made it. */
struct function {
    IDispatch IDispatch_iface;
    LONG refs;
    LONG calls;
    LONG wrong_calls;
    DWORD thread;
    OdoDownloadState last;
};

static struct function *function_of(IDispatch *self)
{
    return CONTAINING_RECORD(self, struct function, IDispatch_iface);
}

static HRESULT STDMETHODCALLTYPE function_QueryInterface(IDispatch *self, REFIID iid,
                                                         void **out)
{
    *out = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IDispatch)) {
        return E_NOINTERFACE;
    }
    InterlockedIncrement(&function_of(self)->refs);
    *out = self;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE function_AddRef(IDispatch *self)
{
    return (ULONG)InterlockedIncrement(&function_of(self)->refs);
}

static ULONG STDMETHODCALLTYPE function_Release(IDispatch *self)
{
    return (ULONG)InterlockedDecrement(&function_of(self)->refs);
}

static HRESULT STDMETHODCALLTYPE function_GetTypeInfoCount(IDispatch *self, UINT *count)
{
    (void)self;
    *count = 0;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE function_GetTypeInfo(IDispatch *self, UINT index, LCID locale,
                                                      ITypeInfo **out)
{
    (void)self;
    (void)index;
    (void)locale;
    *out = NULL;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE function_GetIDsOfNames(IDispatch *self, REFIID iid,
                                                        LPOLESTR *names, UINT count,
                                                        LCID locale, DISPID *ids)
{
    (void)self;
    (void)iid;
    (void)names;
    (void)count;
    (void)locale;
    (void)ids;
    return DISP_E_UNKNOWNNAME;
}

static HRESULT STDMETHODCALLTYPE function_Invoke(IDispatch *self, DISPID id, REFIID iid,
                                                 LCID locale, WORD flags, DISPPARAMS *arguments,
                                                 VARIANT *result, EXCEPINFO *exception,
                                                 UINT *fault)
{
    struct function *function = function_of(self);
    DISPPARAMS no_arguments = {0};
    VARIANT state;

    (void)iid;
    (void)locale;
    (void)result;
    (void)exception;
    (void)fault;
    VariantInit(&state);
    /* As a script would ask; what it was given may be a proxy. */
    if (id != DISPID_VALUE || !(flags & DISPATCH_METHOD) || arguments->cArgs != 1 ||
        V_VT(&arguments->rgvarg[0]) != VT_DISPATCH ||
        FAILED(IDispatch_Invoke(V_DISPATCH(&arguments->rgvarg[0]), 9, &IID_NULL, 0,
                                DISPATCH_PROPERTYGET, &no_arguments, &state, NULL, NULL))) {
        function->wrong_calls++;
        return E_INVALIDARG;
    }
    function->last = (OdoDownloadState)V_I4(&state);
    function->thread = GetCurrentThreadId();
    function->calls++;
    return S_OK;
}

static void function_init(struct function *function)
{
    static const IDispatchVtbl vtbl = {
        .QueryInterface = function_QueryInterface,
        .AddRef = function_AddRef,
        .Release = function_Release,
        .GetTypeInfoCount = function_GetTypeInfoCount,
        .GetTypeInfo = function_GetTypeInfo,
        .GetIDsOfNames = function_GetIDsOfNames,
        .Invoke = function_Invoke,
    };

    memset(function, 0, sizeof(*function));
    function->IDispatch_iface.lpVtbl = &vtbl;
    function->refs = 1;
}

static HRESULT set_function(IOdoDownload *download, struct function *function)
{
    VARIANT value;

    V_VT(&value) = VT_DISPATCH;
    V_DISPATCH(&value) = function ? &function->IDispatch_iface : NULL;
    return IOdoDownload_putref_OnProgress(download, value);
}

static void on_progress_comes_to_the_apartment_it_came_from(void **state)
{
    HANDLE never = CreateEventW(NULL, TRUE, FALSE, NULL);
    ULONGLONG deadline;
    struct function function;
    struct fixture fixture;
    IOdoDownload *download;
    VARIANT_BOOL is_there = VARIANT_FALSE;
    VARIANT seen;

    (void)state;
    function_init(&function);
    set_up(&fixture, NULL, 0);
    download = add(&fixture);
    assert_hr(set_function(download, &function), S_OK);
    assert_hr(IOdoDownload_get_OnProgress(download, &seen), S_OK);
    assert_int_equal(V_VT(&seen), VT_DISPATCH);
    assert_ptr_equal(V_DISPATCH(&seen), &function.IDispatch_iface);
    VariantClear(&seen);
    assert_hr(IOdoDownload_Start(download), S_OK);
    assert_hr(IOdoDownload_Wait(download, left_out, &is_there), S_OK);
    deadline = GetTickCount64() + CLIENT_DEADLINE_MS;
    while (function.last != OdoTransferred && GetTickCount64() < deadline) {
        client_wait(never, 10); /* the last news may still be on its way */
    }
    assert_int_equal(function.wrong_calls, 0);
    assert_int_equal(function.last, OdoTransferred);
    if (client_apartment == COINIT_APARTMENTTHREADED) {
        assert_int_equal(function.thread, GetCurrentThreadId());
    }

    assert_hr(set_function(download, NULL), S_OK);
    assert_hr(IOdoDownload_get_OnProgress(download, &seen), S_OK);
    assert_null(V_DISPATCH(&seen));
    while (function.refs > 1 && GetTickCount64() < deadline) {
        client_wait(never, 10); /* so may the end of a call */
    }
    assert_int_equal(function.refs, 1);
    drop(download);
    tear_down(&fixture);
    CloseHandle(never);
}

static void on_progress_takes_functions_only(void **state)
{
    struct fixture fixture;
    IOdoDownload *download;

    (void)state;
    set_up(&fixture, NULL, 0);
    download = add(&fixture);
    assert_hr(IOdoDownload_put_OnProgress(download, seconds(1)), DISP_E_TYPEMISMATCH);
    expect_sentence(L"OnProgress is a function, or an object with a default method");
    drop(download);
    tear_down(&fixture);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD(&suite, every_member_has_its_number);
    TEST_ADD(&suite, type_information_is_there);
    TEST_ADD(&suite, objects_answer_what_scripts_ask_for);
    TEST_ADD(&suite, they_say_whose_errors_have_words);
    TEST_ADD_TABLE(&suite, adds, check_add);
    TEST_ADD(&suite, too_few_arguments_are_refused);
    TEST_ADD(&suite, nowhere_to_put_a_result_is_an_error);
    TEST_ADD_TABLE(&suite, job_properties, check_job_property);
    TEST_ADD(&suite, a_job_tells_its_owner_and_its_times);
    TEST_ADD(&suite, ranges_are_fetched_and_more_of_them_later);
    TEST_ADD(&suite, a_download_found_again_has_its_ranges);
    TEST_ADD(&suite, a_thread_without_com_can_wait);
    TEST_ADD(&suite, a_download_has_one_object);
    TEST_ADD(&suite, all_that_have_not_ended_are_listed);
    TEST_ADD(&suite, on_progress_comes_to_the_apartment_it_came_from);
    TEST_ADD(&suite, on_progress_takes_functions_only);
    return client_run_in_both(&suite, "automation");
}
