/*
 * Lists that a transfer can stand in, each through a link of its own. All O(1).
 */
#ifndef ODO_NETWORK_TRANSFER_LIST_H
#define ODO_NETWORK_TRANSFER_LIST_H

#include "network/transfer.h"

struct transfer_list {
    struct download *first;
    struct download *last;
    size_t link; /* offset of the list's transfer_link in struct download */
};

static inline struct transfer_link *transfer_list_link(const struct transfer_list *list,
                                                       struct download *transfer)
{
    return (struct transfer_link *)(void *)((unsigned char *)transfer + list->link);
}

static inline struct download *transfer_list_next(const struct transfer_list *list,
                                                  struct download *transfer)
{
    return transfer_list_link(list, transfer)->next;
}

/* Put `transfer` behind `place`, or first when `place` is NULL; nothing if it is in a list. */
static inline void transfer_list_insert(struct transfer_list *list, struct download *place,
                                        struct download *transfer)
{
    struct transfer_link *link = transfer_list_link(list, transfer);

    if (link->is_linked) {
        return;
    }
    link->is_linked = true;
    link->previous = place;
    link->next = place ? transfer_list_link(list, place)->next : list->first;
    if (place) {
        transfer_list_link(list, place)->next = transfer;
    } else {
        list->first = transfer;
    }
    if (link->next) {
        transfer_list_link(list, link->next)->previous = transfer;
    } else {
        list->last = transfer;
    }
}

static inline void transfer_list_append(struct transfer_list *list, struct download *transfer)
{
    transfer_list_insert(list, list->last, transfer);
}

/* Nothing if it is not in the list. */
static inline void transfer_list_remove(struct transfer_list *list, struct download *transfer)
{
    struct transfer_link *link = transfer_list_link(list, transfer);

    if (!link->is_linked) {
        return;
    }
    if (link->previous) {
        transfer_list_link(list, link->previous)->next = link->next;
    } else {
        list->first = link->next;
    }
    if (link->next) {
        transfer_list_link(list, link->next)->previous = link->previous;
    } else {
        list->last = link->previous;
    }
    *link = (struct transfer_link){0};
}

#endif
