#include "support/test.h"

#include "base/buffer.h"

#include <string.h>

enum { APPENDS_MOST = 4 };

static const char letters[] = "abcdefghijklmnopqrstuvwxyz";

static const struct append_case {
    const char *name;
    size_t limit;
    size_t sizes[APPENDS_MOST]; /* a 0 in the middle appends nothing */
    enum odo_status statuses[APPENDS_MOST];
    size_t size; /* in the end */
} appends[] = {
    {"what fits is appended", 26, {3, 4, 5}, {ODO_OK, ODO_OK, ODO_OK}, 12},
    {"nothing can be appended to nothing", 26, {0}, {ODO_OK}, 0},
    {"the limit itself is reachable at once", 26, {26}, {ODO_OK}, 26},
    {"the limit itself is reachable in steps", 10, {9, 1}, {ODO_OK, ODO_OK}, 10},
    {"one byte past the limit is refused", 10, {11}, {ODO_E_TOO_MANY}, 0},
    {"one byte too many is refused and nothing of it kept",
     10,
     {8, 3, 2},
     {ODO_OK, ODO_E_TOO_MANY, ODO_OK},
     10},
    {"a full buffer takes nothing but nothing",
     4,
     {4, 0, 1},
     {ODO_OK, ODO_OK, ODO_E_TOO_MANY},
     4},
    {"a limit of nothing takes nothing", 0, {0, 1}, {ODO_OK, ODO_E_TOO_MANY}, 0},
    {"the largest limit does not wrap round", SIZE_MAX, {20, 6}, {ODO_OK, ODO_OK}, 26},
};

static void check_appends(void **state)
{
    const struct append_case *c = *state;
    struct buffer buffer;

    buffer_init(&buffer, c->limit);
    for (size_t i = 0; i < APPENDS_MOST; i++) {
        size_t size_before = buffer.size;

        assert_status(buffer_append(&buffer, letters + buffer.size, c->sizes[i]),
                      c->statuses[i]);
        assert_int_equal(buffer.size,
                         size_before + (c->statuses[i] == ODO_OK ? c->sizes[i] : 0));
        assert_true(buffer.capacity <= buffer.limit && buffer.size <= buffer.capacity);
    }
    assert_int_equal(buffer.size, c->size);
    if (buffer.size > 0) {
        assert_memory_equal(buffer.data, letters, buffer.size);
    } else {
        assert_null(buffer.data);
    }
    buffer_free(&buffer);
}

static void a_new_buffer_is_empty_and_has_its_limit(void **state)
{
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, 99);
    assert_null(buffer.data);
    assert_int_equal(buffer.size, 0);
    assert_int_equal(buffer.capacity, 0);
    assert_int_equal(buffer.limit, 99);
}

static void a_cleared_buffer_keeps_its_memory(void **state)
{
    struct buffer buffer;
    unsigned char *data;

    (void)state;
    buffer_init(&buffer, 100);
    assert_status(buffer_append(&buffer, letters, 26), ODO_OK);
    data = buffer.data;
    buffer_clear(&buffer);
    assert_int_equal(buffer.size, 0);
    test_memory_ends_after(0);
    assert_status(buffer_append(&buffer, "hello", 5), ODO_OK);
    test_memory_is_back();
    assert_ptr_equal(buffer.data, data);
    assert_memory_equal(buffer.data, "hello", 5);
    buffer_free(&buffer);
}

static void a_freed_buffer_can_be_used_again_up_to_its_limit(void **state)
{
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, 10);
    assert_status(buffer_append(&buffer, letters, 10), ODO_OK);
    buffer_free(&buffer);
    assert_null(buffer.data);
    assert_int_equal(buffer.size, 0);
    buffer_free(&buffer);
    assert_status(buffer_append(&buffer, letters, 11), ODO_E_TOO_MANY);
    assert_status(buffer_append(&buffer, letters, 10), ODO_OK);
    buffer_free(&buffer);
}

static void without_memory_nothing_is_appended(void **state)
{
    struct buffer buffer;
    char block[1000];

    (void)state;
    memset(block, 'x', sizeof(block));
    buffer_init(&buffer, 100000);
    test_memory_ends_after(1);
    assert_status(buffer_append(&buffer, "abc", 3), ODO_OK);
    assert_status(buffer_append(&buffer, block, sizeof(block)), ODO_E_OUT_OF_MEMORY);
    test_memory_is_back();
    assert_int_equal(buffer.size, 3);
    assert_memory_equal(buffer.data, "abc", 3);
    assert_status(buffer_append(&buffer, block, sizeof(block)), ODO_OK);
    assert_int_equal(buffer.size, 1003);
    buffer_free(&buffer);
}

static void a_buffer_grows_in_few_steps(void **state)
{
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, 1000000);
    test_memory_ends_after(14);
    for (size_t i = 0; i < 1000000; i++) {
        assert_status(buffer_append(&buffer, &letters[i % 26], 1), ODO_OK);
    }
    test_memory_is_back();
    assert_int_equal(buffer.size, 1000000);
    assert_int_equal(buffer.capacity, 1000000);
    for (size_t i = 0; i < 1000000; i++) {
        assert_true(buffer.data[i] == (unsigned char)letters[i % 26]);
    }
    buffer_free(&buffer);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, appends, check_appends);
    TEST_ADD(&suite, a_new_buffer_is_empty_and_has_its_limit);
    TEST_ADD(&suite, a_cleared_buffer_keeps_its_memory);
    TEST_ADD(&suite, a_freed_buffer_can_be_used_again_up_to_its_limit);
    TEST_ADD(&suite, without_memory_nothing_is_appended);
    TEST_ADD(&suite, a_buffer_grows_in_few_steps);
    return test_suite_run(&suite, "buffer");
}
