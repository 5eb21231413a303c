/*
 * Counts the server's live objects. A unit that depends on the count, as the end of the last
 * object may end more, sets a hook before the first object is created.
 */
#ifndef ODO_COM_OBJECT_OBJECT_COUNT_H
#define ODO_COM_OBJECT_OBJECT_COUNT_H

#include <stdbool.h>
#include <windows.h>

/* Called after counting, on the thread that creates or ends the object. */
struct object_count_hook {
    void (*on_begin)(void);
    void (*on_end)(bool was_last);
    void (*on_last_of_engine)(void); /* the last one, from object_count_end_in_engine() */
};

/* `hook` must remain valid. Setting the same one again is allowed. */
void object_count_set_hook(const struct object_count_hook *hook);

void object_count_begin(void);
void object_count_end(void);

/* The same on an engine thread, which must not wait for the engine to end. */
void object_count_end_in_engine(void);

bool object_count_is_zero(void);

#endif
