/*
 * Proxies of objects in other processes, kept as they are.
 *
 * Wine 8's Global Interface Table never gives back the references that it takes of an object in
 * another process, so the object would live for ever. There such proxies are kept by us, for
 * the multithreaded apartment, which is the only one that the local server has.
 */
#ifndef ODO_COM_WINE_KEPT_PROXIES_H
#define ODO_COM_WINE_KEPT_PROXIES_H

/* Have interface_keeper.h keep them so. */
void kept_proxies_begin(void);

#endif
