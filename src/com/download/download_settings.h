/*
 * What a client has set on a download and the engine has no name for, as lines of text that the
 * engine keeps with the job: "Name=value", with a line's end or a backslash in a value escaped.
 */
#ifndef ODO_COM_DOWNLOAD_DOWNLOAD_SETTINGS_H
#define ODO_COM_DOWNLOAD_DOWNLOAD_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

/* Texts that are set by the client; NULL is one that never was. */
enum download_text {
    DOWNLOAD_URI,
    DOWNLOAD_LOCAL_PATH,
    DOWNLOAD_DISPLAY_NAME,
    DOWNLOAD_INTEGRITY_INFO,
    DOWNLOAD_TEXT_COUNT
};

enum download_number {
    DOWNLOAD_CALLBACK_PERCENT,    /* 0 */
    DOWNLOAD_CALLBACK_SECONDS,    /* 1 */
    DOWNLOAD_IS_BLOCKING,         /* 0 */
    DOWNLOAD_DISALLOWS_CELLULAR,  /* 0 */
    DOWNLOAD_INTEGRITY_MANDATORY, /* 0 */
    DOWNLOAD_COST_POLICY,         /* one more than a DODownloadCostPolicy; 0: never set */
    DOWNLOAD_TOTAL_SIZE,          /* of the remote file; DOWNLOAD_SIZE_NOT_SET */
    DOWNLOAD_NUMBER_COUNT
};

#define DOWNLOAD_SIZE_NOT_SET UINT64_MAX

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
