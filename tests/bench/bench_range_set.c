/*
 * How long it takes to bring many ranges in order and to plan their requests, measured against
 * qsort() of the same array. Prints numbers and judges nothing.
 *
 *     bench_range_set [COUNT]        1000000 ranges when it is not said
 */
#include "base/memory.h"
#include "platform/clock.h"
#include "ranges/range_layout.h"
#include "ranges/range_set.h"
#include "ranges/request_plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS = 7, COUNT_USUAL = 1000000, SPACING = 100000, LENGTH_MOST = 50000 };

/* The most memory that one step had at a time, of what the engine's rooms allocate. */
static size_t memory_now;
static size_t memory_peak;

/* In front of every block, to know its size when it is freed; keeps the block aligned. */
union block_size {
    size_t bytes;
    max_align_t alignment;
};

static void count_memory(size_t more, size_t less)
{
    memory_now = memory_now + more - less;
    memory_peak = memory_now > memory_peak ? memory_now : memory_peak;
}

static void *counted_resize(void *memory, size_t size)
{
    union block_size *block = memory ? (union block_size *)memory - 1 : NULL;
    size_t before = block ? block->bytes : 0;

    block = realloc(block, sizeof(*block) + size);
    if (!block) {
        return NULL;
    }
    block->bytes = size;
    count_memory(size, before);
    return block + 1;
}

static void counted_free(void *memory)
{
    union block_size *block = (union block_size *)memory - 1;

    count_memory(0, block->bytes);
    free(block);
}

static uint64_t next_random(void)
{
    static uint64_t state = 88172645463325252;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* One in four touches the range before it; the rest lie apart. */
static void fill_ranges(struct byte_range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool touches = next_random() % 4 == 0;

        ranges[i].offset = i * (uint64_t)SPACING;
        ranges[i].length = touches ? SPACING : 1 + next_random() % LENGTH_MOST;
    }
}

static void shuffle(struct byte_range *ranges, size_t count)
{
    for (size_t i = count; i-- > 1;) {
        size_t other = (size_t)(next_random() % (i + 1));
        struct byte_range swap = ranges[i];

        ranges[i] = ranges[other];
        ranges[other] = swap;
    }
}

static int compare_offsets(const void *left, const void *right)
{
    uint64_t a = ((const struct byte_range *)left)->offset;
    uint64_t b = ((const struct byte_range *)right)->offset;

    return (a > b) - (a < b);
}

/* What the steps work on. */
struct input {
    const struct byte_range *ranges;
    struct byte_range *copy; /* as large as `ranges`, for qsort() */
    size_t count;
    uint64_t file_size;
    struct range_set set; /* of the ranges */
};

static size_t sort_with_qsort(struct input *input)
{
    memcpy(input->copy, input->ranges, input->count * sizeof(*input->ranges));
    qsort(input->copy, input->count, sizeof(*input->copy), compare_offsets);
    return input->count;
}

static size_t build_set(struct input *input)
{
    struct range_set set = {0};
    size_t count;

    if (range_set_build(input->ranges, input->count, input->file_size, &set) != ODO_OK) {
        return 0;
    }
    count = set.count;
    range_set_free(&set);
    return count;
}

static size_t build_layout(struct input *input)
{
    struct range_layout layout = {0};
    size_t count;

    if (range_layout_build(input->ranges, input->count, input->file_size, &layout) != ODO_OK) {
        return 0;
    }
    count = layout.count;
    range_layout_free(&layout);
    return count;
}

/* Eight requests are out at any time; each thirty-second one comes only in part. */
static size_t plan_requests(struct input *input)
{
    enum { OUT = 8 };
    static const struct request_limits limits = {.most = 8 << 20,
                                                 .least = 1 << 20,
                                                 .merge_gap = 64 << 10,
                                                 .merge_share = 20,
                                                 .lanes = OUT};
    struct byte_range out[OUT] = {0};
    struct request_plan plan;
    struct byte_range span;
    size_t taken = 0;

    request_plan_init(&plan, &input->set);
    while (request_plan_take(&plan, &limits, &span) == ODO_OK) {
        struct byte_range *oldest = &out[taken++ % OUT];

        if (oldest->length > 0) {
            struct byte_range rest = {oldest->offset + oldest->length, 0};

            if (taken % 32 == 0) {
                rest.offset = oldest->offset + oldest->length / 2;
                rest.length = oldest->length - oldest->length / 2;
            }
            request_plan_give_back(&plan, rest);
        }
        *oldest = span;
    }
    request_plan_free(&plan);
    return taken;
}

static int compare_times(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;

    return (a > b) - (a < b);
}

struct measure {
    double milliseconds; /* the median of the runs */
    size_t result;       /* how many of whatever it makes */
    size_t memory_peak;  /* bytes */
};

static struct measure run(size_t (*step)(struct input *input), struct input *input)
{
    uint64_t times[RUNS];
    struct measure measure = {0};
    uint64_t median;

    memory_peak = memory_now;
    for (int i = 0; i < RUNS; i++) {
        size_t before = memory_now;
        uint64_t start = platform_clock_microseconds();

        measure.result = step(input);
        times[i] = platform_clock_microseconds() - start;
        measure.memory_peak = memory_peak - before;
    }
    qsort(times, RUNS, sizeof(times[0]), compare_times);
    median = times[RUNS / 2];
    measure.milliseconds = (double)median / 1000;
    return measure;
}

static void print(const char *what, const char *unit, struct measure measure, double base)
{
    printf("  %-20s %9.2f ms %7.2f x qsort %9zu %-8s", what, measure.milliseconds,
           base > 0 ? measure.milliseconds / base : 0, measure.result, unit);
    printf(" %7.1f MiB\n", (double)measure.memory_peak / (1 << 20));
}

static void measure_all(const char *title, struct input *input)
{
    struct measure sorted = run(sort_with_qsort, input);

    printf("%s\n", title);
    print("qsort", "ranges", sorted, sorted.milliseconds);
    print("range_set_build", "ranges", run(build_set, input), sorted.milliseconds);
    print("range_layout_build", "items", run(build_layout, input), sorted.milliseconds);
    if (range_set_build(input->ranges, input->count, input->file_size, &input->set) != ODO_OK) {
        fprintf(stderr, "the ranges are not a set\n");
        exit(EXIT_FAILURE);
    }
    print("all requests planned", "requests", run(plan_requests, input), sorted.milliseconds);
    range_set_free(&input->set);
}

int main(int argc, char **argv)
{
    static const struct memory_functions counted = {counted_resize, counted_free};
    size_t count = argc > 1 ? (size_t)strtoull(argv[1], NULL, 10) : COUNT_USUAL;
    struct byte_range *ranges = calloc(count, sizeof(*ranges));
    struct input input = {
        .ranges = ranges,
        .copy = calloc(count, sizeof(*ranges)),
        .count = count,
        .file_size = (count + 1) * (uint64_t)SPACING,
    };

    int result = EXIT_FAILURE;

    if (!ranges || !input.copy || count == 0) {
        fprintf(stderr, "no memory for %zu ranges\n", count);
        goto done;
    }
    memory_use(&counted);
    fill_ranges(ranges, count);
    printf("%zu ranges; the median of %d runs; memory beyond the input\n", count, (int)RUNS);
    measure_all("in order", &input);
    shuffle(ranges, count);
    measure_all("in random order", &input);
    memory_use(NULL);
    result = EXIT_SUCCESS;

done:
    free(input.copy);
    free(ranges);
    return result;
}
