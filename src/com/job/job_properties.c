#include "com/job/job_properties.h"

#include "com/job/callback.h"
#include "com/network/job_wish.h"
#include "com/object/hresult.h"
#include "com/object/properties.h"
#include "com/object/wide_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

/* --- IBackgroundCopyJob5 -------------------------------------------------------------- */

static HRESULT set_cost_flags(struct odo_job *job, DWORD flags)
{
    HRESULT hr = hresult_from_status(odo_job_set_number(job, ODO_JOB_COST_FLAGS, flags));

    if (SUCCEEDED(hr)) {
        job_wish_changed(job);
    }
    return hr;
}

static HRESULT set_notification_class(struct odo_job *job, const CLSID *class)
{
    WCHAR wide[64] = L"";
    char *text = NULL;
    enum odo_status status;

    if (!IsEqualGUID(class, &GUID_NULL)) {
        StringFromGUID2(class, wide, ARRAYSIZE(wide));
    }
    status = wide_text_to_utf8(wide, &text);
    if (status == ODO_OK) {
        status = odo_job_set_text(job, ODO_JOB_LISTENER, text);
    }
    free(text);
    return status == ODO_OK ? callback_class_changed(job) : hresult_from_status(status);
}

static HRESULT get_notification_class(struct odo_job *job, CLSID *class_out)
{
    LPWSTR wide = NULL;
    char *text = NULL;
    HRESULT hr = hresult_from_status(odo_job_get_text(job, ODO_JOB_LISTENER, &text));

    if (FAILED(hr)) {
        return hr;
    }
    hr = wide_text_from_utf8(text, &wide);
    odo_free(text);
    if (SUCCEEDED(hr)) {
        hr = *wide ? CLSIDFromString(wide, class_out) : S_OK; /* already GUID_NULL */
    }
    CoTaskMemFree(wide);
    return hr;
}

HRESULT job_properties_set_bits(struct odo_job *job, BITS_JOB_PROPERTY_ID id,
                                const BITS_JOB_PROPERTY_VALUE *value)
{
    if (id == BITS_JOB_PROPERTY_NOTIFICATION_CLSID) {
        return set_notification_class(job, &value->ClsID);
    }
    if (id != BITS_JOB_PROPERTY_ID_COST_FLAGS) {
        return E_NOTIMPL;
    }
    return job_wish_is_policy(value->Dword) ? set_cost_flags(job, value->Dword) : E_INVALIDARG;
}

HRESULT job_properties_get_bits(struct odo_job *job, BITS_JOB_PROPERTY_ID id,
                                BITS_JOB_PROPERTY_VALUE *value_out)
{
    if (!value_out) {
        return E_INVALIDARG;
    }
    *value_out = (BITS_JOB_PROPERTY_VALUE){.ClsID = {0}};
    if (id == BITS_JOB_PROPERTY_NOTIFICATION_CLSID) {
        return get_notification_class(job, &value_out->ClsID);
    }
    if (id != BITS_JOB_PROPERTY_ID_COST_FLAGS) {
        return E_NOTIMPL;
    }
    value_out->Dword = job_wish_flags(job);
    return S_OK;
}

/* --- IDeliveryOptimizationJob2 -------------------------------------------------------- */

/* JSON, such as {"HResult":"0x80190194"}; empty without an error. */
static HRESULT get_extended_error_info(void *object, VARIANT *value_out)
{
    struct odo_job *job = object;
    struct odo_error error;
    WCHAR text[32] = L"";

    if (odo_job_get_error(job, &error, NULL) == ODO_OK) {
        swprintf(text, ARRAYSIZE(text), L"{\"HResult\":\"0x%08lx\"}",
                 (unsigned long)hresult_from_error(&error));
    }
    V_BSTR(value_out) = SysAllocString(text);
    return V_BSTR(value_out) ? S_OK : E_OUTOFMEMORY;
}

static const struct property job_property_table[] = {
    {DOJobPropertyId_ExtendedErrorInfo, VT_BSTR, get_extended_error_info, NULL},
};

HRESULT job_properties_set(struct odo_job *job, DOJobPropertyId id, const VARIANT *value)
{
    return properties_set(job_property_table, ARRAYSIZE(job_property_table), job, (LONG)id,
                          value);
}

HRESULT job_properties_get(struct odo_job *job, DOJobPropertyId id, VARIANT *value_out)
{
    return properties_get(job_property_table, ARRAYSIZE(job_property_table), job, (LONG)id,
                          value_out);
}
