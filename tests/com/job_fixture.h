/*
 * A manager, a job, a folder for its files and a server to fetch them from: what most tests of
 * jobs begin with.
 */
#ifndef TESTS_COM_JOB_FIXTURE_H
#define TESTS_COM_JOB_FIXTURE_H

#include "com/client.h"
#include "support/content.h"
#include "support/range_server.h"
#include "support/temp_folder.h"

enum { FIXTURE_SEED = 11, FIXTURE_SIZE = 1000000 };

struct job_fixture {
    struct range_server *server;
    char *folder;
    IBackgroundCopyManager *manager;
    IBackgroundCopyJob *job;
    char url[SERVER_URL_SIZE];
    char *path; /* of the first file */
};

/* The server has /file, of FIXTURE_SIZE bytes, and obeys the rules. */
static inline void job_fixture_start(struct job_fixture *fixture,
                                     const struct server_rule *rules, size_t rule_count)
{
    fixture->server = range_server_start(&(struct range_server_options){
        .files = {{.path = "/file", .seed = FIXTURE_SEED, .size = FIXTURE_SIZE},
                  {.path = "/empty", .seed = FIXTURE_SEED, .size = 0},
                  {.path = "/large", .seed = FIXTURE_SEED, .size = 100 * 1000 * 1000}},
        .rules = rules,
        .rule_count = rule_count,
    });
    range_server_url(fixture->server, "/file", fixture->url);
    fixture->folder = temp_folder_create();
    fixture->path = temp_folder_path(fixture->folder, "file.bin");
    fixture->manager = client_manager();
    fixture->job = client_job(fixture->manager);
}

/* Ends the job, if nobody has, and lets everything go. */
static inline void job_fixture_end(struct job_fixture *fixture)
{
    range_server_release(fixture->server);
    IBackgroundCopyJob_Cancel(fixture->job);
    assert_int_equal(IBackgroundCopyJob_Release(fixture->job), 0);
    assert_int_equal(IBackgroundCopyManager_Release(fixture->manager), 0);
    range_server_stop(fixture->server);
    free(fixture->path);
    temp_folder_remove(fixture->folder);
}

/* Add the fixture's file. */
static inline HRESULT job_fixture_add(struct job_fixture *fixture, DWORD count,
                                      const BG_FILE_RANGE *ranges, UINT64 size)
{
    return client_add(fixture->job, client_wide(fixture->url), client_wide(fixture->path),
                      count, ranges, size);
}

/*
 * Wait until the job stands in one of these states (bits, 1 << state) and return which. The
 * server's callback tells when to look.
 */
static inline BG_JOB_STATE job_wait_for(IBackgroundCopyJob *job, unsigned states)
{
    struct client_callback callback;
    ULONGLONG deadline = GetTickCount64() + CLIENT_DEADLINE_MS;
    ULONG flags = 0;
    BG_JOB_STATE state;

    client_callback_init(&callback);
    assert_hr(IBackgroundCopyJob_GetNotifyFlags(job, &flags), S_OK);
    assert_hr(IBackgroundCopyJob_SetNotifyFlags(job, BG_NOTIFY_JOB_TRANSFERRED |
                                                         BG_NOTIFY_JOB_ERROR |
                                                         BG_NOTIFY_JOB_MODIFICATION),
              S_OK);
    assert_hr(IBackgroundCopyJob_SetNotifyInterface(job, client_callback_unknown(&callback)),
              S_OK);
    for (;;) {
        HANDLE events[] = {callback.called[NEWS_TRANSFERRED], callback.called[NEWS_ERROR],
                           callback.called[NEWS_MODIFICATION]};

        state = client_state(job);
        if ((states >> state) & 1 || GetTickCount64() > deadline) {
            break;
        }
        /* Modifications are gathered, so the state may have changed before its news comes. */
        client_wait_once(events, 3, 100);
        client_pump();
    }
    assert_hr(IBackgroundCopyJob_SetNotifyInterface(job, NULL), S_OK);
    assert_hr(IBackgroundCopyJob_SetNotifyFlags(job, flags), S_OK);
    client_callback_end(&callback);
    return state;
}

#define assert_job_reaches(job, state)                                                         \
    assert_int_equal(job_wait_for((job), 1u << (state)), (state))

/* The HRESULT that the job stands in ERROR or TRANSIENT_ERROR with. */
static inline HRESULT job_error_code(IBackgroundCopyJob *job)
{
    IBackgroundCopyError *error = NULL;
    BG_ERROR_CONTEXT context;
    HRESULT code = S_OK;

    assert_hr(IBackgroundCopyJob_GetError(job, &error), S_OK);
    assert_hr(IBackgroundCopyError_GetError(error, &context, &code), S_OK);
    IBackgroundCopyError_Release(error);
    return code;
}

#endif
