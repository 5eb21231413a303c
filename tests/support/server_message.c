#include "support/server_message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *server_resize(void *memory, size_t count, size_t size)
{
    void *bigger;

    if (count == 0 || size == 0) {
        count = 1;
        size = 1;
    }
    bigger = count > SIZE_MAX / size ? NULL : realloc(memory, count * size);
    if (!bigger) {
        fprintf(stderr, "range_server: no memory\n");
        abort();
    }
    return bigger;
}

void *server_allocate(size_t count, size_t size)
{
    void *memory = server_resize(NULL, count, size);

    memset(memory, 0, count * size);
    return memory;
}

char *server_copy_text(const char *text, size_t length)
{
    char *copy = server_allocate(length + 1, 1);

    memcpy(copy, text, length);
    return copy;
}

static char lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

/* The rest of the line behind "name:", or NULL. */
static const char *value_of_line(const char *line, const char *name)
{
    while (*name != '\0') {
        if (lower(*line) != lower(*name)) {
            return NULL;
        }
        line++;
        name++;
    }
    return *line == ':' ? line + 1 : NULL;
}

bool server_message_header(const char *headers, const char *name, char *value_out, size_t size,
                           size_t *count_out)
{
    size_t count = 0;

    value_out[0] = '\0';
    for (const char *line = headers; *line != '\0';) {
        size_t length = strcspn(line, "\r\n");
        const char *value = value_of_line(line, name);

        if (value) {
            size_t value_size;

            value += strspn(value, " \t");
            value_size = (size_t)(line + length - value);
            while (value_size > 0 && strchr(" \t", value[value_size - 1])) {
                value_size--;
            }
            if (count == 0) {
                value_size = value_size < size - 1 ? value_size : size - 1;
                memcpy(value_out, value, value_size);
                value_out[value_size] = '\0';
            }
            count++;
        }
        line += length;
        line += strspn(line, "\r\n");
    }
    if (count_out) {
        *count_out = count;
    }
    return count > 0;
}

static bool read_number(const char **text, uint64_t *number_out)
{
    char *end;

    if (**text < '0' || **text > '9') {
        return false;
    }
    *number_out = strtoull(*text, &end, 10);
    *text = end;
    return true;
}

static bool read_range(const char **text, struct message_range *range_out)
{
    memset(range_out, 0, sizeof(*range_out));
    range_out->last = UINT64_MAX;
    if (**text == '-') {
        range_out->is_suffix = true;
        ++*text;
        return read_number(text, &range_out->first);
    }
    if (!read_number(text, &range_out->first) || **text != '-') {
        return false;
    }
    ++*text;
    return !read_number(text, &range_out->last) || range_out->last >= range_out->first;
}

/* RFC 9110 section 14.2: a Range that cannot be read is as good as none. */
static void read_ranges(struct server_message *message)
{
    static const char unit[] = "bytes=";
    size_t size = strlen(message->headers) + 1;
    char *value = server_allocate(size, 1);
    const char *text = value;
    size_t header_count;
    bool good = server_message_header(message->headers, "Range", value, size, &header_count) &&
                header_count == 1 && strncmp(text, unit, strlen(unit)) == 0;

    text += good ? strlen(unit) : 0;
    while (good) {
        struct message_range range;

        text += strspn(text, " \t");
        if (!read_range(&text, &range)) {
            good = false;
            break;
        }
        message->ranges = server_resize(message->ranges, message->range_count + 1,
                                        sizeof(message->ranges[0]));
        message->ranges[message->range_count++] = range;
        text += strspn(text, " \t");
        if (*text != ',') {
            good = *text == '\0';
            break;
        }
        text++;
    }
    if (!good) {
        message->range_count = 0;
    }
    free(value);
}

/* What a proxy is asked for is a whole URL, of which the path matters. */
static char *copy_path(const char *target, size_t size)
{
    static const char scheme[] = "http://";
    const char *path;

    if (size > strlen(scheme) && strncmp(target, scheme, strlen(scheme)) == 0) {
        path = memchr(target + strlen(scheme), '/', size - strlen(scheme));
        if (path) {
            size -= (size_t)(path - target);
            target = path;
        }
    }
    return server_copy_text(target, size);
}

bool server_message_parse(const char *head, size_t size, struct server_message *message_out)
{
    char *text = server_copy_text(head, size);
    char *path = strchr(text, ' ');
    char *version = path ? strchr(path + 1, ' ') : NULL;
    char *line_end = strstr(text, "\r\n");
    bool good = path && version && line_end && version < line_end &&
                strncmp(version + 1, "HTTP/1.", strlen("HTTP/1.")) == 0;

    memset(message_out, 0, sizeof(*message_out));
    if (good) {
        size_t path_size = (size_t)(version - path - 1);
        size_t headers_size = strlen(line_end + 2);

        message_out->method = server_copy_text(text, (size_t)(path - text));
        message_out->path = copy_path(path + 1, path_size);
        message_out->path[strcspn(message_out->path, "?")] = '\0';
        message_out->is_http_1_0 = version[strlen(" HTTP/1.")] == '0';
        /* Without the empty line. */
        message_out->headers =
            server_copy_text(line_end + 2, headers_size >= 2 ? headers_size - 2 : 0);
        read_ranges(message_out);
    }
    free(text);
    return good;
}

void server_message_free(struct server_message *message)
{
    free(message->method);
    free(message->path);
    free(message->headers);
    free(message->ranges);
    memset(message, 0, sizeof(*message));
}
