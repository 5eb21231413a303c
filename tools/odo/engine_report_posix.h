/*
 * Converts the engine's errors to reports and exit codes. Included by the POSIX files only.
 */
#ifndef ODO_TOOL_ENGINE_REPORT_POSIX_H
#define ODO_TOOL_ENGINE_REPORT_POSIX_H

#include "report.h"

#include <odo/types.h>

void report_engine_error(const struct odo_error *error, struct error_report *report_out);

#endif
