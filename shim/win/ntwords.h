/* SPDX-License-Identifier: MIT */
/* The numbers of NtCreateFile, and the words by which they are typed. Pure; made for Windows, too.
 */
#ifndef LXSHIM_WIN_NTWORDS_H
#define LXSHIM_WIN_NTWORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nt/rights.h"

#define WIN_SHARE_READ   1u
#define WIN_SHARE_WRITE  2u
#define WIN_SHARE_DELETE 4u
#define WIN_SHARE_ALL    7u

enum win_disposition {
    WIN_SUPERSEDE,
    WIN_OPEN,
    WIN_CREATE,
    WIN_OPEN_IF,
    WIN_OVERWRITE,
    WIN_OVERWRITE_IF
};

/* Options, and the values of IoStatus.Information. */
#define WIN_DIRECTORY_FILE     0x1u
#define WIN_SYNCHRONOUS        0x20u
#define WIN_NON_DIRECTORY_FILE 0x40u
#define WIN_DELETE_ON_CLOSE    0x1000u
#define WIN_BACKUP_INTENT      0x4000u
#define WIN_OPEN_REPARSE_POINT 0x200000u

enum win_information {
    WIN_FILE_SUPERSEDED,
    WIN_FILE_OPENED,
    WIN_FILE_CREATED,
    WIN_FILE_OVERWRITTEN,
    WIN_FILE_EXISTS,
    WIN_FILE_DOES_NOT_EXIST
};

/* FileDispositionInformationEx. */
#define WIN_DISPOSE_DELETE          0x1u
#define WIN_DISPOSE_POSIX           0x2u
#define WIN_DISPOSE_ON_CLOSE        0x8u
#define WIN_DISPOSE_IGNORE_READONLY 0x10u

/* A word and its number; lists end with name NULL. */
struct win_word {
    const char *name;
    uint32_t value;
};

extern const struct win_word win_access_words[];
extern const struct win_word win_share_words[];
extern const struct win_word win_disposition_words[];
extern const struct win_word win_option_words[];
extern const struct win_word win_dispose_words[];

/* A number in hexadecimal, or words joined by '+', ',' or '|'. False for what is neither. */
bool win_flags(const char *text, const struct win_word *words, uint32_t *out);

/* Bytes in hexadecimal, two digits each; how many, or -1. */
long win_read_bytes(const char *text, uint8_t *out, size_t room);

#endif
