/* SPDX-License-Identifier: MIT */
/*
 * filter: prints the seccomp filter of `lxshim run` as the elements of an array of struct
 * sock_filter: which calls are trapped and which are refused. Run when lxshim is built, because
 * libseccomp takes longer to put a filter together than a process to start. Each of these words
 * asks for one that traps more than the one before: "shows" uname, sysinfo and copy_file_range,
 * "writes" what writes, "moves" what reads, too.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "supervisor/calls.h"
#include "supervisor/credential_calls.h"
#include "sys/numbers.h"
#include "sys/strict.h"
#include "sys/sys.h"

/* Which filter is asked for. The last ones are what transfers.def says of its calls. */
static enum level { PLAIN, SHOWS, WRITES, MOVES } level; /* written by main, before all else */
#define RANGE SHOWS
#define WRITE WRITES
#define COPY  WRITES
#define READ  MOVES

/* Left out of most filters, by our number. */
static bool is_left_out(int number)
{
    static const struct {
        int number;
        enum level least;
    } transfers[] = {
#define TRANSFER(name, arguments, op, offset)     {SYS_##name, op},
#define TRANSFER_SIX(name, arguments, op, offset) {SYS_##name, op},
#include "supervisor/transfers.def"
#undef TRANSFER
#undef TRANSFER_SIX
    };
    for (size_t i = 0; i < sizeof(transfers) / sizeof(transfers[0]); i++)
        if (transfers[i].number == number)
            return level < transfers[i].least;
    return (number == SYS_uname || number == SYS_sysinfo) && level < SHOWS;
}

/* The one request of two calls that is told of: strict mode, which the kernel refuses below this.
 */
static int trap_strict(scmp_filter_ctx ctx, struct scmp_arg_cmp ours)
{
    const scmp_datum_t number = 0xffffffff; /* the kernel looks at no more of it */
    const struct scmp_arg_cmp by_prctl[] = {
        {.arg = 0, .op = SCMP_CMP_MASKED_EQ, .datum_a = number, .datum_b = PR_SET_SECCOMP},
        {.arg = 1, .op = SCMP_CMP_EQ, .datum_a = SECCOMP_MODE_STRICT},
        ours};
    const struct scmp_arg_cmp by_seccomp[] = {
        {.arg = 0, .op = SCMP_CMP_MASKED_EQ, .datum_a = number, .datum_b = SECCOMP_SET_MODE_STRICT},
        ours};
    int r = seccomp_rule_add_array(ctx, SCMP_ACT_NOTIFY, SYS_prctl, 3, by_prctl);
    return r < 0 ? r : seccomp_rule_add_array(ctx, SCMP_ACT_NOTIFY, SYS_seccomp, 2, by_seccomp);
}

/*
 * The filter of x86-64 has a part for each of its kinds of calls. libseccomp knows calls by name,
 * and those of another kind only if their names are as old as itself: so the part for 32-bit x86 is
 * made as if its numbers were our own, and then put in front of ours, for that kind.
 */
static const struct rule {
    int number;
    int ours; /* of the call that means the same */
    bool six; /* the sixth argument is the call's own, and never the cookie */
} i386_calls[] = {
#if defined(__x86_64__)
#define I386(nr, name, call, arguments, structure)     {nr, SYS_##call, false},
#define I386_SIX(nr, name, call, arguments, structure) {nr, SYS_##call, true},
#define I386_LISTS(nr, name, reader)                   {nr, -1, false},
#include "supervisor/compat.def"
#else
    {0, -1, false},
#endif
};

#define I386_COUNT      (sizeof(i386_calls) / sizeof(i386_calls[0]))
#define I386_SOCKETCALL 102

/* Calls that are told of by an argument's value: sometimes.def. */
static const struct sometimes {
    int number;
    int i386;
    unsigned count; /* of arguments that are looked at */
    unsigned argument[2];
    uint32_t value[2];
} sometimes[] = {
#define SOMETIMES(call, i386, argument, value) {SYS_##call, i386, 1, {argument}, {value}},
#define SOMETIMES_BOTH(call, i386, one, value, other, and) \
    {SYS_##call, i386, 2, {one, other}, {value, and}},
#include "supervisor/sometimes.def"
#undef SOMETIMES
#undef SOMETIMES_BOTH
};

#define SOMETIMES_COUNT (sizeof(sometimes) / sizeof(sometimes[0]))

static int number_of(const struct sometimes *s, bool i386)
{
    return i386 ? s->i386 : s->number;
}

static bool is_sometimes(int number, bool i386)
{
    for (size_t i = 0; i < SOMETIMES_COUNT; i++)
        if (number_of(&sometimes[i], i386) == number)
            return true;
    return false;
}

/* A number that several kinds of calls have is said once: which call it is, is the filter's. */
static int trap_sometimes(scmp_filter_ctx ctx, bool i386, const struct scmp_arg_cmp *ours)
{
    int r = 0;
    for (size_t i = 0; i < SOMETIMES_COUNT && (r == 0 || r == -EEXIST); i++) {
        const struct sometimes *s = &sometimes[i];
        struct scmp_arg_cmp these[3] = {*ours};
        for (unsigned k = 0; k < s->count; k++)
            these[k + 1] = (struct scmp_arg_cmp){.arg = s->argument[k],
                                                 .op = SCMP_CMP_MASKED_EQ,
                                                 .datum_a = 0xffffffff,
                                                 .datum_b = s->value[k]};
        r = seccomp_rule_add_array(ctx, SCMP_ACT_NOTIFY, number_of(s, i386), s->count + 1, these);
    }
    return r == -EEXIST ? 0 : r;
}

/* After these a caller is allowed more or less than before; after the last in a way that only it
 * knows. */
static int trap_changes(scmp_filter_ctx ctx, const int *calls, size_t count,
                        const struct scmp_arg_cmp *ours)
{
    int r = 0;
    for (size_t i = 0; i < count && r == 0; i++)
        r = seccomp_rule_add_array(ctx, SCMP_ACT_NOTIFY, calls[i], 1, ours);
    return r < 0
               ? r
               : seccomp_rule_add_array(ctx, SCMP_ACT_NOTIFY, SYS_landlock_restrict_self, 1, ours);
}

/* A umask that takes an owner's write bit, which nearly none does: files are read-only by it. */
static int trap_umask(scmp_filter_ctx ctx, int number, const struct scmp_arg_cmp *ours)
{
    const struct scmp_arg_cmp these[] = {
        *ours, {.arg = 0, .op = SCMP_CMP_MASKED_EQ, .datum_a = S_IWUSR, .datum_b = S_IWUSR}};
    return seccomp_rule_add_array(ctx, SCMP_ACT_NOTIFY, number, 2, these);
}

/* What opens files where nobody sees it; and a call that nobody makes, by which the library tells
 * our filter. */
static int trap_rings(scmp_filter_ctx ctx, const struct scmp_arg_cmp *ours)
{
    const struct scmp_arg_cmp mark[] = {*ours,
                                        {.arg = 1, .op = SCMP_CMP_EQ, .datum_a = SYS_STRICT_MARK}};
    int r = seccomp_rule_add_array(ctx, SCMP_ACT_NOTIFY, SYS_io_uring_setup, 1, ours);
    return r < 0 ? r
                 : seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(ENOSYS), SYS_io_uring_register, 2,
                                          mark);
}

static int fill(scmp_filter_ctx ctx)
{
    const struct scmp_arg_cmp ours = {.arg = 5, .op = SCMP_CMP_NE, .datum_a = SYS_COOKIE};
    static const int changes[] = {CREDENTIAL_CALLS};
    int r = trap_strict(ctx, ours);
    if (r == 0)
        r = trap_changes(ctx, changes, sizeof(changes) / sizeof(changes[0]), &ours);
    if (r == 0)
        r = trap_umask(ctx, SYS_umask, &ours);
    if (r == 0)
        r = trap_rings(ctx, &ours);
    if (r == 0)
        r = trap_sometimes(ctx, false, &ours);
    for (size_t i = 0; i < supervise_call_count && r == 0; i++)
        if (!is_sometimes(supervise_calls[i].number, false) &&
            !is_left_out(supervise_calls[i].number))
            r = seccomp_rule_add_array(ctx, SCMP_ACT_NOTIFY, supervise_calls[i].number,
                                       supervise_calls[i].six ? 0 : 1, &ours);
    return r;
}

static int fill_i386(scmp_filter_ctx ctx)
{
    /* Of socketcall: bind and connect. */
    const struct scmp_arg_cmp ours[2] = {
        {.arg = 5, .op = SCMP_CMP_NE, .datum_a = (uint32_t)SYS_COOKIE},
        {.arg = 0, .op = SCMP_CMP_EQ, .datum_a = 0},
    };
    static const int changes[] = {CREDENTIAL_CALLS_I386};
    int r = trap_changes(ctx, changes, sizeof(changes) / sizeof(changes[0]), ours);
    if (r == 0)
        r = trap_umask(ctx, UMASK_I386, ours);
    if (r == 0)
        r = trap_rings(ctx, ours);
    if (r == 0)
        r = trap_sometimes(ctx, true, ours);
    for (size_t i = 0; i < I386_COUNT && r == 0; i++) {
        if (is_sometimes(i386_calls[i].number, true) || is_left_out(i386_calls[i].ours))
            continue;
        struct scmp_arg_cmp these[2] = {ours[0], ours[1]};
        bool sockets = i386_calls[i].number == I386_SOCKETCALL;
        unsigned count = i386_calls[i].six ? 0 : sockets ? 2 : 1;
        for (these[1].datum_a = 2; these[1].datum_a <= 3 && r == 0; these[1].datum_a++)
            if (sockets || these[1].datum_a == 2)
                r = seccomp_rule_add_array(ctx, SCMP_ACT_NOTIFY, i386_calls[i].number, count,
                                           these);
    }
    return r;
}

static int fail(const char *what)
{
    fprintf(stderr, "filter: cannot %s: libseccomp 2.5 or later, and headers of its age?\n", what);
    return 1;
}

/* Writes a filter of our own machine to a file, with the rules that `add` adds. Returns 0 or 1. */
static int make(FILE *file, int (*add)(scmp_filter_ctx ctx), uint32_t other)
{
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
    if (ctx == NULL)
        return fail("begin a filter");
    if (seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, other) != 0 ||
        seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2) != 0)
        return fail("set the filter's attributes");
    if (add(ctx) != 0)
        return fail("add a rule for a call");
    if (seccomp_export_bpf(ctx, fileno(file)) != 0)
        return fail("write the filter");
    seccomp_release(ctx);
    rewind(file);
    return 0;
}

static void print(const struct sock_filter *code)
{
    printf("{0x%x, %u, %u, 0x%x},\n", code->code, code->jt, code->jf, code->k);
}

/* Prints the part for 32-bit x86, with what leads there. Returns 0 or 1. */
static int print_i386(FILE *file)
{
    struct sock_filter code[BPF_MAXINSNS];
    size_t n = fread(code, sizeof(code[0]), BPF_MAXINSNS, file);
    unsigned found = 0;
    for (size_t i = 0; i < n; i++) {
        if (code[i].code != (BPF_JMP | BPF_JEQ | BPF_K) || code[i].k != AUDIT_ARCH_X86_64)
            continue;
        code[i].k = AUDIT_ARCH_I386;
        found++;
    }
    if (found != 1)
        return fail("find where the filter looks at the kind of a call");
    print(&(struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                        offsetof(struct seccomp_data, arch)));
    print(&(struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_I386, 1, 0));
    print(&(struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, (uint32_t)n));
    for (size_t i = 0; i < n; i++)
        print(&code[i]);
    return 0;
}

int main(int argc, char **argv)
{
    static const char *const words[] = {"plain", "shows", "writes", "moves"};
    while (argc > 1 && level < MOVES && strcmp(argv[1], words[level]) != 0)
        level++;
#if defined(__x86_64__)
    /* Calls of x32, of which the supervisor says that they are refused. */
    const uint32_t other = SCMP_ACT_NOTIFY;
    const bool two = true;
#else
    /* Nobody walks around by switching to a 32-bit ABI: its calls are not there. */
    const uint32_t other = SCMP_ACT_ERRNO(ENOSYS);
    const bool two = false;
#endif
    struct sock_filter code;
    /* libseccomp asks the kernel what it knows; but the filter is for another than this one's, as
     * in an emulator or a container without seccomp. 5: user notification. */
    (void)seccomp_api_set(5);
    FILE *ours = tmpfile();
    FILE *i386 = tmpfile();
    if (ours == NULL || i386 == NULL) {
        perror("filter: cannot make a temporary file");
        return 1;
    }
    if (make(ours, fill, other) != 0)
        return 1;
    if (two && (make(i386, fill_i386, SCMP_ACT_ERRNO(ENOSYS)) != 0 || print_i386(i386) != 0))
        return 1;
    while (fread(&code, sizeof(code), 1, ours) == 1)
        print(&code);
    if (fclose(ours) != 0 || fclose(i386) != 0 || fflush(stdout) != 0) {
        perror("filter: cannot write it");
        return 1;
    }
    return 0;
}
