/*
 * Connections opened ahead of the requests that will use them.
 *
 * When a download's first request is connected and about to be sent, the connections that its
 * further requests will need are opened as well, so that they are established by the time the
 * reply arrives: the handshake costs those requests no round trip. Nothing is sent on them
 * before that, so a server that serves one request at a time still sees one.
 *
 * Network thread only.
 */
#ifndef ODO_NETWORK_SPARE_CONNECTIONS_H
#define ODO_NETWORK_SPARE_CONNECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SPARE_CONNECTIONS_MOST = 16 };

/* Zeroed: none. */
struct spare_connections {
    intptr_t sockets[SPARE_CONNECTIONS_MOST]; /* owned; in the order opened */
    size_t count;
};

/* Replace all by up to `count` connections to a numeric address. What cannot be opened is left
 * out: it is opened, and its failure reported, when it is needed. */
void spare_connections_open(struct spare_connections *spares, const char *address,
                            uint16_t port, size_t count);

/* Hand over one that is established to this address, a struct sockaddr. False without one. */
bool spare_connections_take(struct spare_connections *spares, const void *address,
                            intptr_t *socket_out);

void spare_connections_close(struct spare_connections *spares);

#endif
