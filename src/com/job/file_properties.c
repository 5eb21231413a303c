#include "com/job/file_properties.h"

#include "com/calls/client_stream.h"
#include "com/object/caller.h"
#include "com/object/hresult.h"
#include "com/object/properties.h"
#include "com/object/wide_text.h"

#include <deliveryoptimizationerrors.h>
#include <stdlib.h>
#include <wchar.h>

/* Passed to readers and writers. */
struct file {
    struct odo_job *job;
    uint32_t index;
};

static HRESULT not_set(void)
{
    return hresult_from_status(ODO_E_NOT_SET);
}

/* --- Integrity checks, and decryption, which is not done ------------------------------ */

/* Rejected, so that encrypted content is never saved as if it were plain. */
static HRESULT set_decryption(void *object, const VARIANT *value)
{
    const WCHAR *text = V_BSTR(value) ? V_BSTR(value) : L"";

    (void)object;
    text += wcsspn(text, L" \t\r\n");
    return *text == L'{' ? E_NOTIMPL : E_INVALIDARG;
}

static HRESULT set_integrity(void *object, const VARIANT *value)
{
    const struct file *file = object;
    char *info = NULL;
    char *earlier = NULL;
    bool is_mandatory = false;
    enum odo_status status = wide_text_to_utf8(V_BSTR(value), &info);

    if (status == ODO_OK) {
        status = odo_file_get_integrity(file->job, file->index, &earlier, &is_mandatory);
        odo_free(earlier);
    }
    if (status == ODO_OK) {
        status = odo_file_set_integrity(file->job, file->index,
                                        &(struct odo_integrity){info, is_mandatory});
    }
    free(info);
    return hresult_from_status(status);
}

static HRESULT get_mandatory(void *object, VARIANT *value_out)
{
    const struct file *file = object;
    char *info = NULL;
    bool is_mandatory = false;
    enum odo_status status =
        odo_file_get_integrity(file->job, file->index, &info, &is_mandatory);

    bool is_set = info || is_mandatory;

    odo_free(info);
    if (status != ODO_OK) {
        return hresult_from_status(status);
    }
    if (!is_set) { /* integrity was never configured */
        return not_set();
    }
    V_BOOL(value_out) = is_mandatory ? VARIANT_TRUE : VARIANT_FALSE;
    return S_OK;
}

static HRESULT set_mandatory(void *object, const VARIANT *value)
{
    const struct file *file = object;
    char *info = NULL;
    bool earlier = false;
    enum odo_status status = odo_file_get_integrity(file->job, file->index, &info, &earlier);

    if (status == ODO_OK) {
        status = odo_file_set_integrity(file->job, file->index,
                                        &(struct odo_integrity){info, V_BOOL(value) != 0});
    }
    odo_free(info);
    return hresult_from_status(status);
}

/* --- Destination ---------------------------------------------------------------------- */

static HRESULT get_stream(void *object, VARIANT *value_out)
{
    const struct file *file = object;

    return client_stream_get(file->job, file->index, &V_UNKNOWN(value_out));
}

static HRESULT set_stream(void *object, const VARIANT *value)
{
    const struct file *file = object;

    return client_stream_set(file->job, file->index, V_UNKNOWN(value));
}

static HRESULT get_path(void *object, VARIANT *value_out)
{
    const struct file *file = object;
    char *path = NULL;
    LPWSTR wide = NULL;
    HRESULT hr = hresult_from_status(
        odo_file_get_text(file->job, file->index, ODO_FILE_LOCAL_PATH, &path));

    if (FAILED(hr)) {
        return hr;
    }
    hr = *path ? wide_text_from_utf8(path, &wide) : not_set();
    odo_free(path);
    if (FAILED(hr)) {
        return hr;
    }
    V_BSTR(value_out) = SysAllocString(wide);
    CoTaskMemFree(wide);
    return V_BSTR(value_out) ? S_OK : E_OUTOFMEMORY;
}

static HRESULT set_path(void *object, const VARIANT *value)
{
    const struct file *file = object;
    char *path = NULL;
    enum odo_status status = wide_text_to_utf8(V_BSTR(value), &path);
    bool has_entered;

    if (status == ODO_OK) {
        has_entered = caller_enter();
        status = odo_file_set_local_path(file->job, file->index, path);
        caller_leave(has_entered);
    }
    free(path);
    return hresult_from_status(status);
}

static HRESULT get_memory_stream(void *object, VARIANT *value_out)
{
    (void)object;
    (void)value_out;
    return DO_E_MEMORYSTREAM_DOWNLOAD_NOT_SUPPORTED;
}

static HRESULT set_memory_stream(void *object, const VARIANT *value)
{
    (void)object;
    (void)value;
    return DO_E_MEMORYSTREAM_DOWNLOAD_NOT_SUPPORTED;
}

/* --- Size ----------------------------------------------------------------------------- */

static HRESULT get_size(void *object, VARIANT *value_out)
{
    const struct file *file = object;
    struct odo_file_statistics statistics;

    odo_file_get_statistics(file->job, file->index, &statistics);
    if (statistics.file_size == ODO_SIZE_UNKNOWN) {
        return not_set();
    }
    V_UI8(value_out) = statistics.file_size;
    return S_OK;
}

static HRESULT set_size(void *object, const VARIANT *value)
{
    const struct file *file = object;

    return hresult_from_status(odo_file_set_size(file->job, file->index, V_UI8(value)));
}

static const struct property file_property_table[] = {
    {DOFilePropertyId_DecryptionInfo, VT_BSTR, NULL, set_decryption},
    {DOFilePropertyId_IntegrityCheckInfo, VT_BSTR, NULL, set_integrity},
    {DOFilePropertyId_IntegrityCheckMandatory, VT_BOOL, get_mandatory, set_mandatory},
    {DOFilePropertyId_DownloadSinkInterface, VT_UNKNOWN, get_stream, set_stream},
    {DOFilePropertyId_DownloadSinkFilePath, VT_BSTR, get_path, set_path},
    {DOFilePropertyId_DownloadSinkMemoryStream, PROPERTY_ANY_TYPE, get_memory_stream,
     set_memory_stream},
    {DOFilePropertyId_TotalSizeBytes, VT_UI8, get_size, set_size},
};

HRESULT file_properties_get(struct odo_job *job, uint32_t file_index, DOFilePropertyId id,
                            VARIANT *value_out)
{
    return properties_get(file_property_table, ARRAYSIZE(file_property_table),
                          &(struct file){job, file_index}, (LONG)id, value_out);
}

HRESULT file_properties_set(struct odo_job *job, uint32_t file_index, DOFilePropertyId id,
                            const VARIANT *value)
{
    return properties_set(file_property_table, ARRAYSIZE(file_property_table),
                          &(struct file){job, file_index}, (LONG)id, value);
}
