#include "output_map.h"

#include <stdlib.h>
#include <string.h>

/* Room for so many; the simulation itself never runs out of memory. */
static void reserve(struct output_map *map, size_t count)
{
    if (count > map->capacity) {
        map->capacity = count * 2 + 16;
        map->items = realloc(map->items, map->capacity * sizeof(*map->items));
        if (!map->items) {
            abort();
        }
    }
}

/* The first stretch that ends above a place. */
static size_t find(const struct output_map *map, uint64_t output)
{
    size_t low = 0;
    size_t high = map->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (map->items[middle].output + map->items[middle].length > output) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

static bool goes_on(const struct stretch *left, const struct stretch *right)
{
    return left->output + left->length == right->output && left->content == right->content &&
           (left->content < 0 || left->offset + left->length == right->offset);
}

static void insert(struct output_map *map, size_t index, struct stretch stretch)
{
    reserve(map, map->count + 1);
    memmove(&map->items[index + 1], &map->items[index],
            (map->count - index) * sizeof(*map->items));
    map->items[index] = stretch;
    map->count++;
}

static void erase(struct output_map *map, size_t index, size_t count)
{
    if (count == 0) {
        return; /* `items` may be NULL */
    }
    memmove(&map->items[index], &map->items[index + count],
            (map->count - index - count) * sizeof(*map->items));
    map->count -= count;
}

void output_map_write(struct output_map *map, struct stretch stretch)
{
    uint64_t end = stretch.output + stretch.length;
    size_t first = find(map, stretch.output);
    size_t last;

    if (stretch.length == 0) {
        return;
    }
    /* What is overwritten goes; of a stretch that begins before or ends behind, a part stays.
     */
    if (first < map->count && map->items[first].output < stretch.output) {
        struct stretch rear = map->items[first];
        uint64_t front = stretch.output - rear.output;

        rear.output += front;
        rear.offset += front;
        rear.length -= front;
        map->items[first].length = front;
        insert(map, ++first, rear);
    }
    last = first;
    while (last < map->count && map->items[last].output + map->items[last].length <= end) {
        last++;
    }
    if (last < map->count && map->items[last].output < end) {
        uint64_t front = end - map->items[last].output;

        map->items[last].output += front;
        map->items[last].offset += front;
        map->items[last].length -= front;
    }
    erase(map, first, last - first);
    insert(map, first, stretch);
    if (first + 1 < map->count && goes_on(&map->items[first], &map->items[first + 1])) {
        map->items[first].length += map->items[first + 1].length;
        erase(map, first + 1, 1);
    }
    if (first > 0 && goes_on(&map->items[first - 1], &map->items[first])) {
        map->items[first - 1].length += map->items[first].length;
        erase(map, first, 1);
    }
}

struct stretch output_map_at(const struct output_map *map, uint64_t output)
{
    size_t index = find(map, output);
    struct stretch at = {.output = output, .content = CONTENT_NONE};

    if (index == map->count) {
        at.length = UINT64_MAX - output;
    } else if (map->items[index].output > output) {
        at.length = map->items[index].output - output;
    } else {
        uint64_t front = output - map->items[index].output;

        at = map->items[index];
        at.output += front;
        at.offset += front;
        at.length -= front;
    }
    return at;
}

uint64_t output_map_end(const struct output_map *map)
{
    return map->count == 0
               ? 0
               : map->items[map->count - 1].output + map->items[map->count - 1].length;
}

void output_map_cut(struct output_map *map, uint64_t output)
{
    size_t first = find(map, output);

    if (first < map->count && map->items[first].output < output) {
        map->items[first].length = output - map->items[first].output;
        first++;
    }
    map->count = first;
}

void output_map_copy(struct output_map *to, const struct output_map *from)
{
    reserve(to, from->count);
    if (from->count > 0) {
        memcpy(to->items, from->items, from->count * sizeof(*from->items));
    }
    to->count = from->count;
}

void output_map_clear(struct output_map *map)
{
    map->count = 0;
}

void output_map_free(struct output_map *map)
{
    free(map->items);
    *map = (struct output_map){0};
}
