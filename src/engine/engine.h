/*
 * The engine's structs: it owns the lock, the jobs and the downloader, and all decisions are
 * made here.
 *
 * For which lock guards what and the locking order, see base/lock_rank.h. The host is notified
 * by a separate thread (engine/news.h); nothing waits for that.
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
    atomic_uint references;                       /* the host's, and one per job */
    struct news *news;                            /* NULL if the host has no on_event */
    struct downloader_options downloader_options; /* strings are owned */
    struct platform_mutex *lock;
    struct store *store;             /* NULL if jobs are not persistent */
    struct platform_mutex *adopting; /* held while a job is loaded from the store */
    bool resume_adopted;
    uint32_t job_age_limit_ms;
    struct platform_thread *keeper;          /* NULL until a job is resumed */
    struct platform_condition *keeper_wakes; /* with `lock` */
    struct platform_condition *changed;      /* with `lock`: the state of some job */
    struct platform_condition *removed; /* with `lock`: some job's `stopping` has become 0 */
    /* Starts the threads unless they run; under `lock`. Afterwards there is a downloader. */
    enum odo_status (*begin_work)(struct odo_engine *engine);
    struct {
        struct odo_job **jobs; /* reference counted; neither completed nor cancelled */
        size_t job_count;
        size_t job_capacity;
        bool is_unsorted;        /* if false, the jobs are sorted, oldest first */
        uint64_t listed_so_far;  /* number of jobs listed so far, for sorting */
        size_t rooms;            /* room reserved for jobs that are not listed yet */
        struct job_table by_id;  /* the same jobs, with capacity for as many as `jobs` */
        struct odo_job *unsaved; /* queue of jobs for the keeper; linked by next_unsaved */
        struct odo_job *last_unsaved;
        size_t unsaved_count;
        uint64_t expiry_ms;    /* no job expires before; see engine_next_expired_locked() */
        uint64_t expiry_at_ms; /* when `expiry_ms` was computed */
        bool expiry_is_stale;
        struct downloader *downloader;                 /* NULL until a job is resumed */
        struct engine_retired_stream *retired_streams; /* not released yet */
        bool has_stopped;
        bool keeper_must_stop;
    } locked;
};

/* What remains of a stream that could not be waited for: its thread. */
struct engine_retired_stream {
    struct engine_retired_stream *next;
    struct stream *stream;
};

/* A file of a job while the job moves. Its address is the context of the transfer's reports. */
struct engine_runner {
    struct odo_job *job;
    uint32_t index;
    struct fetch *transfer; /* NULL while the file is not being fetched */
    struct stream *stream;  /* the output, unless it is a path; reference counted */
    bool is_recorded;       /* listed in the job's leftovers; under `operation` */
    uint64_t stream_base;   /* stream position where the current request begins */
    uint64_t place;         /* hash of the local path, computed on demand; 0 before */
    enum download_state state;
    uint64_t since_ms;                  /* when the transfer was added */
    struct odo_file_statistics earlier; /* of the transfers before the current one */
    struct news_item transferred;
};

/* Undelivered state changes kept per job for a slow host; further ones replace the last. */
enum { ENGINE_STATES_UNTOLD_MOST = 8 };

struct odo_job {
    atomic_uint references;
    struct odo_engine *engine; /* reference counted */
    struct platform_mutex *operation;
    struct leftovers *leftovers; /* under `operation`; NULL until a volatile job has any */
    char *probed_path;     /* under `operation`: its folder was writable at `probed_at_ms` */
    uint64_t probed_at_ms; /* under `operation` */
    struct odo_job_id id;  /* immutable */
    struct platform_mutex *journal_lock;
    struct journal *journal; /* under `journal_lock`; NULL if the job is not persistent */
    uint64_t flushed_at_ms;  /* under `journal_lock` */
    bool flush_has_failed;   /* under `journal_lock`; perhaps a file is missing */
    struct news_item modified;
    struct news_item states[ENGINE_STATES_UNTOLD_MOST]; /* a ring */
    struct {
        struct job job;
        struct engine_runner **runners; /* one per file */
        uint32_t runner_capacity;
        uint32_t moving; /* number of runners by state */
        uint32_t waiting;
        uint32_t stopping;     /* transfers that the network thread is about to remove */
        enum odo_status block; /* why the host holds the job back; or ODO_OK */
        uint64_t blocked_since_ms;
        bool is_listed;     /* in the engine's list */
        uint64_t listed_as; /* its sequence number in the list */
        bool must_keep;     /* in the keeper's queue, `unsaved` */
        struct odo_job *next_unsaved;
        struct odo_job *previous_unsaved;
        uint32_t next_state; /* next index in `states` */
        bool has_new_state;  /* since `modified` was queued */
        bool must_rewrite;   /* a write failed: the journal must be rewritten */
    } locked;
};

/* Fails for the state alone; ODO_E_SHUTTING_DOWN for a stopped engine. */
enum odo_status engine_check_alive_locked(const struct odo_job *job);

/* Every byte of a file has been received. */
void engine_note_transferred_locked(struct engine_runner *runner);

/* The only function that changes job->state. ODO_E_INVALID_STATE if the transition is not
 * allowed. */
enum odo_status engine_apply_locked(struct odo_job *job, enum job_event event);

/* Something visible to clients has changed. */
void engine_touch_locked(struct odo_job *job);

/* Block a transferring job while its host holds it back. */
void engine_apply_block_locked(struct odo_job *job);

/* The next expired job, with a reference for the caller; or NULL, and when to ask again. */
struct odo_job *engine_next_expired_locked(struct odo_engine *engine,
                                           uint64_t *deadline_ms_out);

/* When the time limit of a block ends; UINT64_MAX if never. */
uint64_t engine_block_ends_ms_locked(const struct odo_job *job);

/* Some job may expire earlier than computed; or this newly listed one. */
void engine_expiry_changed_locked(struct odo_engine *engine);
void engine_expiry_noted_locked(const struct odo_job *job);

/* True when a job has reached its age limit and is to be cancelled. */
bool engine_is_too_old(const struct odo_engine *engine, const struct job *data);

/* Drop a reference; the last one frees the engine, which must have been stopped. */
void engine_release(struct odo_engine *engine);

/* Reserve room for one more job; call engine_list_locked() or engine_give_room_back_locked()
 * next. */
enum odo_status engine_make_room_locked(struct odo_engine *engine);
void engine_give_room_back_locked(struct odo_engine *engine);

/* Add a job to the engine's list, or remove it. ODO_E_SHUTTING_DOWN. */
enum odo_status engine_list_locked(struct odo_job *job);
void engine_unlist_locked(struct odo_job *job);

/* Sort the jobs, oldest first. */
void engine_sort_jobs_locked(struct odo_engine *engine);

/* Finds loaded jobs only. ODO_E_NOT_FOUND. */
enum odo_status engine_find(struct odo_engine *engine, const struct odo_job_id *id,
                            struct odo_job **job_out);

/* True if the job is persistent. */
bool engine_keeps_locked(const struct odo_job *job);

/* Queue the job for the keeper. */
void engine_wake_keeper_locked(struct odo_job *job);
void engine_forget_unsaved_locked(struct odo_job *job); /* it was removed */

/* The current transfer settings of this job. */
struct download_settings engine_settings_locked(const struct odo_job *job);

#endif
