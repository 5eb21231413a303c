/*
 * Jobs on disk: one journal a job, in one folder.
 *
 * A journal is "<id>.job". It is made and made anew by writing "<id>.new", flushing it, and
 * renaming it, so that a crash leaves the old one or the new one, whole. In between, records
 * are appended; a crash may cut the last one off, and then it does not count.
 *
 * One process owns a job at a time: it claims the job's number in "owners-*.lock" beside the
 * journals (platform/lock_file.h), and the system ends the claim with the process. Who does
 * not own a job neither reads nor writes its journal.
 *
 * A journal that cannot be read is set aside whole as "<id>.damaged" (or "<id>.newer", when a
 * later version wrote it; with a number, when there is one already) and never read again;
 * neither is it ever deleted by us. After a power cut the last that was appended may have come
 * to the disk in part: then the journal goes on without it, and a copy is set aside, since that
 * cannot be told from damage.
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
 * Make a journal for a job that has none, and own the job.
 *
 *   ODO_E_ALREADY_EXISTS     it has one
 *   ODO_E_SHARING_VIOLATION  somebody owns the job
 *   ODO_E_DISK_FULL ...      as platform/file.h; nothing is left
 */
enum odo_status journal_create(struct store *store, const struct job *job,
                               struct journal **journal_out);

/*
 * Own a job that nobody owns, and read it. The caller ends *job_out with job_free().
 *
 *   ODO_E_NOT_FOUND           there is no such journal
 *   ODO_E_SHARING_VIOLATION   somebody owns the job, in this process or another
 *   ODO_E_DAMAGED, ODO_E_NOT_SUPPORTED   it cannot be read, and was set aside
 */
enum odo_status journal_adopt(struct store *store, const struct odo_job_id *id,
                              struct journal **journal_out, struct job *job_out);

/*
 * What to append next; the buffer and the row that journal_write_*() take. Written by
 * journal_commit(), and dropped when that fails.
 */
struct buffer *journal_buffer(struct journal *journal);
uint64_t *journal_row(struct journal *journal);

/*
 * Append what is in the buffer. The process may be killed from now on; the power must stay.
 * After a failure the journal is as it was, and lacks what the buffer held.
 */
enum odo_status journal_commit(struct journal *journal);

/* Drop what is in the buffer instead. */
void journal_rollback(struct journal *journal);

/* Return once what was committed would survive a power cut. */
enum odo_status journal_flush(struct journal *journal);

/* True when nothing may be appended before journal_rewrite(): an earlier version wrote it, or
 * what was written in part could not be cut off. */
bool journal_is_unfit(const struct journal *journal);

/* True when so much was appended that journal_rewrite() is due. */
bool journal_is_long(const struct journal *journal);

/*
 * Make the journal anew of what journal_write_all() has written, and flush it. What was in the
 * buffer is dropped. On failure the earlier journal goes on.
 */
enum odo_status journal_rewrite(struct journal *journal, struct buffer *bytes, uint64_t row);

/* Delete the journal, end the ownership and free it: the job is no more. On failure the journal
 * goes on. */
enum odo_status journal_remove(struct journal *journal);

/* End the ownership and free it: another process may take the job up. NULL is fine. */
void journal_close(struct journal *journal);

#endif
