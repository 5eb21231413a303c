#include "platform/certificate.h"

/* The TLS library verifies against the system's store. */
bool platform_certificate_is_ours(const char *library)
{
    (void)library;
    return false;
}

enum odo_status platform_certificate_take(void *session,
                                          struct platform_certificate **certificate_out)
{
    (void)session;
    (void)certificate_out;
    return ODO_E_NOT_SUPPORTED;
}

void platform_certificate_free(struct platform_certificate *certificate)
{
    (void)certificate;
}

enum odo_status platform_certificate_digest(const struct platform_certificate *certificate,
                                            unsigned char digest_out[SHA256_SIZE])
{
    (void)certificate;
    (void)digest_out;
    return ODO_E_NOT_SUPPORTED;
}

enum odo_status platform_certificate_verify(const struct platform_certificate *certificate,
                                            const char *host, uint32_t flags,
                                            enum platform_certificate_reach reach,
                                            bool *is_final_out)
{
    (void)certificate;
    (void)host;
    (void)flags;
    (void)reach;
    *is_final_out = true;
    return ODO_E_NOT_SUPPORTED;
}
