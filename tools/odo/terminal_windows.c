#include "terminal.h"

#include <windows.h>

#include <stdio.h>
#include <stdlib.h>

enum {
    DEFAULT_WIDTH = 80,
    EXIT_CODE_OF_CONTROL_C = 130,
    CLOSING_PATIENCE_MS = 5000,
    OUTPUT_BUFFER_BYTES = 4096,
};

static struct wakeup *volatile sleeper;
static volatile LONG interrupted;
static UINT code_page_before;

static void restore_code_page(void)
{
    SetConsoleOutputCP(code_page_before);
}

void terminal_prepare(void)
{
    /*
     * Unbuffered output writes single bytes, which is slow and splits multibyte characters on a
     * console. Callers flush where needed.
     */
    (void)setvbuf(stdout, NULL, _IOFBF, OUTPUT_BUFFER_BYTES);
    (void)setvbuf(stderr, NULL, _IOFBF, OUTPUT_BUFFER_BYTES);
    code_page_before = GetConsoleOutputCP();
    if (code_page_before != 0 && code_page_before != CP_UTF8 && SetConsoleOutputCP(CP_UTF8)) {
        (void)atexit(restore_code_page);
    }
}

bool terminal_is_interactive(void)
{
    DWORD mode;

    return GetConsoleMode(GetStdHandle(STD_ERROR_HANDLE), &mode);
}

unsigned terminal_width(void)
{
    CONSOLE_SCREEN_BUFFER_INFO info;
    int columns;

    if (!GetConsoleScreenBufferInfo(GetStdHandle(STD_ERROR_HANDLE), &info)) {
        return DEFAULT_WIDTH;
    }
    columns = info.srWindow.Right - info.srWindow.Left + 1;
    return columns > 0 ? (unsigned)columns : DEFAULT_WIDTH;
}

static BOOL WINAPI on_control(DWORD event)
{
    struct wakeup *wakeup = sleeper;

    if (!wakeup || InterlockedExchange(&interrupted, 1) != 0) {
        return FALSE; /* the second time: let the system end the program */
    }
    wakeup_signal(wakeup);
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT) {
        /* The system ends the program when this returns: leave it time to clean up. */
        Sleep(CLOSING_PATIENCE_MS);
    }
    return TRUE;
}

void terminal_watch_interrupts(struct wakeup *wakeup)
{
    if (wakeup) {
        sleeper = wakeup;
        SetConsoleCtrlHandler(on_control, TRUE);
    } else {
        SetConsoleCtrlHandler(on_control, FALSE);
        sleeper = NULL;
    }
}

int terminal_interrupted(void)
{
    return interrupted ? EXIT_CODE_OF_CONTROL_C : 0;
}
