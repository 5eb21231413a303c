/*
 * May a transfer run over this network, by what its client has said about cost? Pure, and
 * needs no Windows: facts come in, a verdict goes out.
 */
#ifndef ODO_COM_NETWORK_COST_POLICY_H
#define ODO_COM_NETWORK_COST_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <odo/types.h>

/* The numbers are those of DODownloadCostPolicy. Each row says when a transfer runs. */
enum cost_policy {
    COST_POLICY_ALWAYS,
    COST_POLICY_UNRESTRICTED, /* neither limited nor paid for */
    COST_POLICY_STANDARD,     /* not near its limit, nor over it, nor roaming */
    COST_POLICY_NO_ROAMING,
    COST_POLICY_NO_SURCHARGE, /* not over its limit, nor roaming */
    COST_POLICY_NO_CELLULAR,
};

struct cost_wish {
    enum cost_policy policy;
    bool disallows_cellular; /* beside the policy */
};

/* What a network may cost, in bits; the numbers are those of NLM_CONNECTION_COST. */
enum network_cost {
    NETWORK_COST_UNKNOWN = 0, /* counts as unrestricted */
    NETWORK_COST_UNRESTRICTED = 0x1,
    NETWORK_COST_FIXED = 0x2,    /* free up to a limit */
    NETWORK_COST_VARIABLE = 0x4, /* paid by the byte */
    NETWORK_COST_OVER_LIMIT = 0x10000,
    NETWORK_COST_CONGESTED = 0x20000, /* slowed down; does not matter here */
    NETWORK_COST_ROAMING = 0x40000,
    NETWORK_COST_NEAR_LIMIT = 0x80000,
};

struct network_facts {
    uint32_t cost; /* bits of enum network_cost */
    bool is_cellular;
};

/* False when no network whatever could hold the transfer back. */
bool cost_policy_is_choosy(const struct cost_wish *wish);

/* ODO_OK, ODO_E_BLOCKED_BY_COST or ODO_E_BLOCKED_BY_CELLULAR. */
enum odo_status cost_policy_judge(const struct cost_wish *wish,
                                  const struct network_facts *facts);

/* True where bytes cost money, or are counted: each one that nobody asked for is one too many.
 */
bool cost_policy_is_metered(const struct network_facts *facts);

/* A way out of the machine. */
struct network_adapter {
    uint32_t metric; /* the system takes the least */
    bool has_gateway;
    bool is_cellular;
};

/* True when the adapter that the system takes is cellular. */
bool cost_policy_uses_cellular(const struct network_adapter *adapters, size_t count);

#endif
