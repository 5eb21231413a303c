/*
 * The parts of the command-line program that can be asked without running it: ranges, jobs and
 * options as people write them, the bar, and errors in words.
 */
#include "support/test.h"

#include "follow.h"
#include "get_options.h"
#include "hresult_text.h"
#include "job_id.h"
#include "job_options.h"
#include "progress_bar.h"
#include "range_list.h"
#include "report.h"
#include "system.h"
#include "time_text.h"

#include <odo/types.h>

#include <getopt.h>

#include <string.h>

#define END     BYTE_RANGE_TO_END
#define LARGEST (BYTE_OFFSET_LIMIT - 1)

/* Ranges in a text; a count of 0 says that the text is refused. */
static const struct range_text_case {
    const char *name;
    const char *text;
    struct byte_range ranges[3];
    uint32_t count;
} range_texts[] = {
    {"both ends are included", "0-99", {{0, 100}}, 1},
    {"one byte is a range", "7-7", {{7, 1}}, 1},
    {"without an end it goes to the end", "500-", {{500, END}}, 1},
    {"several stand with commas between", "5-9,0-4,20-", {{5, 5}, {0, 5}, {20, END}}, 3},
    {"blanks around are no matter", "  1-2 ,\t3-4 ", {{1, 2}, {3, 2}}, 2},
    {"leading zeros are no matter", "007-0010", {{7, 4}}, 1},
    {"the largest number is taken", "0-9223372036854775806", {{0, LARGEST + 1}}, 1},
    {"the largest offset is taken", "9223372036854775806-", {{LARGEST, END}}, 1},
    {"overlaps are left to others", "0-9,0-9", {{0, 10}, {0, 10}}, 2},

    {"nothing is no range", "", {{0, 0}}, 0},
    {"blanks are no range", "  ", {{0, 0}}, 0},
    {"a number is no range", "5", {{0, 0}}, 0},
    {"a dash is no range", "-", {{0, 0}}, 0},
    {"the last bytes cannot be asked for", "-5", {{0, 0}}, 0},
    {"it may not end before it begins", "9-8", {{0, 0}}, 0},
    {"one past the largest end is refused", "0-9223372036854775807", {{0, 0}}, 0},
    {"an end that wraps round is refused", "0-18446744073709551616", {{0, 0}}, 0},
    {"an offset that means to-end is refused", "18446744073709551615-", {{0, 0}}, 0},
    {"a length that means to-end is refused", "0-18446744073709551614", {{0, 0}}, 0},
    {"something must stand behind a comma", "0-1,", {{0, 0}}, 0},
    {"something must stand between commas", "0-1,,2-3", {{0, 0}}, 0},
    {"a comma must stand between ranges", "0-1 2-3", {{0, 0}}, 0},
    {"letters are no number", "0-1k", {{0, 0}}, 0},
    {"hexadecimal is no number", "0x0-0x1", {{0, 0}}, 0},
    {"signs are no part of a number", "+0-1", {{0, 0}}, 0},
    {"a second minus is no part of a number", "0--1", {{0, 0}}, 0},
    {"a blank may not stand within", "0 - 1", {{0, 0}}, 0},
};

static void check_range_text(void **state)
{
    const struct range_text_case *c = *state;
    struct range_list list = {0};
    char why[256] = "";
    bool taken = range_list_add_text(&list, c->text, why, sizeof(why));

    assert_int_equal(taken, c->count > 0);
    if (taken) {
        assert_int_equal(list.count, c->count);
        assert_memory_equal(list.items, c->ranges, c->count * sizeof(c->ranges[0]));
    } else {
        assert_string_not_equal(why, "");
    }
    range_list_free(&list);
}

/* A file of ranges; what is NULL in `complaint` is taken. */
static const struct range_file_case {
    const char *name;
    const char *content;
    size_t size; /* 0 for a content without zeros */
    uint32_t count;
    const char *complaint;
} range_files[] = {
    {"an empty file has no ranges", "", 0, 0, NULL},
    {"each line holds a range", "0-1\n2-3\n", 0, 2, NULL},
    {"the last line needs no end", "0-1\n2-3", 0, 2, NULL},
    {"lines may end as on Windows", "0-1\r\n\r\n2-3\r\n", 0, 2, NULL},
    {"comments and empty lines are skipped", "# first\n\n 0-1 # second\n\t\n#", 0, 1, NULL},
    {"a line may hold several", "0-1,4-5\n2-3\n", 0, 3, NULL},
    {"a wrong line is named", "0-1\n\n# x\n7\n", 0, 0,
     "list, line 4: '7' is not FIRST-LAST or FIRST-, in bytes"},
    {"a zero is not text", "0-1\n2\0-3\n", 9, 0, "list, line 2: not text"},
    {"control characters are not shown", "\033[1m\n", 0, 0,
     "list, line 1: '?[1m' is not FIRST-LAST or FIRST-, in bytes"},
};

static void check_range_file(void **state)
{
    const struct range_file_case *c = *state;
    struct range_list list = {0};
    char why[256] = "";
    FILE *file = tmpfile();
    bool taken;

    assert_non_null(file);
    fwrite(c->content, 1, c->size ? c->size : strlen(c->content), file);
    rewind(file);
    taken = range_list_add_file(&list, file, "list", why, sizeof(why));
    fclose(file);
    assert_string_equal(why, c->complaint ? c->complaint : "");
    assert_int_equal(taken, c->complaint == NULL);
    if (taken) {
        assert_int_equal(list.count, c->count);
    }
    range_list_free(&list);
}

static void a_line_without_an_end_is_refused_in_time(void **state)
{
    struct range_list list = {0};
    char why[256] = "";
    FILE *file = tmpfile();

    (void)state;
    assert_non_null(file);
    for (int i = 0; i < 100000; i++) {
        fputc('1', file);
    }
    rewind(file);
    assert_false(range_list_add_file(&list, file, "list", why, sizeof(why)));
    assert_string_equal(why, "list, line 1: longer than 1023 bytes");
    assert_true(ftell(file) < 5000);
    fclose(file);
    range_list_free(&list);
}

static void a_hundred_thousand_ranges_are_taken(void **state)
{
    struct range_list list = {0};
    char why[256];

    (void)state;
    for (uint64_t i = 0; i < 100000; i++) {
        char text[64];

        (void)snprintf(text, sizeof(text), "%u-", (unsigned)i);
        assert_true(range_list_add_text(&list, text, why, sizeof(why)));
        assert_true(list.items[i].offset == i);
    }
    assert_int_equal(list.count, 100000);
    range_list_free(&list);
}

/* The list is as if all but one had been taken: 160 MB that nobody touches. */
static void ten_million_ranges_are_the_most(void **state)
{
    enum { MOST = 10000000 };
    struct range_list list = {.count = MOST - 1, .capacity = MOST};
    char why[256] = "";

    (void)state;
    list.items = malloc(MOST * sizeof(*list.items));
    assert_non_null(list.items);
    assert_true(range_list_add_text(&list, "7-7", why, sizeof(why)));
    assert_int_equal(list.count, MOST);
    assert_true(list.items[MOST - 1].offset == 7);
    assert_false(range_list_add_text(&list, "8-8", why, sizeof(why)));
    assert_string_equal(why, "more than 10000000 ranges");
    range_list_free(&list);
}

static const struct size_case {
    const char *name;
    uint64_t bytes;
    const char *text;
} sizes[] = {
    {"nothing is 0 B", 0, "0 B"},
    {"below a KiB bytes are counted", 1023, "1023 B"},
    {"a KiB is a KiB", 1024, "1.0 KiB"},
    {"what rounds to 1024 is one of the next", 1024 * 1024 - 1, "1.0 MiB"},
    {"a tenth is shown", 1536 * 1024, "1.5 MiB"},
    {"the largest number has a unit", UINT64_MAX, "16.0 EiB"},
};

static void check_size(void **state)
{
    const struct size_case *c = *state;
    char text[32];

    assert_string_equal(progress_format_bytes(c->bytes, text, sizeof(text)), c->text);
}

static const struct duration_case {
    const char *name;
    uint64_t seconds;
    const char *text;
} durations[] = {
    {"seconds have a zero before them", 7, "0:07"},
    {"a minute is 1:00", 60, "1:00"},
    {"an hour is 1:00:00", 3600, "1:00:00"},
    {"99 hours are shown", 99 * 3600, "99:00:00"},
    {"more than 99 hours are not", 99 * 3600 + 1, "-:--"},
    {"for ever is not", UINT64_MAX, "-:--"},
};

static void check_duration(void **state)
{
    const struct duration_case *c = *state;
    char text[32];

    assert_string_equal(progress_format_seconds(c->seconds, text, sizeof(text)), c->text);
}

/* What stands in a stream from its beginning. */
static void read_all(FILE *file, char *text, size_t text_size)
{
    size_t length;

    rewind(file);
    length = fread(text, 1, text_size - 1, file);
    text[length] = '\0';
}

enum { MIB = 1024 * 1024, COLUMNS = 80 };

/* One view of a bar after some seconds at a MiB a second. */
static const struct bar_case {
    const char *name;
    uint64_t mib;
    uint64_t total;
    const char *note;
    unsigned columns;
    const char *drawn;
} bars[] = {
    {"a quarter is a quarter of the bar", 4, 16 * (uint64_t)MIB, NULL, 80,
     "[#####----------------]   25 %  4.0 MiB of 16.0 MiB  1.0 MiB/s  0:12 left"},
    {"a whole has no time left", 4, 4 * (uint64_t)MIB, NULL, 80,
     "[######################]  100 %  4.0 MiB of 4.0 MiB  1.0 MiB/s"},
    {"almost is not a hundred", 999, (uint64_t)1000 * MIB - 1, NULL, 60,
     " 99 %  999.0 MiB of 1000.0 MiB  1.0 MiB/s  0:01 left"},
    {"an unknown total has neither part nor bar", 4, ODO_SIZE_UNKNOWN, NULL, 80,
     "4.0 MiB  1.0 MiB/s"},
    {"a note stands for the rate", 4, 16 * (uint64_t)MIB, "waiting", 60,
     "[#####---------------]   25 %  4.0 MiB of 16.0 MiB  waiting"},
    {"a narrow terminal has no bar", 4, 16 * (uint64_t)MIB, NULL, 40,
     " 25 %  4.0 MiB of 16.0 MiB  1.0 MiB/s  "},
    {"letters are cut between, not within", 4, ODO_SIZE_UNKNOWN, "\xC3\xA4\xC3\xB6\xC3\xBC", 12,
     "4.0 MiB  \xC3\xA4\xC3\xB6"},
    {"one column is enough", 4, 16 * (uint64_t)MIB, NULL, 1, " "},
    {"no column is enough", 4, 16 * (uint64_t)MIB, NULL, 0, " "},
};

static void check_bar(void **state)
{
    const struct bar_case *c = *state;
    struct progress_bar bar;
    FILE *file = tmpfile();
    char text[4096];

    assert_non_null(file);
    /* Five samples before the one in question, so that there is a rate to tell. */
    progress_bar_start(&bar, file, PROGRESS_SILENT, 0);
    bar.samples[0] = (struct progress_sample){.bytes = (c->mib - 4) * MIB};
    for (uint64_t second = 1; second <= 4; second++) {
        struct progress_view view = {
            .bytes = (c->mib - 4 + second) * MIB,
            .total = c->total,
            .note = c->note,
            .now_ms = second * 1000,
            .columns = c->columns,
        };

        bar.style = second == 4 ? PROGRESS_BAR : PROGRESS_SILENT;
        progress_bar_update(&bar, &view);
    }
    read_all(file, text, sizeof(text));
    assert_int_equal(text[0], '\r');
    assert_string_equal(text + 1, c->drawn);
    fclose(file);
}

static void a_shorter_line_wipes_a_longer_one(void **state)
{
    struct progress_bar bar;
    struct progress_view view = {
        .total = ODO_SIZE_UNKNOWN, .note = "waiting", .columns = COLUMNS};
    FILE *file = tmpfile();
    char text[256];

    (void)state;
    assert_non_null(file);
    progress_bar_start(&bar, file, PROGRESS_BAR, 0);
    progress_bar_update(&bar, &view);
    view.note = NULL;
    progress_bar_update(&bar, &view);
    progress_bar_clear(&bar);
    progress_bar_clear(&bar);
    read_all(file, text, sizeof(text));
    assert_string_equal(text, "\r0 B  waiting\r0 B         \r   \r");
    fclose(file);
}

static void the_rate_is_that_of_the_last_seconds(void **state)
{
    struct progress_bar bar;
    struct progress_view view = {.total = ODO_SIZE_UNKNOWN};

    (void)state;
    progress_bar_start(&bar, stderr, PROGRESS_SILENT, 0);
    assert_int_equal(progress_bar_rate(&bar), 0);
    /* A minute at 1000 bytes a second, ten seconds at 5000: the minute is forgotten. */
    for (view.now_ms = 200; view.now_ms <= 70000; view.now_ms += 200) {
        view.bytes += view.now_ms <= 60000 ? 200 : 1000;
        progress_bar_update(&bar, &view);
        if (view.now_ms == 60000) {
            assert_int_equal(progress_bar_rate(&bar), 1000);
        }
    }
    assert_int_equal(progress_bar_rate(&bar), 5000);

    view.bytes = 0; /* the file began again: no rate, and none below nothing */
    progress_bar_update(&bar, &view);
    assert_int_equal(progress_bar_rate(&bar), 0);
}

static void lines_come_at_each_tenth_but_not_too_often(void **state)
{
    struct progress_bar bar;
    struct progress_view view = {.total = 1000};
    FILE *file = tmpfile();
    char text[4096];
    unsigned lines = 0;

    (void)state;
    assert_non_null(file);
    progress_bar_start(&bar, file, PROGRESS_LINES, 0);
    /* Half in 2.5 s, then nothing for 30 s. */
    for (view.now_ms = 100; view.now_ms <= 32500; view.now_ms += 100) {
        view.bytes = view.now_ms <= 2500 ? view.now_ms / 5 : 500;
        progress_bar_update(&bar, &view);
    }
    read_all(file, text, sizeof(text));
    for (const char *next = text; *next != '\0'; next++) {
        lines += *next == '\n';
    }
    /* After 1, 2 and 3 s; then one in ten seconds. */
    assert_int_equal(lines, 5);
    assert_memory_equal(text, " 20 %  200 B of 1000 B", 22);
    assert_null(strchr(text, '\r'));
    fclose(file);
}

static const struct words_case {
    const char *name;
    uint32_t hresult;
    enum exit_code exit_code;
    const char *words;
} words[] = {
    {"ranges that a server lacks", 0x80D05011, EXIT_CODE_NO_RANGE_SUPPORT,
     "the server does not support ranges"},
    {"overlapping ranges", 0x80D05012, EXIT_CODE_BAD_RANGE, "two ranges share a byte"},
    {"a status with a phrase", 0x80190193, EXIT_CODE_NETWORK,
     "the server answered 403: forbidden"},
    {"a status without a phrase", 0x801901C2, EXIT_CODE_NETWORK, "the server answered 450"},
    {"416 is about the ranges", 0x801901A0, EXIT_CODE_BAD_RANGE,
     "the server answered 416: a range lies outside of the file"},
    {"a connection refused", 0x80072EFD, EXIT_CODE_NETWORK,
     "the connection was refused, or the server cannot be reached"},
    {"a full disk", 0x80070070, EXIT_CODE_LOCAL_FILE, "the local disk is full"},
    {"a job that is not there", 0x80D02003, EXIT_CODE_NO_JOB, "there is no such job"},
    {"a class that is not registered", 0x80040154, EXIT_CODE_SERVICE,
     "the COM class is not registered"},
    {"no error", 0, EXIT_CODE_OTHER, "no error"},
};

static void check_words(void **state)
{
    const struct words_case *c = *state;
    struct error_report report;
    char number[16];

    report_hresult(c->hresult, &report);
    (void)snprintf(number, sizeof(number), "0x%08X", (unsigned)c->hresult);
    assert_string_equal(report.code, number);
    assert_string_equal(report.text, c->words);
    assert_int_equal(report.exit_code, c->exit_code);
}

static void an_unknown_number_still_has_words(void **state)
{
    char text[200];

    (void)state;
    assert_false(hresult_text(0x87FF1234, text, sizeof(text)));
    assert_string_equal(text, "an error without a text: facility 2047, code 4660");
    assert_null(hresult_name(0x87FF1234));
    assert_int_equal(hresult_exit_code(0x80072EF3), EXIT_CODE_NETWORK);
    assert_int_equal(hresult_exit_code(0x800706A5), EXIT_CODE_SERVICE);
}

static void text_from_outside_is_made_safe(void **state)
{
    char text[8];

    (void)state;
    assert_string_equal(report_printable("a\033b\r\n\x7F", text, sizeof(text)), "a?b???");
    assert_string_equal(report_printable("123456\xC3\xA4", text, sizeof(text)), "123456");
    assert_string_equal(report_printable("12345\xC3\xA4", text, sizeof(text)), "12345\xC3\xA4");
}

#define SOME_ID "03020100-0504-0706-0809-0a0b0c0d0eff"

static const struct job_id some_id = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255}};

static const struct job_id_case {
    const char *name;
    const char *text;
    enum job_id_kind kind;
} job_ids[] = {
    {"what we print is a whole one", SOME_ID, JOB_ID_WHOLE},
    {"in upper case", "03020100-0504-0706-0809-0A0B0C0D0EFF", JOB_ID_WHOLE},
    {"in braces", "{" SOME_ID "}", JOB_ID_WHOLE},
    {"four characters are a beginning", "0302", JOB_ID_PREFIX},
    {"all but the last are a beginning", "03020100-0504-0706-0809-0a0b0c0d0ef", JOB_ID_PREFIX},
    {"a beginning may end in a dash", "03020100-", JOB_ID_PREFIX},

    {"nothing", "", JOB_ID_WRONG},
    {"three characters are too few", "030", JOB_ID_WRONG},
    {"one too many", SOME_ID "0", JOB_ID_WRONG},
    {"only one brace", "{" SOME_ID, JOB_ID_WRONG},
    {"a beginning in a brace", "{03020100", JOB_ID_WRONG},
    {"no dash where one belongs", "030201000", JOB_ID_WRONG},
    {"a dash where none belongs", "0302-", JOB_ID_WRONG},
    {"a letter that is no digit", "030g", JOB_ID_WRONG},
    {"a blank", "0302 ", JOB_ID_WRONG},
};

static void check_job_id(void **state)
{
    const struct job_id_case *c = *state;
    struct job_id id = {{0}};

    assert_int_equal(job_id_parse(c->text, &id), c->kind);
    if (c->kind == JOB_ID_WHOLE) {
        assert_memory_equal(&id, &some_id, sizeof(id));
    }
    if (c->kind == JOB_ID_PREFIX) {
        assert_true(job_id_begins_with(&some_id, c->text));
    }
}

static void ids_are_printed_as_windows_prints_them(void **state)
{
    char text[JOB_ID_TEXT_BYTES];

    (void)state;
    assert_string_equal(job_id_format(&some_id, text), SOME_ID);
    assert_true(job_id_begins_with(&some_id, SOME_ID));
    assert_true(job_id_begins_with(&some_id, "03020100-0504-0706-0809-0A0B"));
    assert_false(job_id_begins_with(&some_id, "0303"));
    assert_false(job_id_begins_with(&some_id, "03020100-0504-0706-0809-0a0b0c0d0efe"));
    assert_false(job_id_begins_with(&some_id, SOME_ID "0"));
}

static const struct time_case {
    const char *name;
    int64_t microseconds;
    const char *text;
} times[] = {
    {"the beginning", 0, "1970-01-01T00:00:00Z"},
    {"a fraction is cut off", 1999999, "1970-01-01T00:00:01Z"},
    {"a leap day", INT64_C(951827696000000), "2000-02-29T12:34:56Z"},
    {"the last of a year", INT64_C(1798761599000000), "2026-12-31T23:59:59Z"},
    {"the first of the next", INT64_C(1798761600000000), "2027-01-01T00:00:00Z"},
    {"2100 has no leap day", INT64_C(4107542400000000), "2100-03-01T00:00:00Z"},
    {"before the beginning", INT64_MIN, "1970-01-01T00:00:00Z"},
    {"the end of time", INT64_MAX, "9999-12-31T23:59:59Z"},
};

static void check_time(void **state)
{
    const struct time_case *c = *state;
    char text[TIME_TEXT_BYTES];

    assert_string_equal(time_text_format(c->microseconds, text), c->text);
}

enum { JOB_WORDS_MAX = 8 };

/* Wrong ones have words of the report; right ones have NULL. */
static const struct job_arguments_case {
    const char *name;
    struct job_syntax syntax;
    const char *arguments[JOB_WORDS_MAX]; /* from the last word of the command on */
    const char *wrong;
} job_arguments[] = {
    {"an ID will do", {"job show", "an ID is", 1, 1, true, 0}, {"show", SOME_ID}, NULL},
    {"options may stand before it",
     {"job show", "an ID is", 1, 1, true, 0},
     {"show", "--json", "0302"},
     NULL},
    {"a word that may be missing",
     {"job create", "NAME", 0, 1, false, JOB_OPTIONS_NEW},
     {"create"},
     NULL},
    {"a name is no ID",
     {"job create", "NAME", 0, 1, false, JOB_OPTIONS_NEW},
     {"create", "x", "--priority", "low"},
     NULL},
    {"waiting has its options",
     {"job wait", "an ID is", 1, 1, true, JOB_OPTIONS_WAITING},
     {"wait", "0302", "--complete", "--timeout", "5", "-q"},
     NULL},
    {"and so has resuming, with --wait",
     {"job resume", "an ID is", 1, 1, true, JOB_OPTIONS_WAIT},
     {"resume", "0302", "--complete", "--wait"},
     NULL},

    {"but not without",
     {"job resume", "an ID is", 1, 1, true, JOB_OPTIONS_WAIT},
     {"resume", "0302", "--timeout", "5"},
     "--wait only"},
    {"a missing word",
     {"job show", "an ID is", 1, 1, true, 0},
     {"show"},
     "an ID is needed; see odo job --help"},
    {"one word too many",
     {"job list", "nothing is", 0, 0, false, 0},
     {"list", "0302"},
     "'0302' is one word too many"},
    {"a word that is no ID",
     {"job show", "an ID is", 1, 1, true, 0},
     {"show", "x"},
     "'x' is not the ID of a job, nor its first 4 characters or more"},
    {"a short option of another command",
     {"job show", "an ID is", 1, 1, true, 0},
     {"show", "0302", "-q"},
     "'-q' is not an option of odo job show"},
    {"a long option of another command",
     {"job show", "an ID is", 1, 1, true, 0},
     {"show", "0302", "--ranges-from", "file"},
     "'--ranges-from' is not an option of odo job show"},
    {"an option of no command",
     {"job show", "an ID is", 1, 1, true, 0},
     {"show", "0302", "--colour"},
     "'--colour' is not an option of this command"},
    {"a priority in capitals",
     {"job create", "NAME", 0, 1, false, JOB_OPTIONS_NEW},
     {"create", "--priority", "LOW"},
     "'LOW' is not a priority: foreground, high, normal or low"},
    {"more seconds than a month has",
     {"job wait", "an ID is", 1, 1, true, JOB_OPTIONS_WAITING},
     {"wait", "0302", "--timeout", "9999999"},
     "'9999999' is not a number of seconds for --timeout"},
};

static void check_job_arguments(void **state)
{
    const struct job_arguments_case *c = *state;
    char copies[JOB_WORDS_MAX][64];
    char *argv[JOB_WORDS_MAX + 1] = {NULL};
    struct job_options options;
    struct error_report report = {.exit_code = EXIT_CODE_DONE};
    int argc = 0;
    bool is_right;

    for (; argc < JOB_WORDS_MAX && c->arguments[argc]; argc++) {
        (void)snprintf(copies[argc], sizeof(copies[argc]), "%s", c->arguments[argc]);
        argv[argc] = copies[argc];
    }
    optind = 0; /* begin anew: the program reads only one command */
    is_right = job_options_read(&c->syntax, argc, argv, &options, &report);
    assert_int_equal(is_right, c->wrong == NULL);
    if (c->wrong) {
        assert_non_null(strstr(report.text, c->wrong));
        assert_int_equal(report.exit_code, EXIT_CODE_USAGE);
    }
    job_options_free(&options);
}

static void options_of_jobs_are_kept(void **state)
{
    static const struct job_syntax syntax = {
        "job create", "NAME", 0, 1, false, JOB_OPTIONS_NEW | JOB_OPTIONS_WAITING};
    char arguments[][16] = {"create", "a name", "--priority", "foreground", "--description",
                            "words",  "--json", "--timeout",  "0"};
    char *argv[sizeof(arguments) / sizeof(arguments[0]) + 1] = {NULL};
    int argc = sizeof(arguments) / sizeof(arguments[0]);
    struct job_options options;
    struct error_report report;

    (void)state;
    for (int i = 0; i < argc; i++) {
        argv[i] = arguments[i];
    }
    optind = 0;
    assert_true(job_options_read(&syntax, argc, argv, &options, &report));
    assert_string_equal(options.words[0], "a name");
    assert_null(options.words[1]);
    assert_string_equal(options.description, "words");
    assert_true(options.has_priority && options.json);
    assert_int_equal(options.priority, JOB_FOREGROUND);
    assert_int_equal(options.timeout_s, 0);
    assert_false(options.wait || options.complete || options.partial || options.quiet);
    job_options_free(&options);

    optind = 0;
    assert_true(job_options_read(&syntax, 1, argv, &options, &report));
    assert_true(options.timeout_s == FOLLOW_PATIENTLY);
    assert_false(options.has_priority);
    job_options_free(&options);
}

static void relative_paths_become_absolute(void **state)
{
    char *path = system_absolute_path("name.bin");
    char *folder;
    char *again;

    (void)state;
    assert_non_null(path);
    again = system_absolute_path(path);
    folder = system_folder_of(path);
    assert_non_null(again);
    assert_non_null(folder);
    assert_string_equal(again, path);
    assert_int_equal(system_path_kind(folder), SYSTEM_PATH_FOLDER);
    assert_true(strlen(path) > strlen("name.bin"));
    assert_string_equal(path + strlen(path) - strlen("name.bin"), "name.bin");
    assert_true(system_names_folder("downloads/"));
    assert_true(system_names_folder(".."));
    assert_false(system_names_folder("downloads/name"));
    assert_false(system_names_folder("...")); /* an odd name, but a name */
    free(again);
    free(folder);
    free(path);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, range_texts, check_range_text);
    TEST_ADD_TABLE(&suite, range_files, check_range_file);
    TEST_ADD(&suite, a_line_without_an_end_is_refused_in_time);
    TEST_ADD(&suite, a_hundred_thousand_ranges_are_taken);
    TEST_ADD(&suite, ten_million_ranges_are_the_most);
    TEST_ADD_TABLE(&suite, sizes, check_size);
    TEST_ADD_TABLE(&suite, durations, check_duration);
    TEST_ADD_TABLE(&suite, bars, check_bar);
    TEST_ADD(&suite, a_shorter_line_wipes_a_longer_one);
    TEST_ADD(&suite, the_rate_is_that_of_the_last_seconds);
    TEST_ADD(&suite, lines_come_at_each_tenth_but_not_too_often);
    TEST_ADD_TABLE(&suite, words, check_words);
    TEST_ADD(&suite, an_unknown_number_still_has_words);
    TEST_ADD(&suite, text_from_outside_is_made_safe);
    TEST_ADD_TABLE(&suite, job_ids, check_job_id);
    TEST_ADD(&suite, ids_are_printed_as_windows_prints_them);
    TEST_ADD_TABLE(&suite, times, check_time);
    TEST_ADD_TABLE(&suite, job_arguments, check_job_arguments);
    TEST_ADD(&suite, options_of_jobs_are_kept);
    TEST_ADD(&suite, relative_paths_become_absolute);
    return test_suite_run(&suite, "odo_program");
}
