/* SPDX-License-Identifier: MIT */
/*
 * filter: prints the seccomp filter of `lxshim run` as the elements of an array of struct
 * sock_filter: which calls are trapped and which are refused. Run when lxshim is built, because
 * libseccomp takes longer to put a filter together than a process to start.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "supervisor/calls.h"
#include "sys/numbers.h"
#include "sys/sys.h"

/*
 * Calls without an answer of ours, and for which every caller has something to fall back on: the
 * resolve flags of openat2 cannot be kept while names are spelled anew, io_uring opens files where
 * nobody sees it, and the others are newer than any program's least kernel.
 */
static const int refused[] = {
    SYS_openat2,       SYS_io_uring_setup, SYS_setxattrat,   SYS_getxattrat,   SYS_listxattrat,
    SYS_removexattrat, SYS_open_tree_attr, SYS_file_getattr, SYS_file_setattr,
};

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

static int fill(scmp_filter_ctx ctx)
{
    const struct scmp_arg_cmp ours = {.arg = 5, .op = SCMP_CMP_NE, .datum_a = SYS_COOKIE};
    int r = trap_strict(ctx, ours);
    for (size_t i = 0; i < supervise_call_count && r == 0; i++)
        r = seccomp_rule_add_array(ctx, SCMP_ACT_NOTIFY, supervise_calls[i].number, 1, &ours);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]) && r == 0; i++)
        r = seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(ENOSYS), refused[i], 1, &ours);
    return r;
}

static int fail(const char *what)
{
    fprintf(stderr, "filter: cannot %s: libseccomp 2.5 or later, and headers of its age?\n", what);
    return 1;
}

int main(void)
{
    struct sock_filter code;
    /* libseccomp asks the kernel what it knows; but the filter is for another than this one's, as
     * in an emulator or a container without seccomp. 5: user notification. */
    (void)seccomp_api_set(5);
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
    FILE *program = tmpfile();
    if (program == NULL) {
        perror("filter: cannot make a temporary file");
        return 1;
    }
    if (ctx == NULL)
        return fail("begin a filter");
    /* Nobody walks around by switching to the 32-bit ABI: its calls are not there. */
    if (seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS)) != 0 ||
        seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2) != 0)
        return fail("set the filter's attributes");
    if (fill(ctx) != 0)
        return fail("add a rule for a call");
    if (seccomp_export_bpf(ctx, fileno(program)) != 0)
        return fail("write the filter");
    seccomp_release(ctx);
    rewind(program);
    while (fread(&code, sizeof(code), 1, program) == 1)
        printf("{0x%x, %u, %u, 0x%x},\n", code.code, code.jt, code.jf, code.k);
    if (fclose(program) != 0 || fflush(stdout) != 0) {
        perror("filter: cannot write it");
        return 1;
    }
    return 0;
}
