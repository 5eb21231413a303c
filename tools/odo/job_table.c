#include "job_table.h"

#include "progress_bar.h"
#include "time_text.h"

#include <odo/types.h>

#include <inttypes.h>

enum { SIZE_BYTES = 16, SHOWN_BYTES = 2400 };

/* "45 %", or "-" if the total is unknown. */
static const char *format_done(uint64_t bytes, uint64_t total, char *buffer, size_t size)
{
    if (total == ODO_SIZE_UNKNOWN) {
        return "-";
    }
    (void)snprintf(buffer, size, "%u %%",
                   total > 0 ? (unsigned)((double)bytes * 100.0 / (double)total) : 100U);
    return buffer;
}

static const char *format_size(uint64_t bytes, char *buffer, size_t size)
{
    return bytes == ODO_SIZE_UNKNOWN ? "?" : progress_format_bytes(bytes, buffer, size);
}

void job_table_print_heading(FILE *file)
{
    (void)fprintf(file, "%-36s  %-15s  %5s  %10s  %-9s  %s\n", "ID", "STATE", "DONE", "SIZE",
                  "FILES", "NAME");
}

void job_table_print_job(FILE *file, const struct job_view *view)
{
    const struct job_progress *progress = &view->progress;
    char id[JOB_ID_TEXT_BYTES];
    char done[SIZE_BYTES];
    char size[SIZE_BYTES];
    char files[32];
    char name[SHOWN_BYTES];
    bool is_empty = progress->files_total == 0;

    (void)snprintf(files, sizeof(files), "%" PRIu32 "/%" PRIu32, progress->files_transferred,
                   progress->files_total);
    (void)fprintf(file, "%-36s  %-15s  %5s  %10s  %-9s  %s\n", job_id_format(&view->id, id),
                  job_view_state_name(view->state),
                  is_empty ? "-"
                           : format_done(progress->bytes_transferred, progress->bytes_total,
                                         done, sizeof(done)),
                  format_size(progress->bytes_total, size, sizeof(size)), files,
                  report_printable(view->name, name, sizeof(name)));
}

static void print_detail(FILE *file, const char *label, const char *text)
{
    char shown[SHOWN_BYTES];

    (void)fprintf(file, "%-12s  %s\n", label, report_printable(text, shown, sizeof(shown)));
}

static void print_time(FILE *file, const char *label, int64_t microseconds)
{
    char text[TIME_TEXT_BYTES];

    if (microseconds != 0) {
        print_detail(file, label, time_text_format(microseconds, text));
    }
}

void job_table_print_details(FILE *file, const struct job_view *view)
{
    const struct job_progress *progress = &view->progress;
    char id[JOB_ID_TEXT_BYTES];
    char transferred[SIZE_BYTES];
    char total[SIZE_BYTES];

    print_detail(file, "ID", job_id_format(&view->id, id));
    print_detail(file, "Name", view->name);
    if (view->description[0] != '\0') {
        print_detail(file, "Description", view->description);
    }
    print_detail(file, "State", job_view_state_name(view->state));
    if (view->has_error) {
        (void)fprintf(file, "%-12s  %s (%s)\n", "Error", view->error.text, view->error.code);
    }
    (void)fprintf(
        file, "%-12s  %s of %s, %" PRIu32 " of %" PRIu32 " files\n", "Transferred",
        progress_format_bytes(progress->bytes_transferred, transferred, sizeof(transferred)),
        format_size(progress->bytes_total, total, sizeof(total)), progress->files_transferred,
        progress->files_total);
    print_detail(file, "Priority", job_view_priority_name(view->priority));
    (void)fprintf(file, "%-12s  %" PRIu32 "\n", "Failed tries", view->error_count);
    print_time(file, "Created", view->created_us);
    print_time(file, "Modified", view->modified_us);
    print_time(file, "Arrived", view->transferred_us);
}

void job_table_print_details_of_file(FILE *file, const struct file_view *view)
{
    char text[SHOWN_BYTES];
    char done[SIZE_BYTES];
    char size[SIZE_BYTES];

    (void)fprintf(file, "File %-6" PRIu32 "   %s\n", view->index,
                  report_printable(view->path, text, sizeof(text)));
    (void)fprintf(file, "%14s%s of %s", "",
                  format_done(view->bytes_transferred, view->bytes_total, done, sizeof(done)),
                  format_size(view->bytes_total, size, sizeof(size)));
    if (view->range_count > 0) {
        (void)fprintf(file, ", %" PRIu32 " range%s", view->range_count,
                      view->range_count == 1 ? "" : "s");
    }
    (void)fprintf(file, ", from %s\n", report_printable(view->url, text, sizeof(text)));
}

void job_table_print_status_heading(FILE *file)
{
    (void)fprintf(file, "%-8s  %6s  %-15s  %5s  %10s  %10s  %8s  %6s  %9s  %s\n", "JOB", "FILE",
                  "STATE", "DONE", "SIZE", "RECEIVED", "REQUESTS", "CONNS", "SECONDS", "PATH");
}

static const char *state_of_file(const struct job_view *job, const struct file_view *view)
{
    if (view->completed) {
        return "in place";
    }
    if (view->bytes_total != ODO_SIZE_UNKNOWN && view->bytes_transferred == view->bytes_total) {
        return job_view_state_name(JOB_TRANSFERRED);
    }
    return job_view_state_name(job->state);
}

void job_table_print_status(FILE *file, const struct job_view *job,
                            const struct file_view *view)
{
    char id[JOB_ID_TEXT_BYTES];
    char done[SIZE_BYTES];
    char size[SIZE_BYTES];
    char received[SIZE_BYTES] = "-";
    char requests[SIZE_BYTES] = "-";
    char connections[SIZE_BYTES] = "-";
    char seconds[32] = "-";
    char path[SHOWN_BYTES];

    if (view->has_statistics) {
        (void)progress_format_bytes(view->bytes_received, received, sizeof(received));
        (void)snprintf(connections, sizeof(connections), "%" PRIu32, view->connections);
        (void)snprintf(seconds, sizeof(seconds), "%" PRIu64 ".%u", view->transferring_ms / 1000,
                       (unsigned)(view->transferring_ms % 1000 / 100));
        if (view->has_requests) {
            (void)snprintf(requests, sizeof(requests), "%" PRIu32, view->requests);
        }
    }
    (void)fprintf(file, "%.*s  %6" PRIu32 "  %-15s  %5s  %10s  %10s  %8s  %6s  %9s  %s\n",
                  JOB_ID_SHORT, job_id_format(&job->id, id), view->index,
                  state_of_file(job, view),
                  format_done(view->bytes_transferred, view->bytes_total, done, sizeof(done)),
                  format_size(view->bytes_total, size, sizeof(size)), received, requests,
                  connections, seconds, report_printable(view->path, path, sizeof(path)));
}
