/*
 * Records the temporary files of volatile jobs, which have no journal. Their paths are recorded
 * in "<id>.temporary", beside the journals, before the files are created, so that the next
 * process that opens the store removes the files of a killed one. Like a journal, a record is
 * owned while its process runs.
 *
 * A record may be used by one thread at a time.
 */
#ifndef ODO_STORE_LEFTOVERS_H
#define ODO_STORE_LEFTOVERS_H

#include "store/store.h"

struct leftovers;

/* Create an empty record for the job. Errors: see platform/file.h; ODO_E_SHARING_VIOLATION if
 * it has an owner. */
enum odo_status leftovers_create(struct store *store, const struct odo_job_id *id,
                                 struct leftovers **leftovers_out);

/* Record a file that is about to be created. Once this returns, the process may be killed. */
enum odo_status leftovers_add(struct leftovers *leftovers, const char *path);

/* No file is left: delete the record. NULL is allowed. */
void leftovers_remove(struct leftovers *leftovers);

/* Files are left: the next process that opens the store tries again. NULL is allowed. */
void leftovers_close(struct leftovers *leftovers);

/* Remove the files of processes that have ended. Failed removals are retried next time. */
void leftovers_sweep(struct store *store);

#endif
