/*
 * Jobs on disk: one journal per job, in one folder.
 *
 * A journal is "<id>.job". It is created and rewritten by writing "<id>.new", flushing it and
 * renaming it, so that a crash leaves either the old or the new one intact. In between, records
 * are appended; a crash may truncate the last one, which then does not count.
 *
 * One process owns a job at a time: it locks the job's number in "owners-*.lock" beside the
 * journals (platform/lock_file.h), and the system releases the lock when the process ends. Only
 * the owner reads or writes a journal.
 *
 * An unreadable journal is set aside as "<id>.damaged" (or "<id>.newer" if a later version
 * wrote it; with a number if that exists) and never read again or deleted by us. After a power
 * failure the most recent records may be incomplete: then the journal continues without them,
 * and a copy is set aside, since this cannot be told from damage.
 *
 * A store may be used from any thread; a journal by one at a time.
 */
#ifndef ODO_STORE_JOURNAL_H
#define ODO_STORE_JOURNAL_H

#include "store/journal_format.h"
#include "store/journal_write.h"
#include "store/store.h"

struct journal;

/*
 * Create a journal for a job that has none, and own the job.
 *
 *   ODO_E_ALREADY_EXISTS     it has one
 *   ODO_E_SHARING_VIOLATION  the job has an owner
 *   ODO_E_DISK_FULL ...      see platform/file.h; nothing is left behind
 */
enum odo_status journal_create(struct store *store, const struct job *job,
                               struct journal **journal_out);

/*
 * Take ownership of an unowned job and read it. Release *job_out with job_free().
 *
 *   ODO_E_NOT_FOUND           there is no such journal
 *   ODO_E_SHARING_VIOLATION   the job has an owner, in this process or another
 *   ODO_E_DAMAGED, ODO_E_NOT_SUPPORTED   it is unreadable, and was set aside
 */
enum odo_status journal_adopt(struct store *store, const struct odo_job_id *id,
                              struct journal **journal_out, struct job *job_out);

/*
 * Records to append next: the buffer and row for journal_write_*(). Written by
 * journal_commit(), and discarded if that fails.
 */
struct buffer *journal_buffer(struct journal *journal);
uint64_t *journal_row(struct journal *journal);

/*
 * Append the buffer. The records then survive a killed process, but not a power failure. On
 * failure the journal is unchanged, and the buffer's records are lost.
 */
enum odo_status journal_commit(struct journal *journal);

/* Discard the buffer. */
void journal_rollback(struct journal *journal);

/* Wait until committed records would survive a power failure. */
enum odo_status journal_flush(struct journal *journal);

/* True if nothing may be appended before journal_rewrite(): an earlier version wrote it, or a
 * partial record could not be removed. */
bool journal_is_unfit(const struct journal *journal);

/* True if so much was appended that journal_rewrite() is due. */
bool journal_is_long(const struct journal *journal);

/*
 * Replace the journal with what journal_write_all() has written, and flush it. The buffer is
 * discarded. On failure the old journal stays in use.
 */
enum odo_status journal_rewrite(struct journal *journal, struct buffer *bytes, uint64_t row);

/* Delete the journal of an ended job, release ownership and free it. On failure the journal
 * stays in use. */
enum odo_status journal_remove(struct journal *journal);

/* Release ownership and free it: another process may load the job. NULL is allowed. */
void journal_close(struct journal *journal);

#endif
