/*
 * A job as bytes, and back.
 *
 * A journal is a row of records. A record is a head and a payload, which begins with its kind.
 * All numbers are little-endian. The first record names the format, its version, the job, and
 * how many records were written together with it. A later record about the same thing takes the
 * place of an earlier one; so a change costs a record and not the whole. Records that are
 * written together, a batch, are worth nothing without each other.
 *
 * How records stand in a row, and what may be wrong with its end: record_row.h. Written by
 * journal_write.c, read by journal_read.c.
 */
#ifndef ODO_STORE_JOURNAL_FORMAT_H
#define ODO_STORE_JOURNAL_FORMAT_H

#include "job/job.h"

enum {
    JOURNAL_VERSION = 6, /* what earlier ones have written is read too: they knew less */
    JOURNAL_TEXT_SIZE_MAX = 1024 * 1024,
    JOURNAL_HOLES_MAX = 1000 * 1000, /* more than requests could ever leave are not ours */
};

/* A whole journal may be this large; of a file with a million ranges it is 16 MiB. */
#define JOURNAL_SIZE_MAX ((size_t)1 << 30)

#define JOURNAL_MAGIC "OpenDO job" /* with its zero */

enum journal_record {
    JOURNAL_RECORD_HEADER = 1,
    JOURNAL_RECORD_JOB = 2,
    JOURNAL_RECORD_FILE = 3,
    JOURNAL_RECORD_PROGRESS = 4,
};

/* What a record says of a file's stage. */
enum journal_progress_flags {
    JOURNAL_BEGUN = 1,
    JOURNAL_TRANSFERRED = 2,
    JOURNAL_COMPLETING = 4,
    JOURNAL_COMPLETED = 8,
    JOURNAL_FLUSHED = 16,
    JOURNAL_ALL_FLAGS = 31,
};

/* Else there is no record of its progress. */
static inline bool journal_has_progress(const struct job_file *file)
{
    return file->stage > JOB_FILE_QUEUED;
}

#endif
