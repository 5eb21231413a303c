/*
 * Jobs and files as lines of aligned columns. Foreign text is made printable.
 */
#ifndef ODO_TOOL_JOB_TABLE_H
#define ODO_TOOL_JOB_TABLE_H

#include "job_view.h"

#include <stdio.h>

/* One line per job. */
void job_table_print_heading(FILE *file);
void job_table_print_job(FILE *file, const struct job_view *view);

/* One job in several lines, then two lines for each of its files. */
void job_table_print_details(FILE *file, const struct job_view *view);
void job_table_print_details_of_file(FILE *file, const struct file_view *view);

/* One line for each file of each job, with its statistics. */
void job_table_print_status_heading(FILE *file);
void job_table_print_status(FILE *file, const struct job_view *job,
                            const struct file_view *view);

#endif
