/*
 * What was logged, to be looked at by a test. One at a time.
 */
#ifndef SUPPORT_LOG_LINES_H
#define SUPPORT_LOG_LINES_H

#include <stddef.h>

/* From now on keep warnings and errors; forget earlier ones. While no other thread logs. */
void log_lines_start(void);
void log_lines_stop(void);

/* How many lines hold this text; "" counts all. */
size_t log_lines_count(const char *text);

#endif
