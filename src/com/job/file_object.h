/* A file of a job, identified by its index, which never changes. */
#ifndef ODO_COM_JOB_FILE_OBJECT_H
#define ODO_COM_JOB_FILE_OBJECT_H

#include <stdbool.h>
#include <windows.h>

#include <odo/odo.h>

/* `index` must be below the job's file count. E_NOINTERFACE, E_OUTOFMEMORY; *out is then
 * NULL. */
HRESULT file_object_create(struct odo_job *job, uint32_t index, REFIID iid, void **out);

/* Do file objects answer this interface? */
bool file_object_answers(REFIID iid);

#endif
