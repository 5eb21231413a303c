/*
 * What a client has set on a download and the engine has no name for, as lines of text that the
 * engine keeps with the job: "Name=value", with a line's end or a backslash in a value escaped.
 */
#ifndef ODO_COM_DOWNLOAD_DOWNLOAD_SETTINGS_H
#define ODO_COM_DOWNLOAD_DOWNLOAD_SETTINGS_H

#include "com/download/download.h"

struct download_settings {
    char *texts[DOWNLOAD_TEXT_COUNT]; /* owned; NULL was never set */
    uint64_t numbers[DOWNLOAD_NUMBER_COUNT];
};

void download_settings_init(struct download_settings *settings);
void download_settings_free(struct download_settings *settings);

/* NULL without memory; free() ends it. */
char *download_settings_write(const struct download_settings *settings);

/*
 * Read what the above has written, over what is there. The text comes from the disk: a line
 * that makes no sense is left out. False without memory.
 */
bool download_settings_read(struct download_settings *settings, const char *text);

#endif
