/*
 * Jobs found by their ids: what was put in and not taken out is there, and nothing else.
 */
#include "engine/job_table.h"

#include "support/test.h"

#include <string.h>

enum { MOST = 500 };

/* The table only keeps addresses of jobs. */
static struct odo_job *job_number(size_t i)
{
    return (struct odo_job *)(uintptr_t)(0x1000 + i * 16);
}

static struct odo_job_id ids[MOST];

/* `spread` is how many different places the ids begin their search at, about. */
static void make_ids(uint64_t spread)
{
    for (size_t i = 0; i < MOST; i++) {
        uint64_t halves[2] = {i, i ^ (i % spread)}; /* what is hashed is the two together */

        memcpy(ids[i].bytes, halves, sizeof(halves));
    }
}

static const struct spread_case {
    const char *name;
    uint64_t spread;
} spreads[] = {
    {"ids that have nothing in common", UINT64_MAX},
    {"ids that crowd in few places", 7},
    {"ids that all begin at one place", 1},
};

static void check_spread(void **state)
{
    const struct spread_case *c = *state;
    struct test_random random = {.state = 5};
    struct job_table table = {.slots = NULL};
    bool is_in[MOST] = {false};
    size_t count = 0;

    make_ids(c->spread);
    for (int step = 0; step < 20000; step++) {
        size_t i = (size_t)test_random_below(&random, MOST);

        assert_true(job_table_find(&table, &ids[i]) == (is_in[i] ? job_number(i) : NULL));
        if (is_in[i]) {
            job_table_remove(&table, &ids[i]);
            count--;
        } else {
            assert_status(job_table_reserve(&table, count + 1), ODO_OK);
            job_table_add(&table, &ids[i], job_number(i));
            count++;
        }
        is_in[i] = !is_in[i];
        assert_int_equal(table.count, count);
    }
    for (size_t i = 0; i < MOST; i++) {
        assert_true(job_table_find(&table, &ids[i]) == (is_in[i] ? job_number(i) : NULL));
    }
    job_table_free(&table);
}

static void without_memory_it_stays_as_it_was(void **state)
{
    struct job_table table = {.slots = NULL};

    (void)state;
    make_ids(UINT64_MAX);
    test_memory_ends_after(0);
    assert_status(job_table_reserve(&table, 1), ODO_E_OUT_OF_MEMORY);
    test_memory_is_back();
    assert_null(job_table_find(&table, &ids[0]));
    assert_status(job_table_reserve(&table, 8), ODO_OK);
    for (size_t i = 0; i < 8; i++) {
        job_table_add(&table, &ids[i], job_number(i));
    }
    test_memory_ends_after(0);
    assert_status(job_table_reserve(&table, 9), ODO_E_OUT_OF_MEMORY);
    test_memory_is_back();
    for (size_t i = 0; i < 8; i++) {
        assert_true(job_table_find(&table, &ids[i]) == job_number(i));
    }
    job_table_free(&table);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, spreads, check_spread);
    TEST_ADD(&suite, without_memory_it_stays_as_it_was);
    return test_suite_run(&suite, "job_table");
}
