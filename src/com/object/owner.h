/* The owner of jobs: the user of the calling thread, or else of the process. */
#ifndef ODO_COM_OBJECT_OWNER_H
#define ODO_COM_OBJECT_OWNER_H

#include <stdbool.h>
#include <windows.h>

#include <odo/odo.h>

/*
 * The user's SID as text, such as S-1-5-21-..., in CoTaskMemAlloc'ed memory. On failure it is
 * NULL, and the system's error is returned.
 */
HRESULT owner_get_sid(LPWSTR *sid_out);

/* Record the owner in a new job. */
HRESULT owner_claim(struct odo_job *job);

/*
 * May the calling thread's user see and change the job? The owner and administrators may; a job
 * without an owner is accessible to everyone.
 *
 *   E_ACCESSDENIED
 */
HRESULT owner_check(struct odo_job *job);

/* Is the calling thread's user the owner? Administrators do not count. */
bool owner_is_caller(struct odo_job *job);

#endif
