/* Is this Wine? For the few places where it differs from Windows in what we need. */
#ifndef ODO_COM_WINE_WINE_H
#define ODO_COM_WINE_WINE_H

#include <stdbool.h>

bool wine_is_here(void);

#endif
