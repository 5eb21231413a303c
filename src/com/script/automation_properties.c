#include "com/script/automation_properties.h"

#include "com/script/automation_error.h"
#include "com/script/automation_variant.h"

#include <deliveryoptimizationerrors.h>
#include <urlmon.h>
#include <wchar.h>

#define NOT_SET HRESULT_FROM_WIN32(ERROR_NOT_FOUND)

static const struct script_property {
    const WCHAR *name;
    DODownloadProperty id;
    VARTYPE type;
} properties[] = {
    {L"Id", DODownloadProperty_Id, VT_BSTR},
    {L"Uri", DODownloadProperty_Uri, VT_BSTR},
    {L"ContentId", DODownloadProperty_ContentId, VT_BSTR},
    {L"DisplayName", DODownloadProperty_DisplayName, VT_BSTR},
    {L"LocalPath", DODownloadProperty_LocalPath, VT_BSTR},
    {L"HttpCustomHeaders", DODownloadProperty_HttpCustomHeaders, VT_BSTR},
    {L"CostPolicy", DODownloadProperty_CostPolicy, VT_UI4},
    {L"SecurityFlags", DODownloadProperty_SecurityFlags, VT_UI4},
    {L"CallbackFreqPercent", DODownloadProperty_CallbackFreqPercent, VT_UI4},
    {L"CallbackFreqSeconds", DODownloadProperty_CallbackFreqSeconds, VT_UI4},
    {L"NoProgressTimeoutSeconds", DODownloadProperty_NoProgressTimeoutSeconds, VT_UI4},
    {L"ForegroundPriority", DODownloadProperty_ForegroundPriority, VT_BOOL},
    {L"BlockingMode", DODownloadProperty_BlockingMode, VT_BOOL},
    {L"NetworkToken", DODownloadProperty_NetworkToken, VT_BOOL},
    {L"CorrelationVector", DODownloadProperty_CorrelationVector, VT_BSTR},
    {L"DecryptionInfo", DODownloadProperty_DecryptionInfo, VT_BSTR},
    {L"IntegrityCheckInfo", DODownloadProperty_IntegrityCheckInfo, VT_BSTR},
    {L"IntegrityCheckMandatory", DODownloadProperty_IntegrityCheckMandatory, VT_BOOL},
    {L"TotalSizeBytes", DODownloadProperty_TotalSizeBytes, VT_UI8},
    {L"DisallowOnCellular", DODownloadProperty_DisallowOnCellular, VT_BOOL},
    {L"HttpCustomAuthHeaders", DODownloadProperty_HttpCustomAuthHeaders, VT_BSTR},
    {L"HttpAllowSecureToNonSecureRedirect",
     DODownloadProperty_HttpAllowSecureToNonSecureRedirect, VT_BOOL},
    {L"NonVolatile", DODownloadProperty_NonVolatile, VT_BOOL},
    {L"HttpRedirectionTarget", DODownloadProperty_HttpRedirectionTarget, VT_BSTR},
    {L"HttpResponseHeaders", DODownloadProperty_HttpResponseHeaders, VT_BSTR},
    {L"HttpServerIPAddress", DODownloadProperty_HttpServerIPAddress, VT_BSTR},
    {L"HttpStatusCode", DODownloadProperty_HttpStatusCode, VT_UI4},
};

static const struct script_property *find(BSTR name)
{
    for (size_t i = 0; i < ARRAYSIZE(properties); i++) {
        if (name && _wcsicmp(properties[i].name, name) == 0) {
            return &properties[i];
        }
    }
    return NULL;
}

static HRESULT fail_name(BSTR name)
{
    return automation_error_format(DO_E_UNKNOWN_PROPERTY_ID, L"There is no property '%.100ls'",
                                   name ? name : L"");
}

/* Prefix an error's description with the property's name. */
static HRESULT pass_about(const struct script_property *property, HRESULT hr)
{
    return automation_error_pass(hr, property->name);
}

HRESULT automation_properties_get(IDODownload *download, BSTR name, VARIANT *value_out)
{
    const struct script_property *property = find(name);
    HRESULT hr;

    VariantInit(value_out);
    if (!property) {
        return fail_name(name);
    }
    hr = IDODownload_GetProperty(download, property->id, value_out);
    if (hr == NOT_SET) {
        VariantInit(value_out);
        return S_OK;
    }
    if (SUCCEEDED(hr) && (V_VT(value_out) == VT_UI8 || V_VT(value_out) == VT_UI4)) {
        hr = VariantChangeType(value_out, value_out, 0, VT_R8);
    }
    return pass_about(property, hr);
}

HRESULT automation_properties_set(IDODownload *download, BSTR name, const VARIANT *value)
{
    const struct script_property *property = find(name);
    VARIANT converted;
    HRESULT hr;

    if (!property) {
        return fail_name(name);
    }
    hr = automation_variant_convert(value, property->type, &converted);
    if (FAILED(hr)) {
        return automation_error_format(hr, L"%ls cannot be set to a value of this type or size",
                                       property->name);
    }
    hr = IDODownload_SetProperty(download, property->id, &converted);
    VariantClear(&converted);
    return pass_about(property, hr);
}

HRESULT automation_properties_get_text(IDODownload *download, DODownloadProperty property,
                                       BSTR *text_out)
{
    VARIANT value;
    HRESULT hr;

    *text_out = NULL;
    VariantInit(&value);
    hr = IDODownload_GetProperty(download, property, &value);
    if (SUCCEEDED(hr)) {
        *text_out = V_BSTR(&value);
        return S_OK;
    }
    if (hr == NOT_SET) {
        *text_out = SysAllocString(L"");
        hr = *text_out ? S_OK : E_OUTOFMEMORY;
    }
    return automation_error_pass(hr, NULL);
}

HRESULT automation_properties_set_text(IDODownload *download, DODownloadProperty property,
                                       BSTR text)
{
    VARIANT value;

    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = text;
    return automation_error_pass(IDODownload_SetProperty(download, property, &value), NULL);
}

HRESULT automation_properties_set_url(IDODownload *download, BSTR url)
{
    VARIANT value;
    HRESULT hr;

    if (SysStringLen(url) == 0) {
        return automation_error(E_INVALIDARG, L"The URL is empty");
    }
    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = url;
    hr = IDODownload_SetProperty(download, DODownloadProperty_Uri, &value);
    return hr == INET_E_INVALID_URL
               ? automation_error(hr, L"The URL is not one of http or https, with a host")
               : automation_error_pass(hr, L"The URL cannot be set");
}

HRESULT automation_properties_get_flag(IDODownload *download, DODownloadProperty property,
                                       VARIANT_BOOL *flag_out)
{
    VARIANT value;
    HRESULT hr;

    *flag_out = VARIANT_FALSE;
    VariantInit(&value);
    hr = IDODownload_GetProperty(download, property, &value);
    if (hr == NOT_SET) {
        return S_OK;
    }
    if (SUCCEEDED(hr)) {
        *flag_out = V_BOOL(&value);
    }
    return automation_error_pass(hr, NULL);
}

HRESULT automation_properties_set_flag(IDODownload *download, DODownloadProperty property,
                                       bool flag)
{
    VARIANT value;

    V_VT(&value) = VT_BOOL;
    V_BOOL(&value) = flag ? VARIANT_TRUE : VARIANT_FALSE;
    return automation_error_pass(IDODownload_SetProperty(download, property, &value), NULL);
}
