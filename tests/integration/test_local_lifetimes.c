/* Who may be called by the local server, and until when. */
#include "com/download_fixture.h"
#include "com/strict_stream.h"
#include "integration/local_hosts.h"
#include "integration/registered_server.h"

enum { ROUNDS = 60 };

static HRESULT client_get_class_object(REFCLSID clsid, REFIID iid, void **out)
{
    (void)clsid;
    return CoGetClassObject(&CLSID_DeliveryOptimization, CLSCTX_LOCAL_SERVER, NULL, iid, out);
}

/* --- After the last word -------------------------------------------------------------------
 */

enum farewell { FINALIZE, ABORT, CLEAR, REPLACE };

static const struct farewell_case {
    const char *name;
    enum farewell how;
} farewells[] = {
    {"nobody is called after Finalize and Release", FINALIZE},
    {"nobody is called after Abort and Release", ABORT},
    {"nobody is called after the callback was cleared", CLEAR},
    {"nobody is called after the callback was replaced", REPLACE},
};

struct guest {
    struct status_callback callback;
    LONG has_gone;
    LONG late_calls;
};

static HRESULT note_call(IDODownload *download, const DO_DOWNLOAD_STATUS *status, void *context)
{
    struct guest *guest = context;

    (void)download;
    (void)status;
    if (InterlockedCompareExchange(&guest->has_gone, 0, 0)) {
        InterlockedIncrement(&guest->late_calls);
    }
    return S_OK;
}

static void guest_begin(struct guest *guest)
{
    *guest = (struct guest){.has_gone = 0};
    status_callback_init(&guest->callback);
    status_callback_make_plain(&guest->callback);
    guest->callback.action = note_call;
    guest->callback.context = guest;
}

/* None can come any more when the server holds him no more. */
static void guest_end(struct guest *guest)
{
    status_callback_end(&guest->callback);
    assert_int_equal(guest->late_calls, 0);
}

static void tell(IDODownload *download, struct guest *guest)
{
    assert_hr(set_object(download, DODownloadProperty_CallbackInterface,
                         guest ? &guest->callback.IDODownloadStatusCallback_iface : NULL),
              S_OK);
}

/* From when this has returned, the guest may not be called. */
static void say_farewell(IDODownload *download, enum farewell how, struct guest *guest,
                         struct guest *other)
{
    switch (how) {
    case FINALIZE:
        assert_hr(IDODownload_Finalize(download), S_OK);
        IDODownload_Release(download);
        break;
    case ABORT:
        assert_hr(IDODownload_Abort(download), S_OK);
        IDODownload_Release(download);
        break;
    case CLEAR:
    case REPLACE:
        tell(download, how == REPLACE ? other : NULL);
        break;
    }
    InterlockedExchange(&guest->has_gone, 1);
    assert_int_equal(InterlockedCompareExchange(&guest->callback.inside, 0, 0), 0);
}

static void check_farewell(void **state)
{
    static const struct server_rule stalling[] = {{.does = SERVER_STALL_AFTER, .number = 1000}};
    static struct guest guests[ROUNDS];
    static struct guest others[ROUNDS];
    const struct farewell_case *c = *state;
    struct download_scene scene;

    download_scene_start(&scene, stalling, c->how == FINALIZE ? 0 : 1);
    for (int round = 0; round < ROUNDS; round++) {
        IDODownload *before = scene.download;

        guest_begin(&guests[round]);
        guest_begin(&others[round]);
        scene_set_file(&scene);
        tell(scene.download, &guests[round]);
        assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
        assert_true(status_callback_wait_for(
            &guests[round].callback,
            c->how == FINALIZE ? DODownloadState_Transferred : DODownloadState_Transferring));
        say_farewell(before, c->how, &guests[round], &others[round]);
        if (c->how == CLEAR || c->how == REPLACE) {
            assert_hr(IDODownload_Abort(before), S_OK);
            IDODownload_Release(before);
        }
        scene.download = modern_download(scene.manager);
        remove(scene.path); /* if there is one */
    }
    for (int round = 0; round < ROUNDS; round++) {
        guest_end(&guests[round]);
        guest_end(&others[round]);
    }
    download_scene_end(&scene);
}

/* --- A stream that writes too much ---------------------------------------------------------
 */

static void a_stream_may_write_eight_bytes_where_the_count_goes(void **state)
{
    struct client_stream_object stream;
    struct download_scene scene;
    uint8_t *wanted = malloc(DOWNLOAD_SIZE);

    (void)state;
    assert_non_null(wanted);
    stream_start(&stream, DOWNLOAD_SIZE);
    if (GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version")) {
        stream.is_roomy = true;
    } else {
        stream.is_called_by_stub = true; /* Windows' own */
    }
    download_scene_start(&scene, NULL, 0);
    assert_hr(
        set_object(scene.download, DODownloadProperty_StreamInterface, &stream.IStream_iface),
        S_OK);
    scene_set_source(&scene);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_reaches(scene.download, DODownloadState_Transferred);
    assert_hr(IDODownload_Finalize(scene.download), S_OK);
    content_fill(DOWNLOAD_SEED, 0, wanted, DOWNLOAD_SIZE);
    assert_int_equal(stream.size, DOWNLOAD_SIZE);
    assert_memory_equal(stream.bytes, wanted, DOWNLOAD_SIZE);
    download_scene_end(&scene);
    stream_end(&stream);
    free(wanted);
}

int main(void)
{
    static struct test_suite suite = {0};
    struct registered_server registered;
    int failed;

    TEST_ADD_TABLE(&suite, farewells, check_farewell);
    TEST_ADD(&suite, a_stream_may_write_eight_bytes_where_the_count_goes);

    expect_hosts_to_end();
    registered_server_begin(&registered);
    SetEnvironmentVariableW(L"OPENDO_HOST_IDLE_SECONDS",
                            L"5"); /* longer than between two tests */
    failed = client_run_in_both(&suite, "lifetimes at the local server");
    expect_hosts_to_end();
    registered_server_end(&registered);
    return failed;
}
