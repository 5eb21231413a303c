#include "platform/hash.h"

#include "base/memory.h"

#include <windows.h>

#include <bcrypt.h>

struct platform_hash {
    BCRYPT_ALG_HANDLE algorithm;
    BCRYPT_HASH_HANDLE hash;
};

static enum odo_status status_of(NTSTATUS result)
{
    return BCRYPT_SUCCESS(result) ? ODO_OK : ODO_E_UNEXPECTED;
}

static enum odo_status make_hash(struct platform_hash *hash)
{
    return status_of(BCryptCreateHash(hash->algorithm, &hash->hash, NULL, 0, NULL, 0, 0));
}

enum odo_status platform_hash_begin(struct platform_hash **hash_out)
{
    struct platform_hash *hash = memory_allocate_zeroed(1, sizeof(*hash));
    enum odo_status status;

    if (!hash) {
        return ODO_E_OUT_OF_MEMORY;
    }
    status = status_of(
        BCryptOpenAlgorithmProvider(&hash->algorithm, BCRYPT_SHA256_ALGORITHM, NULL, 0));
    if (status == ODO_OK) {
        status = make_hash(hash);
    }
    if (status != ODO_OK) {
        platform_hash_free(hash);
        return status;
    }
    *hash_out = hash;
    return ODO_OK;
}

/* BCryptHashData() takes its input as a pointer to non-const. */
union bytes {
    const void *read;
    unsigned char *given;
};

enum odo_status platform_hash_add(struct platform_hash *hash, const void *data, size_t size)
{
    union bytes next = {.read = data};

    while (size > 0) {
        ULONG part = size < 0x40000000 ? (ULONG)size : 0x40000000;
        NTSTATUS result = BCryptHashData(hash->hash, next.given, part, 0);

        if (!BCRYPT_SUCCESS(result)) {
            return ODO_E_UNEXPECTED;
        }
        next.given += part;
        size -= part;
    }
    return ODO_OK;
}

enum odo_status platform_hash_end(struct platform_hash *hash,
                                  unsigned char digest_out[SHA256_SIZE])
{
    enum odo_status status =
        status_of(BCryptFinishHash(hash->hash, digest_out, SHA256_SIZE, 0));

    if (status == ODO_OK) {
        BCryptDestroyHash(hash->hash);
        hash->hash = NULL;
        status = make_hash(hash);
    }
    return status;
}

void platform_hash_free(struct platform_hash *hash)
{
    if (!hash) {
        return;
    }
    if (hash->hash) {
        BCryptDestroyHash(hash->hash);
    }
    if (hash->algorithm) {
        BCryptCloseAlgorithmProvider(hash->algorithm, 0);
    }
    memory_free(hash);
}

enum odo_status platform_hash_of(const void *data, size_t size,
                                 unsigned char digest_out[SHA256_SIZE])
{
    struct platform_hash *hash = NULL;
    enum odo_status status = platform_hash_begin(&hash);

    if (status == ODO_OK) {
        status = platform_hash_add(hash, data, size);
    }
    if (status == ODO_OK) {
        status = platform_hash_end(hash, digest_out);
    }
    platform_hash_free(hash);
    return status;
}
