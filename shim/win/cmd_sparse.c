/* SPDX-License-Identifier: MIT */
/* fsutil sparse: files with holes. The holes are Linux' own, the flag is Windows' to see. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sys/sys.h"
#include "win/command.h"
#include "win/security.h"

#ifndef FALLOC_FL_PUNCH_HOLE
#define FALLOC_FL_KEEP_SIZE  1
#define FALLOC_FL_PUNCH_HOLE 2
#endif
#ifndef SEEK_DATA
#define SEEK_DATA 3
#define SEEK_HOLE 4
#endif

static int failed(struct win *win, nt_status status)
{
    return win_error(win, "Error:  %s", nt_status_message(status));
}

/* The file of a name, which is no directory, and of which so much is granted. */
static nt_status find(const struct win *win, const struct win_words *words, uint32_t want,
                      struct win_path *path, struct win_file *file)
{
    nt_status status = win_resolve(win, words->word[2], WIN_FOLLOW, path);
    if (status == NT_SUCCESS && !path->exists)
        status = NT_OBJECT_NAME_NOT_FOUND;
    if (status == NT_SUCCESS)
        status = win_file_stat(path->native, file);
    if (status == NT_SUCCESS && !S_ISREG(file->mode)) /* [MS-FSA 2.1.5.10.36] */
        status = NT_INVALID_PARAMETER;
    return status == NT_SUCCESS ? win_may(win, path->native, want) : status;
}

int win_sparse_query(struct win *win, const struct win_words *words)
{
    struct win_path path;
    struct win_file file;
    nt_status status = find(win, words, NT_READ_ATTRIBUTES, &path, &file);
    if (status != NT_SUCCESS)
        return failed(win, status);
    /* recalled */
    fputs((file.attributes & NT_SPARSE) != 0 ? "This file is set as sparse\n"
                                             : "This file is NOT set as sparse\n",
          win->out);
    return 0;
}

int win_sparse_set(struct win *win, const struct win_words *words)
{
    struct win_path path;
    struct win_file file;
    const char *to = words->count > 3 ? words->word[3] : "1";
    bool clear = strcmp(to, "0") == 0;
    nt_status status = find(win, words, NT_WRITE_ATTRIBUTES, &path, &file);
    if (status == NT_SUCCESS && !clear && strcmp(to, "1") != 0)
        status = NT_INVALID_PARAMETER;
    if (status == NT_SUCCESS)
        status = win_set_kept(path.native, &file, NT_SPARSE, clear ? 0 : NT_SPARSE);
    return status == NT_SUCCESS ? 0 : failed(win, status);
}

/* A number of the command line, decimal or hexadecimal. */
static bool read_number(const struct win_words *words, int i, off_t *out)
{
    char *end;
    if (words->count <= i || words->word[i][0] < '0' || words->word[i][0] > '9')
        return false;
    unsigned long long value = strtoull(words->word[i], &end, 0);
    *out = (off_t)value;
    return *end == '\0' && value <= INT64_MAX;
}

/* Opens what a name finds for reading, or for writing as well. A descriptor, or -1 and *status. */
static int open_found(const struct win_path *path, bool write, nt_status *status)
{
    int fd =
        sys_openat(AT_FDCWD, path->native, (write ? O_RDWR : O_RDONLY) | O_NOFOLLOW | O_CLOEXEC, 0);
    *status = fd < 0 ? nt_status_of(fd) : NT_SUCCESS;
    return fd;
}

/* Zeros without room for them, where the file is sparse; of another one zeros that are written. */
int win_sparse_range(struct win *win, const struct win_words *words)
{
    struct win_path path;
    struct win_file file;
    off_t at = 0;
    off_t length = 0;
    nt_status status = find(win, words, NT_WRITE_DATA, &path, &file);
    if (status == NT_SUCCESS &&
        (!read_number(words, 3, &at) || !read_number(words, 4, &length) || length == 0))
        status = NT_INVALID_PARAMETER;
    if (status == NT_SUCCESS) {
        int fd = open_found(&path, true, &status);
        if (fd >= 0) {
            status = nt_status_of((int)SYS4(
                SYS_fallocate, fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, length));
            sys_close(fd);
        }
    }
    return status == NT_SUCCESS ? 0 : failed(win, status);
}

static void print_ranges(struct win *win, int fd)
{
    long at = 0;
    for (unsigned i = 1; (at = SYS3(SYS_lseek, fd, at, SEEK_DATA)) >= 0; i++) {
        long end = SYS3(SYS_lseek, fd, at, SEEK_HOLE);
        if (end <= at)
            break;
        /* recalled */
        fprintf(win->out, "Allocated range[%u]: Offset: 0x%-16lx Length: 0x%lx\n", i, at, end - at);
        at = end;
    }
}

int win_sparse_ranges(struct win *win, const struct win_words *words)
{
    struct win_path path;
    struct win_file file;
    nt_status status = find(win, words, NT_READ_DATA, &path, &file);
    int fd = status == NT_SUCCESS ? open_found(&path, false, &status) : -1;
    if (fd < 0)
        return failed(win, status);
    if ((file.attributes & NT_SPARSE) != 0)
        print_ranges(win, fd);
    else if (file.size > 0)
        fprintf(win->out, "Allocated range[1]: Offset: 0x%-16x Length: 0x%llx\n", 0,
                (unsigned long long)file.size);
    sys_close(fd);
    return 0;
}
