/* The proxy that this user has set in Windows' settings. */
#ifndef ODO_COM_SYSTEM_PROXY_H
#define ODO_COM_SYSTEM_PROXY_H

#include <windows.h>

#include <winhttp.h>

/* As odo_engine_options has them; all NULL where the user has set no proxy. */
struct system_proxy {
    char *proxy;
    char *https_proxy;
    char *no_proxy;
};

/*
 * Asks no server: a script for the choice of a proxy (PAC), and the search for one (WPAD), are
 * not followed. Without memory the result is as if nothing were set.
 */
void system_proxy_get(struct system_proxy *proxy_out);
void system_proxy_free(struct system_proxy *proxy);

/* For tests: instead of WinHttpGetIEProxyConfigForCurrentUser; NULL is that again. */
void system_proxy_set_source(BOOL(WINAPI *ask)(WINHTTP_CURRENT_USER_IE_PROXY_CONFIG *));

#endif
