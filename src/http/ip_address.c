#include "http/ip_address.h"

#include <string.h>

static int digit_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* --- IPv4 ----------------------------------------------------------------------------- */

/* Parse one number and return its end; NULL if there is none or it is too large. */
static const char *take_number(const char *text, uint32_t *number_out)
{
    uint64_t number = 0;
    int base = 10;
    const char *first;

    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        base = 16;
        text += 2;
    } else if (text[0] == '0') {
        base = 8;
    }
    for (first = text; digit_value(*text) >= 0 && digit_value(*text) < base; text++) {
        number = number * (uint64_t)base + (uint64_t)digit_value(*text);
        if (number > UINT32_MAX) {
            return NULL;
        }
    }
    *number_out = (uint32_t)number;
    return text > first ? text : NULL;
}

bool ipv4_address_parse(const char *text, uint32_t *address_out)
{
    enum { NUMBERS_MOST = 4, BITS = 32, BITS_EACH = 8, EACH_MAX = 255 };
    uint32_t numbers[NUMBERS_MOST];
    uint32_t address = 0;
    unsigned count = 0;
    unsigned bits_left = BITS;

    for (;;) {
        text = take_number(text, &numbers[count]);
        if (!text) {
            return false;
        }
        count++;
        if (*text == '\0') {
            break;
        }
        if (*text != '.' || count == NUMBERS_MOST) {
            return false;
        }
        text++;
    }
    for (unsigned i = 0; i + 1 < count; i++) {
        if (numbers[i] > EACH_MAX) {
            return false;
        }
        bits_left -= BITS_EACH;
        address |= numbers[i] << bits_left;
    }
    if (bits_left < BITS && numbers[count - 1] >> bits_left != 0) {
        return false;
    }
    *address_out = address | numbers[count - 1];
    return true;
}

/* Write a number without leading zeros and return its end. */
static char *write_number(unsigned number, unsigned base, char *text)
{
    char reversed[8];
    size_t count = 0;

    do {
        reversed[count++] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number > 0);
    while (count > 0) {
        *text++ = reversed[--count];
    }
    return text;
}

void ipv4_address_write(uint32_t address, char text_out[IP_ADDRESS_TEXT_SIZE])
{
    char *next = text_out;

    for (int shift = 24; shift >= 0; shift -= 8) {
        next = write_number(address >> shift & 0xff, 10, next);
        *next++ = shift > 0 ? '.' : '\0';
    }
}

/* --- IPv6 ----------------------------------------------------------------------------- */

/* Four decimal numbers up to 255, without leading zeros, at the end of the text. */
static bool take_embedded_ipv4(const char *text, const char *end, uint16_t groups_out[2])
{
    unsigned numbers[4];

    for (int i = 0; i < 4; i++) {
        unsigned number = 0;
        const char *first = text;

        while (text < end && *text >= '0' && *text <= '9' && number <= 255) {
            number = number * 10 + (unsigned)(*text++ - '0');
        }
        if (text == first || number > 255 || (text - first > 1 && *first == '0')) {
            return false;
        }
        numbers[i] = number;
        if (i < 3 && (text == end || *text++ != '.')) {
            return false;
        }
    }
    groups_out[0] = (uint16_t)(numbers[0] << 8 | numbers[1]);
    groups_out[1] = (uint16_t)(numbers[2] << 8 | numbers[3]);
    return text == end;
}

/* Up to four hexadecimal digits. Returns their end, or NULL. */
static const char *take_group(const char *text, const char *end, uint16_t *group_out)
{
    unsigned group = 0;
    int count = 0;

    while (text < end && digit_value(*text) >= 0) {
        if (++count > 4) {
            return NULL;
        }
        group = group << 4 | (unsigned)digit_value(*text++);
    }
    *group_out = (uint16_t)group;
    return count > 0 ? text : NULL;
}

bool ipv6_address_parse(const char *text, size_t size, struct ipv6_address *address_out)
{
    enum { GROUPS = 8 };
    const char *end = text + size;
    uint16_t groups[GROUPS] = {0};
    size_t count = 0;
    size_t gap = GROUPS + 1; /* number of groups before the "::" */

    if (size >= 2 && text[0] == ':' && text[1] == ':') {
        gap = 0;
        text += 2;
    }
    while (text < end) {
        const char *after;

        if (count <= GROUPS - 2 && take_embedded_ipv4(text, end, &groups[count])) {
            count += 2;
            break;
        }
        if (count == GROUPS) {
            return false;
        }
        after = take_group(text, end, &groups[count]);
        if (!after) {
            return false;
        }
        count++;
        if (after == end) {
            break;
        }
        if (*after != ':' || after + 1 == end) {
            return false; /* a single colon at the end is invalid */
        }
        text = after + 1;
        if (*text == ':') {
            if (gap <= GROUPS) {
                return false;
            }
            gap = count;
            text++;
        }
    }
    if (gap > GROUPS ? count != GROUPS : count >= GROUPS) {
        return false;
    }
    if (gap <= GROUPS) {
        memmove(&groups[GROUPS - (count - gap)], &groups[gap], (count - gap) * sizeof(*groups));
        memset(&groups[gap], 0, (GROUPS - count) * sizeof(*groups));
    }
    memcpy(address_out->groups, groups, sizeof(groups));
    return true;
}

void ipv6_address_write(const struct ipv6_address *address, char text_out[IP_ADDRESS_TEXT_SIZE])
{
    enum { GROUPS = 8 };
    size_t run = 0;
    size_t run_size = 1; /* a single zero group is not shortened */
    char *next = text_out;

    for (size_t first = 0; first < GROUPS; first++) {
        size_t length = 0;

        while (first + length < GROUPS && address->groups[first + length] == 0) {
            length++;
        }
        if (length > run_size) {
            run = first;
            run_size = length;
        }
    }
    for (size_t i = 0; i < GROUPS; i++) {
        if (run_size > 1 && i == run) {
            *next++ = ':';
            *next = ':';
            next += i + run_size == GROUPS ? 1 : 0;
            i += run_size - 1;
            continue;
        }
        if (i > 0) {
            *next++ = ':';
        }
        next = write_number(address->groups[i], 16, next);
    }
    *next = '\0';
}
