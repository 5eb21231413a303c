/*
 * The properties of IDODownload: their types, access, and the states in which they may be set.
 * Common rules: see com/object/properties.h. DO_E_INVALID_STATE if one cannot be set in the
 * present state, and 0x80070490 (E_NOT_SET) if it was never set and has no default.
 */
#ifndef ODO_COM_DOWNLOAD_DOWNLOAD_PROPERTIES_H
#define ODO_COM_DOWNLOAD_DOWNLOAD_PROPERTIES_H

#include "com/download/download.h"
#include "deliveryoptimization.h" /* generated from idl/ */

#include <oleauto.h>

/* `value_out` need not be initialized; on failure it is VT_EMPTY. Release with
 * VariantClear(). */
HRESULT download_properties_get(struct download *download, DODownloadProperty id,
                                VARIANT *value_out);

/* Copies or references the value's content. */
HRESULT download_properties_set(struct download *download, DODownloadProperty id,
                                const VARIANT *value);

#endif
