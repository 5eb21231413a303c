/*
 * The identifiers of classes that only COM asks for.
 */
#ifndef ODO_COM_OBJECT_CLASS_IDS_H
#define ODO_COM_OBJECT_CLASS_IDS_H

#include <windows.h>

/* Of the proxies and stubs: proxies.h. */
#define PROXIES_CLASS L"{B08CE5F7-F4E7-421E-9680-93FA1E4B182F}"

extern const CLSID proxies_class; /* the same */

/* Of what only Wine needs in a client's process: remote_object.h, wine_proxies.h. */
#define REMOTE_OBJECT_CLASS L"{9EBF7DF7-2A7E-4BA1-85A4-D05D37428471}"

extern const CLSID remote_object_class; /* the same; CoUnmarshalInterface() creates it */

#endif
