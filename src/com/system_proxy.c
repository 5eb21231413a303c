#include "com/system_proxy.h"

#include "com/proxy_list.h"
#include "com/wide_text.h"

#include <stdlib.h>

static BOOL(WINAPI *source)(WINHTTP_CURRENT_USER_IE_PROXY_CONFIG *) =
    WinHttpGetIEProxyConfigForCurrentUser;

void system_proxy_set_source(BOOL(WINAPI *ask)(WINHTTP_CURRENT_USER_IE_PROXY_CONFIG *))
{
    source = ask ? ask : WinHttpGetIEProxyConfigForCurrentUser;
}

void system_proxy_free(struct system_proxy *proxy)
{
    free(proxy->proxy);
    free(proxy->https_proxy);
    free(proxy->no_proxy);
    *proxy = (struct system_proxy){NULL, NULL, NULL};
}

static void read_config(const WINHTTP_CURRENT_USER_IE_PROXY_CONFIG *config,
                        struct system_proxy *proxy_out)
{
    struct proxy_list list = {NULL, NULL};
    char *proxies = NULL;
    char *exceptions = NULL;

    if (wide_text_to_utf8(config->lpszProxy, &proxies) == ODO_OK &&
        (!config->lpszProxyBypass ||
         wide_text_to_utf8(config->lpszProxyBypass, &exceptions) == ODO_OK) &&
        proxy_list_read(proxies, &list)) {
        *proxy_out =
            (struct system_proxy){list.http, list.https, proxy_list_exceptions(exceptions)};
        if (!proxy_out->no_proxy) {
            system_proxy_free(proxy_out);
        }
    }
    free(proxies);
    free(exceptions);
}

void system_proxy_get(struct system_proxy *proxy_out)
{
    WINHTTP_CURRENT_USER_IE_PROXY_CONFIG config = {0};

    *proxy_out = (struct system_proxy){NULL, NULL, NULL};
    if (!source(&config)) {
        return;
    }
    if (config.lpszProxy && *config.lpszProxy) {
        read_config(&config, proxy_out);
    }
    GlobalFree(config.lpszProxy);
    GlobalFree(config.lpszProxyBypass);
    GlobalFree(config.lpszAutoConfigUrl);
}
