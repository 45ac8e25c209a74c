/* SPDX-License-Identifier: MIT */
/*
 * rights PATH...: one line of each path, with what is refused of it: its mode, opens by every kind
 * of flags (r, w, rw, a for O_WRONLY | O_APPEND, rt for O_RDONLY | O_TRUNC, n for neither reading
 * nor writing, p for O_PATH), access(2) as the real and as the effective user, and changes that
 * leave it as it is, but for its times. A call that is not refused is not told.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static void tell(const char *call, long r)
{
    if (r < 0 && !(errno == ENODATA || errno == EOPNOTSUPP))
        printf(" %s=%s", call,
               errno == EACCES  ? "EACCES"
               : errno == EPERM ? "EPERM"
                                : strerror(errno));
}

static void opens(const char *path, int is_directory)
{
    static const struct {
        const char *word;
        int flags;
    } ways[] = {
        {"r", O_RDONLY},
        {"w", O_WRONLY},
        {"rw", O_RDWR},
        {"a", O_WRONLY | O_APPEND},
        {"rt", O_RDONLY | O_TRUNC},
        {"n", O_ACCMODE},
        {"p", O_PATH},
    };
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        if (is_directory && ways[i].flags != O_RDONLY && ways[i].flags != O_PATH)
            continue;
        int fd = open(path, ways[i].flags | O_CLOEXEC);
        tell(ways[i].word, fd);
        if (fd >= 0)
            close(fd);
    }
}

static void accesses(const char *path)
{
    const char letters[] = "rwx";
    const int modes[] = {R_OK, W_OK, X_OK};
    char real[4] = "---";
    char effective[4] = "---";
    for (int i = 0; i < 3; i++) {
        if (access(path, modes[i]) == 0)
            real[i] = letters[i];
        if (faccessat(AT_FDCWD, path, modes[i], AT_EACCESS) == 0)
            effective[i] = letters[i];
    }
    printf(" access=%s", real);
    if (strcmp(real, effective) != 0)
        printf(" eaccess=%s", effective);
}

static void changes(const char *path, const struct stat *st)
{
    char value[1];
    const struct timespec times[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    tell("chmod", chmod(path, st->st_mode & 0777));
    tell("touch", utimensat(AT_FDCWD, path, NULL, 0));
    tell("utimes", utimensat(AT_FDCWD, path, times, 0));
    if (S_ISREG(st->st_mode))
        tell("truncate", truncate(path, st->st_size));
    tell("setxattr", setxattr(path, "user.rights", "", 0, 0));
    tell("getxattr", getxattr(path, "user.other", value, sizeof(value)));
    tell("listxattr", listxattr(path, NULL, 0));
    tell("removexattr", removexattr(path, "user.rights"));
}

int main(int argc, char **argv)
{
    struct stat st;
    for (int i = 1; i < argc; i++) {
        printf("%s", argv[i]);
        int r = lstat(argv[i], &st);
        if (r == 0)
            printf(" %04o", st.st_mode & 07777);
        tell("stat", r);
        opens(argv[i], r == 0 && S_ISDIR(st.st_mode));
        accesses(argv[i]);
        if (r == 0)
            changes(argv[i], &st);
        puts("");
    }
    return 0;
}
