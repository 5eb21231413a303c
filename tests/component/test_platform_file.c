#include "support/test.h"

#include "platform/file.h"
#include "platform/thread.h"
#include "support/temp_folder.h"

#include <string.h>
#include <sys/stat.h>

/* Each test gets a folder of its own. */
static char *folder;

static int make_folder(void **state)
{
    (void)state;
    folder = temp_folder_create();
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    temp_folder_remove(folder);
    folder = NULL;
    return 0;
}

/* A file that holds a text. */
static char *make_file(const char *name, const char *text)
{
    char *path = temp_folder_path(folder, name);
    struct platform_file *file = NULL;

    assert_status(platform_file_create_new(path, &file), ODO_OK);
    assert_status(platform_file_write_at(file, 0, text, strlen(text)), ODO_OK);
    platform_file_close(file);
    return path;
}

static void assert_holds(const char *path, const char *text)
{
    struct platform_file *file = NULL;
    char found[64] = {0};
    size_t size = 0;

    assert_status(platform_file_open(path, &file), ODO_OK);
    assert_status(platform_file_read_at(file, 0, found, sizeof(found) - 1, &size), ODO_OK);
    platform_file_close(file);
    assert_int_equal(size, strlen(text));
    assert_string_equal(found, text);
}

static void assert_missing(const char *path)
{
    struct platform_file *file = NULL;

    assert_status(platform_file_open(path, &file), ODO_E_FILE_NOT_FOUND);
    assert_null(file);
}

static void a_new_file_is_empty_and_can_be_written_and_read(void **state)
{
    char *path = temp_folder_path(folder, "new");
    struct platform_file *file = NULL;
    uint64_t size = 7;
    char data[8];
    size_t count = 7;

    (void)state;
    assert_status(platform_file_create_new(path, &file), ODO_OK);
    assert_status(platform_file_get_size(file, &size), ODO_OK);
    assert_int_equal(size, 0);
    assert_status(platform_file_read_at(file, 0, data, sizeof(data), &count), ODO_OK);
    assert_int_equal(count, 0);
    assert_status(platform_file_write_at(file, 0, "hello", 5), ODO_OK);
    assert_status(platform_file_flush(file), ODO_OK);
    assert_status(platform_file_read_at(file, 1, data, sizeof(data), &count), ODO_OK);
    assert_int_equal(count, 4);
    assert_memory_equal(data, "ello", 4);
    platform_file_close(file);
    assert_holds(path, "hello");
    free(path);
}

static void nothing_is_created_over_what_has_the_name(void **state)
{
    char *path = make_file("taken", "old");
    char *inner = temp_folder_make(folder, "folder");
    struct platform_file *file = NULL;

    (void)state;
    assert_status(platform_file_create_new(path, &file), ODO_E_ALREADY_EXISTS);
    assert_status(platform_file_create_new(inner, &file), ODO_E_ALREADY_EXISTS);
    assert_null(file);
    assert_holds(path, "old");
    free(inner);
    free(path);
}

static void nothing_is_created_in_a_folder_that_is_not_there(void **state)
{
    char *blocker = make_file("file", "");
    char *missing = temp_folder_path(folder, "missing");
    char *in_missing = temp_folder_path(missing, "x");
    char *in_file = temp_folder_path(blocker, "x");
    struct platform_file *file = NULL;

    (void)state;
    assert_status(platform_file_create_new(in_missing, &file), ODO_E_PATH_NOT_FOUND);
    assert_status(platform_file_create_new(in_file, &file), ODO_E_PATH_NOT_FOUND);
    assert_status(platform_file_open(in_missing, &file), ODO_E_PATH_NOT_FOUND);
    assert_status(platform_file_remove(in_missing), ODO_E_PATH_NOT_FOUND);
    assert_null(file);
    free(in_file);
    free(in_missing);
    free(missing);
    free(blocker);
}

static void only_an_ordinary_file_is_opened(void **state)
{
    char *missing = temp_folder_path(folder, "missing");
    struct platform_file *file = NULL;

    (void)state;
    assert_status(platform_file_open(missing, &file), ODO_E_FILE_NOT_FOUND);
    assert_status(platform_file_open(folder, &file), ODO_E_ACCESS_DENIED);
    assert_null(file);
    free(missing);
}

static void what_was_never_written_is_zero(void **state)
{
    static const unsigned char zeros[1000];
    char *path = temp_folder_path(folder, "hole");
    struct platform_file *file = NULL;
    unsigned char data[1000];
    uint64_t size = 0;
    size_t count = 0;

    (void)state;
    assert_status(platform_file_create_new(path, &file), ODO_OK);
    assert_status(platform_file_write_at(file, 1000, "end", 3), ODO_OK);
    assert_status(platform_file_read_at(file, 0, data, sizeof(data), &count), ODO_OK);
    assert_int_equal(count, 1000);
    assert_memory_equal(data, zeros, sizeof(data));

    assert_status(platform_file_set_size(file, 4000), ODO_OK);
    assert_status(platform_file_read_at(file, 3000, data, sizeof(data), &count), ODO_OK);
    assert_int_equal(count, 1000);
    assert_memory_equal(data, zeros, sizeof(data));

    assert_status(platform_file_set_size(file, 1002), ODO_OK);
    assert_status(platform_file_get_size(file, &size), ODO_OK);
    assert_int_equal(size, 1002);
    assert_status(platform_file_read_at(file, 1000, data, sizeof(data), &count), ODO_OK);
    assert_int_equal(count, 2);
    assert_memory_equal(data, "en", 2);
    platform_file_close(file);
    free(path);
}

static void offsets_reach_beyond_4_gib(void **state)
{
    const uint64_t offset = UINT64_C(5) << 30;
    char *path = temp_folder_path(folder, "far");
    struct platform_file *file = NULL;
    char data[4] = {0};
    size_t count = 0;
    uint64_t size = 0;
    enum odo_status status;

    (void)state;
    assert_status(platform_file_create_new(path, &file), ODO_OK);
    status = platform_file_write_at(file, offset, "far", 3);
    if (status == ODO_E_DISK_FULL) { /* a file system without holes or of small files */
        platform_file_close(file);
        free(path);
        skip();
        return;
    }
    assert_status(status, ODO_OK);
    assert_status(platform_file_get_size(file, &size), ODO_OK);
    assert_true(size == offset + 3);
    assert_status(platform_file_read_at(file, offset, data, sizeof(data), &count), ODO_OK);
    assert_int_equal(count, 3);
    assert_memory_equal(data, "far", 3);
    assert_status(platform_file_read_at(file, offset - ((uint64_t)1 << 32), data, 3, &count),
                  ODO_OK);
    assert_memory_equal(data, "\0\0\0", 3); /* not written 4 GiB too early */
    platform_file_close(file);
    free(path);
}

static void a_rename_gives_the_name(void **state)
{
    char *from = make_file("from", "new");
    char *to = temp_folder_path(folder, "to");

    (void)state;
    assert_status(platform_file_rename(from, to), ODO_OK);
    platform_file_flush_name(to);
    assert_missing(from);
    assert_holds(to, "new");
    free(to);
    free(from);
}

static void room_set_aside_changes_nothing_that_is_there(void **state)
{
    char *path = make_file("file", "bytes");
    struct platform_file *file = NULL;

    (void)state;
    assert_status(platform_file_open(path, &file), ODO_OK);
    assert_status(platform_file_reserve(file, 4 * 1024 * 1024), ODO_OK);
    assert_status(platform_file_reserve(file, 2), ODO_OK);
    platform_file_close(file);
    assert_holds(path, "bytes");
    free(path);
}

static void a_file_system_is_flushed_whole_or_says_that_it_cannot_be(void **state)
{
    char *path = make_file("file", "bytes");
    enum odo_status status = platform_file_flush_system(path);

    (void)state;
    assert_true(status == ODO_OK || status == ODO_E_NOT_SUPPORTED);
    assert_holds(path, "bytes");
    free(path);
}

static void a_rename_replaces_an_ordinary_file(void **state)
{
    char *from = make_file("from", "new");
    char *to = make_file("to", "old and longer");

    (void)state;
    assert_status(platform_file_rename(from, to), ODO_OK);
    assert_missing(from);
    assert_holds(to, "new");
    free(to);
    free(from);
}

static void a_rename_does_not_replace_a_folder(void **state)
{
    char *from = make_file("from", "new");
    char *to = temp_folder_make(folder, "to");
    char *inside = temp_folder_path(to, "x");
    struct platform_file *file = NULL;

    (void)state;
    assert_status(platform_file_rename(from, to), ODO_E_ACCESS_DENIED);
    assert_holds(from, "new");
    assert_status(platform_file_create_new(inside, &file), ODO_OK); /* it still is a folder */
    platform_file_close(file);
    free(inside);
    free(to);
    free(from);
}

static void a_rename_does_not_replace_a_read_only_file(void **state)
{
    char *from = make_file("from", "new");
    char *to = make_file("to", "old");

    (void)state;
    assert_int_equal(chmod(to, S_IRUSR), 0);
    assert_status(platform_file_rename(from, to), ODO_E_ACCESS_DENIED);
    assert_holds(from, "new");
    assert_int_equal(chmod(to, S_IRUSR | S_IWUSR), 0);
    assert_holds(to, "old");
    free(to);
    free(from);
}

static void a_rename_of_nothing_changes_nothing(void **state)
{
    char *from = temp_folder_path(folder, "from");
    char *to = make_file("to", "old");

    (void)state;
    assert_status(platform_file_rename(from, to), ODO_E_FILE_NOT_FOUND);
    assert_holds(to, "old");
    free(to);
    free(from);
}

static void a_file_is_removed_once(void **state)
{
    char *path = make_file("file", "x");

    (void)state;
    assert_status(platform_file_remove(path), ODO_OK);
    assert_missing(path);
    assert_status(platform_file_remove(path), ODO_E_FILE_NOT_FOUND);
    assert_status(platform_file_remove(folder), ODO_E_ACCESS_DENIED);
    free(path);
}

static void the_time_is_set(void **state)
{
    /* To the second, all that stat() shows. The fraction must not round up. */
    const int64_t seconds = 784111777;
    char *path = make_file("file", "x");
    struct platform_file *file = NULL;
    struct stat found;

    (void)state;
    assert_status(platform_file_open(path, &file), ODO_OK);
    assert_status(platform_file_set_time(file, seconds * 1000000 + 999999), ODO_OK);
    platform_file_close(file);
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mtime, seconds);
    free(path);
}

static void names_beyond_ascii_are_kept(void **state)
{
    char *path = make_file("gr\xc3\xb6\xc3\x9f"
                           "e \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x93\xa6",
                           "x");

    (void)state;
    assert_holds(path, "x");
    assert_status(platform_file_remove(path), ODO_OK);
    free(path);
}

static void a_name_that_is_too_long_is_refused(void **state)
{
    char name[400];
    char *path;
    struct platform_file *file = NULL;
    enum odo_status status;

    (void)state;
    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    path = temp_folder_path(folder, name);
    status = platform_file_create_new(path, &file);
    if (status != ODO_E_NAME_TOO_LONG) { /* Windows calls it a bad name, Wine no file */
        assert_true(status == ODO_E_INVALID_NAME || status == ODO_E_FILE_NOT_FOUND);
    }
    assert_null(file);
    free(path);
}

static void without_memory_nothing_is_left_behind(void **state)
{
    char *path = temp_folder_path(folder, "file");
    struct platform_file *file = NULL;
    enum odo_status status = ODO_E_OUT_OF_MEMORY;

    (void)state;
    for (size_t count = 0; status == ODO_E_OUT_OF_MEMORY; count++) {
        assert_true(count < 20);
        test_memory_ends_after(count);
        status = platform_file_create_new(path, &file);
        test_memory_is_back();
        if (status != ODO_OK) {
            assert_status(status, ODO_E_OUT_OF_MEMORY);
            assert_null(file);
            assert_missing(path);
        }
    }
    platform_file_close(file);
    free(path);
}

/* Several threads, each at its own places of one file. */
enum { WRITERS = 4, PIECE = 3000, PIECES_EACH = 50 };

struct writer {
    struct platform_file *file;
    size_t index;
    enum odo_status status;
};

static unsigned char byte_of(size_t piece)
{
    return (unsigned char)(piece * 7 + 1);
}

static void write_pieces(void *context)
{
    struct writer *writer = context;
    unsigned char data[PIECE];

    for (size_t i = 0; i < PIECES_EACH && writer->status == ODO_OK; i++) {
        size_t piece = i * WRITERS + writer->index;

        memset(data, byte_of(piece), sizeof(data));
        writer->status =
            platform_file_write_at(writer->file, (uint64_t)piece * PIECE, data, sizeof(data));
    }
}

static void threads_write_side_by_side(void **state)
{
    char *path = temp_folder_path(folder, "file");
    struct platform_file *file = NULL;
    struct platform_thread *threads[WRITERS] = {NULL};
    struct writer writers[WRITERS];
    unsigned char expected[PIECE];
    unsigned char data[PIECE];
    size_t count = 0;

    (void)state;
    assert_status(platform_file_create_new(path, &file), ODO_OK);
    for (size_t i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){.file = file, .index = i, .status = ODO_OK};
        assert_status(platform_thread_start(write_pieces, &writers[i], &threads[i]), ODO_OK);
    }
    for (size_t i = 0; i < WRITERS; i++) {
        platform_thread_join(threads[i]);
        assert_status(writers[i].status, ODO_OK);
    }
    for (size_t piece = 0; piece < (size_t)WRITERS * PIECES_EACH; piece++) {
        memset(expected, byte_of(piece), sizeof(expected));
        assert_status(
            platform_file_read_at(file, (uint64_t)piece * PIECE, data, sizeof(data), &count),
            ODO_OK);
        assert_int_equal(count, PIECE);
        assert_memory_equal(data, expected, PIECE);
    }
    platform_file_close(file);
    free(path);
}

static void a_file_can_be_opened_a_second_time(void **state)
{
    char *path = temp_folder_path(folder, "file");
    struct platform_file *first = NULL;
    struct platform_file *second = NULL;
    char found[4] = {0};
    size_t count = 0;

    (void)state;
    assert_status(platform_file_create_new(path, &first), ODO_OK);
    assert_status(platform_file_open(path, &second), ODO_OK);
    assert_status(platform_file_write_at(first, 0, "abc", 3), ODO_OK);
    assert_status(platform_file_flush(second), ODO_OK);
    assert_status(platform_file_read_at(second, 0, found, 3, &count), ODO_OK);
    assert_int_equal(count, 3);
    assert_string_equal(found, "abc");
    platform_file_close(second);
    platform_file_close(first);
    free(path);
}

static void closing_nothing_is_fine(void **state)
{
    (void)state;
    platform_file_close(NULL);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD(&suite, a_new_file_is_empty_and_can_be_written_and_read);
    TEST_ADD(&suite, nothing_is_created_over_what_has_the_name);
    TEST_ADD(&suite, nothing_is_created_in_a_folder_that_is_not_there);
    TEST_ADD(&suite, only_an_ordinary_file_is_opened);
    TEST_ADD(&suite, what_was_never_written_is_zero);
    TEST_ADD(&suite, offsets_reach_beyond_4_gib);
    TEST_ADD(&suite, a_rename_gives_the_name);
    TEST_ADD(&suite, room_set_aside_changes_nothing_that_is_there);
    TEST_ADD(&suite, a_file_system_is_flushed_whole_or_says_that_it_cannot_be);
    TEST_ADD(&suite, a_rename_replaces_an_ordinary_file);
    TEST_ADD(&suite, a_rename_does_not_replace_a_folder);
    TEST_ADD(&suite, a_rename_does_not_replace_a_read_only_file);
    TEST_ADD(&suite, a_rename_of_nothing_changes_nothing);
    TEST_ADD(&suite, a_file_is_removed_once);
    TEST_ADD(&suite, the_time_is_set);
    TEST_ADD(&suite, names_beyond_ascii_are_kept);
    TEST_ADD(&suite, a_name_that_is_too_long_is_refused);
    TEST_ADD(&suite, without_memory_nothing_is_left_behind);
    TEST_ADD(&suite, threads_write_side_by_side);
    TEST_ADD(&suite, a_file_can_be_opened_a_second_time);
    TEST_ADD(&suite, closing_nothing_is_fine);
    for (size_t i = 0; i < suite.count; i++) {
        suite.tests[i].setup_func = make_folder;
        suite.tests[i].teardown_func = remove_folder;
    }
    return test_suite_run(&suite, "platform_file");
}
