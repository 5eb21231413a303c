#define _XOPEN_SOURCE 700

#include "support/temp_folder.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void give_up(const char *what, const char *path)
{
    fprintf(stderr, "temp_folder: cannot %s %s\n", what, path);
    exit(EXIT_FAILURE);
}

char *temp_folder_path(const char *folder, const char *name)
{
    size_t size = strlen(folder) + 1 + strlen(name) + 1;
    char *path = malloc(size);

    if (!path) {
        give_up("hold the path of", name);
    } else {
        snprintf(path, size, "%s/%s", folder, name);
    }
    return path;
}

char *temp_folder_create(void)
{
    const char *parent = getenv("ODO_TEST_FOLDER");
    char *folder;

    if (!parent) {
        parent = getenv("TMPDIR");
    }
    folder = temp_folder_path(parent ? parent : "/tmp", "odo-test-XXXXXX");
    if (!mkdtemp(folder)) {
        give_up("make", folder);
    }
    return folder;
}

char *temp_folder_make(const char *folder, const char *name)
{
    char *path = temp_folder_path(folder, name);

    if (mkdir(path, 0700) != 0) {
        give_up("make", path);
    }
    return path;
}

static int make_writable(const char *path, const struct stat *found, int kind,
                         struct FTW *place)
{
    (void)found;
    (void)place;
    return kind == FTW_D || kind == FTW_DNR ? chmod(path, 0700) : 0;
}

static int remove_entry(const char *path, const struct stat *found, int kind, struct FTW *place)
{
    (void)found;
    (void)kind;
    (void)place;
    return remove(path);
}

void temp_folder_remove(char *folder)
{
    enum { DESCRIPTORS = 16 };

    if (!folder) {
        return;
    }
    nftw(folder, make_writable, DESCRIPTORS, FTW_PHYS);
    if (nftw(folder, remove_entry, DESCRIPTORS, FTW_PHYS | FTW_DEPTH) != 0) {
        give_up("remove", folder);
    }
    free(folder);
}
