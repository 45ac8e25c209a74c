/* SPDX-License-Identifier: MIT */
#include "report/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/place.h"

/* How much of a file is looked at for our mark. */
#define HEAD 8192

bool report_order_read(const struct report_format *formats, const char *text,
                       struct report_order *out)
{
    size_t n = strcspn(text, ":");
    out->format = report_format_find(formats, text, n);
    out->file = text[n] == ':' && text[n + 1] != '\0' ? text + n + 1 : NULL;
    return out->format != NULL;
}

/* True for the text of a report of a form. An empty array of code quality bears no mark. */
static bool is_ours(const struct report_format *format, const char *head, size_t n)
{
    return n == 0 || (n == 3 && memcmp(head, "[]\n", 3) == 0) ||
           memmem(head, n, format->mark, strlen(format->mark)) != NULL;
}

int report_file_check(const struct report_order *order)
{
    char head[HEAD];
    struct stat st;
    if (order->file == NULL)
        return 0;
    int fd = open(order->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && errno == ENOENT) {
        char path[PATH_MAX];
        const char *slash = strrchr(order->file, '/');
        snprintf(path, sizeof(path), "%.*s", slash == NULL ? 1 : (int)(slash - order->file) + 1,
                 slash == NULL ? "." : order->file);
        return access(path, W_OK | X_OK) < 0 ? -errno : 0;
    }
    if (fd < 0)
        return -errno;
    int r = fstat(fd, &st) < 0 ? -errno : 0;
    if (r == 0 && S_ISREG(st.st_mode)) {
        ssize_t n = read(fd, head, sizeof(head));
        r = n < 0 ? -errno : is_ours(order->format, head, (size_t)n) ? 0 : -EEXIST;
    } else if (r == 0 && S_ISDIR(st.st_mode)) {
        r = -EISDIR;
    }
    close(fd);
    return r;
}

/* Writes to a stream, which is closed. */
static int write_to(FILE *out, const struct report_format *format, struct report *report)
{
    format->write(report, out);
    int error = fflush(out) != 0 || ferror(out) ? errno : 0;
    if (out != stdout && fclose(out) != 0 && error == 0)
        error = errno;
    return -error;
}

/* A file of another kind, /dev/stderr or a FIFO, is written as it is. */
static bool is_regular(const char *file)
{
    struct stat st;
    return lstat(file, &st) < 0 || S_ISREG(st.st_mode);
}

int report_file_write(const struct report_order *order, struct report *report)
{
    char beside[PATH_MAX];
    if (order->file == NULL)
        return write_to(stdout, order->format, report);
    int r = report_file_check(order);
    if (r < 0)
        return r;
    if (!is_regular(order->file)) {
        int other = report_place_open(order->file, O_TRUNC);
        FILE *to = other < 0 ? NULL : fdopen(other, "w");
        return to != NULL ? write_to(to, order->format, report) : other < 0 ? other : -errno;
    }
    if (snprintf(beside, sizeof(beside), "%s.XXXXXX", order->file) >= (int)sizeof(beside))
        return -ENAMETOOLONG;
    int fd = mkostemp(beside, O_CLOEXEC);
    if (fd < 0)
        return -errno;
    mode_t mask = umask(0);
    umask(mask);
    (void)fchmod(fd, 0666 & ~mask);
    FILE *out = fdopen(fd, "w");
    r = out == NULL ? -errno : write_to(out, order->format, report);
    if (out == NULL)
        close(fd);
    if (r == 0 && rename(beside, order->file) < 0)
        r = -errno;
    if (r < 0)
        unlink(beside);
    return r;
}
