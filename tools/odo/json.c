#include "json.h"

#include "report.h"
#include "time_text.h"

#include <odo/types.h>

#include <inttypes.h>

/* cJSON's own numbers are doubles, which are inexact for large integers. */
bool json_add_number(cJSON *object, const char *name, uint64_t number)
{
    char digits[24];

    (void)snprintf(digits, sizeof(digits), "%" PRIu64, number);
    return cJSON_AddRawToObject(object, name, digits) != NULL;
}

bool json_add_size(cJSON *object, const char *name, uint64_t size)
{
    if (size == ODO_SIZE_UNKNOWN) {
        return cJSON_AddNullToObject(object, name) != NULL;
    }
    return json_add_number(object, name, size);
}

bool json_add_seconds(cJSON *object, const char *name, uint64_t milliseconds)
{
    char digits[32];

    (void)snprintf(digits, sizeof(digits), "%" PRIu64 ".%03u", milliseconds / 1000,
                   (unsigned)(milliseconds % 1000));
    return cJSON_AddRawToObject(object, name, digits) != NULL;
}

bool json_add_time(cJSON *object, const char *name, int64_t microseconds)
{
    char text[TIME_TEXT_BYTES];

    if (microseconds == 0) {
        return cJSON_AddNullToObject(object, name) != NULL;
    }
    return cJSON_AddStringToObject(object, name, time_text_format(microseconds, text)) != NULL;
}

bool json_add_error(cJSON *object, const char *name, const struct error_report *report)
{
    cJSON *error;

    if (!report) {
        return cJSON_AddNullToObject(object, name) != NULL;
    }
    error = cJSON_AddObjectToObject(object, name);
    return error && cJSON_AddStringToObject(error, "code", report->code) &&
           cJSON_AddStringToObject(error, "text", report->text);
}

bool json_print_and_free(FILE *file, cJSON *value)
{
    char *text = value ? cJSON_PrintUnformatted(value) : NULL;
    bool printed = false;

    if (text) {
        (void)fprintf(file, "%s\n", text);
        printed = fflush(file) == 0 && !ferror(file);
    }
    cJSON_free(text);
    cJSON_Delete(value);
    return printed;
}
