/*
 * The folder of the jobs: who may use it, what is in it, and who owns what of it. What is in
 * the files is the business of store/journal.h and store/leftovers.h.
 *
 * Any thread.
 */
#ifndef ODO_STORE_STORE_H
#define ODO_STORE_STORE_H

#include "job/job.h"

struct store;

/*
 * Open the folder, which exists; what a crash has left half made in it is removed. Whoever
 * could write to it could have us fetch and overwrite what they like: such a folder is refused.
 *
 *   ODO_E_NOT_PRIVATE   as platform_path_check_private()
 *   and as platform/file.h
 */
enum odo_status store_open(const char *folder, struct store **store_out);

/* Every journal was closed before. NULL is fine. */
void store_close(struct store *store);

/* Call `visit` for the id of each journal, owned by whomever. */
enum odo_status store_list(struct store *store,
                           bool (*visit)(void *context, const struct odo_job_id *id),
                           void *context);

/* Call `visit` for the path of each file that was set aside. ODO_E_OUT_OF_MEMORY, and as
 * platform/path.h. */
enum odo_status store_list_set_aside(struct store *store,
                                     bool (*visit)(void *context, const char *path),
                                     void *context);

/* Of this start of the machine; for journal_write_progress(). */
const char *store_boot_id(const struct store *store);

/* Have stores that are opened from now on take this for it, or with NULL the truth again. For
 * tests of what survives a power cut. */
void store_use_boot_id(const char *boot_id);

/* For the other files of the store. */

/* What there may be of a job, and is owned by itself. */
enum store_thing { STORE_JOURNAL, STORE_LEFTOVERS };

/*
 * Own something, until store_disown() or the end of the process.
 *
 *   ODO_E_SHARING_VIOLATION   somebody owns it, be it us
 */
enum odo_status store_own(struct store *store, const struct odo_job_id *id,
                          enum store_thing thing);
void store_disown(struct store *store, const struct odo_job_id *id, enum store_thing thing);

const char *store_folder(const struct store *store);

/* The path of "<id><extension>"; NULL when there is no memory. */
char *store_path(const struct store *store, const struct odo_job_id *id, const char *extension);

/* The id in the name of such a file; false for every other name. */
bool store_read_name(const char *name, const char *extension, struct odo_job_id *id_out);

/*
 * A path for what is set aside that nothing has: "<id>.damaged", "<id>-2.damaged" ...
 *
 *   ODO_E_ALREADY_EXISTS   all are taken
 */
enum store_aside { STORE_DAMAGED, STORE_NEWER };
enum odo_status store_find_aside_path(const struct store *store, const struct odo_job_id *id,
                                      enum store_aside why, char **path_out);

#endif
