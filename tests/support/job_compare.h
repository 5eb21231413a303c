/*
 * Are two jobs the same in all that a store keeps of them? For tests and fuzz targets.
 */
#ifndef SUPPORT_JOB_COMPARE_H
#define SUPPORT_JOB_COMPARE_H

#include "job/job.h"

#include <string.h>

static inline bool job_compare_texts(const char *left, const char *right)
{
    return left && right ? strcmp(left, right) == 0 : left == right;
}

static inline bool job_compare_ranges(const struct byte_range *left, size_t left_count,
                                      const struct byte_range *right, size_t right_count)
{
    return left_count == right_count &&
           (left_count == 0 || memcmp(left, right, left_count * sizeof(*left)) == 0);
}

/* NULL when they are the same, or a word for what differs. */
static inline const char *job_compare_checkpoints(const struct checkpoint *left,
                                                  const struct checkpoint *right)
{
    if (left->begun != right->begun) {
        return "begun";
    }
    if (left->file_size != right->file_size) {
        return "the size in the checkpoint";
    }
    if (!job_compare_texts(left->entity_tag, right->entity_tag) ||
        !job_compare_texts(left->last_modified, right->last_modified)) {
        return "a validator";
    }
    if (!job_compare_texts(left->content_encoding, right->content_encoding)) {
        return "the content coding";
    }
    if (left->cursor != right->cursor) {
        return "the cursor";
    }
    return job_compare_ranges(left->holes, left->hole_count, right->holes, right->hole_count)
               ? NULL
               : "the holes";
}

/* The same for a file. */
static inline const char *job_compare_files(const struct job_file *left,
                                            const struct job_file *right)
{
    if (!job_compare_texts(left->file_id, right->file_id) ||
        !job_compare_texts(left->url, right->url) ||
        !job_compare_texts(left->local_path, right->local_path) ||
        !job_compare_texts(left->temporary_path, right->temporary_path)) {
        return "a text of a file";
    }
    if (!job_compare_ranges(left->ranges, left->range_count, right->ranges,
                            right->range_count) ||
        !job_compare_ranges(left->wanted.items, left->wanted.count, right->wanted.items,
                            right->wanted.count)) {
        return "the ranges of a file";
    }
    if (left->output_base != right->output_base) {
        return "where the output of a file begins";
    }
    if (!job_compare_texts(left->integrity_info, right->integrity_info) ||
        left->integrity_is_mandatory != right->integrity_is_mandatory) {
        return "the integrity check of a file";
    }
    if (left->stated_size != right->stated_size || left->file_size != right->file_size) {
        return "the size of a file";
    }
    if (left->stage != right->stage ||
        (left->unwritten & JOB_FILE_BYTES) != (right->unwritten & JOB_FILE_BYTES)) {
        return "how far a file is";
    }
    if (left->bytes_total != right->bytes_total || left->bytes_had != right->bytes_had) {
        return "the progress of a file";
    }
    if (left->last_modified_us != right->last_modified_us) {
        return "the date of a file";
    }
    return job_compare_checkpoints(&left->checkpoint, &right->checkpoint);
}

static inline bool job_compare_errors(const struct odo_error *left,
                                      const struct odo_error *right)
{
    return left->status == right->status && left->cause == right->cause &&
           left->http_status == right->http_status && left->sink_code == right->sink_code;
}

static inline bool job_compare_totals(const struct job_totals *left,
                                      const struct job_totals *right)
{
    return left->bytes_total == right->bytes_total && left->unknown == right->unknown &&
           left->bytes_had == right->bytes_had && left->transferred == right->transferred &&
           left->completed == right->completed;
}

/* The same for whole jobs. */
static inline const char *job_compare(const struct job *left, const struct job *right)
{
    if (memcmp(left->id.bytes, right->id.bytes, sizeof(left->id.bytes)) != 0) {
        return "the id";
    }
    if (left->state != right->state) {
        return "the state";
    }
    if (left->times.created_us != right->times.created_us ||
        left->times.modified_us != right->times.modified_us ||
        left->times.transferred_us != right->times.transferred_us) {
        return "a time";
    }
    for (int i = 0; i < ODO_JOB_NUMBER_COUNT; i++) {
        if (left->number_is_set[i] != right->number_is_set[i] ||
            (left->number_is_set[i] && left->numbers[i] != right->numbers[i])) {
            return "a number";
        }
    }
    for (int i = 0; i < ODO_JOB_TEXT_COUNT; i++) {
        if (!job_compare_texts(left->texts[i], right->texts[i])) {
            return "a text";
        }
    }
    if (!job_compare_errors(&left->error, &right->error) ||
        left->error_file != right->error_file || left->error_count != right->error_count) {
        return "the error";
    }
    if (left->file_count != right->file_count) {
        return "the number of files";
    }
    for (uint32_t i = 0; i < left->file_count; i++) {
        const char *difference = job_compare_files(left->files[i], right->files[i]);

        if (difference) {
            return difference;
        }
    }
    return job_compare_totals(&left->totals, &right->totals) ? NULL : "the totals";
}

#endif
