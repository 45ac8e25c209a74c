/* SPDX-License-Identifier: MIT */
#include "store/pending.h"

#include <limits.h>
#include <string.h>

#include "nt/names.h"
#include "store/holders.h"
#include "sys/dirents.h"
#include "sys/fdpath.h"
#include "sys/sys.h"

int store_pending_path(const char *path, char *out, size_t room)
{
    size_t n = strlen(path);
    const char *slash = memrchr(path, '/', n);
    size_t leaf = slash == NULL ? n : (size_t)(path + n - slash - 1);
    if (leaf + NT_PENDING_SUFFIX_LENGTH > NT_NAME_BYTES || n + NT_PENDING_SUFFIX_LENGTH + 1 > room)
        return -ENAMETOOLONG;
    memcpy(out, path, n);
    memcpy(out + n, NT_PENDING_SUFFIX, NT_PENDING_SUFFIX_LENGTH + 1);
    return 0;
}

/*
 * A directory that waits to go is told by its sticky bit first, which one fstat shows; the bit
 * means nothing on a directory nobody can enter by name, and one that had it before costs a second
 * look.
 */
static void hint(int dfd, const char *marked)
{
    struct stat st;
    if (sys_fstatat(dfd, marked, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode))
        sys_fchmodat(dfd, marked, (st.st_mode & 07777) | S_ISVTX);
}

int store_pending_mark(int dfd, const char *path)
{
    char marked[PATH_MAX];
    int r = store_pending_path(path, marked, sizeof(marked));
    if (r == 0)
        r = sys_renameat2(dfd, path, dfd, marked, 0);
    if (r == 0)
        hint(dfd, marked);
    return r;
}

static __attribute__((noinline)) bool descriptor_pending(int dfd)
{
    char path[PATH_MAX];
    char link[SYS_FD_PATH];
    long n;
    if (dfd == AT_FDCWD) {
        n = sys_getcwd(path, sizeof(path));
    } else {
        sys_fd_path(dfd, link);
        n = sys_readlinkat(AT_FDCWD, link, path, sizeof(path));
    }
    return n > 0 && memmem(path, (size_t)n, NT_PENDING_SUFFIX, NT_PENDING_SUFFIX_LENGTH) != NULL;
}

bool store_pending_directory(int dfd, const char *path)
{
    struct stat st;
    if (path[0] == '/') /* walked to: the path says it */
        return strstr(path, NT_PENDING_SUFFIX "/") != NULL;
    /* Below a name in it: what waits to be deleted is empty, so that the kernel finds no such. */
    if (path[0] != '.' && strchr(path, '/') != NULL)
        return false;
    int r = dfd == AT_FDCWD ? sys_fstatat(dfd, "", &st, AT_EMPTY_PATH) : sys_fstat(dfd, &st);
    return r == 0 && (st.st_mode & S_ISVTX) != 0 && descriptor_pending(dfd);
}

bool store_pending_entry_held(int dfd, const char *marked)
{
    struct store_holders nobody = {.list = NULL, .room = 0};
    struct stat st;
    int fd = store_claim_file(dfd, marked, &nobody);
    if (fd >= 0) {
        sys_unlinkat(dfd, marked, 0);
        sys_close(fd);
        return false;
    }
    if (fd != -EINVAL)
        return fd != -ENOENT;
    fd = sys_openat(dfd, marked, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
    if (fd < 0)
        return fd != -ENOENT;
    bool held = sys_fstat(fd, &st) < 0 || store_directory_held(fd, &st, &nobody);
    sys_close(fd);
    return held || sys_unlinkat(dfd, marked, AT_REMOVEDIR) < 0;
}

mode_t store_pending_blocks(int dfd, const char *path)
{
    char marked[PATH_MAX];
    struct stat st;
    if (store_pending_path(path, marked, sizeof(marked)) < 0 ||
        sys_fstatat(dfd, marked, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return 0;
    return store_pending_entry_held(dfd, marked) ? st.st_mode & S_IFMT : 0;
}

bool store_pending_sweep(int dir)
{
    char buf[2048] __attribute__((aligned(8)));
    bool removed = false;
    long n;
    while ((n = sys_getdents64(dir, buf, sizeof(buf))) > 0) {
        for (long at = 0; at < n;) {
            const struct sys_dirent *e = sys_dirent_at(buf, at);
            at += e->length;
            if (nt_name_pending(e->name, strlen(e->name)))
                removed |= !store_pending_entry_held(dir, e->name);
        }
    }
    return removed;
}
