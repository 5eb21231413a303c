/*
 * The text form of a job's id: "0f8fad5b-d9cb-469f-a165-70867728950e", or a unique prefix of
 * it.
 */
#ifndef ODO_TOOL_JOB_ID_H
#define ODO_TOOL_JOB_ID_H

#include <stdbool.h>
#include <stdint.h>

/* In the byte order of a Windows GUID in memory. */
struct job_id {
    uint8_t bytes[16];
};

enum {
    JOB_ID_TEXT_BYTES = 37, /* with the terminator */
    /* A shorter prefix might too easily match an unintended job. */
    JOB_ID_PREFIX_MIN = 4,
    JOB_ID_SHORT = 8, /* characters shown where space is limited */
};

/* In lower case, without braces. Returns `text`. */
const char *job_id_format(const struct job_id *id, char text[JOB_ID_TEXT_BYTES]);

enum job_id_kind { JOB_ID_WRONG, JOB_ID_PREFIX, JOB_ID_WHOLE };

/*
 * Classify `text`. Upper case is accepted, and braces around a complete id. `id_out` is written
 * only for JOB_ID_WHOLE.
 */
enum job_id_kind job_id_parse(const char *text, struct job_id *id_out);

/* Does the text of `id` begin with `prefix`, a JOB_ID_PREFIX? */
bool job_id_begins_with(const struct job_id *id, const char *prefix);

#endif
