/*
 * Tracks the locks held by the thread, to assert the locking order. Costs nothing in builds
 * without assertions. Used by each system's thread.c.
 */
#ifndef ODO_PLATFORM_HELD_LOCKS_H
#define ODO_PLATFORM_HELD_LOCKS_H

#include "base/lock_rank.h"

#include <assert.h>

#ifndef NDEBUG
enum { HELD_LOCKS_MOST = 16 };

static _Thread_local struct {
    enum lock_rank ranks[HELD_LOCKS_MOST];
    int count;
} held_locks;

/* Called before waiting for the lock: this finds a wrong order whenever it occurs, not only
 * when it leads to a deadlock. */
static inline void held_locks_add(enum lock_rank rank)
{
    if (rank == LOCK_UNRANKED) {
        return;
    }
    for (int i = 0; i < held_locks.count; i++) {
        assert(held_locks.ranks[i] < rank && "a lock is taken against the order of the map");
    }
    assert(held_locks.count < HELD_LOCKS_MOST);
    held_locks.ranks[held_locks.count++] = rank;
}

static inline void held_locks_remove(enum lock_rank rank)
{
    int i = held_locks.count - 1;

    if (rank == LOCK_UNRANKED) {
        return;
    }
    while (i >= 0 && held_locks.ranks[i] != rank) {
        i--;
    }
    assert(i >= 0 && "a lock is let go that is not held");
    for (; i + 1 < held_locks.count; i++) {
        held_locks.ranks[i] = held_locks.ranks[i + 1];
    }
    held_locks.count--;
}
#else
static inline void held_locks_add(enum lock_rank rank)
{
    (void)rank;
}

static inline void held_locks_remove(enum lock_rank rank)
{
    (void)rank;
}
#endif

#endif
