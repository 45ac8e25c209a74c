/* SPDX-License-Identifier: MIT */
/* Accounts by name, and SIDs in text. Pure functions. */
#ifndef LXSHIM_NT_ACCOUNTS_H
#define LXSHIM_NT_ACCOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nt/security.h"

/* Room for the name of an account, or a SID in text. */
#define NT_ACCOUNT_NAME 192u

/* "BUILTIN\Users"; a SID that has no name here in text, "S-1-5-32-547"; "" for none. */
void nt_account_name(struct nt_bytes sid, char out[NT_ACCOUNT_NAME]);

/*
 * The SID of the account that n bytes of a name mean, whatever their case: with its domain or
 * without, or as "*S-1-...". Its size, or 0 for nobody.
 */
size_t nt_account_find(const char *name, size_t n, uint8_t sid[NT_SID_MAX]);

#endif
