/*
 * One request as a transfer sees it: where it was sent, which pieces of the file it is for, and
 * what came of each. Everything that belongs to a request is here, and begins anew with each.
 *
 * Positions. The body of a reply is one run of the file, the file from its beginning, or parts.
 * A piece takes its bytes in order: below `position` they have come, below `safe_to` they are
 * in the output and count. What lies between is given back when the request ends.
 *
 * Pure.
 */
#ifndef ODO_TRANSFER_ATTEMPT_H
#define ODO_TRANSFER_ATTEMPT_H

#include <odo/types.h>

enum {
    /* Ranges in one request, and what they may take of its header: servers refuse more. */
    ATTEMPT_PIECES_MOST = 100,
    ATTEMPT_RANGES_TEXT_MOST = 4000,
    /* The rest of a request that is asked for twice is kept in memory until it is whole. */
    ATTEMPT_HEDGE_MOST = 1024 * 1024,
};

struct attempt_piece {
    struct byte_range span; /* open only for the rest of a file of unknown size */
    uint64_t position;      /* of the next byte that has not come */
    uint64_t proved_to;     /* below, what came is to be believed: see transfer_part_proved() */
    uint64_t safe_to;       /* everything of the span below is in the output */
};

enum attempt_purpose {
    ATTEMPT_FOR_PIECES,
    ATTEMPT_FOR_FRONT, /* for all that is left of a file; others take from its rear */
    ATTEMPT_FOR_HEDGE, /* for the rest of another one, which is slow: the first to have it wins
                        */
};

enum attempt_body {
    ATTEMPT_UNANSWERED, /* the reply's header has not come */
    ATTEMPT_TAKES_RUN,  /* the body is one run of the file */
    ATTEMPT_TAKES_FILE, /* the body is the file from its first byte */
    ATTEMPT_TAKES_PARTS,
    ATTEMPT_DROPPED, /* the body is of no use */
};

/* How it ends, when it is not libcurl's result that decides. */
enum attempt_end {
    ATTEMPT_OPEN,
    ATTEMPT_ENOUGH,    /* everything that it is for has come */
    ATTEMPT_ASK_AGAIN, /* what it is for is to be asked for differently, or elsewhere */
    ATTEMPT_FAILED,    /* `error` says why */
};

struct attempt {
    struct attempt *next; /* of the same transfer */
    void *carrier;        /* whoever carries it out; his */
    enum attempt_purpose purpose;

    /* What was asked. */
    char *url; /* owned: redirects of this request are relative to it */
    uint32_t generation;
    uint32_t hops;
    struct attempt_piece *pieces; /* owned; sorted by offset */
    size_t piece_capacity;
    size_t piece_count; /* at least 1 until it has ended */
    size_t pieces_sent; /* as many were asked for; more than there are now if some were cut */
    struct byte_range asked; /* from the first byte to the last */
    bool sent_range;
    bool sent_if_range;
    bool sent_authentication;
    bool sent_beside; /* another one was out: what it is told may be about their number */
    uint64_t sent_at_ms;

    /* What came. */
    enum attempt_body body;
    uint64_t offset;  /* in the file, of the next byte of the body; of parts, of the part's */
    uint64_t run_end; /* in a body that is one run: where it ends */
    bool length_is_told;     /* by its message, so that this ends with the run */
    uint64_t part_end;       /* in a part that has not proved whole: where it ends; else 0 */
    uint64_t kept;           /* wanted bytes that are not in the output yet, and proved ... */
    uint64_t kept_unproved;  /* ... or not */
    uint64_t saved_unproved; /* those that are in the output, and do not count yet */
    size_t piece;            /* the one that the last bytes went to */
    size_t layout_hint;
    uint64_t arrived;          /* bytes of the body */
    uint64_t arrived_first;    /* of them, those that came at once with the header */
    uint64_t body_at_ms;       /* when the first of them came */
    uint64_t counted;          /* wanted bytes of it that count */
    bool was_paused;           /* so that its rate says nothing of the network */
    bool is_cut;               /* somebody else took over a part of it */
    bool ends_with_connection; /* nothing else tells where the body ends */

    /* Of the two that are sent for the same bytes, each knows the other. */
    struct attempt *twin;
    uint32_t hedges; /* sent for this one so far */

    enum attempt_end end;
    struct odo_error error;
    bool range_is_suspect;   /* the same may be served without Range: see response_verdict.h */
    uint64_t retry_after_ms; /* what the server asked for; RETRY_AFTER_NONE without */
};

/* NULL without memory. */
struct attempt *attempt_create(void);
void attempt_free(struct attempt *attempt); /* NULL is fine */

/* Have `count` pieces, none of which has brought anything. ODO_E_OUT_OF_MEMORY. */
enum odo_status attempt_set_pieces(struct attempt *attempt, const struct byte_range *spans,
                                   size_t count);

/* One past the last byte of a span; UINT64_MAX for an open one. */
uint64_t attempt_end_of(struct byte_range span);

/* Have one more piece behind the others. ODO_E_OUT_OF_MEMORY. */
enum odo_status attempt_add_piece(struct attempt *attempt, struct byte_range span);

/* The part of a piece that is not in the output. */
struct byte_range attempt_rest(const struct attempt_piece *piece);

/* True when a body without a length has come to where its run ends: its message may go on, or
 * never end, but brings nothing. */
bool attempt_run_is_whole(const struct attempt *attempt);

/* True while bytes of its body may come and are of use. */
bool attempt_is_taking(const struct attempt *attempt);

/* All bytes of all pieces; BYTE_RANGE_TO_END when one is open. */
uint64_t attempt_total(const struct attempt *attempt);

/* Bytes that have not come; of an open piece UINT64_MAX. */
uint64_t attempt_missing(const struct attempt *attempt);

/* How many pieces have come to their end. */
size_t attempt_complete(const struct attempt *attempt);

/* The first piece that ends above `offset`; NULL when there is none. */
struct attempt_piece *attempt_find(struct attempt *attempt, uint64_t offset);

/* How many pieces, from the last one back, attempt_cut() would take away: half of those of
 * which nothing has come. */
size_t attempt_to_spare(const struct attempt *attempt);

/* Take them away, into a list with room for ATTEMPT_PIECES_MOST. Returns how many. */
size_t attempt_cut(struct attempt *attempt, struct byte_range *spans_out);

#endif
