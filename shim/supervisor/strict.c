/* SPDX-License-Identifier: MIT */
#include "supervisor/strict.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "supervisor/forced.h"
#include "supervisor/proc.h"
#include "sys/strict.h"

bool strict_asks(const struct tracee *tracee, long nr)
{
    return !tracee->i386 && (nr == SYS_prctl || nr == SYS_seccomp);
}

/* kill(pid, SIGKILL), and what is undefined to the processor if that is not the end. */
#if defined(__x86_64__)
#define CODE_PID 6
static const unsigned char code[] = {
    0xb8, SYS_kill, 0, 0, 0, /* mov $SYS_kill, %eax */
    0xbf, 0,        0, 0, 0, /* mov $pid, %edi */
    0xbe, SIGKILL,  0, 0, 0, /* mov $SIGKILL, %esi */
    0x0f, 0x05,              /* syscall */
    0x0f, 0x0b,              /* ud2 */
};
#else
#define CODE_PID 20
static const uint32_t code[] = {
    0xd2800008U | SYS_kill << 5, /* mov x8, #SYS_kill */
    0xd2800001U | SIGKILL << 5,  /* mov x1, #SIGKILL */
    0x18000060U,                 /* ldr w0, pid */
    0xd4000001U,                 /* svc #0 */
    0,                           /* udf #0 */
    0,                           /* pid */
};
#endif

/* Leaves a page with a handler of SIGSYS in the caller. False: it has none. */
static bool put_handler(struct injection *i, struct scratch *s, uint64_t handler, long pid)
{
    const int number = (int)pid;
    const struct sys_strict_action action = sys_strict_action(handler);
    const long at = (long)scratch_put(s, &action, sizeof(action));
    const long readable[6] = {(long)s->start, (long)s->size, PROT_READ | PROT_EXEC};
    const long handled[6] = {SIGSYS, at, 0, sizeof(uint64_t)};
    s->stays = !s->failed &&
               tracee_write(s->tracee, handler + CODE_PID, &number, sizeof(number)) == 0 &&
               forced_call(i, SYS_mprotect, readable) == 0 &&
               forced_call(i, SYS_rt_sigaction, handled) == 0;
    return s->stays;
}

static long enter(struct injection *i, struct scratch *s, const void *what)
{
    const bool *alone = what;
    struct sock_filter filter[SYS_STRICT_LENGTH];
    const long pid = forced_call(i, SYS_getpid, (const long[6]){0});
    sys_strict_filter(filter, (int)pid, *alone);
    const uint64_t handler = scratch_put(s, code, sizeof(code));
    const uint64_t at = scratch_put(s, filter, sizeof(filter));
    const struct sock_fprog program = {SYS_STRICT_LENGTH, (struct sock_filter *)(uintptr_t)at};
    const long install[6] = {SECCOMP_SET_MODE_FILTER,
                             0,
                             (long)scratch_put(s, &program, sizeof(program)),
                             0,
                             0,
                             SYS_COOKIE};
    /* Where no memory may be executed that was written, it is ended by the other signal. */
    if (*alone && !put_handler(i, s, handler, pid)) {
        sys_strict_filter(filter, (int)pid, false);
        s->failed |= tracee_write(s->tracee, at, filter, sizeof(filter)) < 0;
    }
    if (s->failed || pid < 0)
        return -EFAULT;
    s->stays = true; /* there is no call any more to take it away by */
    i->mask &= ~SYS_STRICT_MASK;
    (void)forced_call(i, SYS_prctl, (const long[6]){PR_SET_NO_NEW_PRIVS, 1});
    return forced_call(i, SYS_seccomp, install);
}

bool strict_enter(const struct tracee *tracee)
{
    char text[PROC_STATUS_ROOM];
    bool answered = false;
    /* With one of its own, or around us, it would be refused natively. */
    if (!proc_one_filter(tracee->tid) || proc_status(tracee->tid, "Threads:", text) == NULL)
        return false;
    const bool alone = strstr(text, SYS_STRICT_ALONE) != NULL;
    const struct forced f = {.tracee = tracee,
                             .room = sizeof(code) + SYS_STRICT_LENGTH * sizeof(struct sock_filter) +
                                     sizeof(struct sock_fprog) + sizeof(struct sys_strict_action),
                             .steps = enter,
                             .what = &alone};
    (void)force(&f, &answered);
    return answered;
}
