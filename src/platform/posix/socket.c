#define _DEFAULT_SOURCE

#include "platform/socket.h"

#include "platform/posix/status_from_errno.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/tcp.h>
#endif

enum odo_status platform_socket_open(int family, int type, int protocol, intptr_t *socket_out)
{
    int descriptor = socket(family, type, protocol);

    if (descriptor >= 0) {
        *socket_out = descriptor;
        return ODO_OK;
    }
    return errno == EMFILE || errno == ENFILE || errno == ENOMEM ? status_from_errno(errno)
                                                                 : ODO_E_CANNOT_CONNECT;
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

static bool begin_to_connect(int descriptor, const struct addrinfo *address)
{
    int flags = fcntl(descriptor, F_GETFL);

    return flags >= 0 && fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 &&
           fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 &&
           (connect(descriptor, address->ai_addr, address->ai_addrlen) == 0 ||
            errno == EINPROGRESS);
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
    if (status == ODO_OK && !begin_to_connect((int)made, found)) {
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
    socklen_t size = sizeof(peer);
    char byte;

    return getpeername((int)socket, (struct sockaddr *)&peer, &size) == 0 &&
           is_same_endpoint((const struct sockaddr *)&peer, address) &&
           recv((int)socket, &byte, 1, MSG_PEEK) < 0 &&
           (errno == EAGAIN || errno == EWOULDBLOCK);
}

/* The number of bytes received by the kernel, read or not. */
static bool count_arrived(int descriptor, uint64_t *bytes_out)
{
#ifdef __linux__
    struct tcp_info info;
    socklen_t size = sizeof(info);

    if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
        size >= offsetof(struct tcp_info, tcpi_bytes_received) + sizeof(uint64_t)) {
        *bytes_out = info.tcpi_bytes_received;
        return true;
    }
#else
    (void)descriptor;
    (void)bytes_out;
#endif
    return false;
}

bool platform_socket_received(intptr_t socket, uint64_t *bytes_out)
{
    uint64_t arrived;
    int unread = 0;

    /* In this order, so that bytes arriving in between count as unread. */
    if (!count_arrived((int)socket, &arrived) || ioctl((int)socket, FIONREAD, &unread) != 0) {
        return false;
    }
    *bytes_out = arrived > (uint64_t)unread ? arrived - (uint64_t)unread : 0;
    return true;
}

void platform_socket_shut_down(intptr_t socket)
{
    shutdown((int)socket, SHUT_RDWR); /* fails if the server has closed it */
}

void platform_socket_close(intptr_t socket)
{
    close((int)socket); /* the descriptor is closed in any case */
}
