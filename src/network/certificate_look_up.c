#include "network/certificate_look_up.h"

#include "base/memory.h"
#include "base/text.h"
#include "platform/certificate.h"
#include "platform/clock.h"

#include <stdio.h>

enum {
    /* Long enough to reconnect and ask again, short enough not to go stale. */
    REMEMBERED_MS = 30000,
    DIGEST_TEXT_SIZE = SHA256_SIZE * 2 + 1,
};

struct subject {
    struct platform_certificate *certificate; /* owned */
    char *host;                               /* owned */
    uint32_t flags;
};

static void free_subject(void *context)
{
    struct subject *subject = context;

    if (subject) {
        platform_certificate_free(subject->certificate);
        memory_free(subject->host);
        memory_free(subject);
    }
}

static enum odo_status find(void *context, void *from, char **text_out)
{
    const struct subject *subject = from;
    bool is_final = true;

    (void)context;
    (void)text_out;
    return platform_certificate_verify(subject->certificate, subject->host, subject->flags,
                                       PLATFORM_CERTIFICATE_REMOTE, &is_final);
}

struct look_up *certificate_look_up_create(void (*on_answered)(void *context), void *context)
{
    return look_up_create(&(struct look_up_kind){
        .find = find,
        .free_subject = free_subject,
        .on_answered = on_answered,
        .context = context,
        .lifetime_ms = REMEMBERED_MS,
    });
}

/* The key identifies the certificate, host and flags. */
static enum odo_status make_key(const struct subject *subject, char **key_out)
{
    unsigned char digest[SHA256_SIZE];
    char text[DIGEST_TEXT_SIZE] = "";
    enum odo_status status = platform_certificate_digest(subject->certificate, digest);

    if (status != ODO_OK) {
        return status;
    }
    for (size_t i = 0; i < SHA256_SIZE; i++) {
        snprintf(text + 2 * i, sizeof(text) - 2 * i, "%02x", digest[i]);
    }
    *key_out = text_format("%s %x %s", text, (unsigned)subject->flags, subject->host);
    return *key_out ? ODO_OK : ODO_E_OUT_OF_MEMORY;
}

static enum odo_status make_subject(void *session, const char *host, uint32_t flags,
                                    struct subject **subject_out)
{
    struct subject *subject = memory_allocate_zeroed(1, sizeof(*subject));
    enum odo_status status;

    if (!subject) {
        return ODO_E_OUT_OF_MEMORY;
    }
    status = platform_certificate_take(session, &subject->certificate);
    subject->flags = flags;
    subject->host = text_copy(host);
    if (status == ODO_OK && !subject->host) {
        status = ODO_E_OUT_OF_MEMORY;
    }
    if (status != ODO_OK) {
        free_subject(subject);
        return status;
    }
    *subject_out = subject;
    return ODO_OK;
}

/*
 * A look-up's result takes precedence over the system's cache: Wine 8 caches a revoked
 * certificate as good.
 */
enum odo_status certificate_look_up_verify(struct look_up *look_up, void *session,
                                           const char *host, uint32_t flags,
                                           uint64_t *ticket_out)
{
    struct look_up_answer answer = {.status = ODO_OK};
    struct subject *subject = NULL;
    bool is_final = true;
    char *key = NULL;
    enum odo_status status = make_subject(session, host, flags, &subject);

    *ticket_out = 0;
    if (status != ODO_OK) {
        return status;
    }
    status = make_key(subject, &key);
    if (status != ODO_OK) {
        goto done;
    }
    if (!look_up_recall(look_up, key, platform_clock_milliseconds(), &answer)) {
        status = platform_certificate_verify(subject->certificate, host, flags,
                                             PLATFORM_CERTIFICATE_LOCAL, &is_final);
        if (is_final) {
            goto done;
        }
        status = look_up_ask(look_up, key, subject, platform_clock_milliseconds(), &answer);
        subject = NULL; /* ownership was taken */
    }
    if (status == ODO_OK) {
        *ticket_out = answer.ticket;
        status = answer.status;
    }

done:
    free_subject(subject);
    memory_free(key);
    return status;
}
