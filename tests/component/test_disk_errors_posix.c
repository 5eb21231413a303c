/*
 * What the disk can do to a job, and what a finished file looks like, where only POSIX can
 * tell.
 */
#define _GNU_SOURCE

#include "job/job_state.h"
#include "support/content.h"
#include "support/download_fixture.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <dirent.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void skip_because(const char *reason)
{
    print_message("[  SKIPPED ] %s\n", reason);
    skip();
}

static void expect_error(struct odo_job *job, enum odo_status status)
{
    struct odo_error error = {.status = ODO_OK};

    assert_status(odo_job_get_error(job, &error, NULL), ODO_OK);
    assert_status(error.status, status);
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

static void expect_text(const char *path, const char *text)
{
    char read[100] = "";
    FILE *file = fopen(path, "rb");

    assert_non_null(file);
    fread(read, 1, sizeof(read) - 1, file);
    fclose(file);
    assert_string_equal(read, text);
}

/* --- No room -------------------------------------------------------------------------- */

static void a_full_disk_is_an_error_that_room_cures(void **state)
{
    const struct range_list whole = NO_RANGES;
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    char *small = temp_folder_make(fixture->folder, "small");
    char *target = temp_folder_path(small, "target");
    struct odo_job *job;

    (void)state;
    if (mount("tmpfs", small, "tmpfs", 0, "size=256k") != 0) {
        free(target);
        free(small);
        download_fixture_end(fixture);
        skip_because("a small disk needs the right to mount one");
        return;
    }
    write_text(target, "what was there before");
    job = download_fixture_job(fixture);
    download_fixture_add(fixture, job, "/file", "small/target", whole);
    download_fixture_run(fixture, job, ODO_JOB_ERROR);
    expect_error(job, ODO_E_DISK_FULL);
    expect_text(target, "what was there before");

    assert_int_equal(mount("tmpfs", small, "tmpfs", MS_REMOUNT, "size=8m"), 0);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    expect_text(target, "what was there before");
    assert_status(odo_job_complete(job), ODO_OK);
    expect_file(target, NULL, 0, DOWNLOAD_SEED, DOWNLOAD_SIZE);
    odo_job_release(job);
    assert_int_equal(umount(small), 0);
    free(target);
    free(small);
    download_fixture_end(fixture);
}

static void a_full_disk_leaves_nothing_after_cancelling(void **state)
{
    const struct range_list whole = NO_RANGES;
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    char *small = temp_folder_make(fixture->folder, "small");
    struct odo_job *job;

    (void)state;
    if (mount("tmpfs", small, "tmpfs", 0, "size=256k") != 0) {
        free(small);
        download_fixture_end(fixture);
        skip_because("a small disk needs the right to mount one");
        return;
    }
    job = download_fixture_job(fixture);
    download_fixture_add(fixture, job, "/file", "small/target", whole);
    download_fixture_run(fixture, job, ODO_JOB_ERROR);
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
    assert_int_equal(umount(small), 0);
    assert_int_equal(rmdir(small), 0);
    free(small);
    download_fixture_end(fixture);
}

static void a_file_beyond_the_limit_of_the_process_is_an_error(void **state)
{
    const struct range_list whole = NO_RANGES;
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    struct rlimit before;
    struct rlimit low;

    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    low = before;
    low.rlim_cur = 300000;
    download_fixture_add(fixture, job, "/file", "target", whole);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    assert_status(odo_job_resume(job), ODO_OK);
    assert_status(odo_job_wait(job, DOWNLOAD_DEADLINE_MS), ODO_OK);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    expect_state(job, ODO_JOB_ERROR);
    expect_error(job, ODO_E_DISK_FULL);
    assert_status(odo_job_cancel(job), ODO_OK);
    assert_int_equal(download_fixture_count_files(fixture), 0);
    odo_job_release(job);
    download_fixture_end(fixture);
}

/* --- No permission -------------------------------------------------------------------- */

static void a_folder_that_cannot_be_written_is_refused_when_adding(void **state)
{
    enum { NOBODY = 65534 };
    const struct range_list whole = NO_RANGES;
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    char *locked = temp_folder_make(fixture->folder, "locked");
    struct odo_job *job = download_fixture_job(fixture);
    uid_t user = geteuid();
    enum odo_status status;

    (void)state;
    assert_int_equal(chmod(fixture->folder, 0755), 0);
    assert_int_equal(chmod(locked, 0555), 0);
    if (user == 0) {
        assert_int_equal(seteuid(NOBODY), 0); /* nothing is closed to root */
    }
    status = download_fixture_try_add(fixture, job, "/file", "locked/target", whole,
                                      ODO_SIZE_UNKNOWN);
    if (user == 0) {
        assert_int_equal(seteuid(user), 0);
    }
    assert_status(status, ODO_E_ACCESS_DENIED);
    assert_int_equal(odo_job_get_file_count(job), 0);
    free(locked);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void a_folder_that_went_away_is_an_error(void **state)
{
    const struct range_list whole = NO_RANGES;
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    char *gone = temp_folder_make(fixture->folder, "gone");
    struct odo_job *job = download_fixture_job(fixture);

    (void)state;
    download_fixture_add(fixture, job, "/file", "gone/target", whole);
    temp_folder_remove(gone);
    download_fixture_run(fixture, job, ODO_JOB_ERROR);
    expect_error(job, ODO_E_PATH_NOT_FOUND);
    free(temp_folder_make(fixture->folder, "gone"));
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    download_fixture_expect(fixture, "gone/target", whole);
    odo_job_release(job);
    download_fixture_end(fixture);
}

/* --- The finished file ---------------------------------------------------------------- */

static void the_file_has_the_date_of_the_remote_one(void **state)
{
    static const struct server_rule rules[] = {
        {.does = SERVER_CHANGE_DATE, .text = "Sun, 06 Nov 1994 08:49:37 GMT"}};
    const struct range_server_options server = {
        .files = {{.path = "/file", .seed = DOWNLOAD_SEED, .size = DOWNLOAD_SIZE}},
        .rules = rules,
        .rule_count = 1,
    };
    struct download_fixture *fixture = download_fixture_begin(&server, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    const struct range_list few = RANGES({0, 50});
    char *path = download_fixture_path(fixture, "target");
    struct stat found;

    (void)state;
    download_fixture_add(fixture, job, "/file", "target", few);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mtime, 784111777);
    free(path);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void a_link_is_replaced_and_what_it_leads_to_is_not(void **state)
{
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    const struct range_list few = RANGES({0, 50});
    char *path = download_fixture_path(fixture, "target");
    char *other = download_fixture_path(fixture, "other");
    struct stat found;

    (void)state;
    write_text(other, "precious");
    assert_int_equal(symlink(other, path), 0);
    download_fixture_add(fixture, job, "/file", "target", few);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    assert_int_equal(lstat(path, &found), 0);
    assert_true(S_ISREG(found.st_mode));
    expect_text(other, "precious");
    download_fixture_expect(fixture, "target", few);
    free(other);
    free(path);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static size_t count_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    size_t count = 0;

    if (!folder) {
        return 0;
    }
    while (readdir(folder)) {
        count++;
    }
    closedir(folder);
    return count;
}

static void no_descriptor_is_left_behind(void **state)
{
    const struct range_list few = RANGES({0, 50}, {500000, 20});
    size_t before = count_descriptors();

    (void)state;
    if (before == 0) {
        skip_because("this system does not list a process's descriptors");
        return;
    }
    for (int i = 0; i < 10; i++) {
        struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
        struct odo_job *job = download_fixture_job(fixture);

        download_fixture_add(fixture, job, "/file", "a", few);
        download_fixture_add(fixture, job, i % 2 ? "/missing" : "/file", "b", few);
        download_fixture_run(fixture, job, i % 2 ? ODO_JOB_ERROR : ODO_JOB_TRANSFERRED);
        assert_status(odo_job_complete(job), i % 2 ? ODO_PARTIAL_COMPLETE : ODO_OK);
        odo_job_release(job);
        download_fixture_end(fixture);
    }
    assert_int_equal(count_descriptors(), before);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD(&suite, a_full_disk_is_an_error_that_room_cures);
    TEST_ADD(&suite, a_full_disk_leaves_nothing_after_cancelling);
    TEST_ADD(&suite, a_file_beyond_the_limit_of_the_process_is_an_error);
    TEST_ADD(&suite, a_folder_that_cannot_be_written_is_refused_when_adding);
    TEST_ADD(&suite, a_folder_that_went_away_is_an_error);
    TEST_ADD(&suite, the_file_has_the_date_of_the_remote_one);
    TEST_ADD(&suite, a_link_is_replaced_and_what_it_leads_to_is_not);
    TEST_ADD(&suite, no_descriptor_is_left_behind);
    return test_suite_run(&suite, "disk_errors");
}
