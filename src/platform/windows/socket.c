#include "platform/socket.h"

#include <winsock2.h>

/* Windows 10 has SIO_TCP_INFO, which Wine has not. The libcurl that is built for Windows
 * returns after some mebibytes of frames that are no body, so that nobody needs to know. */
bool platform_socket_received(intptr_t socket, uint64_t *bytes_out)
{
    (void)socket;
    (void)bytes_out;
    return false;
}

void platform_socket_shut_down(intptr_t socket)
{
    shutdown((SOCKET)socket, SD_BOTH); /* fails when the server was first */
}

void platform_socket_close(intptr_t socket)
{
    closesocket((SOCKET)socket);
}
