#include "engine/engine.h"

#include "base/log.h"
#include "base/memory.h"
#include "platform/clock.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* --- Events --------------------------------------------------------------------------- */

static struct odo_event event_locked(const struct engine_runner *runner, struct odo_job *job,
                                     enum odo_event_kind kind)
{
    return (struct odo_event){
        .kind = kind,
        .job = job,
        .state = job->locked.job.state,
        .file_index = runner ? runner->index : UINT32_MAX,
    };
}

void engine_note_transferred_locked(struct engine_runner *runner)
{
    struct odo_event event = event_locked(runner, runner->job, ODO_EVENT_FILE_TRANSFERRED);

    news_note(runner->job->engine->news, &runner->transferred, &event, false);
}

static void note_state_locked(struct odo_job *job)
{
    struct odo_event event = event_locked(NULL, job, ODO_EVENT_STATE_CHANGED);
    uint32_t turn = job->locked.next_state;

    news_note(job->engine->news, &job->states[turn], &event, false);
    job->locked.next_state = (turn + 1) % ENGINE_STATES_UNTOLD_MOST;
    job->locked.has_new_state = true;
}

/* One event covers all changes up to its delivery, and follows the state changes it covers. */
static void note_modified_locked(struct odo_job *job)
{
    struct odo_event event = event_locked(NULL, job, ODO_EVENT_MODIFIED);

    news_note(job->engine->news, &job->modified, &event, !job->locked.has_new_state);
    job->locked.has_new_state = false;
}

void engine_touch_locked(struct odo_job *job)
{
    job->locked.job.times.modified_us = platform_clock_wall_us();
    job->locked.job.is_unsaved = true;
    note_modified_locked(job);
}

enum odo_status engine_apply_locked(struct odo_job *job, enum job_event event)
{
    struct job *data = &job->locked.job;
    enum odo_job_state after;

    if (!job_state_after(data->state, event, &after)) {
        return ODO_E_INVALID_STATE;
    }
    if (after != data->state) {
        log_write(LOG_DEBUG, "job: %s -> %s", job_state_name(data->state),
                  job_state_name(after));
        data->state = after;
        if (after == ODO_JOB_TRANSFERRED) {
            data->times.transferred_us = platform_clock_wall_us();
        }
        if (after == ODO_JOB_ERROR || after == ODO_JOB_TRANSIENT_ERROR) {
            data->error_count++;
        }
        data->is_unsaved = true;
        engine_wake_keeper_locked(job);
        note_state_locked(job);
        platform_condition_broadcast(job->engine->changed);
    }
    return ODO_OK;
}

/* --- Life ----------------------------------------------------------------------------- */

void engine_release(struct odo_engine *engine)
{
    if (atomic_fetch_sub(&engine->references, 1) > 1) {
        return;
    }
    store_close(engine->store);
    memory_free(engine->locked.jobs);
    job_table_free(&engine->locked.by_id);
    platform_condition_free(engine->keeper_wakes);
    platform_mutex_free(engine->adopting);
    platform_condition_free(engine->changed);
    platform_condition_free(engine->removed);
    news_free(engine->news);
    platform_mutex_free(engine->lock);
    memory_free((char *)(uintptr_t)engine->downloader_options.user_agent);
    memory_free((char *)(uintptr_t)engine->downloader_options.ca_file);
    proxy_settings_free(&engine->downloader_options.proxies);
    memory_free(engine);
}

/* --- The list of jobs ----------------------------------------------------------------- */

enum odo_status engine_check_alive_locked(const struct odo_job *job)
{
    if (job_state_is_final(job->locked.job.state)) {
        return ODO_E_INVALID_STATE;
    }
    return job->engine->locked.has_stopped ? ODO_E_SHUTTING_DOWN : ODO_OK;
}

static int compare_jobs(const void *left, const void *right)
{
    const struct odo_job *one = *(const struct odo_job *const *)left;
    const struct odo_job *other = *(const struct odo_job *const *)right;
    int64_t one_us = one->locked.job.times.created_us;
    int64_t other_us = other->locked.job.times.created_us;

    if (one_us != other_us) {
        return one_us < other_us ? -1 : 1;
    }
    return one->locked.listed_as < other->locked.listed_as ? -1 : 1;
}

void engine_sort_jobs_locked(struct odo_engine *engine)
{
    if (engine->locked.is_unsorted) {
        qsort(engine->locked.jobs, engine->locked.job_count, sizeof(struct odo_job *),
              compare_jobs);
        engine->locked.is_unsorted = false;
    }
}

enum odo_status engine_make_room_locked(struct odo_engine *engine)
{
    if (engine->locked.job_count + engine->locked.rooms == engine->locked.job_capacity) {
        size_t capacity = engine->locked.job_capacity ? engine->locked.job_capacity * 2 : 8;
        struct odo_job **larger =
            memory_resize(engine->locked.jobs, capacity, sizeof(struct odo_job *));

        if (!larger) {
            return ODO_E_OUT_OF_MEMORY;
        }
        engine->locked.jobs = larger;
        engine->locked.job_capacity = capacity;
    }
    if (job_table_reserve(&engine->locked.by_id, engine->locked.job_capacity) != ODO_OK) {
        return ODO_E_OUT_OF_MEMORY;
    }
    engine->locked.rooms++;
    return ODO_OK;
}

void engine_give_room_back_locked(struct odo_engine *engine)
{
    assert(engine->locked.rooms > 0);
    engine->locked.rooms--;
}

enum odo_status engine_list_locked(struct odo_job *job)
{
    struct odo_engine *engine = job->engine;
    size_t count = engine->locked.job_count;

    engine_give_room_back_locked(engine);
    if (engine->locked.has_stopped) {
        return ODO_E_SHUTTING_DOWN;
    }
    job->locked.listed_as = engine->locked.listed_so_far++;
    engine->locked.is_unsorted =
        engine->locked.is_unsorted ||
        (count > 0 && compare_jobs(&engine->locked.jobs[count - 1], &job) > 0);
    engine->locked.jobs[engine->locked.job_count++] = odo_job_add_ref(job);
    job_table_add(&engine->locked.by_id, &job->id, job);
    job->locked.is_listed = true;
    engine_expiry_noted_locked(job);
    platform_condition_broadcast(engine->keeper_wakes); /* there may be an age limit to watch */
    return ODO_OK;
}

void engine_unlist_locked(struct odo_job *job)
{
    struct odo_engine *engine = job->engine;
    size_t i = engine->locked.job_count;

    if (!job->locked.is_listed) {
        return;
    }
    job->locked.is_listed = false;
    engine_forget_unsaved_locked(job);
    job_table_remove(&engine->locked.by_id, &job->id);
    while (engine->locked.jobs[i - 1] != job) { /* from the end, where shutdown starts */
        i--;
    }
    engine->locked.job_count--;
    memmove(&engine->locked.jobs[i - 1], &engine->locked.jobs[i],
            (engine->locked.job_count - (i - 1)) * sizeof(struct odo_job *));
    odo_job_release(job); /* the caller has another reference */
}

enum odo_status engine_find(struct odo_engine *engine, const struct odo_job_id *id,
                            struct odo_job **job_out)
{
    struct odo_job *found;

    platform_mutex_lock(engine->lock);
    found = job_table_find(&engine->locked.by_id, id);
    if (found) {
        *job_out = odo_job_add_ref(found);
    }
    platform_mutex_unlock(engine->lock);
    return found ? ODO_OK : ODO_E_NOT_FOUND;
}

struct download_settings engine_settings_locked(const struct odo_job *job)
{
    const struct job *data = &job->locked.job;
    uint32_t timeout_s = job_number(data, ODO_JOB_NO_PROGRESS_TIMEOUT);

    return (struct download_settings){
        .no_progress_ms =
            timeout_s == 0 || timeout_s == UINT32_MAX ? UINT64_MAX : (uint64_t)timeout_s * 1000,
        .minimum_retry_ms = data->number_is_set[ODO_JOB_MINIMUM_RETRY_DELAY]
                                ? (uint64_t)data->numbers[ODO_JOB_MINIMUM_RETRY_DELAY] * 1000
                                : 0, /* the default is for display only */
        .rate_limit = job_number(data, ODO_JOB_RATE_LIMIT),
        .never_retry = timeout_s == 0,
        .foreground = job_number(data, ODO_JOB_PRIORITY) == 0,
    };
}

/* --- Blocks and time limits ----------------------------------------------------------- */

void engine_apply_block_locked(struct odo_job *job)
{
    struct job *data = &job->locked.job;

    if (job->locked.block != ODO_OK &&
        (data->state == ODO_JOB_TRANSFERRING || data->state == ODO_JOB_TRANSIENT_ERROR)) {
        data->error = (struct odo_error){.status = job->locked.block};
        data->error_file = UINT32_MAX;
        engine_apply_locked(job, JOB_OBSTRUCT);
        engine_touch_locked(job);
        engine_expiry_changed_locked(job->engine);
        engine_wake_keeper_locked(job);
    }
}

enum { EXPIRY_HOLDS_MS = 60 * 1000 };

uint64_t engine_block_ends_ms_locked(const struct odo_job *job)
{
    uint64_t patience_ms;

    if (job->locked.block == ODO_OK || job->locked.block == ODO_E_NO_NETWORK ||
        job->locked.job.state != ODO_JOB_TRANSIENT_ERROR) {
        return UINT64_MAX;
    }
    patience_ms = engine_settings_locked(job).no_progress_ms;
    return patience_ms == UINT64_MAX ? UINT64_MAX : job->locked.blocked_since_ms + patience_ms;
}

/* The age of a job by the wall clock, which may have been set back. */
static uint64_t age_ms(const struct job *data)
{
    int64_t age_us = platform_clock_wall_us() - data->times.created_us;

    return age_us > 0 ? (uint64_t)age_us / 1000 : 0;
}

bool engine_is_too_old(const struct odo_engine *engine, const struct job *data)
{
    return age_ms(data) >= engine->job_age_limit_ms;
}

/* When a job reaches its age limit. */
static uint64_t age_ends_ms_locked(const struct odo_job *job, uint64_t now_ms)
{
    uint64_t limit_ms = job->engine->job_age_limit_ms;
    uint64_t age = age_ms(&job->locked.job);

    return age >= limit_ms ? now_ms : now_ms + limit_ms - age;
}

static uint64_t ends_ms_locked(const struct odo_job *job, uint64_t now_ms)
{
    uint64_t age_ends_ms = age_ends_ms_locked(job, now_ms);
    uint64_t block_ends_ms = engine_block_ends_ms_locked(job);

    return age_ends_ms < block_ends_ms ? age_ends_ms : block_ends_ms;
}

void engine_expiry_changed_locked(struct odo_engine *engine)
{
    engine->locked.expiry_is_stale = true;
}

void engine_expiry_noted_locked(const struct odo_job *job)
{
    struct odo_engine *engine = job->engine;
    uint64_t ends_ms = ends_ms_locked(job, platform_clock_milliseconds());

    if (engine->locked.job_count == 1) { /* the only job */
        engine->locked.expiry_is_stale = true;
    } else if (ends_ms < engine->locked.expiry_ms) {
        engine->locked.expiry_ms = ends_ms;
    }
}

/*
 * Examining all jobs whenever one has something to save would be quadratic. The result is
 * cached for a while; setting the wall clock does not affect it for long.
 */
struct odo_job *engine_next_expired_locked(struct odo_engine *engine, uint64_t *deadline_ms_out)
{
    uint64_t now_ms = platform_clock_milliseconds();
    uint64_t first_ms = UINT64_MAX;

    *deadline_ms_out = UINT64_MAX;
    if (engine->locked.has_stopped || engine->locked.job_count == 0) {
        return NULL;
    }
    if (!engine->locked.expiry_is_stale && now_ms < engine->locked.expiry_ms &&
        now_ms - engine->locked.expiry_at_ms < EXPIRY_HOLDS_MS) {
        *deadline_ms_out = engine->locked.expiry_ms;
        return NULL;
    }
    for (size_t i = 0; i < engine->locked.job_count; i++) {
        struct odo_job *job = engine->locked.jobs[i];
        uint64_t ends_ms = ends_ms_locked(job, now_ms);

        if (ends_ms <= now_ms) {
            return odo_job_add_ref(job);
        }
        first_ms = ends_ms < first_ms ? ends_ms : first_ms;
    }
    engine->locked.expiry_is_stale = false;
    engine->locked.expiry_ms = first_ms;
    engine->locked.expiry_at_ms = now_ms;
    *deadline_ms_out = first_ms;
    return NULL;
}

/* --- The keeper's queue
 * ----------------------------------------------------------------------- */

bool engine_keeps_locked(const struct odo_job *job)
{
    return job->engine->store && job_number(&job->locked.job, ODO_JOB_VOLATILE) == 0;
}

void engine_wake_keeper_locked(struct odo_job *job)
{
    struct odo_engine *engine = job->engine;
    struct odo_job *last = engine->locked.last_unsaved;

    if (job->locked.must_keep || !job->locked.is_listed) { /* unlisted jobs have no keeper */
        return;
    }
    job->locked.must_keep = true;
    job->locked.next_unsaved = NULL;
    job->locked.previous_unsaved = last;
    if (last) {
        last->locked.next_unsaved = job;
    } else {
        engine->locked.unsaved = job;
        platform_condition_broadcast(engine->keeper_wakes);
    }
    engine->locked.last_unsaved = job;
    engine->locked.unsaved_count++;
}

void engine_forget_unsaved_locked(struct odo_job *job)
{
    struct odo_engine *engine = job->engine;
    struct odo_job *next = job->locked.next_unsaved;
    struct odo_job *previous = job->locked.previous_unsaved;

    if (!job->locked.must_keep) {
        return;
    }
    job->locked.must_keep = false;
    if (next) {
        next->locked.previous_unsaved = previous;
    } else {
        engine->locked.last_unsaved = previous;
    }
    if (previous) {
        previous->locked.next_unsaved = next;
    } else {
        engine->locked.unsaved = next;
    }
    engine->locked.unsaved_count--;
}
