/* Runs a fuzz target over stored inputs where there is no fuzzing engine. */
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

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "%s: no stored inputs; a fuzz target needs a corpus\n", argv[0]);
        return EXIT_FAILURE;
    }
    for (int i = 1; i < argc; i++) {
        size_t size = 0;
        uint8_t *data = read_input(argv[i], &size);

        if (!data) {
            fprintf(stderr, "cannot read %s\n", argv[i]);
            return EXIT_FAILURE;
        }
        /* Known before it runs: an input that makes the target abort is the last line. */
        printf("%s\n", argv[i]);
        fflush(stdout);
        LLVMFuzzerTestOneInput(data, size);
        free(data);
    }
    printf("%d stored inputs replayed\n", argc - 1);
    return EXIT_SUCCESS;
}
