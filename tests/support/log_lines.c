#include "support/log_lines.h"

#include "base/log.h"
#include "platform/thread.h"

#include <stdio.h>
#include <string.h>

enum { LINES_MOST = 1000 };

static struct platform_mutex *lock; /* made once, and kept */
static char lines[LINES_MOST][LOG_LINE_MAX + 1];
static size_t line_count;

static void note(void *context, enum log_level level, const char *line)
{
    (void)context;
    (void)level;
    platform_mutex_lock(lock);
    if (line_count < LINES_MOST) {
        snprintf(lines[line_count++], sizeof(lines[0]), "%s", line);
    }
    platform_mutex_unlock(lock);
}

void log_lines_start(void)
{
    lock = lock ? lock : platform_mutex_create();
    line_count = 0;
    log_use(note, NULL, LOG_WARNING);
}

void log_lines_stop(void)
{
    log_use(NULL, NULL, LOG_WARNING);
}

size_t log_lines_count(const char *text)
{
    size_t count = 0;

    platform_mutex_lock(lock);
    for (size_t i = 0; i < line_count; i++) {
        count += strstr(lines[i], text) != NULL;
    }
    platform_mutex_unlock(lock);
    return count;
}
