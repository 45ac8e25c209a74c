/* SPDX-License-Identifier: MIT */
/*
 * A script of NT calls, a line each, and how it is answered. Pure: `lxshim win nt` and the program
 * of tests/oracle, which is made for Windows, read the same lines by it and make the calls of their
 * own.
 */
#ifndef LXSHIM_WIN_SCRIPT_H
#define LXSHIM_WIN_SCRIPT_H

#include <stddef.h>
#include <stdio.h>

#include "win/ntwords.h"

#define WIN_SCRIPT_LINE   4096 /* with its end of line */
#define WIN_SCRIPT_NAME   1024 /* a file's name */
#define WIN_SCRIPT_HANDLE 32   /* a handle's name */
#define WIN_SCRIPT_DATA   1024 /* bytes of a value */

enum win_nt_verb {
    WIN_NT_OPEN,
    WIN_NT_CLOSE,
    WIN_NT_QUERY,
    WIN_NT_DISPOSITION,
    WIN_NT_DISPOSITION_EX,
    WIN_NT_RENAME,
    WIN_NT_LINK,
    WIN_NT_BASIC,
    WIN_NT_EOF,
    WIN_NT_LIST,
    WIN_NT_READ,
    WIN_NT_WRITE,
    WIN_NT_LOCK,
    WIN_NT_UNLOCK,
    WIN_NT_EA_QUERY,
    WIN_NT_EA_SET,
    WIN_NT_REPARSE_GET,
    WIN_NT_REPARSE_SET,
    WIN_NT_REPARSE_DELETE,
    WIN_NT_VERBS
};

/* One line, read. What a verb has not is 0 and "". */
struct win_nt_call {
    enum win_nt_verb verb;
    const char *word; /* the verb as it is written */
    char handle[WIN_SCRIPT_HANDLE];
    char name[WIN_SCRIPT_NAME]; /* in full: "C:\testing\a"; a pattern; an attribute's name */
    uint32_t access;
    uint32_t share;
    uint32_t disposition;
    uint32_t options;
    uint32_t attributes;
    uint32_t flags;  /* of a disposition; of a rename, link or lock: WIN_SCRIPT_... */
    uint64_t offset; /* bytes; a size, a tag */
    uint64_t length;
    uint64_t creation; /* FILETIME; 0: as it is */
    uint64_t access_time;
    uint64_t write_time;
    uint8_t data[WIN_SCRIPT_DATA];
    size_t size; /* of data */
};

#define WIN_SCRIPT_REPLACE   1u
#define WIN_SCRIPT_EXCLUSIVE 2u

enum win_script {
    WIN_SCRIPT_CALL,
    WIN_SCRIPT_NOTHING, /* an empty line, or a comment */
    WIN_SCRIPT_BAD
};

/*
 * Reads a line, with or without its end. WIN_SCRIPT_BAD: what is wrong, and what helps, is written
 * to why.
 */
enum win_script win_script_read(const char *line, struct win_nt_call *out, char *why, size_t room);

/*
 * Begins an answer: the line's number, verb and handle, NTSTATUS, its name where it has one here,
 * Win32 error. What more there is to say follows as WORD=VALUE, and an end of line.
 */
void win_script_answer(FILE *out, unsigned line, const struct win_nt_call *call, uint32_t status,
                       unsigned win32);

/* " NAME=..." for a status that is a success: what NtCreateFile writes to IoStatus.Information. */
void win_script_information(FILE *out, unsigned long information);

/* Bytes in hexadecimal. */
void win_script_bytes(FILE *out, const void *bytes, size_t size);

#endif
