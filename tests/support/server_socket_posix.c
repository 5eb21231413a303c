#define _POSIX_C_SOURCE 200809L

#include "support/server_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 128 };

bool server_socket_begin(void)
{
    return true;
}

void server_socket_end(void)
{
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

/* Programs that a test starts must not hold our connections open. */
static int keep_to_ourselves(int fd)
{
    if (fd >= 0) {
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
    return fd;
}

server_socket server_socket_listen(uint16_t *port_out)
{
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof(address);
    int fd = keep_to_ourselves(socket(AF_INET, SOCK_STREAM, 0));

    if (fd < 0) {
        return SERVER_SOCKET_NONE;
    }
    if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(fd, BACKLOG) != 0 || getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
        close(fd);
        return SERVER_SOCKET_NONE;
    }
    *port_out = ntohs(address.sin_port);
    return fd;
}

server_socket server_socket_accept(server_socket listener)
{
    const int on = 1;
    int fd;

    do {
        fd = keep_to_ourselves(accept((int)listener, NULL, NULL));
    } while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
    if (fd < 0) {
        return SERVER_SOCKET_NONE;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return fd;
}

void server_socket_knock(uint16_t port)
{
    struct sockaddr_in address = loopback(port);
    int fd = keep_to_ourselves(socket(AF_INET, SOCK_STREAM, 0));

    if (fd >= 0) {
        (void)connect(fd, (const struct sockaddr *)&address, sizeof(address));
        close(fd);
    }
}

ptrdiff_t server_socket_receive(server_socket socket, void *data_out, size_t size)
{
    ssize_t count;

    do {
        count = recv((int)socket, data_out, size, 0);
    } while (count < 0 && errno == EINTR);
    return count;
}

bool server_socket_send(server_socket socket, const void *data, size_t size)
{
    const char *next = data;

    while (size > 0) {
        ssize_t sent = send((int)socket, next, size, MSG_NOSIGNAL);

        if (sent < 0) {
            if (errno == EINTR) {
                continue;
            }
            return false;
        }
        next += sent;
        size -= (size_t)sent;
    }
    return true;
}

void server_socket_finish_sending(server_socket socket)
{
    (void)shutdown((int)socket, SHUT_WR);
}

void server_socket_wake(server_socket socket)
{
    (void)shutdown((int)socket, SHUT_RDWR);
}

void server_socket_close(server_socket socket)
{
    if (socket != SERVER_SOCKET_NONE) {
        close((int)socket);
    }
}

void server_socket_reset(server_socket socket)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    if (socket != SERVER_SOCKET_NONE) {
        (void)setsockopt((int)socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
        close((int)socket);
    }
}
