#include <winsock2.h>

#include <windows.h>

#include "com/network/network_cost.h"

#include <assert.h>
#include <iphlpapi.h>
#include <ipifcons.h>
#include <netlistmgr.h>
#include <objbase.h>
#include <ocidl.h>
#include <stdlib.h>

static_assert(NETWORK_COST_UNRESTRICTED == (int)NLM_CONNECTION_COST_UNRESTRICTED, "");
static_assert(NETWORK_COST_FIXED == (int)NLM_CONNECTION_COST_FIXED, "");
static_assert(NETWORK_COST_VARIABLE == (int)NLM_CONNECTION_COST_VARIABLE, "");
static_assert(NETWORK_COST_OVER_LIMIT == (int)NLM_CONNECTION_COST_OVERDATALIMIT, "");
static_assert(NETWORK_COST_CONGESTED == (int)NLM_CONNECTION_COST_CONGESTED, "");
static_assert(NETWORK_COST_ROAMING == (int)NLM_CONNECTION_COST_ROAMING, "");
static_assert(NETWORK_COST_NEAR_LIMIT == (int)NLM_CONNECTION_COST_APPROACHINGDATALIMIT, "");

/* Interface types of mobile broadband, missing in some versions of ipifcons.h. */
enum { TYPE_CELLULAR_GSM = 243, TYPE_CELLULAR_CDMA = 244 };

struct network_cost_source {
    INetworkCostManagerEvents INetworkCostManagerEvents_iface;
    LONG refs; /* the owner's, and the network list manager's */
    HANDLE changed;
    INetworkCostManager *manager; /* NULL if unavailable */
    IConnectionPoint *point;      /* NULL without notifications */
    DWORD cookie;
};

/* --- Notifications -------------------------------------------------------------------- */

static struct network_cost_source *source_of(INetworkCostManagerEvents *self)
{
    return CONTAINING_RECORD(self, struct network_cost_source, INetworkCostManagerEvents_iface);
}

static HRESULT STDMETHODCALLTYPE network_cost_QueryInterface(INetworkCostManagerEvents *self,
                                                             REFIID iid, void **out)
{
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_INetworkCostManagerEvents)) {
        *out = NULL;
        return E_NOINTERFACE;
    }
    InterlockedIncrement(&source_of(self)->refs);
    *out = self;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE network_cost_AddRef(INetworkCostManagerEvents *self)
{
    return (ULONG)InterlockedIncrement(&source_of(self)->refs);
}

static ULONG STDMETHODCALLTYPE network_cost_Release(INetworkCostManagerEvents *self)
{
    struct network_cost_source *source = source_of(self);
    LONG refs = InterlockedDecrement(&source->refs);

    if (refs == 0) {
        CloseHandle(source->changed);
        free(source);
    }
    return (ULONG)refs;
}

static HRESULT STDMETHODCALLTYPE network_cost_CostChanged(INetworkCostManagerEvents *self,
                                                          DWORD cost, NLM_SOCKADDR *address)
{
    (void)cost; /* queried together with everything else */
    (void)address;
    SetEvent(source_of(self)->changed);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE
network_cost_DataPlanStatusChanged(INetworkCostManagerEvents *self, NLM_SOCKADDR *address)
{
    (void)address;
    SetEvent(source_of(self)->changed);
    return S_OK;
}

static const INetworkCostManagerEventsVtbl network_cost_vtbl = {
    .QueryInterface = network_cost_QueryInterface,
    .AddRef = network_cost_AddRef,
    .Release = network_cost_Release,
    .CostChanged = network_cost_CostChanged,
    .DataPlanStatusChanged = network_cost_DataPlanStatusChanged,
};

/* --- Opening and closing -------------------------------------------------------------- */

/* Without notifications, changes are noticed at the next query. */
static void advise(struct network_cost_source *source, IUnknown *list_manager)
{
    IConnectionPointContainer *container = NULL;
    IConnectionPoint *point = NULL;

    if (FAILED(IUnknown_QueryInterface(list_manager, &IID_IConnectionPointContainer,
                                       (void **)&container))) {
        return;
    }
    if (SUCCEEDED(IConnectionPointContainer_FindConnectionPoint(
            container, &IID_INetworkCostManagerEvents, &point))) {
        if (SUCCEEDED(IConnectionPoint_Advise(
                point, (IUnknown *)&source->INetworkCostManagerEvents_iface,
                &source->cookie))) {
            source->point = point;
        } else {
            IConnectionPoint_Release(point);
        }
    }
    IConnectionPointContainer_Release(container);
}

struct network_cost_source *network_cost_open(HANDLE changed)
{
    struct network_cost_source *source = calloc(1, sizeof(*source));
    IUnknown *list_manager = NULL;

    /* The sink may outlive its owner's event because of a call in progress. */
    if (!source || !DuplicateHandle(GetCurrentProcess(), changed, GetCurrentProcess(),
                                    &source->changed, 0, FALSE, DUPLICATE_SAME_ACCESS)) {
        free(source);
        return NULL;
    }
    source->INetworkCostManagerEvents_iface.lpVtbl =
        (INetworkCostManagerEventsVtbl *)(uintptr_t)&network_cost_vtbl;
    source->refs = 1;
    if (SUCCEEDED(CoCreateInstance(&CLSID_NetworkListManager, NULL, CLSCTX_ALL, &IID_IUnknown,
                                   (void **)&list_manager))) {
        if (SUCCEEDED(IUnknown_QueryInterface(list_manager, &IID_INetworkCostManager,
                                              (void **)&source->manager))) {
            advise(source, list_manager);
        }
        IUnknown_Release(list_manager);
    }
    return source;
}

void network_cost_close(struct network_cost_source *source)
{
    enum { PATIENCE_MS = 2000 };
    ULONGLONG deadline = GetTickCount64() + PATIENCE_MS;

    if (!source) {
        return;
    }
    if (source->point) {
        IConnectionPoint_Unadvise(source->point, source->cookie);
        IConnectionPoint_Release(source->point);
    }
    if (source->manager) {
        INetworkCostManager_Release(source->manager);
    }
    /* A call that has just arrived must return before our code may be unloaded. */
    while (InterlockedCompareExchange(&source->refs, 0, 0) > 1 && GetTickCount64() < deadline) {
        Sleep(1);
    }
    network_cost_Release(&source->INetworkCostManagerEvents_iface);
}

/* --- Queries -------------------------------------------------------------------------- */

/* All adapters; release with free(). NULL if the system does not provide them. */
static IP_ADAPTER_ADDRESSES *list_adapters(void)
{
    enum { FIRST_SIZE = 16384, MOST = 1024 * 1024, TRIES = 4 };
    const ULONG flags = GAA_FLAG_SKIP_UNICAST | GAA_FLAG_SKIP_ANYCAST |
                        GAA_FLAG_SKIP_MULTICAST | GAA_FLAG_SKIP_DNS_SERVER |
                        GAA_FLAG_INCLUDE_GATEWAYS;
    ULONG size = FIRST_SIZE;

    for (int i = 0; i < TRIES && size <= MOST; i++) {
        IP_ADAPTER_ADDRESSES *list = malloc(size);
        ULONG result = list ? GetAdaptersAddresses(AF_UNSPEC, flags, NULL, list, &size)
                            : ERROR_OUTOFMEMORY;

        if (result == ERROR_SUCCESS) {
            return list;
        }
        free(list);
        if (result != ERROR_BUFFER_OVERFLOW) {
            return NULL;
        }
    }
    return NULL;
}

static bool uses_cellular(void)
{
    enum { ADAPTERS_MOST = 256 };
    struct network_adapter adapters[ADAPTERS_MOST];
    IP_ADAPTER_ADDRESSES *list = list_adapters();
    size_t count = 0;

    for (const IP_ADAPTER_ADDRESSES *at = list; at && count < ADAPTERS_MOST; at = at->Next) {
        if (at->OperStatus == IfOperStatusUp) {
            adapters[count++] = (struct network_adapter){
                .metric = at->Ipv4Enabled ? at->Ipv4Metric : at->Ipv6Metric,
                .has_gateway = at->FirstGatewayAddress != NULL,
                .is_cellular =
                    at->IfType == TYPE_CELLULAR_GSM || at->IfType == TYPE_CELLULAR_CDMA,
            };
        }
    }
    free(list);
    return cost_policy_uses_cellular(adapters, count);
}

void network_cost_ask(struct network_cost_source *source, struct network_facts *facts_out)
{
    DWORD cost = NLM_CONNECTION_COST_UNKNOWN;

    if (!source || !source->manager ||
        FAILED(INetworkCostManager_GetCost(source->manager, &cost, NULL))) {
        cost = NLM_CONNECTION_COST_UNKNOWN;
    }
    *facts_out = (struct network_facts){.cost = cost, .is_cellular = uses_cellular()};
}
