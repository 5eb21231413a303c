/* Adds files to a job: converts texts and ranges for the engine. */
#ifndef ODO_COM_JOB_JOB_FILES_H
#define ODO_COM_JOB_JOB_FILES_H

#include <windows.h>

#include <odo/odo.h>

#include "deliveryoptimization.h" /* generated from idl/ */

/* IDeliveryOptimizationJob::AddFileWithRanges, as documented there. */
HRESULT job_files_add(struct odo_job *job, LPCWSTR file_id, LPCWSTR url, LPCWSTR path,
                      DWORD range_count, const BG_FILE_RANGE *ranges, UINT64 file_size);

/*
 * Like IDeliveryOptimizationJob2::AddFile, without creating an object: the path is set later,
 * and the size is unknown.
 */
HRESULT job_files_add_without_path(struct odo_job *job, LPCWSTR file_id, LPCWSTR url,
                                   DWORD range_count, const BG_FILE_RANGE *ranges,
                                   uint32_t *file_index_out);

/* Add a set of files in order. The first failure ends the call, and earlier files stay. */
HRESULT job_files_add_set(struct odo_job *job, ULONG count, const BG_FILE_INFO *files);

#endif
