/*
 * Jobs and files as JSON. NULL and false mean out of memory.
 */
#ifndef ODO_TOOL_JOB_JSON_H
#define ODO_TOOL_JOB_JSON_H

#include "job_view.h"

#include <cjson/cJSON.h>

/*
 *   {"id":..., "name":..., "description":..., "state":"transferring", "priority":"normal",
 *    "bytes_total":null|1000, "bytes_transferred":450, "files_total":2,
 *    "files_transferred":1, "created":"2026-11-23T06:52:20Z", "modified":...,
 *    "transferred":null|..., "error_count":0, "error":null|{"code":..., "text":...}}
 */
cJSON *job_json_create(const struct job_view *view);

/*
 * Append to an array:
 *
 *   {"index":0, "url":..., "file":..., "ranges":3, "bytes_total":null|300,
 *    "bytes_transferred":100, "completed":false,
 *    "statistics":null|{"file_size":null|1000000, "bytes_received":100, "connections":1,
 *                       "requests":null|2, "seconds":0.125}}
 *
 * With a job, "job", "name" and "state" of it come first.
 */
bool job_json_append_file(cJSON *array, const struct job_view *job,
                          const struct file_view *file);

#endif
