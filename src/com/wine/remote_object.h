/*
 * Custom proxies for clients of the local server under Wine.
 *
 * Microsoft's clients call CoSetProxyBlanket on the manager and on each download and give up
 * when it fails, which it does on Wine 8's standard proxies. So the server marshals these
 * objects with a header before the standard data; the DLL, loaded into the client's process,
 * wraps the resulting standard proxy, forwards all calls to it and answers IClientSecurity
 * itself. On Windows none of this is used or registered.
 *
 * Each unmarshalled object gets a wrapper of its own, so COM regards two wrappers of one
 * download as different objects; the Id property reveals that they are the same.
 */
#ifndef ODO_COM_WINE_REMOTE_OBJECT_H
#define ODO_COM_WINE_REMOTE_OBJECT_H

#include "com/object/class_ids.h"
#include "com/object/com_marshal.h"

/* Marshal all objects that have a kind this way. */
void remote_object_begin(void);

/* Create the unmarshaler, which answers IMarshal. Like IClassFactory::CreateInstance. */
HRESULT remote_object_create_reader(REFIID iid, void **out);

#endif
