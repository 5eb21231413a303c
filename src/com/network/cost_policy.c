#include "com/network/cost_policy.h"

bool cost_policy_is_choosy(const struct cost_wish *wish)
{
    return wish->policy != COST_POLICY_ALWAYS || wish->disallows_cellular;
}

/* The cost bits that forbid running. */
static uint32_t costs_refused(enum cost_policy policy)
{
    switch (policy) {
    case COST_POLICY_UNRESTRICTED:
        return NETWORK_COST_FIXED | NETWORK_COST_VARIABLE | NETWORK_COST_OVER_LIMIT |
               NETWORK_COST_NEAR_LIMIT | NETWORK_COST_ROAMING;
    case COST_POLICY_STANDARD:
        return NETWORK_COST_OVER_LIMIT | NETWORK_COST_NEAR_LIMIT | NETWORK_COST_ROAMING;
    case COST_POLICY_NO_SURCHARGE:
        return NETWORK_COST_OVER_LIMIT | NETWORK_COST_ROAMING;
    case COST_POLICY_NO_ROAMING:
        return NETWORK_COST_ROAMING;
    case COST_POLICY_ALWAYS:
    case COST_POLICY_NO_CELLULAR:
        break;
    }
    return 0;
}

bool cost_policy_is_metered(const struct network_facts *facts)
{
    return (facts->cost &
            (NETWORK_COST_FIXED | NETWORK_COST_VARIABLE | NETWORK_COST_OVER_LIMIT |
             NETWORK_COST_ROAMING | NETWORK_COST_NEAR_LIMIT)) != 0;
}

enum odo_status cost_policy_judge(const struct cost_wish *wish,
                                  const struct network_facts *facts)
{
    if (facts->is_cellular &&
        (wish->disallows_cellular || wish->policy == COST_POLICY_NO_CELLULAR)) {
        return ODO_E_BLOCKED_BY_CELLULAR;
    }
    return facts->cost & costs_refused(wish->policy) ? ODO_E_BLOCKED_BY_COST : ODO_OK;
}

bool cost_policy_uses_cellular(const struct network_adapter *adapters, size_t count)
{
    const struct network_adapter *best = NULL;

    for (size_t i = 0; i < count; i++) {
        if (adapters[i].has_gateway && (!best || adapters[i].metric < best->metric)) {
            best = &adapters[i];
        }
    }
    return best && best->is_cellular;
}
