#include "support/event_log.h"

#include "job/job_state.h"
#include "platform/clock.h"
#include "platform/thread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS_MOST = 64 * 1024, SETTLE_MS = 30 * 1000 };

struct event_log {
    struct platform_mutex *lock;
    struct platform_condition *came;
    struct {
        uint64_t arrivals; /* of all kinds */
        uint64_t modified;
        struct odo_event *events; /* but those that say no more than "modified" */
        size_t count;
        const struct odo_job *last; /* of event_log_settle(); is not counted */
        bool has_settled;
    } locked;
};

static void give_up(const char *what)
{
    fprintf(stderr, "event_log: %s\n", what);
    abort();
}

struct event_log *event_log_create(void)
{
    struct event_log *log = calloc(1, sizeof(*log));

    if (!log) {
        give_up("no memory");
        return NULL;
    }
    log->lock = platform_mutex_create();
    log->came = platform_condition_create();
    log->locked.events = calloc(EVENTS_MOST, sizeof(log->locked.events[0]));
    if (!log->lock || !log->came || !log->locked.events) {
        give_up("no memory");
    }
    return log;
}

void event_log_free(struct event_log *log)
{
    if (log) {
        platform_condition_free(log->came);
        platform_mutex_free(log->lock);
        free(log->locked.events);
        free(log);
    }
}

static void note(void *context, const struct odo_event *event)
{
    struct event_log *log = context;

    platform_mutex_lock(log->lock);
    if (event->job == log->locked.last) {
        log->locked.has_settled =
            event->kind == ODO_EVENT_MODIFIED && event->state == ODO_JOB_CANCELLED;
        platform_condition_broadcast(log->came);
        platform_mutex_unlock(log->lock);
        return;
    }
    log->locked.arrivals++;
    if (event->kind == ODO_EVENT_MODIFIED) {
        log->locked.modified++;
    } else if (log->locked.count < EVENTS_MOST) {
        log->locked.events[log->locked.count++] = *event;
    }
    platform_condition_broadcast(log->came);
    platform_mutex_unlock(log->lock);
}

struct odo_host event_log_host(struct event_log *log)
{
    return (struct odo_host){.on_event = note, .context = log};
}

void event_log_settle(struct event_log *log, struct odo_engine *engine)
{
    const struct odo_job_options options = {.display_name = "the last", .is_volatile = true};
    uint64_t deadline_ms = platform_clock_milliseconds() + SETTLE_MS;
    struct odo_job *job = NULL;

    if (odo_job_create_with(engine, &options, &job) != ODO_OK) {
        give_up("no job");
    }
    platform_mutex_lock(log->lock);
    log->locked.last = job;
    log->locked.has_settled = false;
    platform_mutex_unlock(log->lock);
    if (odo_job_cancel(job) != ODO_OK) {
        give_up("no end");
    }
    platform_mutex_lock(log->lock);
    while (!log->locked.has_settled &&
           platform_condition_wait_until(log->came, log->lock, deadline_ms)) {
    }
    if (!log->locked.has_settled) {
        give_up("events that do not come");
    }
    log->locked.last = NULL;
    platform_mutex_unlock(log->lock);
    odo_job_release(job);
}

static size_t count_state_locked(const struct event_log *log, const struct odo_job *job,
                                 enum odo_job_state state)
{
    size_t count = 0;

    for (size_t i = 0; i < log->locked.count; i++) {
        const struct odo_event *event = &log->locked.events[i];

        if (event->kind == ODO_EVENT_STATE_CHANGED && event->job == job &&
            event->state == state) {
            count++;
        }
    }
    return count;
}

size_t event_log_count_state(struct event_log *log, const struct odo_job *job,
                             enum odo_job_state state)
{
    size_t count;

    platform_mutex_lock(log->lock);
    count = count_state_locked(log, job, state);
    platform_mutex_unlock(log->lock);
    return count;
}

size_t event_log_count(struct event_log *log, const struct odo_job *job,
                       enum odo_event_kind kind)
{
    size_t count = 0;

    platform_mutex_lock(log->lock);
    if (kind == ODO_EVENT_MODIFIED) {
        count = (size_t)log->locked.modified;
    } else {
        for (size_t i = 0; i < log->locked.count; i++) {
            const struct odo_event *event = &log->locked.events[i];

            count += event->kind == kind && (!job || event->job == job);
        }
    }
    platform_mutex_unlock(log->lock);
    return count;
}

const char *event_log_states(struct event_log *log, const struct odo_job *job, char *text_out,
                             size_t size)
{
    size_t used = 0;

    text_out[0] = '\0';
    platform_mutex_lock(log->lock);
    for (size_t i = 0; i < log->locked.count; i++) {
        const struct odo_event *event = &log->locked.events[i];

        if (event->kind == ODO_EVENT_STATE_CHANGED && event->job == job && used < size) {
            int length = snprintf(text_out + used, size - used, "%s%s", used > 0 ? " " : "",
                                  job_state_name(event->state));

            used += length > 0 ? (size_t)length : 0;
        }
    }
    platform_mutex_unlock(log->lock);
    return text_out;
}

bool event_log_wait_for_state(struct event_log *log, const struct odo_job *job,
                              enum odo_job_state state, size_t count, uint32_t timeout_ms)
{
    uint64_t deadline_ms = platform_clock_milliseconds() + timeout_ms;
    bool good;

    platform_mutex_lock(log->lock);
    while (count_state_locked(log, job, state) < count &&
           platform_condition_wait_until(log->came, log->lock, deadline_ms)) {
    }
    good = count_state_locked(log, job, state) >= count;
    platform_mutex_unlock(log->lock);
    return good;
}

static bool has_file_locked(const struct event_log *log, const struct odo_job *job,
                            uint32_t file_index)
{
    for (size_t i = 0; i < log->locked.count; i++) {
        const struct odo_event *event = &log->locked.events[i];

        if (event->kind == ODO_EVENT_FILE_TRANSFERRED && event->job == job &&
            event->file_index == file_index) {
            return true;
        }
    }
    return false;
}

bool event_log_wait_for_file(struct event_log *log, const struct odo_job *job,
                             uint32_t file_index, uint32_t timeout_ms)
{
    uint64_t deadline_ms = platform_clock_milliseconds() + timeout_ms;
    bool good;

    platform_mutex_lock(log->lock);
    while (!has_file_locked(log, job, file_index) &&
           platform_condition_wait_until(log->came, log->lock, deadline_ms)) {
    }
    good = has_file_locked(log, job, file_index);
    platform_mutex_unlock(log->lock);
    return good;
}

static uint64_t arrivals(struct event_log *log)
{
    uint64_t count;

    platform_mutex_lock(log->lock);
    count = log->locked.arrivals;
    platform_mutex_unlock(log->lock);
    return count;
}

bool event_log_wait_until(struct event_log *log, bool (*is_so)(void *context), void *context,
                          uint32_t timeout_ms)
{
    uint64_t deadline_ms = platform_clock_milliseconds() + timeout_ms;
    bool in_time = true;

    while (in_time) {
        uint64_t seen = arrivals(log);

        if (is_so(context)) {
            return true;
        }
        platform_mutex_lock(log->lock);
        while (in_time && log->locked.arrivals == seen) {
            in_time = platform_condition_wait_until(log->came, log->lock, deadline_ms);
        }
        platform_mutex_unlock(log->lock);
    }
    return is_so(context);
}

struct bytes_question {
    struct odo_job *job;
    uint64_t bytes;
};

static bool has_bytes(void *context)
{
    const struct bytes_question *question = context;
    struct odo_job_progress progress;

    odo_job_get_progress(question->job, &progress);
    return progress.bytes_transferred >= question->bytes;
}

bool event_log_wait_for_bytes(struct event_log *log, struct odo_job *job, uint64_t bytes,
                              uint32_t timeout_ms)
{
    struct bytes_question question = {.job = job, .bytes = bytes};

    return event_log_wait_until(log, has_bytes, &question, timeout_ms);
}
