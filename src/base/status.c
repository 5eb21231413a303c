#include "base/status.h"

#include <odo/types.h>

#include <assert.h>

/* One row per status. The texts are for users: what happened and, if possible, what to do. */
#define STATUS_TABLE(ROW)                                                                      \
    ROW(ODO_OK, "Success")                                                                     \
    ROW(ODO_PARTIAL_COMPLETE,                                                                  \
        "Completed, but only some of the files; the incomplete ones were deleted")             \
    ROW(ODO_TEMPORARY_FILES_LEFT, "Done, but a temporary file (DO*.tmp) could not be "         \
                                  "deleted; it may be removed by hand")                        \
                                                                                               \
    ROW(ODO_E_INVALID_ARGUMENT, "An argument is missing, malformed or out of range")           \
    ROW(ODO_E_INVALID_URL,                                                                     \
        "The address is not valid; it must begin with http:// or https:// and name a host")    \
    ROW(ODO_E_INVALID_RANGE, "A byte range is empty or reaches past the end of the file; "     \
                             "check it against the size")                                      \
    ROW(ODO_E_OVERLAPPING_RANGES,                                                              \
        "Two byte ranges overlap; each byte may be asked for only once")                       \
    ROW(ODO_E_INVALID_STATE, "This is not possible in the present state of the job")           \
    ROW(ODO_E_NOT_FOUND, "There is no such job; it may be completed or cancelled already")     \
    ROW(ODO_E_NO_FILES, "The job has no files; add one first")                                 \
    ROW(ODO_E_NO_SINK, "The file has nowhere to go; give it a path or a stream first")         \
    ROW(ODO_E_SINK_ALREADY_SET,                                                                \
        "The file goes to a path or to a stream, not to both; the other one is set already")   \
    ROW(ODO_E_NO_ERROR, "There is no error to describe")                                       \
    ROW(ODO_E_NOT_SET, "The value was never set and is not known yet")                         \
    ROW(ODO_E_STRING_TOO_LONG, "The text is too long")                                         \
    ROW(ODO_E_TOO_MANY, "There are more items than can be held; ask for fewer at a time")      \
    ROW(ODO_E_NOT_SUPPORTED, "This is not supported")                                          \
    ROW(ODO_E_NOT_OWNER, "The job belongs to another user; its owner or an administrator may " \
                         "change it")                                                          \
                                                                                               \
    ROW(ODO_E_OUT_OF_MEMORY, "There is not enough memory; close other programs and try again") \
    ROW(ODO_E_ACCESS_DENIED,                                                                   \
        "Access was denied; check the permissions of the file and of its folder")              \
    ROW(ODO_E_DISK_FULL, "The disk is full; make room and resume")                             \
    ROW(ODO_E_QUOTA_EXCEEDED, "The disk quota is used up; make room and resume")               \
    ROW(ODO_E_FILE_NOT_FOUND, "The file is not there; it may have been moved or deleted")      \
    ROW(ODO_E_PATH_NOT_FOUND, "The folder does not exist; create it first")                    \
    ROW(ODO_E_INVALID_NAME, "The file name is not valid on this system")                       \
    ROW(ODO_E_NAME_TOO_LONG, "The file name or its path is too long for this system")          \
    ROW(ODO_E_ALREADY_EXISTS, "The target exists already and cannot be replaced")              \
    ROW(ODO_E_SHARING_VIOLATION, "Another program is using the file; close it and try again")  \
    ROW(ODO_E_READ_ONLY_MEDIA, "The disk is write-protected; choose another place")            \
    ROW(ODO_E_INPUT_OUTPUT, "The disk could not be read or written; check it for errors")      \
    ROW(ODO_E_SINK_FAILED, "The program's own stream refused the bytes")                       \
    ROW(ODO_E_DAMAGED, "A stored record is damaged; the download has to be set up again")      \
    ROW(ODO_E_SHUTTING_DOWN, "The download engine is stopping; try again once it has started") \
    ROW(ODO_E_CANCELLED, "Cancelled")                                                          \
    ROW(ODO_E_TIMED_OUT, "The wait has timed out; the download continues")                     \
    ROW(ODO_E_UNEXPECTED, "An internal error occurred; please report it")                      \
                                                                                               \
    ROW(ODO_E_NO_NETWORK, "There is no network; the download continues when there is one")     \
    ROW(ODO_E_NAME_NOT_RESOLVED,                                                               \
        "The server's name could not be resolved; check the address and the network")          \
    ROW(ODO_E_CANNOT_CONNECT,                                                                  \
        "The server cannot be reached; it may be down, or a firewall may stand between")       \
    ROW(ODO_E_TRANSFER_TIMED_OUT, "The server took too long to answer, or stopped sending")    \
    ROW(ODO_E_CONNECTION_LOST, "The connection was lost before everything had arrived")        \
    ROW(ODO_E_INVALID_REPLY, "The server's reply is not valid HTTP")                           \
    ROW(ODO_E_HTTP_STATUS, "The server refused the request with an HTTP error status")         \
    ROW(ODO_E_UNEXPECTED_SUCCESS, "The server reported success but sent no content, with a "   \
                                  "status other than 200 or 206")                              \
                                                                                               \
    ROW(ODO_E_REDIRECT, "The server redirected too often, or to a place that is not allowed")  \
    ROW(ODO_E_RANGES_UNSUPPORTED,                                                              \
        "The server cannot send parts of this file; download the whole file instead")          \
    ROW(ODO_E_CONTENT_MISMATCH, "The server sent different bytes than were requested")         \
    ROW(ODO_E_FILE_CHANGED,                                                                    \
        "The file on the server has changed or does not have the stated size; start again")    \
    ROW(ODO_E_SIZE_UNKNOWN_IN_200, "The server does not say how large the file is")            \
    ROW(ODO_E_SIZE_UNKNOWN_IN_206,                                                             \
        "The server sent a part of the file but does not say how large the file is")           \
    ROW(ODO_E_TLS_CHANNEL,                                                                     \
        "No secure connection could be agreed on with the server; it may be too old or too "   \
        "new for this system")                                                                 \
    ROW(ODO_E_TLS, "The secure connection failed")                                             \
    ROW(ODO_E_CERTIFICATE, "The server's certificate was rejected; it cannot be trusted")      \
    ROW(ODO_E_CERTIFICATE_EXPIRED, "The server's certificate is out of date; check this "      \
                                   "computer's date and time as well")                         \
    ROW(ODO_E_CERTIFICATE_NAME, "The server's certificate was issued for another name")        \
    ROW(ODO_E_CERTIFICATE_AUTHORITY,                                                           \
        "The server's certificate comes from an authority that this computer does not trust")  \
    ROW(ODO_E_CERTIFICATE_REVOKED, "The server's certificate was revoked; do not trust it")    \
    ROW(ODO_E_CERTIFICATE_USAGE, "The server's certificate was not issued for servers")        \
    ROW(ODO_E_CLIENT_CERTIFICATE, "The server requires a client certificate")                  \
    ROW(ODO_E_NO_PROGRESS, "Nothing arrived within the allowed time; resume to try again")     \
    ROW(ODO_E_TOO_OLD,                                                                         \
        "The job was cancelled because it reached its age limit; create it again")             \
    ROW(ODO_E_BLOCKED_BY_COST,                                                                 \
        "The network costs more than the job may; it waits for another")                       \
    ROW(ODO_E_BLOCKED_BY_CELLULAR, "The network is cellular; the job waits for another")       \
    ROW(ODO_E_BLOCKED_BY_VPN, "The network is a VPN; the job waits for another")               \
    ROW(ODO_E_BLOCKED_BY_POWER, "The computer runs on battery; the job waits for mains power") \
    ROW(ODO_E_BLOCKED_BY_MEMORY, "Memory is short; the job waits until there is more")         \
    ROW(ODO_E_CERTIFICATE_UNCHECKED,                                                           \
        "The revocation status of the server's certificate could not be determined")           \
    ROW(ODO_E_INTEGRITY_UNSPECIFIED,                                                           \
        "An integrity check is required, but there is nothing to check against")               \
    ROW(ODO_E_INTEGRITY_UNAVAILABLE,                                                           \
        "The piece hash file could not be fetched, and without it the file cannot be checked") \
    ROW(ODO_E_INTEGRITY_WITH_RANGES,                                                           \
        "Only whole files can be checked for integrity, and this one was asked for in ranges") \
    ROW(ODO_E_BAD_PIECE_HASH,                                                                  \
        "A part of the file does not match its published hash, even after a second download")  \
    ROW(ODO_E_METAINFO_FILE_SIZE, "The piece hash file is empty or too large")                 \
    ROW(ODO_E_METAINFO_DIGEST_MATCH, "The piece hash file is not the one that was announced")  \
    ROW(ODO_E_METAINFO_CONTENT, "The piece hash file cannot be read")                          \
    ROW(ODO_E_METAINFO_VERSION, "The piece hash file has an unknown version")                  \
    ROW(ODO_E_METAINFO_PARSE_HOH, "The piece hash file has no readable hash of its hashes")    \
    ROW(ODO_E_METAINFO_HOH_MATCH,                                                              \
        "The piece hash file states another hash of its hashes than was announced")            \
    ROW(ODO_E_METAINFO_CONTENT_LENGTH, "The piece hash file is for a file of another size")    \
    ROW(ODO_E_METAINFO_PIECE_SIZE, "The piece hash file has no usable piece size")             \
    ROW(ODO_E_METAINFO_PARSE_PIECEHASHES,                                                      \
        "The piece hash file does not contain one hash for each piece")                        \
    ROW(ODO_E_METAINFO_PARSE_ONE_PIECEHASH, "The piece hash file contains a malformed hash")   \
    ROW(ODO_E_METAINFO_HOH_FINAL_MATCH,                                                        \
        "The hashes in the piece hash file are not those that were announced")                 \
    ROW(ODO_E_TEMPORARY_FILE_CHANGED,                                                          \
        "The temporary file (DO*.tmp) was truncated or replaced by another file")              \
    ROW(ODO_E_NOT_PRIVATE, "Other users can write to this folder or to a parent of it; "       \
                           "remove that permission, or choose another folder")                 \
    ROW(ODO_E_PATH_RELATIVE, "The path of the folder must be absolute")                        \
    ROW(ODO_E_METAINFO_DIGEST_PORTAL,                                                          \
        "A web page came instead of the announced piece hash file; sign in to the network")    \
    ROW(ODO_E_METAINFO_CONTENT_PORTAL,                                                         \
        "A web page came instead of a piece hash file; sign in to the network")                \
    ROW(ODO_E_TOO_MANY_OPEN_FILES,                                                             \
        "Too many files and connections are open; close some, or raise the limit (ulimit -n)")

struct status_row {
    const char *name;
    const char *text;
};

#define TABLE_ROW(status, text) [status] = {#status, text},

static const struct status_row rows[] = {STATUS_TABLE(TABLE_ROW)};

/* As many rows as statuses, and the compiler warns of duplicates: so every status has a row. */
#define COUNT_ROW(status, text) ROW_OF_##status,
enum row_count { STATUS_TABLE(COUNT_ROW) ROW_COUNT };
static_assert((int)ROW_COUNT == (int)ODO_STATUS_COUNT, "every status has a row");
static_assert(sizeof(rows) / sizeof(rows[0]) == ODO_STATUS_COUNT, "every row has a status");

#define CHECK_ROW(status, text) static_assert(sizeof(text) > 1, #status " has a text");
STATUS_TABLE(CHECK_ROW)

static bool is_known(enum odo_status status)
{
    return (unsigned)status < ODO_STATUS_COUNT;
}

const char *status_name(enum odo_status status)
{
    return is_known(status) ? rows[status].name : "unknown status";
}

const char *odo_status_text(enum odo_status status)
{
    return is_known(status) ? rows[status].text : "An unknown error occurred";
}
