#include "platform/hash.h"

#include "base/memory.h"

#include <openssl/evp.h>

struct platform_hash {
    EVP_MD_CTX *context;
};

enum odo_status platform_hash_begin(struct platform_hash **hash_out)
{
    struct platform_hash *hash = memory_allocate_zeroed(1, sizeof(*hash));

    if (!hash) {
        return ODO_E_OUT_OF_MEMORY;
    }
    hash->context = EVP_MD_CTX_new();
    if (!hash->context || EVP_DigestInit_ex(hash->context, EVP_sha256(), NULL) != 1) {
        platform_hash_free(hash);
        return ODO_E_OUT_OF_MEMORY;
    }
    *hash_out = hash;
    return ODO_OK;
}

enum odo_status platform_hash_add(struct platform_hash *hash, const void *data, size_t size)
{
    return EVP_DigestUpdate(hash->context, data, size) == 1 ? ODO_OK : ODO_E_UNEXPECTED;
}

enum odo_status platform_hash_end(struct platform_hash *hash,
                                  unsigned char digest_out[SHA256_SIZE])
{
    if (EVP_DigestFinal_ex(hash->context, digest_out, NULL) != 1 ||
        EVP_DigestInit_ex(hash->context, EVP_sha256(), NULL) != 1) {
        return ODO_E_UNEXPECTED;
    }
    return ODO_OK;
}

void platform_hash_free(struct platform_hash *hash)
{
    if (hash) {
        EVP_MD_CTX_free(hash->context);
        memory_free(hash);
    }
}

enum odo_status platform_hash_of(const void *data, size_t size,
                                 unsigned char digest_out[SHA256_SIZE])
{
    return EVP_Digest(data, size, digest_out, NULL, EVP_sha256(), NULL) == 1 ? ODO_OK
                                                                             : ODO_E_UNEXPECTED;
}
