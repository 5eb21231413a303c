/*
 * What keeps the DLL loaded, and the one engine of the process.
 *
 * The engine is made when the first call needs it. It ends when the last object has been
 * released, nobody locks the server, and no job is running; so a client that has released its
 * objects has nothing of ours left when its jobs have come to rest. Those that it has neither
 * completed nor cancelled are in the store then.
 *
 * Any thread but the engine's own may call these functions, with no lock of ours held. Process
 * exit needs none of them.
 */
#ifndef ODO_COM_SERVER_MODULE_H
#define ODO_COM_SERVER_MODULE_H

#include <stdbool.h>
#include <windows.h>

#include <odo/odo.h>

/*
 * Have what the objects stand on know of the module: it counts them, and their marshalling asks
 * what only Wine needs. To be called before the first object is made, as often as one likes.
 */
void module_prepare(void);

/* IClassFactory::LockServer. */
void module_lock_server(void);
void module_unlock_server(void);

/*
 * The engine, made if need be. The caller is a method of an object of ours: as long as that
 * object lives, so does the engine.
 */
enum odo_status module_get_engine(struct odo_engine **engine_out);

/*
 * May the DLL be unloaded? Stops an engine that is idle and waits for our threads to have left.
 * False while there is an object, a lock, or a job that is running.
 */
bool module_can_unload(void);

/*
 * For a program that ends when nobody needs it: nobody has an object or a lock, and no job is
 * running. There may still be volatile downloads at rest, which keep the engine: they can be
 * found again.
 */
bool module_is_quiet(void);

/* It is about to end: abort those downloads, unless somebody has come meanwhile. */
void module_abort_volatile(void);

/*
 * Who wants to hear of it when the server comes into use and out of it: a program that ends
 * when nobody needs it. Each function may be called on any thread, also the engine's, and must
 * return at once.
 */
struct module_listener {
    void (*on_hold)(void);   /* an object, or a lock, has begun */
    void (*on_let_go)(void); /* one has ended */
    void (*on_event)(void);  /* something has happened to a job; perhaps it has come to rest */
};

/* Before the first object. `listener` must stay; there is one at most. */
void module_set_listener(const struct module_listener *listener);

#endif
