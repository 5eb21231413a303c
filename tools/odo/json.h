/*
 * What cJSON lacks: whole numbers of 64 bits, and what is not known. Each returns false when
 * there is no memory.
 */
#ifndef ODO_TOOL_JSON_H
#define ODO_TOOL_JSON_H

#include <cjson/cJSON.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

bool json_add_number(cJSON *object, const char *name, uint64_t number);

/* null for ODO_SIZE_UNKNOWN. */
bool json_add_size(cJSON *object, const char *name, uint64_t size);

/* Seconds with three decimals. */
bool json_add_seconds(cJSON *object, const char *name, uint64_t milliseconds);

/* "2026-11-23T06:52:20Z", or null for 0. */
bool json_add_time(cJSON *object, const char *name, int64_t microseconds);

/* {"code":..., "text":...}, or null without a report. */
struct error_report;
bool json_add_error(cJSON *object, const char *name, const struct error_report *report);

/* Write it as one line and free it. NULL, or a file that cannot be written, give false. */
bool json_print_and_free(FILE *file, cJSON *value);

#endif
