/* The network requirements of a job of the legacy model. */
#ifndef ODO_COM_NETWORK_JOB_WISH_H
#define ODO_COM_NETWORK_JOB_WISH_H

#include <stdbool.h>
#include <windows.h>

#include <odo/odo.h>

#include "com/network/cost_policy.h"

/* Is this value of BITS_JOB_PROPERTY_ID_COST_FLAGS a policy? */
bool job_wish_is_policy(DWORD flags);

/* The flags set by the client; if unset, those implied by the job's priority. */
DWORD job_wish_flags(struct odo_job *job);

struct cost_wish job_wish_get(struct odo_job *job);

/* They may have changed; or the job was loaded from the store, perhaps running. */
void job_wish_changed(struct odo_job *job);

#endif
