#include "kept_job.h"

#include "base/text.h"
#include "store/journal_format.h"
#include "store/journal_read.h"
#include "store/journal_write.h"
#include "store/record_row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "/folder/"
#define BOOT   "the one start of the machine"

enum {
    GROWTH_MOST = 4096
}; /* until the journal is made anew, which a real one is more rarely */

void kept_job_begin(struct kept_job *kept, const char *url, const struct byte_range *ranges,
                    uint32_t range_count, uint64_t stated_size)
{
    static const struct odo_job_id id = {{1}};
    const struct odo_file_request request = {
        .file_id = "file",
        .url = url,
        .local_path = FOLDER "file",
        .ranges = ranges,
        .range_count = range_count,
        .file_size = stated_size,
    };
    struct job_file *file = NULL;

    job_init(&kept->job, &id, 1);
    buffer_init(&kept->journal, JOURNAL_SIZE_MAX);
    kept->row = 0;
    kept->is_behind = true; /* there is none */
    if (job_file_create(&request, &file) == ODO_OK) {
        file->temporary_path = text_copy(FOLDER "DO0123456789abcdef.tmp");
    }
    if (!file || !file->temporary_path || job_append(&kept->job, file) != ODO_OK) {
        fprintf(stderr, "simulation: no job\n");
        exit(EXIT_FAILURE);
    }
}

void kept_job_free(struct kept_job *kept)
{
    buffer_free(&kept->journal);
    job_free(&kept->job);
}

const struct job_file *kept_job_file(const struct kept_job *kept)
{
    return kept->job.files[0];
}

/* As the engine does with what the network tells it. */
static enum odo_status note(struct kept_job *kept, const struct checkpoint *checkpoint)
{
    struct job_file *file = kept->job.files[0];
    struct checkpoint copy;
    enum odo_status status = checkpoint_copy(checkpoint, &copy);

    if (status != ODO_OK) {
        return status;
    }
    checkpoint_free(&file->checkpoint);
    file->checkpoint = copy;
    if (copy.begun && file->stage == JOB_FILE_QUEUED) {
        job_set_stage(&kept->job, file, JOB_FILE_BEGUN);
    }
    return ODO_OK;
}

static enum odo_status make_anew(struct kept_job *kept)
{
    struct buffer journal;
    uint64_t row = 0;
    enum odo_status status;

    buffer_init(&journal, JOURNAL_SIZE_MAX);
    status = journal_write_all(&journal, &row, &kept->job, BOOT);
    if (status != ODO_OK) {
        buffer_free(&journal);
        return status;
    }
    journal_stamp(journal.data, journal.size, 0, BOOT);
    buffer_free(&kept->journal);
    kept->journal = journal;
    kept->row = row;
    kept->made_size = journal.size;
    return ODO_OK;
}

static enum odo_status append(struct kept_job *kept)
{
    size_t size = kept->journal.size;
    enum odo_status status =
        journal_write_progress(&kept->journal, &kept->row, &kept->job, 0, BOOT);

    if (status == ODO_OK) {
        journal_stamp(kept->journal.data + size, kept->journal.size - size, kept->made_size,
                      BOOT);
    }
    return status;
}

enum odo_status kept_job_record(struct kept_job *kept, const struct checkpoint *checkpoint)
{
    enum odo_status status = note(kept, checkpoint);

    if (status == ODO_OK && !kept->is_behind && !journal_has_progress(kept_job_file(kept))) {
        return ODO_OK; /* nothing has come yet */
    }
    if (status == ODO_OK) {
        status = kept->is_behind || kept->journal.size > kept->made_size + GROWTH_MOST
                     ? make_anew(kept)
                     : append(kept);
    }
    kept->is_behind = status != ODO_OK;
    return status;
}

static bool is_same_text(const char *left, const char *right)
{
    return left && right ? strcmp(left, right) == 0 : left == right;
}

static bool is_same(const struct checkpoint *left, const struct checkpoint *right)
{
    return left->begun == right->begun && left->file_size == right->file_size &&
           is_same_text(left->entity_tag, right->entity_tag) &&
           is_same_text(left->last_modified, right->last_modified) &&
           is_same_text(left->content_encoding, right->content_encoding) &&
           left->cursor == right->cursor && left->hole_count == right->hole_count &&
           (left->hole_count == 0 ||
            memcmp(left->holes, right->holes, left->hole_count * sizeof(*left->holes)) == 0);
}

enum odo_status kept_job_take_up(struct kept_job *kept, bool *is_same_out)
{
    struct journal_reading reading;
    struct job job;
    enum odo_status status;

    if (kept->journal.size == 0) { /* nothing could be written: the job is as it was made */
        *is_same_out = true;
        return ODO_OK;
    }
    status = journal_read(kept->journal.data, kept->journal.size, BOOT, &job, &reading);
    if (status != ODO_OK) {
        return status;
    }
    *is_same_out =
        kept->is_behind ||
        (reading.row == kept->row && reading.size == kept->journal.size && !reading.was_torn &&
         is_same(&job.files[0]->checkpoint, &kept_job_file(kept)->checkpoint));
    job_free(&kept->job);
    kept->job = job;
    return ODO_OK;
}
