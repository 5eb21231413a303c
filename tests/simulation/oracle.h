/*
 * What must hold, worked out apart from the code that is tried: from the world, from the output
 * as it is, and from what the transfer says of itself.
 */
#ifndef SIMULATION_ORACLE_H
#define SIMULATION_ORACLE_H

#include "output_map.h"
#include "server.h"

#include "transfer/transfer.h"

enum { ORACLE_TEXT_MOST = 400 };

struct oracle {
    const struct world *world;
    /* Where the wanted ranges land in a file of `size`, sorted by their offset. */
    struct oracle_item {
        uint64_t offset;
        uint64_t length;
        uint64_t output;
        uint32_t index; /* in the list */
    } items[WORLD_RANGES_MOST];
    uint32_t item_count;
    uint64_t size;
    uint64_t total;

    bool has_failed;
    char text[ORACLE_TEXT_MOST]; /* what was wrong first */
};

void oracle_init(struct oracle *oracle, const struct world *world);

/* Something is wrong; the first of these counts. */
void oracle_fail(struct oracle *oracle, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The bytes of the file that are wanted, of a version. */
uint64_t oracle_total(struct oracle *oracle, uint32_t version);

/* After each event. */
void oracle_check_state(struct oracle *oracle, const struct transfer *transfer,
                        const struct output_map *output, uint64_t now_ms);

/* A checkpoint and the output go together. */
void oracle_check_checkpoint(struct oracle *oracle, const struct checkpoint *checkpoint,
                             const struct output_map *output);

/* Bytes of a stream that its client takes: [from, to), all of `*content`, which is set by the
 * first of them. */
void oracle_check_taken(struct oracle *oracle, const struct output_map *output, uint64_t from,
                        uint64_t to, int *content);

/* The output is whole. */
void oracle_check_done(struct oracle *oracle, const struct output_map *output,
                       uint64_t size_said);

/* Ranges are wanted, the server has none, and the file may not be read instead: it may fail
 * with what the server says, or ask until its patience is over. */
bool oracle_may_go_on(const struct oracle *oracle);

/* A file has failed: would one plain connection have failed as well? */
bool oracle_may_fail(const struct oracle *oracle, const struct odo_error *error);

#endif
