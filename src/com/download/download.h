/*
 * A download of the modern model, as the server keeps it: the engine's job, with one file, and
 * what a client has set that the engine does not know of.
 *
 * There is one of these for each download that has neither been finalized nor aborted; all COM
 * objects of a download share it. Any thread.
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
    DOWNLOAD_KIND = 1, /* of ODO_JOB_KIND; jobs of the legacy model have 0 */
    DOWNLOAD_NO_PROGRESS_S = 300,
};

struct download;

/* A new download, Created and volatile. The caller releases it. */
HRESULT download_create(struct odo_engine *engine, struct download **download_out);

/*
 * The download that a job is, counted. One that is taken up from the store, and was moving when
 * it was put there, is paused.
 */
HRESULT download_of_job(struct odo_engine *engine, struct odo_job *job,
                        struct download **download_out);

/*
 * All downloads of the calling user that are neither finalized nor aborted. The caller releases
 * each, and the array with free().
 */
HRESULT download_list(struct odo_engine *engine, struct download ***downloads_out,
                      size_t *count_out);

struct download *download_add_ref(struct download *download);

/* How many COM objects of it there are: one more, and one less; the latter answers what is
 * left.
 */
void download_hold(struct download *download);
ULONG download_let_go(struct download *download);

/*
 * With the last count a download ends that nobody could ask for any more: one that was never
 * started, or that is transferred but not kept (NonVolatile).
 */
void download_release(struct download *download);

struct odo_job *download_job(const struct download *download);
struct odo_engine *download_engine(const struct download *download);

/* Where it stands, all of one moment. */
DO_DOWNLOAD_STATUS download_status(struct download *download);

/* IDODownload::Start and so on, by semantics that IDODownload's table states. */
HRESULT download_start(struct download *download, const DO_DOWNLOAD_RANGES_INFO *ranges);
HRESULT download_pause(struct download *download);
HRESULT download_finalize(struct download *download);
HRESULT download_abort(struct download *download);

/* A copy that free() ends; NULL when it was never set, or without memory. */
char *download_get_text(struct download *download, enum download_text which);

/* Change what the client has set. `text` may be NULL for "never set". */
HRESULT download_set_text(struct download *download, enum download_text which,
                          const char *text);

uint64_t download_get_number(struct download *download, enum download_number which);
HRESULT download_set_number(struct download *download, enum download_number which,
                            uint64_t value);

/* What the client wants of the network; where it never said so, by the download's priority. */
struct cost_wish download_cost_wish(struct download *download);

/* The download becomes one that survives its process, or one that does not. */
HRESULT download_set_volatile(struct download *download, bool is_volatile);

/* True when the file has been added to the job, which happens at the first start. */
bool download_has_file(struct download *download);

/* The client's stream, which the file takes when it is there. NULL takes it back. */
HRESULT download_set_stream(struct download *download, IUnknown *stream);
HRESULT download_get_stream(struct download *download, IUnknown **stream_out);

/*
 * The process ends, and nobody has let go of its downloads: delete the temporary files of those
 * that do not survive it. From DllMain alone.
 */
void download_process_ends(void);

/* Abort the volatile downloads that nobody has and that do not run: their files go. */
void download_abort_volatile(void);

/* All of an engine that is about to end, out of the list; to be freed without a lock. */
struct download *download_take_all(void);
void download_free_taken(struct download *taken);

#endif
