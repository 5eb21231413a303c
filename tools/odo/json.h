/*
 * Extends cJSON with 64-bit integers and unknown values. Each function returns false when out
 * of memory.
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

/* Write it on one line and free it. False if it is NULL or cannot be written. */
bool json_print_and_free(FILE *file, cJSON *value);

#endif
