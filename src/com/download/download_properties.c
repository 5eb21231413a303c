#include "com/download/download_properties.h"

#include "com/download/download_callback.h"
#include "com/download/download_status.h"
#include "com/download/download_values.h"
#include "com/download/property_text.h"
#include "com/download/security_context.h"
#include "com/network/conditions.h"
#include "com/object/hresult.h"
#include "com/object/properties.h"

#include <deliveryoptimizationerrors.h>
#include <stdlib.h>
#include <urlmon.h>
#include <wincrypt.h>

enum {
    TIMEOUT_LEAST_S = 60,
    PRIORITY_FOREGROUND = 0, /* in ODO_JOB_PRIORITY */
    PRIORITY_BACKGROUND = 2,
};

/* --- Permitted states ----------------------------------------------------------------- */

static HRESULT only_created(struct download *download)
{
    return download_status(download).State == DODownloadState_Created ? S_OK
                                                                      : DO_E_INVALID_STATE;
}

static HRESULT created_or_paused(struct download *download)
{
    DODownloadState state = download_status(download).State;

    return state == DODownloadState_Created || state == DODownloadState_Paused
               ? S_OK
               : DO_E_INVALID_STATE;
}

static HRESULT not_ended(struct download *download)
{
    DODownloadState state = download_status(download).State;

    return state == DODownloadState_Finalized || state == DODownloadState_Aborted
               ? DO_E_INVALID_STATE
               : S_OK;
}

/* --- Strings -------------------------------------------------------------------------- */

static HRESULT not_set(void)
{
    return hresult_from_status(ODO_E_NOT_SET);
}

static HRESULT get_id(void *object, VARIANT *value_out)
{
    enum { ID_LENGTH = 39 };
    WCHAR text[ID_LENGTH];
    GUID id;

    odo_job_get_id(download_job(object), (struct odo_job_id *)&id);
    StringFromGUID2(&id, text, ID_LENGTH);
    V_BSTR(value_out) = SysAllocString(text);
    return V_BSTR(value_out) ? S_OK : E_OUTOFMEMORY;
}

static HRESULT get_uri(void *object, VARIANT *value_out)
{
    return property_text_get_setting(object, DOWNLOAD_URI, value_out);
}

/* Not a complete validation, only the checks that clients expect before that of the state. */
static HRESULT check_uri(const WCHAR *uri)
{
    static const WCHAR *const schemes[] = {L"http://", L"https://"};

    if (!uri || *uri == L'\0') {
        return E_INVALIDARG;
    }
    for (size_t i = 0; i < ARRAYSIZE(schemes); i++) {
        size_t length = wcslen(schemes[i]);

        if (_wcsnicmp(uri, schemes[i], length) == 0) {
            WCHAR first = uri[length];

            return first == L'\0' || first == L'/' || first == L'?' || first == L'#' ||
                           first == L':' || wcslen(uri) > ODO_URL_MAX
                       ? INET_E_INVALID_URL
                       : S_OK;
        }
    }
    return INET_E_INVALID_URL;
}

static HRESULT set_uri(void *object, const VARIANT *value)
{
    HRESULT hr = check_uri(V_BSTR(value));
    char *text = NULL;

    if (SUCCEEDED(hr)) {
        hr = created_or_paused(object);
    }
    if (SUCCEEDED(hr)) {
        hr = property_text_take(value, &text);
    }
    if (SUCCEEDED(hr)) {
        hr = download_set_text(object, DOWNLOAD_URI, text);
    }
    free(text);
    return hr;
}

static HRESULT get_content_id(void *object, VARIANT *value_out)
{
    return property_text_get_of_job(object, ODO_JOB_CONTENT_ID, value_out);
}

static HRESULT set_content_id(void *object, const VARIANT *value)
{
    HRESULT hr =
        V_BSTR(value) && *V_BSTR(value) ? only_created(object) : DO_E_INVALID_CONTENT_ID;

    return SUCCEEDED(hr) ? property_text_set_of_job(object, ODO_JOB_CONTENT_ID, value) : hr;
}

static HRESULT get_display_name(void *object, VARIANT *value_out)
{
    return property_text_get_setting(object, DOWNLOAD_DISPLAY_NAME, value_out);
}

static HRESULT set_display_name(void *object, const VARIANT *value)
{
    char *text = NULL;
    HRESULT hr =
        SysStringLen(V_BSTR(value)) <= ODO_DISPLAY_NAME_MAX ? not_ended(object) : E_INVALIDARG;

    if (SUCCEEDED(hr)) {
        hr = property_text_take(value, &text);
    }
    if (SUCCEEDED(hr)) {
        hr = download_set_text(object, DOWNLOAD_DISPLAY_NAME, text);
    }
    free(text);
    return hr;
}

static HRESULT get_local_path(void *object, VARIANT *value_out)
{
    return property_text_get_setting(object, DOWNLOAD_LOCAL_PATH, value_out);
}

static HRESULT set_local_path(void *object, const VARIANT *value)
{
    IUnknown *stream = NULL;
    char *text = NULL;
    HRESULT hr;

    if (!V_BSTR(value) || *V_BSTR(value) == L'\0') {
        return E_INVALIDARG;
    }
    hr = only_created(object);
    if (SUCCEEDED(hr) && SUCCEEDED(download_get_stream(object, &stream))) {
        IUnknown_Release(stream);
        hr = DO_E_FILE_DOWNLOADSINK_ALREADY_SET;
    }
    if (SUCCEEDED(hr)) {
        hr = property_text_take(value, &text);
    }
    if (SUCCEEDED(hr)) {
        hr = download_set_text(object, DOWNLOAD_LOCAL_PATH, text);
    }
    free(text);
    return hr;
}

static HRESULT get_headers(void *object, VARIANT *value_out)
{
    return property_text_get_of_job(object, ODO_JOB_HEADERS, value_out);
}

static HRESULT set_headers(void *object, const VARIANT *value)
{
    HRESULT hr = created_or_paused(object);

    return SUCCEEDED(hr) ? property_text_set_of_job(object, ODO_JOB_HEADERS, value) : hr;
}

static HRESULT get_auth_headers(void *object, VARIANT *value_out)
{
    return property_text_get_of_job(object, ODO_JOB_AUTHENTICATION_HEADERS, value_out);
}

static HRESULT set_auth_headers(void *object, const VARIANT *value)
{
    HRESULT hr = created_or_paused(object);

    return SUCCEEDED(hr)
               ? property_text_set_of_job(object, ODO_JOB_AUTHENTICATION_HEADERS, value)
               : hr;
}

static HRESULT get_correlation_vector(void *object, VARIANT *value_out)
{
    return property_text_get_of_job(object, ODO_JOB_CORRELATION_VECTOR, value_out);
}

static HRESULT set_correlation_vector(void *object, const VARIANT *value)
{
    HRESULT hr = not_ended(object);

    return SUCCEEDED(hr) ? property_text_set_of_job(object, ODO_JOB_CORRELATION_VECTOR, value)
                         : hr;
}

/* --- Numbers and flags ---------------------------------------------------------------- */

static bool is_foreground(struct download *download)
{
    return odo_job_get_number(download_job(download), ODO_JOB_PRIORITY) == PRIORITY_FOREGROUND;
}

static void put_bool(VARIANT *value_out, bool flag)
{
    V_BOOL(value_out) = flag ? VARIANT_TRUE : VARIANT_FALSE;
}

static HRESULT get_cost_policy(void *object, VARIANT *value_out)
{
    V_UI4(value_out) = (ULONG)download_cost_wish(object).policy;
    return S_OK;
}

/* A property that restricts networks was set, or failed to be. */
static HRESULT after_wish(struct download *download, HRESULT hr)
{
    if (SUCCEEDED(hr)) {
        const struct cost_wish wish = download_cost_wish(download);

        conditions_changed(download_job(download), &wish);
    }
    return hr;
}

static HRESULT set_cost_policy(void *object, const VARIANT *value)
{
    HRESULT hr =
        V_UI4(value) <= DODownloadCostPolicy_NoCellular ? not_ended(object) : E_INVALIDARG;

    if (SUCCEEDED(hr)) {
        hr = download_set_number(object, DOWNLOAD_COST_POLICY, (uint64_t)V_UI4(value) + 1);
    }
    return after_wish(object, hr);
}

static HRESULT set_job_number(struct download *download, enum odo_job_number which,
                              uint32_t value)
{
    return hresult_from_status(odo_job_set_number(download_job(download), which, value));
}

static HRESULT set_security_flags(void *object, const VARIANT *value)
{
    const ULONG known = ODO_SECURITY_CHECK_REVOCATION | ODO_SECURITY_IGNORE_UNKNOWN_AUTHORITY |
                        ODO_SECURITY_IGNORE_WRONG_USAGE | ODO_SECURITY_IGNORE_WRONG_NAME |
                        ODO_SECURITY_IGNORE_DATE;
    HRESULT hr = V_UI4(value) & ~known ? E_INVALIDARG : created_or_paused(object);

    return SUCCEEDED(hr) ? set_job_number(object, ODO_JOB_SECURITY_FLAGS, V_UI4(value)) : hr;
}

static HRESULT get_percent(void *object, VARIANT *value_out)
{
    V_UI4(value_out) = (ULONG)download_get_number(object, DOWNLOAD_CALLBACK_PERCENT);
    return S_OK;
}

static HRESULT set_percent(void *object, const VARIANT *value)
{
    HRESULT hr = V_UI4(value) <= 100 ? not_ended(object) : E_INVALIDARG;

    if (SUCCEEDED(hr)) {
        hr = download_set_number(object, DOWNLOAD_CALLBACK_PERCENT, V_UI4(value));
    }
    if (SUCCEEDED(hr)) {
        download_callback_frequency_changed(object);
    }
    return hr;
}

static HRESULT get_seconds(void *object, VARIANT *value_out)
{
    V_UI4(value_out) = (ULONG)download_get_number(object, DOWNLOAD_CALLBACK_SECONDS);
    return S_OK;
}

static HRESULT set_seconds(void *object, const VARIANT *value)
{
    HRESULT hr = not_ended(object);

    if (SUCCEEDED(hr)) {
        hr = download_set_number(object, DOWNLOAD_CALLBACK_SECONDS, V_UI4(value));
    }
    if (SUCCEEDED(hr)) {
        download_callback_frequency_changed(object);
    }
    return hr;
}

static HRESULT get_timeout(void *object, VARIANT *value_out)
{
    V_UI4(value_out) = odo_job_get_number(download_job(object), ODO_JOB_NO_PROGRESS_TIMEOUT);
    return S_OK;
}

/* Here 0 means the default; to the engine it would mean no retries. */
static HRESULT set_timeout(void *object, const VARIANT *value)
{
    ULONG seconds = V_UI4(value);
    HRESULT hr = seconds > 0 && seconds < TIMEOUT_LEAST_S ? E_INVALIDARG : not_ended(object);

    return SUCCEEDED(hr) ? set_job_number(object, ODO_JOB_NO_PROGRESS_TIMEOUT,
                                          seconds > 0 ? seconds : DOWNLOAD_NO_PROGRESS_S)
                         : hr;
}

static HRESULT get_foreground(void *object, VARIANT *value_out)
{
    put_bool(value_out, is_foreground(object));
    return S_OK;
}

static HRESULT set_foreground(void *object, const VARIANT *value)
{
    HRESULT hr = not_ended(object);

    if (SUCCEEDED(hr)) {
        hr = set_job_number(object, ODO_JOB_PRIORITY,
                            V_BOOL(value) ? PRIORITY_FOREGROUND : PRIORITY_BACKGROUND);
    }
    return after_wish(object, hr); /* it determines the default cost policy */
}

static HRESULT get_flag(struct download *download, enum download_number which,
                        VARIANT *value_out)
{
    put_bool(value_out, download_get_number(download, which) != 0);
    return S_OK;
}

static HRESULT get_blocking(void *object, VARIANT *value_out)
{
    return get_flag(object, DOWNLOAD_IS_BLOCKING, value_out);
}

static HRESULT set_blocking(void *object, const VARIANT *value)
{
    HRESULT hr = created_or_paused(object);

    return SUCCEEDED(hr) ? download_set_number(object, DOWNLOAD_IS_BLOCKING, V_BOOL(value) != 0)
                         : hr;
}

static HRESULT get_cellular(void *object, VARIANT *value_out)
{
    return get_flag(object, DOWNLOAD_DISALLOWS_CELLULAR, value_out);
}

static HRESULT set_cellular(void *object, const VARIANT *value)
{
    HRESULT hr = not_ended(object);

    if (SUCCEEDED(hr)) {
        hr = download_set_number(object, DOWNLOAD_DISALLOWS_CELLULAR, V_BOOL(value) != 0);
    }
    return after_wish(object, hr);
}

static HRESULT get_mandatory(void *object, VARIANT *value_out)
{
    return get_flag(object, DOWNLOAD_INTEGRITY_MANDATORY, value_out);
}

static HRESULT set_mandatory(void *object, const VARIANT *value)
{
    HRESULT hr = only_created(object);

    return SUCCEEDED(hr)
               ? download_set_number(object, DOWNLOAD_INTEGRITY_MANDATORY, V_BOOL(value) != 0)
               : hr;
}

static HRESULT get_size(void *object, VARIANT *value_out)
{
    struct odo_file_statistics statistics = {.file_size = ODO_SIZE_UNKNOWN};

    if (download_has_file(object)) {
        odo_file_get_statistics(download_job(object), 0, &statistics);
    }
    if (statistics.file_size == ODO_SIZE_UNKNOWN) {
        statistics.file_size = download_get_number(object, DOWNLOAD_TOTAL_SIZE);
    }
    V_UI8(value_out) = statistics.file_size;
    return statistics.file_size == DOWNLOAD_SIZE_NOT_SET ? not_set() : S_OK;
}

static HRESULT set_size(void *object, const VARIANT *value)
{
    HRESULT hr = only_created(object);

    return SUCCEEDED(hr) ? download_set_number(object, DOWNLOAD_TOTAL_SIZE, V_UI8(value)) : hr;
}

static HRESULT get_insecure_redirects(void *object, VARIANT *value_out)
{
    put_bool(value_out,
             odo_job_get_number(download_job(object), ODO_JOB_INSECURE_REDIRECTS) != 0);
    return S_OK;
}

static HRESULT set_insecure_redirects(void *object, const VARIANT *value)
{
    HRESULT hr = created_or_paused(object);

    return SUCCEEDED(hr)
               ? set_job_number(object, ODO_JOB_INSECURE_REDIRECTS, V_BOOL(value) != 0)
               : hr;
}

static HRESULT get_non_volatile(void *object, VARIANT *value_out)
{
    put_bool(value_out, odo_job_get_number(download_job(object), ODO_JOB_VOLATILE) == 0);
    return S_OK;
}

static HRESULT set_non_volatile(void *object, const VARIANT *value)
{
    HRESULT hr = only_created(object);

    return SUCCEEDED(hr) ? download_set_volatile(object, V_BOOL(value) == VARIANT_FALSE) : hr;
}

/* In process the network sees the user of this thread; there is no token to keep. */
static HRESULT set_network_token(void *object, const VARIANT *value)
{
    (void)value;
    return created_or_paused(object);
}

/* --- Interfaces ----------------------------------------------------------------------- */

static HRESULT get_callback(void *object, VARIANT *value_out)
{
    return download_callback_get(object, &V_UNKNOWN(value_out));
}

/* Removing the callback is allowed in any state: notifications may still be in progress. */
static HRESULT set_callback(void *object, const VARIANT *value)
{
    HRESULT hr = V_UNKNOWN(value) ? not_ended(object) : S_OK;

    return SUCCEEDED(hr) ? download_callback_set(object, V_UNKNOWN(value)) : hr;
}

static HRESULT get_stream(void *object, VARIANT *value_out)
{
    return download_get_stream(object, &V_UNKNOWN(value_out));
}

static HRESULT set_stream(void *object, const VARIANT *value)
{
    HRESULT hr = only_created(object);

    if (SUCCEEDED(hr) && V_UNKNOWN(value)) {
        char *path = download_get_text(object, DOWNLOAD_LOCAL_PATH);

        hr = path ? DO_E_FILE_DOWNLOADSINK_ALREADY_SET : S_OK;
        free(path);
    }
    return SUCCEEDED(hr) ? download_set_stream(object, V_UNKNOWN(value)) : hr;
}

/* --- Certificates, integrity and decryption ------------------------------------------- */

static HRESULT set_security_context(void *object, const VARIANT *value)
{
    char name[SECURITY_CONTEXT_NAME_SIZE];
    HRESULT hr = security_context_name_certificate(V_ARRAY(value), name);

    if (SUCCEEDED(hr)) {
        hr = created_or_paused(object);
    }
    return SUCCEEDED(hr) ? hresult_from_status(odo_job_set_text(
                               download_job(object), ODO_JOB_CLIENT_CERTIFICATE, name))
                         : hr;
}

/* A cheap test for JSON. */
static bool is_json_object(const WCHAR *text)
{
    size_t length = text ? wcslen(text) : 0;

    while (length > 0 && wcschr(L" \t\r\n", text[length - 1])) {
        length--;
    }
    while (length > 0 && wcschr(L" \t\r\n", *text)) {
        text++;
        length--;
    }
    return length >= 2 && text[0] == L'{' && text[length - 1] == L'}';
}

/* Rejected, so that encrypted content is never saved as if it were plain. */
static HRESULT set_decryption(void *object, const VARIANT *value)
{
    (void)object;
    return is_json_object(V_BSTR(value)) ? E_NOTIMPL : E_INVALIDARG;
}

static HRESULT set_integrity(void *object, const VARIANT *value)
{
    char *text = NULL;
    HRESULT hr = property_text_take(value, &text);

    if (SUCCEEDED(hr)) {
        hr = hresult_from_status(odo_integrity_check(&(struct odo_integrity){.info = text}));
    }
    if (SUCCEEDED(hr)) {
        hr = only_created(object);
    }
    if (SUCCEEDED(hr)) {
        hr = download_set_text(object, DOWNLOAD_INTEGRITY_INFO, text);
    }
    free(text);
    return hr;
}

/* --- The last reply ------------------------------------------------------------------- */

static HRESULT get_redirection_target(void *object, VARIANT *value_out)
{
    return property_text_get_of_file(object, ODO_FILE_EFFECTIVE_URL, value_out);
}

static HRESULT get_response_headers(void *object, VARIANT *value_out)
{
    return property_text_get_of_file(object, ODO_FILE_RESPONSE_HEADERS, value_out);
}

static HRESULT get_server_address(void *object, VARIANT *value_out)
{
    return property_text_get_of_file(object, ODO_FILE_SERVER_ADDRESS, value_out);
}

static HRESULT get_http_status(void *object, VARIANT *value_out)
{
    struct odo_file_statistics statistics = {0};

    if (download_has_file(object)) {
        odo_file_get_statistics(download_job(object), 0, &statistics);
    }
    V_UI4(value_out) = statistics.response_status;
    return statistics.response_status ? S_OK : not_set();
}

/* --- The table ------------------------------------------------------------------------ */

static const struct property download_property_table[] = {
    {DODownloadProperty_Id, VT_BSTR, get_id, NULL},
    {DODownloadProperty_Uri, VT_BSTR, get_uri, set_uri},
    {DODownloadProperty_ContentId, VT_BSTR, get_content_id, set_content_id},
    {DODownloadProperty_DisplayName, VT_BSTR, get_display_name, set_display_name},
    {DODownloadProperty_LocalPath, VT_BSTR, get_local_path, set_local_path},
    {DODownloadProperty_HttpCustomHeaders, VT_BSTR, get_headers, set_headers},
    {DODownloadProperty_CostPolicy, VT_UI4, get_cost_policy, set_cost_policy},
    {DODownloadProperty_SecurityFlags, VT_UI4, NULL, set_security_flags},
    {DODownloadProperty_CallbackFreqPercent, VT_UI4, get_percent, set_percent},
    {DODownloadProperty_CallbackFreqSeconds, VT_UI4, get_seconds, set_seconds},
    {DODownloadProperty_NoProgressTimeoutSeconds, VT_UI4, get_timeout, set_timeout},
    {DODownloadProperty_ForegroundPriority, VT_BOOL, get_foreground, set_foreground},
    {DODownloadProperty_BlockingMode, VT_BOOL, get_blocking, set_blocking},
    {DODownloadProperty_CallbackInterface, VT_UNKNOWN, get_callback, set_callback},
    {DODownloadProperty_StreamInterface, VT_UNKNOWN, get_stream, set_stream},
    {DODownloadProperty_SecurityContext, VT_ARRAY | VT_UI1, NULL, set_security_context},
    {DODownloadProperty_NetworkToken, VT_BOOL, NULL, set_network_token},
    {DODownloadProperty_CorrelationVector, VT_BSTR, get_correlation_vector,
     set_correlation_vector},
    {DODownloadProperty_DecryptionInfo, VT_BSTR, NULL, set_decryption},
    {DODownloadProperty_IntegrityCheckInfo, VT_BSTR, NULL, set_integrity},
    {DODownloadProperty_IntegrityCheckMandatory, VT_BOOL, get_mandatory, set_mandatory},
    {DODownloadProperty_TotalSizeBytes, VT_UI8, get_size, set_size},
    {DODownloadProperty_DisallowOnCellular, VT_BOOL, get_cellular, set_cellular},
    {DODownloadProperty_HttpCustomAuthHeaders, VT_BSTR, get_auth_headers, set_auth_headers},
    {DODownloadProperty_HttpAllowSecureToNonSecureRedirect, VT_BOOL, get_insecure_redirects,
     set_insecure_redirects},
    {DODownloadProperty_NonVolatile, VT_BOOL, get_non_volatile, set_non_volatile},
    {DODownloadProperty_HttpRedirectionTarget, VT_BSTR, get_redirection_target, NULL},
    {DODownloadProperty_HttpResponseHeaders, VT_BSTR, get_response_headers, NULL},
    {DODownloadProperty_HttpServerIPAddress, VT_BSTR, get_server_address, NULL},
    {DODownloadProperty_HttpStatusCode, VT_UI4, get_http_status, NULL},
};

HRESULT download_properties_get(struct download *download, DODownloadProperty id,
                                VARIANT *value_out)
{
    return properties_get(download_property_table, ARRAYSIZE(download_property_table), download,
                          (LONG)id, value_out);
}

/* .NET passes null as VT_EMPTY or a NULL interface. */
static bool is_nothing(const VARIANT *value)
{
    return value && (V_VT(value) == VT_EMPTY || V_VT(value) == VT_NULL);
}

HRESULT download_properties_set(struct download *download, DODownloadProperty id,
                                const VARIANT *value)
{
    VARIANT no_interface;

    if ((id == DODownloadProperty_CallbackInterface ||
         id == DODownloadProperty_StreamInterface) &&
        is_nothing(value)) {
        VariantInit(&no_interface);
        V_VT(&no_interface) = VT_UNKNOWN;
        V_UNKNOWN(&no_interface) = NULL;
        value = &no_interface;
    }
    return properties_set(download_property_table, ARRAYSIZE(download_property_table), download,
                          (LONG)id, value);
}
