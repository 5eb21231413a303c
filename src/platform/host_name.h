/*
 * Converts internationalized host names to ASCII (IDNA, RFC 5891).
 *
 * One implementation per system: posix/host_name.c, with libidn2; windows/host_name.c. Neither
 * depends on the locale.
 */
#ifndef ODO_PLATFORM_HOST_NAME_H
#define ODO_PLATFORM_HOST_NAME_H

#include <odo/types.h>

/*
 * "bücher.example" as "xn--bcher-kva.example". `name` is UTF-8. The caller ends *ascii_out with
 * memory_free().
 *
 *   ODO_E_INVALID_URL     no host can be called that
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status platform_host_to_ascii(const char *name, char **ascii_out);

#endif
