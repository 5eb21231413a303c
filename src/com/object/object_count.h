/*
 * How many objects of the server live. Whoever must know of it, since an end of the last one
 * may be the end of more, sets a hook before the first object is made.
 */
#ifndef ODO_COM_OBJECT_OBJECT_COUNT_H
#define ODO_COM_OBJECT_OBJECT_COUNT_H

#include <stdbool.h>
#include <windows.h>

/* Called on the thread that makes or ends the object, after it was counted. */
struct object_count_hook {
    void (*on_begin)(void);
    void (*on_end)(bool was_last);
    void (*on_last_of_engine)(void); /* then, for object_count_end_in_engine() */
};

/* `hook` must stay. Setting the same one again is fine. */
void object_count_set_hook(const struct object_count_hook *hook);

void object_count_begin(void);
void object_count_end(void);

/* The same on a thread of the engine's, where nothing may be ended that waits for it. */
void object_count_end_in_engine(void);

bool object_count_is_zero(void);

#endif
