/*
 * The options of the commands about jobs, validated as far as possible without a client.
 */
#ifndef ODO_TOOL_JOB_OPTIONS_H
#define ODO_TOOL_JOB_OPTIONS_H

#include "file_options.h"
#include "job_view.h"
#include "report.h"

/* Options of a command in addition to --json, --clsid and --help. */
enum job_option_set {
    JOB_OPTIONS_FILE = 1,    /* -o, -r, --ranges-from, --size */
    JOB_OPTIONS_NEW = 2,     /* --description, --priority */
    JOB_OPTIONS_WAITING = 4, /* --complete, --timeout, --quiet */
    JOB_OPTIONS_WAIT = 8,    /* --wait, and the waiting options together with it */
    JOB_OPTIONS_PARTIAL = 16,
};

/* The arguments of a command. */
struct job_syntax {
    const char *command; /* the command's name after "odo", such as "job add" */
    const char *words;   /* required words besides options, such as "ID URL" */
    int words_min;
    int words_max;
    bool first_is_job; /* the first word is a job's id or a prefix of it */
    unsigned options;  /* of enum job_option_set */
};

struct job_options {
    const char *words[2]; /* borrowed from argv, like all strings; NULL if missing */
    struct file_options file;
    const char *description; /* or NULL */
    const char *server;      /* NULL for ours */
    enum job_priority priority;
    bool has_priority;
    uint32_t timeout_s; /* or FOLLOW_PATIENTLY */
    bool wait;
    bool complete;
    bool partial;
    bool quiet;
    bool json;
    bool help; /* the rest was not parsed */
};

/*
 * Parse argv, where argv[0] is the last word of the command. Always release the options with
 * job_options_free(). False and a report if an argument is invalid.
 */
bool job_options_read(const struct job_syntax *syntax, int argc, char **argv,
                      struct job_options *options_out, struct error_report *report_out);

void job_options_free(struct job_options *options);

#endif
