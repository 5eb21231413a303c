/*
 * A snapshot of a job's files (IEnumBackgroundCopyFiles). Files are never removed from a job,
 * so it consists of their number.
 */
#ifndef ODO_COM_JOB_FILE_ENUM_OBJECT_H
#define ODO_COM_JOB_FILE_ENUM_OBJECT_H

#include "com/object/com_object.h"

#include <odo/odo.h>

#include "deliveryoptimization.h" /* generated from idl/ */

/* E_OUTOFMEMORY and NULL. */
HRESULT file_enum_object_create(struct odo_job *job, IEnumBackgroundCopyFiles **out);

#endif
