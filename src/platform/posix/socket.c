#define _DEFAULT_SOURCE

#include "platform/socket.h"

#include <netinet/in.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/tcp.h>
#endif

/* How many bytes have reached us, read or not. */
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

    /* In this order: what comes in between counts as unread. */
    if (!count_arrived((int)socket, &arrived) || ioctl((int)socket, FIONREAD, &unread) != 0) {
        return false;
    }
    *bytes_out = arrived > (uint64_t)unread ? arrived - (uint64_t)unread : 0;
    return true;
}

void platform_socket_shut_down(intptr_t socket)
{
    shutdown((int)socket, SHUT_RDWR); /* fails when the server was first */
}

void platform_socket_close(intptr_t socket)
{
    close((int)socket); /* the descriptor is gone in any case */
}
