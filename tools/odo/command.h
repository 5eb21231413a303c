/*
 * A word after "odo". A new command is a new row in main.c's table.
 */
#ifndef ODO_TOOL_COMMAND_H
#define ODO_TOOL_COMMAND_H

struct command {
    const char *name;
    const char *summary; /* one line for odo --help */
    /* Called with argv[0] being the command's own name. Returns the program's exit code. */
    int (*run)(int argc, char **argv);
};

int command_get(int argc, char **argv);
int command_job(int argc, char **argv);
int command_status(int argc, char **argv);
int command_explain(int argc, char **argv);

#endif
