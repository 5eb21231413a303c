/*
 * What a test of the engine needs around it: a server, an engine that retries without delay, a
 * log of its events and a fresh folder.
 *
 * There is one at a time. A test that fails leaves its own behind, and the next one clears it
 * away before it begins; so a failure costs no other test.
 */
#ifndef SUPPORT_DOWNLOAD_FIXTURE_H
#define SUPPORT_DOWNLOAD_FIXTURE_H

#include "support/event_log.h"
#include "support/range_list.h"
#include "support/range_server.h"

#include <odo/odo.h>

struct download_fixture {
    char *folder;
    struct range_server *server;
    struct event_log *log;
    struct odo_engine *engine;
};

/* A long time: only a test that fails waits for it. */
enum { DOWNLOAD_DEADLINE_MS = 30000 };

/* The file that honest servers of tests serve at "/file". */
enum { DOWNLOAD_SEED = 7, DOWNLOAD_SIZE = 1000000 };

/*
 * `server` may be NULL for one with "/file" alone. In `options`, which may be NULL too, the
 * host is set, and zeros mean: retries after 2 ms, then 4, up to 20; a stall is 1 second long.
 */
struct download_fixture *download_fixture_begin(const struct range_server_options *server,
                                                const struct odo_engine_options *options);

/* The jobs must have been released. Fails the test if the folder then holds temporary
 * files. */
void download_fixture_end(struct download_fixture *fixture);

/* Stop the engine before the end. */
void download_fixture_stop_engine(struct download_fixture *fixture);

/* A new job. The test fails if there is none. */
struct odo_job *download_fixture_job(struct download_fixture *fixture);

/*
 * Add the file at `path` of the server, to become `name` in the folder; no ranges are the whole
 * file. The test fails if it is refused.
 */
void download_fixture_add(struct download_fixture *fixture, struct odo_job *job,
                          const char *path, const char *name, struct range_list ranges);

/* The same, with a size stated, and the engine's answer. */
enum odo_status download_fixture_try_add(struct download_fixture *fixture, struct odo_job *job,
                                         const char *path, const char *name,
                                         struct range_list ranges, uint64_t stated_size);

/* Resume and wait until the job rests and says so; the test fails unless it has come to rest
 * in `state`. */
void download_fixture_run(struct download_fixture *fixture, struct odo_job *job,
                          enum odo_job_state state);

/* The path of `name` in the folder; to be freed with free(). */
char *download_fixture_path(const struct download_fixture *fixture, const char *name);

/* How many ordinary files the folder holds, and how many of them are temporary ones. */
size_t download_fixture_count_files(const struct download_fixture *fixture);
size_t download_fixture_count_temporary(const struct download_fixture *fixture);

/* The test fails unless `name` holds these ranges of "/file". */
void download_fixture_expect(const struct download_fixture *fixture, const char *name,
                             struct range_list ranges);

/* Fails the test unless the job is in this state; a failure shows names. */
void expect_state(struct odo_job *job, enum odo_job_state state);

#endif
