/*
 * Watches the clients of the local server under Wine.
 *
 * On Windows COM notices when a client ends without releasing its references, and releases
 * them. Wine 8 does not, and the server would run for ever. So under Wine the server records
 * for which process each object was created. When that process ends, its objects are
 * disconnected, and those still alive, for instance because a call failed to return them, no
 * longer count.
 *
 * An interface passed from one client to another belongs to the first.
 */
#ifndef ODO_COM_WINE_CLIENT_WATCH_H
#define ODO_COM_WINE_CLIENT_WATCH_H

/* In the local server, before the first object is created. */
void client_watch_begin(void);

#endif
