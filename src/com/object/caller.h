/*
 * The client's rights on the thread that runs its call.
 *
 * In the client's own process there is nothing to do. In a process of the server's, what is
 * done to files while the client waits is done as the client: the check of a folder, the
 * making of one, the final rename, the deletion of what has arrived. So is the entry in the
 * store, which is the same user's.
 *
 * What the engine's own threads do later, with the temporary file beside the target, they do
 * as the process. That gives nobody a right which he lacks: COM starts the process as the user
 * who asks for it, and its permissions let nobody else call it (permissions.h).
 */
#ifndef ODO_COM_OBJECT_CALLER_H
#define ODO_COM_OBJECT_CALLER_H

#include <stdbool.h>

/*
 * Take on the client's rights. True when that was done, and then caller_leave() must follow on
 * the same thread, after which the thread is the process' again.
 *
 * False as well for a client that only lets itself be identified (COM's default level): who he
 * is was checked when he came in, and no file can be opened with such a token.
 */
bool caller_enter(void);

/* `has_entered` is what caller_enter() has returned. */
void caller_leave(bool has_entered);

#endif
