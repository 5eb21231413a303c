#include "hresult_text.h"

#include "system.h"

#include <inttypes.h>
#include <string.h>

#define SERVICE   EXIT_CODE_SERVICE
#define NETWORK   EXIT_CODE_NETWORK
#define LOCAL     EXIT_CODE_LOCAL_FILE
#define NO_RANGES EXIT_CODE_NO_RANGE_SUPPORT
#define CHANGED   EXIT_CODE_FILE_CHANGED
#define BAD_RANGE EXIT_CODE_BAD_RANGE
#define USAGE     EXIT_CODE_USAGE
#define NO_JOB    EXIT_CODE_NO_JOB
#define OTHER     EXIT_CODE_OTHER

/* The structure of an HRESULT: a facility in bits 16 to 26, a code below. */
enum {
    FACILITY_HTTP_STATUS = 25,
    FACILITY_WIN32_CODE = 7,
    WINHTTP_FIRST = 12001,
    WINHTTP_LAST = 12186,
    RPC_FIRST = 1700,
    RPC_LAST = 1835
};

static const struct known_hresult {
    uint32_t value;
    const char *name;
    const char *words;
    enum exit_code exit_code;
} known[] = {
    /* clang-format off */
    {0x80D01001, "DO_E_NO_SERVICE", "the Delivery Optimization service cannot serve the request: it is starting, stopping or disabled", SERVICE},
    {0x80D02002, "DO_E_DOWNLOAD_NO_PROGRESS", "no byte arrived within the allowed time", NETWORK},
    {0x80D02003, "DO_E_JOB_NOT_FOUND", "there is no such job", NO_JOB},
    {0x80D02004, "DO_E_JOB_EMPTY", "the job has no files", OTHER},
    {0x80D02005, "DO_E_NO_DOWNLOADS", "there are no downloads", OTHER},
    {0x80D0200B, "DO_E_MEMORYSTREAM_DOWNLOAD_NOT_SUPPORTED", "downloading to a memory stream is not supported", OTHER},
    {0x80D0200C, "DO_E_JOB_TOO_OLD", "the job reached its age limit", OTHER},
    {0x80D0200D, "DO_E_LOCALPATH_NOT_SET", "no path for the output was given", USAGE},
    {0x80D02010, "DO_E_FILE_NOT_AVAILABLE", "the error does not belong to a file", OTHER},
    {0x80D02011, "DO_E_UNKNOWN_PROPERTY_ID", "the property is not known", OTHER},
    {0x80D02012, "DO_E_READ_ONLY_PROPERTY", "the property can only be read", OTHER},
    {0x80D02013, "DO_E_INVALID_STATE", "this is not allowed in the present state", OTHER},
    {0x80D02014, "DO_E_ERROR_INFORMATION_UNAVAILABLE", "there is no error to tell about", OTHER},
    {0x80D02015, "DO_E_WRITE_ONLY_PROPERTY", "the property can only be written", OTHER},
    {0x80D02016, "DO_E_INTEGRITYCHECKINFO_UNSPECIFIED", "the integrity check is mandatory, but nothing says what to check against", OTHER},
    {0x80D02017, "DO_E_INTEGRITYCHECKINFO_UNAVAILABLE", "the integrity check is mandatory, but the piece hash file could not be fetched", NETWORK},
    {0x80D02018, "DO_E_FILE_DOWNLOADSINK_UNSPECIFIED", "the file has nowhere to go to", OTHER},
    {0x80D02019, "DO_E_FILE_DOWNLOADSINK_ALREADY_SET", "the file has another place to go to already", OTHER},
    {0x80D0201A, "DO_E_FILE_SIZE_UNKNOWN_HTTP_200", "the server's reply (200) does not say how large the file is", NETWORK},
    {0x80D0201B, "DO_E_FILE_ENCRYPTION_EXPECTED", "a key was given, but the content is not encrypted", OTHER},
    {0x80D0201C, "DO_E_FILE_SIZE_UNKNOWN_HTTP_206", "the server's reply (206) does not say how large the file is", NETWORK},
    {0x80D0201D, "DO_E_FILE_SIZE_UNKNOWN_HTTP_2XX", "the server's reply does not say how large the file is", NETWORK},
    {0x80D0201E, "DO_E_NETWORK_ACCESS_CONSENT_NEEDED", "the user has not agreed to the use of the network", NETWORK},
    {0x80D02200, "DO_E_DOWNLOAD_NO_URI", "no URL was given", USAGE},
    {0x80D02201, "DO_E_DOWNLOAD_NO_CONTENT_ID", "no content id was given", OTHER},
    {0x80D02202, "DO_E_INVALID_CONTENT_ID", "the content id is malformed", OTHER},
    {0x80D02203, "DO_E_DOWNLOAD_RANGES_UNEXPECTED", "ranges are not allowed here", OTHER},
    {0x80D02204, "DO_E_DOWNLOAD_RANGES_EXPECTED", "ranges are required here", OTHER},
    {0x80D03001, "DO_E_NO_DOWNLOAD_PARTICIPATION", "the download was refused by throttling", OTHER},
    {0x80D03002, "DO_E_NO_DOWNLOAD_EXTSETTINGS", "downloads are switched off by the user's or the administrator's settings", OTHER},
    {0x80D03801, "DO_E_BLOCKED_BY_COST_TRANSFER_POLICY", "paused by the cost policy of the network", NETWORK},
    {0x80D03802, "DO_E_DOWNLOADMODE_SET_BY_CP", "the download mode was limited by a content policy", OTHER},
    {0x80D03803, "DO_E_BLOCKED_BY_CELLULAR_POLICY", "paused by policy: the network is cellular", NETWORK},
    {0x80D03804, "DO_E_BLOCKED_BY_POWER_STATE", "paused: the computer runs on battery", OTHER},
    {0x80D03805, "DO_E_BLOCKED_BY_NO_NETWORK", "there is no network", NETWORK},
    {0x80D03806, "DO_E_DOWNLOADMODE_SET_BY_POLICY", "the download mode was limited by policy", OTHER},
    {0x80D03807, "DO_E_BLOCKED_BY_VPN_POLICY", "paused by policy: the network is a VPN", NETWORK},
    {0x80D03808, "DO_E_BLOCKED_BY_CRITICAL_MEMORY_USAGE", "paused: memory is short", OTHER},
    {0x80D03809, "DO_E_DOWNLOADMODE_SET_BY_CACHE_ABSENCE", "the download mode was limited: there is no cache folder", OTHER},
    {0x80D0380A, "DO_E_CLOUD_SERVICES_UNREACHABLE", "a cloud service of Delivery Optimization could not be reached", NETWORK},
    {0x80D0380B, "DO_E_DOWNLOADMODE_SET_FOR_UNREG_CALLER", "the download mode was limited: the caller is not registered", OTHER},
    {0x80D0380C, "DO_E_DOWNLOADMODE_SET_FOR_SIMPLE_RANGES", "the ranges are downloaded in simple mode", OTHER},
    {0x80D0380D, "DO_E_UNEXPECTED_HTTP_STATUS_2XX", "the server answered with a success that is neither 200 nor 206", NETWORK},
    {0x80D05001, "DO_E_HTTP_BLOCKSIZE_MISMATCH", "the server did not send what was asked for: the length or the range is another, or the file has changed", CHANGED},
    {0x80D05002, "DO_E_HTTP_CERT_VALIDATION", "the server's certificate was rejected", NETWORK},
    {0x80D05010, "DO_E_INVALID_RANGE", "a range is empty, or reaches past the end of the file", BAD_RANGE},
    {0x80D05011, "DO_E_INSUFFICIENT_RANGE_SUPPORT", "the server does not support ranges", NO_RANGES},
    {0x80D05012, "DO_E_OVERLAPPING_RANGES", "two ranges share a byte", BAD_RANGE},
    {0x80D06800, "DO_E_UPLOADING_BAD_PIECES", "too many bad pieces in an upload", OTHER},
    {0x80D06802, "DO_E_FATAL_CORE_ERROR", "an internal error", OTHER},
    {0x80D06803, "DO_E_SERVICES_RESPONSE_EMPTY", "a cloud service answered with nothing", NETWORK},
    {0x80D06804, "DO_E_BAD_INCOMING_DATA", "a piece of data is bad or incomplete", NETWORK},
    {0x80D06805, "DO_E_BAD_PIECE_HASH", "a piece of data does not have the expected hash", CHANGED},
    {0x80D06806, "DO_E_BAD_PIECE_HASH_NO_BAN", "a piece of data does not have the expected hash; its source is kept", CHANGED},
    {0x80D06807, "DO_E_ALREADY_HAVE_PIECE", "the piece is in the cache already", OTHER},
    {0x80D06808, "DO_E_MISSING_PIECE", "the piece is no longer in the cache", OTHER},
    {0x80D06809, "DO_E_METAINFO_PARSE_JSON", "the piece hash file is not JSON", OTHER},
    {0x80D0680A, "DO_E_METAINFO_VERSION", "the piece hash file has an unsupported version", OTHER},
    {0x80D0680B, "DO_E_SWARM_NOT_RUNNING", "the swarm is not running", OTHER},
    {0x80D0680C, "DO_E_UNRECOGNIZED_CONN", "the connection to a peer is not known", OTHER},
    {0x80D0680D, "DO_E_PEER_BANNED", "the peer is banned", OTHER},
    {0x80D0680E, "DO_E_CONNECT_TO_SELF", "a connection to oneself", OTHER},
    {0x80D0680F, "DO_E_ALREADY_CONNECTED", "the peer is connected already", OTHER},
    {0x80D06810, "DO_E_NO_MORE_CONNECTIONS", "the limit of connections is reached", OTHER},
    {0x80D06811, "DO_E_LOST_CONNECTION", "the connection to a peer was lost", OTHER},
    {0x80D06812, "DO_E_UNRECOGNIZED_SWARM", "the swarm is not known", OTHER},
    {0x80D06813, "DO_E_INVALID_HANDSHAKE_LEN", "the handshake of a peer has the wrong length", OTHER},
    {0x80D06814, "DO_E_SOCKET_CLOSED", "the socket was closed", OTHER},
    {0x80D06815, "DO_E_PEER_MSG_TOO_LONG", "a message of a peer is too long", OTHER},
    {0x80D06816, "DO_E_INVALID_PEER_MSG", "a message of a peer is invalid", OTHER},
    {0x80D06817, "DO_E_PEER_IS_UPLOAD", "the peer is an upload", OTHER},
    {0x80D06818, "DO_E_PIN_FAIL_NO_PEERING", "cannot pin: peering is off", OTHER},
    {0x80D06819, "DO_E_DELETE_PINNED_SWARM", "a pinned swarm is only deleted by force", OTHER},
    {0x80D0681A, "DO_E_METAINFO_DIGEST_MATCH", "the piece hash file does not have the expected digest", OTHER},
    {0x80D0681B, "DO_E_METAINFO_HOH_MATCH", "the hash of hashes in the piece hash file is not the expected one", OTHER},
    {0x80D0681C, "DO_E_METAINFO_HOH_FINAL_MATCH", "the hash of hashes does not fit the piece hashes", OTHER},
    {0x80D0681D, "DO_E_METAINFO_CONTENT_LENGTH", "the piece hash file states a bad content length", OTHER},
    {0x80D0681E, "DO_E_METAINFO_PIECE_SIZE", "the piece hash file states a bad piece size", OTHER},
    {0x80D0681F, "DO_E_METAINFO_PARSE_HOH", "the hash of hashes cannot be read", OTHER},
    {0x80D06820, "DO_E_METAINFO_PARSE_PIECEHASHES", "the piece hashes cannot be read", OTHER},
    {0x80D06821, "DO_E_METAINFO_PARSE_ONE_PIECEHASH", "one piece hash cannot be read", OTHER},
    {0x80D06822, "DO_E_METAINFO_FILE_SIZE", "the size of the piece hash file is unknown or bad", OTHER},
    {0x80D06823, "DO_E_PHF_DIGESTMATCH_POTENTIAL_PROXYSERVER", "a web page came instead of the piece hash file; sign in to the network", OTHER},
    {0x80D06824, "DO_E_PHF_PARSEJSON_POTENTIAL_PROXYSERVER", "a web page came instead of a piece hash file; sign in to the network", OTHER},

    {0x80190001, "HTTP_E_STATUS_UNEXPECTED", "the server's reply has an impossible status", NETWORK},
    {0x80190003, "HTTP_E_STATUS_UNEXPECTED_REDIRECTION", "the server redirects in a way that cannot be followed", NETWORK},
    {0x801901A0, "HTTP_E_STATUS_RANGE_NOT_SATISFIABLE", "the server answered 416: a range lies outside of the file", BAD_RANGE},

    {0x80072EE2, "ERROR_WINHTTP_TIMEOUT", "the server took too long to answer, or the transfer stalled", NETWORK},
    {0x80072EE5, "ERROR_WINHTTP_INVALID_URL", "the URL is malformed", USAGE},
    {0x80072EE6, "ERROR_WINHTTP_UNRECOGNIZED_SCHEME", "the URL is neither http nor https", USAGE},
    {0x80072EE7, "ERROR_WINHTTP_NAME_NOT_RESOLVED", "the name of the server, or of the proxy, is not known", NETWORK},
    {0x80072EFD, "ERROR_WINHTTP_CANNOT_CONNECT", "the connection was refused, or the server cannot be reached", NETWORK},
    {0x80072EFE, "ERROR_WINHTTP_CONNECTION_ERROR", "the connection was lost", NETWORK},
    {0x80072EFF, "ERROR_INTERNET_CONNECTION_RESET", "the server reset the connection", NETWORK},
    {0x80072F05, "ERROR_WINHTTP_SECURE_CERT_DATE_INVALID", "the server's certificate has expired, or is not valid yet", NETWORK},
    {0x80072F06, "ERROR_WINHTTP_SECURE_CERT_CN_INVALID", "the server's certificate is for another name", NETWORK},
    {0x80072F0C, "ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED", "the server wants a certificate from the client", NETWORK},
    {0x80072F0D, "ERROR_WINHTTP_SECURE_INVALID_CA", "the server's certificate comes from an authority that is not trusted", NETWORK},
    {0x80072F76, "ERROR_WINHTTP_HEADER_NOT_FOUND", "a header is missing in the server's reply", NETWORK},
    {0x80072F78, "ERROR_WINHTTP_INVALID_SERVER_RESPONSE", "the server's reply is not HTTP", NETWORK},
    {0x80072F7C, "ERROR_WINHTTP_REDIRECT_FAILED", "the server redirects too often, or from https to http", NETWORK},
    {0x80072F7D, "ERROR_WINHTTP_SECURE_CHANNEL_ERROR", "the server and this computer found no common way to encrypt", NETWORK},
    {0x80072F8A, "ERROR_WINHTTP_SECURE_CERT_REVOKED", "the server's certificate has been revoked", NETWORK},
    {0x80072F8F, "ERROR_WINHTTP_SECURE_FAILURE", "the secure connection failed", NETWORK},
    {0x80072F93, "ERROR_WINHTTP_SECURE_CERT_WRONG_USAGE", "the server's certificate is not meant for servers", NETWORK},

    {0x80070002, "ERROR_FILE_NOT_FOUND", "the local file does not exist", LOCAL},
    {0x80070003, "ERROR_PATH_NOT_FOUND", "the local folder does not exist", LOCAL},
    {0x80070004, "ERROR_TOO_MANY_OPEN_FILES", "too many files and connections are open", LOCAL},
    {0x80070005, "E_ACCESSDENIED", "access to the local file or folder is denied", LOCAL},
    {0x80070013, "ERROR_WRITE_PROTECT", "the local disk cannot be written", LOCAL},
    {0x8007001D, "ERROR_WRITE_FAULT", "the local file cannot be written", LOCAL},
    {0x80070020, "ERROR_SHARING_VIOLATION", "another program holds the local file", LOCAL},
    {0x80070027, "ERROR_HANDLE_DISK_FULL", "the local disk is full", LOCAL},
    {0x80070050, "ERROR_FILE_EXISTS", "the local file exists", LOCAL},
    {0x80070070, "ERROR_DISK_FULL", "the local disk is full", LOCAL},
    {0x8007007B, "ERROR_INVALID_NAME", "the name of the local file is malformed", LOCAL},
    {0x800700A1, "ERROR_BAD_PATHNAME", "the path of the folder must be absolute", LOCAL},
    {0x800700B7, "ERROR_ALREADY_EXISTS", "something else has the name of the local file", LOCAL},
    {0x800700CE, "ERROR_FILENAME_EXCED_RANGE", "the name of the local file is too long", LOCAL},
    {0x800703EE, "ERROR_FILE_INVALID", "somebody has changed the temporary file (DO*.tmp), or put another in its place", LOCAL},
    {0x8007045D, "ERROR_IO_DEVICE", "the local disk failed", LOCAL},
    {0x8007053A, "ERROR_INVALID_SECURITY_DESCR", "other users can write to the folder of the jobs; take that right from them, or choose another folder", LOCAL},
    {0x8007050F, "ERROR_DISK_QUOTA_EXCEEDED", "the user's share of the local disk is used up", LOCAL},

    {0x80070057, "E_INVALIDARG", "an argument is malformed", USAGE},
    {0x800C0002, "INET_E_INVALID_URL", "the URL is malformed, or neither http nor https", USAGE},
    {0x80004001, "E_NOTIMPL", "this is not supported", OTHER},
    {0x80004002, "E_NOINTERFACE", "the class does not support Delivery Optimization's interface", SERVICE},
    {0x80004003, "E_POINTER", "a pointer is missing", OTHER},
    {0x80004004, "E_ABORT", "it was cancelled", OTHER},
    {0x80004005, "E_FAIL", "it failed for a reason without a name", OTHER},
    {0x8000FFFF, "E_UNEXPECTED", "an internal error", OTHER},
    {0x8007000E, "E_OUTOFMEMORY", "out of memory", OTHER},
    {0x80070422, "ERROR_SERVICE_DISABLED", "the service is disabled", SERVICE},
    {0x80070490, "E_NOT_SET", "the property was never set", OTHER},
    {0x800704C7, "ERROR_CANCELLED", "it was cancelled", OTHER},
    {0x80092003, "CRYPT_E_FILE_ERROR", "the client certificate cannot be read", OTHER},
    {0x80040110, "CLASS_E_NOAGGREGATION", "the class cannot be aggregated", SERVICE},
    {0x80040111, "CLASS_E_CLASSNOTAVAILABLE", "the DLL does not have this class", SERVICE},
    {0x80040154, "REGDB_E_CLASSNOTREG", "the COM class is not registered", SERVICE},
    {0x800401F0, "CO_E_NOTINITIALIZED", "COM is not initialized", SERVICE},
    {0x800401F3, "CO_E_CLASSSTRING", "there is no COM class of this name", SERVICE},
    {0x800401F8, "CO_E_DLLNOTFOUND", "the DLL of the COM class is not where it was registered", SERVICE},
    {0x8007007E, "ERROR_MOD_NOT_FOUND", "the DLL of the COM class is not where it was registered", SERVICE},
    {0x800700C1, "ERROR_BAD_EXE_FORMAT", "the DLL of the COM class is for another processor", SERVICE},
    {0x80080005, "CO_E_SERVER_EXEC_FAILURE", "the server of the COM class did not start", SERVICE},
    {0x80010108, "RPC_E_DISCONNECTED", "the server of the COM class has gone away", SERVICE},
    {0x800706BA, "RPC_S_SERVER_UNAVAILABLE", "the server of the COM class cannot be reached", SERVICE},
    {0x800706BE, "RPC_S_CALL_FAILED", "the server of the COM class has gone away", SERVICE},

    {0x80200021, "BG_E_STRING_TOO_LONG", "a text is too long", USAGE},
    {0x00200017, "BG_S_PARTIAL_COMPLETE", "only some of the files were whole", OTHER},
    {0x0020001A, "BG_S_UNABLE_TO_DELETE_FILES", "done, but a temporary file could not be deleted", OTHER},
    /* clang-format on */
};

static const struct {
    unsigned status;
    const char *phrase;
} http_phrases[] = {
    {300, "multiple choices"},
    {301, "moved permanently"},
    {302, "found elsewhere"},
    {303, "see other"},
    {304, "not modified"},
    {305, "use a proxy"},
    {307, "temporary redirect"},
    {308, "permanent redirect"},
    {400, "bad request"},
    {401, "a login is required"},
    {402, "payment required"},
    {403, "forbidden"},
    {404, "not found"},
    {405, "method not allowed"},
    {406, "not acceptable"},
    {407, "the proxy requires a login"},
    {408, "request timeout"},
    {409, "conflict"},
    {410, "gone"},
    {411, "length required"},
    {412, "precondition failed"},
    {413, "too large"},
    {414, "the URL is too long"},
    {415, "unsupported media type"},
    {417, "expectation failed"},
    {429, "too many requests"},
    {449, "retry with other information"},
    {500, "internal server error"},
    {501, "not implemented"},
    {502, "bad gateway"},
    {503, "service unavailable"},
    {504, "gateway timeout"},
    {505, "HTTP version not supported"},
};

static unsigned facility_of(uint32_t hresult)
{
    return hresult >> 16 & 0x7FFU;
}

static unsigned code_of(uint32_t hresult)
{
    return hresult & 0xFFFFU;
}

static bool is_failure(uint32_t hresult)
{
    return hresult >> 31 != 0;
}

static bool is_http_status(uint32_t hresult)
{
    return is_failure(hresult) && facility_of(hresult) == FACILITY_HTTP_STATUS &&
           code_of(hresult) >= 100 && code_of(hresult) <= 999;
}

static const struct known_hresult *find(uint32_t hresult)
{
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (known[i].value == hresult) {
            return &known[i];
        }
    }
    return NULL;
}

static const char *phrase_of(unsigned http_status)
{
    for (size_t i = 0; i < sizeof(http_phrases) / sizeof(http_phrases[0]); i++) {
        if (http_phrases[i].status == http_status) {
            return http_phrases[i].phrase;
        }
    }
    return NULL;
}

bool hresult_text(uint32_t hresult, char *buffer, size_t buffer_size)
{
    const struct known_hresult *entry = find(hresult);

    if (entry) {
        (void)snprintf(buffer, buffer_size, "%s", entry->words);
        return true;
    }
    if (is_http_status(hresult)) {
        const char *phrase = phrase_of(code_of(hresult));

        (void)snprintf(buffer, buffer_size, "the server answered %u%s%s", code_of(hresult),
                       phrase ? ": " : "", phrase ? phrase : "");
        return true;
    }
    if (hresult == 0) {
        (void)snprintf(buffer, buffer_size, "no error");
        return true;
    }
    if (system_hresult_text(hresult, buffer, buffer_size)) {
        return true;
    }
    (void)snprintf(buffer, buffer_size, "%s without a text: facility %u, code %u",
                   is_failure(hresult) ? "an error" : "a success", facility_of(hresult),
                   code_of(hresult));
    return false;
}

const char *hresult_name(uint32_t hresult)
{
    const struct known_hresult *entry = find(hresult);

    return entry ? entry->name : NULL;
}

bool hresult_from_name(const char *name, uint32_t *hresult_out)
{
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(known[i].name, name) == 0) {
            *hresult_out = known[i].value;
            return true;
        }
    }
    return false;
}

enum exit_code hresult_exit_code(uint32_t hresult)
{
    const struct known_hresult *entry = find(hresult);
    unsigned code = code_of(hresult);

    if (entry) {
        return entry->exit_code;
    }
    if (is_http_status(hresult)) {
        return EXIT_CODE_NETWORK;
    }
    if (is_failure(hresult) && facility_of(hresult) == FACILITY_WIN32_CODE) {
        if (code >= WINHTTP_FIRST && code <= WINHTTP_LAST) {
            return EXIT_CODE_NETWORK;
        }
        if (code >= RPC_FIRST && code <= RPC_LAST) {
            return EXIT_CODE_SERVICE;
        }
    }
    return EXIT_CODE_OTHER;
}
