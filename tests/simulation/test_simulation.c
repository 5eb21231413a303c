/*
 * Transfers in worlds drawn from seeds: a few thousand that follow each other, and each in
 * which a transfer ever did wrong. tools/simulate looks for more, and tells the story of a
 * seed.
 */
#include "support/test.h"

#include "driver.h"
#include "regret.h"

#include <stdio.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { WORLDS = 400 }; /* each takes ten times as long */
#else
enum { WORLDS = 3000 };
#endif

static void check(uint64_t seed)
{
    struct run run = simulation_run(seed, false);

    if (!run.is_right) {
        fail_msg("seed %llu: %s (for its story: tools/simulate --seed %llu)",
                 (unsigned long long)seed, run.text, (unsigned long long)seed);
    }
}

static void test_each_world_ends_as_one_plain_connection_or_better(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= WORLDS; seed++) {
        check(seed);
    }
}

static void test_each_seed_that_ever_failed_is_right(void **state)
{
    FILE *seeds = fopen(SIMULATION_SEEDS, "r");
    char line[256];
    size_t count = 0;

    (void)state;
    assert_non_null(seeds);
    while (fgets(line, sizeof(line), seeds)) {
        if (*line >= '0' && *line <= '9') {
            check(strtoull(line, NULL, 10));
            count++;
        }
    }
    fclose(seeds);
    assert_int_not_equal(count, 0);
}

static void test_the_same_seed_gives_the_same_run(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct run first = simulation_run(seed, false);
        struct run second = simulation_run(seed, false);

        assert_int_equal(first.virtual_ms, second.virtual_ms);
        assert_int_equal(first.requests, second.requests);
        assert_int_equal(first.is_done, second.is_done);
    }
}

/* In virtual time, so that it is the same on every machine. Further connections are open when
 * the first reply has told the version, and their requests are sent then: a round trip later
 * than they might be. In the background there are half as many. */
static void test_downloads_take_hardly_longer_than_they_must(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct regret regret = regret_measure(i % 2 == 1, i >= 2, false);

        assert_true(regret.all_done);
        assert_true(regret.median <= (i >= 2 ? 1.16 : 1.13));
        assert_true(regret.nine_of_ten <= 1.3);
        assert_true(regret.worst <= (i >= 2 ? 1.7 : 1.4));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_world_ends_as_one_plain_connection_or_better),
        cmocka_unit_test(test_each_seed_that_ever_failed_is_right),
        cmocka_unit_test(test_the_same_seed_gives_the_same_run),
        cmocka_unit_test(test_downloads_take_hardly_longer_than_they_must),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
