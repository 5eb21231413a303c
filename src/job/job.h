/*
 * A job in memory: its files, their requests and progress, and the client's settings. Pure: no
 * I/O, no clock, no locks; the engine guards it.
 */
#ifndef ODO_JOB_JOB_H
#define ODO_JOB_JOB_H

#include "job/checkpoint.h"
#include "job/job_state.h"
#include "ranges/range_set.h"

#include <odo/odo.h>

/*
 * The stages of a file, in order. A file delivered to a stream has no temporary file at any
 * stage, and is never BEGUN.
 */
enum job_file_stage {
    JOB_FILE_QUEUED,
    JOB_FILE_BEGUN,       /* the temporary file may exist */
    JOB_FILE_IN_DOUBT,    /* likewise; or the machine stopped right after renaming. Its
                             completeness was not flushed, so it does not count */
    JOB_FILE_TRANSFERRED, /* every byte is in the temporary file */
    JOB_FILE_COMPLETING,  /* it is about to be renamed, or has been */
    JOB_FILE_COMPLETED,   /* the file is at its local path */
};

/* Parts of a file's state that are not durable yet. */
enum {
    JOB_FILE_DEFINITION = 1, /* the request: not in the store */
    JOB_FILE_PROGRESS = 2,   /* the progress: not in the store */
    JOB_FILE_BYTES = 4,      /* the bytes listed in the checkpoint: not flushed */
};

struct job_file {
    char *file_id;
    char *url;
    char *local_path;          /* NULL until the client sets it */
    char *temporary_path;      /* NULL until the client sets the local path */
    struct byte_range *ranges; /* in the order given; NULL for the whole file */
    uint32_t range_count;
    struct range_set wanted; /* the same, sorted and merged */
    uint64_t stated_size;    /* from the client, or ODO_SIZE_UNKNOWN */
    uint64_t output_base; /* bytes at the beginning of the local file that earlier requests have
                             delivered */
    char *integrity_info; /* reference to its piece hashes; NULL for none */
    bool integrity_is_mandatory;

    struct checkpoint checkpoint; /* as of the last time it was stopped */
    enum job_file_stage stage;    /* once in a job, changed by job_set_stage() only */
    unsigned unwritten;           /* JOB_FILE_DEFINITION, ..._PROGRESS and ..._BYTES */
    uint64_t file_size;           /* of the remote file, or ODO_SIZE_UNKNOWN */
    uint64_t bytes_total;         /* wanted, or ODO_SIZE_UNKNOWN */
    uint64_t bytes_had;
    int64_t last_modified_us; /* of the remote file; 0 if unknown */
    char *response_headers;   /* of the last reply; NULL before one */
    char *effective_url;      /* of the last request; NULL before one */
    char *server_address;     /* of the last reply; NULL before one */
    struct odo_file_statistics statistics;
};

/* Sums over all files, kept up to date. */
struct job_totals {
    uint64_t bytes_total; /* of the files with a known total */
    uint32_t unknown;     /* number of files with an unknown total */
    uint64_t bytes_had;
    uint32_t transferred;
    uint32_t completed;
};

struct job {
    struct odo_job_id id;
    enum odo_job_state state;
    struct job_file **files; /* owned, including the files; addresses are stable */
    uint32_t file_count;
    uint32_t file_capacity;
    struct job_totals totals;
    struct odo_job_times times;
    uint32_t numbers[ODO_JOB_NUMBER_COUNT];
    bool number_is_set[ODO_JOB_NUMBER_COUNT];
    char *texts[ODO_JOB_TEXT_COUNT]; /* owned; NULL means empty */
    struct odo_error error;          /* while in ERROR or TRANSIENT_ERROR */
    uint32_t error_file;             /* index of the failed file, or UINT32_MAX */
    uint32_t error_count;
    bool is_unsaved;        /* the job itself has changes that are not in the store */
    uint32_t saved_files;   /* number of files in the store */
    uint32_t unsaved_first; /* files with unsaved changes are in [first, end) */
    uint32_t unsaved_end;
};

/* Creates a suspended, empty job. */
void job_init(struct job *job, const struct odo_job_id *id, int64_t now_us);
void job_free(struct job *job);

/*
 * Create a file from a request that was validated except for its ranges. Everything is copied.
 *
 *   ODO_E_OVERLAPPING_RANGES, ODO_E_INVALID_RANGE, ODO_E_TOO_MANY
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status job_file_create(const struct odo_file_request *request,
                                struct job_file **file_out);
void job_file_free(struct job_file *file); /* NULL is allowed */

/* True if it should have a temporary file, or a target file made from it. */
bool job_file_has_begun(const struct job_file *file);

/* Append a file and take ownership of it. On ODO_E_OUT_OF_MEMORY and ODO_E_TOO_MANY the caller
 * still owns it. */
enum odo_status job_append(struct job *job, struct job_file *file);

/* Remove the last file; the caller owns it. */
struct job_file *job_remove_last(struct job *job);

/* Replace a file, and free the old one. */
void job_replace(struct job *job, uint32_t index, struct job_file *file);

/* A new request for a file that was added before. */
struct job_file_change {
    const struct byte_range *ranges;
    uint32_t range_count; /* 0 asks for the whole file */
    uint64_t output_base; /* see struct job_file */
    uint64_t stated_size; /* see struct job_file */
    bool keeps_version;   /* bytes must be of the known version */
};

/*
 * Create the file that `file` would be with a new request of which nothing has been received.
 *
 *   ODO_E_OVERLAPPING_RANGES, ODO_E_INVALID_RANGE, ODO_E_TOO_MANY
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status job_file_change(const struct job_file *file,
                                const struct job_file_change *change,
                                struct job_file **file_out);

/* Swap the contents of a file of the job with `other`; its address stays. */
void job_exchange_file(struct job *job, uint32_t index, struct job_file *other);

/*
 * Set a file's progress to a checkpoint. On success the file owns the checkpoint and
 * *checkpoint is empty; on failure both are unchanged.
 *
 *   ODO_E_DAMAGED   it does not match the ranges of the file
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status job_restore_progress(struct job *job, struct job_file *file,
                                     struct checkpoint *checkpoint);

/* Mark part of a file's state as unsaved: JOB_FILE_DEFINITION and so on. */
void job_note_unwritten(struct job *job, uint32_t index, unsigned what);

/* Everything is in the store; bytes to be flushed remain marked. */
void job_note_saved(struct job *job);

/* What was received for a file's current request is lost: fetch it from the first byte. */
void job_forget_progress(struct job *job, struct job_file *file);

/*
 * Only the first `kept` bytes of the output, counted from the output base, are left: fetch the
 * rest again. When out of memory the file is unchanged; if the missing bytes are in too many
 * pieces to record, it starts over.
 *
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status job_cut_progress(struct job *job, struct job_file *file, uint64_t kept);

/* Update what is known about a file, and the totals. */
void job_set_progress(struct job *job, struct job_file *file, uint64_t bytes_total,
                      uint64_t bytes_had);

/*
 * Change a file's stage, and update the totals. From any stage it may go back to QUEUED or
 * BEGUN; forward it passes TRANSFERRED and COMPLETING, and IN_DOUBT only before it is complete.
 */
void job_set_stage(struct job *job, struct job_file *file, enum job_file_stage stage);

struct odo_job_progress job_progress(const struct job *job);

/* The value that clients see: the one they set, or the current default. */
uint32_t job_number(const struct job *job, enum odo_job_number which);

/* On ODO_E_INVALID_ARGUMENT (out of range) nothing is changed. */
enum odo_status job_set_number(struct job *job, enum odo_job_number which, uint32_t value);

/* A validated copy of a string for the job. ODO_E_INVALID_ARGUMENT, ODO_E_STRING_TOO_LONG,
 * ODO_E_OUT_OF_MEMORY. */
enum odo_status job_make_text(enum odo_job_text which, const char *text, char **text_out);

/* Fails in the same ways; nothing is changed then. */
enum odo_status job_set_text(struct job *job, enum odo_job_text which, const char *text);

#endif
