/*
 * Recording jobs in the store. Without a store, all of these do nothing and return ODO_OK.
 */
#ifndef ODO_ENGINE_ENGINE_STORE_H
#define ODO_ENGINE_ENGINE_STORE_H

#include "engine/engine.h"

enum odo_status engine_store_create(struct odo_job *job); /* not listed yet */

void engine_store_remove(struct odo_job *job); /* the job has ended */

enum odo_status engine_store_give_up(struct odo_job *job); /* the job becomes volatile */

void engine_store_close(struct odo_job *job); /* another process may load it */

/* Record changes. `lock` is not held. A failure leaves the job unchanged. */
enum odo_status engine_save(struct odo_job *job);

/* For changes that cannot be undone: if this fails, the keeper tries again. */
void engine_save_or_log(struct odo_job *job);

/* Like engine_save(), but also waits until the record would survive a power failure. */
enum odo_status engine_store_flush(struct odo_job *job);

/* For callers that hold `journal_lock` and know that there is a journal. */

/* Like engine_save(). After a failure the journal lacks records, and appending others that
 * depend on them is not allowed: it must be rewritten. */
enum odo_status engine_save_unsaved(struct odo_job *job);

/* Rewrite the journal in compact form. */
enum odo_status engine_rewrite_journal(struct odo_job *job);

#endif
