/* SPDX-License-Identifier: MIT */
/* mounts/lines: the kernel's mount tables with the mounts of a run in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mount.h>

#include <cmocka.h>

#include "mounts/lines.h"

static struct lines_work work;
static char text[65536];
static char records[16][1024] __attribute__((aligned(8)));

/* A mount at a point, the newest; whoever calls may say more of it. */
static struct lx_mount *drive_with(const char *source, const char *point, const char *alias,
                                   const char *options)
{
    struct lx_mount like = {.case_option = LX_OFF, .flags = LX_MOUNT_VOLUME_ROOT};
    const struct lx_mount_texts texts = {.source = source,
                                         .target = point,
                                         .backing = point,
                                         .bind_alias = alias,
                                         .options = options};
    like.rules[LX_RULE_MOUNT_LINE] = LX_DRVFS_ROOT;
    like.rules[LX_RULE_CASE_DIRECTORIES] = LX_OFF;
    struct lx_mount *m = (struct lx_mount *)(void *)records[work.count];
    assert_true(lx_mount_put(m, sizeof(records[0]), &like, &texts) > 0);
    m->number = (uint32_t)work.count + 1;
    m->device = 7 + m->number;
    work.drive[work.count] = (struct lines_drive){.mount = m, .point = point};
    work.count++;
    return m;
}

static struct lx_mount *drive_at(const char *point, const char *alias)
{
    return drive_with("C:", point, alias, NULL);
}

static const char *written(enum lines_file file, const char *kernels)
{
    struct lines_out out = {.at = text, .room = sizeof(text) - 1};
    lines_write(&work, file, (struct sys_span){kernels, strlen(kernels)}, &out);
    assert_false(out.failed);
    text[out.n] = '\0';
    return text;
}

static int start(void **state)
{
    (void)state;
    work.count = 0;
    return 0;
}

static const char kernels[] = "20 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
                              "21 20 0:5 / /proc rw,nosuid - proc proc rw\n"
                              "30 20 8:2 / /data rw,relatime - ext4 /dev/sdb1 rw\n"
                              "31 30 0:9 / /data/c/deep rw - tmpfs tmpfs rw,size=4k\n";

/* One that the kernel knows nothing of has a number, a parent, and the mounts in it are in it. */
static void a_directory_becomes_a_mount(void **state)
{
    (void)state;
    assert_string_equal(written(LINES_MOUNTINFO, kernels), kernels);
    drive_at("/data/c", NULL);
    assert_string_equal(written(LINES_MOUNTINFO, kernels),
                        "20 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
                        "21 20 0:5 / /proc rw,nosuid - proc proc rw\n"
                        "30 20 8:2 / /data rw,relatime - ext4 /dev/sdb1 rw\n"
                        "100001 30 0:8 / /data/c rw,relatime - drvfs C:\\134 rw,case=off\n"
                        "31 100001 0:9 / /data/c/deep rw - tmpfs tmpfs rw,size=4k\n");
    assert_string_equal(written(LINES_MOUNTS, "/dev/sda1 / ext4 rw,relatime 0 0\n"
                                              "/dev/sdb1 /data ext4 rw,relatime 0 0\n"
                                              "tmpfs /data/c/deep tmpfs rw,size=4k 0 0\n"),
                        "/dev/sda1 / ext4 rw,relatime 0 0\n"
                        "/dev/sdb1 /data ext4 rw,relatime 0 0\n"
                        "C:\\134 /data/c drvfs rw,relatime,case=off 0 0\n"
                        "tmpfs /data/c/deep tmpfs rw,size=4k 0 0\n");
}

/* Its line is in the place of the kernel's; of those at one point, of the last for the newest. */
static void a_mount_is_replaced(void **state)
{
    (void)state;
    drive_at("/mnt/c", "/a b");
    struct lx_mount *typed = drive_with("D:", "/mnt/c", "/d", "uid=5");
    typed->flags |= LX_MOUNT_TYPED;
    typed->uid = 5;
    work.drive[1].root = "/x y";
    assert_string_equal(
        written(LINES_MOUNTINFO,
                "20 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
                "21 20 8:1 /old /mnt/c rw - ext4 /dev/sda1 rw\n"
                "22 21 8:1 /a\\040b /mnt/c rw shared:3 master:1 - ext4 /dev/sda1 rw\n"
                "23 22 8:1 /d /mnt/c rw shared:4 - ext4 /dev/sda1 rw\n"
                "24 23 0:9 / /mnt/c/deep rw - tmpfs tmpfs rw\n"
                "no line at all\n"),
        "20 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        "21 20 8:1 /old /mnt/c rw - ext4 /dev/sda1 rw\n"
        "22 21 0:8 / /mnt/c rw,relatime shared:3 master:1 - drvfs C:\\134 rw,case=off\n"
        "23 22 0:9 /x\\040y /mnt/c rw,relatime shared:4 - drvfs D: rw,uid=5,case=off\n"
        "24 23 0:9 / /mnt/c/deep rw - tmpfs tmpfs rw\n"
        "no line at all\n");
    assert_string_equal(written(LINES_MOUNTSTATS,
                                "no device mounted on /a with fstype rootfs\n"
                                "device /dev/sda1 mounted on /mnt/c with fstype ext4\n"
                                "device s:/x mounted on /mnt/c/deep with fstype nfs statvers=1.1\n"
                                "\topts:\trw\n"
                                "\n"
                                "device /dev/sda1 mounted on /mnt/c with fstype ext4\n"),
                        "no device mounted on /a with fstype rootfs\n"
                        "device C:\\134 mounted on /mnt/c with fstype drvfs\n"
                        "device s:/x mounted on /mnt/c/deep with fstype nfs statvers=1.1\n"
                        "\topts:\trw\n"
                        "\n"
                        "device D: mounted on /mnt/c with fstype drvfs\n");
}

/* What another program has mounted over it has the last line, and keeps it. */
static void others_over_one_keep_their_lines(void **state)
{
    (void)state;
    drive_at("/mnt/c", "/a");
    drive_at("/mnt/c", NULL)->type = LX_MOUNT_HOST;
    assert_string_equal(written(LINES_MOUNTS, "/dev/sda1 /mnt/c ext4 rw 0 0\n"
                                              "tmpfs /mnt/c tmpfs rw 0 0\n"),
                        "C:\\134 /mnt/c drvfs rw,relatime,case=off 0 0\n"
                        "tmpfs /mnt/c tmpfs rw 0 0\n");
}

/* Over one that the kernel knows nothing of as well: below it is a drive. */
static void real_ones_lie_over_others(void **state)
{
    (void)state;
    drive_at("/data/c", NULL);
    drive_at("/data/c", "/d");
    assert_string_equal(written(LINES_MOUNTINFO, "20 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
                                                 "21 20 8:1 /d /data/c rw - ext4 /dev/sda1 rw\n"),
                        "20 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
                        "100001 20 0:8 / /data/c rw,relatime - drvfs C:\\134 rw,case=off\n"
                        "21 100001 0:9 / /data/c rw,relatime - drvfs C:\\134 rw,case=off\n");
}

/* A mount that the table's namespace has lost, or never had, has no line. */
static void what_the_kernel_has_not_is_not_shown(void **state)
{
    (void)state;
    drive_at("/mnt/c", "/a");
    assert_string_equal(written(LINES_MOUNTINFO, kernels), kernels);
}

static void drives_in_drives(void **state)
{
    (void)state;
    drive_at("/data/c/sub", NULL);
    drive_at("/data/c", NULL);
    drive_at("/nowhere/e", NULL)->flags = LX_MOUNT_OWN_NAME;
    drive_at("/data/c/none", NULL)->rules[LX_RULE_MOUNT_LINE] = LX_NATIVE;
    assert_string_equal(
        written(LINES_MOUNTINFO, kernels),
        "20 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
        "21 20 0:5 / /proc rw,nosuid - proc proc rw\n"
        "30 20 8:2 / /data rw,relatime - ext4 /dev/sdb1 rw\n"
        "100002 30 0:9 / /data/c rw,relatime - drvfs C:\\134 rw,case=off\n"
        "31 100002 0:9 / /data/c/deep rw - tmpfs tmpfs rw,size=4k\n"
        "100001 100002 0:8 / /data/c/sub rw,relatime - drvfs C:\\134 rw,case=off\n");
}

static void line_is(enum lx_value form, const char *source, const char *options,
                    const char *expected)
{
    work.count = 0;
    struct lx_mount *m = drive_with(source, "/m", NULL, options);
    m->flags = LX_MOUNT_METADATA | LX_MOUNT_NOATIME;
    m->flags |= source[2] == '\0' ? (uint8_t)LX_MOUNT_VOLUME_ROOT : (uint8_t)0;
    m->flags |= options != NULL ? (uint8_t)LX_MOUNT_TYPED : (uint8_t)0;
    m->rules[LX_RULE_MOUNT_LINE] = (uint8_t)form;
    m->uid = m->gid = 1000;
    m->file_mask = 0133;
    m->dir_mask = 022;
    assert_string_equal(written(LINES_MOUNTS, ""), expected);
}

static void every_era_has_its_form(void **state)
{
    (void)state;
    line_is(LX_DRVFS_PLAIN, "C:", NULL, "C: /m drvfs rw,noatime 0 0\n");
    line_is(LX_DRVFS_PLAIN, "C:\\a b", "uid=5", "C:\\a b /m drvfs rw,noatime 0 0\n");
    line_is(LX_DRVFS, "C:", NULL,
            "C: /m drvfs rw,noatime,uid=1000,gid=1000,umask=22,fmask=111,metadata,case=off 0 0\n");
    /* What they came to, in the file system's order, whatever was spelled. */
    line_is(LX_DRVFS, "C:", "fmask=111,fallback=0,case=off,metadata,,gid=1000",
            "C: /m drvfs rw,noatime,uid=1000,gid=1000,umask=22,fmask=111,metadata,case=off,"
            "fallback=0 0 0\n");
    line_is(LX_DRVFS_ROOT, "C:", NULL,
            "C:\\134 /m drvfs "
            "rw,noatime,uid=1000,gid=1000,umask=22,fmask=111,metadata,case=off 0 0\n");
    line_is(LX_DRVFS_ROOT, "C:", "metadata,uid=1000",
            "C: /m drvfs rw,noatime,uid=1000,gid=1000,umask=22,fmask=111,metadata,case=off 0 0\n");
    line_is(LX_DRVFS_ROOT, "C:\\a\tb", "symlinkroot=/a b/",
            "C:\\134a\\011b /m drvfs "
            "rw,noatime,uid=1000,gid=1000,umask=22,fmask=111,metadata,case=off 0 0\n");
    line_is(LX_PLAN9, "C:", "case=dir",
            "C: /m 9p rw,noatime,aname=drvfs;path=C:;case=dir;symlinkroot=/mnt/,cache=0x5,"
            "access=client,msize=65536,trans=fd,rfd=8,wfd=8 0 0\n");
    line_is(LX_PLAN9_MMAP, "C:", NULL,
            "C:\\134 /m 9p rw,dirsync,noatime,aname=drvfs;path=C:\\;metadata;uid=1000;gid=1000;"
            "umask=22;fmask=111;symlinkroot=/mnt/,mmap,access=client,msize=65536,trans=fd,rfd=8,"
            "wfd=8 0 0\n");
    line_is(LX_PLAN9, "//server/a b", "nosuid,ro,symlinkroot=/x/",
            "//server/a\\040b /m 9p rw,noatime,aname=drvfs;path=UNC\\server/a\\040b;ro;"
            "symlinkroot=/x/,cache=0x5,access=client,msize=65536,trans=fd,rfd=8,wfd=8 0 0\n");
    line_is(LX_VIRTIOFS, "C:", NULL,
            "8b247a5b-7048-f090-d4e8-1140bc08d453 /m virtiofs rw,noatime 0 0\n");
}

/* The mount's own flags in the kernel's order; what goes without saying; what there is no room for.
 */
static void flags_and_options(void **state)
{
    (void)state;
    struct lx_mount *m = drive_with("C:", "/m", NULL, "metadata,case=dir");
    m->case_option = LX_DIR;
    m->flags |= LX_MOUNT_READONLY;
    m->shown = MS_NOEXEC | MS_NOSUID | MS_NODEV | MS_NODIRATIME | MS_STRICTATIME | MS_SYNCHRONOUS |
               MS_DIRSYNC;
    assert_string_equal(written(LINES_MOUNTINFO, ""),
                        "100001 0 0:8 / /m ro,nosuid,nodev,noexec,nodiratime - drvfs C:\\134 "
                        "ro,sync,dirsync,case=dir\n");
    work.count = 0;
    m = drive_at("/m", NULL);
    m->case_option = m->rules[LX_RULE_CASE_DIRECTORIES] = LX_DIR;
    assert_string_equal(written(LINES_MOUNTS, ""), "C:\\134 /m drvfs rw,relatime 0 0\n");
    m->rules[LX_RULE_CASE_DIRECTORIES] = LX_OFF;
    assert_string_equal(written(LINES_MOUNTS, ""), "C:\\134 /m drvfs rw,relatime,case=dir 0 0\n");
}

static char flushed[4096];

/* What is made up covers lines of the kernel's, which are left out: nothing is in any of them. */
static void nothing_is_in_a_line_that_is_left_out(void **state)
{
    (void)state;
    drive_at("/sys/fs/cgroup", NULL)->type = LX_MOUNT_CGROUP_TOP;
    drive_at("/sys/fs/cgroup/pids", NULL)->type = LX_MOUNT_CGROUP;
    drive_at("/sys/fs/cgroup/rdma", NULL)->type = LX_MOUNT_CGROUP;
    drive_at("/sys/kernel/debug", NULL)->type = LX_MOUNT_CGROUP;
    written(LINES_MOUNTINFO, "20 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
                             "21 20 0:5 / /sys rw - sysfs sysfs rw\n"
                             "30 21 0:9 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
                             "31 30 0:10 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
                             "32 31 0:11 / /sys/fs/cgroup/pids rw - tmpfs tmpfs rw\n"
                             "33 21 0:12 / /sys/kernel/debug rw - debugfs debugfs rw\n"
                             "34 33 0:13 / /sys/kernel/debug/tracing rw - tracefs tracefs rw\n");
    assert_non_null(strstr(text, "\n100001 21 0:8 / /sys/fs/cgroup rw,"));
    assert_non_null(strstr(text, "\n100002 100001 0:9 / /sys/fs/cgroup/pids rw,"));
    assert_non_null(strstr(text, "\n100003 100001 0:10 / /sys/fs/cgroup/rdma rw,"));
    assert_non_null(strstr(text, "\n100004 21 0:11 / /sys/kernel/debug rw,"));
    assert_null(strstr(text, "\n3"));
}

static void flush(struct lines_out *out)
{
    strncat(flushed, out->at, out->n);
    out->n = 0;
}

/* What does not fit is handed on, or said to be missing. */
static void a_small_buffer(void **state)
{
    (void)state;
    char room[7];
    const struct sys_span table = {kernels, strlen(kernels)};
    struct lines_out out = {.at = room, .room = sizeof(room), .flush = flush};
    drive_at("/data/c", NULL);
    const char *expected = written(LINES_MOUNTINFO, kernels);
    lines_write(&work, LINES_MOUNTINFO, table, &out);
    flush(&out);
    assert_false(out.failed);
    assert_string_equal(flushed, expected);
    out.flush = NULL;
    lines_write(&work, LINES_MOUNTINFO, table, &out);
    assert_true(out.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_directory_becomes_a_mount, start),
        cmocka_unit_test_setup(a_mount_is_replaced, start),
        cmocka_unit_test_setup(others_over_one_keep_their_lines, start),
        cmocka_unit_test_setup(real_ones_lie_over_others, start),
        cmocka_unit_test_setup(what_the_kernel_has_not_is_not_shown, start),
        cmocka_unit_test_setup(drives_in_drives, start),
        cmocka_unit_test_setup(every_era_has_its_form, start),
        cmocka_unit_test_setup(flags_and_options, start),
        cmocka_unit_test_setup(nothing_is_in_a_line_that_is_left_out, start),
        cmocka_unit_test_setup(a_small_buffer, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
