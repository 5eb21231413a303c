/* A snapshot of the engine's jobs (IEnumBackgroundCopyJobs). */
#ifndef ODO_COM_JOB_JOB_ENUM_OBJECT_H
#define ODO_COM_JOB_JOB_ENUM_OBJECT_H

#include "com/object/com_object.h"

#include <odo/odo.h>

#include "deliveryoptimization.h" /* generated from idl/ */

/*
 * Takes ownership of the result of odo_job_list(), even on failure. On failure, E_OUTOFMEMORY
 * and NULL.
 */
HRESULT job_enum_object_create(struct odo_job **jobs, size_t count,
                               IEnumBackgroundCopyJobs **out);

#endif
