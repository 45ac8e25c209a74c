/* SPDX-License-Identifier: MIT */
#include "fs/names.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "nt/utf.h"
#include "sys/sys.h"

long lx_name_keep(const char *name, size_t n, char *out, size_t room)
{
    if (n >= room)
        return -ENAMETOOLONG;
    memcpy(out, name, n);
    out[n] = '\0';
    return (long)n;
}

long lx_name_find_plain(const struct lx_names *names, const char *dir, const char *name, size_t n,
                        char *out, size_t room)
{
    char path[PATH_MAX];
    struct stat st;
    size_t length = strlen(dir);
    if (n >= room)
        return -ENAMETOOLONG;
    memcpy(out, name, n + 1);
    size_t plain = lx_name_decode(names, out, n);
    if (plain == n || length + 1 + plain >= sizeof(path))
        return 0;
    memcpy(path, dir, length);
    path[length] = '/';
    memcpy(path + length + 1, out, plain + 1);
    if (sys_fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return 0;
    /* What is there may be the stored spelling of yet another name. */
    return lx_name_decode(names, path + length + 1, plain) == plain ? (long)plain : 0;
}

int lx_name_character(const char *s, size_t n)
{
    uint32_t code;
    return nt_utf8_decode(s, n, &code);
}
