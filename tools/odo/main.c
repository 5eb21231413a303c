/*
 * odo, the command-line program: finds the command and passes it the arguments.
 */
#include "command.h"
#include "report.h"
#include "system.h"
#include "terminal.h"

#include <string.h>

#ifndef ODO_VERSION
#define ODO_VERSION "0.0.0"
#endif

static const struct command commands[] = {
    {"get", "download a file, or chosen byte ranges of it", command_get},
    {"job", "make and run jobs that outlive the program", command_job},
    {"status", "show how far each file of each job is, and how it came", command_status},
    {"explain", "say what an HRESULT means", command_explain},
};

static void print_help(FILE *file)
{
    (void)fputs("Usage: odo COMMAND [arguments]\n"
                "\n"
                "Download files, or chosen byte ranges of files, over HTTP.\n"
                "\n"
                "Commands:\n",
                file);
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        (void)fprintf(file, "  %-9s %s\n", commands[i].name, commands[i].summary);
    }
    (void)fputs("\n"
                "odo COMMAND --help describes a command; odo --version shows the version.\n"
                "\n"
                "Exit codes:\n",
                file);
    report_print_exit_codes(file);
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(commands[i].name, name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

static int run(int argc, char **argv)
{
    const struct command *command;
    char shown[64];

    if (argc < 2) {
        print_help(stderr);
        return EXIT_CODE_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
        return EXIT_CODE_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        (void)puts("odo " ODO_VERSION " (OpenDO)");
        return EXIT_CODE_DONE;
    }
    command = find_command(argv[1]);
    if (!command) {
        (void)fprintf(stderr, "odo: there is no command '%s'; see odo --help\n",
                      report_printable(argv[1], shown, sizeof(shown)));
        return EXIT_CODE_USAGE;
    }
    return command->run(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
    terminal_prepare();
    if (!system_arguments(argc, argv, &argc, &argv)) {
        (void)fputs("odo: an argument is not UTF-8 text, or memory is exhausted\n", stderr);
        return EXIT_CODE_USAGE;
    }
    return run(argc, argv);
}
