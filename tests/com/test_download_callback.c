/* OnStatusChange of the modern model, blocking mode, streams, and downloads that survive. */
#include "com/download_fixture.h"
#include "com/linked_server.h"
#include "com/strict_stream.h"

static const struct server_rule stalling[] = {{.does = SERVER_STALL_AFTER, .number = 1000}};
static const struct server_rule slow[] = {{.does = SERVER_THROTTLE, .number = 100000}};
static const struct server_rule brisk[] = {{.does = SERVER_THROTTLE, .number = 300000}};

static void tell(IDODownload *download, struct status_callback *callback)
{
    assert_hr(set_object(download, DODownloadProperty_CallbackInterface,
                         callback ? &callback->IDODownloadStatusCallback_iface : NULL),
              S_OK);
}

/* --- Order ----------------------------------------------------------------------------------
 */

static void each_state_is_told_in_its_turn(void **state)
{
    static const DODownloadState expected[] = {
        DODownloadState_Transferring, DODownloadState_Transferred, DODownloadState_Finalized};
    struct status_callback callback;
    struct download_scene scene;
    size_t next = 0;

    (void)state;
    status_callback_init(&callback);
    download_scene_start(&scene, NULL, 0);
    tell(scene.download, &callback); /* before there is a Uri */
    scene_set_file(&scene);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_true(status_callback_wait_for(&callback, DODownloadState_Transferred));
    assert_hr(IDODownload_Finalize(scene.download), S_OK);
    assert_true(status_callback_wait_for(&callback, DODownloadState_Finalized));
    for (size_t i = 0; i < callback.count; i++) {
        const struct heard *heard = &callback.heard[i];

        assert_true(heard->download != scene.download);
        assert_hr(heard->status.Error, S_OK);
        assert_true(heard->status.BytesTransferred <= heard->status.BytesTotal);
        if (next < TEST_COUNT(expected) && heard->status.State == expected[next]) {
            next++;
        }
        assert_true(next > 0); /* the first is Transferring */
        assert_int_equal(heard->status.State, expected[next - 1]);
    }
    assert_int_equal(next, TEST_COUNT(expected));
    assert_false(callback.overlapped);
    download_scene_end(&scene);
    status_callback_end(&callback);
}

static const struct end_case {
    const char *name;
    const struct server_rule *rules;
    size_t rule_count;
    bool pause, abort;
    DODownloadState last;
    HRESULT error;
} ends[] = {
    {"pausing is told", stalling, 1, true, false, DODownloadState_Paused, S_OK},
    {"aborting is told", stalling, 1, false, true, DODownloadState_Aborted, S_OK},
    {"an error is told with its code",
     (const struct server_rule[]){{.does = SERVER_STATUS, .number = 404}}, 1, false, false,
     DODownloadState_Paused, (HRESULT)0x80190194},
};

static void check_end(void **state)
{
    const struct end_case *c = *state;
    struct status_callback callback;
    struct download_scene scene;

    status_callback_init(&callback);
    download_scene_start(&scene, c->rules, c->rule_count);
    tell(scene.download, &callback);
    scene_set_file(&scene);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    if (c->pause) {
        assert_true(status_callback_wait_for(&callback, DODownloadState_Transferring));
        assert_hr(IDODownload_Pause(scene.download), S_OK);
    }
    if (c->abort) {
        assert_hr(IDODownload_Abort(scene.download), S_OK);
    }
    assert_true(status_callback_wait_for(&callback, c->last));
    assert_int_equal(callback.heard[callback.count - 1].status.State, c->last);
    assert_hr(callback.heard[callback.count - 1].status.Error, c->error);
    download_scene_end(&scene);
    status_callback_end(&callback);
}

/* --- How often ------------------------------------------------------------------------------
 */

static const struct frequency_case {
    const char *name;
    ULONG seconds, percent;
    size_t least, most; /* calls while transferring, the first one included */
} frequencies[] = {
    {"never by time and never by percent, only states are told", 0, 0, 1, 1},
    {"by the second, of three seconds", 1, 0, 2, 5},
    {"by a tenth, of ten", 0, 10, 4, 12},
    {"by both, whichever comes first", 1, 25, 3, 9},
};

static void check_frequency(void **state)
{
    const struct frequency_case *c = *state;
    struct status_callback callback;
    struct download_scene scene;
    size_t count = 0;

    status_callback_init(&callback);
    download_scene_start(&scene, slow, 1); /* three seconds */
    tell(scene.download, &callback);
    assert_hr(set_number(scene.download, DODownloadProperty_CallbackFreqSeconds, c->seconds),
              S_OK);
    assert_hr(set_number(scene.download, DODownloadProperty_CallbackFreqPercent, c->percent),
              S_OK);
    assert_hr(set_flag(scene.download, DODownloadProperty_ForegroundPriority, false), S_OK);
    scene_set_file(&scene);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_true(status_callback_wait_for(&callback, DODownloadState_Transferred));
    for (size_t i = 0; i < callback.count; i++) {
        count += callback.heard[i].status.State == DODownloadState_Transferring;
    }
    assert_in_range(count, c->least, c->most);
    download_scene_end(&scene);
    status_callback_end(&callback);
}

/* --- From inside ----------------------------------------------------------------------------
 */

enum act { ASK, PAUSE_IT, ABORT_IT, FINALIZE_IT, CHANGE_IT, KEEP_IT, FAIL_IT };

struct inside {
    enum act act;
    struct status_callback *callback;
    volatile HRESULT hr; /* E_PENDING until it has done so */
    LONG done;
    IDODownload *kept;
};

static HRESULT act_inside(IDODownload *download, const DO_DOWNLOAD_STATUS *status,
                          void *context)
{
    struct inside *inside = context;
    DO_DOWNLOAD_STATUS asked;

    if (inside->act == FINALIZE_IT && status->State != DODownloadState_Transferred) {
        return S_OK;
    }
    if (InterlockedIncrement(&inside->done) > 1 && inside->act != PAUSE_IT) {
        return S_OK;
    }
    switch (inside->act) {
    case ASK:
        inside->hr = IDODownload_GetStatus(download, &asked);
        break;
    case PAUSE_IT: /* again and again, as one client does */
        inside->hr = IDODownload_Pause(download);
        break;
    case ABORT_IT:
        inside->hr = IDODownload_Abort(download);
        break;
    case FINALIZE_IT:
        inside->hr = IDODownload_Finalize(download);
        break;
    case CHANGE_IT:
        inside->hr = set_object(download, DODownloadProperty_CallbackInterface, NULL);
        break;
    case KEEP_IT:
        inside->kept = download;
        IDODownload_AddRef(download);
        inside->hr = S_OK;
        break;
    case FAIL_IT:
        inside->hr = S_OK;
        return E_FAIL;
    }
    return S_OK;
}

static const struct act_case {
    const char *name;
    enum act act;
    DODownloadState state; /* which is told as well */
} acts[] = {
    {"a callback may ask for the status", ASK, DODownloadState_Transferred},
    {"a callback may pause", PAUSE_IT, DODownloadState_Paused},
    {"a callback may abort", ABORT_IT, DODownloadState_Aborted},
    {"a callback may finalize", FINALIZE_IT, DODownloadState_Finalized},
    {"a callback may remove itself", CHANGE_IT, DODownloadState_Transferred},
    {"a callback may keep its download", KEEP_IT, DODownloadState_Transferred},
    {"what a callback returns does not matter", FAIL_IT, DODownloadState_Transferred},
};

static void check_act(void **state)
{
    const struct act_case *c = *state;
    struct status_callback callback;
    struct inside inside = {.act = c->act, .callback = &callback, .hr = E_PENDING};
    ULONGLONG deadline = GetTickCount64() + CLIENT_DEADLINE_MS;
    struct download_scene scene;

    status_callback_init(&callback);
    callback.action = act_inside;
    callback.context = &inside;
    download_scene_start(&scene, brisk, 1);
    tell(scene.download, &callback);
    scene_set_file(&scene);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_reaches(scene.download, c->state);
    while (inside.hr == E_PENDING && GetTickCount64() < deadline) {
        client_wait_once(&callback.called, 1, 100); /* it is still inside */
        client_pump();
    }
    assert_hr(inside.hr, S_OK);
    if (c->act != CHANGE_IT) {
        assert_true(status_callback_wait_for(&callback, c->state));
    }
    if (inside.kept) {
        assert_int_equal(status_of(inside.kept).State, status_of(scene.download).State);
        IDODownload_Release(inside.kept);
    }
    download_scene_end(&scene);
    status_callback_end(&callback);
}

/* --- Who is told ----------------------------------------------------------------------------
 */

static void the_one_that_was_replaced_hears_nothing_more(void **state)
{
    struct status_callback first, second;
    struct download_scene scene;
    size_t heard;

    (void)state;
    status_callback_init(&first);
    status_callback_init(&second);
    download_scene_start(&scene, stalling, 1);
    tell(scene.download, &first);
    scene_set_file(&scene);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_true(status_callback_wait_for(&first, DODownloadState_Transferring));
    tell(scene.download, &second);
    assert_int_equal(first.refs, 1); /* let go of at once */
    heard = first.count;
    assert_hr(IDODownload_Pause(scene.download), S_OK);
    assert_true(status_callback_wait_for(&second, DODownloadState_Paused));
    assert_int_equal(first.count, heard);
    download_scene_end(&scene);
    status_callback_end(&first);
    status_callback_end(&second);
}

static const struct nobody_case {
    const char *name;
    VARTYPE type;
} nobodies[] = {
    {"VT_EMPTY takes the callback back", VT_EMPTY},
    {"VT_NULL takes the callback back", VT_NULL},
    {"no pointer takes the callback back", VT_UNKNOWN},
};

static void check_nobody(void **state)
{
    const struct nobody_case *c = *state;
    struct status_callback callback;
    struct download_scene scene;
    VARIANT value;

    status_callback_init(&callback);
    download_scene_start(&scene, stalling, 1);
    tell(scene.download, &callback);
    assert_hr(
        IDODownload_GetProperty(scene.download, DODownloadProperty_CallbackInterface, &value),
        S_OK);
    assert_non_null(V_UNKNOWN(&value));
    VariantClear(&value);
    VariantInit(&value);
    V_VT(&value) = c->type;
    V_UNKNOWN(&value) = NULL;
    assert_hr(
        IDODownload_SetProperty(scene.download, DODownloadProperty_CallbackInterface, &value),
        S_OK);
    assert_hr(
        IDODownload_GetProperty(scene.download, DODownloadProperty_CallbackInterface, &value),
        E_NOT_SET_HR);
    scene_set_file(&scene);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_hr(IDODownload_Pause(scene.download), S_OK);
    assert_int_equal(callback.count, 0);
    download_scene_end(&scene);
    status_callback_end(&callback);
}

static void what_is_no_callback_is_refused(void **state)
{
    struct download_scene scene;

    (void)state;
    download_scene_start(&scene, NULL, 0);
    assert_hr(set_object(scene.download, DODownloadProperty_CallbackInterface, scene.manager),
              E_INVALIDARG);
    download_scene_end(&scene);
}

static void a_download_that_is_let_go_of_calls_nobody(void **state)
{
    struct status_callback callback;
    struct download_scene scene;
    size_t heard;

    (void)state;
    status_callback_init(&callback);
    download_scene_start(&scene, NULL, 0);
    tell(scene.download, &callback);
    scene_set_file(&scene);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_true(status_callback_wait_for(&callback, DODownloadState_Transferred));
    heard = callback.count;
    IDODownload_Release(scene.download);
    assert_int_equal(callback.refs, 1);
    assert_int_equal(callback.count, heard);
    scene.download = modern_download(scene.manager);
    download_scene_end(&scene);
    status_callback_end(&callback);
}

/* --- Blocking mode --------------------------------------------------------------------------
 */

static const struct blocking_case {
    const char *name;
    const struct server_rule *rules;
    size_t rule_count;
    enum act act; /* of the callback, at its first call */
    HRESULT hr;
} blockings[] = {
    {"start returns when all is there", NULL, 0, ASK, S_OK},
    {"start returns with the error",
     (const struct server_rule[]){{.does = SERVER_STATUS, .number = 404}}, 1, ASK,
     (HRESULT)0x80190194},
    {"start returns when it is paused", stalling, 1, PAUSE_IT, S_OK},
    {"start returns when it is aborted", stalling, 1, ABORT_IT,
     HRESULT_FROM_WIN32(ERROR_CANCELLED)},
};

static void check_blocking(void **state)
{
    const struct blocking_case *c = *state;
    struct status_callback callback;
    struct inside inside = {.act = c->act, .callback = &callback};
    struct download_scene scene;

    status_callback_init(&callback);
    callback.action = act_inside;
    callback.context = &inside;
    download_scene_start(&scene, c->rules, c->rule_count);
    tell(scene.download, &callback);
    assert_hr(set_flag(scene.download, DODownloadProperty_BlockingMode, true), S_OK);
    scene_set_file(&scene);
    assert_hr(IDODownload_Start(scene.download, NULL), c->hr);
    assert_int_not_equal(status_of(scene.download).State, DODownloadState_Transferring);
    download_scene_end(&scene);
    status_callback_end(&callback);
}

/* --- Streams --------------------------------------------------------------------------------
 */

static void ranges_go_to_a_stream_in_the_order_given(void **state)
{
    static const DO_DOWNLOAD_RANGE ranges[] = {{200000, 1000}, {0, 100}};
    struct client_stream_object stream;
    struct download_scene scene;
    VARIANT value;

    (void)state;
    stream_start(&stream, DOWNLOAD_SIZE);
    download_scene_start(&scene, NULL, 0);
    scene_set_source(&scene);
    assert_hr(
        set_object(scene.download, DODownloadProperty_StreamInterface, &stream.IStream_iface),
        S_OK);
    assert_hr(set_text(scene.download, DODownloadProperty_LocalPath, client_wide(scene.path)),
              DO_E_FILE_DOWNLOADSINK_ALREADY_SET);
    assert_hr(
        IDODownload_GetProperty(scene.download, DODownloadProperty_StreamInterface, &value),
        S_OK);
    VariantClear(&value);
    assert_hr(start_with(scene.download, ranges, TEST_COUNT(ranges)), S_OK);
    assert_reaches(scene.download, DODownloadState_Transferred);
    assert_int_equal(stream.size, 1100);
    for (size_t i = 0; i < 1100; i++) {
        assert_int_equal(stream.bytes[i],
                         content_byte(DOWNLOAD_SEED, i < 1000 ? 200000 + i : i - 1000));
    }
    assert_hr(IDODownload_Finalize(scene.download), S_OK);
    download_scene_end(&scene);
    stream_end(&stream);
}

static void a_whole_file_goes_to_a_stream(void **state)
{
    struct client_stream_object stream;
    struct download_scene scene;

    (void)state;
    stream_start(&stream, DOWNLOAD_SIZE);
    download_scene_start(&scene, NULL, 0);
    scene_set_source(&scene);
    assert_hr(
        set_object(scene.download, DODownloadProperty_StreamInterface, &stream.IStream_iface),
        S_OK);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_reaches(scene.download, DODownloadState_Transferred);
    assert_int_equal(stream.size, DOWNLOAD_SIZE);
    download_scene_end(&scene);
    stream_end(&stream);
}

static void a_stream_that_fails_is_the_error(void **state)
{
    struct client_stream_object stream;
    struct download_scene scene;

    (void)state;
    stream_start(&stream, DOWNLOAD_SIZE);
    stream.result = (HRESULT)0x80030070;
    download_scene_start(&scene, NULL, 0);
    scene_set_source(&scene);
    assert_hr(
        set_object(scene.download, DODownloadProperty_StreamInterface, &stream.IStream_iface),
        S_OK);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_reaches(scene.download, DODownloadState_Paused);
    assert_hr(status_of(scene.download).Error, (HRESULT)0x80030070);
    download_scene_end(&scene);
    stream_end(&stream);
}

static void what_is_no_stream_is_refused(void **state)
{
    struct client_stream_object stream;
    struct download_scene scene;

    (void)state;
    stream_start(&stream, 1);
    stream.is_sequential_only = true;
    download_scene_start(&scene, NULL, 0);
    assert_hr(
        set_object(scene.download, DODownloadProperty_StreamInterface, &stream.IStream_iface),
        E_INVALIDARG);
    stream.is_sequential_only = false;
    scene_set_file(&scene);
    assert_hr(
        set_object(scene.download, DODownloadProperty_StreamInterface, &stream.IStream_iface),
        DO_E_FILE_DOWNLOADSINK_ALREADY_SET);
    download_scene_end(&scene);
    stream_end(&stream);
}

/* --- Downloads that survive -----------------------------------------------------------------
 */

/* Let the engine end, as it does with its last client, and look what the next one finds. */
static IDODownload *find_by_name(IDOManager *manager, const WCHAR *name)
{
    DO_DOWNLOAD_ENUM_CATEGORY category = {DODownloadProperty_DisplayName, name};
    IEnumUnknown *listed = NULL;
    IUnknown *item = NULL;
    IDODownload *found = NULL;

    if (SUCCEEDED(IDOManager_EnumDownloads(manager, &category, &listed))) {
        assert_hr(IEnumUnknown_Next(listed, 1, &item, NULL), S_OK);
        found = client_query(item, &IID_IDODownload);
        IUnknown_Release(item);
        IEnumUnknown_Release(listed);
    }
    return found;
}

static const struct survival_case {
    const char *name;
    bool is_kept;
    bool was_paused; /* or else it is transferred */
} survivals[] = {
    {"kept and paused, it is paused in the next life", true, true},
    {"kept and transferred, it is transferred in the next life", true, false},
    {"transferred and not kept, it is gone", false, false},
};

static void check_survival(void **state)
{
    const struct survival_case *c = *state;
    struct download_scene scene;
    VARIANT value;

    download_scene_start(&scene, stalling, c->was_paused ? 1 : 0);
    scene_set_file(&scene);
    assert_hr(set_flag(scene.download, DODownloadProperty_NonVolatile, c->is_kept), S_OK);
    assert_hr(set_text(scene.download, DODownloadProperty_DisplayName, L"a = b\n\\n c"), S_OK);
    assert_hr(set_number(scene.download, DODownloadProperty_CallbackFreqSeconds, 42), S_OK);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    if (c->was_paused) {
        assert_hr(IDODownload_Pause(scene.download), S_OK);
    } else {
        assert_reaches(scene.download, DODownloadState_Transferred);
    }
    IDODownload_Release(scene.download);
    IDOManager_Release(scene.manager);
    assert_true(client_server_can_unload()); /* nothing is left of this life */

    scene.manager = modern_manager();
    scene.download = find_by_name(scene.manager, L"a = b\n\\n c");
    if (c->is_kept) {
        assert_non_null(scene.download);
        assert_int_equal(status_of(scene.download).State,
                         c->was_paused ? DODownloadState_Paused : DODownloadState_Transferred);
        assert_hr(IDODownload_GetProperty(scene.download,
                                          DODownloadProperty_CallbackFreqSeconds, &value),
                  S_OK);
        assert_int_equal(V_UI4(&value), 42);
        range_server_use_rules(scene.server, NULL, 0);
        range_server_release(scene.server);
        assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
        assert_reaches(scene.download, DODownloadState_Transferred);
        assert_hr(IDODownload_Finalize(scene.download), S_OK);
        expect_bytes(scene.path, DOWNLOAD_SEED, &(struct byte_range){0, DOWNLOAD_SIZE}, 1);
    } else {
        assert_null(scene.download);
        scene.download = modern_download(scene.manager);
    }
    download_scene_end(&scene);
}

int main(void)
{
    static struct test_suite suite = {0};

    TEST_ADD(&suite, each_state_is_told_in_its_turn);
    TEST_ADD_TABLE(&suite, ends, check_end);
    TEST_ADD_TABLE(&suite, frequencies, check_frequency);
    TEST_ADD_TABLE(&suite, acts, check_act);
    TEST_ADD(&suite, the_one_that_was_replaced_hears_nothing_more);
    TEST_ADD_TABLE(&suite, nobodies, check_nobody);
    TEST_ADD(&suite, what_is_no_callback_is_refused);
    TEST_ADD(&suite, a_download_that_is_let_go_of_calls_nobody);
    TEST_ADD_TABLE(&suite, blockings, check_blocking);
    TEST_ADD(&suite, ranges_go_to_a_stream_in_the_order_given);
    TEST_ADD(&suite, a_whole_file_goes_to_a_stream);
    TEST_ADD(&suite, a_stream_that_fails_is_the_error);
    TEST_ADD(&suite, what_is_no_stream_is_refused);
    TEST_ADD_TABLE(&suite, survivals, check_survival);
    return client_run_in_both(&suite, "download_callback");
}
