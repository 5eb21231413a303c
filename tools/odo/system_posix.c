#define _POSIX_C_SOURCE 200809L

#include "system.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { CURRENT_FOLDER_MAX = 1024 * 1024 };

/* The smallest character with this number of continuation bytes; lower ones are overlong. */
static const uint32_t smallest[] = {0, 0x80, 0x800, 0x10000};

static bool is_utf8(const char *text)
{
    const unsigned char *next = (const unsigned char *)text;

    while (*next != '\0') {
        uint32_t character = *next++;
        size_t following;

        if (character < 0x80) {
            continue;
        }
        if (character >= 0xC2 && character < 0xE0) {
            following = 1;
            character &= 0x1FU;
        } else if (character >= 0xE0 && character < 0xF0) {
            following = 2;
            character &= 0x0FU;
        } else if (character >= 0xF0 && character < 0xF5) {
            following = 3;
            character &= 0x07U;
        } else {
            return false;
        }
        for (size_t i = 0; i < following; i++) {
            if ((*next & 0xC0U) != 0x80U) {
                return false;
            }
            character = character << 6 | (*next++ & 0x3FU);
        }
        if (character < smallest[following] || character > 0x10FFFF ||
            (character >= 0xD800 && character <= 0xDFFF)) {
            return false;
        }
    }
    return true;
}

bool system_arguments(int argc, char **argv, int *argc_out, char ***argv_out)
{
    for (int i = 0; i < argc; i++) {
        if (!is_utf8(argv[i])) {
            return false;
        }
    }
    *argc_out = argc;
    *argv_out = argv;
    return true;
}

uint64_t system_clock_ms(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static char *current_folder(void)
{
    for (size_t size = 256; size <= CURRENT_FOLDER_MAX; size *= 2) {
        char *folder = malloc(size);

        if (!folder) {
            return NULL;
        }
        if (getcwd(folder, size)) {
            return folder;
        }
        free(folder);
        if (errno != ERANGE) {
            return NULL;
        }
    }
    return NULL;
}

char *system_absolute_path(const char *path)
{
    char *folder = NULL;
    char *absolute = NULL;
    size_t size;

    if (path[0] == '/') {
        return strdup(path);
    }
    folder = current_folder();
    if (!folder) {
        return NULL;
    }
    size = strlen(folder) + strlen(path) + 2;
    absolute = malloc(size);
    if (absolute) {
        (void)snprintf(absolute, size, "%s%s%s", folder,
                       folder[strlen(folder) - 1] == '/' ? "" : "/", path);
    }
    free(folder);
    return absolute;
}

char *system_folder_of(const char *absolute_path)
{
    const char *slash = strrchr(absolute_path, '/');
    size_t length = slash ? (size_t)(slash - absolute_path) : 0;

    return length == 0 ? strdup("/") : strndup(absolute_path, length);
}

bool system_names_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;

    return name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

char *system_path_in(const char *folder, const char *name)
{
    size_t length = strlen(folder);
    size_t size = length + strlen(name) + 2;
    char *path = malloc(size);

    if (path) {
        (void)snprintf(path, size, "%s%s%s", folder,
                       length > 0 && folder[length - 1] == '/' ? "" : "/", name);
    }
    return path;
}

enum system_path_kind system_path_kind(const char *path)
{
    struct stat status;

    if (stat(path, &status) != 0) {
        return SYSTEM_PATH_MISSING;
    }
    if (S_ISREG(status.st_mode)) {
        return SYSTEM_PATH_FILE;
    }
    return S_ISDIR(status.st_mode) ? SYSTEM_PATH_FOLDER : SYSTEM_PATH_OTHER;
}

FILE *system_open_for_reading(const char *path, char *why, size_t why_size)
{
    FILE *file = fopen(path, "rb");

    if (!file) {
        (void)snprintf(why, why_size, "%s", strerror(errno));
    }
    return file;
}

FILE *system_standard_input(void)
{
    return stdin;
}

bool system_hresult_text(uint32_t hresult, char *buffer, size_t buffer_size)
{
    (void)hresult;
    (void)buffer;
    (void)buffer_size;
    return false;
}
