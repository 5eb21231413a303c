#include "http/response_version.h"

#include "base/text.h"
#include "http/http_date.h"

#include <string.h>

static bool has_text(const char *text)
{
    return text && text[0] != '\0';
}

/* --- Validators ----------------------------------------------------------------------- */

static const char *etag_opaque(const char *etag)
{
    return etag[0] == 'W' && etag[1] == '/' ? etag + 2 : etag;
}

bool response_version_etag_is_strong(const char *etag)
{
    size_t length = etag ? strlen(etag) : 0;

    if (length < 2 || etag[0] != '"' || etag[length - 1] != '"') {
        return false;
    }
    for (size_t i = 1; i < length - 1; i++) {
        unsigned char character = (unsigned char)etag[i];

        if (character <= ' ' || character == '"' || character == 0x7f) {
            return false;
        }
    }
    return true;
}

bool response_version_date_is_strong(const char *last_modified, const char *date)
{
    enum { OLD_ENOUGH_US = 60 * 1000000 };
    int64_t modified_us;
    int64_t sent_us;

    return has_text(last_modified) && has_text(date) && http_date_parse(date, 0, &sent_us) &&
           http_date_parse(last_modified, sent_us, &modified_us) &&
           modified_us <= sent_us - OLD_ENOUGH_US;
}

static enum response_version_relation compare_etags(const char *known, const char *told)
{
    if (!has_text(known)) {
        return RESPONSE_VERSION_SAME;
    }
    if (!has_text(told)) {
        return RESPONSE_VERSION_LACKS;
    }
    return strcmp(etag_opaque(known), etag_opaque(told)) == 0 ? RESPONSE_VERSION_SAME
                                                              : RESPONSE_VERSION_OTHER;
}

static enum response_version_relation compare_dates(const char *known, const char *told)
{
    if (!has_text(known)) {
        return RESPONSE_VERSION_SAME;
    }
    if (!has_text(told)) {
        return RESPONSE_VERSION_LACKS;
    }
    return strcmp(known, told) == 0 ? RESPONSE_VERSION_SAME : RESPONSE_VERSION_OTHER;
}

/* --- Coding --------------------------------------------------------------------------- */

/*
 * The next coding of a list and its length; NULL at the end. Skips "identity" and empty
 * members, which have no effect (RFC 9110 section 12.5.3).
 */
static const char *next_coding(const char **list, size_t *length_out)
{
    static const char identity[] = "identity";

    while (*list && **list != '\0') {
        const char *coding = *list + strspn(*list, " \t,");
        size_t length = strcspn(coding, ",");

        *list = coding + length;
        while (length > 0 && strchr(" \t", coding[length - 1])) {
            length--;
        }
        if (length > 0 &&
            !(length == strlen(identity) && text_starts_with_ignoring_case(coding, identity))) {
            *length_out = length;
            return coding;
        }
    }
    return NULL;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_same_coding(const char *left, const char *right)
{
    for (;;) {
        size_t left_length = 0;
        size_t right_length = 0;
        const char *a = next_coding(&left, &left_length);
        const char *b = next_coding(&right, &right_length);

        if (!a || !b) {
            return !a && !b;
        }
        if (left_length != right_length) {
            return false;
        }
        for (size_t i = 0; i < left_length; i++) {
            if (lower(a[i]) != lower(b[i])) {
                return false;
            }
        }
    }
}

/* --- Comparison ----------------------------------------------------------------------- */

bool response_version_has_validators(const struct response_version *version)
{
    return has_text(version->etag) || has_text(version->last_modified);
}

enum response_version_relation response_version_compare(const struct response_version *known,
                                                        const struct response_version *told)
{
    enum response_version_relation by_etag = compare_etags(known->etag, told->etag);
    enum response_version_relation by_date =
        compare_dates(known->last_modified, told->last_modified);

    if (by_etag == RESPONSE_VERSION_OTHER || by_date == RESPONSE_VERSION_OTHER ||
        (known->size != ODO_SIZE_UNKNOWN && told->size != ODO_SIZE_UNKNOWN &&
         known->size != told->size) ||
        !is_same_coding(known->content_encoding, told->content_encoding)) {
        return RESPONSE_VERSION_OTHER;
    }
    return by_etag == RESPONSE_VERSION_LACKS || by_date == RESPONSE_VERSION_LACKS
               ? RESPONSE_VERSION_LACKS
               : RESPONSE_VERSION_SAME;
}
