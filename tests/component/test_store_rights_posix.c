/*
 * What is kept of a job is for its user alone: URLs and headers may hold secrets.
 */
#define _POSIX_C_SOURCE 200809L

#include "platform/path.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <odo/odo.h>

#include <sys/stat.h>

struct folder_rights {
    const char *folder;
    size_t files;
};

static bool expect_private(void *context, const char *name)
{
    struct folder_rights *rights = context;
    char *path = temp_folder_path(rights->folder, name);
    struct stat found;

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
    assert_int_equal(rights.files, 2); /* the lock and the journal */
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
    odo_engine_stop(engine);
    umask(mask);
    free(store);
    temp_folder_remove(folder);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD(&suite, a_store_is_for_its_user_alone);
    return test_suite_run(&suite, "store_rights");
}
