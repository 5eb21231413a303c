/* What the client of a job of the legacy model wants of the network. */
#ifndef ODO_COM_NETWORK_JOB_WISH_H
#define ODO_COM_NETWORK_JOB_WISH_H

#include <stdbool.h>
#include <windows.h>

#include <odo/odo.h>

#include "com/network/cost_policy.h"

/* Are these flags, of BITS_JOB_PROPERTY_ID_COST_FLAGS, a policy? */
bool job_wish_is_policy(DWORD flags);

/* Those that the client has set; until then, the ones that the job's priority implies. */
DWORD job_wish_flags(struct odo_job *job);

struct cost_wish job_wish_get(struct odo_job *job);

/* It may have changed; or the job has come out of the store, perhaps in motion. */
void job_wish_changed(struct odo_job *job);

#endif
