/*
 * The sockets of the test server: blocking TCP on 127.0.0.1.
 *
 * One implementation per operating system: server_socket_posix.c, server_socket_windows.c.
 */
#ifndef SUPPORT_SERVER_SOCKET_H
#define SUPPORT_SERVER_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef intptr_t server_socket;

#define SERVER_SOCKET_NONE ((server_socket)-1)

/* Before and after all else. Counted; false when the system has no sockets. */
bool server_socket_begin(void);
void server_socket_end(void);

/* Listen on a port that the system picks. SERVER_SOCKET_NONE on failure. */
server_socket server_socket_listen(uint16_t *port_out);

/* Wait for a client. SERVER_SOCKET_NONE on failure. */
server_socket server_socket_accept(server_socket listener);

/* Connect to the port and leave again, to wake whoever waits in server_socket_accept(). */
void server_socket_knock(uint16_t port);

/* Wait for bytes: how many came, 0 when there will be no more, -1 on failure. */
ptrdiff_t server_socket_receive(server_socket socket, void *data_out, size_t size);

/* Send all, waiting for the client to take it. False when the client has gone. */
bool server_socket_send(server_socket socket, const void *data, size_t size);

/* Tell the client that nothing more will come, which still lets it read what was sent. */
void server_socket_finish_sending(server_socket socket);

/* Any thread: end what another thread waits for on this socket, now and later. */
void server_socket_wake(server_socket socket);

void server_socket_close(server_socket socket);

/* Close so that the client sees a reset instead of an end. */
void server_socket_reset(server_socket socket);

#endif
