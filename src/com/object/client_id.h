/*
 * The process for which a thread is working, where clients are in other processes: that of the
 * client whose call it serves, or whose callback it is about to call.
 */
#ifndef ODO_COM_OBJECT_CLIENT_ID_H
#define ODO_COM_OBJECT_CLIENT_ID_H

#include <windows.h>

/* Of the call that this thread serves; 0 without one, or when it comes from this process. */
DWORD client_id_of_call(void);

/* Of the client that this thread calls, or is about to: perhaps this process; 0 for none. */
DWORD client_id_called(void);
void client_id_will_call(DWORD process_id);

#endif
