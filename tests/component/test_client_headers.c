/* What a client wants its server to be told: sent there, and nowhere else. */
#include "support/content.h"
#include "support/range_server.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <odo/odo.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 23, SIZE = 50000, DEADLINE_MS = 20000 };

struct scene {
    struct range_server *server;
    struct range_server *other;
    char *folder;
    char *path;
    struct odo_engine *engine;
    struct odo_job *job;
};

static void scene_start(struct scene *scene, const struct server_rule *rules, size_t count)
{
    const struct range_server_options options = {
        .files = {{.path = "/file", .seed = SEED, .size = SIZE},
                  {.path = "/there", .seed = SEED, .size = SIZE}},
        .rules = rules,
        .rule_count = count,
    };

    scene->server = range_server_start(&options);
    scene->other = range_server_start(&(struct range_server_options){
        .files = {{.path = "/there", .seed = SEED, .size = SIZE}}});
    scene->folder = temp_folder_create();
    scene->path = temp_folder_path(scene->folder, "file");
    assert_status(odo_engine_start(NULL, &scene->engine), ODO_OK);
    assert_status(odo_job_create(scene->engine, "headers", &scene->job), ODO_OK);
    assert_status(odo_job_set_text(scene->job, ODO_JOB_HEADERS, "X-Client: yes\r\nRange: x"),
                  ODO_OK);
    assert_status(odo_job_set_text(scene->job, ODO_JOB_CORRELATION_VECTOR, "vector.1"), ODO_OK);
    assert_status(
        odo_job_set_text(scene->job, ODO_JOB_AUTHENTICATION_HEADERS, "Authorization: secret"),
        ODO_OK);
}

static void scene_end(struct scene *scene)
{
    odo_job_release(scene->job);
    odo_engine_stop(scene->engine);
    range_server_stop(scene->server);
    range_server_stop(scene->other);
    free(scene->path);
    temp_folder_remove(scene->folder);
}

static enum odo_job_state fetch(struct scene *scene)
{
    char url[SERVER_URL_SIZE];

    assert_status(odo_job_add_file(scene->job,
                                   &(struct odo_file_request){
                                       .file_id = "file",
                                       .url = range_server_url(scene->server, "/file", url),
                                       .local_path = scene->path,
                                       .file_size = ODO_SIZE_UNKNOWN,
                                   },
                                   NULL),
                  ODO_OK);
    assert_status(odo_job_resume(scene->job), ODO_OK);
    assert_status(odo_job_wait(scene->job, DEADLINE_MS), ODO_OK);
    return odo_job_get_state(scene->job);
}

/* The header's value in a request; "" when there is none. */
static const char *sent(struct range_server *server, size_t index, const char *name)
{
    static char value[200];
    struct server_request request = range_server_get_request(server, index);

    if (!server_request_header(&request, name, value, sizeof(value), NULL)) {
        value[0] = '\0';
    }
    return value;
}

static void its_own_server_is_told(void **state)
{
    struct scene scene;

    (void)state;
    scene_start(&scene, NULL, 0);
    assert_int_equal(fetch(&scene), ODO_JOB_TRANSFERRED);
    assert_string_equal(sent(scene.server, 0, "X-Client"), "yes");
    assert_string_equal(sent(scene.server, 0, "MS-CV"), "vector.1");
    assert_string_equal(sent(scene.server, 0, "Authorization"), "");
    assert_string_not_equal(sent(scene.server, 0, "Range"), "x");
    scene_end(&scene);
}

static void its_own_name_is_sent_instead_of_ours(void **state)
{
    size_t count = 0;
    char value[200] = "";
    struct server_request request;
    struct scene scene;

    (void)state;
    scene_start(&scene, NULL, 0);
    assert_status(odo_job_set_text(scene.job, ODO_JOB_HEADERS, "User-Agent: client/1"), ODO_OK);
    assert_int_equal(fetch(&scene), ODO_JOB_TRANSFERRED);
    request = range_server_get_request(scene.server, 0);
    assert_true(server_request_header(&request, "User-Agent", value, sizeof(value), &count));
    assert_string_equal(value, "client/1");
    assert_int_equal(count, 1);
    scene_end(&scene);
}

static void another_server_is_told_nothing(void **state)
{
    struct scene scene;
    char there[SERVER_URL_SIZE];
    struct server_rule rule = {.path = "/file", .does = SERVER_REDIRECT, .text = there};

    (void)state;
    scene_start(&scene, NULL, 0);
    range_server_url(scene.other, "/there", there);
    range_server_use_rules(scene.server, &rule, 1);
    assert_int_equal(fetch(&scene), ODO_JOB_TRANSFERRED);
    assert_string_equal(sent(scene.server, 0, "X-Client"), "yes");
    assert_true(range_server_request_count(scene.other) > 0);
    assert_string_equal(sent(scene.other, 0, "X-Client"), "");
    assert_string_equal(sent(scene.other, 0, "MS-CV"), "");
    scene_end(&scene);
}

static void who_we_are_is_told_when_it_is_asked(void **state)
{
    static const struct server_rule rules[] = {{.to = 1, .does = SERVER_STATUS, .number = 401}};
    struct scene scene;

    (void)state;
    scene_start(&scene, rules, 1);
    assert_int_equal(fetch(&scene), ODO_JOB_TRANSFERRED);
    assert_string_equal(sent(scene.server, 0, "Authorization"), "");
    assert_string_equal(sent(scene.server, 1, "Authorization"), "secret");
    scene_end(&scene);
}

static void what_is_refused_twice_is_refused(void **state)
{
    static const struct server_rule rules[] = {{.does = SERVER_STATUS, .number = 401}};
    struct odo_error error;
    struct scene scene;

    (void)state;
    scene_start(&scene, rules, 1);
    assert_int_equal(fetch(&scene), ODO_JOB_ERROR);
    assert_int_equal(range_server_request_count(scene.server), 2);
    assert_status(odo_job_get_error(scene.job, &error, NULL), ODO_OK);
    assert_int_equal(error.http_status, 401);
    scene_end(&scene);
}

static void another_server_is_not_told_who_we_are(void **state)
{
    static const struct server_rule refusal[] = {{.does = SERVER_STATUS, .number = 401}};
    struct scene scene;
    char there[SERVER_URL_SIZE];
    struct server_rule rule = {.path = "/file", .does = SERVER_REDIRECT, .text = there};

    (void)state;
    scene_start(&scene, NULL, 0);
    range_server_url(scene.other, "/there", there);
    range_server_use_rules(scene.server, &rule, 1);
    range_server_use_rules(scene.other, refusal, 1);
    assert_int_equal(fetch(&scene), ODO_JOB_ERROR);
    for (size_t i = 0; i < range_server_request_count(scene.other); i++) {
        assert_string_equal(sent(scene.other, i, "Authorization"), "");
    }
    scene_end(&scene);
}

static void the_last_reply_is_remembered(void **state)
{
    struct odo_file_statistics statistics;
    struct scene scene;
    char url[SERVER_URL_SIZE];
    char *text = NULL;

    (void)state;
    scene_start(&scene, NULL, 0);
    assert_int_equal(fetch(&scene), ODO_JOB_TRANSFERRED);
    odo_file_get_statistics(scene.job, 0, &statistics);
    assert_true(statistics.response_status == 200 || statistics.response_status == 206);
    assert_status(odo_file_get_text(scene.job, 0, ODO_FILE_SERVER_ADDRESS, &text), ODO_OK);
    assert_string_equal(text, "127.0.0.1");
    odo_free(text);
    assert_status(odo_file_get_text(scene.job, 0, ODO_FILE_EFFECTIVE_URL, &text), ODO_OK);
    assert_string_equal(text, range_server_url(scene.server, "/file", url));
    odo_free(text);
    scene_end(&scene);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD(&suite, its_own_server_is_told);
    TEST_ADD(&suite, its_own_name_is_sent_instead_of_ours);
    TEST_ADD(&suite, another_server_is_told_nothing);
    TEST_ADD(&suite, who_we_are_is_told_when_it_is_asked);
    TEST_ADD(&suite, what_is_refused_twice_is_refused);
    TEST_ADD(&suite, another_server_is_not_told_who_we_are);
    TEST_ADD(&suite, the_last_reply_is_remembered);
    return test_suite_run(&suite, "client_headers");
}
