#include "com/download/security_context.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <wincrypt.h>

/* The certificate in a serialized context, in libcurl's notation. */
static HRESULT name_certificate(const BYTE *bytes, DWORD size,
                                char name_out[SECURITY_CONTEXT_NAME_SIZE])
{
    enum { SHA1_SIZE = 20 };
    const void *context = NULL;
    BYTE hash[SHA1_SIZE];
    DWORD hash_size = sizeof(hash);
    DWORD kind = 0;
    bool is_named;

    if (!CertAddSerializedElementToStore(NULL, bytes, size, CERT_STORE_ADD_ALWAYS, 0,
                                         CERT_STORE_CERTIFICATE_CONTEXT_FLAG, &kind,
                                         &context)) {
        return CRYPT_E_FILE_ERROR;
    }
    is_named =
        CertGetCertificateContextProperty(context, CERT_SHA1_HASH_PROP_ID, hash, &hash_size) &&
        hash_size == SHA1_SIZE;
    CertFreeCertificateContext(context);
    if (!is_named) {
        return CRYPT_E_FILE_ERROR;
    }
    snprintf(name_out, SECURITY_CONTEXT_NAME_SIZE, "CurrentUser\\MY\\");
    for (size_t i = 0; i < SHA1_SIZE; i++) {
        size_t length = strlen(name_out);

        snprintf(name_out + length, SECURITY_CONTEXT_NAME_SIZE - length, "%02x", hash[i]);
    }
    return S_OK;
}

HRESULT security_context_name_certificate(SAFEARRAY *array,
                                          char name_out[SECURITY_CONTEXT_NAME_SIZE])
{
    LONG first = 0;
    LONG last = -1;
    void *bytes = NULL;
    HRESULT hr;

    if (!array || SafeArrayGetDim(array) != 1 || FAILED(SafeArrayGetLBound(array, 1, &first)) ||
        FAILED(SafeArrayGetUBound(array, 1, &last)) || last < first) {
        return E_INVALIDARG;
    }
    hr = SafeArrayAccessData(array, &bytes);
    if (SUCCEEDED(hr)) {
        hr = name_certificate(bytes, (DWORD)(last - first + 1), name_out);
        SafeArrayUnaccessData(array);
    }
    return hr;
}
