/*
 * The words that every part of OpenDO shares: results, byte ranges and their sentinels.
 * Any room may include this file; it depends on nothing of ours.
 */
#ifndef ODO_TYPES_H
#define ODO_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A run of bytes in a remote file: [offset, offset + length). */
struct byte_range {
    uint64_t offset; /* from the first byte of the file */
    uint64_t length; /* at least 1; or BYTE_RANGE_TO_END */
};

/* A length: everything from the offset to the end of the file, whose size may be unknown. */
#define BYTE_RANGE_TO_END UINT64_MAX

/* A size that nobody has told us yet. */
#define ODO_SIZE_UNKNOWN UINT64_MAX

/* One past the last byte we can address: file offsets and curl_off_t are signed. */
#define BYTE_OFFSET_LIMIT ((uint64_t)INT64_MAX)

/*
 * What a call or a transfer came to. Failures are ODO_E_*; the few results that succeed with
 * a remark stand directly behind ODO_OK. Each host has codes of its own for them: the
 * command-line program, for one, its exit codes.
 */
enum odo_status {
    ODO_OK,
    ODO_PARTIAL_COMPLETE,     /* completed, but only some of the files were whole */
    ODO_TEMPORARY_FILES_LEFT, /* done, but a temporary file could not be deleted */

    /* The caller's mistakes. */
    ODO_E_INVALID_ARGUMENT,
    ODO_E_INVALID_URL,        /* not http or https, or without a host */
    ODO_E_INVALID_RANGE,      /* empty, past the end of the file, or not addressable */
    ODO_E_OVERLAPPING_RANGES, /* two ranges share a byte */
    ODO_E_INVALID_STATE,      /* the call is not allowed in the present state */
    ODO_E_NOT_FOUND,          /* no such job */
    ODO_E_NO_FILES,           /* the job has no files to fetch */
    ODO_E_NO_SINK,            /* a file has nowhere to go to */
    ODO_E_SINK_ALREADY_SET,   /* the other kind of sink was set before */
    ODO_E_NO_ERROR,           /* error details were asked for and there are none */
    ODO_E_NOT_SET,            /* the property was never set and is not yet known */
    ODO_E_STRING_TOO_LONG,
    ODO_E_TOO_MANY, /* a count is beyond what can be held */
    ODO_E_NOT_SUPPORTED,
    ODO_E_NOT_OWNER, /* the job belongs to another user */

    /* This machine. */
    ODO_E_OUT_OF_MEMORY,
    ODO_E_ACCESS_DENIED,
    ODO_E_DISK_FULL,
    ODO_E_QUOTA_EXCEEDED,
    ODO_E_FILE_NOT_FOUND,
    ODO_E_PATH_NOT_FOUND,
    ODO_E_INVALID_NAME,
    ODO_E_NAME_TOO_LONG,
    ODO_E_ALREADY_EXISTS,
    ODO_E_SHARING_VIOLATION, /* another program holds the file */
    ODO_E_READ_ONLY_MEDIA,
    ODO_E_INPUT_OUTPUT, /* the disk or the system refused for a reason without a better name */
    ODO_E_SINK_FAILED,  /* the client's stream refused bytes; see odo_error.sink_code */
    ODO_E_DAMAGED,      /* a stored record is not what we wrote */
    ODO_E_SHUTTING_DOWN,
    ODO_E_CANCELLED,
    ODO_E_TIMED_OUT, /* a wait ended before what it waited for came about */
    ODO_E_UNEXPECTED,

    /* The network and the server; retried unless said otherwise. */
    ODO_E_NO_NETWORK,
    ODO_E_NAME_NOT_RESOLVED,
    ODO_E_CANNOT_CONNECT,
    ODO_E_TRANSFER_TIMED_OUT, /* connecting took too long, or the transfer stalled */
    ODO_E_CONNECTION_LOST,    /* reset, or closed before the announced end */
    ODO_E_INVALID_REPLY,      /* not HTTP */
    ODO_E_HTTP_STATUS, /* see odo_error.http_status; 408, 429, 5xx and above are retried */
    ODO_E_UNEXPECTED_SUCCESS, /* a 2xx that is neither 200 nor 206 */

    /* The network and the server; final. */
    ODO_E_REDIRECT,           /* too many, or to a place that is not allowed */
    ODO_E_RANGES_UNSUPPORTED, /* the server does not honour Range, and salvage costs too much */
    ODO_E_CONTENT_MISMATCH,   /* the body or its Content-Range is not what was asked for */
    ODO_E_FILE_CHANGED,       /* the remote file keeps changing, or is not of the stated size */
    ODO_E_SIZE_UNKNOWN_IN_200, /* a reply says nothing of the size of the file */
    ODO_E_SIZE_UNKNOWN_IN_206,
    ODO_E_TLS_CHANNEL, /* no common ground in the handshake */
    ODO_E_TLS,         /* any other failure of TLS */
    ODO_E_CERTIFICATE, /* the server's certificate was rejected; odo_error.cause says why */
    ODO_E_CERTIFICATE_EXPIRED,
    ODO_E_CERTIFICATE_NAME,
    ODO_E_CERTIFICATE_AUTHORITY,
    ODO_E_CERTIFICATE_REVOKED,
    ODO_E_CERTIFICATE_USAGE,
    ODO_E_CLIENT_CERTIFICATE, /* the server wants a certificate of ours */
    ODO_E_NO_PROGRESS,        /* no byte arrived within the allowed time */
    ODO_E_TOO_OLD,            /* the job reached its age limit */

    /* The host has said that nothing may run now (odo_job_set_block()). Statuses are recorded
     * by number: new ones come behind the last one. */
    ODO_E_BLOCKED_BY_COST,
    ODO_E_BLOCKED_BY_CELLULAR,
    ODO_E_BLOCKED_BY_VPN,
    ODO_E_BLOCKED_BY_POWER,
    ODO_E_BLOCKED_BY_MEMORY,

    ODO_E_CERTIFICATE_UNCHECKED, /* whether it was revoked could not be found out; final */

    /* Integrity checks; final. METAINFO is the piece hash file. */
    ODO_E_INTEGRITY_UNSPECIFIED, /* a check is mandatory, and there is nothing to check against
                                  */
    ODO_E_INTEGRITY_UNAVAILABLE, /* the piece hash file could not be fetched */
    ODO_E_INTEGRITY_WITH_RANGES, /* a check is mandatory, and the file has ranges */
    ODO_E_BAD_PIECE_HASH,        /* a piece is not what its hash says, twice */
    ODO_E_METAINFO_FILE_SIZE,    /* the piece hash file is empty or too large */
    ODO_E_METAINFO_DIGEST_MATCH, /* its digest is not the stated one */
    ODO_E_METAINFO_CONTENT,      /* no JSON object */
    ODO_E_METAINFO_VERSION,      /* its version is not known */
    ODO_E_METAINFO_PARSE_HOH,    /* its HashOfHashes cannot be read */
    ODO_E_METAINFO_HOH_MATCH,    /* its HashOfHashes is not the stated one */
    ODO_E_METAINFO_CONTENT_LENGTH,    /* its ContentLength is bad, or not that of the file */
    ODO_E_METAINFO_PIECE_SIZE,        /* its PieceSize is bad */
    ODO_E_METAINFO_PARSE_PIECEHASHES, /* its Pieces are no array, or not as many as they must be
                                       */
    ODO_E_METAINFO_PARSE_ONE_PIECEHASH, /* one of its Pieces cannot be read */
    ODO_E_METAINFO_HOH_FINAL_MATCH,     /* its HashOfHashes is not that of its Pieces */

    /* What is on the disk is not what we left there. */
    ODO_E_TEMPORARY_FILE_CHANGED, /* it is shorter than it was, or another file or a link has
                                     its name */
    ODO_E_NOT_PRIVATE,            /* others can write to the store's folder, or above it */
    ODO_E_PATH_RELATIVE,          /* the store's folder must be named by an absolute path */

    /* A piece hash file came as a web page, from a captive portal or a proxy, say; final. */
    ODO_E_METAINFO_DIGEST_PORTAL,  /* where there is a digest; else as DIGEST_MATCH */
    ODO_E_METAINFO_CONTENT_PORTAL, /* else as CONTENT */

    ODO_E_TOO_MANY_OPEN_FILES, /* no file or socket can be opened: the limit is reached */

    ODO_STATUS_COUNT
};

#ifdef __cplusplus
extern "C" {
#endif

/* Text for a result, in English, without a full stop. Never NULL; not to be freed. */
const char *odo_status_text(enum odo_status status);

#ifdef __cplusplus
}
#endif

/* Why a job or a file stands still. All zero when there is no error. */
struct odo_error {
    enum odo_status status; /* what happened */
    enum odo_status cause;  /* what lay beneath, such as ODO_E_CANNOT_CONNECT; or ODO_OK */
    uint16_t http_status;   /* of the reply that caused it, 100 to 999; or 0 */
    int32_t sink_code;      /* the stream's own failure with ODO_E_SINK_FAILED; or 0 */
};

/*
 * What of a server's certificate does not matter; and CHECK_REVOCATION, with which everything
 * does: the others then have no effect.
 *
 * On Windows each is obeyed as it is called, and a certificate of which it cannot be found out
 * whether it was revoked is then rejected. Elsewhere, and with odo_engine_options.ca_file, only
 * IGNORE_WRONG_NAME has an effect: other faults reject a certificate as if nothing was said,
 * for the TLS library passes over all of them or none; and revocation is not looked up.
 */
enum odo_security_flag {
    ODO_SECURITY_CHECK_REVOCATION = 0x1,
    ODO_SECURITY_IGNORE_UNKNOWN_AUTHORITY = 0x100,
    ODO_SECURITY_IGNORE_WRONG_USAGE = 0x200,
    ODO_SECURITY_IGNORE_WRONG_NAME = 0x1000,
    ODO_SECURITY_IGNORE_DATE = 0x2000,
};

/* A stream of the host's that takes a file's bytes in order, each once, instead of a path. */
struct odo_stream {
    /*
     * Take `size` bytes, 1 to 1 MiB, and return 0; or take the first of them, and return how
     * many: the others are offered again. Or fail with a negative code of your own, which ends
     * the file with ODO_E_SINK_FAILED: then none of them counts as taken, and when the job is
     * resumed it goes on with them. Called on a thread of the engine's, one call at a time,
     * that may be held up for as long as you like. It may call into this header, but calls
     * that stop this job do not wait for it to return.
     */
    int32_t (*write)(void *context, const void *data, size_t size);
    void (*release)(void *context); /* once, when the engine needs the stream no more */
    void *context;
    /*
     * No function of the engine's waits for a call of `write` to return: the host does, when
     * and how it can. `release` then comes at once, or from the thread that made the call when
     * that has returned. A stopping engine waits nevertheless.
     */
    bool host_waits;
    /*
     * NULL, or told just before each call of `write`, by the thread that makes it. Once a
     * function that stops the job has returned, no more calls begin: a host that waits itself
     * knows by this of the one that may still be on its way. The engine holds a lock meanwhile,
     * so it must return at once, and call nothing in this header.
     */
    void (*begin)(void *context);
};

#endif
