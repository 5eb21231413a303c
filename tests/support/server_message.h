/*
 * The head of a request, as the test server reads it.
 *
 * Pure but for the heap, of which it asks with malloc() and ends the program when refused.
 */
#ifndef SUPPORT_SERVER_MESSAGE_H
#define SUPPORT_SERVER_MESSAGE_H

#include <odo/types.h>

/* "bytes=a-b", "bytes=a-" and "bytes=-n". */
struct message_range {
    bool is_suffix;
    uint64_t first; /* of a suffix: how many bytes */
    uint64_t last;  /* UINT64_MAX when it is open */
};

struct server_message {
    char *method; /* owned */
    char *path;   /* owned; without a query, and without scheme and host if they are there */
    char *headers;
    bool is_http_1_0;
    struct message_range
        *ranges; /* owned; none when the header is malformed, as RFC 9110 says */
    size_t range_count;
};

/* Read a head of `size` bytes, its empty line included. False when it is none. */
bool server_message_parse(const char *head, size_t size, struct server_message *message_out);

void server_message_free(struct server_message *message);

/* Of lines ended by CRLF: the value of header `name`, see server_request_header(). */
bool server_message_header(const char *headers, const char *name, char *value_out, size_t size,
                           size_t *count_out);

/* malloc, or the end of the program. */
void *server_allocate(size_t count, size_t size);
void *server_resize(void *memory, size_t count, size_t size);
char *server_copy_text(const char *text, size_t length);

#endif
