/* SPDX-License-Identifier: MIT */
/*
 * swarm COUNT AT_ONCE: starts so many processes, so many of them at once; each looks at the current
 * directory and exits with a status of its own, which has to arrive. Prints what did not, and "ok".
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define AT_ONCE_MAX 1000

struct one {
    pid_t pid;
    int status;
};

static int start(struct one *one, long number)
{
    char text[16];
    char *argv[] = {(char[]){"swarm"}, (char[]){"exit"}, text, NULL};
    one->status = (int)(number % 251);
    snprintf(text, sizeof(text), "%d", one->status);
    int error = posix_spawn(&one->pid, "/proc/self/exe", NULL, NULL, argv, environ);
    if (error != 0)
        printf("not started: %s\n", strerror(error));
    return error == 0 ? 0 : 1;
}

/* Waits for any of them and gives it back. */
static struct one *finish(struct one *all, long at_once, int *wrong)
{
    int status;
    pid_t pid = wait(&status);
    for (long i = 0; i < at_once; i++) {
        if (all[i].pid != pid)
            continue;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != all[i].status) {
            printf("status %#x instead of %d\n", (unsigned)status, all[i].status);
            (*wrong)++;
        }
        return &all[i];
    }
    return NULL;
}

int main(int argc, char **argv)
{
    static struct one all[AT_ONCE_MAX];
    struct stat st;
    int wrong = 0;
    if (argc != 3)
        return 2;
    long count = strtol(argv[1], NULL, 10);
    long at_once = strtol(argv[2], NULL, 10);
    if (strcmp(argv[1], "exit") == 0) /* a drive shows no other modes */
        return stat(".", &st) == 0 && (st.st_mode & 0777) == 0777 ? (int)at_once : 255;
    if (at_once < 1 || at_once > AT_ONCE_MAX)
        return 2;
    long started = 0;
    for (; started < count && started < at_once; started++)
        wrong += start(&all[started], started);
    for (long done = 0; done < started && wrong == 0; done++) {
        struct one *free = finish(all, at_once, &wrong);
        if (free != NULL && started < count)
            wrong += start(free, started++);
    }
    if (wrong == 0)
        puts("ok");
    return wrong != 0;
}
