/* Whatever a client sets: what is sent is one header field a line, and none that is ours. */
#include "http/header_lines.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool check(void *context, const char *line)
{
    (void)context;
    if (!strchr(line, ':') || *line == ':' || strpbrk(line, "\r\n") ||
        strncmp(line, "Range:", 6) == 0 || strncmp(line, "host:", 5) == 0) {
        abort();
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    if (!text) {
        return 0;
    }
    memcpy(text, data, size);
    text[size] = '\0';
    header_lines_each(text, check, NULL);
    free(text);
    return 0;
}
