#include "support/job_sample.h"

#include "base/memory.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

static void need(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "job_sample: %s\n", what);
        abort();
    }
}

struct odo_job_id job_sample_id(uint8_t number)
{
    struct odo_job_id id;

    for (size_t i = 0; i < sizeof(id.bytes); i++) {
        id.bytes[i] = (uint8_t)(0xa0 + i);
    }
    id.bytes[15] = number;
    return id;
}

struct job_file *job_sample_add(struct job *job, const char *folder,
                                const struct byte_range *ranges, uint32_t range_count,
                                uint64_t stated_size)
{
    struct job_file *file = NULL;
    char url[100];
    char name[40];
    char *path;

    snprintf(url, sizeof(url), "http://127.0.0.1:1/file-%u", (unsigned)job->file_count);
    snprintf(name, sizeof(name), "file-%u", (unsigned)job->file_count);
    path = text_format("%s/%s.bin", folder, name);
    need(path != NULL, "no memory");
    need(job_file_create(
             &(struct odo_file_request){
                 .file_id = name,
                 .url = url,
                 .local_path = path,
                 .ranges = ranges,
                 .range_count = range_count,
                 .file_size = stated_size,
             },
             &file) == ODO_OK,
         "a file is refused");
    memory_free(path);
    file->temporary_path =
        text_format("%s/DO%016x.tmp", folder, 0x1000U + (unsigned)job->file_count);
    need(file->temporary_path && job_append(job, file) == ODO_OK, "no memory");
    return file;
}

void job_sample_progress(struct job *job, struct job_file *file, uint64_t file_size,
                         uint64_t cursor, const struct byte_range *holes, size_t hole_count)
{
    struct checkpoint checkpoint;
    struct checkpoint filled;

    checkpoint_init(&checkpoint);
    checkpoint.begun = true;
    checkpoint.file_size = file_size;
    checkpoint.cursor = cursor;
    checkpoint.hole_count = hole_count;
    checkpoint.holes = (struct byte_range *)(uintptr_t)holes; /* copied at once */
    need(checkpoint_copy(&checkpoint, &filled) == ODO_OK, "no memory");
    filled.entity_tag = text_copy("\"0123456789\"");
    filled.last_modified = text_copy("Sun, 06 Nov 1994 08:49:37 GMT");
    filled.content_encoding = text_copy("x-gzip");
    need(filled.entity_tag && filled.last_modified && filled.content_encoding, "no memory");
    need(job_restore_progress(job, file, &filled) == ODO_OK, "the progress does not fit");
    checkpoint_free(&filled);
    if (file->stage == JOB_FILE_QUEUED && file->local_path) {
        job_set_stage(job, file, JOB_FILE_BEGUN);
    }
    file->last_modified_us = INT64_C(784111777000000);
}

void job_sample_take_to(struct job *job, struct job_file *file, enum job_file_stage stage)
{
    static const enum job_file_stage way[] = {JOB_FILE_TRANSFERRED, JOB_FILE_COMPLETING,
                                              JOB_FILE_COMPLETED};

    for (size_t i = 0; i < sizeof(way) / sizeof(way[0]); i++) {
        if (file->stage < way[i] && way[i] <= stage) {
            job_set_stage(job, file, way[i]);
        }
    }
}

static void add_files(struct job *job, const char *folder)
{
    static const struct byte_range ranges[] = {{500, 100}, {0, 100}, {900, 50}};
    static const struct byte_range open[] = {{100, BYTE_RANGE_TO_END}, {10, 20}};
    static const struct byte_range holes[] = {{20, 30}, {520, 10}};
    static const struct byte_range hole[] = {{100, 50}};
    struct job_file *file;

    job_sample_progress(job, job_sample_add(job, folder, NULL, 0, ODO_SIZE_UNKNOWN), 1000, 700,
                        hole, 1);

    file = job_sample_add(job, folder, ranges, 3, 1000);
    job_sample_progress(job, file, 1000, 600, holes, 2);
    file->unwritten &= ~(unsigned)JOB_FILE_BYTES;

    job_sample_progress(job, job_sample_add(job, folder, open, 2, ODO_SIZE_UNKNOWN), 5000, 2000,
                        NULL, 0);

    file = job_sample_add(job, folder, ranges, 3, ODO_SIZE_UNKNOWN);
    job_sample_progress(job, file, 1000, 950, NULL, 0);
    job_set_stage(job, file, JOB_FILE_TRANSFERRED);

    file = job_sample_add(job, folder, NULL, 0, 1000);
    job_sample_progress(job, file, 1000, 1000, NULL, 0);
    job_sample_take_to(job, file, JOB_FILE_COMPLETING);

    file = job_sample_add(job, folder, NULL, 0, 1000);
    job_sample_progress(job, file, 1000, 1000, NULL, 0);
    file->unwritten &= ~(unsigned)JOB_FILE_BYTES;
    job_sample_take_to(job, file, JOB_FILE_COMPLETED);

    file = job_sample_add(job, folder, open, 2, 4000);
    file->integrity_info = text_copy("{\"PiecesHashFileUrl\":\"\",\"HashOfHashes\":\"\"}");
    need(file->integrity_info != NULL, "no memory");
    file->integrity_is_mandatory = true;

    file = job_sample_add(job, folder, ranges, 3, ODO_SIZE_UNKNOWN);
    file->output_base = 250;
    job_sample_progress(job, file, 1000, 600, holes, 2);
    file->unwritten &= ~(unsigned)JOB_FILE_BYTES;
}

void job_sample_make_full(struct job *job_out, const char *folder)
{
    static const uint32_t numbers[ODO_JOB_NUMBER_COUNT] = {
        [ODO_JOB_PRIORITY] = 0,
        [ODO_JOB_NOTIFY_FLAGS] = 9,
        [ODO_JOB_NO_PROGRESS_TIMEOUT] = UINT32_MAX,
        [ODO_JOB_MINIMUM_RETRY_DELAY] = 61,
        [ODO_JOB_COST_FLAGS] = 0x80000001,
        [ODO_JOB_KIND] = 1,
        [ODO_JOB_SECURITY_FLAGS] = ODO_SECURITY_IGNORE_DATE | ODO_SECURITY_CHECK_REVOCATION,
        [ODO_JOB_INSECURE_REDIRECTS] = 1,
        [ODO_JOB_HAS_STARTED] = 1,
        [ODO_JOB_RATE_LIMIT] = 123456789,
    };
    struct odo_job_id id = job_sample_id(1);

    job_init(job_out, &id, INT64_C(1700000000000001));
    job_out->state = ODO_JOB_ERROR;
    job_out->times.modified_us = INT64_C(1700000000000002);
    job_out->times.transferred_us = INT64_C(1700000000000003);
    for (int i = 0; i < ODO_JOB_NUMBER_COUNT; i++) {
        need(job_set_number(job_out, (enum odo_job_number)i, numbers[i]) == ODO_OK, "a number");
    }
    need(job_set_text(job_out, ODO_JOB_DISPLAY_NAME, "a name \xe2\x82\xac") == ODO_OK,
         "a name");
    need(job_set_text(job_out, ODO_JOB_DESCRIPTION, "") == ODO_OK, "a description");
    need(job_set_text(job_out, ODO_JOB_OWNER, "S-1-5-21-1-2-3-1000") == ODO_OK, "an owner");
    need(job_set_text(job_out, ODO_JOB_LISTENER, "{5}") == ODO_OK, "a class");
    need(job_set_text(job_out, ODO_JOB_HEADERS, "X-One: 1\r\nX-Two: 2\n") == ODO_OK, "headers");
    need(job_set_text(job_out, ODO_JOB_AUTHENTICATION_HEADERS, "Authorization: none") == ODO_OK,
         "more headers");
    need(job_set_text(job_out, ODO_JOB_CORRELATION_VECTOR, "abc.1") == ODO_OK, "a vector");
    need(job_set_text(job_out, ODO_JOB_CONTENT_ID, "content") == ODO_OK, "a content id");
    need(job_set_text(job_out, ODO_JOB_CLIENT_CERTIFICATE, "/a/certificate") == ODO_OK,
         "a certificate");
    need(job_set_text(job_out, ODO_JOB_HOST_DATA, "A=1\nB=2") == ODO_OK, "the host's data");
    job_out->error = (struct odo_error){
        .status = ODO_E_HTTP_STATUS,
        .cause = ODO_E_CONNECTION_LOST,
        .http_status = 503,
        .sink_code = -7,
    };
    job_out->error_file = 2;
    job_out->error_count = 4;
    add_files(job_out, folder);
}
