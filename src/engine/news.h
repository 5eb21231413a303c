/*
 * What the host is told, in the order in which it happened, on a thread that does nothing else.
 *
 * A host that takes its time holds up what it is told, and nobody: not the network, not the
 * disk, not a call. What waits meanwhile cannot grow without a bound, and needs no memory that
 * might be wanting: it waits in items, which are parts of what it is about.
 *
 * Any thread, with or without the engine's lock; the order is that of the calls.
 */
#ifndef ODO_ENGINE_NEWS_H
#define ODO_ENGINE_NEWS_H

#include <odo/odo.h>

struct news;

/* One thing that may have to be told. All zero at first. */
struct news_item {
    struct news_item *next; /* all of this is under the lock of the news */
    struct news_item *previous;
    bool is_waiting;
    struct odo_event event; /* the job is counted while it waits */
};

/* `host` is copied. ODO_E_OUT_OF_MEMORY, also when the system has no thread to give. */
enum odo_status news_start(const struct odo_host *host, struct news **news_out);

/*
 * Tell what waits, and end: nothing is told any more, nor kept for it. Not from within
 * on_event. NULL is fine, as with the others.
 */
void news_stop(struct news *news);
void news_free(struct news *news); /* after news_stop() */

/*
 * Have it told. Of an item that waits already only the later event is: last of all, or with
 * `keeps_place` when its turn comes.
 */
void news_note(struct news *news, struct news_item *item, const struct odo_event *event,
               bool keeps_place);

/* It is not to be told any more; the item may end. Its job is still counted by somebody. */
void news_forget(struct news *news, struct news_item *item);

#endif
