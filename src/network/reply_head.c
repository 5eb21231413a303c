#include "network/reply_head.h"

#include "base/memory.h"
#include "base/text.h"
#include "http/content_length.h"
#include "http/http_date.h"
#include "http/retry.h"
#include "platform/clock.h"

#include <string.h>

/* A value that no parser of these headers accepts. */
static const char unreadable[] = ",";

static const char *value_at(CURL *easy, const char *name, size_t index)
{
    struct curl_header *header = NULL;

    return curl_easy_header(easy, name, index, CURLH_HEADER, -1, &header) == CURLHE_OK
               ? header->value
               : NULL;
}

/* True when a header occurs several times with different values. */
static bool is_contradictory(CURL *easy, const char *name)
{
    const char *first = value_at(easy, name, 0);

    for (size_t i = 1; first; i++) {
        const char *other = value_at(easy, name, i);

        if (!other) {
            return false;
        }
        if (strcmp(first, other) != 0) {
            return true;
        }
    }
    return false;
}

const char *reply_head_value(CURL *easy, const char *name)
{
    return is_contradictory(easy, name) ? NULL : value_at(easy, name, 0);
}

/* A header that determines how the body is read. */
static const char *decisive_value(CURL *easy, const char *name)
{
    return is_contradictory(easy, name) ? unreadable : value_at(easy, name, 0);
}

/* All values of a list header, joined. */
static const char *joined_values(CURL *easy, const char *name, char **joined_out)
{
    const char *value = value_at(easy, name, 0);

    *joined_out = NULL;
    for (size_t i = 1; value && value_at(easy, name, i); i++) {
        char *longer =
            text_format("%s, %s", *joined_out ? *joined_out : value, value_at(easy, name, i));

        memory_free(*joined_out);
        *joined_out = longer;
        if (!longer) {
            return unreadable; /* unlike any known coding, so the request is repeated */
        }
    }
    return *joined_out ? *joined_out : value;
}

static uint64_t retry_after_of(CURL *easy)
{
    const char *value = reply_head_value(easy, "Retry-After");
    uint64_t retry_after_ms = RETRY_AFTER_NONE;

    if (value) {
        http_retry_after_parse(value, reply_head_value(easy, "Date"), platform_clock_wall_us(),
                               &retry_after_ms);
    }
    return retry_after_ms;
}

static bool refuses_ranges(CURL *easy)
{
    static const char none[] = "none";
    const char *value = reply_head_value(easy, "Accept-Ranges");

    return value && strlen(value) == strlen(none) &&
           text_starts_with_ignoring_case(value, none);
}

/* The length stated by all Content-Length fields; -1 if there is none, or if they differ. */
static curl_off_t agreed_length(CURL *easy)
{
    curl_off_t agreed = -1;
    const char *value;

    for (size_t i = 0; (value = value_at(easy, "Content-Length", i)) != NULL; i++) {
        uint64_t length;

        if (!content_length_read(value, &length) ||
            (agreed >= 0 && length != (uint64_t)agreed)) {
            return -1;
        }
        agreed = (curl_off_t)length;
    }
    return agreed;
}

/* Transfer-Encoding says that there is none: then the length counts, which libcurl forgets. */
static bool is_identity(const char *coding)
{
    return coding && text_equals_ignoring_case(coding, "identity");
}

struct transfer_reply_head reply_head_read(CURL *easy, char **joined_out)
{
    const char *coding = decisive_value(easy, "Transfer-Encoding");
    curl_off_t length = -1;
    long status = 0;
    long version = 0;

    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
    if (is_identity(coding)) {
        coding = NULL;
        length = agreed_length(easy);
    }
    return (struct transfer_reply_head){
        .header =
            {
                .status = (int)status,
                .content_length = length,
                .length_is_disputed = length >= 0 && length != agreed_length(easy),
                .is_chunked = coding != NULL, /* decoded, or refused, by libcurl */
                .ends_with_connection =
                    length < 0 && !coding && version < CURL_HTTP_VERSION_2_0,
                .content_range = decisive_value(easy, "Content-Range"),
                .content_type = reply_head_value(easy, "Content-Type"),
                .content_encoding = joined_values(easy, "Content-Encoding", joined_out),
                .etag = reply_head_value(easy, "ETag"),
                .last_modified = reply_head_value(easy, "Last-Modified"),
                .date = reply_head_value(easy, "Date"),
                .has_location = value_at(easy, "Location", 0) != NULL,
            },
        .location = value_at(easy, "Location", 0), /* of several, the one that curl follows */
        .retry_after_ms = retry_after_of(easy),
        .refuses_ranges = refuses_ranges(easy),
    };
}
