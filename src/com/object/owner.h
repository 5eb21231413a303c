/* Whose jobs these are: the user of the calling thread, or else of the process. */
#ifndef ODO_COM_OBJECT_OWNER_H
#define ODO_COM_OBJECT_OWNER_H

#include <stdbool.h>
#include <windows.h>

#include <odo/odo.h>

/*
 * The user's SID as text, such as S-1-5-21-..., in CoTaskMemAlloc'ed memory. On failure it is
 * NULL, and the result is what the system said.
 */
HRESULT owner_get_sid(LPWSTR *sid_out);

/* Note in a new job whose it is. */
HRESULT owner_claim(struct odo_job *job);

/*
 * May the calling thread's user see and change the job? Its owner may, and administrators; a
 * job without an owner is everybody's.
 *
 *   E_ACCESSDENIED
 */
HRESULT owner_check(struct odo_job *job);

/* Is the job the calling thread's user's own? Nobody else's will do, and no administrator. */
bool owner_is_caller(struct odo_job *job);

#endif
