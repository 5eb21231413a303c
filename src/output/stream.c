#include "output/stream.h"

#include "base/memory.h"
#include "platform/thread.h"

#include <assert.h>
#include <string.h>

enum {
    /* Separate pieces in the buffer: at most one per request, as each fills its range from the
     * front. */
    PIECES_MAX = 256,
};

/* Bytes in the buffer after a gap: [from, to). */
struct piece {
    uint64_t from;
    uint64_t to;
};

struct stream {
    struct odo_stream target;
    struct platform_mutex *mutex; /* guards everything below; not held during client calls */
    struct platform_condition *changed;
    struct platform_thread *thread;  /* NULL before the first attachment */
    struct stream_listener listener; /* empty while detached */
    unsigned char *buffer;           /* a ring: byte n is at index n modulo the size */
    size_t buffer_size;
    uint64_t taken;    /* position up to which the client has taken bytes */
    uint64_t position; /* likewise, including the call in progress */
    uint64_t whole;    /* end of the contiguous bytes from `position` */
    uint64_t passed;   /* bytes before may be delivered; UINT64_MAX: all that are contiguous */
    struct piece pieces[PIECES_MAX]; /* after `whole`; sorted, not touching */
    size_t piece_count;
    uint32_t references;
    int32_t failure;
    bool is_in_call;
    bool must_end;
    bool thread_releases; /* the thread frees target and buffer when it ends */
};

enum odo_status stream_create(const struct odo_stream *target, struct stream **stream_out)
{
    struct stream *stream = memory_allocate_zeroed(1, sizeof(*stream));

    if (!stream) {
        return ODO_E_OUT_OF_MEMORY;
    }
    stream->mutex = platform_mutex_create_ranked(LOCK_STREAM);
    stream->changed = platform_condition_create();
    if (!stream->mutex || !stream->changed) {
        platform_condition_free(stream->changed);
        platform_mutex_free(stream->mutex);
        memory_free(stream);
        return ODO_E_OUT_OF_MEMORY;
    }
    stream->target = *target;
    stream->buffer_size = STREAM_BUFFER_SIZE;
    stream->passed = UINT64_MAX;
    stream->references = 1;
    *stream_out = stream;
    return ODO_OK;
}

void stream_add_ref(struct stream *stream)
{
    platform_mutex_lock(stream->mutex);
    stream->references++;
    platform_mutex_unlock(stream->mutex);
}

static bool is_calling(const struct stream *stream)
{
    return stream->thread && platform_thread_is_current(stream->thread);
}

static bool release(struct stream *stream, bool may_wait)
{
    bool is_last;
    bool must_not_wait = false;

    if (!stream) {
        return true;
    }
    platform_mutex_lock(stream->mutex);
    is_last = --stream->references == 0;
    if (is_last) {
        must_not_wait =
            may_wait ? stream->is_in_call && (stream->target.host_waits || is_calling(stream))
                     : stream->thread != NULL;
        stream->must_end = true;
        stream->thread_releases = must_not_wait;
        platform_condition_broadcast(stream->changed);
    }
    platform_mutex_unlock(stream->mutex);
    if (is_last && !must_not_wait) {
        stream_finish(stream);
    }
    return !must_not_wait;
}

bool stream_release(struct stream *stream)
{
    return release(stream, true);
}

bool stream_release_at_once(struct stream *stream)
{
    return release(stream, false);
}

void stream_finish(struct stream *stream)
{
    platform_thread_join(stream->thread);
    if (stream->target.release && !stream->thread_releases) {
        stream->target.release(stream->target.context);
    }
    platform_condition_free(stream->changed);
    platform_mutex_free(stream->mutex);
    memory_free(stream->buffer);
    memory_free(stream);
}

void stream_abandon(struct stream *stream)
{
    stream->target.release = NULL;
    stream_release(stream);
}

/* --- Delivery ------------------------------------------------------------------------- */

/* Position up to which bytes may be delivered. */
static uint64_t limit_of(const struct stream *stream)
{
    return stream->passed < stream->whole ? stream->passed : stream->whole;
}

static bool has_work(const struct stream *stream)
{
    return stream->listener.on_progress && stream->failure == 0 &&
           limit_of(stream) > stream->position;
}

/* One client call. The bytes stay in place: bytes not taken are never overwritten. */
static void hand_over(struct stream *stream)
{
    size_t place = (size_t)(stream->position % stream->buffer_size);
    size_t size = stream->buffer_size - place;
    const unsigned char *data = stream->buffer + place; /* valid while a call is in progress */
    int32_t result;

    size = size < STREAM_WRITE_MOST ? size : STREAM_WRITE_MOST;
    if (size > limit_of(stream) - stream->position) {
        size = (size_t)(limit_of(stream) - stream->position);
    }
    stream->position += size;
    stream->is_in_call = true;
    if (stream->target.begin) {
        stream->target.begin(stream->target.context); /* before another thread can detach */
    }
    platform_mutex_unlock(stream->mutex);
    result = stream->target.write(stream->target.context, data, size);
    platform_mutex_lock(stream->mutex);

    stream->is_in_call = false;
    if (result < 0) {
        stream->failure = result;
    } else {
        stream->taken += result > 0 && (size_t)result < size ? (size_t)result : size;
    }
    stream->position = stream->taken; /* bytes not taken are still in the buffer */
    platform_condition_broadcast(stream->changed);
    if (stream->listener.on_progress) {
        stream->listener.on_progress(stream->listener.context);
    }
}

static void run(void *context)
{
    struct stream *stream = context;

    platform_mutex_lock(stream->mutex);
    while (!stream->must_end) {
        if (has_work(stream)) {
            hand_over(stream);
        } else {
            platform_condition_wait(stream->changed, stream->mutex);
        }
    }
    platform_mutex_unlock(stream->mutex);
    if (stream->thread_releases) { /* no other owner is left but a waiter */
        memory_free(stream->buffer);
        stream->buffer = NULL;
        if (stream->target.release) {
            stream->target.release(stream->target.context);
        }
    }
}

/* Allocate a buffer of the requested size, unless the existing one contains bytes. */
static enum odo_status make_buffer(struct stream *stream, size_t wanted)
{
    size_t size = wanted > STREAM_BUFFER_SIZE ? wanted : STREAM_BUFFER_SIZE;
    bool is_in_use = stream->position > stream->taken || stream->whole > stream->position;
    unsigned char *buffer;

    if (stream->buffer && (stream->buffer_size >= size || is_in_use)) {
        return ODO_OK;
    }
    buffer = memory_allocate(size, 1);
    if (!buffer) {
        return ODO_E_OUT_OF_MEMORY;
    }
    memory_free(stream->buffer);
    stream->buffer = buffer;
    stream->buffer_size = size;
    return ODO_OK;
}

enum odo_status stream_attach(struct stream *stream, const struct stream_use *use)
{
    enum odo_status status;

    platform_mutex_lock(stream->mutex);
    status = make_buffer(stream, use->buffer_size);
    if (status == ODO_OK && !stream->thread) {
        status = platform_thread_start(run, stream, &stream->thread);
    }
    if (status == ODO_OK) {
        stream->listener = use->listener;
        stream->failure = 0; /* offer the bytes to the client again */
        stream->passed = use->holds_back ? stream->whole : UINT64_MAX;
        platform_condition_broadcast(stream->changed); /* kept bytes may be delivered */
    }
    platform_mutex_unlock(stream->mutex);
    return status;
}

void stream_detach(struct stream *stream)
{
    platform_mutex_lock(stream->mutex);
    stream->listener = (struct stream_listener){0};
    stream->whole = stream->passed == UINT64_MAX ? stream->position : limit_of(stream);
    stream->piece_count = 0;
    platform_mutex_unlock(stream->mutex);
}

void stream_drop_kept(struct stream *stream)
{
    platform_mutex_lock(stream->mutex);
    assert(!stream->listener.on_progress);
    stream->whole = stream->position;
    platform_mutex_unlock(stream->mutex);
}

void stream_pass(struct stream *stream, uint64_t position)
{
    platform_mutex_lock(stream->mutex);
    if (stream->passed < position) {
        stream->passed = position;
        platform_condition_broadcast(stream->changed);
    }
    platform_mutex_unlock(stream->mutex);
}

bool stream_restart(struct stream *stream)
{
    bool is_untouched;

    platform_mutex_lock(stream->mutex);
    is_untouched = stream->position == 0;
    if (is_untouched) {
        stream->whole = 0;
        stream->piece_count = 0;
        stream->passed = stream->passed == UINT64_MAX ? UINT64_MAX : 0;
    }
    platform_mutex_unlock(stream->mutex);
    return is_untouched;
}

void stream_wait(struct stream *stream)
{
    platform_mutex_lock(stream->mutex);
    while (stream->is_in_call && !stream->target.host_waits && !is_calling(stream)) {
        platform_condition_wait(stream->changed, stream->mutex);
    }
    platform_mutex_unlock(stream->mutex);
}

/* --- Input ---------------------------------------------------------------------------- */

uint64_t stream_position(struct stream *stream)
{
    uint64_t position;

    platform_mutex_lock(stream->mutex);
    position = stream->position;
    platform_mutex_unlock(stream->mutex);
    return position;
}

uint64_t stream_taken(struct stream *stream)
{
    uint64_t taken;

    platform_mutex_lock(stream->mutex);
    taken = stream->taken;
    platform_mutex_unlock(stream->mutex);
    return taken;
}

uint64_t stream_end(struct stream *stream)
{
    uint64_t end;

    platform_mutex_lock(stream->mutex);
    end = stream->whole;
    platform_mutex_unlock(stream->mutex);
    return end;
}

size_t stream_buffer_size(struct stream *stream)
{
    size_t size;

    platform_mutex_lock(stream->mutex);
    size = stream->buffer_size;
    platform_mutex_unlock(stream->mutex);
    return size;
}

int32_t stream_failure(struct stream *stream)
{
    int32_t failure;

    platform_mutex_lock(stream->mutex);
    failure = stream->failure;
    platform_mutex_unlock(stream->mutex);
    return failure;
}

uint64_t stream_room(struct stream *stream)
{
    uint64_t end;
    uint64_t room;

    platform_mutex_lock(stream->mutex);
    end = stream->piece_count > 0 ? stream->pieces[stream->piece_count - 1].to : stream->whole;
    room = stream->taken + stream->buffer_size - end;
    platform_mutex_unlock(stream->mutex);
    return room;
}

/* False if there are too many pieces. */
static bool insert_piece(struct stream *stream, size_t place, struct piece piece)
{
    if (stream->piece_count == PIECES_MAX) {
        return false;
    }
    memmove(&stream->pieces[place + 1], &stream->pieces[place],
            (stream->piece_count - place) * sizeof(stream->pieces[0]));
    stream->pieces[place] = piece;
    stream->piece_count++;
    return true;
}

/* Record that [from, to) is in the buffer. False if there are too many pieces. */
static bool note_piece(struct stream *stream, uint64_t from, uint64_t to)
{
    struct piece *pieces = stream->pieces;
    size_t place = 0;

    while (place < stream->piece_count && pieces[place].to < from) {
        place++;
    }
    if (place < stream->piece_count && pieces[place].from <= to) { /* adjacent: merge */
        pieces[place].from = pieces[place].from < from ? pieces[place].from : from;
        pieces[place].to = pieces[place].to > to ? pieces[place].to : to;
        if (place + 1 < stream->piece_count && pieces[place + 1].from <= pieces[place].to) {
            pieces[place].to = pieces[place + 1].to;
            stream->piece_count--;
            memmove(&pieces[place + 1], &pieces[place + 2],
                    (stream->piece_count - place - 1) * sizeof(*pieces));
        }
        return true;
    }
    return insert_piece(stream, place, (struct piece){from, to});
}

static void copy_in(struct stream *stream, uint64_t position, const unsigned char *data,
                    size_t size)
{
    size_t place = (size_t)(position % stream->buffer_size);
    size_t first = stream->buffer_size - place < size ? stream->buffer_size - place : size;

    memcpy(stream->buffer + place, data, first);
    memcpy(stream->buffer, data + first, size - first);
}

enum odo_status stream_put(struct stream *stream, uint64_t position, const void *data,
                           size_t size)
{
    enum odo_status status = ODO_OK;

    platform_mutex_lock(stream->mutex);
    assert(position >= stream->whole && position + size <= stream->taken + stream->buffer_size);
    if (stream->failure != 0) {
        status = ODO_E_SINK_FAILED;
    } else if (!note_piece(stream, position, position + size)) {
        status = ODO_E_OUT_OF_MEMORY;
    } else {
        copy_in(stream, position, data, size);
        if (stream->pieces[0].from == stream->whole) {
            stream->whole = stream->pieces[0].to;
            stream->piece_count--;
            memmove(&stream->pieces[0], &stream->pieces[1],
                    stream->piece_count * sizeof(stream->pieces[0]));
            platform_condition_broadcast(stream->changed);
        }
    }
    platform_mutex_unlock(stream->mutex);
    return status;
}

void stream_read(struct stream *stream, uint64_t position, void *data_out, size_t size)
{
    size_t place;
    size_t first;

    platform_mutex_lock(stream->mutex);
    place = (size_t)(position % stream->buffer_size);
    first = stream->buffer_size - place < size ? stream->buffer_size - place : size;
    memcpy(data_out, stream->buffer + place, first);
    memcpy((unsigned char *)data_out + first, stream->buffer, size - first);
    platform_mutex_unlock(stream->mutex);
}

static bool forget_within_whole(struct stream *stream, uint64_t from, uint64_t to)
{
    if (to < stream->whole && !insert_piece(stream, 0, (struct piece){to, stream->whole})) {
        return false;
    }
    stream->whole = from;
    return true;
}

static bool forget_within_piece(struct stream *stream, uint64_t from, uint64_t to)
{
    struct piece *pieces = stream->pieces;
    size_t place = 0;

    while (place < stream->piece_count && pieces[place].to < to) {
        place++;
    }
    assert(place < stream->piece_count && pieces[place].from <= from);
    if (to < pieces[place].to &&
        !insert_piece(stream, place + 1, (struct piece){to, pieces[place].to})) {
        return false;
    }
    pieces[place].to = from;
    if (pieces[place].from == from) {
        stream->piece_count--;
        memmove(&pieces[place], &pieces[place + 1],
                (stream->piece_count - place) * sizeof(*pieces));
    }
    return true;
}

enum odo_status stream_forget(struct stream *stream, uint64_t position, uint64_t size)
{
    uint64_t end = position + size;
    bool is_forgotten;

    platform_mutex_lock(stream->mutex);
    assert(size > 0 && position >= stream->passed);
    is_forgotten = position < stream->whole ? forget_within_whole(stream, position, end)
                                            : forget_within_piece(stream, position, end);
    platform_mutex_unlock(stream->mutex);
    return is_forgotten ? ODO_OK : ODO_E_TOO_MANY;
}
