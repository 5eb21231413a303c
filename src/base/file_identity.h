/*
 * Which file it is, whatever it is called: to tell one that was left from another that has its
 * name. Renaming does not change it, nor does writing.
 */
#ifndef ODO_BASE_FILE_IDENTITY_H
#define ODO_BASE_FILE_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

/* All zero when the file system has none that lasts. */
struct file_identity {
    uint64_t number; /* in its file system */
    uint64_t made;   /* when it was made, since numbers are used again; 0 if nobody knows */
};

static inline bool file_identity_is_known(struct file_identity identity)
{
    return identity.number != 0;
}

/* False when they are known to be two. */
static inline bool file_identity_may_be(struct file_identity one, struct file_identity other)
{
    if (!file_identity_is_known(one) || !file_identity_is_known(other)) {
        return true;
    }
    return one.number == other.number &&
           (one.made == 0 || other.made == 0 || one.made == other.made);
}

/* True when they are known to be one. */
static inline bool file_identity_is(struct file_identity one, struct file_identity other)
{
    return file_identity_is_known(one) && file_identity_is_known(other) &&
           file_identity_may_be(one, other);
}

#endif
