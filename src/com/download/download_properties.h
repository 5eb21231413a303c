/*
 * The properties of IDODownload: of which type each is, who may read and write it, and when.
 * The common rules are those of com/object/properties.h; one that cannot be set in the present
 * state is DO_E_INVALID_STATE, and one that was never set and has no default is 0x80070490
 * (E_NOT_SET).
 */
#ifndef ODO_COM_DOWNLOAD_DOWNLOAD_PROPERTIES_H
#define ODO_COM_DOWNLOAD_DOWNLOAD_PROPERTIES_H

#include "com/download/download.h"

#include <oleauto.h>

/* `value_out` need not be initialized; on failure it is VT_EMPTY. VariantClear() ends it. */
HRESULT download_properties_get(struct download *download, DODownloadProperty id,
                                VARIANT *value_out);

/* Takes copies and counts of its own of what is in the value. */
HRESULT download_properties_set(struct download *download, DODownloadProperty id,
                                const VARIANT *value);

#endif
