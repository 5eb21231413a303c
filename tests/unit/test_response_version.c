#include "support/test.h"

#include "http/response_version.h"

#include <string.h>

#define UNKNOWN ODO_SIZE_UNKNOWN
#define SAME    RESPONSE_VERSION_SAME
#define LACKS   RESPONSE_VERSION_LACKS
#define OTHER   RESPONSE_VERSION_OTHER

#define ONE     "\"one\""
#define TWO     "\"two\""
#define JANUARY "Thu, 01 Jan 2026 00:00:00 GMT"
#define MARCH   "Sun, 01 Mar 2026 00:00:00 GMT"

/* Size, ETag, Last-Modified, Content-Encoding. */
static const struct version_case {
    const char *name;
    struct response_version known;
    struct response_version told;
    enum response_version_relation relation;
} versions[] = {
    {"all equal is the same", {9, ONE, JANUARY, "gzip"}, {9, ONE, JANUARY, "gzip"}, SAME},
    {"nothing known is the same as nothing",
     {UNKNOWN, NULL, NULL, NULL},
     {UNKNOWN, NULL, NULL, NULL},
     SAME},
    {"nothing known is the same as anything",
     {UNKNOWN, NULL, NULL, NULL},
     {9, ONE, JANUARY, NULL},
     SAME},

    /* A validator in each of the ways in which it can come. */
    {"another ETag is another", {9, ONE, NULL, NULL}, {9, TWO, NULL, NULL}, OTHER},
    {"no ETag is a lack", {9, ONE, NULL, NULL}, {9, NULL, NULL, NULL}, LACKS},
    {"an empty ETag is a lack", {9, ONE, NULL, NULL}, {9, "", NULL, NULL}, LACKS},
    {"an ETag without its quotes is another",
     {9, ONE, NULL, NULL},
     {9, "one", NULL, NULL},
     OTHER},
    {"an ETag with half of them is another",
     {9, ONE, NULL, NULL},
     {9, "\"one", NULL, NULL},
     OTHER},
    {"an ETag of nothing is another", {9, ONE, NULL, NULL}, {9, "\"\"", NULL, NULL}, OTHER},
    {"a mark of weakness alone is another", {9, ONE, NULL, NULL}, {9, "W/", NULL, NULL}, OTHER},
    {"an ETag in another case is another",
     {9, ONE, NULL, NULL},
     {9, "\"ONE\"", NULL, NULL},
     OTHER},
    {"a weak ETag of the same name is the same",
     {9, ONE, NULL, NULL},
     {9, "W/" ONE, NULL, NULL},
     SAME},
    {"a strong one where a weak one was is too",
     {9, "W/" ONE, NULL, NULL},
     {9, ONE, NULL, NULL},
     SAME},
    {"a weak ETag of another name is another",
     {9, ONE, NULL, NULL},
     {9, "W/" TWO, NULL, NULL},
     OTHER},
    {"an ETag that never could be read is the same",
     {9, "one", NULL, NULL},
     {9, "one", NULL, NULL},
     SAME},
    {"an ETag where none was is the same", {9, NULL, NULL, NULL}, {9, ONE, NULL, NULL}, SAME},

    {"another date is another", {9, NULL, JANUARY, NULL}, {9, NULL, MARCH, NULL}, OTHER},
    {"no date is a lack", {9, NULL, JANUARY, NULL}, {9, NULL, NULL, NULL}, LACKS},
    {"an empty date is a lack", {9, NULL, JANUARY, NULL}, {9, NULL, "", NULL}, LACKS},
    {"a date that is none is another",
     {9, NULL, JANUARY, NULL},
     {9, NULL, "yesterday", NULL},
     OTHER},
    {"a date that never could be read is the same",
     {9, NULL, "x", NULL},
     {9, NULL, "x", NULL},
     SAME},
    {"a date where none was is the same",
     {9, NULL, NULL, NULL},
     {9, NULL, JANUARY, NULL},
     SAME},

    /* Both. */
    {"an equal ETag does not make up for another date",
     {9, ONE, JANUARY, NULL},
     {9, ONE, MARCH, NULL},
     OTHER},
    {"an equal date does not make up for another ETag",
     {9, ONE, JANUARY, NULL},
     {9, TWO, JANUARY, NULL},
     OTHER},
    {"an equal ETag does not make up for no date",
     {9, ONE, JANUARY, NULL},
     {9, ONE, NULL, NULL},
     LACKS},
    {"an equal date does not make up for no ETag",
     {9, ONE, JANUARY, NULL},
     {9, NULL, JANUARY, NULL},
     LACKS},
    {"one that differs counts more than one that is missing",
     {9, ONE, JANUARY, NULL},
     {9, TWO, NULL, NULL},
     OTHER},
    {"neither is a lack", {9, ONE, JANUARY, NULL}, {9, NULL, NULL, NULL}, LACKS},

    /* The size. */
    {"another size is another", {9, ONE, JANUARY, NULL}, {8, ONE, JANUARY, NULL}, OTHER},
    {"another size without validators is too",
     {9, NULL, NULL, NULL},
     {8, NULL, NULL, NULL},
     OTHER},
    {"a size that is not told is the same",
     {9, ONE, NULL, NULL},
     {UNKNOWN, ONE, NULL, NULL},
     SAME},
    {"a size that was not known is the same",
     {UNKNOWN, ONE, NULL, NULL},
     {9, ONE, NULL, NULL},
     SAME},
    {"another size counts more than what is missing",
     {9, ONE, NULL, NULL},
     {8, NULL, NULL, NULL},
     OTHER},

    /* The coding. */
    {"another coding is another", {9, ONE, NULL, "gzip"}, {9, ONE, NULL, "br"}, OTHER},
    {"no coding is another", {9, ONE, NULL, "gzip"}, {9, ONE, NULL, NULL}, OTHER},
    {"a coding where none was is another", {9, ONE, NULL, NULL}, {9, ONE, NULL, "gzip"}, OTHER},
    {"an empty coding is none", {9, ONE, NULL, NULL}, {9, ONE, NULL, ""}, SAME},
    {"identity is none", {9, ONE, NULL, NULL}, {9, ONE, NULL, " Identity , identity"}, SAME},
    {"commas alone are none", {9, ONE, NULL, NULL}, {9, ONE, NULL, " , ,"}, SAME},
    {"identity among others says nothing",
     {9, ONE, NULL, "gzip"},
     {9, ONE, NULL, "identity,GZIP"},
     SAME},
    {"what begins with identity is a coding",
     {9, ONE, NULL, NULL},
     {9, ONE, NULL, "identity2"},
     OTHER},
    {"\"none\" is a coding", {9, ONE, NULL, NULL}, {9, ONE, NULL, "none"}, OTHER},
    {"codings are in any case", {9, ONE, NULL, "GZip"}, {9, ONE, NULL, "gzip"}, SAME},
    {"blanks do not matter", {9, ONE, NULL, "a,b"}, {9, ONE, NULL, " a ,\t b "}, SAME},
    {"the order of codings does", {9, ONE, NULL, "a, b"}, {9, ONE, NULL, "b, a"}, OTHER},
    {"one more is another", {9, ONE, NULL, "a"}, {9, ONE, NULL, "a, a"}, OTHER},
    {"one that is longer is another", {9, ONE, NULL, "gzip"}, {9, ONE, NULL, "gzip2"}, OTHER},
};

static void check_version(void **state)
{
    const struct version_case *c = *state;

    assert_int_equal(response_version_compare(&c->known, &c->told), c->relation);
}

static void a_version_has_validators_when_one_is_there(void **state)
{
    (void)state;
    assert_false(response_version_has_validators(&(struct response_version){.size = 9}));
    assert_false(response_version_has_validators(
        &(struct response_version){.etag = "", .last_modified = ""}));
    assert_true(response_version_has_validators(&(struct response_version){.etag = ONE}));
    assert_true(
        response_version_has_validators(&(struct response_version){.last_modified = JANUARY}));
    assert_false(response_version_has_validators(
        &(struct response_version){.content_encoding = "gzip"}));
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, versions, check_version);
    TEST_ADD(&suite, a_version_has_validators_when_one_is_there);
    return test_suite_run(&suite, "response_version");
}
