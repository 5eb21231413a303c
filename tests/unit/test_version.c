/* When a reply of another version means that the file has changed. */
#include "support/test_table.h"

#include "http/response_verdict.h"
#include "http/response_version.h"
#include "transfer/version.h"

enum { MOST_REPLIES = 4 };

struct told {
    bool is_there;
    bool must_have;
    uint64_t size;
    const char *etag;
    const char *date;
    enum version_change change;
};

#define REPLY(size, etag, date, change)                                                        \
    {                                                                                          \
        true, true, size, etag, date, change                                                   \
    }
#define REFUSAL(size, change)                                                                  \
    {                                                                                          \
        true, false, size, NULL, NULL, change                                                  \
    }

static const struct version_case {
    const char *name;
    const char *etag; /* of the known one, of 1000 bytes */
    struct told told[MOST_REPLIES];
} cases[] = {
    {"seen once it may pass", "\"a\"", {REPLY(1000, "\"b\"", NULL, VERSION_SEEN)}},
    {"seen twice it has changed",
     "\"a\"",
     {REPLY(1000, "\"b\"", NULL, VERSION_SEEN), REPLY(1000, "\"b\"", NULL, VERSION_CHANGED)}},
    {"two that differ from each other are no change",
     "\"a\"",
     {REPLY(1000, "\"b\"", NULL, VERSION_SEEN), REPLY(1000, "\"c\"", NULL, VERSION_SEEN),
      REPLY(1000, "\"b\"", NULL, VERSION_SEEN)}},
    {"a portal's page has no validators, and is nobody's version",
     "\"a\"",
     {REPLY(312, NULL, NULL, VERSION_PASSING), REPLY(312, NULL, NULL, VERSION_PASSING)}},
    {"other sizes are other versions",
     "\"a\"",
     {REPLY(900, "\"b\"", NULL, VERSION_SEEN), REPLY(800, "\"b\"", NULL, VERSION_SEEN),
      REPLY(800, "\"b\"", NULL, VERSION_CHANGED)}},
    {"a refusal that tells the size has no validators by nature",
     "\"a\"",
     {REFUSAL(500, VERSION_SEEN), REFUSAL(500, VERSION_CHANGED)}},
    {"without validators of its own the known one is compared by size",
     NULL,
     {REPLY(900, NULL, NULL, VERSION_SEEN), REPLY(900, NULL, NULL, VERSION_CHANGED)}},
};

static void check_version(void **state)
{
    const struct version_case *c = *state;
    const struct response_verdict first = {.file_size = 1000, .etag = c->etag};
    struct version version;

    version_init(&version);
    assert_int_equal(version_learn(&version, &first), ODO_OK);
    assert_int_equal(version_has_validators(&version), c->etag != NULL);
    for (size_t i = 0; i < MOST_REPLIES && c->told[i].is_there; i++) {
        const struct response_version told = {
            .size = c->told[i].size,
            .etag = c->told[i].etag,
            .last_modified = c->told[i].date,
        };

        assert_int_equal(version_differs(&version, &told, c->told[i].must_have),
                         c->told[i].change);
    }
    version_free(&version);
    assert_false(version.is_known);
}

/* A good reply in between: what was seen before it was not the file. */
static void a_reply_of_the_known_version_forgets_the_other(void **state)
{
    const struct response_verdict known = {.file_size = 1000, .etag = "\"a\""};
    const struct response_version other = {.size = 1000, .etag = "\"b\""};
    struct version version;

    (void)state;
    version_init(&version);
    assert_int_equal(version_learn(&version, &known), ODO_OK);
    assert_int_equal(version_differs(&version, &other, true), VERSION_SEEN);
    assert_int_equal(version_learn(&version, &known), ODO_OK);
    assert_int_equal(version_differs(&version, &other, true), VERSION_SEEN);
    version_free(&version);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, cases, check_version);
    TEST_ADD(&suite, a_reply_of_the_known_version_forgets_the_other);
    return test_suite_run(&suite, "version");
}
