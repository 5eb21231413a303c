/*
 * One logging function and one sink, which the host may set; without one nothing is logged.
 * Never log a URL's user info or query, a header's value, or a file's path.
 */
#ifndef ODO_BASE_LOG_H
#define ODO_BASE_LOG_H

#include "base/text.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/*
 * `line` is a single line without a line end, at most LOG_LINE_MAX bytes. Longer ones are
 * truncated between characters; control characters are replaced by '?', so that log lines
 * cannot be forged.
 */
typedef void log_sink(void *context, enum log_level level, const char *line);

enum { LOG_LINE_MAX = 1000 };

/* Call before threads start, and do not change later. Lines above `most` are not formatted;
 * NULL disables logging. */
void log_use(log_sink *sink, void *context, enum log_level most);

void log_write(enum log_level level, const char *format, ...) TEXT_FORMAT_CHECK(2, 3);

#endif
