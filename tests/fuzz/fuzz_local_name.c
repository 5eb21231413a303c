/*
 * Whatever the URL is, a name that is made from it is that of a file directly in the folder: it
 * has no separator and nothing else that a system reads as more than a name, and is short
 * enough. The name of a URL that is that name, escaped, is the same.
 */
#include "fuzz_target.h"

#include "local_name.h"

#include <string.h>

static void check_characters(const char *name)
{
    for (const char *next = name; *next != '\0'; next++) {
        REQUIRE((unsigned char)*next >= 0x20 && *next != 0x7F);
        REQUIRE(!strchr("/\\:<>\"|?*", *next));
    }
}

/* As a URL in which nothing but the name's own bytes has a meaning. */
static void check_again(const char *name)
{
    char url[16 + 3 * LOCAL_NAME_MAX] = "http://h/";
    char again[LOCAL_NAME_MAX + 1];
    size_t length = strlen(url);

    for (const char *next = name; *next != '\0'; next++) {
        length += (size_t)snprintf(url + length, sizeof(url) - length, "%%%02X",
                                   (unsigned)(unsigned char)*next);
    }
    REQUIRE(local_name_from_url(url, again));
    REQUIRE(strcmp(again, name) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char prefix[] = "http://h/";
    char *url = malloc(sizeof(prefix) + size);
    char name[LOCAL_NAME_MAX + 1];

    if (!url) {
        return 0;
    }
    memcpy(url, prefix, sizeof(prefix));
    if (size > 0) {
        memcpy(url + sizeof(prefix) - 1, data, size);
    }
    url[sizeof(prefix) - 1 + size] = '\0';
    /* With a host before it, and as it is. */
    for (size_t begin = 0; begin < sizeof(prefix); begin += sizeof(prefix) - 1) {
        if (local_name_from_url(url + begin, name)) {
            size_t length = strlen(name);

            REQUIRE(length > 0 && length <= LOCAL_NAME_MAX);
            REQUIRE(name[0] != '.' && name[0] != ' ');
            REQUIRE(name[length - 1] != '.' && name[length - 1] != ' ');
            check_characters(name);
            check_again(name);
        }
    }
    free(url);
    return 0;
}
