/*
 * A TCP proxy on the loopback that delays and limits what goes through it: a network for those
 * who may not make one (tunnel.c is the better one). POSIX and Linux's epoll.
 *
 *     proxy --to PORT [--delay MICROSECONDS] [--rate BYTES] [--connection-rate BYTES]
 *           [--slow-rate BYTES] [--slow-connection INDEX]
 *
 * Means what the same words mean to tunnel.c, but for whole connections instead of packets: the
 * loopback's own TCP does the rest, so there is no slow start and no loss. The time that a
 * handshake would take is added to the first bytes of the client. Prints "port=NUMBER", where
 * it listens on 127.0.0.1, and ends with SIGTERM, when standard input ends, or with its parent.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    UP,   /* to the server */
    DOWN, /* to the client */
    WAYS,
    PIECE = 16 * 1024,
    HELD_LEAST = 256 * 1024, /* bytes on their way in one direction of a connection */
    EVENTS = 64,
    SECOND_NS = 1000 * 1000 * 1000,
};

struct settings {
    uint16_t port;
    uint64_t delay_us;
    uint64_t rate;
    uint64_t connection_rate;
    uint64_t slow_rate;
    int64_t slow_connection;
};

struct piece {
    struct piece *next;
    uint64_t due_ns;
    size_t size;
    size_t sent;
    unsigned char data[PIECE];
};

/* One direction of a connection: bytes read from one socket, due to be written to the other. */
struct way {
    int from;
    int to;
    struct piece *first;
    struct piece *last;
    size_t held;
    uint64_t free_ns; /* when the connection's own line has sent everything so far */
    bool can_read;
    bool is_blocked; /* the other socket takes no more now */
    bool has_ended;
};

struct connection {
    struct connection *next;
    struct way ways[WAYS];
    uint64_t rate;
    bool is_new; /* no byte of the client's yet */
};

static struct settings settings = {.slow_connection = -1};
static struct connection *connections;
static int64_t connection_count;
static uint64_t line_free_ns[WAYS];
static size_t held_most;
static int poller;
static volatile sig_atomic_t must_stop;

static void fail(const char *what)
{
    fprintf(stderr, "proxy: %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

static void on_signal(int number)
{
    (void)number;
    must_stop = 1;
}

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

static void watch(int descriptor, struct connection *connection)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET | EPOLLRDHUP,
                                .data.ptr = connection};

    if (epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) != 0) {
        fail("watching a socket");
    }
}

static void be_quick(int descriptor)
{
    int on = 1;

    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}

static void accept_one(int listener)
{
    struct sockaddr_in server = {.sin_family = AF_INET,
                                 .sin_port = htons(settings.port),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    int other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct connection *connection = calloc(1, sizeof(*connection));
    bool is_slow = connection_count++ == settings.slow_connection;

    if (client < 0 || other < 0 || !connection ||
        connect(other, (struct sockaddr *)&server, sizeof(server)) != 0) {
        close(client);
        close(other);
        free(connection);
        return;
    }
    be_quick(client);
    be_quick(other);
    connection->rate = is_slow ? settings.slow_rate : settings.connection_rate;
    connection->is_new = true;
    connection->ways[UP] = (struct way){.from = client, .to = other, .can_read = true};
    connection->ways[DOWN] = (struct way){.from = other, .to = client, .can_read = true};
    connection->next = connections;
    connections = connection;
    watch(client, connection);
    watch(other, connection);
}

static uint64_t send_along(uint64_t *free_ns, uint64_t from_ns, size_t size, uint64_t rate)
{
    uint64_t start = *free_ns > from_ns ? *free_ns : from_ns;

    if (rate == 0) {
        return from_ns;
    }
    *free_ns = start + (uint64_t)size * SECOND_NS / rate;
    return *free_ns;
}

static void append(struct connection *connection, int direction, struct piece *piece)
{
    struct way *way = &connection->ways[direction];
    uint64_t sent = send_along(&way->free_ns, now_ns(), piece->size, connection->rate);

    sent = send_along(&line_free_ns[direction], sent, piece->size, settings.rate);
    piece->due_ns = sent + settings.delay_us * 1000;
    if (direction == UP && connection->is_new) {
        connection->is_new = false;
        piece->due_ns += settings.delay_us * 2000;
    }
    if (way->last && piece->due_ns < way->last->due_ns) {
        piece->due_ns = way->last->due_ns;
    }
    if (way->last) {
        way->last->next = piece;
    } else {
        way->first = piece;
    }
    way->last = piece;
    way->held += piece->size;
}

static void read_way(struct connection *connection, int direction)
{
    struct way *way = &connection->ways[direction];

    while (way->can_read && !way->has_ended && way->held < held_most) {
        struct piece *piece = malloc(sizeof(*piece));
        ssize_t size;

        if (!piece) {
            fail("memory");
        }
        size = read(way->from, piece->data, PIECE);
        if (size > 0) {
            piece->next = NULL;
            piece->size = (size_t)size;
            piece->sent = 0;
            append(connection, direction, piece);
            continue;
        }
        free(piece);
        if (size < 0 && errno == EAGAIN) {
            way->can_read = false;
        } else {
            way->has_ended = true;
        }
    }
}

static void drop_first(struct way *way)
{
    struct piece *piece = way->first;

    way->first = piece->next;
    way->last = way->first ? way->last : NULL;
    way->held -= piece->size;
    free(piece);
}

static void write_way(struct way *way, uint64_t now)
{
    while (way->first && way->first->due_ns <= now && !way->is_blocked) {
        struct piece *piece = way->first;
        ssize_t size =
            send(way->to, piece->data + piece->sent, piece->size - piece->sent, MSG_NOSIGNAL);

        if (size < 0 && errno == EAGAIN) {
            way->is_blocked = true; /* epoll says when to go on */
            return;
        }
        if (size < 0) {
            way->has_ended = true;
            while (way->first) {
                drop_first(way);
            }
            return;
        }
        piece->sent += (size_t)size;
        if (piece->sent == piece->size) {
            drop_first(way);
        }
    }
}

/* Move what can be moved. Returns false when the connection has ended. */
static bool serve(struct connection *connection, uint64_t now)
{
    for (int direction = 0; direction < WAYS; direction++) {
        read_way(connection, direction);
        write_way(&connection->ways[direction], now);
    }
    return !(connection->ways[DOWN].has_ended && !connection->ways[DOWN].first) &&
           !(connection->ways[UP].has_ended && !connection->ways[UP].first);
}

static void serve_all(void)
{
    uint64_t now = now_ns();
    struct connection **place = &connections;

    while (*place) {
        struct connection *connection = *place;

        if (serve(connection, now)) {
            place = &connection->next;
            continue;
        }
        *place = connection->next;
        for (int direction = 0; direction < WAYS; direction++) {
            close(connection->ways[direction].from);
            while (connection->ways[direction].first) {
                drop_first(&connection->ways[direction]);
            }
        }
        free(connection);
    }
}

/* Until the next piece is due; one whose socket is full waits for the socket. */
static struct timespec time_to_sleep(void)
{
    uint64_t now = now_ns();
    uint64_t wait = SECOND_NS - 1;

    for (const struct connection *connection = connections; connection;
         connection = connection->next) {
        for (int direction = 0; direction < WAYS; direction++) {
            const struct way *way = &connection->ways[direction];

            if (way->first && !way->is_blocked) {
                uint64_t due = way->first->due_ns;
                uint64_t until = due > now ? due - now : 0;

                wait = until < wait ? until : wait;
            }
        }
    }
    return (struct timespec){.tv_nsec = (long)wait};
}

static void carry(int listener)
{
    while (!must_stop) {
        struct epoll_event events[EVENTS];
        struct timespec wait = time_to_sleep();
        int count = epoll_pwait2(poller, events, EVENTS, &wait, NULL);

        for (int i = 0; i < count; i++) {
            struct connection *connection = events[i].data.ptr;

            if (events[i].data.ptr == &settings) {
                return; /* standard input has ended */
            }
            if (!connection) {
                accept_one(listener);
            } else {
                for (int direction = 0; direction < WAYS; direction++) {
                    connection->ways[direction].can_read = true;
                    connection->ways[direction].is_blocked = false;
                }
            }
        }
        serve_all();
    }
}

static void read_settings(int count, char **values)
{
    for (int i = 1; i + 1 < count; i += 2) {
        const char *name = values[i];
        uint64_t number = strtoull(values[i + 1], NULL, 10);

        if (strcmp(name, "--to") == 0) {
            settings.port = (uint16_t)number;
        } else if (strcmp(name, "--delay") == 0) {
            settings.delay_us = number;
        } else if (strcmp(name, "--rate") == 0) {
            settings.rate = number;
        } else if (strcmp(name, "--connection-rate") == 0) {
            settings.connection_rate = number;
        } else if (strcmp(name, "--slow-rate") == 0) {
            settings.slow_rate = number;
        } else if (strcmp(name, "--slow-connection") == 0) {
            settings.slow_connection = (int64_t)number;
        } else {
            fprintf(stderr, "proxy: unknown: %s %s\n", name, values[i + 1]);
            exit(EXIT_FAILURE);
        }
    }
    /* A tenth of a second more than the line holds, so that it never runs dry. */
    held_most = settings.rate / 1000 * (settings.delay_us + 100 * 1000) / 1000;
    if (settings.rate == 0) {
        held_most = 1000 * settings.delay_us; /* a gigabyte a second */
    }
    held_most = held_most > HELD_LEAST ? held_most : HELD_LEAST;
}

int main(int count, char **values)
{
    struct sigaction action = {.sa_handler = on_signal};
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    struct epoll_event event = {.events = EPOLLIN};
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    read_settings(count, values);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    prctl(PR_SET_TIMERSLACK, 1);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0 || listener < 0 ||
        bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(listener, 128) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0 ||
        epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event) != 0) {
        fail("listening");
    }
    event = (struct epoll_event){.events = EPOLLRDHUP | EPOLLHUP, .data.ptr = &settings};
    (void)epoll_ctl(poller, EPOLL_CTL_ADD, STDIN_FILENO, &event); /* not of a file */
    printf("port=%u\n", (unsigned)ntohs(address.sin_port));
    fflush(stdout);
    carry(listener);
    return EXIT_SUCCESS;
}
