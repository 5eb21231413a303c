/*
 * The files that a job had when the list was made (IEnumBackgroundCopyFiles). Files are never
 * removed from a job, so their number is the whole snapshot.
 */
#ifndef ODO_COM_JOB_FILE_ENUM_OBJECT_H
#define ODO_COM_JOB_FILE_ENUM_OBJECT_H

#include "com/object/com_object.h"

#include <odo/odo.h>

#include "deliveryoptimization.h" /* generated from idl/ */

/* E_OUTOFMEMORY and NULL. */
HRESULT file_enum_object_create(struct odo_job *job, IEnumBackgroundCopyFiles **out);

#endif
