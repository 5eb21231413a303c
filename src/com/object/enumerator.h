/*
 * What every enumerator does: walk over a list whose length was fixed when it was made.
 *
 * Any thread, several at once.
 */
#ifndef ODO_COM_OBJECT_ENUMERATOR_H
#define ODO_COM_OBJECT_ENUMERATOR_H

#include <windows.h>

#include <unknwn.h>

struct enumerator {
    ULONG count;
    SRWLOCK lock; /* guards `position` */
    ULONG position;
};

void enumerator_init(struct enumerator *enumerator, ULONG count, ULONG position);

/*
 * IEnum...::Next. `make` hands out the element at an index, counted for the caller; `context`
 * is its first argument. Without any element the first of `items` is set to NULL.
 *
 *   S_FALSE        fewer than `wanted` were left
 *   E_POINTER      no `items`
 *   E_INVALIDARG   more than one is wanted without `fetched`
 *   whatever `make` fails with; then nothing was handed out and the position is as it was
 */
HRESULT enumerator_next(struct enumerator *enumerator, ULONG wanted, IUnknown **items,
                        ULONG *fetched,
                        HRESULT (*make)(void *context, ULONG index, IUnknown **item_out),
                        void *context);

/* S_FALSE when fewer were left; the position is then the end. */
HRESULT enumerator_skip(struct enumerator *enumerator, ULONG wanted);

void enumerator_reset(struct enumerator *enumerator);

ULONG enumerator_position(struct enumerator *enumerator);

#endif
