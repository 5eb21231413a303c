#include "support/test.h"

#include "base/checked.h"

enum operation { ADD, SUBTRACT };

static const struct number_case {
    const char *name;
    enum operation operation;
    uint64_t left;
    uint64_t right;
    bool fits;
    uint64_t result;
} numbers[] = {
    {"small numbers add", ADD, 2, 3, true, 5},
    {"nothing adds to the largest number", ADD, UINT64_MAX, 0, true, UINT64_MAX},
    {"a sum may be the largest number", ADD, UINT64_MAX - 7, 7, true, UINT64_MAX},
    {"a sum of one more does not fit", ADD, UINT64_MAX - 7, 8, false, 0},
    {"two largest numbers do not add", ADD, UINT64_MAX, UINT64_MAX, false, 0},

    {"small numbers subtract", SUBTRACT, 5, 3, true, 2},
    {"a number less itself is nothing", SUBTRACT, UINT64_MAX, UINT64_MAX, true, 0},
    {"a difference of one below nothing does not fit", SUBTRACT, 6, 7, false, 0},
};

static void check_numbers(void **state)
{
    const struct number_case *c = *state;
    uint64_t result = 4711;
    bool fits = c->operation == ADD ? checked_add_u64(c->left, c->right, &result)
                                    : checked_subtract_u64(c->left, c->right, &result);

    assert_int_equal(fits, c->fits);
    assert_int_equal(result, c->fits ? c->result : 4711); /* untouched on false */
}

static const struct product_case {
    const char *name;
    size_t left;
    size_t right;
    bool fits;
    size_t result;
} products[] = {
    {"small sizes multiply", 6, 7, true, 42},
    {"nothing times the largest size is nothing", 0, SIZE_MAX, true, 0},
    {"the largest size times nothing is nothing", SIZE_MAX, 0, true, 0},
    {"the largest size times one is itself", SIZE_MAX, 1, true, SIZE_MAX},
    {"half of the largest size doubles", SIZE_MAX / 2, 2, true, SIZE_MAX - 1},
    {"one more than half of it does not", SIZE_MAX / 2 + 1, 2, false, 0},
    {"a product that wraps round to a small size does not fit", SIZE_MAX / 16 + 2, 16, false,
     0},
};

static void check_product(void **state)
{
    const struct product_case *c = *state;
    size_t result = 4711;

    assert_int_equal(checked_multiply_size(c->left, c->right, &result), c->fits);
    assert_int_equal(result, c->fits ? c->result : 4711);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, numbers, check_numbers);
    TEST_ADD_TABLE(&suite, products, check_product);
    return test_suite_run(&suite, "checked");
}
