#include "com/object/enumerator.h"

void enumerator_init(struct enumerator *enumerator, ULONG count, ULONG position)
{
    enumerator->count = count;
    InitializeSRWLock(&enumerator->lock);
    enumerator->position = position;
}

/* Advance by at most `wanted`. The caller holds the lock, or has exclusive access. */
static ULONG advance_locked(struct enumerator *enumerator, ULONG wanted)
{
    ULONG left = enumerator->count - enumerator->position;
    ULONG step = wanted < left ? wanted : left;

    enumerator->position += step;
    return step;
}

HRESULT enumerator_next(struct enumerator *enumerator, ULONG wanted, IUnknown **items,
                        ULONG *fetched,
                        HRESULT (*make)(void *context, ULONG index, IUnknown **item_out),
                        void *context)
{
    HRESULT hr = S_OK;
    ULONG first;
    ULONG made = 0;
    ULONG step;

    if (fetched) {
        *fetched = 0;
    }
    if (!items) {
        return E_POINTER;
    }
    if (wanted != 1 && !fetched) {
        return E_INVALIDARG;
    }
    AcquireSRWLockExclusive(&enumerator->lock);
    first = enumerator->position;
    step = advance_locked(enumerator, wanted);
    for (; made < step; made++) {
        hr = make(context, first + made, &items[made]);
        if (FAILED(hr)) {
            break;
        }
    }
    if (FAILED(hr)) {
        while (made > 0) {
            made--;
            IUnknown_Release(items[made]);
            items[made] = NULL;
        }
        enumerator->position = first;
    }
    ReleaseSRWLockExclusive(&enumerator->lock);

    if (made == 0 && wanted > 0) {
        items[0] = NULL; /* the array may have room for just one item */
    }
    if (FAILED(hr)) {
        return hr;
    }
    if (fetched) {
        *fetched = made;
    }
    return made == wanted ? S_OK : S_FALSE;
}

HRESULT enumerator_skip(struct enumerator *enumerator, ULONG wanted)
{
    ULONG step;

    AcquireSRWLockExclusive(&enumerator->lock);
    step = advance_locked(enumerator, wanted);
    ReleaseSRWLockExclusive(&enumerator->lock);
    return step == wanted ? S_OK : S_FALSE;
}

void enumerator_reset(struct enumerator *enumerator)
{
    AcquireSRWLockExclusive(&enumerator->lock);
    enumerator->position = 0;
    ReleaseSRWLockExclusive(&enumerator->lock);
}

ULONG enumerator_position(struct enumerator *enumerator)
{
    ULONG position;

    AcquireSRWLockShared(&enumerator->lock);
    position = enumerator->position;
    ReleaseSRWLockShared(&enumerator->lock);
    return position;
}
