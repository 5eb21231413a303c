/*
 * What keeps the DLL loaded, and the process's single engine.
 *
 * The engine is created on demand. It ends when the last object was released, the server is not
 * locked, and no job is running; so when a client has released its objects and its jobs have
 * stopped, nothing of ours is left in its process. Jobs that were neither completed nor
 * cancelled are in the store.
 *
 * Any thread except the engine's own may call these functions, without holding our locks. They
 * are not needed at process exit.
 */
#ifndef ODO_COM_SERVER_MODULE_H
#define ODO_COM_SERVER_MODULE_H

#include <stdbool.h>
#include <windows.h>

#include <odo/odo.h>

/*
 * Install the module's hooks: object counting, and what only Wine needs for marshalling. Call
 * it before the first object is created; may be repeated.
 */
void module_prepare(void);

/* IClassFactory::LockServer. */
void module_lock_server(void);
void module_unlock_server(void);

/*
 * The engine, created if needed. The caller must be a method of one of our objects: the engine
 * lives as long as that object.
 */
enum odo_status module_get_engine(struct odo_engine **engine_out);

/*
 * May the DLL be unloaded? Stops an idle engine and waits until our threads have ended. False
 * while there is an object, a lock or a running job.
 */
bool module_can_unload(void);

/*
 * For a process that ends when unused: true if there is no object, no lock and no running job.
 * Stopped volatile downloads may be left and keep the engine, as they can still be found.
 */
bool module_is_quiet(void);

/* The process is about to end: abort those downloads, unless a client has connected
 * meanwhile. */
void module_abort_volatile(void);

/*
 * Notified when the server becomes used or unused, for a process that ends when unused. Each
 * function may be called on any thread, including the engine's, and must return at once.
 */
struct module_listener {
    void (*on_hold)(void);   /* an object or lock was added */
    void (*on_let_go)(void); /* one was removed */
    void (*on_event)(void);  /* a job has changed; it may have stopped */
};

/* Call before the first object is created. `listener` must remain valid; there is at most
 * one. */
void module_set_listener(const struct module_listener *listener);

#endif
