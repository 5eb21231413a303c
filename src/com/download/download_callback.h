/*
 * The status callback of each download.
 *
 * A change of state is told at once, each in its turn; progress as often as the client wants.
 * Calls for one download come one after the other. The download that a client is given is a COM
 * object of its own, so that a client that lets go of it completely keeps the one that it has.
 *
 * Who has let go of all his objects of a download is not called any more: with the last one the
 * callback goes, as if it were cleared.
 */
#ifndef ODO_COM_DOWNLOAD_DOWNLOAD_CALLBACK_H
#define ODO_COM_DOWNLOAD_DOWNLOAD_CALLBACK_H

#include <windows.h>

#include <unknwn.h>

#include "com/download/download.h"

/* As download_object_create(), which makes the objects that clients are given. */
typedef HRESULT download_object_maker(struct download *download, REFIID iid, void **out);

/* Before the first download. */
void download_callback_begin(download_object_maker *maker);

/* The engine's host: takes a note and returns. */
void download_callback_on_event(const struct odo_event *event);

/*
 * Have a client told, instead of the one before; NULL has nobody told. When this returns no
 * call to the one before begins any more, and one that has begun has ended, or lasts longer
 * than some seconds, or is the one that we are in.
 *
 *   E_INVALIDARG   it is no IDODownloadStatusCallback
 */
HRESULT download_callback_set(struct download *download, IUnknown *client);

/* The client's interface, counted. E_NOT_SET and NULL without one. */
HRESULT download_callback_get(struct download *download, IUnknown **client_out);

/* The frequency was changed. */
void download_callback_frequency_changed(struct download *download);

/*
 * A COM object of the download ends, for which download_hold() was called. After the client's
 * last one the callback is cleared; a call that is under way is waited for as above.
 */
void download_callback_object_ended(struct download *download);

#endif
