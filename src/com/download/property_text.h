/*
 * String properties: between the VARIANT of a client and the places where strings are kept. A
 * string that was never set is E_NOT_SET.
 */
#ifndef ODO_COM_DOWNLOAD_PROPERTY_TEXT_H
#define ODO_COM_DOWNLOAD_PROPERTY_TEXT_H

#include "com/download/download.h"
#include "com/download/download_settings.h"

#include <windows.h>

#include <oleauto.h>

/* From UTF-8; NULL means never set. */
HRESULT property_text_put(const char *text, VARIANT *value_out);

/* To UTF-8, released with free(). A NULL BSTR is empty. */
HRESULT property_text_take(const VARIANT *value, char **text_out);

/* Strings of the download itself, of its job, and of its file. */
HRESULT property_text_get_setting(struct download *download, enum download_text which,
                                  VARIANT *value_out);
HRESULT property_text_get_of_job(struct download *download, enum odo_job_text which,
                                 VARIANT *value_out);
HRESULT property_text_set_of_job(struct download *download, enum odo_job_text which,
                                 const VARIANT *value);
HRESULT property_text_get_of_file(struct download *download, enum odo_file_text which,
                                  VARIANT *value_out);

#endif
