/*
 * A byte buffer that grows up to a limit set at creation. There is no "unlimited".
 */
#ifndef ODO_BASE_BUFFER_H
#define ODO_BASE_BUFFER_H

#include <odo/types.h>

struct buffer {
    unsigned char *data; /* owned; NULL while empty */
    size_t size;         /* bytes in use */
    size_t capacity;     /* bytes allocated; at most `limit` */
    size_t limit;        /* upper bound for `size` */
};

/* Cannot fail; allocates nothing. */
void buffer_init(struct buffer *buffer, size_t limit);

/*
 *   ODO_E_TOO_MANY        the limit would be exceeded; nothing was appended
 *   ODO_E_OUT_OF_MEMORY   nothing was appended
 */
enum odo_status buffer_append(struct buffer *buffer, const void *data, size_t size);

/* Discard the content but keep the memory. */
void buffer_clear(struct buffer *buffer);

/* Free the memory; keep the limit. */
void buffer_free(struct buffer *buffer);

#endif
