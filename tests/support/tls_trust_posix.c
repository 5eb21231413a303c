#include "support/tls_servers.h"

#include <stdlib.h>

static char *authority;

const char *tls_trust_begin(void)
{
    authority = tls_servers_path("trusted.pem");
    return authority;
}

void tls_trust_end(void)
{
    free(authority);
    authority = NULL;
}

char *tls_client_certificate_begin(void)
{
    return tls_servers_path("client-and-key.pem");
}

void tls_client_certificate_end(void)
{
}
