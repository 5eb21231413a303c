/*
 * How a download ended, told to a person or to a program.
 */
#ifndef ODO_TOOL_OUTCOME_H
#define ODO_TOOL_OUTCOME_H

#include "report.h"

#include <stdbool.h>
#include <stdint.h>

enum outcome_state { OUTCOME_COMPLETE, OUTCOME_FAILED, OUTCOME_CANCELLED };

/* All text is borrowed. */
struct outcome {
    const char *url;
    const char *path;
    uint64_t bytes; /* that have arrived */
    uint32_t range_count;
    uint64_t elapsed_ms;
    enum outcome_state state;
    struct error_report error; /* when the state is FAILED */
};

/* One line in words, for a download that is complete. False when it could not be written. */
bool outcome_print_words(FILE *file, const struct outcome *outcome);

/*
 * One JSON object and a line's end:
 *
 *   {"url":..., "file":..., "bytes":300, "ranges":3, "seconds":0.125,
 *    "state":"complete"|"failed"|"cancelled", "error":null|{"code":..., "text":...}}
 *
 * False when there is no memory or it could not be written.
 */
bool outcome_print_json(FILE *file, const struct outcome *outcome);

#endif
