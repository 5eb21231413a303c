/*
 * Derives a file name from a URL, for when only the target folder is given.
 *
 * For any URL the result names a file directly in the folder, on every system: it has no
 * separators, is not a device name, and hides nothing. The same rules apply in the PowerShell
 * module and in C#; tests/support/local_names.tsv is the common test table.
 *
 *   1. In the path of the URL, without query and fragment, escaped UTF-8 is decoded once.
 *      Malformed sequences stay escaped.
 *   2. The name is what follows the last slash or backslash.
 *   3. Underscores replace characters that Windows does not permit in names, control
 *      characters, and those that change the direction of writing.
 *   4. Dots and blanks at both ends are removed.
 *   5. A device name, such as nul.txt, gets an underscore in front.
 *   6. A name longer than LOCAL_NAME_MAX bytes is truncated before its extension.
 */
#ifndef ODO_TOOL_LOCAL_NAME_H
#define ODO_TOOL_LOCAL_NAME_H

#include <stdbool.h>

enum { LOCAL_NAME_MAX = 255 }; /* bytes of UTF-8: the limit of ext4, and below that of NTFS */

/* False if no name is left, or the URL exceeds the maximum length. */
bool local_name_from_url(const char *url, char name_out[LOCAL_NAME_MAX + 1]);

#endif
