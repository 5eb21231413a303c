/*
 * Shows the progress of a download: a bar on one line of a terminal, otherwise a line now and
 * then. Writes to one stream; time is passed in, in milliseconds of a monotonic clock.
 */
#ifndef ODO_TOOL_PROGRESS_BAR_H
#define ODO_TOOL_PROGRESS_BAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum progress_style {
    PROGRESS_SILENT,
    PROGRESS_LINES, /* at each tenth, at most once a second and at least every ten seconds */
    PROGRESS_BAR,   /* redrawn at each update */
};

enum { PROGRESS_SAMPLES = 32, PROGRESS_LINE_BYTES = 512 };

struct progress_bar {
    FILE *file; /* borrowed */
    enum progress_style style;
    /* For the rate over the last few seconds: a ring of samples. */
    struct progress_sample {
        uint64_t ms;
        uint64_t bytes;
    } samples[PROGRESS_SAMPLES];
    size_t sample_count;
    size_t newest;
    uint64_t last_line_ms;
    unsigned last_tenth;
    unsigned drawn_columns; /* columns in use on the terminal's line, to be erased */
    bool has_note;
};

/* What to show. `total` is ODO_SIZE_UNKNOWN until the size is known. */
struct progress_view {
    uint64_t bytes;
    uint64_t total;
    const char *note; /* replaces the time left, such as what it waits for; or NULL */
    uint64_t now_ms;
    unsigned columns; /* of the terminal */
};

void progress_bar_start(struct progress_bar *bar, FILE *file, enum progress_style style,
                        uint64_t now_ms);

/* Record the position, and draw or write if it is time. */
void progress_bar_update(struct progress_bar *bar, const struct progress_view *view);

/* Erase the bar from the terminal, so that other text can be written. */
void progress_bar_clear(struct progress_bar *bar);

/* Keep the bar and start a new line, for instance after the terminal has echoed ^C. */
void progress_bar_break_off(struct progress_bar *bar);

/* Bytes per second over the last few seconds; 0 if there is too little data. */
uint64_t progress_bar_rate(const struct progress_bar *bar);

/* "17 B", "1.4 KiB", "12.0 MiB": at most 9 columns. Returns `buffer`. */
const char *progress_format_bytes(uint64_t bytes, char *buffer, size_t buffer_size);

/* "0:07", "12:30", "1:02:03"; "-:--" beyond 99 hours. Returns `buffer`. */
const char *progress_format_seconds(uint64_t seconds, char *buffer, size_t buffer_size);

#endif
