#define _XOPEN_SOURCE 700

#include "support/test.h"

#include "platform/file.h"
#include "platform/path.h"
#include "support/temp_folder.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct path_case {
    const char *name;
    const char *path;
    bool is_good;
} paths[] = {
    {"an absolute path is good", "/tmp/file.bin", true},
    {"a file in the root is good", "/file", true},
    {"a hidden file is good", "/tmp/.hidden", true},
    {"dots in a name are good", "/tmp/a..b", true},
    {"two dots on the way are good", "/tmp/../file", true},
    {"two slashes are one", "/tmp//file", true},
    {"blanks and letters beyond ASCII are good",
     "/tmp/gr\xc3\xb6\xc3\x9f"
     "e 1",
     true},
    {"a backslash is a letter", "/tmp/a\\b", true},

    {"no path is refused", NULL, false},
    {"an empty path is refused", "", false},
    {"a name alone is refused", "file", false},
    {"a relative path is refused", "tmp/file", false},
    {"a path from here is refused", "./file", false},
    {"a path from home is refused", "~/file", false},
    {"a drive is refused", "C:\\file", false},
    {"the root is refused", "/", false},
    {"a folder is refused", "/tmp/", false},
    {"this folder is refused", "/tmp/.", false},
    {"the folder above is refused", "/tmp/..", false},
    {"a star is refused", "/tmp/*.bin", false},
    {"a question mark is refused", "/tmp/file?", false},
    {"a wildcard on the way is refused", "/t*p/file", false},
    {"what is not UTF-8 is refused", "/tmp/\xff", false},
};

static void check_path(void **state)
{
    const struct path_case *c = *state;

    assert_status(platform_path_check(c->path), c->is_good ? ODO_OK : ODO_E_INVALID_ARGUMENT);
}

static const struct folder_case {
    const char *name;
    const char *path;
    const char *other;
    bool is_shared;
} folders[] = {
    {"two names in one folder share it", "/tmp/a", "/tmp/longer", true},
    {"a folder within is another one", "/tmp/a", "/tmp/a/b", false},
    {"a folder of the same length is another one", "/tmp/a", "/tmq/a", false},
    {"the root is a folder too", "/a", "/b", true},
    {"a backslash is a letter of a name", "/tmp/a\\b", "/tmp/c", true},
};

static void check_folder(void **state)
{
    const struct folder_case *c = *state;

    assert_true(platform_path_shares_folder(c->path, c->other) == c->is_shared);
    assert_true(platform_path_shares_folder(c->other, c->path) == c->is_shared);
}

static void assert_store_is(const char *expected)
{
    char *found = NULL;
    struct stat entry;

    assert_status(platform_path_store_folder(&found), ODO_OK);
    assert_string_equal(found, expected);
    assert_int_equal(lstat(found, &entry), 0);
    assert_true(S_ISDIR(entry.st_mode));
    assert_int_equal(entry.st_mode & 0777, 0700);
    memory_free(found);
}

static void the_store_is_where_state_is_kept(void **state)
{
    char *folder = temp_folder_create();
    char *xdg = temp_folder_path(folder, "deep/state");
    char *expected = temp_folder_path(xdg, "opendo");

    (void)state;
    setenv("XDG_STATE_HOME", xdg, 1);
    assert_store_is(expected);
    assert_store_is(expected); /* and is made only once */
    unsetenv("XDG_STATE_HOME");
    free(expected);
    free(xdg);
    temp_folder_remove(folder);
}

static void the_store_is_at_home_otherwise(void **state)
{
    char *folder = temp_folder_create();
    char *expected = temp_folder_path(folder, ".local/state/opendo");
    const char *home = getenv("HOME");
    char *before = home ? strdup(home) : NULL;

    (void)state;
    setenv("XDG_STATE_HOME", "relative/and/so/ignored", 1);
    setenv("HOME", folder, 1);
    assert_store_is(expected);
    unsetenv("XDG_STATE_HOME");
    if (before) {
        setenv("HOME", before, 1);
    } else {
        unsetenv("HOME");
    }
    free(before);
    free(expected);
    temp_folder_remove(folder);
}

static void a_file_in_the_way_of_the_store_is_an_error(void **state)
{
    char *folder = temp_folder_create();
    char *blocker = temp_folder_path(folder, "opendo");
    FILE *file = fopen(blocker, "w");
    char *found = NULL;

    (void)state;
    assert_non_null(file);
    fclose(file);
    setenv("XDG_STATE_HOME", folder, 1);
    assert_status(platform_path_store_folder(&found), ODO_E_PATH_NOT_FOUND);
    assert_null(found);
    setenv("XDG_STATE_HOME", blocker, 1);
    assert_status(platform_path_store_folder(&found), ODO_E_PATH_NOT_FOUND);
    assert_null(found);
    unsetenv("XDG_STATE_HOME");
    free(blocker);
    temp_folder_remove(folder);
}

static void somebody_elses_folder_is_no_store(void **state)
{
    char *folder = temp_folder_create();
    char *theirs = temp_folder_make(folder, "opendo");
    char *found = NULL;

    (void)state;
    if (chown(theirs, 12345, (gid_t)-1) != 0) { /* only root can arrange it */
        free(theirs);
        temp_folder_remove(folder);
        skip();
        return;
    }
    setenv("XDG_STATE_HOME", folder, 1);
    assert_status(platform_path_store_folder(&found), ODO_E_ACCESS_DENIED);
    assert_null(found);
    unsetenv("XDG_STATE_HOME");
    free(theirs);
    temp_folder_remove(folder);
}

static mode_t mode_of(const char *path)
{
    struct stat entry;

    assert_int_equal(lstat(path, &entry), 0);
    return entry.st_mode & 0777;
}

static void a_chosen_store_is_an_absolute_path(void **state)
{
    char *folder = temp_folder_create();
    char *chosen = temp_folder_path(folder, "chosen");
    char *found = NULL;

    (void)state;
    setenv("OPENDO_STORE", chosen, 1);
    assert_store_is(chosen);
    setenv("OPENDO_STORE", "relative", 1);
    assert_status(platform_path_store_folder(&found), ODO_E_PATH_RELATIVE);
    assert_null(found);
    setenv("XDG_STATE_HOME", folder, 1);
    setenv("OPENDO_STORE", "", 1); /* as if it were not set */
    assert_status(platform_path_store_folder(&found), ODO_OK);
    memory_free(found);
    unsetenv("OPENDO_STORE");
    unsetenv("XDG_STATE_HOME");
    free(chosen);
    temp_folder_remove(folder);
}

static void private_things_are_for_this_user_alone(void **state)
{
    char *folder = temp_folder_create();
    char *made = temp_folder_path(folder, "made");
    char *name = temp_folder_path(made, "file");
    char *deep = temp_folder_path(folder, "missing/deep");
    char *below = temp_folder_path(name, "below");
    struct platform_file *file = NULL;
    mode_t mask = umask(0);

    (void)state;
    assert_status(platform_path_make_private_folder(made), ODO_OK);
    assert_int_equal(mode_of(made), 0700);
    assert_int_equal(chmod(made, 0755), 0);
    assert_status(platform_path_make_private_folder(made), ODO_OK); /* it is there */
    assert_int_equal(mode_of(made), 0755);
    assert_status(platform_file_create_private(name, &file), ODO_OK);
    platform_file_close(file);
    assert_int_equal(mode_of(name), 0600);
    assert_status(platform_file_create_private(name, &file), ODO_E_ALREADY_EXISTS);
    assert_status(platform_path_make_private_folder(name), ODO_E_PATH_NOT_FOUND);
    assert_status(platform_path_make_private_folder(below), ODO_E_PATH_NOT_FOUND);
    assert_status(platform_path_make_private_folder(deep), ODO_E_PATH_NOT_FOUND);
    umask(mask);
    free(below);
    free(deep);
    free(name);
    free(made);
    temp_folder_remove(folder);
}

static bool count_others(void *context, const char *name, bool is_ordinary)
{
    (void)name;
    *(size_t *)context += !is_ordinary;
    return true;
}

static void a_listing_tells_links_and_pipes_from_files(void **state)
{
    char *folder = temp_folder_create();
    char *link = temp_folder_path(folder, "link");
    char *pipe_path = temp_folder_path(folder, "pipe");
    size_t count = 0;

    (void)state;
    assert_int_equal(symlink("/etc/passwd", link), 0);
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    assert_status(platform_path_list(folder, count_others, &count), ODO_OK);
    assert_int_equal(count, 2);
    free(pipe_path);
    free(link);
    temp_folder_remove(folder);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, paths, check_path);
    TEST_ADD_TABLE(&suite, folders, check_folder);
    TEST_ADD(&suite, the_store_is_where_state_is_kept);
    TEST_ADD(&suite, the_store_is_at_home_otherwise);
    TEST_ADD(&suite, a_file_in_the_way_of_the_store_is_an_error);
    TEST_ADD(&suite, somebody_elses_folder_is_no_store);
    TEST_ADD(&suite, a_chosen_store_is_an_absolute_path);
    TEST_ADD(&suite, private_things_are_for_this_user_alone);
    TEST_ADD(&suite, a_listing_tells_links_and_pipes_from_files);
    return test_suite_run(&suite, "platform_path_posix");
}
