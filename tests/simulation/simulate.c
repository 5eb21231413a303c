/*
 * Looks for worlds in which a transfer does wrong; tools/simulate builds and starts it.
 *
 *   simulate --worlds N [--from SEED]    so many worlds, from this seed on
 *   simulate --minutes N [--from SEED]   as many as come in the time
 *   simulate --story SEED                one world, with its story
 *   simulate --regret even|odd [--background]   the table of regret.h, one half of its cells
 *
 * Ends with 0 when all were right. At the first that was not it tells its story, and ends with
 * 1; with --keep-on it goes on without a story.
 */
#include "driver.h"
#include "regret.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static volatile uint64_t current_seed;

/* An assert of the code that is tried: say in which world. */
static void on_abort(int signal_number)
{
    char text[64];
    int size = snprintf(text, sizeof(text), "seed %llu: signal %d\n",
                        (unsigned long long)current_seed, signal_number);

    if (write(STDOUT_FILENO, text, (size_t)size) < 0) {
        _exit(3);
    }
    _exit(1);
}

static double now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int count, char **arguments)
{
    uint64_t worlds = UINT64_MAX;
    uint64_t seed = 1;
    double minutes = 1e9;
    bool keeps_on = false;
    bool tells = false;
    bool is_quiet = false; /* no story */
    uint64_t virtual_ms = 0;
    uint64_t requests = 0;
    uint64_t done = 0;
    uint64_t wrong = 0;
    uint64_t tried = 0;
    double began_s = now_s();

    if (count > 2 && strcmp(arguments[1], "--regret") == 0) {
        struct regret regret =
            regret_measure(strcmp(arguments[2], "odd") == 0,
                           count > 3 && strcmp(arguments[3], "--background") == 0, true);

        printf("%zu cells: median %.3f, nine of ten at most %.3f, worst %.3f\n", regret.cells,
               regret.median, regret.nine_of_ten, regret.worst);
        return regret.all_done ? 0 : 1;
    }
    for (int i = 1; i < count; i++) {
        const char *value = i + 1 < count ? arguments[i + 1] : "";

        if (strcmp(arguments[i], "--keep-on") == 0) {
            keeps_on = true;
            continue;
        }
        if (strcmp(arguments[i], "--quiet") == 0) {
            is_quiet = true;
            continue;
        }
        i++;
        if (strcmp(arguments[i - 1], "--worlds") == 0) {
            worlds = strtoull(value, NULL, 10);
        } else if (strcmp(arguments[i - 1], "--minutes") == 0) {
            minutes = strtod(value, NULL);
        } else if (strcmp(arguments[i - 1], "--from") == 0) {
            seed = strtoull(value, NULL, 10);
        } else if (strcmp(arguments[i - 1], "--story") == 0) {
            seed = strtoull(value, NULL, 10);
            worlds = 1;
            tells = true;
        } else {
            fprintf(stderr, "simulate: unknown option %s\n", arguments[i - 1]);
            return 2;
        }
    }
    signal(SIGABRT, on_abort);
    signal(SIGSEGV, on_abort);
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (; tried < worlds && (tried % 64 != 0 || now_s() - began_s < minutes * 60); tried++) {
        struct run run;

        current_seed = seed + tried;
        run = simulation_run(seed + tried, tells);
        virtual_ms += run.virtual_ms;
        requests += run.requests;
        done += run.is_done ? 1 : 0;
        if (!run.is_right) {
            printf("seed %llu: %s\n", (unsigned long long)(seed + tried), run.text);
            wrong++;
            if (!keeps_on) {
                if (!tells && !is_quiet) {
                    simulation_run(seed + tried, true);
                }
                tried++;
                break;
            }
        }
    }
    printf(
        "%llu worlds, %.0f a second; %.0f seconds of virtual time, %llu requests, %llu done, "
        "%llu wrong\n",
        (unsigned long long)tried, (double)tried / (now_s() - began_s + 1e-9),
        (double)virtual_ms / 1000, (unsigned long long)requests, (unsigned long long)done,
        (unsigned long long)wrong);
    return wrong > 0 ? 1 : 0;
}
