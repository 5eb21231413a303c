/*
 * A file's name from its URL, for those who name only the folder that it is to lie in.
 *
 * Whatever the URL is, and whoever wrote it, the name is that of a file directly in the folder,
 * on every system: it has no separator, is no device, and hides nothing. The same rules hold in
 * the PowerShell module and in C#; tests/support/local_names.tsv is the table for all three.
 *
 *   1. Of the path in the URL, without query and fragment, every escape of UTF-8 is undone,
 *      once. What is no UTF-8 stays escaped.
 *   2. The name is what stands behind the last slash or backslash of the outcome.
 *   3. An underscore stands in for what Windows allows in no name, for control characters, and
 *      for those that turn the direction of writing.
 *   4. Dots and blanks at both ends go.
 *   5. The name of a device, such as nul.txt, gets an underscore in front.
 *   6. What is longer than LOCAL_NAME_MAX bytes is cut, before the extension.
 */
#ifndef ODO_TOOL_LOCAL_NAME_H
#define ODO_TOOL_LOCAL_NAME_H

#include <stdbool.h>

enum { LOCAL_NAME_MAX = 255 }; /* bytes of UTF-8: what ext4 takes, and less than NTFS does */

/* False when nothing is left that could be a name, or the URL is longer than a URL may be. */
bool local_name_from_url(const char *url, char name_out[LOCAL_NAME_MAX + 1]);

#endif
