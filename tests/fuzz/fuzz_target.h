/*
 * What every fuzz target includes: the function it defines, and a way to state a property that
 * release builds keep.
 */
#ifndef FUZZ_FUZZ_TARGET_H
#define FUZZ_FUZZ_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Called with each input. Returns 0, or stops the program when a property does not hold. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition)                                                                     \
    do {                                                                                       \
        if (!(condition)) {                                                                    \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);     \
            abort();                                                                           \
        }                                                                                      \
    } while (0)

/* An input that is read byte by byte; behind its end there are zeros. */
struct fuzz_input {
    const uint8_t *next;
    size_t left;
};

static inline uint64_t fuzz_read(struct fuzz_input *input)
{
    if (input->left == 0) {
        return 0;
    }
    input->left--;
    return *input->next++;
}

/* A number of `size` bytes, the lowest first. */
static inline uint64_t fuzz_read_number(struct fuzz_input *input, unsigned size)
{
    uint64_t number = 0;

    for (unsigned i = 0; i < size; i++) {
        number |= fuzz_read(input) << (8 * i);
    }
    return number;
}

#endif
