#include "outcome.h"

#include "progress_bar.h"

#include <cjson/cJSON.h>

#include <inttypes.h>

static const char *const state_names[] = {
    [OUTCOME_COMPLETE] = "complete",
    [OUTCOME_FAILED] = "failed",
    [OUTCOME_CANCELLED] = "cancelled",
};

bool outcome_print_words(FILE *file, const struct outcome *outcome)
{
    char text[32];

    (void)fprintf(file, "%s: %" PRIu64 " bytes", outcome->path, outcome->bytes);
    if (outcome->range_count > 0) {
        (void)fprintf(file, " of %" PRIu32 " range%s", outcome->range_count,
                      outcome->range_count == 1 ? "" : "s");
    }
    (void)fprintf(file, " in %" PRIu64 ".%" PRIu64 " s", outcome->elapsed_ms / 1000,
                  outcome->elapsed_ms % 1000 / 100);
    if (outcome->elapsed_ms > 0) {
        double rate = (double)outcome->bytes * 1000.0 / (double)outcome->elapsed_ms;

        (void)fprintf(file, ", %s/s",
                      progress_format_bytes((uint64_t)rate, text, sizeof(text)));
    }
    (void)fputc('\n', file);
    return fflush(file) == 0 && !ferror(file);
}

/* cJSON's own numbers are doubles, which lose the last digits of large ones. */
static bool add_number(cJSON *object, const char *name, const char *digits)
{
    return cJSON_AddRawToObject(object, name, digits) != NULL;
}

static bool add_error(cJSON *object, const struct outcome *outcome)
{
    cJSON *error;

    if (outcome->state != OUTCOME_FAILED) {
        return cJSON_AddNullToObject(object, "error") != NULL;
    }
    error = cJSON_AddObjectToObject(object, "error");
    return error && cJSON_AddStringToObject(error, "code", outcome->error.code) &&
           cJSON_AddStringToObject(error, "text", outcome->error.text);
}

static bool fill_in(cJSON *object, const struct outcome *outcome)
{
    char bytes[24];
    char ranges[16];
    char seconds[32];

    (void)snprintf(bytes, sizeof(bytes), "%" PRIu64, outcome->bytes);
    (void)snprintf(ranges, sizeof(ranges), "%" PRIu32, outcome->range_count);
    (void)snprintf(seconds, sizeof(seconds), "%" PRIu64 ".%03u", outcome->elapsed_ms / 1000,
                   (unsigned)(outcome->elapsed_ms % 1000));
    return cJSON_AddStringToObject(object, "url", outcome->url) &&
           cJSON_AddStringToObject(object, "file", outcome->path) &&
           add_number(object, "bytes", bytes) && add_number(object, "ranges", ranges) &&
           add_number(object, "seconds", seconds) &&
           cJSON_AddStringToObject(object, "state", state_names[outcome->state]) &&
           add_error(object, outcome);
}

bool outcome_print_json(FILE *file, const struct outcome *outcome)
{
    cJSON *object = cJSON_CreateObject();
    char *text = NULL;
    bool printed = false;

    if (object && fill_in(object, outcome)) {
        text = cJSON_PrintUnformatted(object);
    }
    if (text) {
        (void)fprintf(file, "%s\n", text);
        printed = fflush(file) == 0 && !ferror(file);
    }
    cJSON_free(text);
    cJSON_Delete(object);
    return printed;
}
