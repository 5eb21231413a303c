#include "support/server_socket.h"

#include <limits.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#include <string.h>

enum { BACKLOG = 128 };

bool server_socket_begin(void)
{
    WSADATA data;

    return WSAStartup(MAKEWORD(2, 2), &data) == 0;
}

void server_socket_end(void)
{
    (void)WSACleanup();
}

static struct sockaddr_in loopback(uint16_t port)
{
    struct sockaddr_in address;

    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

static server_socket checked(SOCKET handle)
{
    return handle == INVALID_SOCKET ? SERVER_SOCKET_NONE : (server_socket)handle;
}

server_socket server_socket_listen(uint16_t *port_out)
{
    struct sockaddr_in address = loopback(0);
    int size = sizeof(address);
    SOCKET handle = socket(AF_INET, SOCK_STREAM, 0);

    if (handle == INVALID_SOCKET) {
        return SERVER_SOCKET_NONE;
    }
    if (bind(handle, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(handle, BACKLOG) != 0 ||
        getsockname(handle, (struct sockaddr *)&address, &size) != 0) {
        closesocket(handle);
        return SERVER_SOCKET_NONE;
    }
    *port_out = ntohs(address.sin_port);
    return checked(handle);
}

server_socket server_socket_accept(server_socket listener)
{
    const BOOL on = TRUE;
    SOCKET handle = accept((SOCKET)listener, NULL, NULL);

    if (handle != INVALID_SOCKET) {
        (void)setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, (const char *)&on, sizeof(on));
    }
    return checked(handle);
}

void server_socket_knock(uint16_t port)
{
    struct sockaddr_in address = loopback(port);
    SOCKET handle = socket(AF_INET, SOCK_STREAM, 0);

    if (handle != INVALID_SOCKET) {
        (void)connect(handle, (const struct sockaddr *)&address, sizeof(address));
        closesocket(handle);
    }
}

ptrdiff_t server_socket_receive(server_socket socket, void *data_out, size_t size)
{
    return recv((SOCKET)socket, data_out, size < INT_MAX ? (int)size : INT_MAX, 0);
}

bool server_socket_send(server_socket socket, const void *data, size_t size)
{
    const char *next = data;

    while (size > 0) {
        int sent = send((SOCKET)socket, next, size < INT_MAX ? (int)size : INT_MAX, 0);

        if (sent < 0) {
            return false;
        }
        next += sent;
        size -= (size_t)sent;
    }
    return true;
}

void server_socket_finish_sending(server_socket socket)
{
    (void)shutdown((SOCKET)socket, SD_SEND);
}

void server_socket_wake(server_socket socket)
{
    (void)shutdown((SOCKET)socket, SD_BOTH);
    (void)CancelIoEx((HANDLE)(SOCKET)socket, NULL); /* see range_server_stop() */
}

void server_socket_close(server_socket socket)
{
    if (socket != SERVER_SOCKET_NONE) {
        closesocket((SOCKET)socket);
    }
}

void server_socket_reset(server_socket socket)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    if (socket != SERVER_SOCKET_NONE) {
        (void)setsockopt((SOCKET)socket, SOL_SOCKET, SO_LINGER, (const char *)&at_once,
                         sizeof(at_once));
        closesocket((SOCKET)socket);
    }
}
