/*
 * Which proxy, if any, a URL is asked for through. Pure but for the memory of copies.
 */
#ifndef ODO_NETWORK_PROXY_CHOICE_H
#define ODO_NETWORK_PROXY_CHOICE_H

#include <stdbool.h>

/* Texts as odo_engine_options has them. */
struct proxy_settings {
    const char *proxy;       /* NULL leaves it to the environment */
    const char *https_proxy; /* NULL is as `proxy` */
    const char *no_proxy;    /* may be NULL */
};

/* False without memory; the result is then empty. proxy_settings_free() ends it. */
bool proxy_settings_copy(const struct proxy_settings *settings,
                         struct proxy_settings *settings_out);
void proxy_settings_free(struct proxy_settings *settings); /* leaves it empty */

/* Whether `no_proxy`, a list as odo_engine_options has it, has the host of the URL in it. */
bool proxy_choice_is_excepted(const char *no_proxy, const char *url);

/*
 * As CURLOPT_PROXY takes it: "" for none, NULL for what the environment says. `url` begins with
 * http:// or https://.
 */
const char *proxy_choice(const struct proxy_settings *settings, const char *url);

#endif
