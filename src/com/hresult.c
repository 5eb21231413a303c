#include "com/hresult.h"

#include <assert.h>
#include <deliveryoptimizationerrors.h>
#include <urlmon.h>
#include <winhttp.h>

/* ERROR_DISK_QUOTA_EXCEEDED; not in every winerror.h. */
#define DISK_QUOTA_EXCEEDED 1295

/* ERROR_NOT_FOUND: the property was never set. */
#define NOT_SET HRESULT_FROM_WIN32(ERROR_NOT_FOUND)

/* Without a default: a new status is a compiler's warning until it has a meaning here. */
HRESULT hresult_from_status(enum odo_status status)
{
    switch (status) {
    case ODO_OK:
        return S_OK;
    case ODO_PARTIAL_COMPLETE:
        return BG_S_PARTIAL_COMPLETE;
    case ODO_TEMPORARY_FILES_LEFT:
        return BG_S_UNABLE_TO_DELETE_FILES;

    case ODO_E_INVALID_ARGUMENT:
        return E_INVALIDARG;
    case ODO_E_INVALID_URL:
        return INET_E_INVALID_URL;
    case ODO_E_INVALID_RANGE:
        return DO_E_INVALID_RANGE;
    case ODO_E_OVERLAPPING_RANGES:
        return DO_E_OVERLAPPING_RANGES;
    case ODO_E_INVALID_STATE:
        return DO_E_INVALID_STATE;
    case ODO_E_NOT_FOUND:
        return DO_E_JOB_NOT_FOUND;
    case ODO_E_NO_FILES:
        return DO_E_JOB_EMPTY;
    case ODO_E_NO_SINK:
        return DO_E_FILE_DOWNLOADSINK_UNSPECIFIED;
    case ODO_E_SINK_ALREADY_SET:
        return DO_E_FILE_DOWNLOADSINK_ALREADY_SET;
    case ODO_E_NO_ERROR:
        return DO_E_ERROR_INFORMATION_UNAVAILABLE;
    case ODO_E_NOT_SET:
        return NOT_SET;
    case ODO_E_STRING_TOO_LONG:
        return BG_E_STRING_TOO_LONG;
    case ODO_E_TOO_MANY:
        return BG_E_TOO_MANY_RANGES_IN_FILE;
    case ODO_E_NOT_SUPPORTED:
        return E_NOTIMPL;
    case ODO_E_NOT_OWNER:
        return E_ACCESSDENIED;

    case ODO_E_OUT_OF_MEMORY:
        return E_OUTOFMEMORY;
    case ODO_E_ACCESS_DENIED:
        return E_ACCESSDENIED;
    case ODO_E_DISK_FULL:
        return HRESULT_FROM_WIN32(ERROR_DISK_FULL);
    case ODO_E_QUOTA_EXCEEDED:
        return HRESULT_FROM_WIN32(DISK_QUOTA_EXCEEDED);
    case ODO_E_FILE_NOT_FOUND:
        return HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
    case ODO_E_PATH_NOT_FOUND:
        return HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND);
    case ODO_E_INVALID_NAME:
        return HRESULT_FROM_WIN32(ERROR_INVALID_NAME);
    case ODO_E_NAME_TOO_LONG:
        return HRESULT_FROM_WIN32(ERROR_FILENAME_EXCED_RANGE);
    case ODO_E_ALREADY_EXISTS:
        return HRESULT_FROM_WIN32(ERROR_ALREADY_EXISTS);
    case ODO_E_SHARING_VIOLATION:
        return HRESULT_FROM_WIN32(ERROR_SHARING_VIOLATION);
    case ODO_E_READ_ONLY_MEDIA:
        return HRESULT_FROM_WIN32(ERROR_WRITE_PROTECT);
    case ODO_E_INPUT_OUTPUT:
        return HRESULT_FROM_WIN32(ERROR_IO_DEVICE);
    case ODO_E_SINK_FAILED:
        return E_FAIL;
    case ODO_E_DAMAGED:
        return HRESULT_FROM_WIN32(ERROR_FILE_CORRUPT);
    case ODO_E_SHUTTING_DOWN:
        return DO_E_NO_SERVICE;
    case ODO_E_CANCELLED:
        return HRESULT_FROM_WIN32(ERROR_CANCELLED);
    case ODO_E_TIMED_OUT:
        return HRESULT_FROM_WIN32(ERROR_TIMEOUT);
    case ODO_E_UNEXPECTED:
        return E_UNEXPECTED;

    case ODO_E_NO_NETWORK:
        return DO_E_BLOCKED_BY_NO_NETWORK;
    case ODO_E_NAME_NOT_RESOLVED:
        return HRESULT_FROM_WIN32(ERROR_WINHTTP_NAME_NOT_RESOLVED);
    case ODO_E_CANNOT_CONNECT:
        return HRESULT_FROM_WIN32(ERROR_WINHTTP_CANNOT_CONNECT);
    case ODO_E_TRANSFER_TIMED_OUT:
        return HRESULT_FROM_WIN32(ERROR_WINHTTP_TIMEOUT);
    case ODO_E_CONNECTION_LOST:
        return HRESULT_FROM_WIN32(ERROR_WINHTTP_CONNECTION_ERROR);
    case ODO_E_INVALID_REPLY:
        return HRESULT_FROM_WIN32(ERROR_WINHTTP_INVALID_SERVER_RESPONSE);
    case ODO_E_HTTP_STATUS:
        return HTTP_E_STATUS_UNEXPECTED;
    case ODO_E_UNEXPECTED_SUCCESS:
        return DO_E_UNEXPECTED_HTTP_STATUS_2XX;

    case ODO_E_REDIRECT:
        return HRESULT_FROM_WIN32(ERROR_WINHTTP_REDIRECT_FAILED);
    case ODO_E_RANGES_UNSUPPORTED:
        return DO_E_INSUFFICIENT_RANGE_SUPPORT;
    case ODO_E_CONTENT_MISMATCH:
        return DO_E_HTTP_BLOCKSIZE_MISMATCH;
    case ODO_E_FILE_CHANGED:
        return DO_E_HTTP_BLOCKSIZE_MISMATCH;
    case ODO_E_SIZE_UNKNOWN_IN_200:
        return DO_E_FILE_SIZE_UNKNOWN_HTTP_200;
    case ODO_E_SIZE_UNKNOWN_IN_206:
        return DO_E_FILE_SIZE_UNKNOWN_HTTP_206;
    case ODO_E_TLS_CHANNEL:
        return HRESULT_FROM_WIN32(ERROR_WINHTTP_SECURE_CHANNEL_ERROR);
    case ODO_E_TLS:
        return HRESULT_FROM_WIN32(ERROR_WINHTTP_SECURE_FAILURE);
    case ODO_E_CERTIFICATE:
        return DO_E_HTTP_CERT_VALIDATION;
    case ODO_E_CERTIFICATE_EXPIRED:
        return HRESULT_FROM_WIN32(ERROR_WINHTTP_SECURE_CERT_DATE_INVALID);
    case ODO_E_CERTIFICATE_NAME:
        return HRESULT_FROM_WIN32(ERROR_WINHTTP_SECURE_CERT_CN_INVALID);
    case ODO_E_CERTIFICATE_AUTHORITY:
        return HRESULT_FROM_WIN32(ERROR_WINHTTP_SECURE_INVALID_CA);
    case ODO_E_CERTIFICATE_REVOKED:
        return HRESULT_FROM_WIN32(ERROR_WINHTTP_SECURE_CERT_REVOKED);
    case ODO_E_CERTIFICATE_USAGE:
        return HRESULT_FROM_WIN32(ERROR_WINHTTP_SECURE_CERT_WRONG_USAGE);
    case ODO_E_CERTIFICATE_UNCHECKED:
        return HRESULT_FROM_WIN32(ERROR_WINHTTP_SECURE_CERT_REV_FAILED);
    case ODO_E_CLIENT_CERTIFICATE:
        return HRESULT_FROM_WIN32(ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED);
    case ODO_E_NO_PROGRESS:
        return DO_E_DOWNLOAD_NO_PROGRESS;
    case ODO_E_TOO_OLD:
        return DO_E_JOB_TOO_OLD;

    case ODO_E_BLOCKED_BY_COST:
        return DO_E_BLOCKED_BY_COST_TRANSFER_POLICY;
    case ODO_E_BLOCKED_BY_CELLULAR:
        return DO_E_BLOCKED_BY_CELLULAR_POLICY;
    case ODO_E_BLOCKED_BY_VPN:
        return DO_E_BLOCKED_BY_VPN_POLICY;
    case ODO_E_BLOCKED_BY_POWER:
        return DO_E_BLOCKED_BY_POWER_STATE;
    case ODO_E_BLOCKED_BY_MEMORY:
        return DO_E_BLOCKED_BY_CRITICAL_MEMORY_USAGE;

    case ODO_E_INTEGRITY_UNSPECIFIED:
        return DO_E_INTEGRITYCHECKINFO_UNSPECIFIED;
    case ODO_E_INTEGRITY_UNAVAILABLE:
        return DO_E_INTEGRITYCHECKINFO_UNAVAILABLE;
    case ODO_E_INTEGRITY_WITH_RANGES:
        return DO_E_DOWNLOAD_RANGES_UNEXPECTED;
    case ODO_E_BAD_PIECE_HASH:
        return DO_E_BAD_PIECE_HASH;
    case ODO_E_METAINFO_FILE_SIZE:
        return DO_E_METAINFO_FILE_SIZE;
    case ODO_E_METAINFO_DIGEST_MATCH:
        return DO_E_METAINFO_DIGEST_MATCH;
    case ODO_E_METAINFO_CONTENT:
        return DO_E_METAINFO_CONTENT;
    case ODO_E_METAINFO_VERSION:
        return DO_E_METAINFO_VERSION;
    case ODO_E_METAINFO_PARSE_HOH:
        return DO_E_METAINFO_PARSE_HOH;
    case ODO_E_METAINFO_HOH_MATCH:
        return DO_E_METAINFO_HOH_MATCH;
    case ODO_E_METAINFO_CONTENT_LENGTH:
        return DO_E_METAINFO_CONTENT_LENGTH;
    case ODO_E_METAINFO_PIECE_SIZE:
        return DO_E_METAINFO_PIECE_SIZE;
    case ODO_E_METAINFO_PARSE_PIECEHASHES:
        return DO_E_METAINFO_PARSE_PIECEHASHES;
    case ODO_E_METAINFO_PARSE_ONE_PIECEHASH:
        return DO_E_METAINFO_PARSE_ONE_PIECEHASH;
    case ODO_E_METAINFO_HOH_FINAL_MATCH:
        return DO_E_METAINFO_HOH_FINAL_MATCH;

    case ODO_STATUS_COUNT:
        break;
    }
    assert(!"a status without an HRESULT");
    return E_UNEXPECTED;
}

HRESULT hresult_from_error(const struct odo_error *error)
{
    if (error->status == ODO_E_HTTP_STATUS && error->http_status >= 100 &&
        error->http_status < 1000) {
        return HRESULT_FROM_HTTP_STATUS(error->http_status);
    }
    if (error->status == ODO_E_SINK_FAILED && error->sink_code < 0) {
        return (HRESULT)error->sink_code;
    }
    return hresult_from_status(error->status);
}
