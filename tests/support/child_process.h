/*
 * This program a second time, as a process of its own that can be killed at any moment.
 *
 * One implementation per operating system: child_process_posix.c, child_process_windows.c.
 * What cannot be done ends the program with a word on standard error.
 */
#ifndef SUPPORT_CHILD_PROCESS_H
#define SUPPORT_CHILD_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

struct child_process;

/* Start it with these arguments behind its name; NULL ends them. None holds a quote or ends in
 * a backslash. Never NULL. */
struct child_process *child_process_start(const char *const arguments[]);

/* Kill it: it gets no chance to do anything more. Returns when it has ended, and frees it.
 * False when it had ended by itself. */
bool child_process_kill(struct child_process *child);

/* Wait until it ends by itself and free it. Its exit code, or -1 for any other end. */
int child_process_wait(struct child_process *child);

/* How much longer to start a process takes here than on the quickest system: 1 or more. */
unsigned child_process_cost(void);

#endif
