/*
 * The clients of the local server under Wine, and what is theirs.
 *
 * On Windows COM finds out that a client has ended without releasing what it had, and lets that
 * go. Wine 8 does not, and the server would live for ever. So there it notes for which process
 * each object was made; when that ends, COM is told that nobody is connected to its objects any
 * more, and those that still live, because a call that was to hand them over has failed, say,
 * count no longer.
 *
 * An interface that one client has handed on to another is the first one's.
 */
#ifndef ODO_COM_WINE_CLIENT_WATCH_H
#define ODO_COM_WINE_CLIENT_WATCH_H

/* Before the first object, in the local server. */
void client_watch_begin(void);

#endif
