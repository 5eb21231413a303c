/*
 * The user's terminal: whether there is one, its width, and Ctrl+C.
 *
 * One implementation per operating system: terminal_posix.c, terminal_windows.c.
 */
#ifndef ODO_TOOL_TERMINAL_H
#define ODO_TOOL_TERMINAL_H

#include "wakeup.h"

#include <stdbool.h>

/* From now on text is UTF-8, also on a console. Reverted when the program ends. */
void terminal_prepare(void);

/* Is standard error a terminal on which a line can be redrawn? */
bool terminal_is_interactive(void);

/* The current width of standard error's terminal in columns; 80 if unknown. */
unsigned terminal_width(void);

/*
 * From now on the first Ctrl+C (or termination signal) is recorded and wakes `wakeup`, instead
 * of ending the program; a second one ends it. NULL restores the default.
 */
void terminal_watch_interrupts(struct wakeup *wakeup);

/* 0, or the exit code for the recorded interrupt: 130 for Ctrl+C. */
int terminal_interrupted(void);

#endif
