/* SPDX-License-Identifier: MIT */
/* NTSTATUS: numbers, names, Win32 errors and what cmd.exe prints for them. Pure functions. */
#ifndef LXSHIM_NT_NTSTATUS_H
#define LXSHIM_NT_NTSTATUS_H

#include <stdint.h>

/* Beyond INT_MAX: gcc and clang make the type unsigned. */
typedef enum nt_status {
#define STATUS(symbol, number, win32) NT_##symbol = number,
#include "nt/ntstatus.def"
#undef STATUS
} nt_status;

/* "STATUS_ACCESS_DENIED"; NULL for a number without a name here. */
const char *nt_status_name(nt_status status);

/* The Win32 error of a status; 317, which has no text, for one that is not known here. */
unsigned nt_status_win32(nt_status status);

/* What Windows prints for a Win32 error in en-US; NULL where it is not known here. */
const char *nt_win32_message(unsigned error);

/* nt_win32_message of nt_status_win32, and something to print in any case. */
const char *nt_status_message(nt_status status);

/*
 * The status for what a Linux file system answered (errno, positive; 0 is success): what the same
 * call would have met on Windows. (inference)
 */
nt_status nt_status_of_errno(int error);

/* The same for a result of ours: -errno, or what is no mistake. */
static inline nt_status nt_status_of(long r)
{
    return r < 0 ? nt_status_of_errno((int)-r) : NT_SUCCESS;
}

#endif
