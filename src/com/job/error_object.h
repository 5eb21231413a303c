/* Why a job stood still at one moment (IBackgroundCopyError); a snapshot. */
#ifndef ODO_COM_JOB_ERROR_OBJECT_H
#define ODO_COM_JOB_ERROR_OBJECT_H

#include "com/object/com_object.h"

#include <odo/odo.h>

#include "deliveryoptimization.h" /* generated from idl/ */

/* DO_E_ERROR_INFORMATION_UNAVAILABLE, E_OUTOFMEMORY; then *out is NULL. */
HRESULT error_object_create(struct odo_job *job, IBackgroundCopyError **out);

#endif
