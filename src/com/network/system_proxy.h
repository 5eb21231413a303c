/*
 * The proxy that this user has set in Windows' settings: one for all, or a script that chooses
 * (PAC), or whatever the network offers (WPAD).
 */
#ifndef ODO_COM_NETWORK_SYSTEM_PROXY_H
#define ODO_COM_NETWORK_SYSTEM_PROXY_H

#include <windows.h>

#include <odo/odo.h>
#include <winhttp.h>

/*
 * As odo_engine_options.find_proxy wants it; `context` is not used. The settings are read at
 * each call. What the network offers goes before the script that is set, and that before the
 * proxy that is set; where the first cannot be found, or fails, the next counts, and where
 * nothing is left there is no answer. Of a URL the script gets what is handed in. May take
 * some seconds, unless there is neither script nor search, or the URL is of this machine.
 *
 *   ODO_E_INVALID_ARGUMENT   what is set is no text
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status system_proxy_find(void *context, const char *url,
                                  struct odo_proxy_answer *answer);

/* The keys that the settings are in. */
struct system_proxy_watch {
    HKEY keys[2];
};

/*
 * Have `changed` set at the next change of the settings. `watch` is the caller's, zero before
 * the first call; each call begins anew, and system_proxy_end_watch() ends it, all on one
 * thread. May set `changed` without a change.
 */
void system_proxy_begin_watch(struct system_proxy_watch *watch, HANDLE changed);
void system_proxy_end_watch(struct system_proxy_watch *watch);

/* For tests: instead of WinHttpGetIEProxyConfigForCurrentUser; NULL is that again. */
void system_proxy_set_source(BOOL(WINAPI *ask)(WINHTTP_CURRENT_USER_IE_PROXY_CONFIG *));

#endif
