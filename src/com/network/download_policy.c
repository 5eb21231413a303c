#include "com/network/download_policy.h"

#include <deliveryoptimizationerrors.h>

static const WCHAR policy_key[] =
    L"SOFTWARE\\Policies\\Microsoft\\Windows\\DeliveryOptimization";

/*
 * The path to the key above, which may not exist. Everything below the last existing level is
 * watched, as a watched key may be deleted.
 */
static const WCHAR *const way[] = {L"SOFTWARE", L"Policies", L"Microsoft", L"Windows"};

/* Zero if absent or of another type. */
static DWORD read_number(const WCHAR *name)
{
    DWORD value = 0;
    DWORD size = sizeof(value);
    LSTATUS result = RegGetValueW(HKEY_LOCAL_MACHINE, policy_key, name, RRF_RT_REG_DWORD, NULL,
                                  &value, &size);

    return result == ERROR_SUCCESS ? value : 0;
}

HRESULT download_policy_check(void)
{
    enum { MODE_BYPASS = 100 };

    return read_number(L"DODownloadMode") == MODE_BYPASS ? DO_E_NO_DOWNLOAD_EXTSETTINGS : S_OK;
}

void download_policy_get_limits(struct odo_limits *limits_out)
{
    enum { KILOBYTE = 1024 };

    *limits_out = (struct odo_limits){
        .foreground_rate =
            (uint64_t)read_number(L"DOMaxForegroundDownloadBandwidth") * KILOBYTE,
        .background_rate =
            (uint64_t)read_number(L"DOMaxBackgroundDownloadBandwidth") * KILOBYTE,
    };
}

static HKEY open_below(HKEY parent, const WCHAR *name)
{
    HKEY key = NULL;

    return RegOpenKeyExW(parent, name, 0, KEY_NOTIFY, &key) == ERROR_SUCCESS ? key : NULL;
}

void download_policy_watch(HKEY *watched, HANDLE changed)
{
    HKEY key = HKEY_LOCAL_MACHINE;
    size_t depth = 0;

    if (*watched) {
        RegCloseKey(*watched);
        *watched = NULL;
    }
    ResetEvent(changed);
    while (depth < ARRAYSIZE(way)) {
        HKEY next = open_below(key, way[depth]);

        if (!next && depth > 0 &&
            RegNotifyChangeKeyValue(key, FALSE, REG_NOTIFY_CHANGE_NAME, changed, TRUE) ==
                ERROR_SUCCESS) {
            next = open_below(key, way[depth]); /* it may have been created just now */
            if (!next) {
                *watched = key;
                return;
            }
        }
        if (depth > 0) {
            RegCloseKey(key);
        }
        if (!next) {
            return;
        }
        key = next;
        depth++;
    }
    if (RegNotifyChangeKeyValue(key, TRUE, REG_NOTIFY_CHANGE_NAME | REG_NOTIFY_CHANGE_LAST_SET,
                                changed, TRUE) == ERROR_SUCCESS) {
        *watched = key;
    } else {
        RegCloseKey(key);
    }
}
