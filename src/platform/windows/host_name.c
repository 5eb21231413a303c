#include "platform/host_name.h"

#include "base/text.h"

#include <windows.h>

enum {
    /* More than the limit of 253 characters, for which the system reports an error. */
    NAME_SIZE = 1024,
};

enum odo_status platform_host_to_ascii(const char *name, char **ascii_out)
{
    wchar_t wide[NAME_SIZE];
    wchar_t found[NAME_SIZE];
    char ascii[NAME_SIZE];
    int size = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, name, -1, wide, NAME_SIZE);
    char *copy;

    if (size > 0) {
        size = IdnToAscii(0, wide, size, found, NAME_SIZE);
    }
    if (size <= 0) {
        return ODO_E_INVALID_URL;
    }
    for (int i = 0; i < size; i++) {
        if (found[i] > 0x7f) {
            return ODO_E_INVALID_URL;
        }
        ascii[i] = (char)found[i]; /* including its terminator */
    }
    copy = text_copy(ascii);
    if (!copy) {
        return ODO_E_OUT_OF_MEMORY;
    }
    *ascii_out = copy;
    return ODO_OK;
}
