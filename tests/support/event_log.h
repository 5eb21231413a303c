/*
 * A host for an engine that notes events, up to many thousands, and lets a test wait for one
 * with a deadline.
 *
 * Any thread. Asks for no memory after event_log_create().
 */
#ifndef SUPPORT_EVENT_LOG_H
#define SUPPORT_EVENT_LOG_H

#include <odo/odo.h>

struct event_log;

/* Never NULL. */
struct event_log *event_log_create(void);

/* After the engine was stopped. NULL is fine. */
void event_log_free(struct event_log *log);

/* What goes into odo_engine_options.host. */
struct odo_host event_log_host(struct event_log *log);

/* Return when everything was told that has happened until now: only then is it counted. Its
 * engine still runs. */
void event_log_settle(struct event_log *log, struct odo_engine *engine);

/* How often the job has entered the state. */
size_t event_log_count_state(struct event_log *log, const struct odo_job *job,
                             enum odo_job_state state);

/*
 * How many events of a kind there were, for a job or, with NULL, for all. MODIFIED is counted
 * for all alone.
 */
size_t event_log_count(struct event_log *log, const struct odo_job *job,
                       enum odo_event_kind kind);

/*
 * The states that the job has entered, in order, as a text like "TRANSFERRING TRANSFERRED".
 * Returns `text_out`; what does not fit is missing.
 */
const char *event_log_states(struct event_log *log, const struct odo_job *job, char *text_out,
                             size_t size);

/* Wait until the job has entered the state so often, or false after `timeout_ms`. */
bool event_log_wait_for_state(struct event_log *log, const struct odo_job *job,
                              enum odo_job_state state, size_t count, uint32_t timeout_ms);

/* Wait until the whole file was reported, or false after `timeout_ms`. */
bool event_log_wait_for_file(struct event_log *log, const struct odo_job *job,
                             uint32_t file_index, uint32_t timeout_ms);

/*
 * Wait until `is_so(context)`, which is asked now and after every event, or false after
 * `timeout_ms`.
 */
bool event_log_wait_until(struct event_log *log, bool (*is_so)(void *context), void *context,
                          uint32_t timeout_ms);

/* Wait until the job has so many bytes, or false after `timeout_ms`. */
bool event_log_wait_for_bytes(struct event_log *log, struct odo_job *job, uint64_t bytes,
                              uint32_t timeout_ms);

#endif
