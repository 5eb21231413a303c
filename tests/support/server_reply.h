/*
 * What the test server replies: from a request, a file and the rules that hold, a header and a
 * recipe for the body. Sending it is range_server.c's.
 *
 * Pure but for the heap.
 */
#ifndef SUPPORT_SERVER_REPLY_H
#define SUPPORT_SERVER_REPLY_H

#include "support/range_server.h"
#include "support/server_message.h"

/* The rule of each behaviour that holds for one request; `does` is empty where none holds. */
struct server_rules_held {
    struct server_rule by_behaviour[SERVER_BEHAVIOUR_COUNT];
};

/* A run of the body: text, or bytes of the file. */
struct server_segment {
    char *text;      /* owned; NULL for bytes of the file */
    uint64_t offset; /* of the first of them */
    uint64_t length;
};

struct server_reply {
    int status;   /* 0 for what is no reply */
    char *header; /* owned; with the empty line at its end */
    size_t header_size;
    bool has_body;
    struct server_segment *segments; /* owned */
    size_t segment_count;
    uint64_t body_size; /* of the segments; what is sent may differ: */
    uint64_t body_limit;
    bool is_chunked;
    bool closes;
    struct server_file file; /* the version that the body is of */
};

enum { SERVER_VALIDATOR_SIZE = 64 };

/* `file` is NULL when nothing has this path. */
void server_reply_make(const struct server_message *message, const struct server_file *file,
                       const struct server_rules_held *rules, uint16_t port,
                       struct server_reply *reply_out);

void server_reply_free(struct server_reply *reply);

#endif
