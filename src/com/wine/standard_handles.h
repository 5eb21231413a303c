/*
 * The standard handles that a program under Wine has inherited from whoever made Wine start it.
 */
#ifndef ODO_COM_WINE_STANDARD_HANDLES_H
#define ODO_COM_WINE_STANDARD_HANDLES_H

/*
 * Have none of them any more: who waits for the end of a pipe, such as a script that captures
 * what its client prints, is not to wait for this process. Under Wine alone.
 */
void standard_handles_let_go(void);

#endif
