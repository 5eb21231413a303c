/* A client's stream that is as strict as real ones are: everything but Write is refused. */
#ifndef TESTS_COM_STRICT_STREAM_H
#define TESTS_COM_STRICT_STREAM_H

#include "com/client.h"

struct client_stream_object {
    IStream IStream_iface;
    LONG refs;
    bool is_sequential_only;
    bool is_called_by_stub; /* whose room for the count is as small as it should be ... */
    bool is_roomy;          /* ... or has eight bytes, whatever the apartment */
    uint8_t *bytes;
    size_t size, capacity;
    HRESULT result; /* of each Write */
    LONG other_calls;
    bool overlapped; /* two calls at once */
    LONG running;
    DWORD thread;
    /* Called inside each Write, when the bytes were taken. May be NULL. */
    void (*act)(struct client_stream_object *stream);
    void *context;
};

static struct client_stream_object *stream_of(IStream *self)
{
    return CONTAINING_RECORD(self, struct client_stream_object, IStream_iface);
}

static HRESULT STDMETHODCALLTYPE stream_QueryInterface(IStream *self, REFIID iid, void **out)
{
    *out = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_ISequentialStream) &&
        (stream_of(self)->is_sequential_only || !IsEqualIID(iid, &IID_IStream))) {
        return E_NOINTERFACE;
    }
    IStream_AddRef(self);
    *out = self;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE stream_AddRef(IStream *self)
{
    return (ULONG)InterlockedIncrement(&stream_of(self)->refs);
}

static ULONG STDMETHODCALLTYPE stream_Release(IStream *self)
{
    return (ULONG)InterlockedDecrement(&stream_of(self)->refs);
}

static HRESULT other_call(IStream *self)
{
    InterlockedIncrement(&stream_of(self)->other_calls);
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE stream_Read(IStream *self, void *data, ULONG size, ULONG *read)
{
    (void)data;
    (void)size;
    (void)read;
    return other_call(self);
}

/* Stores eight bytes where the count goes, as a known client does, and a wrong count. */
static HRESULT STDMETHODCALLTYPE stream_Write(IStream *self, const void *data, ULONG size,
                                              ULONG *written)
{
    struct client_stream_object *stream = stream_of(self);

    if (InterlockedIncrement(&stream->running) > 1) {
        stream->overlapped = true;
    }
    stream->thread = GetCurrentThreadId();
    if (written) {
        bool has_room = stream->is_roomy || (client_apartment == COINIT_MULTITHREADED &&
                                             !stream->is_called_by_stub);

        memset(written, 0x7f, has_room ? 8 : 4);
    }
    if (SUCCEEDED(stream->result) && stream->size + size <= stream->capacity) {
        memcpy(stream->bytes + stream->size, data, size);
    }
    stream->size += size;
    if (stream->act) {
        stream->act(stream);
    }
    InterlockedDecrement(&stream->running);
    return stream->result;
}

static HRESULT STDMETHODCALLTYPE stream_Seek(IStream *self, LARGE_INTEGER move, DWORD origin,
                                             ULARGE_INTEGER *position)
{
    (void)move;
    (void)origin;
    (void)position;
    return other_call(self);
}

static HRESULT STDMETHODCALLTYPE stream_SetSize(IStream *self, ULARGE_INTEGER size)
{
    (void)size;
    return other_call(self);
}

static HRESULT STDMETHODCALLTYPE stream_CopyTo(IStream *self, IStream *to, ULARGE_INTEGER size,
                                               ULARGE_INTEGER *read, ULARGE_INTEGER *written)
{
    (void)to;
    (void)size;
    (void)read;
    (void)written;
    return other_call(self);
}

static HRESULT STDMETHODCALLTYPE stream_Commit(IStream *self, DWORD stream_flags)
{
    (void)stream_flags;
    return other_call(self);
}

static HRESULT STDMETHODCALLTYPE stream_Revert(IStream *self)
{
    return other_call(self);
}

static HRESULT STDMETHODCALLTYPE stream_LockRegion(IStream *self, ULARGE_INTEGER offset,
                                                   ULARGE_INTEGER size, DWORD type)
{
    (void)offset;
    (void)size;
    (void)type;
    return other_call(self);
}

static HRESULT STDMETHODCALLTYPE stream_Stat(IStream *self, STATSTG *stat, DWORD stat_flags)
{
    (void)stat;
    (void)stat_flags;
    return other_call(self);
}

static HRESULT STDMETHODCALLTYPE stream_Clone(IStream *self, IStream **clone)
{
    *clone = NULL;
    return other_call(self);
}

static inline void stream_start(struct client_stream_object *stream, size_t capacity)
{
    static const IStreamVtbl vtbl = {
        .QueryInterface = stream_QueryInterface,
        .AddRef = stream_AddRef,
        .Release = stream_Release,
        .Read = stream_Read,
        .Write = stream_Write,
        .Seek = stream_Seek,
        .SetSize = stream_SetSize,
        .CopyTo = stream_CopyTo,
        .Commit = stream_Commit,
        .Revert = stream_Revert,
        .LockRegion = stream_LockRegion,
        .UnlockRegion = stream_LockRegion,
        .Stat = stream_Stat,
        .Clone = stream_Clone,
    };

    memset(stream, 0, sizeof(*stream));
    stream->IStream_iface.lpVtbl = &vtbl;
    stream->refs = 1;
    stream->capacity = capacity;
    stream->bytes = malloc(capacity + 1);
    assert_non_null(stream->bytes);
}

/* The server must have let it go. */
static inline void stream_end(struct client_stream_object *stream)
{
    assert_int_equal(stream->refs, 1);
    assert_int_equal(stream->other_calls, 0);
    assert_false(stream->overlapped);
    free(stream->bytes);
}

#endif
