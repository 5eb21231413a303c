/*
 * The client's callback interface of each job: kept, brought to whichever apartment it lives
 * in, and called with no lock held.
 *
 * Calls come from threads of com/calls/worker_pool.h; those of one job come one after the other
 * and in order. What a client wants to hear is in the job's notify flags. The outcome of a job,
 * JobTransferred or JobError, is repeated a few times until the client returns S_OK, and waits
 * for a client that registers late. JobModification is gathered: one call in 500 ms. A client
 * that is slow delays its own news and, when four are, that of others; it never delays the
 * network.
 */
#ifndef ODO_COM_JOB_CALLBACK_H
#define ODO_COM_JOB_CALLBACK_H

#include <stdbool.h>
#include <windows.h>

#include <unknwn.h>

#include <odo/odo.h>

/* The engine's host: takes a note and returns. `context` is not used. */
void callback_on_event(void *context, const struct odo_event *event);

/*
 * IBackgroundCopyJob::SetNotifyInterface. Takes the place of the client before; NULL removes
 * it.
 *
 * When this returns, no call to the client before will begin any more, and nobody here holds it
 * any more. A call that has begun on another thread is waited for, for a second at most, while
 * calls to this apartment are let through; from inside a callback there is no wait.
 *
 *   E_NOINTERFACE        the client is not an IBackgroundCopyCallback, or not an
 *                        IBackgroundCopyCallback2 although files are to be notified
 *   DO_E_INVALID_STATE   the job is completed or cancelled
 *   what COM says        when it cannot keep the interface
 */
HRESULT callback_set_client(struct odo_job *job, IUnknown *client);

/* The client's interface, counted, for the caller's apartment. S_OK and NULL without one. */
HRESULT callback_get_client(struct odo_job *job, IUnknown **client_out);

/* For com/calls/news.c: tell one client of one thing; as worker_pool_wake() describes it. */
ULONGLONG callback_serve(void);

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

/* The same for all jobs: there is no engine any more. */
void callback_forget_all(void);

/*
 * End the threads, which must be without work. False when they have not ended, or when the
 * caller is one of them.
 */
bool callback_stop_threads(void);

#endif
