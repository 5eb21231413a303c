/*
 * Sockets, and what may be asked of a connection that somebody else has made and uses.
 *
 * A socket is a descriptor, or on Windows a SOCKET. Any thread; whoever calls sees to it that
 * nobody closes it meanwhile.
 */
#ifndef ODO_PLATFORM_SOCKET_H
#define ODO_PLATFORM_SOCKET_H

#include <odo/types.h>

#include <stdbool.h>
#include <stdint.h>

/*
 * Make a socket; the arguments are those of socket().
 *
 *   ODO_E_TOO_MANY_OPEN_FILES, ODO_E_OUT_OF_MEMORY   this machine has no more
 *   ODO_E_CANNOT_CONNECT                             it does not know this kind of address
 */
enum odo_status platform_socket_open(int family, int type, int protocol, intptr_t *socket_out);

/*
 * How many bytes its user has received from it since it was connected; or a few less. False
 * when the system does not tell, as on Windows, or when it is no TCP connection.
 */
bool platform_socket_received(intptr_t socket, uint64_t *bytes_out);

/* Nothing comes any more, nor goes: whoever reads it meets the end, or an error, once what has
 * come already is read. It remains to be closed. */
void platform_socket_shut_down(intptr_t socket);

void platform_socket_close(intptr_t socket);

#endif
