/*
 * A job as clients see it. Several objects may stand for one job; the job goes on without any,
 * until it is completed or cancelled.
 */
#ifndef ODO_COM_JOB_JOB_OBJECT_H
#define ODO_COM_JOB_JOB_OBJECT_H

#include <windows.h>

#include <odo/odo.h>

/* E_NOINTERFACE, E_OUTOFMEMORY; then *out is NULL. */
HRESULT job_object_create(struct odo_job *job, REFIID iid, void **out);

#endif
