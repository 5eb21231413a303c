/*
 * The properties of an IDODownload for scripts: by name, with numbers of 64 bits as Double, and
 * what was never set as Empty. A failure has its sentence (automation_error.h).
 *
 * What cannot travel, or has a member of its own that does it better, is left out: the
 * callback, the stream, and the security context.
 */
#ifndef ODO_COM_SCRIPT_AUTOMATION_PROPERTIES_H
#define ODO_COM_SCRIPT_AUTOMATION_PROPERTIES_H

#include <stdbool.h>
#include <windows.h>

#include <oleauto.h>

#include "deliveryoptimization.h" /* generated from idl/ */

/*
 * `name` is the name in DODownloadProperty without what they all begin with, in any case.
 *
 *   DO_E_UNKNOWN_PROPERTY_ID   no such name
 *   what the download says
 */
HRESULT automation_properties_get(IDODownload *download, BSTR name, VARIANT *value_out);

/* The value is converted as scripts expect; DISP_E_TYPEMISMATCH or _OVERFLOW when it cannot be.
 */
HRESULT automation_properties_set(IDODownload *download, BSTR name, const VARIANT *value);

/* Those with a member of their own. A text that was never set is empty; a NULL is so, too. */
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
