#include "com/download/download_values.h"

#include "com/calls/client_stream.h"
#include "com/download/download_data.h"
#include "com/object/hresult.h"
#include "com/object/interface_keeper.h"

#include <stdlib.h>
#include <string.h>

/* --- Strings and numbers -------------------------------------------------------------- */

char *download_get_text(struct download *download, enum download_text which)
{
    char *copy = NULL;

    AcquireSRWLockShared(&download->settings_lock);
    if (download->settings.texts[which]) {
        copy = _strdup(download->settings.texts[which]);
    }
    ReleaseSRWLockShared(&download->settings_lock);
    return copy;
}

uint64_t download_get_number(struct download *download, enum download_number which)
{
    uint64_t value;

    AcquireSRWLockShared(&download->settings_lock);
    value = download->settings.numbers[which];
    ReleaseSRWLockShared(&download->settings_lock);
    return value;
}

/* `settings_lock` is held. A volatile download stores nothing. */
static HRESULT save_locked(struct download *download)
{
    enum odo_status status;
    char *text;

    if (odo_job_get_number(download->job, ODO_JOB_VOLATILE)) {
        return S_OK;
    }
    text = download_settings_write(&download->settings);
    status =
        text ? odo_job_set_text(download->job, ODO_JOB_HOST_DATA, text) : ODO_E_OUT_OF_MEMORY;
    free(text);
    return hresult_from_status(status);
}

/* Replace the setting with `*text_inout`, which receives the old value. On failure nothing has
 * changed. */
static HRESULT exchange_text(struct download *download, enum download_text which,
                             char **text_inout)
{
    char **place = &download->settings.texts[which];
    char *before;
    HRESULT hr;

    AcquireSRWLockExclusive(&download->settings_lock);
    before = *place;
    *place = *text_inout;
    hr = save_locked(download);
    if (SUCCEEDED(hr)) {
        *text_inout = before;
    } else {
        *place = before;
    }
    ReleaseSRWLockExclusive(&download->settings_lock);
    return hr;
}

/*
 * Change the source of an existing file: either the engine accepts it, or nothing has changed.
 * Failing to save our own copy is harmless; see load_stored().
 */
static HRESULT exchange_source(struct download *download, char **text_inout)
{
    char **place = &download->settings.texts[DOWNLOAD_URI];
    enum odo_status status;
    char *before;

    AcquireSRWLockExclusive(&download->settings_lock);
    status = odo_file_set_url(download->job, 0, *text_inout);
    if (status == ODO_OK) {
        before = *place;
        *place = *text_inout;
        *text_inout = before;
        save_locked(download);
    }
    ReleaseSRWLockExclusive(&download->settings_lock);
    return hresult_from_status(status);
}

HRESULT download_set_text(struct download *download, enum download_text which, const char *text)
{
    char *copy = text ? _strdup(text) : NULL;
    HRESULT hr;

    if (text && !copy) {
        return E_OUTOFMEMORY;
    }
    hr = which == DOWNLOAD_URI && download_has_file(download)
             ? exchange_source(download, &copy)
             : exchange_text(download, which, &copy);
    free(copy);
    return hr;
}

struct cost_wish download_cost_wish(struct download *download)
{
    uint64_t policy = download_get_number(download, DOWNLOAD_COST_POLICY);
    struct cost_wish wish = {
        .disallows_cellular = download_get_number(download, DOWNLOAD_DISALLOWS_CELLULAR) != 0,
    };

    if (policy > 0) {
        wish.policy = (enum cost_policy)(policy - 1);
    } else {
        wish.policy = odo_job_get_number(download->job, ODO_JOB_PRIORITY) == 0
                          ? COST_POLICY_ALWAYS /* the foreground default */
                          : COST_POLICY_STANDARD;
    }
    return wish;
}

HRESULT download_set_number(struct download *download, enum download_number which,
                            uint64_t value)
{
    uint64_t before;
    HRESULT hr;

    AcquireSRWLockExclusive(&download->settings_lock);
    before = download->settings.numbers[which];
    download->settings.numbers[which] = value;
    hr = save_locked(download);
    if (FAILED(hr)) {
        download->settings.numbers[which] = before;
    }
    ReleaseSRWLockExclusive(&download->settings_lock);
    return hr;
}

HRESULT download_set_volatile(struct download *download, bool is_volatile)
{
    HRESULT hr;

    AcquireSRWLockExclusive(&download->settings_lock);
    hr = hresult_from_status(odo_job_set_number(download->job, ODO_JOB_VOLATILE, is_volatile));
    if (SUCCEEDED(hr)) {
        hr = save_locked(download);
        if (FAILED(hr)) {
            odo_job_set_number(download->job, ODO_JOB_VOLATILE, !is_volatile);
        }
    }
    ReleaseSRWLockExclusive(&download->settings_lock);
    return hr;
}

/* --- Stream --------------------------------------------------------------------------- */

struct client_stream *download_exchange_stream(struct download *download,
                                               struct client_stream *stream)
{
    struct client_stream *before;

    AcquireSRWLockExclusive(&download->settings_lock);
    before = download->stream;
    download->stream = stream;
    ReleaseSRWLockExclusive(&download->settings_lock);
    return before;
}

HRESULT download_set_stream(struct download *download, IUnknown *stream)
{
    struct client_stream *wanted = NULL;
    HRESULT hr = stream ? client_stream_create(stream, &wanted) : S_OK;

    if (SUCCEEDED(hr)) {
        client_stream_free(download_exchange_stream(download, wanted));
    }
    return hr;
}

/* Its interface_keeper handle; 0 if none is waiting. */
static DWORD waiting_stream(struct download *download)
{
    DWORD kept;

    AcquireSRWLockShared(&download->settings_lock);
    kept = download->stream ? client_stream_kept(download->stream) : 0;
    ReleaseSRWLockShared(&download->settings_lock);
    return kept;
}

HRESULT download_get_stream(struct download *download, IUnknown **stream_out)
{
    DWORD kept = waiting_stream(download);

    *stream_out = NULL;
    if (kept) {
        return interface_keeper_get(kept, &IID_IUnknown, (void **)stream_out);
    }
    return download_has_file(download) ? client_stream_get(download->job, 0, stream_out)
                                       : hresult_from_status(ODO_E_NOT_SET);
}

bool download_has_waiting_stream(struct download *download)
{
    return waiting_stream(download) != 0;
}
