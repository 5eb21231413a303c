/*
 * The serialized form of a job.
 *
 * A journal is a sequence of records, each with a head and a payload that begins with its kind.
 * All numbers are little-endian. The first record identifies the format, its version, the job,
 * and the number of records written together with it. A later record replaces an earlier one on
 * the same subject, so a change costs one record rather than a rewrite. Records written
 * together form a batch, which is valid only as a whole.
 *
 * For the framing of records and possible errors at the end see record_row.h. Written by
 * journal_write.c, read by journal_read.c.
 */
#ifndef ODO_STORE_JOURNAL_FORMAT_H
#define ODO_STORE_JOURNAL_FORMAT_H

#include "job/job.h"

enum {
    JOURNAL_VERSION = 6, /* earlier versions, with fewer fields, are read too */
    JOURNAL_TEXT_SIZE_MAX = 1024 * 1024,
    JOURNAL_HOLES_MAX = 1000 * 1000, /* more than our requests could ever leave */
};

/* Limit for a whole journal; a file with a million ranges takes 16 MiB. */
#define JOURNAL_SIZE_MAX ((size_t)1 << 30)

#define JOURNAL_MAGIC "OpenDO job" /* with its terminator */

enum journal_record {
    JOURNAL_RECORD_HEADER = 1,
    JOURNAL_RECORD_JOB = 2,
    JOURNAL_RECORD_FILE = 3,
    JOURNAL_RECORD_PROGRESS = 4,
};

/* What a record says about a file's stage. */
enum journal_progress_flags {
    JOURNAL_BEGUN = 1,
    JOURNAL_TRANSFERRED = 2,
    JOURNAL_COMPLETING = 4,
    JOURNAL_COMPLETED = 8,
    JOURNAL_FLUSHED = 16,
    JOURNAL_ALL_FLAGS = 31,
};

/* Without these, no progress is recorded. */
static inline bool journal_has_progress(const struct job_file *file)
{
    return file->stage > JOB_FILE_QUEUED;
}

#endif
