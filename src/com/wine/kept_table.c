#include "com/wine/kept_table.h"

#include "com/object/global_table.h"

#include <objbase.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

enum {
    BUCKET_BITS = 8,
    BUCKETS = 1 << BUCKET_BITS,
    PATIENCE_MS = 20000, /* for a client's Release */
};

enum entry_state { ENTRY_REGISTERING, ENTRY_READY, ENTRY_REVOKING };

struct entry {
    struct entry *next;
    DWORD id; /* the low bits select the bucket */
    enum entry_state state;
    /* Not counted: the table holds the object. The table does not keep a proxy itself alive,
     * and its address may be reused: for proxies this is the address of the entry, which is
     * never found. */
    const void *identity;
    IID iid;
    DWORD apartment; /* thread id of a single-threaded one, or 0 */
    DWORD cookie;    /* of Wine's table */
    unsigned kept;   /* number of times it is kept */
    unsigned users;  /* calls in progress */
};

static SRWLOCK lock = SRWLOCK_INIT;
/* Signalled when an entry becomes ENTRY_READY or is removed. */
static CONDITION_VARIABLE settled = CONDITION_VARIABLE_INIT;
static struct entry *buckets[BUCKETS];
static DWORD last_serial;

static DWORD current_apartment(void)
{
    APTTYPE type;
    APTTYPEQUALIFIER qualifier;

    return SUCCEEDED(CoGetApartmentType(&type, &qualifier)) &&
                   (type == APTTYPE_STA || type == APTTYPE_MAINSTA)
               ? GetCurrentThreadId()
               : 0;
}

static DWORD bucket_of(const void *identity)
{
    return (DWORD)(((uintptr_t)identity >> 4) ^ ((uintptr_t)identity >> 12)) % BUCKETS;
}

static struct entry *find_locked(DWORD id)
{
    struct entry *entry = buckets[id % BUCKETS];

    while (entry && entry->id != id) {
        entry = entry->next;
    }
    return entry;
}

static struct entry *find_object_locked(const void *identity, REFIID iid, DWORD apartment)
{
    struct entry *entry = buckets[bucket_of(identity)];

    while (entry && (entry->identity != identity || entry->apartment != apartment ||
                     !IsEqualIID(&entry->iid, iid))) {
        entry = entry->next;
    }
    return entry;
}

static void insert_locked(struct entry *entry)
{
    DWORD bucket = bucket_of(entry->identity);

    do {
        last_serial = (last_serial + 1) % (KEPT_TABLE_END >> BUCKET_BITS);
        entry->id = last_serial << BUCKET_BITS | bucket;
    } while (entry->id == 0 || find_locked(entry->id));
    entry->next = buckets[bucket];
    buckets[bucket] = entry;
}

static void remove_locked(struct entry *entry)
{
    struct entry **place = &buckets[entry->id % BUCKETS];

    while (*place != entry) {
        place = &(*place)->next;
    }
    *place = entry->next;
    free(entry);
    WakeAllConditionVariable(&settled);
}

/* Called with the lock held, which is released meanwhile: a client's Release may run. */
static void revoke_if_unused_locked(struct entry *entry)
{
    if (entry->state != ENTRY_READY || entry->kept > 0 || entry->users > 0) {
        return;
    }
    entry->state = ENTRY_REVOKING;
    ReleaseSRWLockExclusive(&lock);
    global_table_revoke(entry->cookie);
    AcquireSRWLockExclusive(&lock);
    remove_locked(entry);
}

/* --- Keeping -------------------------------------------------------------------------- */

/* Find the object's entry and keep it once more; NULL if there is none. */
static HRESULT keep_once_more_locked(const void *identity, REFIID iid, DWORD apartment,
                                     struct entry **entry_out)
{
    ULONGLONG deadline = GetTickCount64() + PATIENCE_MS;
    struct entry *entry = find_object_locked(identity, iid, apartment);

    while (entry && entry->state != ENTRY_READY) {
        ULONGLONG now = GetTickCount64();

        if (now >= deadline) {
            return RPC_E_TIMEOUT;
        }
        SleepConditionVariableSRW(&settled, &lock, (DWORD)(deadline - now), 0);
        entry = find_object_locked(identity, iid, apartment);
    }
    if (entry) {
        entry->kept++;
    }
    *entry_out = entry;
    return S_OK;
}

static HRESULT keep_new(struct entry *entry, IUnknown *wanted, DWORD *kept_out)
{
    DWORD cookie = 0;
    HRESULT hr = global_table_register(wanted, &entry->iid, &cookie);

    AcquireSRWLockExclusive(&lock);
    if (SUCCEEDED(hr)) {
        entry->cookie = cookie;
        entry->kept = 1;
        entry->state = ENTRY_READY;
        *kept_out = entry->id;
        WakeAllConditionVariable(&settled);
    } else {
        remove_locked(entry);
    }
    ReleaseSRWLockExclusive(&lock);
    return hr;
}

HRESULT kept_table_keep(IUnknown *wanted, REFIID iid, bool is_proxy, DWORD *kept_out)
{
    struct entry *made = calloc(1, sizeof(*made));
    struct entry *entry = NULL;
    IUnknown *identity = NULL;
    HRESULT hr;

    if (!made) {
        return E_OUTOFMEMORY;
    }
    hr = IUnknown_QueryInterface(wanted, &IID_IUnknown, (void **)&identity);
    if (FAILED(hr)) {
        free(made);
        return hr;
    }
    *made = (struct entry){
        .identity = is_proxy ? (const void *)made : identity,
        .iid = *iid,
        .apartment = current_apartment(),
    };
    AcquireSRWLockExclusive(&lock);
    hr = keep_once_more_locked(made->identity, iid, made->apartment, &entry);
    if (SUCCEEDED(hr) && !entry) {
        insert_locked(made);
    } else if (SUCCEEDED(hr)) {
        *kept_out = entry->id;
    }
    ReleaseSRWLockExclusive(&lock);
    if (SUCCEEDED(hr) && !entry) {
        hr = keep_new(made, wanted, kept_out);
    } else {
        free(made);
    }
    IUnknown_Release(identity);
    return hr;
}

HRESULT kept_table_begin_call(DWORD kept, REFIID iid, void **out)
{
    struct entry *entry;
    HRESULT hr;

    AcquireSRWLockExclusive(&lock);
    entry = find_locked(kept);
    if (!entry || entry->state != ENTRY_READY || entry->kept == 0) {
        ReleaseSRWLockExclusive(&lock);
        return E_INVALIDARG; /* what the table returns after revocation */
    }
    entry->users++;
    ReleaseSRWLockExclusive(&lock);
    hr = global_table_get(entry->cookie, iid, out); /* an entry in use stays */
    if (FAILED(hr)) {
        kept_table_end_call(kept);
    }
    return hr;
}

void kept_table_end_call(DWORD kept)
{
    struct entry *entry;

    AcquireSRWLockExclusive(&lock);
    entry = find_locked(kept);
    entry->users--;
    revoke_if_unused_locked(entry);
    ReleaseSRWLockExclusive(&lock);
}

void kept_table_drop(DWORD kept)
{
    struct entry *entry;

    AcquireSRWLockExclusive(&lock);
    entry = find_locked(kept);
    if (entry && entry->kept > 0) {
        entry->kept--;
        revoke_if_unused_locked(entry);
    }
    ReleaseSRWLockExclusive(&lock);
}
