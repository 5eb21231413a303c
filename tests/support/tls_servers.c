#include "support/tls_servers.h"

#include "support/temp_folder.h"
#include "support/test_table.h"

#include <string.h>

bool tls_servers_are_there(void)
{
    if (getenv("ODO_TLS_FOLDER") && getenv("ODO_TLS_PORTS")) {
        return true;
    }
    printf("SKIPPED: it is run by tests/support/tls_servers.py\n");
    return false;
}

uint16_t tls_server_port(const char *server)
{
    const char *next = getenv("ODO_TLS_PORTS");
    size_t length = strlen(server);

    while (next && *next) {
        size_t size = strcspn(next, " ");

        if (size > length && next[length] == '=' && memcmp(next, server, length) == 0) {
            return (uint16_t)strtoul(next + length + 1, NULL, 10);
        }
        next += size;
        next += strspn(next, " ");
    }
    fail_msg("there is no server %s", server);
    return 0;
}

const char *tls_server_url(const char *server, const char *host, const char *path,
                           char url_out[TLS_URL_SIZE])
{
    snprintf(url_out, TLS_URL_SIZE, "%s://%s:%u%s",
             strcmp(server, "plain") == 0 || strcmp(server, "gate") == 0 ? "http" : "https",
             host, (unsigned)tls_server_port(server), path);
    return url_out;
}

char *tls_servers_path(const char *name)
{
    return temp_folder_path(getenv("ODO_TLS_FOLDER"), name);
}

unsigned char *tls_servers_read(const char *path, size_t *size_out)
{
    FILE *file = fopen(path, "rb");
    unsigned char *bytes;
    long size;

    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size = ftell(file);
    assert_true(size >= 0);
    rewind(file);
    bytes = calloc((size_t)size + 1, 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, (size_t)size, file), size);
    fclose(file);
    *size_out = (size_t)size;
    return bytes;
}

void tls_servers_expect_file(const char *path)
{
    char *original = tls_servers_path("www" TLS_FILE);
    size_t wanted_size = 0;
    size_t size = 0;
    unsigned char *wanted = tls_servers_read(original, &wanted_size);
    unsigned char *found = tls_servers_read(path, &size);

    assert_int_equal(size, wanted_size);
    assert_memory_equal(found, wanted, size);
    free(found);
    free(wanted);
    free(original);
}
