/*
 * What the program wants from the operating system besides the terminal. Text is UTF-8.
 *
 * One implementation per operating system: system_posix.c, system_windows.c.
 */
#ifndef ODO_TOOL_SYSTEM_H
#define ODO_TOOL_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * The program's arguments in UTF-8, whatever main() was handed; ended by NULL, and kept until
 * the program ends. False when there is no memory, or one of them is not text.
 */
bool system_arguments(int argc, char **argv, int *argc_out, char ***argv_out);

/* Milliseconds since some fixed moment; never goes back. */
uint64_t system_clock_ms(void);

/*
 * `path` made absolute by the current folder; it need not exist. The caller frees it with
 * free(). NULL when there is no memory or no current folder.
 */
char *system_absolute_path(const char *path);

/* The folder that an absolute path lies in. The caller frees it; NULL when out of memory. */
char *system_folder_of(const char *absolute_path);

/* Does `path` end as only the name of a folder can, such as "downloads/"? */
bool system_names_folder(const char *path);

/* The path of `name` in `folder`, which may end in a separator. The caller frees it; NULL when
 * out of memory. */
char *system_path_in(const char *folder, const char *name);

enum system_path_kind {
    SYSTEM_PATH_MISSING, /* or not to be seen by us */
    SYSTEM_PATH_FILE,
    SYSTEM_PATH_FOLDER,
    SYSTEM_PATH_OTHER, /* a device, a pipe, ... */
};

enum system_path_kind system_path_kind(const char *path);

/* Open a file for reading, as bytes. NULL and words in `why` when it cannot be. */
FILE *system_open_for_reading(const char *path, char *why, size_t why_size);

/* Read standard input as bytes, without any translation of line ends. */
FILE *system_standard_input(void);

/* The system's own words for an HRESULT. False, and nothing written, when it has none. */
bool system_hresult_text(uint32_t hresult, char *buffer, size_t buffer_size);

#endif
