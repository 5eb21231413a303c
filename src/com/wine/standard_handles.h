/*
 * The standard handles that a program under Wine inherits from the process that made Wine start
 * it.
 */
#ifndef ODO_COM_WINE_STANDARD_HANDLES_H
#define ODO_COM_WINE_STANDARD_HANDLES_H

/*
 * Close them, so that a process waiting for the end of a pipe, such as a script capturing its
 * client's output, does not wait for this process. Under Wine only.
 */
void standard_handles_close(void);

#endif
