/*
 * Which names the files of a job may get: no two different files the same one, and no file that
 * of a folder. Refused at once, and not when the job is completed.
 */
#include "support/content.h"
#include "support/download_fixture.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

struct scene {
    struct download_fixture *fixture;
    struct odo_job *job;
    char *folder;
    char *path; /* of "file.bin" in it */
};

static void scene_start(struct scene *scene)
{
    scene->fixture = download_fixture_begin(NULL, NULL);
    scene->job = download_fixture_job(scene->fixture);
    scene->folder = temp_folder_create();
    scene->path = temp_folder_path(scene->folder, "file.bin");
}

static void scene_end(struct scene *scene)
{
    odo_job_cancel(scene->job);
    odo_job_release(scene->job);
    free(scene->path);
    temp_folder_remove(scene->folder);
    download_fixture_end(scene->fixture);
}

static enum odo_status add(struct scene *scene, const char *name, const char *path,
                           struct range_list ranges)
{
    char url[SERVER_URL_SIZE];

    return odo_job_add_file(scene->job,
                            &(struct odo_file_request){
                                .file_id = "file",
                                .url = range_server_url(scene->fixture->server, name, url),
                                .local_path = path,
                                .ranges = ranges.items,
                                .range_count = (uint32_t)ranges.count,
                                .file_size = ODO_SIZE_UNKNOWN,
                            },
                            NULL);
}

static const struct byte_range head = {0, 100};
static const struct byte_range next = {100, 100};

#define WHOLE      ((struct range_list){NULL, 0})
#define ONE(range) ((struct range_list){&(range), 1})

static const struct pair_case {
    const char *name;
    const char *url; /* of the second file; the first is "/file" whole */
    const struct byte_range *range;
    const char *second; /* its name in the folder */
    enum odo_status status;
} pairs[] = {
    {"the same file may be added again", "/file", NULL, "file.bin", ODO_OK},
    {"another file may have another name", "/other", NULL, "other.bin", ODO_OK},
    {"another URL may not have the same name", "/other", NULL, "file.bin",
     ODO_E_INVALID_ARGUMENT},
    {"other ranges may not have the same name", "/file", &next, "file.bin",
     ODO_E_INVALID_ARGUMENT},
#ifdef _WIN32
    {"nor in another case", "/other", NULL, "FILE.BIN", ODO_E_INVALID_ARGUMENT},
    {"nor by a detour", "/other", NULL, ".\\FILE.bin", ODO_E_INVALID_ARGUMENT},
    {"nor by the other slash", "/other", NULL, "./file.bin", ODO_E_INVALID_ARGUMENT},
#else
    {"in another case it is another file", "/other", NULL, "FILE.bin", ODO_OK},
    {"nor by a detour", "/other", NULL, ".//./file.bin", ODO_E_INVALID_ARGUMENT},
#endif
};

static void check_pair(void **state)
{
    const struct pair_case *c = *state;
    struct scene scene;
    char *second;

    scene_start(&scene);
    second = temp_folder_path(scene.folder, c->second);
    assert_status(add(&scene, "/file", scene.path, WHOLE), ODO_OK);
    assert_status(
        add(&scene, c->url, second, c->range ? (struct range_list){c->range, 1} : WHOLE),
        c->status);
    free(second);
    scene_end(&scene);
}

static void the_same_file_twice_is_one_on_the_disk(void **state)
{
    struct scene scene;

    (void)state;
    scene_start(&scene);
    assert_status(add(&scene, "/file", scene.path, ONE(head)), ODO_OK);
    assert_status(add(&scene, "/file", scene.path, ONE(head)), ODO_OK);
    download_fixture_run(scene.fixture, scene.job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(scene.job), ODO_OK);
    expect_file(scene.path, &head, 1, DOWNLOAD_SEED, DOWNLOAD_SIZE);
    scene_end(&scene);
}

/* The second of two files that are the same gets another URL. */
static void a_twin_may_not_become_another_file(void **state)
{
    char url[SERVER_URL_SIZE];
    struct scene scene;

    (void)state;
    scene_start(&scene);
    assert_status(add(&scene, "/file", scene.path, WHOLE), ODO_OK);
    assert_status(add(&scene, "/file", scene.path, WHOLE), ODO_OK);
    range_server_url(scene.fixture->server, "/other", url);
    assert_status(odo_file_set_url(scene.job, 1, url), ODO_E_INVALID_ARGUMENT);
    scene_end(&scene);
}

static void a_path_that_is_set_later_is_looked_at_too(void **state)
{
    struct scene scene;

    (void)state;
    scene_start(&scene);
    assert_status(add(&scene, "/file", scene.path, WHOLE), ODO_OK);
    assert_status(add(&scene, "/other", NULL, WHOLE), ODO_OK);
    assert_status(odo_file_set_local_path(scene.job, 1, scene.path), ODO_E_INVALID_ARGUMENT);
    assert_status(odo_file_set_local_path(scene.job, 1, scene.folder), ODO_E_ACCESS_DENIED);
    scene_end(&scene);
}

static void a_folder_is_no_target(void **state)
{
    struct scene scene;

    (void)state;
    scene_start(&scene);
    assert_status(add(&scene, "/file", scene.folder, WHOLE), ODO_E_ACCESS_DENIED);
    assert_int_equal(odo_job_get_file_count(scene.job), 0);
    scene_end(&scene);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, pairs, check_pair);
    TEST_ADD(&suite, the_same_file_twice_is_one_on_the_disk);
    TEST_ADD(&suite, a_twin_may_not_become_another_file);
    TEST_ADD(&suite, a_path_that_is_set_later_is_looked_at_too);
    TEST_ADD(&suite, a_folder_is_no_target);
    return test_suite_run(&suite, "places");
}
