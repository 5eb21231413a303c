/*
 * Intrusive lists of downloads; a download has one link for each list. All operations are O(1).
 */
#ifndef ODO_NETWORK_FETCH_LIST_H
#define ODO_NETWORK_FETCH_LIST_H

#include "network/fetch.h"

struct fetch_list {
    struct fetch *first;
    struct fetch *last;
    size_t link; /* offset of the list's fetch_link in struct fetch */
};

static inline struct fetch_link *fetch_list_link(const struct fetch_list *list,
                                                 struct fetch *download)
{
    return (struct fetch_link *)(void *)((unsigned char *)download + list->link);
}

static inline struct fetch *fetch_list_next(const struct fetch_list *list,
                                            struct fetch *download)
{
    return fetch_list_link(list, download)->next;
}

/* Insert `download` after `place`, or first if `place` is NULL; no effect if it is in a
 * list. */
static inline void fetch_list_insert(struct fetch_list *list, struct fetch *place,
                                     struct fetch *download)
{
    struct fetch_link *link = fetch_list_link(list, download);

    if (link->is_linked) {
        return;
    }
    link->is_linked = true;
    link->previous = place;
    link->next = place ? fetch_list_link(list, place)->next : list->first;
    if (place) {
        fetch_list_link(list, place)->next = download;
    } else {
        list->first = download;
    }
    if (link->next) {
        fetch_list_link(list, link->next)->previous = download;
    } else {
        list->last = download;
    }
}

static inline void fetch_list_append(struct fetch_list *list, struct fetch *download)
{
    fetch_list_insert(list, list->last, download);
}

/* No effect if it is not in the list. */
static inline void fetch_list_remove(struct fetch_list *list, struct fetch *download)
{
    struct fetch_link *link = fetch_list_link(list, download);

    if (!link->is_linked) {
        return;
    }
    if (link->previous) {
        fetch_list_link(list, link->previous)->next = link->next;
    } else {
        list->first = link->next;
    }
    if (link->next) {
        fetch_list_link(list, link->next)->previous = link->previous;
    } else {
        list->last = link->previous;
    }
    *link = (struct fetch_link){0};
}

#endif
