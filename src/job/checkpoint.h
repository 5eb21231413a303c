/*
 * How much of a file has been received, and of which version of the remote file: everything
 * needed to resume without requesting a byte twice or mixing two versions.
 *
 * Pure.
 */
#ifndef ODO_JOB_CHECKPOINT_H
#define ODO_JOB_CHECKPOINT_H

#include "base/file_identity.h"

#include <odo/types.h>

struct checkpoint {
    bool begun;                     /* the temporary file was created */
    struct file_identity temporary; /* identity of the temporary file, if known */
    uint64_t file_size;     /* of the remote file, as stated by a server; or ODO_SIZE_UNKNOWN */
    char *entity_tag;       /* owned; as sent, including W/; NULL without one */
    char *last_modified;    /* owned; as sent; NULL without one */
    char *content_encoding; /* owned; as sent; NULL without one */
    uint64_t cursor;        /* wanted bytes below are in the temporary file, except ... */
    struct byte_range *holes; /* owned; ... these; sorted, disjoint, below the cursor */
    size_t hole_count;
};

/* Nothing received. */
void checkpoint_init(struct checkpoint *checkpoint);

/* On ODO_E_OUT_OF_MEMORY *copy_out is untouched. */
enum odo_status checkpoint_copy(const struct checkpoint *checkpoint,
                                struct checkpoint *copy_out);

/* Reset the received bytes and the version, but not the temporary file. */
void checkpoint_restart(struct checkpoint *checkpoint);

/* Free its members and reset it like checkpoint_init(). */
void checkpoint_free(struct checkpoint *checkpoint);

#endif
