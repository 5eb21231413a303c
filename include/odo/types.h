/*
 * Types shared by all of OpenDO: results, byte ranges and sentinels. Any room may include this
 * file; it depends on nothing else.
 */
#ifndef ODO_TYPES_H
#define ODO_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A contiguous range of a remote file: [offset, offset + length). */
struct byte_range {
    uint64_t offset; /* from the first byte of the file */
    uint64_t length; /* at least 1; or BYTE_RANGE_TO_END */
};

/* As a length: from the offset to the end of the file, whose size may be unknown. */
#define BYTE_RANGE_TO_END UINT64_MAX

/* A size that is not known yet. */
#define ODO_SIZE_UNKNOWN UINT64_MAX

/* One past the last addressable byte: file offsets and curl_off_t are signed. */
#define BYTE_OFFSET_LIMIT ((uint64_t)INT64_MAX)

/*
 * The result of a call or a transfer. Failures are ODO_E_*; successes with a qualification
 * directly follow ODO_OK. Each host translates these into codes of its own, such as the
 * command-line program into exit codes.
 */
enum odo_status {
    ODO_OK,
    ODO_PARTIAL_COMPLETE,     /* completed, but some files were incomplete */
    ODO_TEMPORARY_FILES_LEFT, /* done, but a temporary file could not be deleted */

    /* Caller errors. */
    ODO_E_INVALID_ARGUMENT,
    ODO_E_INVALID_URL,        /* not http or https, or without a host */
    ODO_E_INVALID_RANGE,      /* empty, past the end of the file, or not addressable */
    ODO_E_OVERLAPPING_RANGES, /* two ranges share a byte */
    ODO_E_INVALID_STATE,      /* not allowed in the present state */
    ODO_E_NOT_FOUND,          /* no such job */
    ODO_E_NO_FILES,           /* the job has no files to fetch */
    ODO_E_NO_SINK,            /* a file has no destination */
    ODO_E_SINK_ALREADY_SET,   /* the other kind of destination was set before */
    ODO_E_NO_ERROR,           /* there are no error details */
    ODO_E_NOT_SET,            /* the property was never set, and its value is unknown */
    ODO_E_STRING_TOO_LONG,
    ODO_E_TOO_MANY, /* a number exceeds its limit */
    ODO_E_NOT_SUPPORTED,
    ODO_E_NOT_OWNER, /* the job belongs to another user */

    /* Local errors. */
    ODO_E_OUT_OF_MEMORY,
    ODO_E_ACCESS_DENIED,
    ODO_E_DISK_FULL,
    ODO_E_QUOTA_EXCEEDED,
    ODO_E_FILE_NOT_FOUND,
    ODO_E_PATH_NOT_FOUND,
    ODO_E_INVALID_NAME,
    ODO_E_NAME_TOO_LONG,
    ODO_E_ALREADY_EXISTS,
    ODO_E_SHARING_VIOLATION, /* the file is in use by another program */
    ODO_E_READ_ONLY_MEDIA,
    ODO_E_INPUT_OUTPUT, /* the disk or the system failed for any other reason */
    ODO_E_SINK_FAILED,  /* the client's stream refused bytes; see odo_error.sink_code */
    ODO_E_DAMAGED,      /* a stored record is corrupt */
    ODO_E_SHUTTING_DOWN,
    ODO_E_CANCELLED,
    ODO_E_TIMED_OUT, /* a wait has timed out */
    ODO_E_UNEXPECTED,

    /* Network and server errors; transient unless stated otherwise. */
    ODO_E_NO_NETWORK,
    ODO_E_NAME_NOT_RESOLVED,
    ODO_E_CANNOT_CONNECT,
    ODO_E_TRANSFER_TIMED_OUT, /* connecting took too long, or the transfer has stalled */
    ODO_E_CONNECTION_LOST,    /* reset, or closed prematurely */
    ODO_E_INVALID_REPLY,      /* not valid HTTP */
    ODO_E_HTTP_STATUS, /* see odo_error.http_status; 408, 429, 5xx and above are transient */
    ODO_E_UNEXPECTED_SUCCESS, /* a 2xx that is neither 200 nor 206 */

    /* Network and server errors; final. */
    ODO_E_REDIRECT,           /* too many, or to a URL that is not allowed */
    ODO_E_RANGES_UNSUPPORTED, /* the server lacks Range; salvage is too expensive */
    ODO_E_CONTENT_MISMATCH,   /* the body or its Content-Range does not match the request */
    ODO_E_FILE_CHANGED, /* the remote file keeps changing, or differs from the stated size */
    ODO_E_SIZE_UNKNOWN_IN_200, /* the reply does not state the size of the file */
    ODO_E_SIZE_UNKNOWN_IN_206,
    ODO_E_TLS_CHANNEL, /* no common protocol or cipher in the handshake */
    ODO_E_TLS,         /* any other TLS error */
    ODO_E_CERTIFICATE, /* the server's certificate was rejected; see odo_error.cause */
    ODO_E_CERTIFICATE_EXPIRED,
    ODO_E_CERTIFICATE_NAME,
    ODO_E_CERTIFICATE_AUTHORITY,
    ODO_E_CERTIFICATE_REVOKED,
    ODO_E_CERTIFICATE_USAGE,
    ODO_E_CLIENT_CERTIFICATE, /* the server requires a client certificate */
    ODO_E_NO_PROGRESS,        /* no byte arrived within the allowed time */
    ODO_E_TOO_OLD,            /* the job reached its age limit */

    /* Blocked by the host (odo_job_set_block()). Statuses are stored as numbers, so new ones
     * must be added at the end. */
    ODO_E_BLOCKED_BY_COST,
    ODO_E_BLOCKED_BY_CELLULAR,
    ODO_E_BLOCKED_BY_VPN,
    ODO_E_BLOCKED_BY_POWER,
    ODO_E_BLOCKED_BY_MEMORY,

    ODO_E_CERTIFICATE_UNCHECKED, /* its revocation status is unknown; final */

    /* Integrity checks; final. METAINFO refers to the piece hash file. */
    ODO_E_INTEGRITY_UNSPECIFIED,   /* a check is mandatory, and there are no hashes */
    ODO_E_INTEGRITY_UNAVAILABLE,   /* the piece hash file could not be fetched */
    ODO_E_INTEGRITY_WITH_RANGES,   /* a check is mandatory, and the file has ranges */
    ODO_E_BAD_PIECE_HASH,          /* a piece does not match its hash, twice */
    ODO_E_METAINFO_FILE_SIZE,      /* the piece hash file is empty or too large */
    ODO_E_METAINFO_DIGEST_MATCH,   /* its digest differs from the stated one */
    ODO_E_METAINFO_CONTENT,        /* it is not a JSON object */
    ODO_E_METAINFO_VERSION,        /* unsupported version */
    ODO_E_METAINFO_PARSE_HOH,      /* its HashOfHashes is malformed */
    ODO_E_METAINFO_HOH_MATCH,      /* its HashOfHashes differs from the stated one */
    ODO_E_METAINFO_CONTENT_LENGTH, /* its ContentLength is invalid, or not that of the file */
    ODO_E_METAINFO_PIECE_SIZE,     /* its PieceSize is invalid */
    ODO_E_METAINFO_PARSE_PIECEHASHES, /* its Pieces are not an array, or of the wrong length */
    ODO_E_METAINFO_PARSE_ONE_PIECEHASH, /* one of its Pieces is malformed */
    ODO_E_METAINFO_HOH_FINAL_MATCH,     /* its HashOfHashes does not match its Pieces */

    /* Files on disk were changed by others. */
    ODO_E_TEMPORARY_FILE_CHANGED, /* it was truncated or replaced */
    ODO_E_NOT_PRIVATE,            /* others can write to the store's folder or a parent of it */
    ODO_E_PATH_RELATIVE,          /* the store's folder must be an absolute path */

    /* A web page instead of a piece hash file, for instance from a captive portal or a proxy;
     * final. */
    ODO_E_METAINFO_DIGEST_PORTAL,  /* if a digest was stated; a case of DIGEST_MATCH */
    ODO_E_METAINFO_CONTENT_PORTAL, /* otherwise; a case of CONTENT */

    ODO_E_TOO_MANY_OPEN_FILES, /* the limit for open files or sockets is reached */

    ODO_STATUS_COUNT
};

#ifdef __cplusplus
extern "C" {
#endif

/* A description in English, without a full stop. Never NULL; must not be freed. */
const char *odo_status_text(enum odo_status status);

#ifdef __cplusplus
}
#endif

/* Why a job or file has stopped. All zero without an error. */
struct odo_error {
    enum odo_status status; /* the error */
    enum odo_status cause;  /* its cause, such as ODO_E_CANNOT_CONNECT; or ODO_OK */
    uint16_t http_status;   /* of the reply that caused it, 100 to 999; or 0 */
    int32_t sink_code;      /* with ODO_E_SINK_FAILED, the stream's own error code; or 0 */
};

/*
 * Faults of a server's certificate to ignore; and CHECK_REVOCATION, which disables all the
 * others.
 *
 * On Windows each is supported, and with CHECK_REVOCATION an unknown revocation status is a
 * fault too. Elsewhere, and with odo_engine_options.ca_file, only IGNORE_WRONG_NAME has an
 * effect, since the TLS library ignores either all other faults or none; and revocation is not
 * checked.
 */
enum odo_security_flag {
    ODO_SECURITY_CHECK_REVOCATION = 0x1,
    ODO_SECURITY_IGNORE_UNKNOWN_AUTHORITY = 0x100,
    ODO_SECURITY_IGNORE_WRONG_USAGE = 0x200,
    ODO_SECURITY_IGNORE_WRONG_NAME = 0x1000,
    ODO_SECURITY_IGNORE_DATE = 0x2000,
};

/* A stream of the host that receives a file's bytes in order, each once, instead of a local
 * path. */
struct odo_stream {
    /*
     * Accept `size` bytes, 1 to 1 MiB, and return 0; or accept the first of them and return how
     * many: the others are offered again. Or fail with a negative code, which fails the file
     * with ODO_E_SINK_FAILED: then none of them counts as accepted, and when the job is resumed
     * they are offered again. Called on an engine thread, one call at a time, and may block for
     * any time. It may call functions of this header, but calls that stop this job do not wait
     * for it to return.
     */
    int32_t (*write)(void *context, const void *data, size_t size);
    void (*release)(void *context); /* once, when no longer needed */
    void *context;
    /*
     * No function of the engine waits for `write` to return: the host does so itself. `release`
     * is then called at once, or after the return by the thread that made the call. A stopping
     * engine waits nevertheless.
     */
    bool host_waits;
    /*
     * NULL, or called just before each `write`, on the same thread. Once a function that stops
     * the job has returned, no further call begins: so a host that waits itself knows of a call
     * that may be about to begin. The engine holds a lock meanwhile, so it must return at once
     * and not call functions of this header.
     */
    void (*begin)(void *context);
};

#endif
