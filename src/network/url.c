#include "network/url.h"

#include "base/memory.h"
#include "base/text.h"

#include <curl/curl.h>
#include <string.h>

static enum odo_status status_from_curl(CURLUcode code)
{
    switch (code) {
    case CURLUE_OK:
        return ODO_OK;
    case CURLUE_OUT_OF_MEMORY:
        return ODO_E_OUT_OF_MEMORY;
    default:
        return ODO_E_INVALID_URL;
    }
}

/*
 * What stands behind "http://" or "https://"; NULL when neither does, or no host follows.
 * libcurl would also read "http:/host" and "http:///host" as "http://host".
 */
static const char *find_authority(const char *url)
{
    static const char *const prefixes[] = {"http://", "https://"};

    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        if (text_starts_with_ignoring_case(url, prefixes[i])) {
            const char *authority = url + strlen(prefixes[i]);

            return strchr("/?#", *authority) ? NULL : authority; /* finds the end as well */
        }
    }
    return NULL;
}

static bool has_control_or_blank(const char *text)
{
    for (const unsigned char *next = (const unsigned char *)text; *next; next++) {
        if (*next <= ' ' || *next == 0x7f) {
            return true;
        }
    }
    return false;
}

/* Take an http or https URL apart. The caller ends *parts_out with curl_url_cleanup(). */
static enum odo_status parse(const char *url, CURLU **parts_out)
{
    CURLU *parts;
    enum odo_status status;

    if (!find_authority(url)) {
        return ODO_E_INVALID_URL;
    }
    parts = curl_url();
    if (!parts) {
        return ODO_E_OUT_OF_MEMORY;
    }
    status = status_from_curl(curl_url_set(parts, CURLUPART_URL, url, 0));
    if (status != ODO_OK) {
        curl_url_cleanup(parts);
        return status;
    }
    *parts_out = parts;
    return ODO_OK;
}

enum odo_status url_check(const char *url)
{
    CURLU *parts = NULL;
    char *host = NULL;
    enum odo_status status;

    if (!url || *url == '\0' || !text_is_utf8(url) || has_control_or_blank(url) ||
        text_utf16_length(url) > URL_LENGTH_MAX) {
        return ODO_E_INVALID_ARGUMENT;
    }
    status = parse(url, &parts);
    if (status != ODO_OK) {
        return status;
    }
    status = status_from_curl(curl_url_get(parts, CURLUPART_HOST, &host, 0));
    if (status == ODO_OK && strpbrk(host, "*?")) {
        status = ODO_E_INVALID_URL; /* libcurl refuses them too, but does not promise it */
    }
    curl_free(host);
    curl_url_cleanup(parts);
    return status;
}

char *url_for_log(const char *url)
{
    CURLU *parts = NULL;
    char *shown = NULL;
    char *copy = NULL;

    if (parse(url, &parts) == ODO_OK &&
        curl_url_set(parts, CURLUPART_USER, NULL, 0) == CURLUE_OK &&
        curl_url_set(parts, CURLUPART_PASSWORD, NULL, 0) == CURLUE_OK &&
        curl_url_set(parts, CURLUPART_OPTIONS, NULL, 0) == CURLUE_OK &&
        curl_url_set(parts, CURLUPART_QUERY, NULL, 0) == CURLUE_OK &&
        curl_url_set(parts, CURLUPART_FRAGMENT, NULL, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_URL, &shown, 0) == CURLUE_OK) {
        copy = text_copy(shown);
    } else {
        copy = text_copy("(not a URL)");
    }
    curl_free(shown);
    curl_url_cleanup(parts);
    return copy;
}

enum odo_status url_origin(const char *url, char **origin_out)
{
    CURLU *parts = NULL;
    char *scheme = NULL;
    char *host = NULL;
    char *port = NULL;
    char *origin;
    enum odo_status status = parse(url, &parts);

    if (status == ODO_OK) {
        status = status_from_curl(curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0));
    }
    if (status == ODO_OK) {
        status = status_from_curl(curl_url_get(parts, CURLUPART_HOST, &host, 0));
    }
    if (status == ODO_OK) {
        status =
            status_from_curl(curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT));
    }
    if (status != ODO_OK) {
        goto done;
    }
    origin = text_format("%s://%s:%s", scheme, host, port);
    if (!origin) {
        status = ODO_E_OUT_OF_MEMORY;
        goto done;
    }
    for (char *next = origin; *next != '\0'; next++) {
        if (*next >= 'A' && *next <= 'Z') {
            *next = (char)(*next - 'A' + 'a');
        }
    }
    *origin_out = origin;

done:
    curl_free(port);
    curl_free(host);
    curl_free(scheme);
    curl_url_cleanup(parts);
    return status;
}
