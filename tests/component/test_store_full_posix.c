/*
 * A store on a disk that is full: nothing is promised that is not kept, and when there is room
 * again all goes on. Needs the right to mount a small file system.
 */
#define _GNU_SOURCE

#include "base/text.h"
#include "job/job_state.h"
#include "platform/file.h"
#include "store/journal.h"
#include "support/content.h"
#include "support/event_log.h"
#include "support/job_compare.h"
#include "support/job_sample.h"
#include "support/range_server.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <string.h>
#include <sys/mount.h>

enum { SEED = 3, SIZE = 2000000, DEADLINE_MS = 30000 };

static char *folder;
static char *disk; /* the small one */
static int make_disk(void **state)
{
    (void)state;
    folder = temp_folder_create();
    disk = temp_folder_make(folder, "disk");
    if (mount("tmpfs", disk, "tmpfs", 0, "size=96k,mode=700") != 0) {
        free(disk);
        disk = NULL;
    }
    return 0;
}

static int remove_disk(void **state)
{
    (void)state;
    if (disk) {
        umount2(disk, MNT_DETACH); /* a test that failed may have left a file open */
    }
    free(disk);
    temp_folder_remove(folder);
    return 0;
}

static void need_disk(void)
{
    if (!disk) {
        print_message("[  SKIPPED ] a small disk needs the right to mount one\n");
        skip();
    }
}

/* Take what room there is, to the last byte. */
static void fill_disk(void)
{
    static const unsigned char bytes[1024];
    char *path = temp_folder_path(disk, "filler");
    struct platform_file *file = NULL;
    uint64_t at = 0;

    assert_status(platform_file_create_new(path, &file), ODO_OK);
    for (size_t size = sizeof(bytes); size > 0; size /= 2) {
        while (platform_file_write_at(file, at, bytes, size) == ODO_OK) {
            at += size;
        }
    }
    platform_file_close(file);
    free(path);
}

static void free_disk(void)
{
    char *path = temp_folder_path(disk, "filler");

    assert_status(platform_file_remove(path), ODO_OK);
    free(path);
}

/* --- Journals ------------------------------------------------------------------------- */

static void a_journal_on_a_full_disk_is_not_created(void **state)
{
    struct store *store = NULL;
    struct journal *journal = NULL;
    struct job job;

    (void)state;
    need_disk();
    assert_status(store_open(disk, &store), ODO_OK);
    job_sample_make_full(&job, folder);
    fill_disk();
    assert_status(journal_create(store, &job, &journal), ODO_E_DISK_FULL);
    free_disk();
    assert_status(journal_create(store, &job, &journal), ODO_OK); /* nothing was left */
    journal_close(journal);
    job_free(&job);
    store_close(store);
}

static void a_commit_on_a_full_disk_leaves_the_journal_as_it_was(void **state)
{
    struct store *store = NULL;
    struct journal *journal = NULL;
    struct job job;
    struct job read;
    enum odo_status status = ODO_OK;

    (void)state;
    need_disk();
    assert_status(store_open(disk, &store), ODO_OK);
    job_sample_make_full(&job, folder);
    assert_status(journal_create(store, &job, &journal), ODO_OK);
    fill_disk();
    while (status == ODO_OK) { /* the last page has room yet */
        job.error_count++;
        assert_status(journal_write_job(journal_buffer(journal), journal_row(journal), &job),
                      ODO_OK);
        status = journal_commit(journal);
    }
    assert_status(status, ODO_E_DISK_FULL);
    job.error_count--;
    free_disk();
    assert_status(journal_write_job(journal_buffer(journal), journal_row(journal), &job),
                  ODO_OK);
    assert_status(journal_commit(journal), ODO_OK);
    journal_close(journal);
    assert_status(journal_adopt(store, &job.id, &journal, &read), ODO_OK);
    assert_null(job_compare(&read, &job));
    job_free(&read);
    journal_close(journal);
    job_free(&job);
    store_close(store);
}

static void a_rewrite_on_a_full_disk_keeps_the_earlier_journal(void **state)
{
    struct store *store = NULL;
    struct journal *journal = NULL;
    struct buffer bytes;
    struct job job;
    struct job read;
    uint64_t row = 0;

    (void)state;
    need_disk();
    assert_status(store_open(disk, &store), ODO_OK);
    job_sample_make_full(&job, folder);
    assert_status(journal_create(store, &job, &journal), ODO_OK);
    buffer_init(&bytes, JOURNAL_SIZE_MAX);
    assert_status(journal_write_all(&bytes, &row, &job, store_boot_id(store)), ODO_OK);
    fill_disk();
    assert_status(journal_rewrite(journal, &bytes, row), ODO_E_DISK_FULL);
    free_disk();
    job.error_count = 44;
    assert_status(journal_write_job(journal_buffer(journal), journal_row(journal), &job),
                  ODO_OK);
    assert_status(journal_commit(journal), ODO_OK);
    journal_close(journal);
    assert_status(journal_adopt(store, &job.id, &journal, &read), ODO_OK);
    assert_null(job_compare(&read, &job));
    buffer_free(&bytes);
    job_free(&read);
    journal_close(journal);
    job_free(&job);
    store_close(store);
}

/* --- Jobs ----------------------------------------------------------------------------- */

static struct odo_engine *start_engine(struct event_log *log)
{
    struct odo_engine *engine = NULL;
    struct odo_engine_options options = {
        .store_folder = disk,
        .retry_base_ms = 1,
    };

    if (log) {
        options.host = event_log_host(log);
    }
    assert_status(odo_engine_start(&options, &engine), ODO_OK);
    return engine;
}

/* Fetch "/name" to `name`. */
static enum odo_status add(struct odo_job *job, const struct range_server *server,
                           const char *name)
{
    char remote[20];
    char url[SERVER_URL_SIZE];
    char *path = temp_folder_path(folder, name);
    enum odo_status status;

    assert_in_range(snprintf(remote, sizeof(remote), "/%s", name), 1, (int)sizeof(remote) - 1);
    status = odo_job_add_file(job,
                              &(struct odo_file_request){
                                  .file_id = name,
                                  .url = range_server_url(server, remote, url),
                                  .local_path = path,
                                  .file_size = ODO_SIZE_UNKNOWN,
                              },
                              NULL);
    free(path);
    return status;
}

static struct range_server *start_server(void)
{
    return range_server_start(&(struct range_server_options){
        .files = {{.path = "/first", .seed = SEED, .size = SIZE},
                  {.path = "/second", .seed = SEED, .size = SIZE}},
    });
}

static struct odo_job *only_job(struct odo_engine *engine)
{
    struct odo_job **jobs = NULL;
    struct odo_job *job;
    size_t count = 0;

    assert_status(odo_job_list(engine, &jobs, &count), ODO_OK);
    assert_int_equal(count, 1);
    job = jobs[0];
    odo_free(jobs);
    return job;
}

static void a_file_that_cannot_be_recorded_is_not_added(void **state)
{
    struct range_server *server;
    struct odo_engine *engine;
    struct odo_job *job = NULL;
    struct odo_job *refused = NULL;
    enum odo_status status = ODO_OK;
    uint32_t count = 0;

    (void)state;
    need_disk();
    server = start_server();
    engine = start_engine(NULL);
    assert_status(odo_job_create(engine, "a job", &job), ODO_OK);
    fill_disk();
    assert_status(odo_job_create(engine, "another", &refused), ODO_E_DISK_FULL);
    while (status == ODO_OK && count < 1000) {
        char name[20];

        snprintf(name, sizeof(name), "file-%u", (unsigned)count);
        status = add(job, server, name);
        count += status == ODO_OK;
    }
    assert_status(status, ODO_E_DISK_FULL);
    assert_int_equal(odo_job_get_file_count(job), count);
    assert_status(add(job, server, "again"), ODO_E_DISK_FULL);
    free_disk();
    assert_status(add(job, server, "now"), ODO_OK);
    odo_job_release(job);
    odo_engine_stop(engine);

    engine = start_engine(NULL);
    job = only_job(engine);
    assert_int_equal(odo_job_get_file_count(job), count + 1);
    {
        char *name = NULL;

        assert_status(odo_file_get_text(job, count, ODO_FILE_ID, &name), ODO_OK);
        assert_string_equal(name, "now");
        odo_free(name);
    }
    odo_job_release(job);
    odo_engine_stop(engine);
    range_server_stop(server);
}

/*
 * While the store is full the download goes on; what could not be recorded is, when there is
 * room, without a call of the client.
 */
static void a_download_that_cannot_be_recorded_is_recorded_later(void **state)
{
    static const struct server_rule stalls[] = {
        {.path = "/second", .does = SERVER_STALL_AFTER, .number = 900000},
    };
    struct range_server *server;
    struct event_log *log;
    struct odo_engine *engine;
    struct odo_job *job = NULL;
    enum odo_status status = ODO_OK;
    char *first;
    char *second;
    uint32_t count = 0;

    (void)state;
    need_disk();
    server = start_server();
    range_server_use_rules(server, stalls, 1);
    first = temp_folder_path(folder, "first");
    second = temp_folder_path(folder, "second");
    log = event_log_create();
    engine = start_engine(log);
    assert_status(odo_job_create(engine, "a job", &job), ODO_OK);
    assert_status(add(job, server, "first"), ODO_OK);
    assert_status(add(job, server, "second"), ODO_OK);
    fill_disk();
    while (status == ODO_OK && count++ < 1000) { /* the last page has room yet */
        status = odo_job_set_number(job, ODO_JOB_COST_FLAGS, count);
    }
    assert_status(status, ODO_E_DISK_FULL);
    assert_status(odo_job_resume(job), ODO_OK);
    assert_true(event_log_wait_for_file(log, job, 0, DEADLINE_MS));
    assert_true(event_log_wait_for_bytes(log, job, SIZE + 900000, DEADLINE_MS));
    /* Long enough for the keeper to fail a few times. */
    assert_false(range_server_wait_for_requests(server, SIZE_MAX, 1000));
    free_disk();
    range_server_release(server);
    assert_status(odo_job_wait(job, DEADLINE_MS), ODO_OK);
    assert_int_equal(odo_job_get_state(job), ODO_JOB_TRANSFERRED);
    odo_job_release(job);
    odo_engine_stop(engine);
    event_log_free(log);

    engine = start_engine(NULL);
    job = only_job(engine);
    assert_string_equal(job_state_name(odo_job_get_state(job)), "TRANSFERRED");
    assert_status(odo_job_complete(job), ODO_OK);
    expect_file(first, NULL, 0, SEED, SIZE);
    expect_file(second, NULL, 0, SEED, SIZE);
    odo_job_release(job);
    odo_engine_stop(engine);
    range_server_stop(server);
    free(first);
    free(second);
}

#define ADD(suite, function)                                                                   \
    test_suite_add((suite), (struct CMUnitTest){.name = #function,                             \
                                                .test_func = (function),                       \
                                                .setup_func = make_disk,                       \
                                                .teardown_func = remove_disk})

int main(void)
{
    struct test_suite suite = {0};

    ADD(&suite, a_journal_on_a_full_disk_is_not_created);
    ADD(&suite, a_commit_on_a_full_disk_leaves_the_journal_as_it_was);
    ADD(&suite, a_rewrite_on_a_full_disk_keeps_the_earlier_journal);
    ADD(&suite, a_file_that_cannot_be_recorded_is_not_added);
    ADD(&suite, a_download_that_cannot_be_recorded_is_recorded_later);
    return test_suite_run(&suite, "store_full");
}
