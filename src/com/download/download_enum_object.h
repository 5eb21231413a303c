/* IEnumUnknown over a snapshot of downloads. */
#ifndef ODO_COM_DOWNLOAD_DOWNLOAD_ENUM_OBJECT_H
#define ODO_COM_DOWNLOAD_DOWNLOAD_ENUM_OBJECT_H

#include "com/download/download.h"
#include "deliveryoptimization.h" /* generated from idl/ */

/*
 * IDOManager::EnumDownloads. On failure *enum_out is NULL.
 *
 *   DO_E_NO_DOWNLOADS   none matches
 *   E_INVALIDARG        the category is not one of Id, Uri, ContentId, DisplayName and
 *                       LocalPath, or has no value
 */
HRESULT download_enum_object_create(struct odo_engine *engine,
                                    const DO_DOWNLOAD_ENUM_CATEGORY *category,
                                    IEnumUnknown **enum_out);

#endif
