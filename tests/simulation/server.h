/*
 * The servers of a world: what one of them answers to a request. A body is told by what it
 * holds; bytes are made only where somebody has to read them.
 */
#ifndef SIMULATION_SERVER_H
#define SIMULATION_SERVER_H

#include "world.h"

#define SERVER_URL "http://origin.test/d/f"

struct server {
    const struct world *world;
    struct random *random;
    uint64_t links_used; /* a bit for each of the links that are good once */
    uint32_t links_made;
    bool was_asked_nonsense; /* for a place to which nobody was sent */
};

/* A run of a body. */
struct segment {
    uint64_t length;
    int content;     /* see output_map.h; CONTENT_JUNK for anything else than the file */
    uint64_t offset; /* in the file; or in `text` */
};

enum reply_kind {
    REPLY_MESSAGE,
    REPLY_NO_CONNECTION,
    REPLY_RESET, /* before a header came */
};

enum reply_ending {
    ENDS_WELL,
    ENDS_RESET,
    ENDS_SHORT, /* closed, or the last chunk came, before everything was sent */
    ENDS_STALLED,
};

struct server_reply {
    enum reply_kind kind;
    int status;
    int64_t content_length;
    bool is_chunked;
    bool ends_with_connection;
    bool is_stream;
    bool refuses_ranges;
    uint64_t retry_after_ms;
    char etag[40];
    char last_modified[40];
    char date[40];
    const char *encoding;
    char content_range[96];
    char content_type[64];
    char location[96];

    struct segment *segments;
    size_t segment_count;
    size_t segment_capacity;
    char *text;
    size_t text_size;
    size_t text_capacity;
    uint64_t length; /* of the body */
    uint64_t sent;   /* of it, before it ends */
    enum reply_ending ending;
    bool is_portal;
};

struct server_request {
    const char *url;
    const char *ranges;   /* behind "bytes="; NULL for a plain GET */
    const char *if_range; /* or NULL */
    uint32_t others;      /* requests in flight */
    uint32_t seen;        /* the same as the servers see it, who learn late of an end */
    bool knows_marks;     /* whoever asks has validators to compare with */
    uint64_t now_ms;
};

void server_ask(struct server *server, const struct server_request *request,
                struct server_reply *reply_out);
void server_reply_free(struct server_reply *reply);

/* What lies at a place of the body, and for how long. */
struct segment server_reply_at(const struct server_reply *reply, uint64_t position);

/* The bytes themselves. */
void server_reply_read(const struct server_reply *reply, uint64_t position, unsigned char *data,
                       size_t size);

/* Which content a version is, as a node has it. */
int server_content(const struct world *world, uint32_t version, uint32_t node);
uint32_t server_content_version(int content);

/* The entity tag and the date that go with a version; empty without. */
void server_marks(const struct world *world, uint32_t version, uint32_t node, char etag_out[40],
                  char date_out[40]);

#endif
