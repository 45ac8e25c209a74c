/* SPDX-License-Identifier: MIT */
/* Checks of names that change what a file says about itself. */
#include <sys/time.h>
#include <sys/xattr.h>
#include <utime.h>

#include "probe.h"

/* Modes and owners */

static int lost_write_bits(const char *name)
{
    struct stat st;
    NEED(stat(in(name), &st));
    return (st.st_mode & 0222) == 0 ? OK : wrong("mode %o", st.st_mode);
}

static int chmod_path(void)
{
    TRY(SYMBOL(int(const char *, mode_t))(in("f:ile"), 0444));
    return lost_write_bits("f:ile");
}

static int chmod_descriptor(void)
{
    int fd = open(in("f:ile"), O_RDONLY);
    NEED(fd);
    TRY(SYMBOL(int(int, mode_t))(fd, 0444));
    return lost_write_bits("f:ile");
}

static int chmod_at(void)
{
    TRY(SYMBOL(int(int, const char *, mode_t, int))(base_fd(), "d:ir/in:ner", 0444, 0));
    return lost_write_bits("d:ir/in:ner");
}

static int chown_path(void)
{
    TRY(SYMBOL(int(const char *, uid_t, gid_t))(in("f:ile"), getuid(), getgid()));
    return OK;
}

static int chown_link(void)
{
    TRY(SYMBOL(int(const char *, uid_t, gid_t))(in("l:ink"), getuid(), getgid()));
    return OK;
}

static int chown_descriptor(void)
{
    int fd = open(in("f:ile"), O_RDONLY);
    NEED(fd);
    TRY(SYMBOL(int(int, uid_t, gid_t))(fd, getuid(), getgid()));
    return OK;
}

static int chown_at(void)
{
    typedef int fn(int, const char *, uid_t, gid_t, int);
    TRY(SYMBOL(fn)(base_fd(), "l:ink", getuid(), getgid(), AT_SYMLINK_NOFOLLOW));
    return OK;
}

/* Times: in 2001, in seconds, which every file system can keep. */

#define THEN 1000000000

static const struct timeval then_us[2] = {{THEN, 0}, {THEN, 0}};
static const struct timespec then_ns[2] = {{THEN, 0}, {THEN, 0}};

static int is_old(const char *name)
{
    struct stat st;
    NEED(lstat(in(name), &st));
    return st.st_mtime == THEN ? OK : wrong("%s has the time %ld", name, (long)st.st_mtime);
}

static int set_utime(void)
{
    struct utimbuf times = {THEN, THEN};
    TRY(SYMBOL(int(const char *, const struct utimbuf *))(in("l:ink"), &times));
    return is_old("f:ile");
}

static int set_utimes(void)
{
    TRY(SYMBOL(int(const char *, const struct timeval *))(in("l:ink"), then_us));
    return is_old("f:ile");
}

static int set_lutimes(void)
{
    TRY(SYMBOL(int(const char *, const struct timeval *))(in("l:ink"), then_us));
    return is_old("l:ink");
}

static int set_futimes(void)
{
    int fd = open(in("f:ile"), O_RDONLY);
    NEED(fd);
    TRY(SYMBOL(int(int, const struct timeval *))(fd, then_us));
    return is_old("f:ile");
}

static int set_futimens(void)
{
    int fd = open(in("f:ile"), O_RDONLY);
    NEED(fd);
    TRY(SYMBOL(int(int, const struct timespec *))(fd, then_ns));
    return is_old("f:ile");
}

static int set_futimesat(void)
{
    TRY(SYMBOL(int(int, const char *, const struct timeval *))(base_fd(), "f:ile", then_us));
    return is_old("f:ile");
}

static int set_utimensat(void)
{
    typedef int fn(int, const char *, const struct timespec *, int);
    TRY(SYMBOL(fn)(base_fd(), "f:ile", then_ns, 0));
    TRY(SYMBOL(fn)(AT_FDCWD, in("dl:ink"), then_ns, AT_SYMLINK_NOFOLLOW));
    SEE(is_old("f:ile"));
    return is_old("dl:ink");
}

/* Sizes */

static int has_size(off_t size)
{
    struct stat st;
    NEED(stat(in("f:ile"), &st));
    return st.st_size == size ? OK : wrong("size %ld", (long)st.st_size);
}

static int truncate_path(void)
{
    TRY(SYMBOL(int(const char *, off_t))(in("l:ink"), 3));
    return has_size(3);
}

static int truncate_descriptor(void)
{
    int fd = open(in("f:ile"), O_RDWR);
    NEED(fd);
    TRY(SYMBOL(int(int, off_t))(fd, 3));
    return has_size(3);
}

static int allocate(void)
{
    int fd = open(in("f:ile"), O_RDWR);
    NEED(fd);
    if (SYMBOL(int(int, int, off_t, off_t))(fd, 0, 0, 4096) < 0)
        return errno == EOPNOTSUPP ? absent("no fallocate in this file system") : errno;
    return has_size(4096);
}

/* Says what is wrong by its result. */
static int reserve(void)
{
    int fd = open(in("f:ile"), O_RDWR);
    NEED(fd);
    int error = SYMBOL(int(int, off_t, off_t))(fd, 0, 4096);
    return error != 0 ? error : has_size(4096);
}

/* Extended attributes */

/* Asked of the file system by a way that no check takes. */
static int no_attributes(void)
{
    return errno == EOPNOTSUPP ? absent("no user attributes in this file system") : errno;
}

static int with_attribute(const char *name)
{
    if (setxattr(in(name), "user.probe", "value", 5, 0) == 0)
        return OK;
    return errno == EOPNOTSUPP ? no_attributes() : wrong("before: %s", strerrorname_np(errno));
}

static int is_value(ssize_t n, const char *value)
{
    TRY(n);
    return n == 5 && memcmp(value, "value", 5) == 0 ? OK : wrong("%zd bytes", n);
}

/* One of the names of a list that may hold others, a security label for instance. */
static int is_listed(ssize_t n, const char *list)
{
    TRY(n);
    for (ssize_t at = 0; at < n; at += (ssize_t)strlen(list + at) + 1)
        if (strcmp(list + at, "user.probe") == 0)
            return OK;
    return wrong("not in a list of %zd bytes", n);
}

typedef ssize_t getxattr_fn(const char *, const char *, void *, size_t);

static int get_attribute(void)
{
    char value[16];
    SEE(with_attribute("f:ile"));
    return is_value(SYMBOL(getxattr_fn)(in("l:ink"), "user.probe", value, sizeof(value)), value);
}

static int lget_attribute(void)
{
    char value[16];
    SEE(with_attribute("f:ile"));
    if (SYMBOL(getxattr_fn)(in("l:ink"), "user.probe", value, sizeof(value)) >= 0)
        return wrong("it followed a symlink");
    return is_value(SYMBOL(getxattr_fn)(in("f:ile"), "user.probe", value, sizeof(value)), value);
}

static int fget_attribute(void)
{
    char value[16];
    typedef ssize_t fn(int, const char *, void *, size_t);
    SEE(with_attribute("f:ile"));
    int fd = open(in("f:ile"), O_RDONLY);
    NEED(fd);
    return is_value(SYMBOL(fn)(fd, "user.probe", value, sizeof(value)), value);
}

static int has_attribute(void)
{
    char value[16];
    return is_value(getxattr(in("f:ile"), "user.probe", value, sizeof(value)), value);
}

typedef int setxattr_fn(const char *, const char *, const void *, size_t, int);

static int set_attribute(void)
{
    if (SYMBOL(setxattr_fn)(in("l:ink"), "user.probe", "value", 5, XATTR_CREATE) < 0)
        return no_attributes();
    return has_attribute();
}

static int lset_attribute(void)
{
    if (SYMBOL(setxattr_fn)(in("f:ile"), "user.probe", "value", 5, XATTR_CREATE) < 0)
        return no_attributes();
    return has_attribute();
}

static int fset_attribute(void)
{
    typedef int fn(int, const char *, const void *, size_t, int);
    int fd = open(in("f:ile"), O_RDONLY);
    NEED(fd);
    if (SYMBOL(fn)(fd, "user.probe", "value", 5, XATTR_CREATE) < 0)
        return no_attributes();
    return has_attribute();
}

static int list_attributes(void)
{
    char list[512];
    SEE(with_attribute("f:ile"));
    return is_listed(SYMBOL(ssize_t(const char *, char *, size_t))(in("f:ile"), list, sizeof(list)),
                     list);
}

static int flist_attributes(void)
{
    char list[512];
    SEE(with_attribute("f:ile"));
    int fd = open(in("f:ile"), O_RDONLY);
    NEED(fd);
    return is_listed(SYMBOL(ssize_t(int, char *, size_t))(fd, list, sizeof(list)), list);
}

static int lost_attribute(void)
{
    char value[16];
    if (getxattr(in("f:ile"), "user.probe", value, sizeof(value)) >= 0)
        return wrong("it is still there");
    return errno == ENODATA ? OK : wrong("%s", strerrorname_np(errno));
}

static int remove_attribute(void)
{
    SEE(with_attribute("f:ile"));
    TRY(SYMBOL(int(const char *, const char *))(in("f:ile"), "user.probe"));
    return lost_attribute();
}

static int fremove_attribute(void)
{
    SEE(with_attribute("f:ile"));
    int fd = open(in("f:ile"), O_RDONLY);
    NEED(fd);
    TRY(SYMBOL(int(int, const char *))(fd, "user.probe"));
    return lost_attribute();
}

const struct check probe_attributes[] = {
    {"chmod", chmod_path},
    {"lchmod", chmod_path},
    {"fchmod", chmod_descriptor},
    {"fchmodat", chmod_at},
    {"chown", chown_path},
    {"lchown", chown_link},
    {"fchown", chown_descriptor},
    {"fchownat", chown_at},
    {"utime", set_utime},
#ifdef __i386__
    {"__utime64", set_utime},
    {"__utimes64", set_utimes},
    {"__lutimes64", set_lutimes},
    {"__futimes64", set_futimes},
    {"__futimens64", set_futimens},
    {"__futimesat64", set_futimesat},
    {"__utimensat64", set_utimensat},
#endif
    {"utimes", set_utimes},
    {"lutimes", set_lutimes},
    {"futimes", set_futimes},
    {"futimens", set_futimens},
    {"futimesat", set_futimesat},
    {"utimensat", set_utimensat},
    {"truncate", truncate_path},
    {"truncate64", truncate_path},
    {"ftruncate", truncate_descriptor},
    {"ftruncate64", truncate_descriptor},
    {"fallocate", allocate},
    {"fallocate64", allocate},
    {"posix_fallocate", reserve},
    {"posix_fallocate64", reserve},
    {"getxattr", get_attribute},
    {"lgetxattr", lget_attribute},
    {"fgetxattr", fget_attribute},
    {"setxattr", set_attribute},
    {"lsetxattr", lset_attribute},
    {"fsetxattr", fset_attribute},
    {"listxattr", list_attributes},
    {"llistxattr", list_attributes},
    {"flistxattr", flist_attributes},
    {"removexattr", remove_attribute},
    {"lremovexattr", remove_attribute},
    {"fremovexattr", fremove_attribute},
    {"syscall:chmod", chmod_path},
    {"syscall:fchmod", chmod_descriptor},
    {"syscall:fchmodat", chmod_at},
    {"syscall:fchmodat2", chmod_at},
    {"syscall:chown", chown_path},
    {"syscall:lchown", chown_link},
    {"syscall:fchown", chown_descriptor},
    {"syscall:fchownat", chown_at},
    {"syscall:utime", set_utime},
    {"syscall:utimes", set_utimes},
    {"syscall:futimesat", set_futimesat},
    {"syscall:utimensat", set_utimensat},
    {"syscall:truncate", truncate_path},
    {"syscall:ftruncate", truncate_descriptor},
    {"syscall:fallocate", allocate},
    {"syscall:getxattr", get_attribute},
    {"syscall:lgetxattr", lget_attribute},
    {"syscall:fgetxattr", fget_attribute},
    {"syscall:setxattr", set_attribute},
    {"syscall:lsetxattr", lset_attribute},
    {"syscall:fsetxattr", fset_attribute},
    {"syscall:listxattr", list_attributes},
    {"syscall:llistxattr", list_attributes},
    {"syscall:flistxattr", flist_attributes},
    {"syscall:removexattr", remove_attribute},
    {"syscall:lremovexattr", remove_attribute},
    {"syscall:fremovexattr", fremove_attribute},
    {NULL, NULL},
};
