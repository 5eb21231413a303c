/*
 * The headers of a request that libcurl does not make by itself.
 *
 * On the network thread alone.
 */
#ifndef ODO_NETWORK_REQUEST_HEADERS_H
#define ODO_NETWORK_REQUEST_HEADERS_H

#include "network/request_task.h"

#include <curl/curl.h>

/* The caller frees *headers_out with curl_slist_free_all(). False is out of memory. */
bool request_headers_make(const struct request_task *task, const struct attempt *attempt,
                          struct curl_slist **headers_out);

#endif
