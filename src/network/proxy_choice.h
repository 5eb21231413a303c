/*
 * Selects the proxy for a URL, if any. Pure, apart from allocating copies.
 */
#ifndef ODO_NETWORK_PROXY_CHOICE_H
#define ODO_NETWORK_PROXY_CHOICE_H

#include <stdbool.h>

/* See odo_engine_options. */
struct proxy_settings {
    const char *proxy;       /* NULL: use the environment */
    const char *https_proxy; /* NULL: as `proxy` */
    const char *no_proxy;    /* may be NULL */
};

/* False when out of memory; the result is then empty. Release with proxy_settings_free(). */
bool proxy_settings_copy(const struct proxy_settings *settings,
                         struct proxy_settings *settings_out);
void proxy_settings_free(struct proxy_settings *settings); /* leaves it empty */

/* True if the host of the URL matches `no_proxy`, a list as described in odo_engine_options. */
bool proxy_choice_is_excepted(const char *no_proxy, const char *url);

/*
 * The value for CURLOPT_PROXY: "" for no proxy, NULL to use the environment. `url` begins with
 * http:// or https://.
 */
const char *proxy_choice(const struct proxy_settings *settings, const char *url);

#endif
