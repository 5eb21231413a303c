#include "job_json.h"

#include "json.h"

static bool fill_in_job(cJSON *object, const struct job_view *view, const char *id)
{
    return cJSON_AddStringToObject(object, "id", id) &&
           cJSON_AddStringToObject(object, "name", view->name) &&
           cJSON_AddStringToObject(object, "description", view->description) &&
           cJSON_AddStringToObject(object, "state", job_view_state_name(view->state)) &&
           cJSON_AddStringToObject(object, "priority",
                                   job_view_priority_name(view->priority)) &&
           json_add_size(object, "bytes_total", view->progress.bytes_total) &&
           json_add_number(object, "bytes_transferred", view->progress.bytes_transferred) &&
           json_add_number(object, "files_total", view->progress.files_total) &&
           json_add_number(object, "files_transferred", view->progress.files_transferred) &&
           json_add_time(object, "created", view->created_us) &&
           json_add_time(object, "modified", view->modified_us) &&
           json_add_time(object, "transferred", view->transferred_us) &&
           json_add_number(object, "error_count", view->error_count) &&
           json_add_error(object, "error", view->has_error ? &view->error : NULL);
}

cJSON *job_json_create(const struct job_view *view)
{
    char id[JOB_ID_TEXT_BYTES];
    cJSON *object = cJSON_CreateObject();

    if (object && !fill_in_job(object, view, job_id_format(&view->id, id))) {
        cJSON_Delete(object);
        object = NULL;
    }
    return object;
}

static bool add_statistics(cJSON *object, const struct file_view *file)
{
    cJSON *statistics;

    if (!file->has_statistics) {
        return cJSON_AddNullToObject(object, "statistics") != NULL;
    }
    statistics = cJSON_AddObjectToObject(object, "statistics");
    return statistics && json_add_size(statistics, "file_size", file->file_size) &&
           json_add_number(statistics, "bytes_received", file->bytes_received) &&
           json_add_number(statistics, "connections", file->connections) &&
           (file->has_requests ? json_add_number(statistics, "requests", file->requests)
                               : cJSON_AddNullToObject(statistics, "requests") != NULL) &&
           json_add_seconds(statistics, "seconds", file->transferring_ms);
}

static bool add_job(cJSON *object, const struct job_view *job)
{
    char id[JOB_ID_TEXT_BYTES];

    return cJSON_AddStringToObject(object, "job", job_id_format(&job->id, id)) &&
           cJSON_AddStringToObject(object, "name", job->name) &&
           cJSON_AddStringToObject(object, "state", job_view_state_name(job->state));
}

static bool fill_in_file(cJSON *object, const struct file_view *file)
{
    return json_add_number(object, "index", file->index) &&
           cJSON_AddStringToObject(object, "url", file->url) &&
           cJSON_AddStringToObject(object, "file", file->path) &&
           json_add_number(object, "ranges", file->range_count) &&
           json_add_size(object, "bytes_total", file->bytes_total) &&
           json_add_number(object, "bytes_transferred", file->bytes_transferred) &&
           cJSON_AddBoolToObject(object, "completed", file->completed) &&
           add_statistics(object, file);
}

bool job_json_append_file(cJSON *array, const struct job_view *job,
                          const struct file_view *file)
{
    cJSON *object = cJSON_CreateObject();

    if (object && (!job || add_job(object, job)) && fill_in_file(object, file) &&
        cJSON_AddItemToArray(array, object)) {
        return true;
    }
    cJSON_Delete(object);
    return false;
}
