/* SPDX-License-Identifier: MIT */
/*
 * ring FLAGS [THREAD]: makes a ring of io_uring with these flags (a number), and says what it
 * answers to operations with a path and without, and to the question which there are. By libc's
 * syscall(), or by the instruction itself where the program is a static one. THREAD: the ring is
 * made, and used, by a thread that is not the first.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup    425
#define SYS_io_uring_enter    426
#define SYS_io_uring_register 427
#endif

static unsigned flags;
static int ring;
static struct io_uring_params p;
static char *memory;
static struct io_uring_sqe *sqes;

static unsigned *word(uint32_t offset)
{
    return (unsigned *)(void *)(memory + offset);
}

/* Makes one operation by the ring. Returns its result. */
static int operate(int opcode, int fd, const void *address, unsigned length, uint64_t offset)
{
    unsigned tail = *word(p.sq_off.tail);
    unsigned at = tail & *word(p.sq_off.ring_mask);
    struct io_uring_sqe *sqe = &sqes[at];
    memset(sqe, 0, sizeof(*sqe));
    sqe->opcode = (uint8_t)opcode;
    sqe->fd = fd;
    sqe->addr = (uintptr_t)address;
    sqe->len = length;
    sqe->off = offset;
    word(p.sq_off.array)[at] = at;
    __atomic_store_n(word(p.sq_off.tail), tail + 1, __ATOMIC_RELEASE);
    long n = syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0);
    unsigned head = *word(p.cq_off.head);
    if (n < 0 || head == __atomic_load_n(word(p.cq_off.tail), __ATOMIC_ACQUIRE))
        return n < 0 ? -errno : -ENODATA;
    struct io_uring_cqe *cqes = (struct io_uring_cqe *)(void *)(memory + p.cq_off.cqes);
    int result = cqes[head & *word(p.cq_off.ring_mask)].res;
    __atomic_store_n(word(p.cq_off.head), head + 1, __ATOMIC_RELEASE);
    return result;
}

static void say(const char *what, long result)
{
    printf("%s %s\n", what, result < 0 ? strerror((int)-result) : "ok");
}

static void use(void)
{
    char text[8] = "";
    struct {
        struct io_uring_probe head;
        struct io_uring_probe_op operations[256];
    } probe;
    int fd = open("file", O_RDWR | O_CREAT, 0644);
    memset(&probe, 0, sizeof(probe));
    say("probe",
        syscall(SYS_io_uring_register, ring, IORING_REGISTER_PROBE, &probe, 256) < 0 ? -errno : 0);
    say("nop", operate(IORING_OP_NOP, -1, NULL, 0, 0));
    say("write", operate(IORING_OP_WRITE, fd, "words", 5, 0));
    say("read", operate(IORING_OP_READ, fd, text, 5, 0));
    printf("%s\n", text);
    int made = operate(IORING_OP_OPENAT, AT_FDCWD, "a:b", 0600, 0);
    say("openat", made);
    say("unlinkat", operate(IORING_OP_UNLINKAT, AT_FDCWD, "other", 0, 0));
    say("mkdirat", operate(IORING_OP_MKDIRAT, AT_FDCWD, "made", 0777, 0));
    say("fallocate", operate(IORING_OP_FALLOCATE, fd, (void *)(uintptr_t)4096, 0, 0));
    say("close", operate(IORING_OP_CLOSE, fd, NULL, 0, 0));
    printf("%s\n", fcntl(fd, F_GETFD) < 0 ? "closed" : "open");
}

static void *run(void *unused)
{
    p.flags = flags;
    ring = (int)syscall(SYS_io_uring_setup, 4, &p);
    say("setup", ring < 0 ? -errno : ring);
    if (ring < 0)
        return unused;
    printf("flags %u, %u entries\n", p.flags, p.sq_entries);
    size_t size = p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe) + 4096;
    memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring,
                  IORING_OFF_SQ_RING);
    sqes = mmap(NULL, p.sq_entries * sizeof(*sqes), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQES);
    if (memory == MAP_FAILED || (void *)sqes == MAP_FAILED)
        say("map", -errno);
    else
        use();
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    flags = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 0;
    say("nowhere", syscall(SYS_io_uring_setup, 4, (void *)16) < 0 ? -errno : 0);
    if (argc > 2) {
        pthread_create(&thread, NULL, run, NULL);
        pthread_join(thread, NULL);
    } else {
        run(NULL);
    }
    return 0;
}
