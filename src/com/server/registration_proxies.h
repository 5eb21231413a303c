/*
 * Registers the DLL as the proxy class of its interfaces, where they have none.
 */
#ifndef ODO_COM_SERVER_REGISTRATION_PROXIES_H
#define ODO_COM_SERVER_REGISTRATION_PROXIES_H

#include "com/server/registration_place.h"
#include "com/server/registry_table.h"

enum {
    REGISTRATION_INTERFACE_ROWS = 3, /* at most, per interface */
    REGISTRATION_INTERFACE_KEY_SIZE = 96,
    REGISTRATION_INTERFACE_NAME_SIZE = 64,
};

/* The keys of one interface. */
struct registration_interface {
    WCHAR key[REGISTRATION_INTERFACE_KEY_SIZE];
    WCHAR proxy_key[REGISTRATION_INTERFACE_KEY_SIZE];
    WCHAR name[REGISTRATION_INTERFACE_NAME_SIZE];
};

/* The keys of the interface with this index in proxies.h. */
void registration_interface_make(size_t index, struct registration_interface *entry_out);

/* The rows for one interface, which point into `entry`; returns the number of rows. */
size_t registration_interface_rows(const struct registration_place *place,
                                   const struct registration_interface *entry,
                                   struct registry_value *rows_out);

/* Remove the rows of all interfaces, and the proxy classes, unless they belong to another copy.
 */
HRESULT registration_proxies_remove(const struct registration_place *place);

#endif
