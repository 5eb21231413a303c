/*
 * The security context that a client sets on a download: a serialized certificate.
 */
#ifndef ODO_COM_DOWNLOAD_SECURITY_CONTEXT_H
#define ODO_COM_DOWNLOAD_SECURITY_CONTEXT_H

#include <windows.h>

#include <oleauto.h>

enum { SECURITY_CONTEXT_NAME_SIZE = 100 };

/*
 * The certificate's name in libcurl's notation, "CurrentUser\MY\<SHA-1>".
 *
 *   E_INVALIDARG         not a one-dimensional array, or empty
 *   CRYPT_E_FILE_ERROR   not a serialized certificate
 */
HRESULT security_context_name_certificate(SAFEARRAY *array,
                                          char name_out[SECURITY_CONTEXT_NAME_SIZE]);

#endif
