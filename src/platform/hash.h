/*
 * SHA-256.
 */
#ifndef ODO_PLATFORM_HASH_H
#define ODO_PLATFORM_HASH_H

#include <odo/types.h>

enum { SHA256_SIZE = 32 };

struct platform_hash;

/*
 * Start a hash. It may be used from any thread, by one at a time.
 *
 *   ODO_E_OUT_OF_MEMORY, ODO_E_UNEXPECTED   the system refused
 */
enum odo_status platform_hash_begin(struct platform_hash **hash_out);

/* Add bytes. After ODO_E_UNEXPECTED the hash can only be freed. */
enum odo_status platform_hash_add(struct platform_hash *hash, const void *data, size_t size);

/* The hash of all bytes added; further bytes start a new one. ODO_E_UNEXPECTED as above. */
enum odo_status platform_hash_end(struct platform_hash *hash,
                                  unsigned char digest_out[SHA256_SIZE]);

void platform_hash_free(struct platform_hash *hash); /* NULL is allowed */

/* Hash a single block. ODO_E_OUT_OF_MEMORY, ODO_E_UNEXPECTED. */
enum odo_status platform_hash_of(const void *data, size_t size,
                                 unsigned char digest_out[SHA256_SIZE]);

#endif
