/*
 * IBackgroundCopyJobHttpOptions: HTTP settings of a job, translated between BITS and the
 * engine. Pointers are checked.
 *
 *   E_INVALIDARG   a pointer is NULL, or a value is invalid
 *   others         see odo_job_set_text() and odo_job_set_number()
 */
#ifndef ODO_COM_JOB_HTTP_OPTIONS_H
#define ODO_COM_JOB_HTTP_OPTIONS_H

#include <windows.h>

#include <unknwn.h>

#include <odo/odo.h>

#include "deliveryoptimization.h" /* generated from idl/ */

/*
 * Select the client certificate by `hash`, a SHA-1 of 20 bytes, or by a substring of its
 * subject.
 *
 *   CRYPT_E_NOT_FOUND      no such certificate in the store
 *   BG_E_STRING_TOO_LONG   the store's name
 */
HRESULT job_http_options_set_certificate(struct odo_job *job, BG_CERT_STORE_LOCATION location,
                                         LPCWSTR store, const BYTE *hash);
HRESULT job_http_options_find_certificate(struct odo_job *job, BG_CERT_STORE_LOCATION location,
                                          LPCWSTR store, LPCWSTR subject);

/* S_FALSE if there is none. */
HRESULT job_http_options_remove_certificate(struct odo_job *job);

/* The caller releases all of it with CoTaskMemFree. Without one, CRYPT_E_NOT_FOUND and NULL in
 * all. */
HRESULT job_http_options_get_certificate(struct odo_job *job,
                                         BG_CERT_STORE_LOCATION *location_out,
                                         LPWSTR *store_out, BYTE **hash_out,
                                         LPWSTR *subject_out);

/* NULL removes them. Without any, reading returns S_FALSE and NULL. */
HRESULT job_http_options_set_headers(struct odo_job *job, LPCWSTR headers);
HRESULT job_http_options_get_headers(struct odo_job *job, LPWSTR *headers_out);

/* BG_SSL_* and permission for redirects from https to http. E_NOTIMPL for other redirect
 * policies. */
HRESULT job_http_options_set_flags(struct odo_job *job, ULONG flags);
HRESULT job_http_options_get_flags(struct odo_job *job, ULONG *flags_out);

#endif
