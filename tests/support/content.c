#include "support/content.h"

#include "base/status.h"
#include "platform/file.h"
#include "support/test.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { WORD_SIZE = 8, CHECK_PIECE = 64 * 1024 };

/* A mix in which every bit of the word's number counts for every bit of the word. */
static uint64_t word_at(uint64_t seed, uint64_t number)
{
    uint64_t word =
        (number + 1) * UINT64_C(0x9E3779B97F4A7C15) ^ seed * UINT64_C(0xD6E8FEB86659FD93);

    word = (word ^ (word >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    word = (word ^ (word >> 27)) * UINT64_C(0x94D049BB133111EB);
    return word ^ (word >> 31);
}

/* The machines that this is built for are little-endian. */
static void put_word(uint64_t word, unsigned char bytes_out[WORD_SIZE])
{
    memcpy(bytes_out, &word, WORD_SIZE);
}

uint8_t content_byte(uint64_t seed, uint64_t offset)
{
    return (uint8_t)(word_at(seed, offset / WORD_SIZE) >> (8 * (offset % WORD_SIZE)));
}

void content_fill(uint64_t seed, uint64_t offset, void *data_out, size_t size)
{
    unsigned char *next = data_out;

    while (size > 0 && offset % WORD_SIZE != 0) {
        *next++ = content_byte(seed, offset++);
        size--;
    }
    for (; size >= WORD_SIZE; size -= WORD_SIZE) {
        put_word(word_at(seed, offset / WORD_SIZE), next);
        next += WORD_SIZE;
        offset += WORD_SIZE;
    }
    while (size-- > 0) {
        *next++ = content_byte(seed, offset++);
    }
}

size_t content_compare(uint64_t seed, uint64_t offset, const void *data, size_t size)
{
    static _Thread_local unsigned char expected[CHECK_PIECE];
    const unsigned char *actual = data;

    for (size_t done = 0; done < size;) {
        size_t piece = size - done < CHECK_PIECE ? size - done : (size_t)CHECK_PIECE;

        content_fill(seed, offset + done, expected, piece);
        if (memcmp(actual + done, expected, piece) != 0) {
            for (size_t i = 0; i < piece; i++) {
                if (actual[done + i] != expected[i]) {
                    return done + i;
                }
            }
        }
        done += piece;
    }
    return size;
}

/* Hold `length` bytes at `position` of the file against the remote file's from `offset` on. */
static bool check_range(struct platform_file *file, uint64_t position, struct byte_range range,
                        uint64_t seed, char message_out[CONTENT_MESSAGE_SIZE])
{
    static _Thread_local unsigned char actual[CHECK_PIECE];

    for (uint64_t done = 0; done < range.length;) {
        size_t size = range.length - done < CHECK_PIECE ? (size_t)(range.length - done)
                                                        : (size_t)CHECK_PIECE;
        size_t had = 0;
        size_t good;
        enum odo_status status =
            platform_file_read_at(file, position + done, actual, size, &had);

        if (status != ODO_OK || had != size) {
            snprintf(message_out, CONTENT_MESSAGE_SIZE,
                     "reading %zu bytes at %" PRIu64 " gave %zu (%s)", size, position + done,
                     had, status_name(status));
            return false;
        }
        good = content_compare(seed, range.offset + done, actual, size);
        if (good < size) {
            snprintf(message_out, CONTENT_MESSAGE_SIZE,
                     "byte %" PRIu64 " of the file is 0x%02x and should be byte %" PRIu64
                     " of the remote file, 0x%02x",
                     position + done + good, actual[good], range.offset + done + good,
                     content_byte(seed, range.offset + done + good));
            return false;
        }
        done += size;
    }
    return true;
}

bool content_check_file(const char *path, const struct byte_range *ranges, size_t count,
                        uint64_t seed, uint64_t remote_size,
                        char message_out[CONTENT_MESSAGE_SIZE])
{
    const struct byte_range whole = {0, BYTE_RANGE_TO_END};
    struct platform_file *file = NULL;
    uint64_t position = 0;
    uint64_t size = 0;
    bool good = false;
    enum odo_status status = platform_file_open(path, &file);

    if (status == ODO_OK) {
        status = platform_file_get_size(file, &size);
    }
    if (status != ODO_OK) {
        snprintf(message_out, CONTENT_MESSAGE_SIZE, "it cannot be opened (%s)",
                 status_name(status));
        goto done;
    }
    if (count == 0) {
        ranges = &whole;
        count = 1;
    }
    for (size_t i = 0; i < count; i++) {
        struct byte_range range = ranges[i];

        if (range.length == BYTE_RANGE_TO_END) {
            range.length = remote_size - range.offset;
        }
        if (!check_range(file, position, range, seed, message_out)) {
            goto done;
        }
        position += range.length;
    }
    if (size != position) {
        snprintf(message_out, CONTENT_MESSAGE_SIZE,
                 "it has %" PRIu64 " bytes and should have %" PRIu64, size, position);
        goto done;
    }
    good = true;
done:
    platform_file_close(file);
    return good;
}

void expect_file(const char *path, const struct byte_range *ranges, size_t count, uint64_t seed,
                 uint64_t remote_size)
{
    char message[CONTENT_MESSAGE_SIZE];

    if (!content_check_file(path, ranges, count, seed, remote_size, message)) {
        fail_msg("%s: %s", path, message);
    }
}

void expect_no_file(const char *path)
{
    struct platform_file *file = NULL;
    enum odo_status status = platform_file_open(path, &file);

    platform_file_close(file);
    if (status != ODO_E_FILE_NOT_FOUND && status != ODO_E_PATH_NOT_FOUND) {
        fail_msg("%s: nothing should have this name (%s)", path, status_name(status));
    }
}
