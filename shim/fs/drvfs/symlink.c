/* SPDX-License-Identifier: MIT */
/* symlink on a Windows drive: an LX link, or one that Windows follows. */
#include <string.h>

#include "fs/drvfs/drvfs.h"
#include "fs/drvfs/granted.h"
#include "fs/drvfs/link.h"
#include "fs/drvfs/make.h"
#include "fs/drvfs/object.h"
#include "fs/native.h"
#include "fs/refusal.h"
#include "nt/attributes.h"
#include "nt/dosattrib.h"
#include "nt/names.h"
#include "nt/reparse.h"
#include "nt/utf16.h"
#include "sys/fdpath.h"
#include "sys/sys.h"

/* A target that is longer in UTF-16 makes an LX link: the buffer has to be read again. */
#define TEXT_ROOM   1536
#define BUFFER_ROOM 4096

/* As many links as the kernel follows for one path. */
#define LINKS_MAX 40

/* What a target has at its end, as far as Windows could follow it. */
enum end { NOWHERE = 0, A_FILE, A_DIRECTORY };

/* How far the way of a target has been gone. */
struct way {
    const struct lx_call *c;
    const struct lx_mount *mount;
    struct stat root; /* of the mount */
    struct stat st;   /* of what fd is open on, by O_PATH */
    int fd;
    int dir;   /* the directory that was found in, or -1 */
    bool link; /* which is a link that Windows made */
    bool through;
};

static bool same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Looks for a name that is not there by another spelling; -ENOENT or a descriptor. */
static __attribute__((noinline)) int open_other(const struct way *w, const char *name, size_t n)
{
    char dir[PATH_MAX];
    char other[NT_NAME_BYTES + 1];
    char link[SYS_FD_PATH];
    sys_fd_path(w->fd, link);
    long length = sys_readlinkat(AT_FDCWD, link, dir, sizeof(dir) - 1);
    if (length <= 0)
        return -ENOENT;
    dir[length] = '\0';
    if (drvfs_search(w->mount, dir, same(&w->st, &w->root), name, n, other, sizeof(other), false) <=
        0)
        return -ENOENT;
    return sys_openat(w->fd, other, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
}

static int open_component(const struct way *w, const char *name, size_t n)
{
    char spelled[NT_NAME_BYTES + 1];
    long length = nt_name_escape(name, n, spelled, sizeof(spelled));
    if (length < 0)
        return -ENOENT;
    int fd = sys_openat(w->fd, spelled, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
    return fd == -ENOENT ? open_other(w, spelled, (size_t)length) : fd;
}

/* One component further; false where that is no way for Windows, or out of the mount. */
static bool step(struct way *w, const char *name, size_t n)
{
    char target[PATH_MAX];
    bool up = n == 2 && memcmp(name, "..", 2) == 0;
    if ((w->link && !w->through) || !S_ISDIR(w->st.st_mode) || (up && same(&w->st, &w->root)))
        return false;
    int fd = up ? sys_openat(w->fd, "..", O_PATH | O_CLOEXEC, 0) : open_component(w, name, n);
    if (fd < 0)
        return false;
    if (w->dir >= 0)
        sys_close(w->dir);
    w->dir = w->fd;
    w->fd = fd;
    if (sys_fstat(fd, &w->st) < 0 || w->st.st_dev != w->root.st_dev || S_ISLNK(w->st.st_mode))
        return false;
    w->link = lx_may_be_link(&w->st) && drvfs_link_target(w->c->task->policy, w->mount, fd, "",
                                                          &w->st, target, sizeof(target)) != 0;
    return true;
}

/* The directory that a link is made in. */
static int open_parent(const struct lx_loc *at)
{
    char dir[PATH_MAX];
    const char *slash = strrchr(at->path, '/');
    size_t n = slash == NULL ? 0 : slash == at->path ? 1 : (size_t)(slash - at->path);
    memcpy(dir, n == 0 ? "." : at->path, n == 0 ? 1 : n);
    dir[n == 0 ? 1 : n] = '\0';
    return sys_openat(at->dfd, dir, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
}

/* Takes "." and "name/.." out of a target, as Windows does before it opens anything. */
static void collapse(char *target)
{
    size_t kept = 0;
    size_t fixed = 0; /* of that, "../" that nothing takes back */
    for (const char *from = target; *from != '\0';) {
        size_t n = strcspn(from, "/");
        bool up = n == 2 && memcmp(from, "..", 2) == 0;
        bool more = from[n] == '/';
        if (up && kept > fixed) {
            for (kept--; kept > fixed && target[kept - 1] != '/';)
                kept--;
        } else if (n > 0 && !(n == 1 && from[0] == '.')) {
            memmove(target + kept, from, n);
            kept += n;
            if (more)
                target[kept++] = '/';
            if (up)
                fixed = kept;
        }
        from += n + more;
    }
    target[kept] = '\0';
}

/*
 * The link that was come to is followed: from its own directory, or the mount's root, by what its
 * target says before what is left.
 */
static bool put_target(struct way *w, char rest[PATH_MAX], size_t gone)
{
    char target[PATH_MAX];
    long n =
        drvfs_link_target(w->c->task->policy, w->mount, w->fd, "", &w->st, target, sizeof(target));
    size_t left = strlen(rest + gone);
    const char *tail = target;
    if (n <= 0)
        return false;
    if (target[0] == '/') {
        size_t root = w->mount->target_length;
        if (strncmp(target, lx_target(w->mount), root) != 0 ||
            (target[root] != '/' && target[root] != '\0'))
            return false;
        tail += root;
        sys_close(w->dir);
        w->dir = sys_openat(AT_FDCWD, lx_backing(w->mount), O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    }
    size_t length = strlen(tail);
    sys_close(w->fd);
    w->fd = w->dir;
    w->dir = -1;
    w->link = false;
    if (w->fd < 0 || sys_fstat(w->fd, &w->st) < 0 || length + 1 + left >= PATH_MAX)
        return false;
    memmove(rest + length + 1, rest + gone, left + 1);
    memcpy(rest, tail, length);
    rest[length] = '/';
    return true;
}

/*
 * Where a relative target leads: every component has to be there, on this mount, and none but the
 * last a link, which must be of Windows' own kind; or, by the rule's other value, they may all be
 * such links, and lead somewhere. [vendor test DrvFsTestSymlink; RN:17046; openvmm lxutil
 * determine_symlink_type] That the latter collapses "name/.." by its text is inference.
 */
static __attribute__((noinline)) enum end end_of(const struct lx_call *c, const char *target)
{
    const struct lx_loc *at = &c->at[0];
    char rest[PATH_MAX];
    unsigned links = 0;
    size_t n = strlen(target);
    struct way w = {.c = c, .mount = at->mount, .fd = open_parent(at), .dir = -1};
    bool good = n < sizeof(rest) && w.fd >= 0 &&
                sys_fstatat(AT_FDCWD, lx_backing(at->mount), &w.root, 0) == 0 &&
                sys_fstat(w.fd, &w.st) == 0;
    w.through = lx_rule(at->mount, LX_RULE_SYMLINK_CREATE) == LX_NT_THROUGH_LINKS;
    if (good) {
        memcpy(rest, target, n + 1);
        if (w.through)
            collapse(rest);
    }
    for (size_t gone = 0; good && rest[gone] != '\0';) {
        n = strcspn(rest + gone, "/");
        if (n > 0 && !(n == 1 && rest[gone] == '.'))
            good = step(&w, rest + gone, n);
        gone += n;
        if (good && w.link && w.through) {
            good = ++links <= LINKS_MAX && put_target(&w, rest, gone);
            gone = 0;
        }
        gone += strspn(rest + gone, "/");
    }
    enum end end = !good ? NOWHERE : S_ISDIR(w.st.st_mode) ? A_DIRECTORY : A_FILE;
    if (w.fd >= 0)
        sys_close(w.fd);
    if (w.dir >= 0)
        sys_close(w.dir);
    return end;
}

/* The buffer of a relative link; its size, or -errno where it has no room. */
static __attribute__((noinline)) long encode(const char *target, uint8_t buffer[BUFFER_ROOM])
{
    char name[TEXT_ROOM];
    uint8_t text[TEXT_ROOM];
    long n = nt_name_escape(target, strlen(target), name, sizeof(name));
    for (long i = 0; i < n; i++)
        if (name[i] == '/')
            name[i] = '\\';
    if (n >= 0)
        n = nt_utf8_to_utf16le(name, (size_t)n, text, sizeof(text));
    if (n < 0)
        return n;
    const struct nt_bytes bytes = {text, (size_t)n};
    const struct nt_reparse r = {
        .tag = NT_TAG_SYMLINK, .substitute = bytes, .print = bytes, .relative = true};
    return nt_reparse_encode(&r, buffer, BUFFER_ROOM);
}

/* Makes an empty file or directory a link. */
static int set_link(const struct lx_loc *at, mode_t mode, bool directory, const uint8_t *buffer,
                    size_t size)
{
    uint8_t facts[NT_DOSATTRIB_SIZE];
    const struct nt_dosattrib d = {.valid = NT_HAS_ATTRIBUTES,
                                   .attributes =
                                       NT_REPARSE_POINT | (directory ? NT_DIRECTORY : NT_ARCHIVE)};
    const struct store_object o = drvfs_object(at);
    long r = store_attr_set(&o, STORE_REPARSE, buffer, size);
    if (r == 0)
        r = store_attr_set(&o, STORE_DOSATTRIB, facts, nt_dosattrib_encode(&d, facts));
    if (r == 0)
        r = sys_fchmodat(at->dfd, at->path, mode | STORE_MARK);
    return (int)r;
}

/*
 * A link that Windows follows. 0, -errno, or LX_EWALK (which no call here answers with) where only
 * an LX link can be made. As in NTFS it is an empty file for a moment.
 */
static __attribute__((noinline)) int make_nt_link(const struct lx_call *c)
{
    uint8_t buffer[BUFFER_ROOM];
    const struct lx_loc *at = &c->at[0];
    enum end end = end_of(c, c->name);
    long size = end == NOWHERE ? -ENOENT : encode(c->name, buffer);
    int r;
    if (size < 0)
        return LX_EWALK;
    if (end == A_DIRECTORY) {
        r = sys_mkdirat(at->dfd, at->path, DRVFS_WRITABLE);
    } else {
        r = sys_openat(at->dfd, at->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, DRVFS_WRITABLE);
        if (r >= 0)
            r = sys_close(r);
    }
    if (r < 0)
        return r;
    r = set_link(at, DRVFS_WRITABLE, end == A_DIRECTORY, buffer, (size_t)size);
    if (r == 0) {
        store_note_link(at->dfd, at->path);
        return 0;
    }
    sys_unlinkat(at->dfd, at->path, end == A_DIRECTORY ? AT_REMOVEDIR : 0);
    return LX_EWALK;
}

/* True where Windows could follow a target, by its text alone. */
static bool may_be_followed(const struct lx_call *c)
{
    const char *target = c->name;
    bool drive = target[0] != '\0' && target[1] == ':' &&
                 ((target[0] | 0x20) >= 'a' && (target[0] | 0x20) <= 'z');
    return c->task->policy->may_link && target[0] != '\0' && target[0] != '/' && !drive;
}

/* The name is a directory's. */
static int over_directory(struct lx_call *c)
{
    struct stat st;
    if (lx_rule(c->at[0].mount, LX_RULE_SYMLINK_OVER_DIRECTORY) == LX_NATIVE ||
        native_stat(c, 0, &st) < 0 || !S_ISDIR(st.st_mode))
        return -EEXIST;
    int r = lx_deny(c, LX_RULE_SYMLINK_OVER_DIRECTORY, EINVAL);
    return r < 0 ? r : -EEXIST;
}

static int make_link(struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    enum lx_value kind = lx_rule(at->mount, LX_RULE_SYMLINK_CREATE);
    if ((kind == LX_NT_IF_POSSIBLE || kind == LX_NT_THROUGH_LINKS) && lx_has_text(c, c->name) &&
        may_be_followed(c) && lx_alter(c, LX_RULE_SYMLINK_CREATE)) {
        int r = make_nt_link(c);
        if (r != LX_EWALK)
            return r;
        lx_ruleset_remove(&c->altered, LX_RULE_SYMLINK_CREATE);
    }
    /* An LX symlink is opaque bytes: the target is stored as it is. [seed: DrvFs] */
    return sys_symlinkat(c->name, at->dfd, at->path);
}

long drvfs_symlink(struct lx_call *c)
{
    int r = lx_forbid_by(c, c->at[0].mount, LX_RULE_SYMLINK_CREATE);
    if (r == 0)
        r = drvfs_check_new_entry(c, &c->at[0]);
    if (r == 0)
        r = drvfs_demand_of_parent(c, 0, NT_WRITE_DATA);
    if (r == 0)
        r = make_link(c);
    return r == -EEXIST ? over_directory(c) : r;
}
