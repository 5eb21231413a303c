/*
 * Starting, pausing and ending a download. Any thread; these may call clients and wait for
 * them, so no lock may be held.
 */
#ifndef ODO_COM_DOWNLOAD_DOWNLOAD_CONTROL_H
#define ODO_COM_DOWNLOAD_DOWNLOAD_CONTROL_H

#include "com/download/download.h"
#include "deliveryoptimization.h" /* generated from idl/ */

/* IDODownload::Start and so on, as documented there. */
HRESULT download_start(struct download *download, const DO_DOWNLOAD_RANGES_INFO *ranges);
HRESULT download_pause(struct download *download);
HRESULT download_finalize(struct download *download);
HRESULT download_abort(struct download *download);

#endif
