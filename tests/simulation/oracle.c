#include "oracle.h"

#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void oracle_fail(struct oracle *oracle, const char *format, ...)
{
    va_list arguments;

    if (oracle->has_failed) {
        return;
    }
    oracle->has_failed = true;
    va_start(arguments, format);
    vsnprintf(oracle->text, sizeof(oracle->text), format, arguments);
    va_end(arguments);
}

/* --- Places --------------------------------------------------------------------------- */

static int compare_items(const void *left, const void *right)
{
    const struct oracle_item *a = left;
    const struct oracle_item *b = right;

    return a->offset < b->offset ? -1 : a->offset > b->offset;
}

static void lay_out(struct oracle *oracle, uint64_t size)
{
    const struct world *world = oracle->world;
    uint64_t output = 0;

    if (size == ODO_SIZE_UNKNOWN) { /* then an open range ends with the output */
        size = 0;
        for (uint32_t i = 0; i < world->version_count; i++) {
            size = world->sizes[i] > size ? world->sizes[i] : size;
        }
    }
    if (oracle->size == size) {
        return;
    }
    oracle->size = size;
    oracle->item_count = world->range_count > 0 ? world->range_count : 1;
    oracle->items[0] = (struct oracle_item){.length = size};
    for (uint32_t i = 0; i < oracle->item_count; i++) {
        struct oracle_item *item = &oracle->items[i];

        if (world->range_count > 0) {
            item->offset = world->ranges_wanted[i].offset;
            item->length = world->ranges_wanted[i].length;
            if (item->length == BYTE_RANGE_TO_END) {
                item->length = size > item->offset ? size - item->offset : 0;
            }
        }
        item->index = i;
        item->output = output;
        output += item->length;
    }
    oracle->total = output;
    qsort(oracle->items, oracle->item_count, sizeof(oracle->items[0]), compare_items);
}

void oracle_init(struct oracle *oracle, const struct world *world)
{
    memset(oracle, 0, sizeof(*oracle));
    oracle->world = world;
    oracle->size = UINT64_MAX - 1; /* of no file */
}

uint64_t oracle_total(struct oracle *oracle, uint32_t version)
{
    lay_out(oracle, oracle->world->sizes[version]);
    return oracle->total;
}

/* --- Bytes ---------------------------------------------------------------------------- */

/* The wanted bytes of [from, to) of the file are in the output, all of one content. Counts
 * them. `first` and `count` say which ranges of the list. */
struct looked_at {
    int content; /* CONTENT_NONE before the first byte */
    uint64_t bytes;
    uint32_t first;
    uint32_t count;
};

static bool look_at(struct oracle *oracle, const struct output_map *output, uint64_t from,
                    uint64_t to, struct looked_at *looked_at, const char *what)
{
    for (uint32_t i = 0; i < oracle->item_count; i++) {
        const struct oracle_item *item = &oracle->items[i];
        uint64_t start = item->offset > from ? item->offset : from;
        uint64_t end = item->offset + item->length < to ? item->offset + item->length : to;

        if (item->index < looked_at->first ||
            item->index - looked_at->first >= looked_at->count) {
            continue;
        }
        while (start < end) {
            uint64_t place = item->output + (start - item->offset);
            struct stretch at = output_map_at(output, place);
            uint64_t length = at.length < end - start ? at.length : end - start;

            if (at.content == CONTENT_NONE || at.content == CONTENT_JUNK) {
                oracle_fail(oracle,
                            "%s: bytes %llu to %llu of the file, at %llu of the "
                            "output, are %s",
                            what, (unsigned long long)start,
                            (unsigned long long)(start + length), (unsigned long long)place,
                            at.content == CONTENT_NONE ? "not there" : "junk");
                return false;
            }
            if (looked_at->content == CONTENT_NONE) {
                looked_at->content = at.content;
            }
            if (at.content != looked_at->content || at.offset != start) {
                oracle_fail(oracle,
                            "%s: byte %llu of the file, at %llu of the output, is byte %llu of "
                            "content %d, not %d",
                            what, (unsigned long long)start, (unsigned long long)place,
                            (unsigned long long)at.offset, at.content, looked_at->content);
                return false;
            }
            looked_at->bytes += length;
            start += length;
        }
    }
    return true;
}

/* --- Invariants ----------------------------------------------------------------------- */

struct interval {
    uint64_t start;
    uint64_t end;
    bool is_out; /* with an attempt; else in the plan */
};

static int compare_intervals(const void *left, const void *right)
{
    const struct interval *a = left;
    const struct interval *b = right;

    if (a->start != b->start) {
        return a->start < b->start ? -1 : 1;
    }
    return a->end < b->end ? -1 : a->end > b->end;
}

static bool is_wanted(const struct range_set *wanted, uint64_t from, uint64_t to)
{
    for (size_t i = 0; i < wanted->count; i++) {
        if (wanted->items[i].offset < to &&
            (wanted->items[i].length == BYTE_RANGE_TO_END ||
             wanted->items[i].offset + wanted->items[i].length > from)) {
            return true;
        }
    }
    return false;
}

/* Everything that is not in the output, sorted. Returns how many there are. */
static size_t collect_missing(const struct transfer *transfer, struct interval *intervals,
                              size_t most)
{
    const struct request_plan *plan = &transfer->wanted.plan;
    size_t count = 0;

    for (size_t i = 0; i < plan->hole_count && count < most; i++) {
        intervals[count++] = (struct interval){
            plan->holes[i].offset, plan->holes[i].offset + plan->holes[i].length, false};
    }
    if (count < most) {
        intervals[count++] = (struct interval){plan->cursor, BYTE_OFFSET_LIMIT, false};
    }
    for (const struct attempt *attempt = transfer->attempts; attempt; attempt = attempt->next) {
        if (attempt->purpose == ATTEMPT_FOR_HEDGE) {
            continue;
        }
        for (size_t i = 0; i < attempt->piece_count && count < most; i++) {
            const struct attempt_piece *piece = &attempt->pieces[i];
            /* Nothing has an offset beyond. */
            uint64_t end = piece->span.length == BYTE_RANGE_TO_END
                               ? BYTE_OFFSET_LIMIT
                               : piece->span.offset + piece->span.length;

            if (piece->safe_to < end) {
                intervals[count++] = (struct interval){piece->safe_to, end, true};
            }
        }
    }
    qsort(intervals, count, sizeof(*intervals), compare_intervals);
    return count;
}

static bool is_of_version(const struct oracle *oracle, int content,
                          const struct version_mark *mark)
{
    const struct world *world = oracle->world;
    uint32_t version = server_content_version(content);

    for (uint32_t node = 0; node < world->node_count; node++) {
        char etag[40];
        char date[40];

        server_marks(world, version, node, etag, date);
        if (server_content(world, version, node) == content &&
            (!mark->etag || strcmp(mark->etag, etag) == 0) &&
            (!mark->last_modified || strcmp(mark->last_modified, date) == 0)) {
            return true;
        }
    }
    return false;
}

/* 1: each wanted byte is in one place; and what counts as safe is right, of one version. */
static void check_places(struct oracle *oracle, const struct transfer *transfer,
                         const struct output_map *output)
{
    enum { MOST = 4096 };
    static struct interval intervals[MOST];
    const struct wanted *wanted = &transfer->wanted;
    struct looked_at looked_at = {.content = CONTENT_NONE, .count = UINT32_MAX};
    size_t count;
    uint64_t end = 0;

    if (wanted->in_order) {
        looked_at.first = (uint32_t)wanted->run_first;
        looked_at.count = (uint32_t)wanted->run_count;
    }
    count = collect_missing(transfer, intervals, MOST);
    lay_out(oracle, wanted->file_size);
    for (size_t i = 0; i < count; i++) {
        uint64_t both = intervals[i].end < end ? intervals[i].end : end;

        if (intervals[i].start < end && is_wanted(&wanted->set, intervals[i].start, both)) {
            oracle_fail(oracle, "invariant 1: bytes %llu to %llu are in two places",
                        (unsigned long long)intervals[i].start, (unsigned long long)both);
            return;
        }
        if (intervals[i].start > end && is_wanted(&wanted->set, end, intervals[i].start) &&
            !look_at(oracle, output, end, intervals[i].start, &looked_at, "safe")) {
            return;
        }
        end = intervals[i].end > end ? intervals[i].end : end;
    }
    if (looked_at.bytes > 0 && transfer->version.is_known &&
        !is_of_version(oracle, looked_at.content, &transfer->version.mark)) {
        oracle_fail(oracle, "invariant 2: the output holds content %d, not the known version",
                    looked_at.content);
    }
    if (transfer->setup.output == TRANSFER_TO_FILE &&
        transfer_had(transfer) > looked_at.bytes) {
        oracle_fail(oracle, "transfer_had() is %llu, but %llu bytes are safe",
                    (unsigned long long)transfer_had(transfer),
                    (unsigned long long)looked_at.bytes);
    }
}

void oracle_check_state(struct oracle *oracle, const struct transfer *transfer,
                        const struct output_map *output, uint64_t now_ms)
{
    uint32_t count = 0;

    for (const struct attempt *attempt = transfer->attempts; attempt; attempt = attempt->next) {
        count++;
    }
    if (count != transfer->attempt_count) {
        oracle_fail(oracle, "attempt_count is %u of %u", transfer->attempt_count, count);
    }
    if (transfer->phase == TRANSFER_FAILED || transfer->phase == TRANSFER_DONE ||
        transfer->phase == TRANSFER_RESTARTING) {
        return;
    }
    if (!request_plan_is_normal(&transfer->wanted.plan)) {
        oracle_fail(oracle, "the plan is not normal");
    }
    check_places(oracle, transfer, output);
    if (!transfer->attempts && transfer->phase != TRANSFER_FINISHING &&
        transfer->setup.output != TRANSFER_TO_STREAM &&
        !transfer_wants_attempt(transfer, now_ms) &&
        transfer_wake_at(transfer, now_ms) == UINT64_MAX) {
        oracle_fail(oracle, "invariant 4: nothing is out, and nothing will happen");
    }
}

/* --- What is kept, and what comes of it ----------------------------------------------- */

void oracle_check_checkpoint(struct oracle *oracle, const struct checkpoint *checkpoint,
                             const struct output_map *output)
{
    struct looked_at looked_at = {.content = CONTENT_NONE, .count = UINT32_MAX};
    struct version_mark mark = {.etag = checkpoint->entity_tag,
                                .last_modified = checkpoint->last_modified};
    uint64_t from = 0;

    if (!checkpoint->begun) {
        return;
    }
    lay_out(oracle, checkpoint->file_size);
    for (size_t i = 0; i <= checkpoint->hole_count; i++) {
        uint64_t to =
            i < checkpoint->hole_count ? checkpoint->holes[i].offset : checkpoint->cursor;

        if (oracle->item_count > 0 && to > from &&
            !look_at(oracle, output, from, to, &looked_at, "checkpoint")) {
            return;
        }
        from = i < checkpoint->hole_count ? to + checkpoint->holes[i].length : to;
    }
    if (looked_at.bytes > 0 && !is_of_version(oracle, looked_at.content, &mark)) {
        oracle_fail(oracle, "the checkpoint is of another version than content %d",
                    looked_at.content);
    }
}

void oracle_check_taken(struct oracle *oracle, const struct output_map *output, uint64_t from,
                        uint64_t to, int *content)
{
    while (from < to) {
        struct stretch at = output_map_at(output, from);
        uint64_t length = at.length < to - from ? at.length : to - from;
        bool is_right = false;

        if (*content == CONTENT_NONE && at.content >= 0) {
            *content = at.content;
        }
        if (at.content == *content && at.content >= 0) {
            lay_out(oracle, oracle->world->sizes[server_content_version(at.content)]);
            for (uint32_t i = 0; i < oracle->item_count && !is_right; i++) {
                const struct oracle_item *item = &oracle->items[i];

                if (from >= item->output && from < item->output + item->length) {
                    uint64_t left = item->output + item->length - from;

                    length = length < left ? length : left;
                    is_right = at.offset == item->offset + (from - item->output);
                }
            }
        }
        if (!is_right) {
            oracle_fail(oracle, "the stream has byte %llu of content %d at %llu",
                        (unsigned long long)at.offset, at.content, (unsigned long long)from);
            return;
        }
        from += length;
    }
}

void oracle_check_done(struct oracle *oracle, const struct output_map *output,
                       uint64_t size_said)
{
    struct looked_at looked_at = {.content = CONTENT_NONE, .count = UINT32_MAX};

    lay_out(oracle, size_said);
    if (!look_at(oracle, output, 0, UINT64_MAX, &looked_at, "done") || looked_at.content < 0) {
        return;
    }
    if (oracle->world->sizes[server_content_version(looked_at.content)] != size_said &&
        size_said != ODO_SIZE_UNKNOWN) {
        oracle_fail(oracle, "done with %llu bytes of a file of %llu",
                    (unsigned long long)size_said,
                    (unsigned long long)
                        oracle->world->sizes[server_content_version(looked_at.content)]);
    }
    if (oracle->world->act_count == 0 && output_map_end(output) > oracle->total) {
        oracle_fail(oracle, "done, and the output goes on beyond its end");
    }
}

/* --- The outcome ---------------------------------------------------------------------- */

bool oracle_may_go_on(const struct oracle *oracle)
{
    enum { SERVER_ERROR = 500, SALVAGE_MOST = 64 * 1024 * 1024 };
    const struct world *world = oracle->world;

    if (world->range_count > 0 && world->ranges == RANGES_REFUSED &&
        world->range_refusal >= SERVER_ERROR && world->sizes[0] > SALVAGE_MOST) {
        return true;
    }
    return world->range_count > 0 && world->refuses_salvage &&
           (world->ranges != RANGES_HONOURED || world->marks_lack_in_206 ||
            world->etag_lacks_in_206 || world->early_by > 0 || world->part_as_200);
}

bool oracle_may_fail(const struct oracle *oracle, const struct odo_error *error)
{
    const struct world *world = oracle->world;
    bool has_ranges = world->range_count > 0;
    bool has_length = world->framing == FRAMING_LENGTH || world->framing == FRAMING_STREAM;
    bool ranges_fail = world->ranges != RANGES_HONOURED || world->marks_lack_in_206 ||
                       world->etag_lacks_in_206;

    bool replies_differ = world->nodes_have_own_marks || world->encoding_differs;
    bool breaks =
        world->reset_permille > 0 || world->stall_permille > 0 || world->short_permille > 0 ||
        world->outage_count > 0 || world->act_count > 0 || world->part_most < UINT64_MAX ||
        world->many != MANY_HONOURED || world->limit > 0 || world->redirect == REDIRECT_SIGNED;

    if (world->never_retries || oracle_may_go_on(oracle)) {
        return true;
    }
    switch (error->status) {
    case ODO_E_NO_PROGRESS:
        return world->no_progress_ms != UINT64_MAX;
    case ODO_E_HTTP_STATUS:
        return world->refusal != 0 && world->refusal == error->http_status;
    case ODO_E_REDIRECT:
        return world->redirect == REDIRECT_LOOP;
    case ODO_E_RANGES_UNSUPPORTED:
        return has_ranges && (ranges_fail || world->refuses_salvage || replies_differ ||
                              world->total_is_end || world->total_is_star ||
                              world->part_as_200 || world->version_count > 2);
    case ODO_E_SIZE_UNKNOWN_IN_200:
        return !has_length;
    case ODO_E_SIZE_UNKNOWN_IN_206:
        return world->total_is_star || world->total_is_end;
    case ODO_E_FILE_CHANGED:
        /* A stream cannot begin again. */
        return world->version_count > 3 ||
               (replies_differ && (breaks || world->output == OUTPUT_STREAM)) ||
               (world->output == OUTPUT_STREAM && world->version_count > 1);
    default:
        return false;
    }
}
