#include "engine/news.h"

#include "base/memory.h"
#include "platform/thread.h"

struct news {
    struct odo_host host;
    struct platform_thread *teller;
    struct platform_mutex *lock;
    struct platform_condition *came; /* with `lock` */
    struct {
        struct news_item *first; /* in order of delivery */
        struct news_item *last;
        bool must_end;
        bool has_ended;
    } locked;
};

static void append_locked(struct news *news, struct news_item *item)
{
    item->is_waiting = true;
    item->next = NULL;
    item->previous = news->locked.last;
    if (item->previous) {
        item->previous->next = item;
    } else {
        news->locked.first = item;
    }
    news->locked.last = item;
}

static void take_locked(struct news *news, struct news_item *item)
{
    item->is_waiting = false;
    if (item->previous) {
        item->previous->next = item->next;
    } else {
        news->locked.first = item->next;
    }
    if (item->next) {
        item->next->previous = item->previous;
    } else {
        news->locked.last = item->previous;
    }
}

/* Wait for the next event; false after the last one. The job reference passes to the caller. */
static bool next_event(struct news *news, struct odo_event *event_out)
{
    struct news_item *item;

    platform_mutex_lock(news->lock);
    while (!news->locked.first && !news->locked.must_end) {
        platform_condition_wait(news->came, news->lock);
    }
    item = news->locked.first;
    if (item) {
        *event_out = item->event;
        take_locked(news, item);
    } else {
        news->locked.has_ended = true;
    }
    platform_mutex_unlock(news->lock);
    return item != NULL;
}

static void run_teller(void *context)
{
    struct news *news = context;
    struct odo_event event;

    while (next_event(news, &event)) {
        news->host.on_event(news->host.context, &event);
        odo_job_release(event.job);
    }
}

enum odo_status news_start(const struct odo_host *host, struct news **news_out)
{
    struct news *news = memory_allocate_zeroed(1, sizeof(*news));
    enum odo_status status = ODO_E_OUT_OF_MEMORY;

    if (!news) {
        return status;
    }
    news->host = *host;
    news->lock = platform_mutex_create_ranked(LOCK_NEWS);
    news->came = platform_condition_create();
    if (news->lock && news->came) {
        status = platform_thread_start(run_teller, news, &news->teller);
    }
    if (status != ODO_OK) {
        news_free(news);
        return status;
    }
    *news_out = news;
    return ODO_OK;
}

void news_stop(struct news *news)
{
    if (!news) {
        return;
    }
    platform_mutex_lock(news->lock);
    news->locked.must_end = true;
    platform_condition_broadcast(news->came);
    platform_mutex_unlock(news->lock);
    platform_thread_join(news->teller);
    news->teller = NULL;
}

void news_free(struct news *news)
{
    if (news) {
        platform_condition_free(news->came);
        platform_mutex_free(news->lock);
        memory_free(news);
    }
}

void news_note(struct news *news, struct news_item *item, const struct odo_event *event,
               bool keeps_place)
{
    if (!news) {
        return;
    }
    platform_mutex_lock(news->lock);
    if (item->is_waiting) {
        item->event = *event;
        if (!keeps_place) {
            take_locked(news, item);
            append_locked(news, item);
        }
    } else if (!news->locked.has_ended) {
        item->event = *event;
        odo_job_add_ref(event->job);
        append_locked(news, item);
        platform_condition_broadcast(news->came);
    }
    platform_mutex_unlock(news->lock);
}

void news_forget(struct news *news, struct news_item *item)
{
    struct odo_job *job = NULL;

    if (!news) {
        return;
    }
    platform_mutex_lock(news->lock);
    if (item->is_waiting) {
        take_locked(news, item);
        job = item->event.job;
    }
    platform_mutex_unlock(news->lock);
    odo_job_release(job);
}
