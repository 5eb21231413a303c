/*
 * Translates libcurl's result codes into odo_status.
 */
#ifndef ODO_NETWORK_CURL_STATUS_H
#define ODO_NETWORK_CURL_STATUS_H

#include <odo/types.h>

#include <curl/curl.h>

/* The status for a result code when nothing more specific is known. */
enum odo_status curl_status(CURLcode code);

#endif
