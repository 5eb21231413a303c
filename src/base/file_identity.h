/*
 * The identity of a file, independent of its name: distinguishes it from another file under the
 * same name. Renaming and writing do not change it.
 */
#ifndef ODO_BASE_FILE_IDENTITY_H
#define ODO_BASE_FILE_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

/* All zero if the file system has no persistent identities. */
struct file_identity {
    uint64_t number; /* unique within its file system */
    uint64_t made;   /* creation time, since numbers are reused; 0 if unknown */
};

static inline bool file_identity_is_known(struct file_identity identity)
{
    return identity.number != 0;
}

/* False if they are known to be different files. */
static inline bool file_identity_may_be(struct file_identity one, struct file_identity other)
{
    if (!file_identity_is_known(one) || !file_identity_is_known(other)) {
        return true;
    }
    return one.number == other.number &&
           (one.made == 0 || other.made == 0 || one.made == other.made);
}

/* True if they are known to be the same file. */
static inline bool file_identity_is(struct file_identity one, struct file_identity other)
{
    return file_identity_is_known(one) && file_identity_is_known(other) &&
           file_identity_may_be(one, other);
}

#endif
