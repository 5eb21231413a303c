#include "http/url.h"

#include "base/memory.h"
#include "base/text.h"
#include "http/ip_address.h"

#include <string.h>

enum {
    HOST_MAX = 1024, /* decoded; DNS allows 253 characters, but Unicode takes more */
    ZONE_MAX = 15,   /* of an IPv6 address, as in libcurl */
    PORT_MAX = 65535,
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* --- Hosts ---------------------------------------------------------------------------- */

static bool is_beyond_ascii(char c)
{
    return (unsigned char)c >= 0x80;
}

/* A character of a DNS name or IPv4 address. RFC 3986 permits others, which no name has. */
static bool is_host_character(char c)
{
    return is_letter(c) || is_digit(c) || is_beyond_ascii(c) ||
           (c != '\0' && strchr("-._~", c) != NULL);
}

static int hex_value(char c)
{
    if (is_digit(c)) {
        return c - '0';
    }
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent-decode a name. False if it is invalid or too long. */
static bool decode_name(struct url_piece host, char decoded_out[HOST_MAX + 1])
{
    size_t size = 0;

    for (size_t at = 0; at < host.size; at++) {
        char c = host.text[at];

        if (c == '%') {
            int high = at + 1 < host.size ? hex_value(host.text[at + 1]) : -1;
            int low = at + 2 < host.size ? hex_value(host.text[at + 2]) : -1;

            if (high < 0 || low < 0) {
                return false;
            }
            c = (char)(unsigned char)(high * 16 + low);
            at += 2;
        }
        if (!is_host_character(c) || size == HOST_MAX) {
            return false;
        }
        decoded_out[size++] = c;
    }
    decoded_out[size] = '\0';
    return size > 0 && text_is_utf8(decoded_out);
}

/* Parse an IPv6 address within brackets, and its zone if any. */
static bool read_ipv6_host(struct url_piece host, struct ipv6_address *address_out,
                           struct url_piece *zone_out)
{
    const char *inside = host.text + 1;
    size_t size = host.size - 2;
    const char *percent = memchr(inside, '%', size);
    struct url_piece zone = {NULL, 0};

    if (percent) {
        zone.text = percent + 1;
        zone.size = (size_t)(inside + size - zone.text);
        size = (size_t)(percent - inside);
        if (zone.size > 2 && memcmp(zone.text, "25", 2) == 0) {
            zone.text += 2; /* a percent-encoded percent sign (RFC 6874) */
            zone.size -= 2;
        }
        if (zone.size == 0 || zone.size > ZONE_MAX) {
            return false;
        }
        for (size_t i = 0; i < zone.size; i++) {
            if (!is_host_character(zone.text[i]) || is_beyond_ascii(zone.text[i])) {
                return false;
            }
        }
    }
    *zone_out = zone;
    return ipv6_address_parse(inside, size, address_out);
}

static bool host_is_good(struct url_piece host)
{
    char decoded[HOST_MAX + 1];
    struct ipv6_address address;
    struct url_piece zone;

    return host.size > 0 && host.text[0] == '[' ? read_ipv6_host(host, &address, &zone)
                                                : decode_name(host, decoded);
}

/* --- URLs ----------------------------------------------------------------------------- */

static bool has_control_or_blank(const char *text)
{
    for (const unsigned char *next = (const unsigned char *)text; *next; next++) {
        if (*next <= ' ' || *next == 0x7f) {
            return true;
        }
    }
    return false;
}

/* The text after "http://" or "https://"; NULL for other schemes. */
static const char *find_authority(const char *text, bool *is_https_out)
{
    static const char http[] = "http://";
    static const char https[] = "https://";

    *is_https_out = text_starts_with_ignoring_case(text, https);
    if (*is_https_out) {
        return text + strlen(https);
    }
    return text_starts_with_ignoring_case(text, http) ? text + strlen(http) : NULL;
}

/* The digits after the colon; empty for the scheme's default. */
static bool read_port(struct url_piece digits, struct url *url)
{
    unsigned number = 0;

    for (size_t i = 0; i < digits.size; i++) {
        if (!is_digit(digits.text[i])) {
            return false;
        }
        number = number * 10 + (unsigned)(digits.text[i] - '0');
        if (number > PORT_MAX) {
            return false;
        }
    }
    url->port = digits;
    if (digits.size > 0) {
        url->port_number = (uint16_t)number;
    }
    return url->port_number > 0;
}

/* Host and port, or the host alone. */
static bool read_host_and_port(struct url_piece piece, struct url *url)
{
    const char *end = piece.text + piece.size;
    const char *bracket =
        piece.size > 0 && piece.text[0] == '[' ? memchr(piece.text, ']', piece.size) : NULL;
    const char *from = bracket ? bracket + 1 : piece.text;
    const char *colon = memchr(from, ':', (size_t)(end - from));
    const char *host_end = colon ? colon : end;

    if (piece.size > 0 && piece.text[0] == '[' && (!bracket || host_end != bracket + 1)) {
        return false;
    }
    url->host = (struct url_piece){piece.text, (size_t)(host_end - piece.text)};
    return host_is_good(url->host) &&
           read_port((struct url_piece){colon ? colon + 1 : end,
                                        colon ? (size_t)(end - colon - 1) : 0},
                     url);
}

static bool read_authority(struct url_piece piece, struct url *url)
{
    const char *at = memchr(piece.text, '@', piece.size);

    if (memchr(piece.text, '\\', piece.size)) {
        return false;
    }
    if (at) {
        url->has_user_info = true;
        url->user_info = (struct url_piece){piece.text, (size_t)(at - piece.text)};
        piece.size -= url->user_info.size + 1;
        piece.text = at + 1;
        if (memchr(piece.text, '@', piece.size)) {
            return false;
        }
    }
    return read_host_and_port(piece, url);
}

bool url_parse(const char *text, struct url *url_out)
{
    struct url url = {.is_https = false};
    const char *authority = find_authority(text, &url.is_https);
    size_t size;

    if (!authority || has_control_or_blank(text)) {
        return false;
    }
    url.port_number = url.is_https ? 443 : 80;
    size = strcspn(authority, "/?#");
    if (!read_authority((struct url_piece){authority, size}, &url)) {
        return false;
    }
    url.path.text = authority + size;
    url.path.size = strcspn(url.path.text, "?#");
    text = url.path.text + url.path.size;
    if (*text == '?') {
        url.has_query = true;
        url.query.text = text + 1;
        url.query.size = strcspn(url.query.text, "#");
    }
    *url_out = url;
    return true;
}

enum odo_status url_check(const char *url)
{
    struct url parts;

    if (!url || *url == '\0' || !text_is_utf8(url) || has_control_or_blank(url) ||
        text_utf16_length(url) > URL_LENGTH_MAX) {
        return ODO_E_INVALID_ARGUMENT;
    }
    return url_parse(url, &parts) ? ODO_OK : ODO_E_INVALID_URL;
}

/* --- Results -------------------------------------------------------------------------- */

static char *copy_piece(struct url_piece piece)
{
    return text_copy_part(piece.size > 0 ? piece.text : "", piece.size);
}

/* "https://", the host, ":" and the port if it was given. */
static char *scheme_host_and_port(const struct url *url, const char *host)
{
    return text_format("%s://%s%s%.*s", url->is_https ? "https" : "http", host,
                       url->port.size > 0 ? ":" : "", (int)url->port.size,
                       url->port.size > 0 ? url->port.text : "");
}

char *url_for_log(const char *url)
{
    struct url parts;
    char *host;
    char *front = NULL;
    char *path = NULL;
    char *shown = NULL;

    if (!url_parse(url, &parts)) {
        return text_copy("(not a URL)");
    }
    host = copy_piece(parts.host);
    path = copy_piece(parts.path);
    front = host ? scheme_host_and_port(&parts, host) : NULL;
    if (front && path) {
        shown = text_format("%s%s", front, *path ? path : "/");
    }
    memory_free(front);
    memory_free(path);
    memory_free(host);
    return shown;
}

/* The canonical form of the host. */
static char *canonical_host(const struct url *url)
{
    char decoded[HOST_MAX + 1];
    char address[IP_ADDRESS_TEXT_SIZE];
    struct ipv6_address ipv6;
    struct url_piece zone;
    uint32_t ipv4;

    if (url->host.text[0] == '[') {
        if (!read_ipv6_host(url->host, &ipv6, &zone)) {
            return NULL; /* unreachable: parsed before */
        }
        ipv6_address_write(&ipv6, address);
        return zone.size > 0 ? text_format("[%s%%25%.*s]", address, (int)zone.size, zone.text)
                             : text_format("[%s]", address);
    }
    if (!decode_name(url->host, decoded)) {
        return NULL;
    }
    if (ipv4_address_parse(decoded, &ipv4)) {
        ipv4_address_write(ipv4, address);
        return text_copy(address);
    }
    for (char *next = decoded; *next != '\0'; next++) {
        *next = lower(*next);
    }
    return text_copy(decoded);
}

enum odo_status url_origin(const char *url, char **origin_out)
{
    struct url parts;
    char *host;
    char *origin = NULL;

    if (!url_parse(url, &parts)) {
        return ODO_E_INVALID_URL;
    }
    host = canonical_host(&parts);
    if (host) {
        origin = text_format("%s://%s:%u", parts.is_https ? "https" : "http", host,
                             (unsigned)parts.port_number);
    }
    memory_free(host);
    if (!origin) {
        return ODO_E_OUT_OF_MEMORY;
    }
    *origin_out = origin;
    return ODO_OK;
}

enum odo_status url_host(const char *url, char **host_out)
{
    char decoded[HOST_MAX + 1];
    struct url parts;
    char *host;

    if (!url_parse(url, &parts)) {
        return ODO_E_INVALID_URL;
    }
    if (parts.host.text[0] == '[') {
        host = text_copy_part(parts.host.text + 1, parts.host.size - 2);
    } else {
        host = decode_name(parts.host, decoded) ? text_copy(decoded) : NULL;
    }
    if (!host) {
        return ODO_E_OUT_OF_MEMORY;
    }
    *host_out = host;
    return ODO_OK;
}

enum odo_status url_with_host(const char *url, const char *host, char **url_out)
{
    struct url parts;
    char *user_info = NULL;
    char *rest = NULL;
    char *changed = NULL;

    if (!url_parse(url, &parts) || !host_is_good((struct url_piece){host, strlen(host)})) {
        return ODO_E_INVALID_URL;
    }
    user_info = copy_piece(parts.user_info);
    rest = text_copy_part(parts.path.text, strcspn(parts.path.text, "#"));
    if (user_info && rest) {
        changed =
            text_format("%s://%s%s%s%s%.*s%s", parts.is_https ? "https" : "http", user_info,
                        parts.has_user_info ? "@" : "", host, parts.port.size > 0 ? ":" : "",
                        (int)parts.port.size, parts.port.size > 0 ? parts.port.text : "", rest);
    }
    memory_free(rest);
    memory_free(user_info);
    if (!changed) {
        return ODO_E_OUT_OF_MEMORY;
    }
    *url_out = changed;
    return ODO_OK;
}
