/*
 * External conditions for a job to run: the administrator's policies, and a network within the
 * client's cost policy.
 *
 * A separate thread, which runs from the first resumed job until the engine ends, watches both
 * and blocks or unblocks jobs as they change. Only it queries Windows about the network, so
 * clients do not wait for that, except briefly at the first start. It also watches the proxy
 * settings: when they or the network change, the engine queries proxies again.
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
 * Like odo_job_resume(), but the job starts blocked if the network is too expensive. Reads the
 * policies again; the caller checks DODownloadMode before, since that is a reason to refuse.
 */
HRESULT conditions_resume(struct odo_job *job, const struct cost_wish *wish);

/*
 * The client's network requirements have changed, or the job was loaded from the store while
 * running. Does nothing for a job that is not running.
 */
void conditions_changed(struct odo_job *job, const struct cost_wish *wish);

/* An engine has started, and is about to stop. For com/server/module.c, which calls them
 * alternately. */
void conditions_begin(struct odo_engine *engine);
void conditions_end(void);

/* Join the thread of a stopped engine. False if that takes seconds, or if it is the caller. */
bool conditions_stop_thread(void);

/* For tests: replace the source of facts, called on the thread; NULL restores Windows. */
void conditions_set_source(void (*ask)(struct network_facts *facts_out));

/* The facts have changed: query them again. */
void conditions_look_again(void);

#endif
