/*
 * What becomes of a file when servers are odd, out of order, or lie. Each row is one server;
 * the file is DOWNLOAD_SIZE bytes long unless the row says otherwise.
 */
#include "job/job_state.h"
#include "platform/clock.h"
#include "support/content.h"
#include "support/download_fixture.h"
#include "support/test.h"

#include <string.h>

struct rule_list {
    const struct server_rule *items;
    size_t count;
};

#define RULES(...)                                                                             \
    {                                                                                          \
        (const struct server_rule[]){__VA_ARGS__},                                             \
            sizeof((const struct server_rule[]){__VA_ARGS__}) / sizeof(struct server_rule)     \
    }
#define ALWAYS(behaviour)                                                                      \
    {                                                                                          \
        .does = SERVER_##behaviour                                                             \
    }
#define ALWAYS_N(behaviour, n)                                                                 \
    {                                                                                          \
        .does = SERVER_##behaviour, .number = (n)                                              \
    }
#define ALWAYS_T(behaviour, t)                                                                 \
    {                                                                                          \
        .does = SERVER_##behaviour, .text = (t)                                                \
    }
#define ONCE(behaviour)                                                                        \
    {                                                                                          \
        .from = 1, .to = 1, .does = SERVER_##behaviour                                         \
    }
#define ONCE_N(behaviour, n)                                                                   \
    {                                                                                          \
        .from = 1, .to = 1, .does = SERVER_##behaviour, .number = (n)                          \
    }
#define ONCE_T(behaviour, t)                                                                   \
    {                                                                                          \
        .from = 1, .to = 1, .does = SERVER_##behaviour, .text = (t)                            \
    }
#define AT_N(nth, behaviour, n)                                                                \
    {                                                                                          \
        .from = (nth), .to = (nth), .does = SERVER_##behaviour, .number = (n)                  \
    }
#define AT_T(nth, behaviour, t)                                                                \
    {                                                                                          \
        .from = (nth), .to = (nth), .does = SERVER_##behaviour, .text = (t)                    \
    }
#define SINCE(nth, behaviour)                                                                  \
    {                                                                                          \
        .from = (nth), .does = SERVER_##behaviour                                              \
    }
#define SINCE_N(nth, behaviour, n)                                                             \
    {                                                                                          \
        .from = (nth), .does = SERVER_##behaviour, .number = (n)                               \
    }
#define SINCE_T(nth, behaviour, t)                                                             \
    {                                                                                          \
        .from = (nth), .does = SERVER_##behaviour, .text = (t)                                 \
    }
#define REDIRECT(from_path, code, to)                                                          \
    {                                                                                          \
        .path = (from_path), .does = SERVER_REDIRECT, .number = (code), .text = (to)           \
    }

#define END BYTE_RANGE_TO_END

/* Ranges so far apart that each needs a request of its own; and others. */
#define THREE_FAR RANGES({500000, 1000}, {0, 1000}, {900000, 1000})
#define ONE       RANGES({1000, 1000})
#define WHOLE     NO_RANGES
#define OPEN      RANGES({999000, END})

enum outcome {
    ARRIVES,      /* TRANSFERRED, with the right bytes, in place after complete() */
    FAILS,        /* ERROR for good */
    KEEPS_TRYING, /* TRANSIENT_ERROR again and again */
};

static const struct server_case {
    const char *name;
    struct rule_list rules;
    struct range_list ranges;
    enum outcome outcome;
    enum odo_status status; /* of the error, final or not */
    uint16_t http_status;
    size_t requests_most;  /* 0: three for each range, and no more */
    size_t requests_least; /* where fewer would mean that something was overlooked */
    size_t transients;     /* at least so many times TRANSIENT_ERROR on the way */
    uint64_t seed;         /* of the version that arrives; 0 is DOWNLOAD_SEED */
    uint64_t size;         /* of the remote file; 0 is DOWNLOAD_SIZE */
    uint64_t stated_size;  /* to the engine; 0 is unknown */
    uint64_t bytes_most;   /* that the server may get rid of; 0 is no limit */
    struct odo_engine_options options;
} cases[] = {
    /* Honest ones. */
    {"an honest server's whole file arrives", RULES({0}), WHOLE, ARRIVES, .requests_most = 2},
    {"one range arrives by one request", RULES({0}), ONE, ARRIVES, .requests_most = 1},
    {"ranges out of order land in the order given", RULES({0}), THREE_FAR, ARRIVES,
     .requests_most = 3},
    {"touching ranges need one request", RULES({0}), RANGES({1000, 500}, {0, 1000}), ARRIVES,
     .requests_most = 1},
    {"a range to the end of the file arrives", RULES({0}), OPEN, ARRIVES, .requests_most = 1},
    {"one that is refused for our end of it is asked for without an end",
     RULES(ONCE_N(STATUS, 416)), OPEN, ARRIVES, .requests_most = 2, .bytes_most = 2000},
    {"a range to the end may stand first", RULES({0}), RANGES({999000, END}, {10, 10}), ARRIVES,
     .requests_most = 3},
    {"a range to the end may stand in the middle", RULES({0}),
     RANGES({24, 17}, {990000, END}, {500000, 7}), ARRIVES, .requests_most = 4},
    {"a range to the end that begins at 0 is the whole file", RULES({0}), RANGES({0, END}),
     ARRIVES, .requests_most = 2},
    {"the last byte alone arrives", RULES({0}), RANGES({999999, 1}), ARRIVES,
     .requests_most = 1},
    {"a range that is the whole file arrives", RULES({0}), RANGES({0, DOWNLOAD_SIZE}), ARRIVES,
     .requests_most = 8},
    {"a stated size that is right is fine", RULES({0}), THREE_FAR, ARRIVES,
     .stated_size = DOWNLOAD_SIZE},
    {"a large file arrives over several connections", RULES({0}), WHOLE, ARRIVES,
     .size = 40000001, .requests_most = 60},
    {"an empty file arrives", RULES(ALWAYS_N(CHANGE_SIZE, 0)), WHOLE, ARRIVES, .size = 0},

    /* Ranges that the file does not have. */
    {"a range behind the end is an invalid range", RULES({0}), RANGES({DOWNLOAD_SIZE, 10}),
     FAILS, ODO_E_INVALID_RANGE, 416, .requests_most = 1},
    {"a range that reaches past the end is an invalid range", RULES({0}), RANGES({999990, 20}),
     FAILS, ODO_E_INVALID_RANGE, 206, .requests_most = 1},
    {"an open range that begins at the end is an invalid range", RULES({0}),
     RANGES({DOWNLOAD_SIZE, END}), FAILS, ODO_E_INVALID_RANGE, 416, .requests_most = 1},
    {"a bare 416 is looked into", RULES(ALWAYS(NO_TOTAL)), RANGES({DOWNLOAD_SIZE, 10}), FAILS,
     ODO_E_INVALID_RANGE, 200, .requests_most = 2},
    {"a 416 in the middle means a change, and the file begins again",
     RULES(AT_N(2, STATUS, 416)), THREE_FAR, ARRIVES, .requests_least = 4, .requests_most = 8},

    /* Servers without ranges. */
    {"a 200 to a range request is salvaged", RULES(ALWAYS(IGNORE_RANGES)), THREE_FAR, ARRIVES,
     .requests_most = 2},
    {"a 200 to a single range is salvaged", RULES(ALWAYS(IGNORE_RANGES)), ONE, ARRIVES,
     .requests_most = 2},
    {"a 200 is salvaged for an open range", RULES(ALWAYS(IGNORE_RANGES)),
     RANGES({990000, END}, {10, 10}), ARRIVES, .requests_most = 2},
    {"a 200 for the whole file is no loss", RULES(ALWAYS(IGNORE_RANGES)), WHOLE, ARRIVES,
     .requests_most = 2},
    {"a 200 is an error when salvage is refused", RULES(ALWAYS(IGNORE_RANGES)), THREE_FAR,
     FAILS, ODO_E_RANGES_UNSUPPORTED, 200, .requests_most = 1,
     .options = {.refuse_salvage = true}},
    {"a 200 for the whole file is fine even then", RULES(ALWAYS(IGNORE_RANGES)), WHOLE, ARRIVES,
     .options = {.refuse_salvage = true}},
    {"a 200 that costs too much is an error before a byte is read",
     RULES(ALWAYS(IGNORE_RANGES)), RANGES({0, 10}, {199000000, 10}), FAILS,
     ODO_E_RANGES_UNSUPPORTED, 200, .size = 200000000, .requests_most = 1,
     .bytes_most = 20000000},
    {"a server that stops to honour ranges is salvaged", RULES(SINCE(2, IGNORE_RANGES)),
     THREE_FAR, ARRIVES, .requests_most = 8},
    {"a server that forgets Accept-Ranges is used like any", RULES(ALWAYS(NO_ACCEPT_RANGES)),
     THREE_FAR, ARRIVES, .requests_most = 3},

    /* Ranges other than asked for. */
    {"a part shorter than asked for is fetched to its end",
     RULES(ALWAYS_N(SHORTEN_RANGES, 400)), ONE, ARRIVES, .requests_most = 3},
    {"without Range comes what was wrong with it: a part further on than asked for",
     RULES(ALWAYS_N(SHIFT_RANGES, 7)), ONE, ARRIVES, .requests_most = 3},
    {"without Range comes what was wrong with it: a Content-Range that begins elsewhere",
     RULES(ALWAYS_N(SHIFT_CONTENT_RANGE, 1)), ONE, ARRIVES, .requests_most = 3},
    {"one wrong part among good ones is asked for without Range",
     RULES(AT_N(3, SHIFT_RANGES, 7)), THREE_FAR, ARRIVES, .requests_most = 6},
    {"without Range comes what was wrong with it: a 206 without Content-Range",
     RULES(ALWAYS(CONTENT_RANGE)), ONE, ARRIVES, .requests_most = 3},
    {"without Range comes what was wrong with it: a Content-Range that makes no sense",
     RULES(ALWAYS_T(CONTENT_RANGE, "bytes many-more/lots")), ONE, ARRIVES, .requests_most = 3},
    {"without Range comes what was wrong with it: a Content-Range that ends before it begins",
     RULES(ALWAYS_T(CONTENT_RANGE, "bytes 1000-999/1000000")), ONE, ARRIVES,
     .requests_most = 3},
    {"without Range comes what was wrong with it: a Content-Range beyond 64 bits",
     RULES(ALWAYS_T(CONTENT_RANGE, "bytes 1000-99999999999999999999999/1000000")), ONE, ARRIVES,
     .requests_most = 3},
    {"a Content-Range with the wrong sign is understood",
     RULES(ALWAYS_T(CONTENT_RANGE, "bytes=1000-1999/1000000")), ONE, ARRIVES,
     .requests_most = 1},
    {"without Range comes what was wrong with it: parts for a single range",
     RULES(ALWAYS(MULTIPART_FOR_ONE)), ONE, ARRIVES, .requests_most = 3},

    /* Sizes. */
    {"a total that is not the stated size is refused", RULES(ALWAYS_N(TOTAL, 999999)), ONE,
     FAILS, ODO_E_CONTENT_MISMATCH, 206, .stated_size = DOWNLOAD_SIZE, .requests_most = 1},
    {"a 200 that is not of the stated size is refused", RULES(ALWAYS(IGNORE_RANGES)), WHOLE,
     FAILS, ODO_E_CONTENT_MISMATCH, 200, .stated_size = DOWNLOAD_SIZE + 1, .requests_most = 1},
    {"an unknown total does not matter to closed ranges", RULES(ALWAYS(NO_TOTAL)), THREE_FAR,
     ARRIVES, .requests_most = 3},
    {"an unknown total leaves an open range without an end", RULES(ALWAYS(NO_TOTAL)), OPEN,
     FAILS, ODO_E_SIZE_UNKNOWN_IN_206, 206, .requests_most = 1},
    {"a stated size makes up for an unknown total", RULES(ALWAYS(NO_TOTAL)), OPEN, ARRIVES,
     .stated_size = DOWNLOAD_SIZE, .requests_most = 1},
    {"a 200 of unknown length leaves a whole file without an end",
     RULES(ALWAYS(IGNORE_RANGES), ALWAYS(NO_LENGTH)), WHOLE, FAILS, ODO_E_SIZE_UNKNOWN_IN_200,
     200, .requests_most = 1},
    {"a stated size makes up for a 200 of unknown length",
     RULES(ALWAYS(IGNORE_RANGES), ALWAYS(NO_LENGTH)), WHOLE, ARRIVES,
     .stated_size = DOWNLOAD_SIZE, .requests_most = 2},
    {"another total in a later reply makes the file begin again",
     RULES(AT_N(2, TOTAL, 2000000)), THREE_FAR, ARRIVES, .requests_least = 4,
     .requests_most = 8},

    /* Bodies. */
    {"without Range comes what was wrong with it: a length shorter than the Content-Range",
     RULES(ALWAYS_N(SHORT_BODY, 1)), ONE, ARRIVES, .requests_most = 3},
    {"without Range comes what was wrong with it: a length longer than the Content-Range",
     RULES(ALWAYS_N(LONG_BODY, 1)), ONE, ARRIVES, .requests_most = 3},
    {"without Range comes what was wrong with it: a body that is longer than announced",
     RULES(ALWAYS(CHUNKED), ALWAYS_N(LONG_BODY, 10)), ONE, ARRIVES, .requests_most = 3},
    {"the rest of a body that ends early is asked for",
     RULES(ONCE(CHUNKED), ONCE_N(SHORT_BODY, 100)), ONE, ARRIVES, .requests_most = 2},
    {"a body cut off is fetched to its end", RULES(ONCE_N(CUT_AFTER, 500)), ONE, ARRIVES,
     .transients = 1, .requests_most = 2},
    {"a body cut off before its first byte is fetched again", RULES(ONCE_N(CUT_AFTER, 0)), ONE,
     ARRIVES, .transients = 1, .requests_most = 2},
    {"a body of a whole file cut off is fetched to its end", RULES(ONCE_N(CUT_AFTER, 300000)),
     WHOLE, ARRIVES, .transients = 1, .requests_most = 8},
    {"a salvaged 200 cut off is read again",
     RULES(ALWAYS(IGNORE_RANGES), ONCE_N(CUT_AFTER, 600000)), THREE_FAR, ARRIVES,
     .transients = 1, .requests_most = 4},
    {"a reset connection is tried again", RULES(ONCE_N(RESET_AFTER, 500)), ONE, ARRIVES,
     .transients = 1, .requests_most = 2},
    {"a server that always cuts before the first byte is tried again and again",
     RULES(ALWAYS_N(CUT_AFTER, 0)), ONE, KEEPS_TRYING, .status = ODO_E_CONNECTION_LOST,
     .http_status = 0},
    {"a connection closed without a reply is tried again", RULES(ONCE(SILENCE)), ONE, ARRIVES,
     .transients = 1, .requests_most = 3},
    {"a server that never replies is tried again and again", RULES(ALWAYS(SILENCE)), ONE,
     KEEPS_TRYING, .status = ODO_E_CONNECTION_LOST, .http_status = 0},
    {"a body that stalls is given up and fetched to its end", RULES(ONCE_N(STALL_AFTER, 500)),
     ONE, ARRIVES, .transients = 1, .requests_most = 2},
    {"a reply that does not begin is given up and asked for again", RULES(ONCE(STALL_REPLY)),
     ONE, ARRIVES, .transients = 1, .requests_most = 2},
    {"a body that trickles is given up and fetched to its end",
     RULES(ONCE_N(THROTTLE, 300), ONCE(CLOSE)), RANGES({0, 2000}), ARRIVES, .transients = 1,
     .requests_most = 2},
    {"a chunked body is fine", RULES(ALWAYS(CHUNKED)), THREE_FAR, ARRIVES, .requests_most = 3},
    {"a body that ends with the connection is fine", RULES(ALWAYS(NO_LENGTH)), THREE_FAR,
     ARRIVES, .requests_most = 3},
    {"an encoded body is taken as it was sent", RULES(ALWAYS_T(CONTENT_CODING, "x-gzip")), ONE,
     ARRIVES, .requests_most = 1},
    {"an encoded whole file is taken as it was sent",
     RULES(ALWAYS_T(CONTENT_CODING, "aws-chunked"), ALWAYS(IGNORE_RANGES)), WHOLE, ARRIVES,
     .requests_most = 1},
    {"a body encoded as itself is fine", RULES(ALWAYS_T(CONTENT_CODING, "identity")), ONE,
     ARRIVES, .requests_most = 1},

    /* Versions. */
    {"a file replaced in the middle begins again, and is of one version",
     RULES(SINCE_N(2, REPLACE_FILE, 8)), THREE_FAR, ARRIVES, .seed = 8, .requests_most = 8},
    {"so does one whose server knows no If-Range",
     RULES(SINCE_N(2, REPLACE_FILE, 8), ALWAYS(IGNORE_IF_RANGE)), THREE_FAR, ARRIVES, .seed = 8,
     .requests_most = 8},
    {"so does one with a date alone", RULES(SINCE_N(2, REPLACE_FILE, 8), ALWAYS(NO_ETAG)),
     THREE_FAR, ARRIVES, .seed = 8, .requests_most = 8},
    {"so does one with a date alone and no If-Range",
     RULES(SINCE_N(2, REPLACE_FILE, 8), ALWAYS(NO_ETAG), ALWAYS(IGNORE_IF_RANGE)), THREE_FAR,
     ARRIVES, .seed = 8, .requests_most = 8},
    {"so does one with weak validators",
     RULES(SINCE_N(2, REPLACE_FILE, 8), ALWAYS(WEAK_ETAG), ALWAYS(NO_DATE)), THREE_FAR, ARRIVES,
     .seed = 8, .requests_most = 8},
    {"another size alone is a change",
     RULES(SINCE_N(2, CHANGE_SIZE, 950000), SINCE_N(2, CHANGE_CONTENT, 8), ALWAYS(NO_ETAG),
           ALWAYS(NO_DATE)),
     THREE_FAR, ARRIVES, .seed = 8, .requests_most = 8},
    {"another ETag alone is a change", RULES(SINCE_T(2, CHANGE_ETAG, "\"new\"")), THREE_FAR,
     ARRIVES, .requests_least = 4, .requests_most = 8},
    {"another ETag in the last reply is a change", RULES(SINCE_T(3, CHANGE_ETAG, "\"new\"")),
     THREE_FAR, ARRIVES, .requests_least = 4, .requests_most = 8},
    {"a whole file replaced after the first cut begins again",
     RULES(ONCE_N(CUT_AFTER, 300000), SINCE_N(2, REPLACE_FILE, 8)), WHOLE, ARRIVES, .seed = 8,
     .transients = 1, .requests_most = 8},
    {"a file that changes again and again comes in one reply",
     RULES(AT_T(1, CHANGE_ETAG, "\"1\""), AT_T(2, CHANGE_ETAG, "\"2\""),
           AT_T(3, CHANGE_ETAG, "\"2\""), AT_T(4, CHANGE_ETAG, "\"2\""),
           AT_T(5, CHANGE_ETAG, "\"3\""), AT_T(6, CHANGE_ETAG, "\"3\""),
           AT_T(7, CHANGE_ETAG, "\"3\""), SINCE_T(8, CHANGE_ETAG, "\"4\"")),
     THREE_FAR, ARRIVES, .requests_most = 10, .options = {.connections_per_host = 1}},
    {"a server that answers If-Range with the whole unchanged file is asked without",
     RULES(ALWAYS(REFUSE_IF_RANGE)), THREE_FAR, ARRIVES, .requests_most = 8},
    {"a weak ETag is no hindrance", RULES(ALWAYS(WEAK_ETAG)), THREE_FAR, ARRIVES,
     .requests_most = 3},
    {"no validator is no hindrance", RULES(ALWAYS(NO_ETAG), ALWAYS(NO_DATE)), THREE_FAR,
     ARRIVES, .requests_most = 3},

    /* Errors of the server. */
    {"404 is final", RULES(ALWAYS_N(STATUS, 404)), ONE, FAILS, ODO_E_HTTP_STATUS, 404,
     .requests_most = 2},
    {"400 is final", RULES(ALWAYS_N(STATUS, 400)), ONE, FAILS, ODO_E_HTTP_STATUS, 400,
     .requests_most = 2},
    {"401 is final", RULES(ALWAYS_N(STATUS, 401)), ONE, FAILS, ODO_E_HTTP_STATUS, 401,
     .requests_most = 1},
    {"403 is final", RULES(ALWAYS_N(STATUS, 403)), ONE, FAILS, ODO_E_HTTP_STATUS, 403,
     .requests_most = 2},
    {"410 is final", RULES(ALWAYS_N(STATUS, 410)), WHOLE, FAILS, ODO_E_HTTP_STATUS, 410,
     .requests_most = 1},
    {"500 is tried again until it is well",
     RULES({.from = 1, .to = 3, .does = SERVER_STATUS, .number = 500}), THREE_FAR, ARRIVES,
     .transients = 1, .requests_most = 6},
    {"500 for ever is tried again and again", RULES(ALWAYS_N(STATUS, 500)), ONE, KEEPS_TRYING,
     .status = ODO_E_HTTP_STATUS, .http_status = 500},
    {"408 is tried again", RULES(ONCE_N(STATUS, 408)), ONE, ARRIVES, .transients = 1,
     .requests_most = 2},
    {"429 is tried again", RULES(ONCE_N(STATUS, 429)), ONE, ARRIVES, .transients = 1,
     .requests_most = 2},
    {"503 is tried again", RULES(ONCE_N(STATUS, 503)), ONE, ARRIVES, .transients = 1,
     .requests_most = 2},
    {"a Retry-After that has passed means now",
     RULES(ONCE_N(STATUS, 503), ONCE_T(RETRY_AFTER, "Sun, 06 Nov 1994 08:49:37 GMT")), ONE,
     ARRIVES, .transients = 1, .requests_most = 2},
    {"a Retry-After that makes no sense is ignored",
     RULES(ONCE_N(STATUS, 503), ONCE_T(RETRY_AFTER, "when it suits you")), ONE, ARRIVES,
     .transients = 1, .requests_most = 2},
    {"500 on one of several parts costs no other part", RULES(AT_N(2, STATUS, 500)), THREE_FAR,
     ARRIVES, .requests_most = 4},
    {"204 is tried again", RULES(ONCE_N(STATUS, 204)), ONE, ARRIVES, .transients = 1,
     .requests_most = 2},
    {"204 for ever is an unexpected success", RULES(ALWAYS_N(STATUS, 204)), ONE, KEEPS_TRYING,
     .status = ODO_E_UNEXPECTED_SUCCESS, .http_status = 204},
    {"what is not HTTP is tried again", RULES(ONCE_T(GARBAGE, "SSH-2.0-dropbear\r\n\r\n")), ONE,
     ARRIVES, .transients = 1, .requests_most = 2},
    {"what is never HTTP is an invalid reply", RULES(ALWAYS_T(GARBAGE, "220 mail at work\r\n")),
     ONE, KEEPS_TRYING, .status = ODO_E_INVALID_REPLY, .http_status = 0},
    {"a status beyond 599 is a status, and may heal",
     RULES(ALWAYS_T(GARBAGE, "HTTP/1.1 618 jwt:expired\r\nContent-Length: 0\r\n\r\n")), ONE,
     KEEPS_TRYING, .status = ODO_E_HTTP_STATUS, .http_status = 618},

    /* Redirects. */
    {"301 is followed", RULES(REDIRECT("/file", 301, "/other")), ONE, ARRIVES,
     .requests_most = 2},
    {"302 is followed", RULES(REDIRECT("/file", 302, "/other")), ONE, ARRIVES,
     .requests_most = 2},
    {"303 is followed", RULES(REDIRECT("/file", 303, "/other")), ONE, ARRIVES,
     .requests_most = 2},
    {"307 is followed", RULES(REDIRECT("/file", 307, "/other")), ONE, ARRIVES,
     .requests_most = 2},
    {"308 is followed, and only once for many parts", RULES(REDIRECT("/file", 308, "/other")),
     THREE_FAR, ARRIVES, .requests_most = 4},
    {"of two Locations the first is followed",
     RULES(REDIRECT("/file", 302, "/other\r\nLocation: /elsewhere")), ONE, ARRIVES,
     .requests_most = 2},
    {"a relative redirect is followed", RULES(REDIRECT("/file", 302, "other")), ONE, ARRIVES,
     .requests_most = 2},
    {"a redirect to an absolute place is followed",
     RULES(REDIRECT("/file", 302, "http://127.0.0.1:{port}/other")), ONE, ARRIVES,
     .requests_most = 2},
    {"a redirect to another host is followed",
     RULES(REDIRECT("/file", 302, "http://localhost:{port}/other")), THREE_FAR, ARRIVES,
     .requests_most = 4},
    {"a chain of redirects is followed",
     RULES(REDIRECT("/file", 302, "/b"), REDIRECT("/b", 301, "/c"), REDIRECT("/c", 307, "/d"),
           REDIRECT("/d", 308, "/other")),
     ONE, ARRIVES, .requests_most = 5},
    {"a loop that only Range leads into is got round without",
     RULES({.to = 1, .does = SERVER_CUT_AFTER, .number = 900000},
           {.path = "/file", .from = 2, .to = 23, .does = SERVER_REDIRECT, .text = "/file"}),
     WHOLE, ARRIVES, .requests_least = 24, .requests_most = 24},
    {"a loop of redirects is left",
     RULES(REDIRECT("/file", 302, "/b"), REDIRECT("/b", 302, "/file")), ONE, FAILS,
     ODO_E_REDIRECT, .requests_most = 11},
    {"a redirect to itself is left", RULES(REDIRECT("/file", 302, "/file")), ONE, FAILS,
     ODO_E_REDIRECT, .requests_most = 11},
    {"a redirect to another protocol is refused",
     RULES(REDIRECT("/file", 302, "ftp://127.0.0.1/other")), ONE, FAILS, ODO_E_REDIRECT,
     .requests_most = 1},
    {"a redirect to a local file is refused",
     RULES(REDIRECT("/file", 302, "file:///etc/passwd")), ONE, FAILS, ODO_E_REDIRECT,
     .requests_most = 1},
    {"a redirect without a place is an HTTP error", RULES(REDIRECT("/file", 302, NULL)), ONE,
     FAILS, ODO_E_HTTP_STATUS, 302, .requests_most = 1},
    {"a redirect with 304 is an HTTP error", RULES(ALWAYS_N(STATUS, 304)), ONE, FAILS,
     ODO_E_HTTP_STATUS, 304, .requests_most = 1},
    {"a redirect that leads to 404 ends there", RULES(REDIRECT("/file", 302, "/nothing")), ONE,
     FAILS, ODO_E_HTTP_STATUS, 404, .requests_most = 7},
    {"a redirected place that expires is looked up again",
     RULES(REDIRECT("/file", 302, "/other"),
           {.path = "/other", .from = 2, .to = 2, .does = SERVER_STATUS, .number = 403}),
     THREE_FAR, ARRIVES, .requests_most = 8},
    {"a redirected place that is always refused is given up",
     RULES(REDIRECT("/file", 302, "/other"),
           {.path = "/other", .does = SERVER_STATUS, .number = 403}),
     ONE, FAILS, ODO_E_HTTP_STATUS, 403, .requests_most = 7},
    {"a redirect in the middle of a file is followed",
     RULES({.path = "/file", .from = 2, .does = SERVER_REDIRECT, .text = "/other"}), THREE_FAR,
     ARRIVES, .requests_most = 8},

    /* Manners. */
    {"a server that closes after each reply is fine", RULES(ALWAYS(CLOSE)), THREE_FAR, ARRIVES,
     .requests_most = 3},
    {"HTTP/1.0 is fine", RULES(ALWAYS(HTTP_1_0)), THREE_FAR, ARRIVES, .requests_most = 3},
    {"the case of header names does not matter", RULES(ALWAYS(ODD_CASE)), THREE_FAR, ARRIVES,
     .requests_most = 3},
    {"a long header is fine", RULES(ALWAYS_N(LONG_HEADER, 50000)), ONE, ARRIVES,
     .requests_most = 1},
    {"a header without end is an invalid reply", RULES(ALWAYS_N(LONG_HEADER, 2000000)), ONE,
     KEEPS_TRYING, .status = ODO_E_INVALID_REPLY, .http_status = 0},
    {"without Range comes what was wrong with it: two Content-Ranges",
     RULES(ALWAYS_T(HEADER, "Content-Range: bytes 0-999/1000000")), ONE, ARRIVES,
     .requests_most = 3},
    {"a header as long as libcurl takes it is fine", RULES(ALWAYS_N(LONG_HEADER, 250000)), ONE,
     ARRIVES, .requests_most = 1},
    {"lines of a header may end with two CRs",
     RULES(ALWAYS_T(GARBAGE, "HTTP/1.1 404 Gone\r\r\nContent-Length: 0\r\r\n\r\r\n")), WHOLE,
     FAILS, ODO_E_HTTP_STATUS, 404, .requests_most = 2},
    {"a slow server that ignores Range has all the time while bytes come",
     RULES(ALWAYS(IGNORE_RANGES), ALWAYS_N(THROTTLE, 2500)), WHOLE, ARRIVES, .size = 6000,
     .requests_most = 1},
    {"a length counts when the transfer is said not to be encoded",
     RULES(ALWAYS_T(HEADER, "Transfer-Encoding: identity")), WHOLE, ARRIVES,
     .requests_most = 2},
    {"a second, smaller Content-Length is no end of the file",
     RULES(ALWAYS(IGNORE_RANGES), ALWAYS_T(HEADER, "Content-Length: 1000")), WHOLE,
     KEEPS_TRYING, .status = ODO_E_INVALID_REPLY, .http_status = 200},
};

/* --- Checking a row ------------------------------------------------------------------- */

static struct range_server_options server_options(const struct server_case *c)
{
    uint64_t size = c->size > 0 ? c->size : (uint64_t)DOWNLOAD_SIZE;

    return (struct range_server_options){
        .files = {{.path = "/file", .seed = DOWNLOAD_SEED, .size = size},
                  {.path = "/other", .seed = DOWNLOAD_SEED, .size = size}},
        .rules = c->rules.items,
        .rule_count = c->rules.count,
    };
}

static void expect_error(struct odo_job *job, const struct server_case *c)
{
    struct odo_error error = {.status = ODO_OK};
    uint32_t file = 1000;

    assert_status(odo_job_get_error(job, &error, &file), ODO_OK);
    assert_status(error.status, c->status);
    assert_int_equal(error.http_status, c->http_status);
    assert_int_equal(file, 0);
}

/* The remote file's size, after all that the rules do to it. */
static uint64_t final_size(const struct server_case *c)
{
    uint64_t size = c->size > 0 ? c->size : (uint64_t)DOWNLOAD_SIZE;

    for (size_t i = 0; i < c->rules.count; i++) {
        if (c->rules.items[i].does == SERVER_CHANGE_SIZE) {
            size = c->rules.items[i].number;
        }
    }
    return size;
}

static void expect_arrival(struct download_fixture *fixture, struct odo_job *job,
                           const struct server_case *c)
{
    char *target = download_fixture_path(fixture, "target");
    struct odo_job_progress progress;

    odo_job_get_progress(job, &progress);
    assert_int_equal(progress.bytes_transferred, progress.bytes_total);
    expect_no_file(target);
    assert_status(odo_job_complete(job), ODO_OK);
    expect_file(target, c->ranges.items, c->ranges.count,
                c->seed > 0 ? c->seed : (uint64_t)DOWNLOAD_SEED, final_size(c));
    assert_int_equal(download_fixture_count_files(fixture), 1);
    free(target);
}

static void expect_failure(struct download_fixture *fixture, struct odo_job *job,
                           const struct server_case *c)
{
    expect_error(job, c);
    assert_status(odo_job_cancel(job), ODO_OK);
    assert_int_equal(download_fixture_count_files(fixture), 0);
}

static void expect_modest_traffic(struct download_fixture *fixture, const struct server_case *c)
{
    size_t most = c->requests_most > 0 ? c->requests_most : 3 * (c->ranges.count + 1);
    size_t count = range_server_request_count(fixture->server);

    if (count > most) {
        fail_msg("%zu requests, and %zu would do", count, most);
    }
    if (count < c->requests_least) {
        fail_msg("%zu requests, and at least %zu are needed", count, c->requests_least);
    }
    if (c->bytes_most > 0 && range_server_bytes_sent(fixture->server) > c->bytes_most) {
        fail_msg("%llu bytes were sent, and %llu would do",
                 (unsigned long long)range_server_bytes_sent(fixture->server),
                 (unsigned long long)c->bytes_most);
    }
}

struct trying {
    struct download_fixture *fixture;
    struct odo_job *job;
};

static bool has_retried_or_failed(void *context)
{
    const struct trying *trying = context;
    struct event_log *log = trying->fixture->log;

    return event_log_count_state(log, trying->job, ODO_JOB_TRANSIENT_ERROR) >= 3 ||
           event_log_count_state(log, trying->job, ODO_JOB_ERROR) > 0;
}

static void expect_state_among(struct odo_job *job, enum odo_job_state one,
                               enum odo_job_state other)
{
    if (odo_job_get_state(job) != one) {
        expect_state(job, other);
    }
}

static void check_server(void **state)
{
    const struct server_case *c = *state;
    struct range_server_options server = server_options(c);
    struct odo_engine_options options = c->options;
    struct download_fixture *fixture;
    struct odo_job *job;
    struct trying trying;

    options.ranges_per_request = 1;
    fixture = download_fixture_begin(&server, &options);
    job = download_fixture_job(fixture);
    trying = (struct trying){.fixture = fixture, .job = job};
    assert_status(
        download_fixture_try_add(fixture, job, "/file", "target", c->ranges,
                                 c->stated_size > 0 ? c->stated_size : ODO_SIZE_UNKNOWN),
        ODO_OK);
    switch (c->outcome) {
    case ARRIVES:
        download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
        expect_modest_traffic(fixture, c);
        assert_true(event_log_count_state(fixture->log, job, ODO_JOB_TRANSIENT_ERROR) >=
                    c->transients);
        expect_arrival(fixture, job, c);
        break;
    case FAILS:
        download_fixture_run(fixture, job, ODO_JOB_ERROR);
        expect_modest_traffic(fixture, c);
        expect_failure(fixture, job, c);
        break;
    case KEEPS_TRYING:
        assert_status(odo_job_set_number(job, ODO_JOB_NO_PROGRESS_TIMEOUT, 3600), ODO_OK);
        assert_status(odo_job_resume(job), ODO_OK);
        assert_true(event_log_wait_until(fixture->log, has_retried_or_failed, &trying,
                                         DOWNLOAD_DEADLINE_MS));
        expect_state_among(job, ODO_JOB_TRANSIENT_ERROR, ODO_JOB_TRANSFERRING);
        assert_status(odo_job_suspend(job), ODO_OK);

        /* Told not to retry, the same is final, and its error can be read at leisure. */
        assert_status(odo_job_set_number(job, ODO_JOB_NO_PROGRESS_TIMEOUT, 0), ODO_OK);
        download_fixture_run(fixture, job, ODO_JOB_ERROR);
        expect_failure(fixture, job, c);
        break;
    }
    odo_job_release(job);
    download_fixture_end(fixture);
}

/* What arrives arrives as well when several ranges may be asked for at a time. */
static void check_server_with_several(void **state)
{
    const struct server_case *c = *state;
    struct range_server_options server = server_options(c);
    struct download_fixture *fixture;
    struct odo_job *job;

    if (c->outcome != ARRIVES || c->ranges.count < 2) {
        return;
    }
    fixture = download_fixture_begin(&server, &c->options);
    job = download_fixture_job(fixture);
    assert_status(
        download_fixture_try_add(fixture, job, "/file", "target", c->ranges,
                                 c->stated_size > 0 ? c->stated_size : ODO_SIZE_UNKNOWN),
        ODO_OK);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    if (c->rules.items[0].does == SERVER_NO_BEHAVIOUR ||
        (c->rules.count == 1 && c->rules.items[0].from == 0)) {
        expect_arrival(fixture, job, c);
    } else {
        assert_status(odo_job_cancel(job), ODO_OK); /* which version depends on the number */
    }
    odo_job_release(job);
    download_fixture_end(fixture);
}

/* --- What is asked -------------------------------------------------------------------- */

static void every_request_has_one_range_and_no_encoding(void **state)
{
    const struct range_list ranges = THREE_FAR;
    static const struct server_rule rules[] = {{.from = 2, .to = 2, .does = SERVER_SILENCE}};
    struct range_server_options options = {
        .files = {{.path = "/file", .seed = DOWNLOAD_SEED, .size = DOWNLOAD_SIZE}},
        .rules = rules,
        .rule_count = 1,
    };
    const struct odo_engine_options singly = {.ranges_per_request = 1};
    struct download_fixture *fixture = download_fixture_begin(&options, &singly);
    struct odo_job *job = download_fixture_job(fixture);
    char value[200];

    (void)state;
    download_fixture_add(fixture, job, "/file", "target", ranges);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    assert_true(range_server_request_count(fixture->server) >= 4);
    for (size_t i = 0; i < range_server_request_count(fixture->server); i++) {
        struct server_request request = range_server_get_request(fixture->server, i);
        size_t count;

        assert_true(server_request_header(&request, "Range", value, sizeof(value), &count));
        assert_int_equal(count, 1);
        assert_int_equal(request.range_count, 1);
        assert_true(
            server_request_header(&request, "Accept-Encoding", value, sizeof(value), &count));
        assert_int_equal(count, 1);
        assert_string_equal(value, "identity");
        assert_true(server_request_header(&request, "User-Agent", value, sizeof(value), NULL));
        assert_string_equal(value, "Microsoft-Delivery-Optimization/10.1");
        assert_string_equal(request.method, "GET");
    }
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static const struct validator_case {
    const char *name;
    struct rule_list rules;
    const char *if_range; /* in every request but the first; NULL for none */
} validators[] = {
    {"later requests carry a strong ETag as If-Range", RULES(ALWAYS_T(CHANGE_ETAG, "\"v1\"")),
     "\"v1\""},
    {"a weak ETag is no If-Range, but an old date is",
     RULES(ALWAYS(WEAK_ETAG), ALWAYS_T(CHANGE_DATE, "Wed, 01 Jan 2020 00:00:00 GMT")),
     "Wed, 01 Jan 2020 00:00:00 GMT"},
    {"a date without an ETag is If-Range when it is old",
     RULES(ALWAYS(NO_ETAG), ALWAYS_T(CHANGE_DATE, "Wed, 01 Jan 2020 00:00:00 GMT")),
     "Wed, 01 Jan 2020 00:00:00 GMT"},
    {"a date as young as the reply is no If-Range",
     RULES(ALWAYS(NO_ETAG), ALWAYS_T(CHANGE_DATE, "Sun, 01 Jun 2025 12:00:00 GMT")), NULL},
    {"without validators there is no If-Range", RULES(ALWAYS(NO_ETAG), ALWAYS(NO_DATE)), NULL},
    {"an ETag without quotes is no If-Range",
     RULES(ALWAYS_T(CHANGE_ETAG, "v1"), ALWAYS(NO_DATE)), NULL},
};

static void check_validator(void **state)
{
    const struct range_list ranges = THREE_FAR;
    const struct validator_case *c = *state;
    struct range_server_options options = {
        .files = {{.path = "/file", .seed = DOWNLOAD_SEED, .size = DOWNLOAD_SIZE}},
        .rules = c->rules.items,
        .rule_count = c->rules.count,
    };
    const struct odo_engine_options singly = {.ranges_per_request = 1};
    struct download_fixture *fixture = download_fixture_begin(&options, &singly);
    struct odo_job *job = download_fixture_job(fixture);
    char value[200];

    download_fixture_add(fixture, job, "/file", "target", ranges);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    assert_int_equal(range_server_request_count(fixture->server), 3);
    for (size_t i = 0; i < 3; i++) {
        struct server_request request = range_server_get_request(fixture->server, i);
        bool has = server_request_header(&request, "If-Range", value, sizeof(value), NULL);

        assert_int_equal(has, i > 0 && c->if_range);
        if (has) {
            assert_string_equal(value, c->if_range);
        }
    }
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void a_cut_body_is_asked_for_from_where_it_ended(void **state)
{
    const struct range_list ranges = ONE;
    static const struct server_rule rules[] = {
        {.from = 1, .to = 1, .does = SERVER_CUT_AFTER, .number = 500}};
    struct range_server_options options = {
        .files = {{.path = "/file", .seed = DOWNLOAD_SEED, .size = DOWNLOAD_SIZE}},
        .rules = rules,
        .rule_count = 1,
    };
    struct download_fixture *fixture = download_fixture_begin(&options, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    struct server_request second;

    (void)state;
    download_fixture_add(fixture, job, "/file", "target", ranges);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    assert_int_equal(range_server_request_count(fixture->server), 2);
    second = range_server_get_request(fixture->server, 1);
    assert_int_equal(second.ranges[0].offset, 1500);
    assert_int_equal(second.ranges[0].length, 500);
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
    download_fixture_end(fixture);
}

/* A reply that fails with a header block of `size` bytes in all. */
static char *long_refusal(size_t size)
{
    static const char start[] = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n";
    enum { LINE_SIZE = 1000, NAME_SIZE = 4 };
    char *text = malloc(size + 1);
    size_t used = sizeof(start) - 1;

    assert_non_null(text);
    memcpy(text, start, used);
    while (size - 2 - used > 0) {
        size_t line = size - 2 - used;

        line = line >= 2 * LINE_SIZE ? LINE_SIZE : line;
        memcpy(text + used, "X: ", NAME_SIZE - 1);
        memset(text + used + NAME_SIZE - 1, 'y', line - NAME_SIZE - 1);
        memcpy(text + used + line - 2, "\r\n", 2);
        used += line;
    }
    memcpy(text + used, "\r\n", 3);
    return text;
}

static void headers_of_64_kib_are_kept_to_their_last_byte(void **state)
{
    enum { HEADERS_SIZE = 64 * 1024 };
    const struct range_list ranges = ONE;
    char *refusal = long_refusal(HEADERS_SIZE);
    struct server_rule rules[] = {{.does = SERVER_GARBAGE, .text = refusal}};
    struct range_server_options options = {
        .files = {{.path = "/file", .seed = DOWNLOAD_SEED, .size = DOWNLOAD_SIZE}},
        .rules = rules,
        .rule_count = 1,
    };
    struct download_fixture *fixture = download_fixture_begin(&options, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    char *headers = NULL;

    (void)state;
    download_fixture_add(fixture, job, "/file", "target", ranges);
    download_fixture_run(fixture, job, ODO_JOB_ERROR);
    assert_status(odo_file_get_text(job, 0, ODO_FILE_RESPONSE_HEADERS, &headers), ODO_OK);
    assert_int_equal(strlen(headers), HEADERS_SIZE);
    assert_string_equal(headers, refusal);
    odo_free(headers);
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
    download_fixture_end(fixture);
    free(refusal);
}

static void retry_after_is_waited_for(void **state)
{
    const struct range_list ranges = ONE;
    static const struct server_rule rules[] = {
        {.from = 1, .to = 1, .does = SERVER_STATUS, .number = 429},
        {.from = 1, .to = 1, .does = SERVER_RETRY_AFTER, .number = 1},
    };
    struct range_server_options options = {
        .files = {{.path = "/file", .seed = DOWNLOAD_SEED, .size = DOWNLOAD_SIZE}},
        .rules = rules,
        .rule_count = 2,
    };
    struct download_fixture *fixture = download_fixture_begin(&options, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    uint64_t waited_ms;

    (void)state;
    download_fixture_add(fixture, job, "/file", "target", ranges);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    assert_int_equal(range_server_request_count(fixture->server), 2);
    waited_ms = range_server_get_request(fixture->server, 1).at_ms -
                range_server_get_request(fixture->server, 0).at_ms;
    assert_true(waited_ms >= 1000);
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void connections_stay_within_their_limit(void **state)
{
    static const struct range_list whole = WHOLE;
    struct range_server_options options = {
        .files = {{.path = "/file", .seed = DOWNLOAD_SEED, .size = 40000000}},
    };
    const struct odo_engine_options limits = {.connections_per_host = 3};
    struct download_fixture *fixture = download_fixture_begin(&options, &limits);
    struct odo_job *job = download_fixture_job(fixture);
    uint32_t connections;

    (void)state;
    download_fixture_add(fixture, job, "/file", "target", whole);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    connections = range_server_connection_count(fixture->server);
    assert_in_range(connections, 2, 3);
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void one_connection_serves_many_ranges(void **state)
{
    static struct byte_range items[40];
    struct range_list ranges = {items, TEST_COUNT(items)};
    const struct odo_engine_options limits = {.connections_per_host = 1,
                                              .ranges_per_request = 1};
    struct download_fixture *fixture = download_fixture_begin(NULL, &limits);
    struct odo_job *job = download_fixture_job(fixture);

    (void)state;
    for (size_t i = 0; i < TEST_COUNT(items); i++) {
        /* Backwards, so that order given and order of offsets differ most. */
        items[i] = (struct byte_range){(TEST_COUNT(items) - 1 - i) * 25000, 10 + i};
    }
    download_fixture_add(fixture, job, "/file", "target", ranges);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    assert_int_equal(range_server_connection_count(fixture->server), 1);
    assert_int_equal(range_server_request_count(fixture->server), TEST_COUNT(items));
    assert_status(odo_job_complete(job), ODO_OK);
    download_fixture_expect(fixture, "target", ranges);
    odo_job_release(job);
    download_fixture_end(fixture);
}

/* libcurl itself knows that all names below localhost are this machine. */
static void a_host_in_unicode_is_asked_by_its_ascii_name(void **state)
{
    const struct range_list ranges = ONE;
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    char *target = download_fixture_path(fixture, "target");
    char plain[SERVER_URL_SIZE];
    char url[SERVER_URL_SIZE];
    char wanted[SERVER_URL_SIZE];
    char host[SERVER_URL_SIZE];
    const char *port;
    struct server_request request;
    char *shown = NULL;

    (void)state;
    port = strrchr(range_server_url(fixture->server, "", plain), ':');
    (void)snprintf(url, sizeof(url),
                   "http://b\xc3\xbc"
                   "cher.localhost%s/file",
                   port);
    (void)snprintf(wanted, sizeof(wanted), "xn--bcher-kva.localhost%s", port);
    assert_status(odo_job_add_file(job,
                                   &(struct odo_file_request){.file_id = "a",
                                                              .url = url,
                                                              .local_path = target,
                                                              .ranges = ranges.items,
                                                              .range_count = 1,
                                                              .file_size = ODO_SIZE_UNKNOWN},
                                   NULL),
                  ODO_OK);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    request = range_server_get_request(fixture->server, 0);
    assert_true(server_request_header(&request, "Host", host, sizeof(host), NULL));
    assert_string_equal(host, wanted);
    assert_status(odo_file_get_text(job, 0, ODO_FILE_URL, &shown), ODO_OK);
    assert_string_equal(shown, url); /* as the client named it */
    odo_free(shown);
    assert_status(odo_job_cancel(job), ODO_OK);
    free(target);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void nobody_listening_is_a_transient_error(void **state)
{
    const struct range_list ranges = ONE;
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    struct range_server *other = range_server_start(
        &(struct range_server_options){.files = {{.path = "/file", .size = 10}}});
    char url[SERVER_URL_SIZE];
    char *target = download_fixture_path(fixture, "target");
    struct odo_error error = {.status = ODO_OK};

    (void)state;
    range_server_url(other, "/file", url);
    range_server_stop(other);
    assert_status(odo_job_add_file(job,
                                   &(struct odo_file_request){.file_id = "a",
                                                              .url = url,
                                                              .local_path = target,
                                                              .ranges = ranges.items,
                                                              .range_count = 1,
                                                              .file_size = ODO_SIZE_UNKNOWN},
                                   NULL),
                  ODO_OK);
    assert_status(odo_job_resume(job), ODO_OK);
    assert_true(event_log_wait_for_state(fixture->log, job, ODO_JOB_TRANSIENT_ERROR, 2,
                                         DOWNLOAD_DEADLINE_MS));
    assert_status(odo_job_suspend(job), ODO_OK);
    assert_status(odo_job_set_number(job, ODO_JOB_NO_PROGRESS_TIMEOUT, 0), ODO_OK);
    download_fixture_run(fixture, job, ODO_JOB_ERROR);
    assert_status(odo_job_get_error(job, &error, NULL), ODO_OK);
    assert_status(error.status, ODO_E_CANNOT_CONNECT);
    assert_status(odo_job_cancel(job), ODO_OK);
    free(target);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void no_progress_ends_in_an_error_that_names_the_cause(void **state)
{
    const struct range_list ranges = ONE;
    static const struct server_rule rules[] = {{.does = SERVER_STATUS, .number = 503}};
    struct range_server_options options = {.rules = rules, .rule_count = 1};
    struct download_fixture *fixture = download_fixture_begin(&options, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    struct odo_error error = {.status = ODO_OK};

    (void)state;
    download_fixture_add(fixture, job, "/file", "target", ranges);
    assert_status(odo_job_set_number(job, ODO_JOB_NO_PROGRESS_TIMEOUT, 1), ODO_OK);
    download_fixture_run(fixture, job, ODO_JOB_ERROR);
    assert_status(odo_job_get_error(job, &error, NULL), ODO_OK);
    assert_status(error.status, ODO_E_NO_PROGRESS);
    assert_status(error.cause, ODO_E_HTTP_STATUS);
    assert_int_equal(error.http_status, 503);
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
    download_fixture_end(fixture);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, cases, check_server);
    TEST_ADD_TABLE(&suite, cases, check_server_with_several);
    TEST_ADD_TABLE(&suite, validators, check_validator);
    TEST_ADD(&suite, every_request_has_one_range_and_no_encoding);
    TEST_ADD(&suite, a_cut_body_is_asked_for_from_where_it_ended);
    TEST_ADD(&suite, headers_of_64_kib_are_kept_to_their_last_byte);
    TEST_ADD(&suite, retry_after_is_waited_for);
    TEST_ADD(&suite, connections_stay_within_their_limit);
    TEST_ADD(&suite, one_connection_serves_many_ranges);
    TEST_ADD(&suite, a_host_in_unicode_is_asked_by_its_ascii_name);
    TEST_ADD(&suite, nobody_listening_is_a_transient_error);
    TEST_ADD(&suite, no_progress_ends_in_an_error_that_names_the_cause);
    return test_suite_run(&suite, "downloader");
}
