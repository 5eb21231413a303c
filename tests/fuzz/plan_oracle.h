/*
 * Drive a request plan through whatever some bytes say, beside a map that knows of each single
 * byte of the file what has become of it. The bytes come from a fuzzer, or from random numbers
 * that are the same in every run.
 *
 * The properties: every wanted byte is handed out, and finished, exactly once; a request begins
 * with the lowest byte that is due and ends with a wanted one; it covers no wanted byte but
 * those it is for; it keeps to its limits; and the plan is normal after each step.
 */
#ifndef FUZZ_PLAN_ORACLE_H
#define FUZZ_PLAN_ORACLE_H

#include "base/memory.h"
#include "ranges/request_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ORACLE_FILE_SIZE = 320,
    ORACLE_RANGES_MOST = 24,
    ORACLE_SPANS_MOST = 24,
    ORACLE_ROUNDS_MOST = 2000, /* more requests than a file of this size can need */
};

enum oracle_byte { ORACLE_UNWANTED, ORACLE_DUE, ORACLE_OUT, ORACLE_DONE };

struct plan_oracle {
    const uint8_t *next; /* what is left of the input */
    size_t left;

    uint64_t base;                   /* the offset of the first byte on the map */
    uint8_t bytes[ORACLE_FILE_SIZE]; /* enum oracle_byte */
    struct range_set wanted;
    bool is_open;
    struct request_plan plan;
    struct request_limits limits;
    struct byte_range spans[ORACLE_SPANS_MOST]; /* those that are out */
    size_t span_count;
    const char *fault; /* the first property that did not hold; NULL when all did */
};

static inline uint64_t oracle_read(struct plan_oracle *oracle)
{
    if (oracle->left == 0) {
        return 0;
    }
    oracle->left--;
    return *oracle->next++;
}

static inline void oracle_require(struct plan_oracle *oracle, bool holds, const char *property)
{
    if (!holds && !oracle->fault) {
        oracle->fault = property;
    }
}

/* One past the last byte of a span, counted on the map and no farther than it goes. */
static inline size_t oracle_end(const struct plan_oracle *oracle, struct byte_range span)
{
    uint64_t place = span.offset - oracle->base;

    if (span.offset < oracle->base || place > ORACLE_FILE_SIZE ||
        span.length > ORACLE_FILE_SIZE - place) {
        return ORACLE_FILE_SIZE;
    }
    return (size_t)(place + span.length);
}

static inline size_t oracle_place(const struct plan_oracle *oracle, uint64_t offset)
{
    return oracle_end(oracle, (struct byte_range){offset, 0});
}

static inline uint64_t oracle_count(const struct plan_oracle *oracle, enum oracle_byte which)
{
    uint64_t count = 0;

    for (size_t i = 0; i < ORACLE_FILE_SIZE; i++) {
        count += oracle->bytes[i] == which ? 1 : 0;
    }
    return count;
}

static inline void oracle_check_plan(struct plan_oracle *oracle)
{
    uint64_t due = oracle_count(oracle, ORACLE_DUE);

    oracle_require(oracle, request_plan_is_normal(&oracle->plan), "the plan is normal");
    oracle_require(oracle, oracle->plan.spans_out == oracle->span_count,
                   "the plan knows how many spans are out");
    oracle_require(oracle, request_plan_is_empty(&oracle->plan) == (due == 0),
                   "the plan is empty when no byte is due");
    oracle_require(oracle, oracle->plan.remaining == (oracle->is_open ? ODO_SIZE_UNKNOWN : due),
                   "what remains is what is due");
}

/* Make the wanted ranges. They come apart and in order; range_set_build() has tests of its own.
 */
static inline bool oracle_make_wanted(struct plan_oracle *oracle)
{
    static const uint64_t bases[] = {0, UINT64_C(1) << 40,
                                     BYTE_OFFSET_LIMIT - ORACLE_FILE_SIZE};
    struct byte_range ranges[ORACLE_RANGES_MOST];
    size_t count = 1 + (size_t)oracle_read(oracle) % ORACLE_RANGES_MOST;
    uint64_t shape = oracle_read(oracle);
    uint64_t offset = 0;
    size_t made = 0;

    oracle->base = bases[shape % 3];
    oracle->is_open = shape / 3 % 2 == 1;
    while (made < count) {
        uint64_t gap = oracle_read(oracle) % 32;
        uint64_t length = 1 + oracle_read(oracle);

        offset += made > 0 && gap == 0 ? 1 : gap;
        if (offset >= ORACLE_FILE_SIZE) {
            break;
        }
        length = length < ORACLE_FILE_SIZE - offset ? length : ORACLE_FILE_SIZE - offset;
        ranges[made++] = (struct byte_range){oracle->base + offset, length};
        for (uint64_t i = offset; i < offset + length; i++) {
            oracle->bytes[i] = ORACLE_DUE;
        }
        offset += length;
    }
    if (oracle->is_open) {
        ranges[made - 1].length = BYTE_RANGE_TO_END;
        for (size_t i = oracle_place(oracle, ranges[made - 1].offset); i < ORACLE_FILE_SIZE;
             i++) {
            oracle->bytes[i] = ORACLE_DUE;
        }
    }
    return range_set_build(ranges, made, ODO_SIZE_UNKNOWN, &oracle->wanted) == ODO_OK;
}

static inline void oracle_read_limits(struct plan_oracle *oracle)
{
    uint64_t most = oracle_read(oracle);
    uint64_t least = oracle_read(oracle);

    oracle->limits = (struct request_limits){
        .most = most == 255 ? UINT64_MAX : 1 + most,
        .merge_gap = oracle_read(oracle) % 40,
        .merge_share = oracle_read(oracle) * 2,
        .lanes = 1 + (uint32_t)oracle_read(oracle) % 8,
    };
    oracle->limits.least = least < oracle->limits.most ? least : oracle->limits.most;
}

/* The size becomes known. */
static inline void oracle_close(struct plan_oracle *oracle, uint64_t choice)
{
    uint64_t last;
    size_t from;
    size_t size;
    enum odo_status status;

    if (!oracle->is_open) {
        return;
    }
    last = oracle->wanted.items[oracle->wanted.count - 1].offset;
    from = oracle_place(oracle, last);
    size = from + 1;
    if (size < ORACLE_FILE_SIZE) {
        size += (size_t)choice % (ORACLE_FILE_SIZE - from);
    }
    if (last == 0 && choice == 255) {
        size = 0; /* an empty file */
    }
    status = range_set_close(&oracle->wanted, oracle->base + size);
    oracle_require(oracle, status == ODO_OK, "the set can be closed");
    request_plan_wanted_closed(&oracle->plan);
    for (size_t i = size; i < ORACLE_FILE_SIZE; i++) {
        oracle->bytes[i] = ORACLE_UNWANTED;
    }
    oracle->is_open = false;
}

/* Does a request keep to its limits? Gaps may be left out that a better plan would take. */
static inline void oracle_check_limits(struct plan_oracle *oracle, struct byte_range span,
                                       uint64_t due, uint64_t wanted)
{
    const struct request_limits *limits = &oracle->limits;
    size_t end = oracle_end(oracle, span);
    uint64_t share = (due + limits->lanes - 1) / limits->lanes;
    uint64_t rest = 0; /* of the stretch in which the request ends */

    share = share > limits->least ? share : limits->least;
    share = share < limits->most ? share : limits->most;
    share = oracle->is_open ? limits->most : share;

    oracle_require(oracle, span.length <= limits->most, "a request is no longer than allowed");
    oracle_require(oracle, (span.length - wanted) * 100 <= wanted * limits->merge_share,
                   "a request discards no more than allowed");
    oracle_require(oracle, wanted <= share || wanted - share < limits->least,
                   "a request has its share and a small rest at most");

    while (end + rest < ORACLE_FILE_SIZE && oracle->bytes[end + rest] == ORACLE_DUE) {
        rest++;
    }
    if (rest > 0) {
        oracle_require(oracle, span.length == limits->most || wanted == share,
                       "a stretch is cut only when it must");
        oracle_require(oracle,
                       rest >= limits->least || span.length + rest > limits->most ||
                           oracle->is_open,
                       "a rest that is too small is taken");
    }
}

/* True when an open range might give a request that goes beyond the map. */
static inline bool oracle_may_leave_map(const struct plan_oracle *oracle)
{
    const struct request_plan *plan = &oracle->plan;
    uint64_t start;

    if (!oracle->is_open || oracle->limits.most == UINT64_MAX ||
        oracle->base + ORACLE_FILE_SIZE == BYTE_OFFSET_LIMIT ||
        plan->cursor_item == oracle->wanted.count) {
        return false;
    }
    start = oracle->wanted.items[plan->cursor_item].offset;
    start = start > plan->cursor ? start : plan->cursor;
    return start + oracle->limits.most - oracle->base > ORACLE_FILE_SIZE;
}

/* Ask for a request, and see that it is a proper one. */
static inline void oracle_take(struct plan_oracle *oracle)
{
    uint64_t due = oracle_count(oracle, ORACLE_DUE);
    size_t first_due = 0;
    size_t gap = 0;
    uint64_t wanted = 0;
    struct byte_range span;
    struct byte_range counted;
    size_t end;
    enum odo_status status;

    while (first_due < ORACLE_FILE_SIZE && oracle->bytes[first_due] != ORACLE_DUE) {
        first_due++;
    }
    status = request_plan_take(&oracle->plan, &oracle->limits, &span);
    if (status != ODO_OK) {
        oracle_require(oracle, status == ODO_E_NOT_FOUND && due == 0,
                       "a request is refused only when no byte is due");
        return;
    }
    oracle->spans[oracle->span_count++] = span;
    end = oracle_end(oracle, span);
    counted = (struct byte_range){span.offset, end - oracle_place(oracle, span.offset)};

    oracle_require(oracle, due > 0, "nothing is handed out when no byte is due");
    oracle_require(oracle, span.offset == oracle->base + first_due,
                   "a request begins with the lowest byte that is due");
    oracle_require(oracle, span.length > 0, "a request is for something");
    if (span.length == BYTE_RANGE_TO_END) {
        oracle_require(oracle, oracle->is_open && oracle->limits.most == UINT64_MAX,
                       "only an open range without a limit gives an open request");
    } else {
        oracle_require(oracle, span.offset + span.length - oracle->base <= ORACLE_FILE_SIZE,
                       "a request ends within the wanted bytes");
    }
    for (size_t i = first_due; i < end; i++) {
        oracle_require(oracle,
                       oracle->bytes[i] == ORACLE_DUE || oracle->bytes[i] == ORACLE_UNWANTED,
                       "a request covers no byte that is out or done");
        gap = oracle->bytes[i] == ORACLE_DUE ? 0 : gap + 1;
        oracle_require(oracle, gap <= oracle->limits.merge_gap,
                       "a request covers no gap that is too long");
        if (oracle->bytes[i] == ORACLE_DUE) {
            oracle->bytes[i] = ORACLE_OUT;
            wanted++;
        }
    }
    oracle_require(oracle, gap == 0, "a request ends with a wanted byte");
    oracle_require(oracle, request_plan_wanted_within(&oracle->plan, counted) == wanted,
                   "the plan counts the wanted bytes of a request");
    if (span.length != BYTE_RANGE_TO_END) {
        oracle_check_limits(oracle, span, due, wanted);
    }
}

/* Ask for a request with several spans. */
static inline void oracle_take_many(struct plan_oracle *oracle)
{
    struct request_gathering gathering = {
        .most = 1 + (size_t)oracle_read(oracle) % 12,
        .small = oracle_read(oracle) / 4,
        .text_most = 40 + (size_t)oracle_read(oracle),
        .least = oracle_read(oracle) / 4,
    };
    struct byte_range spans[12];
    uint64_t due = oracle_count(oracle, ORACLE_DUE);
    uint64_t total = 0;
    size_t text = 0;
    size_t place = 0;
    size_t count = 0;
    enum odo_status status;

    if (oracle->is_open || oracle->limits.most == UINT64_MAX) {
        oracle_take(oracle);
        return;
    }
    if (gathering.most > ORACLE_SPANS_MOST - oracle->span_count) {
        gathering.most = ORACLE_SPANS_MOST - oracle->span_count;
    }
    status = request_plan_take_many(&oracle->plan, &oracle->limits, &gathering, spans, &count);
    oracle_require(oracle, (status == ODO_OK) == (due > 0) && count <= gathering.most,
                   "many are refused only when no byte is due");
    for (size_t i = 0; i < count; i++) {
        size_t end = oracle_end(oracle, spans[i]);
        char written[48];

        while (place < ORACLE_FILE_SIZE && oracle->bytes[place] != ORACLE_DUE) {
            place++;
        }
        oracle_require(oracle, spans[i].offset == oracle->base + place,
                       "each of many begins with the lowest byte that is due");
        oracle_require(oracle, end > place && oracle->bytes[end - 1] == ORACLE_DUE,
                       "each of many ends with a wanted byte");
        for (; place < end; place++) {
            oracle_require(oracle,
                           oracle->bytes[place] == ORACLE_DUE ||
                               oracle->bytes[place] == ORACLE_UNWANTED,
                           "many cover no byte that is out or done");
            if (oracle->bytes[place] == ORACLE_DUE) {
                oracle->bytes[place] = ORACLE_OUT;
            }
        }
        oracle_require(oracle, count == 1 || spans[i].length <= gathering.small,
                       "only small ones are among many");
        total += spans[i].length;
        text += (size_t)snprintf(written, sizeof(written), "%llu-%llu,",
                                 (unsigned long long)spans[i].offset,
                                 (unsigned long long)(spans[i].offset + spans[i].length - 1));
        oracle->spans[oracle->span_count++] = spans[i];
    }
    oracle_require(oracle, count < 2 || text <= gathering.text_most, "many fit into a header");
    oracle_require(oracle, total <= oracle->limits.most, "many are no longer than allowed");
}

/* The same without memory: either there was room already, or the plan must be as it was. */
static inline void *oracle_no_memory(void *memory, size_t size)
{
    (void)memory;
    (void)size;
    return NULL;
}

static inline void oracle_take_without_memory(struct plan_oracle *oracle)
{
    static const struct memory_functions none = {.resize = oracle_no_memory, .free = free};
    struct request_plan before = oracle->plan;
    bool has_room = before.hole_count + before.spans_out < before.hole_capacity;
    struct byte_range span;

    if (has_room || request_plan_is_empty(&oracle->plan)) {
        return;
    }
    memory_use(&none);
    oracle_require(
        oracle, request_plan_take(&oracle->plan, &oracle->limits, &span) == ODO_E_OUT_OF_MEMORY,
        "without memory a request is refused");
    memory_use(NULL);
    oracle_require(
        oracle,
        before.cursor == oracle->plan.cursor && before.remaining == oracle->plan.remaining &&
            before.hole_count == oracle->plan.hole_count &&
            before.holes == oracle->plan.holes && before.spans_out == oracle->plan.spans_out,
        "a refused request leaves the plan as it was");
}

/* A request ends after `arrived` bytes of it, or whole. */
static inline void oracle_finish(struct plan_oracle *oracle, size_t which, uint64_t arrived)
{
    struct byte_range span = oracle->spans[which];
    size_t from = oracle_place(oracle, span.offset);
    size_t end = oracle_end(oracle, span);
    struct byte_range rest;

    arrived = arrived < end - from ? arrived : end - from;
    rest.offset = span.offset + arrived;
    rest.length = span.length == BYTE_RANGE_TO_END ? BYTE_RANGE_TO_END : span.length - arrived;
    if (arrived == end - from) {
        rest.length = 0;
    }
    for (size_t i = from; i < end; i++) {
        if (oracle->bytes[i] == ORACLE_UNWANTED) {
            continue;
        }
        oracle_require(oracle, oracle->bytes[i] == ORACLE_OUT, "what ends was out");
        oracle->bytes[i] = i < from + arrived ? ORACLE_DONE : ORACLE_DUE;
    }
    oracle->spans[which] = oracle->spans[--oracle->span_count];
    request_plan_give_back(&oracle->plan, rest);
}

/* Everything stops, what is out is lost, and another plan goes on from what was written down.
 */
static inline void oracle_restore(struct plan_oracle *oracle, uint64_t piece)
{
    struct byte_range holes[ORACLE_FILE_SIZE];
    struct request_plan restored = {0};
    uint64_t cursor = oracle->plan.cursor;
    size_t end = oracle_place(oracle, cursor);
    size_t count = 0;
    enum odo_status status;

    if (cursor < oracle->base) {
        end = 0;
    } else if (cursor - oracle->base > ORACLE_FILE_SIZE) {
        return;
    }
    for (size_t i = 0; i < ORACLE_FILE_SIZE; i++) {
        bool is_missing = oracle->bytes[i] == ORACLE_DUE || oracle->bytes[i] == ORACLE_OUT;
        bool goes_on = count > 0 &&
                       holes[count - 1].offset + holes[count - 1].length == oracle->base + i &&
                       holes[count - 1].length <= piece;

        if (oracle->bytes[i] == ORACLE_OUT) {
            oracle->bytes[i] = ORACLE_DUE;
        }
        if (!is_missing || i >= end) {
            continue;
        }
        if (goes_on) {
            holes[count - 1].length++;
        } else {
            holes[count++] = (struct byte_range){oracle->base + i, 1};
        }
    }
    status = request_plan_restore(&restored, &oracle->wanted, cursor, holes, count);
    oracle_require(oracle, status == ODO_OK, "what was written down is taken back");
    if (status == ODO_OK) {
        request_plan_free(&oracle->plan);
        oracle->plan = restored;
        oracle->span_count = 0;
    }
}

/* Finish what is left, whatever the input said before. */
static inline void oracle_drain(struct plan_oracle *oracle)
{
    oracle_close(oracle, 200);
    while (oracle->span_count > 0) {
        oracle_finish(oracle, 0, oracle->span_count % 3 * 20);
        oracle_check_plan(oracle);
    }
    for (int i = 0; i < ORACLE_ROUNDS_MOST && !oracle->fault; i++) {
        if (request_plan_is_empty(&oracle->plan)) {
            break;
        }
        oracle_take(oracle);
        oracle_check_plan(oracle);
        oracle_finish(oracle, 0, UINT64_MAX);
        oracle_check_plan(oracle);
    }
    oracle_require(oracle, oracle_count(oracle, ORACLE_DUE) == 0, "no byte is due in the end");
    oracle_require(oracle, oracle_count(oracle, ORACLE_OUT) == 0, "no byte is out in the end");
}

/* Returns the first property that did not hold, or NULL. */
static inline const char *plan_oracle_run(const uint8_t *data, size_t size)
{
    struct plan_oracle oracle = {.next = data, .left = size};

    if (!oracle_make_wanted(&oracle)) {
        return "the wanted ranges are a set";
    }
    oracle_read_limits(&oracle);
    request_plan_init(&oracle.plan, &oracle.wanted);
    if (oracle_may_leave_map(&oracle)) {
        oracle_close(&oracle, 100);
    }
    oracle_check_plan(&oracle);
    while (oracle.left > 0 && !oracle.fault) {
        uint64_t step = oracle_read(&oracle);

        if (step < 110) {
            if (oracle.span_count == ORACLE_SPANS_MOST) {
                oracle_finish(&oracle, 0, UINT64_MAX);
            }
            if (step < 70) {
                oracle_take(&oracle);
            } else {
                oracle_take_many(&oracle);
            }
        } else if (step < 220 && oracle.span_count > 0) {
            oracle_finish(&oracle, (size_t)step % oracle.span_count, oracle_read(&oracle) * 2);
        } else if (step < 230) {
            oracle_take_without_memory(&oracle);
        } else if (step < 240) {
            oracle_read_limits(&oracle);
        } else if (step < 250) {
            oracle_restore(&oracle, oracle_read(&oracle));
        } else {
            oracle_close(&oracle, oracle_read(&oracle));
        }
        if (oracle_may_leave_map(&oracle)) {
            oracle_close(&oracle, step);
        }
        oracle_check_plan(&oracle);
    }
    oracle_drain(&oracle);
    request_plan_free(&oracle.plan);
    range_set_free(&oracle.wanted);
    return oracle.fault;
}

#endif
