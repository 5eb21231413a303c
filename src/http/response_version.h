/*
 * Which version of a remote file a reply belongs to, by its validators (RFC 9110 section 8.8),
 * its content coding and its size. Bytes of two versions must never be mixed in one file.
 *
 * Pure; safe on any thread. Strings are borrowed; NULL and empty ones are missing.
 */
#ifndef ODO_HTTP_RESPONSE_VERSION_H
#define ODO_HTTP_RESPONSE_VERSION_H

#include <odo/types.h>

struct response_version {
    uint64_t size;                /* of the whole file; or ODO_SIZE_UNKNOWN */
    const char *etag;             /* as sent, including W/; missing if sent twice */
    const char *last_modified;    /* as sent; missing if sent twice */
    const char *content_encoding; /* as sent; several lines are joined by ", " */
};

enum response_version_relation {
    RESPONSE_VERSION_SAME,
    RESPONSE_VERSION_LACKS, /* no contradiction, but a known validator is missing */
    RESPONSE_VERSION_OTHER,
};

/*
 * Is a reply of the known version? Only if every validator of the known version is present and
 * equal, the coding is the same, and the sizes agree where both are known. A validator that the
 * known version lacks proves nothing.
 *
 * Tags are compared without W/: servers send it while a file is less than a second old, and the
 * same tag without it later. So the date must agree as well, even with a strong tag: an
 * unnecessary request is cheaper than a mixed file.
 */
enum response_version_relation response_version_compare(const struct response_version *known,
                                                        const struct response_version *told);

/* Without validators, only the size distinguishes versions. */
bool response_version_has_validators(const struct response_version *version);

/*
 * True for an ETag that may be used in If-Range: quoted, not weak, and free of characters that
 * could break a header line.
 */
bool response_version_etag_is_strong(const char *etag);

/*
 * True for a Last-Modified that is a strong validator: so much older than the reply's Date that
 * the file cannot have changed twice within that second (RFC 9110 section 8.8.2.2).
 */
bool response_version_date_is_strong(const char *last_modified, const char *date);

#endif
