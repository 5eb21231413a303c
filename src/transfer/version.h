/*
 * Which version of the remote file the bytes are of: its size and its validators, as the first
 * reply that was taken said them. Every later reply is held against it (response_verdict.h).
 *
 * A reply of another version does not replace it at once: a captive portal, a cache or one node
 * of several may have answered. Only what was seen twice in a row is a new version.
 *
 * Pure.
 */
#ifndef ODO_TRANSFER_VERSION_H
#define ODO_TRANSFER_VERSION_H

#include "job/checkpoint.h"

struct response_verdict;
struct response_version;

/* What a reply says of the version that it is of. */
struct version_mark {
    uint64_t size;       /* or ODO_SIZE_UNKNOWN */
    char *etag;          /* owned; NULL without one */
    char *last_modified; /* the same */
    char *encoding; /* the same; Content-Encoding is part of the version: ranges are of it */
};

struct version {
    bool is_known;       /* a reply was taken, in this run or an earlier one */
    bool date_is_strong; /* Last-Modified may stand in If-Range */
    struct version_mark mark;
    struct version_mark other; /* of the last reply that was of another version */
    bool other_is_set;
};

/* Nothing is known. */
void version_init(struct version *version);

/* Begin with what an earlier run has learnt. ODO_E_OUT_OF_MEMORY. */
enum odo_status version_restore(struct version *version, const struct checkpoint *checkpoint);

/* Forget everything. */
void version_free(struct version *version);

/*
 * A reply is taken. The first one says what the version is; of later ones a size that was not
 * known is noted. ODO_E_OUT_OF_MEMORY leaves it as it was.
 */
enum odo_status version_learn(struct version *version, const struct response_verdict *verdict);

/* True when the version has an entity tag or a date, so that replies can be told apart. */
bool version_has_validators(const struct version *version);

enum version_change {
    VERSION_PASSING, /* it has no validators while the known one has: not the file's */
    VERSION_SEEN,    /* it is seen for the first time */
    VERSION_CHANGED, /* it was seen before: the file has changed */
};

/*
 * A reply is of another version than the known one. `must_have` is false for a refusal that
 * says the new size and has no validators by nature. Without memory the change counts as
 * passing.
 */
enum version_change version_differs(struct version *version,
                                    const struct response_version *told, bool must_have);

/* The value for If-Range (RFC 9110 section 13.1.5), borrowed; NULL without a strong one. */
const char *version_validator(const struct version *version);

#endif
