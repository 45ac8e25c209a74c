/* SPDX-License-Identifier: MIT */
/*
 * Names of the format wslfs: what NTFS refuses is a private character, as on a drive. No rule says
 * otherwise, nothing waits to be deleted, and what is no text is kept. [WSL#8421; DS 10]
 */
#include "fs/filesystems.h"
#include "nt/names.h"

/* A scan of nt's is one of the codec's. */
_Static_assert((int)LX_NAME_RESPELLED == (int)NT_ILLEGAL, "what NTFS cannot hold is respelled");
_Static_assert((int)LX_NAME_SUSPECT == (int)NT_HIGH, "what is not ASCII may be a private one");
_Static_assert((int)LX_NAME_STORED == (int)NT_PRIVATE, "private characters are only stored");

static unsigned wslfs_look(const char *s, size_t n)
{
    return nt_name_scan(s, n) & ~(unsigned)(NT_MARKED | NT_ODD);
}

static long wslfs_encode(struct lx_call *c, const struct lx_mount *mount, const char *name,
                         size_t n, char *out, size_t room)
{
    (void)c;
    (void)mount;
    return nt_name_store(name, n, out, room);
}

const struct lx_names lx_wslfs_names = {.bytes = nt_name_bytes,
                                        .look = wslfs_look,
                                        .encode = wslfs_encode,
                                        .decode = nt_name_unescape,
                                        .lead = NT_PRIVATE_LEAD};
