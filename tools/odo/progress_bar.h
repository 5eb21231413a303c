/*
 * How far a download is: a bar that stays on its line on a terminal, a line now and then
 * elsewhere. Writes to one stream; time comes in as a parameter, in milliseconds of any clock
 * that does not go back.
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
    PROGRESS_BAR,   /* redrawn on each update */
};

enum { PROGRESS_SAMPLES = 32, PROGRESS_LINE_BYTES = 512 };

struct progress_bar {
    FILE *file; /* borrowed */
    enum progress_style style;
    /* The rate is that of the last few seconds, a ring of what was seen and when. */
    struct progress_sample {
        uint64_t ms;
        uint64_t bytes;
    } samples[PROGRESS_SAMPLES];
    size_t sample_count;
    size_t newest;
    uint64_t last_line_ms;
    unsigned last_tenth;
    unsigned drawn_columns; /* what stands on the terminal's line, to be wiped */
    bool has_note;
};

/* What to show. `total` is ODO_SIZE_UNKNOWN until the size is known. */
struct progress_view {
    uint64_t bytes;
    uint64_t total;
    const char *note; /* instead of the time left, such as what it waits for; or NULL */
    uint64_t now_ms;
    unsigned columns; /* of the terminal */
};

void progress_bar_start(struct progress_bar *bar, FILE *file, enum progress_style style,
                        uint64_t now_ms);

/* Take note of where it stands, and draw or write when it is time. */
void progress_bar_update(struct progress_bar *bar, const struct progress_view *view);

/* Wipe the bar off the terminal. Anything else may be written to the stream now. */
void progress_bar_clear(struct progress_bar *bar);

/* Leave the bar where it is and go to a new line, such as when a terminal has written ^C. */
void progress_bar_break_off(struct progress_bar *bar);

/* Bytes a second over the last few seconds; 0 while there is nothing to tell from. */
uint64_t progress_bar_rate(const struct progress_bar *bar);

/* "17 B", "1.4 KiB", "12.0 MiB": at most 9 columns. Returns `buffer`. */
const char *progress_format_bytes(uint64_t bytes, char *buffer, size_t buffer_size);

/* "0:07", "12:30", "1:02:03"; what is beyond 99 hours is "-:--". Returns `buffer`. */
const char *progress_format_seconds(uint64_t seconds, char *buffer, size_t buffer_size);

#endif
