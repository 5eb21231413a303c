/* The COM object of a download. */
#ifndef ODO_COM_DOWNLOAD_DOWNLOAD_OBJECT_H
#define ODO_COM_DOWNLOAD_DOWNLOAD_OBJECT_H

#include "com/download/download.h"
#include "deliveryoptimization.h" /* generated from idl/ */

/* A new COM object for a download. On failure *out is NULL. */
HRESULT download_object_create(struct download *download, REFIID iid, void **out);

/* The download of such an object, valid as long as the object; NULL for foreign objects. */
struct download *download_object_get(IDODownload *object);

#endif
