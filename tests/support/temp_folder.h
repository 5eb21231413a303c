/*
 * A fresh folder for a test, gone with all that is in it when the test ends.
 *
 * Paths are absolute UTF-8, and as long as need be. Whatever cannot be done ends the program
 * with a word on standard error: no test can go on without. Texts end with free().
 */
#ifndef ODO_TESTS_SUPPORT_TEMP_FOLDER_H
#define ODO_TESTS_SUPPORT_TEMP_FOLDER_H

/* Make an empty folder where this system keeps temporary files, or in $ODO_TEST_FOLDER. */
char *temp_folder_create(void);

/* Remove the folder with its content, links and read-only files too, and free the path. NULL
 * is fine. */
void temp_folder_remove(char *folder);

/* The path of `name` in `folder`. */
char *temp_folder_path(const char *folder, const char *name);

/* Make the folder `name` in `folder`; the result is its path. */
char *temp_folder_make(const char *folder, const char *name);

#endif
