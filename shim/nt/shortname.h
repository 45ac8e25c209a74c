/* SPDX-License-Identifier: MIT */
/* 8.3 names, as Windows makes them of long ones. Pure functions; names are UTF-8. */
#ifndef LXSHIM_NT_SHORTNAME_H
#define LXSHIM_NT_SHORTNAME_H

#include <stddef.h>

#define NT_SHORT_NAME 13 /* 8.3 and a NUL */

/*
 * The 8.3 name that Windows makes of a long one, the count-th with the same beginning (from 1).
 * Returns its length, 0 where the name is itself of that form. [Microsoft KB Q114816; the hash from
 * the fifth on as published, checked against four names]
 */
size_t nt_short_name(const char *name, size_t n, unsigned count, char out[NT_SHORT_NAME]);

/* The number behind the tilde of a name (n bytes) that Windows may have made so; 0: it has not. */
unsigned nt_short_number(const char *name, size_t n);

#endif
