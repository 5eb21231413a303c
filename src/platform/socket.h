/*
 * What may be asked of a connection that somebody else has made and uses.
 *
 * A socket is a descriptor, or on Windows a SOCKET. Any thread; whoever calls sees to it that
 * nobody closes it meanwhile.
 */
#ifndef ODO_PLATFORM_SOCKET_H
#define ODO_PLATFORM_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

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
