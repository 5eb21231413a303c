/*
 * IDispatch based on the type library in this DLL: the system handles names, ids, argument
 * conversion and invocation, from the description of a dual interface.
 *
 * Any thread.
 */
#ifndef ODO_COM_SCRIPT_AUTOMATION_DISPATCH_H
#define ODO_COM_SCRIPT_AUTOMATION_DISPATCH_H

#include <windows.h>

#include <oleauto.h>

/*
 * The description of a dual interface in idl/OpenDO.idl, with a reference. The caller caches
 * it.
 *
 *   errors of LoadTypeLibEx   the module has no such resource
 */
HRESULT automation_dispatch_load(REFIID iid, ITypeInfo **description_out);

/* The four methods of IDispatch for an object with that description. */
HRESULT automation_dispatch_count(UINT *count_out);

HRESULT automation_dispatch_get(ITypeInfo *description, UINT index, ITypeInfo **info_out);

HRESULT automation_dispatch_find(ITypeInfo *description, REFIID reserved, LPOLESTR *names,
                                 UINT count, DISPID *ids);

/* `self` is the dual interface. */
HRESULT automation_dispatch_invoke(ITypeInfo *description, void *self, DISPID id,
                                   REFIID reserved, WORD flags, DISPPARAMS *arguments,
                                   VARIANT *result, EXCEPINFO *exception, UINT *fault);

#endif
