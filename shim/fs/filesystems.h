/* SPDX-License-Identifier: MIT */
/*
 * The registry of file systems, and what each of them has to answer. vfs knows a file system by
 * this alone; a new one is a line in filesystems.def, a table of operations and a name codec.
 *
 * Whatever is called here may run in a signal handler, in a vfork child, on a stack of a few pages,
 * in several threads at once: it neither allocates nor locks, and calls the kernel by shim/sys
 * alone.
 */
#ifndef LXSHIM_FS_FILESYSTEMS_H
#define LXSHIM_FS_FILESYSTEMS_H

#include "fs/call.h"
#include "fs/names.h"
#include "fs/rules.h"
#include "store/object.h"

struct sysinfo;
struct utsname;
struct lines_words;

/*
 * One operation. Gets a call whose paths are located: c->at[i] says mount, descriptor and native
 * path of each, and the last one's mount is of this file system (NULL for the host's). Answers as
 * the system call does, with -errno for a failure; -LX_EWALK where only a walk can tell where a
 * path leads; -LX_ESCRIPT for an exec of a script that its caller has to run. The rules that speak
 * are noted in the call.
 *
 * It may assume that two paths are on one mount (the host's also gets those on two, which the rules
 * let pass), and that the mount may be written where the operation CHANGES something; that the last
 * component is no symlink to be followed, but for operations that PROBE, which find out themselves
 * (see ops.def), and under a seccomp filter of the program's, where it may make no call but the one
 * that was asked for. It may not assume that addresses of the program's can be read or written:
 * lx_has_text, lx_give.
 */
typedef long lx_fs_op(struct lx_call *c);

/*
 * The native spelling of a component is not in directory `dir`, an absolute native path inside the
 * mount (`root`: its root). Finds an entry that is the same name by another spelling or case,
 * writes its name to out (`room` bytes, NUL-terminated) and returns its length in bytes; 0 where
 * there is none; -errno where it cannot be looked for, which the walk takes for none. `name`: as
 * `encode` wrote it, n bytes and a NUL. `removes`: whether the entry that has it is to be removed,
 * renamed, replaced or written, so that it must be the one that is meant.
 */
typedef long lx_fs_search(const struct lx_mount *mount, const char *dir, bool root,
                          const char *name, size_t n, char *out, size_t room, bool removes);

/*
 * True where a file may be a link that the kernel knows nothing of: it has the mark, or it is
 * empty, as those are that another program stored. (Samba stores none on directories.)
 */
static inline bool lx_may_be_link(const struct stat *st)
{
    if (store_marked(st))
        return S_ISREG(st->st_mode) || S_ISDIR(st->st_mode);
    return S_ISREG(st->st_mode) && st->st_size == 0;
}

/*
 * The target of a link that is none for the kernel, at dfd/path (an empty path: what dfd is open
 * on) with its lstat, for which lx_may_be_link: its length in bytes, without a NUL in `out` where
 * `room` is filled; 0 where it is no link; -EIO where it leads nowhere that Linux knows.
 */
typedef long lx_fs_link(const struct lx_policy *policy, const struct lx_mount *mount, int dfd,
                        const char *path, const struct stat *st, char *out, size_t room);

/*
 * True where an entry, at an absolute native path, is not to be found by its name, whatever the
 * kernel has there: what waits to be deleted, what the file system keeps for itself. Asked of names
 * that are LX_NAME_CONCEALED alone, and not in observe mode. `root`: it is in the mount's root.
 */
typedef bool lx_fs_conceals(const struct lx_mount *mount, const char *path, bool root);

/*
 * True where a path of n bytes, or a name, has a component by which there may be a directory that
 * cannot be entered: then all paths there are walked. Asked of mounts that are lx_guarded. Pure.
 */
typedef bool lx_fs_guards(const char *path, size_t n);

/* How far an absolute native path is in a directory that cannot be entered. */
enum lx_bar {
    LX_BAR_NONE,
    LX_BAR_HERE, /* it is that directory */
    LX_BAR_BELOW /* it is in it, if it is there at all */
};

/* Tells that of a path for which lx_fs_guards. */
typedef enum lx_bar lx_fs_bars(const struct lx_mount *mount, const char *path);

/* What a call at a bar is answered with: -errno, having noted the rule, or 0 in observe mode. */
typedef int lx_fs_barred(struct lx_call *c, const struct lx_mount *mount);

/*
 * False where a directory may have an entry that is the last component of a location by another
 * case: spares the walk what is missing, or about to be made, and alone of its name. Asked on
 * mounts that fold alone. The location was not walked to, and has no stored character; what the
 * look at its directory shows beside goes to its flags (LX_LOC_FREE and those after it).
 */
typedef bool lx_fs_unique(const struct lx_call *c, struct lx_loc *at);

/*
 * Turns the name of an entry, just read from directory `dir` (`root`: the mount's root), into what
 * a program sees, in place: it never grows. False where the program must not see it. May remove for
 * good what was waiting for its last handle. Asked of names that are lx_name_suspect alone; in
 * observe mode as well, where a name stays as it is, but what is the file system's own is not
 * shown.
 */
typedef bool lx_fs_listed(const struct lx_task *task, const struct lx_mount *mount, int dir,
                          bool root, char *name);

/*
 * The type (DT_*) of an entry of directory `dir`, which is `type` for the kernel, or LX_UNLISTED
 * for what no program sees, whatever its name says. Asked in directories that are noted to have
 * what the kernel knows nothing of (store_note_link) alone, and not in observe mode.
 */
typedef unsigned char lx_fs_entry(const struct lx_mount *mount, int dir, const char *name,
                                  unsigned char type);
#define LX_UNLISTED 0xFF

/* Hears that a mount of it has come to be, with the native path of the directory that holds it. */
typedef void lx_fs_mounted(const struct lx_mount *mount, const char *backing);

/*
 * Forgets what is remembered of a mount, as a call asks that has opened the kernel's file for it.
 */
typedef void lx_fs_drop(struct lx_call *c, const struct lx_mount *mount);

/*
 * Turns a native path of the mount's, its backing's n bytes of name included, into what programs
 * see of it, in place: all but the backing's own name, with which it begins. Returns the new
 * length, n at most; the caller writes the NUL. The path may end in the kernel's " (deleted)",
 * which stays.
 */
typedef size_t lx_fs_shown(const struct lx_mount *mount, char *path, size_t n);

/*
 * Of the name, or the path, n bytes, of something that may have been removed while it was open, and
 * has its place until it is closed: the length of the name that it had before. 0 for every other.
 * By the name alone, which proves nothing: it may be somebody's own. Pure.
 */
typedef size_t lx_fs_removed(const char *path, size_t n);

/*
 * A handle of something at an absolute native path, for which lx_fs_removed, is closed: removes it
 * for good if that was the last one, and if it was removed at all.
 */
typedef void lx_fs_ended(const struct lx_mount *mount, const char *path);

/*
 * Removes for good what was removed on a mount and has no handle left. `leaving`: the process that
 * asks is about to end, and what only it holds goes as well. Returns how many are left.
 */
typedef unsigned lx_fs_settle(const struct lx_mount *mount, bool leaving);

/* True where surely nothing that was removed waits on a mount, as far as one stat can tell. */
typedef bool lx_fs_idle(const struct lx_mount *mount);

/*
 * Tells what an earlier run has left on a mount that nobody has open, and that cannot be removed:
 * why, -errno, and the absolute path of the first such thing. 0 where there is none.
 */
typedef int lx_fs_stuck(const struct lx_policy *policy, const struct lx_mount *mount,
                        char path[PATH_MAX]);

/*
 * Of a file system where what is removed while it is open keeps its place: each of them is there,
 * but for `stuck`, which is NULL where nothing is removed at a mount.
 */
struct lx_fs_removal {
    lx_fs_removed *removed;
    lx_fs_ended *ended;
    lx_fs_settle *settle;
    lx_fs_idle *idle;
    lx_fs_stuck *stuck;
    bool nameless; /* the kernel has no name for it (" (deleted)"), and `removed` knows none */
};

/*
 * Of a file system that nobody mounts: for which of the host's names it answers. In a run whose
 * policy shows anything (lx_policy.shows) each is asked of what is outside every mount. Each may be
 * NULL: nothing. (One that has `named` has those after it, to `besides`.)
 */
struct lx_fs_shown {
    /* True where a file of this last name (n bytes) may be one of them. Pure. */
    bool (*named)(const char *name, size_t n);
    /* True where a directory on the way of a path (n bytes) may be one that is hidden. Pure. */
    bool (*bars)(const char *path, size_t n);
    /* False for a directory, by its absolute path (n bytes), in and below which none is. Pure. */
    bool (*within)(const char *directory, size_t n);
    /*
     * Puts other words in the place of fd, which the kernel has opened for reading: what a program
     * calls `path`, and the kernel `native`. False where it is none of them.
     */
    bool (*opened)(struct lx_call *c, int fd, const char *path, const char *native);
    /*
     * The bytes of what is read of a file of a disk by that, by an absolute path as the program
     * spelled it, the file being where c->at[0] says; 0 where what is read is the file itself.
     */
    size_t (*length)(struct lx_call *c, const char *path);
    /*
     * What programs call a directory of the kernel's (n bytes) that stands for one which it has
     * not, as a descriptor of that one is of it; NULL for any other.
     */
    const char *(*stands)(const struct lx_policy *policy, const char *directory, size_t n);
    /*
     * True for an absolute path as a program spelled it that leads through a directory which is
     * hidden, or, unless the call may make what is there, to something that is.
     */
    bool (*gone)(struct lx_call *c, const char *path, bool makes);
    /*
     * True for a descriptor, of which the kernel says `st`, to a file of which that is not what is
     * said of its path: one that nobody reads by, or a node.
     */
    bool (*holds)(const struct lx_task *t, int fd, const struct stat *st);
    /* Has the kernel's answer to stat or statx of such a descriptor say what that of the path does.
     */
    void (*held)(struct lx_call *c);
    /*
     * Answers, by an absolute path as the program spelled it, a call that looks or opens, and whose
     * file the kernel has not, or has and must not show. False where it is neither.
     */
    bool (*instead)(struct lx_call *c, const char *path, long *result);
    /* True for a directory, by the kernel's name of n bytes, whose listing differs from its. */
    bool (*lists)(const struct lx_policy *policy, const char *directory, size_t n);
    /* False for a path in such a directory that no listing shows. */
    bool (*listed)(const struct lx_policy *policy, const char *path);
    /*
     * The next name from *at on (0 at first), which it moves, that a listing of such a directory
     * shows besides the kernel's; NULL after the last.
     */
    const char *(*besides)(const struct lx_policy *policy, const char *directory, size_t n,
                           unsigned *at);
    /* Puts other names of the kernel into what uname(2) has answered. */
    void (*names)(const struct lx_policy *policy, struct utsname *name);
    /* Puts other amounts into what sysinfo(2) has answered; the structure is the kernel's. */
    void (*amounts)(const struct lx_policy *policy, struct sysinfo *info);
    /* Puts other words, as long, in what the kernel says in a mount table, n bytes. */
    void (*table)(const struct lx_policy *policy, char *text, size_t n);
    /* Other words for a line of a mount table. False where it stays as it is. */
    bool (*mounted)(const struct lx_policy *policy, struct lines_words *words);
    /* True for a call, by its number, that the kernel of a run is too old for. */
    bool (*lacks)(const struct lx_policy *policy, long nr);
};

struct lx_fs {
    lx_fs_op *run[LX_OP_COUNT]; /* NULL: as the host's */
    lx_fs_search *search;       /* NULL: lx_name_find_plain finds all there is, and no case */
    lx_fs_link *link;           /* NULL: its links are the kernel's */
    lx_fs_conceals *conceals;   /* NULL: nothing */
    lx_fs_guards *guards;       /* these three NULL: no mount of it is guarded */
    lx_fs_bars *bars;
    lx_fs_barred *barred;
    lx_fs_unique *unique;                /* NULL: mounts of it never fold */
    lx_fs_listed *listed;                /* NULL: as the codec decodes it */
    lx_fs_entry *entry;                  /* NULL: what is not the kernel's are links */
    lx_fs_shown *shown;                  /* NULL: the same */
    lx_fs_mounted *mounted;              /* NULL: it keeps nothing of that */
    lx_fs_drop *drop;                    /* NULL: it remembers nothing */
    const struct lx_fs_removal *removal; /* NULL: what is removed is gone at once */
    bool scanned;                        /* programs of Windows come to its files */
    const struct lx_fs_shown *shows;     /* NULL: it is mounted, or the host's */
};

struct lx_fs_type {
    const char *word; /* "" for the host's, which nobody mounts */
    const struct lx_fs *ops;
    const struct lx_names *names;
};

/* By enum lx_mount_type. */
extern SYS_HIDDEN const struct lx_fs_type lx_filesystems[LX_MOUNT_TYPES];

/* The file system of a mount; the host's for NULL. */
static inline const struct lx_fs_type *lx_filesystem(const struct lx_mount *mount)
{
    return &lx_filesystems[mount == NULL ? LX_MOUNT_HOST : mount->type];
}

#define FILESYSTEM(symbol, word, operations, names, properties) \
    extern const struct lx_fs operations;                       \
    extern const struct lx_names names;
#include "fs/filesystems.def"
#include "sys/hidden.h"
#undef FILESYSTEM

#endif
