#include "com/object/hresult.h"
#include "support/test.h"

#include <assert.h>

/* By number, so that no header of ours can be wrong in both places. */
static const struct status_case {
    const char *name;
    enum odo_status status;
    unsigned long hr;
} statuses[] = {
    {"success is S_OK", ODO_OK, 0x00000000},
    {"some files only is a success with a remark", ODO_PARTIAL_COMPLETE, 0x00200017},
    {"a temporary file left is a success with a remark", ODO_TEMPORARY_FILES_LEFT, 0x0020001A},
    {"an invalid argument", ODO_E_INVALID_ARGUMENT, 0x80070057},
    {"an invalid URL", ODO_E_INVALID_URL, 0x800C0002},
    {"an invalid range", ODO_E_INVALID_RANGE, 0x80D05010},
    {"overlapping ranges", ODO_E_OVERLAPPING_RANGES, 0x80D05012},
    {"the wrong state", ODO_E_INVALID_STATE, 0x80D02013},
    {"an unknown job", ODO_E_NOT_FOUND, 0x80D02003},
    {"a job without files", ODO_E_NO_FILES, 0x80D02004},
    {"a file without a place to go", ODO_E_NO_SINK, 0x80D02018},
    {"a file with another place to go", ODO_E_SINK_ALREADY_SET, 0x80D02019},
    {"no error to tell about", ODO_E_NO_ERROR, 0x80D02014},
    {"a property never set", ODO_E_NOT_SET, 0x80070490},
    {"a text that is too long", ODO_E_STRING_TOO_LONG, 0x80200021},
    {"too many ranges", ODO_E_TOO_MANY, 0x80200052},
    {"not supported", ODO_E_NOT_SUPPORTED, 0x80004001},
    {"another user's job", ODO_E_NOT_OWNER, 0x80070005},
    {"out of memory", ODO_E_OUT_OF_MEMORY, 0x8007000E},
    {"access denied", ODO_E_ACCESS_DENIED, 0x80070005},
    {"the disk is full", ODO_E_DISK_FULL, 0x80070070},
    {"the quota is used up", ODO_E_QUOTA_EXCEEDED, 0x8007050F},
    {"a file that is not there", ODO_E_FILE_NOT_FOUND, 0x80070002},
    {"a folder that is not there", ODO_E_PATH_NOT_FOUND, 0x80070003},
    {"a name that cannot be", ODO_E_INVALID_NAME, 0x8007007B},
    {"a name that is too long", ODO_E_NAME_TOO_LONG, 0x800700CE},
    {"something of this name is there", ODO_E_ALREADY_EXISTS, 0x800700B7},
    {"a file in use", ODO_E_SHARING_VIOLATION, 0x80070020},
    {"read-only media", ODO_E_READ_ONLY_MEDIA, 0x80070013},
    {"a disk that fails", ODO_E_INPUT_OUTPUT, 0x8007045D},
    {"a stream that fails without saying how", ODO_E_SINK_FAILED, 0x80004005},
    {"a damaged record", ODO_E_DAMAGED, 0x80070570},
    {"shutting down", ODO_E_SHUTTING_DOWN, 0x80D01001},
    {"cancelled", ODO_E_CANCELLED, 0x800704C7},
    {"waited too long", ODO_E_TIMED_OUT, 0x800705B4},
    {"unexpected", ODO_E_UNEXPECTED, 0x8000FFFF},
    {"no network", ODO_E_NO_NETWORK, 0x80D03805},
    {"a name that is not resolved", ODO_E_NAME_NOT_RESOLVED, 0x80072EE7},
    {"no connection", ODO_E_CANNOT_CONNECT, 0x80072EFD},
    {"a transfer that stalls", ODO_E_TRANSFER_TIMED_OUT, 0x80072EE2},
    {"a lost connection", ODO_E_CONNECTION_LOST, 0x80072EFE},
    {"a reply that is not HTTP", ODO_E_INVALID_REPLY, 0x80072F78},
    {"an unknown HTTP status", ODO_E_HTTP_STATUS, 0x80190001},
    {"an unexpected HTTP success", ODO_E_UNEXPECTED_SUCCESS, 0x80D0380D},
    {"a redirect that is not followed", ODO_E_REDIRECT, 0x80072F7C},
    {"a server without ranges", ODO_E_RANGES_UNSUPPORTED, 0x80D05011},
    {"a reply that is not what was asked for", ODO_E_CONTENT_MISMATCH, 0x80D05001},
    {"a file that keeps changing", ODO_E_FILE_CHANGED, 0x80D05001},
    {"no size in a 200", ODO_E_SIZE_UNKNOWN_IN_200, 0x80D0201A},
    {"no size in a 206", ODO_E_SIZE_UNKNOWN_IN_206, 0x80D0201C},
    {"no common TLS", ODO_E_TLS_CHANNEL, 0x80072F7D},
    {"another failure of TLS", ODO_E_TLS, 0x80072F8F},
    {"a rejected certificate", ODO_E_CERTIFICATE, 0x80D05002},
    {"an expired certificate", ODO_E_CERTIFICATE_EXPIRED, 0x80072F05},
    {"a certificate for another name", ODO_E_CERTIFICATE_NAME, 0x80072F06},
    {"a certificate of an unknown authority", ODO_E_CERTIFICATE_AUTHORITY, 0x80072F0D},
    {"a revoked certificate", ODO_E_CERTIFICATE_REVOKED, 0x80072F8A},
    {"a certificate for another use", ODO_E_CERTIFICATE_USAGE, 0x80072F93},
    {"a client certificate is wanted", ODO_E_CLIENT_CERTIFICATE, 0x80072F0C},
    {"no progress", ODO_E_NO_PROGRESS, 0x80D02002},
    {"a job that is too old", ODO_E_TOO_OLD, 0x80D0200C},
    {"a block by cost", ODO_E_BLOCKED_BY_COST, 0x80D03801},
    {"a block by cellular", ODO_E_BLOCKED_BY_CELLULAR, 0x80D03803},
    {"a block by power", ODO_E_BLOCKED_BY_POWER, 0x80D03804},
    {"a block by VPN", ODO_E_BLOCKED_BY_VPN, 0x80D03807},
    {"a block by memory", ODO_E_BLOCKED_BY_MEMORY, 0x80D03808},
    {"a certificate that may be revoked", ODO_E_CERTIFICATE_UNCHECKED, 0x80072F19},
    {"nothing to check against", ODO_E_INTEGRITY_UNSPECIFIED, 0x80D02016},
    {"no piece hash file", ODO_E_INTEGRITY_UNAVAILABLE, 0x80D02017},
    {"a check of ranges", ODO_E_INTEGRITY_WITH_RANGES, 0x80D02203},
    {"a bad piece", ODO_E_BAD_PIECE_HASH, 0x80D06805},
    {"a piece hash file of a bad size", ODO_E_METAINFO_FILE_SIZE, 0x80D06822},
    {"another digest", ODO_E_METAINFO_DIGEST_MATCH, 0x80D0681A},
    {"no JSON", ODO_E_METAINFO_CONTENT, 0x80D06809},
    {"another digest, of a web page", ODO_E_METAINFO_DIGEST_PORTAL, 0x80D06823},
    {"a web page", ODO_E_METAINFO_CONTENT_PORTAL, 0x80D06824},
    {"another version", ODO_E_METAINFO_VERSION, 0x80D0680A},
    {"no hash of hashes", ODO_E_METAINFO_PARSE_HOH, 0x80D0681F},
    {"another hash of hashes", ODO_E_METAINFO_HOH_MATCH, 0x80D0681B},
    {"another content length", ODO_E_METAINFO_CONTENT_LENGTH, 0x80D0681D},
    {"a bad piece size", ODO_E_METAINFO_PIECE_SIZE, 0x80D0681E},
    {"no list of pieces", ODO_E_METAINFO_PARSE_PIECEHASHES, 0x80D06820},
    {"no hash of a piece", ODO_E_METAINFO_PARSE_ONE_PIECEHASH, 0x80D06821},
    {"a hash of hashes that is not theirs", ODO_E_METAINFO_HOH_FINAL_MATCH, 0x80D0681C},
    {"a temporary file that was changed", ODO_E_TEMPORARY_FILE_CHANGED, 0x800703EE},
    {"a store that others can write", ODO_E_NOT_PRIVATE, 0x8007053A},
    {"a store with a relative path", ODO_E_PATH_RELATIVE, 0x800700A1},
    {"too many open files", ODO_E_TOO_MANY_OPEN_FILES, 0x80070004},
};

static_assert(TEST_COUNT(statuses) == ODO_STATUS_COUNT, "a row for every status");

static void check_status(void **state)
{
    const struct status_case *c = *state;

    assert_int_equal((unsigned long)hresult_from_status(c->status), c->hr);
}

static const struct error_case {
    const char *name;
    struct odo_error error;
    unsigned long hr;
} errors[] = {
    {"no error is S_OK", {.status = ODO_OK}, 0},
    {"404 keeps its number", {.status = ODO_E_HTTP_STATUS, .http_status = 404}, 0x80190194},
    {"416 keeps its number", {.status = ODO_E_HTTP_STATUS, .http_status = 416}, 0x801901A0},
    {"503 keeps its number", {.status = ODO_E_HTTP_STATUS, .http_status = 503}, 0x801901F7},
    {"599 keeps its number", {.status = ODO_E_HTTP_STATUS, .http_status = 599}, 0x80190257},
    {"100 keeps its number", {.status = ODO_E_HTTP_STATUS, .http_status = 100}, 0x80190064},
    {"618 keeps its number", {.status = ODO_E_HTTP_STATUS, .http_status = 618}, 0x8019026A},
    {"999 keeps its number", {.status = ODO_E_HTTP_STATUS, .http_status = 999}, 0x801903E7},
    {"1000 is no status", {.status = ODO_E_HTTP_STATUS, .http_status = 1000}, 0x80190001},
    {"99 is no status", {.status = ODO_E_HTTP_STATUS, .http_status = 99}, 0x80190001},
    {"204 is an unexpected success",
     {.status = ODO_E_UNEXPECTED_SUCCESS, .http_status = 204},
     0x80D0380D},
    {"a mismatch in a 206 is a mismatch",
     {.status = ODO_E_CONTENT_MISMATCH, .http_status = 206},
     0x80D05001},
    {"a range past the end found by a 416 is an invalid range",
     {.status = ODO_E_INVALID_RANGE, .http_status = 416},
     0x80D05010},
    {"no progress wins over its cause",
     {.status = ODO_E_NO_PROGRESS, .cause = ODO_E_CANNOT_CONNECT},
     0x80D02002},
    {"a certificate wins over its cause",
     {.status = ODO_E_CERTIFICATE, .cause = ODO_E_CERTIFICATE_NAME},
     0x80D05002},
    {"a stream's own failure is passed on",
     {.status = ODO_E_SINK_FAILED, .sink_code = (int32_t)0x80030070},
     0x80030070},
    {"a stream's failure without a code is E_FAIL", {.status = ODO_E_SINK_FAILED}, 0x80004005},
};

static void check_error(void **state)
{
    const struct error_case *c = *state;

    assert_int_equal((unsigned long)hresult_from_error(&c->error), c->hr);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, statuses, check_status);
    TEST_ADD_TABLE(&suite, errors, check_error);
    return test_suite_run(&suite, "hresult");
}
