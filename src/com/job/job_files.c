#include "com/job/job_files.h"

#include "com/object/caller.h"
#include "com/object/hresult.h"
#include "com/object/wide_text.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

/* Both range types have the same layout, so the engine may copy the caller's array. */
static_assert(sizeof(BG_FILE_RANGE) == sizeof(struct byte_range), "same size");
static_assert(offsetof(BG_FILE_RANGE, InitialOffset) == offsetof(struct byte_range, offset),
              "same beginning");
static_assert(offsetof(BG_FILE_RANGE, Length) == offsetof(struct byte_range, length),
              "same order");
static_assert((UINT64)BG_LENGTH_TO_EOF == BYTE_RANGE_TO_END, "same meaning of to-end");
static_assert((UINT64)DO_UNKNOWN_FILE_SIZE == ODO_SIZE_UNKNOWN, "same meaning of unknown");

/*
 * Pass a missing or malformed text to the engine as an empty one, which it rejects after
 * checking the job's state. (A NULL path would mean: set later.)
 */
static const char *text_or_empty(const char *utf8)
{
    return utf8 ? utf8 : "";
}

static bool convert(LPCWSTR wide, char **utf8_out)
{
    return wide_text_to_utf8(wide, utf8_out) != ODO_E_OUT_OF_MEMORY;
}

/* Set the id and URL, and add the file. */
static enum odo_status add(struct odo_job *job, LPCWSTR file_id, LPCWSTR url,
                           struct odo_file_request *request, uint32_t *file_index_out)
{
    enum odo_status status = ODO_E_OUT_OF_MEMORY;
    char *id_text = NULL;
    char *url_text = NULL;
    bool has_entered;

    if (convert(file_id, &id_text) && convert(url, &url_text)) {
        request->file_id = text_or_empty(id_text);
        request->url = text_or_empty(url_text);
        has_entered = caller_enter();
        status = odo_job_add_file(job, request, file_index_out);
        caller_leave(has_entered);
    }
    free(url_text);
    free(id_text);
    return status;
}

HRESULT job_files_add(struct odo_job *job, LPCWSTR file_id, LPCWSTR url, LPCWSTR path,
                      DWORD range_count, const BG_FILE_RANGE *ranges, UINT64 file_size)
{
    enum odo_status status = ODO_E_OUT_OF_MEMORY;
    char *path_text = NULL;

    if (convert(path, &path_text)) {
        status = add(job, file_id, url,
                     &(struct odo_file_request){
                         .local_path = text_or_empty(path_text),
                         .ranges = (const struct byte_range *)ranges,
                         .range_count = range_count,
                         .file_size = file_size,
                     },
                     /* file_index_out */ NULL);
    }
    free(path_text);
    return hresult_from_status(status);
}

HRESULT job_files_add_without_path(struct odo_job *job, LPCWSTR file_id, LPCWSTR url,
                                   DWORD range_count, const BG_FILE_RANGE *ranges,
                                   uint32_t *file_index_out)
{
    return hresult_from_status(add(job, file_id, url,
                                   &(struct odo_file_request){
                                       .ranges = (const struct byte_range *)ranges,
                                       .range_count = range_count,
                                       .file_size = ODO_SIZE_UNKNOWN,
                                   },
                                   file_index_out));
}

HRESULT job_files_add_set(struct odo_job *job, ULONG count, const BG_FILE_INFO *files)
{
    HRESULT hr = S_OK;

    if (count == 0 || !files) {
        return E_INVALIDARG;
    }
    for (ULONG i = 0; i < count && SUCCEEDED(hr); i++) {
        hr = job_files_add(job, files[i].RemoteName, files[i].RemoteName, files[i].LocalName, 0,
                           NULL, DO_UNKNOWN_FILE_SIZE);
    }
    return hr;
}
