#include "com/download/property_text.h"

#include "com/download/download_values.h"
#include "com/object/hresult.h"
#include "com/object/wide_text.h"

#include <stdlib.h>

HRESULT property_text_put(const char *text, VARIANT *value_out)
{
    LPWSTR wide = NULL;
    HRESULT hr = text ? wide_text_from_utf8(text, &wide) : hresult_from_status(ODO_E_NOT_SET);

    if (FAILED(hr)) {
        return hr;
    }
    V_BSTR(value_out) = SysAllocString(wide);
    CoTaskMemFree(wide);
    return V_BSTR(value_out) ? S_OK : E_OUTOFMEMORY;
}

HRESULT property_text_take(const VARIANT *value, char **text_out)
{
    return hresult_from_status(
        wide_text_to_utf8(V_BSTR(value) ? V_BSTR(value) : L"", text_out));
}

HRESULT property_text_get_setting(struct download *download, enum download_text which,
                                  VARIANT *value_out)
{
    char *text = download_get_text(download, which);
    HRESULT hr = property_text_put(text, value_out);

    free(text);
    return hr;
}

HRESULT property_text_get_of_job(struct download *download, enum odo_job_text which,
                                 VARIANT *value_out)
{
    char *text = NULL;
    HRESULT hr = hresult_from_status(odo_job_get_text(download_job(download), which, &text));

    if (SUCCEEDED(hr)) {
        hr = property_text_put(*text ? text : NULL, value_out);
    }
    odo_free(text);
    return hr;
}

HRESULT property_text_set_of_job(struct download *download, enum odo_job_text which,
                                 const VARIANT *value)
{
    char *text = NULL;
    HRESULT hr = property_text_take(value, &text);

    if (SUCCEEDED(hr)) {
        hr = hresult_from_status(odo_job_set_text(download_job(download), which, text));
    }
    free(text);
    return hr;
}

HRESULT property_text_get_of_file(struct download *download, enum odo_file_text which,
                                  VARIANT *value_out)
{
    char *text = NULL;
    HRESULT hr = hresult_from_status(ODO_E_NOT_SET);

    if (download_has_file(download)) {
        hr = hresult_from_status(odo_file_get_text(download_job(download), 0, which, &text));
    }
    if (SUCCEEDED(hr)) {
        hr = property_text_put(*text ? text : NULL, value_out);
    }
    odo_free(text);
    return hr;
}
