/* SPDX-License-Identifier: MIT */
#include "nt/ntstatus.h"

#include <errno.h>
#include <stddef.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NO_MESSAGE   317 /* ERROR_MR_MID_NOT_FOUND */

static const struct {
    nt_status status;
    unsigned win32;
    const char *name;
} statuses[] = {
#define STATUS(symbol, number, win32) {NT_##symbol, win32, "STATUS_" #symbol},
#include "nt/ntstatus.def"
#undef STATUS
};

static const struct {
    unsigned error;
    const char *text;
} messages[] = {
#define MESSAGE(error, text)  {error, text},
#define RECALLED(error, text) {error, text},
#include "nt/win32errors.def"
#undef MESSAGE
#undef RECALLED
};

static const struct {
    int error;
    nt_status status;
} from_errno[] = {
    {0, NT_SUCCESS},
    {EACCES, NT_ACCESS_DENIED},
    {EPERM, NT_ACCESS_DENIED},
    {ENOENT, NT_OBJECT_NAME_NOT_FOUND},
    {ENOTDIR, NT_OBJECT_PATH_NOT_FOUND},
    {EISDIR, NT_FILE_IS_A_DIRECTORY},
    {EEXIST, NT_OBJECT_NAME_COLLISION},
    {ENOTEMPTY, NT_DIRECTORY_NOT_EMPTY},
    {EINVAL, NT_INVALID_PARAMETER},
    {ENAMETOOLONG, NT_NAME_TOO_LONG},
    {EXDEV, NT_NOT_SAME_DEVICE},
    {EBUSY, NT_SHARING_VIOLATION},
    {ETXTBSY, NT_SHARING_VIOLATION},
    {ELOOP, NT_REPARSE_POINT_NOT_RESOLVED},
    {EMLINK, NT_TOO_MANY_LINKS},
    {EROFS, NT_MEDIA_WRITE_PROTECTED},
    {ENOSPC, NT_DISK_FULL},
    {EDQUOT, NT_QUOTA_EXCEEDED},
    {EOPNOTSUPP, NT_NOT_SUPPORTED},
    {E2BIG, NT_EA_TOO_LARGE},
    {EMFILE, NT_TOO_MANY_OPENED_FILES},
    {ENFILE, NT_TOO_MANY_OPENED_FILES},
    {ENOMEM, NT_NO_MEMORY},
    {EBADF, NT_INVALID_HANDLE},
    {ENODATA, NT_NOT_FOUND},
    {ENODEV, NT_NO_SUCH_DEVICE},
};

const char *nt_status_name(nt_status status)
{
    for (size_t i = 0; i < COUNT(statuses); i++)
        if (statuses[i].status == status)
            return statuses[i].name;
    return NULL;
}

unsigned nt_status_win32(nt_status status)
{
    for (size_t i = 0; i < COUNT(statuses); i++)
        if (statuses[i].status == status)
            return statuses[i].win32;
    return NO_MESSAGE;
}

const char *nt_win32_message(unsigned error)
{
    for (size_t i = 0; i < COUNT(messages); i++)
        if (messages[i].error == error)
            return messages[i].text;
    return NULL;
}

const char *nt_status_message(nt_status status)
{
    const char *text = nt_win32_message(nt_status_win32(status));
    if (text == NULL)
        text = nt_status_name(status);
    return text != NULL ? text : "STATUS_UNSUCCESSFUL";
}

/* What no table foresees is an I/O error: WSL, too, answers EIO for a status it does not know. */
nt_status nt_status_of_errno(int error)
{
    for (size_t i = 0; i < COUNT(from_errno); i++)
        if (from_errno[i].error == error)
            return from_errno[i].status;
    return NT_IO_DEVICE_ERROR;
}
