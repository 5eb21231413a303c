#include "network/redirect.h"

#include "base/memory.h"
#include "base/text.h"
#include "network/url.h"

#include <curl/curl.h>
#include <string.h>

/* What is wrong with the place, unless there is no memory to look at it. */
static enum odo_status status_from_curl(CURLUcode code)
{
    switch (code) {
    case CURLUE_OK:
        return ODO_OK;
    case CURLUE_OUT_OF_MEMORY:
        return ODO_E_OUT_OF_MEMORY;
    default:
        return ODO_E_REDIRECT;
    }
}

static enum odo_status set_part(CURLU *parts, CURLUPart part, const char *value, unsigned flags)
{
    return status_from_curl(curl_url_set(parts, part, value, flags));
}

static bool is_https(const char *url)
{
    return text_starts_with_ignoring_case(url, "https:");
}

/* "http:/host" and the like, which libcurl reads as "http://host" and others do not. */
static bool has_odd_slashes(const char *location)
{
    static const char *const schemes[] = {"http:", "https:"};

    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (text_starts_with_ignoring_case(location, schemes[i])) {
            return strspn(location + strlen(schemes[i]), "/") != 2;
        }
    }
    return strspn(location, "/") > 2;
}

static bool has_control(const char *text)
{
    for (const unsigned char *next = (const unsigned char *)text; *next; next++) {
        if (*next < ' ' || *next == 0x7f) {
            return true;
        }
    }
    return false;
}

/*
 * Set `parts`, which hold the base, to where `location` leads from there. An empty location,
 * or one that is a fragment only, leads to the base itself.
 */
static enum odo_status move(CURLU *parts, const char *location)
{
    /* As browsers do, take blanks and bytes beyond ASCII for what is meant by them. */
    const unsigned flags = CURLU_URLENCODE | CURLU_ALLOW_SPACE;
    char *reference = text_copy_part(location, strcspn(location, "#"));
    enum odo_status status = ODO_OK;

    if (!reference) {
        return ODO_E_OUT_OF_MEMORY;
    }
    if (*reference != '\0') {
        status = set_part(parts, CURLUPART_URL, reference, flags);
    }
    memory_free(reference);
    return status;
}

static bool has_part(CURLU *parts, CURLUPart part)
{
    char *value = NULL;
    bool found = curl_url_get(parts, part, &value, 0) == CURLUE_OK; /* though it be empty */

    curl_free(value);
    return found;
}

/* Give the place the user info of the URL that was asked. */
static enum odo_status copy_user_info(CURLU *parts, CURLU *base)
{
    static const CURLUPart which[] = {CURLUPART_USER, CURLUPART_PASSWORD};

    for (size_t i = 0; i < sizeof(which) / sizeof(which[0]); i++) {
        char *value = NULL;
        enum odo_status status = ODO_OK;

        if (curl_url_get(base, which[i], &value, 0) == CURLUE_OK) {
            status = set_part(parts, which[i], value, 0);
            curl_free(value);
        }
        if (status != ODO_OK) {
            return status;
        }
    }
    return ODO_OK;
}

static enum odo_status take_user_info_away(CURLU *parts)
{
    enum odo_status status = set_part(parts, CURLUPART_USER, NULL, 0);

    if (status == ODO_OK) {
        status = set_part(parts, CURLUPART_PASSWORD, NULL, 0);
    }
    return status;
}

/* The place as text, of libcurl's memory. */
static enum odo_status get_url(CURLU *parts, char **url_out)
{
    return status_from_curl(curl_url_get(parts, CURLUPART_URL, url_out, 0));
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
    } else if (status == ODO_E_INVALID_URL) {
        status = ODO_E_REDIRECT; /* not http or https, or no host */
    }
    memory_free(right_origin);
    memory_free(left_origin);
    return status;
}

/* `base` and `parts` both hold the URL that was asked; `parts` becomes the place it leads to.
 */
static enum odo_status resolve(const struct redirect_input *input, CURLU *base, CURLU *parts,
                               struct redirect *redirect_out)
{
    struct redirect redirect = {.url = NULL};
    char *url = NULL;
    enum odo_status status;

    /* Without the base's own user info, what is there afterwards is the location's. */
    status = take_user_info_away(parts);
    if (status != ODO_OK) {
        goto done;
    }
    status = move(parts, input->location);
    if (status != ODO_OK) {
        goto done;
    }
    status = set_part(parts, CURLUPART_FRAGMENT, NULL, 0); /* the base's */
    if (status != ODO_OK) {
        goto done;
    }
    if (has_part(parts, CURLUPART_USER) || has_part(parts, CURLUPART_PASSWORD)) {
        status = ODO_E_REDIRECT;
        goto done;
    }
    status = get_url(parts, &url);
    if (status != ODO_OK) {
        goto done;
    }
    status = compare_origins(input->url, url, &redirect.same_origin);
    if (status != ODO_OK) {
        goto done;
    }
    if (is_https(input->url) && !is_https(url) && !input->allow_insecure) {
        status = ODO_E_REDIRECT;
        goto done;
    }
    if (redirect.same_origin) {
        curl_free(url);
        url = NULL;
        status = copy_user_info(parts, base);
        if (status == ODO_OK) {
            status = get_url(parts, &url);
        }
        if (status != ODO_OK) {
            goto done;
        }
    }
    /* libcurl encodes what is beyond ASCII, but for the host: that is a name. */
    if (strlen(url) > REDIRECT_URL_MAX || !text_is_utf8(url)) {
        status = ODO_E_REDIRECT;
        goto done;
    }
    redirect.url = text_copy(url);
    if (!redirect.url) {
        status = ODO_E_OUT_OF_MEMORY;
        goto done;
    }
    *redirect_out = redirect;

done:
    curl_free(url);
    return status;
}

enum odo_status redirect_resolve(const struct redirect_input *input,
                                 struct redirect *redirect_out)
{
    CURLU *base = NULL;
    CURLU *parts = NULL;
    enum odo_status status;

    if (input->hops >= REDIRECT_HOPS_MAX || !input->location || *input->location == '\0' ||
        strlen(input->location) > REDIRECT_URL_MAX || has_control(input->location) ||
        has_odd_slashes(input->location)) {
        return ODO_E_REDIRECT;
    }
    base = curl_url();
    if (!base) {
        status = ODO_E_OUT_OF_MEMORY;
        goto done;
    }
    status = set_part(base, CURLUPART_URL, input->url, 0);
    if (status != ODO_OK) {
        goto done;
    }
    parts = curl_url_dup(base);
    status = parts ? resolve(input, base, parts, redirect_out) : ODO_E_OUT_OF_MEMORY;

done:
    curl_url_cleanup(parts);
    curl_url_cleanup(base);
    return status;
}
