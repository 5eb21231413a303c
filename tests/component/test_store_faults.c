/*
 * The store over a disk that fails. The functions of platform/file.h, path.h and lock_file.h
 * are defined here, over a disk in memory that notes what is done to it; so it can be put
 * together again as it is after a process was killed or the power was cut at any moment, with
 * any part of what was not flushed, and any call can be made to fail.
 *
 * A scenario of three jobs is run, and looked at from all its points. What is taken up is a
 * state that was acknowledged or a later one, and never a mixture: a job's version is in each
 * of its records.
 */
#include "platform/file.h"
#include "platform/lock_file.h"
#include "platform/path.h"
#include "store/journal.h"
#include "support/job_compare.h"
#include "support/job_sample.h"
#include "support/test.h"

#include "base/text.h"

#include <limits.h>
#include <string.h>

/* --- The disk ------------------------------------------------------------------------- */

enum { NODES_MOST = 200, NAMES_MOST = 120, DEEDS_MOST = 2000, NAME_SIZE = 100 };

/* A file, whatever it is called. */
struct node {
    unsigned char *data;
    size_t size;
};

struct name {
    char text[NAME_SIZE]; /* empty when it is free */
    int node;
};

enum deed_kind {
    DEED_CREATE,
    DEED_RENAME,
    DEED_REMOVE,
    DEED_FLUSH_NAMES,
    DEED_WRITE,
    DEED_SET_SIZE,
    DEED_FLUSH,
};

/* What was done to the disk. */
struct deed {
    enum deed_kind kind;
    int node;
    char name[NAME_SIZE];
    char other[NAME_SIZE]; /* what it was renamed to */
    size_t offset;
    size_t size;
    unsigned char *data; /* owned */
};

static struct disk {
    struct node nodes[NODES_MOST];
    int node_count;
    struct name names[NAMES_MOST];
    struct deed deeds[DEEDS_MOST];
    int deed_count;
    int fails_at; /* the deed that does not come about; -1 for none */
    enum odo_status failure;
} disk;

struct platform_file {
    int node;
};

struct platform_lock_file {
    int unused;
};

static void *need(void *memory)
{
    if (!memory) {
        abort();
    }
    return memory;
}

static void resize(struct node *node, size_t size)
{
    node->data = need(realloc(node->data, size + 1));
    if (size > node->size) {
        memset(node->data + node->size, 0, size - node->size);
    }
    node->size = size;
}

static void write_node(struct node *node, size_t offset, const void *data, size_t size)
{
    if (offset + size > node->size) {
        resize(node, offset + size);
    }
    if (size > 0) {
        memcpy(node->data + offset, data, size);
    }
}

static struct name *find_name(const char *text)
{
    for (size_t i = 0; i < NAMES_MOST; i++) {
        if (strcmp(disk.names[i].text, text) == 0) {
            return &disk.names[i];
        }
    }
    return NULL;
}

static void set_name(const char *text, int node)
{
    struct name *name = find_name(text);

    if (!name) {
        name = find_name(""); /* a free one */
        assert_non_null(name);
        snprintf(name->text, sizeof(name->text), "%s", text);
    }
    name->node = node;
}

/* Do it, or with `part` below its size that much of it; a write from its front or its rear. */
static void apply(const struct deed *deed, size_t part, bool from_rear)
{
    struct node *node = &disk.nodes[deed->node];
    size_t skipped = from_rear ? deed->size - part : 0;

    switch (deed->kind) {
    case DEED_CREATE:
        set_name(deed->name, deed->node);
        break;
    case DEED_RENAME:
        if (find_name(deed->name)) {
            set_name(deed->other, deed->node);
            find_name(deed->name)->text[0] = '\0';
        }
        break;
    case DEED_REMOVE:
        if (find_name(deed->name)) {
            find_name(deed->name)->text[0] = '\0';
        }
        break;
    case DEED_WRITE:
        write_node(node, deed->offset + skipped, deed->data + skipped, part);
        break;
    case DEED_SET_SIZE:
        resize(node, deed->size);
        break;
    case DEED_FLUSH_NAMES:
    case DEED_FLUSH:
        break;
    }
}

static void forget_deeds(void)
{
    for (int i = 0; i < disk.deed_count; i++) {
        free(disk.deeds[i].data);
    }
    disk.deed_count = 0;
}

static void forget_content(void)
{
    for (int i = 0; i < disk.node_count; i++) {
        free(disk.nodes[i].data);
        disk.nodes[i] = (struct node){NULL, 0};
    }
    memset(disk.names, 0, sizeof(disk.names));
}

static void begin_disk(void)
{
    forget_deeds();
    forget_content();
    disk.node_count = 0;
    disk.fails_at = -1;
}

/* Note it, and do it unless it is to fail; a write that fails has come about in half. */
static enum odo_status perform(struct deed deed, const void *data)
{
    assert_true(disk.deed_count < DEEDS_MOST);
    if (deed.kind == DEED_WRITE) {
        deed.data = need(malloc(deed.size + 1));
        memcpy(deed.data, data, deed.size);
    }
    if (disk.deed_count == disk.fails_at) {
        disk.fails_at = -1;
        if (deed.kind != DEED_WRITE) {
            return disk.failure;
        }
        deed.size /= 2;
        apply(&deed, deed.size, false);
        disk.deeds[disk.deed_count++] = deed;
        return disk.failure;
    }
    apply(&deed, deed.size, false);
    disk.deeds[disk.deed_count++] = deed;
    return ODO_OK;
}

/* --- What the store calls ------------------------------------------------------------- */

enum odo_status platform_file_create_new(const char *path, struct platform_file **file_out)
{
    struct deed deed = {.kind = DEED_CREATE, .node = disk.node_count};
    enum odo_status status;

    if (find_name(path)) {
        return ODO_E_ALREADY_EXISTS;
    }
    assert_true(disk.node_count < NODES_MOST && strlen(path) < NAME_SIZE);
    snprintf(deed.name, sizeof(deed.name), "%s", path);
    status = perform(deed, NULL);
    if (status == ODO_OK) {
        disk.node_count++;
        *file_out = need(malloc(sizeof(**file_out)));
        (*file_out)->node = deed.node;
    }
    return status;
}

enum odo_status platform_file_create_private(const char *path, struct platform_file **file_out)
{
    return platform_file_create_new(path, file_out);
}

enum odo_status platform_file_open(const char *path, struct platform_file **file_out)
{
    const struct name *name = find_name(path);

    if (!name) {
        return ODO_E_FILE_NOT_FOUND;
    }
    *file_out = need(malloc(sizeof(**file_out)));
    (*file_out)->node = name->node;
    return ODO_OK;
}

enum odo_status platform_file_write_at(struct platform_file *file, uint64_t offset,
                                       const void *data, size_t size)
{
    return perform(
        (struct deed){
            .kind = DEED_WRITE, .node = file->node, .offset = (size_t)offset, .size = size},
        data);
}

enum odo_status platform_file_read_at(struct platform_file *file, uint64_t offset, void *data,
                                      size_t size, size_t *read_out)
{
    const struct node *node = &disk.nodes[file->node];
    size_t left = offset < node->size ? node->size - (size_t)offset : 0;

    *read_out = size < left ? size : left;
    memcpy(data, node->data + offset, *read_out);
    return ODO_OK;
}

enum odo_status platform_file_get_size(struct platform_file *file, uint64_t *size_out)
{
    *size_out = disk.nodes[file->node].size;
    return ODO_OK;
}

struct file_identity platform_file_get_identity(struct platform_file *file)
{
    return (struct file_identity){.number = (uint64_t)file->node + 1};
}

enum odo_status platform_file_look(const char *path, struct platform_file_view *view_out)
{
    const struct name *name = find_name(path);

    if (!name) {
        return ODO_E_FILE_NOT_FOUND;
    }
    *view_out =
        (struct platform_file_view){.is_ordinary = true, .size = disk.nodes[name->node].size};
    return ODO_OK;
}

enum odo_status platform_file_set_size(struct platform_file *file, uint64_t size)
{
    return perform(
        (struct deed){.kind = DEED_SET_SIZE, .node = file->node, .size = (size_t)size}, NULL);
}

enum odo_status platform_file_reserve(struct platform_file *file, uint64_t size)
{
    (void)file;
    (void)size;
    return ODO_OK;
}

enum odo_status platform_file_set_time(struct platform_file *file, int64_t wall_us)
{
    (void)file;
    (void)wall_us;
    return ODO_OK;
}

enum odo_status platform_file_flush(struct platform_file *file)
{
    return perform((struct deed){.kind = DEED_FLUSH, .node = file->node}, NULL);
}

enum odo_status platform_file_flush_system(const char *path)
{
    (void)path;
    return ODO_E_NOT_SUPPORTED;
}

void platform_file_close(struct platform_file *file)
{
    free(file);
}

enum odo_status platform_file_rename(const char *from, const char *to)
{
    const struct name *name = find_name(from);
    struct deed deed = {.kind = DEED_RENAME};

    if (!name) {
        return ODO_E_FILE_NOT_FOUND;
    }
    deed.node = name->node;
    snprintf(deed.name, sizeof(deed.name), "%s", from);
    snprintf(deed.other, sizeof(deed.other), "%s", to);
    return perform(deed, NULL);
}

enum odo_status platform_file_flush_name(const char *path)
{
    (void)path;
    return perform((struct deed){.kind = DEED_FLUSH_NAMES}, NULL);
}

enum odo_status platform_file_remove(const char *path)
{
    const struct name *name = find_name(path);
    struct deed deed = {.kind = DEED_REMOVE};

    if (!name) {
        return ODO_E_FILE_NOT_FOUND;
    }
    deed.node = name->node;
    snprintf(deed.name, sizeof(deed.name), "%s", path);
    return perform(deed, NULL);
}

enum odo_status platform_path_check(const char *path)
{
    (void)path;
    return ODO_OK;
}

enum odo_status platform_path_check_writable(const char *path)
{
    (void)path;
    return ODO_OK;
}

enum odo_status platform_path_check_private(const char *folder)
{
    (void)folder;
    return ODO_OK;
}

bool platform_path_shares_folder(const char *path, const char *other)
{
    (void)path;
    (void)other;
    return true;
}

enum odo_status platform_path_temporary(const char *path, char **temporary_path_out)
{
    (void)path;
    (void)temporary_path_out;
    return ODO_E_NOT_SUPPORTED;
}

enum odo_status platform_path_store_folder(char **folder_out)
{
    (void)folder_out;
    return ODO_E_NOT_SUPPORTED;
}

enum odo_status platform_path_make_private_folder(const char *folder)
{
    (void)folder;
    return ODO_OK;
}

char *platform_path_join(const char *folder, const char *name)
{
    return text_format("%s/%s", folder, name);
}

enum odo_status platform_path_list(const char *folder,
                                   bool (*visit)(void *context, const char *name,
                                                 bool is_ordinary),
                                   void *context)
{
    (void)folder;
    for (size_t i = 0; i < NAMES_MOST; i++) {
        char text[NAME_SIZE];

        snprintf(text, sizeof(text), "%s", disk.names[i].text);
        if (text[0] != '\0' && !visit(context, strrchr(text, '/') + 1, true)) {
            break;
        }
    }
    return ODO_OK;
}

enum odo_status platform_lock_file_open(const char *path, struct platform_lock_file **file_out)
{
    (void)path;
    *file_out = need(calloc(1, sizeof(**file_out)));
    return ODO_OK;
}

enum odo_status platform_lock_file_claim(struct platform_lock_file *file, uint64_t number)
{
    (void)file;
    (void)number;
    return ODO_OK;
}

void platform_lock_file_release(struct platform_lock_file *file, uint64_t number)
{
    (void)file;
    (void)number;
}

void platform_lock_file_close(struct platform_lock_file *file)
{
    free(file);
}

/* --- Jobs and their versions ---------------------------------------------------------- */

enum { JOBS = 3, VERSIONS_MOST = 40, NEVER = INT_MAX };

#define BOOT      "this start"
#define NEXT_BOOT "the next start"

static struct odo_job_id id_of(int number)
{
    return job_sample_id((uint8_t)(number + 1));
}

/* Every record of a version differs from that of another: a mixture of two is neither. */
static void make_version(int number, uint32_t version, struct job *job_out)
{
    struct odo_job_id id = id_of(number);
    char text[40];

    job_init(job_out, &id, 1000);
    snprintf(text, sizeof(text), "version %u", (unsigned)version);
    assert_status(job_set_text(job_out, ODO_JOB_DESCRIPTION, text), ODO_OK);
    job_out->error_count = version;
    for (uint32_t i = 0; i < 2 + version / 3; i++) {
        struct job_file *file = job_sample_add(job_out, "/data", NULL, 0, 100000);
        const struct byte_range hole = {version, 1};

        job_sample_progress(job_out, file, 100000, 100 + 10 * (uint64_t)version + i, &hole, 1);
        file->unwritten &= ~(unsigned)JOB_FILE_BYTES; /* so that it counts after a power cut */
    }
}

/* When each version was begun and acknowledged, in deeds. */
struct history {
    int create_begun;
    int created;
    int begun[VERSIONS_MOST];
    int acknowledged[VERSIONS_MOST]; /* a kill does not take it back */
    int flushed[VERSIONS_MOST];      /* nor does a power cut */
    int remove_begun;
    int removed;
};

static struct scenario {
    struct store *store;
    struct journal *journals[JOBS];
    uint32_t versions[JOBS];
    bool is_behind[JOBS]; /* the journal lacks something: as the engine, make it anew */
    struct history histories[JOBS];
} scenario;

static void begin_scenario(void)
{
    memset(&scenario, 0, sizeof(scenario));
    for (int i = 0; i < JOBS; i++) {
        struct history *history = &scenario.histories[i];

        history->create_begun = history->created = NEVER;
        history->remove_begun = history->removed = NEVER;
        for (int v = 0; v < VERSIONS_MOST; v++) {
            history->begun[v] = history->acknowledged[v] = history->flushed[v] = NEVER;
        }
    }
    store_use_boot_id(BOOT);
    assert_status(store_open("/store", &scenario.store), ODO_OK);
}

static void end_scenario(void)
{
    for (int i = 0; i < JOBS; i++) {
        journal_close(scenario.journals[i]);
    }
    store_close(scenario.store);
    store_use_boot_id(NULL);
}

static void create(int number)
{
    struct history *history = &scenario.histories[number];
    struct job job;

    make_version(number, 0, &job);
    history->create_begun = disk.deed_count;
    history->begun[0] = disk.deed_count;
    if (journal_create(scenario.store, &job, &scenario.journals[number]) != ODO_OK) {
        assert_status(journal_create(scenario.store, &job, &scenario.journals[number]),
                      ODO_OK); /* nothing was left in the way */
    }
    history->created = disk.deed_count;
    history->acknowledged[0] = history->flushed[0] = disk.deed_count;
    job_free(&job);
}

static enum odo_status rewrite(int number, const struct job *job)
{
    struct buffer bytes;
    uint64_t row = 0;
    enum odo_status status;

    buffer_init(&bytes, JOURNAL_SIZE_MAX);
    assert_status(journal_write_all(&bytes, &row, job, BOOT), ODO_OK);
    status = journal_rewrite(scenario.journals[number], &bytes, row);
    buffer_free(&bytes);
    return status;
}

static enum odo_status append(int number, const struct job *job)
{
    struct journal *journal = scenario.journals[number];
    struct buffer *buffer = journal_buffer(journal);
    uint64_t *row = journal_row(journal);

    for (uint32_t i = 0; i < job->file_count; i++) {
        if (i + 1 == job->file_count && job->error_count % 3 == 0) {
            assert_status(journal_write_file(buffer, row, job, i), ODO_OK);
        }
        assert_status(journal_write_progress(buffer, row, job, i, BOOT), ODO_OK);
    }
    assert_status(journal_write_job(buffer, row, job), ODO_OK);
    return journal_commit(journal);
}

/* Bring the job to its next version, appended or made anew. */
static void save(int number, bool anew)
{
    struct history *history = &scenario.histories[number];
    uint32_t version = ++scenario.versions[number];
    enum odo_status status;
    struct job job;

    assert_true(version < VERSIONS_MOST);
    make_version(number, version, &job);
    history->begun[version] = disk.deed_count;
    anew = anew || scenario.is_behind[number];
    status = anew ? rewrite(number, &job) : append(number, &job);
    scenario.is_behind[number] = status != ODO_OK;
    if (status == ODO_OK) {
        history->acknowledged[version] = disk.deed_count;
        history->flushed[version] = anew ? disk.deed_count : NEVER;
    }
    job_free(&job);
}

static void flush(int number)
{
    struct history *history = &scenario.histories[number];
    uint32_t version = scenario.versions[number];

    if (!scenario.is_behind[number] && journal_flush(scenario.journals[number]) == ODO_OK) {
        history->flushed[version] = disk.deed_count;
    }
}

static void take_off(int number)
{
    struct history *history = &scenario.histories[number];

    history->remove_begun = disk.deed_count;
    if (journal_remove(scenario.journals[number]) != ODO_OK) {
        assert_status(journal_remove(scenario.journals[number]), ODO_OK);
    }
    history->removed = disk.deed_count;
    scenario.journals[number] = NULL;
}

/* Another process takes the job up. */
static void hand_over(int number)
{
    struct odo_job_id id = id_of(number);
    struct job job;

    if (scenario.is_behind[number]) {
        return;
    }
    journal_close(scenario.journals[number]);
    scenario.journals[number] = NULL;
    assert_status(journal_adopt(scenario.store, &id, &scenario.journals[number], &job), ODO_OK);
    assert_int_equal(job.error_count, scenario.versions[number]);
    job_free(&job);
}

static void run(void)
{
    create(0);
    create(1);
    save(0, false);
    save(1, false);
    flush(0);
    save(0, false);
    save(0, false);
    create(2);
    save(2, false);
    save(1, true);
    save(2, false);
    save(1, false);
    flush(2);
    save(2, false);
    save(0, true);
    flush(1);
    hand_over(1);
    save(1, false);
    save(0, false);
    take_off(2);
    save(1, false);
    save(0, false);
    flush(0);
    save(1, true);
    save(1, false);
    save(0, false);
}

/* --- After a crash -------------------------------------------------------------------- */

/* The latest version whose moment is not after `at`; -1 for none. */
static int latest(const int moments[VERSIONS_MOST], int at)
{
    int found = -1;

    for (int v = 0; v < VERSIONS_MOST; v++) {
        found = moments[v] <= at ? v : found;
    }
    return found;
}

/* Take the job up, and go on with it: what was found is a good journal. */
static int take_up(struct store *store, int number, const char *boot_id)
{
    struct odo_job_id id = id_of(number);
    struct journal *journal = NULL;
    const char *difference;
    struct job found;
    struct job expected;
    int version;
    enum odo_status status = journal_adopt(store, &id, &journal, &found);

    if (status == ODO_E_NOT_FOUND) {
        return -1;
    }
    assert_status(status, ODO_OK);
    version = (int)found.error_count;
    make_version(number, (uint32_t)version, &expected);
    difference = job_compare(&found, &expected);
    if (difference) {
        fail_msg("version %d of job %d is mixed: it differs in %s", version, number,
                 difference);
    }
    job_free(&found);
    assert_status(journal_write_job(journal_buffer(journal), journal_row(journal), &expected),
                  ODO_OK);
    assert_status(journal_commit(journal), ODO_OK);
    journal_close(journal);
    assert_status(journal_adopt(store, &id, &journal, &found), ODO_OK);
    assert_null(job_compare(&found, &expected));
    job_free(&found);
    job_free(&expected);
    journal_close(journal);
    (void)boot_id;
    return version;
}

static void check_after(int at, bool power_was_cut)
{
    const char *boot_id = power_was_cut ? NEXT_BOOT : BOOT;
    struct store *store = NULL;

    store_use_boot_id(boot_id);
    assert_status(store_open("/store", &store), ODO_OK);
    for (int i = 0; i < JOBS; i++) {
        const struct history *history = &scenario.histories[i];
        int version = take_up(store, i, boot_id);
        int least = latest(power_was_cut ? history->flushed : history->acknowledged, at);
        int most = latest(history->begun, at);

        if (history->remove_begun <= at) {
            assert_true(version <= most);
            assert_true(version == -1 || power_was_cut || history->removed > at);
        } else if (version < least || version > most) {
            fail_msg("job %d is in version %d after deed %d, and not in %d to %d", i, version,
                     at, least, most);
        }
    }
    store_close(store);
    store_use_boot_id(BOOT);
}

/* The deeds of the run, kept while the disk is put together from them again and again. */
struct record {
    struct deed deeds[DEEDS_MOST];
    int count;
    int node_count;
};

static struct record record;

static void keep_record(void)
{
    memcpy(record.deeds, disk.deeds, sizeof(record.deeds));
    record.count = disk.deed_count;
    record.node_count = disk.node_count;
    disk.deed_count = 0; /* their data is the record's now */
}

static void free_record(void)
{
    for (int i = 0; i < record.count; i++) {
        free(record.deeds[i].data);
    }
    record.count = 0;
}

static void begin_again(void)
{
    forget_deeds();
    forget_content();
    disk.node_count = record.node_count;
    disk.fails_at = -1;
}

static bool is_data(const struct deed *deed)
{
    return deed->kind == DEED_WRITE || deed->kind == DEED_SET_SIZE;
}

/* True when a later deed, before `at`, has brought it to the disk. */
static bool is_flushed(int index, int at)
{
    const struct deed *deed = &record.deeds[index];

    for (int i = index + 1; i < at; i++) {
        const struct deed *later = &record.deeds[i];

        if (is_data(deed) ? later->kind == DEED_FLUSH && later->node == deed->node
                          : later->kind == DEED_FLUSH_NAMES) {
            return true;
        }
    }
    return false;
}

/* Killed at `at`, in the middle of the next deed, if that is a write. */
static void be_killed(int at, size_t part)
{
    begin_again();
    for (int i = 0; i < at; i++) {
        apply(&record.deeds[i], record.deeds[i].size, false);
    }
    if (at < record.count && record.deeds[at].kind == DEED_WRITE) {
        apply(&record.deeds[at], part, false);
    }
}

/* What a power cut does to a write that was not flushed. */
enum fate {
    FATE_ALL,
    FATE_NOTHING,
    FATE_FRONT,
    FATE_REAR,
    FATE_MOST, /* but the end of its last record, which says of which version that is */
};

enum { END_OF_RECORD = 4 };

/*
 * The power was cut at `at`. Of the names that were not flushed the first `names` have changed;
 * of the writes the one of the number `odd` has another fate than the others.
 */
static void lose_power(int at, int names, int odd, enum fate of_odd, enum fate of_others)
{
    int unflushed_writes = 0;

    begin_again();
    for (int i = 0; i < at; i++) {
        const struct deed *deed = &record.deeds[i];
        enum fate fate = FATE_ALL;

        if (!is_flushed(i, at)) {
            if (is_data(deed)) {
                fate = unflushed_writes++ == odd ? of_odd : of_others;
            } else {
                fate = names-- > 0 ? FATE_ALL : FATE_NOTHING;
            }
        }
        if (fate == FATE_ALL) {
            apply(deed, deed->size, false);
        } else if (fate == FATE_MOST && deed->kind == DEED_WRITE) {
            apply(deed, deed->size > END_OF_RECORD ? deed->size - END_OF_RECORD : 0, false);
        } else if (fate != FATE_NOTHING && deed->kind == DEED_WRITE) {
            apply(deed, deed->size / 2, fate == FATE_REAR);
        }
    }
}

static int count_unflushed(int at, bool data)
{
    int count = 0;

    for (int i = 0; i < at; i++) {
        const struct deed *deed = &record.deeds[i];

        count += is_data(deed) == data && deed->kind != DEED_FLUSH &&
                 deed->kind != DEED_FLUSH_NAMES && !is_flushed(i, at);
    }
    return count;
}

static int cut_power_in_every_way(int at)
{
    static const enum fate fates[] = {FATE_ALL, FATE_NOTHING, FATE_FRONT, FATE_REAR, FATE_MOST};
    int writes = count_unflushed(at, true);
    int names = count_unflushed(at, false);
    int ways = 0;

    for (int n = 0; n <= names; n++) {
        for (int odd = 0; odd < (writes > 0 ? writes : 1); odd++) {
            for (size_t one = 0; one < TEST_COUNT(fates); one++) {
                for (size_t others = 0; others < 3; others++) { /* up to FATE_FRONT */
                    lose_power(at, n, odd, fates[one], fates[others]);
                    check_after(at, true);
                    ways++;
                }
            }
        }
    }
    return ways;
}

static int kill_in_every_way(int at)
{
    size_t size = at < record.count ? record.deeds[at].size : 0;
    const size_t parts[] = {0, 1, size / 2, size > 0 ? size - 1 : 0};

    for (size_t i = 0; i < TEST_COUNT(parts); i++) {
        be_killed(at, parts[i] < size ? parts[i] : 0);
        check_after(at, false);
    }
    return (int)TEST_COUNT(parts);
}

static void run_once(int fails_at, enum odo_status failure)
{
    begin_disk();
    disk.fails_at = fails_at;
    disk.failure = failure;
    begin_scenario();
    run();
    keep_record();
    end_scenario();
    forget_deeds();
}

static void a_kill_at_any_point_leaves_what_was_acknowledged(void **state)
{
    int ways = 0;

    (void)state;
    run_once(-1, ODO_OK);
    for (int at = 0; at <= record.count; at++) {
        ways += kill_in_every_way(at);
    }
    print_message("%d deeds, killed in %d ways\n", record.count, ways);
    free_record();
}

static void a_power_cut_at_any_point_leaves_what_was_flushed(void **state)
{
    int ways = 0;

    (void)state;
    run_once(-1, ODO_OK);
    for (int at = 0; at <= record.count; at++) {
        ways += cut_power_in_every_way(at);
    }
    print_message("%d deeds, without power in %d ways\n", record.count, ways);
    free_record();
}

static const struct failure_case {
    const char *name;
    enum odo_status failure;
} failures[] = {
    {"a disk that is full at any point costs nothing that was acknowledged", ODO_E_DISK_FULL},
    {"nor does one that fails", ODO_E_INPUT_OUTPUT},
};

/* Each deed fails in turn; and from every point behind it the process is killed, or the power
 * cut. */
static void check_failure(void **state)
{
    const struct failure_case *c = *state;
    int count = 1;
    int ways = 0;

    for (int fails_at = 0; fails_at < count; fails_at++) {
        run_once(fails_at, c->failure);
        count = record.count > count ? record.count : count;
        for (int at = fails_at; at <= record.count; at++) {
            be_killed(at, 0);
            check_after(at, false);
            lose_power(at, 0, 0, FATE_NOTHING, FATE_NOTHING);
            check_after(at, true);
            lose_power(at, NEVER, 0, FATE_ALL, FATE_ALL);
            check_after(at, true);
            lose_power(at, NEVER, 0, FATE_NOTHING, FATE_ALL);
            check_after(at, true);
            ways += 4;
        }
        free_record();
    }
    print_message("%d failures and crashes\n", ways);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD(&suite, a_kill_at_any_point_leaves_what_was_acknowledged);
    TEST_ADD(&suite, a_power_cut_at_any_point_leaves_what_was_flushed);
    TEST_ADD_TABLE(&suite, failures, check_failure);
    return test_suite_run(&suite, "store_faults");
}
