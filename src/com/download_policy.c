#include "com/download_policy.h"

#include <deliveryoptimizationerrors.h>

HRESULT download_policy_check(void)
{
    enum { MODE_BYPASS = 100 };
    DWORD mode = 0;
    DWORD size = sizeof(mode);
    /* An absent value, or one of another type, is "not configured". */
    LSTATUS result = RegGetValueW(
        HKEY_LOCAL_MACHINE, L"SOFTWARE\\Policies\\Microsoft\\Windows\\DeliveryOptimization",
        L"DODownloadMode", RRF_RT_REG_DWORD, NULL, &mode, &size);

    return result == ERROR_SUCCESS && mode == MODE_BYPASS ? DO_E_NO_DOWNLOAD_EXTSETTINGS : S_OK;
}
