#define _XOPEN_SOURCE 700

#include "support/test.h"

#include "platform/file.h"
#include "platform/path.h"
#include "support/temp_folder.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

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

static void make_file(const char *path)
{
    struct platform_file *file = NULL;

    assert_status(platform_file_create_new(path, &file), ODO_OK);
    platform_file_close(file);
}

static void a_link_is_neither_opened_nor_created_through(void **state)
{
    char *target = temp_folder_path(folder, "target");
    char *good = temp_folder_path(folder, "good link");
    char *dangling = temp_folder_path(folder, "dangling link");
    char *nowhere = temp_folder_path(folder, "nowhere");
    struct platform_file *file = NULL;

    (void)state;
    make_file(target);
    assert_int_equal(symlink(target, good), 0);
    assert_int_equal(symlink(nowhere, dangling), 0);
    assert_status(platform_file_open(good, &file), ODO_E_ACCESS_DENIED);
    assert_status(platform_file_create_new(good, &file), ODO_E_ALREADY_EXISTS);
    assert_status(platform_file_create_new(dangling, &file), ODO_E_ALREADY_EXISTS);
    assert_null(file);
    assert_int_equal(access(nowhere, F_OK), -1);
    free(nowhere);
    free(dangling);
    free(good);
    free(target);
}

static void a_rename_replaces_a_link_and_not_what_it_leads_to(void **state)
{
    char *target = temp_folder_path(folder, "target");
    char *link = temp_folder_path(folder, "link");
    char *from = temp_folder_path(folder, "from");
    struct stat found;

    (void)state;
    make_file(target);
    make_file(from);
    assert_int_equal(symlink(target, link), 0);
    assert_status(platform_file_rename(from, link), ODO_OK);
    assert_int_equal(lstat(link, &found), 0);
    assert_true(S_ISREG(found.st_mode));
    assert_int_equal(access(target, F_OK), 0);
    free(from);
    free(link);
    free(target);
}

static void a_pipe_is_no_file(void **state)
{
    char *pipe_path = temp_folder_path(folder, "pipe");
    char *from = temp_folder_path(folder, "from");
    struct platform_file *file = NULL;

    (void)state;
    make_file(from);
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    assert_status(platform_file_open(pipe_path, &file), ODO_E_ACCESS_DENIED);
    assert_null(file);
    assert_status(platform_file_rename(from, pipe_path), ODO_E_ACCESS_DENIED);
    assert_int_equal(access(from, F_OK), 0);
    free(from);
    free(pipe_path);
}

static void a_file_beyond_what_fits_is_a_full_disk(void **state)
{
    char *path = temp_folder_path(folder, "file");
    struct platform_file *file = NULL;
    unsigned char data[8192] = {0};
    struct rlimit before;
    struct rlimit small;
    enum odo_status first;
    enum odo_status second;
    uint64_t size = 0;

    (void)state;
    assert_status(platform_file_create_new(path, &file), ODO_OK);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 12288;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    first = platform_file_write_at(file, 0, data, sizeof(data));
    second = platform_file_write_at(file, 8192, data, sizeof(data)); /* half of it fits */
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_DFL);

    assert_status(first, ODO_OK);
    assert_status(second, ODO_E_DISK_FULL);
    assert_status(platform_file_get_size(file, &size), ODO_OK);
    assert_int_equal(size, 12288); /* so a short write came first, and was gone on with */
    platform_file_close(file);
    free(path);
}

/* Even root may not make a file among the kernel's own. */
static void a_folder_without_rights_is_refused(void **state)
{
    struct platform_file *file = NULL;
    enum odo_status status;

    (void)state;
    if (access("/sys/kernel", F_OK) != 0) {
        skip();
        return;
    }
    status = platform_file_create_new("/sys/kernel/odo-test", &file);
    if (status != ODO_E_READ_ONLY_MEDIA) { /* as in some containers */
        assert_status(status, ODO_E_ACCESS_DENIED);
    }
    assert_null(file);
    assert_status(platform_path_check_writable("/sys/kernel/odo-test"), status);
}

static void a_folder_that_is_not_ours_to_write_is_refused(void **state)
{
    enum { NOBODY = 65534 };
    char *inner = temp_folder_make(folder, "read-only");
    char *path = temp_folder_path(inner, "x");
    struct platform_file *file = NULL;
    uid_t we = geteuid();
    enum odo_status created;
    enum odo_status checked;

    (void)state;
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(chmod(inner, 0555), 0);
    if (we == 0 && seteuid(NOBODY) != 0) { /* root may write anywhere */
        free(path);
        free(inner);
        skip();
        return;
    }
    created = platform_file_create_new(path, &file);
    checked = platform_path_check_writable(path);
    assert_int_equal(seteuid(we), 0);
    assert_status(created, ODO_E_ACCESS_DENIED);
    assert_status(checked, ODO_E_ACCESS_DENIED);
    assert_null(file);
    free(path);
    free(inner);
}

static void a_time_before_1970_is_set(void **state)
{
    char *path = temp_folder_path(folder, "file");
    struct platform_file *file = NULL;
    struct stat found;

    (void)state;
    assert_status(platform_file_create_new(path, &file), ODO_OK);
    assert_status(platform_file_set_time(file, -1), ODO_OK);
    platform_file_close(file);
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mtim.tv_sec, -1);
    assert_int_equal(found.st_mtim.tv_nsec, 999999000);
    free(path);
}

static void a_new_file_follows_the_umask(void **state)
{
    char *path = temp_folder_path(folder, "file");
    struct stat found;
    mode_t before = umask(027);

    (void)state;
    make_file(path);
    umask(before);
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0640);
    free(path);
}

enum { SOMEBODY = 12345, SOME_GROUP = 23456 };

/* A file that is replaced, and what its place has then. */
static const struct replaced_case {
    const char *name;
    mode_t mode;
    uid_t owner; /* 0: us */
    gid_t group; /* the same */
    mode_t kept;
} replaced[] = {
    {"a file for its user alone stays so", 0600, 0, 0, 0600},
    {"a file that a group may read stays so", 0640, 0, 0, 0640},
    {"a program stays one", 0755, 0, 0, 0755},
    {"a file that anybody may write stays so", 0666, 0, 0, 0666},
    {"a program that runs as its owner becomes an ordinary one", 04755, 0, 0, 0755},
    {"somebody else's file stays his", 0640, SOMEBODY, SOME_GROUP, 0640},
    {"a group's file stays the group's", 0660, 0, SOME_GROUP, 0660},
};

static void check_replaced(void **state)
{
    const struct replaced_case *c = *state;
    char *from = temp_folder_path(folder, "from");
    char *to = temp_folder_path(folder, "to");
    struct stat found;

    make_file(from);
    make_file(to);
    if ((c->owner != 0 || c->group != 0) && geteuid() != 0) {
        print_message("[  SKIPPED ] only root can give a file away\n");
        free(to);
        free(from);
        skip();
        return;
    }
    assert_int_equal(
        chown(to, c->owner ? c->owner : geteuid(), c->group ? c->group : getegid()), 0);
    assert_int_equal(chmod(to, c->mode), 0);
    assert_status(platform_file_rename(from, to), ODO_OK);
    assert_int_equal(stat(to, &found), 0);
    assert_int_equal(found.st_mode & 07777, c->kept);
    assert_int_equal(found.st_uid, c->owner ? c->owner : geteuid());
    assert_int_equal(found.st_gid, c->group ? c->group : getegid());
    free(to);
    free(from);
}

/* Who cannot give the file to the group gives the group no more than everybody. */
static void a_group_that_cannot_have_the_file_gets_no_rights(void **state)
{
    char *from = temp_folder_path(folder, "from");
    char *to = temp_folder_path(folder, "to");
    enum odo_status status;
    struct stat found;

    (void)state;
    if (geteuid() != 0) {
        print_message("[  SKIPPED ] only root can give a file away\n");
        free(to);
        free(from);
        skip();
        return;
    }
    make_file(to);
    assert_int_equal(chown(to, SOMEBODY, SOME_GROUP), 0);
    assert_int_equal(chmod(to, 0664), 0);
    make_file(from);
    assert_int_equal(chown(from, SOMEBODY, 0), 0);
    assert_int_equal(chown(folder, SOMEBODY, 0), 0);
    assert_int_equal(seteuid(SOMEBODY), 0);
    status = platform_file_rename(from, to);
    assert_int_equal(seteuid(0), 0);
    assert_status(status, ODO_OK);
    assert_int_equal(stat(to, &found), 0);
    assert_int_equal(found.st_mode & 07777, 0644);
    free(to);
    free(from);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD(&suite, a_link_is_neither_opened_nor_created_through);
    TEST_ADD(&suite, a_rename_replaces_a_link_and_not_what_it_leads_to);
    TEST_ADD(&suite, a_pipe_is_no_file);
    TEST_ADD(&suite, a_file_beyond_what_fits_is_a_full_disk);
    TEST_ADD(&suite, a_folder_without_rights_is_refused);
    TEST_ADD(&suite, a_folder_that_is_not_ours_to_write_is_refused);
    TEST_ADD(&suite, a_time_before_1970_is_set);
    TEST_ADD(&suite, a_new_file_follows_the_umask);
    TEST_ADD_TABLE(&suite, replaced, check_replaced);
    TEST_ADD(&suite, a_group_that_cannot_have_the_file_gets_no_rights);
    for (size_t i = 0; i < suite.count; i++) {
        suite.tests[i].setup_func = make_folder;
        suite.tests[i].teardown_func = remove_folder;
    }
    return test_suite_run(&suite, "platform_file_posix");
}
