/*
 * The download of a piece hash file, beside that of the file which is checked by it: one plain
 * GET into memory, with the retries, redirects and caps of all others, and with the client's
 * headers only on the file's own server. When it has ended, the file is told what to check
 * against, or that there is nothing.
 *
 * On the network thread alone, but for piece_list_create().
 */
#ifndef ODO_NETWORK_PIECE_LIST_H
#define ODO_NETWORK_PIECE_LIST_H

#include "network/fetch.h"

struct piece_list;

/*
 * A list for a file that was just created; *list_out is NULL for one that is not to be checked.
 * `on_ended` is called when its fetch has done what it is for, to let go of it.
 *
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status piece_list_create(struct fetch *file, void (*on_ended)(struct fetch *fetch),
                                  struct piece_list **list_out);

/* Its fetch has ended, or was taken. NULL is fine. */
void piece_list_free(struct piece_list *list);

/* What fetches it; NULL when it has ended, and for NULL. */
struct fetch *piece_list_fetch(const struct piece_list *list);

/* The same, to be ended by the caller. */
struct fetch *piece_list_take(struct piece_list *list);

#endif
