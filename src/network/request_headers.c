#include "network/request_headers.h"

#include "base/memory.h"
#include "base/text.h"
#include "http/header_lines.h"
#include "network/http_settings.h"

static bool add_header(struct curl_slist **headers, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*headers, line);

    if (longer) {
        *headers = longer;
    }
    return longer != NULL;
}

static bool add_client_header(void *context, const char *line)
{
    return add_header(context, line);
}

/* Headers from the client, for its own server. */
static bool add_client_headers(const struct request_task *task, const struct attempt *attempt,
                               struct curl_slist **headers)
{
    const struct http_settings *http = task->http;
    const char *vector = http->correlation_vector;
    char *line = NULL;
    bool is_added;

    if (source_is_foreign(&task->transfer->source)) {
        return true;
    }
    if (vector && *vector) {
        line = text_format("MS-CV: %s", vector);
        is_added = line && header_lines_each(line, add_client_header, headers);
        memory_free(line);
        if (!is_added) {
            return false;
        }
    }
    return header_lines_each(http->headers, add_client_header, headers) &&
           (!attempt->sent_authentication ||
            header_lines_each(http->authentication_headers, add_client_header, headers));
}

static bool add_headers(const struct request_task *task, const struct attempt *attempt,
                        struct curl_slist **headers)
{
    const char *if_range = transfer_if_range(task->transfer, attempt);
    char *line;
    bool is_added;

    /* Ranges refer to the encoded content, so no coding may be applied (RFC 9110 section
     * 8.4). */
    if (!add_header(headers, "Accept-Encoding: identity")) {
        return false;
    }
    if (if_range) {
        line = text_format("If-Range: %s", if_range);
        is_added = line && add_header(headers, line);
        memory_free(line);
        if (!is_added) {
            return false;
        }
    }
    return add_client_headers(task, attempt, headers);
}

bool request_headers_make(const struct request_task *task, const struct attempt *attempt,
                          struct curl_slist **headers_out)
{
    struct curl_slist *headers = NULL;

    if (!add_headers(task, attempt, &headers)) {
        curl_slist_free_all(headers);
        return false;
    }
    *headers_out = headers;
    return true;
}
