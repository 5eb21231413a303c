/*
 * A network in a program: two network namespaces joined by TUN devices, between which this
 * program carries the packets, later and slower as it is told. Needs root. Linux only.
 *
 *     tunnel [--delay MICROSECONDS] [--rate BYTES] [--queue BYTES] [--loss PERCENT]
 *            [--connection-rate BYTES] [--slow-rate BYTES] [--slow-connection INDEX] [--mtu
 * BYTES]
 *
 * The delay is that of one direction; rates are bytes a second of whole IP packets, in each
 * direction. A connection is known by the client's port; the one with the index (the first has
 * 0) gets the slow rate instead of the others'. Numbers that are not given, or 0, do nothing.
 *
 * When it stands, a line "client=FILE server=FILE" names the namespaces as nsenter --net takes
 * them; the client has the address 192.0.2.1, the server 192.0.2.2. It ends with SIGTERM, when
 * standard input ends, or with its parent, prints what it carried, and leaves nothing behind:
 * the namespaces live no longer than it and the programs in them.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    CLIENT,
    SERVER,
    ENDS,
    PACKETS_MAX = 400 * 1000, /* under way at once; more are dropped */
    BATCH = 64,
    PORTS = 65536,
    SECOND_NS = 1000 * 1000 * 1000,
    CONNECTION_QUEUE_MS = 50, /* of a connection with a rate of its own */
    CONNECTION_QUEUE_LEAST = 20 * 1500,
    TCP_SYN = 0x02,
    TCP_ACK = 0x10,
};

struct settings {
    uint64_t delay_us;
    uint64_t rate;
    uint64_t queue;
    double loss;
    uint64_t connection_rate;
    uint64_t slow_rate;
    int64_t slow_connection;
    uint64_t mtu;
};

struct packet {
    uint64_t due_ns;
    uint64_t order; /* of arrival: equals leave in it */
    int to;
    size_t size;
    unsigned char *data; /* settings.mtu bytes */
};

/* A line that sends one byte after the other. */
struct line {
    uint64_t free_ns; /* when the last byte so far will have been sent */
};

struct connection {
    struct line lines[ENDS]; /* by where they lead */
    uint64_t rate;
};

struct end {
    int device;
    int space; /* a descriptor of the namespace */
    struct line line;
    uint64_t packets;
    uint64_t bytes;
    uint64_t dropped;
};

static struct settings settings = {.slow_connection = -1, .mtu = 1500};
static struct end ends[ENDS];
static struct connection connections[PORTS];
static int64_t connection_count;
static struct packet *waiting; /* a heap: the first is due first */
static size_t waiting_count;
static unsigned char **spare; /* packets' memory that nobody uses */
static size_t spare_count;
static uint64_t order;
static volatile sig_atomic_t must_stop;

static void fail(const char *what)
{
    fprintf(stderr, "tunnel: %s: %s\n", what, strerror(errno));
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

/* --- Devices ---------------------------------------------------------------------------- */

static void set_address(int control, const char *name, const char *address,
                        unsigned long request)
{
    struct ifreq interface = {0};
    struct sockaddr_in internet = {.sin_family = AF_INET};

    inet_pton(AF_INET, address, &internet.sin_addr);
    snprintf(interface.ifr_name, sizeof(interface.ifr_name), "%s", name);
    memcpy(&interface.ifr_addr, &internet, sizeof(internet));
    if (ioctl(control, request, &interface) != 0) {
        fail(address);
    }
}

static void bring_up(int control, const char *name)
{
    struct ifreq interface = {0};

    snprintf(interface.ifr_name, sizeof(interface.ifr_name), "%s", name);
    interface.ifr_flags = IFF_UP | IFF_RUNNING;
    if (ioctl(control, SIOCSIFFLAGS, &interface) != 0) {
        fail(name);
    }
}

static void set_number(int control, const char *name, unsigned long request, int number)
{
    struct ifreq interface = {0};

    snprintf(interface.ifr_name, sizeof(interface.ifr_name), "%s", name);
    interface.ifr_mtu = number; /* in one union with the length of the queue */
    if (ioctl(control, request, &interface) != 0) {
        fail(name);
    }
}

static bool write_text(const char *path, const char *text)
{
    int file = open(path, O_WRONLY | O_CLOEXEC);
    bool is_written = file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text);

    if (file >= 0) {
        close(file);
    }
    return is_written;
}

/* Each run begins without what an earlier connection has taught, and no sender paces itself,
 * which would need other limits than ours. A namespace may have what the machine allows: Reno
 * always. */
static void set_up_tcp(void)
{
    static const char congestion[] = "/proc/sys/net/ipv4/tcp_congestion_control";

    if (!write_text("/proc/sys/net/ipv4/tcp_no_metrics_save", "1") ||
        (!write_text(congestion, "cubic") && !write_text(congestion, "reno"))) {
        fprintf(stderr, "tunnel: TCP stays as this machine has it\n");
    }
}

/* Move into a namespace of its own and put a device there. */
static struct end make_end(const char *address, const char *other)
{
    struct ifreq interface = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    struct end end = {0};
    int control;

    if (unshare(CLONE_NEWNET) != 0) {
        fail("a network namespace");
    }
    end.space = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    end.device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (end.space < 0 || end.device < 0 || control < 0) {
        fail("/dev/net/tun");
    }
    snprintf(interface.ifr_name, sizeof(interface.ifr_name), "tunnel");
    if (ioctl(end.device, TUNSETIFF, &interface) != 0) {
        fail("a TUN device");
    }
    set_number(control, "tunnel", SIOCSIFMTU, (int)settings.mtu);
    set_number(control, "tunnel", SIOCSIFTXQLEN, 20000);
    set_address(control, "tunnel", address, SIOCSIFADDR);
    set_address(control, "tunnel", other, SIOCSIFDSTADDR);
    bring_up(control, "tunnel");
    bring_up(control, "lo");
    close(control);
    set_up_tcp();
    return end;
}

/* --- Packets under way -------------------------------------------------------------------- */

static bool is_before(const struct packet *left, const struct packet *right)
{
    return left->due_ns != right->due_ns ? left->due_ns < right->due_ns
                                         : left->order < right->order;
}

static void put(struct packet packet)
{
    size_t place = waiting_count++;

    while (place > 0 && is_before(&packet, &waiting[(place - 1) / 2])) {
        waiting[place] = waiting[(place - 1) / 2];
        place = (place - 1) / 2;
    }
    waiting[place] = packet;
}

static struct packet take_first(void)
{
    struct packet first = waiting[0];
    struct packet last = waiting[--waiting_count];
    size_t place = 0;

    for (;;) {
        size_t child = 2 * place + 1;

        if (child + 1 < waiting_count && is_before(&waiting[child + 1], &waiting[child])) {
            child++;
        }
        if (child >= waiting_count || !is_before(&waiting[child], &last)) {
            break;
        }
        waiting[place] = waiting[child];
        place = child;
    }
    waiting[place] = last;
    return first;
}

static unsigned char *packet_memory(void)
{
    unsigned char *memory = spare_count > 0 ? spare[--spare_count] : malloc(settings.mtu);

    if (!memory) {
        fail("memory");
    }
    return memory;
}

/*
 * Send so many bytes along a line: when the last of them has left. 0 when more than `queue`
 * bytes wait there already.
 */
static uint64_t send_along(struct line *line, uint64_t from_ns, size_t size, uint64_t rate,
                           uint64_t queue)
{
    uint64_t start = line->free_ns > from_ns ? line->free_ns : from_ns;

    if ((double)(start - from_ns) * (double)rate / SECOND_NS > (double)queue) {
        return 0;
    }
    line->free_ns = start + (uint64_t)size * SECOND_NS / rate;
    return line->free_ns;
}

/* The TCP connection that a packet belongs to, or NULL. */
static struct connection *connection_of(const unsigned char *data, size_t size, int to)
{
    size_t header = (size_t)(data[0] & 0x0F) * 4;
    struct connection *connection;
    const unsigned char *tcp = data + header;
    unsigned int port;

    if (size < header + 20 || data[0] >> 4 != 4 || data[9] != IPPROTO_TCP) {
        return NULL;
    }
    port = to == SERVER ? (unsigned int)(tcp[0] << 8 | tcp[1])
                        : (unsigned int)(tcp[2] << 8 | tcp[3]);
    connection = &connections[port];
    if (to == SERVER && (tcp[13] & (TCP_SYN | TCP_ACK)) == TCP_SYN) {
        bool is_slow = connection_count++ == settings.slow_connection;

        *connection = (struct connection){.rate = is_slow ? settings.slow_rate
                                                          : settings.connection_rate};
    }
    return connection;
}

static bool is_lost(void)
{
    static uint64_t state = 88172645463325252U;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) / (double)(1ULL << 53) * 100 < settings.loss;
}

/* When the packet arrives; 0 when it never does. */
static uint64_t arrival_of(const unsigned char *data, size_t size, int to, uint64_t now)
{
    struct connection *connection = connection_of(data, size, to);
    uint64_t sent = now;

    if (settings.loss > 0 && is_lost()) {
        return 0;
    }
    if (connection && connection->rate > 0) {
        uint64_t queue = connection->rate * CONNECTION_QUEUE_MS / 1000;

        sent = send_along(&connection->lines[to], now, size, connection->rate,
                          queue > CONNECTION_QUEUE_LEAST ? queue : CONNECTION_QUEUE_LEAST);
    }
    if (sent > 0 && settings.rate > 0) {
        sent = send_along(&ends[to].line, sent, size, settings.rate, settings.queue);
    }
    return sent == 0 ? 0 : sent + settings.delay_us * 1000;
}

static bool read_packets(int from)
{
    int to = from == CLIENT ? SERVER : CLIENT;
    uint64_t now = now_ns();

    for (int i = 0; i < BATCH; i++) {
        unsigned char *data = packet_memory();
        ssize_t size = read(ends[from].device, data, settings.mtu);
        uint64_t due = size > 20 ? arrival_of(data, (size_t)size, to, now) : 0;

        if (size > 0 && due > 0 && waiting_count < PACKETS_MAX) {
            put((struct packet){due, order++, to, (size_t)size, data});
            continue;
        }
        spare[spare_count++] = data;
        if (size <= 0) {
            return false;
        }
        ends[to].dropped++;
    }
    return true;
}

static void write_due(void)
{
    uint64_t now = now_ns();

    while (waiting_count > 0 && waiting[0].due_ns <= now) {
        struct packet packet = take_first();

        if (write(ends[packet.to].device, packet.data, packet.size) == (ssize_t)packet.size) {
            ends[packet.to].packets++;
            ends[packet.to].bytes += packet.size;
        } else {
            ends[packet.to].dropped++;
        }
        spare[spare_count++] = packet.data;
    }
}

/* How long to sleep: until a packet is due, and no longer than a second. */
static struct timespec time_to_sleep(void)
{
    uint64_t now = now_ns();
    uint64_t wait = SECOND_NS - 1;

    if (waiting_count > 0) {
        wait = waiting[0].due_ns > now ? waiting[0].due_ns - now : 0;
        wait = wait < SECOND_NS ? wait : SECOND_NS - 1;
    }
    return (struct timespec){.tv_nsec = (long)wait};
}

static void carry(void)
{
    struct pollfd watched[] = {{.fd = ends[CLIENT].device, .events = POLLIN},
                               {.fd = ends[SERVER].device, .events = POLLIN},
                               {.fd = STDIN_FILENO}};

    while (!must_stop && !(watched[2].revents & (POLLHUP | POLLERR))) {
        struct timespec wait = time_to_sleep();
        bool more = true;

        if (ppoll(watched, 3, &wait, NULL) < 0 && errno != EINTR) {
            fail("waiting");
        }
        while (more && !must_stop) {
            more = read_packets(CLIENT);
            more = read_packets(SERVER) || more;
            write_due();
        }
    }
}

static void read_settings(int count, char **values)
{
    for (int i = 1; i + 1 < count; i += 2) {
        const char *name = values[i];
        uint64_t number = strtoull(values[i + 1], NULL, 10);

        if (strcmp(name, "--delay") == 0) {
            settings.delay_us = number;
        } else if (strcmp(name, "--rate") == 0) {
            settings.rate = number;
        } else if (strcmp(name, "--queue") == 0) {
            settings.queue = number;
        } else if (strcmp(name, "--loss") == 0) {
            settings.loss = strtod(values[i + 1], NULL);
        } else if (strcmp(name, "--connection-rate") == 0) {
            settings.connection_rate = number;
        } else if (strcmp(name, "--slow-rate") == 0) {
            settings.slow_rate = number;
        } else if (strcmp(name, "--slow-connection") == 0) {
            settings.slow_connection = (int64_t)number;
        } else if (strcmp(name, "--mtu") == 0 && number >= 576 && number <= 65535) {
            settings.mtu = number;
        } else {
            fprintf(stderr, "tunnel: unknown: %s %s\n", name, values[i + 1]);
            exit(EXIT_FAILURE);
        }
    }
    if (settings.queue == 0) {
        /* Twice what the line holds for there and back, as good routers have it. */
        settings.queue = settings.rate / 1000 * settings.delay_us * 4 / 1000;
        settings.queue = settings.queue > 256 * 1024 ? settings.queue : 256 * 1024;
    }
}

int main(int count, char **values)
{
    struct sigaction action = {.sa_handler = on_signal};

    read_settings(count, values);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    prctl(PR_SET_TIMERSLACK, 1);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    waiting = malloc(PACKETS_MAX * sizeof(*waiting));
    spare = malloc((PACKETS_MAX + 1) * sizeof(*spare));
    if (!waiting || !spare) {
        fail("memory");
    }
    ends[SERVER] = make_end("192.0.2.2", "192.0.2.1");
    ends[CLIENT] = make_end("192.0.2.1", "192.0.2.2");
    printf("client=/proc/%ld/fd/%d server=/proc/%ld/fd/%d\n", (long)getpid(),
           ends[CLIENT].space, (long)getpid(), ends[SERVER].space);
    fflush(stdout);
    carry();
    for (int i = 0; i < ENDS; i++) {
        printf("to_%s packets=%" PRIu64 " bytes=%" PRIu64 " dropped=%" PRIu64 "\n",
               i == CLIENT ? "client" : "server", ends[i].packets, ends[i].bytes,
               ends[i].dropped);
    }
    return EXIT_SUCCESS;
}
