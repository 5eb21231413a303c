#include "ranges/request_plan.h"

#include "base/checked.h"
#include "base/memory.h"
#include "ranges/content_range.h"

#include <assert.h>
#include <string.h>

enum { FIRST_HOLE_CAPACITY = 8 };

/* One past the last byte. An open-ended range ends at the largest offset. */
static uint64_t end_of(struct byte_range range)
{
    return range.length == BYTE_RANGE_TO_END ? BYTE_OFFSET_LIMIT : range.offset + range.length;
}

static uint64_t smaller_of(uint64_t left, uint64_t right)
{
    return left < right ? left : right;
}

static uint64_t larger_of(uint64_t left, uint64_t right)
{
    return left > right ? left : right;
}

/* The index of the first wanted range that ends after `offset`, or the count. */
static size_t find_item(const struct range_set *wanted, uint64_t offset)
{
    size_t low = 0;
    size_t high = wanted->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (end_of(wanted->items[middle]) > offset) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

static uint64_t wanted_between(const struct range_set *wanted, uint64_t from, uint64_t to)
{
    uint64_t total = 0;

    for (size_t i = find_item(wanted, from); i < wanted->count; i++) {
        if (wanted->items[i].offset >= to) {
            break;
        }
        total +=
            smaller_of(end_of(wanted->items[i]), to) - larger_of(wanted->items[i].offset, from);
    }
    return total;
}

static bool any_wanted_between(const struct range_set *wanted, uint64_t from, uint64_t to)
{
    size_t item = find_item(wanted, from);

    return from < to && item < wanted->count && wanted->items[item].offset < to;
}

/* The part of [from, to) from its first wanted byte to its last; empty if it has none. */
static struct byte_range trim_to_wanted(const struct range_set *wanted, uint64_t from,
                                        uint64_t to)
{
    size_t first = find_item(wanted, from);
    size_t last;
    uint64_t start;

    if (!any_wanted_between(wanted, from, to)) {
        return (struct byte_range){0};
    }
    start = larger_of(from, wanted->items[first].offset);
    last = find_item(wanted, to - 1); /* contains the last byte, or follows it */
    if (last == wanted->count || wanted->items[last].offset >= to) {
        last--;
    }
    return (struct byte_range){start, smaller_of(to, end_of(wanted->items[last])) - start};
}

static void remove_hole(struct request_plan *plan, size_t index)
{
    plan->hole_count--;
    memmove(&plan->holes[index], &plan->holes[index + 1],
            (plan->hole_count - index) * sizeof(*plan->holes));
}

/* If no wanted byte lies between the last hole and the cursor, lower the cursor instead of
 * keeping the hole. */
static void take_last_hole_into_cursor(struct request_plan *plan)
{
    const struct byte_range *last;

    if (plan->hole_count == 0) {
        return;
    }
    last = &plan->holes[plan->hole_count - 1];
    if (!any_wanted_between(plan->wanted, end_of(*last), plan->cursor)) {
        plan->cursor = last->offset;
        plan->cursor_item = find_item(plan->wanted, plan->cursor);
        plan->hole_count--;
    }
}

/* Restore the invariants stated in the header, and count what remains. */
static void settle(struct request_plan *plan)
{
    const struct range_set *wanted = plan->wanted;
    uint64_t end = wanted->count > 0 ? end_of(wanted->items[wanted->count - 1]) : 0;
    size_t kept = 0;

    plan->cursor = smaller_of(plan->cursor, end);
    plan->cursor_item = find_item(wanted, plan->cursor);
    for (size_t i = 0; i < plan->hole_count; i++) {
        struct byte_range hole =
            trim_to_wanted(wanted, plan->holes[i].offset, end_of(plan->holes[i]));

        if (hole.length == 0) {
            continue;
        }
        if (kept > 0 &&
            !any_wanted_between(wanted, end_of(plan->holes[kept - 1]), hole.offset)) {
            struct byte_range *before = &plan->holes[kept - 1];

            before->length = end_of(hole) - before->offset;
        } else {
            plan->holes[kept++] = hole;
        }
    }
    plan->hole_count = kept;
    take_last_hole_into_cursor(plan);

    plan->remaining = range_set_total(wanted);
    if (plan->remaining == ODO_SIZE_UNKNOWN) {
        return;
    }
    plan->remaining -= wanted_between(wanted, 0, plan->cursor);
    for (size_t i = 0; i < plan->hole_count; i++) {
        plan->remaining +=
            wanted_between(wanted, plan->holes[i].offset, end_of(plan->holes[i]));
    }
}

void request_plan_init(struct request_plan *plan, const struct range_set *wanted)
{
    *plan = (struct request_plan){.wanted = wanted, .remaining = range_set_total(wanted)};
}

/* True if request_plan_restore() accepts the holes. */
static bool holes_are_sound(const struct byte_range *holes, size_t count, uint64_t cursor)
{
    uint64_t end = 0;

    for (size_t i = 0; i < count; i++) {
        if (holes[i].length == 0 || holes[i].offset < end ||
            !checked_add_u64(holes[i].offset, holes[i].length, &end)) {
            return false;
        }
    }
    return end <= cursor;
}

enum odo_status request_plan_restore(struct request_plan *plan, const struct range_set *wanted,
                                     uint64_t cursor, const struct byte_range *holes,
                                     size_t hole_count)
{
    struct request_plan restored = {.wanted = wanted, .cursor = cursor};

    if (cursor > BYTE_OFFSET_LIMIT || !holes_are_sound(holes, hole_count, cursor)) {
        return ODO_E_DAMAGED;
    }
    if (hole_count > 0) {
        restored.holes = memory_allocate(hole_count, sizeof(*holes));
        if (!restored.holes) {
            return ODO_E_OUT_OF_MEMORY;
        }
        memcpy(restored.holes, holes, hole_count * sizeof(*holes));
        restored.hole_count = hole_count;
        restored.hole_capacity = hole_count;
    }
    settle(&restored);

    assert(request_plan_is_normal(&restored));
    *plan = restored;
    return ODO_OK;
}

void request_plan_wanted_closed(struct request_plan *plan)
{
    settle(plan);
}

/* The number of wanted bytes the next span should have. */
static uint64_t share_of(uint64_t remaining, const struct request_limits *limits)
{
    uint64_t share;

    if (remaining == ODO_SIZE_UNKNOWN) {
        return limits->most;
    }
    share = remaining / limits->lanes + (remaining % limits->lanes > 0 ? 1 : 0);
    return smaller_of(larger_of(share, limits->least), limits->most);
}

/* True if `gaps` discarded bytes are acceptable for `wanted` wanted ones. */
static bool gaps_are_fair(uint64_t gaps, uint64_t wanted, uint64_t percent)
{
    uint64_t fair_of_hundreds;
    uint64_t hundreds = wanted / 100;

    if (percent > 0 && hundreds >= UINT64_MAX / percent) {
        return true; /* so large a share permits any gap */
    }
    fair_of_hundreds = hundreds * percent;
    return gaps <= fair_of_hundreds ||
           gaps - fair_of_hundreds <=
               wanted % 100 * (percent / 100) + wanted % 100 * (percent % 100) / 100;
}

/* A request being assembled. */
struct draft {
    uint64_t start;
    uint64_t end;    /* end of the last wanted byte so far */
    uint64_t wanted; /* number of wanted bytes in it */
    size_t item;     /* the first wanted range that ends after `end` */
};

/*
 * How much of `available` bytes to take if `share` wanted bytes are still due and the request
 * has room for `room`.
 */
static uint64_t cut(uint64_t available, uint64_t share, uint64_t room, uint64_t least)
{
    uint64_t piece = smaller_of(smaller_of(available, share), room);

    if (available - piece < least && available <= room) {
        return available; /* too little would remain */
    }
    return piece;
}

/*
 * Assemble the next request from the wanted byte at `start`, which lies in the wanted range
 * `item`, up to `limit`.
 */
static struct draft draft_request(const struct request_plan *plan,
                                  const struct request_limits *limits, uint64_t start,
                                  size_t item, uint64_t limit)
{
    const struct range_set *wanted = plan->wanted;
    uint64_t share = share_of(plan->remaining, limits);
    struct draft draft = {.start = start, .end = start, .item = item};

    while (draft.item < wanted->count && wanted->items[draft.item].offset < limit) {
        uint64_t from = larger_of(wanted->items[draft.item].offset, start);
        uint64_t available = smaller_of(end_of(wanted->items[draft.item]), limit) - from;
        uint64_t piece;

        if (draft.wanted >= share || from - start >= limits->most) {
            break;
        }
        piece =
            cut(available, share - draft.wanted, limits->most - (from - start), limits->least);
        if (draft.wanted > 0) {
            uint64_t gaps = from - start - draft.wanted;

            /* A gap is worthwhile only if what follows needs no small request of its own. */
            if (from - draft.end > limits->merge_gap ||
                (piece < available && piece < limits->least) ||
                !gaps_are_fair(gaps, draft.wanted + piece, limits->merge_share)) {
                break;
            }
        }
        draft.end = from + piece;
        draft.wanted += piece;
        if (draft.end < end_of(wanted->items[draft.item])) {
            break;
        }
        draft.item++;
    }
    return draft;
}

/* Reserve room for the hole that one more span may become. */
static enum odo_status reserve_hole(struct request_plan *plan)
{
    size_t needed = plan->hole_count + plan->spans_out + 1;
    size_t capacity = plan->hole_capacity > 0 ? plan->hole_capacity * 2 : FIRST_HOLE_CAPACITY;
    struct byte_range *holes;

    if (needed <= plan->hole_capacity) {
        return ODO_OK;
    }
    holes = memory_resize(plan->holes, capacity, sizeof(*holes));
    if (!holes) {
        return ODO_E_OUT_OF_MEMORY;
    }
    plan->holes = holes;
    plan->hole_capacity = capacity;
    return ODO_OK;
}

static struct draft take_from_first_hole(struct request_plan *plan,
                                         const struct request_limits *limits)
{
    struct byte_range *hole = &plan->holes[0];
    uint64_t end = end_of(*hole);
    struct draft draft =
        draft_request(plan, limits, hole->offset, find_item(plan->wanted, hole->offset), end);

    if (draft.end == end) {
        remove_hole(plan, 0);
    } else {
        hole->offset = larger_of(draft.end, plan->wanted->items[draft.item].offset);
        hole->length = end - hole->offset;
    }
    return draft;
}

static struct draft take_from_cursor(struct request_plan *plan,
                                     const struct request_limits *limits)
{
    size_t item = plan->cursor_item;
    uint64_t start = larger_of(plan->cursor, plan->wanted->items[item].offset);
    struct draft draft = draft_request(plan, limits, start, item, BYTE_OFFSET_LIMIT);

    plan->cursor = draft.end;
    plan->cursor_item = draft.item;
    return draft;
}

enum odo_status request_plan_take(struct request_plan *plan,
                                  const struct request_limits *limits,
                                  struct byte_range *span_out)
{
    enum odo_status status;
    struct draft draft;

    assert(limits->most > 0 && limits->least <= limits->most && limits->lanes > 0);

    if (request_plan_is_empty(plan)) {
        return ODO_E_NOT_FOUND;
    }
    status = reserve_hole(plan);
    if (status != ODO_OK) {
        return status;
    }
    draft = plan->hole_count > 0 ? take_from_first_hole(plan, limits)
                                 : take_from_cursor(plan, limits);
    plan->spans_out++;
    if (plan->remaining != ODO_SIZE_UNKNOWN) {
        plan->remaining -= draft.wanted;
    }
    *span_out = (struct byte_range){draft.start, draft.end - draft.start};
    if (plan->remaining == ODO_SIZE_UNKNOWN && draft.end == BYTE_OFFSET_LIMIT &&
        limits->most == UINT64_MAX) {
        span_out->length = BYTE_RANGE_TO_END;
    }
    return ODO_OK;
}

/* The number of characters of a span in a Range header, including a comma. */
static size_t text_size(struct byte_range span)
{
    char text[RANGE_TEXT_SIZE];

    content_range_write(span, text);
    return strlen(text) + 1;
}

enum odo_status request_plan_take_many(struct request_plan *plan,
                                       const struct request_limits *limits,
                                       const struct request_gathering *gathering,
                                       struct byte_range *spans_out, size_t *count_out)
{
    struct request_limits left = *limits;
    uint64_t share = larger_of(plan->remaining / limits->lanes, gathering->least);
    enum odo_status status = request_plan_take(plan, limits, &spans_out[0]);
    size_t text;
    uint64_t gathered;

    assert(gathering->most > 0);

    if (status != ODO_OK) {
        return status;
    }
    *count_out = 1;
    gathered = spans_out[0].length;
    text = text_size(spans_out[0]);
    while (*count_out < gathering->most && gathered < share && gathered < limits->most &&
           spans_out[0].length <= gathering->small) {
        struct byte_range *next = &spans_out[*count_out];

        left.most = limits->most - gathered;
        left.least = smaller_of(limits->least, left.most);
        if (request_plan_take(plan, &left, next) != ODO_OK) {
            break; /* the spans so far suffice */
        }
        text += text_size(*next);
        if (next->length > gathering->small || text > gathering->text_most) {
            request_plan_give_back(plan, *next);
            break;
        }
        gathered += next->length;
        (*count_out)++;
    }
    return ODO_OK;
}

enum odo_status request_plan_split(struct request_plan *plan)
{
    enum odo_status status = reserve_hole(plan);

    assert(plan->spans_out > 0);
    if (status == ODO_OK) {
        plan->spans_out++;
    }
    return status;
}

/* The number of holes that begin below `offset`. */
static size_t holes_below(const struct request_plan *plan, uint64_t offset)
{
    size_t low = 0;
    size_t high = plan->hole_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (plan->holes[middle].offset < offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

void request_plan_give_back(struct request_plan *plan, struct byte_range span)
{
    const struct range_set *wanted = plan->wanted;
    struct byte_range hole = trim_to_wanted(wanted, span.offset, end_of(span));
    size_t place;

    assert(plan->spans_out > 0);

    plan->spans_out--;
    if (hole.length == 0) {
        return;
    }
    if (plan->remaining != ODO_SIZE_UNKNOWN) {
        plan->remaining += wanted_between(wanted, hole.offset, end_of(hole));
    }

    /* Merge it with neighbours unless a wanted byte lies between, so that there are few
     * holes. */
    place = holes_below(plan, hole.offset);
    if (place > 0 && !any_wanted_between(wanted, end_of(plan->holes[place - 1]), hole.offset)) {
        place--;
        hole.length = end_of(hole) - plan->holes[place].offset;
        hole.offset = plan->holes[place].offset;
        remove_hole(plan, place);
    }
    if (place < plan->hole_count &&
        !any_wanted_between(wanted, end_of(hole), plan->holes[place].offset)) {
        hole.length = end_of(plan->holes[place]) - hole.offset;
        remove_hole(plan, place);
    }

    assert(plan->hole_count < plan->hole_capacity); /* ensured by request_plan_take() */
    memmove(&plan->holes[place + 1], &plan->holes[place],
            (plan->hole_count - place) * sizeof(*plan->holes));
    plan->holes[place] = hole;
    plan->hole_count++;
    take_last_hole_into_cursor(plan);
}

bool request_plan_is_empty(const struct request_plan *plan)
{
    return plan->hole_count == 0 && plan->cursor_item == plan->wanted->count;
}

uint64_t request_plan_wanted_within(const struct request_plan *plan, struct byte_range span)
{
    return wanted_between(plan->wanted, span.offset, end_of(span));
}

void request_plan_free(struct request_plan *plan)
{
    memory_free(plan->holes);
    *plan = (struct request_plan){0};
}

bool request_plan_is_normal(const struct request_plan *plan)
{
    const struct range_set *wanted = plan->wanted;
    uint64_t total = range_set_total(wanted);
    uint64_t in_holes = 0;

    if (plan->cursor > BYTE_OFFSET_LIMIT ||
        plan->cursor_item != find_item(wanted, plan->cursor) ||
        plan->hole_count > plan->hole_capacity ||
        plan->spans_out > plan->hole_capacity - plan->hole_count) {
        return false;
    }
    for (size_t i = 0; i < plan->hole_count; i++) {
        struct byte_range hole = plan->holes[i];
        struct byte_range trimmed = trim_to_wanted(wanted, hole.offset, end_of(hole));
        bool is_last = i + 1 == plan->hole_count;
        uint64_t next = is_last ? plan->cursor : plan->holes[i + 1].offset;

        /* It begins and ends with a wanted byte, and is followed by one that was handed out. */
        if (hole.length == 0 || hole.length == BYTE_RANGE_TO_END ||
            trimmed.offset != hole.offset || trimmed.length != hole.length ||
            !any_wanted_between(wanted, end_of(hole), next)) {
            return false;
        }
        in_holes += wanted_between(wanted, hole.offset, end_of(hole));
    }
    if (total == ODO_SIZE_UNKNOWN) {
        return plan->remaining == ODO_SIZE_UNKNOWN;
    }
    return plan->remaining == total - wanted_between(wanted, 0, plan->cursor) + in_holes;
}
