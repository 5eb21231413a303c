/* Which of the header lines that a client sets are sent. */
#include "http/header_lines.h"
#include "support/test.h"

#include <string.h>

static const struct line_case {
    const char *name;
    const char *text;
    const char *sent; /* the lines, each with a bar behind it */
} lines[] = {
    {"no text has no lines", NULL, ""},
    {"an empty text has no lines", "", ""},
    {"a line needs no end", "A: b", "A: b|"},
    {"lines end with a line feed", "A: b\nC: d\n", "A: b|C: d|"},
    {"or with a carriage return before it", "A: b\r\nC: d\r\n", "A: b|C: d|"},
    {"empty lines are left out", "\r\n\nA: b\n\n", "A: b|"},
    {"what has no colon is left out", "name=value\nA: b", "A: b|"},
    {"what has no name is left out", ": value\nA: b", "A: b|"},
    {"a name is one word", "A b: c\n A: b\nD: e", "D: e|"},
    {"a value may be anything that can be seen", "A: b:c; \"d\" \xC3\xA4\tx",
     "A: b:c; \"d\" \xC3\xA4\tx|"},
    {"a value may be empty", "A:", "A:|"},
    {"a carriage return inside is not sent", "A: b\rC: d\nE: f", "E: f|"},
    {"other control characters are not", "A: b\x01\nC: \x7F\nD: e", "D: e|"},
    {"ranges are not the client's to ask for", "Range: bytes=0-1\nif-range: x", ""},
    {"nor what the engine says of itself",
     "Host: a\nCONTENT-LENGTH: 1\nTransfer-Encoding: chunked\nAccept-Encoding: gzip\n"
     "Connection: close",
     ""},
    {"a name that only begins like one of these is sent", "Ranges: a\nHosts: b\nRang: c",
     "Ranges: a|Hosts: b|Rang: c|"},
    {"the user agent is the client's to say", "User-Agent: me", "User-Agent: me|"},
};

static bool collect(void *context, const char *line)
{
    strcat(context, line);
    strcat(context, "|");
    return true;
}

static void check_line(void **state)
{
    const struct line_case *c = *state;
    char sent[200] = "";

    assert_true(header_lines_each(c->text, collect, sent));
    assert_string_equal(sent, c->sent);
}

static bool refuse(void *context, const char *line)
{
    (void)line;
    ++*(int *)context;
    return false;
}

static void whoever_takes_the_lines_may_stop(void **state)
{
    int count = 0;

    (void)state;
    assert_false(header_lines_each("A: b\nC: d", refuse, &count));
    assert_int_equal(count, 1);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, lines, check_line);
    TEST_ADD(&suite, whoever_takes_the_lines_may_stop);
    return test_suite_run(&suite, "header_lines");
}
