#include "support/test.h"

#include "base/text.h"
#include "http/multipart_reader.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#define MISMATCH ODO_E_CONTENT_MISMATCH
#define LOST     ODO_E_CONNECTION_LOST
#define TYPE     "multipart/byteranges; boundary=b"

/* --- Content-Type --------------------------------------------------------------------- */

#define FORTY   "0123456789012345678901234567890123456789"
#define SEVENTY "012345678901234567890123456789" FORTY

static const struct type_case {
    const char *name;
    const char *content_type;
    const char *boundary; /* NULL when it is refused */
} types[] = {
    {"a plain boundary is read", "multipart/byteranges; boundary=abc", "abc"},
    {"nginx's is read", "multipart/byteranges; boundary=00000000000000000001",
     "00000000000000000001"},
    {"quotes are taken off", "multipart/byteranges; boundary=\"abc\"", "abc"},
    {"blanks may stand within quotes", "multipart/byteranges; boundary=\"a b  c\"", "a b  c"},
    {"a colon may stand within quotes", "multipart/byteranges; boundary=\"gc0p4Jq0M:2Yt\"",
     "gc0p4Jq0M:2Yt"},
    {"a semicolon may stand within quotes", "multipart/byteranges; boundary=\"a;b\"", "a;b"},
    {"an escaped quote is a quote", "multipart/byteranges; boundary=\"a\\\"b\"", "a\"b"},
    {"an escaped letter is the letter", "multipart/byteranges; boundary=\"a\\bc\"", "abc"},
    {"an escaped backslash is one", "multipart/byteranges; boundary=\"a\\\\\"", "a\\"},
    {"punctuation needs no quotes", "multipart/byteranges; boundary='()+_,-./:=?",
     "'()+_,-./:=?"},
    {"an equals sign may begin it", "multipart/byteranges; boundary==x", "=x"},
    {"a dash may end it", "multipart/byteranges; boundary=x--", "x--"},
    {"the type is in any case", "MultiPart/ByteRanges; BOUNDARY=AbC", "AbC"},
    {"no blank need stand anywhere", "multipart/byteranges;boundary=abc", "abc"},
    {"blanks may stand everywhere", " \tmultipart/byteranges \t; \tboundary = abc \t", "abc"},
    {"blanks may follow the quotes", "multipart/byteranges; boundary=\"abc\" ; x=1", "abc"},
    {"parameters may stand before it", "multipart/byteranges; charset=x; boundary=abc", "abc"},
    {"parameters may stand behind it", "multipart/byteranges; boundary=abc; charset=x", "abc"},
    {"a boundary in another's quotes is not one",
     "multipart/byteranges; x=\"; boundary=evil\"; boundary=abc", "abc"},
    {"an escaped quote does not end another's quotes",
     "multipart/byteranges; x=\"\\\"; boundary=evil\"; boundary=abc", "abc"},
    {"a longer name is another", "multipart/byteranges; boundaryx=evil; boundary=abc", "abc"},
    {"a parameter without a value is passed", "multipart/byteranges; x; boundary=abc", "abc"},
    {"empty parameters are passed", "multipart/byteranges;;; boundary=abc;", "abc"},
    {"seventy characters are the most", "multipart/byteranges; boundary=" SEVENTY, SEVENTY},

    {"nothing is refused", NULL, NULL},
    {"an empty value is refused", "", NULL},
    {"another type is refused", "text/plain; boundary=abc", NULL},
    {"another multipart is refused", "multipart/mixed; boundary=abc", NULL},
    {"a longer type is refused", "multipart/byterangesx; boundary=abc", NULL},
    {"a shorter type is refused", "multipart/byterange; boundary=abc", NULL},
    {"no boundary is refused", "multipart/byteranges", NULL},
    {"no boundary among parameters is refused", "multipart/byteranges; charset=x", NULL},
    {"an empty boundary is refused", "multipart/byteranges; boundary=", NULL},
    {"an empty boundary before others is refused", "multipart/byteranges; boundary=; x=1",
     NULL},
    {"an empty boundary in quotes is refused", "multipart/byteranges; boundary=\"\"", NULL},
    {"a boundary without its sign is refused", "multipart/byteranges; boundary", NULL},
    {"two boundaries are refused", "multipart/byteranges; boundary=a; boundary=b", NULL},
    {"the same one twice is refused", "multipart/byteranges; boundary=a; boundary=a", NULL},
    {"quotes that do not end are refused", "multipart/byteranges; boundary=\"abc", NULL},
    {"an escape of nothing is refused", "multipart/byteranges; boundary=\"abc\\", NULL},
    {"anything behind the quotes is refused", "multipart/byteranges; boundary=\"a\"b", NULL},
    {"a quote within is refused", "multipart/byteranges; boundary=a\"b\"", NULL},
    {"two words are refused", "multipart/byteranges; boundary=a b", NULL},
    {"a comma for a semicolon is refused", "multipart/byteranges, boundary=abc", NULL},
    {"a blank at the end is refused", "multipart/byteranges; boundary=\"abc \"", NULL},
    {"blanks alone are refused", "multipart/byteranges; boundary=\" \"", NULL},
    {"seventy-one characters are refused", "multipart/byteranges; boundary=x" SEVENTY, NULL},
    {"seventy-one in quotes are refused", "multipart/byteranges; boundary=\"x" SEVENTY "\"",
     NULL},
    {"a new line is refused", "multipart/byteranges; boundary=\"a\nb\"", NULL},
    {"a carriage return is refused", "multipart/byteranges; boundary=a\rb", NULL},
    {"a tabulator within quotes is refused", "multipart/byteranges; boundary=\"a\tb\"", NULL},
    {"a control character is refused", "multipart/byteranges; boundary=a\x7f", NULL},
    {"letters of another script are refused", "multipart/byteranges; boundary=\xc3\xa4", NULL},
};

static void check_type(void **state)
{
    const struct type_case *c = *state;
    struct multipart_reader reader;
    struct multipart_event event;
    enum odo_status status = multipart_reader_init(&reader, c->content_type);

    if (!c->boundary) {
        assert_status(status, MISMATCH);
        assert_int_equal(multipart_reader_next(&reader, (const unsigned char *)"--", 2, &event),
                         2);
        assert_int_equal(event.kind, MULTIPART_FAILED);
        assert_status(event.status, MISMATCH);
        assert_status(multipart_reader_finish(&reader), MISMATCH);
        return;
    }
    assert_status(status, ODO_OK);
    assert_int_equal(reader.boundary_size, strlen(c->boundary) + 2);
    assert_memory_equal(reader.boundary, "--", 2);
    assert_memory_equal(reader.boundary + 2, c->boundary, strlen(c->boundary));
}

/* --- Bodies --------------------------------------------------------------------------- */

/*
 * What came of a body, as text: "<offset+length/total>" for a part, then its bytes, and "|"
 * when they are good; "<end>"; "<failed>". Where it was cut cannot be seen in it.
 */
struct transcript {
    char text[4096];
    size_t size;
    uint64_t next; /* the offset that the next BODY must have */
    bool has_ended;
    bool has_failed;
};

static void note(struct transcript *transcript, const char *format, ...)
    TEXT_FORMAT_CHECK(2, 3);

static void note(struct transcript *transcript, const char *format, ...)
{
    size_t room = sizeof(transcript->text) - transcript->size;
    va_list arguments;
    int written;

    va_start(arguments, format);
    written = vsnprintf(transcript->text + transcript->size, room, format, arguments);
    va_end(arguments);
    assert_true(written >= 0 && (size_t)written < room);
    transcript->size += (size_t)written;
}

static void note_event(struct transcript *transcript, const struct multipart_event *event)
{
    assert_false(transcript->has_ended && event->kind != MULTIPART_MORE);
    assert_false(transcript->has_failed && event->kind != MULTIPART_FAILED);
    switch (event->kind) {
    case MULTIPART_MORE:
        break;
    case MULTIPART_PART:
        assert_true(event->part.satisfied);
        note(transcript, "<%" PRIu64 "+%" PRIu64, event->part.range.offset,
             event->part.range.length);
        if (event->part.total == ODO_SIZE_UNKNOWN) {
            note(transcript, "/*>");
        } else {
            note(transcript, "/%" PRIu64 ">", event->part.total);
        }
        transcript->next = event->part.range.offset;
        break;
    case MULTIPART_BODY:
        assert_true(event->size > 0);
        assert_int_equal(event->offset, transcript->next);
        transcript->next += event->size;
        for (size_t i = 0; i < event->size; i++) {
            if (event->data[i] == '\0') {
                note(transcript, "\\0");
            } else {
                note(transcript, "%c", event->data[i]);
            }
        }
        break;
    case MULTIPART_PART_END:
        assert_true(event->part.satisfied);
        assert_int_equal(event->part.range.offset + event->part.range.length, transcript->next);
        note(transcript, "|");
        break;
    case MULTIPART_END:
        note(transcript, "<end>");
        transcript->has_ended = true;
        break;
    case MULTIPART_FAILED:
        assert_status(event->status, MISMATCH);
        if (!transcript->has_failed) {
            note(transcript, "<failed>");
        }
        transcript->has_failed = true;
        break;
    }
}

/* Give the reader one piece, which lies alone so that a sanitizer sees its ends. */
static void give(struct multipart_reader *reader, const char *data, size_t size,
                 struct transcript *transcript)
{
    unsigned char *piece = test_malloc(size > 0 ? size : 1);
    const unsigned char *next = piece;

    memcpy(piece, data, size);
    while (size > 0) {
        struct multipart_event event;
        size_t taken = multipart_reader_next(reader, next, size, &event);

        assert_in_range(taken, 1, size);
        if (event.kind == MULTIPART_BODY) {
            assert_ptr_equal(event.data, next); /* handed through, not copied */
            assert_int_equal(event.size, taken);
        }
        note_event(transcript, &event);
        next += taken;
        size -= taken;
    }
    test_free(piece);
}

struct body_case {
    const char *name;
    const char *content_type;
    const char *body;
    size_t size; /* zeros may be within */
    const char *transcript;
    enum odo_status finish;
};

#define BODY(text) text, sizeof(text) - 1
#define FIRST      "--b\r\nContent-Range: bytes 0-4/99\r\n\r\nhello"
#define LAST       "\r\n--b--\r\n"
#define HEADERS(text)                                                                          \
    BODY("--b\r\n" text "\r\n\r\n"                                                             \
         "hello" LAST)
#define GOOD "<0+5/99>hello|<end>"

static const struct body_case bodies[] = {
    {"nginx's parts are read", "multipart/byteranges; boundary=00000000000000000001",
     BODY("\r\n--00000000000000000001\r\n"
          "Content-Type: text/plain\r\n"
          "Content-Range: bytes 0-18/4096\r\n\r\n"
          "line 000 of a file\n\r\n"
          "--00000000000000000001\r\n"
          "Content-Type: text/plain\r\n"
          "Content-Range: bytes 100-139/4096\r\n\r\n"
          "005 of a file\nline 006 of a file\nline 00\r\n"
          "--00000000000000000001\r\n"
          "Content-Type: text/plain\r\n"
          "Content-Range: bytes 4090-4095/4096\r\n\r\n"
          "215 of\r\n"
          "--00000000000000000001--\r\n"),
     "<0+19/4096>line 000 of a file\n|"
     "<100+40/4096>005 of a file\nline 006 of a file\nline 00|<4090+6/4096>215 of|<end>",
     ODO_OK},
    {"Apache's parts are read", "multipart/byteranges; boundary=7043330259663178",
     BODY("\r\n--7043330259663178\r\n"
          "Content-type: text/plain\r\n"
          "Content-range: bytes 0-18/4096\r\n\r\n"
          "line 000 of a file\n\r\n"
          "--7043330259663178\r\n"
          "Content-type: text/plain\r\n"
          "Content-range: bytes 100-139/4096\r\n\r\n"
          "005 of a file\nline 006 of a file\nline 00\r\n"
          "--7043330259663178\r\n"
          "Content-type: text/plain\r\n"
          "Content-range: bytes 4090-4095/4096\r\n\r\n"
          "215 of\r\n"
          "--7043330259663178--\r\n"),
     "<0+19/4096>line 000 of a file\n|"
     "<100+40/4096>005 of a file\nline 006 of a file\nline 00|<4090+6/4096>215 of|<end>",
     ODO_OK},
    {"lighttpd's parts are read", "multipart/byteranges; boundary=fkj49sn38dcn3",
     BODY("--fkj49sn38dcn3\r\n" /* no empty line before */
          "Content-Type: text/plain\r\n"
          "Content-Range: bytes 0-18/4096\r\n\r\n"
          "line 000 of a file\n\r\n"
          "--fkj49sn38dcn3\r\n"
          "Content-Type: text/plain\r\n"
          "Content-Range: bytes 4090-4095/4096\r\n\r\n"
          "215 of\r\n"
          "--fkj49sn38dcn3--\r\n"),
     "<0+19/4096>line 000 of a file\n|<4090+6/4096>215 of|<end>", ODO_OK},

    {"one part is a body", TYPE, BODY(FIRST LAST), GOOD, ODO_OK},
    {"parts may come in any order", TYPE,
     BODY("--b\r\nContent-Range: bytes 5-6/9\r\n\r\nfg\r\n"
          "--b\r\nContent-Range: bytes 0-1/9\r\n\r\nab" LAST),
     "<5+2/9>fg|<0+2/9>ab|<end>", ODO_OK},
    {"an unknown total is passed on", TYPE, HEADERS("Content-Range: bytes 0-4/*"),
     "<0+5/*>hello|<end>", ODO_OK},
    {"a bare LF ends a line", TYPE,
     BODY("--b\nContent-Range: bytes 0-4/99\n\nhello\n--b\nContent-Range: bytes "
          "7-7/99\n\nx\n--b--\n"),
     "<0+5/99>hello|<7+1/99>x|<end>", ODO_OK},
    {"LF and CRLF may be mixed", TYPE,
     BODY("--b\nContent-Range: bytes 0-4/99\r\n\nhello\r\n--b--"), GOOD, ODO_OK},
    {"a bare LF behind a boundary alone counts", TYPE,
     BODY("--b\nContent-Range: bytes 0-4/99\r\n\r\nhello\n--b--"), GOOD, ODO_OK},
    {"a bare LF at the end of the headers alone counts", TYPE,
     BODY("--b\r\nContent-Range: bytes 0-4/99\r\n\nhello\n--b--"), GOOD, ODO_OK},
    {"a bare LF behind headers alone counts", TYPE,
     BODY("--b\r\nContent-Range: bytes 0-4/99\n\r\nhello\n--b--"), GOOD, ODO_OK},
    {"a preamble is passed", TYPE, BODY("Here are\r\nyour ranges\n\n" FIRST LAST), GOOD,
     ODO_OK},
    {"a preamble may look almost like a boundary", TYPE,
     BODY("-\nContent-Range: -\n--\nContent-Range: -\n--c\nContent-Range: -\n"
          "-b\nContent-Range: -\n --b\nContent-Range: -\n--b x\nContent-Range: -\n"
          "--bb\nContent-Range: -\n--b-\nContent-Range: -\n--b-x\nContent-Range: -\n"
          "--b\rx\nContent-Range: -\n--b\r\r\nContent-Range: -\n"
          "--b\r \nContent-Range: -\n--b \t x\nContent-Range: -\n--B\n" FIRST LAST),
     GOOD, ODO_OK},
    {"an epilogue is passed", TYPE, BODY(FIRST LAST "bye\r\n--b\r\nContent-Range: nonsense"),
     GOOD, ODO_OK},
    {"an end with more in its line is an end", TYPE, BODY(FIRST "\r\n--b--x"), GOOD, ODO_OK},
    {"an end without a line's end is an end", TYPE, BODY(FIRST "\r\n--b--"), GOOD, ODO_OK},
    {"blanks may follow a boundary", TYPE,
     BODY("--b \t\r\nContent-Range: bytes 0-4/99\r\n\r\nhello\r\n--b  \n"
          "Content-Range: bytes 7-7/99\r\n\r\nx\r\n--b-- \r\n"),
     "<0+5/99>hello|<7+1/99>x|<end>", ODO_OK},
    {"a boundary of blanks and colons is found", "multipart/byteranges; boundary=\"a b:c\"",
     BODY("--a b\r\n--a b:c\r\nContent-Range: bytes 0-4/99\r\n\r\nhello\r\n--a b:c--"), GOOD,
     ODO_OK},
    {"a boundary of dashes is found", "multipart/byteranges; boundary=--",
     BODY("----\r\nContent-Range: bytes 0-4/99\r\n\r\nhello\r\n------"), GOOD, ODO_OK},
    {"a boundary that does not begin a line is data within a part", TYPE,
     BODY("--b\r\nContent-Range: bytes 10-26/99\r\n\r\n--b\r\n--\r\n\n--b--\r\n\r\n--b--"),
     "<10+17/99>--b\r\n--\r\n\n--b--\r\n|<end>", ODO_OK},
    {"most of a boundary is data within a part", "multipart/byteranges; boundary=boundary",
     BODY("--boundary\r\nContent-Range: bytes 0-13/99\r\n\r\nx\r\r\n--boundar!"
          "\r\n--boundary--"),
     "<0+14/99>x\r\r\n--boundar!|<end>", ODO_OK},
    {"zeros are data", TYPE, BODY("--b\r\nContent-Range: bytes 0-2/99\r\n\r\na\0b" LAST),
     "<0+3/99>a\\0b|<end>", ODO_OK},
    {"the largest offset is passed on", TYPE,
     BODY(
         "--b\r\nContent-Range: bytes 9223372036854775806-9223372036854775806/*\r\n\r\nx" LAST),
     "<9223372036854775806+1/*>x|<end>", ODO_OK},

    {"names are in any case", TYPE, HEADERS("cOnTeNt-rAnGe: bytes 0-4/99"), GOOD, ODO_OK},
    {"a name needs no blank", TYPE, HEADERS("Content-Range:bytes 0-4/99"), GOOD, ODO_OK},
    {"blanks around the value are nothing", TYPE, HEADERS("Content-Range: \t bytes 0-4/99 \t"),
     GOOD, ODO_OK},
    {"other headers may stand around", TYPE,
     HEADERS(
         "Content-Type: text/plain\r\nContent-Range: bytes 0-4/99\r\nX-Content-Range: bytes "
         "0-7/99"),
     GOOD, ODO_OK},
    {"lines that are no headers are passed", TYPE,
     HEADERS("nonsense\r\nContent-Range: bytes 0-4/99\r\n: x"), GOOD, ODO_OK},
    {"a folded Content-Range is read", TYPE,
     HEADERS("Content-Range:\r\n bytes\r\n\t0-4/99\r\nX: y"), GOOD, ODO_OK},
    {"another's folded lines are its own", TYPE,
     HEADERS("X:\r\n Content-Range: bytes 0-7/99\r\nContent-Range: bytes 0-4/99"), GOOD,
     ODO_OK},
    {"zeros in another header do not matter", TYPE,
     HEADERS("X: \0\r\nContent-Range: bytes 0-4/99"), GOOD, ODO_OK},

    {"no Content-Range is refused", TYPE, HEADERS("Content-Type: text/plain"), "<failed>",
     MISMATCH},
    {"no headers are refused", TYPE, BODY("--b\r\n\r\nhello" LAST), "<failed>", MISMATCH},
    {"a second part without Content-Range is refused", TYPE,
     BODY(FIRST "\r\n--b\r\nX: y\r\n\r\nhello" LAST), "<0+5/99>hello|<failed>", MISMATCH},
    {"two Content-Ranges are refused", TYPE,
     HEADERS("Content-Range: bytes 0-4/99\r\nContent-Range: bytes 0-4/99"), "<failed>",
     MISMATCH},
    {"a Content-Range of nothing is refused", TYPE, HEADERS("Content-Range:"), "<failed>",
     MISMATCH},
    {"a Content-Range of a 416 is refused", TYPE, HEADERS("Content-Range: bytes */99"),
     "<failed>", MISMATCH},
    {"a Content-Range that runs backwards is refused", TYPE,
     HEADERS("Content-Range: bytes 4-0/99"), "<failed>", MISMATCH},
    {"a Content-Range past its total is refused", TYPE, HEADERS("Content-Range: bytes 0-4/4"),
     "<failed>", MISMATCH},
    {"a Content-Range of other units is refused", TYPE, HEADERS("Content-Range: lines 0-4/99"),
     "<failed>", MISMATCH},
    {"a Content-Range past all files is refused", TYPE,
     HEADERS("Content-Range: bytes 0-9223372036854775807/*"), "<failed>", MISMATCH},
    {"a zero behind a Content-Range is refused", TYPE, HEADERS("Content-Range: bytes 0-4/99\0"),
     "<failed>", MISMATCH},
    {"a CR in a Content-Range is refused", TYPE, HEADERS("Content-Range: bytes \r0-4/99"),
     "<failed>", MISMATCH},
    {"a CR that begins a line of headers is refused", TYPE,
     HEADERS("Content-Range: bytes 0-4/99\r\n\rX: y"), "<failed>", MISMATCH},

    {"a longer part than its Content-Range is refused", TYPE,
     BODY("--b\r\nContent-Range: bytes 0-3/99\r\n\r\nhello" LAST), "<0+4/99>hell<failed>",
     MISMATCH},
    {"a part that is one byte short is refused", TYPE,
     BODY("--b\r\nContent-Range: bytes 0-5/99\r\n\r\nhello" LAST), "<0+6/99>hello\r<failed>",
     MISMATCH},
    {"a part that is two bytes short is refused", TYPE,
     BODY("--b\r\nContent-Range: bytes 0-6/99\r\n\r\nhello" LAST), "<0+7/99>hello\r\n<failed>",
     MISMATCH},
    {"a part that is short by a line's end and two dashes is refused", TYPE,
     BODY("--b\r\nContent-Range: bytes 0-8/99\r\n\r\nhello" LAST),
     "<0+9/99>hello\r\n--<failed>", MISMATCH},
    {"a part that is short by its boundary is refused", TYPE,
     BODY("--b\r\nContent-Range: bytes 0-9/99\r\n\r\nhello" LAST),
     "<0+10/99>hello\r\n--<failed>", MISMATCH},
    {"a part that is short by all that follows is refused", TYPE,
     BODY("--b\r\nContent-Range: bytes 0-13/99\r\n\r\nhello" LAST),
     "<0+14/99>hello\r\n--<failed>", MISMATCH},
    {"a part that is longer than all that follows is refused", TYPE,
     BODY("--b\r\nContent-Range: bytes 0-98/99\r\n\r\nhello" LAST),
     "<0+99/99>hello\r\n--<failed>", MISMATCH},
    {"a part that is short by the whole next part is refused", TYPE,
     BODY("--b\r\nContent-Range: bytes 0-46/99\r\n\r\nhello\r\n" FIRST LAST),
     "<0+47/99>hello\r\n--<failed>", MISMATCH},
    {"a part that has nothing is refused", TYPE,
     BODY("--b\r\nContent-Range: bytes 0-4/99\r\n\r\n" LAST), "<0+5/99>\r\n--<failed>",
     MISMATCH},
    {"a short part with bare line ends is refused", TYPE,
     BODY("--b\nContent-Range: bytes 0-7/99\n\nhello\n--b--\n"), "<0+8/99>hello\n--<failed>",
     MISMATCH},
    {"a second part that is short leaves the first one good", TYPE,
     BODY(FIRST "\r\n--b\r\nContent-Range: bytes 7-9/99\r\n\r\nab" LAST),
     "<0+5/99>hello|<7+3/99>ab\r<failed>", MISMATCH},
    {"a part that takes the CR of the line's end is refused", TYPE, BODY(FIRST "\n--b--\r\n"),
     "<0+5/99>hello<failed>", MISMATCH},
    {"a part that takes the bare LF of the line's end is refused", TYPE,
     BODY("--b\nContent-Range: bytes 0-5/99\n\nhello\n--b--"), "<0+6/99>hello\n<failed>",
     MISMATCH},
    {"a CR alone behind a part is refused", TYPE, BODY(FIRST "\r--b--\r\n"),
     "<0+5/99>hello<failed>", MISMATCH},
    {"two CR behind a part are refused", TYPE, BODY(FIRST "\r\r\n--b--\r\n"),
     "<0+5/99>hello<failed>", MISMATCH},
    {"a boundary that touches the part is refused", TYPE, BODY(FIRST "--b--\r\n"),
     "<0+5/99>hello<failed>", MISMATCH},
    {"an empty line behind a part is refused", TYPE, BODY(FIRST "\r\n\r\n--b--\r\n"),
     "<0+5/99>hello<failed>", MISMATCH},
    {"garbage between parts is refused", TYPE, BODY(FIRST "\r\ngarbage\r\n--b--\r\n"),
     "<0+5/99>hello<failed>", MISMATCH},
    {"another boundary is refused", TYPE, BODY(FIRST "\r\n--c\r\n"), "<0+5/99>hello<failed>",
     MISMATCH},
    {"a boundary in another case is refused", TYPE, BODY(FIRST "\r\n--B\r\n"),
     "<0+5/99>hello<failed>", MISMATCH},
    {"a longer boundary is refused", TYPE, BODY(FIRST "\r\n--bb\r\n"), "<0+5/99>hello<failed>",
     MISMATCH},
    {"a boundary with one dash behind is refused", TYPE, BODY(FIRST "\r\n--b-\r\n"),
     "<0+5/99>hello|<failed>", MISMATCH},
    {"a boundary with blanks and dashes behind is refused", TYPE, BODY(FIRST "\r\n--b --\r\n"),
     "<0+5/99>hello|<failed>", MISMATCH},
    {"a boundary with a CR behind is refused", TYPE, BODY(FIRST "\r\n--b\r--\r\n"),
     "<0+5/99>hello|<failed>", MISMATCH},
    {"a boundary with two CR behind is refused", TYPE,
     BODY(FIRST "\r\n--b\r\r\nContent-Range: bytes 7-7/99\r\n\r\nx" LAST),
     "<0+5/99>hello|<failed>", MISMATCH},
    {"a boundary with a blank behind its CR is refused", TYPE,
     BODY(FIRST "\r\n--b\r \nContent-Range: bytes 7-7/99\r\n\r\nx" LAST),
     "<0+5/99>hello|<failed>", MISMATCH},
    {"an end without parts is refused", TYPE, BODY("\r\n--b--\r\n"), "<failed>", MISMATCH},
    {"nothing comes behind a failure", TYPE, BODY("--b\r\n\r\n" FIRST LAST), "<failed>",
     MISMATCH},

    {"nothing is an early end", TYPE, BODY(""), "", LOST},
    {"a body without a boundary is an early end", TYPE, BODY("hello\r\n"), "", LOST},
    {"headers that do not end are an early end", TYPE,
     BODY("--b\r\nContent-Range: bytes 0-4/99\r\n"), "", LOST},
    {"a part that does not end is an early end", TYPE,
     BODY("--b\r\nContent-Range: bytes 0-4/99\r\n\r\nhel"), "<0+5/99>hel", LOST},
    {"a missing last boundary is an early end", TYPE, BODY(FIRST), "<0+5/99>hello", LOST},
    {"a last boundary of one dash is an early end", TYPE, BODY(FIRST "\r\n--b-"),
     "<0+5/99>hello|", LOST},
};

/* Read the body in three pieces that end at `first`, at `second` and at its end. */
static void read_cut(const struct body_case *c, size_t first, size_t second)
{
    struct transcript transcript = {.size = 0};
    struct multipart_reader reader;

    assert_status(multipart_reader_init(&reader, c->content_type), ODO_OK);
    give(&reader, c->body, first, &transcript);
    give(&reader, c->body + first, second - first, &transcript);
    give(&reader, c->body + second, c->size - second, &transcript);
    if (strcmp(transcript.text, c->transcript) != 0) {
        print_message("cut at %u and %u\n", (unsigned)first, (unsigned)second);
    }
    assert_string_equal(transcript.text, c->transcript);
    assert_status(multipart_reader_finish(&reader), c->finish);
}

static void check_body(void **state)
{
    const struct body_case *c = *state;
    size_t step = 1 + c->size / 100; /* all pairs of cuts, but for the longest bodies */

    for (size_t first = 0; first <= c->size; first++) {
        for (size_t second = first; second <= c->size; second += step) {
            read_cut(c, first, second);
        }
    }
}

static void check_body_byte_by_byte(void **state)
{
    const struct body_case *c = *state;
    struct transcript transcript = {.size = 0};
    struct multipart_reader reader;

    assert_status(multipart_reader_init(&reader, c->content_type), ODO_OK);
    for (size_t i = 0; i < c->size; i++) {
        give(&reader, c->body + i, 1, &transcript);
    }
    assert_string_equal(transcript.text, c->transcript);
    assert_status(multipart_reader_finish(&reader), c->finish);
}

/* --- The end without a last boundary --------------------------------------------------- */

static const struct whole_case {
    const char *name;
    const char *body;
    bool is_whole;
} wholes[] = {
    {"a part that has come whole may be the end", FIRST, true},
    {"and so may half of a line's end", FIRST "\r", true},
    {"and a line's end", FIRST "\r\n", true},
    {"and some of a boundary", FIRST "\r\n--", true},
    {"and a boundary that might be a longer one", FIRST "\r\n--b", true},
    {"a part that has ended already does not count twice", FIRST "\r\n--b\r\n", false},
    {"nor does one whose last boundary has come", FIRST LAST, false},
    {"a part that has not come whole is none",
     "--b\r\nContent-Range: bytes 0-5/99\r\n\r\nhello", false},
    {"a part that nothing has come of is none", "--b\r\nContent-Range: bytes 0-5/99\r\n\r\n",
     false},
    {"no part is none", "--b\r\n", false},
    {"nothing is none", "", false},
    {"a part with another thing behind it is none", FIRST "\r\n--c", false},
    {"a part whose last byte may be of a line's end is none",
     "--b\r\nContent-Range: bytes 0-5/99\r\n\r\nhello\r", false},
    {"a part whose last bytes may be a line's end are none",
     "--b\r\nContent-Range: bytes 0-6/99\r\n\r\nhello\r\n", false},
    {"a part whose last bytes may be of a boundary is none",
     "--b\r\nContent-Range: bytes 0-8/99\r\n\r\nhello\r\n--", false},
};

static void check_whole(void **state)
{
    const struct whole_case *c = *state;
    struct transcript transcript = {.size = 0};
    struct multipart_reader reader;

    assert_status(multipart_reader_init(&reader, TYPE), ODO_OK);
    assert_false(multipart_reader_part_is_whole(&reader));
    give(&reader, c->body, strlen(c->body), &transcript);
    assert_int_equal(multipart_reader_part_is_whole(&reader), c->is_whole);
}

/* --- Limits --------------------------------------------------------------------------- */

/* Something repeated `count` times, between a front and a rear. */
static const struct limit_case {
    const char *name;
    const char *front;
    const char *repeated;
    size_t count;
    const char *rear;
    const char *transcript;
} limits[] = {
    {"8 KiB before the first boundary are taken", "", "x\n", 4096 - 3, "\n" FIRST LAST, GOOD},
    {"more before the first boundary is refused", "", "x\n", 4096, FIRST LAST, "<failed>"},
    {"a line without an end is refused", "", "x", 8193, "", "<failed>"},
    {"a line of 8 KiB might still end", "", "x", 8192, "", ""},
    {"8 KiB of headers are taken", "--b\r\nX: ", "x", 8192 - 34,
     "\r\nContent-Range: bytes 0-4/99\n\nhello" LAST, GOOD},
    {"more headers are refused", "--b\r\nX: ", "x", 8192 - 33,
     "\r\nContent-Range: bytes 0-4/99\n\nhello" LAST, "<failed>"},
    {"many short headers are refused", "--b\r\n", "X: y\r\n", 8192 / 6 + 1,
     "Content-Range: bytes 0-4/99\r\n\r\nhello" LAST, "<failed>"},
    {"headers of a later part have a limit too", FIRST "\r\n--b\r\n", "X: y\r\n", 8192 / 6 + 1,
     "", "<0+5/99>hello|<failed>"},
    {"blanks behind a boundary have a limit too", FIRST "\r\n--b", " ", 8192, "",
     "<0+5/99>hello|<failed>"},
    {"each part may have its own 8 KiB", FIRST "\r\n--b\r\nContent-Range: bytes 9-9/99\r\n",
     "X: y\r\n", 1300, "\r\nz" LAST, "<0+5/99>hello|<9+1/99>z|<end>"},
    {"a Content-Range of 256 bytes is read", "--b\nContent-Range:", " ", 256 - 14 - 12,
     "bytes 0-4/99\n\nhello" LAST, GOOD},
    {"a longer one is refused", "--b\nContent-Range:", " ", 256 - 14 - 11,
     "bytes 0-4/99\n\nhello" LAST, "<failed>"},
    {"a Content-Range that is cut to a good one is refused", "--b\nContent-Range:", " ",
     256 - 14 - 12, "bytes 0-4/999\n\nhello" LAST, "<failed>"},
    {"a longer header of another name is passed", "--b\nX: ", "Content-Range: ", 100,
     "\nContent-Range: bytes 0-4/99\n\nhello" LAST, GOOD},
    {"an epilogue has no limit", FIRST LAST, "bye\n", 10000, "", GOOD},
};

static void check_limit(void **state)
{
    const struct limit_case *c = *state;
    size_t unit = strlen(c->repeated);
    size_t size = strlen(c->front) + unit * c->count + strlen(c->rear);
    char *body = test_malloc(size + 1);
    char *next = body;

    memcpy(next, c->front, strlen(c->front));
    next += strlen(c->front);
    for (size_t i = 0; i < c->count; i++) {
        memcpy(next, c->repeated, unit);
        next += unit;
    }
    memcpy(next, c->rear, strlen(c->rear));

    for (size_t piece = 1; piece <= size; piece = piece * 3 + 1) {
        struct transcript transcript = {.size = 0};
        struct multipart_reader reader;

        assert_status(multipart_reader_init(&reader, TYPE), ODO_OK);
        for (size_t at = 0; at < size; at += piece) {
            give(&reader, body + at, size - at < piece ? size - at : piece, &transcript);
        }
        assert_string_equal(transcript.text, c->transcript);
    }
    test_free(body);
}

/* A part may be longer than memory: it is counted, not kept. */
static void a_part_of_many_gibibytes_is_handed_through(void **state)
{
    static const char front[] = "--b\r\nContent-Range: bytes 1-8589934592/*\r\n\r\n";
    static unsigned char piece[1024 * 1024];
    struct multipart_reader reader;
    struct multipart_event event;
    struct transcript transcript = {.size = 0};
    uint64_t left = UINT64_C(1) << 33;

    (void)state;
    assert_status(multipart_reader_init(&reader, TYPE), ODO_OK);
    give(&reader, front, sizeof(front) - 1, &transcript);
    assert_string_equal(transcript.text, "<1+8589934592/*>");
    transcript.next += left;
    for (; left > 0; left -= sizeof(piece)) {
        assert_int_equal(multipart_reader_next(&reader, piece, sizeof(piece), &event),
                         sizeof(piece));
        assert_int_equal(event.kind, MULTIPART_BODY);
        assert_int_equal(event.size, sizeof(piece));
        assert_int_equal(event.offset, (UINT64_C(1) << 33) - left + 1);
    }
    give(&reader, LAST, sizeof(LAST) - 1, &transcript);
    assert_status(multipart_reader_finish(&reader), ODO_OK);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, types, check_type);
    TEST_ADD_TABLE(&suite, bodies, check_body);
    TEST_ADD_TABLE(&suite, bodies, check_body_byte_by_byte);
    TEST_ADD_TABLE(&suite, wholes, check_whole);
    TEST_ADD_TABLE(&suite, limits, check_limit);
    TEST_ADD(&suite, a_part_of_many_gibibytes_is_handed_through);
    return test_suite_run(&suite, "multipart_reader");
}
