/*
 * How fast a large file arrives over the loopback, whole and in stretches. Prints numbers and
 * judges nothing:
 *
 *     bench_loopback [megabytes [connections]]
 */
#include "platform/clock.h"
#include "support/range_server.h"
#include "support/temp_folder.h"

#include <odo/odo.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { MEGABYTE = 1024 * 1024, SEED = 1, DEADLINE_MS = 600000 };

static struct range_server *server;
static char *target;
static uint64_t file_size;
static uint32_t connections;

static void require(enum odo_status status, const char *what)
{
    if (status != ODO_OK) {
        fprintf(stderr, "bench_loopback: %s: %s\n", what, odo_status_text(status));
        exit(EXIT_FAILURE);
    }
}

/* Fetch these ranges, or the whole file, and print how it went. */
static void measure(const char *name, const struct byte_range *ranges, uint32_t count)
{
    const struct odo_engine_options options = {.connections = connections,
                                               .connections_per_host = connections};
    struct odo_engine *engine = NULL;
    struct odo_job *job = NULL;
    char url[SERVER_URL_SIZE];
    struct odo_job_progress progress;
    struct odo_file_statistics statistics;
    uint64_t began_us;
    double seconds;

    require(odo_engine_start(&options, &engine), "starting");
    require(odo_job_create(engine, name, &job), "creating a job");
    require(odo_job_add_file(job,
                             &(struct odo_file_request){
                                 .file_id = "file",
                                 .url = range_server_url(server, "/file", url),
                                 .local_path = target,
                                 .ranges = ranges,
                                 .range_count = count,
                                 .file_size = ODO_SIZE_UNKNOWN,
                             },
                             NULL),
            "adding a file");
    began_us = platform_clock_microseconds();
    require(odo_job_resume(job), "resuming");
    require(odo_job_wait(job, DEADLINE_MS), "waiting");
    seconds = (double)(platform_clock_microseconds() - began_us) / 1e6;
    odo_job_get_progress(job, &progress);
    odo_file_get_statistics(job, 0, &statistics);
    require(odo_job_get_state(job) == ODO_JOB_TRANSFERRED ? ODO_OK : ODO_E_UNEXPECTED,
            "transferring");
    printf("%-28s %8.3f s %10.1f MB/s %6" PRIu32 " requests %3" PRIu32 " connections\n", name,
           seconds, (double)progress.bytes_transferred / 1e6 / seconds, statistics.requests,
           statistics.connections);
    require(odo_job_cancel(job), "cancelling");
    odo_job_release(job);
    odo_engine_stop(engine);
}

int main(int count, char **arguments)
{
    char *folder = temp_folder_create();
    uint64_t megabytes = count > 1 ? strtoull(arguments[1], NULL, 10) : 256;
    struct byte_range stretches[16];

    connections = count > 2 ? (uint32_t)strtoul(arguments[2], NULL, 10) : 8;
    if (megabytes == 0 || megabytes > UINT32_MAX || connections == 0) {
        fprintf(stderr, "usage: bench_loopback [megabytes [connections]]\n");
        return EXIT_FAILURE;
    }
    file_size = megabytes * MEGABYTE;
    target = temp_folder_path(folder, "target");
    server = range_server_start(&(struct range_server_options){
        .files = {{.path = "/file", .seed = SEED, .size = file_size}},
        .connections = connections * 2,
    });
    for (size_t i = 0; i < 16; i++) {
        uint64_t step = file_size / 16;

        stretches[i] = (struct byte_range){(15 - i) * step, step / 2};
    }
    measure("whole file", NULL, 0);
    measure("16 stretches, backwards", stretches, 16);
    range_server_stop(server);
    free(target);
    temp_folder_remove(folder);
    return EXIT_SUCCESS;
}
