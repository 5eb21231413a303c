/*
 * The person at the other end: is there a terminal, how wide is it, and has somebody pressed
 * Ctrl+C?
 *
 * One implementation per operating system: terminal_posix.c, terminal_windows.c.
 */
#ifndef ODO_TOOL_TERMINAL_H
#define ODO_TOOL_TERMINAL_H

#include "wakeup.h"

#include <stdbool.h>

/* Text is UTF-8 from here on, on a console too. Undone when the program ends. */
void terminal_prepare(void);

/* May standard error be drawn on, by going back to the start of the line? */
bool terminal_is_interactive(void);

/* Columns of the terminal behind standard error, at this moment; 80 when it does not say. */
unsigned terminal_width(void);

/*
 * From now on the first Ctrl+C (or signal to end) is noted and wakes `wakeup`, instead of
 * ending the program; the second one ends it. NULL goes back to what was before.
 */
void terminal_watch_interrupts(struct wakeup *wakeup);

/* 0, or the exit code for the interrupt that was noted: 130 for Ctrl+C. */
int terminal_interrupted(void);

#endif
