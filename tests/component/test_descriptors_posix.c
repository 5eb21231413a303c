/*
 * A process that may open few files: a call fails, or works, but none waits for ever for a
 * thread that nobody can wake.
 */
#define _XOPEN_SOURCE 700

#include "support/temp_folder.h"
#include "support/test.h"

#include <odo/odo.h>

#include <sys/resource.h>
#include <unistd.h>

enum { DEADLINE_S = 120, MOST = 24 };

/* Descriptors below this are taken. */
static int first_free(void)
{
    int descriptor = dup(STDERR_FILENO);

    assert_true(descriptor >= 0);
    assert_int_equal(close(descriptor), 0);
    return descriptor;
}

/* From its beginning to its end, with `spare` descriptors. */
static enum odo_status run_engine(const char *target, int spare)
{
    struct rlimit before;
    struct rlimit few;
    struct odo_engine *engine = NULL;
    struct odo_job *job = NULL;
    enum odo_status status;

    assert_status(odo_engine_start(NULL, &engine), ODO_OK);
    assert_status(odo_job_create(engine, "a job", &job), ODO_OK);
    assert_status(odo_job_add_file(job,
                                   &(struct odo_file_request){
                                       .file_id = "file",
                                       .url = "http://127.0.0.1:1/file",
                                       .local_path = target,
                                       .file_size = ODO_SIZE_UNKNOWN,
                                   },
                                   NULL),
                  ODO_OK);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur = (rlim_t)(first_free() + spare);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    status = odo_job_resume(job);
    (void)odo_job_suspend(job);
    (void)odo_job_cancel(job);
    odo_job_release(job);
    odo_engine_stop(engine);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    return status;
}

static void an_engine_without_descriptors_fails_and_ends(void **state)
{
    char *folder = temp_folder_create();
    char *target = temp_folder_path(folder, "target");

    (void)state;
    (void)alarm(DEADLINE_S); /* only a test that fails hears it */
    assert_status(run_engine(target, 0), ODO_E_TOO_MANY_OPEN_FILES);
    for (int spare = 1; spare < MOST; spare++) {
        enum odo_status status = run_engine(target, spare);

        assert_true(status == ODO_OK || status == ODO_E_TOO_MANY_OPEN_FILES ||
                    status == ODO_E_OUT_OF_MEMORY || status == ODO_E_UNEXPECTED);
    }
    (void)alarm(0);
    free(target);
    temp_folder_remove(folder);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD(&suite, an_engine_without_descriptors_fails_and_ends);
    return test_suite_run(&suite, "descriptors_posix");
}
