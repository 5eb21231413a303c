/*
 * What the store is told of a job. In an engine without a store all of these do nothing, with
 * ODO_OK.
 */
#ifndef ODO_ENGINE_ENGINE_STORE_H
#define ODO_ENGINE_ENGINE_STORE_H

#include "engine/engine.h"

enum odo_status engine_store_create(struct odo_job *job); /* the job is not listed yet */

void engine_store_remove(struct odo_job *job); /* the job is no more */

enum odo_status engine_store_give_up(struct odo_job *job); /* it is volatile from now on */

void engine_store_close(struct odo_job *job); /* another process may have it */

/* Record what has changed. `lock` is not held. The job is as it is if this fails. */
enum odo_status engine_save(struct odo_job *job);

/* The same for what has happened in any case: if it fails, the keeper tries again. */
void engine_save_or_log(struct odo_job *job);

/* The same, and return when it would survive a power cut. */
enum odo_status engine_store_flush(struct odo_job *job);

/* For who holds `journal_lock`, and knows that there is a journal. */

/* As engine_save(). After a failure the journal is behind, and nothing may be appended that
 * builds on what it lacks: it is made anew. */
enum odo_status engine_save_unsaved(struct odo_job *job);

/* Replace the journal by what it comes to. */
enum odo_status engine_rewrite_journal(struct odo_job *job);

#endif
