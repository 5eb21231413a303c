/* Queries a job and its files from the server. */
#include "client_windows.h"

#include "wide_text_windows.h"

#include <stdlib.h>
#include <string.h>

/* FILETIME counts 100 ns from 1601 on. */
#define FILETIME_OF_1970 116444736000000000LL

static enum job_state state_of(BG_JOB_STATE state)
{
    switch (state) {
    case BG_JOB_STATE_QUEUED:
        return JOB_QUEUED;
    case BG_JOB_STATE_CONNECTING:
    case BG_JOB_STATE_TRANSFERRING:
        return JOB_TRANSFERRING;
    case BG_JOB_STATE_SUSPENDED:
        return JOB_SUSPENDED;
    case BG_JOB_STATE_TRANSIENT_ERROR:
        return JOB_TRANSIENT_ERROR;
    case BG_JOB_STATE_TRANSFERRED:
        return JOB_TRANSFERRED;
    case BG_JOB_STATE_ACKNOWLEDGED:
        return JOB_ACKNOWLEDGED;
    case BG_JOB_STATE_CANCELLED:
        return JOB_CANCELLED;
    case BG_JOB_STATE_ERROR:
        break;
    }
    return JOB_ERROR;
}

static enum job_priority priority_of(BG_JOB_PRIORITY priority)
{
    switch (priority) {
    case BG_JOB_PRIORITY_FOREGROUND:
        return JOB_FOREGROUND;
    case BG_JOB_PRIORITY_HIGH:
        return JOB_HIGH;
    case BG_JOB_PRIORITY_LOW:
        return JOB_LOW;
    case BG_JOB_PRIORITY_NORMAL:
        break;
    }
    return JOB_NORMAL;
}

bool client_look(struct client *client, enum job_state *state_out,
                 struct job_progress *progress_out, struct error_report *report_out)
{
    BG_JOB_STATE state;
    BG_JOB_PROGRESS progress;

    /* Query the state first, so that a TRANSFERRED job has all its bytes. */
    if (!client_check(IBackgroundCopyJob_GetState(client->job, &state), report_out) ||
        !client_check(IBackgroundCopyJob_GetProgress(client->job, &progress), report_out)) {
        return false;
    }
    *state_out = state_of(state);
    *progress_out = (struct job_progress){
        .bytes_total = progress.BytesTotal,
        .bytes_transferred = progress.BytesTransferred,
        .files_total = progress.FilesTotal,
        .files_transferred = progress.FilesTransferred,
    };
    return true;
}

bool client_get_error(struct client *client, struct error_report *report_out)
{
    IBackgroundCopyError *error = NULL;
    BG_ERROR_CONTEXT context;
    HRESULT code = S_OK;
    HRESULT hr = IBackgroundCopyJob_GetError(client->job, &error);

    if (FAILED(hr)) {
        return false;
    }
    hr = IBackgroundCopyError_GetError(error, &context, &code);
    IBackgroundCopyError_Release(error);
    if (FAILED(hr)) {
        return false;
    }
    report_hresult((uint32_t)code, report_out);
    return true;
}

static int64_t microseconds_of(FILETIME time)
{
    int64_t ticks = (int64_t)((uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime);

    return ticks > FILETIME_OF_1970 ? (ticks - FILETIME_OF_1970) / 10 : 0;
}

/* Convert a string allocated by the server to UTF-8 and free it. NULL means empty. */
static char *take_text(wchar_t *text)
{
    char *narrow = wide_text_to_utf8(text ? text : L"");

    CoTaskMemFree(text);
    return narrow;
}

static HRESULT read_texts(IBackgroundCopyJob *job, struct job_view *view)
{
    wchar_t *text = NULL;
    HRESULT hr = IBackgroundCopyJob_GetDisplayName(job, &text);

    if (FAILED(hr)) {
        return hr;
    }
    view->name = take_text(text);
    text = NULL;
    hr = IBackgroundCopyJob_GetDescription(job, &text);
    if (FAILED(hr)) {
        return hr;
    }
    view->description = take_text(text);
    return view->name && view->description ? S_OK : E_OUTOFMEMORY;
}

static HRESULT read_job(IBackgroundCopyJob *job, struct job_view *view)
{
    BG_JOB_TIMES times;
    BG_JOB_PRIORITY priority;
    ULONG error_count = 0;
    GUID id;
    HRESULT hr = read_texts(job, view);

    if (SUCCEEDED(hr)) {
        hr = IBackgroundCopyJob_GetId(job, &id);
    }
    if (SUCCEEDED(hr)) {
        hr = IBackgroundCopyJob_GetTimes(job, &times);
    }
    if (SUCCEEDED(hr)) {
        hr = IBackgroundCopyJob_GetPriority(job, &priority);
    }
    if (SUCCEEDED(hr)) {
        hr = IBackgroundCopyJob_GetErrorCount(job, &error_count);
    }
    if (FAILED(hr)) {
        return hr;
    }
    memcpy(view->id.bytes, &id, sizeof(view->id.bytes));
    view->created_us = microseconds_of(times.CreationTime);
    view->modified_us = microseconds_of(times.ModificationTime);
    view->transferred_us = microseconds_of(times.TransferCompletionTime);
    view->priority = priority_of(priority);
    view->error_count = error_count;
    return S_OK;
}

bool client_describe(struct client *client, struct job_view *view_out,
                     struct error_report *report_out)
{
    struct job_view view = {.priority = JOB_NORMAL};

    if (!client_check(read_job(client->job, &view), report_out) ||
        !client_look(client, &view.state, &view.progress, report_out)) {
        job_view_free(&view);
        return false;
    }
    view.has_error = client_get_error(client, &view.error);
    *view_out = view;
    return true;
}

/* The number of ranges; 0 from a server without that interface. */
static HRESULT count_ranges(IBackgroundCopyFile *file, struct file_view *view)
{
    IBackgroundCopyFile2 *file2 = NULL;
    BG_FILE_RANGE *ranges = NULL;
    DWORD count = 0;
    HRESULT hr =
        IBackgroundCopyFile_QueryInterface(file, &IID_IBackgroundCopyFile2, (void **)&file2);

    if (FAILED(hr)) {
        return S_OK;
    }
    hr = IBackgroundCopyFile2_GetFileRanges(file2, &count, &ranges);
    IBackgroundCopyFile2_Release(file2);
    if (SUCCEEDED(hr)) {
        view->range_count = count;
        CoTaskMemFree(ranges);
    }
    return hr == E_OUTOFMEMORY ? hr : S_OK;
}

/* A server without that interface has no statistics. */
static HRESULT read_statistics(IBackgroundCopyFile *file, struct file_view *view)
{
    IDeliveryOptimizationFile *do_file = NULL;
    DOSwarmStats stats;
    HRESULT hr = IBackgroundCopyFile_QueryInterface(file, &IID_IDeliveryOptimizationFile,
                                                    (void **)&do_file);

    if (FAILED(hr)) {
        return S_OK;
    }
    memset(&stats, 0, sizeof(stats));
    hr = IDeliveryOptimizationFile_GetStats(do_file, &stats);
    IDeliveryOptimizationFile_Release(do_file);
    if (FAILED(hr)) {
        return hr == E_OUTOFMEMORY ? hr : S_OK;
    }
    view->has_statistics = true;
    view->file_size = stats.fileSize > 0 ? stats.fileSize : ODO_SIZE_UNKNOWN;
    view->bytes_received = stats.bytesFromHttp;
    view->connections = stats.httpConnectionCount;
    view->transferring_ms = stats.downloadDuration;
    CoTaskMemFree(stats.fileId);
    CoTaskMemFree(stats.sourceURL);
    return S_OK;
}

static HRESULT show_file(IBackgroundCopyFile *file, uint32_t index,
                         bool (*visit)(void *context, const struct file_view *file),
                         void *context, bool *goes_on_out)
{
    struct file_view view = {.index = index, .file_size = ODO_SIZE_UNKNOWN};
    BG_FILE_PROGRESS progress;
    wchar_t *wide_url = NULL;
    wchar_t *wide_path = NULL;
    char *url = NULL;
    char *path = NULL;
    HRESULT hr = IBackgroundCopyFile_GetRemoteName(file, &wide_url);

    if (FAILED(hr)) {
        return hr;
    }
    url = take_text(wide_url);
    if (FAILED(IBackgroundCopyFile_GetLocalName(file, &wide_path))) {
        wide_path = NULL; /* it has no path yet, or goes to a stream */
    }
    path = take_text(wide_path);
    hr = IBackgroundCopyFile_GetProgress(file, &progress);
    if (SUCCEEDED(hr)) {
        hr = url && path ? count_ranges(file, &view) : E_OUTOFMEMORY;
    }
    if (SUCCEEDED(hr)) {
        hr = read_statistics(file, &view);
    }
    if (SUCCEEDED(hr)) {
        view.url = url;
        view.path = path;
        view.bytes_total = progress.BytesTotal;
        view.bytes_transferred = progress.BytesTransferred;
        view.completed = progress.Completed;
        *goes_on_out = visit(context, &view);
    }
    free(url);
    free(path);
    return hr;
}

bool client_each_file(struct client *client,
                      bool (*visit)(void *context, const struct file_view *file), void *context,
                      struct error_report *report_out)
{
    IEnumBackgroundCopyFiles *files = NULL;
    IBackgroundCopyFile *file = NULL;
    bool goes_on = true;
    HRESULT hr = IBackgroundCopyJob_EnumFiles(client->job, &files);

    if (FAILED(hr)) {
        return client_check(hr, report_out);
    }
    for (uint32_t i = 0; SUCCEEDED(hr) && goes_on; i++) {
        if (IEnumBackgroundCopyFiles_Next(files, 1, &file, NULL) != S_OK) {
            break;
        }
        hr = show_file(file, i, visit, context, &goes_on);
        IBackgroundCopyFile_Release(file);
    }
    IEnumBackgroundCopyFiles_Release(files);
    return client_check(hr, report_out);
}
