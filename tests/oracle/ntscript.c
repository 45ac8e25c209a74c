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

#define NOT_IMPLEMENTED ((NTSTATUS)0xC0000002)

#define SET_REPARSE_POINT    0x900A4
#define GET_REPARSE_POINT    0x900A8
#define DELETE_REPARSE_POINT 0x900AC

/* Classes and structures of ntdll's that mingw's headers lack. [winternl, ntifs.h] */
enum {
    RENAME_INFORMATION = 10,
    LINK_INFORMATION = 11,
    NAMES_INFORMATION = 12,
    END_OF_FILE_INFORMATION = 20,
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
    LARGE_INTEGER times[4]; /* creation, last access, last write, change */
    ULONG attributes;
};

struct names_information {
    ULONG next;
    ULONG index;
    ULONG size; /* of the name, in bytes */
    WCHAR name[1];
};

/* FILE_FULL_EA_INFORMATION, a chain of one. */
struct ea_information {
    ULONG next;
    UCHAR flags;
    UCHAR name_size;
    USHORT size;
    char bytes[256 + WIN_SCRIPT_DATA];
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

NTSTATUS NTAPI NtQueryDirectoryFile(HANDLE, HANDLE, void *, void *, IO_STATUS_BLOCK *, void *,
                                    ULONG, FILE_INFORMATION_CLASS, BOOLEAN, UNICODE_STRING *,
                                    BOOLEAN);
NTSTATUS NTAPI NtReadFile(HANDLE, HANDLE, void *, void *, IO_STATUS_BLOCK *, void *, ULONG,
                          LARGE_INTEGER *, ULONG *);
NTSTATUS NTAPI NtWriteFile(HANDLE, HANDLE, void *, void *, IO_STATUS_BLOCK *, const void *, ULONG,
                           LARGE_INTEGER *, ULONG *);
NTSTATUS NTAPI NtLockFile(HANDLE, HANDLE, void *, void *, IO_STATUS_BLOCK *, LARGE_INTEGER *,
                          LARGE_INTEGER *, ULONG *, BOOLEAN, BOOLEAN);
NTSTATUS NTAPI NtUnlockFile(HANDLE, IO_STATUS_BLOCK *, LARGE_INTEGER *, LARGE_INTEGER *, ULONG *);
NTSTATUS NTAPI NtQueryEaFile(HANDLE, IO_STATUS_BLOCK *, void *, ULONG, BOOLEAN, void *, ULONG,
                             ULONG *, BOOLEAN);
NTSTATUS NTAPI NtSetEaFile(HANDLE, IO_STATUS_BLOCK *, void *, ULONG);

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
        NtCreateFile(&handle, call->access | NT_SYNCHRONIZE, &object, io, NULL, call->attributes,
                     call->share, call->disposition, call->options | WIN_SYNCHRONOUS, NULL, 0);
    if (status == 0) {
        memcpy(slots[slot].name, call->handle, strlen(call->handle) + 1);
        slots[slot].handle = handle;
    }
    return status;
}

/* What a call on a handle has: its answer goes to standard output, but for the end of the line. */
struct running {
    unsigned line;
    const struct win_nt_call *call;
    HANDLE handle;
};

static void done(const struct running *r, NTSTATUS status)
{
    answer(r->line, r->call, status);
}

static void run_close(const struct running *r)
{
    slots[find(r->call->handle)].name[0] = '\0';
    done(r, NtClose(r->handle));
}

static void run_query(const struct running *r)
{
    struct standard_information s;
    struct basic_information b;
    NTSTATUS status = get(r->handle, BASIC_INFORMATION, &b, sizeof(b));
    if (status == 0)
        status = get(r->handle, STANDARD_INFORMATION, &s, sizeof(s));
    done(r, status);
    if (status == 0)
        printf(" attributes=0x%lX size=%lu links=%lu pending=%d directory=%d", b.attributes,
               s.directory ? 0 : s.size.LowPart, s.links, s.pending, s.directory);
}

static void run_disposition(const struct running *r)
{
    BOOLEAN plain = (r->call->flags & WIN_DISPOSE_DELETE) != 0;
    ULONG flags = r->call->flags;
    done(r, r->call->verb == WIN_NT_DISPOSITION
                ? set(r->handle, DISPOSITION_INFORMATION, &plain, sizeof(plain))
                : set(r->handle, DISPOSITION_INFORMATION_EX, &flags, sizeof(flags)));
}

static void run_name(const struct running *r)
{
    static struct rename_information i;
    i.replace = (r->call->flags & WIN_SCRIPT_REPLACE) != 0;
    i.directory = NULL;
    i.size = (ULONG)nt_name(r->call->name, i.name, sizeof(i.name) / sizeof(i.name[0])) * 2;
    done(r, set(r->handle, r->call->verb == WIN_NT_RENAME ? RENAME_INFORMATION : LINK_INFORMATION,
                &i, offsetof(struct rename_information, name) + i.size));
}

static void run_basic(const struct running *r)
{
    struct basic_information b = {.attributes = r->call->attributes};
    b.times[0].QuadPart = (LONGLONG)r->call->creation;
    b.times[1].QuadPart = (LONGLONG)r->call->access_time;
    b.times[2].QuadPart = (LONGLONG)r->call->write_time;
    done(r, set(r->handle, BASIC_INFORMATION, &b, sizeof(b)));
}

static void run_eof(const struct running *r)
{
    LARGE_INTEGER size = {.QuadPart = (LONGLONG)r->call->offset};
    done(r, set(r->handle, END_OF_FILE_INFORMATION, &size, sizeof(size)));
}

static void print_names(const char *at, const char **separator)
{
    for (;;) {
        const struct names_information *n = (const struct names_information *)at;
        char name[1024];
        int size = WideCharToMultiByte(CP_UTF8, 0, n->name, (int)(n->size / 2), name, sizeof(name),
                                       NULL, NULL);
        printf("%s\"%.*s\"", *separator, size, name);
        *separator = ",";
        if (n->next == 0)
            return;
        at += n->next;
    }
}

static void run_list(const struct running *r)
{
    static char buffer[65536] __attribute__((aligned(8)));
    WCHAR text[WIN_SCRIPT_NAME];
    IO_STATUS_BLOCK io;
    const char *separator = " names=";
    int n = MultiByteToWideChar(CP_UTF8, 0, r->call->name, -1, text, WIN_SCRIPT_NAME) - 1;
    UNICODE_STRING pattern = {(USHORT)(n * 2), (USHORT)(n * 2), text};
    UNICODE_STRING *given = n > 0 ? &pattern : NULL;
    NTSTATUS status =
        NtQueryDirectoryFile(r->handle, NULL, NULL, NULL, &io, buffer, sizeof(buffer),
                             (FILE_INFORMATION_CLASS)NAMES_INFORMATION, FALSE, given, TRUE);
    done(r, status);
    while (status == 0) {
        print_names(buffer, &separator);
        status =
            NtQueryDirectoryFile(r->handle, NULL, NULL, NULL, &io, buffer, sizeof(buffer),
                                 (FILE_INFORMATION_CLASS)NAMES_INFORMATION, FALSE, given, FALSE);
    }
}

static void run_read(const struct running *r)
{
    char data[WIN_SCRIPT_DATA];
    IO_STATUS_BLOCK io = {.Information = 0};
    LARGE_INTEGER offset = {.QuadPart = (LONGLONG)r->call->offset};
    ULONG size = r->call->length < sizeof(data) ? (ULONG)r->call->length : sizeof(data);
    NTSTATUS status = NtReadFile(r->handle, NULL, NULL, NULL, &io, data, size, &offset, NULL);
    done(r, status);
    if (status == 0) {
        fputs(" data=", stdout);
        win_script_bytes(stdout, data, io.Information);
    }
}

static void run_write(const struct running *r)
{
    IO_STATUS_BLOCK io;
    LARGE_INTEGER offset = {.QuadPart = (LONGLONG)r->call->offset};
    done(r, NtWriteFile(r->handle, NULL, NULL, NULL, &io, r->call->data, (ULONG)r->call->size,
                        &offset, NULL));
}

static NTSTATUS lock(const struct running *r, IO_STATUS_BLOCK *io)
{
    LARGE_INTEGER offset = {.QuadPart = (LONGLONG)r->call->offset};
    LARGE_INTEGER length = {.QuadPart = (LONGLONG)r->call->length};
    return r->call->verb == WIN_NT_UNLOCK
               ? NtUnlockFile(r->handle, io, &offset, &length, NULL)
               : NtLockFile(r->handle, NULL, NULL, NULL, io, &offset, &length, NULL, TRUE,
                            (r->call->flags & WIN_SCRIPT_EXCLUSIVE) != 0);
}

static void run_lock(const struct running *r)
{
    IO_STATUS_BLOCK io;
    NTSTATUS status = lock(r, &io);
    /* Windows wants one; for Wine it is a parameter that is not implemented. */
    done(r, status == NOT_IMPLEMENTED ? lock(r, NULL) : status);
}

static void run_ea_query(const struct running *r)
{
    static char buffer[65536] __attribute__((aligned(8)));
    IO_STATUS_BLOCK io;
    const char *separator = " eas=";
    NTSTATUS status =
        NtQueryEaFile(r->handle, &io, buffer, sizeof(buffer), FALSE, NULL, 0, NULL, TRUE);
    done(r, status);
    for (const char *at = buffer; status == 0;) {
        const struct ea_information *ea = (const struct ea_information *)at;
        printf("%s\"%.*s\":", separator, ea->name_size, ea->bytes);
        win_script_bytes(stdout, ea->bytes + ea->name_size + 1, ea->size);
        separator = ",";
        if (ea->next == 0)
            break;
        at += ea->next;
    }
}

static void run_ea_set(const struct running *r)
{
    IO_STATUS_BLOCK io;
    struct ea_information ea = {.name_size = (UCHAR)strlen(r->call->name),
                                .size = (USHORT)r->call->size};
    memcpy(ea.bytes, r->call->name, ea.name_size + 1u);
    memcpy(ea.bytes + ea.name_size + 1, r->call->data, r->call->size);
    done(r, NtSetEaFile(r->handle, &io, &ea, sizeof(ea)));
}

static void run_reparse(const struct running *r)
{
    static uint8_t buffer[16384];
    IO_STATUS_BLOCK io = {.Information = 0};
    uint32_t header[2] = {(uint32_t)r->call->offset, 0};
    NTSTATUS status;
    if (r->call->verb == WIN_NT_REPARSE_SET)
        status = NtFsControlFile(r->handle, NULL, NULL, NULL, &io, SET_REPARSE_POINT,
                                 (void *)(uintptr_t)r->call->data, (ULONG)r->call->size, NULL, 0);
    else if (r->call->verb == WIN_NT_REPARSE_DELETE)
        status = NtFsControlFile(r->handle, NULL, NULL, NULL, &io, DELETE_REPARSE_POINT, header,
                                 sizeof(header), NULL, 0);
    else
        status = NtFsControlFile(r->handle, NULL, NULL, NULL, &io, GET_REPARSE_POINT, NULL, 0,
                                 buffer, sizeof(buffer));
    done(r, status);
    if (status == 0 && r->call->verb == WIN_NT_REPARSE_GET) {
        fputs(" data=", stdout);
        win_script_bytes(stdout, buffer, io.Information);
    }
}

/* By the verb, which for the first is no call on a handle that is open. */
static void (*const runners[WIN_NT_VERBS])(const struct running *r) = {
    [WIN_NT_CLOSE] = run_close,
    [WIN_NT_QUERY] = run_query,
    [WIN_NT_DISPOSITION] = run_disposition,
    [WIN_NT_DISPOSITION_EX] = run_disposition,
    [WIN_NT_RENAME] = run_name,
    [WIN_NT_LINK] = run_name,
    [WIN_NT_BASIC] = run_basic,
    [WIN_NT_EOF] = run_eof,
    [WIN_NT_LIST] = run_list,
    [WIN_NT_READ] = run_read,
    [WIN_NT_WRITE] = run_write,
    [WIN_NT_LOCK] = run_lock,
    [WIN_NT_UNLOCK] = run_lock,
    [WIN_NT_EA_QUERY] = run_ea_query,
    [WIN_NT_EA_SET] = run_ea_set,
    [WIN_NT_REPARSE_GET] = run_reparse,
    [WIN_NT_REPARSE_SET] = run_reparse,
    [WIN_NT_REPARSE_DELETE] = run_reparse,
};

static void run_call(unsigned line, const struct win_nt_call *call)
{
    size_t at = find(call->handle);
    NTSTATUS status = (NTSTATUS)0xC0000008; /* invalid handle */
    IO_STATUS_BLOCK io = {.Information = 0};
    if (call->verb != WIN_NT_OPEN && at < HANDLES) {
        const struct running r = {line, call, slots[at].handle};
        runners[call->verb](&r);
        return;
    }
    if (call->verb == WIN_NT_OPEN && at == HANDLES)
        status = run_open(call, &io);
    answer(line, call, status);
    if (status == 0)
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
