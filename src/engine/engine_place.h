/*
 * Whole files get their names.
 */
#ifndef ODO_ENGINE_ENGINE_PLACE_H
#define ODO_ENGINE_ENGINE_PLACE_H

#include "engine/engine.h"

/* Rename the files that are whole to what they are to be called, and note them as completed,
 * each before the next; ends at the first that cannot be. `operation` is held, and nothing of
 * the job runs. */
enum odo_status engine_place_files(struct odo_job *job);

/*
 * May a file from `url`, in these ranges, get the name `local_path`? Not when a folder has it,
 * nor when another file of the job is to get it: one would replace the other. The same file
 * twice is one in the end. `operation` is held; `self` is its index, or UINT32_MAX.
 *
 *   ODO_E_ACCESS_DENIED      a folder has the name
 *   ODO_E_INVALID_ARGUMENT   another file has it
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status engine_check_place(struct odo_job *job, uint32_t self,
                                   const struct odo_file_request *request);

#endif
