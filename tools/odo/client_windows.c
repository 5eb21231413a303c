#include "client_windows.h"

#include "wide_text_windows.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Both range types have the same layout, so our array can be passed to the server. */
static_assert(sizeof(BG_FILE_RANGE) == sizeof(struct byte_range), "same size");
static_assert(offsetof(BG_FILE_RANGE, Length) == offsetof(struct byte_range, length),
              "same order");
static_assert(sizeof(GUID) == sizeof(struct job_id), "the same bytes");
static_assert((int)BG_JOB_PRIORITY_LOW == (int)JOB_LOW, "the same numbers");

/* Successes of Complete and Cancel with a qualification. */
#define PARTIAL_COMPLETE       ((HRESULT)0x00200017)
#define UNABLE_TO_DELETE_FILES ((HRESULT)0x0020001A)

/* The job was completed or cancelled before. */
#define INVALID_STATE ((HRESULT)0x80D02013)

/* BITS' code for an unknown job, if BITS is the server. */
#define BITS_JOB_NOT_FOUND ((HRESULT)0x80200001)

bool client_check(HRESULT hr, struct error_report *report_out)
{
    if (SUCCEEDED(hr)) {
        return true;
    }
    report_hresult((uint32_t)hr, report_out);
    return false;
}

bool client_has_servers(void)
{
    return true;
}

static HRESULT find_class(const char *server, CLSID *clsid_out)
{
    wchar_t *name;
    HRESULT hr;

    if (!server || _stricmp(server, "opendo") == 0) {
        *clsid_out = CLSID_OpenDO;
        return S_OK;
    }
    if (_stricmp(server, "windows") == 0) {
        *clsid_out = CLSID_DeliveryOptimization;
        return S_OK;
    }
    name = wide_text_from_utf8(server);
    if (!name) {
        return E_OUTOFMEMORY;
    }
    hr = CLSIDFromString(name, clsid_out);
    free(name);
    return hr;
}

static HRESULT reach_server(struct client *client, const char *server)
{
    CLSID clsid;
    HRESULT hr = CoInitializeEx(NULL, COINIT_MULTITHREADED);

    if (FAILED(hr)) {
        return hr;
    }
    client->com_is_up = true;
    /*
     * A local server writes the file as the user and calls back, both of which need these
     * settings. A DLL ignores them; errors show in later calls.
     */
    (void)CoInitializeSecurity(NULL, -1, NULL, NULL, RPC_C_AUTHN_LEVEL_CONNECT,
                               RPC_C_IMP_LEVEL_IMPERSONATE, NULL, EOAC_NONE, NULL);
    hr = find_class(server, &clsid);
    if (FAILED(hr)) {
        return hr;
    }
    return CoCreateInstance(&clsid, NULL, CLSCTX_INPROC_SERVER | CLSCTX_LOCAL_SERVER,
                            &IID_IBackgroundCopyManager, (void **)&client->manager);
}

static void report_unreachable(HRESULT hr, const char *server, struct error_report *report_out)
{
    report_hresult((uint32_t)hr, report_out);
    if (hr != E_OUTOFMEMORY) {
        report_out->exit_code = EXIT_CODE_SERVICE;
    }
    if (hr == REGDB_E_CLASSNOTREG && !server) {
        struct error_report advice;

        report_words(&advice, EXIT_CODE_SERVICE, report_out->code,
                     "%s; register it with: regsvr32 dosvc.dll", report_out->text);
        *report_out = advice;
    }
}

bool client_start(const struct client_options *options, struct client **client_out,
                  struct error_report *report_out)
{
    struct client *client = calloc(1, sizeof(*client));
    HRESULT hr;

    if (!client) {
        return client_check(E_OUTOFMEMORY, report_out);
    }
    client->wakeup = options->wakeup;
    client->keeps_jobs = options->keeps_jobs;
    hr = reach_server(client, options->server);
    if (FAILED(hr)) {
        report_unreachable(hr, options->server, report_out);
        client_free(client);
        return false;
    }
    *client_out = client;
    return true;
}

/* Hold `job`, which may be NULL, instead of the previous one. */
static void hold(struct client *client, IBackgroundCopyJob *job)
{
    if (client->callback) {
        (void)IBackgroundCopyJob_SetNotifyInterface(client->job, NULL);
        job_callback_free(client->callback);
        client->callback = NULL;
    }
    if (client->job) {
        IBackgroundCopyJob_Release(client->job);
    }
    client->job = job;
}

void client_free(struct client *client)
{
    if (!client) {
        return;
    }
    if (client->job && !client->keeps_jobs) {
        (void)IBackgroundCopyJob_Cancel(client->job); /* refused if it has ended already */
    }
    hold(client, NULL);
    if (client->manager) {
        IBackgroundCopyManager_Release(client->manager);
    }
    if (client->com_is_up) {
        CoUninitialize();
    }
    free(client);
}

/*
 * If the server refuses the callback, the job is polled. A kept job is left alone, since its
 * callback may belong to another program.
 */
static HRESULT ask_to_be_called(struct client *client)
{
    if (client->keeps_jobs) {
        return S_OK;
    }
    client->callback = job_callback_create(client->wakeup);
    if (!client->callback) {
        return E_OUTOFMEMORY;
    }
    (void)IBackgroundCopyJob_SetNotifyFlags(client->job,
                                            BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR);
    (void)IBackgroundCopyJob_SetNotifyInterface(client->job,
                                                job_callback_interface(client->callback));
    return S_OK;
}

bool client_create_job(struct client *client, const char *name, struct error_report *report_out)
{
    IBackgroundCopyJob *job = NULL;
    wchar_t *wide = wide_text_from_utf8(name);
    HRESULT hr = E_OUTOFMEMORY;
    GUID id;

    if (wide) {
        hr = IBackgroundCopyManager_CreateJob(client->manager, wide, BG_JOB_TYPE_DOWNLOAD, &id,
                                              &job);
        free(wide);
    }
    if (SUCCEEDED(hr)) {
        hold(client, job);
        hr = ask_to_be_called(client);
    }
    return client_check(hr, report_out);
}

bool client_find_job(struct client *client, const struct job_id *id,
                     struct error_report *report_out)
{
    IBackgroundCopyJob *job = NULL;
    GUID guid;
    HRESULT hr;

    memcpy(&guid, id->bytes, sizeof(guid));
    hr = IBackgroundCopyManager_GetJob(client->manager, &guid, &job);
    if (FAILED(hr)) {
        report_hresult((uint32_t)hr, report_out);
        if (hr == BITS_JOB_NOT_FOUND) {
            report_out->exit_code = EXIT_CODE_NO_JOB;
        }
        return false;
    }
    hold(client, job);
    return true;
}

static HRESULT collect_ids(IEnumBackgroundCopyJobs *jobs, struct job_id *ids, ULONG capacity,
                           ULONG *count_out)
{
    IBackgroundCopyJob *job = NULL;
    ULONG count = 0;
    HRESULT hr = S_OK;

    while (count < capacity && IEnumBackgroundCopyJobs_Next(jobs, 1, &job, NULL) == S_OK) {
        GUID guid;

        hr = IBackgroundCopyJob_GetId(job, &guid);
        IBackgroundCopyJob_Release(job);
        if (FAILED(hr)) {
            break;
        }
        memcpy(ids[count++].bytes, &guid, sizeof(guid));
    }
    *count_out = count;
    return hr;
}

bool client_list_jobs(struct client *client, struct job_id **ids_out, size_t *count_out,
                      struct error_report *report_out)
{
    IEnumBackgroundCopyJobs *jobs = NULL;
    struct job_id *ids = NULL;
    ULONG capacity = 0;
    ULONG count = 0;
    HRESULT hr = IBackgroundCopyManager_EnumJobs(client->manager, 0, &jobs);

    if (FAILED(hr)) {
        return client_check(hr, report_out);
    }
    hr = IEnumBackgroundCopyJobs_GetCount(jobs, &capacity);
    if (SUCCEEDED(hr) && capacity > 0) {
        ids = calloc(capacity, sizeof(*ids));
        hr = ids ? collect_ids(jobs, ids, capacity, &count) : E_OUTOFMEMORY;
    }
    IEnumBackgroundCopyJobs_Release(jobs);
    if (FAILED(hr)) {
        free(ids);
        return client_check(hr, report_out);
    }
    *ids_out = ids;
    *count_out = count;
    return true;
}

bool client_set_description(struct client *client, const char *text,
                            struct error_report *report_out)
{
    wchar_t *wide = wide_text_from_utf8(text);
    HRESULT hr = wide ? IBackgroundCopyJob_SetDescription(client->job, wide) : E_OUTOFMEMORY;

    free(wide);
    return client_check(hr, report_out);
}

bool client_set_priority(struct client *client, enum job_priority priority,
                         struct error_report *report_out)
{
    return client_check(IBackgroundCopyJob_SetPriority(client->job, (BG_JOB_PRIORITY)priority),
                        report_out);
}

bool client_add(struct client *client, const struct client_file *file,
                struct error_report *report_out)
{
    IDeliveryOptimizationJob *job = NULL;
    wchar_t *url = wide_text_from_utf8(file->url);
    wchar_t *path = wide_text_from_utf8(file->path);
    HRESULT hr = E_OUTOFMEMORY;

    if (!url || !path) {
        goto done;
    }
    hr = IBackgroundCopyJob_QueryInterface(client->job, &IID_IDeliveryOptimizationJob,
                                           (void **)&job);
    if (FAILED(hr)) {
        goto done;
    }
    /* Any text is a valid id, so use the URL. */
    hr = IDeliveryOptimizationJob_AddFileWithRanges(job, url, url, path, file->range_count,
                                                    (BG_FILE_RANGE *)(void *)file->ranges,
                                                    file->file_size);

done:
    if (job) {
        IDeliveryOptimizationJob_Release(job);
    }
    free(path);
    free(url);
    return client_check(hr, report_out);
}

bool client_resume(struct client *client, struct error_report *report_out)
{
    return client_check(IBackgroundCopyJob_Resume(client->job), report_out);
}

bool client_suspend(struct client *client, struct error_report *report_out)
{
    return client_check(IBackgroundCopyJob_Suspend(client->job), report_out);
}

bool client_finish(struct client *client, bool *partial_out, struct error_report *report_out)
{
    HRESULT hr = IBackgroundCopyJob_Complete(client->job);

    if (partial_out) {
        *partial_out = hr == PARTIAL_COMPLETE;
    } else if (hr == PARTIAL_COMPLETE) {
        report_hresult((uint32_t)hr, report_out);
        return false;
    }
    return client_check(hr, report_out);
}

bool client_cancel(struct client *client, struct error_report *report_out)
{
    HRESULT hr = client->job ? IBackgroundCopyJob_Cancel(client->job) : S_OK;

    if (hr == UNABLE_TO_DELETE_FILES) {
        report_words(report_out, EXIT_CODE_OTHER, "0x0020001A",
                     "a temporary file could not be deleted");
        return false;
    }
    return hr == INVALID_STATE || client_check(hr, report_out);
}
