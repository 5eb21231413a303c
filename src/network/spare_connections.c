#include "network/spare_connections.h"

#include "platform/socket.h"

void spare_connections_open(struct spare_connections *spares, const char *address,
                            uint16_t port, size_t count)
{
    spare_connections_close(spares);
    while (spares->count < count && spares->count < SPARE_CONNECTIONS_MOST &&
           platform_socket_connect(address, port, &spares->sockets[spares->count]) == ODO_OK) {
        spares->count++;
    }
}

/* Oldest first: a server that accepts one connection after the other is then not kept waiting
 * by one that is not used yet. */
bool spare_connections_take(struct spare_connections *spares, const void *address,
                            intptr_t *socket_out)
{
    for (size_t i = 0; i < spares->count; i++) {
        if (platform_socket_is_unused(spares->sockets[i], address)) {
            *socket_out = spares->sockets[i];
            spares->count--;
            for (; i < spares->count; i++) {
                spares->sockets[i] = spares->sockets[i + 1];
            }
            return true;
        }
    }
    return false;
}

void spare_connections_close(struct spare_connections *spares)
{
    while (spares->count > 0) {
        platform_socket_close(spares->sockets[--spares->count]);
    }
}
