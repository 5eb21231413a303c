#include "com/script/automation_job.h"

#include "com/object/hresult.h"
#include "com/object/wide_text.h"
#include "com/script/automation_error.h"
#include "com/script/automation_variant.h"

#include <deliveryoptimizationerrors.h>
#include <stdlib.h>
#include <wchar.h>

enum job_value_kind { JOB_NUMBER, JOB_TEXT, JOB_TIME, JOB_ERROR_COUNT };

enum job_time { JOB_CREATED, JOB_MODIFIED, JOB_TRANSFERRED };

static const struct job_value {
    const WCHAR *name;
    enum job_value_kind kind;
    int which; /* enum odo_job_number, odo_job_text or job_time */
    bool is_read_only;
    const WCHAR *limits; /* the permitted values of a number, for error descriptions */
    uint32_t most;
} values[] = {
    {L"Description", JOB_TEXT, ODO_JOB_DESCRIPTION, false, NULL, 0},
    {L"JobPriority", JOB_NUMBER, ODO_JOB_PRIORITY, false, L"a number from 0 to 3", 3},
    {L"RetryInterval", JOB_NUMBER, ODO_JOB_MINIMUM_RETRY_DELAY, false, L"a number of seconds",
     INT32_MAX},
    {L"RetryTimeout", JOB_NUMBER, ODO_JOB_NO_PROGRESS_TIMEOUT, false, L"a number of seconds",
     INT32_MAX},
    {L"JobSecurityFlags", JOB_NUMBER, ODO_JOB_SECURITY_FLAGS, false, L"a sum of security flags",
     ODO_SECURITY_CHECK_REVOCATION | ODO_SECURITY_IGNORE_UNKNOWN_AUTHORITY |
         ODO_SECURITY_IGNORE_WRONG_USAGE | ODO_SECURITY_IGNORE_WRONG_NAME |
         ODO_SECURITY_IGNORE_DATE},
    {L"ClientCertificate", JOB_TEXT, ODO_JOB_CLIENT_CERTIFICATE, false, NULL, 0},
    {L"ErrorCount", JOB_ERROR_COUNT, 0, true, NULL, 0},
    {L"Owner", JOB_TEXT, ODO_JOB_OWNER, true, NULL, 0},
    {L"CreationTime", JOB_TIME, JOB_CREATED, true, NULL, 0},
    {L"ModificationTime", JOB_TIME, JOB_MODIFIED, true, NULL, 0},
    {L"TransferCompletionTime", JOB_TIME, JOB_TRANSFERRED, true, NULL, 0},
};

static const struct job_value *find(BSTR name)
{
    for (size_t i = 0; i < ARRAYSIZE(values); i++) {
        if (name && _wcsicmp(values[i].name, name) == 0) {
            return &values[i];
        }
    }
    return NULL;
}

bool automation_job_knows(BSTR name)
{
    return find(name) != NULL;
}

/* --- Reading -------------------------------------------------------------------------- */

static HRESULT read_text(struct odo_job *job, enum odo_job_text which, VARIANT *value_out)
{
    char *text = NULL;
    LPWSTR wide = NULL;
    HRESULT hr = hresult_from_status(odo_job_get_text(job, which, &text));

    if (SUCCEEDED(hr)) {
        hr = wide_text_from_utf8(text, &wide);
    }
    odo_free(text);
    if (SUCCEEDED(hr)) {
        V_BSTR(value_out) = SysAllocString(wide);
        V_VT(value_out) = V_BSTR(value_out) ? VT_BSTR : VT_EMPTY;
        hr = V_BSTR(value_out) ? S_OK : E_OUTOFMEMORY;
    }
    CoTaskMemFree(wide);
    return hr;
}

/* Automation's dates count days since 1899-12-30. */
static void read_time(struct odo_job *job, enum job_time which, VARIANT *value_out)
{
    const double days_to_1970 = 25569;
    const double us_in_a_day = 86400e6;
    struct odo_job_times times;
    int64_t time_us = 0;

    odo_job_get_times(job, &times);
    switch (which) {
    case JOB_CREATED:
        time_us = times.created_us;
        break;
    case JOB_MODIFIED:
        time_us = times.modified_us;
        break;
    case JOB_TRANSFERRED:
        time_us = times.transferred_us;
        break;
    }
    if (time_us != 0) {
        V_VT(value_out) = VT_DATE;
        V_DATE(value_out) = days_to_1970 + (double)time_us / us_in_a_day;
    }
}

static void put_number(VARIANT *value_out, uint32_t number)
{
    V_VT(value_out) = VT_R8; /* the type that every script language has for such numbers */
    V_R8(value_out) = number;
}

HRESULT automation_job_get(struct odo_job *job, BSTR name, VARIANT *value_out)
{
    const struct job_value *value = find(name);
    HRESULT hr = S_OK;

    VariantInit(value_out);
    if (!value) {
        return automation_error(DO_E_UNKNOWN_PROPERTY_ID, L"There is no such property");
    }
    switch (value->kind) {
    case JOB_NUMBER:
        put_number(value_out, odo_job_get_number(job, (enum odo_job_number)value->which));
        break;
    case JOB_TEXT:
        hr = read_text(job, (enum odo_job_text)value->which, value_out);
        break;
    case JOB_TIME:
        read_time(job, (enum job_time)value->which, value_out);
        break;
    case JOB_ERROR_COUNT:
        put_number(value_out, odo_job_get_error_count(job));
        break;
    }
    return automation_error_pass(hr, value->name);
}

/* --- Writing -------------------------------------------------------------------------- */

static HRESULT write_text(struct odo_job *job, const struct job_value *to, const VARIANT *value)
{
    VARIANT text;
    char *utf8 = NULL;
    HRESULT hr = automation_variant_convert(value, VT_BSTR, &text);

    if (SUCCEEDED(hr)) {
        hr = hresult_from_status(wide_text_to_utf8(V_BSTR(&text) ? V_BSTR(&text) : L"", &utf8));
        VariantClear(&text);
    }
    if (SUCCEEDED(hr)) {
        hr = hresult_from_status(odo_job_set_text(job, (enum odo_job_text)to->which, utf8));
    }
    free(utf8);
    return automation_error_pass(hr, to->name);
}

static HRESULT write_number(struct odo_job *job, const struct job_value *to,
                            const VARIANT *value)
{
    VARIANT number;
    HRESULT hr = automation_variant_convert(value, VT_UI4, &number);

    if (FAILED(hr) || V_UI4(&number) > to->most) {
        return automation_error_format(FAILED(hr) ? hr : E_INVALIDARG, L"%ls is %ls", to->name,
                                       to->limits);
    }
    return automation_error_pass(hresult_from_status(odo_job_set_number(
                                     job, (enum odo_job_number)to->which, V_UI4(&number))),
                                 to->name);
}

HRESULT automation_job_set(struct odo_job *job, BSTR name, const VARIANT *value)
{
    const struct job_value *to = find(name);

    if (!to) {
        return automation_error(DO_E_UNKNOWN_PROPERTY_ID, L"There is no such property");
    }
    if (to->is_read_only) {
        return automation_error_format(DO_E_READ_ONLY_PROPERTY, L"%ls can only be read",
                                       to->name);
    }
    return to->kind == JOB_TEXT ? write_text(job, to, value) : write_number(job, to, value);
}
