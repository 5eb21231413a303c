/*
 * What a script has set for the next Start of a download: its ranges. Any thread.
 */
#ifndef ODO_COM_SCRIPT_AUTOMATION_REQUEST_H
#define ODO_COM_SCRIPT_AUTOMATION_REQUEST_H

#include "com/download/download.h"
#include "com/script/automation_ranges.h"

#include <stdbool.h>
#include <windows.h>

#include <oleauto.h>

#include "deliveryoptimization.h" /* generated from idl/ */

struct automation_request {
    SRWLOCK lock; /* guards `locked` */
    struct {
        struct automation_ranges ranges; /* for the next Start */
        bool ranges_are_new;             /* they were set since the last Start */
    } locked;
};

/* Initialize a zeroed one. */
void automation_request_init(struct automation_request *request);

/* After a successful Start, and at the end: free the ranges. */
void automation_request_clear(struct automation_request *request);

/* Set the ranges from a script's value. Errors have descriptions (automation_error.h). */
HRESULT automation_request_set_ranges(struct automation_request *request, const VARIANT *value);

/* As text, the ranges for the next Start; if none are set, those of the last one. */
HRESULT automation_request_write_ranges(struct automation_request *request,
                                        struct download *download, BSTR *text_out);

/*
 * The ranges for Start, to be freed; NULL if no new ones were set. An empty list means the
 * whole file, which a first Start without ranges requests. A later Start without ranges would
 * resume the previous request, so the whole file is then requested explicitly.
 */
HRESULT automation_request_copy_ranges(struct automation_request *request,
                                       IDODownload *download,
                                       DO_DOWNLOAD_RANGES_INFO **ranges_out);

#endif
