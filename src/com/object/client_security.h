/*
 * IClientSecurity for objects in the client's own process.
 *
 * CoSetProxyBlanket asks an object for IClientSecurity, and clients written for a service give
 * up if that fails. Here there is no proxy and nothing to set: every call succeeds.
 */
#ifndef ODO_COM_OBJECT_CLIENT_SECURITY_H
#define ODO_COM_OBJECT_CLIENT_SECURITY_H

#include "com/object/com_object.h"

struct client_security {
    IClientSecurity IClientSecurity_iface;
    struct com_object *owner; /* not counted: contains this struct */
};

void client_security_init(struct client_security *security, struct com_object *owner);

#endif
