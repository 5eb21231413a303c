#include "platform/tls_end.h"

/* libcurl does not pass on what Schannel knows. */
bool platform_tls_end_is_reported(const char *library)
{
    (void)library;
    return false;
}

bool platform_tls_end_watch(void *session, bool *closed_out)
{
    (void)session;
    (void)closed_out;
    return false;
}
