/*
 * The properties of an IDODownload for scripts: by name, with 64-bit numbers as Double, and
 * Empty for those never set. Errors have descriptions (automation_error.h).
 *
 * Left out are those that scripts cannot represent, or that have members of their own: the
 * callback, the stream, and the security context.
 */
#ifndef ODO_COM_SCRIPT_AUTOMATION_PROPERTIES_H
#define ODO_COM_SCRIPT_AUTOMATION_PROPERTIES_H

#include <stdbool.h>
#include <windows.h>

#include <oleauto.h>

#include "deliveryoptimization.h" /* generated from idl/ */

/*
 * `name` is the name in DODownloadProperty without the common prefix, in any case.
 *
 *   DO_E_UNKNOWN_PROPERTY_ID   no such name
 *   errors of the download
 */
HRESULT automation_properties_get(IDODownload *download, BSTR name, VARIANT *value_out);

/* The value is converted by Automation's rules; DISP_E_TYPEMISMATCH or _OVERFLOW if that
 * fails. */
HRESULT automation_properties_set(IDODownload *download, BSTR name, const VARIANT *value);

/* For properties with a member of their own. A string never set is empty; so is a NULL. */
HRESULT automation_properties_get_text(IDODownload *download, DODownloadProperty property,
                                       BSTR *text_out);
HRESULT automation_properties_set_text(IDODownload *download, DODownloadProperty property,
                                       BSTR text);
HRESULT automation_properties_set_url(IDODownload *download, BSTR url);
HRESULT automation_properties_get_flag(IDODownload *download, DODownloadProperty property,
                                       VARIANT_BOOL *flag_out);
HRESULT automation_properties_set_flag(IDODownload *download, DODownloadProperty property,
                                       bool flag);

#endif
