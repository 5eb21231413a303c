/*
 * CMocka with what it needs before it, and the few words that make a table of rows into tests.
 * A row's first member is its name, a sentence; a failure then reads as the sentence that is
 * false.
 *
 *     static const struct sum_case {
 *         const char *name;
 *         int left, right, sum;
 *     } sums[] = {
 *         {"nothing and nothing is nothing", 0, 0, 0},
 *     };
 *
 *     static void check_sum(void **state)
 *     {
 *         const struct sum_case *c = *state;
 *
 *         assert_int_equal(c->left + c->right, c->sum);
 *     }
 *
 *     int main(void)
 *     {
 *         struct test_suite suite = {0};
 *
 *         TEST_ADD_TABLE(&suite, sums, check_sum);
 *         TEST_ADD(&suite, numbers_can_be_large);
 *         return test_suite_run(&suite, "sum");
 *     }
 *
 * Nothing of ours is needed for this; tests of the engine's rooms include support/test.h
 * instead, which has more.
 */
#ifndef SUPPORT_TEST_TABLE_H
#define SUPPORT_TEST_TABLE_H

/* CMocka's header needs these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#define TEST_COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { TEST_SUITE_MOST = 1000 };

/* The tests of one program, in the order in which they were added. */
struct test_suite {
    struct CMUnitTest tests[TEST_SUITE_MOST];
    size_t count;
};

static inline void test_suite_add(struct test_suite *suite, struct CMUnitTest test)
{
    if (suite->count == TEST_SUITE_MOST) {
        fprintf(stderr, "more than %d tests in one program\n", (int)TEST_SUITE_MOST);
        exit(EXIT_FAILURE);
    }
    suite->tests[suite->count++] = test;
}

/* CMocka's state is not const; the checks give it back its const at once. */
static inline void *test_state(const void *row)
{
    return (void *)(uintptr_t)row;
}

static inline void test_suite_add_table(struct test_suite *suite, const void *rows,
                                        size_t count, size_t row_size, CMUnitTestFunction check)
{
    for (size_t i = 0; i < count; i++) {
        const char *row = (const char *)rows + i * row_size;

        test_suite_add(suite, (struct CMUnitTest){
                                  .name = *(const char *const *)(const void *)row,
                                  .test_func = check,
                                  .initial_state = test_state(row),
                              });
    }
}

/* Each row of the array `table` becomes a test of its own, which `check` gets as its *state. */
#define TEST_ADD_TABLE(suite, table, check)                                                    \
    test_suite_add_table((suite), (table), TEST_COUNT(table), sizeof((table)[0]), (check))

/* A test without a table; its name is the function's. */
#define TEST_ADD(suite, function)                                                              \
    test_suite_add((suite), (struct CMUnitTest){.name = #function, .test_func = (function)})

/* Run them all. The result is what main() returns. */
static inline int test_suite_run(const struct test_suite *suite, const char *name)
{
    return _cmocka_run_group_tests(name, suite->tests, suite->count, NULL, NULL);
}

#endif
