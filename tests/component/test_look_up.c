/*
 * Questions that are answered on another thread; here by a test that holds the answers back.
 */
#include "support/test.h"

#include "base/memory.h"
#include "base/text.h"
#include "network/look_up.h"
#include "platform/clock.h"
#include "platform/thread.h"

#include <string.h>

enum {
    /* Far enough that only a hang reaches it. */
    DEADLINE_MS = 20000,
    LIFETIME_MS = 5000,
    ALL = 1000,
};

/* Finds as an answer what was asked, in angle brackets; "fail" is an answer that is none. */
struct finder {
    struct platform_mutex *mutex; /* guards all that follows */
    struct platform_condition *changed;
    uint32_t allowed; /* answers that may be found */
    uint32_t begun;
    uint32_t found;
    uint32_t told; /* calls of on_answered */
    uint32_t freed;
    struct look_up *look_up; /* not guarded */
};

static void count(struct finder *finder, uint32_t *counter)
{
    platform_mutex_lock(finder->mutex);
    (*counter)++;
    platform_condition_broadcast(finder->changed);
    platform_mutex_unlock(finder->mutex);
}

static void wait_until(struct finder *finder, const uint32_t *counter, uint32_t at_least)
{
    uint64_t deadline_ms = platform_clock_milliseconds() + DEADLINE_MS;
    bool in_time = true;

    platform_mutex_lock(finder->mutex);
    while (*counter < at_least && in_time) {
        in_time = platform_condition_wait_until(finder->changed, finder->mutex, deadline_ms);
    }
    platform_mutex_unlock(finder->mutex);
    assert_true(in_time);
}

static void allow(struct finder *finder, uint32_t answers)
{
    platform_mutex_lock(finder->mutex);
    finder->allowed += answers;
    platform_condition_broadcast(finder->changed);
    platform_mutex_unlock(finder->mutex);
}

struct subject {
    struct finder *finder;
    char text[16];
};

static enum odo_status find(void *context, void *from, char **text_out)
{
    struct finder *finder = context;
    const struct subject *subject = from;

    count(finder, &finder->begun);
    platform_mutex_lock(finder->mutex);
    while (finder->found >= finder->allowed) {
        platform_condition_wait(finder->changed, finder->mutex);
    }
    finder->found++;
    platform_condition_broadcast(finder->changed);
    platform_mutex_unlock(finder->mutex);
    if (strcmp(subject->text, "fail") == 0) {
        return ODO_E_CANNOT_CONNECT;
    }
    *text_out = text_format("<%s>", subject->text);
    return *text_out ? ODO_OK : ODO_E_OUT_OF_MEMORY;
}

static void free_subject(void *from)
{
    struct subject *subject = from;

    count(subject->finder, &subject->finder->freed);
    free(subject);
}

static void on_answered(void *context)
{
    struct finder *finder = context;

    count(finder, &finder->told);
}

static void finder_start(struct finder *finder)
{
    *finder = (struct finder){.mutex = platform_mutex_create(),
                              .changed = platform_condition_create()};
    assert_non_null(finder->mutex);
    assert_non_null(finder->changed);
    finder->look_up = look_up_create(&(struct look_up_kind){.find = find,
                                                            .free_subject = free_subject,
                                                            .on_answered = on_answered,
                                                            .context = finder,
                                                            .lifetime_ms = LIFETIME_MS});
    assert_non_null(finder->look_up);
}

static void finder_stop(struct finder *finder)
{
    allow(finder, ALL);
    look_up_free(finder->look_up);
    platform_condition_free(finder->changed);
    platform_mutex_free(finder->mutex);
}

static enum odo_status ask_at(struct finder *finder, const char *question, uint64_t now_ms,
                              struct look_up_answer *answer_out)
{
    struct subject *subject = calloc(1, sizeof(*subject));

    assert_non_null(subject);
    subject->finder = finder;
    snprintf(subject->text, sizeof(subject->text), "%s", question);
    return look_up_ask(finder->look_up, question, subject, now_ms, answer_out);
}

/* The ticket; 0 when the answer is there, which is compared. */
static uint64_t ask(struct finder *finder, const char *question, const char *wanted)
{
    struct look_up_answer answer;

    assert_status(ask_at(finder, question, platform_clock_milliseconds(), &answer), ODO_OK);
    if (answer.ticket == 0) {
        assert_non_null(wanted);
        assert_string_equal(answer.text, wanted);
    } else {
        assert_null(answer.text);
    }
    memory_free(answer.text);
    return answer.ticket;
}

static bool is_known(struct finder *finder, const char *question)
{
    struct look_up_answer answer;
    bool known =
        look_up_recall(finder->look_up, question, platform_clock_milliseconds(), &answer);

    memory_free(answer.text);
    return known;
}

static void who_asks_gets_a_ticket_and_later_the_answer(void **state)
{
    struct finder finder;
    uint64_t ticket;

    (void)state;
    finder_start(&finder);
    assert_false(is_known(&finder, "a"));
    ticket = ask(&finder, "a", NULL);
    assert_int_not_equal(ticket, 0);
    assert_int_equal(ask(&finder, "a", NULL), ticket);
    wait_until(&finder, &finder.begun, 1);
    assert_true(look_up_is_pending(finder.look_up, ticket));
    allow(&finder, 1);
    wait_until(&finder, &finder.told, 1);
    assert_false(look_up_is_pending(finder.look_up, ticket));
    assert_int_equal(ask(&finder, "a", "<a>"), 0);
    assert_int_equal(ask(&finder, "a", "<a>"), 0);
    assert_true(is_known(&finder, "a"));
    assert_int_equal(finder.begun, 1);
    finder_stop(&finder);
    assert_int_equal(finder.freed, 4);
}

static void questions_are_answered_one_by_one(void **state)
{
    struct finder finder;
    uint64_t first;
    uint64_t second;

    (void)state;
    finder_start(&finder);
    first = ask(&finder, "a", NULL);
    second = ask(&finder, "b", NULL);
    allow(&finder, 1);
    wait_until(&finder, &finder.begun, 2);
    assert_false(look_up_is_pending(finder.look_up, first));
    assert_true(look_up_is_pending(finder.look_up, second));
    allow(&finder, 1);
    wait_until(&finder, &finder.told, 2);
    assert_int_equal(ask(&finder, "b", "<b>"), 0);
    finder_stop(&finder);
}

static void a_failure_is_an_answer(void **state)
{
    struct look_up_answer answer;
    struct finder finder;

    (void)state;
    finder_start(&finder);
    allow(&finder, 1);
    assert_int_not_equal(ask(&finder, "fail", NULL), 0);
    wait_until(&finder, &finder.told, 1);
    assert_status(ask_at(&finder, "fail", platform_clock_milliseconds(), &answer), ODO_OK);
    assert_int_equal(answer.ticket, 0);
    assert_status(answer.status, ODO_E_CANNOT_CONNECT);
    assert_null(answer.text);
    finder_stop(&finder);
}

static void an_answer_is_forgotten_after_its_time(void **state)
{
    struct look_up_answer answer;
    struct finder finder;

    (void)state;
    finder_start(&finder);
    allow(&finder, 1);
    ask(&finder, "a", NULL);
    wait_until(&finder, &finder.told, 1);
    assert_int_equal(ask(&finder, "a", "<a>"), 0);
    assert_status(ask_at(&finder, "a", platform_clock_milliseconds() + LIFETIME_MS, &answer),
                  ODO_OK);
    assert_int_not_equal(answer.ticket, 0);
    wait_until(&finder, &finder.begun, 2);
    finder_stop(&finder);
}

static void what_is_forgotten_is_asked_anew(void **state)
{
    struct finder finder;
    uint64_t ticket;

    (void)state;
    finder_start(&finder);
    allow(&finder, 1);
    ask(&finder, "known", NULL);
    wait_until(&finder, &finder.told, 1);
    ticket = ask(&finder, "pending", NULL);
    wait_until(&finder, &finder.begun, 2);
    look_up_forget(finder.look_up);
    assert_false(is_known(&finder, "known"));
    assert_true(look_up_is_pending(finder.look_up, ticket));
    assert_int_not_equal(ask(&finder, "pending", NULL), ticket);
    allow(&finder, 1);
    wait_until(&finder, &finder.told, 2);
    assert_false(look_up_is_pending(finder.look_up, ticket));
    allow(&finder, 1);
    wait_until(&finder, &finder.told, 3);
    assert_int_equal(ask(&finder, "pending", "<pending>"), 0);
    finder_stop(&finder);
}

static void ask_many(struct finder *finder, uint64_t tickets[LOOK_UP_QUESTIONS_MOST])
{
    char name[16];

    for (unsigned i = 0; i < LOOK_UP_QUESTIONS_MOST; i++) {
        snprintf(name, sizeof(name), "%u", i);
        tickets[i] = ask(finder, name, NULL);
        assert_int_not_equal(tickets[i], 0);
    }
}

static void with_too_many_questions_one_waits_for_another_answer(void **state)
{
    uint64_t tickets[LOOK_UP_QUESTIONS_MOST];
    struct finder finder;

    (void)state;
    finder_start(&finder);
    ask_many(&finder, tickets);
    assert_int_equal(ask(&finder, "more", NULL), tickets[0]);
    assert_false(is_known(&finder, "more"));
    allow(&finder, 1);
    wait_until(&finder, &finder.told, 1);
    assert_int_not_equal(ask(&finder, "more", NULL), tickets[1]);
    assert_true(is_known(&finder, "more"));
    finder_stop(&finder);
}

static void the_oldest_answer_gives_way(void **state)
{
    uint64_t tickets[LOOK_UP_QUESTIONS_MOST];
    struct finder finder;

    (void)state;
    finder_start(&finder);
    allow(&finder, LOOK_UP_QUESTIONS_MOST);
    ask_many(&finder, tickets);
    wait_until(&finder, &finder.told, LOOK_UP_QUESTIONS_MOST);
    assert_int_not_equal(ask(&finder, "more", NULL), 0);
    assert_false(is_known(&finder, "0"));
    assert_true(is_known(&finder, "2"));
    finder_stop(&finder);
}

static void let_go(void *context)
{
    allow(context, ALL);
}

static void the_end_waits_for_one_answer_and_for_no_more(void **state)
{
    struct platform_thread *thread = NULL;
    struct finder finder;

    (void)state;
    finder_start(&finder);
    ask(&finder, "a", NULL);
    ask(&finder, "b", NULL);
    ask(&finder, "c", NULL);
    wait_until(&finder, &finder.begun, 1);
    assert_status(platform_thread_start(let_go, &finder, &thread), ODO_OK);
    look_up_free(finder.look_up);
    finder.look_up = NULL;
    platform_thread_join(thread);
    assert_in_range(finder.begun, 1, 3);
    assert_int_equal(finder.found, finder.begun);
    assert_int_equal(finder.freed, 3);
    finder_stop(&finder);
}

static void without_memory_nothing_is_lost(void **state)
{
    struct look_up_answer answer;
    struct finder finder;

    (void)state;
    for (size_t most = 0; most < 2; most++) {
        finder_start(&finder);
        test_memory_ends_after(most);
        assert_status(ask_at(&finder, "a", 0, &answer), ODO_E_OUT_OF_MEMORY);
        test_memory_is_back();
        assert_int_equal(finder.freed, 1);
        finder_stop(&finder);
    }
    finder_start(&finder);
    allow(&finder, 1);
    ask(&finder, "a", NULL);
    wait_until(&finder, &finder.told, 1);
    test_memory_ends_after(0);
    assert_status(ask_at(&finder, "a", 0, &answer), ODO_E_OUT_OF_MEMORY);
    assert_false(look_up_recall(finder.look_up, "a", 0, &answer));
    test_memory_is_back();
    assert_int_equal(ask(&finder, "a", "<a>"), 0);
    finder_stop(&finder);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD(&suite, who_asks_gets_a_ticket_and_later_the_answer);
    TEST_ADD(&suite, questions_are_answered_one_by_one);
    TEST_ADD(&suite, a_failure_is_an_answer);
    TEST_ADD(&suite, an_answer_is_forgotten_after_its_time);
    TEST_ADD(&suite, what_is_forgotten_is_asked_anew);
    TEST_ADD(&suite, with_too_many_questions_one_waits_for_another_answer);
    TEST_ADD(&suite, the_oldest_answer_gives_way);
    TEST_ADD(&suite, the_end_waits_for_one_answer_and_for_no_more);
    TEST_ADD(&suite, without_memory_nothing_is_lost);
    return test_suite_run(&suite, "look_up");
}
