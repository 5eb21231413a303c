#include "local_name.h"

#include <odo/odo.h>

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    ILL_FORMED = 0xFFFFFFFF,
    EXTENSION_MAX = 32, /* bytes; anything longer is not considered an extension */
    URL_BYTES_MAX = 4 * ODO_URL_MAX,
};

/* A name being built, in code points. */
struct leaf {
    uint32_t items[URL_BYTES_MAX + 1]; /* one more for an underscore in front */
    size_t length;
};

/* --- Decoding ------------------------------------------------------------------------- */

static bool read_hex(char digit, unsigned *value)
{
    if (digit >= '0' && digit <= '9') {
        *value = *value << 4 | (unsigned)(digit - '0');
    } else if (digit >= 'A' && digit <= 'F') {
        *value = *value << 4 | (unsigned)(digit - 'A' + 10);
    } else if (digit >= 'a' && digit <= 'f') {
        *value = *value << 4 | (unsigned)(digit - 'a' + 10);
    } else {
        return false;
    }
    return true;
}

/* The byte at `text`, escaped or not. Returns the number of characters consumed, or 0. */
static size_t read_byte(const char *text, const char *end, bool is_escaped, unsigned *byte_out)
{
    *byte_out = 0;
    if (!is_escaped) {
        *byte_out = text < end ? (unsigned char)*text : 0;
        return text < end ? 1 : 0;
    }
    return end - text >= 3 && text[0] == '%' && read_hex(text[1], byte_out) &&
                   read_hex(text[2], byte_out)
               ? 3
               : 0;
}

/*
 * The character at `text`, whose bytes are either all escaped or all not. Returns the number of
 * characters consumed, or 0 if it is not well-formed UTF-8 (RFC 3629).
 */
static size_t read_character(const char *text, const char *end, bool is_escaped,
                             uint32_t *character_out)
{
    static const struct {
        unsigned first_min, first_max; /* of the first byte */
        unsigned second_min,
            second_max; /* narrower than 80 to BF where sequences would be malformed */
        unsigned length;
    } forms[] = {
        {0x00, 0x7F, 0, 0, 1},       {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
        {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
        {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    unsigned byte;
    size_t form = 0;
    size_t taken = read_byte(text, end, is_escaped, &byte);

    if (taken == 0) {
        return 0;
    }
    while (byte < forms[form].first_min || byte > forms[form].first_max) {
        if (++form == sizeof(forms) / sizeof(forms[0])) {
            return 0;
        }
    }
    *character_out = forms[form].length == 1 ? byte : byte & (0x7FU >> forms[form].length);
    for (unsigned i = 1; i < forms[form].length; i++) {
        size_t step = read_byte(text + taken, end, is_escaped, &byte);

        if (step == 0 || byte < (i == 1 ? forms[form].second_min : 0x80U) ||
            byte > (i == 1 ? forms[form].second_max : 0xBFU)) {
            return 0;
        }
        taken += step;
        *character_out = *character_out << 6 | (byte & 0x3FU);
    }
    return taken;
}

/* --- Permitted characters ------------------------------------------------------------- */

static bool is_separator(uint32_t character)
{
    return character == '/' || character == '\\';
}

static bool is_blank_or_dot(uint32_t character)
{
    return character == ' ' || character == '.' || character == 0xA0 || character == 0x1680 ||
           (character >= 0x2000 && character <= 0x200A) || character == 0x202F ||
           character == 0x205F || character == 0x3000;
}

/* Not permitted in Windows' names, or unsafe on a screen. */
static bool is_forbidden(uint32_t character)
{
    return character < 0x20 || (character >= 0x7F && character <= 0x9F) ||
           (character < 0x80 && strchr("<>:\"|?*", (int)character)) || character == 0x61C ||
           character == 0x200E || character == 0x200F ||
           (character >= 0x2028 && character <= 0x202E) ||
           (character >= 0x2066 && character <= 0x2069) || character == 0xFEFF ||
           character == ILL_FORMED;
}

static uint32_t upper(uint32_t character)
{
    return character >= 'a' && character <= 'z' ? character - 'a' + 'A' : character;
}

static bool is_device(const struct leaf *leaf)
{
    static const char *const names[] = {"CON",    "PRN",     "AUX",    "NUL",
                                        "CONIN$", "CONOUT$", "CLOCK$", NULL};
    static const char *const ports[] = {"COM", "LPT", NULL}; /* followed by a digit */
    size_t base = 0;

    while (base < leaf->length && leaf->items[base] != '.') {
        base++;
    }
    while (base > 0 && is_blank_or_dot(leaf->items[base - 1])) {
        base--;
    }
    for (size_t i = 0; names[i]; i++) {
        size_t same = 0;

        while (same < base && (uint32_t)names[i][same] == upper(leaf->items[same])) {
            same++;
        }
        if (same == base && names[i][same] == '\0') {
            return true;
        }
    }
    for (size_t i = 0; base == 4 && ports[i]; i++) {
        uint32_t digit = leaf->items[3];

        if (upper(leaf->items[0]) == (uint32_t)ports[i][0] &&
            upper(leaf->items[1]) == (uint32_t)ports[i][1] &&
            upper(leaf->items[2]) == (uint32_t)ports[i][2] &&
            ((digit >= '0' && digit <= '9') || digit == 0xB9 || digit == 0xB2 ||
             digit == 0xB3)) {
            return true;
        }
    }
    return false;
}

/* --- Building the name ---------------------------------------------------------------- */

/* The path of a URL: from after its host up to a query or fragment. */
static const char *find_path(const char *url, const char **end_out)
{
    const char *host = strstr(url, "://");
    const char *path = url;

    if (host) {
        host += strlen("://");
        path = host + strcspn(host, "/\\?#");
    }
    *end_out = path + strcspn(path, "?#");
    return path;
}

static void read_leaf(const char *text, const char *end, struct leaf *leaf)
{
    leaf->length = 0;
    while (text < end) {
        uint32_t character = 0;
        size_t taken = *text == '%' ? read_character(text, end, true, &character) : 0;

        if (taken == 0) {
            taken = read_character(text, end, false, &character);
        }
        if (taken == 0) {
            character = ILL_FORMED;
            taken = 1;
        }
        text += taken;
        if (is_separator(character)) {
            leaf->length = 0;
        } else {
            leaf->items[leaf->length++] = is_forbidden(character) ? '_' : character;
        }
    }
}

static void trim(struct leaf *leaf)
{
    size_t first = 0;

    while (leaf->length > 0 && is_blank_or_dot(leaf->items[leaf->length - 1])) {
        leaf->length--;
    }
    while (first < leaf->length && is_blank_or_dot(leaf->items[first])) {
        first++;
    }
    leaf->length -= first;
    memmove(leaf->items, leaf->items + first, leaf->length * sizeof(leaf->items[0]));
}

static size_t bytes_of(uint32_t character)
{
    return character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
}

static size_t bytes_of_all(const uint32_t *items, size_t length)
{
    size_t bytes = 0;

    for (size_t i = 0; i < length; i++) {
        bytes += bytes_of(items[i]);
    }
    return bytes;
}

/* The index of the extension, including the dot; the length if there is none. */
static size_t find_extension(const struct leaf *leaf)
{
    for (size_t i = leaf->length; i > 1; i--) {
        if (leaf->items[i - 1] == '.') {
            return bytes_of_all(leaf->items + i - 1, leaf->length - i + 1) <= EXTENSION_MAX
                       ? i - 1
                       : leaf->length;
        }
    }
    return leaf->length;
}

static void shorten(struct leaf *leaf)
{
    size_t extension = find_extension(leaf);
    size_t stem = extension;
    size_t bytes = bytes_of_all(leaf->items, leaf->length);

    if (bytes <= LOCAL_NAME_MAX) {
        return;
    }
    while (bytes > LOCAL_NAME_MAX) {
        stem--;
        bytes -= bytes_of(leaf->items[stem]);
    }
    memmove(leaf->items + stem, leaf->items + extension,
            (leaf->length - extension) * sizeof(leaf->items[0]));
    leaf->length -= extension - stem;
    trim(leaf); /* the last character may be a dot now */
}

static void write(const struct leaf *leaf, char *text)
{
    for (size_t i = 0; i < leaf->length; i++) {
        uint32_t character = leaf->items[i];
        size_t bytes = bytes_of(character);

        if (bytes == 1) {
            *text++ = (char)character;
            continue;
        }
        for (size_t k = bytes - 1; k > 0; k--) {
            text[k] = (char)(0x80U | (character & 0x3FU));
            character >>= 6;
        }
        text[0] = (char)((0xF00U >> bytes & 0xFFU) | character);
        text += bytes;
    }
    *text = '\0';
}

bool local_name_from_url(const char *url, char name_out[LOCAL_NAME_MAX + 1])
{
    struct leaf leaf;
    const char *end;
    const char *path = find_path(url, &end);

    if ((size_t)(end - path) > URL_BYTES_MAX) {
        return false;
    }
    read_leaf(path, end, &leaf);
    trim(&leaf);
    if (leaf.length == 0) {
        return false;
    }
    if (is_device(&leaf)) {
        memmove(leaf.items + 1, leaf.items, leaf.length * sizeof(leaf.items[0]));
        leaf.items[0] = '_';
        leaf.length++;
    }
    shorten(&leaf);
    write(&leaf, name_out);
    return true;
}
