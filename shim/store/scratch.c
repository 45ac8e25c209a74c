/* SPDX-License-Identifier: MIT */
#include "store/scratch.h"

#include "store/hidden.h"
#include "store/holders.h"
#include "sys/dirents.h"
#include "sys/sys.h"

#define PART "scratch"

/* Names that others have, and a directory that goes while it is opened. */
#define ROUNDS 64

/* A new file, one of another type, or another link of one that is there. */
static int make_at(int dir, const char *name, mode_t type, dev_t device, const char *path)
{
    if (path != NULL)
        return sys_linkat(AT_FDCWD, path, dir, name, 0);
    if (type != S_IFREG)
        return sys_mknodat(dir, name, type | 0600, device);
    return sys_openat(dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

static int make(const char *root, mode_t type, dev_t device, const char *path,
                char name[STORE_SCRATCH_NAME])
{
    int r = -EEXIST;
    for (unsigned i = 0; (r == -EEXIST || r == -ENOENT) && i < ROUNDS; i++) {
        int dir = store_hidden_make_part(root, PART);
        if (dir < 0)
            return dir;
        *store_put_hex(name, (uint64_t)(uint32_t)SYS0(SYS_gettid) << 32 | i) = '\0';
        r = make_at(dir, name, type, device, path);
        sys_close(dir);
    }
    return r;
}

int store_scratch_make(const char *root, char name[STORE_SCRATCH_NAME])
{
    return make(root, S_IFREG, 0, NULL, name);
}

int store_scratch_link(const char *root, const char *path, char name[STORE_SCRATCH_NAME])
{
    return make(root, S_IFREG, 0, path, name);
}

int store_scratch_special(const char *root, mode_t type, dev_t device,
                          char name[STORE_SCRATCH_NAME])
{
    return make(root, type, device, NULL, name);
}

int store_scratch_place(const char *root, const char *name, const char *path)
{
    int dir = store_hidden_open_part(root, PART);
    if (dir < 0)
        return dir;
    int r = sys_renameat2(dir, name, AT_FDCWD, path, 0);
    if (r == 0)
        store_hidden_tidy_part(root, dir, PART);
    sys_close(dir);
    return r;
}

void store_scratch_drop(const char *root, const char *name)
{
    int dir = store_hidden_open_part(root, PART);
    if (dir < 0)
        return;
    sys_unlinkat(dir, name, 0);
    store_hidden_tidy_part(root, dir, PART);
    sys_close(dir);
}

void store_scratch_sweep(const char *root)
{
    char buf[1024] __attribute__((aligned(8)));
    long n;
    int dir = store_hidden_open_part(root, PART);
    if (dir < 0)
        return;
    while ((n = sys_getdents64(dir, buf, sizeof(buf))) > 0)
        for (long at = 0; at < n; at += sys_dirent_at(buf, at)->length) {
            /* Who writes to one has it open. */
            const char *name = sys_dirent_at(buf, at)->name;
            int fd = store_try_claim(dir, name);
            if (fd < 0)
                continue;
            sys_unlinkat(dir, name, 0);
            sys_close(fd);
        }
    store_hidden_tidy_part(root, dir, PART);
    sys_close(dir);
}
