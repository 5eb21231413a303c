/*
 * The binary contract: what widl made of the IDL is what clients of Windows' own server were
 * compiled against. Sizes, offsets, values and vtables are checked while this file is compiled,
 * so the x86 ones need no 32-bit system to run on; identifiers and texts when it runs.
 *
 * The numbers here were written down from the contract, not taken from the header.
 */
#include <windows.h>

#include "deliveryoptimization.h"
#include "deliveryoptimizationerrors.h"
#include "opendo.h"

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <wchar.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* One of two numbers, by the width of pointers. */
#define BY_WIDTH(x64, x86) (sizeof(void *) == 8 ? (size_t)(x64) : (size_t)(x86))

/* Tables read best with a line for each row. */
/* clang-format off */

/*
 * Structures: SIZE(type, x64, x86), OFFSET(type, member, x64, x86)
 */
#define SIZE(type, x64, x86) \
    static_assert(sizeof(type) == BY_WIDTH(x64, x86), "size of " #type)
#define OFFSET(type, member, x64, x86) \
    static_assert(offsetof(type, member) == BY_WIDTH(x64, x86), "offset of " #type "." #member)

SIZE(BG_FILE_INFO, 16, 8);
OFFSET(BG_FILE_INFO, RemoteName, 0, 0);
OFFSET(BG_FILE_INFO, LocalName, 8, 4);

SIZE(BG_FILE_PROGRESS, 24, 24);
OFFSET(BG_FILE_PROGRESS, BytesTotal, 0, 0);
OFFSET(BG_FILE_PROGRESS, BytesTransferred, 8, 8);
OFFSET(BG_FILE_PROGRESS, Completed, 16, 16);

SIZE(BG_FILE_RANGE, 16, 16);
OFFSET(BG_FILE_RANGE, InitialOffset, 0, 0);
OFFSET(BG_FILE_RANGE, Length, 8, 8);

SIZE(BG_JOB_PROGRESS, 24, 24);
OFFSET(BG_JOB_PROGRESS, BytesTotal, 0, 0);
OFFSET(BG_JOB_PROGRESS, BytesTransferred, 8, 8);
OFFSET(BG_JOB_PROGRESS, FilesTotal, 16, 16);
OFFSET(BG_JOB_PROGRESS, FilesTransferred, 20, 20);

SIZE(BG_JOB_REPLY_PROGRESS, 16, 16);
OFFSET(BG_JOB_REPLY_PROGRESS, BytesTotal, 0, 0);
OFFSET(BG_JOB_REPLY_PROGRESS, BytesTransferred, 8, 8);

SIZE(BG_JOB_TIMES, 24, 24);
OFFSET(BG_JOB_TIMES, CreationTime, 0, 0);
OFFSET(BG_JOB_TIMES, ModificationTime, 8, 8);
OFFSET(BG_JOB_TIMES, TransferCompletionTime, 16, 16);

SIZE(BITS_JOB_PROPERTY_VALUE, 16, 16);
OFFSET(BITS_JOB_PROPERTY_VALUE, Dword, 0, 0);
OFFSET(BITS_JOB_PROPERTY_VALUE, ClsID, 0, 0);
OFFSET(BITS_JOB_PROPERTY_VALUE, Enable, 0, 0);
OFFSET(BITS_JOB_PROPERTY_VALUE, Uint64, 0, 0);
OFFSET(BITS_JOB_PROPERTY_VALUE, Target, 0, 0);

SIZE(BITS_FILE_PROPERTY_VALUE, 8, 4);
OFFSET(BITS_FILE_PROPERTY_VALUE, String, 0, 0);

SIZE(DOSwarmStats, 136, 128);
OFFSET(DOSwarmStats, fileId, 0, 0);
OFFSET(DOSwarmStats, sourceURL, 8, 4);
OFFSET(DOSwarmStats, fileSize, 16, 8);
OFFSET(DOSwarmStats, totalBytesDownloaded, 24, 16);
OFFSET(DOSwarmStats, bytesFromLanPeers, 32, 24);
OFFSET(DOSwarmStats, bytesFromGroupPeers, 40, 32);
OFFSET(DOSwarmStats, bytesFromInternetPeers, 48, 40);
OFFSET(DOSwarmStats, bytesFromHttp, 56, 48);
OFFSET(DOSwarmStats, bytesFromDoinc, 64, 56);
OFFSET(DOSwarmStats, bytesToLanPeers, 72, 64);
OFFSET(DOSwarmStats, bytesToGroupPeers, 80, 72);
OFFSET(DOSwarmStats, bytesToInternetPeers, 88, 80);
OFFSET(DOSwarmStats, httpConnectionCount, 96, 88);
OFFSET(DOSwarmStats, doincConnectionCount, 100, 92);
OFFSET(DOSwarmStats, lanConnectionCount, 104, 96);
OFFSET(DOSwarmStats, groupConnectionCount, 108, 100);
OFFSET(DOSwarmStats, internetConnectionCount, 112, 104);
OFFSET(DOSwarmStats, downloadDuration, 116, 108);
OFFSET(DOSwarmStats, downloadMode, 120, 112);
OFFSET(DOSwarmStats, status, 124, 116);
OFFSET(DOSwarmStats, isBackground, 128, 120);

SIZE(DO_DOWNLOAD_RANGE, 16, 16);
OFFSET(DO_DOWNLOAD_RANGE, Offset, 0, 0);
OFFSET(DO_DOWNLOAD_RANGE, Length, 8, 8);

/* The four bytes of padding are there on x86 too. */
SIZE(DO_DOWNLOAD_RANGES_INFO, 24, 24);
OFFSET(DO_DOWNLOAD_RANGES_INFO, RangeCount, 0, 0);
OFFSET(DO_DOWNLOAD_RANGES_INFO, Ranges, 8, 8);

SIZE(DO_DOWNLOAD_STATUS, 32, 32);
OFFSET(DO_DOWNLOAD_STATUS, BytesTotal, 0, 0);
OFFSET(DO_DOWNLOAD_STATUS, BytesTransferred, 8, 8);
OFFSET(DO_DOWNLOAD_STATUS, State, 16, 16);
OFFSET(DO_DOWNLOAD_STATUS, Error, 20, 20);
OFFSET(DO_DOWNLOAD_STATUS, ExtendedError, 24, 24);

SIZE(DO_DOWNLOAD_ENUM_CATEGORY, 16, 8);
OFFSET(DO_DOWNLOAD_ENUM_CATEGORY, Property, 0, 0);
OFFSET(DO_DOWNLOAD_ENUM_CATEGORY, Value, 8, 4);

SIZE(VARIANT, 24, 16);
OFFSET(VARIANT, vt, 0, 0);
OFFSET(VARIANT, lVal, 8, 8);

SIZE(BG_AUTH_CREDENTIALS, 24, 16);
OFFSET(BG_AUTH_CREDENTIALS, Target, 0, 0);
OFFSET(BG_AUTH_CREDENTIALS, Scheme, 4, 4);
OFFSET(BG_AUTH_CREDENTIALS, Credentials, 8, 8);

/*
 * Enumerations and constants: VALUE(name, value)
 */
#define VALUE(name, value) static_assert((name) == (value), "value of " #name)

SIZE(BG_ERROR_CONTEXT, 4, 4);
VALUE(BG_ERROR_CONTEXT_NONE, 0);
VALUE(BG_ERROR_CONTEXT_UNKNOWN, 1);
VALUE(BG_ERROR_CONTEXT_GENERAL_QUEUE_MANAGER, 2);
VALUE(BG_ERROR_CONTEXT_QUEUE_MANAGER_NOTIFICATION, 3);
VALUE(BG_ERROR_CONTEXT_LOCAL_FILE, 4);
VALUE(BG_ERROR_CONTEXT_REMOTE_FILE, 5);
VALUE(BG_ERROR_CONTEXT_GENERAL_TRANSPORT, 6);
VALUE(BG_ERROR_CONTEXT_REMOTE_APPLICATION, 7);

SIZE(BG_JOB_PRIORITY, 4, 4);
VALUE(BG_JOB_PRIORITY_FOREGROUND, 0);
VALUE(BG_JOB_PRIORITY_HIGH, 1);
VALUE(BG_JOB_PRIORITY_NORMAL, 2);
VALUE(BG_JOB_PRIORITY_LOW, 3);

SIZE(BG_JOB_STATE, 4, 4);
VALUE(BG_JOB_STATE_QUEUED, 0);
VALUE(BG_JOB_STATE_CONNECTING, 1);
VALUE(BG_JOB_STATE_TRANSFERRING, 2);
VALUE(BG_JOB_STATE_SUSPENDED, 3);
VALUE(BG_JOB_STATE_ERROR, 4);
VALUE(BG_JOB_STATE_TRANSIENT_ERROR, 5);
VALUE(BG_JOB_STATE_TRANSFERRED, 6);
VALUE(BG_JOB_STATE_ACKNOWLEDGED, 7);
VALUE(BG_JOB_STATE_CANCELLED, 8);

SIZE(BG_JOB_TYPE, 4, 4);
VALUE(BG_JOB_TYPE_DOWNLOAD, 0);
VALUE(BG_JOB_TYPE_UPLOAD, 1);
VALUE(BG_JOB_TYPE_UPLOAD_REPLY, 2);

SIZE(BG_JOB_PROXY_USAGE, 4, 4);
VALUE(BG_JOB_PROXY_USAGE_PRECONFIG, 0);
VALUE(BG_JOB_PROXY_USAGE_NO_PROXY, 1);
VALUE(BG_JOB_PROXY_USAGE_OVERRIDE, 2);
VALUE(BG_JOB_PROXY_USAGE_AUTODETECT, 3);

SIZE(BG_AUTH_TARGET, 4, 4);
VALUE(BG_AUTH_TARGET_SERVER, 1);
VALUE(BG_AUTH_TARGET_PROXY, 2);

SIZE(BG_AUTH_SCHEME, 4, 4);
VALUE(BG_AUTH_SCHEME_BASIC, 1);
VALUE(BG_AUTH_SCHEME_DIGEST, 2);
VALUE(BG_AUTH_SCHEME_NTLM, 3);
VALUE(BG_AUTH_SCHEME_NEGOTIATE, 4);
VALUE(BG_AUTH_SCHEME_PASSPORT, 5);

SIZE(BITS_JOB_PROPERTY_ID, 4, 4);
VALUE(BITS_JOB_PROPERTY_ID_COST_FLAGS, 1);
VALUE(BITS_JOB_PROPERTY_NOTIFICATION_CLSID, 2);
VALUE(BITS_JOB_PROPERTY_DYNAMIC_CONTENT, 3);
VALUE(BITS_JOB_PROPERTY_HIGH_PERFORMANCE, 4);
VALUE(BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE, 5);
VALUE(BITS_JOB_PROPERTY_USE_STORED_CREDENTIALS, 7);
VALUE(BITS_JOB_PROPERTY_MINIMUM_NOTIFICATION_INTERVAL_MS, 9);
VALUE(BITS_JOB_PROPERTY_ON_DEMAND_MODE, 10);

SIZE(BITS_FILE_PROPERTY_ID, 4, 4);
VALUE(BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS, 1);

SIZE(BITS_JOB_TRANSFER_POLICY, 4, 4);
VALUE(BITS_JOB_TRANSFER_POLICY_ALWAYS, 0x800000FF);
VALUE(BITS_JOB_TRANSFER_POLICY_NOT_ROAMING, 0x8000007F);
VALUE(BITS_JOB_TRANSFER_POLICY_NO_SURCHARGE, 0x8000006F);
VALUE(BITS_JOB_TRANSFER_POLICY_STANDARD, 0x80000067);
VALUE(BITS_JOB_TRANSFER_POLICY_UNRESTRICTED, 0x80000021);

SIZE(DOJobPropertyId, 4, 4);
VALUE(DOJobPropertyId_ExtendedErrorInfo, 0);

SIZE(DOFilePropertyId, 4, 4);
VALUE(DOFilePropertyId_DecryptionInfo, 0);
VALUE(DOFilePropertyId_IntegrityCheckInfo, 1);
VALUE(DOFilePropertyId_IntegrityCheckMandatory, 2);
VALUE(DOFilePropertyId_DownloadSinkInterface, 3);
VALUE(DOFilePropertyId_DownloadSinkFilePath, 4);
VALUE(DOFilePropertyId_DownloadSinkMemoryStream, 5);
VALUE(DOFilePropertyId_TotalSizeBytes, 6);

SIZE(DownloadMode, 4, 4);
VALUE(DownloadMode_CdnOnly, 0);
VALUE(DownloadMode_Lan, 1);
VALUE(DownloadMode_Group, 2);
VALUE(DownloadMode_Internet, 3);
VALUE(DownloadMode_Simple, 99);
VALUE(DownloadMode_Bypass, 100);

SIZE(SwarmStatus, 4, 4);
VALUE(SwarmStatus_Downloading, 0);
VALUE(SwarmStatus_Complete, 1);
VALUE(SwarmStatus_Caching, 2);
VALUE(SwarmStatus_Paused, 3);

SIZE(DODownloadState, 4, 4);
VALUE(DODownloadState_Created, 0);
VALUE(DODownloadState_Transferring, 1);
VALUE(DODownloadState_Transferred, 2);
VALUE(DODownloadState_Finalized, 3);
VALUE(DODownloadState_Aborted, 4);
VALUE(DODownloadState_Paused, 5);

SIZE(DODownloadCostPolicy, 4, 4);
VALUE(DODownloadCostPolicy_Always, 0);
VALUE(DODownloadCostPolicy_Unrestricted, 1);
VALUE(DODownloadCostPolicy_Standard, 2);
VALUE(DODownloadCostPolicy_NoRoaming, 3);
VALUE(DODownloadCostPolicy_NoSurcharge, 4);
VALUE(DODownloadCostPolicy_NoCellular, 5);

SIZE(DODownloadProperty, 4, 4);
VALUE(DODownloadProperty_Id, 0);
VALUE(DODownloadProperty_Uri, 1);
VALUE(DODownloadProperty_ContentId, 2);
VALUE(DODownloadProperty_DisplayName, 3);
VALUE(DODownloadProperty_LocalPath, 4);
VALUE(DODownloadProperty_HttpCustomHeaders, 5);
VALUE(DODownloadProperty_CostPolicy, 6);
VALUE(DODownloadProperty_SecurityFlags, 7);
VALUE(DODownloadProperty_CallbackFreqPercent, 8);
VALUE(DODownloadProperty_CallbackFreqSeconds, 9);
VALUE(DODownloadProperty_NoProgressTimeoutSeconds, 10);
VALUE(DODownloadProperty_ForegroundPriority, 11);
VALUE(DODownloadProperty_BlockingMode, 12);
VALUE(DODownloadProperty_CallbackInterface, 13);
VALUE(DODownloadProperty_StreamInterface, 14);
VALUE(DODownloadProperty_SecurityContext, 15);
VALUE(DODownloadProperty_NetworkToken, 16);
VALUE(DODownloadProperty_CorrelationVector, 17);
VALUE(DODownloadProperty_DecryptionInfo, 18);
VALUE(DODownloadProperty_IntegrityCheckInfo, 19);
VALUE(DODownloadProperty_IntegrityCheckMandatory, 20);
VALUE(DODownloadProperty_TotalSizeBytes, 21);
VALUE(DODownloadProperty_DisallowOnCellular, 22);
VALUE(DODownloadProperty_HttpCustomAuthHeaders, 23);
VALUE(DODownloadProperty_HttpAllowSecureToNonSecureRedirect, 24);
VALUE(DODownloadProperty_NonVolatile, 25);
VALUE(DODownloadProperty_HttpRedirectionTarget, 26);
VALUE(DODownloadProperty_HttpResponseHeaders, 27);
VALUE(DODownloadProperty_HttpServerIPAddress, 28);
VALUE(DODownloadProperty_HttpStatusCode, 29);

VALUE(BG_SIZE_UNKNOWN, UINT64_MAX);
VALUE(BG_LENGTH_TO_EOF, UINT64_MAX);
VALUE(DO_UNKNOWN_FILE_SIZE, UINT64_MAX);
VALUE(DO_LENGTH_TO_EOF, UINT64_MAX);
VALUE(BG_NOTIFY_JOB_TRANSFERRED, 0x1);
VALUE(BG_NOTIFY_JOB_ERROR, 0x2);
VALUE(BG_NOTIFY_DISABLE, 0x4);
VALUE(BG_NOTIFY_JOB_MODIFICATION, 0x8);
VALUE(BG_NOTIFY_FILE_TRANSFERRED, 0x10);
VALUE(BG_NOTIFY_FILE_RANGES_TRANSFERRED, 0x20);
VALUE(BG_JOB_ENUM_ALL_USERS, 0x1);
VALUE(BG_COPY_FILE_OWNER, 1);
VALUE(BG_COPY_FILE_GROUP, 2);
VALUE(BG_COPY_FILE_DACL, 4);
VALUE(BG_COPY_FILE_SACL, 8);
VALUE(BG_COPY_FILE_ALL, 15);

/*
 * Errors: CODE(name, value)
 */
#define CODE(name, value) static_assert((uint32_t)(name) == (value), "value of " #name)

CODE(DO_E_NO_SERVICE, 0x80D01001);
CODE(DO_E_DOWNLOAD_NO_PROGRESS, 0x80D02002);
CODE(DO_E_JOB_NOT_FOUND, 0x80D02003);
CODE(DO_E_JOB_EMPTY, 0x80D02004);
CODE(DO_E_NO_DOWNLOADS, 0x80D02005);
CODE(DO_E_MEMORYSTREAM_DOWNLOAD_NOT_SUPPORTED, 0x80D0200B);
CODE(DO_E_JOB_TOO_OLD, 0x80D0200C);
CODE(DO_E_LOCALPATH_NOT_SET, 0x80D0200D);
CODE(DO_E_FILE_NOT_AVAILABLE, 0x80D02010);
CODE(DO_E_UNKNOWN_PROPERTY_ID, 0x80D02011);
CODE(DO_E_READ_ONLY_PROPERTY, 0x80D02012);
CODE(DO_E_INVALID_STATE, 0x80D02013);
CODE(DO_E_ERROR_INFORMATION_UNAVAILABLE, 0x80D02014);
CODE(DO_E_WRITE_ONLY_PROPERTY, 0x80D02015);
CODE(DO_E_INTEGRITYCHECKINFO_UNSPECIFIED, 0x80D02016);
CODE(DO_E_INTEGRITYCHECKINFO_UNAVAILABLE, 0x80D02017);
CODE(DO_E_FILE_DOWNLOADSINK_UNSPECIFIED, 0x80D02018);
CODE(DO_E_FILE_DOWNLOADSINK_ALREADY_SET, 0x80D02019);
CODE(DO_E_FILE_SIZE_UNKNOWN_HTTP_200, 0x80D0201A);
CODE(DO_E_FILE_ENCRYPTION_EXPECTED, 0x80D0201B);
CODE(DO_E_FILE_SIZE_UNKNOWN_HTTP_206, 0x80D0201C);
CODE(DO_E_FILE_SIZE_UNKNOWN_HTTP_2XX, 0x80D0201D);
CODE(DO_E_NETWORK_ACCESS_CONSENT_NEEDED, 0x80D0201E);
CODE(DO_E_DOWNLOAD_NO_URI, 0x80D02200);
CODE(DO_E_DOWNLOAD_NO_CONTENT_ID, 0x80D02201);
CODE(DO_E_INVALID_CONTENT_ID, 0x80D02202);
CODE(DO_E_DOWNLOAD_RANGES_UNEXPECTED, 0x80D02203);
CODE(DO_E_DOWNLOAD_RANGES_EXPECTED, 0x80D02204);
CODE(DO_E_NO_DOWNLOAD_PARTICIPATION, 0x80D03001);
CODE(DO_E_NO_DOWNLOAD_EXTSETTINGS, 0x80D03002);
CODE(DO_E_BLOCKED_BY_COST_TRANSFER_POLICY, 0x80D03801);
CODE(DO_E_DOWNLOADMODE_SET_BY_CP, 0x80D03802);
CODE(DO_E_BLOCKED_BY_CELLULAR_POLICY, 0x80D03803);
CODE(DO_E_BLOCKED_BY_POWER_STATE, 0x80D03804);
CODE(DO_E_BLOCKED_BY_NO_NETWORK, 0x80D03805);
CODE(DO_E_DOWNLOADMODE_SET_BY_POLICY, 0x80D03806);
CODE(DO_E_BLOCKED_BY_VPN_POLICY, 0x80D03807);
CODE(DO_E_BLOCKED_BY_CRITICAL_MEMORY_USAGE, 0x80D03808);
CODE(DO_E_DOWNLOADMODE_SET_BY_CACHE_ABSENCE, 0x80D03809);
CODE(DO_E_CLOUD_SERVICES_UNREACHABLE, 0x80D0380A);
CODE(DO_E_DOWNLOADMODE_SET_FOR_UNREG_CALLER, 0x80D0380B);
CODE(DO_E_DOWNLOADMODE_SET_FOR_SIMPLE_RANGES, 0x80D0380C);
CODE(DO_E_UNEXPECTED_HTTP_STATUS_2XX, 0x80D0380D);
CODE(DO_E_HTTP_BLOCKSIZE_MISMATCH, 0x80D05001);
CODE(DO_E_HTTP_CERT_VALIDATION, 0x80D05002);
CODE(DO_E_INVALID_RANGE, 0x80D05010);
CODE(DO_E_INSUFFICIENT_RANGE_SUPPORT, 0x80D05011);
CODE(DO_E_OVERLAPPING_RANGES, 0x80D05012);
CODE(DO_E_UPLOADING_BAD_PIECES, 0x80D06800);
CODE(DO_E_FATAL_CORE_ERROR, 0x80D06802);
CODE(DO_E_SERVICES_RESPONSE_EMPTY, 0x80D06803);
CODE(DO_E_BAD_INCOMING_DATA, 0x80D06804);
CODE(DO_E_BAD_PIECE_HASH, 0x80D06805);
CODE(DO_E_BAD_PIECE_HASH_NO_BAN, 0x80D06806);
CODE(DO_E_ALREADY_HAVE_PIECE, 0x80D06807);
CODE(DO_E_MISSING_PIECE, 0x80D06808);
CODE(DO_E_METAINFO_CONTENT, 0x80D06809);
CODE(DO_E_METAINFO_PARSE_JSON, 0x80D06809);
CODE(DO_E_METAINFO_VERSION, 0x80D0680A);
CODE(DO_E_SWARM_NOT_RUNNING, 0x80D0680B);
CODE(DO_E_UNRECOGNIZED_CONN, 0x80D0680C);
CODE(DO_E_PEER_BANNED, 0x80D0680D);
CODE(DO_E_CONNECT_TO_SELF, 0x80D0680E);
CODE(DO_E_ALREADY_CONNECTED, 0x80D0680F);
CODE(DO_E_NO_MORE_CONNECTIONS, 0x80D06810);
CODE(DO_E_LOST_CONNECTION, 0x80D06811);
CODE(DO_E_UNRECOGNIZED_SWARM, 0x80D06812);
CODE(DO_E_INVALID_HANDSHAKE_LEN, 0x80D06813);
CODE(DO_E_SOCKET_CLOSED, 0x80D06814);
CODE(DO_E_PEER_MSG_TOO_LONG, 0x80D06815);
CODE(DO_E_INVALID_PEER_MSG, 0x80D06816);
CODE(DO_E_PEER_IS_UPLOAD, 0x80D06817);
CODE(DO_E_PIN_FAIL_NO_PEERING, 0x80D06818);
CODE(DO_E_DELETE_PINNED_SWARM, 0x80D06819);
CODE(DO_E_METAINFO_DIGEST_MATCH, 0x80D0681A);
CODE(DO_E_METAINFO_HOH_MATCH, 0x80D0681B);
CODE(DO_E_METAINFO_HOH_FINAL_MATCH, 0x80D0681C);
CODE(DO_E_METAINFO_CONTENT_LENGTH, 0x80D0681D);
CODE(DO_E_METAINFO_PIECE_SIZE, 0x80D0681E);
CODE(DO_E_METAINFO_PARSE_HOH, 0x80D0681F);
CODE(DO_E_METAINFO_PARSE_PIECEHASHES, 0x80D06820);
CODE(DO_E_METAINFO_PARSE_ONE_PIECEHASH, 0x80D06821);
CODE(DO_E_METAINFO_FILE_SIZE, 0x80D06822);
CODE(DO_E_PHF_DIGESTMATCH_POTENTIAL_PROXYSERVER, 0x80D06823);
CODE(DO_E_PHF_PARSEJSON_POTENTIAL_PROXYSERVER, 0x80D06824);

CODE(HTTP_E_STATUS_UNEXPECTED, 0x80190001);
CODE(HTTP_E_STATUS_UNEXPECTED_REDIRECTION, 0x80190003);
CODE(HRESULT_FROM_HTTP_STATUS(404), 0x80190194);
CODE(HRESULT_FROM_HTTP_STATUS(429), 0x801901AD);

CODE(BG_E_HTTP_ERROR_100, 0x80190064);
CODE(BG_E_HTTP_ERROR_101, 0x80190065);
CODE(BG_E_HTTP_ERROR_200, 0x801900C8);
CODE(BG_E_HTTP_ERROR_201, 0x801900C9);
CODE(BG_E_HTTP_ERROR_202, 0x801900CA);
CODE(BG_E_HTTP_ERROR_203, 0x801900CB);
CODE(BG_E_HTTP_ERROR_204, 0x801900CC);
CODE(BG_E_HTTP_ERROR_205, 0x801900CD);
CODE(BG_E_HTTP_ERROR_206, 0x801900CE);
CODE(BG_E_HTTP_ERROR_300, 0x8019012C);
CODE(BG_E_HTTP_ERROR_301, 0x8019012D);
CODE(BG_E_HTTP_ERROR_302, 0x8019012E);
CODE(BG_E_HTTP_ERROR_303, 0x8019012F);
CODE(BG_E_HTTP_ERROR_304, 0x80190130);
CODE(BG_E_HTTP_ERROR_305, 0x80190131);
CODE(BG_E_HTTP_ERROR_307, 0x80190133);
CODE(BG_E_HTTP_ERROR_400, 0x80190190);
CODE(BG_E_HTTP_ERROR_401, 0x80190191);
CODE(BG_E_HTTP_ERROR_402, 0x80190192);
CODE(BG_E_HTTP_ERROR_403, 0x80190193);
CODE(BG_E_HTTP_ERROR_404, 0x80190194);
CODE(BG_E_HTTP_ERROR_405, 0x80190195);
CODE(BG_E_HTTP_ERROR_406, 0x80190196);
CODE(BG_E_HTTP_ERROR_407, 0x80190197);
CODE(BG_E_HTTP_ERROR_408, 0x80190198);
CODE(BG_E_HTTP_ERROR_409, 0x80190199);
CODE(BG_E_HTTP_ERROR_410, 0x8019019A);
CODE(BG_E_HTTP_ERROR_411, 0x8019019B);
CODE(BG_E_HTTP_ERROR_412, 0x8019019C);
CODE(BG_E_HTTP_ERROR_413, 0x8019019D);
CODE(BG_E_HTTP_ERROR_414, 0x8019019E);
CODE(BG_E_HTTP_ERROR_415, 0x8019019F);
CODE(BG_E_HTTP_ERROR_416, 0x801901A0);
CODE(BG_E_HTTP_ERROR_417, 0x801901A1);
CODE(BG_E_HTTP_ERROR_449, 0x801901C1);
CODE(BG_E_HTTP_ERROR_500, 0x801901F4);
CODE(BG_E_HTTP_ERROR_501, 0x801901F5);
CODE(BG_E_HTTP_ERROR_502, 0x801901F6);
CODE(BG_E_HTTP_ERROR_503, 0x801901F7);
CODE(BG_E_HTTP_ERROR_504, 0x801901F8);
CODE(BG_E_HTTP_ERROR_505, 0x801901F9);

CODE(BG_E_PROTOCOL_NOT_AVAILABLE, 0x80200005);
CODE(BG_S_PARTIAL_COMPLETE, 0x00200017);
CODE(BG_S_UNABLE_TO_DELETE_FILES, 0x0020001A);
CODE(BG_E_STRING_TOO_LONG, 0x80200021);
CODE(BG_E_TOO_MANY_JOBS_PER_USER, 0x80200049);
CODE(BG_E_TOO_MANY_JOBS_PER_MACHINE, 0x80200050);
CODE(BG_E_TOO_MANY_FILES_IN_JOB, 0x80200051);
CODE(BG_E_TOO_MANY_RANGES_IN_FILE, 0x80200052);

VALUE(DO_ZONE_MASK, 0xF000);
VALUE(DO_TRANSIENT_ZONE_MASK, 0xF800);
VALUE(DO_TRANSIENT_ZONE, 0x3800);
VALUE(FACILITY_DELIVERY_OPTIMIZATION, 208);

/*
 * Vtables
 *
 * An interface's list has its base's methods and then its own, as METHOD(interface, slot,
 * name, (parameters)). VTABLE checks the slot and the whole type of each, and that nothing
 * follows the last.
 */
#define METHOD(type, slot, name, parameters)                                                   \
    static_assert(offsetof(type##Vtbl, name) == (slot) * sizeof(void *),                       \
                  "slot of " #type "::" #name);                                                \
    static_assert(_Generic(((type##Vtbl *)NULL)->name,                                         \
                           HRESULT (STDMETHODCALLTYPE *) parameters: 1, default: 0),           \
                  "type of " #type "::" #name);
#define VTABLE(type, slots)                                                                    \
    type##_METHODS(type)                                                                       \
    static_assert(sizeof(type##Vtbl) == (slots) * sizeof(void *), "slots of " #type)

#define COUNTING(type, slot, name)                                                             \
    static_assert(offsetof(type##Vtbl, name) == (slot) * sizeof(void *),                       \
                  "slot of " #type "::" #name);                                                \
    static_assert(_Generic(((type##Vtbl *)NULL)->name,                                         \
                           ULONG (STDMETHODCALLTYPE *)(type *): 1, default: 0),                \
                  "type of " #type "::" #name);
#define IUnknown_METHODS(I)                                                                    \
    METHOD(I, 0, QueryInterface, (I *, REFIID, void **))                                       \
    COUNTING(I, 1, AddRef)                                                                     \
    COUNTING(I, 2, Release)

#define IBackgroundCopyFile_METHODS(I)                                                         \
    IUnknown_METHODS(I)                                                                        \
    METHOD(I, 3, GetRemoteName, (I *, LPWSTR *))                                               \
    METHOD(I, 4, GetLocalName, (I *, LPWSTR *))                                                \
    METHOD(I, 5, GetProgress, (I *, BG_FILE_PROGRESS *))
VTABLE(IBackgroundCopyFile, 6);

#define IBackgroundCopyFile2_METHODS(I)                                                        \
    IBackgroundCopyFile_METHODS(I)                                                             \
    METHOD(I, 6, GetFileRanges, (I *, DWORD *, BG_FILE_RANGE **))                              \
    METHOD(I, 7, SetRemoteName, (I *, LPCWSTR))
VTABLE(IBackgroundCopyFile2, 8);

#define IBackgroundCopyFile3_METHODS(I)                                                        \
    IBackgroundCopyFile2_METHODS(I)                                                            \
    METHOD(I, 8, GetTemporaryName, (I *, LPWSTR *))                                            \
    METHOD(I, 9, SetValidationState, (I *, BOOL))                                              \
    METHOD(I, 10, GetValidationState, (I *, BOOL *))                                           \
    METHOD(I, 11, IsDownloadedFromPeer, (I *, BOOL *))
VTABLE(IBackgroundCopyFile3, 12);

#define IBackgroundCopyFile4_METHODS(I)                                                        \
    IBackgroundCopyFile3_METHODS(I)                                                            \
    METHOD(I, 12, GetPeerDownloadStats, (I *, UINT64 *, UINT64 *))
VTABLE(IBackgroundCopyFile4, 13);

#define IBackgroundCopyFile5_METHODS(I)                                                        \
    IBackgroundCopyFile4_METHODS(I)                                                            \
    METHOD(I, 13, SetProperty, (I *, BITS_FILE_PROPERTY_ID, BITS_FILE_PROPERTY_VALUE))         \
    METHOD(I, 14, GetProperty, (I *, BITS_FILE_PROPERTY_ID, BITS_FILE_PROPERTY_VALUE *))
VTABLE(IBackgroundCopyFile5, 15);

#define IEnumBackgroundCopyFiles_METHODS(I)                                                    \
    IUnknown_METHODS(I)                                                                        \
    METHOD(I, 3, Next, (I *, ULONG, IBackgroundCopyFile **, ULONG *))                          \
    METHOD(I, 4, Skip, (I *, ULONG))                                                           \
    METHOD(I, 5, Reset, (I *))                                                                 \
    METHOD(I, 6, Clone, (I *, IEnumBackgroundCopyFiles **))                                    \
    METHOD(I, 7, GetCount, (I *, ULONG *))
VTABLE(IEnumBackgroundCopyFiles, 8);

#define IBackgroundCopyError_METHODS(I)                                                        \
    IUnknown_METHODS(I)                                                                        \
    METHOD(I, 3, GetError, (I *, BG_ERROR_CONTEXT *, HRESULT *))                               \
    METHOD(I, 4, GetFile, (I *, IBackgroundCopyFile **))                                       \
    METHOD(I, 5, GetErrorDescription, (I *, DWORD, LPWSTR *))                                  \
    METHOD(I, 6, GetErrorContextDescription, (I *, DWORD, LPWSTR *))                           \
    METHOD(I, 7, GetProtocol, (I *, LPWSTR *))
VTABLE(IBackgroundCopyError, 8);

#define IBackgroundCopyJob_METHODS(I)                                                          \
    IUnknown_METHODS(I)                                                                        \
    METHOD(I, 3, AddFileSet, (I *, ULONG, BG_FILE_INFO *))                                     \
    METHOD(I, 4, AddFile, (I *, LPCWSTR, LPCWSTR))                                             \
    METHOD(I, 5, EnumFiles, (I *, IEnumBackgroundCopyFiles **))                                \
    METHOD(I, 6, Suspend, (I *))                                                               \
    METHOD(I, 7, Resume, (I *))                                                                \
    METHOD(I, 8, Cancel, (I *))                                                                \
    METHOD(I, 9, Complete, (I *))                                                              \
    METHOD(I, 10, GetId, (I *, GUID *))                                                        \
    METHOD(I, 11, GetType, (I *, BG_JOB_TYPE *))                                               \
    METHOD(I, 12, GetProgress, (I *, BG_JOB_PROGRESS *))                                       \
    METHOD(I, 13, GetTimes, (I *, BG_JOB_TIMES *))                                             \
    METHOD(I, 14, GetState, (I *, BG_JOB_STATE *))                                             \
    METHOD(I, 15, GetError, (I *, IBackgroundCopyError **))                                    \
    METHOD(I, 16, GetOwner, (I *, LPWSTR *))                                                   \
    METHOD(I, 17, SetDisplayName, (I *, LPCWSTR))                                              \
    METHOD(I, 18, GetDisplayName, (I *, LPWSTR *))                                             \
    METHOD(I, 19, SetDescription, (I *, LPCWSTR))                                              \
    METHOD(I, 20, GetDescription, (I *, LPWSTR *))                                             \
    METHOD(I, 21, SetPriority, (I *, BG_JOB_PRIORITY))                                         \
    METHOD(I, 22, GetPriority, (I *, BG_JOB_PRIORITY *))                                       \
    METHOD(I, 23, SetNotifyFlags, (I *, ULONG))                                                \
    METHOD(I, 24, GetNotifyFlags, (I *, ULONG *))                                              \
    METHOD(I, 25, SetNotifyInterface, (I *, IUnknown *))                                       \
    METHOD(I, 26, GetNotifyInterface, (I *, IUnknown **))                                      \
    METHOD(I, 27, SetMinimumRetryDelay, (I *, ULONG))                                          \
    METHOD(I, 28, GetMinimumRetryDelay, (I *, ULONG *))                                        \
    METHOD(I, 29, SetNoProgressTimeout, (I *, ULONG))                                          \
    METHOD(I, 30, GetNoProgressTimeout, (I *, ULONG *))                                        \
    METHOD(I, 31, GetErrorCount, (I *, ULONG *))                                               \
    METHOD(I, 32, SetProxySettings, (I *, BG_JOB_PROXY_USAGE, const WCHAR *, const WCHAR *))   \
    METHOD(I, 33, GetProxySettings, (I *, BG_JOB_PROXY_USAGE *, LPWSTR *, LPWSTR *))           \
    METHOD(I, 34, TakeOwnership, (I *))
VTABLE(IBackgroundCopyJob, 35);

#define IBackgroundCopyJob2_METHODS(I)                                                         \
    IBackgroundCopyJob_METHODS(I)                                                              \
    METHOD(I, 35, SetNotifyCmdLine, (I *, LPCWSTR, LPCWSTR))                                   \
    METHOD(I, 36, GetNotifyCmdLine, (I *, LPWSTR *, LPWSTR *))                                 \
    METHOD(I, 37, GetReplyProgress, (I *, BG_JOB_REPLY_PROGRESS *))                            \
    METHOD(I, 38, GetReplyData, (I *, byte **, UINT64 *))                                      \
    METHOD(I, 39, SetReplyFileName, (I *, LPCWSTR))                                            \
    METHOD(I, 40, GetReplyFileName, (I *, LPWSTR *))                                           \
    METHOD(I, 41, SetCredentials, (I *, BG_AUTH_CREDENTIALS *))                                \
    METHOD(I, 42, RemoveCredentials, (I *, BG_AUTH_TARGET, BG_AUTH_SCHEME))
VTABLE(IBackgroundCopyJob2, 43);

#define IBackgroundCopyJob3_METHODS(I)                                                         \
    IBackgroundCopyJob2_METHODS(I)                                                             \
    METHOD(I, 43, ReplaceRemotePrefix, (I *, LPCWSTR, LPCWSTR))                                \
    METHOD(I, 44, AddFileWithRanges, (I *, LPCWSTR, LPCWSTR, DWORD, BG_FILE_RANGE *))          \
    METHOD(I, 45, SetFileACLFlags, (I *, DWORD))                                               \
    METHOD(I, 46, GetFileACLFlags, (I *, DWORD *))
VTABLE(IBackgroundCopyJob3, 47);

#define IBackgroundCopyJob4_METHODS(I)                                                         \
    IBackgroundCopyJob3_METHODS(I)                                                             \
    METHOD(I, 47, SetPeerCachingFlags, (I *, DWORD))                                           \
    METHOD(I, 48, GetPeerCachingFlags, (I *, DWORD *))                                         \
    METHOD(I, 49, GetOwnerIntegrityLevel, (I *, ULONG *))                                      \
    METHOD(I, 50, GetOwnerElevationState, (I *, BOOL *))                                       \
    METHOD(I, 51, SetMaximumDownloadTime, (I *, ULONG))                                        \
    METHOD(I, 52, GetMaximumDownloadTime, (I *, ULONG *))
VTABLE(IBackgroundCopyJob4, 53);

#define IBackgroundCopyJob5_METHODS(I)                                                         \
    IBackgroundCopyJob4_METHODS(I)                                                             \
    METHOD(I, 53, SetProperty, (I *, BITS_JOB_PROPERTY_ID, BITS_JOB_PROPERTY_VALUE))           \
    METHOD(I, 54, GetProperty, (I *, BITS_JOB_PROPERTY_ID, BITS_JOB_PROPERTY_VALUE *))
VTABLE(IBackgroundCopyJob5, 55);

#define IBackgroundCopyJobHttpOptions_METHODS(I)                                               \
    IUnknown_METHODS(I)                                                                        \
    METHOD(I, 3, SetClientCertificateByID, (I *, BG_CERT_STORE_LOCATION, LPCWSTR, BYTE *))     \
    METHOD(I, 4, SetClientCertificateByName, (I *, BG_CERT_STORE_LOCATION, LPCWSTR, LPCWSTR))  \
    METHOD(I, 5, RemoveClientCertificate, (I *))                                               \
    METHOD(I, 6, GetClientCertificate,                                                         \
           (I *, BG_CERT_STORE_LOCATION *, LPWSTR *, BYTE **, LPWSTR *))                       \
    METHOD(I, 7, SetCustomHeaders, (I *, LPCWSTR))                                             \
    METHOD(I, 8, GetCustomHeaders, (I *, LPWSTR *))                                            \
    METHOD(I, 9, SetSecurityFlags, (I *, ULONG))                                               \
    METHOD(I, 10, GetSecurityFlags, (I *, ULONG *))
VTABLE(IBackgroundCopyJobHttpOptions, 11);

#define IEnumBackgroundCopyJobs_METHODS(I)                                                     \
    IUnknown_METHODS(I)                                                                        \
    METHOD(I, 3, Next, (I *, ULONG, IBackgroundCopyJob **, ULONG *))                           \
    METHOD(I, 4, Skip, (I *, ULONG))                                                           \
    METHOD(I, 5, Reset, (I *))                                                                 \
    METHOD(I, 6, Clone, (I *, IEnumBackgroundCopyJobs **))                                     \
    METHOD(I, 7, GetCount, (I *, ULONG *))
VTABLE(IEnumBackgroundCopyJobs, 8);

#define IBackgroundCopyCallback_METHODS(I)                                                     \
    IUnknown_METHODS(I)                                                                        \
    METHOD(I, 3, JobTransferred, (I *, IBackgroundCopyJob *))                                  \
    METHOD(I, 4, JobError, (I *, IBackgroundCopyJob *, IBackgroundCopyError *))                \
    METHOD(I, 5, JobModification, (I *, IBackgroundCopyJob *, DWORD))
VTABLE(IBackgroundCopyCallback, 6);

#define IBackgroundCopyCallback2_METHODS(I)                                                    \
    IBackgroundCopyCallback_METHODS(I)                                                         \
    METHOD(I, 6, FileTransferred, (I *, IBackgroundCopyJob *, IBackgroundCopyFile *))
VTABLE(IBackgroundCopyCallback2, 7);

#define IBackgroundCopyCallback3_METHODS(I)                                                    \
    IBackgroundCopyCallback2_METHODS(I)                                                        \
    METHOD(I, 7, FileRangesTransferred,                                                        \
           (I *, IBackgroundCopyJob *, IBackgroundCopyFile *, DWORD, const BG_FILE_RANGE *))
VTABLE(IBackgroundCopyCallback3, 8);

#define IBackgroundCopyManager_METHODS(I)                                                      \
    IUnknown_METHODS(I)                                                                        \
    METHOD(I, 3, CreateJob, (I *, LPCWSTR, BG_JOB_TYPE, GUID *, IBackgroundCopyJob **))        \
    METHOD(I, 4, GetJob, (I *, REFGUID, IBackgroundCopyJob **))                                \
    METHOD(I, 5, EnumJobs, (I *, DWORD, IEnumBackgroundCopyJobs **))                           \
    METHOD(I, 6, GetErrorDescription, (I *, HRESULT, DWORD, LPWSTR *))
VTABLE(IBackgroundCopyManager, 7);

#define IDeliveryOptimizationJob_METHODS(I)                                                    \
    IUnknown_METHODS(I)                                                                        \
    METHOD(I, 3, AddFileWithRanges,                                                            \
           (I *, LPCWSTR, LPCWSTR, LPCWSTR, DWORD, BG_FILE_RANGE *, UINT64))
VTABLE(IDeliveryOptimizationJob, 4);

#define IDeliveryOptimizationJob2_METHODS(I)                                                   \
    IUnknown_METHODS(I)                                                                        \
    METHOD(I, 3, AddFile, (I *, LPCWSTR, LPCWSTR, DWORD, BG_FILE_RANGE *, REFIID, void **))    \
    METHOD(I, 4, GetProperty, (I *, DOJobPropertyId, VARIANT *))                               \
    METHOD(I, 5, SetProperty, (I *, DOJobPropertyId, const VARIANT *))
VTABLE(IDeliveryOptimizationJob2, 6);

#define IDeliveryOptimizationFile_METHODS(I)                                                   \
    IUnknown_METHODS(I)                                                                        \
    METHOD(I, 3, GetStats, (I *, DOSwarmStats *))                                              \
    METHOD(I, 4, GetStats2, (I *, DOSwarmStats *))
VTABLE(IDeliveryOptimizationFile, 5);

#define IDeliveryOptimizationFile2_METHODS(I)                                                  \
    IUnknown_METHODS(I)                                                                        \
    METHOD(I, 3, GetProperty, (I *, DOFilePropertyId, VARIANT *))                              \
    METHOD(I, 4, SetProperty, (I *, DOFilePropertyId, const VARIANT *))
VTABLE(IDeliveryOptimizationFile2, 5);

#define IDODownload_METHODS(I)                                                                 \
    IUnknown_METHODS(I)                                                                        \
    METHOD(I, 3, Start, (I *, const DO_DOWNLOAD_RANGES_INFO *))                                \
    METHOD(I, 4, Pause, (I *))                                                                 \
    METHOD(I, 5, Abort, (I *))                                                                 \
    METHOD(I, 6, Finalize, (I *))                                                              \
    METHOD(I, 7, GetStatus, (I *, DO_DOWNLOAD_STATUS *))                                       \
    METHOD(I, 8, GetProperty, (I *, DODownloadProperty, VARIANT *))                            \
    METHOD(I, 9, SetProperty, (I *, DODownloadProperty, const VARIANT *))
VTABLE(IDODownload, 10);

#define IDODownloadStatusCallback_METHODS(I)                                                   \
    IUnknown_METHODS(I)                                                                        \
    METHOD(I, 3, OnStatusChange, (I *, IDODownload *, const DO_DOWNLOAD_STATUS *))
VTABLE(IDODownloadStatusCallback, 4);

#define IDOManager_METHODS(I)                                                                  \
    IUnknown_METHODS(I)                                                                        \
    METHOD(I, 3, CreateDownload, (I *, IDODownload **))                                        \
    METHOD(I, 4, EnumDownloads, (I *, const DO_DOWNLOAD_ENUM_CATEGORY *, IEnumUnknown **))
VTABLE(IDOManager, 5);

/*
 * Identifiers, as the generated uuid file has them
 */
static const struct identifier_case {
    const char *name;
    const GUID *symbol;
    const char *text;
} identifiers[] = {
    {"IID_IBackgroundCopyFile", &IID_IBackgroundCopyFile,
     "01B7BD23-FB88-4A77-8490-5891D3E4653A"},
    {"IID_IBackgroundCopyFile2", &IID_IBackgroundCopyFile2,
     "83E81B93-0873-474D-8A8C-F2018B1A939C"},
    {"IID_IBackgroundCopyFile3", &IID_IBackgroundCopyFile3,
     "659CDEAA-489E-11D9-A9CD-000D56965251"},
    {"IID_IBackgroundCopyFile4", &IID_IBackgroundCopyFile4,
     "EF7E0655-7888-4960-B0E5-730846E03492"},
    {"IID_IBackgroundCopyFile5", &IID_IBackgroundCopyFile5,
     "85C1657F-DAFC-40E8-8834-DF18EA25717E"},
    {"IID_IEnumBackgroundCopyFiles", &IID_IEnumBackgroundCopyFiles,
     "CA51E165-C365-424C-8D41-24AAA4FF3C40"},
    {"IID_IBackgroundCopyError", &IID_IBackgroundCopyError,
     "19C613A0-FCB8-4F28-81AE-897C3D078F81"},
    {"IID_IBackgroundCopyJob", &IID_IBackgroundCopyJob,
     "37668D37-507E-4160-9316-26306D150B12"},
    {"IID_IBackgroundCopyJob2", &IID_IBackgroundCopyJob2,
     "54B50739-686F-45EB-9DFF-D6A9A0FAA9AF"},
    {"IID_IBackgroundCopyJob3", &IID_IBackgroundCopyJob3,
     "443C8934-90FF-48ED-BCDE-26F5C7450042"},
    {"IID_IBackgroundCopyJob4", &IID_IBackgroundCopyJob4,
     "659CDEAE-489E-11D9-A9CD-000D56965251"},
    {"IID_IBackgroundCopyJob5", &IID_IBackgroundCopyJob5,
     "E847030C-BBBA-4657-AF6D-484AA42BF1FE"},
    {"IID_IBackgroundCopyJobHttpOptions", &IID_IBackgroundCopyJobHttpOptions,
     "F1BD1079-9F01-4BDC-8036-F09B70095066"},
    {"IID_IEnumBackgroundCopyJobs", &IID_IEnumBackgroundCopyJobs,
     "1AF4F612-3B71-466F-8F58-7B6F73AC57AD"},
    {"IID_IBackgroundCopyCallback", &IID_IBackgroundCopyCallback,
     "97EA99C7-0186-4AD4-8DF9-C5B4E0ED6B22"},
    {"IID_IBackgroundCopyCallback2", &IID_IBackgroundCopyCallback2,
     "659CDEAC-489E-11D9-A9CD-000D56965251"},
    {"IID_IBackgroundCopyCallback3", &IID_IBackgroundCopyCallback3,
     "98C97BD2-E32B-4AD8-A528-95FD8B16BD42"},
    {"IID_IBackgroundCopyManager", &IID_IBackgroundCopyManager,
     "5CE34C0D-0DC9-4C1F-897C-DAA1B78CEE7C"},
    {"IID_IDeliveryOptimizationJob", &IID_IDeliveryOptimizationJob,
     "EE2584CF-A69C-4848-B633-2649962B3EF7"},
    {"IID_IDeliveryOptimizationJob2", &IID_IDeliveryOptimizationJob2,
     "18995A26-BF59-4ABE-9F8B-D5092D5A2405"},
    {"IID_IDeliveryOptimizationFile", &IID_IDeliveryOptimizationFile,
     "B76B9699-E99E-4101-803F-A20E325D93E2"},
    {"IID_IDeliveryOptimizationFile2", &IID_IDeliveryOptimizationFile2,
     "3A87296F-6EC2-4126-AB29-E3F8DC4CC390"},
    {"IID_IDODownload", &IID_IDODownload,
     "FBBD7FC0-C147-4727-A38D-827EF071EE77"},
    {"IID_IDODownloadStatusCallback", &IID_IDODownloadStatusCallback,
     "D166E8E3-A90E-4392-8E87-05E996D3747D"},
    {"IID_IDOManager", &IID_IDOManager,
     "400E2D4A-1431-4C1A-A748-39CA472CFDB1"},
    {"CLSID_DeliveryOptimization", &CLSID_DeliveryOptimization,
     "5B99FA76-721C-423C-ADAC-56D03C8A8007"},
    {"LIBID_DeliveryOptimization", &LIBID_DeliveryOptimization,
     "6A1FAE95-21B8-46C4-A0C9-5D5FAE106EF0"},
    {"CLSID_OpenDO", &CLSID_OpenDO,
     "7E4F9C62-3B1D-4E5A-9A55-0D0C1B6E2F31"},
    {"IID_IOdoDownload", &IID_IOdoDownload,
     "9EA2A3C5-E2DD-4F10-9704-C187C3FDC353"},
    {"IID_IOdoDownloads", &IID_IOdoDownloads,
     "5D43D778-C423-4D84-A645-FD1F52FC1A92"},
    {"CLSID_OpenDODownloads", &CLSID_OpenDODownloads,
     "53A4564E-8884-4A3F-B260-E6BAB42938E9"},
    {"CLSID_OpenDOSharedDownloads", &CLSID_OpenDOSharedDownloads,
     "B4C1F4C5-0C5E-4B0B-9C7A-0B5B5E0B7D52"},
    {"LIBID_OpenDODownloadsLib", &LIBID_OpenDODownloadsLib,
     "DB1551D0-2AD2-4A04-A015-69C5BA3D755C"},
};

/* The keys of the JSON texts. */
static const struct text_case {
    const char *name;
    const wchar_t *actual;
    const wchar_t *expected;
} texts[] = {
    {"DecryptionInfo_KeyData", DecryptionInfo_KeyData,
     L"KeyData"},
    {"DecryptionInfo_EncryptionBufferSize", DecryptionInfo_EncryptionBufferSize,
     L"EncryptionBufferSize"},
    {"DecryptionInfo_AlgorithmName", DecryptionInfo_AlgorithmName,
     L"AlgorithmName"},
    {"DecryptionInfo_ChainingMode", DecryptionInfo_ChainingMode,
     L"ChainingMode"},
    {"IntegrityCheckInfo_PiecesHashFileUrl", IntegrityCheckInfo_PiecesHashFileUrl,
     L"PiecesHashFileUrl"},
    {"IntegrityCheckInfo_PiecesHashFileDigest", IntegrityCheckInfo_PiecesHashFileDigest,
     L"PiecesHashFileDigest"},
    {"IntegrityCheckInfo_PiecesHashFileDigestAlgorithm",
     IntegrityCheckInfo_PiecesHashFileDigestAlgorithm,
     L"PiecesHashFileDigestAlgorithm"},
    {"IntegrityCheckInfo_HashOfHashes", IntegrityCheckInfo_HashOfHashes,
     L"HashOfHashes"},
};

static const struct transient_case {
    const char *name;
    uint32_t error;
    bool transient;
} transients[] = {
    {"the first of the zone passes by itself", 0x80D03800, true},
    {"no network passes by itself",            0x80D03805, true},
    {"the last of the zone passes by itself",  0x80D03FFF, true},
    {"what comes before the zone stays",       0x80D037FF, false},
    {"what comes after the zone stays",        0x80D04000, false},
    {"a refusal by policy stays",              0x80D03002, false},
    {"another facility has no zones",          0x80073805, false},
    {"a wider facility is another",            0x81D03805, false},
    {"a success is no error",                  0x00D03805, false},
    {"S_OK is no error",                       0x00000000, false},
};

/* clang-format on */

static void check_identifier(void **state)
{
    const struct identifier_case *c = *state;
    const GUID *id = c->symbol;
    const BYTE *tail = id->Data4;
    char text[37];

    snprintf(text, sizeof(text), "%08lX-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X", id->Data1,
             id->Data2, id->Data3, tail[0], tail[1], tail[2], tail[3], tail[4], tail[5],
             tail[6], tail[7]);
    assert_string_equal(text, c->text);
}

static void check_text(void **state)
{
    const struct text_case *c = *state;

    assert_int_equal(wcscmp(c->actual, c->expected), 0);
}

static void check_transient(void **state)
{
    const struct transient_case *c = *state;
    HRESULT hr = (HRESULT)c->error;

    assert_int_equal(IS_DO_TRANSIENT_ERROR(hr), c->transient);
}

/* Each row of a table becomes a test that has the row's name. */
#define ADD_TABLE(table, check)                                                                \
    for (size_t i = 0; i < COUNT(table); i++) {                                                \
        tests[count++] = (struct CMUnitTest){                                                  \
            .name = (table)[i].name,                                                           \
            .test_func = (check),                                                              \
            .initial_state = (void *)(uintptr_t) & (table)[i],                                 \
        };                                                                                     \
    }

int main(void)
{
    struct CMUnitTest tests[COUNT(identifiers) + COUNT(texts) + COUNT(transients)];
    size_t count = 0;

    ADD_TABLE(identifiers, check_identifier)
    ADD_TABLE(texts, check_text)
    ADD_TABLE(transients, check_transient)
    assert_int_equal(count, COUNT(tests));
    return cmocka_run_group_tests_name("abi", tests, NULL, NULL);
}
