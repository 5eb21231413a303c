/* The DLL, or the program, that holds this code. */
#ifndef ODO_COM_OBJECT_THIS_MODULE_H
#define ODO_COM_OBJECT_THIS_MODULE_H

#include <windows.h>

/* Not counted. */
HMODULE this_module_handle(void);

#endif
