/*
 * Our own proxies, for clients of the local server under Wine.
 *
 * Microsoft's clients call CoSetProxyBlanket on the manager and on each download and give up
 * when it fails, and on Wine 8's standard proxies it does. So there the server hands these
 * objects over with a header of ours before the standard marshalling data; the DLL, loaded into
 * the client's process, wraps the standard proxy that comes of the data, forwards each call to
 * it and answers IClientSecurity itself. On Windows nothing of this is used or registered.
 *
 * Each time an object comes over it gets a wrapper of its own, so two wrappers of one download
 * are two objects to COM's rules of identity; the Id property tells that they are the same.
 */
#ifndef ODO_COM_WINE_REMOTE_OBJECT_H
#define ODO_COM_WINE_REMOTE_OBJECT_H

#include "com/object/class_ids.h"
#include "com/object/com_marshal.h"

/* Have objects that have a kind marshalled so. */
void remote_object_begin(void);

/* The reader of such data: an object that answers IMarshal. As IClassFactory::CreateInstance.
 */
HRESULT remote_object_create_reader(REFIID iid, void **out);

#endif
