/*
 * Questions that may take seconds to answer, such as whether a certificate was revoked. They
 * are answered on a separate thread so that the network thread never waits, and the answers are
 * cached for a while.
 *
 * The caller gets the answer or a ticket. With a ticket it proceeds with other work; once
 * `on_answered` was called and the ticket is no longer pending, it asks again. Each kind of
 * question has one thread, started by the first question; questions are answered in order, and
 * each only once, no matter how many callers ask it.
 */
#ifndef ODO_NETWORK_LOOK_UP_H
#define ODO_NETWORK_LOOK_UP_H

#include <odo/types.h>

struct look_up;

enum { LOOK_UP_QUESTIONS_MOST = 64 }; /* of one kind, including cached answers */

/* A kind of question. Everything is borrowed until look_up_free(). */
struct look_up_kind {
    /*
     * Find the answer; called on the kind's thread with no lock held, and may block. `text_out`
     * is NULL and may be set to a string that the look-up then owns. A failure is an answer
     * too.
     */
    enum odo_status (*find)(void *context, void *subject, char **text_out);
    void (*free_subject)(void *subject); /* any thread */
    /* There is a new answer; called on the kind's thread with no lock held. */
    void (*on_answered)(void *context);
    void *context;
    uint64_t lifetime_ms; /* how long an answer is cached */
};

/* A pending look-up to wait for; `look_up` is NULL for none. */
struct look_up_wait {
    struct look_up *look_up;
    uint64_t ticket;
};

struct look_up_answer {
    uint64_t ticket;        /* 0: answered; else wait while it is pending */
    enum odo_status status; /* returned by `find` */
    char *text;             /* set by `find`; a copy that the caller owns; or NULL */
};

/* NULL when out of memory. */
struct look_up *look_up_create(const struct look_up_kind *kind);

/* Waits for the answer being found; no other call may be in progress. NULL is allowed. */
void look_up_free(struct look_up *look_up);

/*
 * Ask a question. Equal keys mean equal questions. `subject` is passed to `find`; its ownership
 * is taken in every case. Any thread; does not wait.
 *
 * With too many unanswered questions, the ticket is that of another question.
 *
 *   ODO_E_OUT_OF_MEMORY
 *   ODO_E_UNEXPECTED      no thread could be created
 */
enum odo_status look_up_ask(struct look_up *look_up, const char *key, void *subject,
                            uint64_t now_ms, struct look_up_answer *answer_out);

/*
 * Like look_up_ask(), but only from the cache: false if there is no entry, or no memory. Any
 * thread; does not wait.
 */
bool look_up_recall(struct look_up *look_up, const char *key, uint64_t now_ms,
                    struct look_up_answer *answer_out);

/* True until the answer is found. Any thread. */
bool look_up_is_pending(struct look_up *look_up, uint64_t ticket);

/* Invalidate all cached answers and those being found. Any thread. */
void look_up_forget(struct look_up *look_up);

#endif
