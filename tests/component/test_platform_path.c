#include "support/test.h"

#include "platform/file.h"
#include "platform/path.h"
#include "support/temp_folder.h"

#include <string.h>

static char *folder;

static int make_folder(void **state)
{
    (void)state;
    folder = temp_folder_create();
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    temp_folder_remove(folder);
    folder = NULL;
    return 0;
}

static void make_file(const char *name)
{
    char *path = temp_folder_path(folder, name);
    struct platform_file *file = NULL;

    assert_status(platform_file_create_new(path, &file), ODO_OK);
    platform_file_close(file);
    free(path);
}

/* What a listing found: the number of names, and the last one. */
struct listing {
    size_t others; /* folders and the like, which count for themselves */
    size_t count;
    size_t stop_at;
    char last[64];
};

static bool note_name(void *context, const char *name, bool is_ordinary)
{
    struct listing *listing = context;

    if (!is_ordinary) {
        listing->others++;
        return true;
    }
    snprintf(listing->last, sizeof(listing->last), "%s", name);
    listing->count++;
    return listing->count != listing->stop_at;
}

static struct listing list(const char *where)
{
    struct listing listing = {0};

    assert_status(platform_path_list(where, note_name, &listing), ODO_OK);
    return listing;
}

static void a_temporary_name_is_beside_the_file_and_fresh(void **state)
{
    char *path = temp_folder_path(folder, "file.bin");
    char *first = NULL;
    char *second = NULL;
    const char *name;

    (void)state;
    assert_status(platform_path_temporary(path, &first), ODO_OK);
    assert_status(platform_path_temporary(path, &second), ODO_OK);
    assert_string_not_equal(first, second);

    assert_memory_equal(first, path, strlen(folder) + 1);
    name = first + strlen(folder) + 1;
    assert_int_equal(strlen(name), 2 + 16 + 4);
    assert_memory_equal(name, "DO", 2);
    assert_int_equal(strspn(name + 2, "0123456789abcdef"), 16);
    assert_string_equal(name + 18, ".tmp");
    assert_status(platform_path_check(first), ODO_OK);
    assert_int_equal(list(folder).count, 0); /* it is a name, and no file yet */
    memory_free(second);
    memory_free(first);
    free(path);
}

static void a_writable_folder_is_found_so_and_left_as_it_was(void **state)
{
    char *path = temp_folder_path(folder, "file.bin");

    (void)state;
    assert_status(platform_path_check_writable(path), ODO_OK);
    make_file("file.bin"); /* whether it is there does not matter */
    assert_status(platform_path_check_writable(path), ODO_OK);
    assert_int_equal(list(folder).count, 1);
    free(path);
}

static void a_folder_that_is_not_there_is_no_path(void **state)
{
    char *missing = temp_folder_path(folder, "missing");
    char *in_missing = temp_folder_path(missing, "x");
    char *blocker = temp_folder_path(folder, "file");
    char *in_file = temp_folder_path(blocker, "x");
    struct listing listing = {0};

    (void)state;
    make_file("file");
    assert_status(platform_path_check_writable(in_missing), ODO_E_PATH_NOT_FOUND);
    assert_status(platform_path_check_writable(in_file), ODO_E_PATH_NOT_FOUND);
    assert_status(platform_path_list(missing, note_name, &listing), ODO_E_PATH_NOT_FOUND);
    assert_int_equal(listing.count, 0);
    free(in_file);
    free(blocker);
    free(in_missing);
    free(missing);
}

static void a_listing_tells_files_from_folders(void **state)
{
    char *inner = temp_folder_make(folder, "folder");

    (void)state;
    assert_int_equal(list(folder).count, 0);
    make_file("gr\xc3\xb6\xc3\x9f"
              "e.txt");
    assert_int_equal(list(folder).count, 1);
    assert_string_equal(list(folder).last, "gr\xc3\xb6\xc3\x9f"
                                           "e.txt");
    make_file("two");
    make_file("three");
    assert_int_equal(list(folder).count, 3);
    assert_int_equal(list(folder).others, 1);
    assert_int_equal(list(inner).count, 0);
    free(inner);
}

static void a_listing_stops_when_told(void **state)
{
    struct listing listing = {.stop_at = 2};

    (void)state;
    make_file("one");
    make_file("two");
    make_file("three");
    assert_status(platform_path_list(folder, note_name, &listing), ODO_OK);
    assert_int_equal(listing.count, 2);
}

static void joining_puts_one_separator_between(void **state)
{
    char *expected = temp_folder_path(folder, "name");
    char *joined = platform_path_join(folder, "name");
    char *folder_and_separator = temp_folder_path(folder, "");
    char *again = platform_path_join(folder_and_separator, "name");

    (void)state;
    assert_string_equal(joined, expected);
    assert_string_equal(again, expected);
    memory_free(again);
    free(folder_and_separator);
    memory_free(joined);
    free(expected);
}

/* Whether a call with so many allocations succeeds. */
static enum odo_status try_all(size_t allocations)
{
    char *path = temp_folder_path(folder, "x");
    char *text = NULL;
    struct listing listing = {0};
    enum odo_status status;

    test_memory_ends_after(allocations);
    status = platform_path_check_writable(path);
    if (status == ODO_OK) {
        status = platform_path_temporary(path, &text);
        memory_free(text);
    }
    if (status == ODO_OK) {
        text = platform_path_join(folder, "x");
        status = text ? ODO_OK : ODO_E_OUT_OF_MEMORY;
        memory_free(text);
    }
    if (status == ODO_OK) {
        status = platform_path_list(folder, note_name, &listing);
    }
    test_memory_is_back();
    free(path);
    return status;
}

static void without_memory_nothing_else_goes_wrong(void **state)
{
    enum odo_status status = ODO_E_OUT_OF_MEMORY;

    (void)state;
    make_file("one");
    for (size_t count = 0; status == ODO_E_OUT_OF_MEMORY; count++) {
        assert_true(count < 100);
        status = try_all(count);
        assert_true(status == ODO_OK || status == ODO_E_OUT_OF_MEMORY);
    }
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD(&suite, a_temporary_name_is_beside_the_file_and_fresh);
    TEST_ADD(&suite, a_writable_folder_is_found_so_and_left_as_it_was);
    TEST_ADD(&suite, a_folder_that_is_not_there_is_no_path);
    TEST_ADD(&suite, a_listing_tells_files_from_folders);
    TEST_ADD(&suite, a_listing_stops_when_told);
    TEST_ADD(&suite, joining_puts_one_separator_between);
    TEST_ADD(&suite, without_memory_nothing_else_goes_wrong);
    for (size_t i = 0; i < suite.count; i++) {
        suite.tests[i].setup_func = make_folder;
        suite.tests[i].teardown_func = remove_folder;
    }
    return test_suite_run(&suite, "platform_path");
}
