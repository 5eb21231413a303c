#include "transfer/pace.h"

/*
 * N bytes per second are N thousandths of a byte per millisecond, so nothing is ever rounded,
 * however often the bucket is updated.
 */
enum { THOUSANDTHS = 1000 };

/* The largest debt: 4 PiB, minutes at the highest rate. Keeps all sums in range. */
static const uint64_t debt_most = UINT64_C(1) << 52;

static uint64_t bucket_size(const struct pace *pace)
{
    uint64_t size = pace->rate / 1000 * PACE_BURST_MS;

    return size > PACE_BURST_LEAST ? size : PACE_BURST_LEAST;
}

static int64_t bucket_thousandths(const struct pace *pace)
{
    return (int64_t)(bucket_size(pace) * THOUSANDTHS);
}

/* Milliseconds until the bucket holds `thousandths`; rounded up. */
static uint64_t time_until(const struct pace *pace, int64_t thousandths)
{
    uint64_t missing;

    if (pace->rate == PACE_UNLIMITED || pace->thousandths >= thousandths) {
        return 0;
    }
    missing = (uint64_t)(thousandths - pace->thousandths);
    return missing / pace->rate + (missing % pace->rate > 0);
}

/* Fill the bucket for the time that has passed. */
static void advance(struct pace *pace, uint64_t now_ms)
{
    uint64_t passed_ms = now_ms > pace->at_ms ? now_ms - pace->at_ms : 0;

    /* Even backwards, or the bucket would not fill until the clock catches up. */
    pace->at_ms = now_ms;
    if (pace->rate == PACE_UNLIMITED) {
        return;
    }
    if (passed_ms >= time_until(pace, bucket_thousandths(pace))) {
        pace->thousandths = bucket_thousandths(pace);
    } else {
        pace->thousandths += (int64_t)(passed_ms * pace->rate);
    }
}

void pace_init(struct pace *pace, uint64_t rate, uint64_t now_ms)
{
    *pace = (struct pace){
        .rate = rate < PACE_RATE_MOST ? rate : PACE_RATE_MOST,
        .at_ms = now_ms,
    };
}

void pace_set_rate(struct pace *pace, uint64_t rate, uint64_t now_ms)
{
    uint64_t debt_ms;

    rate = rate < PACE_RATE_MOST ? rate : PACE_RATE_MOST;
    advance(pace, now_ms);
    if (rate == PACE_UNLIMITED || pace->rate == PACE_UNLIMITED) {
        pace_init(pace, rate, now_ms);
        return;
    }
    debt_ms = time_until(pace, 0);
    pace->rate = rate;
    if (time_until(pace, 0) > debt_ms) {
        pace->thousandths = -(int64_t)(debt_ms * rate);
    }
}

uint64_t pace_allowance(struct pace *pace, uint64_t now_ms)
{
    advance(pace, now_ms);
    if (pace->rate == PACE_UNLIMITED) {
        return UINT64_MAX;
    }
    return pace->thousandths > 0 ? (uint64_t)pace->thousandths / THOUSANDTHS : 0;
}

void pace_spend(struct pace *pace, uint64_t bytes, uint64_t now_ms)
{
    const int64_t lowest = -(int64_t)(debt_most * THOUSANDTHS);

    advance(pace, now_ms);
    if (pace->rate == PACE_UNLIMITED) {
        return;
    }
    bytes = bytes < debt_most ? bytes : debt_most;
    if (pace->thousandths < lowest + (int64_t)(bytes * THOUSANDTHS)) {
        pace->thousandths = lowest;
    } else {
        pace->thousandths -= (int64_t)(bytes * THOUSANDTHS);
    }
}

uint64_t pace_next_ms(struct pace *pace, uint64_t bytes, uint64_t now_ms)
{
    uint64_t wait_ms;

    advance(pace, now_ms);
    if (bytes > bucket_size(pace)) {
        bytes = bucket_size(pace);
    }
    wait_ms = time_until(pace, (int64_t)(bytes * THOUSANDTHS));
    return wait_ms < UINT64_MAX - now_ms ? now_ms + wait_ms : UINT64_MAX;
}
