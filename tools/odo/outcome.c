#include "outcome.h"

#include "json.h"
#include "progress_bar.h"

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

static bool fill_in(cJSON *object, const struct outcome *outcome)
{
    return cJSON_AddStringToObject(object, "url", outcome->url) &&
           cJSON_AddStringToObject(object, "file", outcome->path) &&
           json_add_number(object, "bytes", outcome->bytes) &&
           json_add_number(object, "ranges", outcome->range_count) &&
           json_add_seconds(object, "seconds", outcome->elapsed_ms) &&
           cJSON_AddStringToObject(object, "state", state_names[outcome->state]) &&
           json_add_error(object, "error",
                          outcome->state == OUTCOME_FAILED ? &outcome->error : NULL);
}

bool outcome_print_json(FILE *file, const struct outcome *outcome)
{
    cJSON *object = cJSON_CreateObject();

    if (object && !fill_in(object, outcome)) {
        cJSON_Delete(object);
        object = NULL;
    }
    return json_print_and_free(file, object);
}
