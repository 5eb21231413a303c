/*
 * Where to ask: the URL that the client gave, or the place to which redirects have led.
 *
 * Each change of place is a new generation. A request remembers the generation that it was sent
 * to, so that the answer of a place which is no longer asked moves nobody: neither its
 * redirects, which were relative to its own URL, nor its refusal.
 *
 * Pure.
 */
#ifndef ODO_TRANSFER_SOURCE_H
#define ODO_TRANSFER_SOURCE_H

#include <odo/types.h>

enum source_place {
    SOURCE_ORIGINAL,  /* the URL that the client gave */
    SOURCE_MOVED,     /* another one of the same origin */
    SOURCE_ELSEWHERE, /* redirects have left the origin: no header of the client's goes there,
                         not even when they lead back, since what leads there is not ours */
};

struct source {
    const char *original; /* borrowed */
    char *url;            /* owned; to be asked now */
    uint32_t generation;  /* of `url`; counts its changes */
    enum source_place place;
    uint32_t hops;       /* redirects followed since the original was asked or bytes came */
    bool has_gone_back;  /* the original was asked again, and nothing has come since */
    bool starts_foreign; /* the original is of another origin than the client's headers */
};

/* `original` is borrowed while the source lives. ODO_E_OUT_OF_MEMORY. */
enum odo_status source_init(struct source *source, const char *original, bool starts_foreign);
void source_free(struct source *source);

/*
 * A request of `generation` was redirected to `url`, which is taken over. Returns false when
 * somebody else has moved meanwhile; the request is then to be sent to where that led.
 */
bool source_redirected(struct source *source, uint32_t generation, char *url, bool same_origin);

/*
 * A request of `generation` was refused, in a way that a link which has expired would be.
 * Returns true when the same is to be asked once more: of the place that somebody else has
 * found meanwhile, or of the original. False when the refusal is the original's or a fresh
 * place's. ODO_E_OUT_OF_MEMORY counts as false.
 */
bool source_refused(struct source *source, uint32_t generation);

/* The next refusal may go back to the original again: the request waits, and a link may expire
 * meanwhile; or it is another request. */
void source_renew(struct source *source);

/* The file, or bytes of it, came from there: a later refusal may mean that a link has expired.
 */
void source_brought(struct source *source, uint32_t generation);

/* True where no header of the client's may go. */
bool source_is_foreign(const struct source *source);

#endif
