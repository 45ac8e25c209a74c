/* SPDX-License-Identifier: MIT */
/*
 * Extended attributes as NT hands them over (FILE_FULL_EA_INFORMATION), and the four in which WSL
 * keeps a file's owner, mode and device. Pure functions; numbers are little endian.
 */
#ifndef LXSHIM_NT_EA_H
#define LXSHIM_NT_EA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NT_EA_NAME_MAX  254   /* characters of a name, without its NUL [FSCC 2.4.15] */
#define NT_EA_VALUE_MAX 65535 /* bytes of a value */
#define NT_EA_NEED      0x80u /* flag: who does not know the attribute must not use the file */

/* One attribute of a chain. Both parts point into the chain, or at the caller's bytes. */
struct nt_ea {
    uint8_t flags;
    const char *name; /* not terminated */
    size_t name_length;
    const uint8_t *value;
    size_t size;
};

/*
 * Reads the entry at *at in a chain of n bytes, and moves *at to the next one, or to n after the
 * last, which has no offset of a next one, or that of the chain's end, as NTFS stores it and
 * ntfs-3g hands it over. 1, 0 where *at is n, or -EINVAL: an entry or its link out of the chain,
 * out of line (4 bytes) or backwards, a name that is empty, too long, or has or lacks a NUL where
 * it must not. What follows the last value is ignored: the vendor's own test leaves four bytes
 * there.
 */
int nt_ea_next(const uint8_t *chain, size_t n, size_t *at, struct nt_ea *out);

/*
 * Appends an entry to a chain of `used` bytes in a buffer of `room`, whose last entry begins at
 * *last (nothing is read of it where `used` is 0), and moves *last. Returns the new length, -ENOSPC
 * where there is no room, -EINVAL for a name or value that no chain holds.
 */
long nt_ea_put(uint8_t *chain, size_t room, size_t used, size_t *last, const struct nt_ea *ea);

/* WSL's own attributes. [wdk.h; MicrosoftDocs/WSL file-permissions] */
enum nt_lx_field {
    NT_LX_UID = 1,    /* "$LXUID", 4 bytes */
    NT_LX_GID = 2,    /* "$LXGID", 4 bytes */
    NT_LX_MODE = 4,   /* "$LXMOD", 4 bytes: all of st_mode */
    NT_LX_DEVICE = 8, /* "$LXDEV", 8 bytes: major, then minor */
    NT_LX_OWNED = NT_LX_UID | NT_LX_GID | NT_LX_MODE,
    NT_LX_ALL = NT_LX_OWNED | NT_LX_DEVICE
};
#define NT_LX_SIZE_MAX 8

/* The field of an attribute's name, whatever its case; 0 for every other. */
unsigned nt_lx_field_of(const char *name, size_t n);

/* The name of a field, and the bytes that its value has. */
const char *nt_lx_name(enum nt_lx_field field);
size_t nt_lx_size(enum nt_lx_field field);

/* What these attributes say. */
struct nt_lx {
    unsigned has;  /* a set of enum nt_lx_field: which are there */
    unsigned good; /* which of them say something that is one */
    uint32_t uid;
    uint32_t gid;
    uint32_t mode;
    uint32_t major;
    uint32_t minor;
};

/*
 * Takes one attribute in. It is there and says nothing where it has another size, where an id is
 * that of nobody (0xFFFFFFFF), where a mode has bits that no mode has; each is judged by itself.
 * [vendor test DrvFsTestBadMetadata; sizes: inference] Whether the type of a mode is the file's
 * is the caller's to say.
 */
void nt_lx_take(struct nt_lx *lx, enum nt_lx_field field, const uint8_t *value, size_t size);

/* Writes the value of a field; its size. */
size_t nt_lx_put(const struct nt_lx *lx, enum nt_lx_field field, uint8_t out[NT_LX_SIZE_MAX]);

#endif
