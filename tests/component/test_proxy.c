/*
 * Proxies. The test's server is one that answers by itself, whatever host it is asked for; the
 * hosts do not exist, so whoever asks them directly finds nobody.
 */
#include "support/content.h"
#include "support/range_server.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <odo/odo.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 29, SIZE = 50000, DEADLINE_MS = 20000 };

struct scene {
    struct range_server *proxy;
    char *folder;
    char *path;
    struct odo_engine *engine;
    struct odo_job *job;
};

static void scene_start(struct scene *scene, const struct server_rule *rules, size_t count,
                        const struct odo_engine_options *options)
{
    char url[SERVER_URL_SIZE];
    struct odo_engine_options with_proxy = *options;

    scene->proxy = range_server_start(&(struct range_server_options){
        .files = {{.path = "/file", .seed = SEED, .size = SIZE}},
        .rules = rules,
        .rule_count = count,
    });
    if (!with_proxy.proxy) {
        with_proxy.proxy = range_server_url(scene->proxy, "", url);
    }
    scene->folder = temp_folder_create();
    scene->path = temp_folder_path(scene->folder, "file");
    assert_status(odo_engine_start(&with_proxy, &scene->engine), ODO_OK);
    assert_status(odo_job_create(scene->engine, "proxy", &scene->job), ODO_OK);
    assert_status(odo_job_set_number(scene->job, ODO_JOB_NO_PROGRESS_TIMEOUT, 0), ODO_OK);
}

static void scene_end(struct scene *scene)
{
    odo_job_release(scene->job);
    odo_engine_stop(scene->engine);
    range_server_stop(scene->proxy);
    free(scene->path);
    temp_folder_remove(scene->folder);
}

static enum odo_job_state fetch(struct scene *scene, const char *url)
{
    assert_status(odo_job_add_file(scene->job,
                                   &(struct odo_file_request){
                                       .file_id = "file",
                                       .url = url,
                                       .local_path = scene->path,
                                       .file_size = ODO_SIZE_UNKNOWN,
                                   },
                                   NULL),
                  ODO_OK);
    assert_status(odo_job_resume(scene->job), ODO_OK);
    assert_status(odo_job_wait(scene->job, DEADLINE_MS), ODO_OK);
    return odo_job_get_state(scene->job);
}

static struct odo_error failure(struct scene *scene)
{
    struct odo_error error = {0};

    assert_status(odo_job_get_error(scene->job, &error, NULL), ODO_OK);
    return error;
}

/* The header's value in the first request. */
static const char *sent(struct scene *scene, const char *name)
{
    static char value[200];
    struct server_request request = range_server_get_request(scene->proxy, 0);

    server_request_header(&request, name, value, sizeof(value), NULL);
    return value;
}

static void a_file_comes_through_the_proxy(void **state)
{
    struct scene scene;

    (void)state;
    scene_start(&scene, NULL, 0, &(struct odo_engine_options){0});
    assert_int_equal(fetch(&scene, "http://server.invalid/file"), ODO_JOB_TRANSFERRED);
    assert_true(range_server_request_count(scene.proxy) > 0);
    assert_string_equal(sent(&scene, "Host"), "server.invalid");
    scene_end(&scene);
}

static void what_is_excepted_does_not(void **state)
{
    struct scene scene;

    (void)state;
    scene_start(&scene, NULL, 0, &(struct odo_engine_options){.no_proxy = "a.org;*.invalid"});
    assert_int_equal(fetch(&scene, "http://server.invalid/file"), ODO_JOB_ERROR);
    assert_int_equal(failure(&scene).status, ODO_E_NAME_NOT_RESOLVED);
    assert_int_equal(range_server_request_count(scene.proxy), 0);
    scene_end(&scene);
}

static void https_may_have_another_proxy(void **state)
{
    struct scene scene;

    (void)state;
    scene_start(&scene, NULL, 0, &(struct odo_engine_options){.https_proxy = ""});
    assert_int_equal(fetch(&scene, "https://server.invalid/file"), ODO_JOB_ERROR);
    assert_int_equal(failure(&scene).status, ODO_E_NAME_NOT_RESOLVED);
    assert_int_equal(range_server_request_count(scene.proxy), 0);
    scene_end(&scene);
}

static void none_at_all_may_be_wanted(void **state)
{
    struct scene scene;

    (void)state;
    scene_start(&scene, NULL, 0, &(struct odo_engine_options){.proxy = ""});
    assert_int_equal(fetch(&scene, "http://server.invalid/file"), ODO_JOB_ERROR);
    assert_int_equal(failure(&scene).status, ODO_E_NAME_NOT_RESOLVED);
    scene_end(&scene);
}

static const struct refusal_case {
    const char *name;
    const char *url;
    const char *method;
    uint16_t status;
} refusals[] = {
    {"a proxy that wants to know who asks is a failure", "http://server.invalid/file", "GET",
     407},
    {"also when it is to lead to https", "https://server.invalid/file", "CONNECT", 407},
    {"and so is one that does not lead there", "https://server.invalid/file", "CONNECT", 403},
};

static void check_refusal(void **state)
{
    const struct refusal_case *c = *state;
    const struct server_rule rules[] = {{.does = SERVER_STATUS, .number = c->status}};
    struct scene scene;

    scene_start(&scene, rules, 1, &(struct odo_engine_options){0});
    assert_status(
        odo_job_set_text(scene.job, ODO_JOB_HEADERS, "X-Client: for the server alone"), ODO_OK);
    assert_int_equal(fetch(&scene, c->url), ODO_JOB_ERROR);
    assert_int_equal(failure(&scene).status, ODO_E_HTTP_STATUS);
    assert_int_equal(failure(&scene).http_status, c->status);
    assert_int_equal(range_server_request_count(scene.proxy), 1);
    assert_string_equal(range_server_get_request(scene.proxy, 0).method, c->method);
    assert_string_equal(sent(&scene, "X-Client"),
                        strcmp(c->method, "GET") == 0 ? "for the server alone" : "");
    scene_end(&scene);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD(&suite, a_file_comes_through_the_proxy);
    TEST_ADD(&suite, what_is_excepted_does_not);
    TEST_ADD(&suite, https_may_have_another_proxy);
    TEST_ADD(&suite, none_at_all_may_be_wanted);
    TEST_ADD_TABLE(&suite, refusals, check_refusal);
    return test_suite_run(&suite, "proxy");
}
