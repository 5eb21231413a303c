/*
 * Files whose every byte is known from its offset, so that gigabytes can be served and checked
 * without being kept. Two seeds give two files that differ nearly everywhere.
 *
 * No state; any thread.
 */
#ifndef SUPPORT_CONTENT_H
#define SUPPORT_CONTENT_H

#include <odo/types.h>

/* The byte at `offset` of the file of this seed. */
uint8_t content_byte(uint64_t seed, uint64_t offset);

/* How many of these bytes are right before the first that is not: `size` if all are. */
size_t content_compare(uint64_t seed, uint64_t offset, const void *data, size_t size);

/* The `size` bytes from `offset` on. */
void content_fill(uint64_t seed, uint64_t offset, void *data_out, size_t size);

enum { CONTENT_MESSAGE_SIZE = 200 };

/*
 * Does the file at `path` hold exactly these ranges of the remote file, back to back in this
 * order? `remote_size` gives a length of BYTE_RANGE_TO_END its end; a count of 0 is the whole
 * remote file. False leaves in `message_out` what is wrong and where.
 */
bool content_check_file(const char *path, const struct byte_range *ranges, size_t count,
                        uint64_t seed, uint64_t remote_size,
                        char message_out[CONTENT_MESSAGE_SIZE]);

/* The same for the middle of a CMocka test, which fails unless it is so. */
void expect_file(const char *path, const struct byte_range *ranges, size_t count, uint64_t seed,
                 uint64_t remote_size);

/* The test fails if anything has this name. */
void expect_no_file(const char *path);

#endif
