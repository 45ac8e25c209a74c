/* SPDX-License-Identifier: MIT */
#include "vfs/loader.h"

#include <string.h>

#include "sys/sys.h"

bool loader_is(const char *name)
{
    const char *slash = strrchr(name, '/');
    return strncmp(slash == NULL ? name : slash + 1, "ld-", 3) == 0 ||
           strncmp(slash == NULL ? name : slash + 1, "ld.so", 5) == 0;
}

#define WORDS_MAX 6144 /* bytes of the words before a program's own */

bool loader_program(int dirfd, const char *path, char name[PATH_MAX])
{
    static const char option[] = "--argv0";
    char words[WORDS_MAX];
    size_t n = strlen(path);
    if (n < 3 || n + 8 > WORDS_MAX || memcmp(path + n - 3, "exe", 3) != 0 || !loader_is(name))
        return false;
    memcpy(words, path, n - 3);
    memcpy(words + n - 3, "cmdline", sizeof("cmdline"));
    int fd = sys_openat(dirfd, words, O_RDONLY | O_CLOEXEC, 0);
    long got = fd < 0 ? -1 : sys_read(fd, words, sizeof(words) - 1);
    if (fd >= 0)
        sys_close(fd);
    if (got <= 0)
        return false;
    words[got] = '\0';
    const char *word = words;
    for (unsigned i = 0; i < 5; i++) { /* as vfs_program puts them, the program being the sixth */
        if (i == 1 && strcmp(word, option) != 0)
            return false;
        word += strlen(word) + 1;
        if (word >= words + got)
            return false;
    }
    if (word + strlen(word) == words + got || word[0] != '/' || strlen(word) >= PATH_MAX)
        return false; /* cut off, perhaps */
    memcpy(name, word, strlen(word) + 1);
    return true;
}
