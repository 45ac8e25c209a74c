/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/say.h"

/* Counted by the handler, in the thread that wrote. */
static volatile sig_atomic_t heard;

static void hear(int sign)
{
    (void)sign;
    heard++;
}

static int set_up(void **state)
{
    const struct sigaction action = {.sa_handler = hear};
    (void)state;
    heard = 0;
    return sigaction(SIGPIPE, &action, NULL);
}

static long say(int fd)
{
    const struct iovec parts[] = {{(void *)(uintptr_t) "one ", 4}, {(void *)(uintptr_t) "two", 3}};
    return sys_say(fd, parts, 2);
}

/* A pipe, or a pair of sockets, to write to; its reader is `other`. */
static int writer(bool socket, int *other)
{
    int ends[2];
    assert_int_equal(socket ? socketpair(AF_UNIX, SOCK_STREAM, 0, ends) : pipe(ends), 0);
    *other = ends[0];
    return ends[1];
}

static void a_reader_gets_it_whole(void **state)
{
    (void)state;
    for (int socket = 0; socket < 2; socket++) {
        char got[16] = "";
        int reader = -1;
        int fd = writer(socket == 1, &reader);
        assert_int_equal(say(fd), 7);
        assert_int_equal(read(reader, got, sizeof(got)), 7);
        assert_string_equal(got, "one two");
        close(reader);
        close(fd);
    }
}

static void a_reader_that_has_gone_is_an_errno_and_no_signal(void **state)
{
    (void)state;
    for (int socket = 0; socket < 2; socket++) {
        int reader = -1;
        sigset_t pending;
        int fd = writer(socket == 1, &reader);
        close(reader);
        assert_int_equal(write(fd, "x", 1), -1);
        assert_int_equal(heard, socket + 1);
        assert_int_equal(say(fd), -EPIPE);
        assert_int_equal(heard, socket + 1);
        assert_int_equal(sigpending(&pending), 0);
        assert_false(sigismember(&pending, SIGPIPE));
        close(fd);
    }
}

static void a_signal_that_waits_is_the_programs(void **state)
{
    sigset_t sign;
    sigset_t pending;
    sigset_t before;
    int reader = -1;
    (void)state;
    int fd = writer(false, &reader);
    close(reader);
    sigemptyset(&sign);
    sigaddset(&sign, SIGPIPE);
    sigprocmask(SIG_BLOCK, &sign, &before);
    raise(SIGPIPE);
    assert_int_equal(say(fd), -EPIPE);
    assert_int_equal(sigpending(&pending), 0);
    assert_true(sigismember(&pending, SIGPIPE));
    assert_int_equal(heard, 0);
    sigprocmask(SIG_SETMASK, &before, NULL);
    assert_int_equal(heard, 1);
    close(fd);
}

static void a_file_is_written_to_as_by_writev(void **state)
{
    char got[16] = "";
    int fd = memfd_create("say", MFD_CLOEXEC);
    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(say(fd), 7);
    assert_int_equal(pread(fd, got, sizeof(got), 0), 7);
    assert_string_equal(got, "one two");
    close(fd);
    assert_int_equal(say(fd), -EBADF);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_reader_gets_it_whole, set_up),
        cmocka_unit_test_setup(a_reader_that_has_gone_is_an_errno_and_no_signal, set_up),
        cmocka_unit_test_setup(a_signal_that_waits_is_the_programs, set_up),
        cmocka_unit_test_setup(a_file_is_written_to_as_by_writev, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
