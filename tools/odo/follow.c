#include "follow.h"

#include "system.h"
#include "terminal.h"

#include <stdio.h>

/* A client may wake us earlier, but need not. Before a retry there is less to show. */
enum { LOOKING_INTERVAL_MS = 200, WAITING_INTERVAL_MS = 2000 };

static enum progress_style style_of(bool quiet)
{
    if (quiet) {
        return PROGRESS_SILENT;
    }
    return terminal_is_interactive() ? PROGRESS_BAR : PROGRESS_LINES;
}

void follow_start(struct follow *follow, struct wakeup *wakeup, uint32_t timeout_s, bool quiet)
{
    uint64_t now_ms = system_clock_ms();

    *follow = (struct follow){
        .wakeup = wakeup,
        .timeout_s = timeout_s,
        .started_ms = now_ms,
        .progress_ms = now_ms,
    };
    progress_bar_start(&follow->bar, stderr, style_of(quiet), now_ms);
}

static void show(struct follow *follow, enum job_state state, uint64_t now_ms)
{
    char note[sizeof(follow->last_failure.text) + 64];
    struct progress_view view = {
        .bytes = follow->progress.bytes_transferred,
        .total = follow->progress.bytes_total,
        .now_ms = now_ms,
        .columns = follow->bar.style == PROGRESS_BAR ? terminal_width() : 0,
    };

    if (state == JOB_TRANSIENT_ERROR && follow->last_failure.text[0] != '\0') {
        (void)snprintf(note, sizeof(note), "trying again: %s", follow->last_failure.text);
        view.note = note;
    }
    progress_bar_update(&follow->bar, &view);
}

/* Has the last attempt failed, and no byte arrived for longer than the time-out? */
static bool patience_is_over(struct follow *follow, const struct job_progress *before,
                             enum job_state state, uint64_t now_ms)
{
    if (follow->progress.bytes_transferred != before->bytes_transferred) {
        follow->progress_ms = now_ms;
    }
    return follow->timeout_s != FOLLOW_PATIENTLY && state == JOB_TRANSIENT_ERROR &&
           follow->last_failure.text[0] != '\0' &&
           now_ms - follow->progress_ms >= (uint64_t)follow->timeout_s * 1000;
}

/* How long to wait for news: no longer than the time-out allows. */
static uint32_t interval_ms(const struct follow *follow, enum job_state state, uint64_t now_ms)
{
    uint64_t limit_ms = (uint64_t)follow->timeout_s * 1000;
    uint64_t waited_ms = now_ms - follow->progress_ms;

    if (state != JOB_TRANSIENT_ERROR || follow->bar.style == PROGRESS_BAR ||
        (follow->timeout_s != FOLLOW_PATIENTLY && waited_ms + WAITING_INTERVAL_MS > limit_ms)) {
        return LOOKING_INTERVAL_MS;
    }
    return WAITING_INTERVAL_MS;
}

static enum follow_result watch(struct follow *follow, struct error_report *report_out)
{
    for (;;) {
        struct job_progress before = follow->progress;
        enum job_state state;
        uint64_t now_ms;

        if (terminal_interrupted()) {
            return FOLLOW_INTERRUPTED;
        }
        if (!client_look(follow->client, &state, &follow->progress, report_out)) {
            return FOLLOW_FAILED;
        }
        if (state == JOB_TRANSFERRED) {
            return FOLLOW_TRANSFERRED;
        }
        if (state == JOB_ERROR && client_get_error(follow->client, report_out)) {
            return FOLLOW_FAILED;
        }
        if (state != JOB_QUEUED && state != JOB_TRANSFERRING && state != JOB_TRANSIENT_ERROR) {
            report_words(report_out, EXIT_CODE_OTHER, "",
                         "the job was stopped by another program");
            return FOLLOW_STOPPED;
        }
        if (state == JOB_TRANSIENT_ERROR) {
            (void)client_get_error(follow->client, &follow->last_failure);
        }
        now_ms = system_clock_ms();
        if (patience_is_over(follow, &before, state, now_ms)) {
            *report_out = follow->last_failure;
            return FOLLOW_GAVE_UP;
        }
        show(follow, state, now_ms);
        wakeup_wait(follow->wakeup, interval_ms(follow, state, now_ms));
    }
}

enum follow_result follow_run(struct follow *follow, struct client *client,
                              struct error_report *report_out)
{
    enum follow_result result;

    follow->client = client;
    result = watch(follow, report_out);
    if (result == FOLLOW_INTERRUPTED) {
        progress_bar_break_off(&follow->bar);
    } else {
        progress_bar_clear(&follow->bar);
    }
    return result;
}
