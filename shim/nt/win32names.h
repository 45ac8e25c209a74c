/* SPDX-License-Identifier: MIT */
/*
 * Names as the Win32 layer wants them, which DrvFs and NTFS do not care for; and wildcards. Pure
 * functions; names are UTF-8.
 */
#ifndef LXSHIM_NT_WIN32NAMES_H
#define LXSHIM_NT_WIN32NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * True for CON, PRN, AUX, NUL, COM1 to COM9, LPT1 to LPT9, whatever their case and extension
 * [Microsoft, Naming Files]; and with superscript 1 to 3, CONIN$ and CONOUT$ (recalled).
 */
bool nt_win32_reserved(const char *name, size_t n);

/* The length of a name without the dots and spaces at its end, which Win32 drops. */
size_t nt_win32_strip(const char *name, size_t n);

/* True where Win32 takes a name: no < > : " / \ | ? * and nothing below a space. */
bool nt_win32_legal(const char *name, size_t n);

/*
 * True where a name matches a pattern of * and ?, whatever the case. *.* is every name, "*." a name
 * without extension, and ? at the end matches nothing too. [Wine's notes on DOS_STAR and DOS_QM]
 */
bool nt_wild_match(const char *pattern, const char *name);

/* True where a name has * or ?. */
bool nt_wild(const char *name);

#endif
