#define _DEFAULT_SOURCE

#include "platform/socket.h"

#include "platform/posix/status_from_errno.h"

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
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
