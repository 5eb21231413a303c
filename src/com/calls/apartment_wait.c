#include "com/calls/apartment_wait.h"

#include <objbase.h>

bool apartment_wait(HANDLE event, DWORD timeout_ms)
{
    DWORD index;
    HRESULT hr = CoWaitForMultipleHandles(0, timeout_ms, 1, &event, &index);

    if (SUCCEEDED(hr)) {
        return true;
    }
    if (hr == RPC_S_CALLPENDING) {
        return false;
    }
    return WaitForSingleObject(event, timeout_ms) == WAIT_OBJECT_0; /* a thread without COM */
}
