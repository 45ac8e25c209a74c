/* SPDX-License-Identifier: MIT */
/* A test of somebody's project: a directory that is renamed while a file in it is open. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

int main(void)
{
    remove("out/file"); /* of the last time */
    remove("out");
    if (mkdir("tmp", 0777) != 0 && errno != EEXIST)
        return 1;
    FILE *open_file = fopen("tmp/file", "w");
    if (open_file == NULL || rename("tmp", "out") != 0) {
        perror("rename");
        return 1;
    }
    return fclose(open_file) == 0 ? 0 : 1;
}
