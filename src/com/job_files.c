#include "com/job_files.h"

#include "com/hresult.h"
#include "com/wide_text.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

/* The two range types are the same bytes, so the engine may copy the caller's array. */
static_assert(sizeof(BG_FILE_RANGE) == sizeof(struct byte_range), "same size");
static_assert(offsetof(BG_FILE_RANGE, InitialOffset) == offsetof(struct byte_range, offset),
              "same beginning");
static_assert(offsetof(BG_FILE_RANGE, Length) == offsetof(struct byte_range, length),
              "same order");
static_assert((UINT64)BG_LENGTH_TO_EOF == BYTE_RANGE_TO_END, "same meaning of to-end");
static_assert((UINT64)DO_UNKNOWN_FILE_SIZE == ODO_SIZE_UNKNOWN, "same meaning of unknown");

/*
 * A text that is missing or malformed is given to the engine as NULL, which refuses it in its
 * turn: the state of the job comes first.
 */
static bool convert(LPCWSTR wide, char **utf8_out)
{
    return wide_text_to_utf8(wide, utf8_out) != ODO_E_OUT_OF_MEMORY;
}

HRESULT job_files_add(struct odo_job *job, LPCWSTR file_id, LPCWSTR url, LPCWSTR path,
                      DWORD range_count, const BG_FILE_RANGE *ranges, UINT64 file_size)
{
    struct odo_file_request request = {
        .ranges = (const struct byte_range *)ranges,
        .range_count = range_count,
        .file_size = file_size,
    };
    char *texts[3] = {NULL, NULL, NULL};
    enum odo_status status = ODO_E_OUT_OF_MEMORY;

    if (convert(file_id, &texts[0]) && convert(url, &texts[1]) && convert(path, &texts[2])) {
        request.file_id = texts[0];
        request.url = texts[1];
        request.local_path = texts[2];
        status = odo_job_add_file(job, &request, /* file_index_out */ NULL);
    }
    for (size_t i = 0; i < ARRAYSIZE(texts); i++) {
        free(texts[i]);
    }
    return hresult_from_status(status);
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
