/*
 * The journal of a simulated job with one file: what a killed process leaves of its checkpoints
 * is what src/store has written, and is taken up as src/store reads it.
 */
#ifndef SIMULATION_KEPT_JOB_H
#define SIMULATION_KEPT_JOB_H

#include "base/buffer.h"
#include "job/job.h"

struct kept_job {
    struct job job;        /* as it is recorded */
    struct buffer journal; /* as it lies on the disk */
    uint64_t row;
    size_t made_size; /* of the journal when it was made anew last */
    bool is_behind;   /* the last record could not be written */
};

/* Ends the program when there is no memory. */
void kept_job_begin(struct kept_job *kept, const char *url, const struct byte_range *ranges,
                    uint32_t range_count, uint64_t stated_size);
void kept_job_free(struct kept_job *kept);

/* The job's one file. */
const struct job_file *kept_job_file(const struct kept_job *kept);

/*
 * Record how far the file has come. ODO_E_OUT_OF_MEMORY: the journal says what it said before.
 * Whatever else is wrong.
 */
enum odo_status kept_job_record(struct kept_job *kept, const struct checkpoint *checkpoint);

/*
 * Another process takes the job up from the journal; its file has the checkpoint then. Whether
 * that is the one that was recorded last, `is_same_out` says. ODO_E_OUT_OF_MEMORY changes
 * nothing; whatever else is wrong.
 */
enum odo_status kept_job_take_up(struct kept_job *kept, bool *is_same_out);

#endif
