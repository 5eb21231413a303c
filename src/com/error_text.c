#include "com/error_text.h"

#include "com/wide_text.h"

#include <deliveryoptimizationerrors.h>
#include <stdbool.h>
#include <stdio.h>
#include <wchar.h>

/* Every DO_E_*, and the codes of BITS that we use; the system has no words for them. */
static const struct error_text {
    HRESULT code;
    const WCHAR *text;
} texts[] = {
    /* clang-format off */
    {DO_E_NO_SERVICE, L"Delivery Optimization is starting, stopping or turned off"},
    {DO_E_DOWNLOAD_NO_PROGRESS, L"No data arrived within the time allowed"},
    {DO_E_JOB_NOT_FOUND, L"There is no such job; it may be completed or cancelled already"},
    {DO_E_JOB_EMPTY, L"The job has no files; add one first"},
    {DO_E_NO_DOWNLOADS, L"There are no downloads"},
    {DO_E_MEMORYSTREAM_DOWNLOAD_NOT_SUPPORTED, L"Downloading into a memory stream is no longer supported"},
    {DO_E_JOB_TOO_OLD, L"The job reached the age limit without being completed or cancelled"},
    {DO_E_LOCALPATH_NOT_SET, L"No path for the downloaded file was given"},
    {DO_E_FILE_NOT_AVAILABLE, L"The error does not belong to a file"},
    {DO_E_UNKNOWN_PROPERTY_ID, L"The property is not known to this version"},
    {DO_E_READ_ONLY_PROPERTY, L"The property can only be read"},
    {DO_E_INVALID_STATE, L"This is not possible in the present state"},
    {DO_E_ERROR_INFORMATION_UNAVAILABLE, L"There is no error to describe"},
    {DO_E_WRITE_ONLY_PROPERTY, L"The property can only be set"},
    {DO_E_INTEGRITYCHECKINFO_UNSPECIFIED, L"An integrity check is demanded, but there is nothing to check against"},
    {DO_E_INTEGRITYCHECKINFO_UNAVAILABLE, L"An integrity check is demanded, but the piece hash file could not be fetched"},
    {DO_E_FILE_DOWNLOADSINK_UNSPECIFIED, L"The file has nowhere to go; give it a path or a stream first"},
    {DO_E_FILE_DOWNLOADSINK_ALREADY_SET, L"The file goes to a path or to a stream, and the other one is set already"},
    {DO_E_FILE_SIZE_UNKNOWN_HTTP_200, L"The server's reply (status 200) does not say how large the file is"},
    {DO_E_FILE_ENCRYPTION_EXPECTED, L"A key was given, but the content is not encrypted"},
    {DO_E_FILE_SIZE_UNKNOWN_HTTP_206, L"The server's reply (status 206) does not say how large the file is"},
    {DO_E_FILE_SIZE_UNKNOWN_HTTP_2XX, L"The server's reply does not say how large the file is"},
    {DO_E_NETWORK_ACCESS_CONSENT_NEEDED, L"The user has not agreed to the use of the network"},
    {DO_E_DOWNLOAD_NO_URI, L"The download has no address to fetch from"},
    {DO_E_DOWNLOAD_NO_CONTENT_ID, L"The download has no content identifier"},
    {DO_E_INVALID_CONTENT_ID, L"The content identifier is malformed"},
    {DO_E_DOWNLOAD_RANGES_UNEXPECTED, L"Byte ranges are not allowed here"},
    {DO_E_DOWNLOAD_RANGES_EXPECTED, L"Byte ranges are needed here"},
    {DO_E_NO_DOWNLOAD_PARTICIPATION, L"The download was put off because too many take part at this time"},
    {DO_E_NO_DOWNLOAD_EXTSETTINGS, L"The settings of the user or the administrator forbid the download"},
    {DO_E_BLOCKED_BY_COST_TRANSFER_POLICY, L"Waiting for a network that costs no more than is allowed"},
    {DO_E_DOWNLOADMODE_SET_BY_CP, L"The download mode is limited by the content's policy"},
    {DO_E_BLOCKED_BY_CELLULAR_POLICY, L"Waiting for a network that is not cellular"},
    {DO_E_BLOCKED_BY_POWER_STATE, L"Waiting for mains power"},
    {DO_E_BLOCKED_BY_NO_NETWORK, L"Waiting for a network"},
    {DO_E_DOWNLOADMODE_SET_BY_POLICY, L"The download mode is limited by policy"},
    {DO_E_BLOCKED_BY_VPN_POLICY, L"Waiting for a network that is not a VPN"},
    {DO_E_BLOCKED_BY_CRITICAL_MEMORY_USAGE, L"Waiting for memory to become free"},
    {DO_E_DOWNLOADMODE_SET_BY_CACHE_ABSENCE, L"The download mode is limited because the cache folder is absent"},
    {DO_E_CLOUD_SERVICES_UNREACHABLE, L"A cloud service of Delivery Optimization could not be reached"},
    {DO_E_DOWNLOADMODE_SET_FOR_UNREG_CALLER, L"The download mode is limited because the caller is not registered"},
    {DO_E_DOWNLOADMODE_SET_FOR_SIMPLE_RANGES, L"Byte ranges are fetched in simple mode"},
    {DO_E_UNEXPECTED_HTTP_STATUS_2XX, L"The server answered with an unexpected status of success; waiting to try again"},
    {DO_E_HTTP_BLOCKSIZE_MISMATCH, L"The server's reply is not what was asked for; the file may have changed"},
    {DO_E_HTTP_CERT_VALIDATION, L"The server's certificate was rejected"},
    {DO_E_INVALID_RANGE, L"A byte range is empty or reaches past the end of the file"},
    {DO_E_INSUFFICIENT_RANGE_SUPPORT, L"The server does not send parts of files"},
    {DO_E_OVERLAPPING_RANGES, L"Two byte ranges overlap; each byte may be asked for only once"},
    {DO_E_UPLOADING_BAD_PIECES, L"Too many bad pieces were found in what was uploaded"},
    {DO_E_FATAL_CORE_ERROR, L"Delivery Optimization failed for a reason within itself"},
    {DO_E_SERVICES_RESPONSE_EMPTY, L"A cloud service gave an empty answer"},
    {DO_E_BAD_INCOMING_DATA, L"The data of a piece is bad or incomplete"},
    {DO_E_BAD_PIECE_HASH, L"A piece does not have the hash it should have"},
    {DO_E_BAD_PIECE_HASH_NO_BAN, L"A piece does not have the hash it should have; its source is kept for now"},
    {DO_E_ALREADY_HAVE_PIECE, L"The piece is in the cache already"},
    {DO_E_MISSING_PIECE, L"The piece is no longer in the cache"},
    {DO_E_METAINFO_CONTENT, L"The piece hash file is not valid JSON"},
    {DO_E_METAINFO_VERSION, L"The version of the piece hash file is not supported"},
    {DO_E_SWARM_NOT_RUNNING, L"The swarm is not running"},
    {DO_E_UNRECOGNIZED_CONN, L"The connection to a peer is not known"},
    {DO_E_PEER_BANNED, L"The peer is banned"},
    {DO_E_CONNECT_TO_SELF, L"The peer is this computer itself"},
    {DO_E_ALREADY_CONNECTED, L"The peer is connected already"},
    {DO_E_NO_MORE_CONNECTIONS, L"There are as many connections as there may be"},
    {DO_E_LOST_CONNECTION, L"The connection to a peer was lost"},
    {DO_E_UNRECOGNIZED_SWARM, L"The swarm is not known"},
    {DO_E_INVALID_HANDSHAKE_LEN, L"The length of a peer's handshake is wrong"},
    {DO_E_SOCKET_CLOSED, L"The socket was closed"},
    {DO_E_PEER_MSG_TOO_LONG, L"A message from a peer is too long"},
    {DO_E_INVALID_PEER_MSG, L"A message from a peer is invalid"},
    {DO_E_PEER_IS_UPLOAD, L"The peer is an upload"},
    {DO_E_PIN_FAIL_NO_PEERING, L"The swarm cannot be pinned because its mode has no peers"},
    {DO_E_DELETE_PINNED_SWARM, L"The swarm is pinned and can only be deleted by force"},
    {DO_E_METAINFO_DIGEST_MATCH, L"The piece hash file does not have the digest that was given"},
    {DO_E_METAINFO_HOH_MATCH, L"The hash of hashes in the piece hash file is not the one that was given"},
    {DO_E_METAINFO_HOH_FINAL_MATCH, L"The hashes in the piece hash file do not have the hash of hashes that was given"},
    {DO_E_METAINFO_CONTENT_LENGTH, L"The content length in the piece hash file is bad"},
    {DO_E_METAINFO_PIECE_SIZE, L"The piece size in the piece hash file is bad"},
    {DO_E_METAINFO_PARSE_HOH, L"The hash of hashes in the piece hash file cannot be read"},
    {DO_E_METAINFO_PARSE_PIECEHASHES, L"The list of piece hashes cannot be read"},
    {DO_E_METAINFO_PARSE_ONE_PIECEHASH, L"One of the piece hashes cannot be read"},
    {DO_E_METAINFO_FILE_SIZE, L"The size of the piece hash file is unknown or bad"},
    {BG_E_PROTOCOL_NOT_AVAILABLE, L"The protocol is not known because the error does not belong to a file"},
    {BG_S_PARTIAL_COMPLETE, L"Completed, but only some of the files; those that were not whole were dropped"},
    {BG_S_UNABLE_TO_DELETE_FILES, L"Done, but a temporary file could not be deleted"},
    {BG_E_STRING_TOO_LONG, L"The text is too long"},
    {BG_E_TOO_MANY_RANGES_IN_FILE, L"There are more byte ranges than can be held"},
    /* clang-format on */
};

enum {
    FACILITY_OF_HTTP = 25,
    TEXT_MOST = 512, /* UTF-16 units, for texts that the system makes */
};

static const WCHAR *find_text(HRESULT code)
{
    for (size_t i = 0; i < ARRAYSIZE(texts); i++) {
        if (texts[i].code == code) {
            return texts[i].text;
        }
    }
    return NULL;
}

/* Windows ends its texts with a full stop and a line's end: only the latter goes. */
static bool ask_for_text(DWORD flags, const void *source, DWORD code, DWORD language,
                         WCHAR text_out[TEXT_MOST])
{
    DWORD length = FormatMessageW(flags | FORMAT_MESSAGE_IGNORE_INSERTS, source, code, language,
                                  text_out, TEXT_MOST, NULL);

    while (length > 0 && text_out[length - 1] <= L' ') {
        text_out[--length] = L'\0';
    }
    return length > 0;
}

/* In the language asked for, or else in any. */
static bool system_text(HRESULT code, DWORD language, WCHAR text_out[TEXT_MOST])
{
    HMODULE winhttp = NULL; /* it holds the texts of the 12000s, if somebody has loaded it */
    DWORD value = (DWORD)code;

    if (HRESULT_FACILITY(code) == FACILITY_WIN32) {
        value = (DWORD)HRESULT_CODE(code);
        winhttp = GetModuleHandleW(L"winhttp.dll");
    }
    return ask_for_text(FORMAT_MESSAGE_FROM_SYSTEM, NULL, value, language, text_out) ||
           ask_for_text(FORMAT_MESSAGE_FROM_SYSTEM, NULL, value, 0, text_out) ||
           (winhttp && ask_for_text(FORMAT_MESSAGE_FROM_HMODULE, winhttp, value, 0, text_out));
}

HRESULT error_text_describe(HRESULT code, DWORD language, LPWSTR *text_out)
{
    const WCHAR *known = find_text(code);
    WCHAR text[TEXT_MOST];

    if (known) {
        return wide_text_copy(known, text_out);
    }
    if (HRESULT_FACILITY(code) == FACILITY_OF_HTTP && HRESULT_CODE(code) >= 100) {
        swprintf(text, TEXT_MOST, L"The server answered with HTTP status %d",
                 (int)HRESULT_CODE(code));
    } else if (!system_text(code, language, text)) {
        swprintf(text, TEXT_MOST, L"Error 0x%08lX", (unsigned long)code);
    }
    return wide_text_copy(text, text_out);
}

HRESULT error_text_describe_context(BG_ERROR_CONTEXT context, LPWSTR *text_out)
{
    return wide_text_copy(context == BG_ERROR_CONTEXT_REMOTE_FILE
                              ? L"The error occurred while the remote file was being fetched"
                              : L"There is no context for this error",
                          text_out);
}
