/*
 * Operating system functions, other than for the terminal. Strings are UTF-8.
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
 * The program's arguments in UTF-8, regardless of main()'s; NULL-terminated, and valid until
 * the program ends. False when out of memory, or if one of them is malformed.
 */
bool system_arguments(int argc, char **argv, int *argc_out, char ***argv_out);

/* Milliseconds of a monotonic clock. */
uint64_t system_clock_ms(void);

/*
 * `path`, made absolute relative to the current folder; it need not exist. The caller frees it
 * with free(). NULL when out of memory, or without a current folder.
 */
char *system_absolute_path(const char *path);

/* The folder of an absolute path. The caller frees it; NULL when out of memory. */
char *system_folder_of(const char *absolute_path);

/* Does `path` have the form of a folder's name, such as "downloads/"? */
bool system_names_folder(const char *path);

/* The path of `name` in `folder`, which may end with a separator. The caller frees it; NULL
 * when out of memory. */
char *system_path_in(const char *folder, const char *name);

enum system_path_kind {
    SYSTEM_PATH_MISSING, /* or not accessible */
    SYSTEM_PATH_FILE,
    SYSTEM_PATH_FOLDER,
    SYSTEM_PATH_OTHER, /* a device, a pipe, ... */
};

enum system_path_kind system_path_kind(const char *path);

/* Open a file for reading, in binary mode. NULL and a message in `why` on failure. */
FILE *system_open_for_reading(const char *path, char *why, size_t why_size);

/* Standard input in binary mode. */
FILE *system_standard_input(void);

/* The system's description of an HRESULT. False, and nothing written, if there is none. */
bool system_hresult_text(uint32_t hresult, char *buffer, size_t buffer_size);

#endif
