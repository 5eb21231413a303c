#include "progress_bar.h"

#include "report.h"

#include <odo/types.h>

#include <inttypes.h>
#include <string.h>

enum {
    SAMPLE_INTERVAL_MS = 180, /* 32 samples reach back about six seconds */
    SETTLING_MS = 400,        /* a rate over less time is noise */
    LINE_MIN_MS = 1000,
    LINE_MAX_MS = 10000,
    BAR_MIN_CELLS = 8,
    BAR_MAX_CELLS = 40,
    SECONDS_MAX = 99 * 3600,
};

static void forget_samples(struct progress_bar *bar, uint64_t now_ms, uint64_t bytes)
{
    bar->samples[0] = (struct progress_sample){.ms = now_ms, .bytes = bytes};
    bar->sample_count = 1;
    bar->newest = 0;
}

void progress_bar_start(struct progress_bar *bar, FILE *file, enum progress_style style,
                        uint64_t now_ms)
{
    *bar = (struct progress_bar){.file = file, .style = style, .last_line_ms = now_ms};
    forget_samples(bar, now_ms, 0);
}

static void take_sample(struct progress_bar *bar, uint64_t now_ms, uint64_t bytes)
{
    struct progress_sample *newest = &bar->samples[bar->newest];

    if (bytes < newest->bytes) {
        forget_samples(bar, now_ms, bytes); /* the file has started over */
    } else if (now_ms - newest->ms >= SAMPLE_INTERVAL_MS) {
        bar->newest = (bar->newest + 1) % PROGRESS_SAMPLES;
        bar->samples[bar->newest] = (struct progress_sample){.ms = now_ms, .bytes = bytes};
        if (bar->sample_count < PROGRESS_SAMPLES) {
            bar->sample_count++;
        }
    }
}

uint64_t progress_bar_rate(const struct progress_bar *bar)
{
    size_t oldest_index =
        (bar->newest + PROGRESS_SAMPLES + 1 - bar->sample_count) % PROGRESS_SAMPLES;
    const struct progress_sample *oldest = &bar->samples[oldest_index];
    const struct progress_sample *newest = &bar->samples[bar->newest];
    uint64_t elapsed_ms = newest->ms - oldest->ms;

    if (elapsed_ms < SETTLING_MS) {
        return 0;
    }
    return (uint64_t)((double)(newest->bytes - oldest->bytes) * 1000.0 / (double)elapsed_ms);
}

const char *progress_format_bytes(uint64_t bytes, char *buffer, size_t buffer_size)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double value = (double)bytes / 1024;
    size_t unit = 0;

    if (bytes < 1024) {
        (void)snprintf(buffer, buffer_size, "%" PRIu64 " B", bytes);
        return buffer;
    }
    /* Show what would be rounded to "1024.0" as 1.0 of the next unit. */
    while (value >= 1023.95 && unit + 1 < sizeof(units) / sizeof(units[0])) {
        value /= 1024;
        unit++;
    }
    (void)snprintf(buffer, buffer_size, "%.1f %s", value, units[unit]);
    return buffer;
}

const char *progress_format_seconds(uint64_t seconds, char *buffer, size_t buffer_size)
{
    uint64_t hours = seconds / 3600;
    uint64_t minutes = seconds / 60 % 60;

    if (seconds > SECONDS_MAX) {
        (void)snprintf(buffer, buffer_size, "-:--");
    } else if (hours > 0) {
        (void)snprintf(buffer, buffer_size, "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64, hours,
                       minutes, seconds % 60);
    } else {
        (void)snprintf(buffer, buffer_size, "%" PRIu64 ":%02" PRIu64, minutes, seconds % 60);
    }
    return buffer;
}

static unsigned percentage(uint64_t bytes, uint64_t total)
{
    if (bytes >= total) {
        return 100;
    }
    /* Never 100 before the last byte, as the division rounds down. */
    return (unsigned)((double)bytes / (double)total * 100.0);
}

/* "12.0 MiB of 27.0 MiB", or as much as is known. */
static void format_amount(const struct progress_view *view, char *buffer, size_t buffer_size)
{
    char bytes[32];
    char total[32];

    if (view->total == ODO_SIZE_UNKNOWN) {
        (void)snprintf(buffer, buffer_size, "%s",
                       progress_format_bytes(view->bytes, bytes, sizeof(bytes)));
    } else {
        (void)snprintf(buffer, buffer_size, "%s of %s",
                       progress_format_bytes(view->bytes, bytes, sizeof(bytes)),
                       progress_format_bytes(view->total, total, sizeof(total)));
    }
}

/* "4.5 MiB/s  0:03 left", or the note, or nothing if there is too little data. */
static void format_pace(const struct progress_bar *bar, const struct progress_view *view,
                        char *buffer, size_t buffer_size)
{
    uint64_t rate = progress_bar_rate(bar);
    char text[32];
    char left[32];

    buffer[0] = '\0';
    if (view->note) {
        (void)report_printable(view->note, buffer, buffer_size);
        return;
    }
    if (rate == 0) {
        return;
    }
    progress_format_bytes(rate, text, sizeof(text));
    if (view->total == ODO_SIZE_UNKNOWN || view->bytes >= view->total) {
        (void)snprintf(buffer, buffer_size, "%s/s", text);
        return;
    }
    progress_format_seconds((view->total - view->bytes + rate - 1) / rate, left, sizeof(left));
    (void)snprintf(buffer, buffer_size, "%s/s  %s left", text, left);
}

/* "[#####-----]  " into `buffer`, or nothing without space or total. */
static void format_cells(const struct progress_view *view, size_t room, char *buffer)
{
    size_t cells = room < BAR_MAX_CELLS ? room : BAR_MAX_CELLS;
    size_t full;

    buffer[0] = '\0';
    if (cells < BAR_MIN_CELLS || view->total == ODO_SIZE_UNKNOWN) {
        return;
    }
    full = cells * percentage(view->bytes, view->total) / 100;
    buffer[0] = '[';
    memset(buffer + 1, '#', full);
    memset(buffer + 1 + full, '-', cells - full);
    memcpy(buffer + 1 + cells, "]  ", sizeof("]  "));
}

static size_t text_columns(const char *text)
{
    size_t columns = 0;

    for (; *text != '\0'; text++) {
        columns += ((unsigned char)*text & 0xC0U) != 0x80U; /* count each character once */
    }
    return columns;
}

/* Truncate a text to a number of columns, between characters. */
static void cut_to_columns(char *text, size_t columns)
{
    for (; *text != '\0'; text++) {
        if (((unsigned char)*text & 0xC0U) != 0x80U && columns-- == 0) {
            *text = '\0';
            return;
        }
    }
}

static void draw_bar(struct progress_bar *bar, const struct progress_view *view)
{
    /* Leave the last column free: some terminals wrap when it is filled. */
    size_t width = view->columns > 1 ? view->columns - 1 : 1;
    enum { CELL_FRAME = 4, GAP = 2 };
    char cells[BAR_MAX_CELLS + 8];
    char amount[80];
    char pace[256];
    char part[8] = "";
    char line[PROGRESS_LINE_BYTES];
    size_t used;
    int wipe;

    format_amount(view, amount, sizeof(amount));
    format_pace(bar, view, pace, sizeof(pace));
    if (view->total != ODO_SIZE_UNKNOWN) {
        (void)snprintf(part, sizeof(part), "%3u %%  ", percentage(view->bytes, view->total));
    }
    /* Reserve space for a typical rate, so that the bar's length does not vary with it. */
    used = text_columns(part) + text_columns(amount) + CELL_FRAME + GAP;
    used += view->note ? text_columns(pace) : strlen("1023.9 KiB/s  1:00:00 left");
    format_cells(view, used < width ? width - used : 0, cells);
    (void)snprintf(line, sizeof(line), "%s%s%s%s%s", cells, part, amount,
                   pace[0] != '\0' ? "  " : "", pace);
    cut_to_columns(line, width);

    used = text_columns(line);
    wipe = bar->drawn_columns > used ? (int)(bar->drawn_columns - used) : 0;
    (void)fprintf(bar->file, "\r%s%*s", line, wipe, "");
    (void)fflush(bar->file);
    bar->drawn_columns = (unsigned)used;
}

static void write_line(struct progress_bar *bar, const struct progress_view *view)
{
    bool known = view->total != ODO_SIZE_UNKNOWN && view->total > 0;
    unsigned percent = known ? percentage(view->bytes, view->total) : 0;
    bool note_is_new = view->note && !bar->has_note;
    uint64_t quiet_ms = view->now_ms - bar->last_line_ms;
    char amount[80];
    char pace[256];

    bar->has_note = view->note != NULL;
    if (!note_is_new && quiet_ms < LINE_MAX_MS &&
        (quiet_ms < LINE_MIN_MS || percent / 10 <= bar->last_tenth)) {
        return;
    }
    bar->last_line_ms = view->now_ms;
    bar->last_tenth = percent / 10;
    format_amount(view, amount, sizeof(amount));
    format_pace(bar, view, pace, sizeof(pace));
    if (known) {
        (void)fprintf(bar->file, "%3u %%  ", percent);
    }
    (void)fprintf(bar->file, "%s%s%s\n", amount, pace[0] != '\0' ? "  " : "", pace);
    (void)fflush(bar->file);
}

void progress_bar_update(struct progress_bar *bar, const struct progress_view *view)
{
    take_sample(bar, view->now_ms, view->bytes);
    switch (bar->style) {
    case PROGRESS_SILENT:
        break;
    case PROGRESS_LINES:
        write_line(bar, view);
        break;
    case PROGRESS_BAR:
        draw_bar(bar, view);
        break;
    }
}

void progress_bar_clear(struct progress_bar *bar)
{
    if (bar->drawn_columns > 0) {
        (void)fprintf(bar->file, "\r%*s\r", (int)bar->drawn_columns, "");
        (void)fflush(bar->file);
        bar->drawn_columns = 0;
    }
}

void progress_bar_break_off(struct progress_bar *bar)
{
    if (bar->drawn_columns > 0) {
        (void)fputc('\n', bar->file);
        (void)fflush(bar->file);
        bar->drawn_columns = 0;
    }
}
