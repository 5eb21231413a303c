/*
 * The folder of the jobs: access rights, file names, and ownership. File contents are handled
 * by store/journal.h and store/leftovers.h.
 *
 * Any thread.
 */
#ifndef ODO_STORE_STORE_H
#define ODO_STORE_STORE_H

#include "job/job.h"

struct store;

/*
 * Open an existing folder and remove incomplete files left by a crash. A folder that others can
 * write to is refused: they could make us download and overwrite arbitrary files.
 *
 *   ODO_E_NOT_PRIVATE   see platform_path_check_private()
 *   others              see platform/file.h
 */
enum odo_status store_open(const char *folder, struct store **store_out);

/* Every journal must be closed. NULL is allowed. */
void store_close(struct store *store);

/* Call `visit` for the id of each journal, whoever owns it. */
enum odo_status store_list(struct store *store,
                           bool (*visit)(void *context, const struct odo_job_id *id),
                           void *context);

/* Call `visit` for the path of each file that was set aside. ODO_E_OUT_OF_MEMORY, and see
 * platform/path.h. */
enum odo_status store_list_set_aside(struct store *store,
                                     bool (*visit)(void *context, const char *path),
                                     void *context);

/* Identifies the current boot; for journal_write_progress(). */
const char *store_boot_id(const struct store *store);

/* Use this as the boot id of stores opened from now on, or the real one with NULL. For tests of
 * power failures. */
void store_use_boot_id(const char *boot_id);

/* For the other units of the store. */

/* Separately owned parts of a job. */
enum store_thing { STORE_JOURNAL, STORE_LEFTOVERS };

/*
 * Take ownership, until store_disown() or the end of the process.
 *
 *   ODO_E_SHARING_VIOLATION   it has an owner, perhaps this process
 */
enum odo_status store_own(struct store *store, const struct odo_job_id *id,
                          enum store_thing thing);
void store_disown(struct store *store, const struct odo_job_id *id, enum store_thing thing);

const char *store_folder(const struct store *store);

/* The path of "<id><extension>"; NULL when out of memory. */
char *store_path(const struct store *store, const struct odo_job_id *id, const char *extension);

/* Parse the id from such a file's name; false for any other name. */
bool store_read_name(const char *name, const char *extension, struct odo_job_id *id_out);

/*
 * An unused path to set a file aside: "<id>.damaged", "<id>-2.damaged" ...
 *
 *   ODO_E_ALREADY_EXISTS   all are in use
 */
enum store_aside { STORE_DAMAGED, STORE_NEWER };
enum odo_status store_find_aside_path(const struct store *store, const struct odo_job_id *id,
                                      enum store_aside why, char **path_out);

#endif
