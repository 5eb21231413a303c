/*
 * The common part of enumerators: a position in a list of fixed length.
 *
 * Safe for concurrent use.
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
 * IEnum...::Next. `make` returns the element at an index, with a reference for the caller; its
 * first argument is `context`. If no element is returned, the first of `items` is set to NULL.
 *
 *   S_FALSE        fewer than `wanted` were left
 *   E_POINTER      no `items`
 *   E_INVALIDARG   more than one is wanted without `fetched`
 *   others         from `make`; then nothing is returned and the position is unchanged
 */
HRESULT enumerator_next(struct enumerator *enumerator, ULONG wanted, IUnknown **items,
                        ULONG *fetched,
                        HRESULT (*make)(void *context, ULONG index, IUnknown **item_out),
                        void *context);

/* S_FALSE if fewer were left; the position is then at the end. */
HRESULT enumerator_skip(struct enumerator *enumerator, ULONG wanted);

void enumerator_reset(struct enumerator *enumerator);

ULONG enumerator_position(struct enumerator *enumerator);

#endif
