/*
 * Temporary files that no journal knows: those of volatile jobs. Their paths are recorded
 * before they are made, in "<id>.temporary" beside the journals, so that the next who opens the
 * store removes what a process that was killed has left. As a journal, the record is owned as
 * long as the process lives.
 *
 * A record may be used by one thread at a time.
 */
#ifndef ODO_STORE_LEFTOVERS_H
#define ODO_STORE_LEFTOVERS_H

#include "store/store.h"

struct leftovers;

/* A record for the job, with nothing in it. Failures as platform/file.h, and
 * ODO_E_SHARING_VIOLATION when somebody owns it. */
enum odo_status leftovers_create(struct store *store, const struct odo_job_id *id,
                                 struct leftovers **leftovers_out);

/* Record a file that is about to be made. When this returns, the process may be killed. */
enum odo_status leftovers_add(struct leftovers *leftovers, const char *path);

/* Nothing is left: the record goes. NULL is fine. */
void leftovers_remove(struct leftovers *leftovers);

/* Something is: whoever opens the store next will try. NULL is fine. */
void leftovers_close(struct leftovers *leftovers);

/* Remove what processes that live no more have left. What cannot be removed is tried again the
 * next time. */
void leftovers_sweep(struct store *store);

#endif
