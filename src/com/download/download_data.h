/*
 * The data of a download, for the units of this folder that share it. Each member is guarded as
 * its comment says; others never change.
 */
#ifndef ODO_COM_DOWNLOAD_DOWNLOAD_DATA_H
#define ODO_COM_DOWNLOAD_DOWNLOAD_DATA_H

#include "com/download/download_settings.h"

#include <stdbool.h>
#include <windows.h>

#include <odo/odo.h>

struct client_stream;

struct download {
    struct download *next;
    struct odo_engine *engine; /* of the job */
    struct odo_job *job;       /* reference counted */
    ULONG refs;        /* guarded by the list's lock, like `next`, `objects` and `started` */
    SRWLOCK operation; /* serializes start, pause and end */
    SRWLOCK settings_lock;
    struct download_settings settings; /* guarded by `settings_lock` */
    WCHAR *volatile temporary;         /* file to delete when the process ends; or NULL */
    struct client_stream *stream;      /* the same; until a file takes it; or NULL */
    ULONG objects;                     /* number of COM objects */
    ULONGLONG started; /* sequence number of its last start; 0 before the first */
};

static inline bool download_state_is_final(enum odo_job_state state)
{
    return state == ODO_JOB_ACKNOWLEDGED || state == ODO_JOB_CANCELLED;
}

static inline bool download_state_is_running(enum odo_job_state state)
{
    return state == ODO_JOB_QUEUED || state == ODO_JOB_TRANSFERRING ||
           state == ODO_JOB_TRANSIENT_ERROR;
}

#endif
