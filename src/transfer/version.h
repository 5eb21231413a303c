/*
 * Which version of the remote file the received bytes belong to: size and validators as stated
 * by the first accepted reply. Every later reply is compared with it (response_verdict.h).
 *
 * A reply of another version does not replace it at once: a captive portal, a cache or one of
 * several nodes may have answered. Only one seen twice in a row is a new version.
 *
 * Pure.
 */
#ifndef ODO_TRANSFER_VERSION_H
#define ODO_TRANSFER_VERSION_H

#include "job/checkpoint.h"

struct response_verdict;
struct response_version;

/* What a reply says about its version. */
struct version_mark {
    uint64_t size;       /* or ODO_SIZE_UNKNOWN */
    char *etag;          /* owned; NULL without one */
    char *last_modified; /* owned; NULL without one */
    char *encoding; /* owned; NULL without one. Ranges refer to the encoded content, so it is
                       part of the version */
};

struct version {
    bool is_known;       /* a reply was accepted, in this run or an earlier one */
    bool date_is_strong; /* Last-Modified may be used in If-Range */
    struct version_mark mark;
    struct version_mark other; /* of the last reply of another version */
    bool other_is_set;
};

/* Start with nothing known. */
void version_init(struct version *version);

/* Restore what an earlier run has learned. ODO_E_OUT_OF_MEMORY. */
enum odo_status version_restore(struct version *version, const struct checkpoint *checkpoint);

/* Frees everything. */
void version_free(struct version *version);

/*
 * A reply was accepted. The first one determines the version; later ones may add the size. On
 * ODO_E_OUT_OF_MEMORY nothing changes.
 */
enum odo_status version_learn(struct version *version, const struct response_verdict *verdict);

/* True if the version has an ETag or a date, so that replies can be told apart. */
bool version_has_validators(const struct version *version);

enum version_change {
    VERSION_PASSING, /* lacks validators that the known one has: a stray reply */
    VERSION_SEEN,    /* seen for the first time */
    VERSION_CHANGED, /* seen before: the file has changed */
};

/*
 * A reply is of another version than the known one. `must_have` is false for a 416, which
 * states the new size and has no validators. Without memory the result is VERSION_PASSING.
 */
enum version_change version_differs(struct version *version,
                                    const struct response_version *told, bool must_have);

/* The If-Range value (RFC 9110 section 13.1.5), borrowed; NULL without a strong validator. */
const char *version_validator(const struct version *version);

#endif
