/* Who may be called, and until when; and who waits for whom. */
#include "com/download_fixture.h"
#include "com/linked_server.h"
#include "com/strict_stream.h"

enum { ROUNDS = 8, YIELDS = 50, MADE = 300, MAKERS = 8 };

static const struct server_rule slow[] = {{.does = SERVER_THROTTLE, .number = 300000}};
static const struct server_rule stalling[] = {{.does = SERVER_STALL_AFTER, .number = 1000}};

static void tell(IDODownload *download, struct status_callback *callback)
{
    assert_hr(set_object(download, DODownloadProperty_CallbackInterface,
                         callback ? &callback->IDODownloadStatusCallback_iface : NULL),
              S_OK);
}

/* All that the server's threads had to do is done: no call can come any more. */
static void wait_until_nobody_is_left(void)
{
    ULONGLONG deadline = GetTickCount64() + CLIENT_DEADLINE_MS;

    while (!client_server_can_unload() && GetTickCount64() < deadline) {
        client_wait_once(NULL, 0, 5);
        client_pump();
    }
    assert_true(client_server_can_unload());
}

/* --- After the last reference --------------------------------------------------------------
 */

enum farewell { FINALIZE, ABORT, PAUSE, CLEAR, REPLACE, JUST_RELEASE };

static const struct farewell_case {
    const char *name;
    bool is_stalling; /* or else it is transferred by then */
    enum farewell how;
} farewells[] = {
    {"nobody is called after Finalize and Release", false, FINALIZE},
    {"nobody is called after Abort and Release", true, ABORT},
    {"nobody is called after Pause, Release and another start to the path", true, PAUSE},
    {"nobody is called after the callback was cleared", true, CLEAR},
    {"nobody is called after the callback was replaced", true, REPLACE},
    {"nobody is called after Release of a transferred download", false, JUST_RELEASE},
    {"nobody is called after Release of a download that goes on", true, JUST_RELEASE},
};

static void say_farewell(IDODownload *download, enum farewell how,
                         struct status_callback *other)
{
    switch (how) {
    case FINALIZE:
        assert_hr(IDODownload_Finalize(download), S_OK);
        break;
    case ABORT:
        assert_hr(IDODownload_Abort(download), S_OK);
        break;
    case PAUSE:
        assert_hr(IDODownload_Pause(download), S_OK);
        break;
    case CLEAR:
        tell(download, NULL);
        assert_hr(IDODownload_Abort(download), S_OK);
        break;
    case REPLACE:
        tell(download, other);
        assert_hr(IDODownload_Abort(download), S_OK);
        break;
    case JUST_RELEASE:
        break;
    }
}

/* A download to the same path, which ends whatever is left of the one before. */
static void start_another(const struct download_scene *scene)
{
    IDODownload *another = modern_download(scene->manager);

    assert_hr(set_text(another, DODownloadProperty_Uri, client_wide(scene->url)), S_OK);
    assert_hr(set_text(another, DODownloadProperty_LocalPath, client_wide(scene->path)), S_OK);
    assert_hr(IDODownload_Start(another, NULL), S_OK);
    assert_hr(IDODownload_Abort(another), S_OK);
    IDODownload_Release(another);
}

static void check_farewell(void **state)
{
    const struct farewell_case *c = *state;

    for (int round = 0; round < ROUNDS; round++) {
        struct status_callback callback;
        struct status_callback other;
        struct download_scene scene;
        size_t count;

        status_callback_init(&callback);
        status_callback_init(&other);
        download_scene_start(&scene, c->is_stalling ? stalling : NULL, c->is_stalling ? 1 : 0);
        scene_set_file(&scene);
        tell(scene.download, &callback);
        assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
        assert_true(status_callback_wait_for(&callback, c->is_stalling
                                                            ? DODownloadState_Transferring
                                                            : DODownloadState_Transferred));
        say_farewell(scene.download, c->how, &other);
        IDODownload_Release(scene.download);
        AcquireSRWLockExclusive(&callback.lock);
        count = callback.count;
        ReleaseSRWLockExclusive(&callback.lock);
        assert_int_equal(callback.inside, 0);
        start_another(&scene); /* which also ends one that goes on */
        scene.download = modern_download(scene.manager);
        download_scene_end(&scene);
        wait_until_nobody_is_left();
        assert_int_equal(callback.count, count);
        status_callback_end(&callback);
        status_callback_end(&other);
    }
}

/* --- A call that is under way --------------------------------------------------------------
 */

struct long_call {
    HANDLE entered;
    LONG has_left;
    IDODownload *to_release; /* from within, when `may_release` is set; or NULL */
    HANDLE may_release;
};

static HRESULT stay_long(IDODownload *download, const DO_DOWNLOAD_STATUS *status, void *context)
{
    struct long_call *call = context;

    (void)download;
    (void)status;
    if (call->to_release) {
        IDODownload *last = call->to_release;

        call->to_release = NULL;
        WaitForSingleObject(call->may_release, CLIENT_DEADLINE_MS);
        IDODownload_Release(last);
    }
    SetEvent(call->entered);
    for (int i = 0; i < YIELDS; i++) {
        SwitchToThread();
    }
    InterlockedExchange(&call->has_left, 1);
    return S_OK;
}

static void the_last_release_waits_for_a_call(void **state)
{
    struct long_call call = {.entered = CreateEventW(NULL, TRUE, FALSE, NULL)};
    struct status_callback callback;
    struct download_scene scene;

    (void)state;
    status_callback_init(&callback);
    callback.action = stay_long;
    callback.context = &call;
    download_scene_start(&scene, stalling, 1);
    scene_set_file(&scene);
    tell(scene.download, &callback);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_true(client_wait(call.entered, CLIENT_DEADLINE_MS));
    IDODownload_Release(scene.download);
    assert_int_equal(call.has_left, 1);
    start_another(&scene);
    scene.download = modern_download(scene.manager);
    download_scene_end(&scene);
    status_callback_end(&callback);
    CloseHandle(call.entered);
}

static void the_last_release_from_within_a_call_returns(void **state)
{
    struct long_call call = {.entered = CreateEventW(NULL, TRUE, FALSE, NULL),
                             .may_release = CreateEventW(NULL, TRUE, FALSE, NULL)};
    struct status_callback callback;
    struct download_scene scene;

    (void)state;
    status_callback_init(&callback);
    callback.action = stay_long;
    callback.context = &call;
    download_scene_start(&scene, stalling, 1);
    scene_set_file(&scene);
    tell(scene.download, &callback);
    IDODownload_AddRef(scene.download);
    call.to_release = scene.download;
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    IDODownload_Release(scene.download);
    SetEvent(call.may_release);
    assert_true(client_wait(call.entered, CLIENT_DEADLINE_MS));
    start_another(&scene);
    scene.download = modern_download(scene.manager);
    download_scene_end(&scene);
    status_callback_end(&callback);
    assert_int_equal(callback.count, 1);
    CloseHandle(call.entered);
    CloseHandle(call.may_release);
}

/* --- The apartment that waits --------------------------------------------------------------
 */

enum place { BESIDE, WITHIN };

static const struct stop_case {
    const char *name;
    enum place place;
    enum farewell how;
} stops[] = {
    {"Pause returns while a Write waits for this apartment", BESIDE, PAUSE},
    {"Abort returns while a Write waits for this apartment", BESIDE, ABORT},
    {"the last release returns while a Write waits for this apartment", BESIDE, JUST_RELEASE},
    {"Pause returns from within Write", WITHIN, PAUSE},
    {"Abort returns from within Write", WITHIN, ABORT},
    {"a blocking Start returns from within Write", WITHIN, CLEAR},
};

struct stop {
    const struct stop_case *c;
    IDODownload *download;
    HANDLE written;
    HRESULT hr;
};

static void stop_within(struct client_stream_object *stream)
{
    struct stop *stop = stream->context;

    if (stop->c->place == WITHIN && stop->hr == E_PENDING) {
        stop->hr = E_FAIL;
        switch (stop->c->how) {
        case PAUSE:
            stop->hr = IDODownload_Pause(stop->download);
            break;
        case ABORT:
            stop->hr = IDODownload_Abort(stop->download);
            break;
        default:
            set_flag(stop->download, DODownloadProperty_BlockingMode, true);
            stop->hr = IDODownload_Start(stop->download, NULL);
            break;
        }
    }
    SetEvent(stop->written);
}

static void check_stop(void **state)
{
    struct stop stop = {.c = *state, .hr = E_PENDING};
    struct client_stream_object stream;
    struct download_scene scene;
    size_t size;

    stop.written = CreateEventW(NULL, FALSE, FALSE, NULL);
    stream_start(&stream, DOWNLOAD_SIZE);
    stream.act = stop_within;
    stream.context = &stop;
    download_scene_start(&scene, slow, 1);
    stop.download = scene.download;
    scene_set_source(&scene);
    assert_hr(
        set_object(scene.download, DODownloadProperty_StreamInterface, &stream.IStream_iface),
        S_OK);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_true(client_wait(stop.written, CLIENT_DEADLINE_MS));
    if (stop.c->place == WITHIN) {
        assert_hr(stop.hr, S_OK);
    } else if (stop.c->how != JUST_RELEASE) {
        say_farewell(scene.download, stop.c->how, NULL);
        size = stream.size;
        client_pump();
        assert_int_equal(stream.size, size); /* no byte comes any more */
        assert_int_equal(stream.running, 0);
    }
    IDODownload_Abort(scene.download);
    download_scene_end(&scene);
    stream_end(&stream);
    CloseHandle(stop.written);
}

/* --- Two that start at once ----------------------------------------------------------------
 */

struct starter {
    IDODownload *download;
    HANDLE go;
    HRESULT hr;
};

static DWORD WINAPI start_it(void *context)
{
    struct starter *starter = context;

    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    WaitForSingleObject(starter->go, INFINITE);
    starter->hr = IDODownload_Start(starter->download, NULL);
    CoUninitialize();
    return 0;
}

static void of_two_that_start_at_once_one_survives(void **state)
{
    struct download_scene scene;

    (void)state;
    download_scene_start(&scene, stalling, 1);
    for (int round = 0; round < ROUNDS; round++) {
        HANDLE go = CreateEventW(NULL, TRUE, FALSE, NULL);
        struct starter starters[2];
        HANDLE threads[2];
        int survivors = 0;

        for (int i = 0; i < 2; i++) {
            starters[i] =
                (struct starter){.download = modern_download(scene.manager), .go = go};
            assert_hr(
                set_text(starters[i].download, DODownloadProperty_Uri, client_wide(scene.url)),
                S_OK);
            assert_hr(set_text(starters[i].download, DODownloadProperty_LocalPath,
                               client_wide(scene.path)),
                      S_OK);
            threads[i] = CreateThread(NULL, 0, start_it, &starters[i], 0, NULL);
        }
        SetEvent(go);
        for (int i = 0; i < 2; i++) {
            assert_true(client_wait(threads[i], CLIENT_DEADLINE_MS));
            CloseHandle(threads[i]);
        }
        for (int i = 0; i < 2; i++) {
            survivors += status_of(starters[i].download).State != DODownloadState_Aborted;
            assert_hr(starters[i].hr, S_OK);
        }
        assert_int_equal(survivors, 1);
        for (int i = 0; i < 2; i++) {
            IDODownload_Abort(starters[i].download);
            IDODownload_Release(starters[i].download);
        }
        CloseHandle(go);
    }
    download_scene_end(&scene);
}

/* --- The last one and the first -------------------------------------------------------------
 */

struct comer {
    int number;
    LONG faults;
};

static DWORD WINAPI come_and_go(void *context)
{
    struct comer *comer = context;

    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    for (int round = 0; round < ROUNDS; round++) {
        IDOManager *manager = modern_manager();
        IDODownload *download = NULL;
        VARIANT value;
        WCHAR uri[64];

        swprintf(uri, 64, L"http://127.0.0.1/%d/%d", comer->number, round);
        VariantInit(&value);
        if (FAILED(IDOManager_CreateDownload(manager, &download)) ||
            FAILED(set_text(download, DODownloadProperty_Uri, uri)) ||
            FAILED(IDODownload_GetProperty(download, DODownloadProperty_Uri, &value)) ||
            V_VT(&value) != VT_BSTR || wcscmp(V_BSTR(&value), uri) != 0) {
            comer->faults++;
        }
        VariantClear(&value);
        if (download) {
            IDODownload_Release(download);
        }
        IDOManager_Release(manager);
    }
    CoUninitialize();
    return 0;
}

static void a_new_object_is_not_ended_with_the_last_one(void **state)
{
    struct comer comers[3] = {{.number = 0}, {.number = 1}, {.number = 2}};
    HANDLE threads[TEST_COUNT(comers)];

    (void)state;
    for (size_t i = 0; i < TEST_COUNT(comers); i++) {
        threads[i] = CreateThread(NULL, 0, come_and_go, &comers[i], 0, NULL);
        assert_non_null(threads[i]);
    }
    for (size_t i = 0; i < TEST_COUNT(comers); i++) {
        assert_true(client_wait(threads[i], 10 * CLIENT_DEADLINE_MS));
        CloseHandle(threads[i]);
        assert_int_equal(comers[i].faults, 0);
    }
}

/* --- One that is being made -----------------------------------------------------------------
 */

static DWORD WINAPI make_and_look(void *context)
{
    LONG *faults = context;
    IDOManager *manager;

    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    manager = modern_manager();
    for (int round = 0; round < MADE; round++) {
        DO_DOWNLOAD_STATUS status = {.State = DODownloadState_Aborted};
        IDODownload *download = NULL;
        IEnumUnknown *all = NULL;

        IDOManager_CreateDownload(manager, &download);
        if (download) {
            IDODownload_GetStatus(download, &status);
        }
        *faults += status.State != DODownloadState_Created;
        IDOManager_EnumDownloads(manager, NULL, &all);
        if (all) {
            IEnumUnknown_Release(all);
        }
        if (download) {
            IDODownload_Release(download);
        }
    }
    IDOManager_Release(manager);
    CoUninitialize();
    return 0;
}

/* Whoever lists all downloads has each for a moment, and ends what nobody else has. */
static void who_looks_at_all_ends_none_that_is_being_made(void **state)
{
    LONG faults[MAKERS] = {0};
    HANDLE threads[MAKERS];

    (void)state;
    for (int i = 0; i < MAKERS; i++) {
        threads[i] = CreateThread(NULL, 0, make_and_look, &faults[i], 0, NULL);
        assert_non_null(threads[i]);
    }
    for (int i = 0; i < MAKERS; i++) {
        assert_true(client_wait(threads[i], 10 * CLIENT_DEADLINE_MS));
        CloseHandle(threads[i]);
    }
    for (int i = 0; i < MAKERS; i++) {
        assert_int_equal(faults[i], 0);
    }
}

int main(void)
{
    static struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, farewells, check_farewell);
    TEST_ADD(&suite, the_last_release_waits_for_a_call);
    TEST_ADD(&suite, the_last_release_from_within_a_call_returns);
    TEST_ADD_TABLE(&suite, stops, check_stop);
    TEST_ADD(&suite, of_two_that_start_at_once_one_survives);
    TEST_ADD(&suite, a_new_object_is_not_ended_with_the_last_one);
    TEST_ADD(&suite, who_looks_at_all_ends_none_that_is_being_made);
    return client_run_in_both(&suite, "lifetimes");
}
