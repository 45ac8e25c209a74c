/* SPDX-License-Identifier: MIT */
/* The registry of file systems. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "fs/filesystems.h"

static void each_can_do_what_vfs_takes_for_granted(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LX_MOUNT_TYPES; i++) {
        const struct lx_fs_type *fs = &lx_filesystems[i];
        assert_int_equal(fs->word[0] != '\0', i < LX_MOUNT_HOST);
        for (unsigned op = 0; op < LX_OP_COUNT; op++)
            assert_true(fs->ops->run[op] != NULL || lx_host_fs.run[op] != NULL);
    }
}

static void what_is_outside_is_the_hosts(void **state)
{
    (void)state;
    const struct lx_mount drive = {.type = LX_MOUNT_DRVFS};
    assert_ptr_equal(lx_filesystem(NULL)->ops, &lx_host_fs);
    assert_ptr_equal(lx_filesystem(&drive)->ops, &lx_drvfs);
    assert_string_equal(lx_filesystem(&drive)->word, "drvfs");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_can_do_what_vfs_takes_for_granted),
        cmocka_unit_test(what_is_outside_is_the_hosts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
