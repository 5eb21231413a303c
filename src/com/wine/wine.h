/* Detects Wine, for the few places where its behaviour differs from Windows'. */
#ifndef ODO_COM_WINE_WINE_H
#define ODO_COM_WINE_WINE_H

#include <stdbool.h>

bool wine_is_here(void);

#endif
