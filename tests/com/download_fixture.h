/*
 * A manager, a download, a folder for its file and a server to fetch it from: what tests of the
 * modern model begin with. And a callback of the client's, and a stream.
 */
#ifndef TESTS_COM_DOWNLOAD_FIXTURE_H
#define TESTS_COM_DOWNLOAD_FIXTURE_H

#include "com/client.h"
#include "support/content.h"
#include "support/range_server.h"
#include "support/temp_folder.h"

#include <oleauto.h>

enum { DOWNLOAD_SEED = 17, DOWNLOAD_SIZE = 300000 };

#define E_NOT_SET_HR HRESULT_FROM_WIN32(ERROR_NOT_FOUND)

struct download_scene {
    struct range_server *server;
    char *folder;
    char *path;
    char url[SERVER_URL_SIZE];
    IDOManager *manager;
    IDODownload *download;
};

static inline IDOManager *modern_manager(void)
{
    IBackgroundCopyManager *legacy = client_manager();
    IDOManager *manager = client_query(legacy, &IID_IDOManager);

    IBackgroundCopyManager_Release(legacy);
    return manager;
}

static inline IDODownload *modern_download(IDOManager *manager)
{
    IDODownload *download = NULL;

    assert_hr(IDOManager_CreateDownload(manager, &download), S_OK);
    assert_non_null(download);
    return download;
}

/* The server has /file, of DOWNLOAD_SIZE bytes, and obeys the rules. */
static inline void download_scene_start(struct download_scene *scene,
                                        const struct server_rule *rules, size_t rule_count)
{
    scene->server = range_server_start(&(struct range_server_options){
        .files = {{.path = "/file", .seed = DOWNLOAD_SEED, .size = DOWNLOAD_SIZE},
                  {.path = "/other", .seed = DOWNLOAD_SEED + 1, .size = DOWNLOAD_SIZE},
                  {.path = "/empty", .seed = DOWNLOAD_SEED, .size = 0}},
        .rules = rules,
        .rule_count = rule_count,
    });
    range_server_url(scene->server, "/file", scene->url);
    scene->folder = temp_folder_create();
    scene->path = temp_folder_path(scene->folder, "file.bin");
    scene->manager = modern_manager();
    scene->download = modern_download(scene->manager);
}

static inline void download_scene_end(struct download_scene *scene)
{
    range_server_release(scene->server);
    IDODownload_Abort(scene->download);
    assert_int_equal(IDODownload_Release(scene->download), 0);
    assert_int_equal(IDOManager_Release(scene->manager), 0);
    range_server_stop(scene->server);
    free(scene->path);
    temp_folder_remove(scene->folder);
}

/* --- Properties -----------------------------------------------------------------------------
 */

static inline HRESULT set_text(IDODownload *download, DODownloadProperty id, const WCHAR *text)
{
    VARIANT value;
    HRESULT hr;

    VariantInit(&value);
    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = SysAllocString(text);
    hr = IDODownload_SetProperty(download, id, &value);
    VariantClear(&value); /* at once, as clients do */
    return hr;
}

static inline HRESULT set_number(IDODownload *download, DODownloadProperty id, ULONG number)
{
    VARIANT value;

    VariantInit(&value);
    V_VT(&value) = VT_UI4;
    V_UI4(&value) = number;
    return IDODownload_SetProperty(download, id, &value);
}

static inline HRESULT set_flag(IDODownload *download, DODownloadProperty id, bool flag)
{
    VARIANT value;

    VariantInit(&value);
    V_VT(&value) = VT_BOOL;
    V_BOOL(&value) = flag ? VARIANT_TRUE : VARIANT_FALSE;
    return IDODownload_SetProperty(download, id, &value);
}

static inline HRESULT set_object(IDODownload *download, DODownloadProperty id, void *object)
{
    VARIANT value;

    VariantInit(&value);
    V_VT(&value) = VT_UNKNOWN;
    V_UNKNOWN(&value) = object;
    return IDODownload_SetProperty(download, id, &value);
}

static inline void scene_set_source(struct download_scene *scene)
{
    assert_hr(set_text(scene->download, DODownloadProperty_Uri, client_wide(scene->url)), S_OK);
}

static inline void scene_set_file(struct download_scene *scene)
{
    scene_set_source(scene);
    assert_hr(set_text(scene->download, DODownloadProperty_LocalPath, client_wide(scene->path)),
              S_OK);
}

static inline DO_DOWNLOAD_STATUS status_of(IDODownload *download)
{
    DO_DOWNLOAD_STATUS status;

    assert_hr(IDODownload_GetStatus(download, &status), S_OK);
    return status;
}

/* --- Ranges ------------------------------------------------------------------------------ */

static inline DO_DOWNLOAD_RANGES_INFO *make_ranges(const DO_DOWNLOAD_RANGE *ranges,
                                                   uint32_t count)
{
    DO_DOWNLOAD_RANGES_INFO *info =
        calloc(1, offsetof(DO_DOWNLOAD_RANGES_INFO, Ranges) + (count + 1) * sizeof(*ranges));

    assert_non_null(info);
    info->RangeCount = count;
    memcpy(info->Ranges, ranges, count * sizeof(*ranges));
    return info;
}

static inline HRESULT start_with(IDODownload *download, const DO_DOWNLOAD_RANGE *ranges,
                                 uint32_t count)
{
    DO_DOWNLOAD_RANGES_INFO *info = make_ranges(ranges, count);
    HRESULT hr = IDODownload_Start(download, info);

    memset(info->Ranges, 0xFF, count * sizeof(*ranges)); /* it was copied */
    free(info);
    return hr;
}

/* --- A callback -----------------------------------------------------------------------------
 */

enum { HEARD_MOST = 100 };

struct heard {
    IDODownload *download; /* not counted: to compare */
    DO_DOWNLOAD_STATUS status;
};

/* What a callback does before it returns; the result is what it returns. */
typedef HRESULT (*heard_action)(IDODownload *download, const DO_DOWNLOAD_STATUS *status,
                                void *context);

struct status_callback {
    IDODownloadStatusCallback IDODownloadStatusCallback_iface;
    LONG refs;
    SRWLOCK lock;
    struct heard heard[HEARD_MOST];
    size_t count;
    LONG inside; /* calls at this moment */
    bool overlapped;
    heard_action action;
    void *context;
    HANDLE called;       /* set at each call */
    IUnknown *marshaler; /* makes it agile, so that nothing need be registered; or NULL */
};

static inline struct status_callback *callback_from(IDODownloadStatusCallback *self)
{
    return CONTAINING_RECORD(self, struct status_callback, IDODownloadStatusCallback_iface);
}

static HRESULT STDMETHODCALLTYPE status_callback_QueryInterface(IDODownloadStatusCallback *self,
                                                                REFIID iid, void **out)
{
    if (IsEqualIID(iid, &IID_IMarshal) && callback_from(self)->marshaler) {
        return IUnknown_QueryInterface(callback_from(self)->marshaler, iid, out);
    }
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IDODownloadStatusCallback)) {
        *out = NULL;
        return E_NOINTERFACE;
    }
    InterlockedIncrement(&callback_from(self)->refs);
    *out = self;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE status_callback_AddRef(IDODownloadStatusCallback *self)
{
    return (ULONG)InterlockedIncrement(&callback_from(self)->refs);
}

static ULONG STDMETHODCALLTYPE status_callback_Release(IDODownloadStatusCallback *self)
{
    return (ULONG)InterlockedDecrement(&callback_from(self)->refs);
}

static HRESULT STDMETHODCALLTYPE status_callback_OnStatusChange(
    IDODownloadStatusCallback *self, IDODownload *download, const DO_DOWNLOAD_STATUS *status)
{
    struct status_callback *callback = callback_from(self);
    HRESULT hr = S_OK;

    AcquireSRWLockExclusive(&callback->lock);
    callback->overlapped = callback->overlapped || callback->inside > 0;
    callback->inside++;
    if (callback->count < HEARD_MOST) {
        callback->heard[callback->count++] = (struct heard){download, *status};
    }
    ReleaseSRWLockExclusive(&callback->lock);
    if (callback->action) {
        hr = callback->action(download, status, callback->context);
    }
    AcquireSRWLockExclusive(&callback->lock);
    callback->inside--;
    ReleaseSRWLockExclusive(&callback->lock);
    SetEvent(callback->called);
    return hr;
}

static const IDODownloadStatusCallbackVtbl status_callback_vtbl = {
    .QueryInterface = status_callback_QueryInterface,
    .AddRef = status_callback_AddRef,
    .Release = status_callback_Release,
    .OnStatusChange = status_callback_OnStatusChange,
};

static inline void status_callback_init(struct status_callback *callback)
{
    *callback = (struct status_callback){
        .IDODownloadStatusCallback_iface = {&status_callback_vtbl},
        .refs = 1,
        .lock = SRWLOCK_INIT,
        .called = CreateEventW(NULL, FALSE, FALSE, NULL),
    };
    assert_hr(CoCreateFreeThreadedMarshaler(
                  (IUnknown *)&callback->IDODownloadStatusCallback_iface, &callback->marshaler),
              S_OK);
}

/* Have it called through a proxy wherever it does not live; before it is handed over. */
static inline void status_callback_make_plain(struct status_callback *callback)
{
    IUnknown_Release(callback->marshaler);
    callback->marshaler = NULL;
}

/* The server must hold it no more. */
static inline void status_callback_end(struct status_callback *callback)
{
    ULONGLONG deadline = GetTickCount64() + CLIENT_DEADLINE_MS;

    while (InterlockedCompareExchange(&callback->refs, 0, 0) != 1 &&
           GetTickCount64() < deadline) {
        client_wait_once(NULL, 0, 5);
        client_pump();
    }
    assert_int_equal(callback->refs, 1);
    if (callback->marshaler) {
        IUnknown_Release(callback->marshaler);
    }
    CloseHandle(callback->called);
}

/* The so manyth call, counted from 0; false when it has not come by the deadline. */
static inline bool status_callback_wait(struct status_callback *callback, size_t index)
{
    ULONGLONG deadline = GetTickCount64() + CLIENT_DEADLINE_MS;

    while (callback->count <= index && GetTickCount64() < deadline) {
        client_wait_once(&callback->called, 1, 100);
        client_pump();
    }
    return callback->count > index;
}

static inline bool has_heard(struct status_callback *callback, DODownloadState state)
{
    bool found = false;

    AcquireSRWLockShared(&callback->lock);
    for (size_t i = 0; i < callback->count; i++) {
        found = found || callback->heard[i].status.State == state;
    }
    ReleaseSRWLockShared(&callback->lock);
    return found;
}

static inline bool status_callback_wait_for(struct status_callback *callback,
                                            DODownloadState state)
{
    ULONGLONG deadline = GetTickCount64() + CLIENT_DEADLINE_MS;

    while (!has_heard(callback, state) && GetTickCount64() < deadline) {
        client_wait_once(&callback->called, 1, 100);
        client_pump();
    }
    return has_heard(callback, state);
}

/* Wait, by looking, until the download stands in a state; for tests without a callback. */
static inline DODownloadState state_reached(IDODownload *download, DODownloadState state)
{
    ULONGLONG deadline = GetTickCount64() + CLIENT_DEADLINE_MS;

    while (status_of(download).State != state && GetTickCount64() < deadline) {
        client_wait_once(NULL, 0, 5);
        client_pump();
    }
    return status_of(download).State;
}

#define assert_reaches(download, state)                                                        \
    assert_int_equal(state_reached((download), (state)), (state))

/* The file at the path holds these bytes of the content, and no more. */
static inline void expect_bytes(const char *path, uint64_t seed,
                                const struct byte_range *ranges, size_t count)
{
    FILE *file = fopen(path, "rb");

    assert_non_null(file);
    for (size_t i = 0; i < count; i++) {
        unsigned char *wanted = malloc((size_t)ranges[i].length);
        unsigned char *found = malloc((size_t)ranges[i].length);

        assert_non_null(wanted);
        assert_non_null(found);
        content_fill(seed, ranges[i].offset, wanted, (size_t)ranges[i].length);
        assert_int_equal(fread(found, 1, (size_t)ranges[i].length, file), ranges[i].length);
        assert_memory_equal(found, wanted, (size_t)ranges[i].length);
        free(wanted);
        free(found);
    }
    assert_int_equal(fgetc(file), EOF);
    fclose(file);
}

#endif
