/*
 * Delivers events to the host, in the order in which they happened, on a thread of its own.
 *
 * A slow host delays only its own events: neither the network, nor the disk, nor any call. The
 * queue is bounded and needs no allocation: it links items embedded in the objects concerned.
 *
 * Any thread, with or without the engine's lock; events are delivered in the order of the
 * calls.
 */
#ifndef ODO_ENGINE_NEWS_H
#define ODO_ENGINE_NEWS_H

#include <odo/odo.h>

struct news;

/* A queued event. Initially all zero. */
struct news_item {
    struct news_item *next; /* all members are guarded by the lock of `news` */
    struct news_item *previous;
    bool is_waiting;
    struct odo_event event; /* holds a job reference while queued */
};

/* `host` is copied. ODO_E_OUT_OF_MEMORY, also if no thread can be created. */
enum odo_status news_start(const struct odo_host *host, struct news **news_out);

/*
 * Deliver the queue and end: later events are dropped. Not from within on_event. NULL is
 * allowed, also in the functions below.
 */
void news_stop(struct news *news);
void news_free(struct news *news); /* after news_stop() */

/*
 * Queue an event. If the item is queued already, the later event replaces the earlier one and
 * moves to the end, or stays in place with `keeps_place`.
 */
void news_note(struct news *news, struct news_item *item, const struct odo_event *event,
               bool keeps_place);

/* Remove an item from the queue so that it may be freed. The caller still holds a job
 * reference. */
void news_forget(struct news *news, struct news_item *item);

#endif
