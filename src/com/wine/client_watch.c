#include "com/wine/client_watch.h"

#include "com/object/client_id.h"
#include "com/object/com_object.h"

#include <objbase.h>
#include <stdlib.h>

struct client {
    struct client *next;
    DWORD id;
    HANDLE process; /* open, so that its id is not reused */
    HANDLE wait;
    struct com_object *objects; /* live objects created for it */
};

/* Guards everything here, including the list links in objects. */
static SRWLOCK lock = SRWLOCK_INIT;
static struct client *clients;

static void unlink_locked(struct com_object *object)
{
    struct client *client = object->client;

    if (!client) {
        return;
    }
    if (object->previous) {
        object->previous->next = object->next;
    } else {
        client->objects = object->next;
    }
    if (object->next) {
        object->next->previous = object->previous;
    }
    object->client = NULL;
}

static void link_locked(struct com_object *object, struct client *client)
{
    object->client = client;
    object->previous = NULL;
    object->next = client->objects;
    if (client->objects) {
        client->objects->previous = object;
    }
    client->objects = object;
}

/* --- End of a client ------------------------------------------------------------------ */

/* Remove one of its objects from the list, with a reference; or NULL. */
static struct com_object *take_object(struct client *client)
{
    struct com_object *object;

    AcquireSRWLockExclusive(&lock);
    do {
        object = client->objects;
        if (object) {
            unlink_locked(object);
        }
    } while (object && !com_object_try_add_ref(object)); /* until one is still alive */
    ReleaseSRWLockExclusive(&lock);
    return object;
}

/* False if a call in progress has created another object for it. */
static bool forget(struct client *client)
{
    struct client **place = &clients;
    bool has_more;

    AcquireSRWLockExclusive(&lock);
    has_more = client->objects != NULL;
    if (!has_more) {
        while (*place != client) {
            place = &(*place)->next;
        }
        *place = client->next;
    }
    ReleaseSRWLockExclusive(&lock);
    if (has_more) {
        return false;
    }
    UnregisterWaitEx(client->wait,
                     NULL); /* called from its own callback, so it is not waited for */
    CloseHandle(client->process);
    free(client);
    return true;
}

static void let_go(struct com_object *object)
{
    IUnknown *identity = com_object_identity(object);

    /* First: from now on Wine's own marshaling is used for it. */
    com_object_stop_counting(object);
    if (identity->lpVtbl) { /* otherwise it is still being created, and not connected */
        CoDisconnectObject(identity, 0);
    }
    com_object_release(object);
}

static void CALLBACK on_client_end(PVOID context, BOOLEAN is_time_out)
{
    struct client *client = context;
    HRESULT com = CoInitializeEx(NULL, COINIT_MULTITHREADED);
    struct com_object *object;

    (void)is_time_out;
    do {
        while ((object = take_object(client)) != NULL) {
            let_go(object);
        }
    } while (!forget(client));
    if (SUCCEEDED(com)) {
        CoUninitialize();
    }
}

/* --- Objects of a client -------------------------------------------------------------- */

/* NULL if it cannot be watched, for instance because it has ended. */
static struct client *make_client_locked(DWORD id)
{
    struct client *client = calloc(1, sizeof(*client));

    if (!client) {
        return NULL;
    }
    client->id = id;
    client->process = OpenProcess(SYNCHRONIZE, FALSE, id);
    if (!client->process ||
        !RegisterWaitForSingleObject(&client->wait, client->process, on_client_end, client,
                                     INFINITE, WT_EXECUTEONLYONCE | WT_EXECUTELONGFUNCTION)) {
        if (client->process) {
            CloseHandle(client->process);
        }
        free(client);
        return NULL;
    }
    client->next = clients;
    clients = client;
    return client;
}

static void note(struct com_object *object, DWORD id)
{
    struct client *client;

    if (id == 0) {
        return;
    }
    AcquireSRWLockExclusive(&lock);
    client = clients;
    while (client && client->id != id) {
        client = client->next;
    }
    if (!client) {
        client = make_client_locked(id);
    }
    if (client && !object->client) {
        link_locked(object, client);
    }
    ReleaseSRWLockExclusive(&lock);
}

static void on_begin(struct com_object *object)
{
    note(object, client_id_of_call());
}

/* An object created for a callback rather than by a client's call. */
static void on_marshal(struct com_object *object)
{
    note(object, client_id_called());
}

static void on_end(struct com_object *object)
{
    AcquireSRWLockExclusive(&lock);
    unlink_locked(object);
    ReleaseSRWLockExclusive(&lock);
}

void client_watch_begin(void)
{
    static const struct com_object_hook hook = {
        .on_begin = on_begin,
        .on_marshal = on_marshal,
        .on_end = on_end,
    };

    com_object_set_hook(&hook);
}
