#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static struct {
    log_sink *sink;
    void *context;
    enum log_level most;
} log_target;

void log_use(log_sink *sink, void *context, enum log_level most)
{
    log_target.sink = sink;
    log_target.context = context;
    log_target.most = most;
}

/* Remove a truncated UTF-8 sequence at the end of `line`. */
static void drop_broken_end(char *line)
{
    size_t length = strlen(line);
    size_t tail = 0;

    while (tail < length && tail < 3 &&
           ((unsigned char)line[length - 1 - tail] & 0xc0) == 0x80) {
        tail++;
    }
    if (tail < length && (unsigned char)line[length - 1 - tail] >= 0xc0) {
        unsigned char first = (unsigned char)line[length - 1 - tail];
        size_t wanted = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;

        if (tail < wanted) {
            line[length - 1 - tail] = '\0';
        }
    }
}

void log_write(enum log_level level, const char *format, ...)
{
    char line[LOG_LINE_MAX + 1];
    va_list arguments;
    int length;

    if (!log_target.sink || level > log_target.most) {
        return;
    }
    va_start(arguments, format);
    length = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    if (length < 0) {
        return;
    }
    if ((size_t)length >= sizeof(line)) {
        drop_broken_end(line);
    }
    /* Data from a server must not start a log line of its own. */
    for (char *next = line; *next; next++) {
        if ((unsigned char)*next < 0x20 || *next == 0x7f) {
            *next = '?';
        }
    }
    log_target.sink(log_target.context, level, line);
}
