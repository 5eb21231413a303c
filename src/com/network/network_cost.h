/*
 * What Windows says about the network: its network list manager about cost, its list of
 * adapters about what is cellular. Where it says nothing, the network costs nothing.
 *
 * An object of this is one thread's, which is in the multithreaded apartment. A first question
 * may take long: a service may have to be started.
 */
#ifndef ODO_COM_NETWORK_NETWORK_COST_H
#define ODO_COM_NETWORK_NETWORK_COST_H

#include <windows.h>

#include "com/network/cost_policy.h"

struct network_cost_source;

/*
 * `changed` is set, from whichever thread, whenever the cost has changed. NULL without memory
 * for it; that is a source which knows nothing.
 */
struct network_cost_source *network_cost_open(HANDLE changed);

/* NULL is fine. `changed` is set no more when this returns. */
void network_cost_close(struct network_cost_source *source);

void network_cost_ask(struct network_cost_source *source, struct network_facts *facts_out);

#endif
