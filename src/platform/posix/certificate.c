#include "platform/certificate.h"

/* The TLS library has the system's store, and uses it. */
bool platform_certificate_is_ours(const char *library)
{
    (void)library;
    return false;
}

enum odo_status platform_certificate_verify(void *session, const char *host, uint32_t flags)
{
    (void)session;
    (void)host;
    (void)flags;
    return ODO_E_NOT_SUPPORTED;
}
