/*
 * The status of a download, derived from the state and the error of its job. Any thread.
 */
#ifndef ODO_COM_DOWNLOAD_DOWNLOAD_STATUS_H
#define ODO_COM_DOWNLOAD_DOWNLOAD_STATUS_H

#include "com/download/download.h"
#include "deliveryoptimization.h" /* generated from idl/ */

/* A consistent snapshot. */
DO_DOWNLOAD_STATUS download_status(struct download *download);

#endif
