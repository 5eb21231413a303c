/*
 * How fast many small scattered ranges arrive over the loopback. Prints numbers and judges
 * nothing:
 *
 *     bench_many_ranges [ranges [bytes in each [distance between]]]
 */
#include "platform/clock.h"
#include "support/range_server.h"
#include "support/temp_folder.h"

#include <odo/odo.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { SEED = 1, DEADLINE_MS = 600000, CONNECTIONS = 32 };

static void require(enum odo_status status, const char *what)
{
    if (status != ODO_OK) {
        fprintf(stderr, "bench_many_ranges: %s: %s\n", what, odo_status_text(status));
        exit(EXIT_FAILURE);
    }
}

static double seconds_since(uint64_t began_us)
{
    return (double)(platform_clock_microseconds() - began_us) / 1e6;
}

static void measure(struct range_server *server, const char *target,
                    const struct byte_range *ranges, uint32_t count)
{
    struct odo_engine *engine = NULL;
    struct odo_job *job = NULL;
    char url[SERVER_URL_SIZE];
    struct odo_file_statistics statistics;
    uint64_t began_us;
    double seconds;

    require(odo_engine_start(NULL, &engine), "starting");
    require(odo_job_create(engine, "many ranges", &job), "creating a job");
    began_us = platform_clock_microseconds();
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
    printf("adding    %10.3f s\n", seconds_since(began_us));
    began_us = platform_clock_microseconds();
    require(odo_job_resume(job), "resuming");
    require(odo_job_wait(job, DEADLINE_MS), "waiting");
    seconds = seconds_since(began_us);
    require(odo_job_get_state(job) == ODO_JOB_TRANSFERRED ? ODO_OK : ODO_E_UNEXPECTED,
            "transferring");
    odo_file_get_statistics(job, 0, &statistics);
    printf("fetching  %10.3f s %12.0f ranges/s %8" PRIu32 " requests %3" PRIu32
           " connections %12" PRIu64 " bytes received\n",
           seconds, (double)count / seconds, statistics.requests, statistics.connections,
           statistics.bytes_received);
    require(odo_job_cancel(job), "cancelling");
    odo_job_release(job);
    odo_engine_stop(engine);
}

static uint64_t argument(int count, char **arguments, int index, uint64_t otherwise)
{
    return count > index ? strtoull(arguments[index], NULL, 10) : otherwise;
}

int main(int count, char **arguments)
{
    uint64_t range_count = argument(count, arguments, 1, 10000);
    uint64_t length = argument(count, arguments, 2, 1000);
    uint64_t distance = argument(count, arguments, 3, 100000);
    char *folder = temp_folder_create();
    char *target = temp_folder_path(folder, "target");
    struct byte_range *ranges;
    struct range_server *server;

    if (range_count == 0 || range_count > 10000000 || length == 0 || length >= distance ||
        distance > UINT32_MAX) {
        fprintf(stderr, "usage: bench_many_ranges [ranges [bytes in each [distance]]]\n");
        return EXIT_FAILURE;
    }
    ranges = malloc((size_t)range_count * sizeof(ranges[0]));
    if (!ranges) {
        return EXIT_FAILURE;
    }
    for (uint64_t i = 0; i < range_count; i++) {
        ranges[i] = (struct byte_range){i * distance, length};
    }
    server = range_server_start(&(struct range_server_options){
        .files = {{.path = "/file", .seed = SEED, .size = range_count * distance}},
        .connections = CONNECTIONS,
    });
    measure(server, target, ranges, (uint32_t)range_count);
    range_server_stop(server);
    free(ranges);
    free(target);
    temp_folder_remove(folder);
    return EXIT_SUCCESS;
}
