/*
 * The server as the tests in this folder meet it: linked into the program, without
 * registration.
 */
#ifndef TESTS_COM_LINKED_SERVER_H
#define TESTS_COM_LINKED_SERVER_H

#include "com/client.h"
#include "com/server/class_factory.h"
#include "com/server/module.h"

static HRESULT client_get_class_object(REFCLSID clsid, REFIID iid, void **out)
{
    return class_factory_get(clsid, iid, out);
}

static inline bool client_server_can_unload(void)
{
    return module_can_unload();
}

#endif
