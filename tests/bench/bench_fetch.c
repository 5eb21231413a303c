/*
 * The engine as a downloader of whatever a list names, for measurements from outside. Prints
 * what the engine counted, and judges nothing:
 *
 *     bench_fetch [--ca FILE] [--connections NUMBER] [--foreground] [--ranges FILE]
 *                 [--store FOLDER] LIST
 *
 * Each line of LIST is a URL, a tab and an absolute path. --ranges names a file with one range
 * a line, such as 0-99 with both ends included, which are asked of every file. With --store the
 * job survives: the next run with the same folder goes on with it.
 */
#include <odo/odo.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DEADLINE_MS = 600000,
    LINE_SIZE = 8192, /* bytes, with the end */
    FOREGROUND = 0,
};

struct arguments {
    const char *list;
    const char *ca_file;
    const char *ranges;
    const char *store;
    uint32_t connections; /* 0 is the engine's default */
    bool foreground;
};

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "bench_fetch: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

static void require(enum odo_status status, const char *what)
{
    if (status != ODO_OK) {
        fail(what, odo_status_text(status));
    }
}

static FILE *open_text(const char *path)
{
    FILE *file = fopen(path, "r");

    if (!file) {
        fail(path, strerror(errno));
    }
    return file;
}

/* The next line without its end; false at the end of the file. */
static bool read_line(FILE *file, char line[LINE_SIZE])
{
    if (!fgets(line, LINE_SIZE, file)) {
        return false;
    }
    if (!strchr(line, '\n')) {
        fail(line, "the line is too long, or has no end");
    }
    line[strcspn(line, "\n")] = '\0';
    return true;
}

/* Read `first-last` lines; the caller frees the array. */
static struct byte_range *read_ranges(const char *path, uint32_t *count_out)
{
    struct byte_range *ranges = NULL;
    uint32_t capacity = 0;
    uint32_t count = 0;
    char line[LINE_SIZE];
    FILE *file = open_text(path);

    while (read_line(file, line)) {
        uint64_t first;
        uint64_t last;

        if (sscanf(line, "%" SCNu64 "-%" SCNu64, &first, &last) != 2 || last < first) {
            fail(path, "not a range");
        }
        if (count == capacity) {
            capacity = capacity > 0 ? capacity * 2 : 1024;
            ranges = realloc(ranges, capacity * sizeof(*ranges));
            if (!ranges || capacity > ODO_RANGES_MAX) {
                fail(path, "too many ranges");
            }
        }
        ranges[count++] = (struct byte_range){first, last - first + 1};
    }
    (void)fclose(file);
    *count_out = count;
    return ranges;
}

static void add_files(struct odo_job *job, const struct arguments *arguments)
{
    struct odo_file_request request = {.file_id = "file", .file_size = ODO_SIZE_UNKNOWN};
    struct byte_range *ranges = NULL;
    char line[LINE_SIZE];
    FILE *list = open_text(arguments->list);

    if (arguments->ranges) {
        ranges = read_ranges(arguments->ranges, &request.range_count);
        request.ranges = ranges;
    }
    while (read_line(list, line)) {
        char *tab = strchr(line, '\t');

        if (!tab) {
            fail(line, "no tab in this line");
        }
        *tab = '\0';
        request.url = line;
        request.local_path = tab + 1;
        require(odo_job_add_file(job, &request, NULL), line);
    }
    (void)fclose(list);
    free(ranges);
}

/* The job that an earlier run has left in the store, or a new one. */
static struct odo_job *open_job(struct odo_engine *engine, const struct arguments *arguments)
{
    struct odo_job **jobs = NULL;
    struct odo_job *job = NULL;
    size_t count = 0;

    if (arguments->store) {
        require(odo_job_list(engine, &jobs, &count), "reading the store");
    }
    if (count > 0) {
        job = jobs[0];
    } else {
        require(odo_job_create(engine, "bench_fetch", &job), "creating a job");
        add_files(job, arguments);
    }
    for (size_t i = 1; i < count; i++) {
        odo_job_release(jobs[i]);
    }
    odo_free(jobs);
    return job;
}

static void report_failure(struct odo_job *job)
{
    struct odo_error error = {.status = ODO_E_UNEXPECTED};

    (void)odo_job_get_error(job, &error, NULL);
    fprintf(stderr, "bench_fetch: %s (%s, HTTP %u)\n", odo_status_text(error.status),
            odo_status_text(error.cause), (unsigned)error.http_status);
    exit(EXIT_FAILURE);
}

/* `had` is what an earlier run has fetched. */
static void print_statistics(struct odo_job *job, uint64_t had)
{
    struct odo_file_statistics sum = {0};

    for (uint32_t i = 0; i < odo_job_get_file_count(job); i++) {
        struct odo_file_statistics one;

        odo_file_get_statistics(job, i, &one);
        sum.bytes_received += one.bytes_received;
        sum.requests += one.requests;
        sum.connections += one.connections;
    }
    printf("requests=%" PRIu32 " connections=%" PRIu32 " received=%" PRIu64 " had=%" PRIu64
           "\n",
           sum.requests, sum.connections, sum.bytes_received, had);
}

static void fetch(const struct arguments *arguments)
{
    const struct odo_engine_options options = {
        .store_folder = arguments->store,
        .ca_file = arguments->ca_file,
        .connections = arguments->connections,
        .connections_per_host = arguments->connections,
    };
    struct odo_engine *engine = NULL;
    struct odo_job_progress before;
    struct odo_job *job;

    require(odo_engine_start(&options, &engine), "starting");
    job = open_job(engine, arguments);
    if (arguments->foreground) {
        require(odo_job_set_number(job, ODO_JOB_PRIORITY, FOREGROUND), "setting the priority");
    }
    odo_job_get_progress(job, &before);
    require(odo_job_resume(job), "resuming");
    require(odo_job_wait(job, DEADLINE_MS), "waiting");
    if (odo_job_get_state(job) != ODO_JOB_TRANSFERRED) {
        report_failure(job);
    }
    require(odo_job_complete(job), "completing");
    print_statistics(job, before.bytes_transferred);
    odo_job_release(job);
    odo_engine_stop(engine);
}

static bool read_arguments(int count, char **values, struct arguments *arguments_out)
{
    struct arguments arguments = {0};

    for (int i = 1; i < count; i++) {
        bool has_next = i + 1 < count;

        if (strcmp(values[i], "--foreground") == 0) {
            arguments.foreground = true;
        } else if (strcmp(values[i], "--ca") == 0 && has_next) {
            arguments.ca_file = values[++i];
        } else if (strcmp(values[i], "--ranges") == 0 && has_next) {
            arguments.ranges = values[++i];
        } else if (strcmp(values[i], "--store") == 0 && has_next) {
            arguments.store = values[++i];
        } else if (strcmp(values[i], "--connections") == 0 && has_next) {
            arguments.connections = (uint32_t)strtoul(values[++i], NULL, 10);
        } else if (!arguments.list && values[i][0] != '-') {
            arguments.list = values[i];
        } else {
            return false;
        }
    }
    *arguments_out = arguments;
    return arguments.list != NULL;
}

int main(int count, char **values)
{
    struct arguments arguments;

    if (!read_arguments(count, values, &arguments)) {
        fprintf(stderr, "usage: bench_fetch [--ca FILE] [--connections NUMBER] [--foreground]\n"
                        "                   [--ranges FILE] [--store FOLDER] LIST\n");
        return EXIT_FAILURE;
    }
    fetch(&arguments);
    return EXIT_SUCCESS;
}
