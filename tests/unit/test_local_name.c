/* The table that these rules share with PowerShell and C# is support/local_names.tsv. */
#include "support/test.h"

#include "local_name.h"

#include <errno.h>
#include <string.h>

enum { ROWS_MOST = 500, LINE_MOST = 4096 };

struct name_case {
    char *sentence;
    char *url;
    char *name; /* empty: there is none */
};

static struct name_case rows[ROWS_MOST];
static size_t row_count;

static void check_name(void **state)
{
    const struct name_case *c = *state;
    char name[LOCAL_NAME_MAX + 1];
    bool found = local_name_from_url(c->url, name);

    assert_int_equal(found, c->name[0] != '\0');
    if (found) {
        assert_string_equal(name, c->name);
    }
}

static void an_ill_formed_byte_is_replaced(void **state)
{
    char name[LOCAL_NAME_MAX + 1];

    (void)state;
    assert_true(local_name_from_url("http://h/a\xFF"
                                    "b\xC3",
                                    name));
    assert_string_equal(name, "a_b_");
}

static void an_escaped_half_and_a_plain_half_are_no_character(void **state)
{
    char name[LOCAL_NAME_MAX + 1];

    (void)state;
    assert_true(local_name_from_url("http://h/%C3\xA9", name));
    assert_string_equal(name, "%C3_");
}

static void a_url_without_end_is_refused(void **state)
{
    size_t length = 100000;
    char *url = malloc(length + 1);
    char name[LOCAL_NAME_MAX + 1];

    (void)state;
    assert_non_null(url);
    memset(url, 'a', length);
    memcpy(url, "http://h/", strlen("http://h/"));
    url[length] = '\0';
    assert_false(local_name_from_url(url, name));
    free(url);
}

/* --- The table --------------------------------------------------------------------------- */

static char *copy_field(const char *text, size_t length)
{
    char *copy = malloc(length + 1);

    if (!copy) {
        exit(EXIT_FAILURE);
    }
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

static void read_table(void)
{
    const char *path = getenv("ODO_LOCAL_NAMES");
    FILE *file = path ? fopen(path, "rb") : NULL;
    char line[LINE_MOST];

    if (!file) {
        fprintf(stderr, "the table %s: %s\n", path ? path : "(ODO_LOCAL_NAMES)",
                strerror(errno));
        exit(EXIT_FAILURE);
    }
    while (row_count < ROWS_MOST && fgets(line, sizeof(line), file)) {
        const char *first = strchr(line, '\t');
        const char *second = first ? strchr(first + 1, '\t') : NULL;

        if (line[0] == '#' || !second) {
            continue;
        }
        rows[row_count++] = (struct name_case){
            .sentence = copy_field(line, (size_t)(first - line)),
            .url = copy_field(first + 1, (size_t)(second - first - 1)),
            .name = copy_field(second + 1, strcspn(second + 1, "\n")),
        };
    }
    (void)fclose(file);
}

static void free_table(void)
{
    for (size_t i = 0; i < row_count; i++) {
        free(rows[i].sentence);
        free(rows[i].url);
        free(rows[i].name);
    }
}

static void the_table_has_rows(void **state)
{
    (void)state;
    assert_in_range(row_count, 80, ROWS_MOST - 1);
}

int main(void)
{
    struct test_suite suite = {0};
    int result;

    read_table();
    test_suite_add_table(&suite, rows, row_count, sizeof(rows[0]), check_name);
    TEST_ADD(&suite, the_table_has_rows);
    TEST_ADD(&suite, an_ill_formed_byte_is_replaced);
    TEST_ADD(&suite, an_escaped_half_and_a_plain_half_are_no_character);
    TEST_ADD(&suite, a_url_without_end_is_refused);
    result = test_suite_run(&suite, "local name");
    free_table();
    return result;
}
