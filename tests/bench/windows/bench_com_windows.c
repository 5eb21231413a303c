/*
 * What the COM calls cost, in process, and a download by the system's BITS to stand beside
 * ours.
 *
 *     bench_com URL FOLDER         the server's calls, alone and while it fetches URL
 *     bench_com --bits URL PATH    fetch URL by BITS: Windows', or Wine's
 *
 * Prints figures and judges nothing. The server must be registered.
 */
#include "deliveryoptimization.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

enum {
    ACTIVATIONS = 1000,
    RANGES = 100000,
    RANGE_SIZE = 16 * 1024,
    ROUNDS = 5, /* the median of these is shown */
    CALLS = 10000,
    PATIENCE_MS = 600 * 1000,
};

static const CLSID bits_class = {
    0x4991d34b, 0x80a1, 0x4291, {0x83, 0xb6, 0x33, 0x28, 0x36, 0x6b, 0x90, 0x97}};

static void require(HRESULT hr, const char *what)
{
    if (FAILED(hr)) {
        fprintf(stderr, "bench_com: %s: 0x%08lx\n", what, (unsigned long)hr);
        exit(EXIT_FAILURE);
    }
}

static double now_us(void)
{
    LARGE_INTEGER frequency;
    LARGE_INTEGER count;

    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&count);
    return (double)count.QuadPart * 1e6 / (double)frequency.QuadPart;
}

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;

    return (a > b) - (a < b);
}

static double median(double values[ROUNDS])
{
    qsort(values, ROUNDS, sizeof(*values), compare_doubles);
    return values[ROUNDS / 2];
}

static WCHAR *wide(const char *text)
{
    int size = MultiByteToWideChar(CP_ACP, 0, text, -1, NULL, 0);
    WCHAR *copy = calloc((size_t)size, sizeof(*copy));

    if (!copy) {
        require(E_OUTOFMEMORY, "reading the arguments");
    }
    MultiByteToWideChar(CP_ACP, 0, text, -1, copy, size);
    return copy;
}

static IBackgroundCopyManager *activate(REFCLSID clsid, DWORD context)
{
    IBackgroundCopyManager *manager = NULL;

    require(
        CoCreateInstance(clsid, NULL, context, &IID_IBackgroundCopyManager, (void **)&manager),
        "making the server");
    return manager;
}

static IBackgroundCopyJob *create_job(IBackgroundCopyManager *manager)
{
    IBackgroundCopyJob *job = NULL;
    GUID id;

    require(
        IBackgroundCopyManager_CreateJob(manager, L"bench", BG_JOB_TYPE_DOWNLOAD, &id, &job),
        "making a job");
    return job;
}

/* --- Activation and ranges -------------------------------------------------------------- */

static void measure_activation(void)
{
    double began = now_us();
    IBackgroundCopyManager *kept = activate(&CLSID_OpenDO, CLSCTX_INPROC_SERVER);
    double first = now_us() - began;
    double rounds[ROUNDS];

    for (size_t round = 0; round < ROUNDS; round++) {
        began = now_us();
        for (int i = 0; i < ACTIVATIONS; i++) {
            IBackgroundCopyManager_Release(activate(&CLSID_OpenDO, CLSCTX_INPROC_SERVER));
        }
        rounds[round] = (now_us() - began) / ACTIVATIONS;
    }
    printf("CoCreateInstance, the first: loads the DLL  %10.0f us\n", first);
    printf("CoCreateInstance and Release, loaded        %10.2f us\n", median(rounds));
    IBackgroundCopyManager_Release(kept);
}

static void shuffle(BG_FILE_RANGE *ranges, size_t count)
{
    uint64_t seed = 5;

    for (size_t i = count - 1; i > 0; i--) {
        BG_FILE_RANGE swapped = ranges[i];
        size_t other;

        seed = seed * 6364136223846793005U + 1442695040888963407U;
        other = (size_t)((seed >> 33) % (i + 1));
        ranges[i] = ranges[other];
        ranges[other] = swapped;
    }
}

static void measure_ranges(IBackgroundCopyManager *manager, const WCHAR *url,
                           const WCHAR *folder)
{
    BG_FILE_RANGE *ranges = calloc(RANGES, sizeof(*ranges));
    WCHAR path[MAX_PATH];
    double rounds[ROUNDS];

    if (!ranges) {
        require(E_OUTOFMEMORY, "making ranges");
    }
    for (size_t i = 0; i < RANGES; i++) {
        ranges[i].InitialOffset = (UINT64)i * 3 * RANGE_SIZE;
        ranges[i].Length = RANGE_SIZE;
    }
    shuffle(ranges, RANGES);
    swprintf(path, MAX_PATH, L"%ls\\ranges", folder);
    for (size_t round = 0; round < ROUNDS; round++) {
        IBackgroundCopyJob *job = create_job(manager);
        IDeliveryOptimizationJob *job_with_ranges = NULL;
        double began;

        require(IBackgroundCopyJob_QueryInterface(job, &IID_IDeliveryOptimizationJob,
                                                  (void **)&job_with_ranges),
                "asking for IDeliveryOptimizationJob");
        began = now_us();
        require(IDeliveryOptimizationJob_AddFileWithRanges(
                    job_with_ranges, L"bench", url, path, RANGES, ranges, DO_UNKNOWN_FILE_SIZE),
                "adding ranges");
        rounds[round] = (now_us() - began) / 1000;
        IDeliveryOptimizationJob_Release(job_with_ranges);
        require(IBackgroundCopyJob_Cancel(job), "cancelling");
        IBackgroundCopyJob_Release(job);
    }
    printf("AddFileWithRanges, %d of them, shuffled %10.2f ms\n", RANGES, median(rounds));
    free(ranges);
}

/* --- Questions -------------------------------------------------------------------------- */

struct questions {
    IBackgroundCopyJob *job;
    IBackgroundCopyFile *file;
    IDeliveryOptimizationFile *statistics;
};

static void ask_state(const struct questions *questions)
{
    BG_JOB_STATE state;

    require(IBackgroundCopyJob_GetState(questions->job, &state), "GetState");
}

static void ask_job_progress(const struct questions *questions)
{
    BG_JOB_PROGRESS progress;

    require(IBackgroundCopyJob_GetProgress(questions->job, &progress), "GetProgress");
}

static void ask_file_progress(const struct questions *questions)
{
    BG_FILE_PROGRESS progress;

    require(IBackgroundCopyFile_GetProgress(questions->file, &progress), "GetProgress");
}

static void ask_statistics(const struct questions *questions)
{
    DOSwarmStats stats;

    require(IDeliveryOptimizationFile_GetStats(questions->statistics, &stats), "GetStats");
    CoTaskMemFree(stats.fileId);
    CoTaskMemFree(stats.sourceURL);
}

static const struct {
    const char *name;
    void (*ask)(const struct questions *questions);
} calls[] = {
    {"IBackgroundCopyJob::GetState", ask_state},
    {"IBackgroundCopyJob::GetProgress", ask_job_progress},
    {"IBackgroundCopyFile::GetProgress", ask_file_progress},
    {"IDeliveryOptimizationFile::GetStats", ask_statistics},
};

static struct questions prepare_questions(IBackgroundCopyJob *job)
{
    struct questions questions = {.job = job};
    IEnumBackgroundCopyFiles *files = NULL;

    require(IBackgroundCopyJob_EnumFiles(job, &files), "listing files");
    require(IEnumBackgroundCopyFiles_Next(files, 1, &questions.file, NULL), "taking a file");
    require(IBackgroundCopyFile_QueryInterface(questions.file, &IID_IDeliveryOptimizationFile,
                                               (void **)&questions.statistics),
            "asking for IDeliveryOptimizationFile");
    IEnumBackgroundCopyFiles_Release(files);
    return questions;
}

static BG_JOB_STATE state_of(IBackgroundCopyJob *job)
{
    BG_JOB_STATE state;

    require(IBackgroundCopyJob_GetState(job, &state), "GetState");
    return state;
}

static void measure_calls(const struct questions *questions)
{
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        double rounds[ROUNDS];

        for (size_t round = 0; round < ROUNDS; round++) {
            double began = now_us();

            for (int call = 0; call < CALLS; call++) {
                calls[i].ask(questions);
            }
            rounds[round] = CALLS * 1e6 / (now_us() - began);
        }
        printf("  %-40s  %10.0f calls/s\n", calls[i].name, median(rounds));
    }
}

static void measure_questions(IBackgroundCopyManager *manager, const WCHAR *url,
                              const WCHAR *folder)
{
    IBackgroundCopyJob *job = create_job(manager);
    WCHAR path[MAX_PATH];
    struct questions questions;
    bool moved;

    swprintf(path, MAX_PATH, L"%ls\\file", folder);
    require(IBackgroundCopyJob_AddFile(job, url, path), "adding a file");
    questions = prepare_questions(job);
    printf("while suspended\n");
    measure_calls(&questions);
    require(IBackgroundCopyJob_Resume(job), "resuming");
    printf("while transferring\n");
    measure_calls(&questions);
    moved = state_of(job) == BG_JOB_STATE_TRANSFERRING;
    if (!moved) {
        printf("  (the transfer had ended before the last of these calls)\n");
    }
    IDeliveryOptimizationFile_Release(questions.statistics);
    IBackgroundCopyFile_Release(questions.file);
    require(IBackgroundCopyJob_Cancel(job), "cancelling");
    IBackgroundCopyJob_Release(job);
}

/* --- BITS ------------------------------------------------------------------------------- */

/* There is no callback here: Wine's BITS polls too, and a tenth of a second is a small share.
 */
static void fetch_by_bits(const WCHAR *url, const WCHAR *path)
{
    IBackgroundCopyManager *manager = activate(&bits_class, CLSCTX_LOCAL_SERVER);
    IBackgroundCopyJob *job = create_job(manager);
    ULONGLONG deadline = GetTickCount64() + PATIENCE_MS;
    BG_JOB_STATE state;

    require(IBackgroundCopyJob_AddFile(job, url, path), "adding a file");
    require(IBackgroundCopyJob_Resume(job), "resuming");
    for (;;) {
        state = state_of(job);
        if (state == BG_JOB_STATE_TRANSFERRED || state == BG_JOB_STATE_ERROR ||
            GetTickCount64() > deadline) {
            break;
        }
        Sleep(20);
    }
    if (state != BG_JOB_STATE_TRANSFERRED) {
        fprintf(stderr, "bench_com: BITS ended in state %d\n", (int)state);
        exit(EXIT_FAILURE);
    }
    require(IBackgroundCopyJob_Complete(job), "completing");
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
}

int main(int count, char **values)
{
    bool by_bits = count == 4 && strcmp(values[1], "--bits") == 0;

    if (!by_bits && count != 3) {
        fprintf(stderr, "usage: bench_com URL FOLDER\n       bench_com --bits URL PATH\n");
        return EXIT_FAILURE;
    }
    require(CoInitializeEx(NULL, COINIT_MULTITHREADED), "starting COM");
    if (by_bits) {
        fetch_by_bits(wide(values[2]), wide(values[3]));
    } else {
        IBackgroundCopyManager *manager;

        measure_activation();
        manager = activate(&CLSID_OpenDO, CLSCTX_INPROC_SERVER);
        measure_ranges(manager, wide(values[1]), wide(values[2]));
        measure_questions(manager, wide(values[1]), wide(values[2]));
        IBackgroundCopyManager_Release(manager);
    }
    CoUninitialize();
    return EXIT_SUCCESS;
}
