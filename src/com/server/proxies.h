/*
 * The proxies and stubs that widl generated for all interfaces in the IDL, and their class.
 * They carry calls between apartments and processes.
 *
 * Several interfaces belong to BITS, and Windows and Wine have proxies for them. So ours are
 * used only where there are no others: see registration.h for the registry, and
 * proxies_use_here() for a process.
 */
#ifndef ODO_COM_SERVER_PROXIES_H
#define ODO_COM_SERVER_PROXIES_H

#include "com/object/class_ids.h"

#include <stdbool.h>
#include <windows.h>

#include <objbase.h>

/* The result of DllGetClassObject for that class. */
HRESULT proxies_get_class_object(REFIID iid, void **out);

/* False while one of our proxies or stubs exists, but for the kept ones (kept_stubs.h). */
bool proxies_can_unload(void);

/* The interfaces, in a fixed order. Names are ASCII. */
size_t proxies_count(void);
const IID *proxies_iid(size_t index);
const char *proxies_name(size_t index);

/*
 * Have COM use our proxies in this process, for interfaces without others and for those that
 * fail with Wine's. Call it once, in the multithreaded apartment. The class is registered until
 * CoRevokeClassObject(*registration_out), the interfaces until the process ends.
 */
HRESULT proxies_use_here(DWORD *registration_out);

#endif
