/*
 * Clients' threads against each other: two single-threaded apartments and two threads of the
 * multithreaded one call whatever they like on a download that they share and on their own,
 * with streams and callbacks that call back.
 *
 * A world is its seed. Which thread comes first is the machine's choice, so the results are
 * those that some order may have; but nobody may wait for ever, be called after he has let go,
 * or see a download that has ended change again.
 *
 *   PROGRAM                    many worlds
 *   PROGRAM --seed N           one of them again
 *   PROGRAM --seeds FIRST LAST
 *
 * Wine 8 has room for some sixty single-threaded apartments in the life of a process, so the
 * many are run by processes of the program's own, each of which is asked for a stretch.
 */
#ifndef TESTS_COM_INTERLEAVINGS_H
#define TESTS_COM_INTERLEAVINGS_H

#include "com/download_fixture.h"
#include "com/strict_stream.h"

#include <stdlib.h>

enum {
    THREADS = 4,
    STEPS = 12,
    WATCH_DOG_MS = 20000,      /* without a step of anybody's */
    STRETCH_LIMIT_MS = 120000, /* for a process that runs a stretch of worlds */
};

/* --- Chance ---------------------------------------------------------------------------------
 */

static inline unsigned pick(uint32_t *chance, unsigned count)
{
    *chance ^= *chance << 13;
    *chance ^= *chance >> 17;
    *chance ^= *chance << 5;
    return *chance % count;
}

/* --- What may come of a call
 * ------------------------------------------------------------------ */

enum action { START, PAUSE, ABORT, FINALIZE, ASK, LISTEN, BE_DEAF, ACTION_COUNT };

static const struct action_rule {
    const char *name;
    HRESULT results[4]; /* the possible ones; S_OK ends the list, and is one */
} rules[] = {
    [START] = {"Start", {DO_E_INVALID_STATE, HRESULT_FROM_WIN32(ERROR_CANCELLED), S_OK}},
    [PAUSE] = {"Pause", {DO_E_INVALID_STATE, S_OK}},
    [ABORT] = {"Abort", {DO_E_INVALID_STATE, S_OK}},
    [FINALIZE] = {"Finalize", {DO_E_INVALID_STATE, S_OK}},
    [ASK] = {"GetStatus", {S_OK}},
    [LISTEN] = {"set a callback", {DO_E_INVALID_STATE, S_OK}},
    [BE_DEAF] = {"clear the callback", {DO_E_INVALID_STATE, S_OK}},
};

struct world {
    uint32_t seed;
    struct download_scene scene; /* with the shared download */
    WCHAR url[SERVER_URL_SIZE];
    LONG steps;
    LONG faults;
};

static inline bool may_be(enum action action, HRESULT hr)
{
    const HRESULT *result = rules[action].results;

    while (*result != S_OK && *result != hr) {
        result++;
    }
    return *result == hr;
}

static inline void fault(struct world *world, const char *what, HRESULT hr)
{
    InterlockedIncrement(&world->faults);
    fprintf(stderr, "seed %lu: %s: 0x%08lX\n", (unsigned long)world->seed, what,
            (unsigned long)hr);
}

static inline bool is_final(DODownloadState state)
{
    return state == DODownloadState_Finalized || state == DODownloadState_Aborted;
}

/* --- A client --------------------------------------------------------------------------------
 */

struct client {
    struct world *world;
    COINIT apartment;
    IStream *parcel;     /* which client_enter() may open: the shared download; or NULL */
    IDOManager *manager; /* as the client's apartment has them; not counted, unless ... */
    IDODownload *shared; /* ... client_leave() releases them */
    DWORD proxies;       /* of client_enter() */
    uint32_t chance;
    struct status_callback callback;
    LONG callback_chance; /* of its calls, which come on other threads too */
    IDODownload *own;
    LONG has_let_go; /* the callback is set nowhere */
    bool shared_has_ended;
    struct client_stream_object stream;
};

/* Of each test program: what a client has before its first step and lets go after its last. */
static HRESULT client_enter(struct client *client);
static void client_leave(struct client *client);

/* And what its maker does for that, on his own thread. */
static void client_prepare(struct client *client);

static inline HRESULT call(IDODownload *download, enum action action, struct client *client)
{
    DO_DOWNLOAD_STATUS status;

    switch (action) {
    case START:
        return IDODownload_Start(download, NULL);
    case PAUSE:
        return IDODownload_Pause(download);
    case ABORT:
        return IDODownload_Abort(download);
    case FINALIZE:
        return IDODownload_Finalize(download);
    case LISTEN:
        InterlockedExchange(&client->has_let_go, 0);
        return set_object(download, DODownloadProperty_CallbackInterface,
                          &client->callback.IDODownloadStatusCallback_iface);
    case BE_DEAF:
        return set_object(download, DODownloadProperty_CallbackInterface, NULL);
    case ASK:
    case ACTION_COUNT:
        break;
    }
    return IDODownload_GetStatus(download, &status);
}

static inline HRESULT on_status(IDODownload *download, const DO_DOWNLOAD_STATUS *status,
                                void *context)
{
    static const enum action from_inside[] = {ASK, PAUSE, START, ABORT};
    struct client *client = context;
    uint32_t chance = (uint32_t)InterlockedIncrement(&client->callback_chance) * 2654435761U;
    enum action action = from_inside[pick(&chance, TEST_COUNT(from_inside))];
    HRESULT hr;

    (void)status;
    if (InterlockedCompareExchange(&client->has_let_go, 0, 0)) {
        fault(client->world, "called after all was let go", S_OK);
    }
    hr = call(download, action, client);
    if (!may_be(action, hr)) {
        fault(client->world, rules[action].name, hr);
    }
    return S_OK;
}

static inline void on_write(struct client_stream_object *stream)
{
    struct client *client = stream->context;
    uint32_t chance = (uint32_t)InterlockedIncrement(&client->callback_chance) * 2654435761U;
    enum action action = pick(&chance, 2) == 0 ? ASK : PAUSE;
    HRESULT hr = client->own ? call(client->own, action, client) : S_OK;

    if (!may_be(action, hr)) {
        fault(client->world, "from within Write", hr);
    }
}

/* With the last object of it, its callback goes. */
static inline void let_own_go(struct client *client)
{
    if (client->own) {
        IDODownload_Abort(client->own);
        IDODownload_Release(client->own);
        client->own = NULL;
    }
}

static inline void make_own(struct client *client)
{
    struct world *world = client->world;
    HRESULT hr = IDOManager_CreateDownload(client->manager, &client->own);

    if (SUCCEEDED(hr)) {
        hr = set_text(client->own, DODownloadProperty_Uri, world->url);
    }
    if (SUCCEEDED(hr)) {
        hr = set_object(client->own, DODownloadProperty_StreamInterface,
                        &client->stream.IStream_iface);
    }
    if (FAILED(hr)) {
        fault(client->world, "a new download", hr);
    }
}

static inline void take_step(struct client *client)
{
    IDODownload *shared = client->shared;
    bool is_shared = pick(&client->chance, 3) == 0;
    enum action action = (enum action)pick(&client->chance, ACTION_COUNT);
    DO_DOWNLOAD_STATUS status = {0};
    HRESULT hr;

    if (!is_shared && pick(&client->chance, 4) == 0) {
        let_own_go(client);
    }
    if (!client->own) {
        make_own(client);
    }
    if (!client->own) {
        return; /* that was a fault */
    }
    hr = call(is_shared ? shared : client->own, action, client);
    if (!may_be(action, hr)) {
        fault(client->world, rules[action].name, hr);
    }
    IDODownload_GetStatus(shared, &status);
    if (client->shared_has_ended && !is_final(status.State)) {
        fault(client->world, "what has ended moves again", (HRESULT)status.State);
    }
    client->shared_has_ended = is_final(status.State);
}

static inline void leave(struct client *client)
{
    let_own_go(client);
    /* Perhaps it is another one's by now, who does not mind. */
    call(client->shared, BE_DEAF, client);
    InterlockedExchange(&client->has_let_go, 1);
}

static inline void take_steps(struct client *client)
{
    for (int step = 0; step < STEPS; step++) {
        take_step(client);
        client_pump();
        InterlockedIncrement(&client->world->steps);
    }
    leave(client);
}

static inline DWORD WINAPI run_client(void *context)
{
    struct client *client = context;
    HRESULT hr;

    CoInitializeEx(NULL, (DWORD)client->apartment);
    status_callback_make_plain(&client->callback);
    hr = client_enter(client);
    if (SUCCEEDED(hr)) {
        take_steps(client);
    } else {
        fault(client->world, "the way in", hr);
    }
    client_leave(client);
    while (client->callback.refs > 1 || client->stream.refs > 1) {
        client_wait_once(NULL, 0, 5); /* the watch-dog sees to it that this ends */
        client_pump();
    }
    if (client->proxies != 0) {
        CoRevokeClassObject(client->proxies);
    }
    CoUninitialize();
    return 0;
}

/* --- Worlds
 * ----------------------------------------------------------------------------------- */

/* False when nobody has come further for so long. */
static inline bool all_come_home(struct world *world, const HANDLE *threads)
{
    LONG steps = -1;

    for (;;) {
        LONG now;

        if (WaitForMultipleObjects(THREADS, threads, TRUE, WATCH_DOG_MS) != WAIT_TIMEOUT) {
            return true;
        }
        now = InterlockedCompareExchange(&world->steps, 0, 0);
        if (now == steps) {
            return false;
        }
        steps = now;
    }
}

static inline LONG run_world(uint32_t seed)
{
    static const struct server_rule slow[] = {{.does = SERVER_THROTTLE, .number = 3000000}};
    struct world world = {.seed = seed};
    struct client clients[THREADS];
    HANDLE threads[THREADS];
    uint32_t chance = seed * 2654435761U + 1;

    download_scene_start(&world.scene, slow, 1);
    scene_set_file(&world.scene);
    MultiByteToWideChar(CP_UTF8, 0, world.scene.url, -1, world.url, SERVER_URL_SIZE);
    for (int i = 0; i < THREADS; i++) {
        clients[i] = (struct client){
            .world = &world,
            .apartment = i < 2 ? COINIT_APARTMENTTHREADED : COINIT_MULTITHREADED,
            .chance = chance + (uint32_t)i * 97U + 1,
            .callback_chance = (LONG)(seed + (uint32_t)i),
        };
        status_callback_init(&clients[i].callback);
        clients[i].callback.action = on_status;
        clients[i].callback.context = &clients[i];
        stream_start(&clients[i].stream, DOWNLOAD_SIZE);
        clients[i].stream.act = on_write;
        clients[i].stream.context = &clients[i];
        clients[i].stream.is_called_by_stub = true;
        client_prepare(&clients[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        threads[i] = CreateThread(NULL, 0, run_client, &clients[i], 0, NULL);
        assert_non_null(threads[i]);
    }
    if (!all_come_home(&world, threads)) {
        fprintf(stderr, "seed %lu: somebody waits for ever; --seed %lu runs it again\n",
                (unsigned long)seed, (unsigned long)seed);
        for (int i = 0; i < THREADS; i++) {
            fprintf(stderr, "client %d: callback %ld, stream %ld, %s\n", i,
                    (long)clients[i].callback.refs, (long)clients[i].stream.refs,
                    clients[i].has_let_go ? "has let go" : "at work");
        }
        fflush(stderr);
        TerminateProcess(GetCurrentProcess(), EXIT_FAILURE); /* nobody can be asked to stop */
    }
    for (int i = 0; i < THREADS; i++) {
        CloseHandle(threads[i]);
        CloseHandle(clients[i].callback.called);
        stream_end(&clients[i].stream);
    }
    IDODownload_Abort(world.scene.download);
    download_scene_end(&world.scene);
    return world.faults;
}

static uint32_t first_seed;
static uint32_t last_seed;

static inline void clients_against_each_other(void **state)
{
    (void)state;
    for (uint32_t seed = first_seed; seed <= last_seed; seed++) {
        if (run_world(seed) != 0) {
            print_error("seed %lu found a fault; --seed %lu runs it again\n",
                        (unsigned long)seed, (unsigned long)seed);
            fail();
        }
    }
}

/* --- Stretches of worlds --------------------------------------------------------------------
 */

struct stretch {
    const char *name;
    unsigned first, last;
};

/* This program again, for these seeds; it writes to where this one does. */
static inline HANDLE start_stretch(const struct stretch *stretch)
{
    STARTUPINFOW startup = {
        .cb = sizeof(startup),
        .dwFlags = STARTF_USESTDHANDLES,
        .hStdInput = GetStdHandle(STD_INPUT_HANDLE),
        .hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE),
        .hStdError = GetStdHandle(STD_ERROR_HANDLE),
    };
    PROCESS_INFORMATION started;
    WCHAR path[MAX_PATH];
    WCHAR line[MAX_PATH + 50];
    DWORD length = GetModuleFileNameW(NULL, path, MAX_PATH);

    assert_in_range(length, 1, MAX_PATH - 1);
    swprintf(line, TEST_COUNT(line), L"\"%ls\" --seeds %u %u", path, stretch->first,
             stretch->last);
    fflush(NULL); /* what we have said comes before what it says */
    assert_true(
        CreateProcessW(path, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &started));
    CloseHandle(started.hThread);
    return started.hProcess;
}

static inline void check_stretch(void **state)
{
    HANDLE process = start_stretch(*state);
    bool has_ended = WaitForSingleObject(process, STRETCH_LIMIT_MS) == WAIT_OBJECT_0;
    DWORD code = EXIT_FAILURE;

    if (has_ended) {
        GetExitCodeProcess(process, &code);
    } else {
        TerminateProcess(process, EXIT_FAILURE);
        WaitForSingleObject(process, INFINITE);
    }
    CloseHandle(process);
    assert_true(has_ended);
    assert_int_equal(code, EXIT_SUCCESS);
}

/* Do the words ask for worlds to be run in this process? Then these are those. */
static inline bool asks_for_seeds(int count, char **words)
{
    if (count < 3 || strncmp(words[1], "--seed", strlen("--seed")) != 0) {
        return false;
    }
    first_seed = (uint32_t)strtoul(words[2], NULL, 10);
    last_seed = (uint32_t)strtoul(words[count - 1], NULL, 10);
    return true;
}

#endif
