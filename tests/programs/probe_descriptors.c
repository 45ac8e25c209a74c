/* SPDX-License-Identifier: MIT */
/* Checks of names that make, replace, end or use descriptors, and of those that attach trees. */
#include <sys/fanotify.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/uio.h>

#include "probe.h"

/* glibc declares them from 2.36 on only, and prctl.h not at all. */
#ifndef OPEN_TREE_CLONE
int move_mount(int, const char *, int, const char *, unsigned);
#endif

/*
 * A number that was a directory inside DIR and becomes one outside, by a call that the shim has no
 * part in: what was known of the number must be forgotten, or what is outside is taken for a file
 * of the drive, with its mode.
 */
static int was_inside(void)
{
    int fd = open(in("d:ir"), O_RDONLY | O_DIRECTORY);
    NEED(fd);
    if (reads(openat(fd, "in:ner", O_RDONLY)) != OK)
        _exit(1);
    return fd;
}

static int is_outside(int fd)
{
    struct stat st;
    TRY(fstatat(fd, "plain", &st, 0));
    if ((st.st_mode & 07777) != 0640)
        return wrong("outside there is a file of mode %o", st.st_mode);
    return reads(openat(fd, "o:ut", O_RDONLY));
}

static int far; /* a descriptor of the directory outside */

static int open_far(void)
{
    far = open(outside(), O_RDONLY | O_DIRECTORY);
    NEED(far);
    return OK;
}

/* The number is free again, and the next descriptor gets it. */
static int reused(int fd)
{
    if (fcntl(fd, F_GETFD) >= 0)
        return wrong("it is still open");
    int next = dup(far);
    NEED(next);
    return next == fd ? is_outside(next) : wrong("before: %d for %d", next, fd);
}

static int close_one(void)
{
    SEE(open_far());
    int fd = was_inside();
    TRY(SYMBOL(int(int))(fd));
    return reused(fd);
}

static int close_some(void)
{
    SEE(open_far());
    int fd = was_inside();
    TRY(SYMBOL(int(unsigned, unsigned, int))((unsigned)fd, (unsigned)fd + 1, 0));
    return reused(fd);
}

static int close_from(void)
{
    SEE(open_far());
    int fd = was_inside();
    SYMBOL(void(int))(fd);
    return reused(fd);
}

static int close_file(void)
{
    SEE(open_far());
    int fd = was_inside();
    FILE *stream = fdopen(fd, "r");
    if (stream == NULL)
        return wrong("before: fdopen: %s", strerrorname_np(errno));
    TRY(SYMBOL(int(FILE *))(stream));
    return reused(fd);
}

static int close_stream(void)
{
    SEE(open_far());
    int fd = was_inside();
    DIR *dir = fdopendir(fd);
    if (dir == NULL)
        return wrong("before: fdopendir: %s", strerrorname_np(errno));
    TRY(SYMBOL(int(DIR *))(dir));
    return reused(fd);
}

/* A duplicate is where its original is; and takes the place of what was there. */
static int dup_any(void)
{
    int copy = SYMBOL(int(int))(was_inside());
    TRY(copy);
    return reads(openat(copy, "in:ner", O_RDONLY));
}

static int dup_over(void)
{
    typedef int fn(int, int);
    SEE(open_far());
    int fd = was_inside();
    TRY(SYMBOL(fn)(far, fd));
    SEE(is_outside(fd));
    TRY(SYMBOL(fn)(was_inside(), fd));
    return reads(openat(fd, "in:ner", O_RDONLY));
}

static int dup_over_flags(void)
{
    typedef int fn(int, int, int);
    SEE(open_far());
    int fd = was_inside();
    TRY(SYMBOL(fn)(far, fd, O_CLOEXEC));
    SEE(is_outside(fd));
    TRY(SYMBOL(fn)(was_inside(), fd, 0));
    return reads(openat(fd, "in:ner", O_RDONLY));
}

static int dup_by_fcntl(void)
{
    int copy = SYMBOL(int(int, int, ...))(was_inside(), F_DUPFD, 20);
    TRY(copy);
    return reads(openat(copy, "in:ner", O_RDONLY));
}

/* What needs no name, on a file of the tree */

static int open_both(void)
{
    return open(in("f:ile"), O_RDWR);
}

static int lock_whole(void)
{
    TRY(SYMBOL(int(int, int))(open_both(), LOCK_EX | LOCK_NB));
    return OK;
}

static int lock_part(void)
{
    TRY(SYMBOL(int(int, int, off_t))(open_both(), F_TLOCK, 0));
    return OK;
}

static int ask_by_ioctl(void)
{
    int n = 0;
    TRY(SYMBOL(int(int, unsigned long, ...))(open_both(), FIONREAD, &n));
    return n == 6 ? OK : wrong("%d bytes", n);
}

static int seek_in(void)
{
    off_t at = SYMBOL(off_t(int, off_t, int))(open_both(), 2, SEEK_END);
    TRY(at);
    return at == 8 ? OK : wrong("at %ld", (long)at);
}

static int sync_all(void)
{
    TRY(SYMBOL(int(int))(open_both()));
    return OK;
}

static int sync_part(void)
{
    TRY(SYMBOL(int(int, off_t, off_t, unsigned))(open_both(), 0, 0, SYNC_FILE_RANGE_WRITE));
    return OK;
}

static int set_flags(void)
{
    int fd = open_both();
    TRY(SYMBOL(int(int, int, ...))(fd, F_SETFL, O_APPEND));
    return (fcntl(fd, F_GETFL) & O_APPEND) != 0 ? OK : wrong("it does not append");
}

static int is_hello(ssize_t n, const char *text)
{
    TRY(n);
    return n == 6 && memcmp(text, "hello\n", 6) == 0 ? OK : wrong("%zd bytes", n);
}

/* A file, and the events of a directory in which a file is made: their names are the program's. */

static int watched(int *fd)
{
    *fd = inotify_init1(IN_NONBLOCK);
    if (*fd < 0)
        return absent("no inotify: %s", strerrorname_np(errno));
    TRY(inotify_add_watch(*fd, in("d:ir"), IN_CREATE));
    return make_file(in("d:ir/n:ew"));
}

static int is_event(ssize_t n, const char *block)
{
    TRY(n);
    return same_text(((const struct inotify_event *)(const void *)block)->name, "n:ew");
}

static int read_plainly(void)
{
    char text[16];
    return is_hello(SYMBOL(ssize_t(int, void *, size_t))(open_both(), text, sizeof(text)), text);
}

static int read_all(void)
{
    int fd;
    char block[1024] __attribute__((aligned(8)));
    typedef ssize_t fn(int, void *, size_t);
    ssize_t n = SYMBOL(fn)(open_both(), block, sizeof(block));
    SEE(is_hello(n, block));
    SEE(watched(&fd));
    n = SYMBOL(fn)(fd, block, sizeof(block));
    return is_event(n, block);
}

static int read_chk(void)
{
    int fd;
    char block[1024] __attribute__((aligned(8)));
    typedef ssize_t fn(int, void *, size_t, size_t);
    ssize_t n = SYMBOL(fn)(open_both(), block, sizeof(block), sizeof(block));
    SEE(is_hello(n, block));
    SEE(watched(&fd));
    n = SYMBOL(fn)(fd, block, sizeof(block), sizeof(block));
    return is_event(n, block);
}

static int read_at(void)
{
    char text[16];
    typedef ssize_t fn(int, void *, size_t, off64_t);
    return is_hello(SYMBOL(fn)(open_both(), text, sizeof(text), 0), text);
}

static int read_vector(void)
{
    char text[16];
    struct iovec one = {text, sizeof(text)};
    return is_hello(SYMBOL(ssize_t(int, const struct iovec *, int))(open_both(), &one, 1), text);
}

static int wrote(ssize_t n)
{
    struct stat st;
    TRY(n);
    NEED(stat(in("f:ile"), &st));
    return st.st_size == 8 ? OK : wrong("size %ld", (long)st.st_size);
}

static int write_all(void)
{
    return wrote(SYMBOL(ssize_t(int, const void *, size_t))(open_both(), "goodbye\n", 8));
}

static int write_at(void)
{
    typedef ssize_t fn(int, const void *, size_t, off64_t);
    return wrote(SYMBOL(fn)(open_both(), "goodbye\n", 8, 0));
}

/* An offset is as wide as a register, where the name does not say that it is wider. */
static int read_at_chk(void)
{
    char text[16];
    typedef ssize_t fn(int, void *, size_t, long, size_t);
    return is_hello(SYMBOL(fn)(open_both(), text, sizeof(text), 0, sizeof(text)), text);
}

static int read_at_chk_far(void)
{
    char text[16];
    typedef ssize_t fn(int, void *, size_t, off64_t, size_t);
    return is_hello(SYMBOL(fn)(open_both(), text, sizeof(text), 0, sizeof(text)), text);
}

/* Of a narrower one, that is 0, the rest is flags that are none. */
static int read_vector_at(void)
{
    char text[16];
    struct iovec one = {text, sizeof(text)};
    typedef ssize_t fn(int, const struct iovec *, int, off64_t);
    return is_hello(SYMBOL(fn)(open_both(), &one, 1, 0), text);
}

static int read_vector_flags(void)
{
    char text[16];
    struct iovec one = {text, sizeof(text)};
    typedef ssize_t fn(int, const struct iovec *, int, off64_t, int);
    return is_hello(SYMBOL(fn)(open_both(), &one, 1, 0, 0), text);
}

static int write_vector_at(void)
{
    char text[] = "goodbye\n";
    struct iovec one = {text, 8};
    typedef ssize_t fn(int, const struct iovec *, int, off64_t);
    return wrote(SYMBOL(fn)(open_both(), &one, 1, 0));
}

static int write_vector_flags(void)
{
    char text[] = "goodbye\n";
    struct iovec one = {text, 8};
    typedef ssize_t fn(int, const struct iovec *, int, off64_t, int);
    return wrote(SYMBOL(fn)(open_both(), &one, 1, 0, 0));
}

static int send_file(void)
{
    typedef ssize_t fn(int, int, off_t *, size_t);
    int to = open(in("n:ew"), O_RDWR | O_CREAT, 0644);
    NEED(to);
    TRY(SYMBOL(fn)(to, open_both(), NULL, 6));
    NEED(lseek(to, 0, SEEK_SET));
    return reads(to);
}

static int write_vector(void)
{
    char text[] = "goodbye\n";
    struct iovec one = {text, 8};
    return wrote(SYMBOL(ssize_t(int, const struct iovec *, int))(open_both(), &one, 1));
}

static int map_file(void)
{
    typedef void *fn(void *, size_t, int, int, int, off_t);
    char *text = SYMBOL(fn)(NULL, 6, PROT_READ, MAP_PRIVATE, open_both(), 0);
    return text == MAP_FAILED ? errno : is_hello(6, text);
}

static int copy_range(void)
{
    typedef ssize_t fn(int, off_t *, int, off_t *, size_t, unsigned);
    int to = open(in("n:ew"), O_RDWR | O_CREAT, 0644);
    NEED(to);
    ssize_t n = SYMBOL(fn)(open_both(), NULL, to, NULL, 6, 0);
    if (n < 0 && (errno == EOPNOTSUPP || errno == EXDEV))
        return absent("no copy_file_range in this file system");
    TRY(n);
    NEED(lseek(to, 0, SEEK_SET));
    return reads(to);
}

/* By prctl a program may confine itself; all else it asks is passed on. */
static int ask_by_prctl(void)
{
    char name[16] = "";
    TRY(SYMBOL(int(int, ...))(PR_SET_NAME, "pr:obe", 0, 0, 0));
    TRY(SYMBOL(int(int, ...))(PR_GET_NAME, name, 0, 0, 0));
    return same_text(name, "pr:obe");
}

/* Trees. Whether they may be attached is not the question, but whether the name is found. */

/* Root gets as far as "no mount point" or "the root's own", others as far as "not you". */
static int found(int r)
{
    return r == 0 || errno == EINVAL || errno == EBUSY || errno == EPERM ? OK : errno;
}

static int change_root(void)
{
    return found(SYMBOL(int(const char *))(in("d:ir")));
}

static int pivot(void)
{
    return found(SYMBOL(int(const char *, const char *))(in("d:ir"), in("d:ir")));
}

static int mount_tree(void)
{
    typedef int fn(const char *, const char *, const char *, unsigned long, const void *);
    return found(SYMBOL(fn)("none", in("d:ir"), NULL, 0, NULL));
}

static int unmount(void)
{
    return found(SYMBOL(int(const char *, int))(in("d:ir"), MNT_DETACH));
}

static int open_tree_of(void)
{
    int fd = SYMBOL(int(int, const char *, unsigned))(AT_FDCWD, in("d:ir"), 0);
    if (fd < 0 && errno == ENOSYS)
        return absent("no open_tree in this kernel");
    TRY(fd);
    return reads(openat(fd, "in:ner", O_RDONLY));
}

static int open_tree_attr_of(void)
{
    typedef int fn(int, const char *, unsigned, void *, size_t);
    int fd = SYMBOL(fn)(AT_FDCWD, in("d:ir"), 0, NULL, 0);
    if (fd < 0 && errno == ENOSYS)
        return absent("no open_tree_attr in this kernel");
    TRY(fd);
    return reads(openat(fd, "in:ner", O_RDONLY));
}

static int move_tree(void)
{
    typedef int fn(int, const char *, int, const char *, unsigned);
    int r = SYMBOL(fn)(AT_FDCWD, in("d:ir"), AT_FDCWD, in("d:ir"), 0);
    if (r < 0 && errno == ENOSYS)
        return absent("no move_mount in this kernel");
    return found(r);
}

static int unmount_plainly(void)
{
    return found(SYMBOL(int(const char *))(in("d:ir")));
}

/* Contexts of a file system: whether there may be one is not the question, either. */
static int context(void)
{
    int fd = SYMBOL(int(const char *, unsigned))("tmpfs", 1);
    if (fd < 0 && errno == ENOSYS)
        return absent("no fsopen in this kernel");
    return fd >= 0 ? OK : found(fd);
}

static int no_context(void)
{
    typedef int fn(int, unsigned, unsigned, const void *, int);
    int r = SYMBOL(fn)(-1, 0, 0, NULL, 0);
    return r < 0 && (errno == EBADF || errno == EPERM || errno == EINVAL) ? OK : WRONG;
}

static int pick(void)
{
    int fd = SYMBOL(int(int, const char *, unsigned))(AT_FDCWD, in("d:ir"), 1);
    if (fd < 0 && errno == ENOSYS)
        return absent("no fspick in this kernel");
    return fd >= 0 ? OK : found(fd);
}

static int set_attributes(void)
{
    typedef int fn(int, const char *, unsigned, void *, size_t);
    uint64_t none[4] = {0};
    int r = SYMBOL(fn)(AT_FDCWD, in("d:ir"), 0, none, sizeof(none));
    if (r < 0 && errno == ENOSYS)
        return absent("no mount_setattr in this kernel");
    return found(r);
}

/* Of a mount that is nowhere: what is asked for, and what is in it. */
static int ask_nowhere(uint64_t what)
{
    const uint64_t nowhere[3] = {24, UINT64_C(1) << 60, what};
    uint64_t answer[512];
    typedef int fn(const void *, void *, size_t, unsigned);
    int r = SYMBOL(fn)(nowhere, answer, 512, 0);
    if (r < 0 && errno == ENOSYS)
        return absent("no statmount and no listmount in this kernel");
    return r < 0 && (errno == ENOENT || errno == EPERM) ? OK : WRONG;
}

static int tell_mount(void)
{
    return ask_nowhere(1);
}

static int list_mounts(void)
{
    return ask_nowhere(0);
}

/* Of namespaces nothing is left, or no namespace is one. */
static int leave_nothing(void)
{
    TRY(SYMBOL(int(int))(0));
    return OK;
}

static int go_nowhere(void)
{
    int r = SYMBOL(int(int, int))(-1, 0);
    return r < 0 && errno == EBADF ? OK : WRONG;
}

static int mark(void)
{
    typedef int fn(int, unsigned, uint64_t, int, const char *);
    int group = fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_FID, O_RDONLY);
    if (group < 0)
        return absent("no fanotify for this user: %s", strerrorname_np(errno));
    int r = SYMBOL(fn)(group, FAN_MARK_ADD, FAN_MODIFY, AT_FDCWD, in("f:ile"));
    if (r < 0 && (errno == EOPNOTSUPP || errno == ENODEV || errno == EXDEV))
        return absent("no fanotify in this file system: %s", strerrorname_np(errno));
    TRY(r);
    return OK;
}

const struct check probe_descriptors[] = {
    {"close", close_one},
    {"close_range", close_some},
    {"closefrom", close_from},
    {"fclose", close_file},
    {"_IO_fclose", close_file},
    {"closedir", close_stream},
    {"dup", dup_any},
    {"dup2", dup_over},
    {"__dup2", dup_over},
    {"dup3", dup_over_flags},
    {"fcntl", dup_by_fcntl},
    {"fcntl64", dup_by_fcntl},
#ifdef __i386__
    {"__fcntl_time64", dup_by_fcntl},
    {"__ioctl_time64", ask_by_ioctl},
    {"__prctl_time64", ask_by_prctl},
#endif
    {"flock", lock_whole},
    {"lockf", lock_part},
    {"lockf64", lock_part},
    {"ioctl", ask_by_ioctl},
    {"syscall:ioctl", ask_by_ioctl},
    {"syscall:fcntl", set_flags},
    {"lseek", seek_in},
    {"lseek64", seek_in},
    {"syscall:lseek", seek_in},
    {"fsync", sync_all},
    {"fdatasync", sync_all},
    {"syscall:fsync", sync_all},
    {"syscall:fdatasync", sync_all},
    {"sync_file_range", sync_part},
    {"syscall:sync_file_range", sync_part},
    {"read", read_all},
    {"__read_chk", read_chk},
    {"pread", read_at},
    {"pread64", read_at},
    {"__pread_chk", read_at_chk},
    {"__pread64_chk", read_at_chk_far},
    {"preadv", read_vector_at},
    {"preadv64", read_vector_at},
    {"preadv2", read_vector_flags},
    {"preadv64v2", read_vector_flags},
    {"syscall:read", read_plainly},
    {"syscall:write", write_all},
    {"syscall:readv", read_vector},
    {"syscall:writev", write_vector},
    {"pwrite64", write_at},
    {"pwritev", write_vector_at},
    {"pwritev64", write_vector_at},
    {"pwritev2", write_vector_flags},
    {"pwritev64v2", write_vector_flags},
    {"sendfile", send_file},
    {"sendfile64", send_file},
    {"readv", read_vector},
    {"write", write_all},
    {"pwrite", write_at},
    {"writev", write_vector},
    {"mmap", map_file},
    {"copy_file_range", copy_range},
    {"syscall:copy_file_range", copy_range},
    {"prctl", ask_by_prctl},
    {"chroot", change_root},
    {"pivot_root", pivot},
    {"mount", mount_tree},
    {"umount2", unmount},
    {"open_tree", open_tree_of},
    {"move_mount", move_tree},
    {"umount", unmount_plainly},
    {"fsopen", context},
    {"fsconfig", no_context},
    {"fsmount", no_context},
    {"fspick", pick},
    {"mount_setattr", set_attributes},
    {"unshare", leave_nothing},
    {"setns", go_nowhere},
    {"fanotify_mark", mark},
    {"syscall:mount", mount_tree},
    {"syscall:umount2", unmount},
    {"syscall:open_tree", open_tree_of},
    {"syscall:open_tree_attr", open_tree_attr_of},
    {"syscall:move_mount", move_tree},
    {"syscall:fsopen", context},
    {"syscall:fsconfig", no_context},
    {"syscall:fsmount", no_context},
    {"syscall:fspick", pick},
    {"syscall:mount_setattr", set_attributes},
    {"syscall:statmount", tell_mount},
    {"syscall:listmount", list_mounts},
    {"syscall:close", close_one},
    {"syscall:close_range", close_some},
    {"syscall:dup2", dup_over},
    {"syscall:dup3", dup_over_flags},
    {"syscall:prctl", ask_by_prctl},
    {NULL, NULL},
};
