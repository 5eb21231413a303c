#include "http/header_lines.h"

#include "base/memory.h"
#include "base/text.h"

#include <stddef.h>
#include <string.h>

static const char *const forbidden[] = {
    "range",           "if-range",   "host", "content-length", "transfer-encoding",
    "accept-encoding", "connection",
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* A token character (RFC 9110 section 5.6.2). */
static bool is_token(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_forbidden(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
        size_t at = 0;

        while (at < length && forbidden[i][at] == lower(name[at])) {
            at++;
        }
        if (at == length && forbidden[i][at] == '\0') {
            return true;
        }
    }
    return false;
}

/* True if these `length` characters may be sent as a header field. */
static bool is_sendable(const char *line, size_t length)
{
    size_t name = 0;

    while (name < length && is_token(line[name])) {
        name++;
    }
    if (name == 0 || name == length || line[name] != ':' || is_forbidden(line, name)) {
        return false;
    }
    for (size_t i = name + 1; i < length; i++) {
        unsigned char c = (unsigned char)line[i];

        if ((c < ' ' && c != '\t') || c == 0x7F) {
            return false;
        }
    }
    return true;
}

bool header_lines_each(const char *text, bool (*add)(void *context, const char *line),
                       void *context)
{
    while (text && *text) {
        size_t length = strcspn(text, "\n");
        size_t kept = length > 0 && text[length - 1] == '\r' ? length - 1 : length;

        if (is_sendable(text, kept)) {
            char *line = text_copy_part(text, kept);
            bool is_added = line && add(context, line);

            memory_free(line);
            if (!is_added) {
                return false;
            }
        }
        text += text[length] == '\n' ? length + 1 : length;
    }
    return true;
}
