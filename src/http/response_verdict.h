/*
 * Decides what to do with a reply, from the request, the known version and the reply's header.
 * Called before the first byte of a body is accepted; nothing is written without its consent.
 *
 * A reply continues the known version only if response_version.h finds them to be the same. A
 * reply of another version does not replace it at once: see RESPONSE_CHANGED.
 *
 * Pure: no I/O, no clock, no locks. NULL or empty strings mean "missing".
 */
#ifndef ODO_HTTP_RESPONSE_VERDICT_H
#define ODO_HTTP_RESPONSE_VERDICT_H

#include <odo/types.h>

/* The request. */
struct response_question {
    struct byte_range span; /* the requested bytes; may be open-ended */
    bool sent_range;        /* it had a Range header for `span`; otherwise a plain GET */
    bool sent_if_range;     /* it had If-Range as well */
    bool sent_many; /* Range had several ranges, and `span` covers them from first to last */
};

/*
 * What the transfer knows and still wants. "Still wanted" is every requested byte that is not
 * yet safe, no matter which request it is part of.
 */
struct response_context {
    bool version_is_known;  /* a reply was accepted; the next five members come from it */
    uint64_t known_size;    /* of the whole remote file; or ODO_SIZE_UNKNOWN */
    bool size_is_doubtful;  /* known_size is a lower bound: it was set with `total_is_doubtful`
                               and not confirmed since */
    const char *known_etag; /* as sent, including W/ */
    const char *known_date; /* Last-Modified, as sent */
    const char *known_encoding; /* Content-Encoding, as sent */
    uint64_t had_bytes;         /* of the known version, a lower bound of its size; or 0 */
    uint64_t stated_size;       /* from the caller; or ODO_SIZE_UNKNOWN */
    bool wants_whole_file;      /* the caller wants the whole file, received bytes included */
    uint64_t wanted_bytes;      /* still wanted below `wanted_end` */
    uint64_t wanted_end; /* after the last byte still wanted; or where the open range begins */
    bool wanted_is_open; /* everything from `wanted_end` on is wanted as well */
    bool refuse_salvage; /* never read unwanted bytes to extract ranges from a whole file */
    bool allow_unknown_size; /* accept a body of unknown length: see `end_is_doubtful` */
};

/*
 * The reply's header. ETag, Last-Modified and Date count as missing if sent twice with
 * different values; Content-Range is then "," or anything else that is malformed; several
 * Content-Encoding lines are joined by ", ".
 */
struct response_header {
    int status;
    int64_t content_length;    /* -1 without one */
    bool length_is_disputed;   /* another reader may find another length in the same header */
    bool is_chunked;           /* Transfer-Encoding: chunked, which overrides the length */
    bool ends_with_connection; /* HTTP/1 without chunks or length; HTTP/2 streams have an end of
                                  their own */
    const char *content_range;
    const char *content_type;
    const char *content_encoding;
    const char *etag;
    const char *last_modified;
    const char *date;
    bool has_location;
};

enum response_verdict_kind {
    RESPONSE_FAIL,       /* `error` says why; see retry.h for the transient ones */
    RESPONSE_TAKE_PART,  /* the body is the run of the file given by `offset` and `length` */
    RESPONSE_TAKE_WHOLE, /* the body is the file from byte 0: pick the wanted bytes */
    RESPONSE_CHANGED,    /* another version, described by the verdict. If the known version has
                            validators, it counts only when the next reply confirms it: then
                            discard everything and start over. A 416 describes no version: ask
                            without Range to see it */
    RESPONSE_PASSING,  /* neither the known version nor, for lack of validators, one that could
                          replace it: a captive portal's page, or a 206 with fewer headers than
                          the 200. Discard only this reply and retry as after a transient
                          failure; `error` is reported when retries are exhausted */
    RESPONSE_REDIRECT, /* request Location, by the rules of redirect.h */
    RESPONSE_RETRY_WITHOUT_IF_RANGE, /* repeat without If-Range, now and in future */
    RESPONSE_RETRY_WHOLE, /* repeat without Range: the file may be empty, or the server dislikes
                             Range */
    RESPONSE_RETRY_OPEN,  /* repeat without an end: ours may be past the file's */
    RESPONSE_MULTIPART, /* multipart/byteranges of the known version as far as the header says;
                           if one range was requested, `error` is set for callers that cannot
                           read it */
    RESPONSE_FEWER_RANGES, /* too many ranges: ask for fewer at a time */
    RESPONSE_AT_END, /* `file_size`, so far in doubt or stated by this 416, is confirmed */
};

struct response_verdict {
    enum response_verdict_kind kind;
    struct odo_error error; /* with FAIL, PASSING and MULTIPART */

    /*
     * With FAIL and PASSING, for a request with Range: some servers refuse Range this way but
     * would serve the file without it. The error is final only if a request without Range meets
     * it too.
     */
    bool range_is_suspect;

    /*
     * With TAKE_PART and TAKE_WHOLE: the file offset of the body's first byte, and the body's
     * length, which must match what is received; BYTE_RANGE_TO_END if unknown. A part contains
     * the first byte of the span, or any of its bytes if several ranges were requested. It may
     * begin earlier and end later (discard what is outside), and is often shorter.
     */
    uint64_t offset;
    uint64_t length;

    /*
     * With TAKE_PART, TAKE_WHOLE and MULTIPART: the version to remember. With CHANGED: the new
     * version. The size is ODO_SIZE_UNKNOWN only if neither the reply nor the context states
     * it, and no open end depends on it or an unknown size is allowed. Strings are borrowed
     * from the reply, or NULL.
     */
    uint64_t file_size;
    const char *etag;
    const char *last_modified;
    const char *content_encoding;
    /* Validators usable in If-Range (RFC 9110 sections 8.8.2.2 and 13.1.5). */
    bool etag_is_strong;
    bool last_modified_is_strong;

    /*
     * With TAKE_PART and TAKE_WHOLE: `file_size` equals the end of the body, so the server may
     * have meant the body alone. Before treating it as the end, ask for a byte after it; see
     * RESPONSE_AT_END.
     */
    bool total_is_doubtful;
    /*
     * With TAKE_WHOLE and an unknown length: the body ends with the connection, and a broken
     * connection looks the same unless TLS was closed properly. False if the last chunk or the
     * end of an HTTP/2 stream marks the end.
     */
    bool end_is_doubtful;
};

enum {
    /* To extract ranges, unwanted bytes at the beginning of the file or of a part that begins
     * too early are read up to this amount, or ... */
    RESPONSE_SALVAGE_BYTES = 64 * 1024 * 1024,
    /* ... up to this multiple of the wanted bytes, whichever is more. */
    RESPONSE_SALVAGE_TIMES = 4,
};

/*
 * Evaluate a reply. Its errors:
 *
 *   ODO_E_INVALID_REPLY         a status outside 100 to 999, or a final 1xx; also with
 *                               RESPONSE_PASSING
 *   ODO_E_HTTP_STATUS           300 and above (in `http_status`), unless it is a redirect
 *   ODO_E_UNEXPECTED_SUCCESS    2xx other than 200 and 206
 *   ODO_E_CONTENT_MISMATCH      a 206, or a 200 with Content-Range, that does not contain the
 *                               requested bytes, is malformed, or has the wrong length; or a
 *                               size other than the caller's
 *   ODO_E_INVALID_RANGE         a wanted range ends past the end of the file
 *   ODO_E_RANGES_UNSUPPORTED    a 200 to a range request, and salvage is refused or too
 *                               expensive
 *   ODO_E_SIZE_UNKNOWN_IN_200, ODO_E_SIZE_UNKNOWN_IN_206
 *                               an open end is wanted, and an unknown size is not allowed
 *
 * Tolerated server faults:
 *
 *   - A 200 with a Content-Range of less than the whole file counts as a 206 if its length is
 *     that of the range; otherwise it is rejected.
 *   - A 206 to a plain GET is the whole file if its Content-Range says so; without one, its
 *     size is in doubt.
 *   - A Content-Range that ends past its total ends there, if the body's length agrees.
 */
struct response_verdict response_verdict_judge(const struct response_question *question,
                                               const struct response_context *context,
                                               const struct response_header *header);

/*
 * True for the statuses that a redirect target returns once its link has expired: 400, 401,
 * 403, 404, 410, and 600 and above. The original URL may lead to a new one.
 */
bool response_verdict_refuses_place(int status);

#endif
