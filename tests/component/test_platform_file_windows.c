#include "support/test.h"

#include "platform/file.h"
#include "platform/windows/status_from_win32.h"
#include "support/temp_folder.h"

#include <sys/stat.h>

#include <aclapi.h>
#include <sddl.h>

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

static struct platform_file *create(const char *path)
{
    struct platform_file *file = NULL;

    assert_status(platform_file_create_new(path, &file), ODO_OK);
    return file;
}

static void a_file_that_is_held_is_not_renamed_over(void **state)
{
    char *from = temp_folder_path(folder, "from");
    char *to = temp_folder_path(folder, "to");
    struct platform_file *held;

    (void)state;
    platform_file_close(create(from));
    held = create(to);
    assert_status(platform_file_rename(from, to), ODO_E_SHARING_VIOLATION);
    platform_file_close(held);
    assert_status(platform_file_rename(from, to), ODO_OK);
    free(to);
    free(from);
}

static void a_file_that_is_written_is_not_taken_away(void **state)
{
    char *path = temp_folder_path(folder, "file");
    char *other = temp_folder_path(folder, "other");
    struct platform_file *held = create(path);

    (void)state;
    assert_status(platform_file_remove(path), ODO_E_SHARING_VIOLATION);
    assert_status(platform_file_rename(path, other), ODO_E_SHARING_VIOLATION);
    platform_file_close(held);
    assert_status(platform_file_remove(path), ODO_OK);
    free(other);
    free(path);
}

static void set_rights(const char *path, const char *text)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    PACL list = NULL;
    BOOL has_list = FALSE;
    BOOL is_default = FALSE;

    assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorA(text, SDDL_REVISION_1,
                                                                     &descriptor, NULL));
    assert_true(GetSecurityDescriptorDacl(descriptor, &has_list, &list, &is_default));
    assert_int_equal(
        SetNamedSecurityInfoA((char *)(uintptr_t)path, SE_FILE_OBJECT,
                              DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION,
                              NULL, NULL, list, NULL),
        ERROR_SUCCESS);
    LocalFree(descriptor);
}

/* The list of rights as the system tells it; LocalFree() ends it. */
static char *rights_of(const char *path)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    char *text = NULL;

    assert_int_equal(GetNamedSecurityInfoA(path, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION,
                                           NULL, NULL, NULL, NULL, &descriptor),
                     ERROR_SUCCESS);
    assert_true(ConvertSecurityDescriptorToStringSecurityDescriptorA(
        descriptor, SDDL_REVISION_1, DACL_SECURITY_INFORMATION, &text, NULL));
    LocalFree(descriptor);
    return text;
}

static void what_takes_a_files_place_has_its_rights(void **state)
{
    static const char *const lists[] = {
        "D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;CO)(A;;FA;;;WD)",
        "D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;CO)(A;;FR;;;WD)",
    };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char *from = temp_folder_path(folder, "from");
        char *to = temp_folder_path(folder, "to");
        char *wanted;
        char *other;
        char *found;

        platform_file_close(create(from));
        platform_file_close(create(to));
        set_rights(from, lists[1 - i]);
        set_rights(to, lists[i]);
        wanted = rights_of(to);
        other = rights_of(from);
        assert_string_not_equal(wanted, other);
        assert_status(platform_file_rename(from, to), ODO_OK);
        found = rights_of(to);
        assert_string_equal(found, wanted);
        assert_status(platform_file_remove(to), ODO_OK);
        LocalFree(found);
        LocalFree(other);
        LocalFree(wanted);
        free(to);
        free(from);
    }
}

static void the_creation_time_is_set_too(void **state)
{
    const int64_t seconds = 784111777;
    char *path = temp_folder_path(folder, "file");
    struct platform_file *file = create(path);
    struct stat found;

    (void)state;
    assert_status(platform_file_set_time(file, seconds * 1000000), ODO_OK);
    platform_file_close(file);
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mtime, seconds);
    assert_int_equal(found.st_ctime, seconds); /* on Windows this is when it was made */
    free(path);
}

static void any_time_can_be_set(void **state)
{
    static const int64_t times[] = {INT64_MIN, INT64_C(-11644473600000000), -1, 0, INT64_MAX};
    char *path = temp_folder_path(folder, "file");
    struct platform_file *file = create(path);

    (void)state;
    for (size_t i = 0; i < TEST_COUNT(times); i++) {
        assert_status(platform_file_set_time(file, times[i]), ODO_OK);
    }
    platform_file_close(file);
    free(path);
}

static const struct error_case {
    const char *name;
    unsigned long error;
    enum odo_status status;
} errors[] = {
    {"2 is a missing file", 2, ODO_E_FILE_NOT_FOUND},
    {"3 is a missing folder", 3, ODO_E_PATH_NOT_FOUND},
    {"4 is too many open files", 4, ODO_E_TOO_MANY_OPEN_FILES},
    {"5 is denied access", 5, ODO_E_ACCESS_DENIED},
    {"8 is no memory", 8, ODO_E_OUT_OF_MEMORY},
    {"19 is a protected disk", 19, ODO_E_READ_ONLY_MEDIA},
    {"32 is a file in use", 32, ODO_E_SHARING_VIOLATION},
    {"39 is a full disk", 39, ODO_E_DISK_FULL},
    {"80 is a taken name", 80, ODO_E_ALREADY_EXISTS},
    {"112 is a full disk", 112, ODO_E_DISK_FULL},
    {"123 is a bad name", 123, ODO_E_INVALID_NAME},
    {"183 is a taken name", 183, ODO_E_ALREADY_EXISTS},
    {"206 is a long name", 206, ODO_E_NAME_TOO_LONG},
    {"1295 is a quota", 1295, ODO_E_QUOTA_EXCEEDED},
    {"1117 has no better name", 1117, ODO_E_INPUT_OUTPUT},
    {"what is unknown has no better name", 99999, ODO_E_INPUT_OUTPUT},
};

static void check_error(void **state)
{
    const struct error_case *c = *state;

    assert_status(status_from_win32(c->error), c->status);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD(&suite, a_file_that_is_held_is_not_renamed_over);
    TEST_ADD(&suite, a_file_that_is_written_is_not_taken_away);
    TEST_ADD(&suite, what_takes_a_files_place_has_its_rights);
    TEST_ADD(&suite, the_creation_time_is_set_too);
    TEST_ADD(&suite, any_time_can_be_set);
    for (size_t i = 0; i < suite.count; i++) {
        suite.tests[i].setup_func = make_folder;
        suite.tests[i].teardown_func = remove_folder;
    }
    TEST_ADD_TABLE(&suite, errors, check_error);
    return test_suite_run(&suite, "platform_file_windows");
}
