/*
 * Renames completed files to their final names.
 */
#ifndef ODO_ENGINE_ENGINE_PLACE_H
#define ODO_ENGINE_ENGINE_PLACE_H

#include "engine/engine.h"

/* Rename the complete files one by one and record each as completed; stops at the first
 * failure. `operation` is held, and no transfer of the job is running. */
enum odo_status engine_place_files(struct odo_job *job);

/*
 * May a file from `url` with these ranges be named `local_path`? Not if a folder has that name,
 * nor if a different file of the job would get it and replace the first. Adding the same file
 * twice is fine. `operation` is held; `self` is its index, or UINT32_MAX.
 *
 *   ODO_E_ACCESS_DENIED      a folder has the name
 *   ODO_E_INVALID_ARGUMENT   a different file has it
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status engine_check_place(struct odo_job *job, uint32_t self,
                                   const struct odo_file_request *request);

#endif
