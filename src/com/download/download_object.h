/* The COM face of a download. */
#ifndef ODO_COM_DOWNLOAD_DOWNLOAD_OBJECT_H
#define ODO_COM_DOWNLOAD_DOWNLOAD_OBJECT_H

#include "com/download/download.h"

/* An object of its own for a download. On failure *out is NULL. */
HRESULT download_object_create(struct download *download, REFIID iid, void **out);

/* The download of such an object, which lives as long as it does; NULL for anybody else's. */
struct download *download_object_get(IDODownload *object);

#endif
