/*
 * The notification callback of each job.
 *
 * Calls for one job are serialized and in order. The job's notify flags select what is
 * reported. The outcome of a job, JobTransferred or JobError, is repeated a few times until the
 * client returns S_OK, and is kept for a client that registers late. JobModification is
 * combined into one call per 500 ms.
 */
#ifndef ODO_COM_JOB_CALLBACK_H
#define ODO_COM_JOB_CALLBACK_H

#include <stdbool.h>
#include <windows.h>

#include <unknwn.h>

#include <odo/odo.h>

/* job_object_create(), which makes the objects passed to clients. */
typedef HRESULT job_object_maker(struct odo_job *job, REFIID iid, void **out);

/* Call before the first job is created. */
void callback_begin(job_object_maker *maker);

/* For the engine's on_event: records the event and returns. */
void callback_on_event(const struct odo_event *event);

/*
 * IBackgroundCopyJob::SetNotifyInterface. Replaces the client; NULL removes it.
 *
 * Afterwards no call to the previous client begins, and it is no longer referenced. A call in
 * progress on another thread is waited for, several seconds at most, while calls to this
 * apartment are dispatched; within a callback there is no wait.
 *
 *   E_NOINTERFACE        not an IBackgroundCopyCallback, or not an IBackgroundCopyCallback2
 *                        although files are to be reported
 *   DO_E_INVALID_STATE   the job is completed or cancelled
 *   errors of COM        if it cannot keep the interface
 */
HRESULT callback_set_client(struct odo_job *job, IUnknown *client);

/* The client's interface for the caller's apartment, with a reference. S_OK and NULL without
 * one. */
HRESULT callback_get_client(struct odo_job *job, IUnknown **client_out);

/* The job's notify flags were set. */
void callback_flags_changed(struct odo_job *job);

/*
 * The job's notification class (BITS_JOB_PROPERTY_NOTIFICATION_CLSID) was set, or the job was
 * loaded from the store: without a client, calls go to an object of that class, activated out
 * of process for each call. Returns E_OUTOFMEMORY when out of memory.
 */
HRESULT callback_class_changed(struct odo_job *job);

/* A job was found, perhaps in the store, and may have a notification class. */
void callback_job_found(struct odo_job *job);

/* The job was completed or cancelled: removes the client. */
void callback_forget(struct odo_job *job);

#endif
