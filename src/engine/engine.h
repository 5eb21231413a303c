/*
 * The one place that decides. It owns the lock, the jobs and the downloader, and starts and
 * stops them in order.
 *
 * Which lock guards what, and in which order they are taken: base/lock_rank.h. The host is told
 * what happened by a thread of its own (engine/news.h); nobody waits for that.
 */
#ifndef ODO_ENGINE_ENGINE_H
#define ODO_ENGINE_ENGINE_H

#include "engine/job_table.h"
#include "engine/news.h"
#include "job/job.h"
#include "network/downloader.h"
#include "output/stream.h"
#include "platform/thread.h"
#include "store/journal.h"
#include "store/leftovers.h"

#include <stdatomic.h>

#include <odo/odo.h>

struct odo_engine {
    atomic_uint references; /* the host's, and one for each job */
    struct news *news;      /* NULL when the host does not want to be told */
    struct downloader_options downloader_options; /* texts owned */
    struct platform_mutex *lock;
    struct store *store;             /* NULL when jobs are not kept */
    struct platform_mutex *adopting; /* held while a job is taken up from the store */
    bool resume_adopted;
    uint32_t job_age_limit_ms;
    struct platform_thread *keeper;          /* NULL until a job is resumed */
    struct platform_condition *keeper_wakes; /* with `lock` */
    struct platform_condition *changed;      /* with `lock`: some job's state */
    struct platform_condition *removed;      /* with `lock`: some job's `stopping` is 0 */
    /* Start the threads, unless they run; under `lock`, which is where a downloader is then. */
    enum odo_status (*begin_work)(struct odo_engine *engine);
    struct {
        struct odo_job **jobs; /* counted; neither completed nor cancelled */
        size_t job_count;
        size_t job_capacity;
        bool is_unsorted;        /* else the jobs are in their order, oldest first */
        uint64_t listed_so_far;  /* for that order */
        size_t rooms;            /* made for jobs that are not among them yet */
        struct job_table by_id;  /* the same jobs; has room for as many as `jobs` */
        struct odo_job *unsaved; /* who must be kept, in turn; linked by next_unsaved */
        struct odo_job *last_unsaved;
        size_t unsaved_count;
        uint64_t expiry_ms;    /* no job expires before; see engine_next_expired_locked() */
        uint64_t expiry_at_ms; /* when that was found out */
        bool expiry_is_stale;
        struct downloader *downloader; /* NULL until a job is resumed */
        struct engine_grave *graves;   /* streams that could not be released yet */
        bool has_stopped;
        bool keeper_must_stop;
    } locked;
};

/* What is left of a stream that could not be waited for: its thread. */
struct engine_grave {
    struct engine_grave *next;
    struct stream *stream;
};

/* A file of a job in motion. Its address is the context of the transfer's reports. */
struct engine_runner {
    struct odo_job *job;
    uint32_t index;
    struct fetch *transfer; /* NULL while the file stands still */
    struct stream *stream;  /* where the bytes go, if not to a path; counted */
    bool is_recorded;       /* among the job's leftovers; under `operation` */
    uint64_t stream_base;   /* the position in it where the present request begins */
    uint64_t place;         /* a hash of the local path; 0 before it was needed */
    enum download_state state;
    uint64_t since_ms;                  /* when the transfer was added */
    struct odo_file_statistics earlier; /* of the transfers before this one */
    struct news_item transferred;
};

/* So many changes of a job's state wait for a host that is behind; it hears of the latest. */
enum { ENGINE_STATES_UNTOLD_MOST = 8 };

struct odo_job {
    atomic_uint references;
    struct odo_engine *engine; /* counted */
    struct platform_mutex *operation;
    struct leftovers *leftovers; /* under `operation`; NULL before a volatile job has any */
    char *probed_path;     /* under `operation`: a file could be made beside it at this time */
    uint64_t probed_at_ms; /* the same */
    struct odo_job_id id;  /* never changes */
    struct platform_mutex *journal_lock;
    struct journal *journal; /* under `journal_lock`; NULL when the job is not kept */
    uint64_t flushed_at_ms;  /* the same */
    bool flush_has_failed;   /* the same; for want of a file, perhaps */
    struct news_item modified;
    struct news_item states[ENGINE_STATES_UNTOLD_MOST]; /* used in turn */
    struct {
        struct job job;
        struct engine_runner **runners; /* one for each file */
        uint32_t runner_capacity;
        uint32_t moving; /* runners by state */
        uint32_t waiting;
        uint32_t stopping;     /* transfers that the network thread is about to remove */
        enum odo_status block; /* why the host holds it back; or ODO_OK */
        uint64_t blocked_since_ms;
        bool is_listed;     /* the engine holds it */
        uint64_t listed_as; /* so many were before it */
        bool must_keep;     /* the keeper has something to do for it: it is among `unsaved` */
        struct odo_job *next_unsaved;
        struct odo_job *previous_unsaved;
        uint32_t next_state; /* whose turn it is among `states` */
        bool has_new_state;  /* since `modified` was noted */
        bool must_rewrite;   /* a record could not be written: the journal is made anew */
    } locked;
};

/* Fails on the state alone; a stopped engine is ODO_E_SHUTTING_DOWN. */
enum odo_status engine_check_alive_locked(const struct odo_job *job);

/* Every byte of a file has come. */
void engine_note_transferred_locked(struct engine_runner *runner);

/* The only function that changes job->state. ODO_E_INVALID_STATE when the table refuses. */
enum odo_status engine_apply_locked(struct odo_job *job, enum job_event event);

/* Something that a client can see has changed. */
void engine_touch_locked(struct odo_job *job);

/* A job that would transfer does not while its host holds it back. */
void engine_hold_back_locked(struct odo_job *job);

/* The next job whose time is up, counted for the caller; or NULL, and when to ask again. */
struct odo_job *engine_next_expired_locked(struct odo_engine *engine,
                                           uint64_t *deadline_ms_out);

/* When the patience with a block ends; UINT64_MAX when it does not. */
uint64_t engine_block_ends_ms_locked(const struct odo_job *job);

/* Some job may expire earlier than was known; or this one, which has just been listed. */
void engine_expiry_changed_locked(struct odo_engine *engine);
void engine_expiry_noted_locked(const struct odo_job *job);

/* True when a job has reached the age at which it is cancelled. */
bool engine_is_too_old(const struct odo_engine *engine, const struct job *data);

/* One count less; the last frees the engine, which was stopped before. */
void engine_release(struct odo_engine *engine);

/* Make room for one job more; engine_list_locked() or engine_give_room_back_locked() follows.
 */
enum odo_status engine_make_room_locked(struct odo_engine *engine);
void engine_give_room_back_locked(struct odo_engine *engine);

/* The engine keeps the job / lets it go. ODO_E_SHUTTING_DOWN. */
enum odo_status engine_list_locked(struct odo_job *job);
void engine_unlist_locked(struct odo_job *job);

/* Put the jobs into their order, oldest first. */
void engine_sort_jobs_locked(struct odo_engine *engine);

/* Among the jobs in memory. ODO_E_NOT_FOUND. */
enum odo_status engine_find(struct odo_engine *engine, const struct odo_job_id *id,
                            struct odo_job **job_out);

/* True when the job is to outlive the engine. */
bool engine_keeps_locked(const struct odo_job *job);

/* Something has changed that the keeper will record. */
void engine_wake_keeper_locked(struct odo_job *job);
void engine_forget_unsaved_locked(struct odo_job *job); /* it is no longer the engine's */

/* How a transfer of this job is to behave now. */
struct download_settings engine_settings_locked(const struct odo_job *job);

#endif
