/* SPDX-License-Identifier: MIT */
/*
 * early: looks at its directory before libc has been set up, as a sanitizer in the program starts,
 * and again in main, and has a shell look. A line each: the directory's mode.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static unsigned mode(void)
{
    struct stat st;
    return stat(".", &st) < 0 ? 0 : (unsigned)st.st_mode & 07777;
}

static unsigned before_main;

static void look(void)
{
    before_main = mode();
}

__attribute__((section(".preinit_array"), used)) static void (*const first)(void) = look;

int main(void)
{
    printf("%o\n%o\n", before_main, mode());
    fflush(stdout);
    return system("stat -c %a . && printenv LXSHIM_STATE | wc -l") == 0 ? 0 : 1;
}
