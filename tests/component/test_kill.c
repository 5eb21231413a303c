/*
 * A process that is killed at any moment: what it has promised is there afterwards, and what it
 * has fetched is not fetched again, but for the last second.
 *
 * This program runs itself as the process that is killed: its first argument then says what to
 * do. The server and all checks are in the other one.
 */
#include "base/text.h"
#include "job/job_state.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "platform/path.h"
#include "store/journal.h"
#include "support/child_process.h"
#include "support/content.h"
#include "support/range_list.h"
#include "support/range_server.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <inttypes.h>
#include <string.h>

enum {
    SEED = 11,
    SIZE = 160 * 1000 * 1000,
    KILLS = 100, /* fewer where a process costs more */
    DEADLINE_MS = 30000,
    RATE = 400 * 1000, /* bytes a second that the server sends in one reply */
    SAMPLES = 50,
    SAMPLE_SIZE = 4096,
};

/* Not in the order of the file, with gaps that are too large to be fetched. */
static const struct byte_range ranges[] = {
    {40000000, 10000000},
    {0, 12000000},
    {79000000, 1000000},
    {20000000, 15000000},
};

static struct odo_engine *start_engine(const char *store_folder)
{
    struct odo_engine *engine = NULL;
    struct odo_engine_options options = {.store_folder = store_folder, .retry_base_ms = 1};
    enum odo_status status = odo_engine_start(&options, &engine);

    if (status != ODO_OK) {
        fprintf(stderr, "no engine: %s\n", status_name(status));
        abort();
    }
    return engine;
}

/* The only job of the engine, counted; NULL when there is none. */
static struct odo_job *only_job(struct odo_engine *engine)
{
    struct odo_job **jobs = NULL;
    struct odo_job *job = NULL;
    size_t count = 0;

    if (odo_job_list(engine, &jobs, &count) == ODO_OK && count == 1) {
        job = jobs[0];
    }
    odo_free(jobs);
    return job;
}

/* --- The process that is killed ------------------------------------------------------- */

/* Go on with the job until it rests. */
static int child_download(const char *store_folder)
{
    struct odo_engine *engine = start_engine(store_folder);
    struct odo_job *job = only_job(engine);
    enum odo_job_state state;

    if (!job || odo_job_resume(job) != ODO_OK) {
        return EXIT_FAILURE;
    }
    while (odo_job_wait(job, UINT32_MAX) == ODO_E_TIMED_OUT) {
    }
    state = odo_job_get_state(job);
    odo_job_release(job);
    odo_engine_stop(engine);
    return state == ODO_JOB_TRANSFERRED ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int child_complete(const char *store_folder)
{
    struct odo_engine *engine = start_engine(store_folder);
    struct odo_job *job = only_job(engine);
    enum odo_status status = job ? odo_job_complete(job) : ODO_E_NOT_FOUND;

    odo_job_release(job);
    odo_engine_stop(engine);
    return status == ODO_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Add files without an end, and say each time how many are there. */
static int child_add(const char *store_folder, const char *folder, const char *counter_path)
{
    struct odo_engine *engine = start_engine(store_folder);
    struct odo_job *job = only_job(engine);
    struct platform_file *counter = NULL;

    if (!job || platform_file_open(counter_path, &counter) != ODO_OK) {
        return EXIT_FAILURE;
    }
    for (;;) {
        uint32_t count = odo_job_get_file_count(job) + 1;
        char name[40];
        char *path;

        snprintf(name, sizeof(name), "file-%u", (unsigned)count);
        path = temp_folder_path(folder, name);
        if (odo_job_add_file(job,
                             &(struct odo_file_request){
                                 .file_id = name,
                                 .url = "http://127.0.0.1:1/file",
                                 .local_path = path,
                                 .file_size = count,
                             },
                             NULL) != ODO_OK) {
            return EXIT_FAILURE;
        }
        free(path);
        if (platform_file_write_at(counter, 0, &count, sizeof(count)) != ODO_OK) {
            return EXIT_FAILURE;
        }
    }
}

/* --- Around it ------------------------------------------------------------------------ */

static struct {
    char *folder;
    char *store_folder;
    struct range_server *server;
    struct test_random random;
} here;

static int begin(void **state)
{
    const char *seed = getenv("ODO_TEST_SEED");

    (void)state;
    here.random.state = seed ? strtoull(seed, NULL, 10) : 20240229;
    here.random.state |= 1;
    printf("seed %" PRIu64 " (ODO_TEST_SEED)\n", here.random.state);
    here.folder = temp_folder_create();
    here.store_folder = temp_folder_make(here.folder, "jobs");
    here.server = range_server_start(&(struct range_server_options){
        .files = {{.path = "/whole", .seed = SEED, .size = SIZE},
                  {.path = "/ranges", .seed = SEED, .size = SIZE}},
    });
    return 0;
}

static int end(void **state)
{
    (void)state;
    range_server_stop(here.server);
    temp_folder_remove(here.folder);
    free(here.store_folder);
    memset(&here, 0, sizeof(here));
    return 0;
}

static struct child_process *start_child(const char *what, const char *more, const char *most)
{
    const char *const arguments[] = {what, here.store_folder, more, most, NULL};

    return child_process_start(arguments);
}

/* Let time pass. Nothing will ever come that this waits for. */
static void wait_ms(uint64_t ms)
{
    range_server_wait_for_requests(here.server, SIZE_MAX, (uint32_t)ms);
}

static void add(struct odo_job *job, const char *name, const struct byte_range *wanted,
                size_t count)
{
    const char *source = strcmp(name, "whole") == 0 ? "/whole" : "/ranges";
    char url[SERVER_URL_SIZE];
    char *path = temp_folder_path(here.folder, name);

    assert_status(odo_job_add_file(job,
                                   &(struct odo_file_request){
                                       .file_id = name,
                                       .url = range_server_url(here.server, source, url),
                                       .local_path = path,
                                       .ranges = wanted,
                                       .range_count = (uint32_t)count,
                                       .file_size = ODO_SIZE_UNKNOWN,
                                   },
                                   NULL),
                  ODO_OK);
    free(path);
}

static void expect_content(const char *name, const struct byte_range *wanted, size_t count)
{
    char *path = temp_folder_path(here.folder, name);

    expect_file(path, wanted, count, SEED, SIZE);
    free(path);
}

/* --- What the journal says ------------------------------------------------------------ */

static bool note_id(void *context, const struct odo_job_id *id)
{
    *(struct odo_job_id *)context = *id;
    return true;
}

/* Own the job as the next process would, and read it. */
static void read_job(struct job *data_out)
{
    struct odo_job_id id = {{0}};
    struct journal *journal = NULL;
    struct store *store = NULL;

    assert_status(store_open(here.store_folder, &store), ODO_OK);
    assert_status(store_list(store, note_id, &id), ODO_OK);
    assert_status(journal_adopt(store, &id, &journal, data_out), ODO_OK);
    journal_close(journal);
    store_close(store);
}

static bool is_within(const struct checkpoint *checkpoint, uint64_t offset, uint64_t size)
{
    if (offset + size > checkpoint->cursor) {
        return false;
    }
    for (size_t i = 0; i < checkpoint->hole_count; i++) {
        const struct byte_range *hole = &checkpoint->holes[i];

        if (offset < hole->offset + hole->length && hole->offset < offset + size) {
            return false;
        }
    }
    return true;
}

/* Look at one place of what is said to be there. */
static void check_place(const struct job_file *file, struct platform_file *opened,
                        struct byte_range range, uint64_t output, uint64_t place)
{
    unsigned char expected[SAMPLE_SIZE];
    unsigned char actual[SAMPLE_SIZE];
    size_t size = SAMPLE_SIZE;
    size_t had = 0;

    if (range.length - place < size) {
        size = (size_t)(range.length - place);
    }
    if (!is_within(&file->checkpoint, range.offset + place, size)) {
        return;
    }
    content_fill(SEED, range.offset + place, expected, size);
    assert_status(platform_file_read_at(opened, output + place, actual, size, &had), ODO_OK);
    assert_int_equal(had, size);
    assert_memory_equal(actual, expected, size);
}

/* What is said to have come is in the temporary file: at random places, and near each end. */
static void check_file(const struct job_file *file)
{
    static const struct byte_range all = {0, SIZE};
    const struct byte_range *wanted = file->range_count > 0 ? file->ranges : &all;
    size_t count = file->range_count > 0 ? file->range_count : 1;
    struct platform_file *opened = NULL;
    uint64_t output = 0;

    if (file->bytes_had == 0) {
        return;
    }
    assert_status(platform_file_open(file->temporary_path, &opened), ODO_OK);
    for (size_t i = 0; i < count; i++) {
        const struct checkpoint *checkpoint = &file->checkpoint;
        uint64_t from = wanted[i].offset;

        for (int k = 0; k < SAMPLES; k++) {
            check_place(file, opened, wanted[i], output,
                        test_random_below(&here.random, wanted[i].length));
        }
        if (checkpoint->cursor >= from + SAMPLE_SIZE &&
            checkpoint->cursor <= from + wanted[i].length) {
            check_place(file, opened, wanted[i], output,
                        checkpoint->cursor - SAMPLE_SIZE - from);
        }
        for (size_t k = 0; k < checkpoint->hole_count; k++) {
            uint64_t hole = checkpoint->holes[k].offset;
            uint64_t behind = hole + checkpoint->holes[k].length;

            if (hole >= from + SAMPLE_SIZE && hole <= from + wanted[i].length) {
                check_place(file, opened, wanted[i], output, hole - SAMPLE_SIZE - from);
            }
            if (behind >= from && behind < from + wanted[i].length) {
                check_place(file, opened, wanted[i], output, behind - from);
            }
        }
        output += wanted[i].length;
    }
    platform_file_close(opened);
}

/*
 * The bytes that the next process will not ask for; all of them are looked at, in samples. A
 * job whose first process was killed before it had returned from resuming it is suspended.
 */
static uint64_t check_job(bool *was_resumed)
{
    struct job data;
    uint64_t had;

    read_job(&data);
    *was_resumed = *was_resumed || data.state != ODO_JOB_SUSPENDED;
    assert_string_equal(job_state_name(data.state),
                        *was_resumed ? "TRANSFERRING" : "SUSPENDED");
    assert_int_equal(data.file_count, 2);
    assert_int_equal(data.files[1]->range_count, TEST_COUNT(ranges));
    check_file(data.files[0]);
    check_file(data.files[1]);
    had = data.totals.bytes_had;
    job_free(&data);
    return had;
}

/* --- Killed while it downloads -------------------------------------------------------- */

struct damage {
    uint64_t kills;
    bool was_resumed;
    uint64_t lost;      /* bytes that the server sent and that will be sent again */
    uint64_t most_lost; /* by one kill */
    uint64_t most_old;  /* of those, by one kill, that came long before it */
};

/* What is saved each second is safe after two, however busy the machine is. */
enum { SAFE_MS = 2000 };

/* How long a process may live once it has asked for something. Some see what it has saved. */
static uint64_t random_life_ms(void)
{
    switch (test_random_below(&here.random, 10)) {
    case 0:
        return SAFE_MS + test_random_below(&here.random, 1000);
    case 1:
        return test_random_below(&here.random, 800);
    default:
        return test_random_below(&here.random, 150);
    }
}

/*
 * Kill one, and check what it has lost: of what the server sent long before, nothing; but for
 * what may lie in the sockets.
 */
static void kill_one(struct damage *damage, uint64_t *had)
{
    enum { IN_SOCKETS = 500 * 1000 };
    struct child_process *child;
    size_t requests = range_server_request_count(here.server);
    uint64_t sent_before = range_server_bytes_sent(here.server);
    uint64_t life_ms = random_life_ms();
    uint64_t sent_early = sent_before;
    uint64_t sent;
    uint64_t now_had;
    bool early = test_random_below(&here.random, 10) == 0;

    child = start_child("download", NULL, NULL);
    if (early) { /* while it starts */
        wait_ms(life_ms / 4);
    } else {
        if (!range_server_wait_for_requests(here.server, requests + 1, DEADLINE_MS)) {
            child_process_kill(child);
            fail_msg("the process asks for nothing");
        }
        if (life_ms > SAFE_MS) {
            wait_ms(life_ms - SAFE_MS);
            sent_early = range_server_bytes_sent(here.server);
            life_ms = SAFE_MS;
        }
        wait_ms(life_ms);
    }
    assert_true(child_process_kill(child));
    sent = range_server_bytes_sent(here.server);

    now_had = check_job(&damage->was_resumed);
    assert_true(now_had >= *had);
    if (*had + (sent_early - sent_before) > now_had) {
        uint64_t old = *had + (sent_early - sent_before) - now_had;

        damage->most_old = old > damage->most_old ? old : damage->most_old;
    }
    if (damage->most_old > IN_SOCKETS) {
        fail_msg("kill %" PRIu64 ": %" PRIu64 " bytes were there and %" PRIu64
                 " came two seconds before; now there are %" PRIu64,
                 damage->kills, *had, sent_early - sent_before, now_had);
    }
    if (*had + (sent - sent_before) > now_had) {
        uint64_t lost = *had + (sent - sent_before) - now_had;

        damage->lost += lost;
        damage->most_lost = lost > damage->most_lost ? lost : damage->most_lost;
    }
    damage->kills++;
    *had = now_had;
}

/* Bytes of the span that had come when the checkpoint was taken. */
static uint64_t count_had(const struct checkpoint *checkpoint, struct byte_range span)
{
    uint64_t end = checkpoint->cursor;
    uint64_t had;

    if (span.offset >= end) {
        return 0;
    }
    if (span.length < end - span.offset) {
        end = span.offset + span.length;
    }
    had = end - span.offset;
    for (size_t i = 0; i < checkpoint->hole_count; i++) {
        struct byte_range hole = checkpoint->holes[i];
        uint64_t from = hole.offset > span.offset ? hole.offset : span.offset;
        uint64_t to = hole.offset + hole.length < end ? hole.offset + hole.length : end;

        had -= to > from ? to - from : 0;
    }
    return had;
}

/* Nothing that had come when the job was as in `data` was asked for from this request on. */
static void expect_nothing_asked_again(const struct job *data, size_t first)
{
    static const struct byte_range everything = {0, SIZE};

    for (size_t i = first; i < range_server_request_count(here.server); i++) {
        struct server_request request = range_server_get_request(here.server, i);
        const struct job_file *file = data->files[strcmp(request.path, "/whole") == 0 ? 0 : 1];

        if (request.range_count == 0) {
            assert_int_equal(count_had(&file->checkpoint, everything), 0);
        }
        for (size_t k = 0; k < request.range_count; k++) {
            assert_int_equal(count_had(&file->checkpoint, request.ranges[k]), 0);
        }
    }
}

static void a_download_survives_a_kill_at_any_moment(void **state)
{
    static const struct server_rule slow[] = {{.does = SERVER_THROTTLE, .number = RATE}};
    static const struct server_rule quick[] = {{.does = SERVER_THROTTLE, .number = 3 * RATE}};
    struct odo_engine *engine = start_engine(here.store_folder);
    struct damage damage = {0};
    struct child_process *child;
    struct odo_job *job = NULL;
    size_t requests_before;
    uint64_t total = SIZE;
    uint64_t had = 0;
    struct job data;

    (void)state;
    assert_status(odo_job_create(engine, "to be killed", &job), ODO_OK);
    add(job, "whole", NULL, 0);
    add(job, "ranges", ranges, TEST_COUNT(ranges));
    for (size_t i = 0; i < TEST_COUNT(ranges); i++) {
        total += ranges[i].length;
    }
    odo_job_release(job);
    odo_engine_stop(engine);

    while (damage.kills < KILLS / child_process_cost()) {
        /* Blocks of gathered bytes are written when they are full, or after a while. */
        range_server_use_rules(here.server, damage.kills % 4 == 3 ? quick : slow, 1);
        kill_one(&damage, &had);
    }
    printf("%" PRIu64 " kills: %" PRIu64 " of %" PRIu64 " bytes came; %" PRIu64
           " were sent in vain, %" PRIu64 " at most by one kill, of which %" PRIu64
           " came two seconds before\n",
           damage.kills, had, total, damage.lost, damage.most_lost, damage.most_old);
    assert_true(had > 0);

    /* In the end it is all there, and nothing that had come was asked for again. */
    range_server_use_rules(here.server, NULL, 0);
    requests_before = range_server_request_count(here.server);
    read_job(&data);
    child = start_child("download", NULL, NULL);
    assert_int_equal(child_process_wait(child), EXIT_SUCCESS);
    expect_nothing_asked_again(&data, requests_before);
    job_free(&data);
    engine = start_engine(here.store_folder);
    job = only_job(engine);
    assert_non_null(job);
    assert_status(odo_job_complete(job), ODO_OK);
    odo_job_release(job);
    odo_engine_stop(engine);
    expect_content("whole", NULL, 0);
    expect_content("ranges", ranges, TEST_COUNT(ranges));
}

/* --- Killed while it gives the files their names -------------------------------------- */

enum { NAMED_FILES = 60 };

static bool count_temporary(void *context, const char *name, bool is_ordinary)
{
    if (!is_ordinary) {
        return true;
    }
    *(size_t *)context += strncmp(name, "DO", 2) == 0;
    return true;
}

static void check_names_once(void)
{
    struct odo_engine *engine = start_engine(here.store_folder);
    struct odo_job *job = NULL;
    struct child_process *child;
    size_t temporary = 0;

    assert_status(odo_job_create(engine, "to be named", &job), ODO_OK);
    for (uint64_t i = 0; i < NAMED_FILES; i++) {
        const struct byte_range part = {i * 1000, 1000};
        char name[20];

        snprintf(name, sizeof(name), "part-%u", (unsigned)i);
        add(job, name, &part, 1);
    }
    assert_status(odo_job_resume(job), ODO_OK);
    assert_status(odo_job_wait(job, DEADLINE_MS), ODO_OK);
    assert_int_equal(odo_job_get_state(job), ODO_JOB_TRANSFERRED);
    odo_job_release(job);
    odo_engine_stop(engine);

    child = start_child("complete", NULL, NULL);
    wait_ms(test_random_below(&here.random, 60) * child_process_cost());
    child_process_kill(child);

    engine = start_engine(here.store_folder);
    job = only_job(engine);
    if (job) { /* else all was done already */
        assert_status(odo_job_complete(job), ODO_OK);
    }
    odo_job_release(job);
    odo_engine_stop(engine);
    for (uint64_t i = 0; i < NAMED_FILES; i++) {
        const struct byte_range part = {i * 1000, 1000};
        char name[20];
        char *path;

        snprintf(name, sizeof(name), "part-%u", (unsigned)i);
        expect_content(name, &part, 1);
        path = temp_folder_path(here.folder, name);
        assert_status(platform_file_remove(path), ODO_OK);
        free(path);
    }
    assert_status(platform_path_list(here.folder, count_temporary, &temporary), ODO_OK);
    assert_int_equal(temporary, 0);
}

static void every_file_gets_its_name_in_spite_of_a_kill(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 10 / child_process_cost(); i++) {
        check_names_once();
    }
}

/* --- Killed while files are added ----------------------------------------------------- */

static void what_was_added_before_a_kill_is_there(void **state)
{
    struct odo_engine *engine = start_engine(here.store_folder);
    struct odo_job *job = NULL;
    char *counter_path = temp_folder_path(here.folder, "counter");
    struct platform_file *counter = NULL;
    uint32_t count = 0;

    (void)state;
    assert_status(odo_job_create(engine, "to be filled", &job), ODO_OK);
    odo_job_release(job);
    odo_engine_stop(engine);
    assert_status(platform_file_create_new(counter_path, &counter), ODO_OK);
    assert_status(platform_file_write_at(counter, 0, &count, sizeof(count)), ODO_OK);
    for (unsigned i = 0; i < 20 / child_process_cost() || (count == 0 && i < 100); i++) {
        struct child_process *child = start_child("add", here.folder, counter_path);
        struct job data;
        size_t had = 0;

        /* A machine that is slow just now has not begun before a kill that comes so soon. */
        wait_ms((test_random_below(&here.random, 60) + (count == 0 ? i * 10 : 0)) *
                child_process_cost());
        assert_true(child_process_kill(child));
        assert_status(platform_file_read_at(counter, 0, &count, sizeof(count), &had), ODO_OK);
        read_job(&data);
        assert_true(data.file_count == count || data.file_count == count + 1);
        for (uint32_t k = 0; k < data.file_count; k++) {
            assert_true(data.files[k]->stated_size == k + 1);
        }
        job_free(&data);
    }
    printf("%u files were added\n", (unsigned)count);
    assert_true(count > 0);
    platform_file_close(counter);
    free(counter_path);
}

/* --- Touched between a kill and the next process -------------------------------------- */

enum deed { DEED_NONE, DEED_CUT, DEED_EMPTY, DEED_DELETE, DEED_COUNT };

static void touch_file(const struct job_file *file, enum deed deed)
{
    struct platform_file *opened = NULL;
    uint64_t size = 0;

    if (!job_file_has_begun(file) || deed == DEED_NONE) {
        return;
    }
    if (platform_file_open(file->temporary_path, &opened) == ODO_E_FILE_NOT_FOUND) {
        return; /* it was deleted the last time, and not begun again since */
    }
    if (deed == DEED_DELETE) {
        platform_file_close(opened);
        assert_status(platform_file_remove(file->temporary_path), ODO_OK);
        return;
    }
    assert_status(platform_file_get_size(opened, &size), ODO_OK);
    if (deed == DEED_CUT && size > 0) {
        size = test_random_below(&here.random, size);
    } else {
        size = 0;
    }
    assert_status(platform_file_set_size(opened, size), ODO_OK);
    platform_file_close(opened);
}

static void kill_and_touch(unsigned turn)
{
    struct child_process *child = start_child("download", NULL, NULL);
    struct job data;

    wait_ms((100 + test_random_below(&here.random, 200)) * child_process_cost());
    assert_true(child_process_kill(child));
    read_job(&data);
    touch_file(data.files[0], (enum deed)(turn % DEED_COUNT));
    touch_file(data.files[1], (enum deed)((turn + 1 + turn / DEED_COUNT) % DEED_COUNT));
    job_free(&data);
}

static void add_both_files(void)
{
    struct odo_engine *engine = start_engine(here.store_folder);
    struct odo_job *job = NULL;

    assert_status(odo_job_create(engine, "to be killed", &job), ODO_OK);
    add(job, "whole", NULL, 0);
    add(job, "ranges", ranges, TEST_COUNT(ranges));
    odo_job_release(job);
    odo_engine_stop(engine);
}

static void what_was_cut_or_deleted_after_a_kill_is_fetched_again(void **state)
{
    static const struct server_rule slow[] = {{.does = SERVER_THROTTLE, .number = RATE}};
    struct odo_engine *engine;
    struct odo_job *job;

    (void)state;
    add_both_files();
    range_server_use_rules(here.server, slow, TEST_COUNT(slow));
    for (unsigned turn = 0; turn < 12 / child_process_cost() + 1; turn++) {
        kill_and_touch(turn);
    }
    range_server_use_rules(here.server, NULL, 0);
    assert_int_equal(child_process_wait(start_child("download", NULL, NULL)), EXIT_SUCCESS);
    engine = start_engine(here.store_folder);
    job = only_job(engine);
    assert_non_null(job);
    assert_status(odo_job_complete(job), ODO_OK);
    odo_job_release(job);
    odo_engine_stop(engine);
    expect_content("whole", NULL, 0);
    expect_content("ranges", ranges, TEST_COUNT(ranges));
}

/* Another file in the place of the one that was begun is refused, and left alone. */
static void what_was_replaced_after_a_kill_is_refused(void **state)
{
    static const struct server_rule slow[] = {{.does = SERVER_THROTTLE, .number = RATE}};
    char *other = temp_folder_path(here.folder, "other");
    struct child_process *child;
    struct platform_file *file = NULL;
    struct odo_engine *engine;
    struct odo_error error;
    struct odo_job *job;
    struct job data;

    (void)state;
    add_both_files();
    range_server_use_rules(here.server, slow, TEST_COUNT(slow));
    do {
        child = start_child("download", NULL, NULL);
        wait_ms(300 * child_process_cost());
        assert_true(child_process_kill(child));
        read_job(&data);
        if (!job_file_has_begun(data.files[0])) {
            job_free(&data);
        }
    } while (data.file_count == 0); /* the machine was slow */
    assert_status(platform_file_create_new(other, &file), ODO_OK);
    assert_status(platform_file_set_size(file, SIZE), ODO_OK);
    platform_file_close(file);
    assert_status(platform_file_rename(other, data.files[0]->temporary_path), ODO_OK);
    engine = start_engine(here.store_folder);
    job = only_job(engine);
    assert_non_null(job);
    assert_status(odo_job_resume(job), ODO_OK);
    assert_status(odo_job_wait(job, DEADLINE_MS), ODO_OK);
    assert_status(odo_job_get_error(job, &error, NULL), ODO_OK);
    assert_status(error.status, ODO_E_TEMPORARY_FILE_CHANGED);
    assert_status(odo_job_cancel(job), ODO_TEMPORARY_FILES_LEFT);
    odo_job_release(job);
    odo_engine_stop(engine);
    assert_status(platform_file_open(data.files[0]->temporary_path, &file), ODO_OK);
    platform_file_close(file);
    job_free(&data);
    free(other);
}

#define ADD(suite, function)                                                                   \
    test_suite_add((suite), (struct CMUnitTest){.name = #function,                             \
                                                .test_func = (function),                       \
                                                .setup_func = begin,                           \
                                                .teardown_func = end})

int main(int argc, char **argv)
{
    struct test_suite suite = {0};

    if (argc == 3 && strcmp(argv[1], "download") == 0) {
        return child_download(argv[2]);
    }
    if (argc == 3 && strcmp(argv[1], "complete") == 0) {
        return child_complete(argv[2]);
    }
    if (argc == 5 && strcmp(argv[1], "add") == 0) {
        return child_add(argv[2], argv[3], argv[4]);
    }
    ADD(&suite, a_download_survives_a_kill_at_any_moment);
    ADD(&suite, every_file_gets_its_name_in_spite_of_a_kill);
    ADD(&suite, what_was_added_before_a_kill_is_there);
    ADD(&suite, what_was_cut_or_deleted_after_a_kill_is_fetched_again);
    ADD(&suite, what_was_replaced_after_a_kill_is_refused);
    return test_suite_run(&suite, "kill");
}
