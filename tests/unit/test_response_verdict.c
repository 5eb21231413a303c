#include "support/test.h"

#include "http/response_verdict.h"
#include "http/response_version.h"

#include <string.h>

#define END     BYTE_RANGE_TO_END
#define UNKNOWN ODO_SIZE_UNKNOWN
#define MIB     ((uint64_t)1024 * 1024)
#define GIB     ((uint64_t)1024 * MIB)

#define FAIL             RESPONSE_FAIL
#define TAKE_PART        RESPONSE_TAKE_PART
#define TAKE_WHOLE       RESPONSE_TAKE_WHOLE
#define CHANGED          RESPONSE_CHANGED
#define REDIRECT         RESPONSE_REDIRECT
#define WITHOUT_IF_RANGE RESPONSE_RETRY_WITHOUT_IF_RANGE
#define RETRY_WHOLE      RESPONSE_RETRY_WHOLE
#define RETRY_OPEN       RESPONSE_RETRY_OPEN
#define MULTIPART        RESPONSE_MULTIPART
#define FEWER            RESPONSE_FEWER_RANGES

#define PASSING RESPONSE_PASSING
#define AT_END  RESPONSE_AT_END

#define MISMATCH    ODO_E_CONTENT_MISMATCH
#define HTTP_STATUS ODO_E_HTTP_STATUS

#define JANUARY "Thu, 01 Jan 2026 00:00:00 GMT"
#define MINUTE  "Thu, 01 Jan 2026 00:01:00 GMT" /* 60 seconds later */
#define EARLIER "Thu, 01 Jan 2026 00:00:59 GMT"
#define MARCH   "Sun, 01 Mar 2026 00:00:00 GMT"

/*
 * Scenes: what a request was for, and what the transfer knew. The file has 1000 bytes where
 * its size is known.
 */
enum scene {
    WHOLE_FIRST,        /* a whole file of unknown size: the first request, for all of it */
    WHOLE_STATED,       /* the same, its size stated by the caller */
    WHOLE_PLAIN,        /* the same as WHOLE_FIRST, without Range */
    WHOLE_RESUMED,      /* 400 bytes are there; strong ETag, date and If-Range */
    RANGE_FIRST,        /* bytes 100-199 of a file of unknown size */
    RANGE_STATED,       /* the same, its size stated */
    RANGE_LATER,        /* bytes 100-199; size, strong ETag and date known, and If-Range */
    RANGE_NO_IF,        /* the same without If-Range */
    RANGE_DATE_ONLY,    /* as RANGE_NO_IF, but no ETag is known */
    RANGE_WEAK,         /* as RANGE_NO_IF, with a weak ETag */
    RANGE_NO_VALIDATOR, /* as RANGE_NO_IF, but only the size is known */
    RANGE_IF_NO_SIZE,   /* as RANGE_LATER, but the size is not known */
    OPEN_FIRST,         /* bytes 500- of a file of unknown size */
    OPEN_STATED,        /* the same, its size stated */
    OPEN_GUESSED,       /* the same, asked for to an end of ours: 500-599 */
    LIST_FIRST,         /* bytes 0-99 are asked for, 900-1099 wanted as well; unknown size */
    MANY_LATER,         /* ranges from 100 to 199; size, strong ETag and date known, If-Range */
    SALVAGE_REFUSED,    /* as RANGE_FIRST, and 200 is not welcome */
    BEHIND_DOUBT, /* 200 bytes are there, of as many perhaps; bytes 200-299 of an open end */
    BYTE_BEHIND_DOUBT, /* the same, but byte 200 alone is asked for */
    UNSIZED_RESUMED,   /* 400 bytes of a file whose size nobody has told */
    WHOLE_REFUSED,     /* as WHOLE_RESUMED without If-Range, and 200 is not welcome */
};

struct scene_setting {
    struct response_question question;
    struct response_context context;
};

static struct scene_setting setting_of(enum scene scene)
{
    const struct byte_range range = {100, 100};
    struct scene_setting first = {
        .question = {.span = {0, END}, .sent_range = true},
        .context = {.known_size = UNKNOWN, .stated_size = UNKNOWN},
    };
    struct scene_setting later = first;

    later.context.version_is_known = true;
    later.context.known_size = 1000;
    later.context.known_etag = "\"one\"";
    later.context.known_date = JANUARY;
    later.context.wanted_bytes = 100;
    later.context.wanted_end = 200;
    later.question.span = range;

    switch (scene) {
    case WHOLE_FIRST:
        first.context.wants_whole_file = true;
        first.context.wanted_is_open = true;
        return first;
    case WHOLE_STATED:
        first.question.span = (struct byte_range){0, 1000};
        first.context.wants_whole_file = true;
        first.context.stated_size = 1000;
        first.context.wanted_bytes = 1000;
        first.context.wanted_end = 1000;
        return first;
    case WHOLE_PLAIN:
        first.question.sent_range = false;
        first.context.wants_whole_file = true;
        first.context.wanted_is_open = true;
        return first;
    case WHOLE_REFUSED:
    case WHOLE_RESUMED:
        later.question.span = (struct byte_range){400, 600};
        later.question.sent_if_range = scene == WHOLE_RESUMED;
        later.context.wants_whole_file = true;
        later.context.refuse_salvage = scene == WHOLE_REFUSED;
        later.context.wanted_bytes = 600;
        later.context.wanted_end = 1000;
        return later;
    case UNSIZED_RESUMED:
        later.question.span = (struct byte_range){400, END};
        later.context.known_size = UNKNOWN;
        later.context.had_bytes = 400;
        later.context.wants_whole_file = true;
        later.context.wanted_is_open = true;
        later.context.allow_unknown_size = true;
        return later;
    case SALVAGE_REFUSED:
    case RANGE_STATED:
    case RANGE_FIRST:
        first.question.span = range;
        first.context.wanted_bytes = 100;
        first.context.wanted_end = 200;
        first.context.refuse_salvage = scene == SALVAGE_REFUSED;
        first.context.stated_size = scene == RANGE_STATED ? 1000 : UNKNOWN;
        return first;
    case RANGE_IF_NO_SIZE:
        later.context.known_size = UNKNOWN;
        later.question.sent_if_range = true;
        return later;
    case MANY_LATER:
    case RANGE_LATER:
        later.question.sent_many = scene == MANY_LATER;
        later.question.sent_if_range = true;
        return later;
    case RANGE_NO_IF:
        return later;
    case RANGE_NO_VALIDATOR:
        later.context.known_etag = NULL;
        later.context.known_date = "";
        return later;
    case RANGE_DATE_ONLY:
        later.context.known_etag = "";
        return later;
    case RANGE_WEAK:
        later.context.known_etag = "W/\"one\"";
        return later;
    case BYTE_BEHIND_DOUBT:
    case BEHIND_DOUBT:
        later.question.span = (struct byte_range){200, scene == BEHIND_DOUBT ? 100 : 1};
        later.context.known_size = 200;
        later.context.size_is_doubtful = true;
        later.context.wanted_bytes = 0;
        later.context.wanted_end = 200;
        later.context.wanted_is_open = true;
        return later;
    case OPEN_STATED:
    case OPEN_FIRST:
    case OPEN_GUESSED:
        first.context.stated_size = scene == OPEN_STATED ? 1000 : UNKNOWN;
        first.question.span = (struct byte_range){500, scene == OPEN_GUESSED ? 100 : END};
        first.context.wanted_end = 500;
        first.context.wanted_is_open = true;
        return first;
    case LIST_FIRST:
        first.question.span = (struct byte_range){0, 100};
        first.context.wanted_bytes = 300;
        first.context.wanted_end = 1100;
        return first;
    }
    return first;
}

/* For the rows, what is told: */
#define NO_LENGTH           .content_length = (-1)
#define LENGTH(length)      .content_length = (length)
#define RANGE(text, length) .status = 206, .content_range = (text), .content_length = (length)

/* its validators are the known ones, */
#define SAME .etag = "\"one\"", .last_modified = JANUARY

/* and what comes of it: */
#define FAILS(status) FAIL, (status), 0, 0, 0, false
#define IS(kind)      (kind), ODO_OK, 0, 0, 0, false
#define PASSES        PASSING, ODO_E_INVALID_REPLY, 0, 0, 0, false
#define IS_MULTIPART  MULTIPART, MISMATCH, 0, 0, 0, false
#define PART(offset, length, file_size)                                                        \
    TAKE_PART, ODO_OK, (offset), (length), (file_size), false
#define WHOLE(length, file_size) TAKE_WHOLE, ODO_OK, 0, (length), (file_size), false
#define PART_PERHAPS(offset, length, file_size)                                                \
    TAKE_PART, ODO_OK, (offset), (length), (file_size), true
#define WHOLE_PERHAPS(length, file_size) TAKE_WHOLE, ODO_OK, 0, (length), (file_size), true

static const struct verdict_case {
    const char *name;
    enum scene scene;
    struct response_header header;
    enum response_verdict_kind kind;
    enum odo_status status; /* with FAIL and MULTIPART */
    uint64_t offset;        /* with TAKE_PART and TAKE_WHOLE */
    uint64_t length;
    uint64_t file_size;
    bool is_doubtful; /* total_is_doubtful or end_is_doubtful */
} verdicts[] = {
    /* Lengths that can be read in two ways. */
    {"a length that can be read in two ways is no size",
     WHOLE_PLAIN,
     {.status = 200, .content_length = 1000, .length_is_disputed = true},
     FAIL,
     ODO_E_INVALID_REPLY,
     0,
     0,
     0,
     false},
    {"a length that can be read in two ways is the one that was stated",
     WHOLE_STATED,
     {.status = 200, .content_length = 1000, .length_is_disputed = true},
     TAKE_WHOLE,
     ODO_OK,
     0,
     1000,
     1000,
     false},
    {"a part tells its own length, however the other can be read",
     RANGE_FIRST,
     {.status = 206,
      .content_length = 100,
      .length_is_disputed = true,
      .content_range = "bytes 100-199/1000"},
     TAKE_PART,
     ODO_OK,
     100,
     100,
     1000,
     false},

    /* Several ranges. */
    {"parts are taken where several ranges were asked for",
     MANY_LATER,
     {.status = 206, .content_type = "multipart/byteranges; boundary=x", LENGTH(700), SAME},
     IS_MULTIPART},
    {"parts of another version are a change",
     MANY_LATER,
     {.status = 206, .content_type = "multipart/byteranges; boundary=x", .etag = "\"two\""},
     IS(CHANGED)},
    {"one range that several were merged into is taken",
     MANY_LATER,
     {RANGE("bytes 100-199/1000", 100), SAME},
     PART(100, 100, 1000)},
    {"one range out of several is taken",
     MANY_LATER,
     {RANGE("bytes 150-159/1000", 10), SAME},
     PART(150, 10, 1000)},
    {"the last byte of several ranges is taken",
     MANY_LATER,
     {RANGE("bytes 199-199/1000", 1), SAME},
     PART(199, 1, 1000)},
    {"one range that begins before several is taken",
     MANY_LATER,
     {RANGE("bytes 99-199/1000", 101), SAME},
     PART(99, 101, 1000)},
    {"one range that ends behind several is taken",
     MANY_LATER,
     {RANGE("bytes 150-200/1000", 51), SAME},
     PART(150, 51, 1000)},
    {"one range behind several asks for fewer",
     MANY_LATER,
     {RANGE("bytes 200-200/1000", 1), SAME},
     IS(FEWER)},
    {"a body of another length than its range asks for fewer",
     MANY_LATER,
     {RANGE("bytes 100-199/1000", 99), SAME},
     IS(FEWER)},
    {"no Content-Range to several ranges asks for fewer",
     MANY_LATER,
     {RANGE(NULL, 100)},
     IS(FEWER)},
    {"several ranges of another version are a change",
     MANY_LATER,
     {RANGE("bytes 100-199/1000", 100), .etag = "\"two\""},
     IS(CHANGED)},
    {"several ranges of another size are a change",
     MANY_LATER,
     {RANGE("bytes 100-199/1001", 100), SAME},
     IS(CHANGED)},
    {"a 200 to several ranges without a word on the version passes",
     MANY_LATER,
     {.status = 200, LENGTH(1000)},
     PASSES},
    {"a 200 to several ranges asks for fewer, If-Range or not",
     MANY_LATER,
     {.status = 200, LENGTH(1000), SAME},
     IS(FEWER)},
    {"a 200 of another version to several ranges is a change",
     MANY_LATER,
     {.status = 200, LENGTH(1000), .etag = "\"two\""},
     IS(CHANGED)},
    {"a 200 of another size to several ranges is a change",
     MANY_LATER,
     {.status = 200, LENGTH(999), SAME},
     IS(CHANGED)},
    {"a 400 to several ranges asks for fewer", MANY_LATER, {.status = 400}, IS(FEWER)},
    {"a 413 to several ranges asks for fewer", MANY_LATER, {.status = 413}, IS(FEWER)},
    {"a 416 to several ranges asks for fewer", MANY_LATER, {.status = 416}, IS(FEWER)},
    {"a 416 to several ranges that tells another size is a change",
     MANY_LATER,
     {.status = 416, .content_range = "bytes */999"},
     IS(CHANGED)},
    {"a 416 to several ranges that tells the size asks for fewer",
     MANY_LATER,
     {.status = 416, .content_range = "bytes */1000"},
     IS(FEWER)},
    {"a 431 to several ranges asks for fewer", MANY_LATER, {.status = 431}, IS(FEWER)},
    {"a 501 to several ranges asks for fewer", MANY_LATER, {.status = 501}, IS(FEWER)},
    {"a 400 to one range is an error", RANGE_LATER, {.status = 400}, FAILS(HTTP_STATUS)},
    {"a 501 to one range is an error", RANGE_LATER, {.status = 501}, FAILS(HTTP_STATUS)},

    /* 206: what was asked for. */
    {"the range that was asked for is taken",
     RANGE_FIRST,
     {RANGE("bytes 100-199/1000", 100)},
     PART(100, 100, 1000)},
    {"a shorter one is taken",
     RANGE_FIRST,
     {RANGE("bytes 100-149/1000", 50)},
     PART(100, 50, 1000)},
    {"one byte is taken", RANGE_FIRST, {RANGE("bytes 100-100/1000", 1)}, PART(100, 1, 1000)},
    {"the whole file as a range is taken",
     WHOLE_FIRST,
     {RANGE("bytes 0-999/1000", 1000)},
     PART(0, 1000, 1000)},
    {"the beginning of a whole file is taken",
     WHOLE_FIRST,
     {RANGE("bytes 0-99/1000", 100)},
     PART(0, 100, 1000)},
    {"an open range is taken",
     OPEN_FIRST,
     {RANGE("bytes 500-999/1000", 500)},
     PART(500, 500, 1000)},
    {"the rest of a file is taken",
     WHOLE_RESUMED,
     {RANGE("bytes 400-999/1000", 600), SAME},
     PART(400, 600, 1000)},
    {"a part without a length is taken",
     RANGE_FIRST,
     {RANGE("bytes 100-199/1000", -1)},
     PART(100, 100, 1000)},
    {"chunks make a length void",
     RANGE_FIRST,
     {RANGE("bytes 100-199/1000", 7), .is_chunked = true},
     PART(100, 100, 1000)},
    {"an equals sign in Content-Range is forgiven",
     RANGE_FIRST,
     {RANGE("bytes=100-199/1000", 100)},
     PART(100, 100, 1000)},
    {"identity is no encoding",
     RANGE_FIRST,
     {RANGE("bytes 100-199/1000", 100), .content_encoding = " Identity , identity "},
     PART(100, 100, 1000)},
    {"an empty Content-Encoding is none",
     RANGE_FIRST,
     {RANGE("bytes 100-199/1000", 100), .content_encoding = ""},
     PART(100, 100, 1000)},
    {"another multipart type is a file's type",
     RANGE_FIRST,
     {RANGE("bytes 100-199/1000", 100), .content_type = "multipart/byteranges2"},
     PART(100, 100, 1000)},

    /* 206: something else. */
    {"a range that begins later is refused",
     RANGE_FIRST,
     {RANGE("bytes 101-199/1000", 99)},
     FAILS(MISMATCH)},
    {"a range that begins earlier is taken",
     RANGE_FIRST,
     {RANGE("bytes 99-199/1000", 101)},
     PART(99, 101, 1000)},
    {"a range that ends later is taken",
     RANGE_FIRST,
     {RANGE("bytes 100-200/1000", 101)},
     PART(100, 101, 1000)},
    {"one that begins at the first byte and ends at the last is taken",
     RANGE_FIRST,
     {RANGE("bytes 0-999/1000", 1000)},
     PART(0, 1000, 1000)},
    {"a range that ends before what was asked for is refused",
     RANGE_FIRST,
     {RANGE("bytes 99-99/1000", 1)},
     FAILS(MISMATCH)},
    {"a range behind what was asked for is refused",
     RANGE_FIRST,
     {RANGE("bytes 200-299/1000", 100)},
     FAILS(MISMATCH)},
    {"a range that begins earlier is refused where salvage is",
     SALVAGE_REFUSED,
     {RANGE("bytes 99-199/1000", 101)},
     FAILS(MISMATCH)},
    {"another range is refused", RANGE_FIRST, {RANGE("bytes 0-99/1000", 100)}, FAILS(MISMATCH)},
    {"a body longer than its range is refused",
     RANGE_FIRST,
     {RANGE("bytes 100-199/1000", 101)},
     FAILS(MISMATCH)},
    {"a body shorter than its range is refused",
     RANGE_FIRST,
     {RANGE("bytes 100-199/1000", 99)},
     FAILS(MISMATCH)},
    {"no Content-Range is refused", RANGE_FIRST, {RANGE(NULL, 100)}, FAILS(MISMATCH)},
    {"an empty Content-Range is refused", RANGE_FIRST, {RANGE("", 100)}, FAILS(MISMATCH)},
    {"another unit is refused",
     RANGE_FIRST,
     {RANGE("items 100-199/1000", 100)},
     FAILS(MISMATCH)},
    {"a Content-Range without a range is refused",
     RANGE_FIRST,
     {RANGE("bytes */1000", 100)},
     FAILS(MISMATCH)},
    {"a last byte before the first is refused",
     RANGE_FIRST,
     {RANGE("bytes 199-100/1000", 100)},
     FAILS(MISMATCH)},
    {"a range past its own total is refused",
     RANGE_FIRST,
     {RANGE("bytes 100-199/150", 100)},
     FAILS(MISMATCH)},
    {"a range past the size that is known is refused",
     OPEN_STATED,
     {RANGE("bytes 500-1000/*", 501)},
     FAILS(MISMATCH)},
    {"a range up to the size that is known is taken",
     OPEN_STATED,
     {RANGE("bytes 500-999/*", 500)},
     PART(500, 500, 1000)},
    {"a 206 to a plain request that is the whole file is taken",
     WHOLE_PLAIN,
     {RANGE("bytes 0-999/1000", 1000)},
     WHOLE(1000, 1000)},
    {"and without a length too",
     WHOLE_PLAIN,
     {RANGE("bytes 0-999/1000", -1)},
     WHOLE(1000, 1000)},
    {"a 206 to a plain request without a Content-Range is the whole file, perhaps",
     WHOLE_PLAIN,
     {RANGE(NULL, 1000)},
     WHOLE_PERHAPS(1000, 1000)},
    {"a 206 to a plain request of a part is refused",
     WHOLE_PLAIN,
     {RANGE("bytes 0-99/1000", 100)},
     FAILS(MISMATCH)},
    {"a 206 to a plain request of an unknown total is refused",
     WHOLE_PLAIN,
     {RANGE("bytes 0-99/*", 100)},
     FAILS(MISMATCH)},
    {"a 206 to a plain request that is longer than it says is refused",
     WHOLE_PLAIN,
     {RANGE("bytes 0-999/1000", 1001)},
     FAILS(MISMATCH)},
    {"a 206 to a plain request that cannot be read is refused",
     WHOLE_PLAIN,
     {RANGE(",", 1000)},
     FAILS(MISMATCH)},
    {"a 206 to a plain request in parts is refused",
     WHOLE_PLAIN,
     {.status = 206, .content_type = "multipart/byteranges; boundary=x", LENGTH(1000)},
     FAILS(MISMATCH)},
    {"an encoded part is taken as it was sent",
     RANGE_FIRST,
     {RANGE("bytes 100-199/1000", 100), .content_encoding = "gzip"},
     PART(100, 100, 1000)},
    {"a coding that is no coding is taken",
     RANGE_FIRST,
     {RANGE("bytes 100-199/1000", 100), .content_encoding = "aws-chunked, UTF-8"},
     PART(100, 100, 1000)},
    {"a part of another coding is of another version",
     RANGE_LATER,
     {RANGE("bytes 100-199/1000", 100), SAME, .content_encoding = "gzip"},
     IS(CHANGED)},
    {"identity is the same coding as none",
     RANGE_LATER,
     {RANGE("bytes 100-199/1000", 100), SAME, .content_encoding = "identity"},
     PART(100, 100, 1000)},
    {"several parts are told apart",
     RANGE_FIRST,
     {.status = 206, .content_type = "multipart/byteranges; boundary=x", NO_LENGTH},
     IS_MULTIPART},
    {"several parts in capitals too",
     RANGE_FIRST,
     {.status = 206, .content_type = " Multipart/ByteRanges", NO_LENGTH},
     IS_MULTIPART},

    {"a range that is not clipped to its total ends there, with the body",
     WHOLE_FIRST,
     {RANGE("bytes 0-8388607/1000", 1000)},
     PART(0, 1000, 1000)},
    {"but not with a body of another length",
     WHOLE_FIRST,
     {RANGE("bytes 0-8388607/1000", 999)},
     FAILS(MISMATCH)},
    {"and with one of no known length, whose end will tell",
     WHOLE_FIRST,
     {RANGE("bytes 0-8388607/1000", -1)},
     PART(0, 1000, 1000)},
    {"but not where it begins at its total",
     WHOLE_FIRST,
     {RANGE("bytes 1000-8388607/1000", 0)},
     FAILS(MISMATCH)},

    /* 206: totals that end where the part does. */
    {"a total that ends with what was asked for is in doubt",
     RANGE_FIRST,
     {RANGE("bytes 100-199/200", 100)},
     PART_PERHAPS(100, 100, 200)},
    {"and does not refuse a range behind it",
     LIST_FIRST,
     {RANGE("bytes 0-99/100", 100)},
     PART_PERHAPS(0, 100, 100)},
    {"and does not contradict the size that was stated",
     RANGE_STATED,
     {RANGE("bytes 100-199/200", 100)},
     PART(100, 100, 1000)},
    {"nor the one that another reply told",
     RANGE_NO_IF,
     {RANGE("bytes 100-199/200", 100), SAME},
     PART(100, 100, 1000)},
    {"but without validators the whole file has to tell",
     RANGE_NO_VALIDATOR,
     {RANGE("bytes 100-199/200", 100)},
     IS(RETRY_WHOLE)},
    {"a total that ends with an open range is believed",
     OPEN_FIRST,
     {RANGE("bytes 500-999/1000", 500)},
     PART(500, 500, 1000)},
    {"the next total that ends with the part is in doubt again",
     BEHIND_DOUBT,
     {RANGE("bytes 200-299/300", 100), SAME},
     PART_PERHAPS(200, 100, 300)},
    {"no total leaves it in doubt",
     BEHIND_DOUBT,
     {RANGE("bytes 200-299/*", 100), SAME},
     PART_PERHAPS(200, 100, 300)},
    {"a total behind the part is believed",
     BEHIND_DOUBT,
     {RANGE("bytes 200-299/1000", 100), SAME},
     PART(200, 100, 1000)},
    {"and an end before it as well",
     BEHIND_DOUBT,
     {RANGE("bytes 200-249/250", 50), SAME},
     PART(200, 50, 250)},
    {"a total below what was had is of another version",
     BEHIND_DOUBT,
     {RANGE("bytes 0-99/150", 100), SAME},
     IS(CHANGED)},
    {"a 416 whose size is less than what has come is of another version",
     UNSIZED_RESUMED,
     {.status = 416, .content_range = "bytes */399"},
     IS(CHANGED)},
    {"one of this version whose size is what has come tells the end",
     UNSIZED_RESUMED,
     {.status = 416, .content_range = "bytes */400", SAME},
     IS(AT_END)},
    {"one without validators may tell the end of another version",
     UNSIZED_RESUMED,
     {.status = 416, .content_range = "bytes */400"},
     FAILS(HTTP_STATUS)},
    {"a 200 that is shorter than what has come is of another version",
     UNSIZED_RESUMED,
     {.status = 200, LENGTH(399), SAME},
     IS(CHANGED)},
    {"416 without a size to one byte confirms the end",
     BYTE_BEHIND_DOUBT,
     {.status = 416},
     IS(AT_END)},
    {"to more it may be for their end, and a range without one has to tell",
     BEHIND_DOUBT,
     {.status = 416},
     IS(RETRY_OPEN)},
    {"416 with that size confirms the end",
     BEHIND_DOUBT,
     {.status = 416, .content_range = "bytes */200"},
     IS(AT_END)},
    {"416 with a smaller size means changed",
     BEHIND_DOUBT,
     {.status = 416, .content_range = "bytes */199"},
     IS(CHANGED)},
    {"416 with a larger size may be for our end of the range, and a part will tell",
     BEHIND_DOUBT,
     {.status = 416, .content_range = "bytes */1000"},
     IS(RETRY_OPEN)},
    {"a 200 of that size confirms the end",
     BEHIND_DOUBT,
     {.status = 200, LENGTH(200), SAME},
     IS(AT_END)},
    {"a 200 of another version does not",
     BEHIND_DOUBT,
     {.status = 200, LENGTH(200), .etag = "\"two\""},
     IS(CHANGED)},
    {"a longer 200 is the file",
     BEHIND_DOUBT,
     {.status = 200, LENGTH(1000), SAME},
     WHOLE(1000, 1000)},
    {"the same 206 without a Content-Range whatever is asked confirms the end",
     BEHIND_DOUBT,
     {RANGE(NULL, 200), SAME},
     IS(AT_END)},
    {"another one does not", BEHIND_DOUBT, {RANGE(NULL, 100), SAME}, FAILS(MISMATCH)},

    /* 206: sizes. */
    {"no total is no matter when the end is known",
     RANGE_FIRST,
     {RANGE("bytes 100-199/*", 100)},
     PART(100, 100, UNKNOWN)},
    {"no total leaves an open end unknown",
     OPEN_FIRST,
     {RANGE("bytes 500-999/*", 500)},
     FAILS(ODO_E_SIZE_UNKNOWN_IN_206)},
    {"no total leaves a whole file's size unknown",
     WHOLE_FIRST,
     {RANGE("bytes 0-999/*", 1000)},
     FAILS(ODO_E_SIZE_UNKNOWN_IN_206)},
    {"no total is no matter when the size was stated",
     WHOLE_STATED,
     {RANGE("bytes 0-999/*", 1000)},
     PART(0, 1000, 1000)},
    {"no total is no matter when the size is known",
     RANGE_NO_IF,
     {RANGE("bytes 100-199/*", 100), SAME},
     PART(100, 100, 1000)},
    {"the stated size is good",
     RANGE_STATED,
     {RANGE("bytes 100-199/1000", 100)},
     PART(100, 100, 1000)},
    {"another size than stated is refused",
     RANGE_STATED,
     {RANGE("bytes 100-199/1001", 100)},
     FAILS(MISMATCH)},
    {"a range past the end is learnt from another one",
     LIST_FIRST,
     {RANGE("bytes 0-99/1000", 100)},
     FAILS(ODO_E_INVALID_RANGE)},
    {"a file that ends with the last range is good",
     LIST_FIRST,
     {RANGE("bytes 0-99/1100", 100)},
     PART(0, 100, 1100)},
    {"a range cut short by the file's end is past the end",
     RANGE_FIRST,
     {RANGE("bytes 100-149/150", 50)},
     FAILS(ODO_E_INVALID_RANGE)},
    {"the largest file is taken",
     OPEN_FIRST,
     {RANGE("bytes 500-9223372036854775806/9223372036854775807", -1)},
     PART(500, (uint64_t)INT64_MAX - 500, (uint64_t)INT64_MAX)},

    /* 206: versions. */
    {"the same version goes on",
     RANGE_LATER,
     {RANGE("bytes 100-199/1000", 100), .etag = "\"one\"", .last_modified = JANUARY},
     PART(100, 100, 1000)},
    {"a part without validators to If-Range is asked for without",
     RANGE_LATER,
     {RANGE("bytes 100-199/1000", 100)},
     IS(WITHOUT_IF_RANGE)},
    {"a part without its date to If-Range is asked for without",
     RANGE_LATER,
     {RANGE("bytes 100-199/1000", 100), .etag = "\"one\""},
     IS(WITHOUT_IF_RANGE)},
    {"several ranges without their date to If-Range too",
     MANY_LATER,
     {RANGE("bytes 100-199/1000", 100), .etag = "\"one\""},
     IS(WITHOUT_IF_RANGE)},
    {"parts without their date to If-Range too",
     MANY_LATER,
     {.status = 206, .content_type = "multipart/byteranges; boundary=x", .etag = "\"one\""},
     IS(WITHOUT_IF_RANGE)},
    {"a part without validators passes",
     RANGE_NO_IF,
     {RANGE("bytes 100-199/1000", 100)},
     PASSES},
    {"a part without its ETag passes",
     RANGE_NO_IF,
     {RANGE("bytes 100-199/1000", 100), .last_modified = JANUARY},
     PASSES},
    {"a part without its date passes",
     RANGE_NO_IF,
     {RANGE("bytes 100-199/1000", 100), .etag = "\"one\""},
     PASSES},
    {"a part without its date but of another size is of another version",
     RANGE_NO_IF,
     {RANGE("bytes 100-199/1001", 100), .etag = "\"one\""},
     IS(CHANGED)},
    {"a part of another size without validators passes",
     RANGE_NO_IF,
     {RANGE("bytes 100-199/1001", 100)},
     PASSES},
    {"a whole file without its date may be another version",
     WHOLE_REFUSED,
     {.status = 200, LENGTH(1000), .etag = "\"one\""},
     IS(CHANGED)},
    {"a whole file without validators passes",
     WHOLE_REFUSED,
     {.status = 200, LENGTH(1000)},
     PASSES},
    {"empty validators are none",
     RANGE_NO_IF,
     {RANGE("bytes 100-199/1000", 100), .etag = "", .last_modified = ""},
     PASSES},
    {"another ETag is another version",
     RANGE_LATER,
     {RANGE("bytes 100-199/1000", 100), .etag = "\"two\"", .last_modified = JANUARY},
     IS(CHANGED)},
    {"an ETag in other case is another version",
     RANGE_LATER,
     {RANGE("bytes 100-199/1000", 100), .etag = "\"ONE\""},
     IS(CHANGED)},
    {"another total is another version",
     RANGE_LATER,
     {RANGE("bytes 100-199/1001", 100), .etag = "\"one\""},
     IS(CHANGED)},
    {"another date under the same strong ETag is another version",
     RANGE_LATER,
     {RANGE("bytes 100-199/1000", 100), .etag = "\"one\"", .last_modified = MARCH},
     IS(CHANGED)},
    {"another date without an ETag is another version",
     RANGE_LATER,
     {RANGE("bytes 100-199/1000", 100), .last_modified = MARCH},
     IS(CHANGED)},
    {"another date is another version where no ETag was",
     RANGE_DATE_ONLY,
     {RANGE("bytes 100-199/1000", 100), .etag = "\"one\"", .last_modified = MARCH},
     IS(CHANGED)},
    {"a new ETag with the same date is the same version",
     RANGE_DATE_ONLY,
     {RANGE("bytes 100-199/1000", 100), .etag = "\"one\"", .last_modified = JANUARY},
     PART(100, 100, 1000)},
    {"a weak ETag grown strong is the same version",
     RANGE_WEAK,
     {RANGE("bytes 100-199/1000", 100), .etag = "\"one\"", .last_modified = JANUARY},
     PART(100, 100, 1000)},
    {"a strong ETag grown weak is the same version",
     RANGE_NO_IF,
     {RANGE("bytes 100-199/1000", 100), .etag = "W/\"one\"", .last_modified = JANUARY},
     PART(100, 100, 1000)},
    {"an equal weak ETag without the date passes",
     RANGE_WEAK,
     {RANGE("bytes 100-199/1000", 100), .etag = "W/\"one\""},
     PASSES},
    {"another weak ETag is another version",
     RANGE_WEAK,
     {RANGE("bytes 100-199/1000", 100), .etag = "W/\"two\"", .last_modified = JANUARY},
     IS(CHANGED)},
    {"equal weak ETags with another date are another version",
     RANGE_WEAK,
     {RANGE("bytes 100-199/1000", 100), .etag = "W/\"one\"", .last_modified = MARCH},
     IS(CHANGED)},
    {"another total is another version without validators",
     RANGE_NO_VALIDATOR,
     {RANGE("bytes 100-199/999", 100)},
     IS(CHANGED)},
    {"new validators are another version of nothing",
     RANGE_NO_VALIDATOR,
     {RANGE("bytes 100-199/1000", 100), .etag = "\"two\"", .last_modified = MARCH},
     PART(100, 100, 1000)},
    {"another version is told before a wrong range",
     RANGE_LATER,
     {RANGE("bytes 0-99/500", 100), .etag = "\"two\""},
     IS(CHANGED)},

    /* 200: a whole file. */
    {"a whole file comes with 200",
     WHOLE_FIRST,
     {.status = 200, LENGTH(1000)},
     WHOLE(1000, 1000)},
    {"a whole file asked for plainly comes with 200",
     WHOLE_PLAIN,
     {.status = 200, LENGTH(1000)},
     WHOLE(1000, 1000)},
    {"an empty file comes with 200", WHOLE_PLAIN, {.status = 200, LENGTH(0)}, WHOLE(0, 0)},
    {"a 200 without a length has no size",
     WHOLE_FIRST,
     {.status = 200, NO_LENGTH},
     FAILS(ODO_E_SIZE_UNKNOWN_IN_200)},
    {"a 200 in chunks has no size",
     WHOLE_FIRST,
     {.status = 200, NO_LENGTH, .is_chunked = true},
     FAILS(ODO_E_SIZE_UNKNOWN_IN_200)},
    {"a 200 in chunks has no size, whatever length it says",
     WHOLE_FIRST,
     {.status = 200, LENGTH(1000), .is_chunked = true},
     FAILS(ODO_E_SIZE_UNKNOWN_IN_200)},
    {"a 200 without a length is held to the stated size",
     WHOLE_STATED,
     {.status = 200, NO_LENGTH},
     WHOLE(1000, 1000)},
    {"a whole file of another size than stated is refused",
     WHOLE_STATED,
     {.status = 200, LENGTH(999)},
     FAILS(MISMATCH)},
    {"an encoded file is taken as it was sent",
     WHOLE_FIRST,
     {.status = 200, LENGTH(1000), .content_encoding = "br"},
     WHOLE(1000, 1000)},
    {"a file of another coding begins again",
     WHOLE_REFUSED,
     {.status = 200, LENGTH(1000), SAME, .content_encoding = "br"},
     IS(CHANGED)},
    {"a file of another version begins again",
     WHOLE_RESUMED,
     {.status = 200, LENGTH(1000), .etag = "\"two\""},
     IS(CHANGED)},
    {"a file of another size begins again",
     WHOLE_RESUMED,
     {.status = 200, LENGTH(1001), .etag = "\"one\""},
     IS(CHANGED)},
    {"a file may be had from its beginning to resume",
     WHOLE_REFUSED,
     {.status = 200, LENGTH(1000), SAME},
     WHOLE(1000, 1000)},

    /* 200 with a Content-Range. */
    {"a 200 with the range that was asked for is a part",
     RANGE_FIRST,
     {.status = 200, .content_range = "bytes 100-199/1000", LENGTH(100)},
     PART(100, 100, 1000)},
    {"a 200 with a part of a whole file is a part",
     WHOLE_FIRST,
     {.status = 200, .content_range = "bytes 0-99/1000", LENGTH(100)},
     PART(0, 100, 1000)},
    {"a 200 with a part of an unknown total is a part",
     RANGE_FIRST,
     {.status = 200, .content_range = "bytes 100-199/*", LENGTH(100)},
     PART(100, 100, UNKNOWN)},
    {"a 200 with a part of another version is another version",
     RANGE_NO_IF,
     {.status = 200, .content_range = "bytes 100-199/1000", LENGTH(100), .etag = "\"two\""},
     IS(CHANGED)},
    {"a 200 with several merged into a part is a part",
     MANY_LATER,
     {.status = 200, .content_range = "bytes 100-199/1000", LENGTH(100), SAME},
     PART(100, 100, 1000)},
    {"a 200 with another part is refused",
     RANGE_FIRST,
     {.status = 200, .content_range = "bytes 200-299/1000", LENGTH(100)},
     FAILS(MISMATCH)},
    {"a 200 with a part of another length is refused",
     WHOLE_FIRST,
     {.status = 200, .content_range = "bytes 0-99/1000", LENGTH(101)},
     FAILS(MISMATCH)},
    {"a 200 with a part of no known length is refused",
     WHOLE_FIRST,
     {.status = 200, .content_range = "bytes 0-99/1000", NO_LENGTH},
     FAILS(MISMATCH)},
    {"a 200 with a part in chunks is refused",
     WHOLE_FIRST,
     {.status = 200, .content_range = "bytes 0-99/1000", LENGTH(100), .is_chunked = true},
     FAILS(MISMATCH)},
    {"a 200 with a part that nobody asked for is refused",
     WHOLE_PLAIN,
     {.status = 200, .content_range = "bytes 0-99/1000", LENGTH(100)},
     FAILS(MISMATCH)},
    {"a 200 as long as the total is the whole file, whatever range it says",
     WHOLE_PLAIN,
     {.status = 200, .content_range = "bytes 0-99/1000", LENGTH(1000)},
     WHOLE(1000, 1000)},
    {"a 200 with the whole range is the whole file",
     WHOLE_FIRST,
     {.status = 200, .content_range = "bytes 0-999/1000", LENGTH(1000)},
     WHOLE(1000, 1000)},
    {"and in chunks as well, with that size",
     WHOLE_FIRST,
     {.status = 200, .content_range = "bytes 0-999/1000", NO_LENGTH, .is_chunked = true},
     WHOLE(1000, 1000)},
    {"a 200 to a range with a Content-Range that cannot be read is refused",
     WHOLE_FIRST,
     {.status = 200, .content_range = "0-99/1000", LENGTH(100)},
     FAILS(MISMATCH)},
    {"a 200 to a range with two of them is refused",
     WHOLE_FIRST,
     {.status = 200, .content_range = ",", LENGTH(100)},
     FAILS(MISMATCH)},
    {"a 200 to several ranges with one that cannot be read asks for fewer",
     MANY_LATER,
     {.status = 200, .content_range = ",", LENGTH(100), SAME},
     IS(FEWER)},
    {"a 200 to a plain request does not mind what cannot be read",
     WHOLE_PLAIN,
     {.status = 200, .content_range = ",", LENGTH(1000)},
     WHOLE(1000, 1000)},
    {"an empty Content-Range is none",
     WHOLE_FIRST,
     {.status = 200, .content_range = "", LENGTH(1000)},
     WHOLE(1000, 1000)},

    /* 200 to If-Range. */
    {"a 200 to If-Range with the same ETag is asked for without",
     RANGE_LATER,
     {.status = 200, LENGTH(1000), .etag = "\"one\""},
     IS(WITHOUT_IF_RANGE)},
    {"a 200 to If-Range with the same date is asked for without",
     RANGE_LATER,
     {.status = 200, LENGTH(1000), .last_modified = JANUARY},
     IS(WITHOUT_IF_RANGE)},
    {"a 200 to If-Range that says nothing passes",
     RANGE_LATER,
     {.status = 200, LENGTH(1000)},
     PASSES},
    {"a 200 to If-Range with another ETag means changed",
     RANGE_LATER,
     {.status = 200, LENGTH(1000), .etag = "\"two\""},
     IS(CHANGED)},
    {"a resume refused by If-Range with the same ETag is asked for without",
     WHOLE_RESUMED,
     {.status = 200, LENGTH(1000), .etag = "\"one\"", .last_modified = JANUARY},
     IS(WITHOUT_IF_RANGE)},
    {"the same ETag counts without a size",
     RANGE_IF_NO_SIZE,
     {.status = 200, LENGTH(1000), .etag = "\"one\""},
     IS(WITHOUT_IF_RANGE)},

    /* 200: ranges. */
    {"a range is picked out of a 200",
     RANGE_FIRST,
     {.status = 200, LENGTH(1000)},
     WHOLE(1000, 1000)},
    {"a range is picked out of a 200 of no known size",
     RANGE_FIRST,
     {.status = 200, NO_LENGTH},
     WHOLE(END, UNKNOWN)},
    {"a later range is picked out of a 200",
     RANGE_NO_IF,
     {.status = 200, LENGTH(1000), SAME},
     WHOLE(1000, 1000)},
    {"an open range is picked out of a 200",
     OPEN_FIRST,
     {.status = 200, LENGTH(1000)},
     WHOLE(1000, 1000)},
    {"an open range in a 200 without a length has no end",
     OPEN_FIRST,
     {.status = 200, NO_LENGTH},
     FAILS(ODO_E_SIZE_UNKNOWN_IN_200)},
    {"a 200 shows that a range is past the end",
     RANGE_FIRST,
     {.status = 200, LENGTH(150)},
     FAILS(ODO_E_INVALID_RANGE)},
    {"a file that ends with the range is good",
     RANGE_FIRST,
     {.status = 200, LENGTH(200)},
     WHOLE(200, 200)},
    {"an open range that begins at the end is past it",
     OPEN_FIRST,
     {.status = 200, LENGTH(500)},
     FAILS(ODO_E_INVALID_RANGE)},
    {"an open range of one byte is good",
     OPEN_FIRST,
     {.status = 200, LENGTH(501)},
     WHOLE(501, 501)},
    {"a 200 is refused where it is not welcome",
     SALVAGE_REFUSED,
     {.status = 200, LENGTH(1000)},
     FAILS(ODO_E_RANGES_UNSUPPORTED)},
    {"another size than stated is refused in a 200",
     RANGE_STATED,
     {.status = 200, LENGTH(1001)},
     FAILS(MISMATCH)},
    {"a range is picked out of an encoded 200",
     RANGE_FIRST,
     {.status = 200, LENGTH(1000), .content_encoding = "deflate"},
     WHOLE(1000, 1000)},

    /* Redirects. */
    {"301 is followed", RANGE_FIRST, {.status = 301, .has_location = true}, IS(REDIRECT)},
    {"302 is followed", RANGE_FIRST, {.status = 302, .has_location = true}, IS(REDIRECT)},
    {"303 is followed", RANGE_FIRST, {.status = 303, .has_location = true}, IS(REDIRECT)},
    {"307 is followed", RANGE_FIRST, {.status = 307, .has_location = true}, IS(REDIRECT)},
    {"308 is followed", RANGE_FIRST, {.status = 308, .has_location = true}, IS(REDIRECT)},
    {"a redirect that leads nowhere fails", RANGE_FIRST, {.status = 302}, FAILS(HTTP_STATUS)},
    {"300 is followed to what the server prefers",
     RANGE_FIRST,
     {.status = 300, .has_location = true},
     IS(REDIRECT)},
    {"300 without a preference is none", RANGE_FIRST, {.status = 300}, FAILS(HTTP_STATUS)},
    {"a redirection that nobody knows is one like 300",
     RANGE_FIRST,
     {.status = 399, .has_location = true},
     IS(REDIRECT)},
    {"304 is no redirect",
     RANGE_FIRST,
     {.status = 304, .has_location = true},
     FAILS(HTTP_STATUS)},
    {"305 is not followed",
     RANGE_FIRST,
     {.status = 305, .has_location = true},
     FAILS(HTTP_STATUS)},
    {"a Location beside a 206 is no redirect",
     RANGE_FIRST,
     {RANGE("bytes 100-199/1000", 100), .has_location = true},
     PART(100, 100, 1000)},

    /* 416. */
    {"416 to a whole file is asked for without Range",
     WHOLE_FIRST,
     {.status = 416, NO_LENGTH},
     IS(RETRY_WHOLE)},
    {"416 to an empty file is asked for without Range",
     WHOLE_FIRST,
     {.status = 416, .content_range = "bytes */0"},
     IS(RETRY_WHOLE)},
    {"416 to a whole file of stated size is asked for without Range",
     WHOLE_STATED,
     {.status = 416, NO_LENGTH},
     IS(RETRY_WHOLE)},
    {"416 without Range is final",
     WHOLE_PLAIN,
     {.status = 416, .content_range = "bytes */0"},
     FAILS(HTTP_STATUS)},
    {"416 with a size says that the range is past it",
     RANGE_FIRST,
     {.status = 416, .content_range = "bytes */100"},
     FAILS(ODO_E_INVALID_RANGE)},
    {"416 with a size says that an open range is past it",
     OPEN_FIRST,
     {.status = 416, .content_range = "bytes */500"},
     FAILS(ODO_E_INVALID_RANGE)},
    {"416 before any reply may be of another version than that, and be for our end",
     OPEN_GUESSED,
     {.status = 416, .content_range = "bytes */501"},
     IS(RETRY_OPEN)},
    {"a smaller size says that it is past the end whatever our end is",
     OPEN_GUESSED,
     {.status = 416, .content_range = "bytes */500"},
     FAILS(ODO_E_INVALID_RANGE)},
    {"416 without a size is a status",
     RANGE_FIRST,
     {.status = 416, NO_LENGTH},
     FAILS(HTTP_STATUS)},
    {"416 with nonsense for a size is a status",
     RANGE_FIRST,
     {.status = 416, .content_range = "bytes */x"},
     FAILS(HTTP_STATUS)},
    {"416 to a range within the file is a status",
     RANGE_FIRST,
     {.status = 416, .content_range = "bytes */1000"},
     FAILS(HTTP_STATUS)},
    {"416 with another size than stated is refused",
     RANGE_STATED,
     {.status = 416, .content_range = "bytes */150"},
     FAILS(MISMATCH)},
    {"416 with a new size means changed",
     RANGE_LATER,
     {.status = 416, .content_range = "bytes */150"},
     IS(CHANGED)},
    {"416 without a size means changed, when one is known",
     RANGE_LATER,
     {.status = 416, NO_LENGTH},
     IS(CHANGED)},
    {"416 with the known size is a status",
     RANGE_LATER,
     {.status = 416, .content_range = "bytes */1000"},
     FAILS(HTTP_STATUS)},
    {"416 while resuming a whole file means changed",
     WHOLE_RESUMED,
     {.status = 416, .content_range = "bytes */300"},
     IS(CHANGED)},

    /* Other statuses. */
    {"201 is unexpected", RANGE_FIRST, {.status = 201}, FAILS(ODO_E_UNEXPECTED_SUCCESS)},
    {"203 is the file, as somebody on the way has it",
     WHOLE_FIRST,
     {.status = 203, LENGTH(1000)},
     WHOLE(1000, 1000)},
    {"226 is the file where no difference was asked for",
     WHOLE_FIRST,
     {.status = 226, LENGTH(1000)},
     WHOLE(1000, 1000)},
    {"204 is unexpected", RANGE_FIRST, {.status = 204}, FAILS(ODO_E_UNEXPECTED_SUCCESS)},
    {"205 is unexpected", RANGE_FIRST, {.status = 205}, FAILS(ODO_E_UNEXPECTED_SUCCESS)},
    {"299 is unexpected", RANGE_FIRST, {.status = 299}, FAILS(ODO_E_UNEXPECTED_SUCCESS)},
    {"400 fails", RANGE_FIRST, {.status = 400}, FAILS(HTTP_STATUS)},
    {"401 fails", RANGE_FIRST, {.status = 401}, FAILS(HTTP_STATUS)},
    {"403 fails", RANGE_FIRST, {.status = 403}, FAILS(HTTP_STATUS)},
    {"404 fails", RANGE_FIRST, {.status = 404}, FAILS(HTTP_STATUS)},
    {"407 fails", RANGE_FIRST, {.status = 407}, FAILS(HTTP_STATUS)},
    {"429 fails", RANGE_FIRST, {.status = 429}, FAILS(HTTP_STATUS)},
    {"500 fails", RANGE_FIRST, {.status = 500}, FAILS(HTTP_STATUS)},
    {"503 fails", RANGE_LATER, {.status = 503, .etag = "\"two\""}, FAILS(HTTP_STATUS)},
    {"599 fails", RANGE_FIRST, {.status = 599}, FAILS(HTTP_STATUS)},
    {"600 fails", RANGE_FIRST, {.status = 600}, FAILS(HTTP_STATUS)},
    {"618 fails", RANGE_FIRST, {.status = 618}, FAILS(HTTP_STATUS)},
    {"999 fails", RANGE_FIRST, {.status = 999}, FAILS(HTTP_STATUS)},
    {"1000 is no status", RANGE_FIRST, {.status = 1000}, FAILS(ODO_E_INVALID_REPLY)},
    {"0 is no status", RANGE_FIRST, {.status = 0}, FAILS(ODO_E_INVALID_REPLY)},
    {"99 is no status", RANGE_FIRST, {.status = 99}, FAILS(ODO_E_INVALID_REPLY)},
    {"a negative status is none", RANGE_FIRST, {.status = -200}, FAILS(ODO_E_INVALID_REPLY)},
    {"101 is no last word", RANGE_FIRST, {.status = 101}, FAILS(ODO_E_INVALID_REPLY)},
};

static void check_verdict(void **state)
{
    const struct verdict_case *c = *state;
    struct scene_setting setting = setting_of(c->scene);
    struct response_verdict verdict =
        response_verdict_judge(&setting.question, &setting.context, &c->header);

    assert_int_equal(verdict.kind, c->kind);
    assert_status(verdict.error.status, c->status);
    if (c->kind == FAIL || c->kind == MULTIPART || c->kind == PASSING) {
        bool is_status = c->header.status >= 100 && c->header.status <= 999;

        assert_int_equal(verdict.error.http_status, is_status ? c->header.status : 0);
    }
    if (c->kind == TAKE_PART || c->kind == TAKE_WHOLE) {
        assert_true(verdict.offset == c->offset);
        assert_true(verdict.length == c->length);
        assert_true(verdict.file_size == c->file_size);
    }
    assert_int_equal(verdict.total_is_doubtful || verdict.end_is_doubtful, c->is_doubtful);
}

/* How much of a file may be read in vain. */
static const struct salvage_case {
    const char *name;
    uint64_t wanted_bytes;
    uint64_t wanted_end;
    bool wanted_is_open;
    int64_t size;
    bool is_taken;
} salvages[] = {
    {"64 MiB may be discarded for one byte", 1, 64 * MIB + 1, false, INT64_MAX, true},
    {"and no byte more", 1, 64 * MIB + 2, false, INT64_MAX, false},
    {"up to 16 MiB wanted, 64 MiB may be", 16 * MIB, 80 * MIB, false, INT64_MAX, true},
    {"and not more", 16 * MIB, 80 * MIB + 1, false, INT64_MAX, false},
    {"for 17 MiB four times as many may be", 17 * MIB, 85 * MIB, false, INT64_MAX, true},
    {"and again no byte more", 17 * MIB, 85 * MIB + 1, false, INT64_MAX, false},
    {"what lies behind the last wanted byte does not count", 1, 1, false, INT64_MAX, true},
    {"an open end counts as wanted", 0, 4 * GIB, true, (int64_t)(5 * GIB), true},
    {"as far as it goes", 0, 4 * GIB, true, (int64_t)(5 * GIB - 1), false},
    {"closed ranges count beside an open one", 4, 4 * GIB, true, (int64_t)(5 * GIB - 4), true},
    {"the largest want does not wrap", INT64_MAX, INT64_MAX, false, INT64_MAX, true},
};

static void check_salvage(void **state)
{
    const struct salvage_case *c = *state;
    struct response_question question = {.span = {0, 1}, .sent_range = true};
    struct response_context context = {
        .known_size = UNKNOWN,
        .stated_size = UNKNOWN,
        .wanted_bytes = c->wanted_bytes,
        .wanted_end = c->wanted_end,
        .wanted_is_open = c->wanted_is_open,
    };
    struct response_header header = {.status = 200, .content_length = c->size};
    struct response_verdict verdict = response_verdict_judge(&question, &context, &header);

    assert_int_equal(verdict.kind, c->is_taken ? TAKE_WHOLE : FAIL);
    assert_status(verdict.error.status, c->is_taken ? ODO_OK : ODO_E_RANGES_UNSUPPORTED);
}

static void a_whole_file_is_read_again_however_large(void **state)
{
    struct response_question question = {.span = {900 * GIB, 1}, .sent_range = true};
    struct response_context context = {
        .known_size = 900 * GIB + 1,
        .stated_size = UNKNOWN,
        .version_is_known = true,
        .wants_whole_file = true,
        .wanted_bytes = 1,
        .wanted_end = 900 * GIB + 1,
    };
    struct response_header header = {.status = 200, .content_length = (int64_t)(900 * GIB + 1)};

    (void)state;
    assert_int_equal(response_verdict_judge(&question, &context, &header).kind, TAKE_WHOLE);
}

/* Refusals that a request without Range may not meet. */
static const struct suspect_case {
    const char *name;
    enum scene scene;
    struct response_header header;
    bool is_suspect;
} suspects[] = {
    {"400 may be about Range", RANGE_FIRST, {.status = 400}, true},
    {"401 is not", RANGE_FIRST, {.status = 401}, false},
    {"403 may be", RANGE_FIRST, {.status = 403}, true},
    {"404 may be", RANGE_FIRST, {.status = 404}, true},
    {"405 may be", RANGE_FIRST, {.status = 405}, true},
    {"412 may be", RANGE_LATER, {.status = 412}, true},
    {"416 may be", RANGE_FIRST, {.status = 416}, true},
    {"416 that proves a range past the end is not",
     RANGE_FIRST,
     {.status = 416, .content_range = "bytes */100"},
     false},
    {"429 is not", RANGE_FIRST, {.status = 429}, false},
    {"500 is not", RANGE_FIRST, {.status = 500}, false},
    {"501 may be", RANGE_FIRST, {.status = 501}, true},
    {"503 may be", RANGE_FIRST, {.status = 503}, true},
    {"618 is not", RANGE_FIRST, {.status = 618}, false},
    {"a part that is not what was asked for may be",
     RANGE_FIRST,
     {RANGE("bytes 0-99/1000", 100)},
     true},
    {"a part that does not say what it is may be", RANGE_FIRST, {RANGE(NULL, 100)}, true},
    {"a 200 with less than the file may be",
     WHOLE_FIRST,
     {.status = 200, .content_range = "bytes 0-99/1000", LENGTH(1)},
     true},
    {"a 200 that is too dear is not", SALVAGE_REFUSED, {.status = 200, LENGTH(1000)}, false},
    {"a stated size that is wrong is not", RANGE_STATED, {.status = 200, LENGTH(1)}, false},
    {"a part without validators may be", RANGE_NO_IF, {RANGE("bytes 100-199/1000", 100)}, true},
    {"a whole file without them is not", RANGE_NO_IF, {.status = 200, LENGTH(1000)}, false},
    {"400 to a plain request is not", WHOLE_PLAIN, {.status = 400}, false},
    {"403 to a plain request is not", WHOLE_PLAIN, {.status = 403}, false},
    {"416 to a plain request is not", WHOLE_PLAIN, {.status = 416}, false},
    {"a 206 to a plain request is not", WHOLE_PLAIN, {RANGE("bytes 0-9/99", 10)}, false},
};

static void check_suspect(void **state)
{
    const struct suspect_case *c = *state;
    struct scene_setting setting = setting_of(c->scene);
    struct response_verdict verdict =
        response_verdict_judge(&setting.question, &setting.context, &c->header);

    assert_true(verdict.kind == FAIL || verdict.kind == PASSING);
    assert_int_equal(verdict.range_is_suspect, c->is_suspect);
}

/* Where a body may be as long as it is. */
static const struct unknown_size_case {
    const char *name;
    enum scene scene;
    struct response_header header;
    enum response_verdict_kind kind;
    uint64_t length;
    uint64_t file_size;
    bool total_is_doubtful;
    bool end_is_doubtful;
} unknown_sizes[] = {
    {"a 200 in chunks is as long as it is",
     WHOLE_PLAIN,
     {.status = 200, NO_LENGTH, .is_chunked = true},
     TAKE_WHOLE,
     END,
     UNKNOWN,
     false,
     false},
    {"chunks count more than a length",
     WHOLE_PLAIN,
     {.status = 200, LENGTH(1000), .is_chunked = true},
     TAKE_WHOLE,
     END,
     UNKNOWN,
     false,
     false},
    {"a stream of HTTP/2 has an end of its own",
     WHOLE_PLAIN,
     {.status = 200, NO_LENGTH},
     TAKE_WHOLE,
     END,
     UNKNOWN,
     false,
     false},
    {"the end of a connection is a doubtful end",
     WHOLE_PLAIN,
     {.status = 200, NO_LENGTH, .ends_with_connection = true},
     TAKE_WHOLE,
     END,
     UNKNOWN,
     false,
     true},
    {"but not where the size was stated",
     WHOLE_STATED,
     {.status = 200, NO_LENGTH, .ends_with_connection = true},
     TAKE_WHOLE,
     1000,
     1000,
     false,
     false},
    {"a range request may be answered by a whole file of any size",
     WHOLE_FIRST,
     {.status = 200, NO_LENGTH, .is_chunked = true},
     TAKE_WHOLE,
     END,
     UNKNOWN,
     false,
     false},
    {"an open range is picked out of one",
     OPEN_FIRST,
     {.status = 200, NO_LENGTH, .is_chunked = true},
     TAKE_WHOLE,
     END,
     UNKNOWN,
     false,
     false},
    {"a length is a length",
     WHOLE_PLAIN,
     {.status = 200, LENGTH(1000)},
     TAKE_WHOLE,
     1000,
     1000,
     false,
     false},
    {"a 206 to a plain request of no length is as long as it is",
     WHOLE_PLAIN,
     {RANGE(NULL, -1), .is_chunked = true},
     TAKE_WHOLE,
     END,
     UNKNOWN,
     false,
     false},
    {"a part of an unknown total may be the last",
     OPEN_FIRST,
     {RANGE("bytes 500-999/*", 500)},
     TAKE_PART,
     500,
     1000,
     true,
     false},
    {"a part of an unknown total with a known end is no matter",
     RANGE_FIRST,
     {RANGE("bytes 100-199/*", 100)},
     TAKE_PART,
     100,
     UNKNOWN,
     false,
     false},
    {"a salvage that is refused stays refused",
     SALVAGE_REFUSED,
     {.status = 200, NO_LENGTH, .is_chunked = true},
     FAIL,
     0,
     UNKNOWN,
     false,
     false},
};

static void check_unknown_size(void **state)
{
    const struct unknown_size_case *c = *state;
    struct scene_setting setting = setting_of(c->scene);
    struct response_verdict verdict;

    setting.context.allow_unknown_size = true;
    verdict = response_verdict_judge(&setting.question, &setting.context, &c->header);
    assert_int_equal(verdict.kind, c->kind);
    assert_true(verdict.length == c->length);
    assert_true(verdict.file_size == c->file_size);
    assert_int_equal(verdict.total_is_doubtful, c->total_is_doubtful);
    assert_int_equal(verdict.end_is_doubtful, c->end_is_doubtful);
}

static void a_change_is_described(void **state)
{
    struct scene_setting setting = setting_of(RANGE_NO_IF);
    struct response_header header = {RANGE("bytes 100-199/2000", 100), .etag = "\"two\"",
                                     .last_modified = JANUARY, .date = MARCH,
                                     .content_encoding = "gzip"};
    struct response_verdict verdict =
        response_verdict_judge(&setting.question, &setting.context, &header);

    (void)state;
    assert_int_equal(verdict.kind, CHANGED);
    assert_true(verdict.file_size == 2000);
    assert_string_equal(verdict.etag, "\"two\"");
    assert_string_equal(verdict.last_modified, JANUARY);
    assert_string_equal(verdict.content_encoding, "gzip");
    assert_true(verdict.etag_is_strong);
    assert_true(verdict.last_modified_is_strong);
}

static void a_place_is_refused_by_400_401_403_404_410_and_600_to_999(void **state)
{
    (void)state;
    for (int status = -1; status <= 1100; status++) {
        assert_int_equal(response_verdict_refuses_place(status),
                         status == 400 || status == 401 || status == 403 || status == 404 ||
                             status == 410 || (status >= 600 && status <= 999));
    }
}

/* What is learnt of validators, for If-Range. */
static const struct validator_case {
    const char *name;
    const char *etag;
    const char *last_modified;
    const char *date;
    bool etag_is_strong;
    bool last_modified_is_strong;
} validators[] = {
    {"a quoted ETag is strong", "\"abc\"", NULL, NULL, true, false},
    {"an empty quoted ETag is strong", "\"\"", NULL, NULL, true, false},
    {"a weak ETag is not", "W/\"abc\"", NULL, NULL, false, false},
    {"an ETag without quotes is not", "abc", NULL, NULL, false, false},
    {"an ETag with one quote is not", "\"", NULL, NULL, false, false},
    {"an ETag without an end is not", "\"abc", NULL, NULL, false, false},
    {"an ETag without a beginning is not", "abc\"", NULL, NULL, false, false},
    {"an ETag with a quote in it is not", "\"a\"c\"", NULL, NULL, false, false},
    {"an ETag with a blank in it is not", "\"a c\"", NULL, NULL, false, false},
    {"an ETag with a line end in it is not", "\"a\r\nX: y\"", NULL, NULL, false, false},
    {"a missing ETag is not", NULL, NULL, NULL, false, false},
    {"a date that is a minute old is strong", NULL, JANUARY, MINUTE, false, true},
    {"a date that is not a minute old is not", NULL, JANUARY, EARLIER, false, false},
    {"a date from the future is not", NULL, MARCH, JANUARY, false, false},
    {"a date without a clock beside it is not", NULL, JANUARY, NULL, false, false},
    {"a clock without a date beside it is not", NULL, NULL, JANUARY, false, false},
    {"a date that is none is not", NULL, "yesterday", MARCH, false, false},
    {"a clock that is none is not", NULL, JANUARY, "today", false, false},
    {"two digits are of the clock's century", NULL, "Sunday, 01-Mar-26 00:00:00 GMT", JANUARY,
     false, false},
};

static void check_validators(void **state)
{
    const struct validator_case *c = *state;
    struct scene_setting setting = setting_of(RANGE_FIRST);
    struct response_header header = {RANGE("bytes 100-199/1000", 100), .etag = c->etag,
                                     .last_modified = c->last_modified, .date = c->date};
    struct response_verdict verdict =
        response_verdict_judge(&setting.question, &setting.context, &header);

    assert_int_equal(verdict.kind, TAKE_PART);
    assert_ptr_equal(verdict.etag, c->etag);
    assert_ptr_equal(verdict.last_modified, c->last_modified);
    assert_int_equal(verdict.etag_is_strong, c->etag_is_strong);
    assert_int_equal(verdict.last_modified_is_strong, c->last_modified_is_strong);
    assert_int_equal(response_version_etag_is_strong(c->etag), c->etag_is_strong);
}

/* Every validator that was known must have come again. */
static void check_same_version(const struct response_context *context,
                               const struct response_header *header,
                               const struct response_verdict *verdict)
{
    const char *etag = context->known_etag;

    if (!context->version_is_known) {
        return;
    }
    if (etag && *etag) {
        assert_non_null(verdict->etag);
        assert_string_equal(etag + (*etag == 'W' ? 2 : 0),
                            header->etag + (*header->etag == 'W' ? 2 : 0));
    }
    if (context->known_date && *context->known_date) {
        assert_non_null(verdict->last_modified);
        assert_string_equal(context->known_date, header->last_modified);
    }
}

/* Whatever a server says: a body that is taken lies where it was asked for, and in the file. */
static void any_header_is_judged_safely(void **state)
{
    static const int statuses[] = {200, 206, 206, 206, 416, 302, 503, 204, 0};
    static const char *const ranges[] = {NULL,
                                         "",
                                         "bytes 100-199/1000",
                                         "bytes 100-149/1000",
                                         "bytes 0-999/1000",
                                         "bytes 400-999/1000",
                                         "bytes 0-99/*",
                                         "bytes */1000",
                                         "bytes */0",
                                         "bytes 500-999/1000",
                                         "bytes 100-99/1000",
                                         "bytes 0-9223372036854775806/9223372036854775807"};
    static const int64_t lengths[] = {-1, 0, 50, 100, 500, 600, 1000, INT64_MAX};
    static const char *const etags[] = {NULL, "\"one\"", "\"two\"", "W/\"one\"", "W/", "W"};
    static const char *const dates[] = {NULL, JANUARY, MARCH};
    struct test_random random = {1};

    (void)state;
    for (int i = 0; i < 200000; i++) {
        struct scene_setting setting =
            setting_of((enum scene)test_random_below(&random, WHOLE_REFUSED + 1));
        struct response_header header = {
            .status = statuses[test_random_below(&random, TEST_COUNT(statuses))],
            .content_range = ranges[test_random_below(&random, TEST_COUNT(ranges))],
            .content_length = lengths[test_random_below(&random, TEST_COUNT(lengths))],
            .is_chunked = test_random_below(&random, 4) == 0,
            .etag = etags[test_random_below(&random, TEST_COUNT(etags))],
            .last_modified = dates[test_random_below(&random, TEST_COUNT(dates))],
            .date = dates[test_random_below(&random, TEST_COUNT(dates))],
        };
        struct response_verdict verdict =
            response_verdict_judge(&setting.question, &setting.context, &header);
        struct byte_range span = setting.question.span;

        assert_int_equal(verdict.error.status != ODO_OK, verdict.kind == FAIL ||
                                                             verdict.kind == MULTIPART ||
                                                             verdict.kind == PASSING);
        if (verdict.kind == TAKE_PART) {
            assert_true(setting.question.sent_range);
            assert_true(header.status == 206 || header.status == 200);
            assert_true(verdict.length > 0 && verdict.offset + verdict.length > span.offset);
            assert_true(verdict.offset <= span.offset || setting.question.sent_many);
            assert_true(span.length == END || verdict.offset < span.offset + span.length);
            assert_true(verdict.offset + verdict.length <= verdict.file_size);
            assert_true(header.content_length < 0 || header.is_chunked ||
                        (uint64_t)header.content_length == verdict.length);
        } else if (verdict.kind == TAKE_WHOLE) {
            assert_true(header.status == 200 || !setting.question.sent_range);
            assert_true(verdict.offset == 0 && verdict.length == verdict.file_size);
            assert_false(setting.question.sent_if_range);
        }
        if (verdict.kind == TAKE_PART || verdict.kind == TAKE_WHOLE) {
            assert_true(verdict.file_size != UNKNOWN || !setting.context.wanted_is_open ||
                        setting.context.allow_unknown_size);
            assert_true(verdict.file_size >= setting.context.wanted_end ||
                        verdict.total_is_doubtful);
            check_same_version(&setting.context, &header, &verdict);
        }
    }
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, verdicts, check_verdict);
    TEST_ADD_TABLE(&suite, salvages, check_salvage);
    TEST_ADD(&suite, a_whole_file_is_read_again_however_large);
    TEST_ADD_TABLE(&suite, suspects, check_suspect);
    TEST_ADD_TABLE(&suite, unknown_sizes, check_unknown_size);
    TEST_ADD(&suite, a_change_is_described);
    TEST_ADD(&suite, a_place_is_refused_by_400_401_403_404_410_and_600_to_999);
    TEST_ADD_TABLE(&suite, validators, check_validators);
    TEST_ADD(&suite, any_header_is_judged_safely);
    return test_suite_run(&suite, "response_verdict");
}
