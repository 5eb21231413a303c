/*
 * The status callback of each download.
 *
 * State changes are reported at once and in order, progress as often as requested. Calls for
 * one download are serialized. The download passed to a client is a COM object of its own, so a
 * client may release it completely and keep the one it has.
 *
 * A client that has released all its objects of a download is not called any more: the last
 * release clears the callback.
 */
#ifndef ODO_COM_DOWNLOAD_DOWNLOAD_CALLBACK_H
#define ODO_COM_DOWNLOAD_DOWNLOAD_CALLBACK_H

#include <windows.h>

#include <unknwn.h>

#include "com/download/download.h"

/* download_object_create(), which makes the objects passed to clients. */
typedef HRESULT download_object_maker(struct download *download, REFIID iid, void **out);

/* Call before the first download is created. */
void download_callback_begin(download_object_maker *maker);

/* For the engine's on_event: records the event and returns. */
void download_callback_on_event(const struct odo_event *event);

/*
 * Replace the callback; NULL removes it. Afterwards no call to the previous one begins, and one
 * in progress has ended, or has lasted several seconds, or is the one we are in.
 *
 *   E_INVALIDARG   it is no IDODownloadStatusCallback
 */
HRESULT download_callback_set(struct download *download, IUnknown *client);

/* The client's interface, with a reference. Without one, E_NOT_SET and NULL. */
HRESULT download_callback_get(struct download *download, IUnknown **client_out);

/* The frequency was changed. */
void download_callback_frequency_changed(struct download *download);

/*
 * A COM object of the download ends, matching download_add_object(). After the client's last
 * one the callback is cleared; a call in progress is waited for as above.
 */
void download_callback_object_ended(struct download *download);

#endif
