/* The way in: makes and finds jobs. What both classes of the server create. */
#ifndef ODO_COM_SERVER_MANAGER_OBJECT_H
#define ODO_COM_SERVER_MANAGER_OBJECT_H

#include <windows.h>

/* E_NOINTERFACE, E_OUTOFMEMORY; then *out is NULL. */
HRESULT manager_object_create(REFIID iid, void **out);

#endif
