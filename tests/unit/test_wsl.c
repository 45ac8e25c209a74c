/* SPDX-License-Identifier: MIT */
/* shim/wsl and sys/mountinfo: wslpath's answers by the text of a mount table, mount.drvfs' words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <sys/mount.h>

#include "wsl/options.h"
#include "wsl/translate.h"

#define ROOT "23 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"

static const char wsl1[] = ROOT "40 23 0:40 / /mnt/c rw,noatime - drvfs C:\\134 rw,case=off\n"
                                "41 23 0:41 / /mnt/d rw,noatime - drvfs D: rw\n"
                                "42 23 0:42 / /mnt/e rw,noatime - drvfs E:/data rw\n"
                                "43 23 0:43 / /srv rw,noatime - drvfs //localhost/C$ rw\n";

static long no_tag(const char *tag, char *out, size_t room)
{
    (void)tag;
    (void)out;
    (void)room;
    return -1;
}

static long tags(const char *tag, char *out, size_t room)
{
    assert_true(room > 3);
    if (strcmp(tag, "11d5fbb3") != 0)
        return -1;
    strcpy(out, "C:\\");
    return 3;
}

static struct wsl_view view_of(const char *table, const char *cwd)
{
    return (struct wsl_view){
        .table = {.text = {table, strlen(table)}, .tag = tags}, .cwd = cwd, .distro = "Debian"};
}

static void linux_is(const struct wsl_view *view, const char *path, bool absolute,
                     const char *expected)
{
    struct wsl_text out;
    int error = wsl_to_linux(view, path, absolute, &out);
    if (expected == NULL) {
        assert_int_equal(error, EINVAL);
        return;
    }
    assert_int_equal(error, 0);
    assert_string_equal(out.at, expected);
}

/* real: where the path leads; NULL: nowhere. */
static void windows_is(const struct wsl_view *view, const char *path, const char *real,
                       bool absolute, const char *expected)
{
    struct wsl_text out;
    int error = wsl_to_windows(view, path, real, absolute, &out);
    if (expected == NULL) {
        assert_int_equal(error, EINVAL);
        return;
    }
    assert_int_equal(error, 0);
    assert_string_equal(out.at, expected);
}

static void windows_paths_of_drives(void **state)
{
    (void)state;
    const struct wsl_view v = view_of(wsl1, "/root");
    linux_is(&v, "C:\\", false, "/mnt/c/");
    linux_is(&v, "c:/", false, "/mnt/c/");
    linux_is(&v, "C:\\Foo\\", false, "/mnt/c/Foo/");
    linux_is(&v, "C:/Foo/bar", false, "/mnt/c/Foo/bar");
    linux_is(&v, "C:\\\\Foo//bar", false, "/mnt/c/Foo/bar");
    linux_is(&v, "C:\\Program Files (x86)\\x", false, "/mnt/c/Program Files (x86)/x");
    linux_is(&v, "C:\\a\\..\\b", false, "/mnt/c/a/../b");
    linux_is(&v, "\\\\?\\C:\\Users\\", false, "/mnt/c/Users/");
    linux_is(&v, "D:\\x", false, "/mnt/d/x");
    linux_is(&v, "E:\\DATA\\x", false, "/mnt/e/x");
    linux_is(&v, "E:\\data", false, "/mnt/e");
    linux_is(&v, "E:\\database", false, NULL);
    linux_is(&v, "E:\\x", false, NULL);
    linux_is(&v, "\\\\LOCALHOST\\c$\\x", false, "/srv/x");
    linux_is(&v, "C:foo", false, NULL);
    linux_is(&v, "F:\\x", false, NULL);
    linux_is(&v, "", false, NULL);
    /* Names that are escaped stay so: they are the same files. */
    linux_is(&v, "C:\\a\xEF\x80\xBA", false, "/mnt/c/a\xEF\x80\xBA");
}

static void windows_paths_of_the_distribution(void **state)
{
    (void)state;
    struct wsl_view v = view_of(wsl1, "/root");
    linux_is(&v, "\\\\wsl.localhost\\Debian", false, "/");
    linux_is(&v, "\\\\wsl.localhost\\debian\\", false, "/");
    linux_is(&v, "//WSL$/Debian/etc/a\xEF\x80\xBA", false, "/etc/a:");
    linux_is(&v, "\\\\wsl.localhost\\Debian2\\etc", false, NULL);
    linux_is(&v, "\\\\wsl.localhost\\Other\\etc", false, NULL);
    linux_is(&v, "\\\\elsewhere\\Debian\\etc", false, NULL);
    v.distro = NULL;
    linux_is(&v, "\\\\wsl.localhost\\Debian", false, NULL);
}

static void relative_windows_paths(void **state)
{
    (void)state;
    struct wsl_view v = view_of(wsl1, "/mnt/c/Users/me");
    linux_is(&v, "foo", false, "foo");
    linux_is(&v, "foo\\", false, "foo/");
    linux_is(&v, ".", false, ".");
    linux_is(&v, "a\\.\\b\\..\\c", false, "a/c");
    linux_is(&v, "foo", true, "/mnt/c/Users/me/foo");
    linux_is(&v, "..\\x", false, "/mnt/c/Users/x");
    linux_is(&v, "..\\..", false, "/mnt/c/");
    linux_is(&v, "..\\..\\..", false, NULL);
    linux_is(&v, "\\x", false, "/mnt/c/x");
    linux_is(&v, "C:", false, "C:");
    v.cwd = "/mnt/c";
    linux_is(&v, "\\x", false, "x");
    linux_is(&v, ".", false, ".");
    v.cwd = "/root";
    linux_is(&v, "foo", false, "foo");
    linux_is(&v, "foo", true, "/root/foo");
    linux_is(&v, "..\\etc", false, "/etc");
    linux_is(&v, "..\\..", false, NULL);
    linux_is(&v, "\\x", false, NULL);
    v.cwd = "/srv/x";
    linux_is(&v, "\\x", false, NULL);
    linux_is(&v, "..\\y", false, "/srv/y");
    v.cwd = "/root";
    v.distro = NULL;
    linux_is(&v, "foo", false, NULL);
}

static void linux_paths_on_drives(void **state)
{
    (void)state;
    const struct wsl_view v = view_of(wsl1, "/root");
    windows_is(&v, "/mnt/c", "/mnt/c", false, "C:\\");
    windows_is(&v, "/mnt/c/", "/mnt/c", false, "C:\\");
    windows_is(&v, "/mnt/c/Users/", "/mnt/c/Users", false, "C:\\Users\\");
    windows_is(&v, "/mnt/c/none/", NULL, false, "C:\\none\\");
    windows_is(&v, "/mnt/c/a/./../none//x", NULL, false, "C:\\none\\x");
    windows_is(&v, "/mnt/c/link", "/mnt/d/there", false, "D:\\there");
    windows_is(&v, "/mnt/d", "/mnt/d", false, "D:\\");
    windows_is(&v, "/mnt/e", "/mnt/e", false, "E:\\data");
    windows_is(&v, "/mnt/e/", "/mnt/e", false, "E:\\data\\");
    windows_is(&v, "/srv", "/srv", false, "\\\\localhost\\C$");
    windows_is(&v, "/srv/x", "/srv/x", false, "\\\\localhost\\C$\\x");
    windows_is(&v, "/mnt/c/a:b", "/mnt/c/a:b", false,
               "C:\\a\xEF\x80\xBA"
               "b");
    windows_is(&v, "/mnt/cc", "/mnt/cc", false, "\\\\wsl.localhost\\Debian\\mnt\\cc");
}

static void linux_paths_elsewhere(void **state)
{
    (void)state;
    struct wsl_view v = view_of(wsl1, "/root");
    windows_is(&v, "/", "/", false, "\\\\wsl.localhost\\Debian\\");
    windows_is(&v, "/root", "/root", false, "\\\\wsl.localhost\\Debian\\root");
    windows_is(&v, "/proc/1/", "/proc/1", false, "\\\\wsl.localhost\\Debian\\proc\\1\\");
    windows_is(&v, "/../../x", NULL, false, "\\\\wsl.localhost\\Debian\\x");
    windows_is(&v, "/a b.", NULL, false, "\\\\wsl.localhost\\Debian\\a b.");
    windows_is(&v, "/a\\b", NULL, false,
               "\\\\wsl.localhost\\Debian\\a\xEF\x81\x9C"
               "b");
    windows_is(&v, "", NULL, false, NULL);
    v.distro = NULL;
    windows_is(&v, "/root", "/root", false, NULL);
    windows_is(&v, "/mnt/c/x", "/mnt/c/x", false, "C:\\x");
}

static void relative_linux_paths(void **state)
{
    (void)state;
    struct wsl_view v = view_of(wsl1, "/mnt/c/Users");
    windows_is(&v, "me", "/mnt/c/Users/me", false, "C:\\Users\\me");
    windows_is(&v, "none", NULL, false, "none");
    windows_is(&v, "none/", NULL, false, "none\\");
    windows_is(&v, "none", NULL, true, "C:\\Users\\none");
    windows_is(&v, "none/..", NULL, false, ".");
    windows_is(&v, "../none", NULL, false, "C:\\none");
    v.cwd = "/mnt/c";
    windows_is(&v, "none", NULL, false, "none");
    v.cwd = "/";
    windows_is(&v, "none", NULL, false, "none");
    windows_is(&v, "none", NULL, true, "\\\\wsl.localhost\\Debian\\none");
}

static void tables_of_wsl2(void **state)
{
    (void)state;
    static const char table[] = ROOT
        "50 23 0:50 / /mnt/c rw,noatime - 9p C:\\134 rw,dirsync,aname=drvfs;path=C:\\;uid=1000;"
        "symlinkroot=/mnt/,mmap,access=client,msize=65536,trans=fd,rfd=8,wfd=8\n"
        "51 23 0:51 / /mnt/u rw - 9p drvfsa rw,aname=drvfs;path=UNC\\server\\share;metadata\n"
        "52 23 0:52 / /mnt/e rw - 9p drvfs rw,aname=drvfs;path=D:\\134a\\040b,trans=virtio\n"
        "53 23 0:53 / /usr/lib/wsl/drivers ro - 9p drivers ro,aname=drivers;fmask=222\n"
        "54 23 0:54 / /mnt/other rw - 9p x rw,aname=drvfsx;path=X:\n"
        "55 23 0:55 / /mnt/none rw - 9p x rw,aname=drvfs;uid=0\n";
    struct wsl_view v = view_of(table, "/root");
    linux_is(&v, "C:\\x", false, "/mnt/c/x");
    linux_is(&v, "\\\\server\\share\\x", false, "/mnt/u/x");
    linux_is(&v, "D:\\a b\\x", false, "/mnt/e/x");
    linux_is(&v, "X:\\", false, NULL);
    windows_is(&v, "/mnt/u/", "/mnt/u", false, "\\\\server\\share\\");
    windows_is(&v, "/mnt/none", "/mnt/none", false, "\\\\wsl.localhost\\Debian\\mnt\\none");
    assert_int_equal(wsl_kind_of_table(&v.table), WSL_9P);

    static const char virtiofs[] =
        ROOT "60 23 0:60 / /mnt/c rw,noatime - virtiofs 11d5fbb3 rw\n"
             "61 23 0:61 / /run/wsl/virtiofs-mounts rw - virtiofs drvfsa rw\n"
             "62 23 0:61 /11d5fbb3 /mnt/d rw - virtiofs drvfsa rw\n"
             "63 23 0:61 /11d5fbb3/sub /mnt/e rw - virtiofs drvfsa rw\n"
             "64 23 0:64 / /mnt/f rw - virtiofs 00000000 rw\n";
    v = view_of(virtiofs, "/root");
    windows_is(&v, "/mnt/c/x", "/mnt/c/x", false, "C:\\x");
    windows_is(&v, "/mnt/d", "/mnt/d", false, "C:\\");
    windows_is(&v, "/mnt/e/x", "/mnt/e/x", false, "C:\\sub\\x");
    windows_is(&v, "/mnt/f", "/mnt/f", false, "\\\\wsl.localhost\\Debian\\mnt\\f");
    linux_is(&v, "C:\\SUB\\x", false, "/mnt/e/x");
    linux_is(&v, "C:\\x", false, "/mnt/d/x");
    assert_int_equal(wsl_kind_of_table(&v.table), WSL_VIRTIOFS);
    v.table.tag = no_tag;
    linux_is(&v, "C:\\x", false, NULL);
    assert_int_equal(wsl_kind_of_table(&v.table), WSL_NONE);
}

static void binds_stacks_and_shadows(void **state)
{
    (void)state;
    static const char table[] = ROOT "40 23 0:40 / /mnt/c rw - drvfs C: rw\n"
                                     "41 23 0:40 /Users/a:b /home/me rw - drvfs C: rw\n"
                                     "42 23 0:42 / /mnt/x\\040y rw - drvfs D:\\134 rw\n";
    struct wsl_view v = view_of(table, "/root");
    windows_is(&v, "/home/me/x", "/home/me/x", false,
               "C:\\Users\\a\xEF\x80\xBA"
               "b\\x");
    linux_is(&v,
             "c:\\USERS\\A\xEF\x80\xBA"
             "B\\x",
             false, "/home/me/x");
    linux_is(&v, "C:\\Users\\x", false, "/mnt/c/Users/x");
    linux_is(&v, "D:\\z", false, "/mnt/x y/z");

    static const char stacked[] = ROOT "40 23 0:40 / /mnt/c rw - drvfs C: rw\n"
                                       "41 40 0:41 / /mnt/c rw - drvfs D: rw\n";
    v = view_of(stacked, "/root");
    windows_is(&v, "/mnt/c/x", "/mnt/c/x", false, "D:\\x");
    linux_is(&v, "C:\\x", false, NULL);
    linux_is(&v, "D:\\x", false, "/mnt/c/x");

    static const char covered[] = ROOT "40 23 0:40 / /mnt/c rw - drvfs C: rw\n"
                                       "41 23 0:41 / /mnt/c/deep rw - tmpfs tmpfs rw\n"
                                       "42 23 0:42 / /mnt/d rw - drvfs D: rw\n"
                                       "43 23 0:43 / /mnt/d rw - tmpfs tmpfs rw\n";
    v = view_of(covered, "/root");
    windows_is(&v, "/mnt/c/deep/x", "/mnt/c/deep/x", false,
               "\\\\wsl.localhost\\Debian\\mnt\\c\\deep\\x");
    windows_is(&v, "/mnt/c/x", "/mnt/c/x", false, "C:\\x");
    linux_is(&v, "C:\\deep\\x", false, "/mnt/c/deep/x");
    linux_is(&v, "D:\\x", false, NULL);

    static const char at_root[] = ROOT "40 23 0:40 / / rw - drvfs C: rw\n";
    v = view_of(at_root, "/root");
    windows_is(&v, "/", "/", false, "C:\\");
    windows_is(&v, "/x", "/x", false, "C:\\x");
    linux_is(&v, "C:\\x", false, "/x");
    linux_is(&v, "C:\\", false, "/");
}

static void lines_that_are_none_are_passed_over(void **state)
{
    (void)state;
    static const char table[] = "\n"
                                "nonsense\n"
                                "1 2 3\n"
                                "x 23 0:39 / /mnt/c rw - drvfs X: rw\n"
                                "39 23 039 / /mnt/c rw - drvfs X: rw\n"
                                "39 23 0:39 / mnt/c rw - drvfs X: rw\n"
                                "39 23 0:39 / /mnt/c rw drvfs X: rw\n"
                                "39 23 0:39 / /empty rw - tmpfs  rw\n"
                                "39 23 0:39 / /mnt/x rw - drvfs none rw\n"
                                "40 23 0:40 / /mnt/c rw shared:1 master:2 - drvfs C: rw";
    struct wsl_view v = view_of(table, "/root");
    linux_is(&v, "C:\\x", false, "/mnt/c/x");
    linux_is(&v, "X:\\x", false, NULL);

    struct sys_span text = {table, strlen(table)};
    struct sys_mount_line line;
    struct sys_span whole;
    char part[16];
    assert_true(sys_mount_next(&text, &line, &whole));
    assert_true(sys_span_is(line.point, "/empty"));
    assert_int_equal(line.source.n, 0);
    assert_true(sys_span_is(whole, "39 23 0:39 / /empty rw - tmpfs  rw"));
    assert_true(sys_mount_next(&text, &line, NULL));
    assert_true(sys_mount_next(&text, &line, NULL));
    assert_true(sys_span_is(line.optional, "shared:1 master:2"));
    assert_true(sys_span_is(line.super, "rw"));
    assert_false(sys_mount_next(&text, &line, NULL));

    const struct sys_span odd = {"a\\040b\\1\\8\\000\\12", 17};
    assert_int_equal(sys_mount_unescape(odd, part, 15), 14);
    assert_string_equal(part, "a b\\1\\8\\000\\12");
    assert_int_equal(sys_mount_unescape(odd, part, 14), -ENAMETOOLONG);
    assert_int_equal(sys_mount_unescape((struct sys_span){"a\\040b\\1\\012", 12}, part, 16), 6);
    assert_string_equal(part, "a b\\1\n");
    assert_int_equal(sys_mount_unescape((struct sys_span){"", 0}, part, 0), -ENAMETOOLONG);
    assert_int_equal(sys_mount_unescape((struct sys_span){"a\0b", 3}, part, 16), -EINVAL);
}

static void options_of_wsl2(void **state)
{
    (void)state;
    struct wsl_options o;
    struct wsl_text out;
    unsigned long flags;
    assert_true(
        wsl_options_split("rw,noatime,uid=1000,case=force,fallback=1,ro,foo=1,metadata", &o));
    assert_true(o.drops_fallback);
    assert_true(o.drops_force);
    assert_string_equal(o.drvfs.at, ";uid=1000;case=dir;ro;metadata");
    assert_string_equal(o.standard.at, "rw,noatime,ro,foo=1");
    assert_true(wsl_options_9p(&o, "C:\\", 5, "/mnt/", &out));
    assert_string_equal(out.at,
                        "msize=65536,trans=fd,rfdno=5,wfdno=5,cache=mmap,rw,noatime,ro,foo=1,"
                        "aname=drvfs;path=C:\\;uid=1000;case=dir;ro;metadata;"
                        "symlinkroot=/mnt/");
    assert_true(wsl_options_flags(&o, &flags, &out));
    assert_int_equal(flags, MS_NOATIME | MS_RDONLY);
    assert_string_equal(out.at, "foo=1");
    assert_true(wsl_options_split("", &o));
    assert_true(wsl_options_9p(&o, "//server/share", 5, "/", &out));
    assert_string_equal(out.at, "msize=65536,trans=fd,rfdno=5,wfdno=5,cache=mmap,"
                                "aname=drvfs;path=UNC\\server/share;symlinkroot=/");
    assert_true(wsl_options_split("user=me,exec,ro,rw", &o));
    assert_true(wsl_options_flags(&o, &flags, &out));
    assert_int_equal(flags, MS_NOSUID | MS_NODEV);
    assert_string_equal(out.at, "");
}

static void root_is(const char *text, const char *expected)
{
    struct wsl_text out;
    assert_true(wsl_automount_root(text, strlen(text), &out));
    assert_string_equal(out.at, expected);
}

static void where_drives_are_mounted(void **state)
{
    (void)state;
    root_is("", "/mnt/");
    root_is("[automount]\nroot = /\n", "/");
    root_is("[Automount]\n# root=/no\n ROOT=\"/win dows\" \n[user]\nroot=/x\n", "/win dows/");
    root_is("root=/x\n[automount]\nroot=relative\nroots=/y\n", "/mnt/");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_paths_of_drives),
        cmocka_unit_test(windows_paths_of_the_distribution),
        cmocka_unit_test(relative_windows_paths),
        cmocka_unit_test(linux_paths_on_drives),
        cmocka_unit_test(linux_paths_elsewhere),
        cmocka_unit_test(relative_linux_paths),
        cmocka_unit_test(tables_of_wsl2),
        cmocka_unit_test(binds_stacks_and_shadows),
        cmocka_unit_test(lines_that_are_none_are_passed_over),
        cmocka_unit_test(options_of_wsl2),
        cmocka_unit_test(where_drives_are_mounted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
