/* A static class factory for each class, from a table. */
#ifndef ODO_COM_SERVER_CLASS_FACTORY_H
#define ODO_COM_SERVER_CLASS_FACTORY_H

#include <windows.h>

#include <objbase.h>

/* The result of DllGetClassObject. CLASS_E_CLASSNOTAVAILABLE and NULL for unknown classes. */
HRESULT class_factory_get(REFCLSID clsid, REFIID iid, void **out);

#endif
