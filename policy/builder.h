/* SPDX-License-Identifier: MIT */
/* Writes an image. Used by the loader of JSON policies and for the built-in default alike. */
#ifndef LXSHIM_POLICY_BUILDER_H
#define LXSHIM_POLICY_BUILDER_H

#include <stddef.h>
#include <sys/types.h>

#include "policy/image.h"

struct lx_builder {
    char *buf; /* room for the whole image, aligned to 8 bytes; the caller's */
    size_t room;
    size_t size;
    int error; /* 0, or -ENOSPC once something did not fit: look at it at the end */
};

/* Starts an image with room for its tables. They are zeroed, for the caller to fill in. */
struct lx_image *lx_builder_start(struct lx_builder *b, void *buf, size_t room,
                                  uint32_t mount_count, uint32_t override_count);

/* Adds a string and returns its offset; 0 for NULL. */
uint32_t lx_builder_string(struct lx_builder *b, const char *s);

/* The same for a mount's record, which counts from itself. */
uint32_t lx_builder_text(struct lx_builder *b, const struct lx_mount *mount, const char *s);

/* Adds bytes, aligned to 8, and returns their offset. */
uint32_t lx_builder_block(struct lx_builder *b, const void *data, size_t size);

/* A mount with the defaults of every rule, without options. Strings are added to the image. */
void lx_builder_mount(struct lx_builder *b, struct lx_mount *mount, const char *source,
                      const char *target, const char *backing);

/* Makes the chains of the overrides, once they are all filled in. */
void lx_builder_overrides(struct lx_builder *b);

/* Ends the image, whose mounts are filled in. Returns its size or -ENOSPC. */
long lx_builder_end(struct lx_builder *b);

/* The label and serial number of the volume in the seed post's session. */
#define LX_BUILTIN_LABEL  "OS"
#define LX_BUILTIN_SERIAL 0xE033CB3Eu

/* "C:\home\user\proj" for /home/user/proj: some directory of the drive, never its root. */
void lx_builtin_source(const char *directory, char *out, size_t room);

/*
 * The built-in default: `directory` is a DrvFs mount in place, a directory below C:, with the
 * options automount gives. trace: a file, or NULL. programs: the directory of those of ours that
 * stand in for WSL's, or NULL. Returns the image's size or -ENOSPC.
 */
long lx_builtin_image(void *buf, size_t room, const char *directory, uid_t uid, gid_t gid,
                      const char *trace, int trace_all, const char *programs);

#endif
