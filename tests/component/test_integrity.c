/*
 * Files whose pieces are checked while they come: what is fetched first, what is fetched once
 * more, what a client of a stream gets to see, and what becomes of a check that is not
 * possible.
 */
#include "support/content.h"
#include "support/download_fixture.h"
#include "support/piece_hash_file.h"
#include "support/taken_bytes.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <string.h>

#define SEED  DOWNLOAD_SEED
#define SIZE  DOWNLOAD_SIZE
#define OTHER (SEED + 1) /* bytes that are not those of the file */
#define END   BYTE_RANGE_TO_END

enum { PIECE = 65536, MEBIBYTE = 1024 * 1024 };

/* --- A file, and its piece hash file -------------------------------------------------- */

struct scene {
    struct download_fixture *fixture;
    struct odo_job *job;
    char *list; /* the piece hash file, which the server has at "/hashes" */
    char *info;
};

struct scene_plan {
    uint64_t size; /* 0 is SIZE */
    uint64_t piece_size;
    const struct server_rule *rules;
    size_t rule_count;
    const struct odo_engine_options *engine;
    char *list; /* another piece hash file; or NULL */
};

static void scene_begin(struct scene *scene, const struct scene_plan *plan)
{
    uint64_t size = plan->size ? plan->size : SIZE;
    uint64_t piece_size = plan->piece_size ? plan->piece_size : PIECE;
    char url[SERVER_URL_SIZE];

    scene->list = plan->list ? plan->list : piece_hash_file_make(SEED, size, piece_size);
    scene->fixture = download_fixture_begin(
        &(struct range_server_options){
            .files = {{.path = "/file", .seed = SEED, .size = size},
                      {.path = "/hashes", .content = scene->list, .size = strlen(scene->list)},
                      {.path = "/large", .seed = SEED, .size = 65 * (uint64_t)MEBIBYTE},
                      {.path = "/empty", .seed = SEED, .size = 0}},
            .rules = plan->rules,
            .rule_count = plan->rule_count,
        },
        plan->engine);
    scene->job = download_fixture_job(scene->fixture);
    scene->info = piece_hash_file_info(range_server_url(scene->fixture->server, "/hashes", url),
                                       SEED, size, piece_size);
}

static void scene_end(struct scene *scene)
{
    if (odo_job_get_state(scene->job) != ODO_JOB_ACKNOWLEDGED) {
        assert_status(odo_job_cancel(scene->job), ODO_OK);
    }
    odo_job_release(scene->job);
    download_fixture_end(scene->fixture);
    free(scene->list);
    free(scene->info);
}

static enum odo_status try_add(struct scene *scene, struct range_list ranges, uint64_t size,
                               bool is_mandatory)
{
    char url[SERVER_URL_SIZE];
    char *path = download_fixture_path(scene->fixture, "target");
    enum odo_status status =
        odo_job_add_file(scene->job,
                         &(struct odo_file_request){
                             .file_id = "file",
                             .url = range_server_url(scene->fixture->server, "/file", url),
                             .local_path = path,
                             .ranges = ranges.items,
                             .range_count = (uint32_t)ranges.count,
                             .file_size = size,
                             .integrity = {scene->info, is_mandatory},
                         },
                         NULL);

    free(path);
    return status;
}

static const struct range_list whole = NO_RANGES;

static void add(struct scene *scene, bool is_mandatory)
{
    assert_status(try_add(scene, whole, ODO_SIZE_UNKNOWN, is_mandatory), ODO_OK);
}

/* It must be there, of the right bytes. */
static void complete(struct scene *scene, uint64_t size)
{
    char *path = download_fixture_path(scene->fixture, "target");
    struct odo_file_progress progress;

    odo_file_get_progress(scene->job, 0, &progress);
    assert_true(progress.bytes_transferred == size && progress.bytes_total == size);
    assert_status(odo_job_complete(scene->job), ODO_OK);
    expect_file(path, NULL, 0, SEED, size);
    free(path);
}

static struct odo_error error_of(struct scene *scene)
{
    struct odo_error error = {.status = ODO_OK};

    assert_status(odo_job_get_error(scene->job, &error, NULL), ODO_OK);
    return error;
}

static size_t count_requests(struct scene *scene, const char *path)
{
    struct range_server *server = scene->fixture->server;
    size_t count = 0;

    for (size_t i = 0; i < range_server_request_count(server); i++) {
        count += strcmp(range_server_get_request(server, i).path, path) == 0;
    }
    return count;
}

/* --- Sizes ---------------------------------------------------------------------------- */

static const struct size_case {
    const char *name;
    uint64_t size;
    uint64_t piece_size;
} sizes[] = {
    {"a file whose last piece is short is checked", SIZE, PIECE},
    {"a file of whole pieces is checked", 10 * PIECE, PIECE},
    {"a file of one byte more is checked", 10 * PIECE + 1, PIECE},
    {"a file of one byte is checked", 1, PIECE},
    {"a file that is one piece is checked", PIECE, PIECE},
    {"a file of many requests is checked", 20 * MEBIBYTE + 5, 3000000},
    {"a file of small pieces is checked", 100000, 7},
};

static void check_size(void **state)
{
    const struct size_case *test = *state;
    struct scene scene;

    scene_begin(&scene,
                &(struct scene_plan){.size = test->size, .piece_size = test->piece_size});
    add(&scene, true);
    download_fixture_run(scene.fixture, scene.job, ODO_JOB_TRANSFERRED);
    assert_string_equal(range_server_get_request(scene.fixture->server, 0).path, "/hashes");
    assert_int_equal(count_requests(&scene, "/hashes"), 1);
    complete(&scene, test->size);
    scene_end(&scene);
}

/* --- Piece hash files that are not good ----------------------------------------------- */

static const struct server_rule not_there[] = {
    {.path = "/hashes", .does = SERVER_STATUS, .number = 404}};
static const struct server_rule forbidden[] = {
    {.path = "/hashes", .does = SERVER_STATUS, .number = 403}};
static const struct server_rule without_length[] = {
    {.path = "/hashes", .does = SERVER_CHUNKED}};
static const struct server_rule large[] = {
    {.path = "/hashes", .does = SERVER_REDIRECT, .text = "/large"}};
static const struct server_rule empty[] = {
    {.path = "/hashes", .does = SERVER_REDIRECT, .text = "/empty"}};
static const struct server_rule longer[] = {
    {.path = "/file", .does = SERVER_CHANGE_SIZE, .number = SIZE + 1}};

static const struct list_case {
    const char *name;
    const char *old_text; /* of the piece hash file, or of the info */
    const char *new_text;
    bool in_info;
    const struct server_rule *rule;
    enum odo_status status;
    uint16_t http_status;
} lists[] = {
    {"a list that is not there", NULL, NULL, false, not_there, ODO_E_INTEGRITY_UNAVAILABLE,
     404},
    {"a list that is forbidden", NULL, NULL, false, forbidden, ODO_E_INTEGRITY_UNAVAILABLE,
     403},
    {"a list without a length", NULL, NULL, false, without_length, ODO_E_METAINFO_FILE_SIZE,
     200},
    {"a list that is too long", NULL, NULL, false, large, ODO_E_METAINFO_FILE_SIZE, 0},
    {"a list of nothing", NULL, NULL, false, empty, ODO_E_METAINFO_FILE_SIZE, 0},
    {"another digest", "\"}",
     "\",\"PiecesHashFileDigest\":\"2SmKENGwc1g33EvYXaxkGw887yekfl1TpU8vP1svz/o=\"}", true,
     NULL, ODO_E_METAINFO_DIGEST_MATCH, 0},
    {"a list that is no JSON", "{", "", false, NULL, ODO_E_METAINFO_CONTENT, 0},
    {"a list of another version", "\"MajorVersion\":1", "\"MajorVersion\":2", false, NULL,
     ODO_E_METAINFO_VERSION, 0},
    {"a list without a hash of its hashes", "HashOfHashes", "Other", false, NULL,
     ODO_E_METAINFO_PARSE_HOH, 0},
    {"an info with another hash of the hashes", "\"HashOfHashes\":\"",
     "\"HashOfHashes\":\"2SmKENGwc1g33EvYXaxkGw887yekfl1TpU8vP1svz/o=\",\"\":\"", true, NULL,
     ODO_E_METAINFO_HOH_MATCH, 0},
    {"a list without the length of the file", "ContentLength", "Other", false, NULL,
     ODO_E_METAINFO_CONTENT_LENGTH, 0},
    {"a file of another length than its list says", NULL, NULL, false, longer,
     ODO_E_METAINFO_CONTENT_LENGTH, 0},
    {"a list of pieces of nothing", "\"PieceSize\":", "\"PieceSize\":0,\"\":", false, NULL,
     ODO_E_METAINFO_PIECE_SIZE, 0},
    {"a list with a piece too many", "\"Pieces\":[", "\"Pieces\":[\"\",", false, NULL,
     ODO_E_METAINFO_PARSE_PIECEHASHES, 0},
    {"a list with a piece that is no hash", "\"Pieces\":[\"", "\"Pieces\":[\"*", false, NULL,
     ODO_E_METAINFO_PARSE_ONE_PIECEHASH, 0},
};

static void begin_list_case(struct scene *scene, const struct list_case *test)
{
    char *good = piece_hash_file_make(SEED, SIZE, PIECE);
    struct scene_plan plan = {.rules = test->rule, .rule_count = test->rule ? 1 : 0};

    if (test->old_text && !test->in_info) {
        plan.list = piece_hash_file_replace(good, test->old_text, test->new_text);
    }
    scene_begin(scene, &plan);
    if (test->in_info) {
        char *info = piece_hash_file_replace(scene->info, test->old_text, test->new_text);

        free(scene->info);
        scene->info = info;
    }
    free(good);
}

static void check_mandatory_list(void **state)
{
    const struct list_case *test = *state;
    struct scene scene;

    begin_list_case(&scene, test);
    add(&scene, true);
    download_fixture_run(scene.fixture, scene.job, ODO_JOB_ERROR);
    assert_status(error_of(&scene).status, test->status);
    assert_int_equal(error_of(&scene).http_status, test->http_status);
    scene_end(&scene);
}

static void check_list(void **state)
{
    const struct list_case *test = *state;
    struct scene scene;

    begin_list_case(&scene, test);
    add(&scene, false);
    download_fixture_run(scene.fixture, scene.job, ODO_JOB_TRANSFERRED);
    complete(&scene, test->rule == longer ? SIZE + 1 : SIZE);
    scene_end(&scene);
}

/* The hashes of another file, with the right hash of the hashes. */
static void pieces_that_are_not_those_of_the_hash_are_refused(void **state)
{
    char *other = piece_hash_file_make(OTHER, SIZE, PIECE);
    char *good = piece_hash_file_make(SEED, SIZE, PIECE);
    struct scene_plan plan = {
        .list = piece_hash_file_replace(good, strstr(good, "\"Pieces\""),
                                        strstr(other, "\"Pieces\"")),
    };
    struct scene scene;

    (void)state;
    scene_begin(&scene, &plan);
    add(&scene, true);
    download_fixture_run(scene.fixture, scene.job, ODO_JOB_ERROR);
    assert_status(error_of(&scene).status, ODO_E_METAINFO_HOH_FINAL_MATCH);
    scene_end(&scene);
    free(other);
    free(good);
}

static void a_stated_size_must_be_that_of_the_list(void **state)
{
    struct scene scene;

    (void)state;
    scene_begin(&scene, &(struct scene_plan){.size = SIZE});
    assert_status(try_add(&scene, whole, SIZE - 1, true), ODO_OK);
    download_fixture_run(scene.fixture, scene.job, ODO_JOB_ERROR);
    assert_status(error_of(&scene).status, ODO_E_METAINFO_CONTENT_LENGTH);
    assert_int_equal(count_requests(&scene, "/file"), 0);
    scene_end(&scene);
}

/* --- Fetching the list ---------------------------------------------------------------- */

static void a_list_is_asked_for_again_after_a_failure(void **state)
{
    static const struct server_rule rules[] = {
        {.path = "/hashes", .to = 1, .does = SERVER_STATUS, .number = 503},
        {.path = "/hashes", .from = 2, .to = 2, .does = SERVER_CUT_AFTER, .number = 100},
        {.path = "/file", .to = 1, .does = SERVER_CHANGE_CONTENT, .number = OTHER}};
    struct scene scene;

    (void)state;
    scene_begin(&scene, &(struct scene_plan){.rules = rules, .rule_count = 3});
    add(&scene, true);
    download_fixture_run(scene.fixture, scene.job, ODO_JOB_TRANSFERRED);
    assert_int_equal(count_requests(&scene, "/hashes"), 3);
    complete(&scene, SIZE);
    scene_end(&scene);
}

static void a_list_that_a_file_can_do_without_is_not_asked_for_without_end(void **state)
{
    static const struct server_rule rules[] = {
        {.path = "/hashes", .does = SERVER_STATUS, .number = 503}};
    struct scene scene;

    (void)state;
    scene_begin(&scene, &(struct scene_plan){.rules = rules, .rule_count = 1});
    add(&scene, false);
    download_fixture_run(scene.fixture, scene.job, ODO_JOB_TRANSFERRED);
    assert_int_equal(count_requests(&scene, "/hashes"), 3);
    event_log_settle(scene.fixture->log, scene.fixture->engine);
    assert_int_equal(
        event_log_count_state(scene.fixture->log, scene.job, ODO_JOB_TRANSIENT_ERROR), 0);
    complete(&scene, SIZE);
    scene_end(&scene);
}

static void a_failure_shows_while_the_file_waits_for_its_list(void **state)
{
    static const struct server_rule rules[] = {
        {.path = "/hashes", .does = SERVER_STATUS, .number = 503}};
    struct scene scene;

    (void)state;
    scene_begin(&scene, &(struct scene_plan){.rules = rules, .rule_count = 1});
    add(&scene, true);
    /* The next try, which clears the error, must not come before the error is looked at. */
    assert_status(odo_job_set_number(scene.job, ODO_JOB_MINIMUM_RETRY_DELAY, 60), ODO_OK);
    assert_status(odo_job_resume(scene.job), ODO_OK);
    assert_true(event_log_wait_for_state(scene.fixture->log, scene.job, ODO_JOB_TRANSIENT_ERROR,
                                         1, DOWNLOAD_DEADLINE_MS));
    assert_int_equal(error_of(&scene).http_status, 503);
    assert_status(odo_job_suspend(scene.job), ODO_OK);
    range_server_use_rules(scene.fixture->server, NULL, 0);
    download_fixture_run(scene.fixture, scene.job, ODO_JOB_TRANSFERRED);
    complete(&scene, SIZE);
    scene_end(&scene);
}

static void a_client_that_wants_no_retries_gets_none(void **state)
{
    static const struct server_rule rules[] = {
        {.path = "/hashes", .does = SERVER_STATUS, .number = 503}};
    struct scene scene;

    (void)state;
    scene_begin(&scene, &(struct scene_plan){.rules = rules, .rule_count = 1});
    assert_status(odo_job_set_number(scene.job, ODO_JOB_NO_PROGRESS_TIMEOUT, 0), ODO_OK);
    add(&scene, true);
    download_fixture_run(scene.fixture, scene.job, ODO_JOB_ERROR);
    assert_status(error_of(&scene).status, ODO_E_INTEGRITY_UNAVAILABLE);
    assert_int_equal(error_of(&scene).http_status, 503);
    scene_end(&scene);
}

/* The header's value in the first request for the list; "" when there is none. */
static const char *told(struct range_server *server)
{
    static char value[100];
    struct server_request request;

    for (size_t i = 0; i < range_server_request_count(server); i++) {
        request = range_server_get_request(server, i);
        if (strcmp(request.path, "/hashes") == 0) {
            server_request_header(&request, "X-Client", value, sizeof(value), NULL);
            return value;
        }
    }
    return "it was not asked";
}

static void only_the_files_own_server_is_told_what_the_client_says(void **state)
{
    struct scene scene;

    (void)state;
    for (int is_elsewhere = 0; is_elsewhere <= 1; is_elsewhere++) {
        char url[SERVER_URL_SIZE];
        struct range_server *other;

        scene_begin(&scene, &(struct scene_plan){.size = SIZE});
        other = range_server_start(&(struct range_server_options){
            .files = {{.path = "/hashes", .content = scene.list, .size = strlen(scene.list)}}});
        if (is_elsewhere) {
            free(scene.info);
            scene.info = piece_hash_file_info(range_server_url(other, "/hashes", url), SEED,
                                              SIZE, PIECE);
        }
        assert_status(odo_job_set_text(scene.job, ODO_JOB_HEADERS, "X-Client: yes"), ODO_OK);
        add(&scene, true);
        download_fixture_run(scene.fixture, scene.job, ODO_JOB_TRANSFERRED);
        assert_string_equal(told(is_elsewhere ? other : scene.fixture->server),
                            is_elsewhere ? "" : "yes");
        complete(&scene, SIZE);
        scene_end(&scene);
        range_server_stop(other);
    }
}

static void a_job_may_be_stopped_while_it_waits_for_its_list(void **state)
{
    static const struct server_rule rules[] = {{.path = "/hashes", .does = SERVER_STALL_REPLY}};
    struct scene scene;

    (void)state;
    scene_begin(&scene, &(struct scene_plan){.rules = rules, .rule_count = 1});
    add(&scene, true);
    for (int i = 0; i < 2; i++) {
        assert_status(odo_job_resume(scene.job), ODO_OK);
        assert_true(
            range_server_wait_for_stalls(scene.fixture->server, 1, DOWNLOAD_DEADLINE_MS));
        assert_status(odo_job_suspend(scene.job), ODO_OK);
        range_server_release(scene.fixture->server);
        range_server_use_rules(scene.fixture->server, rules, 1);
    }
    assert_int_equal(count_requests(&scene, "/file"), 0);
    scene_end(&scene);
}

/* --- Bad pieces ----------------------------------------------------------------------- */

static const struct server_rule bad_once[] = {
    {.path = "/file", .to = 1, .does = SERVER_CHANGE_CONTENT, .number = OTHER}};
static const struct server_rule bad_always[] = {
    {.path = "/file", .does = SERVER_CHANGE_CONTENT, .number = OTHER}};
static const struct server_rule bad_once_whole[] = {
    {.path = "/file", .to = 1, .does = SERVER_CHANGE_CONTENT, .number = OTHER},
    {.path = "/file", .does = SERVER_IGNORE_RANGES}};
/* One only: the request behind it may be for the same piece, and twice bad is final. */
static const struct server_rule bad_later[] = {
    {.path = "/file", .from = 2, .to = 2, .does = SERVER_CHANGE_CONTENT, .number = OTHER}};

static const struct bad_case {
    const char *name;
    uint64_t size;
    uint64_t piece_size;
    const struct server_rule *rules;
    size_t rule_count;
} bad_ones[] = {
    {"bad pieces are fetched again", SIZE, PIECE, bad_once, 1},
    {"large bad pieces are fetched again", 20 * MEBIBYTE, 3 * MEBIBYTE, bad_once, 1},
    {"small bad pieces are fetched again", SIZE, 1000, bad_once, 1},
    {"a file that is one bad piece is fetched again", SIZE, SIZE, bad_once, 1},
    {"bad pieces of a later request are fetched again", 24 * MEBIBYTE, MEBIBYTE, bad_later, 1},
    {"bad pieces are fetched again from a server without ranges", SIZE, PIECE, bad_once_whole,
     2},
    {"a large file is fetched again from a server without ranges", 20 * MEBIBYTE, MEBIBYTE,
     bad_once_whole, 2},
};

static void check_bad(void **state)
{
    const struct bad_case *test = *state;
    struct scene scene;

    scene_begin(&scene, &(struct scene_plan){.size = test->size,
                                             .piece_size = test->piece_size,
                                             .rules = test->rules,
                                             .rule_count = test->rule_count});
    add(&scene, true);
    download_fixture_run(scene.fixture, scene.job, ODO_JOB_TRANSFERRED);
    assert_true(range_server_bytes_sent(scene.fixture->server) > test->size + 100);
    complete(&scene, test->size);
    scene_end(&scene);
}

/* What came bad on one connection is asked for on another. */
static void a_bad_piece_comes_on_another_connection(void **state)
{
    struct scene scene;
    uint32_t first = 0;

    (void)state;
    scene_begin(&scene,
                &(struct scene_plan){.size = PIECE, .rules = bad_once, .rule_count = 1});
    add(&scene, true);
    download_fixture_run(scene.fixture, scene.job, ODO_JOB_TRANSFERRED);
    assert_int_equal(range_server_request_count(scene.fixture->server), 3);
    first = range_server_get_request(scene.fixture->server, 1).connection;
    assert_int_not_equal(range_server_get_request(scene.fixture->server, 2).connection, first);
    complete(&scene, PIECE);
    scene_end(&scene);
}

static void a_piece_that_is_bad_twice_is_final(void **state)
{
    struct scene scene;

    (void)state;
    for (int is_mandatory = 0; is_mandatory <= 1; is_mandatory++) {
        struct odo_file_progress progress;

        scene_begin(&scene, &(struct scene_plan){.rules = bad_always, .rule_count = 1});
        add(&scene, is_mandatory == 1);
        download_fixture_run(scene.fixture, scene.job, ODO_JOB_ERROR);
        assert_status(error_of(&scene).status, ODO_E_BAD_PIECE_HASH);
        odo_file_get_progress(scene.job, 0, &progress);
        assert_true(progress.bytes_transferred == 0);

        /* Trying again begins with fresh patience. */
        range_server_use_rules(scene.fixture->server, NULL, 0);
        download_fixture_run(scene.fixture, scene.job, ODO_JOB_TRANSFERRED);
        complete(&scene, SIZE);
        scene_end(&scene);
    }
}

static void only_what_was_checked_counts(void **state)
{
    static const struct server_rule stalling[] = {
        {.path = "/file", .does = SERVER_STALL_AFTER, .number = 5 * PIECE / 2}};
    const struct odo_engine_options patient = {.stall_timeout_s = 60};
    struct odo_file_progress progress;
    struct scene scene;

    (void)state;
    scene_begin(&scene,
                &(struct scene_plan){.rules = stalling, .rule_count = 1, .engine = &patient});
    add(&scene, true);
    assert_status(odo_job_resume(scene.job), ODO_OK);
    assert_true(event_log_wait_for_bytes(scene.fixture->log, scene.job, 2 * PIECE,
                                         DOWNLOAD_DEADLINE_MS));
    assert_status(odo_job_suspend(scene.job), ODO_OK);
    odo_file_get_progress(scene.job, 0, &progress);
    assert_true(progress.bytes_transferred > 0);
    assert_true(progress.bytes_transferred % PIECE == 0);
    range_server_use_rules(scene.fixture->server, NULL, 0);
    download_fixture_run(scene.fixture, scene.job, ODO_JOB_TRANSFERRED);
    assert_int_equal(count_requests(&scene, "/hashes"), 2);
    complete(&scene, SIZE);
    scene_end(&scene);
}

static void a_file_that_changes_is_checked_from_its_beginning(void **state)
{
    static const struct server_rule stalling[] = {
        {.path = "/file", .does = SERVER_STALL_AFTER, .number = 5 * PIECE / 2}};
    struct scene scene;

    (void)state;
    scene_begin(&scene, &(struct scene_plan){.rules = stalling, .rule_count = 1});
    add(&scene, true);
    assert_status(odo_job_resume(scene.job), ODO_OK);
    assert_true(event_log_wait_for_bytes(scene.fixture->log, scene.job, 2 * PIECE,
                                         DOWNLOAD_DEADLINE_MS));
    assert_status(odo_job_suspend(scene.job), ODO_OK);
    /* The same bytes with other validators: what came is dropped, and comes again. */
    range_server_use_rules(scene.fixture->server,
                           (const struct server_rule[]){
                               {.path = "/file", .does = SERVER_CHANGE_ETAG, .text = "\"new\""},
                               {.path = "/file",
                                .does = SERVER_CHANGE_DATE,
                                .text = "Sun, 06 Nov 1994 08:49:37 GMT"}},
                           2);
    download_fixture_run(scene.fixture, scene.job, ODO_JOB_TRANSFERRED);
    complete(&scene, SIZE);
    scene_end(&scene);
}

/* --- Ranges --------------------------------------------------------------------------- */

static void a_check_of_ranges_cannot_be_had(void **state)
{
    const struct range_list some = RANGES({0, 100}, {200, 100});
    struct scene scene;

    (void)state;
    scene_begin(&scene, &(struct scene_plan){.size = SIZE});
    assert_status(try_add(&scene, some, ODO_SIZE_UNKNOWN, true), ODO_E_INTEGRITY_WITH_RANGES);
    add(&scene, true);
    assert_status(odo_file_set_ranges(scene.job, 0, some.items, 2, false),
                  ODO_E_INTEGRITY_WITH_RANGES);
    scene_end(&scene);
}

static void ranges_come_without_a_check_that_is_not_mandatory(void **state)
{
    const struct range_list some = RANGES({0, 100}, {200, 100});
    struct scene scene;

    (void)state;
    scene_begin(&scene, &(struct scene_plan){.size = SIZE});
    assert_status(try_add(&scene, some, ODO_SIZE_UNKNOWN, false), ODO_OK);
    download_fixture_run(scene.fixture, scene.job, ODO_JOB_TRANSFERRED);
    assert_int_equal(count_requests(&scene, "/hashes"), 0);
    scene_end(&scene);
}

static void one_range_that_is_all_of_the_file_is_checked(void **state)
{
    const struct range_list all = RANGES({0, END});
    struct scene scene;

    (void)state;
    scene_begin(&scene, &(struct scene_plan){.rules = bad_once, .rule_count = 1});
    assert_status(try_add(&scene, all, ODO_SIZE_UNKNOWN, true), ODO_OK);
    download_fixture_run(scene.fixture, scene.job, ODO_JOB_TRANSFERRED);
    complete(&scene, SIZE);
    scene_end(&scene);
}

static void all_of_the_file_is_checked_behind_a_part_of_it(void **state)
{
    const struct range_list both = RANGES({0, 100}, {0, SIZE});
    struct scene scene;

    (void)state;
    scene_begin(&scene, &(struct scene_plan){.size = SIZE});
    assert_status(try_add(&scene, (struct range_list)RANGES({0, 100}), ODO_SIZE_UNKNOWN, false),
                  ODO_OK);
    download_fixture_run(scene.fixture, scene.job, ODO_JOB_TRANSFERRED);
    range_server_use_rules(scene.fixture->server, bad_once, 1);
    assert_status(odo_file_set_ranges(scene.job, 0, NULL, 0, true), ODO_OK);
    download_fixture_run(scene.fixture, scene.job, ODO_JOB_TRANSFERRED);
    assert_int_equal(count_requests(&scene, "/hashes"), 1);
    assert_status(odo_job_complete(scene.job), ODO_OK);
    download_fixture_expect(scene.fixture, "target", both);
    scene_end(&scene);
}

static void a_check_that_is_mandatory_needs_an_info(void **state)
{
    struct scene scene;

    (void)state;
    scene_begin(&scene, &(struct scene_plan){.size = SIZE});
    download_fixture_add(scene.fixture, scene.job, "/file", "target", whole);
    assert_status(
        odo_file_set_integrity(scene.job, 0, &(struct odo_integrity){.is_mandatory = true}),
        ODO_OK);
    assert_status(odo_job_resume(scene.job), ODO_E_INTEGRITY_UNSPECIFIED);
    expect_state(scene.job, ODO_JOB_SUSPENDED);
    assert_status(
        odo_file_set_integrity(scene.job, 0, &(struct odo_integrity){scene.info, true}),
        ODO_OK);
    download_fixture_run(scene.fixture, scene.job, ODO_JOB_TRANSFERRED);
    assert_int_equal(count_requests(&scene, "/hashes"), 1);
    complete(&scene, SIZE);
    scene_end(&scene);
}

static void an_info_without_an_address_is_refused(void **state)
{
    static const char *const addresses[] = {"", "nowhere", "ftp://host/hashes"};

    (void)state;
    for (size_t i = 0; i < TEST_COUNT(addresses); i++) {
        char *info = piece_hash_file_info(addresses[i], SEED, SIZE, PIECE);

        assert_status(odo_integrity_check(&(struct odo_integrity){.info = info}),
                      ODO_E_INVALID_ARGUMENT);
        free(info);
    }
}

/* --- Streams -------------------------------------------------------------------------- */

static void add_stream(struct scene *scene, bool is_mandatory, size_t size,
                       struct taken_bytes *taken_out)
{
    taken_bytes_add(scene->fixture, scene->job, whole, size, taken_out);
    assert_status(odo_file_set_integrity(scene->job, 0,
                                         &(struct odo_integrity){scene->info, is_mandatory}),
                  ODO_OK);
}

static void expect_taken(struct taken_bytes *taken, uint64_t size)
{
    const struct range_list all = RANGES({0, size});

    taken_bytes_expect(taken, all, SEED);
}

static void check_bad_stream(void **state)
{
    const struct bad_case *test = *state;
    struct taken_bytes taken;
    struct scene scene;

    scene_begin(&scene, &(struct scene_plan){.size = test->size,
                                             .piece_size = test->piece_size,
                                             .rules = test->rules,
                                             .rule_count = test->rule_count});
    add_stream(&scene, true, (size_t)test->size, &taken);
    download_fixture_run(scene.fixture, scene.job, ODO_JOB_TRANSFERRED);
    expect_taken(&taken, test->size);
    scene_end(&scene);
}

static void a_stream_gets_nothing_that_is_bad(void **state)
{
    struct taken_bytes taken;
    struct scene scene;

    (void)state;
    scene_begin(&scene, &(struct scene_plan){.rules = bad_always, .rule_count = 1});
    add_stream(&scene, false, SIZE, &taken);
    download_fixture_run(scene.fixture, scene.job, ODO_JOB_ERROR);
    assert_status(error_of(&scene).status, ODO_E_BAD_PIECE_HASH);
    scene_end(&scene);
    assert_int_equal(taken.size, 0);
    free(taken.bytes);
}

static const struct stream_case {
    const char *name;
    uint64_t size;
    uint64_t piece_size;
    bool is_mandatory;
    enum odo_status status;
} streams[] = {
    {"pieces of half a buffer are checked", 30 * MEBIBYTE, 4 * MEBIBYTE, true, ODO_OK},
    {"pieces larger than that are checked", 30 * MEBIBYTE, 5 * MEBIBYTE, true, ODO_OK},
    {"pieces larger than a buffer are checked", 30 * MEBIBYTE, 12 * MEBIBYTE, true, ODO_OK},
    {"pieces that are too large are refused", 34 * MEBIBYTE, 33 * MEBIBYTE, true,
     ODO_E_METAINFO_PIECE_SIZE},
    {"or not checked", 34 * MEBIBYTE, 33 * MEBIBYTE, false, ODO_OK},
    {"a piece that would be too large if it were whole is checked", 3 * MEBIBYTE,
     900 * (uint64_t)MEBIBYTE, true, ODO_OK},
};

static void check_stream(void **state)
{
    const struct stream_case *test = *state;
    struct taken_bytes taken;
    struct scene scene;

    scene_begin(&scene,
                &(struct scene_plan){.size = test->size, .piece_size = test->piece_size});
    add_stream(&scene, test->is_mandatory, (size_t)test->size, &taken);
    download_fixture_run(scene.fixture, scene.job,
                         test->status == ODO_OK ? ODO_JOB_TRANSFERRED : ODO_JOB_ERROR);
    if (test->status == ODO_OK) {
        expect_taken(&taken, test->size);
    } else {
        assert_status(error_of(&scene).status, test->status);
        assert_int_equal(taken.size, 0);
        free(taken.bytes);
    }
    scene_end(&scene);
}

/* A client that suspends its job when the first bytes come. */
struct hasty_client {
    struct taken_bytes taken;
    struct odo_job *job;
};

static int32_t take_and_suspend(void *context, const void *data, size_t size)
{
    struct hasty_client *client = context;
    bool is_first = client->taken.size == 0;
    int32_t result = taken_bytes_take(&client->taken, data, size);

    if (is_first) {
        odo_job_suspend(client->job);
    }
    return result;
}

/* The rest of a piece that its client has in part is good: it is not asked for again. Over one
 * connection, since a hedge that was sent before the job was suspended may arrive after it. */
static void a_stream_goes_on_in_the_middle_of_a_piece(void **state)
{
    static const struct odo_engine_options single = {.connections_per_host = 1};
    enum { LENGTH = 6 * MEBIBYTE, HALF = 3 * MEBIBYTE };
    struct hasty_client client = {.taken = {.bytes = malloc(LENGTH), .most = LENGTH}};
    const struct odo_stream stream = {
        .write = take_and_suspend, .release = taken_bytes_release, .context = &client};
    char url[SERVER_URL_SIZE];
    struct scene scene;
    size_t earlier;

    (void)state;
    scene_begin(&scene,
                &(struct scene_plan){.size = LENGTH, .piece_size = HALF, .engine = &single});
    client.job = scene.job;
    assert_status(
        odo_job_add_file(scene.job,
                         &(struct odo_file_request){
                             .file_id = "stream",
                             .url = range_server_url(scene.fixture->server, "/file", url),
                             .file_size = ODO_SIZE_UNKNOWN,
                             .integrity = {scene.info, true},
                         },
                         NULL),
        ODO_OK);
    assert_status(odo_file_set_stream(scene.job, 0, &stream), ODO_OK);
    download_fixture_run(scene.fixture, scene.job, ODO_JOB_SUSPENDED);
    assert_in_range(client.taken.size, 1, MEBIBYTE);
    earlier = range_server_request_count(scene.fixture->server);
    download_fixture_run(scene.fixture, scene.job, ODO_JOB_TRANSFERRED);
    expect_taken(&client.taken, LENGTH);
    for (size_t i = earlier; i < range_server_request_count(scene.fixture->server); i++) {
        struct server_request request = range_server_get_request(scene.fixture->server, i);

        assert_true(request.range_count == 0 || request.ranges[0].offset >= HALF);
    }
    scene_end(&scene);
}

/* What is kept of one request is not given to the client as the beginning of another. */
static void a_stream_may_be_asked_for_something_else_in_the_middle_of_a_piece(void **state)
{
    enum { LENGTH = 6 * MEBIBYTE, HALF = 3 * MEBIBYTE };
    const struct byte_range other = {100, 1000};
    struct hasty_client client = {.taken = {.bytes = malloc(LENGTH), .most = LENGTH}};
    const struct odo_stream stream = {
        .write = take_and_suspend, .release = taken_bytes_release, .context = &client};
    char url[SERVER_URL_SIZE];
    struct scene scene;
    struct byte_range expected[] = {{0, 0}, other};

    (void)state;
    scene_begin(&scene, &(struct scene_plan){.size = LENGTH, .piece_size = HALF});
    client.job = scene.job;
    assert_status(
        odo_job_add_file(scene.job,
                         &(struct odo_file_request){
                             .file_id = "stream",
                             .url = range_server_url(scene.fixture->server, "/file", url),
                             .file_size = ODO_SIZE_UNKNOWN,
                             .integrity = {scene.info, false},
                         },
                         NULL),
        ODO_OK);
    assert_status(odo_file_set_stream(scene.job, 0, &stream), ODO_OK);
    download_fixture_run(scene.fixture, scene.job, ODO_JOB_SUSPENDED);
    expected[0].length = client.taken.size;
    assert_status(odo_file_set_ranges(scene.job, 0, &other, 1, false), ODO_OK);
    download_fixture_run(scene.fixture, scene.job, ODO_JOB_TRANSFERRED);
    taken_bytes_expect(&client.taken, (struct range_list){expected, 2}, SEED);
    scene_end(&scene);
}

/* --- After a restart ------------------------------------------------------------------ */

static void what_was_checked_is_kept_over_a_restart(void **state)
{
    static const struct server_rule stalling[] = {
        {.path = "/file", .does = SERVER_STALL_AFTER, .number = 5 * PIECE / 2}};
    char *folder = temp_folder_create();
    char *store = temp_folder_make(folder, "jobs");
    struct odo_engine_options options = {
        .store_folder = store, .stall_timeout_s = 60, .connections_per_host = 1};
    struct odo_job **jobs = NULL;
    size_t count = 0;
    struct scene scene;
    struct server_request last;

    (void)state;
    scene_begin(&scene,
                &(struct scene_plan){.rules = stalling, .rule_count = 1, .engine = &options});
    add(&scene, true);
    assert_status(odo_job_resume(scene.job), ODO_OK);
    assert_true(event_log_wait_for_bytes(scene.fixture->log, scene.job, 2 * PIECE,
                                         DOWNLOAD_DEADLINE_MS));
    odo_job_release(scene.job);
    download_fixture_stop_engine(scene.fixture);
    range_server_release(scene.fixture->server);
    range_server_use_rules(scene.fixture->server, NULL, 0);

    options.host = event_log_host(scene.fixture->log);
    assert_status(odo_engine_start(&options, &scene.fixture->engine), ODO_OK);
    assert_status(odo_job_list(scene.fixture->engine, &jobs, &count), ODO_OK);
    assert_int_equal(count, 1);
    scene.job = jobs[0];
    odo_free(jobs);
    assert_status(odo_job_resume(scene.job), ODO_OK);
    assert_status(odo_job_wait(scene.job, DOWNLOAD_DEADLINE_MS), ODO_OK);
    expect_state(scene.job, ODO_JOB_TRANSFERRED);
    assert_int_equal(count_requests(&scene, "/hashes"), 2);
    /* What is asked for counts: a reply that was on its way may go on into nowhere. */
    last = range_server_get_request(scene.fixture->server,
                                    range_server_request_count(scene.fixture->server) - 1);
    assert_int_equal(last.range_count, 1);
    assert_true(last.ranges[0].offset == 2 * PIECE);
    complete(&scene, SIZE);
    scene_end(&scene);
    free(store);
    temp_folder_remove(folder);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, sizes, check_size);
    TEST_ADD_TABLE(&suite, lists, check_mandatory_list);
    TEST_ADD_TABLE(&suite, lists, check_list);
    TEST_ADD(&suite, pieces_that_are_not_those_of_the_hash_are_refused);
    TEST_ADD(&suite, a_stated_size_must_be_that_of_the_list);
    TEST_ADD(&suite, a_list_is_asked_for_again_after_a_failure);
    TEST_ADD(&suite, a_list_that_a_file_can_do_without_is_not_asked_for_without_end);
    TEST_ADD(&suite, a_failure_shows_while_the_file_waits_for_its_list);
    TEST_ADD(&suite, a_client_that_wants_no_retries_gets_none);
    TEST_ADD(&suite, only_the_files_own_server_is_told_what_the_client_says);
    TEST_ADD(&suite, a_job_may_be_stopped_while_it_waits_for_its_list);
    TEST_ADD_TABLE(&suite, bad_ones, check_bad);
    TEST_ADD(&suite, a_bad_piece_comes_on_another_connection);
    TEST_ADD(&suite, a_piece_that_is_bad_twice_is_final);
    TEST_ADD(&suite, only_what_was_checked_counts);
    TEST_ADD(&suite, a_file_that_changes_is_checked_from_its_beginning);
    TEST_ADD(&suite, a_check_of_ranges_cannot_be_had);
    TEST_ADD(&suite, ranges_come_without_a_check_that_is_not_mandatory);
    TEST_ADD(&suite, one_range_that_is_all_of_the_file_is_checked);
    TEST_ADD(&suite, all_of_the_file_is_checked_behind_a_part_of_it);
    TEST_ADD(&suite, a_check_that_is_mandatory_needs_an_info);
    TEST_ADD(&suite, an_info_without_an_address_is_refused);
    TEST_ADD_TABLE(&suite, bad_ones, check_bad_stream);
    TEST_ADD(&suite, a_stream_gets_nothing_that_is_bad);
    TEST_ADD_TABLE(&suite, streams, check_stream);
    TEST_ADD(&suite, a_stream_goes_on_in_the_middle_of_a_piece);
    TEST_ADD(&suite, a_stream_may_be_asked_for_something_else_in_the_middle_of_a_piece);
    TEST_ADD(&suite, what_was_checked_is_kept_over_a_restart);
    return test_suite_run(&suite, "integrity");
}
