/*
 * IBackgroundCopyJobHttpOptions: what a job says to HTTP servers. The engine has all of it for
 * every download; here it is put into the words of BITS. Pointers are checked.
 *
 *   E_INVALIDARG   a pointer is NULL, or a value is none of its kind
 *   what odo.h says of odo_job_set_text() and odo_job_set_number()
 */
#ifndef ODO_COM_JOB_HTTP_OPTIONS_H
#define ODO_COM_JOB_HTTP_OPTIONS_H

#include <windows.h>

#include <unknwn.h>

#include <odo/odo.h>

#include "deliveryoptimization.h" /* generated from idl/ */

/*
 * The client's certificate, of which `hash` is the SHA-1, 20 bytes; or whose subject has this
 * text in it.
 *
 *   CRYPT_E_NOT_FOUND      the store has none such
 *   BG_E_STRING_TOO_LONG   the store's name
 */
HRESULT job_http_options_set_certificate(struct odo_job *job, BG_CERT_STORE_LOCATION location,
                                         LPCWSTR store, const BYTE *hash);
HRESULT job_http_options_find_certificate(struct odo_job *job, BG_CERT_STORE_LOCATION location,
                                          LPCWSTR store, LPCWSTR subject);

/* S_FALSE when there is none. */
HRESULT job_http_options_remove_certificate(struct odo_job *job);

/* All of it is the caller's, by CoTaskMemFree. CRYPT_E_NOT_FOUND, with NULL in all, without. */
HRESULT job_http_options_get_certificate(struct odo_job *job,
                                         BG_CERT_STORE_LOCATION *location_out,
                                         LPWSTR *store_out, BYTE **hash_out,
                                         LPWSTR *subject_out);

/* NULL takes them back. Without any they are S_FALSE and NULL. */
HRESULT job_http_options_set_headers(struct odo_job *job, LPCWSTR headers);
HRESULT job_http_options_get_headers(struct odo_job *job, LPWSTR *headers_out);

/* BG_SSL_*, and redirects from https to http. E_NOTIMPL for the other policies of redirects. */
HRESULT job_http_options_set_flags(struct odo_job *job, ULONG flags);
HRESULT job_http_options_get_flags(struct odo_job *job, ULONG *flags_out);

#endif
