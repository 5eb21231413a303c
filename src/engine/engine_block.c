/*
 * Jobs that the host holds back for a while, and the limits of time that a job has.
 */
#include "engine/engine.h"

#include "base/log.h"
#include "platform/clock.h"

enum { EXPIRY_HOLDS_MS = 60 * 1000 };

static bool is_reason(enum odo_status status)
{
    switch (status) {
    case ODO_OK:
    case ODO_E_NO_NETWORK:
    case ODO_E_BLOCKED_BY_COST:
    case ODO_E_BLOCKED_BY_CELLULAR:
    case ODO_E_BLOCKED_BY_VPN:
    case ODO_E_BLOCKED_BY_POWER:
    case ODO_E_BLOCKED_BY_MEMORY:
        return true;
    default:
        return false;
    }
}

void engine_hold_back_locked(struct odo_job *job, struct engine_events *events)
{
    struct job *data = &job->locked.job;

    if (job->locked.block != ODO_OK &&
        (data->state == ODO_JOB_TRANSFERRING || data->state == ODO_JOB_TRANSIENT_ERROR)) {
        data->error = (struct odo_error){.status = job->locked.block};
        data->error_file = UINT32_MAX;
        engine_apply_locked(job, JOB_OBSTRUCT, events);
        engine_touch_locked(job, events);
        engine_expiry_changed_locked(job->engine);
        engine_wake_keeper_locked(job);
    }
}

/* `operation` is held, and `locked.block` says why. */
static void hold_back(struct odo_job *job, enum odo_status earlier)
{
    struct engine_events events = {.count = 0};

    engine_stop_runners(job);
    platform_mutex_lock(job->engine->lock);
    if (earlier == ODO_OK || earlier == ODO_E_NO_NETWORK) {
        job->locked.blocked_since_ms = platform_clock_milliseconds();
    }
    engine_hold_back_locked(job, &events);
    engine_unlock_and_deliver(job->engine, &events);
}

/* `operation` is held. */
static void let_go_on(struct odo_job *job)
{
    struct engine_events events = {.count = 0};

    platform_mutex_lock(job->engine->lock);
    if (job->locked.job.state == ODO_JOB_TRANSIENT_ERROR) {
        job->locked.job.error = (struct odo_error){.status = ODO_OK};
        engine_apply_locked(job, JOB_MOVE, &events);
        engine_touch_locked(job, &events);
    }
    engine_unlock_and_deliver(job->engine, &events);
    engine_begin_again(job);
}

enum odo_status odo_job_set_block(struct odo_job *job, enum odo_status reason)
{
    enum odo_status earlier;
    enum odo_status status;

    if (!is_reason(reason)) {
        return ODO_E_INVALID_ARGUMENT;
    }
    platform_mutex_lock(job->operation);
    platform_mutex_lock(job->engine->lock);
    status = engine_check_alive_locked(job);
    earlier = job->locked.block;
    if (status == ODO_OK) {
        job->locked.block = reason;
        engine_expiry_changed_locked(job->engine);
    }
    platform_mutex_unlock(job->engine->lock);
    if (status == ODO_OK && reason != earlier) {
        if (reason == ODO_OK) {
            let_go_on(job);
        } else {
            hold_back(job, earlier);
        }
        engine_save_or_log(job);
    }
    platform_mutex_unlock(job->operation);
    return status;
}

/* --- Limits of time ------------------------------------------------------------------- */

/* When the patience with a block ends; UINT64_MAX when it does not. */
static uint64_t block_ends_ms_locked(const struct odo_job *job)
{
    uint64_t patience_ms;

    if (job->locked.block == ODO_OK || job->locked.block == ODO_E_NO_NETWORK ||
        job->locked.job.state != ODO_JOB_TRANSIENT_ERROR) {
        return UINT64_MAX;
    }
    patience_ms = engine_settings_locked(job).no_progress_ms;
    return patience_ms == UINT64_MAX ? UINT64_MAX : job->locked.blocked_since_ms + patience_ms;
}

/* How long a job has been there, by the clock on the wall; which may have been set back. */
static uint64_t age_ms(const struct job *data)
{
    int64_t age_us = platform_clock_wall_us() - data->times.created_us;

    return age_us > 0 ? (uint64_t)age_us / 1000 : 0;
}

bool engine_is_too_old(const struct odo_engine *engine, const struct job *data)
{
    return age_ms(data) >= engine->job_age_limit_ms;
}

/* When a job becomes too old. */
static uint64_t age_ends_ms_locked(const struct odo_job *job, uint64_t now_ms)
{
    uint64_t limit_ms = job->engine->job_age_limit_ms;
    uint64_t age = age_ms(&job->locked.job);

    return age >= limit_ms ? now_ms : now_ms + limit_ms - age;
}

static uint64_t ends_ms_locked(const struct odo_job *job, uint64_t now_ms)
{
    uint64_t age_ends_ms = age_ends_ms_locked(job, now_ms);
    uint64_t block_ends_ms = block_ends_ms_locked(job);

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

    if (engine->locked.job_count == 1) { /* it is the only one */
        engine->locked.expiry_is_stale = true;
    } else if (ends_ms < engine->locked.expiry_ms) {
        engine->locked.expiry_ms = ends_ms;
    }
}

/*
 * Looking at every job each time that one of them has something to be saved would cost the
 * square of their number. What was found out holds for a while: a clock on the wall that is set
 * does not change it, nor may it matter for long.
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

/* `operation` is held. A block that was lifted in the meantime does no harm. */
static void end_patience(struct odo_job *job)
{
    struct engine_events events = {.count = 0};

    platform_mutex_lock(job->engine->lock);
    if (engine_check_alive_locked(job) == ODO_OK &&
        block_ends_ms_locked(job) <= platform_clock_milliseconds()) {
        engine_apply_locked(job, JOB_FAIL, &events); /* the error says why already */
        engine_touch_locked(job, &events);
    }
    engine_unlock_and_deliver(job->engine, &events);
    engine_save_or_log(job);
}

void engine_expire(struct odo_job *job)
{
    enum odo_status status = ODO_E_INVALID_STATE;

    platform_mutex_lock(job->operation);
    if (engine_is_too_old(job->engine, &job->locked.job)) { /* its age never changes */
        status = engine_cancel(job, ODO_E_TOO_OLD);
    } else {
        end_patience(job);
    }
    platform_mutex_unlock(job->operation);
    if (status == ODO_OK || status == ODO_TEMPORARY_FILES_LEFT) {
        log_write(LOG_WARNING, "a job has reached its age limit and was cancelled");
        engine_bury_streams(job);
    }
}

void engine_expire_all(struct odo_engine *engine)
{
    struct odo_job *job;
    uint64_t deadline_ms;

    do {
        platform_mutex_lock(engine->lock);
        job = engine_next_expired_locked(engine, &deadline_ms);
        platform_mutex_unlock(engine->lock);
        if (job) {
            engine_expire(job);
            odo_job_release(job);
        }
    } while (job);
}
