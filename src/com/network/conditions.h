/*
 * What a job may need besides its client's word: the administrator's policies, and a network
 * that costs no more than the client allows.
 *
 * A thread of its own, there from the first job that is resumed until the engine ends, watches
 * both and holds jobs back, or lets them go on, as they change. It alone asks Windows about the
 * network, so no client waits for that, but for a moment at the first start. It watches the
 * settings of proxies as well: when they change, or the network does, the engine asks anew.
 *
 * Any thread may call these functions. Like odo_job_suspend() they may wait for a client's
 * stream to return.
 */
#ifndef ODO_COM_NETWORK_CONDITIONS_H
#define ODO_COM_NETWORK_CONDITIONS_H

#include <stdbool.h>
#include <windows.h>

#include <odo/odo.h>

#include "com/network/cost_policy.h"

/*
 * odo_job_resume(), with the job held back from the start where the network costs too much. The
 * policies are read anew; DODownloadMode is the caller's to check before, since it is a reason
 * to refuse.
 */
HRESULT conditions_resume(struct odo_job *job, const struct cost_wish *wish);

/*
 * What the client wants of the network has changed, or the job has been taken up from the store
 * in motion. Nothing happens to a job that does not run.
 */
void conditions_changed(struct odo_job *job, const struct cost_wish *wish);

/* An engine begins, and is about to end. For com/server/module.c, which calls them in turns. */
void conditions_begin(struct odo_engine *engine);
void conditions_end(void);

/*
 * Wait for the thread of an engine that has ended. False when that takes seconds, or when it is
 * the caller.
 */
bool conditions_stop_thread(void);

/* For tests: another source of facts, called on the thread; NULL is Windows again. */
void conditions_set_source(void (*ask)(struct network_facts *facts_out));

/* The facts have changed: ask anew. */
void conditions_look_again(void);

#endif
