/*
 * The COM object of a job. Several objects may represent one job; without any, the job
 * continues until it is completed or cancelled.
 */
#ifndef ODO_COM_JOB_JOB_OBJECT_H
#define ODO_COM_JOB_JOB_OBJECT_H

#include <windows.h>

#include <odo/odo.h>

/* E_NOINTERFACE, E_OUTOFMEMORY; *out is then NULL. */
HRESULT job_object_create(struct odo_job *job, REFIID iid, void **out);

#endif
