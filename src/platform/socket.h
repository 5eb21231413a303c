/*
 * Creates sockets, and examines connections, which another library may own.
 *
 * A socket is a descriptor, or on Windows a SOCKET. Any thread; the caller ensures that it is
 * not closed meanwhile.
 */
#ifndef ODO_PLATFORM_SOCKET_H
#define ODO_PLATFORM_SOCKET_H

#include <odo/types.h>

#include <stdbool.h>
#include <stdint.h>

/*
 * Create a socket; the arguments are those of socket().
 *
 *   ODO_E_TOO_MANY_OPEN_FILES, ODO_E_OUT_OF_MEMORY   out of resources
 *   ODO_E_CANNOT_CONNECT                             unsupported address family
 */
enum odo_status platform_socket_open(int family, int type, int protocol, intptr_t *socket_out);

/*
 * Begin to connect a new TCP socket, which does not block, to a numeric address. Returns at
 * once; the connection may still fail.
 *
 *   ODO_E_TOO_MANY_OPEN_FILES, ODO_E_OUT_OF_MEMORY   out of resources
 *   ODO_E_CANNOT_CONNECT                             no such address, or refused at once
 */
enum odo_status platform_socket_connect(const char *address, uint16_t port,
                                        intptr_t *socket_out);

/* True if it is connected to this address, a struct sockaddr, and the peer has neither sent
 * anything nor closed the connection. For a socket from platform_socket_connect(). */
bool platform_socket_is_unused(intptr_t socket, const void *address);

/*
 * The number of bytes that its owner has read from it since it was connected, or slightly less.
 * False if the system does not report it, as on Windows, or if it is not a TCP connection.
 */
bool platform_socket_received(intptr_t socket, uint64_t *bytes_out);

/* Shut it down in both directions: its owner reads the end, or an error, after the data already
 * received. It still has to be closed. */
void platform_socket_shut_down(intptr_t socket);

void platform_socket_close(intptr_t socket);

#endif
