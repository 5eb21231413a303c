/*
 * Little-endian numbers, as used in the store's files on every machine.
 */
#ifndef ODO_STORE_LITTLE_ENDIAN_H
#define ODO_STORE_LITTLE_ENDIAN_H

#include <stdint.h>

static inline void store_u32(unsigned char bytes[4], uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        bytes[i] = (unsigned char)(value >> (8 * i));
    }
}

static inline void store_u64(unsigned char bytes[8], uint64_t value)
{
    for (int i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)(value >> (8 * i));
    }
}

/* A number of up to eight bytes. NULL reads as zero. */
static inline uint64_t load(const unsigned char *bytes, int size)
{
    uint64_t value = 0;

    for (int i = 0; bytes && i < size; i++) {
        value |= (uint64_t)bytes[i] << (8 * i);
    }
    return value;
}

#endif
