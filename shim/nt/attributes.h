/* SPDX-License-Identifier: MIT */
/* File attributes of NTFS, in the one number Windows keeps them in. [FSCC 2.6] */
#ifndef LXSHIM_NT_ATTRIBUTES_H
#define LXSHIM_NT_ATTRIBUTES_H

enum nt_attribute {
    NT_READONLY = 0x1,
    NT_HIDDEN = 0x2,
    NT_SYSTEM = 0x4,
    NT_DIRECTORY = 0x10,
    NT_ARCHIVE = 0x20,
    NT_NORMAL = 0x80,
    NT_TEMPORARY = 0x100,
    NT_SPARSE = 0x200,
    NT_REPARSE_POINT = 0x400,
    NT_COMPRESSED = 0x800,
    NT_OFFLINE = 0x1000,
    NT_NOT_INDEXED = 0x2000,
    NT_ENCRYPTED = 0x4000,
    NT_INTEGRITY_STREAM = 0x8000,
    NT_NO_SCRUB = 0x20000,
    NT_RECALL_ON_OPEN = 0x40000,
    NT_PINNED = 0x80000,
    NT_UNPINNED = 0x100000,
    NT_RECALL_ON_DATA_ACCESS = 0x400000
};

#endif
