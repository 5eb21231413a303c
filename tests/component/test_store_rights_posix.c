/*
 * What is kept of a job is for its user alone: URLs and headers may hold secrets.
 */
#define _XOPEN_SOURCE 700

#include "platform/path.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <odo/odo.h>

#include <sys/stat.h>
#include <unistd.h>

struct folder_rights {
    const char *folder;
    size_t files;
};

static bool expect_private(void *context, const char *name, bool is_ordinary)
{
    struct folder_rights *rights = context;
    char *path = temp_folder_path(rights->folder, name);
    struct stat found;

    if (!is_ordinary) {
        return true;
    }
    assert_int_equal(lstat(path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
    rights->files++;
    free(path);
    return true;
}

static void a_store_is_for_its_user_alone(void **state)
{
    char *folder = temp_folder_create();
    char *store = temp_folder_path(folder, "store");
    struct odo_engine_options options = {.store_folder = store};
    struct odo_engine *engine = NULL;
    struct odo_job *job = NULL;
    struct folder_rights rights = {.folder = store};
    struct stat found;
    mode_t mask = umask(0);

    (void)state;
    assert_status(odo_engine_start(&options, &engine), ODO_OK);
    assert_status(odo_job_create(engine, "a job", &job), ODO_OK);
    assert_int_equal(lstat(store, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0700);
    assert_status(platform_path_list(store, expect_private, &rights), ODO_OK);
    assert_int_equal(rights.files, 3); /* two locks and the journal */
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
    odo_engine_stop(engine);
    umask(mask);
    free(store);
    temp_folder_remove(folder);
}

enum { SOMEBODY = 12345 };

/* A store in a folder in a folder: whose they are and what they let others do. */
static const struct rights_case {
    const char *name;
    mode_t above;
    mode_t own;
    uid_t above_owner; /* 0: us */
    uid_t owner;       /* 0: us */
    enum odo_status status;
} rights[] = {
    {"a store that others may look at", 0755, 0755, 0, 0, ODO_OK},
    {"a store below a folder like /tmp", 01777, 0700, 0, 0, ODO_OK},
    {"a store that anybody can write", 0755, 0777, 0, 0, ODO_E_NOT_PRIVATE},
    {"a store that anybody can write, to his own files", 0755, 01777, 0, 0, ODO_E_NOT_PRIVATE},
    {"a store that a group can write", 0755, 0770, 0, 0, ODO_E_NOT_PRIVATE},
    {"a store that anybody can write, but not list", 0755, 0733, 0, 0, ODO_E_NOT_PRIVATE},
    {"a store that anybody can put another in the place of", 0777, 0700, 0, 0,
     ODO_E_NOT_PRIVATE},
    {"a store that a group can do the same to", 0775, 0700, 0, 0, ODO_E_NOT_PRIVATE},
    {"a store that is somebody else's", 0755, 0755, 0, SOMEBODY, ODO_E_NOT_PRIVATE},
    {"a store in a folder of somebody else's", 0755, 0700, SOMEBODY, 0, ODO_E_NOT_PRIVATE},
};

static void check_rights(void **state)
{
    const struct rights_case *c = *state;
    char *folder = temp_folder_create();
    char *above = temp_folder_make(folder, "above");
    char *store = temp_folder_make(above, "store");
    struct odo_engine_options options = {.store_folder = store};
    struct odo_engine *engine = NULL;
    enum odo_status status;

    if ((c->owner != 0 || c->above_owner != 0) && geteuid() != 0) {
        print_message("[  SKIPPED ] only root can give a folder away\n");
        free(store);
        free(above);
        temp_folder_remove(folder);
        skip();
        return;
    }
    assert_int_equal(chown(store, c->owner, (gid_t)-1), 0);
    assert_int_equal(chown(above, c->above_owner, (gid_t)-1), 0);
    assert_int_equal(chmod(store, c->own), 0);
    assert_int_equal(chmod(above, c->above), 0);
    status = odo_engine_start(&options, &engine);
    odo_engine_stop(engine);
    assert_status(status, c->status);
    free(store);
    free(above);
    temp_folder_remove(folder);
}

/* A link may stand on the way; what counts is where it leads to. */
static void a_link_hides_no_folder_of_others(void **state)
{
    char *folder = temp_folder_create();
    char *open_folder = temp_folder_make(folder, "open");
    char *link = temp_folder_path(folder, "link");
    struct odo_engine_options options = {.store_folder = link};
    struct odo_engine *engine = NULL;

    (void)state;
    assert_int_equal(chmod(open_folder, 0777), 0);
    assert_int_equal(symlink(open_folder, link), 0);
    assert_status(odo_engine_start(&options, &engine), ODO_E_NOT_PRIVATE);
    assert_int_equal(chmod(open_folder, 0700), 0);
    assert_status(odo_engine_start(&options, &engine), ODO_OK);
    odo_engine_stop(engine);
    free(link);
    free(open_folder);
    temp_folder_remove(folder);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD(&suite, a_store_is_for_its_user_alone);
    TEST_ADD_TABLE(&suite, rights, check_rights);
    TEST_ADD(&suite, a_link_hides_no_folder_of_others);
    return test_suite_run(&suite, "store_rights");
}
