/*
 * The request headers that libcurl does not generate itself.
 *
 * Network thread only.
 */
#ifndef ODO_NETWORK_REQUEST_HEADERS_H
#define ODO_NETWORK_REQUEST_HEADERS_H

#include "network/request_task.h"

#include <curl/curl.h>

/* The caller frees *headers_out with curl_slist_free_all(). False when out of memory. */
bool request_headers_make(const struct request_task *task, const struct attempt *attempt,
                          struct curl_slist **headers_out);

#endif
