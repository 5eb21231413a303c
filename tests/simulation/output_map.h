/*
 * What an output holds, without holding it: for each stretch, which bytes of which content they
 * are. A content is one version of the file as one node has it; JUNK is whatever is no byte of
 * any.
 */
#ifndef SIMULATION_OUTPUT_MAP_H
#define SIMULATION_OUTPUT_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CONTENT_JUNK = -1, CONTENT_NONE = -2 };

struct stretch {
    uint64_t output; /* where it begins */
    uint64_t length;
    int content;     /* or CONTENT_JUNK */
    uint64_t offset; /* in the file, of its first byte */
};

struct output_map {
    struct stretch *items; /* sorted, apart */
    size_t count;
    size_t capacity;
};

void output_map_write(struct output_map *map, struct stretch stretch);

/* What lies at a place, and for how long; CONTENT_NONE where nothing was written. */
struct stretch output_map_at(const struct output_map *map, uint64_t output);

/* One past the last byte. */
uint64_t output_map_end(const struct output_map *map);

/* Nothing lies from there on any more. */
void output_map_cut(struct output_map *map, uint64_t output);

void output_map_copy(struct output_map *to, const struct output_map *from);
void output_map_clear(struct output_map *map);
void output_map_free(struct output_map *map);

#endif
