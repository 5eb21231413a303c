/*
 * Decides what to request next.
 *
 * A plan tracks the wanted bytes that no request is responsible for yet. request_plan_take()
 * returns the next span to request, and request_plan_give_back() returns bytes that were not
 * received after all. Gaps between wanted ranges may be included in a request if fetching them
 * costs less than a separate request; they never count as wanted.
 *
 * The remaining bytes are represented by a cursor through the wanted ranges and a short sorted
 * list of holes below it. So a plan for a million ranges is as small as one for ten, taking a
 * request costs time proportional to the ranges it covers (plus a binary search for a hole),
 * and the state to save consists of a few numbers.
 *
 * Pure: no I/O, no clock, no locks. Deterministic.
 */
#ifndef ODO_RANGES_REQUEST_PLAN_H
#define ODO_RANGES_REQUEST_PLAN_H

#include "ranges/range_set.h"

/*
 * A hole is an interval below the cursor whose wanted bytes are all to be requested. It begins
 * and ends with a wanted byte. Holes are sorted and minimal in number: between two of them, and
 * between the last and the cursor, lies a wanted byte that was handed out.
 */
struct request_plan {
    const struct range_set *wanted; /* borrowed; outlives the plan */
    uint64_t cursor;                /* wanted bytes below were handed out, except in holes */
    size_t cursor_item;             /* the first wanted range that ends after `cursor` */
    uint64_t remaining;             /* wanted bytes not handed out; ODO_SIZE_UNKNOWN if open */
    struct byte_range *holes;       /* owned; never open-ended */
    size_t hole_count;
    size_t hole_capacity; /* always room for every span handed out */
    size_t spans_out;     /* taken and not given back */
};

/* Limits for the size of a request. */
struct request_limits {
    uint64_t most;        /* bytes in a request, gaps included; at least 1 */
    uint64_t least;       /* no smaller piece is split off, unless `most` demands it */
    uint64_t merge_gap;   /* the longest gap to include */
    uint64_t merge_share; /* percent: discarded bytes at most this share of wanted ones */
    uint32_t lanes;       /* requests that may run at once, including this one; at least 1 */
};

/* Limits for several spans in one request. */
struct request_gathering {
    size_t most;      /* spans per request; at least 1 */
    uint64_t small;   /* bytes: a longer span gets a request of its own */
    size_t text_most; /* characters of all spans in the Range header */
    uint64_t least;   /* bytes: lower bound for one lane's share */
};

/*
 * Start with all of `wanted` still to be requested. An empty set gives an empty plan. Allocates
 * nothing and cannot fail.
 */
void request_plan_init(struct request_plan *plan, const struct range_set *wanted);

/*
 * Resume an earlier plan: everything below `cursor` is present, except the wanted bytes in
 * `holes`. The values come from a file and are validated; holes may touch, and may contain
 * unwanted bytes. On failure the plan is untouched.
 *
 *   ODO_E_DAMAGED         a hole is empty, unsorted, overlaps another or extends past the
 *                         cursor; or the cursor is past BYTE_OFFSET_LIMIT
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status request_plan_restore(struct request_plan *plan, const struct range_set *wanted,
                                     uint64_t cursor, const struct byte_range *holes,
                                     size_t hole_count);

/*
 * `wanted` was closed with range_set_close(): recompute what remains. Spans handed out may
 * extend past the end; they are given back as usual, and only their wanted bytes count.
 */
void request_plan_wanted_closed(struct request_plan *plan);

/*
 * Hand out the next span: from the lowest wanted byte that was not handed out. A span begins
 * and ends with a wanted byte. It never covers, not even as a gap, a wanted byte that is in
 * flight or present.
 *
 * The `lanes` share what remains, within `least` and `most`: a span ends when it has its share,
 * unless the rest of the wanted range would be smaller than `least`. A gap is included if its
 * length and its share permit, and if what follows is included completely or is at least
 * `least` long.
 *
 * While the size is unknown nothing can be shared, and an open range is handed out in spans of
 * `most` bytes, the last of which may extend past the end of the file. A span is open-ended
 * itself (BYTE_RANGE_TO_END) only if `most` is UINT64_MAX.
 *
 *   ODO_E_NOT_FOUND       nothing is left to request
 *   ODO_E_OUT_OF_MEMORY   the plan is unchanged
 */
enum odo_status request_plan_take(struct request_plan *plan,
                                  const struct request_limits *limits,
                                  struct byte_range *span_out);

/*
 * The same for a multi-range request: hand out a span and, if it is small, further small ones
 * in ascending order, until the request is full or has one lane's share. `spans_out` has room
 * for `most`; each span is handed out separately. `limits->most` applies to their sum.
 *
 *   ODO_E_NOT_FOUND       nothing is left to request
 *   ODO_E_OUT_OF_MEMORY   the plan is unchanged
 */
enum odo_status request_plan_take_many(struct request_plan *plan,
                                       const struct request_limits *limits,
                                       const struct request_gathering *gathering,
                                       struct byte_range *spans_out, size_t *count_out);

/*
 * A span in flight is about to be split, so there is one more: each part is given back
 * separately.
 *
 *   ODO_E_OUT_OF_MEMORY   the plan is unchanged
 */
enum odo_status request_plan_split(struct request_plan *plan);

/*
 * Call this exactly once for every span taken. `span` is its rear part that was not received,
 * whose wanted bytes will be requested again; everything before was received. A length of 0
 * means that all of it was received. Cannot fail.
 */
void request_plan_give_back(struct request_plan *plan, struct byte_range span);

/* True if every wanted byte has been handed out and none was given back. */
bool request_plan_is_empty(const struct request_plan *plan);

/* The number of wanted bytes within a span; it or `wanted` must be closed. */
uint64_t request_plan_wanted_within(const struct request_plan *plan, struct byte_range span);

void request_plan_free(struct request_plan *plan);

/* True if the members' invariants hold. For assertions, tests and the fuzzer. */
bool request_plan_is_normal(const struct request_plan *plan);

#endif
