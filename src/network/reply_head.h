/*
 * Converts the header of a reply from libcurl's form to the transfer's.
 *
 * Network thread only.
 */
#ifndef ODO_NETWORK_REPLY_HEAD_H
#define ODO_NETWORK_REPLY_HEAD_H

#include "transfer/reply.h"

#include <curl/curl.h>

/* Strings are borrowed from the easy handle and from *joined_out, which the caller frees. */
struct transfer_reply_head reply_head_read(CURL *easy, char **joined_out);

/* The value of a header received once, or repeatedly with the same value; else NULL. */
const char *reply_head_value(CURL *easy, const char *name);

#endif
