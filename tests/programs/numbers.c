/* SPDX-License-Identifier: MIT */
/*
 * numbers: whether the number of a file has room in 32 bits, in stat of the current directory; and
 * how many entries of it, which is no mount's root, have in a listing the number that stat says.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

int main(void)
{
    struct stat st;
    struct dirent *e;
    unsigned entries = 0;
    unsigned same = 0;
    int r = stat(".", &st);
    if (r < 0)
        printf("stat: %s\n", strerrorname_np(errno));
    uint64_t number = r < 0 ? 0 : st.st_ino;
    if (r == 0)
        puts(number > UINT32_MAX ? "stat: more than 32 bits" : "stat: 32 bits");
    DIR *dir = opendir(".");
    for (errno = 0; (e = readdir(dir)) != NULL; entries++)
        same += lstat(e->d_name, &st) == 0 && st.st_ino == e->d_ino;
    if (errno != 0)
        printf("listing: %s\n", strerrorname_np(errno));
    else
        printf("listing: %u of %u as stat\n", same, entries);
    return 0;
}
