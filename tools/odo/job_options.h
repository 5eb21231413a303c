/*
 * The arguments of the commands about jobs, read and checked as far as that goes without asking
 * anybody.
 */
#ifndef ODO_TOOL_JOB_OPTIONS_H
#define ODO_TOOL_JOB_OPTIONS_H

#include "file_options.h"
#include "job_view.h"
#include "report.h"

/* Which options a command knows besides --json, --clsid and --help. */
enum job_option_set {
    JOB_OPTIONS_FILE = 1,    /* -o, -r, --ranges-from, --size */
    JOB_OPTIONS_NEW = 2,     /* --description, --priority */
    JOB_OPTIONS_WAITING = 4, /* --complete, --timeout, --quiet */
    JOB_OPTIONS_WAIT = 8,    /* --wait, and the options of waiting only with it */
    JOB_OPTIONS_PARTIAL = 16,
};

/* What a command takes. */
struct job_syntax {
    const char *command; /* what stands behind "odo", such as "job add" */
    const char *words;   /* what it needs besides options, such as "ID URL" */
    int words_min;
    int words_max;
    bool first_is_job; /* the first word is the ID of a job, or its beginning */
    unsigned options;  /* of enum job_option_set */
};

struct job_options {
    const char *words[2]; /* borrowed from argv, as is all text; NULL where there is none */
    struct file_options file;
    const char *description; /* or NULL */
    const char *server;      /* NULL is ours */
    enum job_priority priority;
    bool has_priority;
    uint32_t timeout_s; /* or FOLLOW_PATIENTLY */
    bool wait;
    bool complete;
    bool partial;
    bool quiet;
    bool json;
    bool help; /* nothing else was read */
};

/*
 * Read argv, with argv[0] being the last word of the command. End the options with
 * job_options_free() whatever this returns. False and a report when an argument is wrong.
 */
bool job_options_read(const struct job_syntax *syntax, int argc, char **argv,
                      struct job_options *options_out, struct error_report *report_out);

void job_options_free(struct job_options *options);

#endif
