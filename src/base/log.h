/*
 * One logging function and one sink, which the host may replace. Nothing is logged unless a
 * sink is set. Never log a URL's user info or query, a header's value, or a path's content.
 */
#ifndef ODO_BASE_LOG_H
#define ODO_BASE_LOG_H

#include "base/text.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/*
 * `line` is one line without an end, at most LOG_LINE_MAX bytes. Longer ones are cut between
 * two characters; control characters have become '?', so nobody can add a line of his own.
 */
typedef void log_sink(void *context, enum log_level level, const char *line);

enum { LOG_LINE_MAX = 1000 };

/* Set before threads start, and keep. Lines above `most` are not formatted; NULL logs none. */
void log_use(log_sink *sink, void *context, enum log_level most);

void log_write(enum log_level level, const char *format, ...) TEXT_FORMAT_CHECK(2, 3);

#endif
