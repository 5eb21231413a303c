/* Both kinds of enumerators: the same table runs over files and over jobs. */
#include "com/linked_server.h"

enum { ITEMS = 3 };

/* An enumerator over ITEMS items; the two kinds have the same vtable but for the item's type.
 */
struct fixture {
    IBackgroundCopyManager *manager;
    IBackgroundCopyJob *jobs[ITEMS];
    IEnumBackgroundCopyFiles *items;
};

static void set_up(struct fixture *fixture, bool over_jobs)
{
    WCHAR path[MAX_PATH];

    size_t length = GetTempPathW(MAX_PATH - 20, path);

    assert_true(length > 0);
    fixture->manager = client_manager();
    for (int i = 0; i < ITEMS; i++) {
        fixture->jobs[i] = client_job(fixture->manager);
        swprintf(path + length, MAX_PATH - length, L"enumerator%d.bin", i);
        assert_hr(IBackgroundCopyJob_AddFile(fixture->jobs[0],
                                             i == 0   ? L"http://127.0.0.1:9/0"
                                             : i == 1 ? L"http://127.0.0.1:9/1"
                                                      : L"http://127.0.0.1:9/2",
                                             path),
                  S_OK);
    }
    if (over_jobs) {
        assert_hr(IBackgroundCopyManager_EnumJobs(fixture->manager, BG_JOB_ENUM_ALL_USERS,
                                                  (IEnumBackgroundCopyJobs **)&fixture->items),
                  S_OK);
    } else {
        assert_hr(IBackgroundCopyJob_EnumFiles(fixture->jobs[0], &fixture->items), S_OK);
    }
}

static void tear_down(struct fixture *fixture)
{
    assert_int_equal(IEnumBackgroundCopyFiles_Release(fixture->items), 0);
    for (int i = 0; i < ITEMS; i++) {
        assert_hr(IBackgroundCopyJob_Cancel(fixture->jobs[i]), S_OK);
        assert_int_equal(IBackgroundCopyJob_Release(fixture->jobs[i]), 0);
    }
    IBackgroundCopyManager_Release(fixture->manager);
    assert_true(module_can_unload());
}

enum step_kind { NEXT, NEXT_UNCOUNTED, SKIP, RESET, CLONE };

struct step {
    enum step_kind kind;
    ULONG wanted;
    HRESULT hr;
    ULONG fetched; /* by NEXT; and by NEXT_UNCOUNTED, which does not tell */
};

static const struct walk {
    const char *name;
    struct step steps[8];
    size_t count;
} walks[] = {
    {"one by one, and then no more",
     {{NEXT_UNCOUNTED, 1, S_OK, 1},
      {NEXT_UNCOUNTED, 1, S_OK, 1},
      {NEXT_UNCOUNTED, 1, S_OK, 1},
      {NEXT_UNCOUNTED, 1, S_FALSE, 0},
      {NEXT, 1, S_FALSE, 0}},
     5},
    {"all at once", {{NEXT, 3, S_OK, 3}, {NEXT, 3, S_FALSE, 0}}, 2},
    {"more than there are", {{NEXT, 5, S_FALSE, 3}, {NEXT, 1, S_FALSE, 0}}, 2},
    {"two, and then the rest", {{NEXT, 2, S_OK, 2}, {NEXT, 2, S_FALSE, 1}}, 2},
    {"several need a place for their count",
     {{NEXT_UNCOUNTED, 2, E_INVALIDARG, 0}, {NEXT, 3, S_OK, 3}},
     2},
    {"none at all", {{NEXT, 0, S_OK, 0}, {NEXT, 3, S_OK, 3}}, 2},
    {"skip one by one, and then no more",
     {{SKIP, 1, S_OK, 0}, {SKIP, 1, S_OK, 0}, {SKIP, 1, S_OK, 0}, {SKIP, 1, S_FALSE, 0}},
     4},
    {"skip past the end, and be there", {{SKIP, 4, S_FALSE, 0}, {NEXT, 1, S_FALSE, 0}}, 2},
    {"skip very far", {{SKIP, 0xffffffff, S_FALSE, 0}, {SKIP, 0, S_OK, 0}}, 2},
    {"skip and take the rest", {{SKIP, 2, S_OK, 0}, {NEXT, 1, S_OK, 1}}, 2},
    {"skip, reset and skip again",
     {{SKIP, 2, S_OK, 0}, {RESET, 0, S_OK, 0}, {SKIP, 2, S_OK, 0}, {NEXT, 2, S_FALSE, 1}},
     4},
    {"reset at the end", {{NEXT, 3, S_OK, 3}, {RESET, 0, S_OK, 0}, {NEXT, 3, S_OK, 3}}, 3},
    {"a clone goes on where the other stood",
     {{NEXT, 1, S_OK, 1}, {CLONE, 0, S_OK, 0}, {NEXT, 3, S_FALSE, 2}},
     3},
    {"a clone at the end is at the end",
     {{SKIP, 3, S_OK, 0}, {CLONE, 0, S_OK, 0}, {NEXT, 1, S_FALSE, 0}},
     3},
};

/* The index of an item: by a file's URL, or by a job's identity. */
static ULONG index_of(const struct fixture *fixture, IUnknown *item, bool over_jobs)
{
    ULONG index = ITEMS;

    if (over_jobs) {
        GUID id, other;

        assert_hr(IBackgroundCopyJob_GetId((IBackgroundCopyJob *)item, &id), S_OK);
        for (ULONG i = 0; i < ITEMS; i++) {
            assert_hr(IBackgroundCopyJob_GetId(fixture->jobs[i], &other), S_OK);
            index = IsEqualGUID(&id, &other) ? i : index;
        }
    } else {
        LPWSTR url = NULL;

        assert_hr(IBackgroundCopyFile_GetRemoteName((IBackgroundCopyFile *)item, &url), S_OK);
        index = (ULONG)(url[wcslen(url) - 1] - L'0');
        CoTaskMemFree(url);
    }
    return index;
}

static void do_step(struct fixture *fixture, const struct step *step, ULONG *position,
                    bool over_jobs)
{
    IBackgroundCopyFile *items[8];
    IEnumBackgroundCopyFiles *clone = NULL;
    ULONG fetched = 99;

    memset(items, 0xaa, sizeof(items));
    switch (step->kind) {
    case NEXT:
    case NEXT_UNCOUNTED:
        assert_hr(IEnumBackgroundCopyFiles_Next(fixture->items, step->wanted, items,
                                                step->kind == NEXT ? &fetched : NULL),
                  step->hr);
        if (step->kind == NEXT) {
            assert_int_equal(fetched, step->fetched);
        }
        for (ULONG i = 0; i < step->fetched; i++) {
            assert_int_equal(index_of(fixture, (IUnknown *)items[i], over_jobs), *position + i);
            assert_int_equal(IBackgroundCopyFile_Release(items[i]), 0);
        }
        if (step->fetched == 0 && step->wanted > 0 && step->hr == S_FALSE) {
            assert_null(items[0]);
        }
        *position += step->fetched;
        break;
    case SKIP:
        assert_hr(IEnumBackgroundCopyFiles_Skip(fixture->items, step->wanted), step->hr);
        *position = step->wanted < ITEMS - *position ? *position + step->wanted : ITEMS;
        break;
    case RESET:
        assert_hr(IEnumBackgroundCopyFiles_Reset(fixture->items), step->hr);
        *position = 0;
        break;
    case CLONE:
        assert_hr(IEnumBackgroundCopyFiles_Clone(fixture->items, &clone), step->hr);
        IEnumBackgroundCopyFiles_Reset(fixture->items); /* which must not move the clone */
        assert_int_equal(IEnumBackgroundCopyFiles_Release(fixture->items), 0);
        fixture->items = clone;
        break;
    }
}

static void check_walk(const struct walk *walk, bool over_jobs)
{
    struct fixture fixture;
    ULONG position = 0;
    ULONG count = 0;

    set_up(&fixture, over_jobs);
    for (size_t i = 0; i < walk->count; i++) {
        do_step(&fixture, &walk->steps[i], &position, over_jobs);
    }
    assert_hr(IEnumBackgroundCopyFiles_GetCount(fixture.items, &count), S_OK);
    assert_int_equal(count, ITEMS);
    tear_down(&fixture);
}

static void check_walk_over_files(void **state)
{
    check_walk(*state, false);
}

static void check_walk_over_jobs(void **state)
{
    check_walk(*state, true);
}

static void missing_places_for_results_are_refused(void **state)
{
    (void)state;
    for (int over_jobs = 0; over_jobs < 2; over_jobs++) {
        struct fixture fixture;
        ULONG fetched = 99;

        set_up(&fixture, over_jobs);
        assert_hr(IEnumBackgroundCopyFiles_Next(fixture.items, 1, NULL, &fetched), E_POINTER);
        assert_int_equal(fetched, 0);
        assert_hr(IEnumBackgroundCopyFiles_Clone(fixture.items, NULL), E_POINTER);
        assert_hr(IEnumBackgroundCopyFiles_GetCount(fixture.items, NULL), E_POINTER);
        tear_down(&fixture);
    }
}

static void a_snapshot_does_not_grow(void **state)
{
    struct fixture fixture;
    WCHAR path[MAX_PATH];
    ULONG count = 0;

    (void)state;
    set_up(&fixture, false);
    assert_true(GetTempPathW(MAX_PATH - 20, path) > 0);
    wcscat(path, L"later.bin");
    assert_hr(IBackgroundCopyJob_AddFile(fixture.jobs[0], L"http://127.0.0.1:9/3", path), S_OK);
    assert_hr(IEnumBackgroundCopyFiles_GetCount(fixture.items, &count), S_OK);
    assert_int_equal(count, ITEMS);
    tear_down(&fixture);
}

static void ended_jobs_are_not_listed(void **state)
{
    struct fixture fixture;
    IEnumBackgroundCopyJobs *jobs = NULL;
    IBackgroundCopyJob *last;
    ULONG count = 99;

    (void)state;
    set_up(&fixture, true);
    last = client_job(fixture.manager);
    assert_hr(IBackgroundCopyJob_Cancel(last), S_OK);
    IBackgroundCopyJob_Release(last);
    assert_hr(IBackgroundCopyManager_EnumJobs(fixture.manager, 0, &jobs), S_OK);
    assert_hr(IEnumBackgroundCopyJobs_GetCount(jobs, &count), S_OK);
    assert_int_equal(count, ITEMS);
    IEnumBackgroundCopyJobs_Release(jobs);
    tear_down(&fixture);
}

static void no_jobs_are_an_empty_list(void **state)
{
    IBackgroundCopyManager *manager = client_manager();
    IEnumBackgroundCopyJobs *jobs = NULL;
    ULONG count = 99;

    (void)state;
    assert_hr(IBackgroundCopyManager_EnumJobs(manager, 0, &jobs), S_OK);
    assert_hr(IEnumBackgroundCopyJobs_GetCount(jobs, &count), S_OK);
    assert_int_equal(count, 0);
    IEnumBackgroundCopyJobs_Release(jobs);
    jobs = test_state("not written");
    assert_hr(IBackgroundCopyManager_EnumJobs(manager, 2, &jobs), E_INVALIDARG);
    assert_null(jobs);
    assert_hr(IBackgroundCopyManager_EnumJobs(manager, 0, NULL), E_INVALIDARG);
    IBackgroundCopyManager_Release(manager);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, walks, check_walk_over_files);
    TEST_ADD_TABLE(&suite, walks, check_walk_over_jobs);
    TEST_ADD(&suite, missing_places_for_results_are_refused);
    TEST_ADD(&suite, a_snapshot_does_not_grow);
    TEST_ADD(&suite, ended_jobs_are_not_listed);
    TEST_ADD(&suite, no_jobs_are_an_empty_list);
    return client_run_in_both(&suite, "enumerators");
}
