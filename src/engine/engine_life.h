/*
 * Job lifecycle functions used by the other calls.
 */
#ifndef ODO_ENGINE_ENGINE_LIFE_H
#define ODO_ENGINE_ENGINE_LIFE_H

#include "engine/engine.h"

/* Cancel a job with `why` as its error. `operation` is held. */
enum odo_status engine_cancel(struct odo_job *job, enum odo_status why);

/*
 * Is a mandatory integrity check possible for these ranges?
 *
 *   ODO_E_INTEGRITY_UNSPECIFIED, ODO_E_INTEGRITY_WITH_RANGES
 */
enum odo_status engine_check_mandatory(const struct odo_integrity *integrity,
                                       const struct byte_range *ranges, uint32_t range_count);

/* Start a file that was added or stopped if its job is moving. `operation` is held. */
enum odo_status engine_start_file(struct odo_job *job, uint32_t index);

/* Start every stopped file if the job is moving; on failure it enters ERROR. `operation` is
 * held. */
void engine_begin_again(struct odo_job *job);

#endif
