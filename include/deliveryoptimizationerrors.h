/*
 * The errors of Delivery Optimization, for C and C++. Whoever includes this has HRESULT
 * already, by <windows.h> say; nothing else is needed.
 *
 * A client meets five kinds:
 *   - DO_E_*, facility 208, below. Their low 16 bits fall into zones; those in the zone of
 *     transient errors mean "waiting", and the download goes on by itself;
 *   - an HTTP status, facility 25: HRESULT_FROM_HTTP_STATUS(404);
 *   - an error of Windows, facility 7: HRESULT_FROM_WIN32(ERROR_DISK_FULL);
 *   - general ones of COM: E_INVALIDARG, E_ACCESSDENIED, E_OUTOFMEMORY, E_NOTIMPL, E_POINTER;
 *   - a few of BITS, at the end. bitsmsg.h has them too and is taken in where it is there; here
 *     they are of type HRESULT.
 */
#ifndef DELIVERYOPTIMIZATIONERRORS_H
#define DELIVERYOPTIMIZATIONERRORS_H

#ifdef __has_include
#if __has_include(<bitsmsg.h>)
#include <bitsmsg.h>
#endif
#endif

#ifndef FACILITY_DELIVERY_OPTIMIZATION
#define FACILITY_DELIVERY_OPTIMIZATION 208
#endif

/* The zones of the low 16 bits. */
#define DO_ZONE_MASK           0xF000
#define DO_TRANSIENT_ZONE_MASK 0xF800
#define DO_TRANSIENT_ZONE      0x3800

/*
 * True for a failure that passes by itself: no network, a network that may not be used, too
 * little power or memory. The mask is the failure bit, the facility and the zone.
 */
#define IS_DO_TRANSIENT_ERROR(hr) (((unsigned long)(hr)&0x9FFFF800UL) == 0x80D03800UL)

/* The error that a status of HTTP is, such as 404. */
#define HRESULT_FROM_HTTP_STATUS(status)                                                       \
    ((HRESULT)(0x80190000UL | ((unsigned long)(status)&0xFFFFUL)))

/*
 * The service
 * -----------
 */

/* The service is starting, stopping or disabled. */
#define DO_E_NO_SERVICE ((HRESULT)0x80D01001L)

/*
 * Jobs, files and downloads
 * -------------------------
 */

/* Not one byte arrived within the no-progress period. */
#define DO_E_DOWNLOAD_NO_PROGRESS ((HRESULT)0x80D02002L)

/* No job has this identifier. */
#define DO_E_JOB_NOT_FOUND ((HRESULT)0x80D02003L)

/* A job without files was resumed. */
#define DO_E_JOB_EMPTY ((HRESULT)0x80D02004L)

/* There is nothing to enumerate. */
#define DO_E_NO_DOWNLOADS ((HRESULT)0x80D02005L)

/* Memory streams are no longer supported as a target. */
#define DO_E_MEMORYSTREAM_DOWNLOAD_NOT_SUPPORTED ((HRESULT)0x80D0200BL)

/* The job reached the age limit and was neither completed nor cancelled. */
#define DO_E_JOB_TOO_OLD ((HRESULT)0x80D0200CL)

/* No path was given for the output. */
#define DO_E_LOCALPATH_NOT_SET ((HRESULT)0x80D0200DL)

/* The error does not concern a file. */
#define DO_E_FILE_NOT_AVAILABLE ((HRESULT)0x80D02010L)

/* This build does not know the property. */
#define DO_E_UNKNOWN_PROPERTY_ID ((HRESULT)0x80D02011L)

/* The property can only be read. */
#define DO_E_READ_ONLY_PROPERTY ((HRESULT)0x80D02012L)

/* The call is not allowed in the present state. */
#define DO_E_INVALID_STATE ((HRESULT)0x80D02013L)

/* There are no error details. */
#define DO_E_ERROR_INFORMATION_UNAVAILABLE ((HRESULT)0x80D02014L)

/* The property can only be set. */
#define DO_E_WRITE_ONLY_PROPERTY ((HRESULT)0x80D02015L)

/* The integrity check is mandatory, and no hashes were set. */
#define DO_E_INTEGRITYCHECKINFO_UNSPECIFIED ((HRESULT)0x80D02016L)

/* The integrity check is mandatory, and the piece hash file could not be fetched. */
#define DO_E_INTEGRITYCHECKINFO_UNAVAILABLE ((HRESULT)0x80D02017L)

/* The download has neither a path nor a stream. */
#define DO_E_FILE_DOWNLOADSINK_UNSPECIFIED ((HRESULT)0x80D02018L)

/* The download already has a target of the other kind. */
#define DO_E_FILE_DOWNLOADSINK_ALREADY_SET ((HRESULT)0x80D02019L)

/* A response of status 200 did not give the size of the file. */
#define DO_E_FILE_SIZE_UNKNOWN_HTTP_200 ((HRESULT)0x80D0201AL)

/* A key was given, and the content is not encrypted. */
#define DO_E_FILE_ENCRYPTION_EXPECTED ((HRESULT)0x80D0201BL)

/* The Content-Range of a response of status 206 did not give the size of the file. */
#define DO_E_FILE_SIZE_UNKNOWN_HTTP_206 ((HRESULT)0x80D0201CL)

/* A response of another status 2xx did not give the size of the file. */
#define DO_E_FILE_SIZE_UNKNOWN_HTTP_2XX ((HRESULT)0x80D0201DL)

/* The user has not agreed to the use of the network. */
#define DO_E_NETWORK_ACCESS_CONSENT_NEEDED ((HRESULT)0x80D0201EL)

/* The download was started without a URI. */
#define DO_E_DOWNLOAD_NO_URI ((HRESULT)0x80D02200L)

/* The download was started without the content identifier it needs. */
#define DO_E_DOWNLOAD_NO_CONTENT_ID ((HRESULT)0x80D02201L)

/* The content identifier is malformed. */
#define DO_E_INVALID_CONTENT_ID ((HRESULT)0x80D02202L)

/* Ranges are not allowed here. */
#define DO_E_DOWNLOAD_RANGES_UNEXPECTED ((HRESULT)0x80D02203L)

/* Ranges are required here. */
#define DO_E_DOWNLOAD_RANGES_EXPECTED ((HRESULT)0x80D02204L)

/*
 * Refused by policy
 * -----------------
 */

/* Refused: too many take part at this time. */
#define DO_E_NO_DOWNLOAD_PARTICIPATION ((HRESULT)0x80D03001L)

/* Refused by the settings of the user or the administrator. */
#define DO_E_NO_DOWNLOAD_EXTSETTINGS ((HRESULT)0x80D03002L)

/*
 * What passes by itself: IS_DO_TRANSIENT_ERROR is true for these
 * --------------------------------------------------------------
 */

/* Waiting: the network costs more than the cost policy allows. */
#define DO_E_BLOCKED_BY_COST_TRANSFER_POLICY ((HRESULT)0x80D03801L)

/* The policy for this content limits the download mode. */
#define DO_E_DOWNLOADMODE_SET_BY_CP ((HRESULT)0x80D03802L)

/* Waiting: the network is cellular, which policy forbids. */
#define DO_E_BLOCKED_BY_CELLULAR_POLICY ((HRESULT)0x80D03803L)

/* Waiting: the machine runs on battery. */
#define DO_E_BLOCKED_BY_POWER_STATE ((HRESULT)0x80D03804L)

/* Waiting: there is no network. */
#define DO_E_BLOCKED_BY_NO_NETWORK ((HRESULT)0x80D03805L)

/* Policy limits the download mode. */
#define DO_E_DOWNLOADMODE_SET_BY_POLICY ((HRESULT)0x80D03806L)

/* Waiting: the network is a VPN, which policy forbids. */
#define DO_E_BLOCKED_BY_VPN_POLICY ((HRESULT)0x80D03807L)

/* Waiting: the machine is short of memory. */
#define DO_E_BLOCKED_BY_CRITICAL_MEMORY_USAGE ((HRESULT)0x80D03808L)

/* The cache folder is absent, which limits the download mode. */
#define DO_E_DOWNLOADMODE_SET_BY_CACHE_ABSENCE ((HRESULT)0x80D03809L)

/* A cloud service of Delivery Optimization could not be reached. */
#define DO_E_CLOUD_SERVICES_UNREACHABLE ((HRESULT)0x80D0380AL)

/* The caller is not registered, which limits the download mode. */
#define DO_E_DOWNLOADMODE_SET_FOR_UNREG_CALLER ((HRESULT)0x80D0380BL)

/* Ranges are downloaded in simple mode. */
#define DO_E_DOWNLOADMODE_SET_FOR_SIMPLE_RANGES ((HRESULT)0x80D0380CL)

/* Waiting: the server answered with a status 2xx other than 200 and 206. */
#define DO_E_UNEXPECTED_HTTP_STATUS_2XX ((HRESULT)0x80D0380DL)

/*
 * HTTP and ranges
 * ---------------
 */

/* The response has a different length than requested. */
#define DO_E_HTTP_BLOCKSIZE_MISMATCH ((HRESULT)0x80D05001L)

/* The server's certificate was rejected. */
#define DO_E_HTTP_CERT_VALIDATION ((HRESULT)0x80D05002L)

/* A range is empty, too large, or lies outside the file. */
#define DO_E_INVALID_RANGE ((HRESULT)0x80D05010L)

/* The server does not support range requests. */
#define DO_E_INSUFFICIENT_RANGE_SUPPORT ((HRESULT)0x80D05011L)

/* Two ranges overlap. */
#define DO_E_OVERLAPPING_RANGES ((HRESULT)0x80D05012L)

/*
 * Pieces, peers and the piece hash file
 * -------------------------------------
 */

/* Too many bad pieces were found in uploaded data. */
#define DO_E_UPLOADING_BAD_PIECES ((HRESULT)0x80D06800L)

/* An internal error. */
#define DO_E_FATAL_CORE_ERROR ((HRESULT)0x80D06802L)

/* A cloud service answered with empty JSON. */
#define DO_E_SERVICES_RESPONSE_EMPTY ((HRESULT)0x80D06803L)

/* The data of a piece is bad or incomplete. */
#define DO_E_BAD_INCOMING_DATA ((HRESULT)0x80D06804L)

/* A piece does not match its hash. */
#define DO_E_BAD_PIECE_HASH ((HRESULT)0x80D06805L)

/* The same, and its source is kept for now. */
#define DO_E_BAD_PIECE_HASH_NO_BAN ((HRESULT)0x80D06806L)

/* The piece is in the cache already. */
#define DO_E_ALREADY_HAVE_PIECE ((HRESULT)0x80D06807L)

/* The piece is no longer in the cache. */
#define DO_E_MISSING_PIECE ((HRESULT)0x80D06808L)

/* The piece hash file is not valid JSON. Older texts call it by the second name. */
#define DO_E_METAINFO_PARSE_JSON ((HRESULT)0x80D06809L)
#define DO_E_METAINFO_CONTENT    ((HRESULT)0x80D06809L)

/* The piece hash file is of a version that is not supported. */
#define DO_E_METAINFO_VERSION ((HRESULT)0x80D0680AL)

/* The swarm is not running. */
#define DO_E_SWARM_NOT_RUNNING ((HRESULT)0x80D0680BL)

/* The connection to a peer is not known. */
#define DO_E_UNRECOGNIZED_CONN ((HRESULT)0x80D0680CL)

/* The peer is banned. */
#define DO_E_PEER_BANNED ((HRESULT)0x80D0680DL)

/* The peer is this machine itself. */
#define DO_E_CONNECT_TO_SELF ((HRESULT)0x80D0680EL)

/* The peer is connected already. */
#define DO_E_ALREADY_CONNECTED ((HRESULT)0x80D0680FL)

/* The maximum number of connections is reached. */
#define DO_E_NO_MORE_CONNECTIONS ((HRESULT)0x80D06810L)

/* The connection to a peer was lost. */
#define DO_E_LOST_CONNECTION ((HRESULT)0x80D06811L)

/* The swarm is not known. */
#define DO_E_UNRECOGNIZED_SWARM ((HRESULT)0x80D06812L)

/* The length of a peer's handshake is wrong. */
#define DO_E_INVALID_HANDSHAKE_LEN ((HRESULT)0x80D06813L)

/* The socket was closed. */
#define DO_E_SOCKET_CLOSED ((HRESULT)0x80D06814L)

/* A peer's message is too long. */
#define DO_E_PEER_MSG_TOO_LONG ((HRESULT)0x80D06815L)

/* A peer's message is invalid. */
#define DO_E_INVALID_PEER_MSG ((HRESULT)0x80D06816L)

/* The peer only receives data. */
#define DO_E_PEER_IS_UPLOAD ((HRESULT)0x80D06817L)

/* The swarm cannot be pinned, since its mode has no peers. */
#define DO_E_PIN_FAIL_NO_PEERING ((HRESULT)0x80D06818L)

/* The swarm is pinned; deleting it needs force. */
#define DO_E_DELETE_PINNED_SWARM ((HRESULT)0x80D06819L)

/* The piece hash file does not have the digest that was given. */
#define DO_E_METAINFO_DIGEST_MATCH ((HRESULT)0x80D0681AL)

/* The hash of hashes in the piece hash file is not the one that was given. */
#define DO_E_METAINFO_HOH_MATCH ((HRESULT)0x80D0681BL)

/* The hash of hashes does not match the piece hashes. */
#define DO_E_METAINFO_HOH_FINAL_MATCH ((HRESULT)0x80D0681CL)

/* The content length in the piece hash file is invalid. */
#define DO_E_METAINFO_CONTENT_LENGTH ((HRESULT)0x80D0681DL)

/* The piece size in the piece hash file is invalid. */
#define DO_E_METAINFO_PIECE_SIZE ((HRESULT)0x80D0681EL)

/* The hash of hashes in the piece hash file cannot be read. */
#define DO_E_METAINFO_PARSE_HOH ((HRESULT)0x80D0681FL)

/* The array of piece hashes cannot be read. */
#define DO_E_METAINFO_PARSE_PIECEHASHES ((HRESULT)0x80D06820L)

/* One of the piece hashes cannot be read. */
#define DO_E_METAINFO_PARSE_ONE_PIECEHASH ((HRESULT)0x80D06821L)

/* The size of the piece hash file is unknown or bad. */
#define DO_E_METAINFO_FILE_SIZE ((HRESULT)0x80D06822L)

/*
 * The same two faults, digest and JSON, where a web page came instead of the piece hash file: a
 * captive portal, or a proxy server, may have answered in its place.
 */
#define DO_E_PHF_DIGESTMATCH_POTENTIAL_PROXYSERVER ((HRESULT)0x80D06823L)
#define DO_E_PHF_PARSEJSON_POTENTIAL_PROXYSERVER   ((HRESULT)0x80D06824L)

/*
 * Statuses of HTTP
 * ----------------
 * Any status of 400 and above may come; these are the ones that have a name.
 */

/* The server's status is no status of HTTP. */
#ifndef HTTP_E_STATUS_UNEXPECTED
#define HTTP_E_STATUS_UNEXPECTED ((HRESULT)0x80190001L)
#endif

/* A redirect that cannot be followed. */
#ifndef HTTP_E_STATUS_UNEXPECTED_REDIRECTION
#define HTTP_E_STATUS_UNEXPECTED_REDIRECTION ((HRESULT)0x80190003L)
#endif

/* Continue. */
#undef BG_E_HTTP_ERROR_100
#define BG_E_HTTP_ERROR_100 ((HRESULT)0x80190064L)

/* Switching protocols. */
#undef BG_E_HTTP_ERROR_101
#define BG_E_HTTP_ERROR_101 ((HRESULT)0x80190065L)

/* OK. */
#undef BG_E_HTTP_ERROR_200
#define BG_E_HTTP_ERROR_200 ((HRESULT)0x801900C8L)

/* Created. */
#undef BG_E_HTTP_ERROR_201
#define BG_E_HTTP_ERROR_201 ((HRESULT)0x801900C9L)

/* Accepted. */
#undef BG_E_HTTP_ERROR_202
#define BG_E_HTTP_ERROR_202 ((HRESULT)0x801900CAL)

/* The information is not from the origin. */
#undef BG_E_HTTP_ERROR_203
#define BG_E_HTTP_ERROR_203 ((HRESULT)0x801900CBL)

/* No content. */
#undef BG_E_HTTP_ERROR_204
#define BG_E_HTTP_ERROR_204 ((HRESULT)0x801900CCL)

/* Reset the content. */
#undef BG_E_HTTP_ERROR_205
#define BG_E_HTTP_ERROR_205 ((HRESULT)0x801900CDL)

/* Partial content. */
#undef BG_E_HTTP_ERROR_206
#define BG_E_HTTP_ERROR_206 ((HRESULT)0x801900CEL)

/* Several choices. */
#undef BG_E_HTTP_ERROR_300
#define BG_E_HTTP_ERROR_300 ((HRESULT)0x8019012CL)

/* Moved for good. */
#undef BG_E_HTTP_ERROR_301
#define BG_E_HTTP_ERROR_301 ((HRESULT)0x8019012DL)

/* Found elsewhere. */
#undef BG_E_HTTP_ERROR_302
#define BG_E_HTTP_ERROR_302 ((HRESULT)0x8019012EL)

/* See another place. */
#undef BG_E_HTTP_ERROR_303
#define BG_E_HTTP_ERROR_303 ((HRESULT)0x8019012FL)

/* Not modified. */
#undef BG_E_HTTP_ERROR_304
#define BG_E_HTTP_ERROR_304 ((HRESULT)0x80190130L)

/* Use a proxy. */
#undef BG_E_HTTP_ERROR_305
#define BG_E_HTTP_ERROR_305 ((HRESULT)0x80190131L)

/* Moved for a while. */
#undef BG_E_HTTP_ERROR_307
#define BG_E_HTTP_ERROR_307 ((HRESULT)0x80190133L)

/* The server does not understand the request. */
#undef BG_E_HTTP_ERROR_400
#define BG_E_HTTP_ERROR_400 ((HRESULT)0x80190190L)

/* The server wants a name and a password. */
#undef BG_E_HTTP_ERROR_401
#define BG_E_HTTP_ERROR_401 ((HRESULT)0x80190191L)

/* The server wants payment. */
#undef BG_E_HTTP_ERROR_402
#define BG_E_HTTP_ERROR_402 ((HRESULT)0x80190192L)

/* The server understands and refuses. */
#undef BG_E_HTTP_ERROR_403
#define BG_E_HTTP_ERROR_403 ((HRESULT)0x80190193L)

/* The server has nothing under this URL. */
#undef BG_E_HTTP_ERROR_404
#define BG_E_HTTP_ERROR_404 ((HRESULT)0x80190194L)

/* The method is not allowed. */
#undef BG_E_HTTP_ERROR_405
#define BG_E_HTTP_ERROR_405 ((HRESULT)0x80190195L)

/* The server has no form of it that the request accepts. */
#undef BG_E_HTTP_ERROR_406
#define BG_E_HTTP_ERROR_406 ((HRESULT)0x80190196L)

/* The proxy wants a name and a password. */
#undef BG_E_HTTP_ERROR_407
#define BG_E_HTTP_ERROR_407 ((HRESULT)0x80190197L)

/* The server waited too long for the request. */
#undef BG_E_HTTP_ERROR_408
#define BG_E_HTTP_ERROR_408 ((HRESULT)0x80190198L)

/* The request conflicts with what is on the server. */
#undef BG_E_HTTP_ERROR_409
#define BG_E_HTTP_ERROR_409 ((HRESULT)0x80190199L)

/* It was there, and is gone. */
#undef BG_E_HTTP_ERROR_410
#define BG_E_HTTP_ERROR_410 ((HRESULT)0x8019019AL)

/* The server wants a length. */
#undef BG_E_HTTP_ERROR_411
#define BG_E_HTTP_ERROR_411 ((HRESULT)0x8019019BL)

/* A condition in the request is not met. */
#undef BG_E_HTTP_ERROR_412
#define BG_E_HTTP_ERROR_412 ((HRESULT)0x8019019CL)

/* The request is too large. */
#undef BG_E_HTTP_ERROR_413
#define BG_E_HTTP_ERROR_413 ((HRESULT)0x8019019DL)

/* The URL is too long. */
#undef BG_E_HTTP_ERROR_414
#define BG_E_HTTP_ERROR_414 ((HRESULT)0x8019019EL)

/* The media type is not supported. */
#undef BG_E_HTTP_ERROR_415
#define BG_E_HTTP_ERROR_415 ((HRESULT)0x8019019FL)

/* The range lies outside the file. */
#undef BG_E_HTTP_ERROR_416
#define BG_E_HTTP_ERROR_416 ((HRESULT)0x801901A0L)

/* The server cannot do what the request expects. */
#undef BG_E_HTTP_ERROR_417
#define BG_E_HTTP_ERROR_417 ((HRESULT)0x801901A1L)

/* Try again after doing something. */
#undef BG_E_HTTP_ERROR_449
#define BG_E_HTTP_ERROR_449 ((HRESULT)0x801901C1L)

/* The server broke. */
#undef BG_E_HTTP_ERROR_500
#define BG_E_HTTP_ERROR_500 ((HRESULT)0x801901F4L)

/* The server cannot do this at all. */
#undef BG_E_HTTP_ERROR_501
#define BG_E_HTTP_ERROR_501 ((HRESULT)0x801901F5L)

/* A gateway got a bad answer. */
#undef BG_E_HTTP_ERROR_502
#define BG_E_HTTP_ERROR_502 ((HRESULT)0x801901F6L)

/* The service is overloaded or down for a while. */
#undef BG_E_HTTP_ERROR_503
#define BG_E_HTTP_ERROR_503 ((HRESULT)0x801901F7L)

/* A gateway got no answer in time. */
#undef BG_E_HTTP_ERROR_504
#define BG_E_HTTP_ERROR_504 ((HRESULT)0x801901F8L)

/* The version of HTTP is not supported. */
#undef BG_E_HTTP_ERROR_505
#define BG_E_HTTP_ERROR_505 ((HRESULT)0x801901F9L)

/*
 * What jobs answer with the codes of BITS
 * ---------------------------------------
 */

/* The error belongs to no protocol. */
#undef BG_E_PROTOCOL_NOT_AVAILABLE
#define BG_E_PROTOCOL_NOT_AVAILABLE ((HRESULT)0x80200005L)

/* A success: the files that were done are kept, the others are not. */
#undef BG_S_PARTIAL_COMPLETE
#define BG_S_PARTIAL_COMPLETE ((HRESULT)0x00200017L)

/* A success: but a temporary file could not be deleted. */
#undef BG_S_UNABLE_TO_DELETE_FILES
#define BG_S_UNABLE_TO_DELETE_FILES ((HRESULT)0x0020001AL)

/* A text is too long. */
#undef BG_E_STRING_TOO_LONG
#define BG_E_STRING_TOO_LONG ((HRESULT)0x80200021L)

/* The user has as many jobs as there may be. */
#undef BG_E_TOO_MANY_JOBS_PER_USER
#define BG_E_TOO_MANY_JOBS_PER_USER ((HRESULT)0x80200049L)

/* The machine has as many jobs as there may be. */
#undef BG_E_TOO_MANY_JOBS_PER_MACHINE
#define BG_E_TOO_MANY_JOBS_PER_MACHINE ((HRESULT)0x80200050L)

/* The job has as many files as there may be. */
#undef BG_E_TOO_MANY_FILES_IN_JOB
#define BG_E_TOO_MANY_FILES_IN_JOB ((HRESULT)0x80200051L)

/* The file has as many ranges as there may be. */
#undef BG_E_TOO_MANY_RANGES_IN_FILE
#define BG_E_TOO_MANY_RANGES_IN_FILE ((HRESULT)0x80200052L)

#endif
