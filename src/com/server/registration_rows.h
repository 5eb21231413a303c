/*
 * The registry values of a registration, as tables whose placeholders are replaced by paths.
 */
#ifndef ODO_COM_SERVER_REGISTRATION_ROWS_H
#define ODO_COM_SERVER_REGISTRATION_ROWS_H

#include "com/server/registration_place.h"

#include <stdbool.h>

/* Write all values, or none; with CLSID_DeliveryOptimization if `with_do_class`. */
HRESULT registration_rows_write(const struct registration_place *place, bool with_do_class);

/* The path of this DLL's type library for scripts, to be freed. NULL when out of memory. */
WCHAR *registration_library_path(const struct registration_place *place);

#endif
