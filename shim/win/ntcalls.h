/* SPDX-License-Identifier: MIT */
/*
 * What NT does with an open handle: what a file is by then is asked of the descriptor behind it,
 * since others rename and remove files, in this process and elsewhere. [MS-FSA 2.1.5]
 */
#ifndef LXSHIM_WIN_NTCALLS_H
#define LXSHIM_WIN_NTCALLS_H

#include "win/ntio.h"

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

/* FileLinkInformation. */
nt_status win_nt_link(const struct win *win, struct win_open *open, const char *name, bool replace);

/* FileBasicInformation: what is 0 stays. Times are FILETIMEs. */
struct win_nt_basic {
    uint32_t attributes;
    uint64_t times[WIN_TIMES];
};
nt_status win_nt_set_basic(struct win_open *open, const struct win_nt_basic *basic);

/* FileEndOfFileInformation. */
nt_status win_nt_set_size(struct win_open *open, uint64_t size);

/* NtQueryDirectoryFile, from the beginning: its entries; win_list_free. "" is the pattern
 * of the handle's scan before, and of the first every name. Where none matches it is
 * STATUS_NO_SUCH_FILE of the first, and STATUS_NO_MORE_FILES of a later one. [MS-FSA 2.1.5.6.3,
 * recalled]
 */
nt_status win_nt_list(struct win_open *open, struct win_listing *out, const char *pattern);

/* NtQueryEaFile: a chain of them (nt/ea.h); and NtSetEaFile of one. */
nt_status win_nt_query_eas(struct win_open *open, uint8_t *chain, size_t *size);
struct nt_ea;
nt_status win_nt_set_ea(struct win_open *open, const struct nt_ea *ea);

/* FSCTL_GET_REPARSE_POINT, FSCTL_SET_REPARSE_POINT, FSCTL_DELETE_REPARSE_POINT. */
nt_status win_nt_get_reparse(struct win_open *open, uint8_t buffer[NT_REPARSE_MAX], size_t *size);
nt_status win_nt_set_reparse(struct win_open *open, const uint8_t *buffer, size_t size);
nt_status win_nt_delete_reparse(struct win_open *open, uint32_t tag);

#endif
