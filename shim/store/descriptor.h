/* SPDX-License-Identifier: MIT */
/*
 * Where a file's security descriptor is kept: in an attribute that Samba's vfs_acl_xattr reads (see
 * nt/security.h), beside the file where it has no room for it. What has one has the mark, so that
 * every stat tells it, and the directories that it is in have a note of it: calls that come without
 * a stat ask the drive's root whether there are any.
 */
#ifndef LXSHIM_STORE_DESCRIPTOR_H
#define LXSHIM_STORE_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nt/security.h"
#include "store/object.h"

/* A descriptor that was read: nearly all are small, and a signal stack is, too. */
struct store_descriptor {
    struct nt_security security;
    uint8_t *at;
    uint8_t small[1024];
};

/*
 * Reads an object's descriptor; `marked`: see store_attr_get. 0, which has to be given back;
 * -ENODATA where it has none; -EBADMSG where it is none that can be read; or -errno.
 */
int store_descriptor_get(const struct store_object *o, bool marked, struct store_descriptor *out);
void store_descriptor_free(struct store_descriptor *d);

/*
 * Gives an object a descriptor; or takes it away, which the mark stays after, since it may mean
 * something else. -EOPNOTSUPP for what is neither file nor directory; -EFBIG, or -errno.
 */
int store_descriptor_set(const struct store_object *o, const struct nt_security *s);
int store_descriptor_remove(const struct store_object *o);

/*
 * True where something in the drive has a descriptor, or may have. Believed for as long as `moment`
 * stays the same, a number below 2^23; or until store_descriptors_forget.
 */
bool store_descriptors_noted(const char *root, uint32_t moment);
void store_descriptors_forget(void);

#endif
