/*
 * The client's callback interface of each job.
 *
 * Calls for one job come one after the other and in order. What a client wants to hear is in
 * the job's notify flags. The outcome of a job, JobTransferred or JobError, is repeated a few
 * times until the client returns S_OK, and waits for a client that registers late.
 * JobModification is gathered: one call in 500 ms.
 */
#ifndef ODO_COM_JOB_CALLBACK_H
#define ODO_COM_JOB_CALLBACK_H

#include <stdbool.h>
#include <windows.h>

#include <unknwn.h>

#include <odo/odo.h>

/* As job_object_create(), which makes the objects that clients are given. */
typedef HRESULT job_object_maker(struct odo_job *job, REFIID iid, void **out);

/* Before the first job. */
void callback_begin(job_object_maker *maker);

/* The engine's host: takes a note and returns. */
void callback_on_event(const struct odo_event *event);

/*
 * IBackgroundCopyJob::SetNotifyInterface. Takes the place of the client before; NULL removes
 * it.
 *
 * When this returns, no call to the client before will begin any more, and nobody here holds it
 * any more. A call that has begun on another thread is waited for, for some seconds at most,
 * while calls to this apartment are let through; from inside a callback there is no wait.
 *
 *   E_NOINTERFACE        the client is not an IBackgroundCopyCallback, or not an
 *                        IBackgroundCopyCallback2 although files are to be notified
 *   DO_E_INVALID_STATE   the job is completed or cancelled
 *   what COM says        when it cannot keep the interface
 */
HRESULT callback_set_client(struct odo_job *job, IUnknown *client);

/* The client's interface, counted, for the caller's apartment. S_OK and NULL without one. */
HRESULT callback_get_client(struct odo_job *job, IUnknown **client_out);

/* The job's notify flags have been set. */
void callback_flags_changed(struct odo_job *job);

/*
 * The job's notification class (BITS_JOB_PROPERTY_NOTIFICATION_CLSID) was set, or the job was
 * taken up from the store: while it has no client, its news goes to an object of that class,
 * activated out of process for each call. Without memory for it E_OUTOFMEMORY.
 */
HRESULT callback_class_changed(struct odo_job *job);

/* A job was found, perhaps in the store, where its notification class may be known. */
void callback_job_found(struct odo_job *job);

/* The job was completed or cancelled: as if the client were removed. */
void callback_forget(struct odo_job *job);

#endif
