/*
 * What a client sets on a download: strings and numbers that are saved with the job, and the
 * stream that its file will go to. Any thread.
 */
#ifndef ODO_COM_DOWNLOAD_DOWNLOAD_VALUES_H
#define ODO_COM_DOWNLOAD_DOWNLOAD_VALUES_H

#include "com/download/download.h"
#include "com/download/download_settings.h"
#include "com/network/cost_policy.h"

#include <unknwn.h>

struct client_stream;

/* A copy, to be released with free(); NULL if never set, or when out of memory. */
char *download_get_text(struct download *download, enum download_text which);

/* Change a client setting. `text` may be NULL for "never set". */
HRESULT download_set_text(struct download *download, enum download_text which,
                          const char *text);

uint64_t download_get_number(struct download *download, enum download_number which);
HRESULT download_set_number(struct download *download, enum download_number which,
                            uint64_t value);

/* The client's network requirements; if unset, derived from the download's priority. */
struct cost_wish download_cost_wish(struct download *download);

/* Make the download volatile, or persistent. */
HRESULT download_set_volatile(struct download *download, bool is_volatile);

/* The client's stream, attached to the file when there is one. NULL removes it. */
HRESULT download_set_stream(struct download *download, IUnknown *stream);
HRESULT download_get_stream(struct download *download, IUnknown **stream_out);

/* Replace the stream that waits for the file; NULL for none. Returns the previous one. */
struct client_stream *download_exchange_stream(struct download *download,
                                               struct client_stream *stream);

/* True while a stream waits for the file. */
bool download_has_waiting_stream(struct download *download);

#endif
