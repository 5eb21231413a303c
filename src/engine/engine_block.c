/*
 * Jobs that the host holds back for a while, and time limits of jobs.
 */
#include "engine/engine_block.h"
#include "engine/engine_life.h"
#include "engine/engine_runner.h"
#include "engine/engine_store.h"
#include "engine/engine_streams.h"

#include "base/log.h"
#include "platform/clock.h"

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

/* `operation` is held, and `locked.block` is the reason. */
static void block_job(struct odo_job *job, enum odo_status earlier)
{

    engine_stop_runners(job);
    platform_mutex_lock(job->engine->lock);
    if (earlier == ODO_OK || earlier == ODO_E_NO_NETWORK) {
        job->locked.blocked_since_ms = platform_clock_milliseconds();
    }
    engine_apply_block_locked(job);
    platform_mutex_unlock(job->engine->lock);
}

/* `operation` is held. */
static void unblock_job(struct odo_job *job)
{

    platform_mutex_lock(job->engine->lock);
    if (job->locked.job.state == ODO_JOB_TRANSIENT_ERROR) {
        job->locked.job.error = (struct odo_error){.status = ODO_OK};
        engine_apply_locked(job, JOB_MOVE);
        engine_touch_locked(job);
    }
    platform_mutex_unlock(job->engine->lock);
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
            unblock_job(job);
        } else {
            block_job(job, earlier);
        }
        engine_save_or_log(job);
    }
    platform_mutex_unlock(job->operation);
    return status;
}

/* --- Time limits ---------------------------------------------------------------------- */

/* `operation` is held. Harmless if the block was lifted meanwhile. */
static void fail_blocked_job(struct odo_job *job)
{

    platform_mutex_lock(job->engine->lock);
    if (engine_check_alive_locked(job) == ODO_OK &&
        engine_block_ends_ms_locked(job) <= platform_clock_milliseconds()) {
        engine_apply_locked(job, JOB_FAIL); /* the error is set already */
        engine_touch_locked(job);
    }
    platform_mutex_unlock(job->engine->lock);
    engine_save_or_log(job);
}

void engine_expire(struct odo_job *job)
{
    enum odo_status status = ODO_E_INVALID_STATE;

    platform_mutex_lock(job->operation);
    if (engine_is_too_old(job->engine, &job->locked.job)) { /* immutable */
        status = engine_cancel(job, ODO_E_TOO_OLD);
    } else {
        fail_blocked_job(job);
    }
    platform_mutex_unlock(job->operation);
    if (status == ODO_OK || status == ODO_TEMPORARY_FILES_LEFT) {
        log_write(LOG_WARNING, "a job has reached its age limit and was cancelled");
        engine_retire_streams(job);
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
