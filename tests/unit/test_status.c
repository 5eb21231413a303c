#include "support/test.h"

#include "base/status.h"
#include "base/text.h"

#include <odo/odo.h>

#include <string.h>

static const struct name_case {
    const char *name;
    enum odo_status status;
    const char *status_name;
} names[] = {
    {"the first status has its own name", ODO_OK, "ODO_OK"},
    {"a remark has its own name", ODO_PARTIAL_COMPLETE, "ODO_PARTIAL_COMPLETE"},
    {"a mistake has its own name", ODO_E_INVALID_RANGE, "ODO_E_INVALID_RANGE"},
    {"an error of this machine has its own name", ODO_E_DISK_FULL, "ODO_E_DISK_FULL"},
    {"an error of the server has its own name", ODO_E_HTTP_STATUS, "ODO_E_HTTP_STATUS"},
    {"the last status has its own name", ODO_E_CERTIFICATE_UNCHECKED,
     "ODO_E_CERTIFICATE_UNCHECKED"},
    {"one past the last has none", ODO_STATUS_COUNT, "unknown status"},
    {"a number that is no status has none", (enum odo_status)99999, "unknown status"},
};

static void check_name(void **state)
{
    const struct name_case *c = *state;

    assert_string_equal(status_name(c->status), c->status_name);
}

static void no_two_statuses_share_a_name_or_a_text(void **state)
{
    (void)state;
    for (int i = 0; i < ODO_STATUS_COUNT; i++) {
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(status_name((enum odo_status)i),
                                    status_name((enum odo_status)k));
            assert_string_not_equal(odo_status_text((enum odo_status)i),
                                    odo_status_text((enum odo_status)k));
        }
    }
}

static void names_say_whether_a_status_is_a_failure(void **state)
{
    (void)state;
    for (int i = 0; i < ODO_STATUS_COUNT; i++) {
        const char *name = status_name((enum odo_status)i);
        bool is_failure = i >= ODO_E_INVALID_ARGUMENT;

        assert_int_equal(strncmp(name, "ODO_", 4), 0);
        assert_int_equal(strncmp(name, "ODO_E_", 6) == 0, is_failure);
    }
}

static void texts_are_english_sentences_without_a_full_stop(void **state)
{
    (void)state;
    for (int i = 0; i <= ODO_STATUS_COUNT; i++) {
        const char *text = odo_status_text((enum odo_status)i);
        size_t length = strlen(text);

        assert_true(length >= 7 && length <= 120);
        assert_true(text[0] >= 'A' && text[0] <= 'Z');
        assert_int_not_equal(text[length - 1], '.');
        assert_int_not_equal(text[length - 1], ' ');
        assert_null(strstr(text, "  "));
        assert_null(strstr(text, "ODO_"));
        for (size_t k = 0; k < length; k++) {
            assert_true(text[k] >= ' ' && text[k] <= '~');
        }
    }
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, names, check_name);
    TEST_ADD(&suite, no_two_statuses_share_a_name_or_a_text);
    TEST_ADD(&suite, names_say_whether_a_status_is_a_failure);
    TEST_ADD(&suite, texts_are_english_sentences_without_a_full_stop);
    return test_suite_run(&suite, "status");
}
