/*
 * Client impersonation for the thread that executes a client's call.
 *
 * In the client's own process there is nothing to do. In the local server, files accessed while
 * the client waits are accessed as the client: checking and creating folders, the final rename,
 * deleting received data. So are changes to the store, which belongs to the same user.
 *
 * The engine's threads access the temporary file, which is in the target's folder, as the
 * process. That grants no additional rights: COM starts the process as the requesting user, and
 * its permissions admit no other caller (permissions.h).
 */
#ifndef ODO_COM_OBJECT_CALLER_H
#define ODO_COM_OBJECT_CALLER_H

#include <stdbool.h>

/*
 * Impersonate the client. If this returns true, caller_leave() must follow on the same thread
 * to revert to the process's own identity.
 *
 * Also returns false for a client that permits identification only (COM's default): its
 * identity was checked when it called, and such a token cannot open files.
 */
bool caller_enter(void);

/* `has_entered` is what caller_enter() has returned. */
void caller_leave(bool has_entered);

#endif
