/*
 * The name of a job, as people write it: "0f8fad5b-d9cb-469f-a165-70867728950e", or as much of
 * its beginning as tells it from the others.
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
    JOB_ID_TEXT_BYTES = 37, /* with the zero at the end */
    /* A shorter beginning would too easily be that of a job that was not meant. */
    JOB_ID_PREFIX_MIN = 4,
    JOB_ID_SHORT = 8, /* characters to show where there is little room */
};

/* In lower case, without braces. Returns `text`. */
const char *job_id_format(const struct job_id *id, char text[JOB_ID_TEXT_BYTES]);

enum job_id_kind { JOB_ID_WRONG, JOB_ID_PREFIX, JOB_ID_WHOLE };

/*
 * What is `text`? Upper case will do, and braces around a whole one. `id_out` is written only
 * for JOB_ID_WHOLE.
 */
enum job_id_kind job_id_parse(const char *text, struct job_id *id_out);

/* Does the text of `id` begin with `prefix`, which is a JOB_ID_PREFIX? */
bool job_id_begins_with(const struct job_id *id, const char *prefix);

#endif
