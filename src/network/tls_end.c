#include "network/tls_end.h"

#include "platform/tls_end.h"

bool tls_end_is_reported(void)
{
    return platform_tls_end_is_reported(curl_version_info(CURLVERSION_NOW)->ssl_version);
}

bool tls_end_watch(CURL *easy, bool *closed_out)
{
    struct curl_tlssessioninfo *session = NULL;

    return tls_end_is_reported() &&
           curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &session) == CURLE_OK && session &&
           session->internals && platform_tls_end_watch(session->internals, closed_out);
}
