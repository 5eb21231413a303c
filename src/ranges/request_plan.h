/*
 * What to ask the server for next.
 *
 * A plan knows which wanted bytes nobody has been sent for yet. It is asked for a request with
 * request_plan_take(), and told with request_plan_give_back() when bytes that it had handed
 * out did not come after all. Bytes in gaps between wanted ranges may be part of a request
 * when asking for them costs less than a request of their own; they are never counted as
 * wanted.
 *
 * What is left is kept as one cursor through the wanted ranges, and a short sorted list of
 * holes below it. So a plan over a million ranges is as small as one over ten, to take a
 * request costs no more than a look at the ranges that it covers (and a binary search for
 * those of a hole), and what must be saved to go on later is a few numbers.
 *
 * Pure: no I/O, no clock, no locks. The same calls always give the same answers.
 */
#ifndef ODO_RANGES_REQUEST_PLAN_H
#define ODO_RANGES_REQUEST_PLAN_H

#include "ranges/range_set.h"

/*
 * A hole is a stretch below the cursor whose wanted bytes are to be asked for, all of them. It
 * begins and ends with a wanted byte. The holes are sorted, and as few as can be: between two
 * of them, and between the last and the cursor, lies a wanted byte that was handed out.
 */
struct request_plan {
    const struct range_set *wanted; /* borrowed; outlives the plan */
    uint64_t cursor;                /* wanted bytes below this were handed out; see holes */
    size_t cursor_item;             /* the first wanted range that ends above `cursor` */
    uint64_t remaining;             /* wanted bytes not handed out; ODO_SIZE_UNKNOWN if open */
    struct byte_range *holes;       /* owned; never open */
    size_t hole_count;
    size_t hole_capacity; /* always room for every span that is out */
    size_t spans_out;     /* taken and neither given back nor finished */
};

/* How large a request may become. */
struct request_limits {
    uint64_t most;        /* bytes in one request, gaps included; at least 1 */
    uint64_t least;       /* no smaller piece is cut off, but by `most`; at most `most` */
    uint64_t merge_gap;   /* ask for a gap of up to so many bytes rather than end there */
    uint64_t merge_share; /* percent: discarded bytes stay at most this share of wanted ones */
    uint32_t lanes;       /* requests that may run at once, this one included; at least 1 */
};

/* What several spans in one request may come to. */
struct request_gathering {
    size_t most;      /* spans in one request; at least 1 */
    uint64_t small;   /* bytes: a span that is longer has a request of its own */
    size_t text_most; /* characters of all of them as a Range header has them */
    uint64_t least;   /* bytes: the share of one lane is taken to be no less */
};

/*
 * Begin with everything in `wanted` still to be asked for. An empty set gives a plan that is
 * done. The plan starts without memory of its own; this cannot fail.
 */
void request_plan_init(struct request_plan *plan, const struct range_set *wanted);

/*
 * Begin where an earlier plan stood: everything below `cursor` is there, but the wanted bytes
 * of the `holes`. The values come from a file, so they are checked; holes may touch, and hold
 * bytes that nobody wants. On failure the plan is untouched.
 *
 *   ODO_E_DAMAGED         a hole is empty, unsorted, shares a byte with another or reaches
 *                         past the cursor; or the cursor is past BYTE_OFFSET_LIMIT
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status request_plan_restore(struct request_plan *plan, const struct range_set *wanted,
                                     uint64_t cursor, const struct byte_range *holes,
                                     size_t hole_count);

/*
 * `wanted` was given its end with range_set_close(): take note of what remains. Spans that are
 * out may reach past the end, or lie behind it altogether; they are given back like any other,
 * and only their wanted bytes count.
 */
void request_plan_wanted_closed(struct request_plan *plan);

/*
 * Hand out the next request: the lowest wanted byte that nobody has been sent for, and what
 * follows it. The span begins and ends with a wanted byte. It never covers, not even as a gap,
 * a wanted byte that is out, or there already.
 *
 * The `lanes` share what remains, within `least` and `most`: a span that has its share ends,
 * but for the rest of a stretch that would be smaller than `least`. A gap becomes part of a
 * span when its length and its share allow it, and what lies behind it then comes whole or is
 * no smaller than `least`.
 *
 * While the size is unknown there is nothing to share, and an open range is handed out in spans
 * of `most` bytes, the last of which may reach past the end of the file. A span is itself open
 * (BYTE_RANGE_TO_END) only when `most` is UINT64_MAX.
 *
 *   ODO_E_NOT_FOUND       nothing is left to ask for
 *   ODO_E_OUT_OF_MEMORY   the plan is unchanged
 */
enum odo_status request_plan_take(struct request_plan *plan,
                                  const struct request_limits *limits,
                                  struct byte_range *span_out);

/*
 * The same for a request with several ranges: hand out a span and, when it is small, the small
 * ones behind it, in ascending order, until the request is full or has the share of one lane.
 * `spans_out` has room for `most`; each is out for itself. `limits->most` is for all of them
 * together.
 *
 *   ODO_E_NOT_FOUND       nothing is left to ask for
 *   ODO_E_OUT_OF_MEMORY   the plan is unchanged
 */
enum odo_status request_plan_take_many(struct request_plan *plan,
                                       const struct request_limits *limits,
                                       const struct request_gathering *gathering,
                                       struct byte_range *spans_out, size_t *count_out);

/*
 * A span that is out is being cut in two, so that there is one more: each part is given back
 * for itself.
 *
 *   ODO_E_OUT_OF_MEMORY   the plan is unchanged
 */
enum odo_status request_plan_split(struct request_plan *plan);

/*
 * Every span that was taken ends with exactly one of these. Everything from `span.offset` on
 * did not come, the front part did: `span` is a rear part of what was taken, and only its
 * wanted bytes are asked for again. A length of 0 says that all of it came. This cannot fail.
 */
void request_plan_give_back(struct request_plan *plan, struct byte_range span);

/* True when every wanted byte has been handed out, and none of them waits to be once more. */
bool request_plan_is_empty(const struct request_plan *plan);

/* How many wanted bytes there are within a span; it or `wanted` must be closed. */
uint64_t request_plan_wanted_within(const struct request_plan *plan, struct byte_range span);

void request_plan_free(struct request_plan *plan);

/* True when all that is said of the members holds. For asserts, tests and the fuzzer. */
bool request_plan_is_normal(const struct request_plan *plan);

#endif
