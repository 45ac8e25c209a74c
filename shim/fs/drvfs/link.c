/* SPDX-License-Identifier: MIT */
/*
 * What a reparse buffer makes of a file: NT symlinks, junctions and version 1 LX symlinks, which a
 * WSL program sees as symlinks, and AppExecLinks, which it sees as programs of two bytes.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>

#include "fs/drvfs/drvfs.h"
#include "fs/drvfs/granted.h"
#include "fs/drvfs/link.h"
#include "fs/native.h"
#include "nt/bytes.h"
#include "nt/fold.h"
#include "nt/names.h"
#include "nt/reparse.h"
#include "nt/utf16.h"
#include "store/buffers.h"
#include "store/procscan.h"
#include "store/sidecar_attr.h"
#include "sys/fdpath.h"
#include "sys/say.h"
#include "sys/sys.h"

/* A reparse buffer: nearly all are small, and a signal stack is, too. Others are mapped. */
struct buffer {
    uint8_t *at;
    uint8_t small[1024];
};

static bool same_char(char a, char b)
{
    if (a == '/')
        a = '\\';
    return nt_fold_equal(&a, 1, &b, 1);
}

/* What follows a mount's source in an absolute Windows path; NULL where it is not inside. */
static const char *below_source(const char *path, const char *source)
{
    size_t n = strlen(source);
    while (n > 0 && (source[n - 1] == '\\' || source[n - 1] == '/'))
        n--;
    for (size_t i = 0; i < n; i++)
        if (path[i] == '\0' || !same_char(source[i], path[i]))
            return NULL;
    return path[n] == '\0' || path[n] == '\\' ? path + n : NULL;
}

/* The path by which programs see a Windows path: the innermost mount that has it. */
static const char *target_of(const struct lx_policy *policy, const char *path, const char **rest)
{
    const char *target = NULL;
    size_t left = strlen(path) + 1;
    const struct lx_mounts *mounts = lx_mounts(policy);
    const struct lx_mount *m;
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;) {
        const char *below = below_source(path, lx_source(m));
        if (below != NULL && strlen(below) < left && (m->flags & LX_MOUNT_OWN_NAME) == 0) {
            left = strlen(below);
            *rest = below;
            target = lx_target(m);
        }
    }
    return target;
}

/* Backslashes become slashes, and escaped characters themselves. [vendor test
 * DrvFsTestEscapedNames]
 */
static long finish_target(char *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (out[i] == '\\')
            out[i] = '/';
    n = nt_name_unescape(out, n);
    out[n] = '\0';
    return (long)n;
}

/*
 * With symlinkroot= an absolute target is text, whatever is mounted: "\??\C:\x" is <root>c/x, and
 * all else EIO. [openvmm lxutil translate_absolute_target] That the slash may be left out in the
 * option is ours: init always writes it.
 */
static long below_symlinkroot(const char *root, char *out, size_t n, size_t room)
{
    size_t length = strlen(root);
    bool slash = root[length - 1] != '/';
    int letter = n >= 7 ? out[4] | 0x20 : 0;
    if (n < 7 || strncmp(out, "\\??\\", 4) != 0 || letter < 'a' || letter > 'z' || out[5] != ':' ||
        out[6] != '\\' || length + slash + 1 + (n - 6) >= room)
        return -EIO;
    memmove(out + length + slash + 1, out + 6, n - 6 + 1);
    memcpy(out, root, length);
    if (slash)
        out[length++] = '/';
    out[length++] = (char)letter;
    return (long)length + finish_target(out + length, n - 6);
}

/* What a volume's folder is looked up by: large, and not for a signal's stack. */
struct room {
    char native[PATH_MAX];
    char name[2 * PATH_MAX]; /* a source, and a path in it */
    struct lx_source_found found;
};

/* Puts the native path of a link into out. Its length, or -errno. */
static long path_of(const struct store_object *o, char *out, size_t size)
{
    char link[SYS_FD_PATH];
    size_t length = strlen(o->path);
    long n = 0;
    if (o->path[0] != '/') {
        sys_fd_path(o->dfd, link);
        n = sys_readlinkat(AT_FDCWD, o->dfd == AT_FDCWD ? "/proc/self/cwd" : link, out, size);
    }
    if (n < 0 || (size_t)n + 1 + length >= size)
        return n < 0 ? n : -ENAMETOOLONG;
    if (o->path[0] != '/' && length > 0)
        out[n++] = '/';
    memcpy(out + n, o->path, length + 1);
    return n + (long)length;
}

/* The volume whose folder a link is, by what its mount's source and the place in it say; or NULL.
 */
static const struct lx_volume *volume_in(const struct lx_volumes *volumes,
                                         const struct lx_mount *mount, const struct store_object *o,
                                         struct room *room)
{
    const size_t above = mount->backing_length;
    /* Of a directory that is bound somewhere else the root is one in its source. */
    long length = mount->root != 0 ? -EIO : path_of(o, room->native, sizeof(room->native));
    if (length < (long)above)
        return NULL;
    size_t n = strlen(lx_source(mount));
    memcpy(room->name, lx_source(mount), n);
    memcpy(room->name + n, room->native + above, (size_t)length - above + 1);
    return lx_volumes_find(volumes, room->name, &room->found) == 0 && room->found.whole
               ? room->found.volume
               : NULL;
}

/*
 * Where the volume is mounted whose folder a link is, by the newest mount; NULL where that is
 * nowhere. Which volume has the id in the link nobody says: the policy has its folders. [vendor
 * test DrvFsTestFatJunction]
 */
static __attribute__((noinline)) const char *folder_target(const struct lx_policy *policy,
                                                           const struct lx_mount *mount,
                                                           const struct store_object *o)
{
    const struct lx_volumes *volumes = lx_image_volumes(policy->image);
    const struct lx_mount *newest = NULL;
    const struct lx_mount *m;
    struct room *room =
        sys_mmap(NULL, sizeof(*room), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (sys_mmap_failed(room))
        return NULL;
    const struct lx_volume *volume = volumes == NULL ? NULL : volume_in(volumes, mount, o, room);
    for (unsigned i = 0; volume != NULL && (m = lx_mounts_next(lx_mounts(policy), &i)) != NULL;)
        if (m->type != LX_MOUNT_HOST && (m->flags & LX_MOUNT_OWN_NAME) == 0 && m->root == 0 &&
            lx_volumes_find(volumes, lx_source(m), &room->found) == 0 && room->found.whole &&
            room->found.volume == volume && (newest == NULL || newest->number < m->number))
            newest = m;
    sys_munmap(room, sizeof(*room));
    return newest == NULL ? NULL : lx_target(newest);
}

/* True for \??\c:\path, and false for \??\C:\path. */
static bool has_small_letter(const char *target)
{
    return strncmp(target, "\\??\\", 4) == 0 && target[4] >= 'a' && target[4] <= 'z' &&
           target[5] == ':';
}

/*
 * A target in Windows' words as a Linux one. Relative: word for word. Absolute, or from the root of
 * the link's volume: where a mount of the policy shows it. -EIO for everything else: drives that
 * are not mounted, volumes by their ids but in a folder of theirs. [DrvFsTests for volumes; the
 * rest inference]
 */
static long translate(const struct lx_policy *policy, const struct lx_mount *mount,
                      const struct store_object *o, const struct nt_reparse *r, char *out,
                      size_t room)
{
    const char *rest = out;
    const char *target = NULL;
    const char volume[3] = {lx_source(mount)[0], ':', '\0'};
    long n = nt_utf16le_to_utf8(r->substitute.at, r->substitute.n, out, room);
    if (n <= 0)
        return -EIO;
    if (r->relative && out[0] != '\\')
        return finish_target(out, (size_t)n);
    if (!r->relative && has_small_letter(out) &&
        lx_rule(mount, LX_RULE_SYMLINK_SMALL_LETTER) == LX_EIO)
        return -EIO;
    if (!r->relative && mount->symlinkroot != 0)
        return below_symlinkroot(lx_mount_text(mount, mount->symlinkroot), out, (size_t)n, room);
    if (r->relative) {
        target = target_of(policy, volume, &rest);
        rest = out;
    } else if (strncmp(out, "\\??\\UNC\\", 8) == 0) {
        out[6] = '\\'; /* \\server\share */
        target = target_of(policy, out + 6, &rest);
    } else if (strncmp(out, "\\??\\Volume{", 11) == 0 && strchr(out, '}') != NULL) {
        target = folder_target(policy, mount, o);
        rest = strchr(out, '}') + 1;
    } else if (strncmp(out, "\\??\\", 4) == 0) {
        target = target_of(policy, out + 4, &rest);
    }
    size_t left = target == NULL ? 0 : strlen(rest);
    size_t length = target == NULL ? 0 : strlen(target);
    if (target == NULL || length + left >= room)
        return -EIO;
    memmove(out + length, rest, left + 1);
    memcpy(out, target, length);
    return (long)length + finish_target(out + length, left);
}

/* Version 1 of an LX symlink has its target in the file. [vendor test DrvFsTestReparse] */
static long read_target(int dfd, const char *path, char *out, size_t room)
{
    char link[SYS_FD_PATH];
    if (path[0] == '\0')
        sys_fd_path(dfd, link);
    int fd = sys_openat(path[0] == '\0' ? AT_FDCWD : dfd, path[0] == '\0' ? link : path,
                        STORE_PROBE_FLAGS & ~(path[0] == '\0' ? O_NOFOLLOW : 0), 0);
    if (fd < 0)
        return -EIO;
    long n = sys_pread(fd, out, room, 0);
    sys_close(fd);
    if (n <= 0 || (size_t)n >= room)
        return -EIO;
    out[n] = '\0';
    return (long)strlen(out);
}

static long symlink_target(const struct nt_reparse *r, int dfd, const char *path, char *out,
                           size_t room)
{
    if (r->version == 1)
        return read_target(dfd, path, out, room);
    /* Who wrote a NUL behind it did not mean it. */
    size_t n = strnlen((const char *)r->target.at, r->target.n);
    if (n == 0 || n >= room)
        return -EIO;
    memcpy(out, r->target.at, n);
    out[n] = '\0';
    return (long)n;
}

static long read_buffer(const struct store_object *o, const struct stat *st, struct buffer *b)
{
    b->at = b->small;
    long n = store_buffer_get(o, st, b->small, sizeof(b->small));
    if (n != -ERANGE)
        return n;
    void *large =
        sys_mmap(NULL, NT_REPARSE_MAX, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (sys_mmap_failed(large))
        return -ERANGE;
    b->at = large;
    return store_buffer_get(o, st, b->at, NT_REPARSE_MAX);
}

static void free_buffer(struct buffer *b)
{
    if (b->at != b->small)
        sys_munmap(b->at, NT_REPARSE_MAX);
}

/* WSL's own that are no links. */
static bool is_known_file(uint32_t tag)
{
    return tag == NT_TAG_AF_UNIX || tag == NT_TAG_LX_FIFO || tag == NT_TAG_LX_CHR ||
           tag == NT_TAG_LX_BLK;
}

/* What a buffer of n bytes, or of too many (-ERANGE), makes of an object: see read_kind. */
static long kind_of(const struct lx_policy *policy, const struct lx_mount *mount,
                    const struct store_object *o, const uint8_t *buffer, long n,
                    const struct stat *st, enum drvfs_kind *kind, char *out, size_t room)
{
    struct nt_reparse r;
    /* What it leads to is for Windows to know, and the vendor's test leaves it out. */
    if (n >= 8 && nt_get32(buffer) == NT_TAG_APPEXECLINK &&
        lx_rule(mount, LX_RULE_REPARSE_UNKNOWN) == LX_NATIVE) {
        if (S_ISREG(st->st_mode) && st->st_size == 0 &&
            lx_rule(mount, LX_RULE_REPARSE_ALIAS) == LX_ON)
            *kind = DRVFS_ALIAS;
        return 0;
    }
    *kind = DRVFS_LINK;
    if (n < 0 || nt_reparse_decode(buffer, (size_t)n, &r) < 0)
        return -EIO;
    switch (r.tag) {
    case NT_TAG_LX_SYMLINK:
        return symlink_target(&r, o->dfd, o->path, out, room);
    case NT_TAG_SYMLINK:
    case NT_TAG_MOUNT_POINT:
        return lx_rule(mount, LX_RULE_SYMLINK_NT) == LX_EIO
                   ? -EIO
                   : translate(policy, mount, o, &r, out, room);
    default: /* a tag that is no link: WSL shows the file as it is */
        if (is_known_file(r.tag) || lx_rule(mount, LX_RULE_REPARSE_UNKNOWN) != LX_EIO)
            *kind = DRVFS_FILE;
        return *kind == DRVFS_FILE ? 0 : -EIO;
    }
}

/*
 * Reads what dfd/path is. The length of a link's target, -EIO where it cannot be said in Linux'
 * words or the rule wants no look at it, 0 for what is no link; *kind says what it is.
 */
static __attribute__((noinline)) long read_kind(const struct lx_policy *policy,
                                                const struct lx_mount *mount, int dfd,
                                                const char *path, const struct stat *st,
                                                enum drvfs_kind *kind, char *out, size_t room)
{
    const struct store_object o = {lx_backing(mount), dfd, path};
    struct buffer b;
    *kind = DRVFS_FILE;
    if (lx_rule(mount, LX_RULE_SYMLINK_NT) == LX_OFF)
        return 0;
    long n = read_buffer(&o, st, &b);
    if (n >= 0 || n == -ERANGE)
        n = kind_of(policy, mount, &o, b.at, n, st, kind, out, room);
    else
        n = 0;
    free_buffer(&b);
    return n;
}

static __attribute__((noinline)) enum drvfs_kind look(struct lx_call *c,
                                                      const struct lx_mount *mount, int dfd,
                                                      const char *path, const struct stat *st,
                                                      long *length)
{
    char target[PATH_MAX];
    enum drvfs_kind kind;
    long n = read_kind(c->task->policy, mount, dfd, path, st, &kind, target, sizeof(target));
    if (kind == DRVFS_FILE || !lx_alter(c, LX_RULE_SYMLINK_NT))
        return DRVFS_FILE;
    /* Nobody knows how long it is, where it cannot be read. [WSL#3759: lstat shows 0] */
    *length = kind == DRVFS_ALIAS ? DRVFS_ALIAS_SIZE : n < 0 ? 0 : n;
    return kind;
}

enum drvfs_kind drvfs_look_again(struct lx_call *c, const struct lx_mount *mount, int dfd,
                                 const char *path, const struct stat *st, long *length)
{
    enum drvfs_kind kind = look(c, mount, dfd, path, st, length);
    if (kind == DRVFS_LINK && path[0] != '\0')
        store_note_link(dfd, path); /* whoever put it there may not have */
    return kind;
}

int drvfs_fill_alias(int fd)
{
    char link[SYS_FD_PATH];
    struct stat st;
    sys_fd_path(fd, link);
    if (sys_fstat(fd, &st) < 0 || st.st_size != 0)
        return 0;
    int writing = sys_openat(AT_FDCWD, link, O_WRONLY | O_CLOEXEC, 0);
    if (writing < 0)
        return -EIO;
    if (!sys_may_fill(DRVFS_ALIAS_SIZE)) {
        sys_close(writing);
        return -EFBIG;
    }
    const struct timespec times[2] = {st.st_atim, st.st_mtim};
    long n = sys_pwrite(writing, "MZ", DRVFS_ALIAS_SIZE, 0);
    sys_utimensat(writing, NULL, times, 0);
    sys_close(writing);
    return n == DRVFS_ALIAS_SIZE ? 0 : -EIO;
}

enum reparse { REPARSE_NONE, REPARSE_LINK, REPARSE_OTHER }; /* a link of Windows', or no link */

static enum reparse reparse_of(const struct lx_mount *mount, int dir, const char *name)
{
    const struct store_object o = {lx_backing(mount), dir, name};
    struct stat st;
    struct buffer b;
    if (store_object_stat(&o, &st) < 0 || !lx_may_be_link(&st))
        return REPARSE_NONE;
    long n = read_buffer(&o, &st, &b);
    uint32_t tag = n < 8 ? NT_TAG_LX_SYMLINK : nt_get32(b.at);
    free_buffer(&b);
    if (tag == NT_TAG_SYMLINK || tag == NT_TAG_MOUNT_POINT)
        return REPARSE_LINK;
    return tag == NT_TAG_LX_SYMLINK || is_known_file(tag) ? REPARSE_NONE : REPARSE_OTHER;
}

/*
 * True for a link of Windows' whose descriptor does not grant to read where it leads. How long that
 * is lstat says all the same. [WSL#3822]
 */
static bool is_denied(const struct lx_policy *policy, const struct lx_mount *mount, int dfd,
                      const char *path)
{
    const struct store_object o = {lx_backing(mount), dfd, path};
    return lx_rule(mount, LX_RULE_SYMLINK_DENIED) != LX_NATIVE &&
           reparse_of(mount, dfd, path) == REPARSE_LINK && drvfs_denies_link(policy, mount, &o);
}

long drvfs_link_target(const struct lx_policy *policy, const struct lx_mount *mount, int dfd,
                       const char *path, const struct stat *st, char *out, size_t room)
{
    enum drvfs_kind kind;
    long n = read_kind(policy, mount, dfd, path, st, &kind, out, room);
    if (kind != DRVFS_LINK)
        return 0;
    return is_denied(policy, mount, dfd, path) ? -EACCES : n;
}

bool drvfs_is_other_reparse(const struct lx_mount *mount, int dir, const char *name)
{
    return reparse_of(mount, dir, name) == REPARSE_OTHER;
}

bool drvfs_hides_reparse(const struct lx_task *t, const struct lx_mount *mount, int dir,
                         const char *name)
{
    bool others = lx_rule(mount, LX_RULE_REPARSE_UNKNOWN) == LX_EIO;
    bool links = lx_rule(mount, LX_RULE_SYMLINK_NT) == LX_EIO;
    if ((!others && !links) || t->seccomp_confined)
        return false;
    enum reparse kind = reparse_of(mount, dir, name);
    return (others && kind == REPARSE_OTHER) || (links && kind == REPARSE_LINK);
}

static __attribute__((noinline)) long read_foreign(struct lx_call *c)
{
    char target[PATH_MAX];
    struct stat st;
    enum drvfs_kind kind;
    const struct lx_loc *at = &c->at[0];
    if (native_stat(c, 0, &st) < 0 || !lx_may_be_link(&st))
        return -EINVAL;
    const struct lx_policy *policy = c->task->policy;
    long n = read_kind(policy, at->mount, at->dfd, at->path, &st, &kind, target, sizeof(target));
    if (kind != DRVFS_LINK || !lx_alter(c, LX_RULE_SYMLINK_NT))
        return -EINVAL;
    if (is_denied(policy, at->mount, at->dfd, at->path))
        return -EACCES;
    if (n < 0)
        return n;
    if ((size_t)n > c->size)
        n = (long)c->size;
    int r = lx_give(c->task, c->buf, target, (size_t)n);
    return r < 0 ? r : n;
}

long drvfs_readlink(struct lx_call *c)
{
    long n = lx_host_fs.run[LX_OP_READLINK](c);
    /* A descriptor of what is no link for the kernel (readlinkat with no path) is ENOENT. */
    bool other = n == -EINVAL || (n == -ENOENT && (c->at[0].flags & LX_LOC_DESCRIPTOR) != 0);
    if (!other)
        return n;
    long again = read_foreign(c);
    if (again != -EINVAL && c->at[0].path[0] != '\0')
        store_note_link(c->at[0].dfd, c->at[0].path);
    return again == -EINVAL ? n : again;
}
