#include "com/network/cost_policy.h"
#include "support/test_table.h"

struct judge_case {
    const char *name;
    enum cost_policy policy;
    bool disallows_cellular;
    uint32_t cost;
    bool is_cellular;
    enum odo_status status;
};

static const struct judge_case judge_cases[] = {
    {"Always runs while roaming", COST_POLICY_ALWAYS, false, NETWORK_COST_ROAMING, true,
     ODO_OK},
    {"Always runs over the limit", COST_POLICY_ALWAYS, false,
     NETWORK_COST_FIXED | NETWORK_COST_OVER_LIMIT, false, ODO_OK},
    {"Always waits on cellular if that is disallowed", COST_POLICY_ALWAYS, true,
     NETWORK_COST_UNRESTRICTED, true, ODO_E_BLOCKED_BY_CELLULAR},
    {"disallowing cellular does not matter elsewhere", COST_POLICY_ALWAYS, true,
     NETWORK_COST_VARIABLE, false, ODO_OK},

    {"Unrestricted runs where nothing is limited", COST_POLICY_UNRESTRICTED, false,
     NETWORK_COST_UNRESTRICTED, false, ODO_OK},
    {"a network nobody knows anything of is unrestricted", COST_POLICY_UNRESTRICTED, false,
     NETWORK_COST_UNKNOWN, false, ODO_OK},
    {"Unrestricted runs on cellular without limits", COST_POLICY_UNRESTRICTED, false,
     NETWORK_COST_UNRESTRICTED, true, ODO_OK},
    {"Unrestricted runs where it is slow", COST_POLICY_UNRESTRICTED, false,
     NETWORK_COST_UNRESTRICTED | NETWORK_COST_CONGESTED, false, ODO_OK},
    {"Unrestricted waits where there is a limit", COST_POLICY_UNRESTRICTED, false,
     NETWORK_COST_FIXED, false, ODO_E_BLOCKED_BY_COST},
    {"Unrestricted waits where bytes are paid for", COST_POLICY_UNRESTRICTED, false,
     NETWORK_COST_VARIABLE, false, ODO_E_BLOCKED_BY_COST},
    {"Unrestricted waits while roaming", COST_POLICY_UNRESTRICTED, false,
     NETWORK_COST_UNRESTRICTED | NETWORK_COST_ROAMING, false, ODO_E_BLOCKED_BY_COST},

    {"Standard runs below the limit", COST_POLICY_STANDARD, false, NETWORK_COST_FIXED, false,
     ODO_OK},
    {"Standard runs where bytes are paid for", COST_POLICY_STANDARD, false,
     NETWORK_COST_VARIABLE, false, ODO_OK},
    {"Standard runs on an unknown network", COST_POLICY_STANDARD, false, NETWORK_COST_UNKNOWN,
     false, ODO_OK},
    {"Standard waits near the limit", COST_POLICY_STANDARD, false,
     NETWORK_COST_FIXED | NETWORK_COST_NEAR_LIMIT, false, ODO_E_BLOCKED_BY_COST},
    {"Standard waits over the limit", COST_POLICY_STANDARD, false,
     NETWORK_COST_FIXED | NETWORK_COST_OVER_LIMIT, false, ODO_E_BLOCKED_BY_COST},
    {"Standard waits while roaming", COST_POLICY_STANDARD, false,
     NETWORK_COST_VARIABLE | NETWORK_COST_ROAMING, false, ODO_E_BLOCKED_BY_COST},

    {"NoRoaming runs over the limit", COST_POLICY_NO_ROAMING, false,
     NETWORK_COST_FIXED | NETWORK_COST_OVER_LIMIT, false, ODO_OK},
    {"NoRoaming waits while roaming", COST_POLICY_NO_ROAMING, false, NETWORK_COST_ROAMING,
     false, ODO_E_BLOCKED_BY_COST},

    {"NoSurcharge runs near the limit", COST_POLICY_NO_SURCHARGE, false,
     NETWORK_COST_FIXED | NETWORK_COST_NEAR_LIMIT, false, ODO_OK},
    {"NoSurcharge waits over the limit", COST_POLICY_NO_SURCHARGE, false,
     NETWORK_COST_FIXED | NETWORK_COST_OVER_LIMIT, false, ODO_E_BLOCKED_BY_COST},
    {"NoSurcharge waits while roaming", COST_POLICY_NO_SURCHARGE, false, NETWORK_COST_ROAMING,
     false, ODO_E_BLOCKED_BY_COST},

    {"NoCellular runs elsewhere, whatever it costs", COST_POLICY_NO_CELLULAR, false,
     NETWORK_COST_FIXED | NETWORK_COST_OVER_LIMIT | NETWORK_COST_ROAMING, false, ODO_OK},
    {"NoCellular waits on cellular that costs nothing", COST_POLICY_NO_CELLULAR, false,
     NETWORK_COST_UNRESTRICTED, true, ODO_E_BLOCKED_BY_CELLULAR},
    {"cellular is the reason when cost would be one too", COST_POLICY_STANDARD, true,
     NETWORK_COST_ROAMING, true, ODO_E_BLOCKED_BY_CELLULAR},
};

static void run_judge_case(void **state)
{
    const struct judge_case *c = *state;

    assert_int_equal(cost_policy_judge(&(struct cost_wish){c->policy, c->disallows_cellular},
                                       &(struct network_facts){c->cost, c->is_cellular}),
                     c->status);
}

struct choosy_case {
    const char *name;
    struct cost_wish wish;
    bool is_choosy;
};

static const struct choosy_case choosy_cases[] = {
    {"Always takes any network", {COST_POLICY_ALWAYS, false}, false},
    {"Always without cellular does not", {COST_POLICY_ALWAYS, true}, true},
    {"NoRoaming does not", {COST_POLICY_NO_ROAMING, false}, true},
    {"NoCellular does not", {COST_POLICY_NO_CELLULAR, false}, true},
};

static void run_choosy_case(void **state)
{
    const struct choosy_case *c = *state;

    assert_int_equal(cost_policy_is_choosy(&c->wish), c->is_choosy);
}

struct adapter_case {
    const char *name;
    struct network_adapter adapters[3];
    size_t count;
    bool is_cellular;
};

static const struct adapter_case adapter_cases[] = {
    {"without an adapter nothing is cellular", {{0}}, 0, false},
    {"a modem alone is cellular", {{50, true, true}}, 1, true},
    {"a modem that leads nowhere is not used", {{50, false, true}}, 1, false},
    {"a cable is taken before a modem", {{50, true, true}, {25, true, false}}, 2, false},
    {"a modem is taken that the system prefers",
     {{30, true, false}, {20, true, true}},
     2,
     true},
    {"a network without a way out does not hide the modem",
     {{5, false, false}, {50, true, true}, {60, true, false}},
     3,
     true},
};

static void run_adapter_case(void **state)
{
    const struct adapter_case *c = *state;

    assert_int_equal(cost_policy_uses_cellular(c->adapters, c->count), c->is_cellular);
}

static const struct metered_case {
    const char *name;
    uint32_t cost;
    bool is_metered;
} metered_cases[] = {
    {"a network nobody knows anything of is not metered", NETWORK_COST_UNKNOWN, false},
    {"one without limits is not", NETWORK_COST_UNRESTRICTED, false},
    {"one that is slow is not", NETWORK_COST_UNRESTRICTED | NETWORK_COST_CONGESTED, false},
    {"one that is free up to a limit is", NETWORK_COST_FIXED, true},
    {"one that is paid for is", NETWORK_COST_VARIABLE, true},
    {"somebody else's is", NETWORK_COST_UNRESTRICTED | NETWORK_COST_ROAMING, true},
};

static void run_metered_case(void **state)
{
    const struct metered_case *c = *state;
    struct network_facts facts = {.cost = c->cost};

    assert_int_equal(cost_policy_is_metered(&facts), c->is_metered);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, judge_cases, run_judge_case);
    TEST_ADD_TABLE(&suite, choosy_cases, run_choosy_case);
    TEST_ADD_TABLE(&suite, adapter_cases, run_adapter_case);
    TEST_ADD_TABLE(&suite, metered_cases, run_metered_case);
    return test_suite_run(&suite, "cost_policy");
}
