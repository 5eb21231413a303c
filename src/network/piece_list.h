/*
 * The download of a piece hash file: a plain GET into memory, with the retries, redirects and
 * rate limits of any other download. It gets the client's headers only on the file's own
 * server. When it ends, the file learns its piece hashes, or that there are none.
 *
 * Network thread only, except piece_list_create().
 */
#ifndef ODO_NETWORK_PIECE_LIST_H
#define ODO_NETWORK_PIECE_LIST_H

#include "network/fetch.h"

struct piece_list;

/*
 * Create a list for a new file; *list_out is NULL if the file is not to be checked. `on_ended`
 * is called when the fetch has ended, and should release it.
 *
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status piece_list_create(struct fetch *file, void (*on_ended)(struct fetch *fetch),
                                  struct piece_list **list_out);

/* Its fetch has ended, or was taken. NULL is allowed. */
void piece_list_free(struct piece_list *list);

/* The list's fetch; NULL when it has ended, and for NULL. */
struct fetch *piece_list_fetch(const struct piece_list *list);

/* The same, but the caller has to end it. */
struct fetch *piece_list_take(struct piece_list *list);

#endif
