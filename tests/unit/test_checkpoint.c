#include "job/checkpoint.h"
#include "support/test.h"

#include "base/text.h"

#include <string.h>

/* Owns everything that a checkpoint can own. */
static void make_full(struct checkpoint *checkpoint_out)
{
    checkpoint_init(checkpoint_out);
    checkpoint_out->begun = true;
    checkpoint_out->file_size = 1000;
    checkpoint_out->entity_tag = text_copy("\"tag\"");
    checkpoint_out->last_modified = text_copy("Sun, 06 Nov 1994 08:49:37 GMT");
    checkpoint_out->content_encoding = text_copy("gzip");
    checkpoint_out->cursor = 900;
    checkpoint_out->holes = memory_allocate(2, sizeof(*checkpoint_out->holes));
    assert_non_null(checkpoint_out->entity_tag);
    assert_non_null(checkpoint_out->last_modified);
    assert_non_null(checkpoint_out->content_encoding);
    assert_non_null(checkpoint_out->holes);
    checkpoint_out->holes[0] = (struct byte_range){10, 20};
    checkpoint_out->holes[1] = (struct byte_range){500, 1};
    checkpoint_out->hole_count = 2;
}

static void expect_nothing(const struct checkpoint *checkpoint)
{
    assert_false(checkpoint->begun);
    assert_true(checkpoint->file_size == ODO_SIZE_UNKNOWN);
    assert_null(checkpoint->entity_tag);
    assert_null(checkpoint->last_modified);
    assert_null(checkpoint->content_encoding);
    assert_true(checkpoint->cursor == 0);
    assert_null(checkpoint->holes);
    assert_int_equal(checkpoint->hole_count, 0);
}

static void expect_full(const struct checkpoint *checkpoint)
{
    assert_true(checkpoint->begun);
    assert_true(checkpoint->file_size == 1000);
    assert_string_equal(checkpoint->entity_tag, "\"tag\"");
    assert_string_equal(checkpoint->last_modified, "Sun, 06 Nov 1994 08:49:37 GMT");
    assert_string_equal(checkpoint->content_encoding, "gzip");
    assert_true(checkpoint->cursor == 900);
    assert_int_equal(checkpoint->hole_count, 2);
    assert_true(checkpoint->holes[0].offset == 10 && checkpoint->holes[0].length == 20);
    assert_true(checkpoint->holes[1].offset == 500 && checkpoint->holes[1].length == 1);
}

static void a_new_checkpoint_says_that_nothing_has_come(void **state)
{
    struct checkpoint checkpoint;

    (void)state;
    memset(&checkpoint, 0xa5, sizeof(checkpoint));
    checkpoint_init(&checkpoint);
    expect_nothing(&checkpoint);
}

static void a_copy_says_the_same_and_shares_nothing(void **state)
{
    struct checkpoint full;
    struct checkpoint copy;

    (void)state;
    make_full(&full);
    assert_status(checkpoint_copy(&full, &copy), ODO_OK);
    full.entity_tag[1] = 'T';
    full.last_modified[0] = 'M';
    full.holes[0].offset = 11;
    expect_full(&copy);
    checkpoint_free(&full);
    expect_full(&copy); /* a sanitizer would see what is shared */
    checkpoint_free(&copy);
}

static void a_copy_of_nothing_is_nothing(void **state)
{
    struct checkpoint nothing;
    struct checkpoint copy;

    (void)state;
    checkpoint_init(&nothing);
    memset(&copy, 0xa5, sizeof(copy));
    assert_status(checkpoint_copy(&nothing, &copy), ODO_OK);
    expect_nothing(&copy);
    checkpoint_free(&copy);
}

static void a_missing_text_stays_apart_from_an_empty_one(void **state)
{
    struct checkpoint checkpoint;
    struct checkpoint copy;

    (void)state;
    checkpoint_init(&checkpoint);
    checkpoint.entity_tag = text_copy("");
    assert_status(checkpoint_copy(&checkpoint, &copy), ODO_OK);
    assert_string_equal(copy.entity_tag, "");
    assert_null(copy.last_modified);
    checkpoint_free(&copy);
    checkpoint_free(&checkpoint);
}

static void a_copy_without_memory_touches_nothing(void **state)
{
    struct checkpoint full;

    (void)state;
    make_full(&full);
    for (size_t enough = 0; enough < 3; enough++) { /* two texts and the holes */
        struct checkpoint copy;
        struct checkpoint before;

        memset(&copy, 0xa5, sizeof(copy));
        before = copy;
        failing_memory_start((uint64_t)enough + 1, UINT64_MAX);
        assert_status(checkpoint_copy(&full, &copy), ODO_E_OUT_OF_MEMORY);
        assert_int_equal(failing_memory_stop().blocks_left, 0);
        assert_memory_equal(&copy, &before, sizeof(copy));
        expect_full(&full);
    }
    checkpoint_free(&full);
}

static void a_freed_checkpoint_is_a_new_one(void **state)
{
    struct checkpoint checkpoint;

    (void)state;
    make_full(&checkpoint);
    checkpoint_free(&checkpoint);
    expect_nothing(&checkpoint);
    checkpoint_free(&checkpoint); /* twice is once */
    expect_nothing(&checkpoint);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD(&suite, a_new_checkpoint_says_that_nothing_has_come);
    TEST_ADD(&suite, a_copy_says_the_same_and_shares_nothing);
    TEST_ADD(&suite, a_copy_of_nothing_is_nothing);
    TEST_ADD(&suite, a_missing_text_stays_apart_from_an_empty_one);
    TEST_ADD(&suite, a_copy_without_memory_touches_nothing);
    TEST_ADD(&suite, a_freed_checkpoint_is_a_new_one);
    return test_suite_run(&suite, "checkpoint");
}
