#include "network/proxy_finder.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/text.h"
#include "network/proxy_choice.h"
#include "platform/clock.h"

#include <stdatomic.h>
#include <string.h>

enum {
    REMEMBERED_MS = 5 * 60 * 1000,
    PASSED_OVER_MS = 5 * 60 * 1000,
    PASSED_OVER_MOST = 16,
    PROXIES_LENGTH_MOST = 8192,
};

/* Receives the host's answer. */
struct odo_proxy_answer {
    char *proxies; /* owned; NULL until set */
    char *no_proxy;
};

struct passed_over {
    char *proxy; /* owned; NULL in a free entry */
    uint64_t until_ms;
};

struct proxy_finder {
    struct proxy_finder_options options;
    struct look_up *look_up;
    struct passed_over passed_over[PASSED_OVER_MOST];
    size_t passed_over_next;
    atomic_bool must_forget; /* also forget the skipped proxies */
};

/* --- The host's answer, on its thread ------------------------------------------------- */

enum odo_status proxy_finder_answer(struct odo_proxy_answer *answer, const char *proxies,
                                    const char *no_proxy)
{
    char *new_proxies;
    char *new_no_proxy = NULL;

    if (!answer || !proxies || strlen(proxies) > PROXIES_LENGTH_MOST) {
        return ODO_E_INVALID_ARGUMENT;
    }
    new_proxies = text_copy(proxies);
    new_no_proxy = no_proxy ? text_copy(no_proxy) : NULL;
    if (!new_proxies || (no_proxy && !new_no_proxy)) {
        memory_free(new_proxies);
        memory_free(new_no_proxy);
        return ODO_E_OUT_OF_MEMORY;
    }
    memory_free(answer->proxies);
    memory_free(answer->no_proxy);
    *answer = (struct odo_proxy_answer){new_proxies, new_no_proxy};
    return ODO_OK;
}

/* The URL as PAC scripts expect it: the origin without the scheme's default port. NULL when out
 * of memory. */
static char *url_of(const char *origin)
{
    size_t length = strlen(origin);
    const char *usual = text_starts_with_ignoring_case(origin, "https:") ? ":443" : ":80";
    size_t usual_length = strlen(usual);

    if (length > usual_length && strcmp(origin + length - usual_length, usual) == 0) {
        length -= usual_length;
    }
    return text_format("%.*s/", (int)length, origin);
}

/* The subject is the origin, the answer the list of proxies; none: use the settings. */
static enum odo_status find(void *context, void *subject, char **text_out)
{
    const struct proxy_finder *finder = context;
    const char *origin = subject;
    struct odo_proxy_answer answer = {NULL, NULL};
    char *url = url_of(origin);
    enum odo_status status;

    if (!url) {
        return ODO_E_OUT_OF_MEMORY;
    }
    status = finder->options.find_proxy(finder->options.find_proxy_context, url, &answer);
    if (status != ODO_OK) {
        log_write(LOG_WARNING, "no proxy was found, so servers are asked directly: %s",
                  status_name(status));
    } else if (answer.proxies && answer.no_proxy &&
               proxy_choice_is_excepted(answer.no_proxy, url)) {
        *text_out = text_copy("DIRECT");
        status = *text_out ? ODO_OK : ODO_E_OUT_OF_MEMORY;
    } else {
        *text_out = answer.proxies;
        answer.proxies = NULL;
    }
    memory_free(answer.proxies);
    memory_free(answer.no_proxy);
    memory_free(url);
    return status;
}

static void on_answered(void *context)
{
    const struct proxy_finder *finder = context;

    finder->options.on_answered(finder->options.context);
}

/* --- The choice ----------------------------------------------------------------------- */

static bool is_passed_over(const struct proxy_finder *finder, const char *proxy,
                           uint64_t now_ms)
{
    for (size_t i = 0; i < PASSED_OVER_MOST; i++) {
        const struct passed_over *entry = &finder->passed_over[i];

        if (entry->proxy && entry->until_ms > now_ms && strcmp(entry->proxy, proxy) == 0) {
            return true;
        }
    }
    return false;
}

/* Copy the next entry of a list, "" for a direct connection; NULL with ODO_OK at the end. */
static enum odo_status next_proxy(const char **list, char **proxy_out)
{
    static const char separators[] = "; \t\r\n";
    const char *at = *list + strspn(*list, separators);
    size_t length = strcspn(at, separators);

    *proxy_out = NULL;
    *list = at + length;
    if (length == 0) {
        return ODO_OK;
    }
    *proxy_out = text_copy_part(at, length);
    if (!*proxy_out) {
        return ODO_E_OUT_OF_MEMORY;
    }
    if (text_equals_ignoring_case(*proxy_out, "DIRECT")) {
        **proxy_out = '\0';
    }
    return ODO_OK;
}

/* Choose the first entry that is not skipped, or the first one if all are. Entries beyond
 * the number of skips that can be stored are ignored, as those would be evicted while trying
 * them. */
static enum odo_status choose_from(const struct proxy_finder *finder, const char *list,
                                   uint64_t now_ms, char **proxy_out)
{
    char *first = NULL;
    char *proxy = NULL;
    enum odo_status status = next_proxy(&list, &proxy);
    size_t count = 1;

    while (status == ODO_OK && proxy && is_passed_over(finder, proxy, now_ms)) {
        if (first) {
            memory_free(proxy);
        } else {
            first = proxy;
        }
        proxy = NULL;
        if (++count > PASSED_OVER_MOST) {
            break;
        }
        status = next_proxy(&list, &proxy);
    }
    if (status == ODO_OK && !proxy) {
        proxy = first ? first : text_copy("");
        first = NULL;
        status = proxy ? ODO_OK : ODO_E_OUT_OF_MEMORY;
    }
    memory_free(first);
    *proxy_out = proxy;
    return status;
}

static void forget_passed_over(struct proxy_finder *finder)
{
    for (size_t i = 0; i < PASSED_OVER_MOST; i++) {
        memory_free(finder->passed_over[i].proxy);
        finder->passed_over[i].proxy = NULL;
    }
}

enum odo_status proxy_finder_choose(struct proxy_finder *finder, const char *origin,
                                    uint64_t now_ms, struct proxy_finding *finding_out)
{
    struct look_up_answer answer;
    enum odo_status status = ODO_OK;
    char *subject;

    *finding_out = (struct proxy_finding){.proxy = NULL};
    if (atomic_exchange(&finder->must_forget, false)) {
        forget_passed_over(finder);
    }
    if (!look_up_recall(finder->look_up, origin, now_ms, &answer)) {
        subject = text_copy(origin);
        if (!subject) {
            return ODO_E_OUT_OF_MEMORY;
        }
        status = look_up_ask(finder->look_up, origin, subject, now_ms, &answer);
    }
    if (status != ODO_OK) {
        return status;
    }
    if (answer.ticket != 0) {
        finding_out->wait = (struct look_up_wait){finder->look_up, answer.ticket};
    } else if (answer.status != ODO_OK) {
        finding_out->proxy = text_copy("");
        status = finding_out->proxy ? ODO_OK : ODO_E_OUT_OF_MEMORY;
    } else if (answer.text) {
        status = choose_from(finder, answer.text, now_ms, &finding_out->proxy);
    }
    memory_free(answer.text);
    return status;
}

/* Evicts the oldest entry. When out of memory the proxy is simply tried again. */
static void pass_over(struct proxy_finder *finder, const char *proxy, uint64_t now_ms)
{
    struct passed_over *entry = &finder->passed_over[finder->passed_over_next];
    char *copy = text_copy(proxy);

    if (copy) {
        memory_free(entry->proxy);
        *entry = (struct passed_over){copy, now_ms + PASSED_OVER_MS};
        finder->passed_over_next = (finder->passed_over_next + 1) % PASSED_OVER_MOST;
    }
}

bool proxy_finder_failed(struct proxy_finder *finder, const char *origin, const char *proxy,
                         uint64_t now_ms)
{
    struct proxy_finding finding;
    bool has_other;

    if (*proxy == '\0') {
        return false; /* the server is unreachable, not the proxy */
    }
    if (!is_passed_over(finder, proxy, now_ms)) {
        pass_over(finder, proxy, now_ms);
    }
    if (proxy_finder_choose(finder, origin, now_ms, &finding) != ODO_OK) {
        return false;
    }
    has_other = finding.wait.look_up ||
                (finding.proxy && !is_passed_over(finder, finding.proxy, now_ms));
    memory_free(finding.proxy);
    return has_other;
}

/* --- Life ----------------------------------------------------------------------------- */

struct proxy_finder *proxy_finder_create(const struct proxy_finder_options *options)
{
    struct proxy_finder *finder = memory_allocate_zeroed(1, sizeof(*finder));

    if (!finder) {
        return NULL;
    }
    finder->options = *options;
    atomic_init(&finder->must_forget, false);
    finder->look_up = look_up_create(&(struct look_up_kind){
        .find = find,
        .free_subject = memory_free,
        .on_answered = on_answered,
        .context = finder,
        .lifetime_ms = REMEMBERED_MS,
    });
    if (!finder->look_up) {
        memory_free(finder);
        return NULL;
    }
    return finder;
}

void proxy_finder_free(struct proxy_finder *finder)
{
    if (!finder) {
        return;
    }
    look_up_free(finder->look_up);
    forget_passed_over(finder);
    memory_free(finder);
}

void proxy_finder_forget(struct proxy_finder *finder)
{
    atomic_store(&finder->must_forget, true);
    look_up_forget(finder->look_up);
}
