/* SPDX-License-Identifier: MIT */
/*
 * becomes TIMES PATH: another user (65534), then makes a FIFO so many times, and prints what the
 * last one answered.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OTHER 65534

int main(int argc, char **argv)
{
    int error = 0;
    if (argc != 3 || setgid(OTHER) < 0 || setuid(OTHER) < 0)
        return 2;
    for (int i = atoi(argv[1]); i > 0; i--)
        error = mkfifo(argv[2], 0666) < 0 ? errno : 0;
    puts(error == 0 ? "ok" : strerror(error));
    return 0;
}
