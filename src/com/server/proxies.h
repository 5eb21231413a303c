/*
 * The proxies and stubs of every interface in the IDL, as widl made them, and the class that
 * makes them. They carry calls between apartments and between processes.
 *
 * Several of the interfaces are BITS' as well, and Windows and Wine have proxies for those. So
 * ours serve only where nobody else's do: registration.h says so of the registry, and
 * proxies_use_here() of one process.
 */
#ifndef ODO_COM_SERVER_PROXIES_H
#define ODO_COM_SERVER_PROXIES_H

#include "com/object/class_ids.h"

#include <stdbool.h>
#include <windows.h>

#include <objbase.h>

/* What DllGetClassObject answers for that class. */
HRESULT proxies_get_class_object(REFIID iid, void **out);

/* False while a proxy or a stub of ours lives. */
bool proxies_can_unload(void);

/* The interfaces, in an order that stays the same. Names are ASCII. */
size_t proxies_count(void);
const IID *proxies_iid(size_t index);
const char *proxies_name(size_t index);

/*
 * Have COM use our proxies in this process, for the interfaces that nobody else's are known
 * for, and for those that Wine's fail to carry. To be called in the multithreaded apartment,
 * once. The registration lasts until CoRevokeClassObject(*registration_out), and until the
 * process ends for the interfaces.
 */
HRESULT proxies_use_here(DWORD *registration_out);

#endif
