/* A snapshot of a job's error (IBackgroundCopyError). */
#ifndef ODO_COM_JOB_ERROR_OBJECT_H
#define ODO_COM_JOB_ERROR_OBJECT_H

#include "com/object/com_object.h"

#include <odo/odo.h>

#include "deliveryoptimization.h" /* generated from idl/ */

/* DO_E_ERROR_INFORMATION_UNAVAILABLE, E_OUTOFMEMORY; *out is then NULL. */
HRESULT error_object_create(struct odo_job *job, IBackgroundCopyError **out);

#endif
