/*
 * Questions whose answers may take seconds, such as whether a certificate was revoked: they are
 * answered on a thread of their own, so that the network thread never waits, and the answers
 * are remembered for a while.
 *
 * Whoever asks gets the answer, or a ticket. With the ticket it steps aside; once
 * `on_answered` was called and the ticket is pending no more, it asks again. There is one
 * thread for each kind of question, which starts with the first one; questions are answered in
 * the order in which they were asked, each once however many ask it.
 */
#ifndef ODO_NETWORK_LOOK_UP_H
#define ODO_NETWORK_LOOK_UP_H

#include <odo/types.h>

struct look_up;

enum { LOOK_UP_QUESTIONS_MOST = 64 }; /* of one kind, remembered answers included */

/* A kind of question. Everything is borrowed until look_up_free(). */
struct look_up_kind {
    /*
     * Find the answer; on the kind's thread, with no lock held; may wait. `text_out` is NULL,
     * and may be set to a text that the look-up then owns. A failure is an answer too.
     */
    enum odo_status (*find)(void *context, void *subject, char **text_out);
    void (*free_subject)(void *subject); /* any thread */
    /* An answer is there; on the kind's thread, with no lock held. */
    void (*on_answered)(void *context);
    void *context;
    uint64_t lifetime_ms; /* an answer is forgotten so long after it was found */
};

/* What somebody waits for: nothing when `look_up` is NULL. */
struct look_up_wait {
    struct look_up *look_up;
    uint64_t ticket;
};

struct look_up_answer {
    uint64_t ticket;        /* 0: the answer is here; else wait while this is pending */
    enum odo_status status; /* what `find` returned */
    char *text;             /* what it has set, a copy that the caller owns; or NULL */
};

/* NULL when there is no memory. */
struct look_up *look_up_create(const struct look_up_kind *kind);

/* Waits for the answer that is being found; nobody asks any more. NULL is fine. */
void look_up_free(struct look_up *look_up);

/*
 * Ask what `key` names: the same key is the same question. `subject` is what `find` gets; it is
 * taken over, whether it is needed or not, and also on failure. Any thread; does not wait.
 *
 * When there are too many questions without an answer, the ticket is of another question.
 *
 *   ODO_E_OUT_OF_MEMORY
 *   ODO_E_UNEXPECTED      the system has no thread
 */
enum odo_status look_up_ask(struct look_up *look_up, const char *key, void *subject,
                            uint64_t now_ms, struct look_up_answer *answer_out);

/*
 * The same if it was asked before and is not forgotten; else false. Any thread; does not wait.
 * False as well when there is no memory.
 */
bool look_up_recall(struct look_up *look_up, const char *key, uint64_t now_ms,
                    struct look_up_answer *answer_out);

/* Whether the answer is still to come. Any thread. */
bool look_up_is_pending(struct look_up *look_up, uint64_t ticket);

/* Answers that are remembered, or being found, are no longer true. Any thread. */
void look_up_forget(struct look_up *look_up);

#endif
