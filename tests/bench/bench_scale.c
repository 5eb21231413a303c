/*
 * What many jobs, many files in a job and many ranges in a file cost, each in three sizes: what
 * is linear doubles from column to column. Prints numbers and judges nothing:
 *
 *     bench_scale [jobs [files [ranges]]]
 *
 * Memory is what the engine had allocated at most, libcurl's own not counted.
 */
#include "base/memory.h"
#include "platform/clock.h"
#include "support/range_server.h"
#include "support/temp_folder.h"

#include <odo/odo.h>

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 1, COLUMNS = 3, ROWS_MOST = 16 };

static void require(enum odo_status status, const char *what)
{
    if (status != ODO_OK) {
        fprintf(stderr, "bench_scale: %s: %s\n", what, odo_status_text(status));
        exit(EXIT_FAILURE);
    }
}

/* --- Memory --------------------------------------------------------------------------- */

/* Before each block stands its size; as large as any alignment. */
enum { BLOCK_HEAD = 16 };

static atomic_uint_fast64_t bytes_now;
static atomic_uint_fast64_t bytes_most;

static void *measured_resize(void *memory, size_t size)
{
    unsigned char *old = memory ? (unsigned char *)memory - BLOCK_HEAD : NULL;
    size_t old_size = 0;
    unsigned char *block;
    uint64_t now;
    uint64_t most;

    if (old) {
        memcpy(&old_size, old, sizeof(old_size));
    }
    block = realloc(old, size + BLOCK_HEAD);
    if (!block) {
        return NULL;
    }
    memcpy(block, &size, sizeof(size));
    atomic_fetch_sub(&bytes_now, old_size);
    now = atomic_fetch_add(&bytes_now, size) + size;
    most = atomic_load(&bytes_most);
    while (now > most && !atomic_compare_exchange_weak(&bytes_most, &most, now)) {
    }
    return block + BLOCK_HEAD;
}

static void measured_free(void *memory)
{
    if (memory) {
        unsigned char *block = (unsigned char *)memory - BLOCK_HEAD;
        size_t size;

        memcpy(&size, block, sizeof(size));
        atomic_fetch_sub(&bytes_now, size);
        free(block);
    }
}

/* --- A table of figures --------------------------------------------------------------- */

static struct {
    const char *names[ROWS_MOST];
    double figures[ROWS_MOST][COLUMNS];
    size_t rows;
    size_t row;
    size_t column;
    uint64_t began_us;
} table;

static void begin_column(size_t column)
{
    table.column = column;
    table.row = 0;
    table.rows = column == 0 ? 0 : table.rows;
    atomic_store(&bytes_most, atomic_load(&bytes_now));
}

static void note(const char *name, double figure)
{
    if (table.row == ROWS_MOST) {
        abort();
    }
    table.names[table.row] = name;
    table.figures[table.row++][table.column] = figure;
    table.rows = table.row > table.rows ? table.row : table.rows;
}

static void start_clock(void)
{
    table.began_us = platform_clock_microseconds();
}

static void note_time(const char *name)
{
    note(name, (double)(platform_clock_microseconds() - table.began_us) / 1000.0);
}

static void note_memory(void)
{
    note("memory, MiB", (double)atomic_load(&bytes_most) / (1024.0 * 1024.0));
}

static void print_table(const char *what, const uint64_t counts[COLUMNS])
{
    printf("%-34s", what);
    for (size_t i = 0; i < COLUMNS; i++) {
        printf(" %11" PRIu64, counts[i]);
    }
    printf("\n");
    for (size_t row = 0; row < table.rows; row++) {
        printf("  %-32s", table.names[row]);
        for (size_t i = 0; i < COLUMNS; i++) {
            printf(" %11.1f", table.figures[row][i]);
        }
        printf("\n");
    }
    printf("\n");
}

/* --- Engines -------------------------------------------------------------------------- */

static char *folder;
static struct range_server *server;

static struct odo_engine *start_engine(const char *store_folder)
{
    struct odo_engine *engine = NULL;
    struct odo_engine_options options = {.store_folder = store_folder};

    require(odo_engine_start(&options, &engine), "starting an engine");
    return engine;
}

static struct odo_job **list(struct odo_engine *engine, uint64_t expected)
{
    struct odo_job **jobs = NULL;
    size_t count = 0;

    require(odo_job_list(engine, &jobs, &count), "listing");
    require(count == expected ? ODO_OK : ODO_E_UNEXPECTED, "finding every job");
    return jobs;
}

static void release_all(struct odo_job **jobs, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        odo_job_release(jobs[i]);
    }
    odo_free(jobs);
}

static void add(struct odo_job *job, const char *name, const struct byte_range *ranges,
                uint64_t count)
{
    char url[SERVER_URL_SIZE];
    char *path = temp_folder_path(folder, name);

    require(odo_job_add_file(job,
                             &(struct odo_file_request){
                                 .file_id = name,
                                 .url = range_server_url(server, "/file", url),
                                 .local_path = path,
                                 .ranges = ranges,
                                 .range_count = (uint32_t)count,
                                 .file_size = ODO_SIZE_UNKNOWN,
                             },
                             NULL),
            "adding a file");
    free(path);
}

static void measure_jobs(uint64_t count)
{
    char *store_folder = temp_folder_make(folder, "jobs");
    struct odo_engine *engine = start_engine(store_folder);
    struct odo_job **jobs;

    start_clock();
    for (uint64_t i = 0; i < count; i++) {
        struct odo_job *job = NULL;

        require(odo_job_create(engine, "one of many", &job), "creating a job");
        odo_job_release(job);
    }
    note_time("create all, ms");
    jobs = list(engine, count);
    start_clock();
    for (uint64_t i = 0; i < count; i++) {
        add(jobs[i], "file", NULL, 0);
    }
    note_time("add a file to each, ms");
    start_clock();
    for (uint64_t i = 0; i < count; i++) {
        require(odo_job_resume(jobs[i]), "resuming");
    }
    note_time("resume all, ms");
    start_clock();
    for (uint64_t i = 0; i < count; i++) {
        require(odo_job_suspend(jobs[i]), "suspending");
    }
    note_time("suspend all, ms");
    release_all(jobs, count);
    start_clock();
    odo_engine_stop(engine);
    note_time("stop the engine, ms");

    engine = start_engine(store_folder);
    start_clock();
    jobs = list(engine, count);
    note_time("take all up from the store, ms");
    release_all(jobs, count);
    start_clock();
    jobs = list(engine, count);
    note_time("list all, ms");
    start_clock();
    for (uint64_t i = 0; i < count; i++) {
        require(odo_job_cancel(jobs[i]), "cancelling");
    }
    note_time("cancel all, ms");
    release_all(jobs, count);
    odo_engine_stop(engine);
    note_memory();
    temp_folder_remove(store_folder);
}

/* Set in motion, stop and take up again the only job, which has its files. */
static void measure_life(struct odo_engine *engine, struct odo_job *job,
                         const char *store_folder)
{
    struct odo_job **jobs;
    size_t requests;

    start_clock();
    require(odo_job_resume(job), "resuming");
    note_time("resume, ms");
    start_clock();
    require(odo_job_set_text(job, ODO_JOB_DESCRIPTION, "anything"), "setting a text");
    note_time("save a text meanwhile, ms");
    requests = range_server_request_count(server);
    start_clock();
    require(odo_job_suspend(job), "suspending");
    note_time("suspend, ms");
    note("requests that came meanwhile",
         (double)(range_server_request_count(server) - requests));
    odo_job_release(job);
    start_clock();
    odo_engine_stop(engine);
    note_time("stop the engine, ms");

    engine = start_engine(store_folder);
    start_clock();
    jobs = list(engine, 1);
    note_time("take up from the store, ms");
    start_clock();
    require(odo_job_cancel(jobs[0]), "cancelling");
    note_time("cancel, ms");
    release_all(jobs, 1);
    odo_engine_stop(engine);
    note_memory();
}

static void measure_files(uint64_t count)
{
    char *store_folder = temp_folder_make(folder, "jobs");
    struct odo_engine *engine = start_engine(store_folder);
    struct odo_job *job = NULL;

    require(odo_job_create(engine, "many files", &job), "creating a job");
    start_clock();
    for (uint64_t i = 0; i < count; i++) {
        char name[40];

        snprintf(name, sizeof(name), "file-%" PRIu64, i);
        add(job, name, NULL, 0);
    }
    note_time("add all, ms");
    measure_life(engine, job, store_folder);
    temp_folder_remove(store_folder);
}

static void measure_ranges(uint64_t count)
{
    char *store_folder = temp_folder_make(folder, "jobs");
    struct odo_engine *engine = start_engine(store_folder);
    struct byte_range *ranges = malloc((size_t)count * sizeof(*ranges));
    struct odo_job *job = NULL;

    if (!ranges) {
        exit(EXIT_FAILURE);
    }
    for (uint64_t i = 0; i < count; i++) { /* not in their order */
        ranges[i] = (struct byte_range){(i * 7919 % count) * 1000, 100};
    }
    require(odo_job_create(engine, "many ranges", &job), "creating a job");
    start_clock();
    add(job, "file", ranges, count);
    note_time("add the file, ms");
    free(ranges);
    measure_life(engine, job, store_folder);
    temp_folder_remove(store_folder);
}

static void measure(const char *what, void (*one)(uint64_t count), uint64_t most)
{
    uint64_t counts[COLUMNS];

    for (size_t i = 0; i < COLUMNS; i++) {
        counts[i] = most >> (COLUMNS - 1 - i);
        begin_column(i);
        one(counts[i]);
    }
    print_table(what, counts);
}

static uint64_t argument(int count, char **arguments, int index, uint64_t otherwise)
{
    return count > index ? strtoull(arguments[index], NULL, 10) : otherwise;
}

int main(int count, char **arguments)
{
    static const struct memory_functions measured = {measured_resize, measured_free};
    static const struct server_rule stalls[] = {{.does = SERVER_STALL_REPLY}};

    memory_use(&measured);
    folder = temp_folder_create();
    server = range_server_start(&(struct range_server_options){
        .files = {{.path = "/file", .seed = SEED, .size = UINT64_C(1) << 40}},
        .rules = stalls,
        .rule_count = 1,
        .connections = 64,
    });
    measure("jobs", measure_jobs, argument(count, arguments, 1, 1000));
    measure("files in a job", measure_files, argument(count, arguments, 2, 10000));
    measure("ranges in a file", measure_ranges, argument(count, arguments, 3, 1000000));
    range_server_stop(server);
    temp_folder_remove(folder);
    return EXIT_SUCCESS;
}
