/* The entry point, which creates and finds jobs; created by both classes of the server. */
#ifndef ODO_COM_SERVER_MANAGER_OBJECT_H
#define ODO_COM_SERVER_MANAGER_OBJECT_H

#include <windows.h>

/* E_NOINTERFACE, E_OUTOFMEMORY; *out is then NULL. */
HRESULT manager_object_create(REFIID iid, void **out);

#endif
