#include "network/curl_status.h"

enum odo_status curl_status(CURLcode code)
{
    switch (code) {
    case CURLE_OK:
        return ODO_OK;
    case CURLE_URL_MALFORMAT:
        return ODO_E_INVALID_URL;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
        return ODO_E_NAME_NOT_RESOLVED;
    case CURLE_COULDNT_CONNECT:
        return ODO_E_CANNOT_CONNECT;
    case CURLE_REMOTE_ACCESS_DENIED:
        return ODO_E_ACCESS_DENIED;
    case CURLE_OUT_OF_MEMORY:
    case CURLE_ABORTED_BY_CALLBACK: /* the watchdog; others set a status */
        return ODO_E_OUT_OF_MEMORY;
    case CURLE_OPERATION_TIMEDOUT:
        return ODO_E_TRANSFER_TIMED_OUT;
    case CURLE_RANGE_ERROR:
    case CURLE_BAD_DOWNLOAD_RESUME:
        return ODO_E_RANGES_UNSUPPORTED;
    case CURLE_TOO_MANY_REDIRECTS:
        return ODO_E_REDIRECT;
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
        return ODO_E_CONNECTION_LOST;
    case CURLE_SSL_CONNECT_ERROR:
        return ODO_E_TLS_CHANNEL;
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CLIENTCERT:
        return ODO_E_CLIENT_CERTIFICATE;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return ODO_E_CERTIFICATE;
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_CIPHER:
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_SHUTDOWN_FAILED:
    case CURLE_SSL_CRL_BADFILE:
        return ODO_E_TLS;
    case CURLE_UNSUPPORTED_PROTOCOL: /* of a redirect; the client's URL was checked before */
    case CURLE_WEIRD_SERVER_REPLY:
#if LIBCURL_VERSION_NUM >= 0x080600
    case CURLE_TOO_LARGE:
#endif
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return ODO_E_INVALID_REPLY;
    default:
        return ODO_E_UNEXPECTED;
    }
}
