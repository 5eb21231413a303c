/*
 * Keeps proxies of objects in other processes without the Global Interface Table.
 *
 * Wine 8's table never releases its references to an object in another process, so the object
 * would live for ever. Here such proxies are kept directly, for the multithreaded apartment,
 * which is the only one in the local server.
 */
#ifndef ODO_COM_WINE_KEPT_PROXIES_H
#define ODO_COM_WINE_KEPT_PROXIES_H

/* Register as the implementation of interface_keeper.h. */
void kept_proxies_begin(void);

#endif
