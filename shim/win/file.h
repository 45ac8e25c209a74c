/* SPDX-License-Identifier: MIT */
/* One file's facts as Windows knows them, and where they are kept on a Linux file. */
#ifndef LXSHIM_WIN_FILE_H
#define LXSHIM_WIN_FILE_H

#include <sys/types.h>
#include <time.h>

#include "nt/attributes.h"
#include "nt/reparse.h"
#include "nt/shortname.h"
#include "store/sidecar_attr.h"
#include "store/volfs.h"
#include "win/win.h"

#define WIN_STREAM_PREFIX "user.DosStream."
#define WIN_STREAM_SUFFIX ":$DATA"

/* The mode of new files and directories, as the library makes them. */
#define WIN_NEW_MODE 0755u

enum win_time { WIN_CREATION, WIN_ACCESS, WIN_WRITE, WIN_TIMES };

struct win_file {
    uint32_t attributes;
    uint32_t tag; /* of a reparse point */
    uint64_t size;
    uint64_t allocation;
    struct timespec times[WIN_TIMES];
    uint64_t id; /* file reference: sequence number and record */
    uint32_t links;
    mode_t mode;
    bool mounted; /* the root of a mount of Linux', from 5.8 on: a drive's own, or somebody's */
    dev_t device;
    ino_t inode;
};

/*
 * Windows keeps facts of a file by means that may mark it, and the mark is a sticky bit, which in a
 * tree WSL would show: win_marked asks before, and win_unstick notes after it that no
 * bit was meant. Nothing for a file in no tree. 0 or -errno.
 */
bool win_marked(const char *native);
int win_unstick(const char *native, bool marked);

/* The tree of VolFs' that a native path is in; false for what is in none. */
bool win_tree_of(const char *native, struct store_tree *out);

/* The facts of a native path itself; links are not followed. */
nt_status win_file_stat(const char *native, struct win_file *out);

/* Of a link to a directory that Windows made, too. */
static inline bool win_is_directory(const struct win_file *file)
{
    return (file->attributes & NT_DIRECTORY) != 0;
}

static inline bool win_is_reparse(const struct win_file *file)
{
    return (file->attributes & NT_REPARSE_POINT) != 0;
}

/*
 * The reparse buffer of a file: what is stored, or what Windows would show of a Linux object that
 * is one by itself (a symlink is an LX symlink). Returns its size, or STATUS_NOT_A_REPARSE_POINT
 * in *status and 0.
 */
size_t win_reparse_get(const char *native, const struct win_file *file,
                       uint8_t buffer[NT_REPARSE_MAX], nt_status *status);

/* Makes an empty file or directory a reparse point. STATUS_IO_REPARSE_*: the buffer is none. */
nt_status win_reparse_set(const char *native, const uint8_t *buffer, size_t size);

/*
 * Makes a reparse point an ordinary file or directory. What is a link for Linux becomes an empty
 * file, as NTFS leaves one.
 */
nt_status win_reparse_delete(const char *native);

/* unlinkat, and what was stored beside the file goes with it. 0 or -errno. */
int win_unlink(const char *native, int flags);

/* Sets R, H, S, A and what else may be set; the others stay. */
nt_status win_set_attributes(const char *native, const struct win_file *file, uint32_t attributes);

/*
 * Sets attributes that programs of Linux see something of, whether or not they can be set by
 * attrib: of `which` those of `to`. The file has the mark then.
 */
nt_status win_set_kept(const char *native, const struct win_file *file, uint32_t which,
                       uint32_t to);

/* Sets the times of creation, last access and last write; tv_nsec UTIME_OMIT leaves one as it is.
 */
nt_status win_set_times(const char *native, const struct win_file *file,
                        const struct timespec times[WIN_TIMES]);

/* The status of an attribute that was set: 0 or -errno. Where it cannot be kept, somebody hears. */
nt_status win_status_of_ea(long r);

/*
 * Takes WSL's metadata from an object, as Windows does with whatever it overwrites: NT gives the
 * file the attributes of the request, which has none. [MS-FSA 2.1.5.1.2.1] 0 or -errno.
 */
int win_lose_metadata(const struct store_object *o);

/* Alternate data streams: the whole value at once, as they are small. */
struct win_stream {
    char name[WIN_STREAM];
    uint64_t size;
};

/* The streams of a file; the list is to be freed. */
size_t win_streams(const char *native, struct win_stream **list);

/* A stream's content, to be freed, with its size; NULL with *status where there is none. */
uint8_t *win_stream_get(const char *native, const char *stream, size_t *size, nt_status *status);

/* Makes a stream, or gives it another content. STATUS_EA_TOO_LARGE where there is no room. */
nt_status win_stream_set(const char *native, const char *stream, const void *data, size_t size);

/* Removes a stream, and nothing else of its file. */
nt_status win_stream_remove(const char *native, const char *stream);

/* Every entry of a native directory by its Windows name, in NTFS's order; to be freed. */
struct win_entry {
    char *name;   /* as Windows sees it */
    char *native; /* the last component */
};
struct win_listing {
    struct win_entry *list;
    size_t count;
};
nt_status win_list(const char *native, struct win_listing *out);
void win_list_free(struct win_listing *listing);

/* The 8.3 name of an entry of a native directory, all of whose entries are given; "" for none. */
const char *win_short_name(const char *directory, const struct win_listing *all,
                           const struct win_entry *entry, char out[NT_SHORT_NAME]);

/* Looks for an entry by its 8.3 name and writes its native path to out. */
bool win_find_short(const char *directory, const char *name, char out[WIN_PATH]);

#endif
