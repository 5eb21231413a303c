/*
 * The status callback of each download: kept, brought to whichever apartment it lives in, and
 * called with no lock held.
 *
 * A change of state is told at once, each in its turn; progress as often as the client wants.
 * Calls for one download come one after the other. The download that a client is given is a COM
 * object of its own, so that a client that lets go of it completely keeps the one that it has.
 */
#ifndef ODO_COM_DOWNLOAD_DOWNLOAD_CALLBACK_H
#define ODO_COM_DOWNLOAD_DOWNLOAD_CALLBACK_H

#include <windows.h>

#include <unknwn.h>

#include "com/download/download.h"

/* The engine's host: takes a note and returns. */
void download_callback_on_event(const struct odo_event *event);

/*
 * Have a client told, instead of the one before; NULL has nobody told. When this returns no
 * call to the one before begins any more, and one that has begun has ended, or lasts longer
 * than a second, or is the one that we are in.
 *
 *   E_INVALIDARG   it is no IDODownloadStatusCallback
 */
HRESULT download_callback_set(struct download *download, IUnknown *client);

/* The client's interface, counted. E_NOT_SET and NULL without one. */
HRESULT download_callback_get(struct download *download, IUnknown **client_out);

/* The frequency was changed. */
void download_callback_frequency_changed(struct download *download);

/*
 * Wait until the download neither moves nor will by itself, and say where it stands. Calls to
 * the calling thread's apartment are let through meanwhile.
 */
DO_DOWNLOAD_STATUS download_callback_wait(struct download *download);

/* The download has ended, or there is no engine: tell what is to be told, and forget it. */
void download_callback_forget(const struct odo_job *job);
void download_callback_forget_all(void);

/* For com/calls/news.c: tell one client of one thing; as worker_pool_wake() describes it. */
ULONGLONG download_callback_serve(void);

#endif
