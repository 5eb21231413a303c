/*
 * The client process that a thread works for: that of the call it serves, or of the callback it
 * is about to call.
 */
#ifndef ODO_COM_OBJECT_CLIENT_ID_H
#define ODO_COM_OBJECT_CLIENT_ID_H

#include <windows.h>

/* Of the call that this thread serves; 0 without one, or if it comes from this process. */
DWORD client_id_of_call(void);

/* Of the client that this thread calls or is about to call, possibly this process; 0 for
 * none. */
DWORD client_id_called(void);
void client_id_will_call(DWORD process_id);

#endif
