/*
 * multipart/byteranges (RFC 9110 section 14.6, RFC 2046 section 5.1) as a push parser: each
 * part's own Content-Range, then its bytes, independent of how the body is split into buffers.
 *
 * A part is valid once MULTIPART_PART_END is returned: it was as long as its Content-Range says
 * and was followed directly by the boundary. Until then its bytes are unverified: the "rest" of
 * a part shorter than declared is the boundary and headers of the next one. Bytes are passed on
 * in place; the reader itself takes a few hundred bytes, allocates nothing and needs no
 * clean-up.
 *
 * Accepted: bare LF for CRLF (after a part only if seen before it), lines before the first
 * boundary, anything after the last one, any case of names, other headers, a folded
 * Content-Range, blanks after a boundary. Rejected: anything that leaves in doubt which bytes
 * of the file a part holds. That includes a boundary within a part: the file may contain these
 * bytes, but more likely the part is too short, and asking for one range at a time resolves it.
 *
 * Whether the parts are the requested ones, and all of them, is for the caller to decide: a
 * server may merge, reorder or omit parts (RFC 9110 section 15.3.7.2). The same goes for
 * whether their totals agree.
 *
 * Pure: no I/O, no clock, no locks. The result does not depend on where the body is split.
 */
#ifndef ODO_HTTP_MULTIPART_READER_H
#define ODO_HTTP_MULTIPART_READER_H

#include "ranges/content_range.h"

enum {
    MULTIPART_BOUNDARY_MOST = 70,     /* RFC 2046 section 5.1.1 */
    MULTIPART_HEADER_MOST = 8 * 1024, /* bytes of a part's headers, or of the preamble */
    MULTIPART_FIELD_MOST = 256,       /* bytes of a Content-Range field, including its name */
};

enum multipart_event_kind {
    MULTIPART_MORE,     /* all bytes were consumed without an event: pass in more */
    MULTIPART_PART,     /* a part's headers have ended; its bytes follow */
    MULTIPART_BODY,     /* bytes of the part */
    MULTIPART_PART_END, /* the part is complete, and its bytes are valid */
    MULTIPART_END,      /* the final boundary; once, after the last PART_END */
    MULTIPART_FAILED,   /* `status` says why; final */
};

struct multipart_event {
    enum multipart_event_kind kind;
    struct content_range part; /* with PART and PART_END; satisfied; its length is what is
                                  expected, or was received */
    const unsigned char *data; /* with BODY; points into the input */
    size_t size;               /* with BODY; at least 1 */
    uint64_t offset;           /* with BODY; file offset of `data` */
    enum odo_status status;    /* with FAILED */
};

/* The parser's state. Private. */
enum multipart_place {
    MULTIPART_AT_BOUNDARY,     /* at the start of a line, or within its boundary */
    MULTIPART_BEHIND_BOUNDARY, /* at the byte after it */
    MULTIPART_IN_PADDING,      /* in the blanks after it */
    MULTIPART_BEHIND_BOUNDARY_CR,
    MULTIPART_BEHIND_DASH,   /* at the second dash of the final boundary */
    MULTIPART_IN_OTHER_LINE, /* in a line before the first boundary */
    MULTIPART_AT_FIELD,      /* at the start of a header line */
    MULTIPART_AT_FIELD_CR,   /* after a CR there */
    MULTIPART_IN_FIELD,
    MULTIPART_IN_BODY,
    MULTIPART_BEHIND_BODY,
    MULTIPART_BEHIND_BODY_CR,
    MULTIPART_BEHIND_END,
    MULTIPART_IN_FAILURE,
};

struct multipart_reader {
    enum multipart_place place;
    bool has_part; /* a boundary was seen, so the preamble has ended */
    bool has_range;
    bool has_bare_lf;  /* a boundary or header line ended with a bare LF */
    bool field_is_cut; /* it exceeds the buffer */
    enum odo_status status;
    size_t overhead;      /* bytes since the last part, or since the final boundary */
    size_t matched;       /* boundary bytes matched in MULTIPART_AT_BOUNDARY */
    size_t boundary_size; /* including the two dashes */
    size_t field_size;
    uint64_t offset; /* file offset of the part's next byte */
    uint64_t left;   /* bytes left of the part */
    struct content_range range;
    bool part_is_open;      /* its headers have ended, but its boundary has not been seen */
    size_t matched_in_part; /* bytes matched of a line end and boundary within the part */
    char boundary[2 + MULTIPART_BOUNDARY_MOST];
    char field[MULTIPART_FIELD_MOST + 1];
};

/*
 * Start on a body with this Content-Type, which comes from a server; NULL for none. Accepts a
 * quoted boundary with blanks, colons and escapes, and an unquoted one that extends to the next
 * blank or semicolon.
 *
 *   ODO_E_CONTENT_MISMATCH   another type, or no, several or an invalid boundary; the reader
 *                            has failed
 */
enum odo_status multipart_reader_init(struct multipart_reader *reader,
                                      const char *content_type);

/*
 * Parse the next `size` bytes, at least 1, up to the first event. Returns the number of bytes
 * consumed, at least 1. Usage:
 *
 *     while (size > 0) {
 *         size_t taken = multipart_reader_next(&reader, data, size, &event);
 *
 *         data += taken;
 *         size -= taken;
 *         switch (event.kind) { ... }
 *     }
 *
 * Bytes after the end are ignored. Fails permanently with
 *
 *   ODO_E_CONTENT_MISMATCH   a part without Content-Range, with two, or with a malformed one;
 *                            headers too long; a boundary within a part, or anything else
 *                            after it; or an end without any part
 */
size_t multipart_reader_next(struct multipart_reader *reader, const unsigned char *data,
                             size_t size, struct multipart_event *event_out);

/*
 * The result if the body ends here: ODO_OK after the final boundary; the reader's error; or
 * ODO_E_CONNECTION_LOST.
 */
enum odo_status multipart_reader_finish(const struct multipart_reader *reader);

/*
 * True if the body may end here without its final boundary, and the part without a PART_END is
 * valid nevertheless: it has its full length and was followed by nothing but the beginning of a
 * boundary. False if the part's own last bytes might be that beginning.
 */
bool multipart_reader_part_is_whole(const struct multipart_reader *reader);

#endif
