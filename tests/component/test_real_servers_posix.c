/*
 * The same downloads against servers that others wrote: nginx, Apache and lighttpd, each
 * started on a free port of 127.0.0.1 with a configuration of our own. A server that is not
 * installed skips its rows.
 */
#define _GNU_SOURCE

#include "job/job_state.h"
#include "platform/clock.h"
#include "support/content.h"
#include "support/download_fixture.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

enum {
    LARGE_SIZE = 48000001,
    NEW_SEED = 8,
    NEW_SIZE = 47000003,
    MANY_RANGES = 2000,
    START_DEADLINE_MS = 20000,
};

/* --- The servers ---------------------------------------------------------------------- */

enum { NGINX, APACHE, LIGHTTPD, SERVER_COUNT };

static struct real_server {
    const char *name;
    const char *programs[3];   /* where it may be installed */
    const char *arguments[6];  /* "{conf}" and "{folder}" are filled in */
    const char *configuration; /* "{folder}" and "{port}" are */
    char *program;             /* NULL: not installed */
    uint16_t port;
    pid_t process;
} servers[SERVER_COUNT] = {
    [NGINX] =
        {
            .name = "nginx",
            .programs = {"/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"},
            .arguments = {"-p", "{folder}", "-c", "{conf}", "-e", "{folder}/nginx.error"},
            .configuration = "daemon off;\n"
                             "master_process off;\n"
                             "pid {folder}/nginx.pid;\n"
                             "error_log {folder}/nginx.error;\n"
                             "events { worker_connections 256; }\n"
                             "http {\n"
                             "    access_log off;\n"
                             "    client_body_temp_path {folder}/nginx.body;\n"
                             "    proxy_temp_path {folder}/nginx.proxy;\n"
                             "    fastcgi_temp_path {folder}/nginx.fastcgi;\n"
                             "    uwsgi_temp_path {folder}/nginx.uwsgi;\n"
                             "    scgi_temp_path {folder}/nginx.scgi;\n"
                             "    server { listen 127.0.0.1:{port}; root {folder}/www; }\n"
                             "}\n",
        },
    [APACHE] =
        {
            .name = "Apache",
            .programs = {"/usr/sbin/apache2", "/usr/sbin/httpd"},
            .arguments = {"-f", "{conf}", "-DFOREGROUND"},
            .configuration =
                "ServerRoot {folder}\n"
                "ServerName localhost\n"
                "PidFile {folder}/apache.pid\n"
                "ErrorLog {folder}/apache.error\n"
                "<IfFile /usr/lib/apache2/modules/mod_mpm_event.so>\n"
                "    LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so\n"
                "    LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so\n"
                "</IfFile>\n"
                "<IfModule unixd_module>\n"
                "    User nobody\n"
                "    Group nogroup\n"
                "</IfModule>\n"
                "Listen 127.0.0.1:{port}\n"
                "DocumentRoot {folder}/www\n"
                "<Directory {folder}/www>\n"
                "    Require all granted\n"
                "</Directory>\n",
        },
    [LIGHTTPD] =
        {
            .name = "lighttpd",
            .programs = {"/usr/sbin/lighttpd", "/usr/local/sbin/lighttpd"},
            .arguments = {"-D", "-f", "{conf}"},
            .configuration = "server.document-root = \"{folder}/www\"\n"
                             "server.bind = \"127.0.0.1\"\n"
                             "server.port = {port}\n"
                             "server.errorlog = \"{folder}/lighttpd.error\"\n"
                             /* else it serves for a while what is no longer there */
                             "server.stat-cache-engine = \"disable\"\n",
        },
};

static char *folder; /* of the servers: their configurations, and www/ */

static char *replaced(const char *text, const char *placeholder, const char *value)
{
    size_t step = strlen(placeholder);
    size_t size = 0;
    char *result = calloc(strlen(text) * (strlen(value) + 1) + 1, 1);

    assert_non_null(result);
    while (*text != '\0') {
        if (strncmp(text, placeholder, step) == 0) {
            for (const char *next = value; *next != '\0'; next++) {
                result[size++] = *next;
            }
            text += step;
        } else {
            result[size++] = *text++;
        }
    }
    return result;
}

static char *filled_in(const char *text, const char *configuration, uint16_t port)
{
    char number[10];
    char *with_folder = replaced(text, "{folder}", folder);
    char *with_file = replaced(with_folder, "{conf}", configuration);
    char *with_port;

    snprintf(number, sizeof(number), "%u", (unsigned)port);
    with_port = replaced(with_file, "{port}", number);
    free(with_folder);
    free(with_file);
    return with_port;
}

static struct sockaddr_in loopback(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

/* One below those that the system gives to who asks for any, as all other servers here do: or
 * one of them might take it before ours listens there. */
static uint16_t find_free_port(void)
{
    enum { FIRST = 10000, COUNT = 10000 };
    static unsigned tried;

    for (unsigned i = 0; i < COUNT; i++) {
        uint16_t port = (uint16_t)(FIRST + ((unsigned)getpid() * 31 + tried++) % COUNT);
        struct sockaddr_in address = loopback(port);
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        bool is_free;

        assert_true(fd >= 0);
        is_free = bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
        close(fd);
        if (is_free) {
            return port;
        }
    }
    fail_msg("no port is free");
    return 0;
}

static bool accepts(uint16_t port)
{
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool good = connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;

    close(fd);
    return good;
}

/* The program in the foreground, with what it says in a file. Does not return. */
static _Noreturn void become(const struct real_server *server, char **arguments,
                             const char *output)
{
    int fd = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0600);

#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* should the test die first */
#endif
    if (fd >= 0) {
        dup2(fd, STDOUT_FILENO);
        dup2(fd, STDERR_FILENO);
    }
    execv(server->program, arguments);
    _exit(127);
}

static void launch(struct real_server *server, const char *configuration)
{
    char *arguments[TEST_COUNT(server->arguments) + 2] = {server->program};
    char *output = filled_in("{conf}.output", configuration, server->port);

    for (size_t i = 0; i < TEST_COUNT(server->arguments) && server->arguments[i]; i++) {
        arguments[i + 1] = filled_in(server->arguments[i], configuration, server->port);
    }
    server->process = fork();
    assert_true(server->process >= 0);
    if (server->process == 0) {
        become(server, arguments, output);
    }
    for (size_t i = 1; i < TEST_COUNT(arguments); i++) {
        free(arguments[i]);
    }
    free(output);
}

/* Nobody tells when a server has begun to listen: knock, with a deadline. */
static bool wait_until_it_listens(struct real_server *server)
{
    uint64_t deadline_ms = platform_clock_milliseconds() + START_DEADLINE_MS;

    while (!accepts(server->port)) {
        int status;

        if (waitpid(server->process, &status, WNOHANG) == server->process) {
            server->process = 0;
            return false;
        }
        if (platform_clock_milliseconds() > deadline_ms) {
            return false;
        }
        poll(NULL, 0, 5);
    }
    return true;
}

static void start(struct real_server *server)
{
    char *configuration = temp_folder_path(folder, server->name);
    char *text;
    FILE *file;

    for (size_t i = 0; i < TEST_COUNT(server->programs) && !server->program; i++) {
        if (server->programs[i] && access(server->programs[i], X_OK) == 0) {
            server->program = strdup(server->programs[i]);
        }
    }
    if (!server->program) {
        free(configuration);
        return;
    }
    server->port = find_free_port();
    text = filled_in(server->configuration, configuration, server->port);
    file = fopen(configuration, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    free(text);
    launch(server, configuration);
    if (!wait_until_it_listens(server)) {
        fprintf(stderr, "%s does not start; see %s.output\n", server->name, configuration);
        exit(EXIT_FAILURE);
    }
    free(configuration);
}

static void stop(struct real_server *server)
{
    if (server->process > 0) {
        kill(server->process, SIGTERM);
        waitpid(server->process, NULL, 0);
    }
    free(server->program);
}

/* --- The files they serve ------------------------------------------------------------- */

static void write_content(const char *path, uint64_t seed, uint64_t size)
{
    static unsigned char piece[1024 * 1024];
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    for (uint64_t done = 0; done < size;) {
        size_t part = size - done < sizeof(piece) ? (size_t)(size - done) : sizeof(piece);

        content_fill(seed, done, piece, part);
        assert_int_equal(fwrite(piece, 1, part, file), part);
        done += part;
    }
    assert_int_equal(fclose(file), 0);
}

/* Give the file a date of the past, so that it is a strong validator. */
static void make_old(const char *path, time_t second)
{
    const struct timespec times[2] = {{.tv_sec = second}, {.tv_sec = second}};

    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void publish(const char *name, uint64_t seed, uint64_t size, time_t second)
{
    char *fresh = temp_folder_path(folder, "www/fresh");
    char *path = temp_folder_path(folder, name);

    write_content(fresh, seed, size);
    make_old(fresh, second);
    assert_int_equal(rename(fresh, path), 0);
    free(path);
    free(fresh);
}

/* --- The rows ------------------------------------------------------------------------- */

static void add(struct download_fixture *fixture, struct odo_job *job,
                const struct real_server *server, const char *path, struct range_list ranges)
{
    char url[SERVER_URL_SIZE];
    char *target = download_fixture_path(fixture, "target");

    snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", (unsigned)server->port, path);
    assert_status(odo_job_add_file(job,
                                   &(struct odo_file_request){
                                       .file_id = "file",
                                       .url = url,
                                       .local_path = target,
                                       .ranges = ranges.items,
                                       .range_count = (uint32_t)ranges.count,
                                       .file_size = ODO_SIZE_UNKNOWN,
                                   },
                                   NULL),
                  ODO_OK);
    free(target);
}

static void expect_target(struct download_fixture *fixture, struct odo_job *job,
                          struct range_list ranges, uint64_t seed, uint64_t size)
{
    char *target = download_fixture_path(fixture, "target");

    assert_status(odo_job_complete(job), ODO_OK);
    expect_file(target, ranges.items, ranges.count, seed, size);
    free(target);
}

static void fetch(struct download_fixture *fixture, struct odo_job *job,
                  const struct real_server *server, struct range_list ranges)
{
    add(fixture, job, server, "/file", ranges);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    expect_target(fixture, job, ranges, DOWNLOAD_SEED, LARGE_SIZE);
}

static void fetch_whole(struct download_fixture *fixture, struct odo_job *job,
                        const struct real_server *server)
{
    const struct range_list whole = NO_RANGES;

    fetch(fixture, job, server, whole);
}

static void fetch_out_of_order(struct download_fixture *fixture, struct odo_job *job,
                               const struct real_server *server)
{
    const struct range_list ranges =
        RANGES({30000000, 5000000}, {0, 17}, {47000000, BYTE_RANGE_TO_END}, {17, 4000000},
               {10000000, 1});

    fetch(fixture, job, server, ranges);
}

static void fetch_many(struct download_fixture *fixture, struct odo_job *job,
                       const struct real_server *server)
{
    static struct byte_range items[MANY_RANGES];
    const struct range_list ranges = {items, MANY_RANGES};
    struct test_random random = {.state = 12345};
    struct odo_file_statistics statistics;

    for (size_t i = 0; i < MANY_RANGES; i++) {
        items[i] = (struct byte_range){i * 24000, 1 + test_random_below(&random, 300)};
    }
    for (size_t i = MANY_RANGES - 1; i > 0; i--) {
        size_t other = (size_t)test_random_below(&random, i + 1);
        struct byte_range kept = items[i];

        items[i] = items[other];
        items[other] = kept;
    }
    fetch(fixture, job, server, ranges);
    odo_file_get_statistics(job, 0, &statistics);
    /* Of a hundred ranges in a request each server answers ten at least. */
    assert_in_range(statistics.requests, MANY_RANGES / 100, MANY_RANGES / 5);
}

static void fetch_past_the_end(struct download_fixture *fixture, struct odo_job *job,
                               const struct real_server *server)
{
    const struct range_list ranges = RANGES({LARGE_SIZE - 10, 11});
    struct odo_error error = {.status = ODO_OK};

    add(fixture, job, server, "/file", ranges);
    download_fixture_run(fixture, job, ODO_JOB_ERROR);
    assert_status(odo_job_get_error(job, &error, NULL), ODO_OK);
    assert_status(error.status, ODO_E_INVALID_RANGE);
    assert_status(odo_job_cancel(job), ODO_OK);
}

static void fetch_nothing(struct download_fixture *fixture, struct odo_job *job,
                          const struct real_server *server)
{
    const struct range_list whole = NO_RANGES;

    add(fixture, job, server, "/empty", whole);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    expect_target(fixture, job, whole, DOWNLOAD_SEED, 0);
}

static void fetch_what_is_missing(struct download_fixture *fixture, struct odo_job *job,
                                  const struct real_server *server)
{
    const struct range_list whole = NO_RANGES;
    struct odo_error error = {.status = ODO_OK};

    add(fixture, job, server, "/missing", whole);
    download_fixture_run(fixture, job, ODO_JOB_ERROR);
    assert_status(odo_job_get_error(job, &error, NULL), ODO_OK);
    assert_int_equal(error.http_status, 404);
    assert_status(odo_job_cancel(job), ODO_OK);
}

/* Suspend as soon as something has come. False when by then all had. */
static bool suspend_early(struct download_fixture *fixture, struct odo_job *job)
{
    struct odo_job_progress progress;

    assert_status(odo_job_resume(job), ODO_OK);
    assert_true(event_log_wait_for_bytes(fixture->log, job, 1, DOWNLOAD_DEADLINE_MS));
    assert_status(odo_job_suspend(job), ODO_OK);
    odo_job_get_progress(job, &progress);
    return progress.bytes_transferred < progress.bytes_total;
}

static void finish(struct odo_job *job)
{
    assert_status(odo_job_resume(job), ODO_OK);
    assert_status(odo_job_wait(job, DOWNLOAD_DEADLINE_MS), ODO_OK);
    expect_state(job, ODO_JOB_TRANSFERRED);
}

static void suspend_and_resume(struct download_fixture *fixture, struct odo_job *job,
                               const struct real_server *server)
{
    const struct range_list whole = NO_RANGES;
    struct odo_file_statistics statistics;

    add(fixture, job, server, "/file", whole);
    suspend_early(fixture, job);
    finish(job);
    odo_file_get_statistics(job, 0, &statistics);
    /* What was on its way is lost, what has come is not. */
    assert_in_range(statistics.bytes_received, LARGE_SIZE, (uint64_t)LARGE_SIZE * 3 / 2);
    expect_target(fixture, job, whole, DOWNLOAD_SEED, LARGE_SIZE);
}

static void replace_while_suspended(struct download_fixture *fixture, struct odo_job *job,
                                    const struct real_server *server)
{
    const struct range_list whole = NO_RANGES;

    publish("www/changing", DOWNLOAD_SEED, LARGE_SIZE, 1500000000);
    add(fixture, job, server, "/changing", whole);
    if (suspend_early(fixture, job)) {
        publish("www/changing", NEW_SEED, NEW_SIZE, 1600000000);
        finish(job);
        expect_target(fixture, job, whole, NEW_SEED, NEW_SIZE);
    } else {
        finish(job);
        expect_target(fixture, job, whole, DOWNLOAD_SEED, LARGE_SIZE);
    }
}

static void replace_in_motion(struct download_fixture *fixture, struct odo_job *job,
                              const struct real_server *server)
{
    const struct range_list whole = NO_RANGES;
    char *target = download_fixture_path(fixture, "target");
    char as_old[CONTENT_MESSAGE_SIZE];
    char as_new[CONTENT_MESSAGE_SIZE];

    publish("www/changing", DOWNLOAD_SEED, LARGE_SIZE, 1500000000);
    add(fixture, job, server, "/changing", whole);
    assert_status(odo_job_resume(job), ODO_OK);
    assert_true(event_log_wait_for_bytes(fixture->log, job, 1, DOWNLOAD_DEADLINE_MS));
    publish("www/changing", NEW_SEED, NEW_SIZE, 1600000000);
    assert_status(odo_job_wait(job, DOWNLOAD_DEADLINE_MS), ODO_OK);
    expect_state(job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    if (!content_check_file(target, NULL, 0, DOWNLOAD_SEED, LARGE_SIZE, as_old) &&
        !content_check_file(target, NULL, 0, NEW_SEED, NEW_SIZE, as_new)) {
        fail_msg("of neither version: as the old one, %s; as the new one, %s", as_old, as_new);
    }
    free(target);
}

static const struct real_case {
    const char *name;
    int server;
    void (*run)(struct download_fixture *fixture, struct odo_job *job,
                const struct real_server *server);
} cases[] = {
#define FOR_EACH_SERVER(sentence, run)                                                         \
    {"nginx: " sentence, NGINX, run}, {"Apache: " sentence, APACHE, run},                      \
    {                                                                                          \
        "lighttpd: " sentence, LIGHTTPD, run                                                   \
    }
    FOR_EACH_SERVER("a whole file arrives", fetch_whole),
    FOR_EACH_SERVER("ranges out of order and one to the end arrive", fetch_out_of_order),
    FOR_EACH_SERVER("two thousand scattered ranges arrive", fetch_many),
    FOR_EACH_SERVER("a range past the end is an invalid range", fetch_past_the_end),
    FOR_EACH_SERVER("an empty file arrives", fetch_nothing),
    FOR_EACH_SERVER("a missing file is 404", fetch_what_is_missing),
    FOR_EACH_SERVER("a suspended file goes on where it was", suspend_and_resume),
    FOR_EACH_SERVER("a file replaced while suspended is the new one", replace_while_suspended),
    FOR_EACH_SERVER("a file replaced in motion is of one version", replace_in_motion),
};

static void check_server(void **state)
{
    const struct real_case *c = *state;
    const struct real_server *server = &servers[c->server];
    const struct odo_engine_options patient = {.stall_timeout_s = 20};
    struct download_fixture *fixture;
    struct odo_job *job;

    if (!server->program) {
        print_message("[  SKIPPED ] %s is not installed\n", server->name);
        skip();
        return;
    }
    fixture = download_fixture_begin(NULL, &patient);
    job = download_fixture_job(fixture);
    c->run(fixture, job, server);
    odo_job_release(job);
    download_fixture_end(fixture);
}

int main(void)
{
    static struct test_suite suite;
    char *www;
    int result;

    folder = temp_folder_create();
    www = temp_folder_make(folder, "www");
    /* Servers give up the rights of root, and must still read what is served. */
    if (chmod(folder, 0755) != 0 || chmod(www, 0755) != 0) {
        return EXIT_FAILURE;
    }
    free(www);
    publish("www/file", DOWNLOAD_SEED, LARGE_SIZE, 1400000000);
    publish("www/empty", DOWNLOAD_SEED, 0, 1400000000);
    for (int i = 0; i < SERVER_COUNT; i++) {
        start(&servers[i]);
    }
    TEST_ADD_TABLE(&suite, cases, check_server);
    result = test_suite_run(&suite, "real_servers");
    for (int i = 0; i < SERVER_COUNT; i++) {
        stop(&servers[i]);
    }
    temp_folder_remove(folder);
    return result;
}
