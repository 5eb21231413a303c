/*
 * Where to send requests: the client's URL, or the URL that redirects have led to.
 *
 * Each change is a new generation. A request remembers the generation it was sent to, so that a
 * reply from an abandoned URL changes nothing: neither its redirect, which was relative to its
 * own URL, nor its refusal.
 *
 * Pure.
 */
#ifndef ODO_TRANSFER_SOURCE_H
#define ODO_TRANSFER_SOURCE_H

#include <odo/types.h>

enum source_place {
    SOURCE_ORIGINAL,  /* the client's URL */
    SOURCE_MOVED,     /* another URL of the same origin */
    SOURCE_ELSEWHERE, /* redirects have left the origin: the client's headers are no longer
                         sent, not even when they lead back, since a foreign server chose that
                         URL */
};

struct source {
    const char *original; /* borrowed */
    char *url;            /* owned; the current URL */
    uint32_t generation;  /* of `url`; counts changes */
    uint32_t asked;       /* requests sent to `url` since it became the current one */
    enum source_place place;
    uint32_t hops;       /* redirects followed since the original was asked or bytes arrived */
    bool has_gone_back;  /* the original was asked again, and no bytes have arrived since */
    bool starts_foreign; /* the original has a different origin than the client's headers */
};

/* `original` is borrowed while the source lives. ODO_E_OUT_OF_MEMORY. */
enum odo_status source_init(struct source *source, const char *original, bool starts_foreign);
void source_free(struct source *source);

/*
 * A request of `generation` was redirected to `url`, whose ownership is taken. Returns false if
 * the source has moved on meanwhile; then send the request to the current URL.
 */
bool source_redirected(struct source *source, uint32_t generation, char *url, bool same_origin);

/*
 * A request of `generation` was refused as an expired link would be. Returns true to send the
 * request again, to the current URL if it has changed meanwhile, else to the original. Returns
 * false if the original or a fresh redirect target refused it, and on ODO_E_OUT_OF_MEMORY.
 */
bool source_refused(struct source *source, uint32_t generation);

/* True if a refusal of the current URL would send requests to the original, however many were
 * sent to it. */
bool source_may_go_back(const struct source *source);

/* A request is sent to the current URL. */
void source_asked(struct source *source);

/* A request to `generation` was not sent after all. */
void source_not_asked(struct source *source, uint32_t generation);

/* True if redirects led to the current URL, and more than one request was sent to it: a link
 * that is valid for one request only is used up. */
bool source_may_be_used_up(const struct source *source);

/* Allow the next refusal to go back to the original again: before a wait, during which a link
 * may expire, for a different request, and for a link that may be used up. */
void source_renew(struct source *source);

/* The file, or bytes of it, came from this URL: a later refusal may mean that a link has
 * expired. */
void source_delivered(struct source *source, uint32_t generation);

/* True if the client's headers must not be sent to the current URL. */
bool source_is_foreign(const struct source *source);

#endif
