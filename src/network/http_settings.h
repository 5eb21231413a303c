/*
 * The HTTP settings of a job's client: plain data.
 *
 * Strings are borrowed as download_options says. They are the client's, checked for valid UTF-8
 * only. NULL and "" both mean "none".
 */
#ifndef ODO_NETWORK_HTTP_SETTINGS_H
#define ODO_NETWORK_HTTP_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

struct http_settings {
    const char *headers;                /* "Name: value" lines ended by CRLF or LF */
    const char *authentication_headers; /* the same, for the repeat after a 401 or 407 */
    const char *correlation_vector;     /* the value of MS-CV */
    const char *client_certificate;     /* as CURLOPT_SSLCERT takes it */
    uint32_t security_flags;            /* of enum odo_security_flag */
    bool allow_insecure_redirects;      /* https may redirect to http: the job or the engine
                                           has allowed it */
};

#endif
