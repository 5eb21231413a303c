/*
 * One HTTP request as a transfer sees it: where it was sent, which pieces of the file it
 * covers, and what was received of each. All per-request state lives here and starts afresh
 * with each request.
 *
 * Positions. A reply's body is one contiguous run of the file, the whole file, or multipart
 * parts. A piece receives its bytes in order: those below `position` have been received, those
 * below `safe_to` are written to the output and count. Whatever lies between the two goes back
 * to the plan when the request ends.
 *
 * Pure.
 */
#ifndef ODO_TRANSFER_ATTEMPT_H
#define ODO_TRANSFER_ATTEMPT_H

#include <odo/types.h>

enum {
    /* Most ranges in one request and most bytes of its Range header: servers refuse more. */
    ATTEMPT_PIECES_MOST = 100,
    ATTEMPT_RANGES_TEXT_MOST = 4000,
    /* A hedge's bytes stay in memory until it is complete. */
    ATTEMPT_HEDGE_MOST = 1024 * 1024,
};

struct attempt_piece {
    struct byte_range span; /* open-ended only for the rest of a file of unknown size */
    uint64_t position;      /* offset of the next byte to receive */
    uint64_t verified_to;   /* bytes below are verified: see transfer_part_verified() */
    uint64_t safe_to;       /* bytes of the span below are in the output */
};

enum attempt_purpose {
    ATTEMPT_FOR_PIECES,
    ATTEMPT_FOR_FRONT, /* all that is left of a file; other requests take from its rear */
    ATTEMPT_FOR_HEDGE, /* duplicates the rest of a slow attempt */
};

enum attempt_body {
    ATTEMPT_UNANSWERED, /* the reply's header has not arrived */
    ATTEMPT_TAKES_RUN,  /* the body is one contiguous run of the file */
    ATTEMPT_TAKES_FILE, /* the body is the file from its first byte */
    ATTEMPT_TAKES_PARTS,
    ATTEMPT_DROPPED, /* the body is discarded */
};

/* How it ended, unless libcurl's result decides. */
enum attempt_end {
    ATTEMPT_OPEN,
    ATTEMPT_ENOUGH,    /* everything it asked for was received */
    ATTEMPT_ASK_AGAIN, /* the bytes must be requested differently, or elsewhere */
    ATTEMPT_FAILED,    /* `error` says why */
};

struct attempt {
    struct attempt *next; /* in the same transfer */
    void *carrier;        /* for the caller that sends it; never touched here */
    enum attempt_purpose purpose;

    /* The request. */
    char *url; /* owned; redirects of this request are relative to it */
    uint32_t generation;
    uint32_t hops;
    struct attempt_piece *pieces; /* owned; sorted by offset */
    size_t piece_capacity;
    size_t piece_count;      /* at least 1 until it ends */
    size_t pieces_sent;      /* pieces in the request; more than piece_count if some were cut */
    struct byte_range asked; /* from the first byte to the last */
    bool sent_range;
    bool sent_if_range;
    bool left_end_open; /* sent when transfer.leaves_end_open was set */
    bool sent_authentication;
    bool sent_beside; /* other requests were in flight: a refusal may be about their number */
    uint64_t sent_at_ms;
    bool is_on_used_connection; /* which earlier requests have used; known at the end */

    /* The reply. */
    enum attempt_body body;
    uint64_t offset;     /* file offset of the next body byte (within a part, for multipart) */
    uint64_t run_end;    /* file offset where a one-run body ends */
    bool length_is_told; /* the message states its length, so it ends with the run */
    uint64_t part_end;   /* file offset where the current unverified part ends; 0 without one */
    uint64_t kept;       /* wanted bytes not yet in the output: verified ... */
    uint64_t kept_unproved;  /* ... and not verified */
    uint64_t saved_unproved; /* bytes in the output that do not count yet */
    size_t piece;            /* index of the piece that received the last bytes */
    size_t layout_hint;
    uint64_t arrived;       /* body bytes received */
    uint64_t arrived_first; /* of those, bytes that arrived together with the header */
    uint64_t body_at_ms;    /* when the first body byte arrived */
    uint64_t heard_at_ms;   /* when the last body byte arrived */
    uint64_t counted;       /* wanted bytes that count */
    bool was_paused;        /* its rate says nothing about the network */
    bool is_cut;            /* another attempt took over part of it */
    enum attempt_ending {
        ATTEMPT_ENDS_BY_LENGTH,       /* or by the last chunk */
        ATTEMPT_ENDS_WITH_CONNECTION, /* perhaps too early: nobody can tell */
        ATTEMPT_ENDS_WITH_TLS,        /* the session's proper end delimits the body */
    } ending;

    /* The hedge of this attempt, or the attempt that this one hedges. */
    struct attempt *twin;
    uint32_t hedges; /* number of hedges sent for this attempt */

    enum attempt_end end;
    struct odo_error error;
    bool range_is_suspect;   /* the request may succeed without Range: see response_verdict.h */
    uint64_t retry_after_ms; /* from Retry-After; RETRY_AFTER_NONE without one */
};

/* NULL when out of memory. */
struct attempt *attempt_create(void);
void attempt_free(struct attempt *attempt); /* NULL is allowed */

/* Set `count` pieces, nothing of which has been received. ODO_E_OUT_OF_MEMORY. */
enum odo_status attempt_set_pieces(struct attempt *attempt, const struct byte_range *spans,
                                   size_t count);

/* One past the last byte of a span; UINT64_MAX for an open-ended one. */
uint64_t attempt_end_of(struct byte_range span);

/* Append a piece. ODO_E_OUT_OF_MEMORY. */
enum odo_status attempt_add_piece(struct attempt *attempt, struct byte_range span);

/* The part of a piece that is not in the output yet. */
struct byte_range attempt_rest(const struct attempt_piece *piece);

/* True when the body has reached the end of its run. A message without a length may continue or
 * never end, but adds nothing. */
bool attempt_run_is_whole(const struct attempt *attempt);

/* True while the attempt accepts body bytes. */
bool attempt_is_taking(const struct attempt *attempt);

/* The bytes of all pieces; BYTE_RANGE_TO_END if one is open-ended. */
uint64_t attempt_total(const struct attempt *attempt);

/* Bytes not received yet; UINT64_MAX if a piece is open-ended. */
uint64_t attempt_missing(const struct attempt *attempt);

/* The number of pieces received completely. */
size_t attempt_complete(const struct attempt *attempt);

/* The first piece that ends after `offset`; NULL if there is none. */
struct attempt_piece *attempt_find(struct attempt *attempt, uint64_t offset);

/* The number of pieces, counted from the last one, that attempt_cut() would remove: half of
 * those of which nothing has been received. */
size_t attempt_to_spare(const struct attempt *attempt);

/* Remove those pieces and store them in a list with room for ATTEMPT_PIECES_MOST. Returns how
 * many. */
size_t attempt_cut(struct attempt *attempt, struct byte_range *spans_out);

#endif
