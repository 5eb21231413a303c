#include "platform/tls_end.h"

#include <openssl/ssl.h>
#include <pthread.h>
#include <string.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int flag_index = -1;

static void make_index(void)
{
    flag_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
}

/* Another library's sessions have another layout, perhaps those of another version too. */
bool platform_tls_end_is_reported(const char *library)
{
    static const char known[] = "OpenSSL/3.";

    pthread_once(&once, make_index);
    return OPENSSL_VERSION_MAJOR == 3 && flag_index >= 0 && library &&
           strncmp(library, known, sizeof(known) - 1) == 0;
}

static void on_event(const SSL *session, int event, int value)
{
    enum { ALERT = 0xff }; /* the part of the value beside its level */
    bool *closed = SSL_get_ex_data(session, flag_index);

    if (closed && (event & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT &&
        (value & ALERT) == SSL_AD_CLOSE_NOTIFY) {
        *closed = true;
    }
}

bool platform_tls_end_watch(void *session, bool *closed_out)
{
    if (SSL_set_ex_data(session, flag_index, closed_out) != 1) {
        return false;
    }
    SSL_set_info_callback(session, on_event);
    return true;
}
