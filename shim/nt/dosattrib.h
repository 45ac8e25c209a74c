/* SPDX-License-Identifier: MIT */
/*
 * The value of the extended attribute user.DOSATTRIB, in which Samba, ksmbd and Wine keep what
 * Windows knows of a file and Linux does not. Pure functions.
 */
#ifndef LXSHIM_NT_DOSATTRIB_H
#define LXSHIM_NT_DOSATTRIB_H

#include <stddef.h>
#include <stdint.h>

#define NT_DOSATTRIB_SIZE 60 /* of what we write */

/* Which fields a value has. */
enum nt_dosattrib_valid {
    NT_HAS_ATTRIBUTES = 0x1,
    NT_HAS_EA_SIZE = 0x2,
    NT_HAS_SIZE = 0x4,
    NT_HAS_ALLOCATION = 0x8,
    NT_HAS_CREATION = 0x10,
    NT_HAS_CHANGE = 0x20,
    NT_HAS_ITIME = 0x40
};

struct nt_dosattrib {
    uint16_t version; /* 1, 3, 4, 5; 0: text only */
    uint32_t valid;   /* enum nt_dosattrib_valid */
    uint32_t attributes;
    uint32_t ea_size;
    uint64_t size;
    uint64_t allocation;
    uint64_t creation; /* FILETIME, as the two below */
    uint64_t change;
    uint64_t itime; /* invented birth time, from which Samba makes a file id */
};

/*
 * Reads a value of Samba's versions 3, 4 and 5, and 1 (recalled); or of Wine's, hexadecimal text
 * alone. Returns 0, or -EINVAL for anything else.
 */
int nt_dosattrib_decode(const void *value, size_t size, struct nt_dosattrib *out);

/*
 * Writes a value that Samba, ksmbd and Wine all read: Samba's is tested, the others are inference
 * from how each reads; see the source for the layout. Only attributes and creation time are kept.
 * Returns NT_DOSATTRIB_SIZE.
 */
size_t nt_dosattrib_encode(const struct nt_dosattrib *d, uint8_t out[NT_DOSATTRIB_SIZE]);

#endif
