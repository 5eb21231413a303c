/*
 * Whose entry CLSID_DeliveryOptimization is: see registration.h.
 */
#ifndef ODO_COM_SERVER_REGISTRATION_OWNER_H
#define ODO_COM_SERVER_REGISTRATION_OWNER_H

#include "com/server/registration_place.h"

enum registration_owner { OWNER_NOBODY, OWNER_US, OWNER_OTHER, OWNER_WINDOWS };

/* The owner of the entry below `root`, which may be NULL. */
enum registration_owner registration_owner_in(const struct registration_place *place,
                                              HKEY root);

#endif
