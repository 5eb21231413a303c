/* Runs a fuzz target over stored inputs where there is no fuzzing engine. */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LARGEST_INPUT = 1024 * 1024 };

/* Exactly as long as the input, so that a sanitizer sees the first byte read past the end. */
static uint8_t *read_input(const char *path, size_t *size_out)
{
    FILE *file = fopen(path, "rb");
    uint8_t *all = malloc(LARGEST_INPUT);
    uint8_t *data = NULL;
    size_t size = 0;

    if (!file || !all) {
        goto done;
    }
    size = fread(all, 1, LARGEST_INPUT, file);
    if (ferror(file) || !feof(file)) {
        goto done;
    }
    data = realloc(all, size > 0 ? size : 1);
    if (data) {
        all = NULL;
        *size_out = size;
    }

done:
    free(all);
    if (file) {
        fclose(file);
    }
    return data;
}

static bool replay(const char *path)
{
    size_t size = 0;
    uint8_t *data = read_input(path, &size);

    if (!data) {
        fprintf(stderr, "cannot read %s\n", path);
        return false;
    }
    /* Known before it runs: an input that makes the target abort is the last line. */
    printf("%s\n", path);
    fflush(stdout);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return true;
}

int main(int argc, char **argv)
{
    const struct dirent *entry;
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    char path[4096];
    int inputs = 0;
    bool ok = true;

    if (!folder) {
        fprintf(stderr, "%s: it needs the folder of its stored inputs\n", argv[0]);
        return EXIT_FAILURE;
    }
    while (ok && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] != '.') {
            snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
            ok = replay(path);
            inputs++;
        }
    }
    closedir(folder);
    printf("%d stored inputs replayed\n", inputs);
    return ok && inputs > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
