/*
 * Runs a program, and writes to a file what it cost:
 *
 *     stopwatch FILE PROGRAM [ARGUMENT...]
 *
 * One line: microseconds passed, microseconds of processor time, bytes of memory at the peak.
 * Exits as the program did, or with 128 and the number of the signal that ended it. It is as
 * small as can be because a new program's peak counts from what started it.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static int64_t microseconds(struct timeval time)
{
    return time.tv_sec * 1000000LL + time.tv_usec;
}

int main(int count, char **arguments)
{
    struct rusage usage;
    int64_t began = now_us();
    int status;
    FILE *file;
    pid_t child = count > 2 ? fork() : -1;

    if (child == 0) {
        execvp(arguments[2], arguments + 2);
        perror(arguments[2]);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child) {
        perror("stopwatch");
        return EXIT_FAILURE;
    }
    began = now_us() - began;
    file = fopen(arguments[1], "w");
    if (!file ||
        fprintf(file, "%lld %lld %lld\n", (long long)began,
                (long long)(microseconds(usage.ru_utime) + microseconds(usage.ru_stime)),
                (long long)usage.ru_maxrss * 1024) < 0 ||
        fclose(file) != 0) {
        perror(arguments[1]);
        return EXIT_FAILURE;
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
