/* SPDX-License-Identifier: MIT */
/*
 * flip CALL WAY N [PATH]: makes a name by CALL, N times, while another thread changes the path of
 * it from "out/a:b" to "drv/a:b" and back; `out` and `drv` are directories here. A drive would
 * spell the second one otherwise: a:b is only in it if one path was judged and another used.
 * WAY is what the other thread changes:
 *   string    the path
 *   inside    the name, from "drv/aXb" to "drv/a:b"
 *   fault     whether the path can be read; it leads to drv
 *   long      whether it ends, or is longer than a path may be; it leads to drv
 *   nothing   then PATH is made, and the answer printed
 * Else nothing is printed, and what was made outside is removed after each call. It does little
 * else: a path is caught in the call only.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define ROOM 8192

static char *text; /* what both threads see, on pages of its own; the path is at its PATH */
#define PATH ((size_t)4)
static char way;
static _Atomic bool over;

/* One word, so that the path is one or the other. */
static void *change(void *unused)
{
    uint32_t words[2];
    volatile uint32_t *directory = (volatile uint32_t *)(void *)(text + PATH);
    volatile char *name = text + PATH + strlen("drv/a");
    volatile char *end = text + PATH + strlen("drv/a:b");
    (void)unused;
    memcpy(&words[0], "out/", 4);
    memcpy(&words[1], "drv/", 4);
    for (unsigned i = 0; !atomic_load(&over); i++) {
        switch (way) {
        case 's':
            *directory = words[i % 2];
            break;
        case 'i':
            *name = i % 2 == 0 ? 'X' : ':';
            break;
        case 'f':
            mprotect(text, ROOM, i % 2 == 0 ? PROT_NONE : PROT_READ | PROT_WRITE);
            break;
        case 'n':
            usleep(1000);
            break;
        default:
            *end = i % 2 == 0 ? '\0' : 'c';
            break;
        }
        /* Not as often as it can: what is judged and what is used are some time apart. */
        for (volatile unsigned n = 0; n < 200 + i % 1000; n++)
            ;
    }
    return NULL;
}

static int make_socket(const char *path)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    /* The path is the address's own, which begins a little before. */
    const char *address = path - offsetof(struct sockaddr_un, sun_path);
    int r = bind(fd, (const struct sockaddr *)(const void *)address, sizeof(struct sockaddr_un));
    int error = errno;
    close(fd);
    errno = error;
    return r;
}

/* Returns what the call does, with errno; 0 in place of a descriptor. */
static int make(const char *call, const char *path)
{
    int fd = -1;
    if (strcmp(call, "open") == 0)
        fd = open(path, O_CREAT | O_WRONLY, 0600);
    else if (strcmp(call, "creat") == 0)
        fd = creat(path, 0600);
    else if (strcmp(call, "mkdir") == 0)
        return mkdir(path, 0700);
    else if (strcmp(call, "mknod") == 0)
        return mknod(path, S_IFREG | 0600, 0);
    else if (strcmp(call, "mkfifo") == 0)
        return mkfifo(path, 0600);
    else if (strcmp(call, "symlink") == 0)
        return symlink("target", path);
    else if (strcmp(call, "link") == 0)
        return link("out/source", path);
    else if (strcmp(call, "rename") == 0)
        return rename("out/source", path);
    else
        return make_socket(path);
    return fd < 0 ? fd : close(fd);
}

/* What is linked and renamed. */
static void make_source(void)
{
    close(open("out/source", O_CREAT | O_WRONLY, 0600));
}

int main(int argc, char **argv)
{
    pthread_t thread;
    if (argc < 4 || (argc > 4 && strlen(argv[4]) >= ROOM - PATH))
        return 2;
    text = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    way = argv[2][0];
    memset(text, 'c', ROOM);
    text[ROOM - 1] = '\0';
    *(sa_family_t *)(void *)(text + PATH - offsetof(struct sockaddr_un, sun_path)) = AF_UNIX;
    strcpy(text + PATH, argc > 4 ? argv[4] : "drv/a:b");
    if (pthread_create(&thread, NULL, change, NULL) != 0)
        return 2;
    make_source();
    for (long n = strtol(argv[3], NULL, 10); n > 0; n--) {
        int r = make(argv[1], text + PATH);
        if (way == 'n')
            puts(r < 0 ? strerrorname_np(errno) : "ok");
        else if (r == 0 && strcmp(argv[1], "rename") == 0)
            make_source();
        if (way == 's' && (r == 0 || errno == EEXIST) && unlink("out/a:b") < 0)
            rmdir("out/a:b");
    }
    atomic_store(&over, true);
    pthread_join(thread, NULL);
    return 0;
}
