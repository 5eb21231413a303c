#include "http/redirect.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "base/text.h"
#include "http/url.h"

#include <string.h>

enum {
    /* Bounds the size of intermediate results; what exceeds REDIRECT_URL_MAX is refused
     * anyway. */
    BUILT_MAX = 4 * REDIRECT_URL_MAX,
};

/* A parsed Location without its fragment. A missing component differs from an empty one. */
struct reference {
    bool is_absolute; /* has a scheme */
    bool is_https;
    bool has_authority;
    bool has_query;
    struct url_piece authority;
    struct url_piece path;
    struct url_piece query;
};

/* --- The reference -------------------------------------------------------------------- */

static bool has_control(const char *text)
{
    for (const unsigned char *next = (const unsigned char *)text; *next; next++) {
        if (*next < ' ' || *next == 0x7f) {
            return true;
        }
    }
    return false;
}

/* The length of the scheme before the first colon (RFC 3986 section 3.1); 0 without one. */
static size_t scheme_size(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char others[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.";
    size_t size = strspn(text, others);

    return strspn(text, letters) > 0 && text[size] == ':' ? size : 0;
}

/*
 * Parse `location`. False for an unsupported scheme, and for any number of leading slashes or
 * backslashes other than two before a possible host, which parsers interpret differently.
 */
static bool read_reference(const char *location, struct reference *reference_out)
{
    struct reference reference = {.is_absolute = false};
    size_t scheme = scheme_size(location);
    size_t slashes;

    if (scheme > 0) {
        reference.is_absolute = true;
        reference.is_https = text_starts_with_ignoring_case(location, "https:");
        if (!reference.is_https && !text_starts_with_ignoring_case(location, "http:")) {
            return false;
        }
        location += scheme + 1;
    }
    slashes = strspn(location, "/\\");
    reference.has_authority = slashes == 2;
    if (slashes > 2 || (reference.is_absolute && slashes != 2) ||
        memchr(location, '\\', slashes)) {
        return false;
    }
    if (reference.has_authority) {
        reference.authority.text = location + slashes;
        reference.authority.size = strcspn(reference.authority.text, "/?#");
        location = reference.authority.text + reference.authority.size;
    }
    reference.path = (struct url_piece){location, strcspn(location, "?#")};
    location += reference.path.size;
    if (*location == '?') {
        reference.has_query = true;
        reference.query = (struct url_piece){location + 1, strcspn(location + 1, "#")};
    }
    *reference_out = reference;
    return true;
}

/* --- Paths ---------------------------------------------------------------------------- */

/* Remove the last segment and the slash before it (RFC 3986 section 5.2.4). */
static size_t remove_last_segment(const char *path, size_t size)
{
    while (size > 0 && path[size - 1] != '/') {
        size--;
    }
    return size > 0 ? size - 1 : 0;
}

/* Remove "." and ".." from a path that begins with a slash, in place. Returns its new size. */
static size_t remove_dot_segments(char *path, size_t size)
{
    size_t kept = 0;
    size_t at = 0;

    while (at < size) {
        /* `at` is at a slash, followed by a segment. */
        size_t end = at + 1;
        size_t segment;

        while (end < size && path[end] != '/') {
            end++;
        }
        segment = end - at - 1;
        if (segment == 1 && path[at + 1] == '.') {
            if (end == size) {
                path[kept++] = '/';
            }
        } else if (segment == 2 && path[at + 1] == '.' && path[at + 2] == '.') {
            kept = remove_last_segment(path, kept);
            if (end == size) {
                path[kept++] = '/';
            }
        } else {
            memmove(path + kept, path + at, end - at);
            kept += end - at;
        }
        at = end;
    }
    return kept;
}

/* The target path, newly allocated (RFC 3986 sections 5.2.2 and 5.2.3). */
static enum odo_status resolve_path(const struct url *base, const struct reference *reference,
                                    char **path_out, size_t *size_out)
{
    struct url_piece front = {"", 0};
    struct url_piece rear = reference->path;
    bool has_dots = true;
    char *path;

    if (!reference->has_authority && rear.size == 0) {
        rear = base->path;
        has_dots = false; /* kept as requested */
    } else if (!reference->has_authority && rear.text[0] != '/') {
        front = base->path;
        while (front.size > 0 && front.text[front.size - 1] != '/') {
            front.size--;
        }
    }
    if (front.size == 0 && (rear.size == 0 || rear.text[0] != '/')) {
        front = (struct url_piece){"/", 1};
    }
    path = memory_allocate(front.size + rear.size, 1);
    if (!path) {
        return ODO_E_OUT_OF_MEMORY;
    }
    memcpy(path, front.text, front.size);
    if (rear.size > 0) {
        memcpy(path + front.size, rear.text, rear.size);
    }
    *size_out = front.size + rear.size;
    if (has_dots) {
        *size_out = remove_dot_segments(path, *size_out);
    }
    *path_out = path;
    return ODO_OK;
}

/* --- The result ----------------------------------------------------------------------- */

static enum odo_status add(struct buffer *text, const char *data, size_t size)
{
    return size > 0 ? buffer_append(text, data, size) : ODO_OK;
}

static enum odo_status add_text(struct buffer *text, const char *more)
{
    return add(text, more, strlen(more));
}

/* Percent-encode blanks and non-ASCII bytes; in a query, a blank becomes a plus sign. */
static enum odo_status add_encoded(struct buffer *text, const char *data, size_t size,
                                   bool is_query)
{
    static const char digits[] = "0123456789abcdef";
    enum odo_status status = ODO_OK;

    while (size > 0 && status == ODO_OK) {
        size_t plain = 0;

        while (plain < size && data[plain] != ' ' && (unsigned char)data[plain] < 0x80) {
            plain++;
        }
        status = add(text, data, plain);
        data += plain;
        size -= plain;
        if (size > 0 && status == ODO_OK) {
            unsigned char c = (unsigned char)*data;
            char encoded[3] = {'%', digits[c >> 4], digits[c & 0xf]};

            status = c == ' ' && is_query ? add(text, "+", 1) : add(text, encoded, 3);
            data++;
            size--;
        }
    }
    return status;
}

/* The resolved URL; the caller frees it with memory_free(). */
static enum odo_status build(const struct url *base, const struct reference *reference,
                             bool with_user_info, char **url_out)
{
    bool is_https = reference->is_absolute ? reference->is_https : base->is_https;
    struct url_piece query = base->query;
    bool has_query = base->has_query;
    struct buffer text;
    char *path = NULL;
    size_t path_size = 0;
    enum odo_status status;

    buffer_init(&text, BUILT_MAX);
    if (reference->has_authority || reference->path.size > 0 || reference->has_query) {
        query = reference->query;
        has_query = reference->has_query;
    }
    status = resolve_path(base, reference, &path, &path_size);
    if (status == ODO_OK) {
        status = add_text(&text, is_https ? "https://" : "http://");
    }
    if (status == ODO_OK && with_user_info && base->has_user_info) {
        status = add(&text, base->user_info.text, base->user_info.size);
        status = status == ODO_OK ? add_text(&text, "@") : status;
    }
    if (status == ODO_OK && reference->has_authority) {
        status = add(&text, reference->authority.text, reference->authority.size);
    } else if (status == ODO_OK) {
        status = add(&text, base->host.text, base->host.size);
        if (status == ODO_OK && base->port.size > 0) {
            status = add_text(&text, ":");
            status = status == ODO_OK ? add(&text, base->port.text, base->port.size) : status;
        }
    }
    if (status == ODO_OK) {
        status = add_encoded(&text, path, path_size, false);
    }
    if (status == ODO_OK && has_query) {
        status = add_text(&text, "?");
        status = status == ODO_OK ? add_encoded(&text, query.text, query.size, true) : status;
    }
    if (status == ODO_OK) {
        *url_out = text_copy_part((const char *)text.data, text.size);
        status = *url_out ? ODO_OK : ODO_E_OUT_OF_MEMORY;
    }
    memory_free(path);
    buffer_free(&text);
    return status == ODO_E_TOO_MANY ? ODO_E_REDIRECT : status;
}

static enum odo_status compare_origins(const char *left, const char *right, bool *same_out)
{
    char *left_origin = NULL;
    char *right_origin = NULL;
    enum odo_status status = url_origin(left, &left_origin);

    if (status == ODO_OK) {
        status = url_origin(right, &right_origin);
    }
    if (status == ODO_OK) {
        *same_out = strcmp(left_origin, right_origin) == 0;
    }
    memory_free(right_origin);
    memory_free(left_origin);
    return status;
}

enum odo_status redirect_resolve(const struct redirect_input *input,
                                 struct redirect *redirect_out)
{
    struct redirect redirect = {.url = NULL};
    struct reference reference;
    struct url base;
    struct url target;
    enum odo_status status;

    if (input->hops >= REDIRECT_HOPS_MAX || !input->location || *input->location == '\0' ||
        strlen(input->location) > REDIRECT_URL_MAX || has_control(input->location) ||
        !url_parse(input->url, &base) || !read_reference(input->location, &reference)) {
        return ODO_E_REDIRECT;
    }
    status = build(&base, &reference, false, &redirect.url);
    if (status != ODO_OK) {
        return status;
    }
    if (!url_parse(redirect.url, &target) || target.has_user_info ||
        (base.is_https && !target.is_https && !input->allow_insecure)) {
        status = ODO_E_REDIRECT;
        goto done;
    }
    status = compare_origins(input->url, redirect.url, &redirect.same_origin);
    if (status != ODO_OK) {
        goto done;
    }
    if (redirect.same_origin && base.has_user_info) {
        memory_free(redirect.url);
        redirect.url = NULL;
        status = build(&base, &reference, true, &redirect.url);
        if (status != ODO_OK) {
            goto done;
        }
    }
    if (strlen(redirect.url) > REDIRECT_URL_MAX || !text_is_utf8(redirect.url)) {
        status = ODO_E_REDIRECT;
        goto done;
    }
    *redirect_out = redirect;
    return ODO_OK;

done:
    memory_free(redirect.url);
    return status;
}
