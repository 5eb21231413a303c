#include "com/download/download_settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const text_names[DOWNLOAD_TEXT_COUNT] = {
    [DOWNLOAD_URI] = "Uri",
    [DOWNLOAD_LOCAL_PATH] = "LocalPath",
    [DOWNLOAD_DISPLAY_NAME] = "DisplayName",
    [DOWNLOAD_INTEGRITY_INFO] = "IntegrityCheckInfo",
};

static const struct number_setting {
    const char *name;
    uint64_t normal;
    uint64_t most;
} number_settings[DOWNLOAD_NUMBER_COUNT] = {
    [DOWNLOAD_CALLBACK_PERCENT] = {"CallbackFreqPercent", 0, 100},
    [DOWNLOAD_CALLBACK_SECONDS] = {"CallbackFreqSeconds", 1, UINT32_MAX},
    [DOWNLOAD_IS_BLOCKING] = {"BlockingMode", 0, 1},
    [DOWNLOAD_DISALLOWS_CELLULAR] = {"DisallowOnCellular", 0, 1},
    [DOWNLOAD_INTEGRITY_MANDATORY] = {"IntegrityCheckMandatory", 0, 1},
    [DOWNLOAD_COST_POLICY] = {"CostPolicy", 0, 6},
    [DOWNLOAD_TOTAL_SIZE] = {"TotalSizeBytes", DOWNLOAD_SIZE_NOT_SET, UINT64_MAX},
};

void download_settings_init(struct download_settings *settings)
{
    *settings = (struct download_settings){0};
    for (size_t i = 0; i < DOWNLOAD_NUMBER_COUNT; i++) {
        settings->numbers[i] = number_settings[i].normal;
    }
}

void download_settings_free(struct download_settings *settings)
{
    for (size_t i = 0; i < DOWNLOAD_TEXT_COUNT; i++) {
        free(settings->texts[i]);
        settings->texts[i] = NULL;
    }
}

/* --- Writing -------------------------------------------------------------------------- */

static char *put_text(char *at, const char *text)
{
    size_t length = strlen(text);

    memcpy(at, text, length);
    return at + length;
}

static char *put_escaped(char *at, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '\n':
            at = put_text(at, "\\n");
            break;
        case '\\':
            at = put_text(at, "\\\\");
            break;
        default:
            *at++ = *text;
            break;
        }
    }
    return at;
}

char *download_settings_write(const struct download_settings *settings)
{
    enum { NAME_AND_NUMBER = 64 };
    size_t size = (size_t)DOWNLOAD_NUMBER_COUNT * NAME_AND_NUMBER + 1;
    char *text;
    char *at;

    for (size_t i = 0; i < DOWNLOAD_TEXT_COUNT; i++) {
        size += settings->texts[i] ? NAME_AND_NUMBER + 2 * strlen(settings->texts[i]) : 0;
    }
    text = malloc(size);
    if (!text) {
        return NULL;
    }
    at = text;
    for (size_t i = 0; i < DOWNLOAD_TEXT_COUNT; i++) {
        if (settings->texts[i]) {
            at = put_text(at, text_names[i]);
            *at++ = '=';
            at = put_escaped(at, settings->texts[i]);
            *at++ = '\n';
        }
    }
    for (size_t i = 0; i < DOWNLOAD_NUMBER_COUNT; i++) {
        if (settings->numbers[i] != number_settings[i].normal) {
            at += snprintf(at, NAME_AND_NUMBER, "%s=%llu\n", number_settings[i].name,
                           (unsigned long long)settings->numbers[i]);
        }
    }
    *at = '\0';
    return text;
}

/* --- Reading -------------------------------------------------------------------------- */

/* The value in [from, to), unescaped. NULL when out of memory. */
static char *take_escaped(const char *from, const char *to)
{
    char *text = malloc((size_t)(to - from) + 1);
    char *at = text;

    while (text && from < to) {
        if (*from == '\\' && from + 1 < to) {
            from++;
            *at++ = *from == 'n' ? '\n' : *from;
        } else {
            *at++ = *from;
        }
        from++;
    }
    if (text) {
        *at = '\0';
    }
    return text;
}

static void take_number(struct download_settings *settings, const char *name, size_t length,
                        const char *value)
{
    char *end;
    unsigned long long number = strtoull(value, &end, 10);

    if (*value < '0' || *value > '9' || (*end != '\n' && *end != '\0')) {
        return;
    }
    for (size_t i = 0; i < DOWNLOAD_NUMBER_COUNT; i++) {
        const struct number_setting *setting = &number_settings[i];

        if (strlen(setting->name) == length && strncmp(setting->name, name, length) == 0 &&
            number <= setting->most) {
            settings->numbers[i] = number;
        }
    }
}

bool download_settings_read(struct download_settings *settings, const char *text)
{
    while (*text) {
        const char *end = strchr(text, '\n');
        const char *value;

        end = end ? end : text + strlen(text);
        value = memchr(text, '=', (size_t)(end - text));
        if (value) {
            size_t length = (size_t)(value - text);

            value++;
            for (size_t i = 0; i < DOWNLOAD_TEXT_COUNT; i++) {
                if (strlen(text_names[i]) == length &&
                    strncmp(text_names[i], text, length) == 0) {
                    char *taken = take_escaped(value, end);

                    if (!taken) {
                        return false;
                    }
                    free(settings->texts[i]);
                    settings->texts[i] = taken;
                }
            }
            take_number(settings, text, length, value);
        }
        text = *end ? end + 1 : end;
    }
    return true;
}
