#include "com/network/system_proxy.h"

#include "com/network/proxy_list.h"
#include "com/object/wide_text.h"

#include <objbase.h>
#include <stdlib.h>
#include <string.h>

enum { SCRIPT_LIMIT_MS = 5000 }; /* per step of fetching a script */

static BOOL(WINAPI *source)(WINHTTP_CURRENT_USER_IE_PROXY_CONFIG *) =
    WinHttpGetIEProxyConfigForCurrentUser;

void system_proxy_set_source(BOOL(WINAPI *ask)(WINHTTP_CURRENT_USER_IE_PROXY_CONFIG *))
{
    source = ask ? ask : WinHttpGetIEProxyConfigForCurrentUser;
}

/* --- Answers -------------------------------------------------------------------------- */

/* `exceptions` may be NULL. */
static enum odo_status answer_list(struct odo_proxy_answer *answer, const WCHAR *list,
                                   const char *exceptions, bool is_https)
{
    char *narrow = NULL;
    char *proxies = NULL;
    enum odo_status status = wide_text_to_utf8(list, &narrow);

    if (status == ODO_OK) {
        proxies = proxy_list_for(narrow, is_https);
        status =
            proxies ? odo_proxy_answer_set(answer, proxies, exceptions) : ODO_E_OUT_OF_MEMORY;
    }
    free(proxies);
    free(narrow);
    return status;
}

static enum odo_status answer_set_proxy(struct odo_proxy_answer *answer, const WCHAR *list,
                                        const char *given_exceptions, bool is_https)
{
    char *exceptions = proxy_list_exceptions(given_exceptions);
    enum odo_status status = ODO_E_OUT_OF_MEMORY;

    if (exceptions) {
        status = answer_list(answer, list, exceptions, is_https);
    }
    free(exceptions);
    return status;
}

/* --- Scripts -------------------------------------------------------------------------- */

/*
 * Try auto-detection, then the configured script. Windows could do both in one call, but Wine's
 * then ignores the second.
 */
static bool ask_scripts(HINTERNET session, const WCHAR *url,
                        const WINHTTP_CURRENT_USER_IE_PROXY_CONFIG *config,
                        WINHTTP_PROXY_INFO *info_out)
{
    WINHTTP_AUTOPROXY_OPTIONS search = {
        .dwFlags = WINHTTP_AUTOPROXY_AUTO_DETECT,
        .dwAutoDetectFlags = WINHTTP_AUTO_DETECT_TYPE_DHCP | WINHTTP_AUTO_DETECT_TYPE_DNS_A,
    };
    WINHTTP_AUTOPROXY_OPTIONS script = {
        .dwFlags = WINHTTP_AUTOPROXY_CONFIG_URL,
        .lpszAutoConfigUrl = config->lpszAutoConfigUrl,
    };

    return (config->fAutoDetect && WinHttpGetProxyForUrl(session, url, &search, info_out)) ||
           (config->lpszAutoConfigUrl && *config->lpszAutoConfigUrl &&
            WinHttpGetProxyForUrl(session, url, &script, info_out));
}

/* False if no script has answered. */
static bool answer_by_script(struct odo_proxy_answer *answer, const char *url,
                             const WINHTTP_CURRENT_USER_IE_PROXY_CONFIG *config,
                             enum odo_status *status_out)
{
    WINHTTP_PROXY_INFO info = {0};
    HINTERNET session;
    LPWSTR wide_url = NULL;
    bool has_answer;

    if (FAILED(wide_text_from_utf8(url, &wide_url))) {
        return false;
    }
    session = WinHttpOpen(NULL, WINHTTP_ACCESS_TYPE_NO_PROXY, WINHTTP_NO_PROXY_NAME,
                          WINHTTP_NO_PROXY_BYPASS, 0);
    if (session) {
        WinHttpSetTimeouts(session, SCRIPT_LIMIT_MS, SCRIPT_LIMIT_MS, SCRIPT_LIMIT_MS,
                           SCRIPT_LIMIT_MS);
    }
    has_answer = session && ask_scripts(session, wide_url, config, &info);
    if (has_answer) {
        bool has_proxy = info.dwAccessType == WINHTTP_ACCESS_TYPE_NAMED_PROXY && info.lpszProxy;

        *status_out = has_proxy ? answer_list(answer, info.lpszProxy, NULL,
                                              strncmp(url, "https:", strlen("https:")) == 0)
                                : odo_proxy_answer_set(answer, "DIRECT", NULL);
        GlobalFree(info.lpszProxy);
        GlobalFree(info.lpszProxyBypass);
    }
    if (session) {
        WinHttpCloseHandle(session);
    }
    CoTaskMemFree(wide_url);
    return has_answer;
}

/* --- Settings ------------------------------------------------------------------------- */

static bool is_set(const WCHAR *text)
{
    return text && *text;
}

static enum odo_status find(const char *url, const WINHTTP_CURRENT_USER_IE_PROXY_CONFIG *config,
                            struct odo_proxy_answer *answer)
{
    bool has_script = config->fAutoDetect || is_set(config->lpszAutoConfigUrl);
    char *exceptions = NULL;
    enum odo_status status = ODO_OK;

    if (config->lpszProxyBypass) {
        status = wide_text_to_utf8(config->lpszProxyBypass, &exceptions);
    }
    if (status == ODO_OK &&
        (!has_script || proxy_list_spares(exceptions, url) ||
         !answer_by_script(answer, url, config, &status)) &&
        is_set(config->lpszProxy)) {
        status = answer_set_proxy(answer, config->lpszProxy, exceptions,
                                  strncmp(url, "https:", strlen("https:")) == 0);
    }
    free(exceptions);
    return status;
}

enum odo_status system_proxy_find(void *context, const char *url,
                                  struct odo_proxy_answer *answer)
{
    WINHTTP_CURRENT_USER_IE_PROXY_CONFIG config = {0};
    enum odo_status status;

    (void)context;
    if (!source(&config)) {
        return ODO_OK; /* nothing is configured */
    }
    status = find(url, &config, answer);
    GlobalFree(config.lpszProxy);
    GlobalFree(config.lpszProxyBypass);
    GlobalFree(config.lpszAutoConfigUrl);
    return status;
}

/* --- Changes -------------------------------------------------------------------------- */

/* Watches the keys only: what lies below them mostly does not concern proxies, and changes
 * often. */
void system_proxy_begin_watch(struct system_proxy_watch *watch, HANDLE changed)
{
#define SETTINGS_KEY L"Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings"
    static const WCHAR *const keys[ARRAYSIZE(watch->keys)] = {SETTINGS_KEY,
                                                              SETTINGS_KEY L"\\Connections"};
#undef SETTINGS_KEY

    system_proxy_end_watch(watch);
    ResetEvent(changed); /* closing a key sets it */
    for (size_t i = 0; i < ARRAYSIZE(keys); i++) {
        HKEY key;

        if (RegOpenKeyExW(HKEY_CURRENT_USER, keys[i], 0, KEY_NOTIFY, &key) != ERROR_SUCCESS) {
            continue;
        }
        if (RegNotifyChangeKeyValue(key, FALSE,
                                    REG_NOTIFY_CHANGE_NAME | REG_NOTIFY_CHANGE_LAST_SET,
                                    changed, TRUE) == ERROR_SUCCESS) {
            watch->keys[i] = key;
        } else {
            RegCloseKey(key);
        }
    }
}

void system_proxy_end_watch(struct system_proxy_watch *watch)
{
    for (size_t i = 0; i < ARRAYSIZE(watch->keys); i++) {
        if (watch->keys[i]) {
            RegCloseKey(watch->keys[i]);
            watch->keys[i] = NULL;
        }
    }
}
