/*
 * May a transfer run on this network, under its client's cost policy? Pure and independent of
 * Windows: facts in, decision out.
 */
#ifndef ODO_COM_NETWORK_COST_POLICY_H
#define ODO_COM_NETWORK_COST_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <odo/types.h>

/* Values of DODownloadCostPolicy. Each says on which networks a transfer runs. */
enum cost_policy {
    COST_POLICY_ALWAYS,
    COST_POLICY_UNRESTRICTED, /* neither limited nor charged */
    COST_POLICY_STANDARD,     /* not near or over its data limit, and not roaming */
    COST_POLICY_NO_ROAMING,
    COST_POLICY_NO_SURCHARGE, /* not over its data limit, and not roaming */
    COST_POLICY_NO_CELLULAR,
};

struct cost_wish {
    enum cost_policy policy;
    bool disallows_cellular; /* in addition to the policy */
};

/* Network cost bits; values of NLM_CONNECTION_COST. */
enum network_cost {
    NETWORK_COST_UNKNOWN = 0, /* treated as unrestricted */
    NETWORK_COST_UNRESTRICTED = 0x1,
    NETWORK_COST_FIXED = 0x2,    /* free up to a data limit */
    NETWORK_COST_VARIABLE = 0x4, /* charged by the byte */
    NETWORK_COST_OVER_LIMIT = 0x10000,
    NETWORK_COST_CONGESTED = 0x20000, /* throttled; ignored here */
    NETWORK_COST_ROAMING = 0x40000,
    NETWORK_COST_NEAR_LIMIT = 0x80000,
};

struct network_facts {
    uint32_t cost; /* bits of enum network_cost */
    bool is_cellular;
};

/* False if no network could block the transfer. */
bool cost_policy_is_choosy(const struct cost_wish *wish);

/* ODO_OK, ODO_E_BLOCKED_BY_COST or ODO_E_BLOCKED_BY_CELLULAR. */
enum odo_status cost_policy_judge(const struct cost_wish *wish,
                                  const struct network_facts *facts);

/* True if bytes are charged or counted, so that unrequested ones should be avoided. */
bool cost_policy_is_metered(const struct network_facts *facts);

/* A network adapter with a route to the Internet. */
struct network_adapter {
    uint32_t metric; /* the lowest is used */
    bool has_gateway;
    bool is_cellular;
};

/* True if the adapter in use is cellular. */
bool cost_policy_uses_cellular(const struct network_adapter *adapters, size_t count);

#endif
