/*
 * OpenDO's engine: download whole files, or chosen byte ranges of files, over HTTP.
 *
 * How it works
 * ------------
 * An engine holds jobs. A job is a list of files that succeed or fail together. A new job is
 * SUSPENDED; files are added to it, and odo_job_resume() sets it in motion. Bytes go to a
 * temporary file beside each target. When the job is TRANSFERRED, odo_job_complete() gives the
 * files their names, replacing what was there, each in one step; odo_job_cancel() leaves
 * nothing behind.
 *
 * A file that was added with ranges holds exactly the bytes of those ranges, back to back in
 * the order in which they were given.
 *
 * Rules for every function here
 * -----------------------------
 * - All text is UTF-8 and ends with a zero. All sizes and offsets are bytes. Times of day are
 *   microseconds since 1970-01-01 UTC; durations carry their unit in their name.
 * - Any function may be called from any thread; odo_engine_stop() not from odo_host.on_event.
 * - Calls may wait for the disk and for another call on the same job, never for the network.
 * - Arguments are borrowed for the length of the call. What an `_out` parameter receives is
 *   the caller's: text and arrays end with odo_free(), jobs with odo_job_release().
 * - A call that fails writes no `_out` parameter and leaves everything as it was, unless it
 *   says otherwise.
 * - Any call that allocates may return ODO_E_OUT_OF_MEMORY; it is not listed each time.
 */
#ifndef ODO_ODO_H
#define ODO_ODO_H

#include <odo/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct odo_engine;
struct odo_job;

/* Free text or an array that a function of this header handed out. NULL is fine. */
void odo_free(void *memory);

/*
 * Engines
 * -------
 */

enum odo_event_kind {
    ODO_EVENT_MODIFIED,         /* anything a client can see has changed; often, coalesce */
    ODO_EVENT_STATE_CHANGED,    /* `state` is the new state */
    ODO_EVENT_FILE_TRANSFERRED, /* every byte of file `file_index` is in its temporary file */
};

/*
 * The life of a job. SUSPENDED, ERROR and TRANSFERRED wait for the client; ACKNOWLEDGED and
 * CANCELLED are final.
 */
enum odo_job_state {
    ODO_JOB_QUEUED,
    ODO_JOB_TRANSFERRING,
    ODO_JOB_SUSPENDED,
    ODO_JOB_ERROR,
    ODO_JOB_TRANSIENT_ERROR, /* waiting to try again by itself */
    ODO_JOB_TRANSFERRED,
    ODO_JOB_ACKNOWLEDGED,
    ODO_JOB_CANCELLED,
    ODO_JOB_STATE_COUNT
};

struct odo_event {
    enum odo_event_kind kind;
    struct odo_job *job; /* borrowed; odo_job_add_ref() keeps it */
    enum odo_job_state state;
    uint32_t file_index;
};

/*
 * Whoever runs an engine. `on_event` is called from one thread that does nothing else, with no
 * lock held, one event after the other, in the order in which things happened to a job: soon,
 * and perhaps after the call that changed the job has returned. The last ones come before
 * odo_engine_stop() returns, which waits for them.
 *
 * A host that takes its time over an event holds up the next ones, and nothing else. When it is
 * behind, a job that was modified often is told of once, and of its states the latest eight.
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

/* Zero in any member means the default that its comment names. No time may be longer than
 * ODO_TIMEOUT_MS_MAX, and no number of connections larger than ODO_CONNECTIONS_MAX. */
struct odo_engine_options {
    struct odo_host host;
    const char *store_folder;    /* where jobs are kept between runs, an absolute path; made for
                                    this user alone unless it is there; "" is the place of
                                    this user; NULL keeps none */
    const char *user_agent;      /* "Microsoft-Delivery-Optimization/10.1" */
    const char *ca_file;         /* PEM bundle; NULL trusts what the system trusts */
    uint32_t connect_timeout_ms; /* 15000 */
    uint32_t stall_timeout_s;    /* 20: seconds below 4000 bytes a second */
    uint32_t retry_base_ms;      /* 1000: the first wait is twice this */
    uint32_t retry_limit_ms;     /* 30000: no wait is longer, but for Retry-After */
    uint32_t connections_per_host; /* 8 */
    uint32_t connections;          /* 16 */
    uint32_t job_age_limit_ms;     /* 2592000000, which is 30 days: an older job is cancelled */
    uint32_t ranges_per_request;   /* 100 (ODO_RANGES_PER_REQUEST_MAX); 1 never asks for
                                      several */
    bool resume_adopted;           /* see "Jobs that survive" */
    bool refuse_salvage;           /* a 200 to a range request is always an error */
    bool allow_insecure_redirects; /* https may redirect to http */
    /*
     * A whole file may come in a 200 without a length: it ends with its last chunk, or over
     * http with its connection, and until then bytes_total is ODO_SIZE_UNKNOWN. Otherwise, and
     * over https without chunks, which anybody might have cut, it is ODO_E_SIZE_UNKNOWN_IN_200.
     */
    bool allow_unknown_size;

    /* Copied; each may be NULL. See "Proxies". */
    const char *proxy;
    const char *https_proxy;
    const char *no_proxy;

    /*
     * Finds the proxies for a URL, which is only the scheme, the host and the port of what is
     * asked for; NULL: the three above count. See "Proxies".
     */
    enum odo_status (*find_proxy)(void *context, const char *url,
                                  struct odo_proxy_answer *answer);
    void *find_proxy_context;
};

/*
 * Make an engine. It starts its threads when the first job is resumed, so an engine that is
 * only asked questions costs no thread. `options` may be NULL for defaults.
 *
 *   ODO_E_INVALID_ARGUMENT   a number is out of its range
 *   ODO_E_PATH_RELATIVE      the store folder, or what OPENDO_STORE says, is not absolute
 *   ODO_E_NOT_PRIVATE        others can write to the store folder, or to one above it
 *   ODO_E_INPUT_OUTPUT ...   the store folder cannot be made or read
 */
enum odo_status odo_engine_start(const struct odo_engine_options *options,
                                 struct odo_engine **engine_out);

/*
 * Stop every transfer, join every thread and free the engine. When this returns no event will
 * be delivered any more. Jobs that somebody still holds stay readable, and answer
 * ODO_E_SHUTTING_DOWN to calls that would change them. Temporary files of jobs that are not
 * kept in a store are deleted. NULL is fine.
 */
void odo_engine_stop(struct odo_engine *engine);

/* What all jobs together may take. */
struct odo_limits {
    uint64_t foreground_rate; /* bytes a second, of the jobs in the foreground; 0 is no limit */
    uint64_t background_rate; /* the same of the others */

    /* Bytes cost money: a short gap between two ranges is not fetched to save a request, and
     * no piece is asked for twice to save time. */
    bool is_metered;
};

/* Set the limits; there are none at first. They take effect within a second. */
void odo_engine_set_limits(struct odo_engine *engine, const struct odo_limits *limits);

void odo_engine_get_limits(struct odo_engine *engine, struct odo_limits *limits_out);

/* True while some job is neither final nor safely in the store: stopping would lose it. */
bool odo_engine_is_busy(struct odo_engine *engine);

/* True while some job is to be fetched: it is being so, waits for its turn, or tries again. */
bool odo_engine_is_running(struct odo_engine *engine);

/*
 * Proxies
 * -------
 * odo_engine_options.proxy is written "http://host:port", or as libcurl's CURLOPT_PROXY takes
 * it otherwise; "" asks every server directly. NULL leaves it to the environment: http_proxy,
 * https_proxy, all_proxy and no_proxy. `https_proxy` is for https alone, and NULL as `proxy`.
 *
 * `no_proxy` lists what is asked directly in spite of these two, with semicolons, commas or
 * blanks between the entries. An entry is a host, in which an asterisk stands for any
 * characters; or ".example.org" for every host beneath that one; or "<local>" for every name
 * without a dot. It may have a scheme in front, "https://", and a port behind, ":8080"; without
 * them all are meant.
 *
 * A server behind https is reached by CONNECT. A proxy that wants to know who asks (407) is a
 * failure, unless user and password are in its URL.
 *
 * odo_engine_options.find_proxy is called before the first request to a server, on a thread of
 * the engine's that is there for it alone, so it may ask others and take its time; only what
 * is for that server waits, and odo_engine_stop(). It answers by odo_proxy_answer_set(), and
 * what it answers holds for that scheme, host and port for five minutes, or until
 * odo_engine_forget_proxies(). Without an answer the settings above count; when it returns a
 * failure, the server is asked directly.
 *
 * A proxy that cannot be connected to is passed over for five minutes, and the next of the
 * answer, of which the first 16 count, is tried at once.
 */

/*
 * From within find_proxy, the last call counts. `proxies` are tried in their order: each is
 * written as in odo_engine_options.proxy, or is "DIRECT" for none, with semicolons between; an
 * empty text is "DIRECT". `no_proxy` is as in the options, and may be NULL. Both are copied.
 *
 *   ODO_E_INVALID_ARGUMENT   NULL, or longer than 8192 bytes
 *   ODO_E_OUT_OF_MEMORY      the answer is what it was before
 */
enum odo_status odo_proxy_answer_set(struct odo_proxy_answer *answer, const char *proxies,
                                     const char *no_proxy);

/* What find_proxy has answered may be wrong by now: requests from now on ask it anew. Any
 * thread; does not wait. */
void odo_engine_forget_proxies(struct odo_engine *engine);

/*
 * Jobs that survive
 * -----------------
 * With a store folder every job is kept in a file of its own there, until it is completed,
 * cancelled or too old (odo_engine_options.job_age_limit_ms). Whatever a call here has done to
 * a job is in that file when the call returns, and what was fetched follows within a second; so
 * a process may be killed at any moment. A job that was running is QUEUED in the next process
 * that takes it up, others are as they were. A file that is damaged or was written by a newer
 * version is renamed and left alone: odo_engine_list_set_aside() tells of it.
 *
 * Several processes may use one folder. Each job has one owner at a time: the process that has
 * created it, or has taken it up with odo_job_find() or odo_job_list() when nobody else owned
 * it. It stays the owner until its engine stops or it ends. To the others the job is not
 * there. With `resume_adopted` an engine resumes the QUEUED jobs that it takes up.
 */

/*
 * The paths of the files in the store of which the jobs could not be read, now or earlier. They
 * were set aside whole, for somebody to look at or to delete. The caller ends each path and the
 * array with odo_free(); none give a count of 0 and NULL.
 *
 *   ODO_E_INPUT_OUTPUT ...   the store folder cannot be read
 */
enum odo_status odo_engine_list_set_aside(struct odo_engine *engine, char ***paths_out,
                                          size_t *count_out);

/*
 * Jobs
 * ----
 * Jobs are counted: each function that hands one out gives the caller a count of its own. The
 * engine keeps a job until it is completed or cancelled, whether or not anybody holds it.
 */

/* 16 bytes that name a job. Shown as a UUID, its first three groups are numbers of which the
 * lowest byte comes first here. */
struct odo_job_id {
    uint8_t bytes[16];
};

enum {
    ODO_DISPLAY_NAME_MAX = 256,        /* UTF-16 units */
    ODO_DESCRIPTION_MAX = 1024,        /* UTF-16 units */
    ODO_OWNER_MAX = 256,               /* UTF-16 units, of the host's texts */
    ODO_HEADERS_MAX = 16384,           /* UTF-16 units; also of the host's data */
    ODO_SETTING_MAX = 2200,            /* UTF-16 units, of the other texts of a job */
    ODO_URL_MAX = 2200,                /* characters */
    ODO_LOCAL_PATH_MAX = 32767,        /* UTF-16 units */
    ODO_RANGES_MAX = 10 * 1000 * 1000, /* in a file */
    ODO_FILES_MAX = 10 * 1000 * 1000,  /* in a job */
};

/*
 * Create a job, SUSPENDED and empty.
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
 * The same with more to say.
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
 * Every job that is neither completed nor cancelled, oldest first. The caller releases each
 * job and frees the array; no jobs give a count of 0 and NULL.
 */
enum odo_status odo_job_list(struct odo_engine *engine, struct odo_job ***jobs_out,
                             size_t *count_out);

struct odo_job *odo_job_add_ref(struct odo_job *job); /* returns `job` */
void odo_job_release(struct odo_job *job);            /* NULL is fine */

/*
 * Set a job in motion, or try again after an error. Does nothing to a job that moves already.
 *
 *   ODO_E_NO_FILES        nothing was ever added
 *   ODO_E_NO_SINK         a file was added without a local path, and has neither that nor a
 *                         stream
 *   ODO_E_INTEGRITY_UNSPECIFIED   a file must be checked, and there is no info
 *   ODO_E_INTEGRITY_WITH_RANGES   it must be, and is not asked for as a whole
 *   ODO_E_INVALID_STATE   completed or cancelled
 *   ODO_E_SHUTTING_DOWN
 */
enum odo_status odo_job_resume(struct odo_job *job);

/*
 * Stop a job. When this returns no byte is written any more and what has arrived is kept.
 *
 *   ODO_E_INVALID_STATE   completed or cancelled
 */
enum odo_status odo_job_suspend(struct odo_job *job);

/*
 * Stop a job for good and delete its temporary files; the targets were never touched.
 *
 *   ODO_TEMPORARY_FILES_LEFT   cancelled, but a temporary file could not be deleted
 *   ODO_E_INVALID_STATE        completed or cancelled before
 */
enum odo_status odo_job_cancel(struct odo_job *job);

/*
 * Give the files that are whole their names and drop the others.
 *
 *   ODO_OK                     every file is in place
 *   ODO_PARTIAL_COMPLETE       some were not whole and are gone
 *   ODO_TEMPORARY_FILES_LEFT   as for cancel
 *   ODO_E_INVALID_STATE        completed or cancelled before
 *   ODO_E_TEMPORARY_FILE_CHANGED   a temporary file was cut, or another file or a link has its
 *                              name. What was cut off is fetched again: the job is in motion
 *                              if it was, or was TRANSFERRED
 *   ODO_E_FILE_NOT_FOUND       a temporary file is gone, or a file from the target at which an
 *                              earlier call had placed it; the same
 *   ODO_E_ACCESS_DENIED, ODO_E_SHARING_VIOLATION, ODO_E_ALREADY_EXISTS ...
 *                              a file could not be renamed. The job is as it was, files renamed
 *                              before it are in place, and the call may be repeated.
 */
enum odo_status odo_job_complete(struct odo_job *job);

/*
 * Wait until the job is not QUEUED, TRANSFERRING or TRANSIENT_ERROR.
 *
 *   ODO_E_TIMED_OUT   it still was when `timeout_ms` had passed
 */
enum odo_status odo_job_wait(struct odo_job *job, uint32_t timeout_ms);

/*
 * Hold a job back for as long as something speaks against it, such as the lack of a network:
 * no request runs. A job that would transfer is in TRANSIENT_ERROR with `reason` meanwhile; in
 * all else it stays what it is, and may be suspended, resumed and ended as ever. ODO_OK lets it
 * go on by itself, from where it stood. A block is not kept in the store.
 *
 * A job that was held back for its NO_PROGRESS_TIMEOUT goes to ERROR with the reason, and is
 * then not let go on by ODO_OK; the wait begins anew with odo_job_resume(). With
 * ODO_E_NO_NETWORK, and where the timeout is 0, it may wait for ever.
 *
 *   ODO_E_INVALID_ARGUMENT   `reason` is none of ODO_OK, ODO_E_NO_NETWORK and
 * ODO_E_BLOCKED_BY_* ODO_E_INVALID_STATE      completed or cancelled
 */
enum odo_status odo_job_set_block(struct odo_job *job, enum odo_status reason);

struct odo_job_progress {
    uint64_t bytes_total; /* ODO_SIZE_UNKNOWN while any file's is */
    uint64_t bytes_transferred;
    uint32_t files_total;
    uint32_t files_transferred;
};

/* Microseconds since 1970-01-01 UTC; 0 for what has not happened. */
struct odo_job_times {
    int64_t created_us;
    int64_t modified_us;
    int64_t transferred_us;
};

void odo_job_get_id(struct odo_job *job, struct odo_job_id *id_out);
enum odo_job_state odo_job_get_state(struct odo_job *job);
void odo_job_get_progress(struct odo_job *job, struct odo_job_progress *progress_out);
void odo_job_get_times(struct odo_job *job, struct odo_job_times *times_out);

/* How often the job has entered ERROR or TRANSIENT_ERROR. */
uint32_t odo_job_get_error_count(struct odo_job *job);

/*
 * Why the job is in ERROR or TRANSIENT_ERROR, and which file failed (UINT32_MAX when that is
 * not known). A job that the engine has cancelled because of its age has ODO_E_TOO_OLD.
 * `file_index_out` may be NULL.
 *
 *   ODO_E_NO_ERROR   it is in neither state
 */
enum odo_status odo_job_get_error(struct odo_job *job, struct odo_error *error_out,
                                  uint32_t *file_index_out);

/*
 * What a client may set. Each number's default and meaning:
 *
 *   PRIORITY              2      0 foreground, 1 high, 2 normal, 3 low; only foreground differs
 *   NOTIFY_FLAGS          3      kept for the host, without meaning here
 *   NO_PROGRESS_TIMEOUT   86400, foreground 3600; seconds. 0 turns every error that would be
 *                         retried into a final one
 *   MINIMUM_RETRY_DELAY   600    seconds; once set, no retry comes sooner
 *   COST_FLAGS            0      kept for the host
 *   KIND                  0      kept for the host; odo_job_create_with() alone sets it
 *   VOLATILE              0      1: the job is not kept in the store and ends with the engine.
 *                                Temporary files that it leaves, because its process was
 *                                killed, are removed by the next engine with that store.
 *                                May be set as long as HAS_STARTED is 0
 *   SECURITY_FLAGS        0      of enum odo_security_flag (odo/types.h)
 *   INSECURE_REDIRECTS    0      1: https may redirect to http for this job
 *   HAS_STARTED           0      1 once odo_job_resume() has succeeded; cannot be set
 *   RATE_LIMIT            0      bytes a second that the job may take; 0 is no limit. Takes
 *                                effect within a second
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
 * Texts of a job. Those that concern requests hold for every file, and a change takes effect at
 * once. HEADERS and AUTHENTICATION_HEADERS are "Name: value" lines ended by CRLF or LF; lines
 * that are none, and those that name Range, If-Range, Host, Content-Length, Transfer-Encoding,
 * Accept-Encoding or Connection, are dropped. No text of a job is ever logged.
 */
enum odo_job_text {
    ODO_JOB_DISPLAY_NAME,
    ODO_JOB_DESCRIPTION,
    ODO_JOB_OWNER,    /* for the host: who may see and change the job; on Windows a SID */
    ODO_JOB_LISTENER, /* for the host: whom to tell how the job goes, as text */
    ODO_JOB_HEADERS,  /* sent with every request to the file's own server */
    ODO_JOB_AUTHENTICATION_HEADERS, /* sent to it only in the repeat after a 401 or 407 */
    ODO_JOB_CORRELATION_VECTOR,     /* sent as MS-CV */
    ODO_JOB_CONTENT_ID,             /* for the host */
    ODO_JOB_CLIENT_CERTIFICATE,     /* as libcurl's CURLOPT_SSLCERT takes it; on Windows
                                       "CurrentUser\MY\<thumbprint>" */
    ODO_JOB_HOST_DATA,              /* for the host: anything */
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

/* A copy; a text that was never set is empty. */
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
 * Files are counted from 0 in the order in which they were added and are never removed.
 */

/*
 * What a file is checked against, piece by piece while it comes. `info` is a JSON object with
 * the texts PiecesHashFileUrl, which is where a list of the hashes of all pieces is, and
 * HashOfHashes, which is the SHA-256 of these as base64; it may have PiecesHashFileDigest, the
 * SHA-256 of that list as a whole, and PiecesHashFileDigestAlgorithm, "SHA256".
 *
 * A piece that is not what its hash says is fetched once more, and the file fails with
 * ODO_E_BAD_PIECE_HASH when that was no better. Progress counts pieces that were checked. When
 * the check is not possible the file comes without it, unless the check is mandatory: then it
 * fails with ODO_E_INTEGRITY_UNAVAILABLE (the list cannot be fetched) or one of
 * ODO_E_METAINFO_* (it is not good; or too large in its pieces for a stream, which gets only
 * what was checked: these may have 32 MiB). Only whole files are checked.
 */
struct odo_integrity {
    const char *info; /* NULL for none */
    bool is_mandatory;
};

/* ODO_E_INVALID_ARGUMENT: there is an info, and it is not as it must be, has an address that
 * is none, or is too long. */
enum odo_status odo_integrity_check(const struct odo_integrity *integrity);

/* One file to fetch. Everything it points to is borrowed for the length of the call. */
struct odo_file_request {
    const char *file_id;    /* any text that is not empty */
    const char *url;        /* http: or https:, at most ODO_URL_MAX characters */
    const char *local_path; /* absolute; its folder exists and is writable; or NULL, and
                               odo_file_set_local_path() comes before resuming */
    const struct byte_range *ranges; /* in any order */
    uint32_t range_count;            /* 0 asks for the whole file; `ranges` is then ignored */
    uint64_t file_size;              /* of the whole remote file, or ODO_SIZE_UNKNOWN */
    struct odo_integrity integrity;  /* zero for no check */
};

/*
 * Add a file to a job. A job that is in motion fetches it too; one that is TRANSFERRED must be
 * resumed. Checks go in the order state, texts, ranges, path.
 *
 *   ODO_E_INVALID_STATE        the job is completed or cancelled
 *   ODO_E_INVALID_ARGUMENT     a missing, empty or malformed text, or NULL with a range count;
 *                              or the local path is that of another file of the job, which
 *                              comes from another URL or in other ranges
 *   ODO_E_OVERLAPPING_RANGES   two ranges share a byte, or something follows an open end
 *   ODO_E_INVALID_RANGE        a range is empty or reaches past the end of the file
 *   ODO_E_TOO_MANY             more ranges or files than can be held
 *   ODO_E_PATH_NOT_FOUND       the local folder does not exist
 *   ODO_E_ACCESS_DENIED        the local folder cannot be written, or a folder has the name
 *   ODO_E_INPUT_OUTPUT ...     the job could not be recorded in the store
 *
 * `file_index_out` may be NULL.
 */
enum odo_status odo_job_add_file(struct odo_job *job, const struct odo_file_request *request,
                                 uint32_t *file_index_out);

uint32_t odo_job_get_file_count(struct odo_job *job);

/*
 * Change a file that was added. `file_index` must be below odo_job_get_file_count(). All of
 * these return ODO_E_INVALID_STATE for a job that is completed or cancelled.
 */

/*
 * Fetch the file from another place, at once if it is in motion. What has come is kept as long
 * as the other place has a file of the same size and date; otherwise the file begins again. A
 * file that is transferred is left alone.
 *
 *   ODO_E_INVALID_ARGUMENT   as in odo_job_add_file()
 */
enum odo_status odo_file_set_url(struct odo_job *job, uint32_t file_index, const char *url);

/*
 * Name the local file; checks as in odo_job_add_file(). Only while the job is SUSPENDED and
 * nothing of the file has come.
 *
 *   ODO_E_SINK_ALREADY_SET   the file goes to a stream
 *   ODO_E_INVALID_STATE      otherwise
 */
enum odo_status odo_file_set_local_path(struct odo_job *job, uint32_t file_index,
                                        const char *local_path);

/*
 * Have the file go to a stream (odo/types.h); NULL takes back an earlier one. Only while the
 * job is SUSPENDED and nothing of the file has come. On success the engine owns the stream.
 * A stream does not outlive its engine: in the next one the job is SUSPENDED, and the file
 * wants another stream, which gets it from the beginning.
 *
 *   ODO_E_SINK_ALREADY_SET   the file has a local path
 *   ODO_E_INVALID_STATE      otherwise
 */
enum odo_status odo_file_set_stream(struct odo_job *job, uint32_t file_index,
                                    const struct odo_stream *stream);

/*
 * State the size of the whole remote file. Only while the job is SUSPENDED and nothing of the
 * file has come.
 *
 *   ODO_E_INVALID_STATE   otherwise
 *   ODO_E_INVALID_RANGE   a range of the file reaches past it
 */
enum odo_status odo_file_set_size(struct odo_job *job, uint32_t file_index, uint64_t file_size);

/*
 * Ask for other ranges of the file; `range_count` 0 asks for the whole of it.
 *
 * Without `append`, while the job is SUSPENDED or in ERROR: what has come of the ranges asked
 * for last is dropped. A stream cannot give back, and goes on with the new ranges.
 *
 * With `append`, while the job is TRANSFERRED: the new ranges land behind all that the file or
 * stream has, once the job is resumed. The progress of the file is that of the new ranges. They
 * must come from the version of the remote file that is known (or ODO_E_FILE_CHANGED ends the
 * transfer).
 *
 *   ODO_E_INVALID_STATE   otherwise; or the file is not transferred, or is completed
 *   ODO_E_INVALID_ARGUMENT, ODO_E_OVERLAPPING_RANGES, ODO_E_INVALID_RANGE, ODO_E_TOO_MANY
 *                         as in odo_job_add_file()
 *   ODO_E_INTEGRITY_WITH_RANGES   the file must be checked, and only whole files are
 *   ODO_E_FILE_NOT_FOUND  somebody has removed the temporary file
 *   ODO_E_INPUT_OUTPUT ...   the job could not be recorded, or the file not flushed
 */
enum odo_status odo_file_set_ranges(struct odo_job *job, uint32_t file_index,
                                    const struct byte_range *ranges, uint32_t range_count,
                                    bool append);

/*
 * Have a file checked; NULL takes it back. Only while the job is SUSPENDED and nothing of the
 * file has come.
 *
 *   ODO_E_INVALID_ARGUMENT   as odo_integrity_check()
 *   ODO_E_INVALID_STATE      otherwise
 */
enum odo_status odo_file_set_integrity(struct odo_job *job, uint32_t file_index,
                                       const struct odo_integrity *integrity);

/* What was set; `*info_out` is NULL when there is none. */
enum odo_status odo_file_get_integrity(struct odo_job *job, uint32_t file_index,
                                       char **info_out, bool *is_mandatory_out);

struct odo_file_progress {
    uint64_t bytes_total; /* sum of the ranges or the file's size; or ODO_SIZE_UNKNOWN */
    uint64_t bytes_transferred;
    bool completed; /* the file stands at its local path */
};

enum odo_file_text {
    ODO_FILE_ID,
    ODO_FILE_URL,
    ODO_FILE_LOCAL_PATH,
    ODO_FILE_TEMPORARY_PATH,   /* empty before the first byte */
    ODO_FILE_RESPONSE_HEADERS, /* of the last reply, lines ended by CRLF; empty before one */
    ODO_FILE_EFFECTIVE_URL,    /* of the last request, after redirects; empty before one */
    ODO_FILE_SERVER_ADDRESS,   /* of the last reply, as text; empty before one */
    ODO_FILE_TEXT_COUNT
};

/* `file_index` must be below odo_job_get_file_count() in each of these. */

void odo_file_get_progress(struct odo_job *job, uint32_t file_index,
                           struct odo_file_progress *progress_out);

/* A copy. */
enum odo_status odo_file_get_text(struct odo_job *job, uint32_t file_index,
                                  enum odo_file_text which, char **text_out);

/* The ranges in the order given; a whole file has none: a count of 0, and NULL. */
enum odo_status odo_file_get_ranges(struct odo_job *job, uint32_t file_index,
                                    struct byte_range **ranges_out, uint32_t *count_out);

/* Figures on how a file came; all of this run of the engine. */
struct odo_file_statistics {
    uint64_t file_size;       /* of the whole remote file, or ODO_SIZE_UNKNOWN */
    uint64_t bytes_received;  /* bodies, discarded gaps included */
    uint32_t connections;     /* opened for this file */
    uint32_t requests;        /* sent for this file */
    uint64_t transferring_ms; /* time in motion, pauses excluded */
    uint16_t response_status; /* of the last reply, 100 to 999; 0 before one */
    bool length_is_unproved;  /* The server told no length, and ended the file by closing the
                                 connection: whatever cuts one ends it, too. Only with
                                 allow_unknown_size */
};

void odo_file_get_statistics(struct odo_job *job, uint32_t file_index,
                             struct odo_file_statistics *statistics_out);

#ifdef __cplusplus
}
#endif

#endif
