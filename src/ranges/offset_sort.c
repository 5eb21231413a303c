#include "ranges/offset_sort.h"

#include "base/memory.h"

#include <assert.h>
#include <string.h>

enum {
    /* Up to this number insertion sort is faster than radix sort. */
    INSERTION_MOST = 48,

    RECORD_SIZE_MOST = 24,
    DIGIT_BITS = 8,
    DIGIT_VALUES = 1 << DIGIT_BITS,
    OFFSET_BITS = 64,
};

static inline uint64_t offset_at(const unsigned char *records, size_t index, size_t size)
{
    uint64_t offset;

    memcpy(&offset, records + index * size, sizeof(offset));
    return offset;
}

/* Returns the bits that differ among the offsets; 0 if sorted already. */
static inline uint64_t find_work(const unsigned char *records, size_t count, size_t size)
{
    uint64_t first = offset_at(records, 0, size);
    uint64_t previous = first;
    uint64_t differing = 0;
    bool sorted = true;

    for (size_t i = 1; i < count; i++) {
        uint64_t offset = offset_at(records, i, size);

        sorted = sorted && previous <= offset;
        differing |= offset ^ first;
        previous = offset;
    }
    return sorted ? 0 : differing;
}

static inline void insertion_sort(unsigned char *records, size_t count, size_t size)
{
    for (size_t i = 1; i < count; i++) {
        unsigned char record[RECORD_SIZE_MOST];
        uint64_t offset = offset_at(records, i, size);
        size_t place = i;

        while (place > 0 && offset_at(records, place - 1, size) > offset) {
            place--;
        }
        memcpy(record, records + i * size, size);
        memmove(records + (place + 1) * size, records + place * size, (i - place) * size);
        memcpy(records + place * size, record, size);
    }
}

/* One pass of a radix sort: copy from `from` to `to`, ordered by the digit at `shift`. */
static inline void sort_by_digit(const unsigned char *from, unsigned char *to, size_t count,
                                 size_t size, unsigned shift)
{
    size_t places[DIGIT_VALUES] = {0};
    size_t next = 0;

    for (size_t i = 0; i < count; i++) {
        places[(offset_at(from, i, size) >> shift) % DIGIT_VALUES]++;
    }
    for (size_t digit = 0; digit < DIGIT_VALUES; digit++) {
        size_t records = places[digit];

        places[digit] = next;
        next += records;
    }
    for (size_t i = 0; i < count; i++) {
        size_t digit = (size_t)(offset_at(from, i, size) >> shift) % DIGIT_VALUES;

        memcpy(to + places[digit]++ * size, from + i * size, size);
    }
}

/* Inline, so that the compiler specializes it for each size. */
static inline enum odo_status sort_records(unsigned char *records, size_t count, size_t size)
{
    unsigned char *from = records;
    unsigned char *to;
    unsigned char *scratch;
    uint64_t differing = count > 1 ? find_work(records, count, size) : 0;

    if (differing == 0) {
        return ODO_OK;
    }
    if (count <= INSERTION_MOST) {
        insertion_sort(records, count, size);
        return ODO_OK;
    }
    scratch = memory_allocate(count, size);
    if (!scratch) {
        return ODO_E_OUT_OF_MEMORY;
    }
    to = scratch;
    for (unsigned shift = 0; shift < OFFSET_BITS; shift += DIGIT_BITS) {
        unsigned char *swap = from;

        if ((differing >> shift) % DIGIT_VALUES == 0) {
            continue; /* the digit is the same in all offsets */
        }
        sort_by_digit(from, to, count, size, shift);
        from = to;
        to = swap;
    }
    if (from != records) {
        memcpy(records, from, count * size);
    }
    memory_free(scratch);
    return ODO_OK;
}

enum odo_status offset_sort(void *records, size_t count, size_t size)
{
    assert(size == 16 || size == 24);

    return size == 16 ? sort_records(records, count, 16) : sort_records(records, count, 24);
}
