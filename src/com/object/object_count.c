#include "com/object/object_count.h"

static LONG living;
static const struct object_count_hook *count_hook; /* NULL until set */

void object_count_set_hook(const struct object_count_hook *hook)
{
    count_hook = hook;
}

void object_count_begin(void)
{
    InterlockedIncrement(&living);
    if (count_hook) {
        count_hook->on_begin();
    }
}

void object_count_end(void)
{
    bool was_last = InterlockedDecrement(&living) == 0;

    if (count_hook) {
        count_hook->on_end(was_last);
    }
}

void object_count_end_in_engine(void)
{
    bool was_last = InterlockedDecrement(&living) == 0;

    if (count_hook) {
        count_hook->on_end(false);
        if (was_last) {
            count_hook->on_last_of_engine();
        }
    }
}

bool object_count_is_zero(void)
{
    return InterlockedCompareExchange(&living, 0, 0) == 0;
}
