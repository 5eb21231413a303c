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

#include "com/download/download_settings.h"
#include "com/network/cost_policy.h"
#include "deliveryoptimization.h" /* generated from idl/ */

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
void download_hold(struct download *download);
ULONG download_let_go(struct download *download);

/*
 * When the last reference is released, a download ends if no client could ask for it any more:
 * if it was never started, or is transferred but volatile.
 */
void download_release(struct download *download);

struct odo_job *download_job(const struct download *download);
struct odo_engine *download_engine(const struct download *download);

/* A consistent snapshot of its status. */
DO_DOWNLOAD_STATUS download_status(struct download *download);

/* IDODownload::Start and so on, as documented there. */
HRESULT download_start(struct download *download, const DO_DOWNLOAD_RANGES_INFO *ranges);
HRESULT download_pause(struct download *download);
HRESULT download_finalize(struct download *download);
HRESULT download_abort(struct download *download);

/* A copy, to be released with free(); NULL if never set, or when out of memory. */
char *download_get_text(struct download *download, enum download_text which);

/* Change a client setting. `text` may be NULL for "never set". */
HRESULT download_set_text(struct download *download, enum download_text which,
                          const char *text);

uint64_t download_get_number(struct download *download, enum download_number which);
HRESULT download_set_number(struct download *download, enum download_number which,
                            uint64_t value);

/* The client's network requirements; if unset, derived from the download's priority. */
struct cost_wish download_cost_wish(struct download *download);

/* Make the download volatile, or persistent. */
HRESULT download_set_volatile(struct download *download, bool is_volatile);

/* True once the file was added to the job, at the first start. */
bool download_has_file(struct download *download);

/* The client's stream, attached to the file when there is one. NULL removes it. */
HRESULT download_set_stream(struct download *download, IUnknown *stream);
HRESULT download_get_stream(struct download *download, IUnknown **stream_out);

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
