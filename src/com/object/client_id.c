#include "com/object/client_id.h"

#include <rpc.h>
#include <stdbool.h>

static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static DWORD slot = TLS_OUT_OF_INDEXES;

static BOOL CALLBACK allocate_slot(PINIT_ONCE self, PVOID parameter, PVOID *context_out)
{
    (void)self;
    (void)parameter;
    (void)context_out;
    slot = TlsAlloc();
    return TRUE;
}

static bool has_slot(void)
{
    InitOnceExecuteOnce(&once, allocate_slot, NULL, NULL);
    return slot != TLS_OUT_OF_INDEXES;
}

DWORD client_id_called(void)
{
    DWORD error = GetLastError(); /* TlsGetValue() changes it */
    DWORD id = has_slot() ? (DWORD)(DWORD_PTR)TlsGetValue(slot) : 0;

    SetLastError(error);
    return id;
}

void client_id_will_call(DWORD process_id)
{
    if (has_slot()) {
        TlsSetValue(slot, (void *)(DWORD_PTR)process_id);
    }
}

DWORD client_id_of_call(void)
{
    ULONG id = 0;

    if (I_RpcBindingInqLocalClientPID(NULL, &id) != RPC_S_OK) {
        id = 0;
    }
    return id != GetCurrentProcessId() ? id : 0;
}
