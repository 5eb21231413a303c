/*
 * Whatever text a script gives, it is refused or read as ranges that can be asked for; written
 * again these read the same.
 */
#include "fuzz_target.h"

#include "com/script/automation_ranges.h"

#include <string.h>

enum { RANGES_MOST = 4096 };

static void check_same(const struct automation_ranges *left,
                       const struct automation_ranges *right)
{
    REQUIRE(left->count == right->count);
    for (uint32_t i = 0; i < left->count; i++) {
        REQUIRE(left->items[i].offset == right->items[i].offset);
        REQUIRE(left->items[i].length == right->items[i].length);
    }
}

static void check_list(const struct automation_ranges *list)
{
    static uint16_t written[RANGES_MOST * AUTOMATION_RANGE_TEXT_MAX];
    struct automation_ranges again = {0};
    size_t length;
    size_t index;

    for (uint32_t i = 0; i < list->count; i++) {
        struct byte_range range = list->items[i];

        REQUIRE(range.length > 0 && range.offset < BYTE_OFFSET_LIMIT);
        REQUIRE(range.length == BYTE_RANGE_TO_END ||
                range.length <= BYTE_OFFSET_LIMIT - range.offset);
    }
    if (list->count > RANGES_MOST) {
        return;
    }
    length = automation_ranges_write(list, written);
    REQUIRE(length <= (size_t)list->count * AUTOMATION_RANGE_TEXT_MAX);
    REQUIRE(automation_ranges_add_text(&again, written, length, &index) ==
            AUTOMATION_RANGE_FINE);
    check_same(list, &again);
    automation_ranges_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct automation_ranges list = {0};
    size_t length = size / 2;
    uint16_t *text = malloc(length * sizeof(*text) + 1); /* a sanitizer sees its end */
    size_t index;

    if (!text) {
        return 0;
    }
    if (length > 0) {
        memcpy(text, data, length * sizeof(*text));
    }
    if (automation_ranges_add_text(&list, text, length, &index) == AUTOMATION_RANGE_FINE) {
        check_list(&list);
    } else {
        REQUIRE(list.count == 0);
    }
    automation_ranges_free(&list);
    free(text);
    return 0;
}
