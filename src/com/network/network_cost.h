/*
 * Windows' information about the network: cost from the network list manager, and whether it is
 * cellular from the list of adapters. Where Windows has no information, the network is free.
 *
 * An object is used by one thread, in the multithreaded apartment. The first query may be slow,
 * as a service may have to start.
 */
#ifndef ODO_COM_NETWORK_NETWORK_COST_H
#define ODO_COM_NETWORK_NETWORK_COST_H

#include <windows.h>

#include "com/network/cost_policy.h"

struct network_cost_source;

/*
 * `changed` is set, by any thread, whenever the cost has changed. NULL when out of memory,
 * which is a valid source without information.
 */
struct network_cost_source *network_cost_open(HANDLE changed);

/* NULL is allowed. Afterwards `changed` is not set any more. */
void network_cost_close(struct network_cost_source *source);

void network_cost_ask(struct network_cost_source *source, struct network_facts *facts_out);

#endif
