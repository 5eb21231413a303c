/*
 * The user's proxy in Windows' settings: a fixed one, a script (PAC), or auto-detection (WPAD).
 */
#ifndef ODO_COM_NETWORK_SYSTEM_PROXY_H
#define ODO_COM_NETWORK_SYSTEM_PROXY_H

#include <windows.h>

#include <odo/odo.h>
#include <winhttp.h>

/*
 * For odo_engine_options.find_proxy; `context` is unused. Reads the settings each time.
 * Auto-detection takes precedence over the configured script, and that over the fixed proxy; if
 * one cannot be found or fails, the next is used, and if none is left there is no answer.
 * Scripts get the URL as passed in. May take some seconds, unless neither script nor
 * auto-detection is configured, or the URL refers to this machine.
 *
 *   ODO_E_INVALID_ARGUMENT   the configured value is malformed
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status system_proxy_find(void *context, const char *url,
                                  struct odo_proxy_answer *answer);

/* The registry keys of the settings. */
struct system_proxy_watch {
    HKEY keys[2];
};

/*
 * Set `changed` at the next change of the settings. `watch` belongs to the caller and is zero
 * before the first call; each call starts over, and system_proxy_end_watch() ends it, all on
 * one thread. May set `changed` without a change.
 */
void system_proxy_begin_watch(struct system_proxy_watch *watch, HANDLE changed);
void system_proxy_end_watch(struct system_proxy_watch *watch);

/* For tests: replaces WinHttpGetIEProxyConfigForCurrentUser; NULL restores it. */
void system_proxy_set_source(BOOL(WINAPI *ask)(WINHTTP_CURRENT_USER_IE_PROXY_CONFIG *));

#endif
