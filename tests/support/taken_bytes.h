/*
 * A client of a stream that keeps what it gets, and a look at whether it is the right bytes,
 * each once and in order.
 */
#ifndef SUPPORT_TAKEN_BYTES_H
#define SUPPORT_TAKEN_BYTES_H

#include "support/content.h"
#include "support/download_fixture.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

struct taken_bytes {
    unsigned char *bytes; /* freed by taken_bytes_expect() */
    size_t size;
    size_t most;
};

static inline int32_t taken_bytes_take(void *context, const void *data, size_t size)
{
    struct taken_bytes *taken = context;

    if (size > taken->most - taken->size) {
        return -1;
    }
    memcpy(taken->bytes + taken->size, data, size);
    taken->size += size;
    return 0;
}

static inline void taken_bytes_release(void *context)
{
    (void)context;
}

/* Add "/file" to the job as its first file, to be streamed into `taken_out`. */
static inline void taken_bytes_add(struct download_fixture *fixture, struct odo_job *job,
                                   struct range_list ranges, size_t most,
                                   struct taken_bytes *taken_out)
{
    char url[SERVER_URL_SIZE];
    const struct odo_stream stream = {
        .write = taken_bytes_take, .release = taken_bytes_release, .context = taken_out};

    *taken_out = (struct taken_bytes){.bytes = malloc(most), .most = most};
    assert_non_null(taken_out->bytes);
    assert_status(odo_job_add_file(job,
                                   &(struct odo_file_request){
                                       .file_id = "stream",
                                       .url = range_server_url(fixture->server, "/file", url),
                                       .ranges = ranges.items,
                                       .range_count = (uint32_t)ranges.count,
                                       .file_size = ODO_SIZE_UNKNOWN,
                                   },
                                   NULL),
                  ODO_OK);
    assert_status(odo_file_set_stream(job, 0, &stream), ODO_OK);
}

/* The test fails unless these ranges of a file came, and nothing else. */
static inline void taken_bytes_expect(struct taken_bytes *taken, struct range_list ranges,
                                      uint64_t seed)
{
    size_t at = 0;

    for (size_t i = 0; i < ranges.count; i++) {
        size_t length = (size_t)ranges.items[i].length;

        assert_true(length <= taken->size - at);
        assert_int_equal(
            content_compare(seed, ranges.items[i].offset, taken->bytes + at, length), length);
        at += length;
    }
    assert_int_equal(taken->size, at);
    free(taken->bytes);
}

#endif
