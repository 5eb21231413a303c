/*
 * Whatever text a server sends, it is refused or read as what it says: written again in the
 * plain form it reads the same.
 */
#include "fuzz_target.h"

#include "ranges/content_range.h"

#include <inttypes.h>
#include <string.h>

enum { TEXT_MOST = 200 };

/* What is only taken clipped ends with its total. */
static void check_clipped(const char *text)
{
    struct content_range read;

    if (content_range_parse_clipped(text, &read)) {
        REQUIRE(read.satisfied && read.range.length > 0);
        REQUIRE(read.range.offset + read.range.length == read.total);
        REQUIRE(read.total <= BYTE_OFFSET_LIMIT);
    }
}

static void check_parse(const char *text)
{
    char plain[TEXT_MOST];
    struct content_range read;
    struct content_range again;
    struct byte_range range;
    int length;

    memset(&read, 0xa5, sizeof(read));
    if (!content_range_parse(text, &read)) {
        check_clipped(text);
        return;
    }
    /* What needs no clipping is the same with it. */
    REQUIRE(content_range_parse_clipped(text, &again));
    REQUIRE(again.satisfied == read.satisfied && again.total == read.total);
    REQUIRE(again.range.offset == read.range.offset);
    REQUIRE(again.range.length == read.range.length);
    REQUIRE(read.total == ODO_SIZE_UNKNOWN || read.total <= BYTE_OFFSET_LIMIT);
    if (read.satisfied) {
        char range_text[RANGE_TEXT_SIZE];

        REQUIRE(read.range.length > 0 && read.range.offset < BYTE_OFFSET_LIMIT);
        REQUIRE(read.range.length <= BYTE_OFFSET_LIMIT - read.range.offset);
        REQUIRE(read.range.offset + read.range.length <= read.total);
        content_range_write(read.range, range_text);
        REQUIRE(strlen(range_text) < RANGE_TEXT_SIZE);
        REQUIRE(content_range_read(range_text, &range) == ODO_OK);
        REQUIRE(range.offset == read.range.offset && range.length == read.range.length);
        length =
            read.total == ODO_SIZE_UNKNOWN
                ? snprintf(plain, sizeof(plain), "bytes %s/*", range_text)
                : snprintf(plain, sizeof(plain), "bytes %s/%" PRIu64, range_text, read.total);
    } else {
        REQUIRE(read.total != ODO_SIZE_UNKNOWN);
        REQUIRE(read.range.offset == 0 && read.range.length == 0);
        length = snprintf(plain, sizeof(plain), "bytes */%" PRIu64, read.total);
    }
    REQUIRE(length > 0 && length < (int)sizeof(plain));
    REQUIRE(content_range_parse(plain, &again));
    REQUIRE(again.satisfied == read.satisfied && again.total == read.total);
    REQUIRE(again.range.offset == read.range.offset);
    REQUIRE(again.range.length == read.range.length);

    /* Anything more is refused. */
    plain[length] = 'x';
    plain[length + 1] = '\0';
    REQUIRE(!content_range_parse(plain, &again));
}

static void check_read(const char *text)
{
    char plain[RANGE_TEXT_SIZE];
    struct byte_range range;
    struct byte_range again;

    if (content_range_read(text, &range) != ODO_OK) {
        return;
    }
    REQUIRE(range.length > 0 && range.offset < BYTE_OFFSET_LIMIT);
    REQUIRE(range.length == BYTE_RANGE_TO_END ||
            range.length <= BYTE_OFFSET_LIMIT - range.offset);
    content_range_write(range, plain);
    REQUIRE(content_range_read(plain, &again) == ODO_OK);
    REQUIRE(again.offset == range.offset && again.length == range.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1); /* just as large, so that a sanitizer sees its end */

    if (!text) {
        return 0;
    }
    if (size > 0) {
        memcpy(text, data, size);
    }
    text[size] = '\0';
    check_parse(text);
    check_read(text);
    free(text);
    return 0;
}
