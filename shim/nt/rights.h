/* SPDX-License-Identifier: MIT */
/* The bits of an access mask. Numbers alone: made for Windows, too. */
#ifndef LXSHIM_NT_RIGHTS_H
#define LXSHIM_NT_RIGHTS_H

/* Access bits, of files and (second name) of directories. [MS-SMB2 2.2.13.1] */
#define NT_READ_DATA        0x1u /* list */
#define NT_WRITE_DATA       0x2u /* add a file */
#define NT_APPEND_DATA      0x4u /* add a directory */
#define NT_READ_EA          0x8u
#define NT_WRITE_EA         0x10u
#define NT_EXECUTE          0x20u /* traverse */
#define NT_DELETE_CHILD     0x40u
#define NT_READ_ATTRIBUTES  0x80u
#define NT_WRITE_ATTRIBUTES 0x100u
#define NT_DELETE           0x10000u
#define NT_READ_CONTROL     0x20000u
#define NT_WRITE_DAC        0x40000u
#define NT_WRITE_OWNER      0x80000u
#define NT_SYNCHRONIZE      0x100000u
#define NT_MAXIMUM_ALLOWED  0x2000000u
#define NT_GENERIC_ALL      0x10000000u
#define NT_GENERIC_EXECUTE  0x20000000u
#define NT_GENERIC_WRITE    0x40000000u
#define NT_GENERIC_READ     0x80000000u

/* What the generic ones stand for on a file. */
#define NT_FILE_READ \
    (NT_READ_DATA | NT_READ_EA | NT_READ_ATTRIBUTES | NT_READ_CONTROL | NT_SYNCHRONIZE)
#define NT_FILE_WRITE                                                                       \
    (NT_WRITE_DATA | NT_APPEND_DATA | NT_WRITE_EA | NT_WRITE_ATTRIBUTES | NT_READ_CONTROL | \
     NT_SYNCHRONIZE)
#define NT_FILE_EXECUTE (NT_EXECUTE | NT_READ_ATTRIBUTES | NT_READ_CONTROL | NT_SYNCHRONIZE)
#define NT_FILE_ALL     0x1F01FFu

#endif
