/*
 * The judge: from what was asked, what is known and what the reply's header says, what is to
 * become of the reply. Asked before the first byte of a body is taken; nothing is written that
 * it has not let through.
 *
 * How it decides whether a reply is of the version that is known: two entity tags that differ
 * are two versions, and two equal strong ones are one version, whatever the dates say. Without
 * two tags, or with weak ones that are equal, the Last-Modified texts decide in the same way.
 * A total size that differs is another version in any case. A header that one of the two
 * replies lacks says nothing.
 *
 * Pure: no I/O, no clock, no locks. Texts that are NULL or empty are missing.
 */
#ifndef ODO_HTTP_RESPONSE_VERDICT_H
#define ODO_HTTP_RESPONSE_VERDICT_H

#include <odo/types.h>

/* What was asked. */
struct response_question {
    struct byte_range span; /* the bytes that the request is for; may be open */
    bool sent_range;        /* it carried Range for `span` */
    bool sent_if_range;     /* and If-Range */
    bool sent_many;         /* Range had several, and `span` goes from the first to the last */
};

/*
 * What the transfer knows and still wants. "Still wanted" is every byte of the file that was
 * asked for and is not safely there, in this request or another.
 */
struct response_context {
    bool version_is_known;  /* a reply was accepted before; the next three come from it */
    uint64_t known_size;    /* of the whole remote file; or ODO_SIZE_UNKNOWN */
    const char *known_etag; /* as sent, W/ included */
    const char *known_date; /* Last-Modified, as sent */
    uint64_t stated_size;   /* what the caller said of the file; or ODO_SIZE_UNKNOWN */
    bool wants_whole_file;  /* the caller asked for all of it, had or not */
    uint64_t wanted_bytes;  /* still wanted below `wanted_end` */
    uint64_t wanted_end;    /* one past the last byte still wanted; or where the open range
                               begins */
    bool wanted_is_open;    /* everything from `wanted_end` on is wanted as well */
    bool refuse_salvage;    /* never read a file from its beginning to pick ranges out */
};

/* What the reply's header says. */
struct response_header {
    int status;
    int64_t content_length; /* -1 without one */
    bool is_chunked;        /* Transfer-Encoding: chunked, which overrides the length */
    const char *content_range;
    const char *content_type;
    const char *content_encoding;
    const char *etag;
    const char *last_modified;
    const char *date;
    bool has_location;
};

enum response_verdict_kind {
    RESPONSE_FAIL,       /* `error` says why; retry_policy.h knows which are tried again */
    RESPONSE_TAKE_PART,  /* the body is a run of the file that begins at the span's offset; or
                            at any of its bytes, when several ranges were asked for */
    RESPONSE_TAKE_WHOLE, /* the body is the file from byte 0: pick out what is wanted */
    RESPONSE_CHANGED,    /* of another version: what has come is void, begin again */
    RESPONSE_REDIRECT,   /* ask where Location says, by the rules of redirect.h */
    RESPONSE_RETRY_WITHOUT_IF_RANGE, /* ask the same without If-Range, from now on */
    RESPONSE_RETRY_WHOLE,  /* ask without Range: the file may be empty, or the server averse */
    RESPONSE_MULTIPART,    /* multipart/byteranges of the known version as far as the header
                              tells; where one range was asked, `error` is set for who cannot
                              read it */
    RESPONSE_FEWER_RANGES, /* several ranges were too many: ask for fewer at a time */
};

struct response_verdict {
    enum response_verdict_kind kind;
    struct odo_error error; /* with FAIL and MULTIPART */

    /* With TAKE_PART and TAKE_WHOLE. */
    uint64_t offset; /* in the remote file, of the body's first byte */
    uint64_t length; /* of the body, to be held against what comes; BYTE_RANGE_TO_END when
                        nobody says. Never beyond a closed span with TAKE_PART, often shorter */

    /*
     * With TAKE_PART and TAKE_WHOLE: what to know from now on. The size is ODO_SIZE_UNKNOWN
     * only when no open end depends on it and neither the reply nor the context tells it.
     * Texts are borrowed from the reply, or NULL.
     */
    uint64_t file_size;
    const char *etag;
    const char *last_modified;
    /* Validators good for If-Range (RFC 9110 sections 8.8.2.2 and 13.1.5). */
    bool etag_is_strong;
    bool last_modified_is_strong;
};

enum {
    /* A file is read from its beginning for the sake of ranges while the bytes read in vain
     * are at most this many, or ... */
    RESPONSE_SALVAGE_BYTES = 64 * 1024 * 1024,
    /* ... so many times the bytes wanted, whichever is more. */
    RESPONSE_SALVAGE_TIMES = 4,
};

/*
 * Judge a reply. The errors it fails with, and the rules behind them:
 *
 *   ODO_E_INVALID_REPLY         a status outside 100 to 599, or a 1xx as the last word
 *   ODO_E_HTTP_STATUS           300 and above, as `http_status`, and what is no redirect
 *   ODO_E_UNEXPECTED_SUCCESS    2xx other than 200 and 206
 *   ODO_E_CONTENT_MISMATCH      an encoded body; a 206 that nobody asked for, without a
 *                               readable Content-Range, that begins elsewhere or ends later
 *                               than asked, or is not as long as it says; a size other than
 *                               the caller stated
 *   ODO_E_INVALID_RANGE         a wanted range ends past the end of the file, as is known now
 *   ODO_E_RANGES_UNSUPPORTED    a 200 to a range request, and salvage is refused or too dear
 *   ODO_E_SIZE_UNKNOWN_IN_200, ODO_E_SIZE_UNKNOWN_IN_206
 *                               an open end is wanted and nobody knows where it is
 */
struct response_verdict response_verdict_judge(const struct response_question *question,
                                               const struct response_context *context,
                                               const struct response_header *header);

/*
 * True for an entity tag that may stand in If-Range: in quotes, not weak, nothing in it that
 * could break out of a header line.
 */
bool response_verdict_etag_is_strong(const char *etag);

#endif
