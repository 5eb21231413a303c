#include "platform/socket.h"

#include <winsock2.h>

enum odo_status platform_socket_open(int family, int type, int protocol, intptr_t *socket_out)
{
    SOCKET made = socket(family, type, protocol);

    if (made != INVALID_SOCKET) {
        *socket_out = (intptr_t)made;
        return ODO_OK;
    }
    switch (WSAGetLastError()) {
    case WSAEMFILE:
        return ODO_E_TOO_MANY_OPEN_FILES;
    case WSAENOBUFS:
        return ODO_E_OUT_OF_MEMORY;
    default:
        return ODO_E_CANNOT_CONNECT;
    }
}

/* Windows 10 has SIO_TCP_INFO, but Wine does not. The libcurl built for Windows returns after
 * some mebibytes of frames without a body, so this is not needed. */
bool platform_socket_received(intptr_t socket, uint64_t *bytes_out)
{
    (void)socket;
    (void)bytes_out;
    return false;
}

void platform_socket_shut_down(intptr_t socket)
{
    shutdown((SOCKET)socket, SD_BOTH); /* fails if the server has closed it */
}

void platform_socket_close(intptr_t socket)
{
    closesocket((SOCKET)socket);
}
