/* SPDX-License-Identifier: MIT */
/*
 * bare: makes system calls by the instruction itself, which no preloaded library sees, and prints
 * what they answer. Linked statically or not, the same.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "sys/arch.h"
#ifndef SYS_newfstatat
#include "sys/i386.h"
#endif

#define CALL(nr, a, b, c, d) sys_call6((nr), (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)

static const char *answer(long r)
{
    return r < 0 ? strerrorname_np((int)-r) : "ok";
}

static void say(const char *what, long r)
{
    printf("%s %s\n", what, answer(r));
}

static void mode_of(const char *name)
{
#ifdef SYS_newfstatat
    struct stat st;
    long r = CALL(SYS_newfstatat, AT_FDCWD, name, &st, 0);
    unsigned mode = st.st_mode;
#else
    struct i386_stat64 st;
    long r = CALL(SYS_fstatat64, AT_FDCWD, name, &st, 0);
    unsigned mode = st.mode;
#endif
    printf("stat %s %s %o\n", name, answer(r), r < 0 ? 0U : mode & 07777U);
}

int main(void)
{
    char block[4096];
    char target[64];
    long fd = CALL(SYS_openat, AT_FDCWD, "a:b", O_CREAT | O_RDWR | O_CLOEXEC, 0640);
    say("open a:b", fd);
    say("write", CALL(SYS_write, fd, "text\n", 5, 0));
    printf("cloexec %ld\n", CALL(SYS_fcntl, fd, F_GETFD, 0, 0));
    mode_of("a:b");
    say("fchmod", CALL(SYS_fchmod, fd, 0600, 0, 0));
    mode_of("a:b");
    say("mkfifo", CALL(SYS_mknodat, AT_FDCWD, "pipe", S_IFIFO | 0600, 0));
    say("symlink", CALL(SYS_symlinkat, "a:b", AT_FDCWD, "link", 0));
    long n = CALL(SYS_readlinkat, AT_FDCWD, "link", target, sizeof(target));
    printf("readlink %.*s\n", n > 0 ? (int)n : 0, target);
    mode_of("link");
    say("mkdir", CALL(SYS_mkdirat, AT_FDCWD, "dir", 0700, 0));
    long dir = CALL(SYS_openat, AT_FDCWD, "dir", O_RDONLY | O_DIRECTORY, 0);
    long inner = CALL(SYS_openat, dir, "in:ner", O_CREAT | O_RDWR, 0600);
    say("openat", inner);
    say("rename dir", CALL(SYS_renameat2, AT_FDCWD, "dir", AT_FDCWD, "moved"));
    CALL(SYS_close, inner, 0, 0, 0);
    n = CALL(SYS_getdents64, dir, block, sizeof(block), 0);
    for (long at = 0; at < n; at += *(unsigned short *)(void *)(block + at + 16))
        if (block[at + 19] != '.')
            printf("entry %s\n", block + at + 19);
    say("unlinkat", CALL(SYS_unlinkat, dir, "in:ner", 0, 0));
    CALL(SYS_close, dir, 0, 0, 0);
    say("rmdir", CALL(SYS_unlinkat, AT_FDCWD, "dir", AT_REMOVEDIR, 0));
    say("unlink open", CALL(SYS_unlinkat, AT_FDCWD, "a:b", 0, 0));
    mode_of("a:b");
    say("openat2", CALL(SYS_openat2, AT_FDCWD, "link", "", 0));
    say("bad pointer", CALL(SYS_openat, AT_FDCWD, 16, O_RDONLY, 0));
    say("bad descriptor", CALL(SYS_openat, 9999, "x", O_RDONLY, 0));
    return 0;
}
