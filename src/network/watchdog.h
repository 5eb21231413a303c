/*
 * Cuts off a server that keeps libcurl busy.
 *
 * libcurl reads from a connection until nothing is there. Bytes of a body end that, for we make
 * it return (REQUEST_TURN_MOST); but HTTP/2 frames that belong to no body, and TLS records that
 * carry nothing, do not reach us, and a server that sends them faster than they are read holds
 * the network thread for as long as it likes. (libcurl 7.88 has no bound for that. 8.14 has
 * one, and calls us back in between: see REQUEST_ROUNDS_MOST.) So a thread of its own looks at
 * calls of libcurl that do not end, and shuts down the connection out of which they read much
 * that never reaches us. To the request that is the end of its connection.
 *
 * The thread looks a few times a second while libcurl is called, and sleeps while it is not. On
 * systems that do not tell what was read out of a connection, nothing is cut.
 */
#ifndef ODO_NETWORK_WATCHDOG_H
#define ODO_NETWORK_WATCHDOG_H

#include <odo/types.h>

#include <curl/curl.h>

struct watchdog;

/*
 *   ODO_E_OUT_OF_MEMORY
 *   ODO_E_UNEXPECTED      the system has no thread
 */
enum odo_status watchdog_start(struct watchdog **watchdog_out);

/* When no connection is left of those that it watches. NULL is fine. */
void watchdog_stop(struct watchdog *watchdog);

/* Watch the connections that this handle makes, until they are closed. False without memory. */
bool watchdog_attach(struct watchdog *watchdog, CURL *easy);

/* The network thread is about to call libcurl, in a way that may read from connections; and has
 * come back. These do not nest. */
void watchdog_enter(struct watchdog *watchdog);
void watchdog_leave(struct watchdog *watchdog);

/* Within: libcurl has handed over so many bytes of a body. */
void watchdog_note_body(struct watchdog *watchdog, size_t size);

#endif
