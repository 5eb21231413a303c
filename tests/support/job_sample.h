/*
 * Jobs to be written, read and compared.
 *
 * Any thread. Whatever cannot be done ends the program.
 */
#ifndef SUPPORT_JOB_SAMPLE_H
#define SUPPORT_JOB_SAMPLE_H

#include "job/job.h"

/* The id whose every byte tells its place, and `number` the last. */
struct odo_job_id job_sample_id(uint8_t number);

/*
 * Append a file to the job: its name tells its place, and it goes to `folder`. No ranges are
 * the whole file. It has its temporary path.
 */
struct job_file *job_sample_add(struct job *job, const char *folder,
                                const struct byte_range *ranges, uint32_t range_count,
                                uint64_t stated_size);

/* Set the file back to a checkpoint of these values, with validators. */
void job_sample_progress(struct job *job, struct job_file *file, uint64_t file_size,
                         uint64_t cursor, const struct byte_range *holes, size_t hole_count);

/* Take a file on to a stage by way of those before it; one that is there already stays. */
void job_sample_take_to(struct job *job, struct job_file *file, enum job_file_stage stage);

/*
 * A job with everything set: every number, text, time and the error, and a file of each sort
 * (whole, with ranges, open, transferred, completing, completed, not begun).
 */
void job_sample_make_full(struct job *job_out, const char *folder);

#endif
