/* SPDX-License-Identifier: MIT */
/*
 * The tables that are facts and not rules: tags, statuses with their Win32 errors and texts,
 * attributes. A line for each; the numbers are spelled out, not the project's own names.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "nt/attributes.h"
#include "nt/names.h"
#include "nt/ntstatus.h"
#include "nt/reparse.h"
#include "nt/shortname.h"
#include "nt/times.h"
#include "nt/win32names.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* [FSCC 2.1.2.1] A name surrogate stands for another object. */
static const struct {
    uint32_t tag;
    const char *name;
    bool surrogate;
} tags[] = {
    {0xA0000003, "MOUNT_POINT", true},
    {0xC0000004, "HSM", false},
    {0x80000005, "DRIVE_EXTENDER", false},
    {0x80000006, "HSM2", false},
    {0x80000007, "SIS", false},
    {0x80000008, "WIM", false},
    {0x80000009, "CSV", false},
    {0x8000000A, "DFS", false},
    {0x8000000B, "FILTER_MANAGER", false},
    {0xA000000C, "SYMLINK", true},
    {0xA0000010, "IIS_CACHE", true},
    {0x80000012, "DFSR", false},
    {0x80000013, "DEDUP", false},
    {0xC0000014, "APPXSTRM", false},
    {0x80000014, "NFS", false},
    {0x80000015, "FILE_PLACEHOLDER", false},
    {0x80000016, "DFM", false},
    {0x80000017, "WOF", false},
    {0x80000018, "WCI", false},
    {0xA0000019, "GLOBAL_REPARSE", true},
    {0x9000001A, "CLOUD", false},
    {0x8000001B, "APPEXECLINK", false},
    {0x9000001C, "PROJFS", false},
    {0xA000001D, "LX_SYMLINK", true},
    {0x8000001E, "STORAGE_SYNC", false},
    {0xA000001F, "WCI_TOMBSTONE", true},
    {0x80000020, "UNHANDLED", false},
    {0x80000021, "ONEDRIVE", false},
    {0xA0000022, "PROJFS_TOMBSTONE", true},
    {0x80000023, "AF_UNIX", false},
    {0x80000024, "LX_FIFO", false},
    {0x80000025, "LX_CHR", false},
    {0x80000026, "LX_BLK", false},
    {0x90000027, "STORAGE_SYNC_FOLDER", false},
    {0xA0000027, "WCI_LINK", true},
    {0x90001018, "WCI_1", false},
    {0xA0001027, "WCI_LINK_1", true},
};

/* [Wine for the errors, Microsoft's list for texts below 500; others recalled] NULL: no text. */
static const struct {
    uint32_t status;
    const char *name;
    unsigned error;
    const char *text;
} statuses[] = {
    {0xC0000022, "STATUS_ACCESS_DENIED", 5, "Access is denied."},
    {0xC0000043, "STATUS_SHARING_VIOLATION", 32,
     "The process cannot access the file because it is being used by another process."},
    {0xC0000056, "STATUS_DELETE_PENDING", 5, "Access is denied."},
    {0xC0000121, "STATUS_CANNOT_DELETE", 5, "Access is denied."},
    {0xC0000101, "STATUS_DIRECTORY_NOT_EMPTY", 145, "The directory is not empty."},
    {0xC0000034, "STATUS_OBJECT_NAME_NOT_FOUND", 2, "The system cannot find the file specified."},
    {0xC000003A, "STATUS_OBJECT_PATH_NOT_FOUND", 3, "The system cannot find the path specified."},
    {0xC000000F, "STATUS_NO_SUCH_FILE", 2, "The system cannot find the file specified."},
    {0xC0000035, "STATUS_OBJECT_NAME_COLLISION", 183,
     "Cannot create a file when that file already exists."},
    {0xC0000033, "STATUS_OBJECT_NAME_INVALID", 123,
     "The filename, directory name, or volume label syntax is incorrect."},
    {0xC0000039, "STATUS_OBJECT_PATH_INVALID", 161, "The specified path is invalid."},
    {0xC000003B, "STATUS_OBJECT_PATH_SYNTAX_BAD", 161, "The specified path is invalid."},
    {0xC0000103, "STATUS_NOT_A_DIRECTORY", 267, "The directory name is invalid."},
    {0xC00000BA, "STATUS_FILE_IS_A_DIRECTORY", 5, "Access is denied."},
    {0xC0000106, "STATUS_NAME_TOO_LONG", 206, "The filename or extension is too long."},
    {0xC00000D4, "STATUS_NOT_SAME_DEVICE", 17,
     "The system cannot move the file to a different disk drive."},
    {0xC00000D5, "STATUS_FILE_RENAMED", 5, "Access is denied."},
    {0xC0000279, "STATUS_IO_REPARSE_TAG_NOT_HANDLED", 1920,
     "The file cannot be accessed by the system."},
    {0xC0000280, "STATUS_REPARSE_POINT_NOT_RESOLVED", 1921,
     "The name of the file cannot be resolved by the system."},
    {0xC0000275, "STATUS_NOT_A_REPARSE_POINT", 4390,
     "The file or directory is not a reparse point."},
    {0xC00002B2, "STATUS_REPARSE_ATTRIBUTE_CONFLICT", 4391,
     "The reparse point attribute cannot be set because it conflicts with an existing attribute."},
    {0xC0000278, "STATUS_IO_REPARSE_DATA_INVALID", 4392,
     "The data present in the reparse point buffer is invalid."},
    {0xC0000276, "STATUS_IO_REPARSE_TAG_INVALID", 4393,
     "The tag present in the reparse point buffer is invalid."},
    {0xC0000277, "STATUS_IO_REPARSE_TAG_MISMATCH", 4394,
     "There is a mismatch between the tag specified in the request and the tag present in the "
     "reparse point."},
    {0xC000050B, "STATUS_REPARSE_POINT_ENCOUNTERED", 4395,
     "The object manager encountered a reparse point while retrieving an object."},
    {0xC0000281, "STATUS_DIRECTORY_IS_A_REPARSE_POINT", 161, "The specified path is invalid."},
    {0x8000002D, "STATUS_STOPPED_ON_SYMLINK", 681, NULL},
    {0xC0000061, "STATUS_PRIVILEGE_NOT_HELD", 1314,
     "A required privilege is not held by the client."},
    {0xC0000054, "STATUS_FILE_LOCK_CONFLICT", 33,
     "The process cannot access the file because another process has locked a portion of the "
     "file."},
    {0xC0000055, "STATUS_LOCK_NOT_GRANTED", 33,
     "The process cannot access the file because another process has locked a portion of the "
     "file."},
    {0xC000007E, "STATUS_RANGE_NOT_LOCKED", 158, "The segment is already unlocked."},
    {0xC0000243, "STATUS_USER_MAPPED_FILE", 1224,
     "The requested operation cannot be performed on a file with a user-mapped section open."},
    {0xC000007F, "STATUS_DISK_FULL", 112, "There is not enough space on the disk."},
    {0xC0000044, "STATUS_QUOTA_EXCEEDED", 1816,
     "Not enough quota is available to process this command."},
    {0xC0000265, "STATUS_TOO_MANY_LINKS", 1142,
     "An attempt was made to create more links on a file than the file system supports."},
    {0xC00000A2, "STATUS_MEDIA_WRITE_PROTECTED", 19, "The media is write protected."},
    {0xC00000BB, "STATUS_NOT_SUPPORTED", 50, "The request is not supported."},
    {0xC0000010, "STATUS_INVALID_DEVICE_REQUEST", 1, "Incorrect function."},
    {0xC000000D, "STATUS_INVALID_PARAMETER", 87, "The parameter is incorrect."},
    {0xC0000008, "STATUS_INVALID_HANDLE", 6, "The handle is invalid."},
    {0xC0000128, "STATUS_FILE_CLOSED", 6, "The handle is invalid."},
    {0xC0000123, "STATUS_FILE_DELETED", 5, "Access is denied."},
    {0xC0000011, "STATUS_END_OF_FILE", 38, "Reached the end of the file."},
    {0xC0000023, "STATUS_BUFFER_TOO_SMALL", 122,
     "The data area passed to a system call is too small."},
    {0x80000005, "STATUS_BUFFER_OVERFLOW", 234, "More data is available."},
    {0x80000006, "STATUS_NO_MORE_FILES", 18, "There are no more files."},
    {0x80000011, "STATUS_DEVICE_BUSY", 170, "The requested resource is in use."},
    {0xC000000E, "STATUS_NO_SUCH_DEVICE", 2, NULL},
    {0xC000004F, "STATUS_EAS_NOT_SUPPORTED", 282,
     "The mounted file system does not support extended attributes."},
    {0xC0000050, "STATUS_EA_TOO_LARGE", 255, "The extended attributes are inconsistent."},
    {0xC0000052, "STATUS_NO_EAS_ON_FILE", 1392, NULL},
    {0x80000013, "STATUS_INVALID_EA_NAME", 254,
     "The specified extended attribute name was invalid."},
    {0xC0000102, "STATUS_FILE_CORRUPT_ERROR", 1392,
     "The file or directory is corrupted and unreadable."},
    {0xC0000293, "STATUS_FILE_ENCRYPTED", 6002,
     "The specified file is encrypted and the user does not have the ability to decrypt it."},
    {0xC000011F, "STATUS_TOO_MANY_OPENED_FILES", 4, "The system cannot open the file."},
    {0xC0000107, "STATUS_FILES_OPEN", 2401, NULL},
    {0xC000009A, "STATUS_INSUFFICIENT_RESOURCES", 1450,
     "Insufficient system resources exist to complete the requested service."},
    {0xC0000017, "STATUS_NO_MEMORY", 8,
     "Not enough memory resources are available to process this command."},
    {0xC0000225, "STATUS_NOT_FOUND", 1168, "Element not found."},
    {0xC0000715, "STATUS_SYMLINK_CLASS_DISABLED", 1463,
     "The symbolic link cannot be followed because its type is disabled."},
};

static void every_tag(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(tags); i++) {
        const char *name = nt_reparse_name(tags[i].tag);
        if (name == NULL || strcmp(name, tags[i].name) != 0)
            fail_msg("%x is %s, not %s", tags[i].tag, name, tags[i].name);
        if (nt_tag_surrogate(tags[i].tag) != tags[i].surrogate || !nt_tag_microsoft(tags[i].tag))
            fail_msg("%s: its bits", tags[i].name);
    }
    /* Each of the cloud's sixteen. */
    for (uint32_t n = 0; n < 16; n++)
        assert_non_null(nt_reparse_name(0x9000001A + n * 0x1000));
}

static void every_status(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(statuses); i++) {
        const char *name = nt_status_name(statuses[i].status);
        const char *text = nt_win32_message(statuses[i].error);
        if (name == NULL || strcmp(name, statuses[i].name) != 0)
            fail_msg("%x is %s, not %s", statuses[i].status, name, statuses[i].name);
        if (nt_status_win32(statuses[i].status) != statuses[i].error)
            fail_msg("%s: %u", name, nt_status_win32(statuses[i].status));
        if (statuses[i].text != NULL && (text == NULL || strcmp(text, statuses[i].text) != 0))
            fail_msg("%u: %s", statuses[i].error, text);
    }
}

/* [FSCC 2.6] */
static void every_attribute(void **state)
{
    (void)state;
    static const uint32_t pairs[][2] = {
        {NT_READONLY, 0x1},
        {NT_HIDDEN, 0x2},
        {NT_SYSTEM, 0x4},
        {NT_DIRECTORY, 0x10},
        {NT_ARCHIVE, 0x20},
        {NT_NORMAL, 0x80},
        {NT_TEMPORARY, 0x100},
        {NT_SPARSE, 0x200},
        {NT_REPARSE_POINT, 0x400},
        {NT_COMPRESSED, 0x800},
        {NT_OFFLINE, 0x1000},
        {NT_NOT_INDEXED, 0x2000},
        {NT_ENCRYPTED, 0x4000},
        {NT_INTEGRITY_STREAM, 0x8000},
        {NT_NO_SCRUB, 0x20000},
        {NT_RECALL_ON_OPEN, 0x40000},
        {NT_PINNED, 0x80000},
        {NT_UNPINNED, 0x100000},
        {NT_RECALL_ON_DATA_ACCESS, 0x400000},
    };
    for (size_t i = 0; i < COUNT(pairs); i++)
        assert_int_equal(pairs[i][0], pairs[i][1]);
}

/* [win32 naming-a-file; superscript digits and CONIN$, CONOUT$ recalled] */
static void every_device(void **state)
{
    (void)state;
    static const char *const alone[] = {"con", "prn", "aux", "nul", "conin$", "conout$"};
    static const char *const digits[] = {"1", "2", "3", "4",        "5",        "6",
                                         "7", "8", "9", "\xC2\xB9", "\xC2\xB2", "\xC2\xB3"};
    for (size_t i = 0; i < COUNT(alone); i++)
        if (!nt_win32_reserved(alone[i], strlen(alone[i])))
            fail_msg("%s", alone[i]);
    for (size_t i = 0; i < COUNT(digits) * 2; i++) {
        char name[8] = "COM";
        memcpy(name, i % 2 == 0 ? "COM" : "lpt", 3);
        memcpy(name + 3, digits[i / 2], strlen(digits[i / 2]) + 1);
        if (!nt_win32_reserved(name, strlen(name)))
            fail_msg("%s", name);
    }
}

/* Four names whose 8.3 names were published, and the steps before the hash. */
static void every_short_name(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        unsigned count;
        const char *alias;
    } known[] = {
        {"Rammstein & Tatu - Moscow.mp3", 5, "RA8E17~1.MP3"},
        {"Rammstein - Asche zu Asche.mp3", 5, "RA23A6~1.MP3"},
        {"Rammstein - Du Hast.mp3", 5, "RA0CAE~1.MP3"},
        {"Rammstein - Haifisch.mp3", 5, "RA6BAA~1.MP3"},
        {"Program Files", 4, "PROGRA~4"},
        {"UPPER.TXT", 1, ""},
        {"Mixed.Txt", 1, ""},
        {"two.dots.txt", 1, "TWODOT~1.TXT"},
        {"a b", 1, "AB2761~1"},
        {"semi;colon=a[b].x", 1, "SEMI_C~1.X"},
    };
    for (size_t i = 0; i < COUNT(known); i++) {
        char out[NT_SHORT_NAME] = "";
        nt_short_name(known[i].name, strlen(known[i].name), known[i].count, out);
        if (strcmp(out, known[i].alias) != 0)
            fail_msg("%s: %s, not %s", known[i].name, out, known[i].alias);
    }
}

/* [win32 FILETIME; vendor test LxtFsUtimeRoundToNt] */
static void dates(void **state)
{
    (void)state;
    int64_t seconds = 1;
    long ns = 999999901;
    assert_true(NT_EPOCH_SECONDS == INT64_C(11644473600));
    assert_true(nt_filetime(-INT64_C(11644473600), 0) == 0);
    assert_true(nt_filetime(-INT64_C(11644473600), 100) == 1);
    assert_true(nt_filetime(1721573375, 0) == UINT64_C(133660469750000000));
    assert_true(nt_filetime_seconds(UINT64_C(0x01dcaa54ae199c99)) == 1772463358);
    nt_time_round(&seconds, &ns);
    assert_true(seconds == 2 && ns == 0);
}

/* [WSL escape.cpp] All that is escaped, and what looks like it and is not. */
static void every_escape(void **state)
{
    (void)state;
    static const char *const kept[] = {"\xEF\x80\xA5", "\xEF\x80\xAF", "\xEE\xBF\xBF",
                                       "\xEF\x84\x80", "\xEF\xAC\x80", "\xEF\x80\x80"};
    char out[NT_NAME_BYTES + 1];
    for (unsigned c = 1; c < 0x80; c++) {
        char name = (char)c;
        bool escaped = c < 0x20 || strchr("\"*:<>?\\|", name) != NULL;
        if (c == '/')
            continue;
        long n = nt_name_escape(&name, 1, out, sizeof(out));
        assert_int_equal(n, escaped ? 3 : 1);
        if (escaped) {
            assert_int_equal((unsigned char)out[0], 0xEF);
            assert_int_equal((unsigned char)out[1], 0x80 | c >> 6);
            assert_int_equal((unsigned char)out[2], 0x80 | (c & 0x3F));
        }
        assert_int_equal(nt_name_unescape(out, (size_t)n), 1);
        assert_int_equal(out[0], name);
    }
    for (size_t i = 0; i < COUNT(kept); i++) {
        memcpy(out, kept[i], 4);
        assert_int_equal(nt_name_unescape(out, 3), 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_tag),        cmocka_unit_test(every_status),
        cmocka_unit_test(every_attribute),  cmocka_unit_test(every_device),
        cmocka_unit_test(every_short_name), cmocka_unit_test(dates),
        cmocka_unit_test(every_escape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
