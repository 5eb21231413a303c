/* What a client is told, when, on which thread, and when no longer. */
#include "com/job_fixture.h"
#include "com/linked_server.h"

#define UNKNOWN DO_UNKNOWN_FILE_SIZE

enum {
    OUTCOMES = BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR,
    MODIFICATIONS = BG_NOTIFY_JOB_MODIFICATION,
    FILES = BG_NOTIFY_FILE_TRANSFERRED,
};

static const struct server_rule missing = {.does = SERVER_STATUS, .number = 404};
static const struct server_rule failing = {.does = SERVER_STATUS, .number = 503};
static const struct server_rule stalling = {.does = SERVER_STALL_AFTER, .number = 100};

/* Where an engine lives on behind the server: a connection that it kept would hold that up. */
static const struct server_rule closing = {.does = SERVER_CLOSE};

static bool in_sta(void)
{
    return client_apartment == COINIT_APARTMENTTHREADED;
}

/* A job with one file, and a callback for it. */
struct scene {
    struct job_fixture fixture;
    struct client_callback callback;
};

static void scene_start(struct scene *scene, const struct server_rule *rule, ULONG flags)
{
    job_fixture_start(&scene->fixture, rule, rule ? 1 : 0);
    client_callback_init(&scene->callback);
    assert_hr(IBackgroundCopyJob_SetNotifyFlags(scene->fixture.job, flags), S_OK);
    assert_hr(job_fixture_add(&scene->fixture, 0, NULL, UNKNOWN), S_OK);
}

static HRESULT set_client(struct scene *scene, struct client_callback *callback)
{
    return IBackgroundCopyJob_SetNotifyInterface(
        scene->fixture.job, callback ? client_callback_unknown(callback) : NULL);
}

static void scene_run(struct scene *scene)
{
    assert_hr(set_client(scene, &scene->callback), S_OK);
    assert_hr(IBackgroundCopyJob_Resume(scene->fixture.job), S_OK);
}

static void scene_end(struct scene *scene)
{
    job_fixture_end(&scene->fixture);
    client_callback_end(&scene->callback);
}

/*
 * Whatever is due, or was on its way, has been told when this returns: another job with a
 * client of its own has gone from beginning to end meanwhile.
 */
static void let_news_pass(void)
{
    struct scene other;

    scene_start(&other, &closing, OUTCOMES);
    scene_run(&other);
    assert_true(client_callback_wait(&other.callback, NEWS_TRANSFERRED, 1));
    scene_end(&other);
}

/* --- The outcome ------------------------------------------------------------------------ */

static void a_transferred_job_is_told_once_on_the_right_thread(void **state)
{
    struct scene scene;

    (void)state;
    scene_start(&scene, NULL, OUTCOMES);
    scene_run(&scene);
    assert_true(client_callback_wait(&scene.callback, NEWS_TRANSFERRED, 1));
    assert_int_equal(client_state(scene.fixture.job), BG_JOB_STATE_TRANSFERRED);
    assert_true((scene.callback.thread == GetCurrentThreadId()) == in_sta());
    let_news_pass();
    assert_string_equal(scene.callback.log, "T");
    scene_end(&scene);
}

static void an_error_is_told_once_with_its_code(void **state)
{
    struct scene scene;

    (void)state;
    scene_start(&scene, &missing, OUTCOMES);
    scene_run(&scene);
    assert_true(client_callback_wait(&scene.callback, NEWS_ERROR, 1));
    assert_hr(scene.callback.error, (HRESULT)0x80190194);
    assert_int_equal(scene.callback.error_context, BG_ERROR_CONTEXT_NONE);
    let_news_pass();
    assert_string_equal(scene.callback.log, "E");
    scene_end(&scene);
}

static void a_second_error_is_told_again(void **state)
{
    struct scene scene;

    (void)state;
    scene_start(&scene, &missing, OUTCOMES);
    scene_run(&scene);
    assert_true(client_callback_wait(&scene.callback, NEWS_ERROR, 1));
    assert_hr(IBackgroundCopyJob_Resume(scene.fixture.job), S_OK);
    assert_true(client_callback_wait(&scene.callback, NEWS_ERROR, 2));
    scene_end(&scene);
}

static void an_error_that_passes_is_not_told(void **state)
{
    struct scene scene;

    (void)state;
    scene_start(&scene, &failing, OUTCOMES);
    scene_run(&scene);
    assert_true(range_server_wait_for_requests(scene.fixture.server, 1, CLIENT_DEADLINE_MS));
    range_server_use_rules(scene.fixture.server, NULL, 0);
    assert_true(client_callback_wait(&scene.callback, NEWS_TRANSFERRED, 1));
    assert_string_equal(scene.callback.log, "T");
    scene_end(&scene);
}

static const struct flag_case {
    const char *name;
    ULONG flags;
    const struct server_rule *rule;
} flags[] = {
    {"JobTransferred needs its flag", BG_NOTIFY_JOB_ERROR, NULL},
    {"JobError needs its flag", BG_NOTIFY_JOB_TRANSFERRED, &missing},
    {"FileTransferred and JobModification need theirs", 0, NULL},
    {"DISABLE suppresses everything", 0x3f, NULL},
    {"ranges are never told", BG_NOTIFY_FILE_RANGES_TRANSFERRED, NULL},
};

static void check_flags(void **state)
{
    const struct flag_case *c = *state;
    struct scene scene;

    scene_start(&scene, c->rule, c->flags);
    scene_run(&scene);
    while (client_state(scene.fixture.job) == BG_JOB_STATE_TRANSFERRING) {
        SwitchToThread(); /* it ends by itself, and nobody tells */
    }
    let_news_pass();
    assert_string_equal(scene.callback.log, "");
    scene_end(&scene);
}

static void what_was_suppressed_is_told_when_it_is_wanted_again(void **state)
{
    struct scene scene;

    (void)state;
    scene_start(&scene, NULL, OUTCOMES | BG_NOTIFY_DISABLE);
    scene_run(&scene);
    while (client_state(scene.fixture.job) != BG_JOB_STATE_TRANSFERRED) {
        SwitchToThread();
    }
    assert_hr(IBackgroundCopyJob_SetNotifyFlags(scene.fixture.job, OUTCOMES), S_OK);
    assert_true(client_callback_wait(&scene.callback, NEWS_TRANSFERRED, 1));
    scene_end(&scene);
}

static const struct repeat_case {
    const char *name;
    LONG failures;
    HRESULT result; /* of the calls after those */
    const char *log;
} repeats[] = {
    {"a call that succeeds is the last", 0, S_OK, "T"},
    {"a call that fails is repeated", 1, S_OK, "TT"},
    {"a call that fails twice is repeated again", 2, S_OK, "TTT"},
    {"three tries are the most", 99, S_OK, "TTT"},
    {"S_FALSE is not S_OK", 0, S_FALSE, "TTT"},
};

static void check_repeat(void **state)
{
    const struct repeat_case *c = *state;
    struct scene scene;
    ULONGLONG pause = 0;

    scene_start(&scene, NULL, OUTCOMES);
    scene.callback.failures = c->failures;
    scene.callback.result = c->result;
    scene_run(&scene);
    assert_true(client_callback_wait(&scene.callback, NEWS_TRANSFERRED, (LONG)strlen(c->log)));
    for (size_t i = 1; i < strlen(c->log); i++) {
        ULONGLONG longer = scene.callback.times[i] - scene.callback.times[i - 1];

        assert_true(longer > pause + 100);
        pause = longer;
    }
    /* Another try would come after a pause; taking the client away shows that none is due. */
    let_news_pass();
    assert_string_equal(scene.callback.log, c->log);
    scene_end(&scene);
}

/* --- Who comes late --------------------------------------------------------------------- */

static void an_outcome_waits_for_a_client_that_comes_late(void **state)
{
    static const struct server_rule *const rules[] = {NULL, &missing};

    (void)state;
    for (size_t i = 0; i < TEST_COUNT(rules); i++) {
        struct scene scene;
        struct client_callback later;
        enum client_news news = rules[i] ? NEWS_ERROR : NEWS_TRANSFERRED;

        scene_start(&scene, rules[i], OUTCOMES);
        client_callback_init(&later);
        assert_hr(IBackgroundCopyJob_Resume(scene.fixture.job), S_OK);
        while (client_state(scene.fixture.job) == BG_JOB_STATE_TRANSFERRING) {
            SwitchToThread();
        }
        assert_hr(set_client(&scene, &scene.callback), S_OK);
        assert_true(client_callback_wait(&scene.callback, news, 1));
        /* It has been told now. */
        assert_hr(set_client(&scene, NULL), S_OK);
        assert_hr(set_client(&scene, &later), S_OK);
        let_news_pass();
        assert_string_equal(later.log, "");
        assert_int_equal(scene.callback.log_length, 1);
        scene_end(&scene);
        client_callback_end(&later);
    }
}

/* --- Files and modifications ------------------------------------------------------------ */

static void files_are_told_in_order_and_before_the_outcome(void **state)
{
    struct scene scene;

    (void)state;
    scene_start(&scene, NULL, OUTCOMES | FILES);
    for (int i = 0; i < 4; i++) {
        char name[2] = {(char)('a' + i), '\0'};
        char *path = temp_folder_path(scene.fixture.folder, name);

        assert_hr(client_add(scene.fixture.job, client_wide(scene.fixture.url),
                             client_wide(path), 0, NULL, UNKNOWN),
                  S_OK);
        free(path);
    }
    scene_run(&scene);
    assert_true(client_callback_wait(&scene.callback, NEWS_TRANSFERRED, 1));
    assert_string_equal(scene.callback.log, "FFFFFT");
    assert_int_equal(scene.callback.most_running, 1);
    scene_end(&scene);
}

static void a_client_without_the_second_interface_cannot_be_told_of_files(void **state)
{
    struct scene scene;
    IUnknown *client = test_state("not written");

    (void)state;
    scene_start(&scene, NULL, OUTCOMES | FILES);
    scene.callback.only_first_kind = true;
    assert_hr(set_client(&scene, &scene.callback), E_NOINTERFACE);
    assert_hr(IBackgroundCopyJob_GetNotifyInterface(scene.fixture.job, &client), S_OK);
    assert_null(client);
    assert_hr(IBackgroundCopyJob_SetNotifyFlags(scene.fixture.job, OUTCOMES), S_OK);
    assert_hr(set_client(&scene, &scene.callback), S_OK);
    /* Asked for later, files are simply not told. */
    assert_hr(IBackgroundCopyJob_SetNotifyFlags(scene.fixture.job, OUTCOMES | FILES), S_OK);
    assert_hr(IBackgroundCopyJob_Resume(scene.fixture.job), S_OK);
    assert_true(client_callback_wait(&scene.callback, NEWS_TRANSFERRED, 1));
    assert_string_equal(scene.callback.log, "T");
    scene_end(&scene);
}

static void modifications_are_gathered(void **state)
{
    struct scene scene;
    LONG count;

    (void)state;
    scene_start(&scene, NULL, MODIFICATIONS);
    assert_hr(set_client(&scene, &scene.callback), S_OK);
    for (int i = 0; i < 200; i++) {
        assert_hr(IBackgroundCopyJob_SetDescription(scene.fixture.job, L"again"), S_OK);
    }
    assert_true(client_callback_wait(&scene.callback, NEWS_MODIFICATION, 1));
    assert_hr(IBackgroundCopyJob_SetDescription(scene.fixture.job, L"and again"), S_OK);
    assert_true(client_callback_wait(&scene.callback, NEWS_MODIFICATION, 2));
    count = scene.callback.log_length;
    assert_true(count <= 4);
    for (LONG i = 1; i < count; i++) {
        /* GetTickCount64 counts in steps of up to 16 ms. */
        assert_true(scene.callback.times[i] - scene.callback.times[i - 1] >= 500 - 16);
    }
    scene_end(&scene);
}

/* Each of the three changes may be told by itself, if the machine is slow, and no more than
 * that: one that is repeated is repeated for ever. */
static void a_failed_modification_is_not_repeated(void **state)
{
    enum { FLAGS, FILE_ADDED, DESCRIPTION, CHANGES };
    struct scene scene;

    (void)state;
    scene_start(&scene, NULL, MODIFICATIONS);
    scene.callback.failures = 99;
    assert_hr(set_client(&scene, &scene.callback), S_OK);
    assert_hr(IBackgroundCopyJob_SetDescription(scene.fixture.job, L"x"), S_OK);
    assert_true(client_callback_wait(&scene.callback, NEWS_MODIFICATION, 1));
    while (client_wait(scene.callback.called[NEWS_MODIFICATION], 1200)) {
        assert_true(scene.callback.log_length <= CHANGES);
    }
    assert_true(scene.callback.log_length <= CHANGES);
    scene_end(&scene);
}

/* --- Who is told ------------------------------------------------------------------------ */

static void the_client_is_the_one_that_was_set(void **state)
{
    struct scene scene;
    IUnknown *client = NULL;

    (void)state;
    scene_start(&scene, NULL, OUTCOMES);
    assert_hr(set_client(&scene, &scene.callback), S_OK);
    assert_hr(IBackgroundCopyJob_GetNotifyInterface(scene.fixture.job, &client), S_OK);
    assert_ptr_equal(client, client_callback_unknown(&scene.callback));
    IUnknown_Release(client);
    assert_hr(set_client(&scene, NULL), S_OK);
    assert_hr(IBackgroundCopyJob_GetNotifyInterface(scene.fixture.job, &client), S_OK);
    assert_null(client);
    assert_int_equal(scene.callback.refs, 1);
    scene_end(&scene);
}

static void what_is_no_callback_is_refused(void **state)
{
    struct scene scene;

    (void)state;
    scene_start(&scene, NULL, OUTCOMES);
    assert_hr(IBackgroundCopyJob_SetNotifyInterface(scene.fixture.job,
                                                    (IUnknown *)scene.fixture.manager),
              E_NOINTERFACE);
    scene_end(&scene);
}

static void a_client_that_was_replaced_hears_nothing_more(void **state)
{
    struct scene scene;
    struct client_callback other;

    (void)state;
    scene_start(&scene, NULL, OUTCOMES | MODIFICATIONS);
    client_callback_init(&other);
    assert_hr(set_client(&scene, &scene.callback), S_OK);
    assert_hr(IBackgroundCopyJob_SetDescription(scene.fixture.job, L"x"), S_OK);
    assert_hr(set_client(&scene, &other), S_OK);
    assert_int_equal(scene.callback.refs, 1);
    scene.callback.log[0] = scene.callback.log[1] = '\0';
    assert_hr(IBackgroundCopyJob_Resume(scene.fixture.job), S_OK);
    assert_true(client_callback_wait(&other, NEWS_TRANSFERRED, 1));
    assert_string_equal(scene.callback.log, "");
    scene_end(&scene);
    client_callback_end(&other);
}

/* In a single-threaded apartment the call waits for this thread, which replaces the client. */
static void a_call_on_its_way_comes_before_the_replacement_or_never(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        struct scene scene;
        struct client_callback other;
        LONG heard;

        scene_start(&scene, NULL, OUTCOMES);
        client_callback_init(&other);
        scene_run(&scene);
        while (client_state(scene.fixture.job) != BG_JOB_STATE_TRANSFERRED) {
            SwitchToThread();
        }
        assert_hr(set_client(&scene, &other), S_OK);
        heard = scene.callback.log_length;
        assert_int_equal(scene.callback.refs, 1);
        if (heard == 0) {
            assert_true(client_callback_wait(&other, NEWS_TRANSFERRED, 1));
        }
        let_news_pass();
        assert_int_equal(scene.callback.log_length, heard);
        assert_int_equal(scene.callback.log_length + other.log_length, 1);
        scene_end(&scene);
        client_callback_end(&other);
    }
}

static void an_ended_job_tells_nothing(void **state)
{
    struct scene scene;

    (void)state;
    scene_start(&scene, NULL, OUTCOMES | MODIFICATIONS);
    assert_hr(set_client(&scene, &scene.callback), S_OK);
    assert_hr(IBackgroundCopyJob_Cancel(scene.fixture.job), S_OK);
    scene.callback.log_length = 0;
    assert_int_equal(scene.callback.refs, 1);
    let_news_pass();
    assert_int_equal(scene.callback.log_length, 0);
    scene_end(&scene);
}

/* --- Clients that do things ------------------------------------------------------------- */

static void call_every_reader(struct client_callback *callback, enum client_news news,
                              IBackgroundCopyJob *job)
{
    BG_JOB_PROGRESS progress;
    BG_JOB_STATE job_state;
    IUnknown *client = NULL;
    LPWSTR text = NULL;

    (void)callback;
    (void)news;
    IBackgroundCopyJob_GetProgress(job, &progress);
    IBackgroundCopyJob_GetState(job, &job_state);
    IBackgroundCopyJob_GetDisplayName(job, &text);
    CoTaskMemFree(text);
    if (SUCCEEDED(IBackgroundCopyJob_GetNotifyInterface(job, &client)) && client) {
        IUnknown_Release(client);
    }
    IBackgroundCopyJob_SetDescription(job, L"from inside");
    IBackgroundCopyJob_SetNotifyFlags(job, OUTCOMES);
}

static void complete_job(struct client_callback *callback, enum client_news news,
                         IBackgroundCopyJob *job)
{
    call_every_reader(callback, news, job);
    callback->error = IBackgroundCopyJob_Complete(job);
}

static void cancel_job(struct client_callback *callback, enum client_news news,
                       IBackgroundCopyJob *job)
{
    (void)news;
    callback->error = IBackgroundCopyJob_Cancel(job);
}

static void remove_client(struct client_callback *callback, enum client_news news,
                          IBackgroundCopyJob *job)
{
    (void)news;
    callback->error = IBackgroundCopyJob_SetNotifyInterface(job, NULL);
}

static void resume_job(struct client_callback *callback, enum client_news news,
                       IBackgroundCopyJob *job)
{
    (void)news;
    callback->error = IBackgroundCopyJob_Resume(job);
}

static const struct act_case {
    const char *name;
    void (*act)(struct client_callback *callback, enum client_news news,
                IBackgroundCopyJob *job);
    BG_JOB_STATE state; /* of the job after the call */
} acts[] = {
    {"a callback may complete the job", complete_job, BG_JOB_STATE_ACKNOWLEDGED},
    {"a callback may cancel the job", cancel_job, BG_JOB_STATE_CANCELLED},
    {"a callback may remove itself", remove_client, BG_JOB_STATE_TRANSFERRED},
    {"a callback may resume the job", resume_job, BG_JOB_STATE_TRANSFERRED},
};

static void check_act(void **state)
{
    const struct act_case *c = *state;
    struct scene scene;
    ULONGLONG before;

    scene_start(&scene, NULL, OUTCOMES);
    scene.callback.act = c->act;
    scene.callback.error = E_UNEXPECTED;
    before = GetTickCount64();
    scene_run(&scene);
    assert_true(client_callback_wait(&scene.callback, NEWS_TRANSFERRED, 1));
    assert_true(GetTickCount64() - before < 4500); /* less than the server waits for a client */
    assert_hr(scene.callback.error, S_OK);
    let_news_pass();
    assert_int_equal(client_state(scene.fixture.job), c->state);
    assert_string_equal(scene.callback.log, "T");
    scene_end(&scene);
}

/* --- The apartment that waits ----------------------------------------------------------- */

enum place { BESIDE, WITHIN };

static HRESULT suspend(IBackgroundCopyJob *job)
{
    return IBackgroundCopyJob_Suspend(job);
}

static HRESULT cancel(IBackgroundCopyJob *job)
{
    return IBackgroundCopyJob_Cancel(job);
}

static HRESULT complete(IBackgroundCopyJob *job)
{
    return IBackgroundCopyJob_Complete(job);
}

static HRESULT forget_client(IBackgroundCopyJob *job)
{
    return IBackgroundCopyJob_SetNotifyInterface(job, NULL);
}

/* Of a file that is whole, in a job whose other file stalls. */
static const struct stop_case {
    const char *name;
    enum place place;
    HRESULT (*stop)(IBackgroundCopyJob *job);
    HRESULT hr;
} stops[] = {
    {"Suspend returns while news wait for this apartment", BESIDE, suspend, S_OK},
    {"Cancel returns while news wait for this apartment", BESIDE, cancel, S_OK},
    {"Complete returns while news wait for this apartment", BESIDE, complete,
     BG_S_PARTIAL_COMPLETE},
    {"forgetting the client returns while news wait for this apartment", BESIDE, forget_client,
     S_OK},
    {"Suspend returns from within the news of a file", WITHIN, suspend, S_OK},
    {"Cancel returns from within the news of a file", WITHIN, cancel, S_OK},
    {"Complete returns from within the news of a file", WITHIN, complete,
     BG_S_PARTIAL_COMPLETE},
};

static const struct stop_case *stop_within;

static void stop_job(struct client_callback *callback, enum client_news news,
                     IBackgroundCopyJob *job)
{
    if (news == NEWS_FILE) {
        callback->error = stop_within->stop(job);
    }
}

static void wait_for_first_file(struct scene *scene)
{
    ULONGLONG end = GetTickCount64() + CLIENT_DEADLINE_MS;
    BG_JOB_PROGRESS progress = {0};

    while (progress.FilesTransferred == 0) { /* without a message, which would bring the news */
        assert_true(GetTickCount64() < end);
        assert_hr(IBackgroundCopyJob_GetProgress(scene->fixture.job, &progress), S_OK);
        SwitchToThread();
    }
    if (in_sta()) { /* the call is in the queue of messages, and stays there */
        assert_int_equal(client_wait_once(NULL, 0, CLIENT_DEADLINE_MS), WAIT_OBJECT_0);
    } else {
        assert_true(client_callback_wait(&scene->callback, NEWS_FILE, 1));
    }
}

static void check_stop(void **state)
{
    static const struct server_rule rule = {
        .path = "/large", .does = SERVER_STALL_AFTER, .number = 100};
    const struct stop_case *c = *state;
    char url[SERVER_URL_SIZE];
    struct scene scene;
    char *path;

    scene_start(&scene, &rule, FILES);
    path = temp_folder_path(scene.fixture.folder, "large.bin");
    range_server_url(scene.fixture.server, "/large", url);
    assert_hr(
        client_add(scene.fixture.job, client_wide(url), client_wide(path), 0, NULL, UNKNOWN),
        S_OK);
    stop_within = c;
    scene.callback.error = E_UNEXPECTED;
    if (c->place == WITHIN) {
        scene.callback.act = stop_job;
    }
    scene_run(&scene);
    if (c->place == WITHIN) {
        assert_true(client_callback_wait(&scene.callback, NEWS_FILE, 1));
        assert_hr(scene.callback.error, c->hr);
    } else {
        wait_for_first_file(&scene);
        assert_hr(c->stop(scene.fixture.job), c->hr);
    }
    let_news_pass();
    assert_true(scene.callback.counts[NEWS_FILE] <= 1);
    assert_hr(set_client(&scene, NULL),
              c->stop == cancel || c->stop == complete ? DO_E_INVALID_STATE : S_OK);
    scene_end(&scene);
    free(path);
}

/* The client lets go of everything but the callback; the job tells all the same. */
static void a_job_that_nobody_holds_tells_its_outcome(void **state)
{
    struct scene scene;
    GUID id;

    (void)state;
    scene_start(&scene, &stalling, OUTCOMES);
    scene_run(&scene);
    assert_true(range_server_wait_for_stalls(scene.fixture.server, 1, CLIENT_DEADLINE_MS));
    assert_hr(IBackgroundCopyJob_GetId(scene.fixture.job, &id), S_OK);
    assert_int_equal(IBackgroundCopyJob_Release(scene.fixture.job), 0);
    assert_int_equal(IBackgroundCopyManager_Release(scene.fixture.manager), 0);
    range_server_release(scene.fixture.server);
    assert_true(client_callback_wait(&scene.callback, NEWS_TRANSFERRED, 1));

    scene.fixture.manager = client_manager();
    assert_hr(IBackgroundCopyManager_GetJob(scene.fixture.manager, &id, &scene.fixture.job),
              S_OK);
    scene_end(&scene);
}

/* --- Several clients at once ------------------------------------------------------------ */

/* A callback that holds its thread until the test lets it go. */
static HANDLE gate;
static LONG at_gate, most_at_gate;
static HANDLE gate_reached;

static void wait_at_gate(struct client_callback *callback, enum client_news news,
                         IBackgroundCopyJob *job)
{
    LONG count = InterlockedIncrement(&at_gate);

    (void)callback;
    (void)news;
    (void)job;
    if (count > most_at_gate) {
        most_at_gate = count;
    }
    SetEvent(gate_reached);
    WaitForSingleObject(gate, CLIENT_DEADLINE_MS);
    InterlockedDecrement(&at_gate);
}

static void gate_set_up(void)
{
    gate = CreateEventW(NULL, TRUE, FALSE, NULL);
    gate_reached = CreateEventW(NULL, FALSE, FALSE, NULL);
    at_gate = most_at_gate = 0;
}

static void gate_tear_down(void)
{
    CloseHandle(gate);
    CloseHandle(gate_reached);
}

static void an_agile_client_needs_no_pumping(void **state)
{
    struct scene scene;

    (void)state;
    scene_start(&scene, NULL, OUTCOMES);
    client_callback_make_agile(&scene.callback);
    scene_run(&scene);
    assert_int_equal(
        WaitForSingleObject(scene.callback.called[NEWS_TRANSFERRED], CLIENT_DEADLINE_MS),
        WAIT_OBJECT_0);
    assert_true(scene.callback.thread != GetCurrentThreadId());
    scene_end(&scene);
}

static void a_slow_client_delays_nobody_else(void **state)
{
    struct scene slow;

    (void)state;
    gate_set_up();
    scene_start(&slow, NULL, OUTCOMES);
    client_callback_make_agile(&slow.callback);
    slow.callback.act = wait_at_gate;
    scene_run(&slow);
    assert_int_equal(WaitForSingleObject(gate_reached, CLIENT_DEADLINE_MS), WAIT_OBJECT_0);
    let_news_pass();
    SetEvent(gate);
    assert_true(client_callback_wait(&slow.callback, NEWS_TRANSFERRED, 1));
    scene_end(&slow);
    gate_tear_down();
}

static void no_more_than_four_are_told_at_once(void **state)
{
    enum { JOBS = 7 };
    static struct scene scenes[JOBS];

    (void)state;
    gate_set_up();
    for (int i = 0; i < JOBS; i++) {
        scene_start(&scenes[i], &closing, OUTCOMES);
        client_callback_make_agile(&scenes[i].callback);
        scenes[i].callback.act = wait_at_gate;
        scene_run(&scenes[i]);
    }
    while (InterlockedCompareExchange(&at_gate, 0, 0) < 4) {
        assert_int_equal(WaitForSingleObject(gate_reached, CLIENT_DEADLINE_MS), WAIT_OBJECT_0);
    }
    for (int i = 0; i < JOBS; i++) {
        while (client_state(scenes[i].fixture.job) != BG_JOB_STATE_TRANSFERRED) {
            SwitchToThread();
        }
    }
    SetEvent(gate);
    for (int i = 0; i < JOBS; i++) {
        assert_true(client_callback_wait(&scenes[i].callback, NEWS_TRANSFERRED, 1));
        scene_end(&scenes[i]);
    }
    assert_int_equal(most_at_gate, 4);
    gate_tear_down();
}

/* A client's thread that has gone without a word. */
struct gone_client {
    struct scene *scene;
    HRESULT hr;
};

static DWORD WINAPI register_and_go(void *context)
{
    struct gone_client *gone = context;

    CoInitializeEx(NULL, COINIT_APARTMENTTHREADED);
    gone->hr = set_client(gone->scene, &gone->scene->callback);
    CoUninitialize();
    return 0;
}

static void a_client_whose_apartment_has_gone_harms_nobody(void **state)
{
    struct scene scene;
    struct gone_client gone = {&scene, E_FAIL};
    HANDLE thread;

    (void)state;
    scene_start(&scene, NULL, OUTCOMES | MODIFICATIONS);
    thread = CreateThread(NULL, 0, register_and_go, &gone, 0, NULL);
    assert_true(client_wait(thread, CLIENT_DEADLINE_MS));
    CloseHandle(thread);
    assert_hr(gone.hr, S_OK);
    assert_hr(IBackgroundCopyJob_Resume(scene.fixture.job), S_OK);
    let_news_pass();
    assert_string_equal(scene.callback.log, "");
    job_fixture_end(&scene.fixture);
    /* How many counts a dead apartment gives back is between it and the system. */
    scene.callback.refs = 1;
    client_callback_end(&scene.callback);
    client_expect_kept(10, 1); /* Wine never ends what served that apartment */
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD(&suite, a_transferred_job_is_told_once_on_the_right_thread);
    TEST_ADD(&suite, an_error_is_told_once_with_its_code);
    TEST_ADD(&suite, a_second_error_is_told_again);
    TEST_ADD(&suite, an_error_that_passes_is_not_told);
    TEST_ADD_TABLE(&suite, flags, check_flags);
    TEST_ADD(&suite, what_was_suppressed_is_told_when_it_is_wanted_again);
    TEST_ADD_TABLE(&suite, repeats, check_repeat);
    TEST_ADD(&suite, an_outcome_waits_for_a_client_that_comes_late);
    TEST_ADD(&suite, files_are_told_in_order_and_before_the_outcome);
    TEST_ADD(&suite, a_client_without_the_second_interface_cannot_be_told_of_files);
    TEST_ADD(&suite, modifications_are_gathered);
    TEST_ADD(&suite, a_failed_modification_is_not_repeated);
    TEST_ADD(&suite, the_client_is_the_one_that_was_set);
    TEST_ADD(&suite, what_is_no_callback_is_refused);
    TEST_ADD(&suite, a_client_that_was_replaced_hears_nothing_more);
    TEST_ADD(&suite, a_call_on_its_way_comes_before_the_replacement_or_never);
    TEST_ADD(&suite, an_ended_job_tells_nothing);
    TEST_ADD_TABLE(&suite, acts, check_act);
    TEST_ADD_TABLE(&suite, stops, check_stop);
    TEST_ADD(&suite, a_job_that_nobody_holds_tells_its_outcome);
    TEST_ADD(&suite, an_agile_client_needs_no_pumping);
    TEST_ADD(&suite, a_slow_client_delays_nobody_else);
    TEST_ADD(&suite, no_more_than_four_are_told_at_once);
    TEST_ADD(&suite, a_client_whose_apartment_has_gone_harms_nobody);
    return client_run_in_both(&suite, "callback");
}
