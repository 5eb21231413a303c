#include "com/calls/client_stream.h"

#include "com/object/hresult.h"
#include "com/object/interface_keeper.h"

#include <objbase.h>
#include <stdlib.h>

/* What the engine holds for a file. */
struct client_stream {
    struct client_stream *next;
    const struct odo_job *job; /* not counted: the job outlives its streams */
    uint32_t file_index;
    DWORD stream;            /* of interface_keeper */
    CO_MTA_USAGE_COOKIE mta; /* keeps the apartment in which the engine's thread calls */
};

/* Those in use, so that the property can be read. */
static SRWLOCK lock = SRWLOCK_INIT;
static struct client_stream *streams;

/* By IStream: an object of .NET that implements it does not answer ISequentialStream. */
static HRESULT write_to(DWORD kept, const void *data, size_t size)
{
    IStream *stream;
    ULONGLONG written = 0; /* room for clients that write eight bytes */
    HRESULT hr = interface_keeper_get(kept, &IID_IStream, (void **)&stream);

    if (SUCCEEDED(hr)) {
        hr = IStream_Write(stream, data, (ULONG)size, (ULONG *)&written);
        IStream_Release(stream);
    }
    return hr;
}

static int32_t stream_write(void *context, const void *data, size_t size)
{
    const struct client_stream *stream = context;
    HRESULT com = CoInitializeEx(NULL, COINIT_MULTITHREADED);
    HRESULT hr = write_to(stream->stream, data, size);

    if (SUCCEEDED(com)) {
        CoUninitialize();
    }
    return hr;
}

static void stream_release(void *context)
{
    struct client_stream *stream = context;
    struct client_stream **place = &streams;
    HRESULT com;

    AcquireSRWLockExclusive(&lock);
    while (*place && *place != stream) {
        place = &(*place)->next;
    }
    if (*place) {
        *place = stream->next;
    }
    ReleaseSRWLockExclusive(&lock);

    /* Maybe on a thread of the engine's, which COM does not know; harmless on another. */
    com = CoInitializeEx(NULL, COINIT_MULTITHREADED);
    interface_keeper_drop(stream->stream);
    if (SUCCEEDED(com)) {
        CoUninitialize();
    }
    CoDecrementMTAUsage(stream->mta);
    free(stream);
}

HRESULT client_stream_set(struct odo_job *job, uint32_t file_index, IUnknown *object)
{
    struct client_stream *stream;
    enum odo_status status;
    HRESULT hr;

    if (!object) {
        return hresult_from_status(odo_file_set_stream(job, file_index, NULL));
    }
    stream = calloc(1, sizeof(*stream));
    if (!stream) {
        return E_OUTOFMEMORY;
    }
    stream->job = job;
    stream->file_index = file_index;
    hr = CoIncrementMTAUsage(&stream->mta);
    if (FAILED(hr)) {
        free(stream);
        return hr;
    }
    hr = interface_keeper_keep(object, &IID_IStream, &stream->stream);
    if (FAILED(hr)) {
        stream_release(stream);
        return hr == E_NOINTERFACE ? E_INVALIDARG : hr;
    }
    /* First, since the engine may let it go at any time from then on. */
    AcquireSRWLockExclusive(&lock);
    stream->next = streams;
    streams = stream;
    ReleaseSRWLockExclusive(&lock);
    status = odo_file_set_stream(job, file_index,
                                 &(struct odo_stream){
                                     .write = stream_write,
                                     .release = stream_release,
                                     .context = stream,
                                 });
    if (status != ODO_OK) {
        stream_release(stream);
    }
    return hresult_from_status(status);
}

HRESULT client_stream_get(struct odo_job *job, uint32_t file_index, IUnknown **object_out)
{
    const struct client_stream *stream;
    DWORD kept = 0;

    *object_out = NULL;
    AcquireSRWLockShared(&lock);
    for (stream = streams; stream && kept == 0; stream = stream->next) {
        if (stream->job == job && stream->file_index == file_index) {
            kept = stream->stream;
        }
    }
    ReleaseSRWLockShared(&lock);
    return kept ? interface_keeper_get(kept, &IID_IUnknown, (void **)object_out)
                : hresult_from_status(ODO_E_NOT_SET);
}
