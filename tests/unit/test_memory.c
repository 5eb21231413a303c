#include "support/test.h"

#include "base/memory.h"

#include <string.h>

static const struct size_case {
    const char *name;
    size_t count;
    size_t size;
    bool fits;
} sizes[] = {
    {"one byte can be had", 1, 1, true},
    {"many items can be had", 1000, 24, true},
    {"no items are no memory", 0, 24, false},
    {"items of no size are no memory", 24, 0, false},
    {"a count that wraps round is refused", SIZE_MAX / 16 + 2, 16, false},
    {"a size that wraps round is refused", 16, SIZE_MAX / 16 + 2, false},
};

static void check_allocate(void **state)
{
    const struct size_case *c = *state;
    unsigned char *memory = memory_allocate(c->count, c->size);

    assert_int_equal(memory != NULL, c->fits);
    if (memory) {
        memset(memory, 0xa5, c->count * c->size); /* a sanitizer sees when it is too small */
    }
    memory_free(memory);
}

static void check_allocate_zeroed(void **state)
{
    const struct size_case *c = *state;
    unsigned char *memory = memory_allocate_zeroed(c->count, c->size);

    assert_int_equal(memory != NULL, c->fits);
    for (size_t i = 0; memory && i < c->count * c->size; i++) {
        assert_int_equal(memory[i], 0);
    }
    memory_free(memory);
}

static void check_refused_resize(void **state)
{
    const struct size_case *c = *state;
    unsigned char *memory = memory_allocate(1, 4);
    unsigned char *resized;

    assert_non_null(memory);
    memset(memory, 'a', 4);
    resized = memory_resize(memory, c->count, c->size);
    assert_int_equal(resized != NULL, c->fits);
    memory = resized ? resized : memory;
    assert_int_equal(memory[0], 'a'); /* still there, and still ours, when it was refused */
    memory_free(memory);
}

static void resize_of_nothing_allocates(void **state)
{
    unsigned char *memory = memory_resize(NULL, 3, 5);

    (void)state;
    assert_non_null(memory);
    memset(memory, 1, 15);
    memory_free(memory);
}

static void resize_keeps_what_was_there(void **state)
{
    static const unsigned char content[] = {1, 2, 3};
    unsigned char *memory = memory_allocate(1, sizeof(content));

    (void)state;
    assert_non_null(memory);
    memcpy(memory, content, sizeof(content));
    memory = memory_resize(memory, 10000, 2);
    assert_non_null(memory);
    assert_memory_equal(memory, content, sizeof(content));
    memory_free(memory);
}

static void freeing_nothing_does_nothing(void **state)
{
    (void)state;
    memory_free(NULL);
}

static size_t resized_bytes;
static size_t freed_times;

static void *counting_resize(void *memory, size_t size)
{
    resized_bytes += size;
    return realloc(memory, size);
}

static void counting_free(void *memory)
{
    freed_times++;
    free(memory);
}

static void everything_goes_through_the_functions_in_use(void **state)
{
    static const struct memory_functions counting = {counting_resize, counting_free};
    void *first;
    void *second;

    (void)state;
    resized_bytes = 0;
    freed_times = 0;
    memory_use(&counting);
    first = memory_allocate(3, 5);
    assert_int_equal(resized_bytes, 15);
    second = memory_allocate_zeroed(2, 5);
    assert_int_equal(resized_bytes, 25);
    second = memory_resize(second, 7, 1);
    assert_int_equal(resized_bytes, 32);
    memory_free(first);
    memory_free(second);
    memory_free(NULL);
    assert_int_equal(freed_times, 2);

    memory_use(NULL);
    first = memory_allocate(3, 5);
    memory_free(first);
    assert_int_equal(resized_bytes, 32); /* the C library's again */
    assert_int_equal(freed_times, 2);
}

static void every_function_may_fail(void **state)
{
    unsigned char *memory;

    (void)state;
    test_memory_ends_after(1);
    memory = memory_allocate(1, 1);
    assert_non_null(memory);
    assert_null(memory_allocate(1, 1));
    assert_null(memory_allocate_zeroed(1, 1));
    memory[0] = 7;
    assert_null(memory_resize(memory, 100, 1));
    assert_int_equal(memory[0], 7);
    memory_free(memory);
    test_memory_is_back();
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, sizes, check_allocate);
    TEST_ADD_TABLE(&suite, sizes, check_allocate_zeroed);
    TEST_ADD_TABLE(&suite, sizes, check_refused_resize);
    TEST_ADD(&suite, resize_of_nothing_allocates);
    TEST_ADD(&suite, resize_keeps_what_was_there);
    TEST_ADD(&suite, freeing_nothing_does_nothing);
    TEST_ADD(&suite, everything_goes_through_the_functions_in_use);
    TEST_ADD(&suite, every_function_may_fail);
    return test_suite_run(&suite, "memory");
}
