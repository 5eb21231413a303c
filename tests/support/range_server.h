/*
 * A small HTTP/1.1 server in the test's own process, honest unless its rules say otherwise.
 *
 * It listens on a free port of 127.0.0.1 and serves files that exist only as a seed and a
 * size (support/content.h), or as bytes that the test holds. Honest, it does what RFC 9110
 * asks: GET and HEAD, one range or several (multipart/byteranges), If-Range, If-Match, 206,
 * 404, 412, 416, strong ETags, Last-Modified, and connections that live on.
 *
 *     static const struct server_rule rules[] = {
 *         {.from = 2, .to = 2, .does = SERVER_STATUS, .number = 503},
 *         {.does = SERVER_NO_ETAG},
 *     };
 *     struct range_server *server = range_server_start(&(struct range_server_options){
 *         .files = {{.path = "/file", .seed = 7, .size = 1000000}},
 *         .rules = rules, .rule_count = 2,
 *     });
 *     ... fetch what range_server_url(server, "/file", ...) says ...
 *     range_server_stop(server);
 *
 * A rule holds for the requests from..to of its path, counted from 1. All rules that hold for
 * a request are obeyed together; of two that do the same the first wins.
 *
 * It needs no memory from base/memory.h between start and stop, so a test may make that fail.
 * Each connection has a thread of its own out of a pool; one client more than that waits.
 * Any thread may call these functions. What cannot be done ends the program with a message.
 */
#ifndef SUPPORT_RANGE_SERVER_H
#define SUPPORT_RANGE_SERVER_H

#include <odo/types.h>

struct range_server;

enum server_behaviour {
    SERVER_NO_BEHAVIOUR, /* so that a rule left empty does nothing */

    /* Ranges. */
    SERVER_IGNORE_RANGES,       /* 200 with the whole file, whatever was asked */
    SERVER_IGNORE_MANY_RANGES,  /* the same for more than `number` ranges in one request */
    SERVER_DROP_RANGES,         /* answer only the first `number` ranges of a request */
    SERVER_REFUSE_MANY_RANGES,  /* status `number` for more than one range */
    SERVER_MERGE_RANGES,        /* answer several by one that goes from the first to the last */
    SERVER_REVERSE_RANGES,      /* answer the last first */
    SERVER_BOUNDARY,            /* the header says that the boundary is `text`; a lie */
    SERVER_MULTIPART_FOR_ONE,   /* multipart/byteranges for a single range as well */
    SERVER_NO_ACCEPT_RANGES,    /* no Accept-Ranges header */
    SERVER_SHORTEN_RANGES,      /* answer, honestly, only the first `number` bytes of a range */
    SERVER_SHIFT_RANGES,        /* answer, honestly, a range `number` bytes further on */
    SERVER_SHIFT_CONTENT_RANGE, /* Content-Range says `number` bytes further on; a lie */
    SERVER_CONTENT_RANGE,       /* Content-Range is `text`; none with NULL */
    SERVER_TOTAL,               /* Content-Range says that the file has `number` bytes */
    SERVER_NO_TOTAL,            /* Content-Range ends in an asterisk; a 416 has none at all */

    /* Bodies. */
    SERVER_SHORT_BODY,     /* Content-Length and body lack the last `number` bytes */
    SERVER_LONG_BODY,      /* Content-Length and body have `number` bytes more */
    SERVER_CUT_AFTER,      /* close after `number` bytes of body */
    SERVER_RESET_AFTER,    /* reset the connection after `number` bytes of body */
    SERVER_STALL_AFTER,    /* after `number` bytes of body wait for range_server_release() */
    SERVER_THROTTLE,       /* send `number` bytes of body a second */
    SERVER_CHUNKED,        /* Transfer-Encoding: chunked, no Content-Length */
    SERVER_NO_LENGTH,      /* no Content-Length; the body ends with the connection */
    SERVER_CONTENT_CODING, /* Content-Encoding is `text`; the bytes are as ever */

    /* Versions of the file. */
    SERVER_CHANGE_CONTENT, /* serve seed `number` (a change of its own, without new validators)
                            */
    SERVER_CHANGE_SIZE,    /* serve a file of `number` bytes, the same */
    SERVER_CHANGE_ETAG,    /* the ETag is `text`, as sent, quotes and all */
    SERVER_CHANGE_DATE,    /* Last-Modified is `text` */
    SERVER_REPLACE_FILE,   /* seed `number` with the size as it is, and validators to fit */
    SERVER_WEAK_ETAG,      /* W/ before the ETag */
    SERVER_NO_ETAG,
    SERVER_NO_DATE,         /* no Last-Modified */
    SERVER_IGNORE_IF_RANGE, /* 206 although the file has changed */
    SERVER_REFUSE_IF_RANGE, /* 200 to every If-Range, with an unchanged ETag */

    /* Whole replies. */
    SERVER_STATUS,      /* status `number`, with a short text for people as the body */
    SERVER_RETRY_AFTER, /* the header, as `text`, or `number` seconds without a text */
    SERVER_REDIRECT,    /* status `number` (302 for 0) to `text`; "{port}" is our port */
    SERVER_GARBAGE,     /* `text` instead of a reply, and close */
    SERVER_SILENCE,     /* close without a reply */
    SERVER_STALL_REPLY, /* wait for range_server_release() before the first byte of a reply */

    /* Manners. */
    SERVER_CLOSE,       /* Connection: close, and do so */
    SERVER_HTTP_1_0,    /* reply in HTTP/1.0, which ends the connection */
    SERVER_ODD_CASE,    /* hEADER nAMES lIKE tHIS */
    SERVER_LONG_HEADER, /* more headers, of `number` bytes together */
    SERVER_HEADER,      /* one more line, as in `text`, without its end */

    SERVER_BEHAVIOUR_COUNT
};

struct server_rule {
    const char *path; /* NULL holds for every path */
    uint32_t from;    /* the first request it holds for; 0 is 1 */
    uint32_t to;      /* the last; 0 holds for ever */
    enum server_behaviour does;
    uint64_t number;
    const char *text; /* lives as long as the server */
};

struct server_file {
    const char *path; /* begins with a slash; lives as long as the server */
    uint64_t seed;    /* of content.h ... */
    uint64_t size;
    const void *content; /* ... unless these `size` bytes are to be served; as long-lived */
};

enum { SERVER_FILES_MOST = 300 };

struct range_server_options {
    struct server_file files[4];
    const struct server_file *more_files; /* copied */
    size_t more_file_count;
    const struct server_rule *rules; /* copied */
    size_t rule_count;
    uint32_t connections; /* served at once; 0 is 24 */
    bool starts_ready; /* with a thread for each of them, where memory may be refused later */
};

/* Never NULL. */
struct range_server *range_server_start(const struct range_server_options *options);

/* Close every connection, join every thread, free everything. NULL is fine. */
void range_server_stop(struct range_server *server);

uint16_t range_server_port(const struct range_server *server);

enum { SERVER_URL_SIZE = 256 };

/* "http://127.0.0.1:port" and the path. Returns `url_out`. */
const char *range_server_url(const struct range_server *server, const char *path,
                             char url_out[SERVER_URL_SIZE]);

/* Other rules from the next request on. Requests go on being counted as before. */
void range_server_use_rules(struct range_server *server, const struct server_rule *rules,
                            size_t count);

/* Put another file in the place of one, from the next request on, with validators to fit. */
void range_server_replace(struct range_server *server, const char *path, uint64_t seed,
                          uint64_t size);

/* Let all who stall go on. From now on none stalls, until range_server_use_rules(). */
void range_server_release(struct range_server *server);

/*
 * What was asked
 * --------------
 */

struct server_request {
    uint32_t connection; /* counted from 1 in the order of arrival */
    uint32_t number;     /* of its path, from 1 */
    const char *method;  /* these texts live as long as the server */
    const char *path;
    const char *headers;             /* the lines as sent, each ended by CRLF */
    const struct byte_range *ranges; /* as asked; a last-n-bytes range is not among them */
    size_t range_count;
    int status;         /* of the reply; 0 before one, or without */
    uint64_t body_sent; /* bytes of body sent so far */
    bool has_ended;     /* its reply is out, or given up */
    uint64_t at_ms;     /* when it came, by platform_clock_milliseconds() */
};

/* Requests so far, of all paths. */
size_t range_server_request_count(struct range_server *server);

/* The request of this index, from 0, in the order of arrival. It must be there. */
struct server_request range_server_get_request(struct range_server *server, size_t index);

/* Connections on which at least one request came. */
uint32_t range_server_connection_count(struct range_server *server);

/* Bytes of body sent so far, over all requests. */
uint64_t range_server_bytes_sent(struct range_server *server);

/*
 * The value of a request's header, without blanks around it, cut to what fits. False and an
 * empty text when there is none. `count_out`, if not NULL, receives how many there are.
 */
bool server_request_header(const struct server_request *request, const char *name,
                           char *value_out, size_t size, size_t *count_out);

/* Wait until so many requests have come, or false after `timeout_ms`. */
bool range_server_wait_for_requests(struct range_server *server, size_t count,
                                    uint32_t timeout_ms);

/* Wait until so many replies stall at once, or false after `timeout_ms`. */
bool range_server_wait_for_stalls(struct range_server *server, size_t count,
                                  uint32_t timeout_ms);

#endif
