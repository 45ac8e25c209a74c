/* SPDX-License-Identifier: MIT */
/*
 * slip WAY ...: ways to get out of a shim's sight.
 *   emptied PROGRAM...   runs it from a vfork child, by the instruction itself and without any
 *                        environment
 *   closed FILE PROGRAM  closes every descriptor there is, takes FILE for standard streams, runs it
 *   int80                makes a file "x:y" by the system calls of 32-bit x86, x32 by those of x32
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/arch.h"
#include "sys/numbers.h"

static long run(char **argv)
{
    char *none[] = {NULL};
    return sys_call6(SYS_execve, (long)argv[0], (long)argv, (long)none, 0, 0, 0);
}

static int emptied(char **argv)
{
    int status = 0;
    pid_t child = vfork();
    if (child == 0) {
        run(argv);
        _exit(126);
    }
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static int closed(char **argv)
{
    sys_call6(SYS_close_range, 0, ~0U, 0, 0, 0, 0);
    for (int i = 0; i < 3; i++)
        sys_call6(SYS_openat, AT_FDCWD, (long)argv[0], O_RDWR | O_CREAT, 0600, 0, 0);
    run(argv + 1);
    return 126;
}

#ifdef __x86_64__
/* creat is call 8 there. The address has to fit into 32 bits. */
static long by_int80(const char *path)
{
    long r;
    __asm__ volatile("int $0x80" : "=a"(r) : "a"(8), "b"(path), "c"(0600) : "memory");
    return (int)r;
}

static int other_abi(const char *way)
{
    char *path =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (path == MAP_FAILED)
        return 1;
    strcpy(path, "x:y");
    long r = strcmp(way, "int80") == 0
                 ? by_int80(path)
                 : sys_call6(0x40000000L | SYS_creat, (long)path, 0600, 0, 0, 0, 0);
    printf("%s\n", r == -ENOSYS ? "ENOSYS" : r < 0 ? "another error" : "ok");
    return 0;
}
#else
static int other_abi(const char *way)
{
    (void)way;
    return 3;
}
#endif

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "emptied") == 0)
        return emptied(argv + 2);
    if (argc > 3 && strcmp(argv[1], "closed") == 0)
        return closed(argv + 2);
    if (argc == 2 && (strcmp(argv[1], "int80") == 0 || strcmp(argv[1], "x32") == 0))
        return other_abi(argv[1]);
    return 2;
}
