/*
 * OpenDO's engine: downloads files, or byte ranges of files, over HTTP.
 *
 * How it works
 * ------------
 * An engine holds jobs. A job is a list of files that succeed or fail together. A new job is
 * SUSPENDED; files are added to it, and odo_job_resume() starts it. Data goes to a temporary
 * file beside each target. When the job is TRANSFERRED, odo_job_complete() atomically renames
 * each file to its target, replacing an existing one; odo_job_cancel() leaves nothing behind.
 *
 * A file added with ranges contains exactly the bytes of those ranges, back to back in the
 * order given.
 *
 * Rules for every function
 * ------------------------
 *   - Strings are UTF-8 and NUL-terminated. Sizes and offsets are in bytes. Times of day are
 *     microseconds since 1970-01-01 UTC; durations have their unit in their name.
 *   - Functions may be called from any thread, except odo_engine_stop() from odo_host.on_event.
 *   - Calls may wait for the disk and for another call on the same job, never for the network.
 *   - Arguments are borrowed for the duration of the call. The caller owns what an `_out`
 *     parameter receives, and releases strings and arrays with odo_free() and jobs with
 *     odo_job_release().
 *   - A call that fails writes no `_out` parameter and changes nothing, unless stated
 *     otherwise.
 *   - Any call that allocates may return ODO_E_OUT_OF_MEMORY; this is not listed each time.
 */
#ifndef ODO_ODO_H
#define ODO_ODO_H

#include <odo/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct odo_engine;
struct odo_job;

/* Free a string or array returned by a function of this header. NULL is allowed. */
void odo_free(void *memory);

/*
 * Engines
 * -------
 */

enum odo_event_kind {
    ODO_EVENT_MODIFIED,         /* visible changes; frequent, so combine them */
    ODO_EVENT_STATE_CHANGED,    /* `state` is the new state */
    ODO_EVENT_FILE_TRANSFERRED, /* every byte of file `file_index` is in its temporary file */
};

/*
 * The state of a job. SUSPENDED, ERROR and TRANSFERRED wait for the client; ACKNOWLEDGED and
 * CANCELLED are final.
 */
enum odo_job_state {
    ODO_JOB_QUEUED,
    ODO_JOB_TRANSFERRING,
    ODO_JOB_SUSPENDED,
    ODO_JOB_ERROR,
    ODO_JOB_TRANSIENT_ERROR, /* will be retried automatically */
    ODO_JOB_TRANSFERRED,
    ODO_JOB_ACKNOWLEDGED,
    ODO_JOB_CANCELLED,
    ODO_JOB_STATE_COUNT
};

struct odo_event {
    enum odo_event_kind kind;
    struct odo_job *job; /* borrowed; use odo_job_add_ref() to keep it */
    enum odo_job_state state;
    uint32_t file_index;
};

/*
 * The host of an engine. `on_event` is called on a dedicated thread with no lock held, for one
 * event at a time, in the order in which they happened to a job: soon, and possibly after the
 * call that changed the job has returned. The last events are delivered before
 * odo_engine_stop() returns.
 *
 * A slow host delays only its own events. If it falls behind, modifications of a job are
 * combined into one event, and only its latest eight states are delivered.
 */
struct odo_host {
    void (*on_event)(void *context, const struct odo_event *event); /* may be NULL */
    void *context;
};

struct odo_proxy_answer;

enum {
    ODO_TIMEOUT_MS_MAX = 24 * 60 * 60 * 1000,
    ODO_CONNECTIONS_MAX = 1000,
    ODO_RANGES_PER_REQUEST_MAX = 100,
};

/* Zero in any member selects the default stated in its comment. Times are limited to
 * ODO_TIMEOUT_MS_MAX, numbers of connections to ODO_CONNECTIONS_MAX. */
struct odo_engine_options {
    struct odo_host host;
    const char *store_folder; /* where jobs are stored between runs, an absolute path; created
                                 for this user only if missing; "" is this user's default
                                 folder; NULL stores none */
    const char *user_agent;   /* "Microsoft-Delivery-Optimization/10.1" */
    const char *ca_file;      /* PEM bundle; NULL for the system's trusted authorities */
    uint32_t connect_timeout_ms;   /* 15000 */
    uint32_t stall_timeout_s;      /* 20: seconds below 4000 bytes per second; without
                                      Range, seconds without a byte */
    uint32_t retry_base_ms;        /* 1000: the first delay is twice this */
    uint32_t retry_limit_ms;       /* 30000: the longest delay, except for Retry-After */
    uint32_t connections_per_host; /* 8 */
    uint32_t connections;          /* 16 */
    uint32_t job_age_limit_ms;     /* 2592000000, which is 30 days: older jobs are cancelled */
    uint32_t ranges_per_request;   /* 100 (ODO_RANGES_PER_REQUEST_MAX); 1 disables multi-range
                                      requests */
    bool resume_adopted;           /* see "Persistent jobs" */
    bool refuse_salvage;           /* a 200 in reply to a range request is always an error */
    bool allow_insecure_redirects; /* https may redirect to http */
    /*
     * Accept a 200 without a length: it ends with its last chunk or with its connection, and
     * until then bytes_total is ODO_SIZE_UNKNOWN. Over https the server must have closed the
     * TLS session, or the body may have been truncated by an attacker: ODO_E_CONNECTION_LOST.
     * If false, and where the TLS library does not report that (other than OpenSSL 3), the
     * error is ODO_E_SIZE_UNKNOWN_IN_200.
     */
    bool allow_unknown_size;

    /* Copied; each may be NULL. See "Proxies". */
    const char *proxy;
    const char *https_proxy;
    const char *no_proxy;

    /*
     * Finds the proxies for a URL that consists of scheme, host and port only; NULL: use the
     * three settings above. See "Proxies".
     */
    enum odo_status (*find_proxy)(void *context, const char *url,
                                  struct odo_proxy_answer *answer);
    void *find_proxy_context;
};

/*
 * Create an engine. Its threads are started when the first job is resumed, so an engine used
 * only for queries has none. `options` may be NULL for defaults.
 *
 *   ODO_E_INVALID_ARGUMENT   a number is out of range
 *   ODO_E_PATH_RELATIVE      the store folder, or OPENDO_STORE, is not an absolute path
 *   ODO_E_NOT_PRIVATE        others can write to the store folder, or to a parent of it
 *   ODO_E_INPUT_OUTPUT ...   the store folder cannot be created or read
 */
enum odo_status odo_engine_start(const struct odo_engine_options *options,
                                 struct odo_engine **engine_out);

/*
 * Stop every transfer, join every thread and free the engine. No event is delivered after the
 * return. Jobs that are still referenced remain readable, and return ODO_E_SHUTTING_DOWN from
 * calls that would change them. Temporary files of jobs that are not stored are deleted. NULL
 * is allowed.
 */
void odo_engine_stop(struct odo_engine *engine);

/* Limits for all jobs together. */
struct odo_limits {
    uint64_t foreground_rate; /* bytes per second of all foreground jobs; 0 for no limit */
    uint64_t background_rate; /* likewise for all others */

    /* Bytes cost money: gaps between ranges are not fetched to save a request, and nothing is
     * requested twice to save time. */
    bool is_metered;
};

/* Set the limits; initially there are none. They take effect within a second. */
void odo_engine_set_limits(struct odo_engine *engine, const struct odo_limits *limits);

void odo_engine_get_limits(struct odo_engine *engine, struct odo_limits *limits_out);

/* True while some job is neither final nor stored: stopping would lose it. */
bool odo_engine_is_busy(struct odo_engine *engine);

/* True while some job is being fetched, waits for its turn, or will be retried. */
bool odo_engine_is_running(struct odo_engine *engine);

/*
 * Proxies
 * -------
 * odo_engine_options.proxy is "http://host:port", or any other value of libcurl's
 * CURLOPT_PROXY; "" connects to every server directly. NULL uses the environment: http_proxy,
 * https_proxy, all_proxy and no_proxy. `https_proxy` is for https only, and defaults to
 * `proxy`.
 *
 * `no_proxy` lists servers to connect to directly despite these two, separated by semicolons,
 * commas or blanks. An entry is a host, in which an asterisk matches any characters; or
 * ".example.org" for every host in that domain; or "<local>" for every name without a dot. It
 * may have a scheme, "https://", and a port, ":8080"; otherwise it applies to all of them.
 *
 * https servers are reached with CONNECT. Proxy authentication (407) is an error, unless the
 * user name and password are in the proxy's URL.
 *
 * odo_engine_options.find_proxy is called before the first request to a server, on a thread
 * used for nothing else, so it may block; only requests to that server, and odo_engine_stop(),
 * wait for it. It answers with odo_proxy_answer_set(), and the answer is valid for that scheme,
 * host and port for five minutes, or until odo_engine_forget_proxies(). Without an answer the
 * settings above are used; if it returns an error, the server is contacted directly.
 *
 * An unreachable proxy is skipped for five minutes, and the next one of the answer, of which
 * the first 16 are used, is tried at once.
 */

/*
 * For find_proxy; the last call counts. `proxies` are tried in order: each is a value as for
 * odo_engine_options.proxy, or "DIRECT" for none, separated by semicolons; an empty text is
 * "DIRECT". `no_proxy` is as in the options, and may be NULL. Both are copied.
 *
 *   ODO_E_INVALID_ARGUMENT   NULL, or longer than 8192 bytes
 *   ODO_E_OUT_OF_MEMORY      the answer is unchanged
 */
enum odo_status odo_proxy_answer_set(struct odo_proxy_answer *answer, const char *proxies,
                                     const char *no_proxy);

/* Answers of find_proxy may be outdated: later requests call it again. Any thread; does not
 * wait. */
void odo_engine_forget_proxies(struct odo_engine *engine);

/*
 * Persistent jobs
 * ---------------
 * With a store folder every job is stored in a file of its own there, until it is completed,
 * cancelled or too old (odo_engine_options.job_age_limit_ms). The effect of a call on a job is
 * stored before the call returns, and the progress of transfers within a second; so a process
 * may be killed at any time. A job that was running is QUEUED in the next process that loads
 * it, others keep their state. A file that is damaged, or was written by a newer version, is
 * renamed and otherwise left alone: see odo_engine_list_set_aside().
 *
 * Several processes may share a folder. Each job is owned by one of them: the process that
 * created it, or loaded it with odo_job_find() or odo_job_list() while no other process owned
 * it. It remains the owner until its engine stops or the process ends. To others the job does
 * not exist. With `resume_adopted` an engine resumes QUEUED jobs that it loads.
 */

/*
 * The paths of files in the store whose jobs could not be read, now or earlier. They were set
 * aside unchanged, to be examined or deleted. The caller releases each path and the array with
 * odo_free(); if there are none, the count is 0 and the array NULL.
 *
 *   ODO_E_INPUT_OUTPUT ...   the store folder cannot be read
 */
enum odo_status odo_engine_list_set_aside(struct odo_engine *engine, char ***paths_out,
                                          size_t *count_out);

/*
 * Jobs
 * ----
 * Jobs are reference counted: each function that returns one gives the caller a reference. The
 * engine keeps a job until it is completed or cancelled, whether or not it is referenced.
 */

/* The 16 bytes of a UUID. The first three groups of its text form are numbers, whose least
 * significant byte comes first here. */
struct odo_job_id {
    uint8_t bytes[16];
};

enum {
    ODO_DISPLAY_NAME_MAX = 256,        /* UTF-16 units */
    ODO_DESCRIPTION_MAX = 1024,        /* UTF-16 units */
    ODO_OWNER_MAX = 256,               /* UTF-16 units, of the host's strings */
    ODO_HEADERS_MAX = 16384,           /* UTF-16 units; also of the host's data */
    ODO_SETTING_MAX = 2200,            /* UTF-16 units, of all other strings of a job */
    ODO_URL_MAX = 2200,                /* characters */
    ODO_LOCAL_PATH_MAX = 32767,        /* UTF-16 units */
    ODO_RANGES_MAX = 10 * 1000 * 1000, /* per file */
    ODO_FILES_MAX = 10 * 1000 * 1000,  /* per job */
};

/*
 * Create a SUSPENDED, empty job.
 *
 *   ODO_E_INVALID_ARGUMENT   the name is NULL or too long
 */
enum odo_status odo_job_create(struct odo_engine *engine, const char *display_name,
                               struct odo_job **job_out);

struct odo_job_options {
    const char *display_name; /* NULL for none */
    uint32_t kind;            /* ODO_JOB_KIND */
    bool is_volatile;         /* ODO_JOB_VOLATILE */
};

/*
 * The same with options.
 *
 *   ODO_E_INVALID_ARGUMENT   the name is too long, or not UTF-8
 */
enum odo_status odo_job_create_with(struct odo_engine *engine,
                                    const struct odo_job_options *options,
                                    struct odo_job **job_out);

/*
 * Find a job that is neither completed nor cancelled.
 *
 *   ODO_E_NOT_FOUND
 */
enum odo_status odo_job_find(struct odo_engine *engine, const struct odo_job_id *id,
                             struct odo_job **job_out);

/*
 * All jobs that are neither completed nor cancelled, oldest first. The caller releases each job
 * and frees the array; if there are none, the count is 0 and the array NULL.
 */
enum odo_status odo_job_list(struct odo_engine *engine, struct odo_job ***jobs_out,
                             size_t *count_out);

struct odo_job *odo_job_add_ref(struct odo_job *job); /* returns `job` */
void odo_job_release(struct odo_job *job);            /* NULL is allowed */

/*
 * Start a job, or retry after an error. Does nothing if the job is moving already.
 *
 *   ODO_E_NO_FILES        no file was ever added
 *   ODO_E_NO_SINK         a file has neither a local path nor a stream
 *   ODO_E_INTEGRITY_UNSPECIFIED   a check is mandatory for a file, and there is no info
 *   ODO_E_INTEGRITY_WITH_RANGES   a check is mandatory for a file, and it has ranges
 *   ODO_E_INVALID_STATE   completed or cancelled
 *   ODO_E_SHUTTING_DOWN
 */
enum odo_status odo_job_resume(struct odo_job *job);

/*
 * Stop a job. After the return no byte is written, and received data is kept.
 *
 *   ODO_E_INVALID_STATE   completed or cancelled
 */
enum odo_status odo_job_suspend(struct odo_job *job);

/*
 * End a job and delete its temporary files; the targets were never touched.
 *
 *   ODO_TEMPORARY_FILES_LEFT   cancelled, but a temporary file could not be deleted
 *   ODO_E_INVALID_STATE        completed or cancelled before
 */
enum odo_status odo_job_cancel(struct odo_job *job);

/*
 * Rename the complete files to their targets and delete the others.
 *
 *   ODO_OK                     every file is in place
 *   ODO_PARTIAL_COMPLETE       some were incomplete and have been deleted
 *   ODO_TEMPORARY_FILES_LEFT   see odo_job_cancel()
 *   ODO_E_INVALID_STATE        completed or cancelled before
 *   ODO_E_TEMPORARY_FILE_CHANGED   a temporary file was truncated or replaced. The missing data
 * is fetched again: the job is moving if it was, or if it was TRANSFERRED ODO_E_FILE_NOT_FOUND
 * a temporary file was deleted, or a target that an earlier call had renamed; otherwise
 * likewise ODO_E_ACCESS_DENIED, ODO_E_SHARING_VIOLATION, ODO_E_ALREADY_EXISTS ... a file could
 * not be renamed. The job's state is unchanged, files renamed before remain in place, and the
 * call may be repeated.
 */
enum odo_status odo_job_complete(struct odo_job *job);

/*
 * Wait until the job is not QUEUED, TRANSFERRING or TRANSIENT_ERROR.
 *
 *   ODO_E_TIMED_OUT   `timeout_ms` have passed
 */
enum odo_status odo_job_wait(struct odo_job *job, uint32_t timeout_ms);

/*
 * Block a job for an external reason, such as a missing network: it sends no requests. A job
 * that would be transferring is in TRANSIENT_ERROR with `reason` meanwhile; otherwise its state
 * is unaffected, and it may be suspended, resumed and ended as usual. ODO_OK unblocks it, and
 * it continues by itself. A block is not stored.
 *
 * A job blocked for longer than its NO_PROGRESS_TIMEOUT enters ERROR with the reason, which
 * ODO_OK does not undo; odo_job_resume() starts the time again. With ODO_E_NO_NETWORK, and if
 * the timeout is 0, there is no limit.
 *
 *   ODO_E_INVALID_ARGUMENT   `reason` is not ODO_OK, ODO_E_NO_NETWORK or ODO_E_BLOCKED_BY_*
 *   ODO_E_INVALID_STATE      completed or cancelled
 */
enum odo_status odo_job_set_block(struct odo_job *job, enum odo_status reason);

struct odo_job_progress {
    uint64_t bytes_total; /* ODO_SIZE_UNKNOWN if that of any file is */
    uint64_t bytes_transferred;
    uint32_t files_total;
    uint32_t files_transferred;
};

/* Microseconds since 1970-01-01 UTC; 0 if it has not happened. */
struct odo_job_times {
    int64_t created_us;
    int64_t modified_us;
    int64_t transferred_us;
};

void odo_job_get_id(struct odo_job *job, struct odo_job_id *id_out);
enum odo_job_state odo_job_get_state(struct odo_job *job);
void odo_job_get_progress(struct odo_job *job, struct odo_job_progress *progress_out);
void odo_job_get_times(struct odo_job *job, struct odo_job_times *times_out);

/* The number of times the job has entered ERROR or TRANSIENT_ERROR. */
uint32_t odo_job_get_error_count(struct odo_job *job);

/*
 * Why the job is in ERROR or TRANSIENT_ERROR, and which file failed (UINT32_MAX if unknown). A
 * job cancelled by the engine because of its age has ODO_E_TOO_OLD. `file_index_out` may be
 * NULL.
 *
 *   ODO_E_NO_ERROR   it is in neither state
 */
enum odo_status odo_job_get_error(struct odo_job *job, struct odo_error *error_out,
                                  uint32_t *file_index_out);

/*
 * Settings, with their defaults and meanings:
 *
 *   PRIORITY              2      0 foreground, 1 high, 2 normal, 3 low; only foreground differs
 *   NOTIFY_FLAGS          3      for the host; ignored here
 *   NO_PROGRESS_TIMEOUT   86400, foreground 3600; seconds. 0 makes transient errors final
 *   MINIMUM_RETRY_DELAY   600    seconds; once set, the least delay before a retry
 *   COST_FLAGS            0      for the host
 *   KIND                  0      for the host; set only by odo_job_create_with()
 *   VOLATILE              0      1: the job is not stored and ends with the engine. Temporary
 *                                files left because its process was killed are deleted by the
 *                                next engine with that store. May be set while HAS_STARTED
 *                                is 0
 *   SECURITY_FLAGS        0      of enum odo_security_flag (odo/types.h)
 *   INSECURE_REDIRECTS    0      1: https may redirect to http for this job
 *   HAS_STARTED           0      1 once odo_job_resume() has succeeded; read-only
 *   RATE_LIMIT            0      bytes per second for the job; 0 for no limit. Takes effect
 *                                within a second
 */
enum odo_job_number {
    ODO_JOB_PRIORITY,
    ODO_JOB_NOTIFY_FLAGS,
    ODO_JOB_NO_PROGRESS_TIMEOUT,
    ODO_JOB_MINIMUM_RETRY_DELAY,
    ODO_JOB_COST_FLAGS,
    ODO_JOB_KIND,
    ODO_JOB_VOLATILE,
    ODO_JOB_SECURITY_FLAGS,
    ODO_JOB_INSECURE_REDIRECTS,
    ODO_JOB_HAS_STARTED,
    ODO_JOB_RATE_LIMIT,
    ODO_JOB_NUMBER_COUNT
};

/*
 * String settings. Those that concern requests apply to every file, and changes take effect at
 * once. HEADERS and AUTHENTICATION_HEADERS are "Name: value" lines ended by CRLF or LF;
 * malformed lines, and Range, If-Range, Host, Content-Length, Transfer-Encoding,
 * Accept-Encoding and Connection, are dropped. None of these strings is ever logged.
 */
enum odo_job_text {
    ODO_JOB_DISPLAY_NAME,
    ODO_JOB_DESCRIPTION,
    ODO_JOB_OWNER,    /* for the host: who may see and change the job; on Windows a SID */
    ODO_JOB_LISTENER, /* for the host: what to notify about the job */
    ODO_JOB_HEADERS,  /* sent with every request to the file's own server */
    ODO_JOB_AUTHENTICATION_HEADERS, /* sent to it only when a request is repeated after a 401 or
                                       407 */
    ODO_JOB_CORRELATION_VECTOR,     /* sent as MS-CV */
    ODO_JOB_CONTENT_ID,             /* for the host */
    ODO_JOB_CLIENT_CERTIFICATE,     /* as for libcurl's CURLOPT_SSLCERT; on Windows
                                       "CurrentUser\MY\<thumbprint>" */
    ODO_JOB_HOST_DATA,              /* for the host: any text */
    ODO_JOB_TEXT_COUNT
};

uint32_t odo_job_get_number(struct odo_job *job, enum odo_job_number which);

/*
 *   ODO_E_INVALID_ARGUMENT   the value is out of range
 *   ODO_E_INVALID_STATE      completed or cancelled; or the number cannot be set now
 *   ODO_E_INPUT_OUTPUT ...   the job could not be recorded in the store
 */
enum odo_status odo_job_set_number(struct odo_job *job, enum odo_job_number which,
                                   uint32_t value);

/* A copy; a string that was never set is empty. */
enum odo_status odo_job_get_text(struct odo_job *job, enum odo_job_text which, char **text_out);

/*
 *   ODO_E_INVALID_ARGUMENT   NULL or not UTF-8
 *   ODO_E_STRING_TOO_LONG
 *   ODO_E_INVALID_STATE      completed or cancelled
 *   ODO_E_INPUT_OUTPUT ...   the job could not be recorded in the store
 */
enum odo_status odo_job_set_text(struct odo_job *job, enum odo_job_text which,
                                 const char *text);

/*
 * Files
 * -----
 * Files are numbered from 0 in the order in which they were added, and are never removed.
 */

/*
 * How to verify a file, piece by piece during the download. `info` is a JSON object with the
 * strings PiecesHashFileUrl, the URL of a list of the hashes of all pieces, and HashOfHashes,
 * the SHA-256 of these hashes as base64; optionally PiecesHashFileDigest, the SHA-256 of the
 * list as a whole, and PiecesHashFileDigestAlgorithm, "SHA256".
 *
 * A piece that does not match its hash is fetched once more; if it is still wrong, the file
 * fails with ODO_E_BAD_PIECE_HASH. Progress counts verified pieces. If the check is impossible,
 * the file is fetched without it, unless it is mandatory: then the file fails with
 * ODO_E_INTEGRITY_UNAVAILABLE (the list cannot be fetched) or ODO_E_METAINFO_* (the list is
 * invalid; or its pieces are too large for a stream, which receives only verified data: the
 * limit is 32 MiB). Only whole files are checked.
 */
struct odo_integrity {
    const char *info; /* NULL for none */
    bool is_mandatory;
};

/* ODO_E_INVALID_ARGUMENT: the info is malformed, has an invalid URL, or is too long. */
enum odo_status odo_integrity_check(const struct odo_integrity *integrity);

/* A file to fetch. Everything it points to is borrowed for the duration of the call. */
struct odo_file_request {
    const char *file_id;    /* any non-empty text */
    const char *url;        /* http: or https:, at most ODO_URL_MAX characters */
    const char *local_path; /* absolute; its folder must exist and be writable; or NULL, and
                               odo_file_set_local_path() is called before resuming */
    const struct byte_range *ranges; /* in any order */
    uint32_t range_count;            /* 0 for the whole file; `ranges` is then ignored */
    uint64_t file_size;              /* of the whole remote file, or ODO_SIZE_UNKNOWN */
    struct odo_integrity integrity;  /* zero for no check */
};

/*
 * Add a file to a job. A moving job fetches it too; a TRANSFERRED job must be resumed. Checks
 * are made in the order state, strings, ranges, path.
 *
 *   ODO_E_INVALID_STATE        the job is completed or cancelled
 *   ODO_E_INVALID_ARGUMENT     a missing, empty or malformed string, or NULL with a range
 * count; or the local path is that of a different file of the job (with another URL or other
 * ranges) ODO_E_OVERLAPPING_RANGES   two ranges overlap, or something follows an open end
 *   ODO_E_INVALID_RANGE        a range is empty or extends past the end of the file
 *   ODO_E_TOO_MANY             more ranges or files than the limit
 *   ODO_E_PATH_NOT_FOUND       the local folder does not exist
 *   ODO_E_ACCESS_DENIED        the local folder is not writable, or the path is a folder
 *   ODO_E_INPUT_OUTPUT ...     the job could not be stored
 *
 * `file_index_out` may be NULL.
 */
enum odo_status odo_job_add_file(struct odo_job *job, const struct odo_file_request *request,
                                 uint32_t *file_index_out);

uint32_t odo_job_get_file_count(struct odo_job *job);

/*
 * Changes to a file. `file_index` must be below odo_job_get_file_count(). All of these return
 * ODO_E_INVALID_STATE for a completed or cancelled job.
 */

/*
 * Fetch the file from another URL, at once if it is moving. Received data is kept if that URL
 * has a file of the same size and date; otherwise the file starts over. A transferred file is
 * unaffected.
 *
 *   ODO_E_INVALID_ARGUMENT   see odo_job_add_file()
 */
enum odo_status odo_file_set_url(struct odo_job *job, uint32_t file_index, const char *url);

/*
 * Set the local path; for checks see odo_job_add_file(). Only while the job is SUSPENDED and
 * nothing of the file was received.
 *
 *   ODO_E_SINK_ALREADY_SET   the file goes to a stream
 *   ODO_E_INVALID_STATE      otherwise
 */
enum odo_status odo_file_set_local_path(struct odo_job *job, uint32_t file_index,
                                        const char *local_path);

/*
 * Deliver the file to a stream (odo/types.h); NULL removes it. Only while the job is SUSPENDED
 * and nothing of the file was received. On success the engine owns the stream. A stream does
 * not outlive its engine: in the next one the job is SUSPENDED, and the file needs another
 * stream, which receives it from the beginning.
 *
 *   ODO_E_SINK_ALREADY_SET   the file has a local path
 *   ODO_E_INVALID_STATE      otherwise
 */
enum odo_status odo_file_set_stream(struct odo_job *job, uint32_t file_index,
                                    const struct odo_stream *stream);

/*
 * State the size of the whole remote file. Only while the job is SUSPENDED and nothing of the
 * file was received.
 *
 *   ODO_E_INVALID_STATE   otherwise
 *   ODO_E_INVALID_RANGE   a range of the file extends past it
 */
enum odo_status odo_file_set_size(struct odo_job *job, uint32_t file_index, uint64_t file_size);

/*
 * Change the ranges of the file; `range_count` 0 means the whole file.
 *
 * Without `append`, while the job is SUSPENDED or in ERROR: data received for the previous
 * ranges is discarded. A stream cannot discard data, and continues with the new ranges.
 *
 * With `append`, while the job is TRANSFERRED: the new ranges are appended to the file or
 * stream once the job is resumed. The file's progress is then that of the new ranges. They must
 * belong to the known version of the remote file (otherwise the transfer fails with
 * ODO_E_FILE_CHANGED).
 *
 *   ODO_E_INVALID_STATE   otherwise; or the file is not transferred, or is completed
 *   ODO_E_INVALID_ARGUMENT, ODO_E_OVERLAPPING_RANGES, ODO_E_INVALID_RANGE, ODO_E_TOO_MANY
 *                         see odo_job_add_file()
 *   ODO_E_INTEGRITY_WITH_RANGES   a check is mandatory, and only whole files are checked
 *   ODO_E_FILE_NOT_FOUND  the temporary file was deleted
 *   ODO_E_INPUT_OUTPUT ...   the job could not be stored, or the file not flushed
 */
enum odo_status odo_file_set_ranges(struct odo_job *job, uint32_t file_index,
                                    const struct byte_range *ranges, uint32_t range_count,
                                    bool append);

/*
 * Set the integrity check; NULL removes it. Only while the job is SUSPENDED and nothing of the
 * file was received.
 *
 *   ODO_E_INVALID_ARGUMENT   see odo_integrity_check()
 *   ODO_E_INVALID_STATE      otherwise
 */
enum odo_status odo_file_set_integrity(struct odo_job *job, uint32_t file_index,
                                       const struct odo_integrity *integrity);

/* The check that was set; `*info_out` is NULL if there is none. */
enum odo_status odo_file_get_integrity(struct odo_job *job, uint32_t file_index,
                                       char **info_out, bool *is_mandatory_out);

struct odo_file_progress {
    uint64_t bytes_total; /* sum of the ranges or the file's size; or ODO_SIZE_UNKNOWN */
    uint64_t bytes_transferred;
    bool completed; /* the file is at its local path */
};

enum odo_file_text {
    ODO_FILE_ID,
    ODO_FILE_URL,
    ODO_FILE_LOCAL_PATH,
    ODO_FILE_TEMPORARY_PATH,   /* empty before the first byte */
    ODO_FILE_RESPONSE_HEADERS, /* of the last reply, with CRLF line ends; empty before one */
    ODO_FILE_EFFECTIVE_URL,    /* of the last request, after redirects; empty before one */
    ODO_FILE_SERVER_ADDRESS,   /* of the last reply, numeric; empty before one */
    ODO_FILE_TEXT_COUNT
};

/* `file_index` must be below odo_job_get_file_count() in each of these. */

void odo_file_get_progress(struct odo_job *job, uint32_t file_index,
                           struct odo_file_progress *progress_out);

/* A copy. */
enum odo_status odo_file_get_text(struct odo_job *job, uint32_t file_index,
                                  enum odo_file_text which, char **text_out);

/* The ranges in the order given; for a whole file the count is 0 and the array NULL. */
enum odo_status odo_file_get_ranges(struct odo_job *job, uint32_t file_index,
                                    struct byte_range **ranges_out, uint32_t *count_out);

/* Statistics of a file's transfer in this run of the engine. */
struct odo_file_statistics {
    uint64_t file_size;       /* of the whole remote file, or ODO_SIZE_UNKNOWN */
    uint64_t bytes_received;  /* of bodies, including discarded gaps */
    uint32_t connections;     /* opened for this file */
    uint32_t requests;        /* sent for this file */
    uint64_t transferring_ms; /* excluding pauses */
    uint16_t response_status; /* of the last reply, 100 to 999; 0 before one */
    /* The server stated no length, and ended the file by closing a connection without TLS, so
     * it may be truncated. Only with allow_unknown_size. */
    bool length_is_unproved;
};

void odo_file_get_statistics(struct odo_job *job, uint32_t file_index,
                             struct odo_file_statistics *statistics_out);

#ifdef __cplusplus
}
#endif

#endif
