#define _POSIX_C_SOURCE 200809L

#include "terminal.h"

#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { DEFAULT_WIDTH = 80, EXIT_CODE_OF_SIGNAL = 128 };

static const int watched_signals[] = {SIGINT, SIGTERM, SIGHUP};

static struct wakeup *volatile sleeper;
static volatile sig_atomic_t interrupted;

void terminal_prepare(void)
{
    /* If the reader of our output has gone, writing should fail and not end the program. */
    (void)signal(SIGPIPE, SIG_IGN);
}

bool terminal_is_interactive(void)
{
    return isatty(STDERR_FILENO) == 1;
}

unsigned terminal_width(void)
{
    struct winsize size;

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        return DEFAULT_WIDTH;
    }
    return size.ws_col;
}

static void on_signal(int number)
{
    interrupted = number;
    if (sleeper) {
        wakeup_signal(sleeper);
    }
}

void terminal_watch_interrupts(struct wakeup *wakeup)
{
    struct sigaction action = {.sa_handler = wakeup ? on_signal : SIG_DFL};
    struct sigaction present;

    /* The first signal is caught; a second one ends the program as usual. */
    action.sa_flags = (int)SA_RESETHAND;
    (void)sigemptyset(&action.sa_mask);
    if (wakeup) {
        sleeper = wakeup;
    }
    for (size_t i = 0; i < sizeof(watched_signals) / sizeof(watched_signals[0]); i++) {
        /* Signals ignored at the start (nohup) stay ignored. */
        if (sigaction(watched_signals[i], NULL, &present) == 0 &&
            present.sa_handler != SIG_IGN) {
            (void)sigaction(watched_signals[i], &action, NULL);
        }
    }
    if (!wakeup) {
        sleeper = NULL;
    }
}

int terminal_interrupted(void)
{
    return interrupted ? EXIT_CODE_OF_SIGNAL + (int)interrupted : 0;
}
