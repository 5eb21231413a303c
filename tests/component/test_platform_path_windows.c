#include "support/test.h"

#include "platform/file.h"
#include "platform/path.h"
#include "platform/windows/private_rights.h"
#include "support/temp_folder.h"

#include <stdio.h>
#include <string.h>

#include <aclapi.h>
#include <sddl.h>

static const struct path_case {
    const char *name;
    const char *path;
    bool is_good;
} paths[] = {
    {"a path with a drive is good", "C:\\folder\\file.bin", true},
    {"a file in the root is good", "C:\\file", true},
    {"slashes are good", "c:/folder/file.bin", true},
    {"a share is good", "\\\\server\\share\\file.bin", true},
    {"a share with slashes is good", "//server/share/folder/file.bin", true},
    {"the long form is good", "\\\\?\\C:\\folder\\file.bin", true},
    {"the long form of a share is good", "\\\\?\\UNC\\server\\share\\file", true},
    {"the long form of a volume is good",
     "\\\\?\\Volume{12345678-1234-1234-1234-123456789abc}\\file", true},
    {"blanks and letters beyond ASCII are good",
     "C:\\gr\xc3\xb6\xc3\x9f"
     "e 1\\ file",
     true},
    {"two dots on the way are good", "C:\\a\\..\\file", true},
    {"a dot on the way is good", "C:\\.\\file", true},
    {"two separators are one", "C:\\a\\\\file", true},
    {"a dot first is good", "C:\\.hidden", true},
    {"a name that begins like a device is good", "C:\\console.txt", true},
    {"a name that ends like a device is good", "C:\\my.con", true},
    {"COM without a digit is good", "C:\\com", true},
    {"COM with two digits is good", "C:\\com10", true},
    {"a device's name with a letter is good", "C:\\nulx", true},

    {"no path is refused", NULL, false},
    {"an empty path is refused", "", false},
    {"a name alone is refused", "file", false},
    {"a path relative to here is refused", "folder\\file", false},
    {"a path relative to the root is refused", "\\folder\\file", false},
    {"a path relative to a drive is refused", "C:file", false},
    {"a drive alone is refused", "C:", false},
    {"a root is refused", "C:\\", false},
    {"a folder is refused", "C:\\folder\\", false},
    {"a folder with a slash is refused", "C:\\folder/", false},
    {"this folder is refused", "C:\\folder\\.", false},
    {"the folder above is refused", "C:\\folder\\..", false},
    {"two letters for a drive are refused", "CC:\\file", false},
    {"a digit for a drive is refused", "1:\\file", false},
    {"a server alone is refused", "\\\\server", false},
    {"a share alone is refused", "\\\\server\\share", false},
    {"a share's root is refused", "\\\\server\\share\\", false},
    {"no server is refused", "\\\\\\share\\file", false},
    {"no share is refused", "\\\\server\\\\file", false},

    {"a star is refused", "C:\\*.bin", false},
    {"a question mark is refused", "C:\\file?", false},
    {"a wildcard on the way is refused", "C:\\f*\\file", false},
    {"a wildcard for a share is refused", "\\\\server\\*\\file", false},
    {"a quote is refused", "C:\\\"file\"", false},
    {"angle brackets are refused", "C:\\<file>", false},
    {"a pipe is refused", "C:\\a|b", false},
    {"a line end is refused", "C:\\a\nb", false},
    {"a bell is refused", "C:\\a\ab", false},
    {"an alternate stream is refused", "C:\\file:stream", false},
    {"the main stream by its name is refused", "C:\\file::$DATA", false},
    {"a stream of a folder is refused", "C:\\folder:x\\file", false},
    {"a dot at the end is refused", "C:\\file.", false},
    {"a blank at the end is refused", "C:\\file ", false},
    {"a folder with a dot at the end is refused", "C:\\folder.\\file", false},
    {"three dots are refused", "C:\\...\\file", false},
    {"what is not UTF-8 is refused", "C:\\\xff", false},

    {"CON is refused", "C:\\CON", false},
    {"con is refused", "C:\\con", false},
    {"PRN is refused", "C:\\prn", false},
    {"AUX is refused", "C:\\folder\\AUX", false},
    {"NUL is refused", "C:\\NUL", false},
    {"NUL with an ending is refused", "C:\\nul.txt", false},
    {"NUL with two endings is refused", "C:\\nul.tar.gz", false},
    {"NUL with a blank and an ending is refused", "C:\\nul .txt", false},
    {"COM0 is refused", "C:\\COM0", false},
    {"COM1 is refused", "C:\\com1", false},
    {"LPT9 is refused", "C:\\lpt9.log", false},
    {"COM with a raised two is refused", "C:\\COM\xc2\xb2", false},
    {"CONIN$ is refused", "C:\\conin$", false},
    {"CONOUT$ is refused", "C:\\CONOUT$", false},
    {"a device on the way is refused", "C:\\aux\\file", false},
    {"a device in the long form is refused", "\\\\?\\C:\\nul", false},

    {"the device form is refused", "\\\\.\\C:\\file", false},
    {"a pipe's path is refused", "\\\\.\\pipe\\name", false},
    {"a device is refused", "\\\\.\\PhysicalDrive0", false},
    {"the kernel's form is refused", "\\??\\C:\\file", false},
    {"the kernel's root is refused", "\\\\?\\GLOBALROOT\\Device\\x\\file", false},
    {"the long form with slashes is refused", "\\\\?\\C:/folder/file", false},
    {"the long form written with slashes is refused", "//?/C:/folder/file", false},
    {"a dot in the long form is refused", "\\\\?\\C:\\.\\file", false},
    {"two dots in the long form are refused", "\\\\?\\C:\\a\\..\\file", false},
    {"two separators in the long form are refused", "\\\\?\\C:\\a\\\\file", false},
    {"a folder in the long form is refused", "\\\\?\\C:\\folder\\", false},
    {"the long form of nothing is refused", "\\\\?\\", false},
    {"the long form of a name is refused", "\\\\?\\file", false},
    {"the long form of a share's root is refused", "\\\\?\\UNC\\server\\share", false},
    {"a volume alone is refused", "\\\\?\\Volume{1}\\", false},
    {"half a volume is refused", "\\\\?\\Volume{1\\file", false},
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
    {"two names in one folder share it", "C:\\t\\a", "C:\\t\\longer", true},
    {"a folder within is another one", "C:\\t\\a", "C:\\t\\a\\b", false},
    {"a folder of the same length is another one", "C:\\t\\a", "D:\\t\\a", false},
    {"either slash ends a folder", "C:/t/a", "C:/t/b", true},
};

static void check_folder(void **state)
{
    const struct folder_case *c = *state;

    assert_true(platform_path_shares_folder(c->path, c->other) == c->is_shared);
    assert_true(platform_path_shares_folder(c->other, c->path) == c->is_shared);
}

static bool count_name(void *context, const char *name, bool is_ordinary)
{
    (void)name;
    if (!is_ordinary) {
        return true;
    }
    ++*(size_t *)context;
    return true;
}

/* A folder whose path is longer than MAX_PATH several times over. */
static char *make_deep(const char *folder)
{
    static const char name[] =
        "a-folder-with-a-name-of-a-hundred-characters-so-that-a-few-of-them-"
        "are-more-than-the-plain-form-may-have";
    char *path = temp_folder_make(folder, name);

    while (strlen(path) < 1000) {
        char *next = temp_folder_make(path, name);

        free(path);
        path = next;
    }
    return path;
}

static void a_long_path_is_like_any_other(void **state)
{
    char *folder = temp_folder_create();
    char *deep = make_deep(folder);
    char *from = temp_folder_path(deep, "from");
    char *to = temp_folder_path(deep, "to");
    struct platform_file *file = NULL;
    char *temporary = NULL;
    size_t count = 0;

    (void)state;
    for (char *next = from; *next != '\0'; next++) {
        if (*next == '\\') {
            *next = '/'; /* turned round on the way */
        }
    }
    assert_status(platform_path_check(from), ODO_OK);
    assert_status(platform_path_check_writable(from), ODO_OK);
    assert_status(platform_path_temporary(from, &temporary), ODO_OK);
    assert_status(platform_file_create_new(from, &file), ODO_OK);
    platform_file_close(file);
    assert_status(platform_file_rename(from, to), ODO_OK);
    assert_status(platform_file_open(to, &file), ODO_OK);
    platform_file_close(file);
    assert_status(platform_path_list(deep, count_name, &count), ODO_OK);
    assert_int_equal(count, 1);
    assert_status(platform_file_remove(to), ODO_OK);
    assert_status(platform_file_remove(to), ODO_E_FILE_NOT_FOUND);
    memory_free(temporary);
    free(to);
    free(from);
    free(deep);
    temp_folder_remove(folder);
}

/* The lengths around the one from which on the long form is used. */
static void every_length_works(void **state)
{
    char *folder = temp_folder_create();
    size_t used = strlen(folder) + 1;

    (void)state;
    for (size_t length = 240; length < 270; length++) {
        char name[256];
        char *path;
        struct platform_file *file = NULL;

        if (length <= used || length - used >= sizeof(name)) {
            continue;
        }
        memset(name, 'x', length - used);
        name[length - used] = '\0';
        path = temp_folder_path(folder, name);
        assert_status(platform_file_create_new(path, &file), ODO_OK);
        platform_file_close(file);
        assert_status(platform_file_remove(path), ODO_OK);
        free(path);
    }
    temp_folder_remove(folder);
}

static void the_store_is_in_the_local_application_data(void **state)
{
    static const char ending[] = "\\OpenDO\\Jobs";
    char *folder = NULL;
    char *again = NULL;
    char *inside;

    (void)state;
    assert_status(platform_path_store_folder(&folder), ODO_OK);
    assert_true(strlen(folder) > strlen(ending));
    assert_string_equal(folder + strlen(folder) - strlen(ending), ending);
    inside = platform_path_join(folder, "x");
    assert_status(platform_path_check_writable(inside), ODO_OK);
    assert_status(platform_path_store_folder(&again), ODO_OK); /* it is there by now */
    assert_string_equal(again, folder);
    memory_free(inside);
    memory_free(again);
    memory_free(folder);
}

static void a_chosen_store_is_an_absolute_path(void **state)
{
    char *folder = NULL;

    (void)state;
    assert_int_equal(_putenv("OPENDO_STORE=relative\\folder"), 0);
    assert_status(platform_path_store_folder(&folder), ODO_E_PATH_RELATIVE);
    assert_null(folder);
    assert_int_equal(_putenv("OPENDO_STORE="), 0); /* not set any more */
    assert_status(platform_path_store_folder(&folder), ODO_OK);
    memory_free(folder);
}

static void without_memory_there_is_no_store(void **state)
{
    enum odo_status status = ODO_E_OUT_OF_MEMORY;
    char *folder = NULL;

    (void)state;
    for (size_t count = 0; status == ODO_E_OUT_OF_MEMORY; count++) {
        assert_true(count < 100);
        test_memory_ends_after(count);
        status = platform_path_store_folder(&folder);
        test_memory_is_back();
        assert_true(status == ODO_OK || (status == ODO_E_OUT_OF_MEMORY && !folder));
    }
    memory_free(folder);
}

/* --- Who may change a folder ----------------------------------------------------------- */

#define USER "S-1-5-21-1-2-3-1001"
#define OURS "O:" USER "D:"

static const struct rights_case {
    const char *name;
    const char *descriptor;
    bool is_private;
} rights[] = {
    {"what we make ourselves is private",
     OURS "P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;" USER ")", true},
    {"so is what others may read", OURS "(A;OICI;FA;;;" USER ")(A;OICI;FR;;;WD)", true},
    {"and what they may read and run", OURS "(A;OICI;FA;;;" USER ")(A;;0x1200a9;;;BU)", true},
    {"and what they are denied", OURS "(D;;FA;;;WD)(A;;FA;;;" USER ")", true},
    {"and what administrators own", "O:BAD:(A;;FA;;;" USER ")", true},
    {"and what the system owns", "O:SYD:(A;;FA;;;" USER ")", true},
    {"and what nobody has a right to", OURS "P", true},
    {"its creator is its owner", OURS "(A;OICIIO;FA;;;CO)", true},
    {"everybody can write", OURS "(A;;FA;;;WD)", false},
    {"users can make files", OURS "(A;;0x2;;;BU)", false},
    {"users can make folders", OURS "(A;;0x4;;;BU)", false},
    {"users can delete what is inside", OURS "(A;;0x40;;;BU)", false},
    {"users can delete it", OURS "(A;;SD;;;BU)", false},
    {"users can change its rights", OURS "(A;;WD;;;BU)", false},
    {"users can become its owner", OURS "(A;;WO;;;BU)", false},
    {"users can do everything, in other words", OURS "(A;;GA;;;AU)", false},
    {"users can write, in other words", OURS "(A;;GW;;;AU)", false},
    {"users can write what is made inside", OURS "(A;OICIIO;FA;;;BU)", false},
    {"somebody else can write", OURS "(A;;FA;;;S-1-5-21-1-2-3-1002)", false},
    {"others can write although they are denied it first", OURS "(D;;FA;;;AN)(A;;FA;;;WD)",
     false},
    {"somebody else owns it", "O:S-1-5-21-1-2-3-1002D:(A;;FA;;;" USER ")", false},
    {"nobody owns it", "D:(A;;FA;;;" USER ")", false},
    {"no list lets everybody do all", "O:" USER, false},
};

/* What one of these functions says of a descriptor. */
static bool judge_rights(bool (*is_private)(PSID owner, PACL list, PSID user), const char *text)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    PSID user = NULL;
    PSID owner = NULL;
    PACL list = NULL;
    BOOL has_list = FALSE;
    BOOL is_default = FALSE;
    bool result;

    assert_true(ConvertStringSidToSidA(USER, &user));
    assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorA(text, SDDL_REVISION_1,
                                                                     &descriptor, NULL));
    assert_true(GetSecurityDescriptorOwner(descriptor, &owner, &is_default));
    assert_true(GetSecurityDescriptorDacl(descriptor, &has_list, &list, &is_default));
    result = is_private(owner, has_list ? list : NULL, user);
    LocalFree(descriptor);
    LocalFree(user);
    return result;
}

static void check_private_rights(void **state)
{
    const struct rights_case *c = *state;

    assert_int_equal(judge_rights(private_rights, c->descriptor), c->is_private);
}

#define INSTALLER "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"

static const struct rights_case rights_above[] = {
    {"C:\\ as Windows makes it is safe",
     "O:" INSTALLER "D:PAI(A;OICI;0x1200a9;;;BU)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"
     "(A;OICIIO;SDGXGWGR;;;AU)(A;;LC;;;AU)",
     true},
    {"so is C:\\Users", "O:SYD:PAI(A;OICI;0x1200a9;;;BU)(A;OICI;0x1200a9;;;WD)(A;OICI;FA;;;BA)",
     true},
    {"so is C:\\ProgramData, in which users make files",
     "O:SYD:PAI(A;OICIIO;GA;;;CO)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)"
     "(A;CI;0x116;;;BU)",
     true},
    {"so is the user's own", OURS "(A;OICI;FA;;;SY)(A;OICI;FA;;;" USER ")", true},
    {"so is one that the installer has rights to", "O:BAD:(A;OICI;FA;;;" INSTALLER ")", true},
    {"users can delete what is inside", "O:BAD:(A;;0x40;;;BU)", false},
    {"users can move it away", "O:BAD:(A;;SD;;;BU)", false},
    {"users can change its rights", "O:BAD:(A;;WD;;;BU)", false},
    {"users can become its owner", "O:BAD:(A;;WO;;;BU)", false},
    {"everybody can do everything", "O:BAD:(A;OICI;FA;;;WD)", false},
    {"everybody can do everything, in other words", "O:BAD:(A;;GA;;;WD)", false},
    {"somebody else owns it", "O:S-1-5-21-1-2-3-1002D:(A;;FA;;;" USER ")", false},
    {"another service owns it", "O:S-1-5-80-1-2-3-4-5D:(A;;FA;;;" USER ")", false},
    {"nobody owns it", "D:(A;;FA;;;" USER ")", false},
    {"no list lets everybody do all", "O:" USER, false},
};

static void check_rights_above(void **state)
{
    const struct rights_case *c = *state;

    assert_int_equal(judge_rights(private_rights_above, c->descriptor), c->is_private);
}

static void let(const char *folder, const char *rights_of_all)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    char text[100];
    PACL list = NULL;
    BOOL has_list = FALSE;
    BOOL is_default = FALSE;

    snprintf(text, sizeof(text), "D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;CO)%s", rights_of_all);
    assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorA(text, SDDL_REVISION_1,
                                                                     &descriptor, NULL));
    assert_true(GetSecurityDescriptorDacl(descriptor, &has_list, &list, &is_default));
    assert_int_equal(
        SetNamedSecurityInfoA((char *)(uintptr_t)folder, SE_FILE_OBJECT,
                              DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION,
                              NULL, NULL, list, NULL),
        ERROR_SUCCESS);
    LocalFree(descriptor);
}

/* Of Wine's folders others have the rights that the system below lets them have. */
static void a_folder_that_everybody_can_write_is_not_private(void **state)
{
    char *folder = temp_folder_create();

    (void)state;
    assert_status(platform_path_check_private(folder), ODO_OK);
    let(folder, "(A;;FA;;;WD)");
    assert_status(platform_path_check_private(folder), ODO_E_NOT_PRIVATE);
    let(folder, "(A;;FR;;;WD)");
    assert_status(platform_path_check_private(folder), ODO_OK);
    temp_folder_remove(folder);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, paths, check_path);
    TEST_ADD_TABLE(&suite, folders, check_folder);
    TEST_ADD(&suite, a_long_path_is_like_any_other);
    TEST_ADD(&suite, every_length_works);
    TEST_ADD(&suite, the_store_is_in_the_local_application_data);
    TEST_ADD(&suite, a_chosen_store_is_an_absolute_path);
    TEST_ADD(&suite, without_memory_there_is_no_store);
    TEST_ADD_TABLE(&suite, rights, check_private_rights);
    TEST_ADD_TABLE(&suite, rights_above, check_rights_above);
    TEST_ADD(&suite, a_folder_that_everybody_can_write_is_not_private);
    return test_suite_run(&suite, "platform_path_windows");
}
