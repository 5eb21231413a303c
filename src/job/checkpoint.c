#include "job/checkpoint.h"

#include "base/memory.h"
#include "base/text.h"

#include <string.h>

void checkpoint_init(struct checkpoint *checkpoint)
{
    *checkpoint = (struct checkpoint){.file_size = ODO_SIZE_UNKNOWN};
}

static bool copy_text(const char *text, char **copy_out)
{
    *copy_out = text ? text_copy(text) : NULL;
    return !text || *copy_out;
}

enum odo_status checkpoint_copy(const struct checkpoint *checkpoint,
                                struct checkpoint *copy_out)
{
    struct checkpoint copy = *checkpoint;
    enum odo_status status = ODO_E_OUT_OF_MEMORY;

    copy.entity_tag = NULL;
    copy.last_modified = NULL;
    copy.content_encoding = NULL;
    copy.holes = NULL;
    if (!copy_text(checkpoint->entity_tag, &copy.entity_tag) ||
        !copy_text(checkpoint->last_modified, &copy.last_modified) ||
        !copy_text(checkpoint->content_encoding, &copy.content_encoding)) {
        goto done;
    }
    if (copy.hole_count > 0) {
        copy.holes = memory_allocate(copy.hole_count, sizeof(*copy.holes));
        if (!copy.holes) {
            goto done;
        }
        memcpy(copy.holes, checkpoint->holes, copy.hole_count * sizeof(*copy.holes));
    }
    *copy_out = copy;
    checkpoint_init(&copy);
    status = ODO_OK;

done:
    checkpoint_free(&copy);
    return status;
}

void checkpoint_restart(struct checkpoint *checkpoint)
{
    bool begun = checkpoint->begun;
    struct file_identity temporary = checkpoint->temporary;

    checkpoint_free(checkpoint);
    checkpoint->begun = begun;
    checkpoint->temporary = temporary;
}

void checkpoint_free(struct checkpoint *checkpoint)
{
    memory_free(checkpoint->entity_tag);
    memory_free(checkpoint->last_modified);
    memory_free(checkpoint->content_encoding);
    memory_free(checkpoint->holes);
    checkpoint_init(checkpoint);
}
