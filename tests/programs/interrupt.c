/* SPDX-License-Identifier: MIT */
/*
 * interrupt once|restart FIFO: opens a FIFO that nobody writes to, and gets signals meanwhile.
 * Prints how the call ends: with "once" it is interrupted, with "restart" (SA_RESTART) a writer
 * comes after a signal has been handled.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static int handled[2]; /* a pipe: the handler writes, the writer to be reads */

static void handler(int sig)
{
    (void)sig;
    (void)!write(handled[1], "", 1);
}

/* Comes once a signal has been handled. */
static int write_later(const char *fifo)
{
    char byte;
    int fd = read(handled[0], &byte, 1) == 1 ? open(fifo, O_WRONLY) : -1;
    return fd < 0 || write(fd, "x", 1) != 1;
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = handler};
    struct itimerval every = {.it_interval = {0, 20000}, .it_value = {0, 20000}};
    const struct itimerval never = {{0, 0}, {0, 0}};
    char byte;
    if (argc != 3 || pipe(handled) < 0)
        return 2;
    if (strcmp(argv[1], "restart") == 0) {
        pid_t child = fork();
        if (child == 0) {
            close(handled[1]); /* it ends with the other process at the latest */
            return write_later(argv[2]);
        }
        action.sa_flags = SA_RESTART;
        every.it_interval.tv_usec = 0; /* one: a second might meet the writer */
    }
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &every, NULL);
    int fd = open(argv[2], O_RDONLY);
    int error = errno;
    setitimer(ITIMER_REAL, &never, NULL);
    if (fd < 0)
        printf("%s\n", error == EINTR ? "EINTR" : strerror(error));
    else
        printf("opened, %zd byte\n", read(fd, &byte, 1));
    return 0;
}
