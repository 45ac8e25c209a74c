/* SPDX-License-Identifier: MIT */
/*
 * What NTFS keeps of a file and Linux has no place for: where it is kept, and how it is read and
 * written without opening the file, so that nobody takes a look for a holder.
 */
#ifndef LXSHIM_STORE_SIDECAR_ATTR_H
#define LXSHIM_STORE_SIDECAR_ATTR_H

#include <stdbool.h>
#include <stddef.h>

#include <limits.h>

#include "store/object.h"

/* Names that Samba and Wine read, and our own. */
#define STORE_REPARSE    "user.SmbReparse" /* a REPARSE_DATA_BUFFER as it is */
#define STORE_DOSATTRIB  "user.DOSATTRIB"
#define STORE_OWN_PREFIX "user.lxshim."
#define STORE_CASE       STORE_OWN_PREFIX "case_sensitive" /* of a directory: "1" */
#define STORE_SECURITY   "user.NTACL" /* a security descriptor, as vfs_acl_xattr stores it */
#define STORE_DESCRIPTORS \
    STORE_OWN_PREFIX "descriptors"           /* of a directory: something in it has, or had, one */
#define STORE_LINKS STORE_OWN_PREFIX "links" /* of a directory: has, or had, links of Windows' */

#define STORE_LXATTRB "user.LXATTRB"           /* of VolFs, in Windows' form */
#define STORE_LACKS   STORE_OWN_PREFIX "lacks" /* and what it has not, since when: see volfs.h */

/*
 * A fact of an object, as getxattr: its size, -ENODATA, -ERANGE ... `marked`: where its extended
 * attributes do not have it, look beside them (see sidecar.h). What is stored there has the mark.
 * -EACCES is of a fact that is there and that the caller may not read.
 */
long store_attr_get(const struct store_object *o, bool marked, const char *name, void *value,
                    size_t room);

/*
 * Keeps or forgets one, as setxattr and removexattr: beside the file where its file system has no
 * extended attributes, or no room for this one. 0 or -errno.
 */
long store_attr_set(const struct store_object *o, const char *name, const void *value, size_t size);
long store_attr_remove(const struct store_object *o, const char *name);

/*
 * The same of either; value NULL forgets it. An attribute of a file that its owner may not write
 * needs the bit for a moment: Linux takes it for the file's content, and NTFS does not.
 */
long store_attr_change(const struct store_object *o, const char *name, const void *value,
                       size_t size);

/*
 * The names of all that is kept, as listxattr, with those of other attributes among them; what is
 * beside a `marked` object behind the others. Nobody's permissions count. Its length or -errno.
 */
long store_attr_list(const struct store_object *o, bool marked, char *list, size_t room);

/*
 * The path by which dfd/path can be given to a call that takes no descriptor: "/proc/self/fd/N/" is
 * before it then. NULL where it is too long. `follow`: it names a descriptor's object, through the
 * link that /proc has for it.
 */
#define STORE_PLAIN_MAX (32 + PATH_MAX)
const char *store_plain_path(int dfd, const char *path, char buf[STORE_PLAIN_MAX], bool *follow);

/*
 * Notes that the directory of dfd/path has a link of Windows' among its entries, so that whoever
 * lists it looks at them. What cannot be noted only shows in d_type.
 */
void store_note_link(int dfd, const char *path);

/* True where that was noted of the directory behind fd, or where it could not be noted. */
bool store_links_noted(const char *root, int fd);

#endif
