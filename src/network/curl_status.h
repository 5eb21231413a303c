/*
 * libcurl's results in our words.
 */
#ifndef ODO_NETWORK_CURL_STATUS_H
#define ODO_NETWORK_CURL_STATUS_H

#include <odo/types.h>

#include <curl/curl.h>

/* What a result means when nothing else is known. */
enum odo_status curl_status(CURLcode code);

#endif
