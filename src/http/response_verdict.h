/*
 * The judge: from what was asked, what is known and what the reply's header says, what is to
 * become of the reply. Asked before the first byte of a body is taken; nothing is written that
 * it has not let through.
 *
 * A reply goes on with the known version only when response_version.h finds it the same. One
 * that is of another version does not replace it at once: see RESPONSE_CHANGED.
 *
 * Pure: no I/O, no clock, no locks. Texts that are NULL or empty are missing.
 */
#ifndef ODO_HTTP_RESPONSE_VERDICT_H
#define ODO_HTTP_RESPONSE_VERDICT_H

#include <odo/types.h>

/* What was asked. */
struct response_question {
    struct byte_range span; /* the bytes that the request is for; may be open */
    bool sent_range;        /* it carried Range for `span`; without, it is a plain GET */
    bool sent_if_range;     /* and If-Range */
    bool sent_many;         /* Range had several, and `span` goes from the first to the last */
};

/*
 * What the transfer knows and still wants. "Still wanted" is every byte of the file that was
 * asked for and is not safely there, in this request or another.
 */
struct response_context {
    bool version_is_known;  /* a reply was accepted before; the next five come from it */
    uint64_t known_size;    /* of the whole remote file; or ODO_SIZE_UNKNOWN */
    bool size_is_doubtful;  /* it is as large as that at least: `total_is_doubtful` was set with
                               it, and nothing has confirmed it since */
    const char *known_etag; /* as sent, W/ included */
    const char *known_date; /* Last-Modified, as sent */
    const char *known_encoding; /* Content-Encoding, as sent */
    uint64_t had_bytes;         /* of the known version; it is no shorter than that. Or 0 */
    uint64_t stated_size;       /* what the caller said of the file; or ODO_SIZE_UNKNOWN */
    bool wants_whole_file;      /* the caller asked for all of it, had or not */
    uint64_t wanted_bytes;      /* still wanted below `wanted_end` */
    uint64_t wanted_end;        /* one past the last byte still wanted; or where the open range
                                   begins */
    bool wanted_is_open;        /* everything from `wanted_end` on is wanted as well */
    bool refuse_salvage;        /* never read what was not asked for to pick ranges out of it */
    bool allow_unknown_size;    /* a body may be as long as it is: see `end_is_doubtful` */
};

/*
 * What the reply's header says. ETag, Last-Modified and Date are missing when they came twice
 * with different values; Content-Range is then "," or anything else that cannot be read; the
 * values of several Content-Encoding lines are joined by ", ".
 */
struct response_header {
    int status;
    int64_t content_length;    /* -1 without one */
    bool length_is_disputed;   /* another reader may find another length in the same header */
    bool is_chunked;           /* Transfer-Encoding: chunked, which overrides the length */
    bool ends_with_connection; /* HTTP/1 without chunks or a length: nothing but the end of the
                                  connection ends the body. Streams of HTTP/2 have an end */
    const char *content_range;
    const char *content_type;
    const char *content_encoding;
    const char *etag;
    const char *last_modified;
    const char *date;
    bool has_location;
};

enum response_verdict_kind {
    RESPONSE_FAIL,       /* `error` says why; retry.h knows which are tried again */
    RESPONSE_TAKE_PART,  /* the body is the run of the file that `offset` and `length` say */
    RESPONSE_TAKE_WHOLE, /* the body is the file from byte 0: pick out what is wanted */
    RESPONSE_CHANGED,    /* of another version, which the verdict describes. Where the known
                            version has validators, it counts only when the next reply says the
                            same: then what has come is void, begin again. A 416 describes none:
                            ask without Range to see it */
    RESPONSE_PASSING,    /* neither of the known version nor of one that could replace it, since
                            validators are missing: the page of a captive portal, or a part that
                            tells less than the whole file did. Not taken, nothing is void, and
                            it is asked again like after a failure on the way; `error` is for the
                            end of patience */
    RESPONSE_REDIRECT,   /* ask where Location says, by the rules of redirect.h */
    RESPONSE_RETRY_WITHOUT_IF_RANGE, /* ask the same without If-Range, from now on */
    RESPONSE_RETRY_WHOLE,  /* ask without Range: the file may be empty, or the server averse */
    RESPONSE_MULTIPART,    /* multipart/byteranges of the known version as far as the header
                              tells; where one range was asked, `error` is set for who cannot
                              read it */
    RESPONSE_FEWER_RANGES, /* several ranges were too many: ask for fewer at a time */
    RESPONSE_AT_END,       /* there is nothing behind `file_size`, which was in doubt or is told
                              by a refusal: it is true */
};

struct response_verdict {
    enum response_verdict_kind kind;
    struct odo_error error; /* with FAIL, PASSING and MULTIPART */

    /*
     * With FAIL and PASSING, to a request with Range: servers refuse Range like this that would
     * serve the same without. Before it is the file's failure, a request without Range has to
     * meet it.
     */
    bool range_is_suspect;

    /*
     * With TAKE_PART and TAKE_WHOLE: where the body's first byte belongs in the remote file,
     * and the length of the body, to be held against what comes; BYTE_RANGE_TO_END when nobody
     * says. A part has the first byte of the span, or any of its bytes when several ranges were
     * asked for; but it may begin earlier and end later: skip and cut off what is outside,
     * within the reply. It is often shorter.
     */
    uint64_t offset;
    uint64_t length;

    /*
     * With TAKE_PART, TAKE_WHOLE and MULTIPART: what to know from now on. With CHANGED: of the
     * new version. The size is ODO_SIZE_UNKNOWN only when no open end depends on it, or an
     * unknown size is allowed, and neither the reply nor the context tells it. Texts are
     * borrowed from the reply, or NULL.
     */
    uint64_t file_size;
    const char *etag;
    const char *last_modified;
    const char *content_encoding;
    /* Validators good for If-Range (RFC 9110 sections 8.8.2.2 and 13.1.5). */
    bool etag_is_strong;
    bool last_modified_is_strong;

    /*
     * With TAKE_PART and TAKE_WHOLE: `file_size` ends where the body does, so that the server
     * may have meant the body alone. Before the file ends there, ask for a byte behind it; see
     * RESPONSE_AT_END.
     */
    bool total_is_doubtful;
    /*
     * With TAKE_WHOLE, and a length that nobody says: the end of the connection is the end of
     * the body, and a broken one looks the same unless TLS was closed properly. False where the
     * last chunk or the end of the stream tells.
     */
    bool end_is_doubtful;
};

enum {
    /* Bytes are read in vain for the sake of ranges, from the beginning of the file or of a
     * part that begins too early, while they are at most this many, or ... */
    RESPONSE_SALVAGE_BYTES = 64 * 1024 * 1024,
    /* ... so many times the bytes wanted, whichever is more. */
    RESPONSE_SALVAGE_TIMES = 4,
};

/*
 * Judge a reply. The errors it fails with, and the rules behind them:
 *
 *   ODO_E_INVALID_REPLY         a status outside 100 to 999, or a 1xx as the last word; and
 * with RESPONSE_PASSING ODO_E_HTTP_STATUS           300 and above, as `http_status`, and what
 * is no redirect ODO_E_UNEXPECTED_SUCCESS    2xx other than 200 and 206 ODO_E_CONTENT_MISMATCH
 * a 206 or a 200 with a Content-Range that is not of the bytes asked for, cannot be read, or is
 * not as long as it says; a size other than the caller stated ODO_E_INVALID_RANGE         a
 * wanted range ends past the end of the file, as is known now ODO_E_RANGES_UNSUPPORTED    a 200
 * to a range request, and salvage is refused or too dear ODO_E_SIZE_UNKNOWN_IN_200,
 * ODO_E_SIZE_UNKNOWN_IN_206 an open end is wanted, nobody knows where it is, and that is not
 * allowed
 *
 * What is done for the sake of servers that are wrong:
 *
 *   - A 200 whose Content-Range is less than the whole file is a 206 by another name, if its
 *     length is that of the range; otherwise it is nothing.
 *   - A 206 to a plain GET is the whole file where its Content-Range says so; without one, its
 *     size is in doubt.
 *   - A Content-Range that ends past its total ends there, if the length of the body agrees.
 */
struct response_verdict response_verdict_judge(const struct response_question *question,
                                               const struct response_context *context,
                                               const struct response_header *header);

/*
 * True for the statuses by which a place that a redirect led to says that it is over: 400, 401,
 * 403, 404, 410, and those of 600 and more. The original URL may lead to a fresh one.
 */
bool response_verdict_refuses_place(int status);

#endif
