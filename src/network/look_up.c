#include "network/look_up.h"

#include "base/memory.h"
#include "base/text.h"
#include "platform/clock.h"
#include "platform/thread.h"

#include <string.h>

struct question {
    struct question *next; /* in the order of asking */
    uint64_t ticket;
    char *key;     /* owned */
    void *subject; /* owned until answered; may be NULL */
    bool is_pending;
    bool is_outdated; /* do not cache the answer */
    enum odo_status status;
    char *text; /* owned */
    uint64_t answered_at_ms;
};

struct look_up {
    struct look_up_kind kind;
    struct platform_thread *thread; /* NULL before the first question */
    struct platform_mutex *mutex;   /* guards `thread` and everything below */
    struct platform_condition *has_changed;
    struct question *questions; /* oldest first */
    size_t count;
    uint64_t last_ticket;
    bool must_stop;
};

/* --- List, under the lock ------------------------------------------------------------- */

static void question_free(struct look_up *look_up, struct question *question)
{
    if (question->is_pending) {
        look_up->kind.free_subject(question->subject);
    }
    memory_free(question->text);
    memory_free(question->key);
    memory_free(question);
}

static void drop(struct look_up *look_up, struct question **place)
{
    struct question *question = *place;

    *place = question->next;
    look_up->count--;
    question_free(look_up, question);
}

/* Drop expired answers and, to make room for one more question, the oldest one. */
static void tidy(struct look_up *look_up, uint64_t now_ms)
{
    struct question **place = &look_up->questions;

    while (*place) {
        const struct question *question = *place;

        /* The answer may be newer than `now_ms`. */
        if (!question->is_pending && now_ms > question->answered_at_ms &&
            now_ms - question->answered_at_ms >= look_up->kind.lifetime_ms) {
            drop(look_up, place);
        } else {
            place = &(*place)->next;
        }
    }
    place = &look_up->questions;
    while (*place && look_up->count >= LOOK_UP_QUESTIONS_MOST) {
        if (!(*place)->is_pending) {
            drop(look_up, place);
        } else {
            place = &(*place)->next;
        }
    }
}

static struct question *find_question(const struct look_up *look_up, const char *key)
{
    struct question *question = look_up->questions;

    while (question && (question->is_outdated || strcmp(question->key, key) != 0)) {
        question = question->next;
    }
    return question;
}

static struct question *first_pending(const struct look_up *look_up)
{
    struct question *question = look_up->questions;

    while (question && !question->is_pending) {
        question = question->next;
    }
    return question;
}

/* --- The thread ----------------------------------------------------------------------- */

static void answer(struct look_up *look_up, struct question *question)
{
    const struct look_up_kind *kind = &look_up->kind;
    struct question **place;
    char *text = NULL;
    enum odo_status status;

    platform_mutex_unlock(look_up->mutex);
    status = kind->find(kind->context, question->subject, &text);
    kind->free_subject(question->subject);

    platform_mutex_lock(look_up->mutex);
    question->is_pending = false;
    question->status = status;
    question->text = text;
    question->answered_at_ms = platform_clock_milliseconds();
    if (question->is_outdated) {
        place = &look_up->questions;
        while (*place != question) {
            place = &(*place)->next;
        }
        drop(look_up, place);
    }
    platform_mutex_unlock(look_up->mutex);

    kind->on_answered(kind->context);
    platform_mutex_lock(look_up->mutex);
}

static void run(void *context)
{
    struct look_up *look_up = context;

    platform_mutex_lock(look_up->mutex);
    while (!look_up->must_stop) {
        struct question *question = first_pending(look_up);

        if (question) {
            answer(look_up, question);
        } else {
            platform_condition_wait(look_up->has_changed, look_up->mutex);
        }
    }
    platform_mutex_unlock(look_up->mutex);
}

/* --- Calls from other threads --------------------------------------------------------- */

struct look_up *look_up_create(const struct look_up_kind *kind)
{
    struct look_up *look_up = memory_allocate_zeroed(1, sizeof(*look_up));

    if (!look_up) {
        return NULL;
    }
    look_up->kind = *kind;
    look_up->mutex = platform_mutex_create();
    look_up->has_changed = platform_condition_create();
    if (!look_up->mutex || !look_up->has_changed) {
        look_up_free(look_up);
        return NULL;
    }
    return look_up;
}

void look_up_free(struct look_up *look_up)
{
    if (!look_up) {
        return;
    }
    if (look_up->thread) {
        platform_mutex_lock(look_up->mutex);
        look_up->must_stop = true;
        platform_condition_broadcast(look_up->has_changed);
        platform_mutex_unlock(look_up->mutex);
        platform_thread_join(look_up->thread);
    }
    while (look_up->questions) {
        drop(look_up, &look_up->questions);
    }
    platform_condition_free(look_up->has_changed);
    platform_mutex_free(look_up->mutex);
    memory_free(look_up);
}

/* Under the lock. On failure the caller still owns the subject. */
static enum odo_status add_question(struct look_up *look_up, const char *key, void *subject,
                                    struct question **question_out)
{
    struct question **end = &look_up->questions;
    struct question *question = memory_allocate_zeroed(1, sizeof(*question));
    char *copy = text_copy(key);
    enum odo_status status = question && copy ? ODO_OK : ODO_E_OUT_OF_MEMORY;

    if (status == ODO_OK && !look_up->thread) {
        status = platform_thread_start(run, look_up, &look_up->thread);
    }
    if (status != ODO_OK) {
        memory_free(copy);
        memory_free(question);
        return status;
    }
    *question = (struct question){
        .ticket = ++look_up->last_ticket, .key = copy, .subject = subject, .is_pending = true};
    while (*end) {
        end = &(*end)->next;
    }
    *end = question;
    look_up->count++;
    platform_condition_broadcast(look_up->has_changed);
    *question_out = question;
    return ODO_OK;
}

/* Returns the answer or the ticket. */
static enum odo_status tell(const struct question *question, struct look_up_answer *answer_out)
{
    if (question->is_pending) {
        answer_out->ticket = question->ticket;
        return ODO_OK;
    }
    if (question->text) {
        answer_out->text = text_copy(question->text);
        if (!answer_out->text) {
            return ODO_E_OUT_OF_MEMORY;
        }
    }
    answer_out->status = question->status;
    return ODO_OK;
}

static enum odo_status ask(struct look_up *look_up, const char *key, void **subject,
                           struct look_up_answer *answer_out)
{
    struct question *question = find_question(look_up, key);
    enum odo_status status = ODO_OK;

    if (!question && look_up->count >= LOOK_UP_QUESTIONS_MOST) {
        question = first_pending(look_up); /* all of them are pending */
    } else if (!question) {
        status = add_question(look_up, key, *subject, &question);
        if (status != ODO_OK) {
            return status;
        }
        *subject = NULL;
    }
    return tell(question, answer_out);
}

enum odo_status look_up_ask(struct look_up *look_up, const char *key, void *subject,
                            uint64_t now_ms, struct look_up_answer *answer_out)
{
    enum odo_status status;

    *answer_out = (struct look_up_answer){.status = ODO_OK};
    platform_mutex_lock(look_up->mutex);
    tidy(look_up, now_ms);
    status = ask(look_up, key, &subject, answer_out);
    platform_mutex_unlock(look_up->mutex);
    if (subject) {
        look_up->kind.free_subject(subject);
    }
    return status;
}

bool look_up_recall(struct look_up *look_up, const char *key, uint64_t now_ms,
                    struct look_up_answer *answer_out)
{
    const struct question *question;
    bool is_known;

    *answer_out = (struct look_up_answer){.status = ODO_OK};
    platform_mutex_lock(look_up->mutex);
    tidy(look_up, now_ms);
    question = find_question(look_up, key);
    is_known = question && tell(question, answer_out) == ODO_OK;
    platform_mutex_unlock(look_up->mutex);
    return is_known;
}

bool look_up_is_pending(struct look_up *look_up, uint64_t ticket)
{
    const struct question *question;
    bool is_pending;

    platform_mutex_lock(look_up->mutex);
    question = look_up->questions;
    while (question && question->ticket != ticket) {
        question = question->next;
    }
    is_pending = question && question->is_pending;
    platform_mutex_unlock(look_up->mutex);
    return is_pending;
}

void look_up_forget(struct look_up *look_up)
{
    struct question **place;

    platform_mutex_lock(look_up->mutex);
    place = &look_up->questions;
    while (*place) {
        if ((*place)->is_pending) {
            (*place)->is_outdated = true;
            place = &(*place)->next;
        } else {
            drop(look_up, place);
        }
    }
    platform_mutex_unlock(look_up->mutex);
}
