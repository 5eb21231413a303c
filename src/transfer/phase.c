#include "transfer/phase.h"

#include <assert.h>

/* The permitted phase changes. FAILED may follow any phase but DONE. */
static bool phase_may_follow(enum transfer_phase from, enum transfer_phase to)
{
    static const bool allowed[TRANSFER_PHASE_COUNT][TRANSFER_PHASE_COUNT] = {
        [TRANSFER_QUEUED] = {[TRANSFER_MOVING] = true, [TRANSFER_WAITING] = true},
        [TRANSFER_MOVING] = {[TRANSFER_WAITING] = true,
                             [TRANSFER_RESTARTING] = true,
                             [TRANSFER_FINISHING] = true},
        [TRANSFER_WAITING] = {[TRANSFER_MOVING] = true,
                              [TRANSFER_RESTARTING] = true,
                              [TRANSFER_FINISHING] = true},
        [TRANSFER_RESTARTING] = {[TRANSFER_MOVING] = true},
        /* The final check may find a bad piece. */
        [TRANSFER_FINISHING] = {[TRANSFER_MOVING] = true, [TRANSFER_DONE] = true},
    };

    return to == TRANSFER_FAILED ? from != TRANSFER_DONE : allowed[from][to];
}

void transfer_set_phase(struct transfer *transfer, enum transfer_phase phase)
{
    if (transfer->phase == phase) {
        return;
    }
    if (!phase_may_follow(transfer->phase, phase)) {
        assert(!"a phase that may not follow");
        return;
    }
    transfer->phase = phase;
    if (phase == TRANSFER_DONE) {
        transfer->error = (struct odo_error){.status = ODO_OK};
    }
    if (phase == TRANSFER_RESTARTING || phase == TRANSFER_FAILED) {
        for (struct attempt *attempt = transfer->attempts; attempt; attempt = attempt->next) {
            if (attempt->end == ATTEMPT_OPEN) {
                attempt->end = ATTEMPT_ASK_AGAIN;
            }
        }
    }
}

bool transfer_is_decided(const struct transfer *transfer)
{
    switch (transfer->phase) {
    case TRANSFER_RESTARTING:
    case TRANSFER_FINISHING:
    case TRANSFER_DONE:
    case TRANSFER_FAILED:
        return true;
    default:
        return false;
    }
}

void transfer_fail(struct transfer *transfer, const struct odo_error *error)
{
    if (transfer->phase != TRANSFER_FAILED && transfer->phase != TRANSFER_DONE) {
        transfer->error = *error;
        transfer_set_phase(transfer, TRANSFER_FAILED);
    }
}

void transfer_fail_with(struct transfer *transfer, enum odo_status status)
{
    transfer_fail(transfer, &(struct odo_error){.status = status});
}

void transfer_restart(struct transfer *transfer)
{
    transfer->restarts++;
    if (transfer->restarts > TRANSFER_RESTARTS_MOST) {
        transfer_fail_with(transfer, ODO_E_FILE_CHANGED);
        return;
    }
    transfer_set_phase(transfer, TRANSFER_RESTARTING);
}
