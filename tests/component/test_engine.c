/*
 * The life of a job, as a client of odo.h sees it.
 */
#include "job/job_state.h"
#include "platform/file.h"
#include "support/content.h"
#include "support/download_fixture.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <inttypes.h>
#include <string.h>

#define END BYTE_RANGE_TO_END

/* --- Every call in every state -------------------------------------------------------- */

enum stage {
    EMPTY,           /* SUSPENDED, without a file */
    SUSPENDED,       /* with a file of which nothing has come */
    TRANSFERRING,    /* in the middle of it, with a server that stalls */
    TRANSIENT_ERROR, /* a long wait has begun */
    IN_ERROR,
    TRANSFERRED,
    ACKNOWLEDGED,
    CANCELLED,
};

enum call { RESUME, SUSPEND, CANCEL, COMPLETE, ADD_FILE, SET_TEXT, SET_NUMBER };

static const struct life_case {
    const char *name;
    enum stage stage;
    enum call call;
    enum odo_status status;
    enum odo_job_state after;
} lives[] = {
    {"a job without files cannot be resumed", EMPTY, RESUME, ODO_E_NO_FILES, ODO_JOB_SUSPENDED},
    {"a job without files can be suspended", EMPTY, SUSPEND, ODO_OK, ODO_JOB_SUSPENDED},
    {"a job without files can be cancelled", EMPTY, CANCEL, ODO_OK, ODO_JOB_CANCELLED},
    {"a job without files can be completed", EMPTY, COMPLETE, ODO_OK, ODO_JOB_ACKNOWLEDGED},

    {"a suspended job can be resumed", SUSPENDED, RESUME, ODO_OK, ODO_JOB_TRANSFERRING},
    {"a suspended job can be suspended", SUSPENDED, SUSPEND, ODO_OK, ODO_JOB_SUSPENDED},
    {"a suspended job can be cancelled", SUSPENDED, CANCEL, ODO_OK, ODO_JOB_CANCELLED},
    {"completing a suspended job completes it in part", SUSPENDED, COMPLETE,
     ODO_PARTIAL_COMPLETE, ODO_JOB_ACKNOWLEDGED},
    {"a suspended job takes files", SUSPENDED, ADD_FILE, ODO_OK, ODO_JOB_SUSPENDED},
    {"a suspended job takes texts", SUSPENDED, SET_TEXT, ODO_OK, ODO_JOB_SUSPENDED},

    {"resuming a job in motion does nothing", TRANSFERRING, RESUME, ODO_OK,
     ODO_JOB_TRANSFERRING},
    {"a job in motion can be suspended", TRANSFERRING, SUSPEND, ODO_OK, ODO_JOB_SUSPENDED},
    {"a job in motion can be cancelled", TRANSFERRING, CANCEL, ODO_OK, ODO_JOB_CANCELLED},
    {"completing a job in motion completes it in part", TRANSFERRING, COMPLETE,
     ODO_PARTIAL_COMPLETE, ODO_JOB_ACKNOWLEDGED},
    {"a job in motion takes files", TRANSFERRING, ADD_FILE, ODO_OK, ODO_JOB_TRANSFERRING},
    {"a job in motion takes texts", TRANSFERRING, SET_TEXT, ODO_OK, ODO_JOB_TRANSFERRING},
    {"a job in motion takes numbers", TRANSFERRING, SET_NUMBER, ODO_OK, ODO_JOB_TRANSFERRING},

    {"resuming a waiting job tries again at once", TRANSIENT_ERROR, RESUME, ODO_OK,
     ODO_JOB_TRANSFERRING},
    {"a waiting job can be suspended", TRANSIENT_ERROR, SUSPEND, ODO_OK, ODO_JOB_SUSPENDED},
    {"a waiting job can be cancelled", TRANSIENT_ERROR, CANCEL, ODO_OK, ODO_JOB_CANCELLED},
    {"completing a waiting job completes it in part", TRANSIENT_ERROR, COMPLETE,
     ODO_PARTIAL_COMPLETE, ODO_JOB_ACKNOWLEDGED},
    {"a waiting job takes numbers", TRANSIENT_ERROR, SET_NUMBER, ODO_OK,
     ODO_JOB_TRANSIENT_ERROR},

    {"resuming after an error tries again", IN_ERROR, RESUME, ODO_OK, ODO_JOB_TRANSFERRING},
    {"a job in error can be suspended", IN_ERROR, SUSPEND, ODO_OK, ODO_JOB_SUSPENDED},
    {"a job in error can be cancelled", IN_ERROR, CANCEL, ODO_OK, ODO_JOB_CANCELLED},
    {"completing a job in error completes it in part", IN_ERROR, COMPLETE, ODO_PARTIAL_COMPLETE,
     ODO_JOB_ACKNOWLEDGED},
    {"a job in error takes files", IN_ERROR, ADD_FILE, ODO_OK, ODO_JOB_ERROR},

    {"resuming a transferred job does nothing", TRANSFERRED, RESUME, ODO_OK,
     ODO_JOB_TRANSFERRED},
    {"suspending a transferred job does nothing", TRANSFERRED, SUSPEND, ODO_OK,
     ODO_JOB_TRANSFERRED},
    {"a transferred job can be cancelled", TRANSFERRED, CANCEL, ODO_OK, ODO_JOB_CANCELLED},
    {"a transferred job can be completed", TRANSFERRED, COMPLETE, ODO_OK, ODO_JOB_ACKNOWLEDGED},
    {"a transferred job takes files", TRANSFERRED, ADD_FILE, ODO_OK, ODO_JOB_TRANSFERRED},

    {"a completed job cannot be resumed", ACKNOWLEDGED, RESUME, ODO_E_INVALID_STATE,
     ODO_JOB_ACKNOWLEDGED},
    {"a completed job cannot be suspended", ACKNOWLEDGED, SUSPEND, ODO_E_INVALID_STATE,
     ODO_JOB_ACKNOWLEDGED},
    {"a completed job cannot be cancelled", ACKNOWLEDGED, CANCEL, ODO_E_INVALID_STATE,
     ODO_JOB_ACKNOWLEDGED},
    {"a completed job cannot be completed", ACKNOWLEDGED, COMPLETE, ODO_E_INVALID_STATE,
     ODO_JOB_ACKNOWLEDGED},
    {"a completed job takes no files", ACKNOWLEDGED, ADD_FILE, ODO_E_INVALID_STATE,
     ODO_JOB_ACKNOWLEDGED},
    {"a completed job takes no texts", ACKNOWLEDGED, SET_TEXT, ODO_E_INVALID_STATE,
     ODO_JOB_ACKNOWLEDGED},
    {"a completed job takes no numbers", ACKNOWLEDGED, SET_NUMBER, ODO_E_INVALID_STATE,
     ODO_JOB_ACKNOWLEDGED},

    {"a cancelled job cannot be resumed", CANCELLED, RESUME, ODO_E_INVALID_STATE,
     ODO_JOB_CANCELLED},
    {"a cancelled job cannot be suspended", CANCELLED, SUSPEND, ODO_E_INVALID_STATE,
     ODO_JOB_CANCELLED},
    {"a cancelled job cannot be cancelled", CANCELLED, CANCEL, ODO_E_INVALID_STATE,
     ODO_JOB_CANCELLED},
    {"a cancelled job cannot be completed", CANCELLED, COMPLETE, ODO_E_INVALID_STATE,
     ODO_JOB_CANCELLED},
    {"a cancelled job takes no files", CANCELLED, ADD_FILE, ODO_E_INVALID_STATE,
     ODO_JOB_CANCELLED},
    {"a cancelled job takes no texts", CANCELLED, SET_TEXT, ODO_E_INVALID_STATE,
     ODO_JOB_CANCELLED},
    {"a cancelled job takes no numbers", CANCELLED, SET_NUMBER, ODO_E_INVALID_STATE,
     ODO_JOB_CANCELLED},
};

/* What the server must do so that a job comes to each stage and, resumed, keeps moving. */
static struct range_server_options server_for(enum stage stage)
{
    static const struct server_rule stalling[] = {
        {.does = SERVER_STALL_AFTER, .number = 100},
    };
    static const struct server_rule busy[] = {
        {.from = 1, .to = 1, .does = SERVER_STATUS, .number = 503},
        {.from = 1, .to = 1, .does = SERVER_RETRY_AFTER, .number = 250},
        {.from = 2, .does = SERVER_STALL_AFTER, .number = 100},
    };
    static const struct server_rule missing[] = {
        {.from = 1, .to = 1, .does = SERVER_STATUS, .number = 404},
        {.from = 2, .does = SERVER_STALL_AFTER, .number = 100},
    };
    struct range_server_options options = {
        .files = {{.path = "/file", .seed = DOWNLOAD_SEED, .size = DOWNLOAD_SIZE}},
    };

    switch (stage) {
    case TRANSIENT_ERROR:
        options.rules = busy;
        options.rule_count = TEST_COUNT(busy);
        break;
    case IN_ERROR:
        options.rules = missing;
        options.rule_count = TEST_COUNT(missing);
        break;
    case SUSPENDED:
    case TRANSFERRING:
        options.rules = stalling;
        options.rule_count = TEST_COUNT(stalling);
        break;
    case EMPTY:
    case TRANSFERRED:
    case ACKNOWLEDGED:
    case CANCELLED:
        break;
    }
    return options;
}

static void bring_to(struct download_fixture *fixture, struct odo_job *job, enum stage stage)
{
    const struct range_list whole = NO_RANGES;

    if (stage == EMPTY) {
        return;
    }
    download_fixture_add(fixture, job, "/file", "target", whole);
    switch (stage) {
    case EMPTY:
    case SUSPENDED:
        break;
    case TRANSFERRING:
        assert_status(odo_job_resume(job), ODO_OK);
        assert_true(range_server_wait_for_stalls(fixture->server, 1, DOWNLOAD_DEADLINE_MS));
        expect_state(job, ODO_JOB_TRANSFERRING);
        break;
    case TRANSIENT_ERROR:
        assert_status(odo_job_resume(job), ODO_OK);
        assert_true(event_log_wait_for_state(fixture->log, job, ODO_JOB_TRANSIENT_ERROR, 1,
                                             DOWNLOAD_DEADLINE_MS));
        break;
    case IN_ERROR:
        download_fixture_run(fixture, job, ODO_JOB_ERROR);
        break;
    case TRANSFERRED:
        download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
        break;
    case ACKNOWLEDGED:
        download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
        assert_status(odo_job_complete(job), ODO_OK);
        break;
    case CANCELLED:
        assert_status(odo_job_cancel(job), ODO_OK);
        break;
    }
}

static enum odo_status make_call(struct download_fixture *fixture, struct odo_job *job,
                                 enum call call)
{
    const struct range_list few = RANGES({0, 10});

    switch (call) {
    case RESUME:
        return odo_job_resume(job);
    case SUSPEND:
        return odo_job_suspend(job);
    case CANCEL:
        return odo_job_cancel(job);
    case COMPLETE:
        return odo_job_complete(job);
    case ADD_FILE:
        return download_fixture_try_add(fixture, job, "/file", "added", few, ODO_SIZE_UNKNOWN);
    case SET_TEXT:
        return odo_job_set_text(job, ODO_JOB_DESCRIPTION, "a description");
    case SET_NUMBER:
        return odo_job_set_number(job, ODO_JOB_PRIORITY, 1);
    }
    return ODO_E_UNEXPECTED;
}

static void check_life(void **state)
{
    const struct life_case *c = *state;
    struct range_server_options server = server_for(c->stage);
    const struct odo_engine_options patient = {.stall_timeout_s = 20};
    struct download_fixture *fixture = download_fixture_begin(&server, &patient);
    struct odo_job *job = download_fixture_job(fixture);
    enum odo_job_state after;

    bring_to(fixture, job, c->stage);
    assert_status(make_call(fixture, job, c->call), c->status);
    expect_state(job, c->after);
    after = odo_job_get_state(job);
    if (after == ODO_JOB_ACKNOWLEDGED || after == ODO_JOB_CANCELLED) {
        assert_int_equal(download_fixture_count_temporary(fixture), 0);
        assert_int_equal(download_fixture_count_files(fixture),
                         c->stage == TRANSFERRED || c->stage == ACKNOWLEDGED
                             ? after == ODO_JOB_ACKNOWLEDGED
                             : 0);
    } else {
        assert_status(odo_job_cancel(job), ODO_OK);
    }
    odo_job_release(job);
    download_fixture_end(fixture);
}

/* --- Adding files --------------------------------------------------------------------- */

static const struct add_case {
    const char *name;
    const char *file_id;
    const char *url;
    const char *local_name; /* in the folder; see `path_as_is` */
    bool path_as_is;
    struct range_list ranges;
    uint64_t file_size; /* 0 is unknown */
    enum odo_status status;
} additions[] = {
    {"a file needs an id", NULL, "http://h/f", "t", false, NO_RANGES, 0,
     ODO_E_INVALID_ARGUMENT},
    {"an id is not empty", "", "http://h/f", "t", false, NO_RANGES, 0, ODO_E_INVALID_ARGUMENT},
    {"an id is UTF-8", "\xff", "http://h/f", "t", false, NO_RANGES, 0, ODO_E_INVALID_ARGUMENT},
    {"a file needs a URL", "id", NULL, "t", false, NO_RANGES, 0, ODO_E_INVALID_ARGUMENT},
    {"a URL is not empty", "id", "", "t", false, NO_RANGES, 0, ODO_E_INVALID_ARGUMENT},
    {"a URL has a protocol", "id", "h/f", "t", false, NO_RANGES, 0, ODO_E_INVALID_ARGUMENT},
    {"ftp is no protocol for us", "id", "ftp://h/f", "t", false, NO_RANGES, 0,
     ODO_E_INVALID_ARGUMENT},
    {"file is no protocol for us", "id", "file:///etc/passwd", "t", false, NO_RANGES, 0,
     ODO_E_INVALID_ARGUMENT},
    {"a URL has a host", "id", "http:///f", "t", false, NO_RANGES, 0, ODO_E_INVALID_ARGUMENT},
    {"a URL breaks no line", "id", "http://h/f\r\nX: y", "t", false, NO_RANGES, 0,
     ODO_E_INVALID_ARGUMENT},
    {"https is fine", "id", "https://h/f", "t", false, NO_RANGES, 0, ODO_OK},
    {"a local path is not empty", "id", "http://h/f", "", true, NO_RANGES, 0,
     ODO_E_INVALID_ARGUMENT},
    {"a local path is absolute", "id", "http://h/f", "relative.bin", true, NO_RANGES, 0,
     ODO_E_INVALID_ARGUMENT},
    {"the folder of the local path exists", "id", "http://h/f", "no/such/t", false, NO_RANGES,
     0, ODO_E_PATH_NOT_FOUND},
    {"a range is not empty", "id", "http://h/f", "t", false, RANGES({5, 0}), 0,
     ODO_E_INVALID_RANGE},
    {"an empty range among good ones is refused", "id", "http://h/f", "t", false,
     RANGES({0, 5}, {5, 0}, {10, 5}), 0, ODO_E_INVALID_RANGE},
    {"a range stays within the stated size", "id", "http://h/f", "t", false, RANGES({90, 11}),
     100, ODO_E_INVALID_RANGE},
    {"a range may end where the stated size does", "id", "http://h/f", "t", false,
     RANGES({90, 10}), 100, ODO_OK},
    {"an open range begins within the stated size", "id", "http://h/f", "t", false,
     RANGES({100, END}), 100, ODO_E_INVALID_RANGE},
    {"a range cannot wrap round", "id", "http://h/f", "t", false, RANGES({100, END - 50}), 0,
     ODO_E_INVALID_RANGE},
    {"an offset cannot mean to the end", "id", "http://h/f", "t", false, RANGES({END, 1}), 0,
     ODO_E_INVALID_RANGE},
    {"two ranges cannot share a byte", "id", "http://h/f", "t", false, RANGES({10, 5}, {0, 11}),
     0, ODO_E_OVERLAPPING_RANGES},
    {"a range cannot come twice", "id", "http://h/f", "t", false, RANGES({10, 5}, {10, 5}), 0,
     ODO_E_OVERLAPPING_RANGES},
    {"nothing follows an open end", "id", "http://h/f", "t", false, RANGES({0, END}, {50, 1}),
     0, ODO_E_OVERLAPPING_RANGES},
    {"an overlap is found before an empty range", "id", "http://h/f", "t", false,
     RANGES({100, 5}, {100, 0}), 0, ODO_E_OVERLAPPING_RANGES},
    {"an empty range before its like is an invalid one", "id", "http://h/f", "t", false,
     RANGES({100, 0}, {100, 5}), 0, ODO_E_INVALID_RANGE},
    {"texts are looked at before ranges", "", "http://h/f", "t", false, RANGES({0, 0}), 0,
     ODO_E_INVALID_ARGUMENT},
    {"ranges are looked at before the folder", "id", "http://h/f", "no/such/t", false,
     RANGES({0, 0}), 0, ODO_E_INVALID_RANGE},
};

static void check_addition(void **state)
{
    const struct add_case *c = *state;
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    char *path = download_fixture_path(fixture, c->local_name);
    uint32_t index = 77;

    assert_status(
        odo_job_add_file(job,
                         &(struct odo_file_request){
                             .file_id = c->file_id,
                             .url = c->url,
                             .local_path = c->path_as_is ? c->local_name : path,
                             .ranges = c->ranges.items,
                             .range_count = (uint32_t)c->ranges.count,
                             .file_size = c->file_size > 0 ? c->file_size : ODO_SIZE_UNKNOWN,
                         },
                         &index),
        c->status);
    assert_int_equal(odo_job_get_file_count(job), c->status == ODO_OK);
    assert_int_equal(index, c->status == ODO_OK ? 0 : 77);
    assert_int_equal(download_fixture_count_files(fixture), 0);
    free(path);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void a_range_count_needs_ranges(void **state)
{
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    const struct range_list ranges = {NULL, 3};

    (void)state;
    assert_status(
        download_fixture_try_add(fixture, job, "/file", "t", ranges, ODO_SIZE_UNKNOWN),
        ODO_E_INVALID_ARGUMENT);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void a_url_may_be_as_long_as_allowed_and_no_longer(void **state)
{
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    char *path = download_fixture_path(fixture, "t");
    char url[ODO_URL_MAX + 2];
    struct odo_file_request request = {
        .file_id = "id", .url = url, .local_path = path, .file_size = ODO_SIZE_UNKNOWN};

    (void)state;
    memset(url, 'x', sizeof(url));
    memcpy(url, "http://h/", strlen("http://h/"));
    url[ODO_URL_MAX + 1] = '\0';
    assert_status(odo_job_add_file(job, &request, NULL), ODO_E_INVALID_ARGUMENT);
    url[ODO_URL_MAX] = '\0';
    assert_status(odo_job_add_file(job, &request, NULL), ODO_OK);
    free(path);
    odo_job_release(job);
    download_fixture_end(fixture);
}

/* --- What a client may set ------------------------------------------------------------ */

static const struct text_case {
    const char *name;
    bool at_creation;
    enum odo_job_text which;
    const char *unit; /* repeated; NULL passes NULL */
    size_t count;
    enum odo_status status;
} texts[] = {
    {"a job may have an empty name", true, ODO_JOB_DISPLAY_NAME, "", 1, ODO_OK},
    {"a job needs a name", true, ODO_JOB_DISPLAY_NAME, NULL, 0, ODO_E_INVALID_ARGUMENT},
    {"a name of 256 characters is taken", true, ODO_JOB_DISPLAY_NAME, "n", 256, ODO_OK},
    {"a name of 257 characters is not", true, ODO_JOB_DISPLAY_NAME, "n", 257,
     ODO_E_INVALID_ARGUMENT},
    {"characters are counted, not bytes", true, ODO_JOB_DISPLAY_NAME, "\xc3\xa9", 256, ODO_OK},
    {"a character beyond U+FFFF counts twice", true, ODO_JOB_DISPLAY_NAME, "\xf0\x9f\x98\x80",
     129, ODO_E_INVALID_ARGUMENT},
    {"a name is UTF-8", true, ODO_JOB_DISPLAY_NAME, "\xc3", 1, ODO_E_INVALID_ARGUMENT},
    {"a name can be changed", false, ODO_JOB_DISPLAY_NAME, "m", 256, ODO_OK},
    {"a name cannot be made too long", false, ODO_JOB_DISPLAY_NAME, "m", 257,
     ODO_E_STRING_TOO_LONG},
    {"a description of 1024 characters is taken", false, ODO_JOB_DESCRIPTION, "d", 1024,
     ODO_OK},
    {"a description of 1025 characters is not", false, ODO_JOB_DESCRIPTION, "d", 1025,
     ODO_E_STRING_TOO_LONG},
    {"a description is not NULL", false, ODO_JOB_DESCRIPTION, NULL, 0, ODO_E_INVALID_ARGUMENT},
    {"a description is UTF-8", false, ODO_JOB_DESCRIPTION, "\xed\xa0\x80", 1,
     ODO_E_INVALID_ARGUMENT},
};

static void check_text(void **state)
{
    const struct text_case *c = *state;
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *job = NULL;
    char text[5000] = "";
    char *got = NULL;
    size_t unit_size = c->unit ? strlen(c->unit) : 0;
    enum odo_status status;

    for (size_t i = 0; i < c->count; i++) {
        memcpy(text + i * unit_size, c->unit ? c->unit : "", unit_size);
    }
    if (c->at_creation) {
        status = odo_job_create(fixture->engine, c->unit ? text : NULL, &job);
    } else {
        job = download_fixture_job(fixture);
        status = odo_job_set_text(job, c->which, c->unit ? text : NULL);
    }
    assert_status(status, c->status);
    if (status == ODO_OK) {
        assert_status(odo_job_get_text(job, c->which, &got), ODO_OK);
        assert_string_equal(got, text);
        odo_free(got);
    } else {
        assert_int_equal(job == NULL, c->at_creation);
    }
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void numbers_have_their_defaults_and_ranges(void **state)
{
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *job = download_fixture_job(fixture);

    (void)state;
    assert_int_equal(odo_job_get_number(job, ODO_JOB_PRIORITY), 2);
    assert_int_equal(odo_job_get_number(job, ODO_JOB_NOTIFY_FLAGS), 3);
    assert_int_equal(odo_job_get_number(job, ODO_JOB_NO_PROGRESS_TIMEOUT), 86400);
    assert_int_equal(odo_job_get_number(job, ODO_JOB_MINIMUM_RETRY_DELAY), 600);
    assert_status(odo_job_set_number(job, ODO_JOB_PRIORITY, 4), ODO_E_INVALID_ARGUMENT);
    assert_status(odo_job_set_number(job, ODO_JOB_PRIORITY, 0), ODO_OK);
    assert_int_equal(odo_job_get_number(job, ODO_JOB_NO_PROGRESS_TIMEOUT), 3600);
    assert_status(odo_job_set_number(job, ODO_JOB_NO_PROGRESS_TIMEOUT, 12), ODO_OK);
    assert_int_equal(odo_job_get_number(job, ODO_JOB_NO_PROGRESS_TIMEOUT), 12);
    assert_status(odo_job_set_number(job, ODO_JOB_PRIORITY, 1), ODO_OK);
    assert_int_equal(odo_job_get_number(job, ODO_JOB_NO_PROGRESS_TIMEOUT), 12);
    odo_job_release(job);
    download_fixture_end(fixture);
}

/* --- The files on the disk ------------------------------------------------------------ */

static const char old_text[] = "what was there before";

static void write_old(const struct download_fixture *fixture, const char *name)
{
    char *path = download_fixture_path(fixture, name);
    struct platform_file *file = NULL;

    assert_status(platform_file_create_new(path, &file), ODO_OK);
    assert_status(platform_file_write_at(file, 0, old_text, sizeof(old_text)), ODO_OK);
    platform_file_close(file);
    free(path);
}

static void expect_old(const struct download_fixture *fixture, const char *name)
{
    char *path = download_fixture_path(fixture, name);
    struct platform_file *file = NULL;
    char read[sizeof(old_text) + 1];
    size_t size = 0;

    assert_status(platform_file_open(path, &file), ODO_OK);
    assert_status(platform_file_read_at(file, 0, read, sizeof(read), &size), ODO_OK);
    platform_file_close(file);
    assert_int_equal(size, sizeof(old_text));
    assert_memory_equal(read, old_text, sizeof(old_text));
    free(path);
}

static void completing_replaces_what_was_there_and_not_before(void **state)
{
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    const struct range_list ranges = RANGES({900000, 50}, {10, 2000});
    struct odo_file_progress progress;

    (void)state;
    write_old(fixture, "target");
    download_fixture_add(fixture, job, "/file", "target", ranges);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    expect_old(fixture, "target");
    odo_file_get_progress(job, 0, &progress);
    assert_false(progress.completed);
    assert_int_equal(progress.bytes_transferred, 2050);

    assert_status(odo_job_complete(job), ODO_OK);
    download_fixture_expect(fixture, "target", ranges);
    assert_int_equal(download_fixture_count_files(fixture), 1);
    odo_file_get_progress(job, 0, &progress);
    assert_true(progress.completed);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void cancelling_in_the_middle_leaves_only_what_was_there(void **state)
{
    struct range_server_options server = server_for(TRANSFERRING);
    struct download_fixture *fixture = download_fixture_begin(&server, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    const struct range_list whole = NO_RANGES;

    (void)state;
    write_old(fixture, "target");
    download_fixture_add(fixture, job, "/file", "target", whole);
    assert_status(odo_job_resume(job), ODO_OK);
    assert_true(range_server_wait_for_stalls(fixture->server, 1, DOWNLOAD_DEADLINE_MS));
    assert_int_equal(download_fixture_count_temporary(fixture), 1);
    assert_status(odo_job_cancel(job), ODO_OK);
    assert_int_equal(download_fixture_count_files(fixture), 1);
    expect_old(fixture, "target");
    odo_job_release(job);
    download_fixture_end(fixture);
}

/* The request that begins at `offset`. Requests of several connections arrive in any order. */
static struct server_request request_from(struct range_server *server, uint64_t offset)
{
    size_t count = range_server_request_count(server);
    struct server_request request = {0};

    for (size_t i = 0; i < count; i++) {
        request = range_server_get_request(server, i);
        if (request.range_count == 1 && request.ranges[0].offset == offset) {
            return request;
        }
    }
    fail_msg("no request begins at %" PRIu64, offset);
    return request;
}

static void suspending_keeps_what_has_come_and_asks_for_the_rest(void **state)
{
    static const struct server_rule rules[] = {
        {.from = 1, .to = 1, .does = SERVER_STALL_AFTER, .number = 400000}};
    const struct range_server_options server = {
        .files = {{.path = "/file", .seed = DOWNLOAD_SEED, .size = DOWNLOAD_SIZE}},
        .rules = rules,
        .rule_count = 1,
    };
    const struct odo_engine_options patient = {.stall_timeout_s = 20};
    struct download_fixture *fixture = download_fixture_begin(&server, &patient);
    struct odo_job *job = download_fixture_job(fixture);
    const struct range_list whole = NO_RANGES;
    struct odo_job_progress before;
    struct odo_file_statistics statistics;
    struct server_request rest;
    char if_range[100];

    (void)state;
    download_fixture_add(fixture, job, "/file", "target", whole);
    assert_status(odo_job_resume(job), ODO_OK);
    assert_true(event_log_wait_for_bytes(fixture->log, job, 1, DOWNLOAD_DEADLINE_MS));
    assert_status(odo_job_suspend(job), ODO_OK);
    expect_state(job, ODO_JOB_SUSPENDED);
    odo_job_get_progress(job, &before);
    assert_in_range(before.bytes_transferred, 1, 400000);
    assert_int_equal(before.bytes_total, DOWNLOAD_SIZE);
    assert_int_equal(download_fixture_count_temporary(fixture), 1);

    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    rest = request_from(fixture->server, before.bytes_transferred);
    assert_true(server_request_header(&rest, "If-Range", if_range, sizeof(if_range), NULL));
    odo_file_get_statistics(job, 0, &statistics);
    assert_int_equal(statistics.requests, range_server_request_count(fixture->server));
    assert_true(statistics.bytes_received >= DOWNLOAD_SIZE);
    assert_status(odo_job_complete(job), ODO_OK);
    download_fixture_expect(fixture, "target", whole);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void suspending_between_ranges_fetches_none_twice(void **state)
{
    static const struct server_rule rules[] = {
        {.from = 4, .to = 4, .does = SERVER_STALL_REPLY}};
    const struct range_list ranges =
        RANGES({0, 1000}, {200000, 1000}, {400000, 1000}, {600000, 1000}, {800000, 1000});
    const struct range_server_options server = {
        .files = {{.path = "/file", .seed = DOWNLOAD_SEED, .size = DOWNLOAD_SIZE}},
        .rules = rules,
        .rule_count = 1,
    };
    const struct odo_engine_options single = {
        .stall_timeout_s = 20, .connections_per_host = 1, .ranges_per_request = 1};
    struct download_fixture *fixture = download_fixture_begin(&server, &single);
    struct odo_job *job = download_fixture_job(fixture);
    size_t asked = 0;

    (void)state;
    download_fixture_add(fixture, job, "/file", "target", ranges);
    assert_status(odo_job_resume(job), ODO_OK);
    assert_true(range_server_wait_for_stalls(fixture->server, 1, DOWNLOAD_DEADLINE_MS));
    assert_status(odo_job_suspend(job), ODO_OK);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    for (size_t i = 0; i < range_server_request_count(fixture->server); i++) {
        asked += range_server_get_request(fixture->server, i).ranges[0].offset == 0;
    }
    assert_int_equal(asked, 1);
    assert_int_equal(range_server_request_count(fixture->server), 6);
    assert_status(odo_job_complete(job), ODO_OK);
    download_fixture_expect(fixture, "target", ranges);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void a_file_that_changed_while_suspended_is_of_one_version(void **state)
{
    static const struct server_rule rules[] = {
        {.from = 1, .to = 1, .does = SERVER_STALL_AFTER, .number = 400000}};
    const struct range_server_options server = {
        .files = {{.path = "/file", .seed = DOWNLOAD_SEED, .size = DOWNLOAD_SIZE}},
        .rules = rules,
        .rule_count = 1,
    };
    const struct odo_engine_options patient = {.stall_timeout_s = 20};
    struct download_fixture *fixture = download_fixture_begin(&server, &patient);
    struct odo_job *job = download_fixture_job(fixture);
    const struct range_list whole = NO_RANGES;
    char *path = download_fixture_path(fixture, "target");

    (void)state;
    download_fixture_add(fixture, job, "/file", "target", whole);
    assert_status(odo_job_resume(job), ODO_OK);
    assert_true(event_log_wait_for_bytes(fixture->log, job, 1, DOWNLOAD_DEADLINE_MS));
    assert_status(odo_job_suspend(job), ODO_OK);
    range_server_replace(fixture->server, "/file", 99, 700000);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    expect_file(path, NULL, 0, 99, 700000);
    free(path);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void a_temporary_file_removed_while_suspended_is_an_error(void **state)
{
    static const struct server_rule rules[] = {
        {.from = 1, .to = 1, .does = SERVER_STALL_AFTER, .number = 1000}};
    const struct range_server_options server = {
        .files = {{.path = "/file", .seed = DOWNLOAD_SEED, .size = DOWNLOAD_SIZE}},
        .rules = rules,
        .rule_count = 1,
    };
    struct download_fixture *fixture = download_fixture_begin(&server, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    const struct range_list whole = NO_RANGES;
    struct odo_error error = {.status = ODO_OK};
    uint32_t index = 9;
    char *temporary = NULL;

    (void)state;
    download_fixture_add(fixture, job, "/file", "target", whole);
    assert_status(odo_job_resume(job), ODO_OK);
    assert_true(range_server_wait_for_stalls(fixture->server, 1, DOWNLOAD_DEADLINE_MS));
    assert_status(odo_job_suspend(job), ODO_OK);
    assert_status(odo_file_get_text(job, 0, ODO_FILE_TEMPORARY_PATH, &temporary), ODO_OK);
    assert_status(platform_file_remove(temporary), ODO_OK);
    odo_free(temporary);

    download_fixture_run(fixture, job, ODO_JOB_ERROR);
    assert_status(odo_job_get_error(job, &error, &index), ODO_OK);
    assert_status(error.status, ODO_E_FILE_NOT_FOUND);
    assert_int_equal(index, 0);
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void a_target_that_is_a_folder_fails_completing_until_it_is_gone(void **state)
{
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    const struct range_list ranges = RANGES({0, 10});
    struct odo_file_progress progress;
    char *folder;

    (void)state;
    download_fixture_add(fixture, job, "/file", "first", ranges);
    download_fixture_add(fixture, job, "/file", "second", ranges);
    download_fixture_add(fixture, job, "/file", "third", ranges);
    folder = temp_folder_make(fixture->folder, "second"); /* before, it would be refused */
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_E_ACCESS_DENIED);
    expect_state(job, ODO_JOB_TRANSFERRED);
    odo_file_get_progress(job, 0, &progress);
    assert_true(progress.completed);
    odo_file_get_progress(job, 1, &progress);
    assert_false(progress.completed);
    assert_int_equal(download_fixture_count_temporary(fixture), 2);

    temp_folder_remove(folder);
    assert_status(odo_job_complete(job), ODO_OK);
    expect_state(job, ODO_JOB_ACKNOWLEDGED);
    download_fixture_expect(fixture, "first", ranges);
    download_fixture_expect(fixture, "second", ranges);
    download_fixture_expect(fixture, "third", ranges);
    assert_int_equal(download_fixture_count_files(fixture), 3);
    odo_job_release(job);
    download_fixture_end(fixture);
}

/* --- Several files -------------------------------------------------------------------- */

static void one_failed_file_stops_the_job_and_completing_keeps_the_whole_ones(void **state)
{
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    const struct range_list ranges = RANGES({5, 10});
    struct odo_error error = {.status = ODO_OK};
    struct odo_job_progress progress;
    uint32_t index = 9;

    (void)state;
    download_fixture_add(fixture, job, "/file", "good", ranges);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    download_fixture_add(fixture, job, "/missing", "bad", ranges);
    download_fixture_run(fixture, job, ODO_JOB_ERROR);
    assert_status(odo_job_get_error(job, &error, &index), ODO_OK);
    assert_status(error.status, ODO_E_HTTP_STATUS);
    assert_int_equal(error.http_status, 404);
    assert_int_equal(index, 1);
    odo_job_get_progress(job, &progress);
    assert_int_equal(progress.files_total, 2);
    assert_int_equal(progress.files_transferred, 1);
    assert_int_equal(progress.bytes_transferred, 10);
    assert_int_equal(progress.bytes_total, 20);
    assert_int_equal(odo_job_get_error_count(job), 1);

    assert_status(odo_job_complete(job), ODO_PARTIAL_COMPLETE);
    expect_state(job, ODO_JOB_ACKNOWLEDGED);
    download_fixture_expect(fixture, "good", ranges);
    assert_int_equal(download_fixture_count_files(fixture), 1);
    odo_job_release(job);
    download_fixture_end(fixture);
}

enum { MANY_FILES = 60 };

static void many_files_all_arrive_and_each_is_reported_once(void **state)
{
    const struct range_list ranges = RANGES({700000, 100}, {0, 1}, {300000, 3000});
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    struct odo_job_progress progress;
    char name[20];

    (void)state;
    for (uint32_t i = 0; i < MANY_FILES; i++) {
        snprintf(name, sizeof(name), "file %u", i);
        download_fixture_add(fixture, job, "/file", name, ranges);
    }
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    odo_job_get_progress(job, &progress);
    assert_int_equal(progress.files_transferred, MANY_FILES);
    assert_int_equal(progress.bytes_transferred, MANY_FILES * 3101);
    event_log_settle(fixture->log, fixture->engine);
    assert_int_equal(event_log_count(fixture->log, job, ODO_EVENT_FILE_TRANSFERRED),
                     MANY_FILES);
    assert_true(event_log_wait_for_file(fixture->log, job, MANY_FILES - 1, 0));
    assert_status(odo_job_complete(job), ODO_OK);
    assert_int_equal(download_fixture_count_files(fixture), MANY_FILES);
    for (uint32_t i = 0; i < MANY_FILES; i++) {
        snprintf(name, sizeof(name), "file %u", i);
        download_fixture_expect(fixture, name, ranges);
    }
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void files_begin_in_the_order_added(void **state)
{
    const struct range_server_options server = {
        .files = {{.path = "/a", .seed = 1, .size = 10},
                  {.path = "/b", .seed = 2, .size = 10},
                  {.path = "/c", .seed = 3, .size = 10}},
    };
    const struct odo_engine_options single = {.connections = 1};
    struct download_fixture *fixture = download_fixture_begin(&server, &single);
    struct odo_job *job = download_fixture_job(fixture);
    const struct range_list whole = NO_RANGES;

    (void)state;
    download_fixture_add(fixture, job, "/b", "b", whole);
    download_fixture_add(fixture, job, "/c", "c", whole);
    download_fixture_add(fixture, job, "/a", "a", whole);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    assert_int_equal(range_server_request_count(fixture->server), 3);
    assert_string_equal(range_server_get_request(fixture->server, 0).path, "/b");
    assert_string_equal(range_server_get_request(fixture->server, 1).path, "/c");
    assert_string_equal(range_server_get_request(fixture->server, 2).path, "/a");
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void a_file_added_to_a_job_in_motion_joins_it(void **state)
{
    struct range_server_options server = server_for(TRANSFERRING);
    struct download_fixture *fixture = download_fixture_begin(&server, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    const struct range_list whole = NO_RANGES;
    const struct range_list few = RANGES({0, 50});

    (void)state;
    download_fixture_add(fixture, job, "/file", "first", whole);
    assert_status(odo_job_resume(job), ODO_OK);
    assert_true(range_server_wait_for_stalls(fixture->server, 1, DOWNLOAD_DEADLINE_MS));
    download_fixture_add(fixture, job, "/file", "second", few);
    assert_true(event_log_wait_for_file(fixture->log, job, 1, DOWNLOAD_DEADLINE_MS));
    range_server_release(fixture->server);
    assert_status(odo_job_wait(job, DOWNLOAD_DEADLINE_MS), ODO_OK);
    expect_state(job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    download_fixture_expect(fixture, "first", whole);
    download_fixture_expect(fixture, "second", few);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void a_file_added_to_a_transferred_job_is_all_that_is_fetched(void **state)
{
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    const struct range_list few = RANGES({0, 50});
    size_t before;

    (void)state;
    download_fixture_add(fixture, job, "/file", "first", few);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    before = range_server_request_count(fixture->server);
    download_fixture_add(fixture, job, "/file", "second", few);
    expect_state(job, ODO_JOB_TRANSFERRED);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    assert_int_equal(range_server_request_count(fixture->server), before + 1);
    event_log_settle(fixture->log, fixture->engine);
    assert_int_equal(event_log_count_state(fixture->log, job, ODO_JOB_TRANSFERRED), 2);
    assert_status(odo_job_complete(job), ODO_OK);
    assert_int_equal(download_fixture_count_files(fixture), 2);
    odo_job_release(job);
    download_fixture_end(fixture);
}

/* --- What a client can read ----------------------------------------------------------- */

static void progress_counts_what_is_wanted(void **state)
{
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    const struct range_list ranges = RANGES({900000, 10}, {0, 20});
    const struct range_list open = RANGES({999000, END});
    const struct range_list whole = NO_RANGES;
    struct odo_job_progress progress;
    struct odo_file_progress file;

    (void)state;
    odo_job_get_progress(job, &progress);
    assert_int_equal(progress.bytes_total, 0);
    assert_int_equal(progress.files_total, 0);

    download_fixture_add(fixture, job, "/file", "a", ranges);
    odo_job_get_progress(job, &progress);
    assert_int_equal(progress.bytes_total, 30);
    assert_int_equal(progress.bytes_transferred, 0);

    assert_status(download_fixture_try_add(fixture, job, "/file", "b", whole, DOWNLOAD_SIZE),
                  ODO_OK);
    odo_job_get_progress(job, &progress);
    assert_int_equal(progress.bytes_total, DOWNLOAD_SIZE + 30);

    download_fixture_add(fixture, job, "/file", "c", open);
    odo_job_get_progress(job, &progress);
    assert_true(progress.bytes_total == ODO_SIZE_UNKNOWN);
    odo_file_get_progress(job, 2, &file);
    assert_true(file.bytes_total == ODO_SIZE_UNKNOWN);
    assert_int_equal(file.bytes_transferred, 0);

    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    odo_job_get_progress(job, &progress);
    assert_int_equal(progress.bytes_total, DOWNLOAD_SIZE + 30 + 1000);
    assert_int_equal(progress.bytes_transferred, progress.bytes_total);
    assert_int_equal(progress.files_total, 3);
    assert_int_equal(progress.files_transferred, 3);
    odo_file_get_progress(job, 2, &file);
    assert_int_equal(file.bytes_total, 1000);
    assert_int_equal(file.bytes_transferred, 1000);

    assert_status(odo_job_complete(job), ODO_OK);
    odo_job_get_progress(job, &progress);
    assert_int_equal(progress.bytes_transferred, DOWNLOAD_SIZE + 30 + 1000);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void a_file_tells_what_it_was_given_and_how_it_came(void **state)
{
    const struct odo_engine_options singly = {.ranges_per_request = 1};
    struct download_fixture *fixture = download_fixture_begin(NULL, &singly);
    struct odo_job *job = download_fixture_job(fixture);
    const struct range_list ranges = RANGES({900000, 10}, {0, 20}, {500000, END});
    const struct range_list few = RANGES({900000, 10}, {0, 20}, {500000, 1000});
    struct byte_range *got = NULL;
    uint32_t count = 9;
    struct odo_file_statistics statistics;
    char *text = NULL;

    (void)state;
    assert_status(
        download_fixture_try_add(fixture, job, "/file", "name", ranges, ODO_SIZE_UNKNOWN),
        ODO_E_OVERLAPPING_RANGES);
    download_fixture_add(fixture, job, "/file", "name", few);
    assert_status(odo_file_get_ranges(job, 0, &got, &count), ODO_OK);
    assert_int_equal(count, 3);
    assert_memory_equal(got, few.items, 3 * sizeof(*got));
    odo_free(got);
    assert_status(odo_file_get_text(job, 0, ODO_FILE_ID, &text), ODO_OK);
    assert_string_equal(text, "name");
    odo_free(text);
    assert_status(odo_file_get_text(job, 0, ODO_FILE_TEMPORARY_PATH, &text), ODO_OK);
    assert_string_equal(text, "");
    odo_free(text);
    assert_status(odo_file_get_text(job, 0, ODO_FILE_RESPONSE_HEADERS, &text), ODO_OK);
    assert_string_equal(text, "");
    odo_free(text);

    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    odo_file_get_statistics(job, 0, &statistics);
    assert_int_equal(statistics.file_size, DOWNLOAD_SIZE);
    assert_int_equal(statistics.bytes_received, 1030);
    assert_int_equal(statistics.requests, range_server_request_count(fixture->server));
    assert_int_equal(statistics.connections, range_server_connection_count(fixture->server));
    assert_status(odo_file_get_text(job, 0, ODO_FILE_RESPONSE_HEADERS, &text), ODO_OK);
    assert_memory_equal(text, "HTTP/1.1 206 ", strlen("HTTP/1.1 206 "));
    assert_non_null(strstr(text, "\r\nETag: \"7-f4240\"\r\n"));
    odo_free(text);
    assert_status(odo_file_get_text(job, 0, ODO_FILE_TEMPORARY_PATH, &text), ODO_OK);
    assert_int_equal(strlen(text) - strlen(fixture->folder), strlen("/DO0123456789abcdef.tmp"));
    odo_free(text);
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void a_whole_file_has_no_ranges(void **state)
{
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    const struct range_list whole = NO_RANGES;
    struct byte_range one;
    struct byte_range *got = &one;
    uint32_t count = 9;

    (void)state;
    download_fixture_add(fixture, job, "/file", "name", whole);
    assert_status(odo_file_get_ranges(job, 0, &got, &count), ODO_OK);
    assert_null(got);
    assert_int_equal(count, 0);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void times_are_noted(void **state)
{
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    const struct range_list few = RANGES({0, 50});
    struct odo_job_times times;
    int64_t modified_us;

    (void)state;
    odo_job_get_times(job, &times);
    assert_true(times.created_us > INT64_C(1600000000) * 1000000);
    assert_true(times.modified_us >= times.created_us);
    assert_int_equal(times.transferred_us, 0);
    modified_us = times.modified_us;
    download_fixture_add(fixture, job, "/file", "name", few);
    odo_job_get_times(job, &times);
    assert_true(times.modified_us >= modified_us);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    odo_job_get_times(job, &times);
    assert_true(times.transferred_us >= times.created_us);
    assert_true(times.modified_us >= times.transferred_us);
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void states_are_reported_in_order(void **state)
{
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    const struct range_list few = RANGES({0, 50});
    char states[200];

    (void)state;
    download_fixture_add(fixture, job, "/file", "name", few);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    event_log_settle(fixture->log, fixture->engine);
    assert_string_equal(event_log_states(fixture->log, job, states, sizeof(states)),
                        "TRANSFERRING TRANSFERRED ACKNOWLEDGED");
    assert_true(event_log_count(fixture->log, NULL, ODO_EVENT_MODIFIED) > 0);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void an_error_can_be_read_while_there_is_one(void **state)
{
    static const struct server_rule rules[] = {
        {.from = 1, .to = 1, .does = SERVER_STATUS, .number = 410}};
    const struct range_server_options server = {
        .files = {{.path = "/file", .seed = DOWNLOAD_SEED, .size = DOWNLOAD_SIZE}},
        .rules = rules,
        .rule_count = 1,
    };
    struct download_fixture *fixture = download_fixture_begin(&server, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    const struct range_list few = RANGES({0, 50});
    struct odo_error error;

    (void)state;
    download_fixture_add(fixture, job, "/file", "name", few);
    assert_status(odo_job_get_error(job, &error, NULL), ODO_E_NO_ERROR);
    download_fixture_run(fixture, job, ODO_JOB_ERROR);
    assert_status(odo_job_get_error(job, &error, NULL), ODO_OK);
    assert_int_equal(error.http_status, 410);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_get_error(job, &error, NULL), ODO_E_NO_ERROR);
    assert_int_equal(odo_job_get_error_count(job), 1);
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void waiting_ends_at_its_deadline(void **state)
{
    struct range_server_options server = server_for(TRANSFERRING);
    const struct odo_engine_options patient = {.stall_timeout_s = 20};
    struct download_fixture *fixture = download_fixture_begin(&server, &patient);
    struct odo_job *job = download_fixture_job(fixture);
    const struct range_list whole = NO_RANGES;

    (void)state;
    assert_status(odo_job_wait(job, 0), ODO_OK); /* SUSPENDED */
    download_fixture_add(fixture, job, "/file", "name", whole);
    assert_status(odo_job_resume(job), ODO_OK);
    assert_true(range_server_wait_for_stalls(fixture->server, 1, DOWNLOAD_DEADLINE_MS));
    assert_status(odo_job_wait(job, 0), ODO_E_TIMED_OUT);
    assert_status(odo_job_wait(job, 20), ODO_E_TIMED_OUT);
    range_server_release(fixture->server);
    assert_status(odo_job_wait(job, DOWNLOAD_DEADLINE_MS), ODO_OK);
    expect_state(job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void jobs_are_found_until_they_are_over(void **state)
{
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *made[3];
    struct odo_job **listed = NULL;
    struct odo_job *found = NULL;
    struct odo_job_id id;
    size_t count = 9;

    (void)state;
    assert_status(odo_job_list(fixture->engine, &listed, &count), ODO_OK);
    assert_int_equal(count, 0);
    assert_null(listed);
    for (size_t i = 0; i < 3; i++) {
        made[i] = download_fixture_job(fixture);
    }
    assert_status(odo_job_list(fixture->engine, &listed, &count), ODO_OK);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_ptr_equal(listed[i], made[i]);
        odo_job_release(listed[i]);
    }
    odo_free(listed);

    odo_job_get_id(made[1], &id);
    assert_status(odo_job_find(fixture->engine, &id, &found), ODO_OK);
    assert_ptr_equal(found, made[1]);
    odo_job_release(found);
    assert_status(odo_job_cancel(made[1]), ODO_OK);
    assert_status(odo_job_find(fixture->engine, &id, &found), ODO_E_NOT_FOUND);
    assert_status(odo_job_complete(made[0]), ODO_OK);
    assert_status(odo_job_list(fixture->engine, &listed, &count), ODO_OK);
    assert_int_equal(count, 1);
    assert_ptr_equal(listed[0], made[2]);
    odo_job_release(listed[0]);
    odo_free(listed);
    for (size_t i = 0; i < 3; i++) {
        odo_job_release(made[i]);
    }
    download_fixture_end(fixture);
}

static void the_engine_keeps_a_job_that_nobody_holds(void **state)
{
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    struct odo_job_id id;
    const struct range_list few = RANGES({0, 50});

    (void)state;
    download_fixture_add(fixture, job, "/file", "name", few);
    odo_job_get_id(job, &id);
    assert_status(odo_job_resume(job), ODO_OK);
    odo_job_release(job);
    assert_true(odo_engine_is_busy(fixture->engine));
    assert_status(odo_job_find(fixture->engine, &id, &job), ODO_OK);
    assert_status(odo_job_wait(job, DOWNLOAD_DEADLINE_MS), ODO_OK);
    assert_status(odo_job_complete(job), ODO_OK);
    download_fixture_expect(fixture, "name", few);
    assert_false(odo_engine_is_busy(fixture->engine));
    odo_job_release(job);
    download_fixture_end(fixture);
}

/* --- The end of an engine ------------------------------------------------------------- */

static void a_stopped_engine_leaves_jobs_readable_and_no_temporary_files(void **state)
{
    struct range_server_options server = server_for(TRANSFERRING);
    struct download_fixture *fixture = download_fixture_begin(&server, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    const struct range_list whole = NO_RANGES;
    char *text = NULL;
    size_t events;

    (void)state;
    download_fixture_add(fixture, job, "/file", "name", whole);
    assert_status(odo_job_resume(job), ODO_OK);
    assert_true(range_server_wait_for_stalls(fixture->server, 1, DOWNLOAD_DEADLINE_MS));
    download_fixture_stop_engine(fixture);
    events = event_log_count(fixture->log, NULL, ODO_EVENT_STATE_CHANGED);
    assert_int_equal(download_fixture_count_files(fixture), 0);
    assert_int_equal(odo_job_get_file_count(job), 1);
    assert_status(odo_file_get_text(job, 0, ODO_FILE_ID, &text), ODO_OK);
    odo_free(text);
    assert_status(odo_job_resume(job), ODO_E_SHUTTING_DOWN);
    assert_status(odo_job_suspend(job), ODO_E_SHUTTING_DOWN);
    assert_status(odo_job_cancel(job), ODO_E_SHUTTING_DOWN);
    assert_status(odo_job_complete(job), ODO_E_SHUTTING_DOWN);
    assert_status(odo_job_set_text(job, ODO_JOB_DESCRIPTION, "x"), ODO_E_SHUTTING_DOWN);
    assert_status(download_fixture_try_add(fixture, job, "/file", "x", whole, ODO_SIZE_UNKNOWN),
                  ODO_E_SHUTTING_DOWN);
    assert_int_equal(event_log_count(fixture->log, NULL, ODO_EVENT_STATE_CHANGED), events);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void engines_start_and_stop_without_jobs(void **state)
{
    struct odo_engine *engine = NULL;

    (void)state;
    for (int i = 0; i < 20; i++) {
        assert_status(odo_engine_start(NULL, &engine), ODO_OK);
        assert_false(odo_engine_is_busy(engine));
        odo_engine_stop(engine);
    }
    odo_engine_stop(NULL);
    odo_job_release(NULL);
    odo_free(NULL);
}

static void two_engines_do_not_disturb_each_other(void **state)
{
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_engine *other = NULL;
    struct odo_job *job = download_fixture_job(fixture);
    struct odo_job *found = NULL;
    struct odo_job_id id;
    const struct range_list few = RANGES({0, 50});

    (void)state;
    assert_status(odo_engine_start(NULL, &other), ODO_OK);
    odo_job_get_id(job, &id);
    assert_status(odo_job_find(other, &id, &found), ODO_E_NOT_FOUND);
    download_fixture_add(fixture, job, "/file", "name", few);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    odo_engine_stop(other);
    assert_status(odo_job_complete(job), ODO_OK);
    download_fixture_expect(fixture, "name", few);
    odo_job_release(job);
    download_fixture_end(fixture);
}

/* --- Options -------------------------------------------------------------------------- */

static const struct options_case {
    const char *name;
    struct odo_engine_options options;
    enum odo_status status;
} option_cases[] = {
    {"no option has to be given", {.connections = 0}, ODO_OK},
    {"each number may be as large as it may be",
     {.connect_timeout_ms = ODO_TIMEOUT_MS_MAX,
      .stall_timeout_s = ODO_TIMEOUT_MS_MAX / 1000,
      .retry_base_ms = ODO_TIMEOUT_MS_MAX,
      .retry_limit_ms = ODO_TIMEOUT_MS_MAX,
      .connections_per_host = ODO_CONNECTIONS_MAX,
      .connections = ODO_CONNECTIONS_MAX,
      .job_age_limit_ms = UINT32_MAX,
      .ranges_per_request = ODO_RANGES_PER_REQUEST_MAX},
     ODO_OK},
    {"connecting takes a day at most",
     {.connect_timeout_ms = ODO_TIMEOUT_MS_MAX + 1},
     ODO_E_INVALID_ARGUMENT},
    {"a stall lasts a day at most",
     {.stall_timeout_s = ODO_TIMEOUT_MS_MAX / 1000 + 1},
     ODO_E_INVALID_ARGUMENT},
    {"the first wait is a day at most", {.retry_base_ms = UINT32_MAX}, ODO_E_INVALID_ARGUMENT},
    {"no wait is longer than a day",
     {.retry_limit_ms = ODO_TIMEOUT_MS_MAX + 1},
     ODO_E_INVALID_ARGUMENT},
    {"a server bears a thousand connections at most",
     {.connections_per_host = ODO_CONNECTIONS_MAX + 1},
     ODO_E_INVALID_ARGUMENT},
    {"there are no more than a thousand connections",
     {.connections = ODO_CONNECTIONS_MAX + 1},
     ODO_E_INVALID_ARGUMENT},
    {"twice the connections would wrap round",
     {.connections = 0x80000000},
     ODO_E_INVALID_ARGUMENT},
    {"a request has a hundred ranges at most",
     {.ranges_per_request = ODO_RANGES_PER_REQUEST_MAX + 1},
     ODO_E_INVALID_ARGUMENT},
    {"a store's path is absolute", {.store_folder = "jobs"}, ODO_E_PATH_RELATIVE},
    {"a store's path does not begin where we stand",
     {.store_folder = "./jobs"},
     ODO_E_PATH_RELATIVE},
};

static void check_options(void **state)
{
    const struct options_case *c = *state;
    struct odo_engine *engine = NULL;

    assert_status(odo_engine_start(&c->options, &engine), c->status);
    if (c->status == ODO_OK) {
        odo_engine_stop(engine);
    } else {
        assert_null(engine);
    }
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, lives, check_life);
    TEST_ADD_TABLE(&suite, additions, check_addition);
    TEST_ADD(&suite, a_range_count_needs_ranges);
    TEST_ADD(&suite, a_url_may_be_as_long_as_allowed_and_no_longer);
    TEST_ADD_TABLE(&suite, texts, check_text);
    TEST_ADD(&suite, numbers_have_their_defaults_and_ranges);
    TEST_ADD(&suite, completing_replaces_what_was_there_and_not_before);
    TEST_ADD(&suite, cancelling_in_the_middle_leaves_only_what_was_there);
    TEST_ADD(&suite, suspending_keeps_what_has_come_and_asks_for_the_rest);
    TEST_ADD(&suite, suspending_between_ranges_fetches_none_twice);
    TEST_ADD(&suite, a_file_that_changed_while_suspended_is_of_one_version);
    TEST_ADD(&suite, a_temporary_file_removed_while_suspended_is_an_error);
    TEST_ADD(&suite, a_target_that_is_a_folder_fails_completing_until_it_is_gone);
    TEST_ADD(&suite, one_failed_file_stops_the_job_and_completing_keeps_the_whole_ones);
    TEST_ADD(&suite, many_files_all_arrive_and_each_is_reported_once);
    TEST_ADD(&suite, files_begin_in_the_order_added);
    TEST_ADD(&suite, a_file_added_to_a_job_in_motion_joins_it);
    TEST_ADD(&suite, a_file_added_to_a_transferred_job_is_all_that_is_fetched);
    TEST_ADD(&suite, progress_counts_what_is_wanted);
    TEST_ADD(&suite, a_file_tells_what_it_was_given_and_how_it_came);
    TEST_ADD(&suite, a_whole_file_has_no_ranges);
    TEST_ADD(&suite, times_are_noted);
    TEST_ADD(&suite, states_are_reported_in_order);
    TEST_ADD(&suite, an_error_can_be_read_while_there_is_one);
    TEST_ADD(&suite, waiting_ends_at_its_deadline);
    TEST_ADD(&suite, jobs_are_found_until_they_are_over);
    TEST_ADD(&suite, the_engine_keeps_a_job_that_nobody_holds);
    TEST_ADD(&suite, a_stopped_engine_leaves_jobs_readable_and_no_temporary_files);
    TEST_ADD(&suite, engines_start_and_stop_without_jobs);
    TEST_ADD(&suite, two_engines_do_not_disturb_each_other);
    TEST_ADD_TABLE(&suite, option_cases, check_options);
    return test_suite_run(&suite, "engine");
}
