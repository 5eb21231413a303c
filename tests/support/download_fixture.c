#include "support/download_fixture.h"

#include "job/job_state.h"
#include "platform/path.h"
#include "support/content.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <string.h>

static struct download_fixture current;

static void clear(void)
{
    range_server_release(current.server);
    odo_engine_stop(current.engine);
    range_server_stop(current.server);
    event_log_free(current.log);
    temp_folder_remove(current.folder);
    memset(&current, 0, sizeof(current));
}

static void or_default(uint32_t *number, uint32_t value)
{
    if (*number == 0) {
        *number = value;
    }
}

struct download_fixture *download_fixture_begin(const struct range_server_options *server,
                                                const struct odo_engine_options *options)
{
    static const struct range_server_options honest = {
        .files = {{.path = "/file", .seed = DOWNLOAD_SEED, .size = DOWNLOAD_SIZE}},
    };
    struct odo_engine_options quick = {.connections = 0};

    if (current.server) {
        clear();
    }
    if (options) {
        quick = *options;
    }
    or_default(&quick.retry_base_ms, 1);
    or_default(&quick.retry_limit_ms, 20);
    or_default(&quick.stall_timeout_s, 1);

    current.folder = temp_folder_create();
    current.server = range_server_start(server ? server : &honest);
    current.log = event_log_create();
    quick.host = event_log_host(current.log);
    assert_status(odo_engine_start(&quick, &current.engine), ODO_OK);
    return &current;
}

void download_fixture_stop_engine(struct download_fixture *fixture)
{
    odo_engine_stop(fixture->engine);
    fixture->engine = NULL;
}

void download_fixture_end(struct download_fixture *fixture)
{
    range_server_release(fixture->server);
    download_fixture_stop_engine(fixture);
    assert_int_equal(download_fixture_count_temporary(fixture), 0);
    clear();
}

struct odo_job *download_fixture_job(struct download_fixture *fixture)
{
    struct odo_job *job = NULL;

    assert_status(odo_job_create(fixture->engine, "a job", &job), ODO_OK);
    return job;
}

char *download_fixture_path(const struct download_fixture *fixture, const char *name)
{
    return temp_folder_path(fixture->folder, name);
}

enum odo_status download_fixture_try_add(struct download_fixture *fixture, struct odo_job *job,
                                         const char *path, const char *name,
                                         struct range_list ranges, uint64_t stated_size)
{
    char url[SERVER_URL_SIZE];
    char *local_path = download_fixture_path(fixture, name);
    enum odo_status status =
        odo_job_add_file(job,
                         &(struct odo_file_request){
                             .file_id = name,
                             .url = range_server_url(fixture->server, path, url),
                             .local_path = local_path,
                             .ranges = ranges.items,
                             .range_count = (uint32_t)ranges.count,
                             .file_size = stated_size,
                         },
                         NULL);

    free(local_path);
    return status;
}

void download_fixture_add(struct download_fixture *fixture, struct odo_job *job,
                          const char *path, const char *name, struct range_list ranges)
{
    assert_status(download_fixture_try_add(fixture, job, path, name, ranges, ODO_SIZE_UNKNOWN),
                  ODO_OK);
}

/* Why a job has not come as far as it should have. */
static void fail_for_state(struct odo_job *job, enum odo_job_state state)
{
    char states[400];
    struct odo_error error = {.status = ODO_OK};

    odo_job_get_error(job, &error, NULL);
    fail_msg("the job is %s and should be %s; its error is %s, HTTP status %d; it was %s",
             job_state_name(odo_job_get_state(job)), job_state_name(state),
             status_name(error.status), error.http_status,
             event_log_states(current.log, job, states, sizeof(states)));
}

void expect_state(struct odo_job *job, enum odo_job_state state)
{
    if (odo_job_get_state(job) != state) {
        fail_for_state(job, state);
    }
}

void download_fixture_run(struct download_fixture *fixture, struct odo_job *job,
                          enum odo_job_state state)
{
    size_t before = event_log_count_state(fixture->log, job, state);

    assert_status(odo_job_resume(job), ODO_OK);
    if (odo_job_wait(job, DOWNLOAD_DEADLINE_MS) != ODO_OK) {
        fail_for_state(job, state);
    }
    expect_state(job, state);
    /* Whoever waits may know before the host is told. */
    assert_true(
        event_log_wait_for_state(fixture->log, job, state, before + 1, DOWNLOAD_DEADLINE_MS));
}

struct folder_count {
    size_t files;
    size_t temporary;
};

static bool count_one(void *context, const char *name, bool is_ordinary)
{
    struct folder_count *count = context;
    size_t length = strlen(name);

    if (!is_ordinary) {
        return true;
    }
    count->files++;
    if (length > 6 && memcmp(name, "DO", 2) == 0 && strcmp(name + length - 4, ".tmp") == 0) {
        count->temporary++;
    }
    return true;
}

static struct folder_count count_files(const struct download_fixture *fixture)
{
    struct folder_count count = {0};

    assert_status(platform_path_list(fixture->folder, count_one, &count), ODO_OK);
    return count;
}

size_t download_fixture_count_files(const struct download_fixture *fixture)
{
    return count_files(fixture).files;
}

size_t download_fixture_count_temporary(const struct download_fixture *fixture)
{
    return count_files(fixture).temporary;
}

void download_fixture_expect(const struct download_fixture *fixture, const char *name,
                             struct range_list ranges)
{
    char *path = download_fixture_path(fixture, name);

    expect_file(path, ranges.items, ranges.count, DOWNLOAD_SEED, DOWNLOAD_SIZE);
    free(path);
}
