/*
 * Client settings of a download that the engine does not have, serialized as text that the
 * engine stores with the job: lines of "Name=value", with line ends and backslashes in values
 * escaped.
 */
#ifndef ODO_COM_DOWNLOAD_DOWNLOAD_SETTINGS_H
#define ODO_COM_DOWNLOAD_DOWNLOAD_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

/* String settings; NULL means never set. */
enum download_text {
    DOWNLOAD_URI,
    DOWNLOAD_LOCAL_PATH,
    DOWNLOAD_DISPLAY_NAME,
    DOWNLOAD_INTEGRITY_INFO,
    DOWNLOAD_TEXT_COUNT
};

enum download_number {
    DOWNLOAD_CALLBACK_PERCENT,    /* default 0 */
    DOWNLOAD_CALLBACK_SECONDS,    /* default 1 */
    DOWNLOAD_IS_BLOCKING,         /* default 0 */
    DOWNLOAD_DISALLOWS_CELLULAR,  /* default 0 */
    DOWNLOAD_INTEGRITY_MANDATORY, /* default 0 */
    DOWNLOAD_COST_POLICY,         /* a DODownloadCostPolicy plus one; 0: never set */
    DOWNLOAD_TOTAL_SIZE,          /* of the remote file; default DOWNLOAD_SIZE_NOT_SET */
    DOWNLOAD_NUMBER_COUNT
};

#define DOWNLOAD_SIZE_NOT_SET UINT64_MAX

struct download_settings {
    char *texts[DOWNLOAD_TEXT_COUNT]; /* owned; NULL means never set */
    uint64_t numbers[DOWNLOAD_NUMBER_COUNT];
};

void download_settings_init(struct download_settings *settings);
void download_settings_free(struct download_settings *settings);

/* NULL when out of memory; release with free(). */
char *download_settings_write(const struct download_settings *settings);

/*
 * Parse the output of download_settings_write(), replacing values. The text comes from disk:
 * invalid lines are ignored. False when out of memory.
 */
bool download_settings_read(struct download_settings *settings, const char *text);

#endif
