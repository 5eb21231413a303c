/*
 * The life of a job: a row for each thing that can happen in each state.
 */
#include "job/job_state.h"
#include "support/test.h"

#include <string.h>

enum { REFUSED = ODO_JOB_STATE_COUNT };

static const struct edge_case {
    const char *name;
    enum odo_job_state state;
    enum job_event event;
    int after; /* a state, or REFUSED */
} edges[] = {
    {"a suspended job that is resumed transfers", ODO_JOB_SUSPENDED, JOB_RESUME,
     ODO_JOB_TRANSFERRING},
    {"a suspended job may be suspended again", ODO_JOB_SUSPENDED, JOB_SUSPEND,
     ODO_JOB_SUSPENDED},
    {"a suspended job meets no obstacle", ODO_JOB_SUSPENDED, JOB_OBSTRUCT, REFUSED},
    {"a suspended job does not move", ODO_JOB_SUSPENDED, JOB_MOVE, REFUSED},
    {"a suspended job does not fail", ODO_JOB_SUSPENDED, JOB_FAIL, REFUSED},
    {"a suspended job does not arrive", ODO_JOB_SUSPENDED, JOB_ALL_DONE, REFUSED},
    {"a suspended job can be completed", ODO_JOB_SUSPENDED, JOB_COMPLETE, ODO_JOB_ACKNOWLEDGED},
    {"a suspended job can be cancelled", ODO_JOB_SUSPENDED, JOB_CANCEL, ODO_JOB_CANCELLED},

    {"a queued job that is resumed transfers", ODO_JOB_QUEUED, JOB_RESUME,
     ODO_JOB_TRANSFERRING},
    {"a queued job can be suspended", ODO_JOB_QUEUED, JOB_SUSPEND, ODO_JOB_SUSPENDED},
    {"a queued job meets no obstacle", ODO_JOB_QUEUED, JOB_OBSTRUCT, REFUSED},
    {"a queued job does not move", ODO_JOB_QUEUED, JOB_MOVE, REFUSED},
    {"a queued job does not fail", ODO_JOB_QUEUED, JOB_FAIL, REFUSED},
    {"a queued job does not arrive", ODO_JOB_QUEUED, JOB_ALL_DONE, REFUSED},
    {"a queued job can be completed", ODO_JOB_QUEUED, JOB_COMPLETE, ODO_JOB_ACKNOWLEDGED},
    {"a queued job can be cancelled", ODO_JOB_QUEUED, JOB_CANCEL, ODO_JOB_CANCELLED},

    {"a transferring job goes on when it is resumed", ODO_JOB_TRANSFERRING, JOB_RESUME,
     ODO_JOB_TRANSFERRING},
    {"a transferring job can be suspended", ODO_JOB_TRANSFERRING, JOB_SUSPEND,
     ODO_JOB_SUSPENDED},
    {"a transferring job that is obstructed waits", ODO_JOB_TRANSFERRING, JOB_OBSTRUCT,
     ODO_JOB_TRANSIENT_ERROR},
    {"a transferring job that moves goes on", ODO_JOB_TRANSFERRING, JOB_MOVE,
     ODO_JOB_TRANSFERRING},
    {"a transferring job can fail", ODO_JOB_TRANSFERRING, JOB_FAIL, ODO_JOB_ERROR},
    {"a transferring job arrives", ODO_JOB_TRANSFERRING, JOB_ALL_DONE, ODO_JOB_TRANSFERRED},
    {"a transferring job can be completed", ODO_JOB_TRANSFERRING, JOB_COMPLETE,
     ODO_JOB_ACKNOWLEDGED},
    {"a transferring job can be cancelled", ODO_JOB_TRANSFERRING, JOB_CANCEL,
     ODO_JOB_CANCELLED},

    {"a waiting job that is resumed transfers at once", ODO_JOB_TRANSIENT_ERROR, JOB_RESUME,
     ODO_JOB_TRANSFERRING},
    {"a waiting job can be suspended", ODO_JOB_TRANSIENT_ERROR, JOB_SUSPEND, ODO_JOB_SUSPENDED},
    {"a waiting job that is obstructed again waits on", ODO_JOB_TRANSIENT_ERROR, JOB_OBSTRUCT,
     ODO_JOB_TRANSIENT_ERROR},
    {"a waiting job that moves transfers again", ODO_JOB_TRANSIENT_ERROR, JOB_MOVE,
     ODO_JOB_TRANSFERRING},
    {"a waiting job can fail for good", ODO_JOB_TRANSIENT_ERROR, JOB_FAIL, ODO_JOB_ERROR},
    {"a waiting job moves before it arrives", ODO_JOB_TRANSIENT_ERROR, JOB_ALL_DONE, REFUSED},
    {"a waiting job can be completed", ODO_JOB_TRANSIENT_ERROR, JOB_COMPLETE,
     ODO_JOB_ACKNOWLEDGED},
    {"a waiting job can be cancelled", ODO_JOB_TRANSIENT_ERROR, JOB_CANCEL, ODO_JOB_CANCELLED},

    {"a failed job that is resumed tries again", ODO_JOB_ERROR, JOB_RESUME,
     ODO_JOB_TRANSFERRING},
    {"a failed job can be suspended", ODO_JOB_ERROR, JOB_SUSPEND, ODO_JOB_SUSPENDED},
    {"a failed job meets no obstacle", ODO_JOB_ERROR, JOB_OBSTRUCT, REFUSED},
    {"a failed job does not move", ODO_JOB_ERROR, JOB_MOVE, REFUSED},
    {"a failed job does not fail again", ODO_JOB_ERROR, JOB_FAIL, REFUSED},
    {"a failed job does not arrive", ODO_JOB_ERROR, JOB_ALL_DONE, REFUSED},
    {"a failed job can be completed", ODO_JOB_ERROR, JOB_COMPLETE, ODO_JOB_ACKNOWLEDGED},
    {"a failed job can be cancelled", ODO_JOB_ERROR, JOB_CANCEL, ODO_JOB_CANCELLED},

    {"a transferred job can be resumed for files that were added", ODO_JOB_TRANSFERRED,
     JOB_RESUME, ODO_JOB_TRANSFERRING},
    {"a transferred job that is suspended stays so", ODO_JOB_TRANSFERRED, JOB_SUSPEND,
     ODO_JOB_TRANSFERRED},
    {"a transferred job meets no obstacle", ODO_JOB_TRANSFERRED, JOB_OBSTRUCT, REFUSED},
    {"a transferred job does not move", ODO_JOB_TRANSFERRED, JOB_MOVE, REFUSED},
    {"a transferred job does not fail", ODO_JOB_TRANSFERRED, JOB_FAIL, REFUSED},
    {"a transferred job does not arrive twice", ODO_JOB_TRANSFERRED, JOB_ALL_DONE, REFUSED},
    {"a transferred job can be completed", ODO_JOB_TRANSFERRED, JOB_COMPLETE,
     ODO_JOB_ACKNOWLEDGED},
    {"a transferred job can be cancelled", ODO_JOB_TRANSFERRED, JOB_CANCEL, ODO_JOB_CANCELLED},
};

static void check_edge(void **state)
{
    const struct edge_case *c = *state;
    const enum odo_job_state untouched = (enum odo_job_state)77;
    enum odo_job_state after = untouched;
    bool is_taken = job_state_after(c->state, c->event, &after);

    assert_int_equal(is_taken, c->after != REFUSED);
    assert_int_equal(after, is_taken ? c->after : (int)untouched);
}

static void every_edge_has_one_row(void **state)
{
    (void)state;
    for (int from = 0; from < ODO_JOB_STATE_COUNT; from++) {
        for (int event = 0; event < JOB_EVENT_COUNT; event++) {
            int rows = 0;

            for (size_t i = 0; i < TEST_COUNT(edges); i++) {
                rows += (int)edges[i].state == from && (int)edges[i].event == event;
            }
            assert_int_equal(rows, job_state_is_final((enum odo_job_state)from) ? 0 : 1);
        }
    }
}

static void a_final_state_refuses_everything(void **state)
{
    static const enum odo_job_state final[] = {ODO_JOB_ACKNOWLEDGED, ODO_JOB_CANCELLED};

    (void)state;
    for (size_t i = 0; i < TEST_COUNT(final); i++) {
        assert_true(job_state_is_final(final[i]));
        for (int event = 0; event < JOB_EVENT_COUNT; event++) {
            enum odo_job_state after = final[i];

            assert_false(job_state_after(final[i], (enum job_event)event, &after));
            assert_int_equal(after, final[i]);
        }
    }
}

static void two_states_are_final(void **state)
{
    int final = 0;

    (void)state;
    for (int from = 0; from < ODO_JOB_STATE_COUNT; from++) {
        final += job_state_is_final((enum odo_job_state)from);
    }
    assert_int_equal(final, 2);
}

/* Which states can be reached from one, by a walk over all edges. */
static void reach(enum odo_job_state from, bool reached[ODO_JOB_STATE_COUNT])
{
    reached[from] = true;
    for (int event = 0; event < JOB_EVENT_COUNT; event++) {
        enum odo_job_state after;

        if (job_state_after(from, (enum job_event)event, &after) && !reached[after]) {
            reach(after, reached);
        }
    }
}

static void every_state_can_reach_both_final_ones(void **state)
{
    (void)state;
    for (int from = 0; from < ODO_JOB_STATE_COUNT; from++) {
        bool reached[ODO_JOB_STATE_COUNT] = {false};

        if (job_state_is_final((enum odo_job_state)from)) {
            continue;
        }
        reach((enum odo_job_state)from, reached);
        assert_true(reached[ODO_JOB_ACKNOWLEDGED]);
        assert_true(reached[ODO_JOB_CANCELLED]);
    }
}

/* QUEUED comes of a process that has ended, and of no event. */
static void a_new_job_can_reach_every_state_but_queued(void **state)
{
    bool reached[ODO_JOB_STATE_COUNT] = {false};

    (void)state;
    reach(ODO_JOB_SUSPENDED, reached);
    for (int to = 0; to < ODO_JOB_STATE_COUNT; to++) {
        assert_int_equal(reached[to], to != ODO_JOB_QUEUED);
    }
}

static const struct kind_case {
    const char *name;
    enum odo_job_state state;
    bool is_running;
    const char *text;
} kinds[] = {
    {"QUEUED leaves by itself", ODO_JOB_QUEUED, true, "QUEUED"},
    {"TRANSFERRING leaves by itself", ODO_JOB_TRANSFERRING, true, "TRANSFERRING"},
    {"TRANSIENT_ERROR leaves by itself", ODO_JOB_TRANSIENT_ERROR, true, "TRANSIENT_ERROR"},
    {"SUSPENDED waits for the client", ODO_JOB_SUSPENDED, false, "SUSPENDED"},
    {"ERROR waits for the client", ODO_JOB_ERROR, false, "ERROR"},
    {"TRANSFERRED waits for the client", ODO_JOB_TRANSFERRED, false, "TRANSFERRED"},
    {"ACKNOWLEDGED waits for nothing", ODO_JOB_ACKNOWLEDGED, false, "ACKNOWLEDGED"},
    {"CANCELLED waits for nothing", ODO_JOB_CANCELLED, false, "CANCELLED"},
};

static void check_kind(void **state)
{
    const struct kind_case *c = *state;

    assert_int_equal(job_state_is_running(c->state), c->is_running);
    assert_string_equal(job_state_name(c->state), c->text);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, edges, check_edge);
    TEST_ADD_TABLE(&suite, kinds, check_kind);
    TEST_ADD(&suite, every_edge_has_one_row);
    TEST_ADD(&suite, a_final_state_refuses_everything);
    TEST_ADD(&suite, two_states_are_final);
    TEST_ADD(&suite, every_state_can_reach_both_final_ones);
    TEST_ADD(&suite, a_new_job_can_reach_every_state_but_queued);
    return test_suite_run(&suite, "job_state");
}
