/* The properties of a file (IDeliveryOptimizationFile2). */
#ifndef ODO_COM_JOB_FILE_PROPERTIES_H
#define ODO_COM_JOB_FILE_PROPERTIES_H

#include <windows.h>

#include <oleauto.h>

#include <odo/odo.h>

#include "deliveryoptimization.h" /* generated from idl/ */

/*
 * In addition to the errors of properties.h:
 *
 *   E_NOT_SET (0x80070490)                never set, and unknown
 *   DO_E_INVALID_STATE                    set while the job is not SUSPENDED, or too late
 *   DO_E_FILE_DOWNLOADSINK_ALREADY_SET    a stream for a file with a path, or the reverse
 *   DO_E_MEMORYSTREAM_DOWNLOAD_NOT_SUPPORTED
 *   E_NOTIMPL                             decryption
 *   others                                see odo_file_set_local_path(),
 *                                         odo_file_set_integrity() and odo_file_set_size()
 */
HRESULT file_properties_get(struct odo_job *job, uint32_t file_index, DOFilePropertyId id,
                            VARIANT *value_out);
HRESULT file_properties_set(struct odo_job *job, uint32_t file_index, DOFilePropertyId id,
                            const VARIANT *value);

#endif
