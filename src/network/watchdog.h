/*
 * Disconnects a server that keeps libcurl busy.
 *
 * libcurl reads from a connection until no data is left. We make it return after enough body
 * bytes (REQUEST_TURN_MOST), but HTTP/2 frames without a body and empty TLS records never reach
 * us, and a server that sends them faster than they are read occupies the network thread
 * indefinitely. (libcurl 7.88 has no limit for that. 8.14 has one, and calls us back in
 * between: see REQUEST_ROUNDS_MOST.) So a separate thread monitors calls of libcurl that do not
 * return, and shuts down the connection from which they read much that never reaches us. Its
 * requests see a lost connection.
 *
 * The thread checks a few times per second while libcurl is being called, and sleeps otherwise.
 * On systems that do not report how much was read from a connection, none is shut down.
 */
#ifndef ODO_NETWORK_WATCHDOG_H
#define ODO_NETWORK_WATCHDOG_H

#include <odo/types.h>

#include <curl/curl.h>

struct watchdog;

/* ODO_E_OUT_OF_MEMORY; ODO_E_UNEXPECTED: no thread could be created. */
enum odo_status watchdog_start(struct watchdog **watchdog_out);

/* No monitored connection may be left. NULL is allowed. */
void watchdog_stop(struct watchdog *watchdog);

/* Have this handle report when it closes a connection. False when out of memory. */
bool watchdog_attach(struct watchdog *watchdog, CURL *easy);

/* Monitor a socket that an attached handle has opened, until the handle closes it. False when
 * out of memory. */
bool watchdog_add(struct watchdog *watchdog, intptr_t socket);

/* The network thread is about to enter a libcurl call that may read from connections, or has
 * returned from it. These do not nest. */
void watchdog_enter(struct watchdog *watchdog);
void watchdog_leave(struct watchdog *watchdog);

/* Within a call: libcurl has delivered body bytes. */
void watchdog_note_body(struct watchdog *watchdog, size_t size);

#endif
