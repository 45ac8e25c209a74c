/* SPDX-License-Identifier: MIT */
/*
 * What NT does with an open handle: what a file is by then is asked of the descriptor behind it,
 * since others rename and remove files, in this process and elsewhere. [MS-FSA 2.1.5]
 */
#ifndef LXSHIM_WIN_NTCALLS_H
#define LXSHIM_WIN_NTCALLS_H

#include "win/ntcreate.h"

struct win_open {
    struct win_handle handle;
    bool deletes; /* what it is on is removed when it is closed */
    bool posix;   /* and its name is free then, whoever else has it open */
};

/* FILE_BASIC_INFORMATION and FILE_STANDARD_INFORMATION, as far as they are the same each time. */
struct win_nt_facts {
    uint32_t attributes;
    uint32_t links;
    uint64_t size;
    bool pending;
    bool directory;
};

/*
 * NtCreateFile, and NtClose. Programs under the library meet what is open as a file that a process
 * of Windows has. Closing finishes a deletion where nobody else has the file open.
 */
nt_status win_nt_open(const struct win *win, const char *name, const struct win_request *request,
                      struct win_open *out);
void win_nt_close(struct win_open *open);

/* NtQueryInformationFile. */
nt_status win_nt_query(struct win_open *open, struct win_nt_facts *out);

/*
 * FileDispositionInformationEx, and with 0 or WIN_DISPOSE_DELETE alone FileDispositionInformation:
 * from there on the file waits to be deleted, and is when its last handle goes, or is saved.
 */
nt_status win_nt_dispose(struct win_open *open, uint32_t flags);

/* FileRenameInformation. */
nt_status win_nt_rename(const struct win *win, struct win_open *open, const char *name,
                        bool replace);

#endif
