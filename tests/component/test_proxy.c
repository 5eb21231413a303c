/*
 * Proxies. The test's server is one that answers by itself, whatever host it is asked for; the
 * hosts do not exist, so whoever asks them directly finds nobody.
 */
#include "support/content.h"
#include "support/range_server.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include "platform/clock.h"
#include "platform/thread.h"

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

static void a_password_may_stand_in_the_proxys_url(void **state)
{
    char url[SERVER_URL_SIZE];
    char with_password[SERVER_URL_SIZE + 20];
    struct range_server *proxy = range_server_start(&(struct range_server_options){
        .files = {{.path = "/file", .seed = SEED, .size = SIZE}},
    });
    struct server_request request;
    char value[200] = "";
    struct scene scene;

    (void)state;
    snprintf(with_password, sizeof(with_password), "http://name:password@%s",
             range_server_url(proxy, "", url) + strlen("http://"));
    scene_start(&scene, NULL, 0, &(struct odo_engine_options){.proxy = with_password});
    assert_int_equal(fetch(&scene, "http://server.invalid/file"), ODO_JOB_TRANSFERRED);
    request = range_server_get_request(proxy, 0);
    assert_true(
        server_request_header(&request, "Proxy-Authorization", value, sizeof(value), NULL));
    assert_string_equal(value, "Basic bmFtZTpwYXNzd29yZA==");
    assert_false(server_request_header(&request, "Authorization", value, sizeof(value), NULL));
    scene_end(&scene);
    range_server_stop(proxy);
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

/* --- Proxies that the host finds ---------------------------------------------------------- */

enum { ANSWERS_MOST = 8, URL_MOST = 100 };

/* A host that answers when the test lets it. */
struct finder {
    struct platform_mutex *mutex; /* guards all that follows */
    struct platform_condition *changed;
    const char *proxies; /* the answer; NULL for none */
    const char *no_proxy;
    enum odo_status status;
    bool is_open; /* answers come */
    uint32_t asked;
    char urls[ANSWERS_MOST][URL_MOST];
};

static enum odo_status find_proxy(void *context, const char *url,
                                  struct odo_proxy_answer *answer)
{
    struct finder *finder = context;
    enum odo_status status;

    platform_mutex_lock(finder->mutex);
    snprintf(finder->urls[finder->asked % ANSWERS_MOST], URL_MOST, "%s", url);
    finder->asked++;
    platform_condition_broadcast(finder->changed);
    while (!finder->is_open) {
        platform_condition_wait(finder->changed, finder->mutex);
    }
    status = finder->status;
    if (finder->proxies) {
        assert_status(odo_proxy_answer_set(answer, "http://wrong.invalid:1", NULL), ODO_OK);
        assert_status(odo_proxy_answer_set(answer, finder->proxies, finder->no_proxy), ODO_OK);
    }
    platform_mutex_unlock(finder->mutex);
    return status;
}

static void finder_open(struct finder *finder, bool open)
{
    platform_mutex_lock(finder->mutex);
    finder->is_open = open;
    platform_condition_broadcast(finder->changed);
    platform_mutex_unlock(finder->mutex);
}

static void finder_wait_asked(struct finder *finder, uint32_t times)
{
    uint64_t deadline_ms = platform_clock_milliseconds() + DEADLINE_MS;
    bool in_time = true;

    platform_mutex_lock(finder->mutex);
    while (finder->asked < times && in_time) {
        in_time = platform_condition_wait_until(finder->changed, finder->mutex, deadline_ms);
    }
    platform_mutex_unlock(finder->mutex);
    assert_true(in_time);
}

static void finder_start(struct finder *finder, struct scene *scene)
{
    *finder = (struct finder){.mutex = platform_mutex_create(),
                              .changed = platform_condition_create(),
                              .is_open = true};
    assert_non_null(finder->mutex);
    assert_non_null(finder->changed);
    /* Without an answer a proxy counts that does not exist. */
    scene_start(scene, NULL, 0,
                &(struct odo_engine_options){.proxy = "http://unused.invalid:1",
                                             .find_proxy = find_proxy,
                                             .find_proxy_context = finder});
}

static void finder_end(struct finder *finder, struct scene *scene)
{
    finder_open(finder, true);
    scene_end(scene);
    platform_condition_free(finder->changed);
    platform_mutex_free(finder->mutex);
}

/* Another job with the file "name" of the scene's folder, under way. */
static struct odo_job *begin_other(struct scene *scene, const char *name, const char *url)
{
    char *path = temp_folder_path(scene->folder, name);
    struct odo_job *job = NULL;

    assert_status(odo_job_create(scene->engine, name, &job), ODO_OK);
    assert_status(odo_job_set_number(job, ODO_JOB_NO_PROGRESS_TIMEOUT, 0), ODO_OK);
    assert_status(odo_job_add_file(job,
                                   &(struct odo_file_request){.file_id = "file",
                                                              .url = url,
                                                              .local_path = path,
                                                              .file_size = ODO_SIZE_UNKNOWN},
                                   NULL),
                  ODO_OK);
    assert_status(odo_job_resume(job), ODO_OK);
    free(path);
    return job;
}

static enum odo_job_state end_other(struct odo_job *job)
{
    enum odo_job_state state;

    assert_status(odo_job_wait(job, DEADLINE_MS), ODO_OK);
    state = odo_job_get_state(job);
    odo_job_cancel(job);
    odo_job_release(job);
    return state;
}

static const struct answer_case {
    const char *name;
    const char *format; /* of the answer; %s is the proxy that is there */
    const char *no_proxy;
    enum odo_status status; /* of the finder */
    bool is_found;
} answers[] = {
    {"a proxy that is found is asked", "%s", NULL, ODO_OK, true},
    {"what is excepted with it is not", "%s", "*.invalid", ODO_OK, false},
    {"other hosts may be excepted", "%s", "other.invalid;<local>", ODO_OK, true},
    {"DIRECT is no proxy", "DIRECT", NULL, ODO_OK, false},
    {"the first one counts", "DIRECT; %s", NULL, ODO_OK, false},
    {"an empty answer is DIRECT", "", NULL, ODO_OK, false},
    {"without an answer the settings count", NULL, NULL, ODO_OK, false},
    {"a failure is no proxy", "%s", NULL, ODO_E_UNEXPECTED, false},
    {"one that cannot be reached is passed over", "http://127.0.0.1:1;%s", NULL, ODO_OK, true},
    {"one that cannot be found too", "http://proxy.invalid:80 ; ;%s;direct", NULL, ODO_OK,
     true},
    {"and so are several", "http://127.0.0.1:1;http://127.0.0.1:2;%s", NULL, ODO_OK, true},
};

static void check_answer(void **state)
{
    const struct answer_case *c = *state;
    char url[SERVER_URL_SIZE];
    char answer[SERVER_URL_SIZE + 100];
    struct finder finder;
    struct scene scene;

    finder_start(&finder, &scene);
    if (c->format) {
        char *here;

        snprintf(answer, sizeof(answer), "%s", c->format);
        here = strstr(answer, "%s");
        if (here) {
            snprintf(here, sizeof(answer) - (size_t)(here - answer), "%s%s",
                     range_server_url(scene.proxy, "", url),
                     strstr(c->format, "%s") + strlen("%s"));
        }
        finder.proxies = answer;
    }
    finder.no_proxy = c->no_proxy;
    finder.status = c->status;
    assert_int_equal(fetch(&scene, "http://user:secret@server.invalid/file?secret"),
                     c->is_found ? ODO_JOB_TRANSFERRED : ODO_JOB_ERROR);
    if (!c->is_found) {
        assert_int_equal(failure(&scene).status, ODO_E_NAME_NOT_RESOLVED);
    }
    assert_int_equal(range_server_request_count(scene.proxy) > 0, c->is_found);
    assert_int_equal(finder.asked, 1);
    assert_string_equal(finder.urls[0], "http://server.invalid/");
    finder_end(&finder, &scene);
}

static void a_port_of_its_own_is_told(void **state)
{
    struct finder finder;
    struct scene scene;

    (void)state;
    finder_start(&finder, &scene);
    finder.proxies = "DIRECT";
    assert_int_equal(fetch(&scene, "http://127.0.0.1:2/file"), ODO_JOB_ERROR);
    assert_string_equal(finder.urls[0], "http://127.0.0.1:2/");
    finder_end(&finder, &scene);
}

static void where_all_proxies_fail_the_job_does(void **state)
{
    struct finder finder;
    struct scene scene;

    (void)state;
    finder_start(&finder, &scene);
    finder.proxies = "http://127.0.0.1:1;http://127.0.0.1:2";
    assert_int_equal(fetch(&scene, "http://server.invalid/file"), ODO_JOB_ERROR);
    assert_int_equal(failure(&scene).status, ODO_E_CANNOT_CONNECT);
    finder_end(&finder, &scene);
}

/* More than are remembered as such. */
static void many_proxies_may_fail(void **state)
{
    enum { MANY = 40, ENTRY_SIZE = 30 };
    char answer[MANY * ENTRY_SIZE] = "";
    struct finder finder;
    struct scene scene;

    (void)state;
    for (size_t i = 0, used = 0; i < MANY; i++) {
        used += (size_t)snprintf(answer + used, sizeof(answer) - used, "http://127.0.0.1:%u;",
                                 (unsigned)i + 1);
    }
    finder_start(&finder, &scene);
    finder.proxies = answer;
    assert_int_equal(fetch(&scene, "http://server.invalid/file"), ODO_JOB_ERROR);
    assert_int_equal(failure(&scene).status, ODO_E_CANNOT_CONNECT);
    finder_end(&finder, &scene);
}

static void others_go_on_while_a_proxy_is_looked_for(void **state)
{
    char url[SERVER_URL_SIZE];
    struct odo_job *waiting;
    struct finder finder;
    struct scene scene;

    (void)state;
    finder_start(&finder, &scene);
    finder.proxies = range_server_url(scene.proxy, "", url);
    assert_int_equal(fetch(&scene, "http://known.invalid/file"), ODO_JOB_TRANSFERRED);
    finder_open(&finder, false);
    waiting = begin_other(&scene, "waiting", "http://server.invalid/file");
    finder_wait_asked(&finder, 2);
    assert_int_equal(end_other(begin_other(&scene, "other", "http://known.invalid/file")),
                     ODO_JOB_TRANSFERRED);
    assert_status(odo_job_wait(waiting, 0), ODO_E_TIMED_OUT);
    finder_open(&finder, true);
    assert_int_equal(end_other(waiting), ODO_JOB_TRANSFERRED);
    assert_int_equal(finder.asked, 2);
    finder_end(&finder, &scene);
}

static void a_job_may_be_cancelled_while_its_proxy_is_looked_for(void **state)
{
    struct odo_job *job;
    struct finder finder;
    struct scene scene;

    (void)state;
    finder_start(&finder, &scene);
    finder.is_open = false;
    finder.proxies = "DIRECT";
    job = begin_other(&scene, "waiting", "http://server.invalid/file");
    finder_wait_asked(&finder, 1);
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
    finder_open(&finder, true);
    assert_int_equal(fetch(&scene, "http://127.0.0.1:2/file"), ODO_JOB_ERROR);
    finder_end(&finder, &scene);
}

static void what_is_forgotten_is_looked_for_anew(void **state)
{
    char url[SERVER_URL_SIZE];
    struct finder finder;
    struct scene scene;

    (void)state;
    finder_start(&finder, &scene);
    finder.proxies = "DIRECT";
    assert_int_equal(end_other(begin_other(&scene, "one", "http://server.invalid/file")),
                     ODO_JOB_ERROR);
    platform_mutex_lock(finder.mutex);
    finder.proxies = range_server_url(scene.proxy, "", url);
    platform_mutex_unlock(finder.mutex);
    assert_int_equal(end_other(begin_other(&scene, "two", "http://server.invalid/file")),
                     ODO_JOB_ERROR);
    assert_int_equal(finder.asked, 1);
    odo_engine_forget_proxies(scene.engine);
    assert_int_equal(end_other(begin_other(&scene, "three", "http://server.invalid/file")),
                     ODO_JOB_TRANSFERRED);
    assert_int_equal(finder.asked, 2);
    finder_end(&finder, &scene);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD(&suite, a_file_comes_through_the_proxy);
    TEST_ADD(&suite, a_password_may_stand_in_the_proxys_url);
    TEST_ADD(&suite, what_is_excepted_does_not);
    TEST_ADD(&suite, https_may_have_another_proxy);
    TEST_ADD(&suite, none_at_all_may_be_wanted);
    TEST_ADD_TABLE(&suite, refusals, check_refusal);
    TEST_ADD_TABLE(&suite, answers, check_answer);
    TEST_ADD(&suite, a_port_of_its_own_is_told);
    TEST_ADD(&suite, where_all_proxies_fail_the_job_does);
    TEST_ADD(&suite, many_proxies_may_fail);
    TEST_ADD(&suite, others_go_on_while_a_proxy_is_looked_for);
    TEST_ADD(&suite, a_job_may_be_cancelled_while_its_proxy_is_looked_for);
    TEST_ADD(&suite, what_is_forgotten_is_looked_for_anew);
    return test_suite_run(&suite, "proxy");
}
