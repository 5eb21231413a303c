/*
 * How far a file has come, and of which version of the remote file: all that is needed to go
 * on later without asking for a byte twice, and without mixing two versions.
 *
 * Pure.
 */
#ifndef ODO_JOB_CHECKPOINT_H
#define ODO_JOB_CHECKPOINT_H

#include "base/file_identity.h"

#include <odo/types.h>

struct checkpoint {
    bool begun;                     /* the temporary file was made */
    struct file_identity temporary; /* which one it is, when it was made and that is known */
    uint64_t file_size;       /* of the remote file as a server said; or ODO_SIZE_UNKNOWN */
    char *entity_tag;         /* owned; as the server sent it, W/ included; NULL without one */
    char *last_modified;      /* owned; as the server sent it; NULL without one */
    char *content_encoding;   /* owned; as the server sent it; NULL without one */
    uint64_t cursor;          /* wanted bytes below are in the temporary file, but ... */
    struct byte_range *holes; /* owned; ... these; sorted, apart, below the cursor */
    size_t hole_count;
};

/* Nothing has come. */
void checkpoint_init(struct checkpoint *checkpoint);

/* ODO_E_OUT_OF_MEMORY leaves *copy_out untouched. */
enum odo_status checkpoint_copy(const struct checkpoint *checkpoint,
                                struct checkpoint *copy_out);

/* Forget what has come, and of which version; the temporary file is still there. */
void checkpoint_restart(struct checkpoint *checkpoint);

/* Free what it owns and leave it as checkpoint_init() does. */
void checkpoint_free(struct checkpoint *checkpoint);

#endif
