/* Adding files to a job: texts and ranges from COM's form to the engine's. */
#ifndef ODO_COM_JOB_JOB_FILES_H
#define ODO_COM_JOB_JOB_FILES_H

#include <windows.h>

#include <odo/odo.h>

#include "deliveryoptimization.h" /* generated from idl/ */

/* IDeliveryOptimizationJob::AddFileWithRanges, whose documentation holds here. */
HRESULT job_files_add(struct odo_job *job, LPCWSTR file_id, LPCWSTR url, LPCWSTR path,
                      DWORD range_count, const BG_FILE_RANGE *ranges, UINT64 file_size);

/*
 * The same for a file whose place is set later: IDeliveryOptimizationJob2::AddFile, but for the
 * object. The size is not known.
 */
HRESULT job_files_add_without_path(struct odo_job *job, LPCWSTR file_id, LPCWSTR url,
                                   DWORD range_count, const BG_FILE_RANGE *ranges,
                                   uint32_t *file_index_out);

/*
 * The files of a set in order. When one is refused the call ends with its error, and those
 * before it stay.
 */
HRESULT job_files_add_set(struct odo_job *job, ULONG count, const BG_FILE_INFO *files);

#endif
