/*
 * Which version of a remote file a reply is of: by its validators (RFC 9110 section 8.8), its
 * content coding and its size. Bytes of two versions must never meet in one file.
 *
 * Pure; safe on any thread. Texts are borrowed; NULL and empty ones are missing.
 */
#ifndef ODO_HTTP_RESPONSE_VERSION_H
#define ODO_HTTP_RESPONSE_VERSION_H

#include <odo/types.h>

struct response_version {
    uint64_t size;                /* of the whole file; or ODO_SIZE_UNKNOWN */
    const char *etag;             /* as sent, W/ included; missing when it came twice */
    const char *last_modified;    /* as sent; missing when it came twice */
    const char *content_encoding; /* as sent; the values of several lines joined by ", " */
};

enum response_version_relation {
    RESPONSE_VERSION_SAME,
    RESPONSE_VERSION_LACKS, /* what is told agrees, but a validator that is known is missing */
    RESPONSE_VERSION_OTHER,
};

/*
 * Is a reply of the known version? Only when every validator that the known version has is
 * there and equal, the coding is the same, and so is the size where both are known. A validator
 * that the known version does not have proves nothing.
 *
 * Tags are compared without regard to W/: servers send it while a file is a second old, and the
 * same tag without it later. So the date decides beside a weak tag, and beside a strong one as
 * well: the doubt is worth more than the request that it costs.
 */
enum response_version_relation response_version_compare(const struct response_version *known,
                                                        const struct response_version *told);

/* Without validators, nothing but the size tells one version from another. */
bool response_version_has_validators(const struct response_version *version);

/*
 * True for an entity tag that may stand in If-Range: in quotes, not weak, nothing in it that
 * could break out of a header line.
 */
bool response_version_etag_is_strong(const char *etag);

/*
 * True for a Last-Modified that is a strong validator: so much older than the reply's Date that
 * the file cannot have changed twice within its second (RFC 9110 section 8.8.2.2).
 */
bool response_version_date_is_strong(const char *last_modified, const char *date);

#endif
