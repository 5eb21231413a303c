/* Many ranges over HTTP/2, from a server that answers nothing else. */
#include "support/download_fixture.h"
#include "support/temp_folder.h"
#include "support/test.h"
#include "support/tls_servers.h"

#include <odo/odo.h>

#include <string.h>

enum { RANGE_COUNT = 600, RANGE_LENGTH = 700, RANGE_DISTANCE = 4999, DEADLINE_MS = 120000 };

static const struct http2_case {
    const char *name;
    uint32_t ranges_per_request;
} cases[] = {
    {"many ranges in each request", 0},
    {"a request for each of many ranges", 1},
};

/* The ranges of the file, one behind the other, are what arrived. */
static void expect_ranges(const char *path, const struct byte_range *ranges)
{
    char *original = tls_servers_path("www" TLS_FILE);
    size_t file_size = 0;
    size_t size = 0;
    unsigned char *file = tls_servers_read(original, &file_size);
    unsigned char *found = tls_servers_read(path, &size);

    assert_int_equal(size, (size_t)RANGE_COUNT * RANGE_LENGTH);
    for (size_t i = 0; i < RANGE_COUNT; i++) {
        assert_true(ranges[i].offset + RANGE_LENGTH <= file_size);
        assert_memory_equal(found + i * RANGE_LENGTH, file + ranges[i].offset, RANGE_LENGTH);
    }
    free(found);
    free(file);
    free(original);
}

static void check_http2(void **state)
{
    const struct http2_case *c = *state;
    struct byte_range ranges[RANGE_COUNT];
    char url[TLS_URL_SIZE];
    char *folder = temp_folder_create();
    char *path = temp_folder_path(folder, "file");
    const char *authorities = tls_trust_begin();
    struct odo_engine *engine = NULL;
    struct odo_job *job = NULL;
    char *headers = NULL;

    for (size_t i = 0; i < RANGE_COUNT; i++) {
        ranges[i] = (struct byte_range){i * RANGE_DISTANCE, RANGE_LENGTH};
    }
    assert_status(odo_engine_start(
                      &(struct odo_engine_options){
                          .ca_file = authorities,
                          .ranges_per_request = c->ranges_per_request,
                      },
                      &engine),
                  ODO_OK);
    assert_status(odo_job_create(engine, "HTTP/2", &job), ODO_OK);
    assert_status(
        odo_job_add_file(job,
                         &(struct odo_file_request){
                             .file_id = "file",
                             .url = tls_server_url("http2", "localhost", TLS_FILE, url),
                             .local_path = path,
                             .file_size = ODO_SIZE_UNKNOWN,
                             .ranges = ranges,
                             .range_count = RANGE_COUNT,
                         },
                         NULL),
        ODO_OK);
    assert_status(odo_job_resume(job), ODO_OK);
    assert_status(odo_job_wait(job, DEADLINE_MS), ODO_OK);
    expect_state(job, ODO_JOB_TRANSFERRED);
    assert_status(odo_file_get_text(job, 0, ODO_FILE_RESPONSE_HEADERS, &headers), ODO_OK);
    assert_memory_equal(headers, "HTTP/2 206", strlen("HTTP/2 206"));
    odo_free(headers);
    assert_status(odo_job_complete(job), ODO_OK);
    expect_ranges(path, ranges);
    odo_job_release(job);
    odo_engine_stop(engine);
    tls_trust_end();
    free(path);
    temp_folder_remove(folder);
}

int main(void)
{
    struct test_suite suite = {0};

    if (!tls_servers_are_there()) {
        return 77;
    }
    TEST_ADD_TABLE(&suite, cases, check_http2);
    return test_suite_run(&suite, "HTTP/2");
}
