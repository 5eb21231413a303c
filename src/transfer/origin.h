/*
 * What has been learnt of a server: how many requests it serves now. An origin is a scheme,
 * a host and a port (RFC 9110 section 4.3.1).
 *
 * On the network thread alone.
 */
#ifndef ODO_TRANSFER_ORIGIN_H
#define ODO_TRANSFER_ORIGIN_H

#include <odo/types.h>

struct origin {
    struct origin *next;
    char *name;       /* owned; scheme://host:port in lower case */
    uint32_t active;  /* requests in flight */
    uint32_t holders; /* transfers that point here */
};

struct origin_list {
    struct origin *first;
    size_t count;
};

/*
 * The origin of `url`, made when it is new. The caller holds it until origin_release().
 *
 *   ODO_E_INVALID_URL
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status origin_acquire(struct origin_list *origins, const char *url,
                               struct origin **origin_out);

/* What was learnt is kept while there are few. NULL is fine. */
void origin_release(struct origin_list *origins, struct origin *origin);

void origin_list_free(struct origin_list *origins);

#endif
