/*
 * The server's representation of a download of the modern model: the engine's job with one
 * file, and client settings that the engine does not have.
 *
 * There is one for each download that was neither finalized nor aborted, shared by all of its
 * COM objects. Any thread.
 */
#ifndef ODO_COM_DOWNLOAD_DOWNLOAD_H
#define ODO_COM_DOWNLOAD_DOWNLOAD_H

#include <stdbool.h>
#include <windows.h>

#include <odo/odo.h>

enum {
    DOWNLOAD_KIND = 1, /* in ODO_JOB_KIND; jobs of the legacy model have 0 */
    DOWNLOAD_NO_PROGRESS_S = 300,
};

struct download;

/* Create a download, Created and volatile. The caller releases it. */
HRESULT download_create(struct odo_engine *engine, struct download **download_out);

/*
 * The download of a job, with a reference. If it was just loaded from the store and was running
 * when it was stored, it is paused.
 */
HRESULT download_of_job(struct odo_engine *engine, struct odo_job *job,
                        struct download **download_out);

/*
 * All downloads of the calling user that were neither finalized nor aborted. The caller
 * releases each of them, and frees the array with free().
 */
HRESULT download_list(struct odo_engine *engine, struct download ***downloads_out,
                      size_t *count_out);

struct download *download_add_ref(struct download *download);

/* Count its COM objects: add one; remove one and return the number left. */
void download_add_object(struct download *download);
ULONG download_remove_object(struct download *download);

/*
 * When the last reference is released, a download ends if no client could ask for it any more:
 * if it was never started, or is transferred but volatile.
 */
void download_release(struct download *download);

struct odo_job *download_job(const struct download *download);
struct odo_engine *download_engine(const struct download *download);

/* The sequence number of its last start: 0 before the first, and the lowest one if that was in
 * an earlier process. */
ULONGLONG download_start_number(struct download *download);

/* This download is now the last one started. */
void download_note_start(struct download *download);

/* True once the file was added to the job, at the first start. */
bool download_has_file(struct download *download);

/*
 * The process ends with downloads still open: delete the temporary files of the volatile ones.
 * For DllMain only.
 */
void download_process_ends(void);

/* Abort volatile downloads that have no COM object and are not running: their files are
 * deleted. */
void download_abort_volatile(void);

/* Remove all downloads of an engine that is about to stop from the list; free them without a
 * lock. */
struct download *download_take_all(void);
void download_free_taken(struct download *taken);

#endif
