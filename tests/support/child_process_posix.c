#define _POSIX_C_SOURCE 200809L

#include "support/child_process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGUMENTS_MOST = 16, PATH_SIZE = 4096 };

struct child_process {
    pid_t id;
};

static void give_up(const char *what)
{
    fprintf(stderr, "child_process: %s (%s)\n", what, strerror(errno));
    abort();
}

struct child_process *child_process_start(const char *const arguments[])
{
    struct child_process *child = malloc(sizeof(*child));
    char path[PATH_SIZE];
    char *all[ARGUMENTS_MOST] = {path};
    ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

    if (!child || length < 0) {
        give_up("no memory, or no name");
        return NULL;
    }
    path[length] = '\0';
    for (size_t i = 0; arguments[i]; i++) {
        if (i + 2 == ARGUMENTS_MOST) {
            give_up("too many arguments");
        }
        all[i + 1] = (char *)(uintptr_t)arguments[i];
    }
    child->id = fork();
    if (child->id < 0) {
        give_up("cannot fork");
    }
    if (child->id == 0) {
        execv(path, all);
        _exit(127);
    }
    return child;
}

static int wait_for(struct child_process *child)
{
    int how = 0;

    while (waitpid(child->id, &how, 0) < 0) {
        if (errno != EINTR) {
            give_up("cannot wait");
        }
    }
    free(child);
    return how;
}

bool child_process_kill(struct child_process *child)
{
    int how;

    kill(child->id, SIGKILL);
    how = wait_for(child);
    return WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL;
}

int child_process_wait(struct child_process *child)
{
    int how = wait_for(child);

    return WIFEXITED(how) ? WEXITSTATUS(how) : -1;
}

unsigned child_process_cost(void)
{
    return 1;
}
