/*
 * multipart/byteranges (RFC 9110 section 14.6, RFC 2046 section 5.1) as a push parser: each
 * part's own Content-Range, then its bytes, however the body is cut into pieces.
 *
 * A part counts when its MULTIPART_PART_END comes: when it was as long as its Content-Range
 * says, and its boundary stood right behind it. Until then its bytes are not to be believed: a
 * part that is shorter than it says goes on with the boundary and the headers of the next one.
 * Bytes are handed through where they lie; the reader itself is a few hundred bytes, needs no
 * memory and has nothing to free.
 *
 * Taken: bare LF for CRLF (behind a part only where it was seen before the part), lines before
 * the first boundary, anything behind the last one, any case of names, other headers, a folded
 * Content-Range, blanks behind a boundary. Refused: whatever leaves in doubt which bytes of the
 * file a part holds. So is a boundary within a part: the file may well hold these bytes, but
 * more often it is the part that does not, and asking for one range at a time tells.
 *
 * Which parts were asked for, and whether all of them came, is the caller's to know: a server
 * may merge parts, reorder them or leave some out (RFC 9110 section 15.3.7.2). So is whether
 * their totals agree with each other.
 *
 * Pure: no I/O, no clock, no locks. The same body gives the same parts, the same bytes and the
 * same end, wherever it is cut.
 */
#ifndef ODO_HTTP_MULTIPART_READER_H
#define ODO_HTTP_MULTIPART_READER_H

#include "ranges/content_range.h"

enum {
    MULTIPART_BOUNDARY_MOST = 70,     /* RFC 2046 section 5.1.1 */
    MULTIPART_HEADER_MOST = 8 * 1024, /* bytes of one part's headers; or before the first */
    MULTIPART_FIELD_MOST = 256,       /* bytes of a Content-Range, its name included */
};

enum multipart_event_kind {
    MULTIPART_MORE,     /* nothing but that all bytes were taken: give the next */
    MULTIPART_PART,     /* the headers of a part have ended; its bytes follow */
    MULTIPART_BODY,     /* bytes of the part */
    MULTIPART_PART_END, /* the part was whole, and what came of it is good */
    MULTIPART_END,      /* the last boundary; once, behind the last PART_END */
    MULTIPART_FAILED,   /* `status` says why; from now on always */
};

struct multipart_event {
    enum multipart_event_kind kind;
    struct content_range part; /* with PART and PART_END; satisfied, and its length is what will
                                  come, or what came */
    const unsigned char *data; /* with BODY; within the bytes that were given */
    size_t size;               /* with BODY; at least 1 */
    uint64_t offset;           /* with BODY; of `data` in the remote file */
    enum odo_status status;    /* with FAILED */
};

/* Where in the body the next byte stands. For the reader alone. */
enum multipart_place {
    MULTIPART_AT_BOUNDARY,     /* at the beginning of a line, or within its boundary */
    MULTIPART_BEHIND_BOUNDARY, /* at the byte behind it */
    MULTIPART_IN_PADDING,      /* among blanks behind it */
    MULTIPART_BEHIND_BOUNDARY_CR,
    MULTIPART_BEHIND_DASH,   /* the first of the two that end the last boundary */
    MULTIPART_IN_OTHER_LINE, /* one before the first boundary */
    MULTIPART_AT_FIELD,      /* at the beginning of a line of headers */
    MULTIPART_AT_FIELD_CR,   /* behind a CR there */
    MULTIPART_IN_FIELD,
    MULTIPART_IN_BODY,
    MULTIPART_BEHIND_BODY,
    MULTIPART_BEHIND_BODY_CR,
    MULTIPART_BEHIND_END,
    MULTIPART_IN_FAILURE,
};

struct multipart_reader {
    enum multipart_place place;
    bool has_part; /* a boundary was seen, so there is nothing before the first any more */
    bool has_range;
    bool has_bare_lf;  /* a boundary or headers were ended by an LF without a CR before it */
    bool field_is_cut; /* longer than there is room for */
    enum odo_status status;
    size_t overhead;      /* bytes since the last part, or the last boundary */
    size_t matched;       /* bytes of the boundary at AT_BOUNDARY */
    size_t boundary_size; /* the two dashes included */
    size_t field_size;
    uint64_t offset; /* in the remote file, of the next byte of the part */
    uint64_t left;   /* of the part */
    struct content_range range;
    bool part_is_open; /* its headers have ended, and its boundary has not come */
    size_t
        matched_in_part; /* bytes of a line's end and a boundary, up to the part's last byte */
    char boundary[2 + MULTIPART_BOUNDARY_MOST];
    char field[MULTIPART_FIELD_MOST + 1];
};

/*
 * Begin with a body of this Content-Type. The value comes from a server; NULL is none. Takes a
 * boundary in quotes with blanks, colons and escapes in it, and one without quotes up to the
 * next blank or semicolon.
 *
 *   ODO_E_CONTENT_MISMATCH   it is another type, or has no boundary, two, or an impossible one;
 *                            the reader has failed
 */
enum odo_status multipart_reader_init(struct multipart_reader *reader,
                                      const char *content_type);

/*
 * Look at the next `size` bytes, at least 1, up to the first event. Returns how many of them
 * were taken, at least 1, so that this is the whole use of it:
 *
 *     while (size > 0) {
 *         size_t taken = multipart_reader_next(&reader, data, size, &event);
 *
 *         data += taken;
 *         size -= taken;
 *         switch (event.kind) { ... }
 *     }
 *
 * What lies behind the end is taken without a word. Fails, for good, with
 *
 *   ODO_E_CONTENT_MISMATCH   a part without Content-Range, with two or with one that cannot be
 *                            read; headers too long; a boundary within a part, or anything
 *                            else behind it; or an end without any part
 */
size_t multipart_reader_next(struct multipart_reader *reader, const unsigned char *data,
                             size_t size, struct multipart_event *event_out);

/*
 * What a body that ends here came to: ODO_OK behind the last boundary; what the reader failed
 * with; or ODO_E_CONNECTION_LOST.
 */
enum odo_status multipart_reader_finish(const struct multipart_reader *reader);

/*
 * True when the body may end here, without its last boundary, and the part whose PART_END has
 * not come is good all the same: it is as long as it said, and what followed it, if anything,
 * was the beginning of a boundary. False where the part's own last bytes might be that.
 */
bool multipart_reader_part_is_whole(const struct multipart_reader *reader);

#endif
