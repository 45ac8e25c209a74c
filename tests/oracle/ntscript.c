/* SPDX-License-Identifier: MIT */
/*
 * The scripts of `lxshim win nt`, by a program of Windows': it reads the same lines by the same
 * parser, and asks whatever Windows it runs on, Wine's or a real one. tools/oracle builds it.
 *
 *   ntscript.exe ROOT <SCRIPT     "C:\" of a script is the directory ROOT, written C:\DIR
 */
#include <stdio.h>
#include <string.h>
#include <windows.h>
#include <winternl.h>

#include "win/script.h"

#define HANDLES 64

/* Classes and structures of ntdll's that mingw's headers lack. [winternl, ntifs.h] */
enum {
    RENAME_INFORMATION = 10,
    DISPOSITION_INFORMATION = 13,
    STANDARD_INFORMATION = 5,
    BASIC_INFORMATION = 4,
    DISPOSITION_INFORMATION_EX = 64
};

struct standard_information {
    LARGE_INTEGER allocation;
    LARGE_INTEGER size;
    ULONG links;
    BOOLEAN pending;
    BOOLEAN directory;
};

struct basic_information {
    LARGE_INTEGER times[4];
    ULONG attributes;
};

struct rename_information {
    BOOLEAN replace;
    HANDLE directory;
    ULONG size;
    WCHAR name[WIN_SCRIPT_NAME + MAX_PATH];
};

NTSTATUS NTAPI NtSetInformationFile(HANDLE, IO_STATUS_BLOCK *, void *, ULONG,
                                    FILE_INFORMATION_CLASS);
NTSTATUS NTAPI NtQueryInformationFile(HANDLE, IO_STATUS_BLOCK *, void *, ULONG,
                                      FILE_INFORMATION_CLASS);

static struct {
    char name[WIN_SCRIPT_HANDLE]; /* "": free */
    HANDLE handle;
} slots[HANDLES];

static const char *root;

static size_t find(const char *name)
{
    size_t i = 0;
    while (i < HANDLES && strcmp(slots[i].name, name) != 0)
        i++;
    return i;
}

/* NT's name of a script's: in place of its volume the directory that stands for it. */
static int nt_name(const char *name, WCHAR *out, size_t room)
{
    char text[WIN_SCRIPT_NAME + MAX_PATH];
    (void)snprintf(text, sizeof(text), "\\??\\%s%s", root, name[3] != '\0' ? name + 2 : "");
    int n = MultiByteToWideChar(CP_UTF8, 0, text, -1, out, (int)room);
    return n > 0 ? n - 1 : 0;
}

static NTSTATUS set(HANDLE handle, int class, void *data, size_t size)
{
    IO_STATUS_BLOCK io;
    return NtSetInformationFile(handle, &io, data, (ULONG)size, (FILE_INFORMATION_CLASS) class);
}

static NTSTATUS get(HANDLE handle, int class, void *data, size_t size)
{
    IO_STATUS_BLOCK io;
    return NtQueryInformationFile(handle, &io, data, (ULONG)size, (FILE_INFORMATION_CLASS) class);
}

static void answer(unsigned line, const struct win_nt_call *call, NTSTATUS status)
{
    win_script_answer(stdout, line, call, (uint32_t)status, RtlNtStatusToDosError(status));
}

static NTSTATUS run_open(const struct win_nt_call *call, IO_STATUS_BLOCK *io)
{
    WCHAR text[WIN_SCRIPT_NAME + MAX_PATH];
    size_t slot = find("");
    HANDLE handle;
    int n = nt_name(call->name, text, sizeof(text) / sizeof(text[0]));
    UNICODE_STRING name = {(USHORT)(n * 2), (USHORT)(n * 2), text};
    OBJECT_ATTRIBUTES object;
    InitializeObjectAttributes(&object, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    NTSTATUS status =
        NtCreateFile(&handle, call->access | WIN_SYNCHRONIZE, &object, io, NULL, call->attributes,
                     call->share, call->disposition, call->options | WIN_SYNCHRONOUS, NULL, 0);
    if (status == 0) {
        memcpy(slots[slot].name, call->handle, strlen(call->handle) + 1);
        slots[slot].handle = handle;
    }
    return status;
}

static void run_query(unsigned line, const struct win_nt_call *call, HANDLE handle)
{
    struct standard_information s;
    struct basic_information b;
    NTSTATUS status = get(handle, BASIC_INFORMATION, &b, sizeof(b));
    if (status == 0)
        status = get(handle, STANDARD_INFORMATION, &s, sizeof(s));
    answer(line, call, status);
    if (status == 0)
        printf(" attributes=0x%lX size=%I64u links=%lu pending=%d directory=%d", b.attributes,
               s.directory ? 0 : s.size.QuadPart, s.links, s.pending, s.directory);
}

static NTSTATUS run_dispose(const struct win_nt_call *call, HANDLE handle)
{
    BOOLEAN plain = (call->flags & WIN_DISPOSE_DELETE) != 0;
    ULONG flags = call->flags;
    return call->verb == WIN_NT_DISPOSITION
               ? set(handle, DISPOSITION_INFORMATION, &plain, sizeof(plain))
               : set(handle, DISPOSITION_INFORMATION_EX, &flags, sizeof(flags));
}

static NTSTATUS run_rename(const struct win_nt_call *call, HANDLE handle)
{
    static struct rename_information r;
    r.replace = (call->flags & 1) != 0;
    r.directory = NULL;
    r.size = (ULONG)nt_name(call->name, r.name, sizeof(r.name) / sizeof(r.name[0])) * 2;
    return set(handle, RENAME_INFORMATION, &r, offsetof(struct rename_information, name) + r.size);
}

static void run_call(unsigned line, const struct win_nt_call *call)
{
    size_t at = find(call->handle);
    HANDLE handle = at < HANDLES ? slots[at].handle : NULL;
    NTSTATUS status = (NTSTATUS)0xC0000008; /* invalid handle */
    IO_STATUS_BLOCK io = {.Information = 0};
    if (call->verb == WIN_NT_QUERY && at < HANDLES) {
        run_query(line, call, handle);
        return;
    }
    switch (call->verb) {
    case WIN_NT_OPEN:
        if (at == HANDLES)
            status = run_open(call, &io);
        break;
    case WIN_NT_QUERY:
        break;
    case WIN_NT_CLOSE:
        if (at < HANDLES) {
            status = NtClose(handle);
            slots[at].name[0] = '\0';
        }
        break;
    case WIN_NT_DISPOSITION:
    case WIN_NT_DISPOSITION_EX:
        status = at < HANDLES ? run_dispose(call, handle) : status;
        break;
    case WIN_NT_RENAME:
        status = at < HANDLES ? run_rename(call, handle) : status;
        break;
    }
    answer(line, call, status);
    if (call->verb == WIN_NT_OPEN && status == 0)
        win_script_information(stdout, (unsigned long)io.Information);
}

int main(int argc, char **argv)
{
    static char line[WIN_SCRIPT_LINE + 1];
    struct win_nt_call call;
    char why[1024];
    if (argc != 2) {
        fputs("usage: ntscript.exe ROOT <SCRIPT\n", stderr);
        return 2;
    }
    root = argv[1];
    for (unsigned number = 1; fgets(line, sizeof(line), stdin) != NULL; number++) {
        enum win_script read = win_script_read(line, &call, why, sizeof(why));
        if (read == WIN_SCRIPT_BAD) {
            fprintf(stderr, "%u: %s\n", number, why);
            return 1;
        }
        if (read == WIN_SCRIPT_NOTHING)
            continue;
        run_call(number, &call);
        putchar('\n');
        fflush(stdout);
    }
    return 0;
}
