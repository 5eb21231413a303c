#include "platform/socket.h"

#include <winsock2.h>
#include <ws2tcpip.h>

#include <stdio.h>
#include <string.h>

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

/* Without looking anything up; to be freed with freeaddrinfo(). NULL if it is not numeric. */
static struct addrinfo *numeric_address(const char *address, uint16_t port)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    char service[sizeof("65535")];

    snprintf(service, sizeof(service), "%u", (unsigned)port);
    return getaddrinfo(address, service, &hints, &found) == 0 ? found : NULL;
}

static bool begin_to_connect(SOCKET socket, const struct addrinfo *address)
{
    u_long does_not_block = 1;

    return ioctlsocket(socket, (long)FIONBIO, &does_not_block) == 0 &&
           (connect(socket, address->ai_addr, (int)address->ai_addrlen) == 0 ||
            WSAGetLastError() == WSAEWOULDBLOCK);
}

enum odo_status platform_socket_connect(const char *address, uint16_t port,
                                        intptr_t *socket_out)
{
    struct addrinfo *found = numeric_address(address, port);
    enum odo_status status = ODO_E_CANNOT_CONNECT;
    intptr_t made = -1;

    if (!found) {
        return status;
    }
    status = platform_socket_open(found->ai_family, SOCK_STREAM, IPPROTO_TCP, &made);
    if (status == ODO_OK && !begin_to_connect((SOCKET)made, found)) {
        platform_socket_close(made);
        status = ODO_E_CANNOT_CONNECT;
    }
    freeaddrinfo(found);
    if (status == ODO_OK) {
        *socket_out = made;
    }
    return status;
}

static bool is_same_endpoint(const struct sockaddr *left, const struct sockaddr *right)
{
    const struct sockaddr_in *left_4 = (const void *)left;
    const struct sockaddr_in *right_4 = (const void *)right;
    const struct sockaddr_in6 *left_6 = (const void *)left;
    const struct sockaddr_in6 *right_6 = (const void *)right;

    if (left->sa_family != right->sa_family) {
        return false;
    }
    switch (left->sa_family) {
    case AF_INET:
        return left_4->sin_port == right_4->sin_port &&
               left_4->sin_addr.s_addr == right_4->sin_addr.s_addr;
    case AF_INET6:
        return left_6->sin6_port == right_6->sin6_port &&
               memcmp(&left_6->sin6_addr, &right_6->sin6_addr, sizeof(left_6->sin6_addr)) == 0;
    default:
        return false;
    }
}

bool platform_socket_is_unused(intptr_t socket, const void *address)
{
    struct sockaddr_storage peer;
    int size = sizeof(peer);
    char byte;

    return getpeername((SOCKET)socket, (struct sockaddr *)&peer, &size) == 0 &&
           is_same_endpoint((const struct sockaddr *)&peer, address) &&
           recv((SOCKET)socket, &byte, 1, MSG_PEEK) < 0 && WSAGetLastError() == WSAEWOULDBLOCK;
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
