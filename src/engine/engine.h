/*
 * The one place that decides. It owns the lock, the jobs and the downloader, and starts and
 * stops them in order.
 *
 * Which lock guards what, and in which order they are taken: base/lock_rank.h. The host is told
 * what happened with none held, in the order in which things happened: who has something to
 * tell draws a turn under the engine's lock, lets that go, and waits until its turn has come.
 */
#ifndef ODO_ENGINE_ENGINE_H
#define ODO_ENGINE_ENGINE_H

#include "engine/job_table.h"
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
    struct odo_host host;
    struct downloader_options downloader_options; /* texts owned */
    struct platform_mutex *lock;
    struct platform_mutex *turns;
    struct platform_condition *turn_came; /* with `turns` */
    uint64_t turn_now;                    /* under `turns` */
    struct store *store;                  /* NULL when jobs are not kept */
    struct platform_mutex *adopting;      /* held while a job is taken up from the store */
    bool resume_adopted;
    uint32_t job_age_limit_ms;
    struct platform_thread *keeper;          /* NULL until a job is resumed */
    struct platform_condition *keeper_wakes; /* with `lock` */
    struct platform_condition *changed;      /* with `lock`: some job's state */
    struct platform_condition *removed;      /* with `lock`: some job's `stopping` is 0 */
    struct {
        struct odo_job **jobs; /* counted; neither completed nor cancelled */
        size_t job_count;
        size_t job_capacity;
        bool is_unsorted;       /* else the jobs are in their order, oldest first */
        uint64_t listed_so_far; /* for that order */
        size_t rooms;           /* made for jobs that are not among them yet */
        struct job_table by_id; /* the same jobs; has room for as many as `jobs` */
        uint64_t next_turn;
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

/* A stream whose job was ended from within a call of its client. */
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
    enum download_state state;
    uint64_t since_ms;                  /* when the transfer was added */
    struct odo_file_statistics earlier; /* of the transfers before this one */
};

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
        bool must_rewrite; /* a record could not be written: the journal is made anew */
    } locked;
};

/* What is to be told once the lock can be let go. */
struct engine_events {
    struct odo_event items[4];
    size_t count;
};

/* Fails on the state alone; a stopped engine is ODO_E_SHUTTING_DOWN. */
enum odo_status engine_check_alive_locked(const struct odo_job *job);

/* Note an event for engine_unlock_and_deliver(). */
void engine_note(struct engine_events *events, enum odo_event_kind kind, struct odo_job *job,
                 uint32_t file_index);

/* Let the lock go and tell the host. */
void engine_unlock_and_deliver(struct odo_engine *engine, const struct engine_events *events);

/* The only function that changes job->state. ODO_E_INVALID_STATE when the table refuses. */
enum odo_status engine_apply_locked(struct odo_job *job, enum job_event event,
                                    struct engine_events *events);

/* Something that a client can see has changed. */
void engine_touch_locked(struct odo_job *job, struct engine_events *events);

/* A job that would transfer does not while its host holds it back. */
void engine_hold_back_locked(struct odo_job *job, struct engine_events *events);

/* The next job whose time is up, counted for the caller; or NULL, and when to ask again. */
struct odo_job *engine_next_expired_locked(struct odo_engine *engine,
                                           uint64_t *deadline_ms_out);

/* Some job may expire earlier than was known; or this one, which has just been listed. */
void engine_expiry_changed_locked(struct odo_engine *engine);
void engine_expiry_noted_locked(const struct odo_job *job);

/* Do with a job whose time is up what is to be done. */
void engine_expire(struct odo_job *job);

/* The same for every such job: an engine without a keeper does it when it is asked for jobs. */
void engine_expire_all(struct odo_engine *engine);

/* True when a job has reached the age at which it is cancelled. */
bool engine_is_too_old(const struct odo_engine *engine, const struct job *data);

/* Cancel a job; `why` is what its error says then. `operation` is held. */
enum odo_status engine_cancel(struct odo_job *job, enum odo_status why);

/* The downloader, started when it is needed first. */
enum odo_status engine_get_downloader_locked(struct odo_engine *engine,
                                             struct downloader **downloader_out);

/* Make room for one job more; engine_list_locked() or engine_give_room_back_locked() follows.
 */
enum odo_status engine_make_room_locked(struct odo_engine *engine);
void engine_give_room_back_locked(struct odo_engine *engine);

/* The engine keeps the job / lets it go. ODO_E_SHUTTING_DOWN. */
enum odo_status engine_list_locked(struct odo_job *job);
void engine_unlist_locked(struct odo_job *job);

/* Delete what is not to become anything; `operation` is held or nobody else knows the job.
 * ODO_TEMPORARY_FILES_LEFT when a file could not be deleted. */
enum odo_status engine_remove_temporary_files(struct odo_job *job);

/* A file of a volatile job is about to be begun: should the process be killed, the next engine
 * of this user removes it. `operation` is held. */
enum odo_status engine_record_temporary(struct odo_job *job, struct engine_runner *runner);

/* The job has ended, or is kept from now on; unless `is_clean`, files are left. `operation` is
 * held. */
void engine_end_leftovers(struct odo_job *job, bool is_clean);

/* Hold what was recorded of a file against the disk; nobody else knows the job yet. */
void engine_settle_file(struct job *data, struct job_file *file);

/* The same for a file that goes on; `operation` is held, and it stands still. */
enum odo_status engine_check_begun(struct odo_job *job, struct job_file *file);

/*
 * Whether every file that is said to be whole is. `operation` is held, and nothing of the job
 * runs. Files of which something is missing are not whole any more, and *must_fetch_out says
 * so.
 *
 *   ODO_E_TEMPORARY_FILE_CHANGED   a temporary file was cut, or another has its name
 *   ODO_E_FILE_NOT_FOUND           one is gone, or a completed file from its target
 */
enum odo_status engine_check_whole_files(struct odo_job *job, bool *must_fetch_out);

/* Rename the files that are whole to what they are to be called, and note them as completed,
 * each before the next; ends at the first that cannot be. `operation` is held, and nothing of
 * the job runs. */
enum odo_status engine_place_files(struct odo_job *job);

/* Make a job of `data`, which is taken over, not listed yet. On failure the caller keeps it. */
enum odo_status engine_make_job(struct odo_engine *engine, struct job *data,
                                struct odo_job **job_out);

/* Put the jobs into their order, oldest first. */
void engine_sort_jobs_locked(struct odo_engine *engine);

/* Among the jobs in memory. ODO_E_NOT_FOUND. */
enum odo_status engine_find(struct odo_engine *engine, const struct odo_job_id *id,
                            struct odo_job **job_out);

/* The store. All of these do nothing, with ODO_OK, in an engine without one. */

enum odo_status engine_store_create(struct odo_job *job);  /* the job is not listed yet */
void engine_store_remove(struct odo_job *job);             /* the job is no more */
enum odo_status engine_store_give_up(struct odo_job *job); /* it is volatile from now on */
void engine_store_close(struct odo_job *job);              /* another process may have it */

/* True when the job is to outlive the engine. */
bool engine_keeps_locked(const struct odo_job *job);

/* Record what has changed. `lock` is not held. The job is as it is if this fails. */
enum odo_status engine_save(struct odo_job *job);

/* The same for what has happened in any case: if it fails, the keeper tries again. */
void engine_save_or_log(struct odo_job *job);

/* The same, and return when it would survive a power cut. */
enum odo_status engine_store_flush(struct odo_job *job);

/* Something has changed that the keeper will record. */
void engine_wake_keeper_locked(struct odo_job *job);
void engine_forget_unsaved_locked(struct odo_job *job); /* it is no longer the engine's */
enum odo_status engine_start_keeper_locked(struct odo_engine *engine);
void engine_stop_keeper(struct odo_engine *engine);

/*
 * Take a job up from the store, counted for the caller.
 *
 *   ODO_E_NOT_FOUND           not there; or too old, and gone now
 *   ODO_E_SHARING_VIOLATION   another process owns it
 *   ODO_E_DAMAGED, ODO_E_NOT_SUPPORTED   it was set aside
 */
enum odo_status engine_adopt(struct odo_engine *engine, const struct odo_job_id *id,
                             struct odo_job **job_out);
enum odo_status engine_adopt_all(struct odo_engine *engine);

/* How a transfer of this job is to behave now. */
struct download_settings engine_settings_locked(const struct odo_job *job);

/*
 * Whether a check that is mandatory can be made of these ranges.
 *
 *   ODO_E_INTEGRITY_UNSPECIFIED, ODO_E_INTEGRITY_WITH_RANGES
 */
enum odo_status engine_check_mandatory(const struct odo_integrity *integrity,
                                       const struct byte_range *ranges, uint32_t range_count);

/* Exchange what a file is with `other`. `operation` is held, and the file stands still. */
void engine_exchange_file(struct odo_job *job, uint32_t file_index, struct job_file *other);

/* Begin a file that was added or stopped, if its job is in motion. `operation` is held. */
enum odo_status engine_start_file(struct odo_job *job, uint32_t index);

/* Begin every file that was stopped, if the job is in motion; it is in ERROR when that cannot
 * be. `operation` is held. */
void engine_begin_again(struct odo_job *job);

/* Stop the runner of one file; as engine_stop_runners(). */
void engine_stop_file(struct odo_job *job, uint32_t index);

/* Where transfers report; the context is a struct engine_runner. */
void engine_on_update(void *context, const struct download_update *update);

/* A runner's transfer is taken out of it, to be removed; NULL when there is none. */
struct fetch *engine_take_transfer_locked(struct engine_runner *runner);

/* What the removed transfer of a file has left. Takes the checkpoint over. */
void engine_keep_removed_locked(struct engine_runner *runner,
                                struct downloader_removal *removal);

/*
 * The streams of a job: wait until no client is being given bytes; and give them up when the
 * job has ended. `operation` is not held, since the client may want it in the meantime.
 */
void engine_wait_for_streams(struct odo_job *job);
void engine_release_streams(struct odo_job *job);

/* The same without waiting: they are released when the engine stops. */
void engine_bury_streams(struct odo_job *job);

/* Release the streams that could not be released before. */
void engine_empty_graves(struct odo_engine *engine);

/* Stop every runner of a job; `operation` is held, the lock is not. */
void engine_stop_runners(struct odo_job *job);

#endif
