/*
 * A command of odo. To add one, add a row to the table in main.c.
 */
#ifndef ODO_TOOL_COMMAND_H
#define ODO_TOOL_COMMAND_H

struct command {
    const char *name;
    const char *summary; /* one line for odo --help */
    /* Called with argv[0] being the command's own name. Returns the exit code. */
    int (*run)(int argc, char **argv);
};

int command_get(int argc, char **argv);
int command_job(int argc, char **argv);
int command_status(int argc, char **argv);
int command_explain(int argc, char **argv);

#endif
