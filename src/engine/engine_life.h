/*
 * The life of a job, for the other calls that change it.
 */
#ifndef ODO_ENGINE_ENGINE_LIFE_H
#define ODO_ENGINE_ENGINE_LIFE_H

#include "engine/engine.h"

/* Cancel a job; `why` is what its error says then. `operation` is held. */
enum odo_status engine_cancel(struct odo_job *job, enum odo_status why);

/*
 * Whether a check that is mandatory can be made of these ranges.
 *
 *   ODO_E_INTEGRITY_UNSPECIFIED, ODO_E_INTEGRITY_WITH_RANGES
 */
enum odo_status engine_check_mandatory(const struct odo_integrity *integrity,
                                       const struct byte_range *ranges, uint32_t range_count);

/* Begin a file that was added or stopped, if its job is in motion. `operation` is held. */
enum odo_status engine_start_file(struct odo_job *job, uint32_t index);

/* Begin every file that was stopped, if the job is in motion; it is in ERROR when that cannot
 * be. `operation` is held. */
void engine_begin_again(struct odo_job *job);

#endif
