/*
 * Reports how a download ended, as text or JSON.
 */
#ifndef ODO_TOOL_OUTCOME_H
#define ODO_TOOL_OUTCOME_H

#include "report.h"

#include <stdbool.h>
#include <stdint.h>

enum outcome_state { OUTCOME_COMPLETE, OUTCOME_FAILED, OUTCOME_CANCELLED };

/* Strings are borrowed. */
struct outcome {
    const char *url;
    const char *path;
    uint64_t bytes; /* received */
    uint32_t range_count;
    uint64_t elapsed_ms;
    enum outcome_state state;
    struct error_report error; /* if the state is FAILED */
};

/* One line of text for a completed download. False if it could not be written. */
bool outcome_print_words(FILE *file, const struct outcome *outcome);

/*
 * One JSON object and a line end:
 *
 *   {"url":..., "file":..., "bytes":300, "ranges":3, "seconds":0.125,
 *    "state":"complete"|"failed"|"cancelled", "error":null|{"code":..., "text":...}}
 *
 * False when out of memory, or if it could not be written.
 */
bool outcome_print_json(FILE *file, const struct outcome *outcome);

#endif
