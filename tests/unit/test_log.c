#include "support/test.h"

#include "base/log.h"

#include <stdio.h>
#include <string.h>

/* What the sink received. */
static struct {
    size_t count;
    void *context;
    enum log_level level;
    char line[LOG_LINE_MAX + 100];
} received;

static void receive(void *context, enum log_level level, const char *line)
{
    received.count++;
    received.context = context;
    received.level = level;
    snprintf(received.line, sizeof(received.line), "%s", line);
}

static void begin(log_sink *sink, void *context, enum log_level most)
{
    memset(&received, 0, sizeof(received));
    log_use(sink, context, most);
}

static const struct level_case {
    const char *name;
    enum log_level most;
    enum log_level level;
    bool logged;
} levels[] = {
    {"an error is logged where only errors are", LOG_ERROR, LOG_ERROR, true},
    {"a warning is not logged where only errors are", LOG_ERROR, LOG_WARNING, false},
    {"information is not logged where warnings are", LOG_WARNING, LOG_INFO, false},
    {"an error is logged where everything is", LOG_DEBUG, LOG_ERROR, true},
    {"details are logged where everything is", LOG_DEBUG, LOG_DEBUG, true},
};

static void check_level(void **state)
{
    const struct level_case *c = *state;

    begin(receive, &received, c->most);
    log_write(c->level, "%s %d", "line", 7);
    assert_int_equal(received.count, c->logged ? 1 : 0);
    if (c->logged) {
        assert_ptr_equal(received.context, &received);
        assert_int_equal(received.level, c->level);
        assert_string_equal(received.line, "line 7");
    }
}

static const struct line_case {
    const char *name;
    size_t filling; /* so many "x" before `end` */
    const char *end;
    size_t length; /* of what is logged */
    const char *logged_end;
} lines[] = {
    {"a line of the largest size is whole", LOG_LINE_MAX - 3, "end", LOG_LINE_MAX, "end"},
    {"a longer line is cut", LOG_LINE_MAX - 2, "end", LOG_LINE_MAX, "en"},
    {"a character of two bytes is not cut in two", LOG_LINE_MAX - 1, "\xc3\xa4",
     LOG_LINE_MAX - 1, "x"},
    {"a character of three bytes is not cut in two", LOG_LINE_MAX - 2, "\xe2\x82\xac",
     LOG_LINE_MAX - 2, "x"},
    {"a character of four bytes is not cut in two", LOG_LINE_MAX - 3, "\xf0\x9f\x98\x80",
     LOG_LINE_MAX - 3, "x"},
    {"a character that fits is kept when what follows is cut", LOG_LINE_MAX - 4,
     "\xf0\x9f\x98\x80!", LOG_LINE_MAX, "\xf0\x9f\x98\x80"},
    {"a new line does not begin one", 1, "a\r\nERROR b\t\x1b[0m\x7f", 17, "a??ERROR b??[0m?"},
};

static void check_line(void **state)
{
    const struct line_case *c = *state;
    char text[LOG_LINE_MAX + 100];
    size_t ending = strlen(c->logged_end);

    memset(text, 'x', c->filling);
    snprintf(text + c->filling, sizeof(text) - c->filling, "%s", c->end);
    begin(receive, NULL, LOG_DEBUG);
    log_write(LOG_INFO, "%s", text);
    assert_int_equal(received.count, 1);
    assert_int_equal(strlen(received.line), c->length);
    assert_string_equal(received.line + c->length - ending, c->logged_end);
}

static void without_a_sink_nothing_happens(void **state)
{
    (void)state;
    begin(NULL, NULL, LOG_DEBUG);
    log_write(LOG_ERROR, "lost");
    assert_int_equal(received.count, 0);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, levels, check_level);
    TEST_ADD_TABLE(&suite, lines, check_line);
    TEST_ADD(&suite, without_a_sink_nothing_happens);
    return test_suite_run(&suite, "log");
}
