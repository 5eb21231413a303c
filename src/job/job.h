/*
 * A job in memory: its files, what is wanted of them, how far they have come, and what the
 * client has set. Pure: no I/O, no clock, no locks; the engine guards it.
 */
#ifndef ODO_JOB_JOB_H
#define ODO_JOB_JOB_H

#include "job/checkpoint.h"
#include "job/job_state.h"
#include "ranges/range_set.h"

#include <odo/odo.h>

/*
 * How far a file has come: each stage is further than those before it. A file that goes to a
 * stream has no temporary file at any of them, and no BEGUN.
 */
enum job_file_stage {
    JOB_FILE_QUEUED,
    JOB_FILE_BEGUN,    /* the temporary file may exist */
    JOB_FILE_IN_DOUBT, /* so it may; or the machine stopped when it had just got its name. That
                          it was whole was not flushed, and does not count */
    JOB_FILE_TRANSFERRED, /* every byte is in the temporary file */
    JOB_FILE_COMPLETING,  /* it is about to be given its name, or has it */
    JOB_FILE_COMPLETED,   /* the file stands at its local path */
};

/* What of a file is not where it would survive yet. */
enum {
    JOB_FILE_DEFINITION = 1, /* what was asked for it: not in the store */
    JOB_FILE_PROGRESS = 2,   /* how far it is: the same */
    JOB_FILE_BYTES = 4,      /* what the checkpoint says has come: a power cut may take it */
};

struct job_file {
    char *file_id;
    char *url;
    char *local_path;          /* NULL while nobody has named it */
    char *temporary_path;      /* the same */
    struct byte_range *ranges; /* in the order given; NULL for the whole file */
    uint32_t range_count;
    struct range_set wanted; /* the same, sorted and joined */
    uint64_t stated_size;    /* by the client, or ODO_SIZE_UNKNOWN */
    uint64_t output_base;    /* of a local file: bytes at its beginning that were asked for
                                before, and are there */
    char *integrity_info;    /* what its pieces are checked against; NULL for nothing */
    bool integrity_is_mandatory;

    struct checkpoint checkpoint; /* as of the last time it stood still */
    enum job_file_stage stage;    /* changed by job_set_stage() alone once it is in a job */
    unsigned unwritten;           /* of JOB_FILE_DEFINITION, ..._PROGRESS and ..._BYTES */
    uint64_t file_size;           /* of the remote file, or ODO_SIZE_UNKNOWN */
    uint64_t bytes_total;         /* wanted, or ODO_SIZE_UNKNOWN */
    uint64_t bytes_had;
    int64_t last_modified_us; /* of the remote file; 0 when unknown */
    char *response_headers;   /* of the last reply; NULL before one */
    char *effective_url;      /* of the last request; the same */
    char *server_address;     /* of the last reply; the same */
    struct odo_file_statistics statistics;
};

/* Sums over the files, kept so that asking costs nothing. */
struct job_totals {
    uint64_t bytes_total; /* of the files whose total is known */
    uint32_t unknown;     /* files whose total is not */
    uint64_t bytes_had;
    uint32_t transferred;
    uint32_t completed;
};

struct job {
    struct odo_job_id id;
    enum odo_job_state state;
    struct job_file **files; /* owned, each one too; addresses never change */
    uint32_t file_count;
    uint32_t file_capacity;
    struct job_totals totals;
    struct odo_job_times times;
    uint32_t numbers[ODO_JOB_NUMBER_COUNT];
    bool number_is_set[ODO_JOB_NUMBER_COUNT];
    char *texts[ODO_JOB_TEXT_COUNT]; /* owned; NULL is empty */
    struct odo_error error;          /* while in ERROR or TRANSIENT_ERROR */
    uint32_t error_file;             /* the file that met it, or UINT32_MAX */
    uint32_t error_count;
    bool is_unsaved;        /* something of the job itself is not in the store yet */
    uint32_t saved_files;   /* files that are in the store */
    uint32_t unsaved_first; /* all files with something unsaved are in [first, end) */
    uint32_t unsaved_end;
};

/* A suspended, empty job. */
void job_init(struct job *job, const struct odo_job_id *id, int64_t now_us);
void job_free(struct job *job);

/*
 * Make a file of a request that was checked but for its ranges. Takes copies of everything.
 *
 *   ODO_E_OVERLAPPING_RANGES, ODO_E_INVALID_RANGE, ODO_E_TOO_MANY
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status job_file_create(const struct odo_file_request *request,
                                struct job_file **file_out);
void job_file_free(struct job_file *file); /* NULL is fine */

/* True when it has a temporary file, as far as we know, or the target that it became. */
bool job_file_has_begun(const struct job_file *file);

/* Append a file; the job owns it then. ODO_E_OUT_OF_MEMORY, ODO_E_TOO_MANY: it does not. */
enum odo_status job_append(struct job *job, struct job_file *file);

/* Take the last file off again; the caller owns it. */
struct job_file *job_remove_last(struct job *job);

/* Put a file in the place of another, which is freed. */
void job_replace(struct job *job, uint32_t index, struct job_file *file);

/* Another request for a file that was added. */
struct job_file_change {
    const struct byte_range *ranges;
    uint32_t range_count; /* 0 asks for the whole file */
    uint64_t output_base; /* as in struct job_file */
    uint64_t stated_size; /* the same */
    bool keeps_version;   /* the bytes must be of the version that is known */
};

/*
 * Make what `file` would be with another request, of which nothing has come.
 *
 *   ODO_E_OVERLAPPING_RANGES, ODO_E_INVALID_RANGE, ODO_E_TOO_MANY
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status job_file_change(const struct job_file *file,
                                const struct job_file_change *change,
                                struct job_file **file_out);

/* Exchange what a file of the job is with `other`; the address stays. */
void job_exchange_file(struct job *job, uint32_t index, struct job_file *other);

/*
 * Set a file back to where a checkpoint says it stood. On success the checkpoint is the
 * file's and *checkpoint is empty; on failure both are as they were.
 *
 *   ODO_E_DAMAGED   it does not fit the ranges of the file
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status job_restore_progress(struct job *job, struct job_file *file,
                                     struct checkpoint *checkpoint);

/* Something of a file must be written, of JOB_FILE_DEFINITION and so on. */
void job_note_unwritten(struct job *job, uint32_t index, unsigned what);

/* All of the job is in the store; bytes that are to be flushed still are. */
void job_note_saved(struct job *job);

/* What has come of a file's present request is gone: it is to be fetched from its first byte.
 */
void job_forget_progress(struct job *job, struct job_file *file);

/*
 * Of what has come only the first `kept` bytes of the output are there still, counted from the
 * output base: the rest is to be fetched again. The file is as it was when there is no memory,
 * and begins again when what is missing is in more pieces than can be kept.
 *
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status job_cut_progress(struct job *job, struct job_file *file, uint64_t kept);

/* What is newly known of a file; keeps the totals right. */
void job_set_progress(struct job *job, struct job_file *file, uint64_t bytes_total,
                      uint64_t bytes_had);

/*
 * Take a file to another stage; keeps the totals right. It may be lost at any stage, and is
 * QUEUED or BEGUN again; forward it goes by way of TRANSFERRED and COMPLETING, and in doubt
 * only until it is whole.
 */
void job_set_stage(struct job *job, struct job_file *file, enum job_file_stage stage);

struct odo_job_progress job_progress(const struct job *job);

/* A number as the client sees it: what it has set, or the default of the moment. */
uint32_t job_number(const struct job *job, enum odo_job_number which);

/* ODO_E_INVALID_ARGUMENT when the value is out of range; nothing is changed. */
enum odo_status job_set_number(struct job *job, enum odo_job_number which, uint32_t value);

/* A copy of a text that the job may have. ODO_E_INVALID_ARGUMENT, ODO_E_STRING_TOO_LONG,
 * ODO_E_OUT_OF_MEMORY. */
enum odo_status job_make_text(enum odo_job_text which, const char *text, char **text_out);

/* The same failures; nothing is changed then. */
enum odo_status job_set_text(struct job *job, enum odo_job_text which, const char *text);

#endif
