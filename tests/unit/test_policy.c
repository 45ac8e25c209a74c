/* SPDX-License-Identifier: MIT */
/* From a policy's text to the image that processes read. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "policy/builder.h"
#include "policy/emit.h"
#include "policy/glob.h"
#include "policy/load.h"
#include "policy/policy.h"
#include "policy/profile.h"

static const struct lx_emit_files no_files;
static char directory[] = "/tmp/lxshim-unit-XXXXXX";

static int make_directory(void **state)
{
    char path[PATH_MAX];
    (void)state;
    if (mkdtemp(directory) == NULL)
        return -1;
    snprintf(path, sizeof(path), "%s/drive", directory);
    return mkdir(path, 0777);
}

static int remove_directory(void **state)
{
    char path[PATH_MAX];
    (void)state;
    snprintf(path, sizeof(path), "%s/drive", directory);
    rmdir(path);
    return rmdir(directory);
}

/* A loaded policy with its image attached, as the library has it. */
struct loaded {
    struct lx_effective effective;
    struct lx_policy policy;
    void *image;
    long size;
};

static int load(struct loaded *l, const char *text, struct lx_request request)
{
    request.directory = directory;
    request.file = text != NULL ? "p.json" : NULL;
    request.text = text;
    request.size = text != NULL ? strlen(text) : 0;
    *l = (struct loaded){.image = NULL};
    int r = lx_effective_load(&l->effective, &request);
    if (r != 0)
        return r;
    l->size = lx_emit_image(&l->effective, &no_files, &l->image);
    assert_true(l->size > 0);
    assert_int_equal(lx_policy_attach(&l->policy, l->image, (size_t)l->size), 0);
    return 0;
}

static void unload(struct loaded *l)
{
    lx_effective_free(&l->effective);
    free(l->image);
}

static void must_load(struct loaded *l, const char *text, struct lx_request request)
{
    if (load(l, text, request) != 0)
        fail_msg("%s", l->effective.problem);
}

static enum lx_value value(const struct loaded *l, enum lx_rule rule)
{
    return lx_rule(lx_mounts_at(lx_mounts(&l->policy), 1), rule);
}

/* Without a policy, and with the least one, the image is the one the library makes by itself. */
static void the_built_in_policy_is_the_librarys(void **state)
{
    char expected[4096] __attribute__((aligned(8)));
    struct loaded l;
    (void)state;
    long size = lx_builtin_image(expected, sizeof(expected), directory, 7, 8, "/t", 1, NULL);
    assert_true(size > 0);
    for (int i = 0; i < 2; i++) {
        must_load(&l, i == 0 ? NULL : "{\"version\": 1}",
                  (struct lx_request){.uid = 7, .gid = 8, .trace = "all:/t", .trace_from = "x"});
        const struct lx_image *ours = l.image;
        const struct lx_image *theirs = (const struct lx_image *)(const void *)expected;
        const struct lx_mount *a = lx_image_mounts(ours);
        const struct lx_mount *b = lx_image_mounts(theirs);
        assert_int_equal(ours->mount_count, theirs->mount_count);
        assert_int_equal(ours->flags, theirs->flags);
        assert_string_equal(lx_image_string(ours, ours->profile),
                            lx_image_string(theirs, theirs->profile));
        assert_string_equal(lx_image_string(ours, ours->trace),
                            lx_image_string(theirs, theirs->trace));
        assert_string_equal(lx_mount_text(a, a->source), lx_mount_text(b, b->source));
        assert_string_equal(lx_mount_text(a, a->target), lx_mount_text(b, b->target));
        assert_string_equal(lx_mount_text(a, a->backing), lx_mount_text(b, b->backing));
        assert_string_equal(lx_mount_text(a, a->label), lx_mount_text(b, b->label));
        assert_memory_equal(&a->serial, &b->serial, sizeof(*a) - offsetof(struct lx_mount, serial));
        unload(&l);
    }
}

static void mounts_reach_the_image(void **state)
{
    struct loaded l;
    char path[PATH_MAX];
    (void)state;
    must_load(&l,
              "{\"version\": 1, \"mode\": \"observe\", \"mounts\": [{\"type\": \"drvfs\","
              "\"source\": \"C:\\\\\", \"target\": \"./c/\", \"backing\": \"drive\","
              "\"options\": \"metadata,ro,noatime,uid=5,gid=6,umask=2,fmask=11,dmask=1,case=dir,"
              "symlinkroot=/m/\", \"volume\": {\"label\": \"Data\", \"serial\": \"00ff-1234\"}}]}",
              (struct lx_request){.uid = 1});
    const struct lx_mount *m = lx_mounts_at(lx_mounts(&l.policy), 1);
    assert_true(l.policy.observe);
    assert_string_equal(lx_mount_text(m, m->source), "C:\\");
    snprintf(path, sizeof(path), "%s/c", directory);
    assert_string_equal(lx_mount_text(m, m->target), path);
    snprintf(path, sizeof(path), "%s/drive", directory);
    assert_string_equal(lx_mount_text(m, m->backing), path);
    assert_int_equal(m->flags, LX_MOUNT_METADATA | LX_MOUNT_READONLY | LX_MOUNT_NOATIME |
                                   LX_MOUNT_VOLUME_ROOT);
    assert_int_equal(m->uid, 5);
    assert_int_equal(m->gid, 6);
    assert_int_equal(m->file_mask, 013);
    assert_int_equal(m->dir_mask, 3);
    assert_int_equal(m->case_option, LX_DIR);
    assert_string_equal(lx_mount_text(m, m->label), "Data");
    assert_int_equal(m->serial, 0x00ff1234);
    assert_string_equal(lx_mount_text(m, m->symlinkroot), "/m/");
    unload(&l);
}

/*
 * A mount without case= takes the rule's value; on FAT that is off, and metadata is dropped. With
 * it special files are allowed.
 */
static void volumes_set_rules(void **state)
{
    static const char text[] =
        "{\"version\": 1, \"mounts\": [{\"type\": \"drvfs\", \"source\": \"C:\","
        "\"target\": \"drive\", \"options\": \"metadata\", \"volume\": {\"filesystem\": \"%s\"}}]}";
    static const struct {
        enum lx_filesystem kind;
        enum lx_value symlink, link, fifo, xattr, case_option;
        bool metadata;
    } expected[] = {
        {LX_NTFS, LX_LX, LX_ALLOW, LX_ALLOW, LX_ALLOW, LX_SENSITIVE, true},
        {LX_FAT, LX_EPERM, LX_EPERM, LX_EPERM, LX_EOPNOTSUPP, LX_OFF, false},
        {LX_FAT32, LX_EPERM, LX_EPERM, LX_EPERM, LX_EOPNOTSUPP, LX_OFF, false},
        {LX_EXFAT, LX_EPERM, LX_EPERM, LX_EPERM, LX_EOPNOTSUPP, LX_OFF, false},
        {LX_REFS, LX_EPERM, LX_EPERM, LX_ALLOW, LX_EOPNOTSUPP, LX_SENSITIVE, true},
        {LX_SMB, LX_EPERM, LX_ALLOW, LX_EPERM, LX_ALLOW, LX_OFF, false},
    };
    struct loaded l;
    char policy[512];
    (void)state;
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        snprintf(policy, sizeof(policy), text, lx_filesystem_word(expected[i].kind));
        must_load(&l, policy, (struct lx_request){0});
        assert_int_equal(lx_mounts_at(lx_mounts(&l.policy), 1)->filesystem, expected[i].kind);
        assert_int_equal(value(&l, LX_RULE_SYMLINK_CREATE), expected[i].symlink);
        assert_int_equal(value(&l, LX_RULE_LINK_CREATE), expected[i].link);
        assert_int_equal(value(&l, LX_RULE_SPECIAL_FIFO), expected[i].fifo);
        assert_int_equal(value(&l, LX_RULE_XATTR_USER), expected[i].xattr);
        assert_int_equal(lx_mounts_at(lx_mounts(&l.policy), 1)->case_option,
                         expected[i].case_option);
        assert_int_equal(lx_metadata(lx_mounts_at(lx_mounts(&l.policy), 1)), expected[i].metadata);
        unload(&l);
    }
}

/*
 * On every axis the image has the rules that `policy show` tells, and a mount that comes later has
 * them as well but for what the first says for itself.
 */
static void a_later_mount_has_the_same_rules(void **state)
{
    static const char text[] =
        "{\"version\": 1, \"profile\": \"wsl2-9p\", \"rules\": {\"special.fifo\": \"EPERM\"},"
        "\"volumes\": {\"v\": {\"backing\": \"drive\", \"filesystem\": \"%s\"}},"
        "\"mounts\": [{\"source\": \"v\", \"target\": \"c\", \"options\": \"%s\", \"rules\": {"
        "\"file.fallocate\": \"allow\", \"stat.times\": \"native\"}}]}";
    static char set[] = "stat.times=100ns";
    char *sets[] = {set};
    struct loaded l;
    char policy[512];
    (void)state;
    for (unsigned k = 0; k < 2 * LX_FILESYSTEMS; k++) {
        enum lx_filesystem kind = (enum lx_filesystem)(k / 2);
        uint8_t rules[LX_RULE_COUNT];
        snprintf(policy, sizeof(policy), text, lx_filesystem_word(kind),
                 k % 2 == 0 ? "ro" : "metadata");
        must_load(&l, policy, (struct lx_request){.sets = sets, .set_count = 1});
        const struct lx_mount *m = lx_mounts_at(lx_mounts(&l.policy), 1);
        assert_int_equal(m->filesystem, kind);
        assert_int_equal(lx_metadata(m), k % 2 == 1 && lx_filesystem_keeps_metadata(kind));
        lx_rules_work_out(l.policy.image, LX_MOUNT_DRVFS, kind, lx_metadata(m), rules);
        for (unsigned i = 0; i < LX_RULE_COUNT; i++) {
            bool carried = lx_rule_belongs((enum lx_rule)i, LX_MOUNT_DRVFS);
            assert_int_equal(m->rules[i],
                             carried ? l.effective.mounts[0].rules[i].value : LX_UNSAID);
            assert_int_equal(rules[i], i == LX_RULE_FILE_FALLOCATE ? LX_EOPNOTSUPP : m->rules[i]);
        }
        assert_int_equal(rules[LX_RULE_SPECIAL_FIFO], LX_EPERM);
        assert_int_equal(rules[LX_RULE_STAT_TIMES], LX_UNITS_100NS);
        assert_int_equal(rules[LX_RULE_SPECIAL_DEVICE], lx_metadata(m) ? LX_ALLOW
                                                        : kind == LX_NTFS || kind == LX_REFS
                                                            ? LX_EOPNOTSUPP
                                                            : LX_EPERM);
        unload(&l);
    }
}

/* Volumes, folders that lie behind folders, and shares reach the image. */
static void volumes_reach_the_image(void **state)
{
    struct loaded l;
    struct lx_source_found found;
    char path[PATH_MAX];
    (void)state;
    must_load(
        &l,
        "{\"version\": 1, \"volumes\": {"
        "\"x\": {\"backing\": \".\", \"folders\": [\"C:\\\\f\\\\g/h\", \"D:/y\"]},"
        "\"C:\": {\"backing\": \"drive\", \"label\": \"L\", \"serial\": \"5A00-1234\"},"
        "\"D:\": {\"backing\": \"drive\", \"filesystem\": \"exfat\", \"folders\": [\"c:/f/\"]}},"
        "\"shares\": {\"//host/s\": \"d:\"}, \"mounts\": []}",
        (struct lx_request){.uid = 1});
    const struct lx_volumes *all = lx_image_volumes(l.policy.image);
    assert_int_equal(lx_mounts(&l.policy)->count, 0);
    assert_int_equal(all->count, 3);
    assert_int_equal(lx_volumes_find(all, "\\\\HOST\\S\\Y\\z", &found), 0);
    assert_string_equal(lx_volumes_text(all, found.volume->name), "x");
    assert_string_equal(found.rest, "z");
    assert_true(found.shared);
    assert_int_equal(lx_volumes_find(all, "C:\\F\\g\\h", &found), 0);
    assert_string_equal(lx_volumes_text(all, found.volume->name), "x");
    assert_string_equal(lx_volumes_text(all, found.volume->backing), directory);
    /* That folder is on D: in the end. */
    assert_int_equal(lx_volumes_find(all, "D:\\g\\h", &found), 0);
    assert_string_equal(lx_volumes_text(all, found.volume->name), "x");
    assert_int_equal(lx_volumes_find(all, "C:\\f\\g", &found), 0);
    assert_string_equal(lx_volumes_text(all, found.volume->name), "D:");
    assert_int_equal(found.volume->filesystem, LX_EXFAT);
    assert_int_equal(lx_volumes_find(all, "c:", &found), 0);
    snprintf(path, sizeof(path), "%s/drive", directory);
    assert_string_equal(lx_volumes_text(all, found.volume->backing), path);
    assert_string_equal(lx_volumes_text(all, found.volume->label), "L");
    assert_int_equal(found.volume->serial, 0x5A001234);
    assert_int_equal(lx_volumes_find(all, "E:", &found), -ENOENT);
    unload(&l);
}

/* Each layer over the one before it, one rule at a time. */
static void the_later_layer_wins(void **state)
{
    static char set[] = "symlink.create=lx";
    char *sets[] = {set};
    struct loaded l;
    (void)state;
    must_load(&l, NULL, (struct lx_request){0});
    assert_int_equal(value(&l, LX_RULE_SPECIAL_SOCKET), LX_EPERM);
    assert_int_equal(l.effective.mounts[0].rules[LX_RULE_SPECIAL_SOCKET].origin.kind,
                     LX_ORIGIN_DEFAULT);
    unload(&l);
    must_load(&l, "{\"version\": 1, \"profile\": \"wsl2-9p\"}", (struct lx_request){0});
    assert_int_equal(value(&l, LX_RULE_SPECIAL_SOCKET), LX_EOPNOTSUPP);
    assert_int_equal(l.effective.mounts[0].rules[LX_RULE_SPECIAL_SOCKET].origin.kind,
                     LX_ORIGIN_PROFILE);
    unload(&l);
#define DRIVE                                                                       \
    "\"mounts\": [{\"type\": \"drvfs\", \"source\": \"C:\", \"target\": \"drive\"," \
    "\"volume\": {\"filesystem\": \"fat\"}"
    must_load(&l, "{\"version\": 1, \"profile\": \"wsl2-9p\", " DRIVE "}]}",
              (struct lx_request){0});
    assert_int_equal(value(&l, LX_RULE_SPECIAL_SOCKET), LX_EPERM);
    unload(&l);
    must_load(&l, "{\"version\": 1, \"rules\": {\"symlink.create\": \"lx\"}, " DRIVE "}]}",
              (struct lx_request){0});
    assert_int_equal(value(&l, LX_RULE_SYMLINK_CREATE), LX_LX);
    unload(&l);
    static const char all[] = "{\"version\": 1, \"rules\": {\"symlink.create\": \"lx\"}, " DRIVE
                              ", \"rules\": {\"symlink.create\": \"EPERM\"}}]}";
    must_load(&l, all, (struct lx_request){0});
    assert_int_equal(value(&l, LX_RULE_SYMLINK_CREATE), LX_EPERM);
    unload(&l);
    must_load(&l, all, (struct lx_request){.sets = sets, .set_count = 1});
    assert_int_equal(value(&l, LX_RULE_SYMLINK_CREATE), LX_LX);
    assert_int_equal(l.effective.mounts[0].rules[LX_RULE_SYMLINK_CREATE].origin.kind,
                     LX_ORIGIN_FLAG);
    unload(&l);
}

static void overrides_reach_the_image(void **state)
{
    struct loaded l;
    (void)state;
    must_load(&l,
              "{\"version\": 1, \"overrides\": ["
              "{\"when\": {\"op\": [\"open\", \"stat\"], \"path\": \"*.o\", \"errno\": \"EIO\"},"
              "\"then\": {\"errno\": \"EACCES\", \"delay\": 3}, \"times\": 4, \"every\": 5,"
              "\"after\": 6, \"note\": \"why\"},"
              "{\"when\": {\"path\": \"x\"}, \"then\": {\"allow\": true}}]}",
              (struct lx_request){0});
    const struct lx_image *image = l.policy.image;
    const struct lx_image_override *o = lx_image_overrides(image);
    assert_int_equal(image->override_count, 2);
    assert_int_equal(o[0].ops, 3); /* open and stat are the first two of ops.def */
    assert_string_equal(lx_image_string(image, o[0].path), "*.o");
    assert_string_equal(lx_image_string(image, o[0].note), "why");
    assert_int_equal(o[0].when_errno, EIO);
    assert_int_equal(o[0].error, EACCES);
    assert_int_equal(o[0].delay_ms, 3);
    assert_int_equal(o[0].times, 4);
    assert_int_equal(o[0].every, 5);
    assert_int_equal(o[0].after, 6);
    assert_int_equal(o[0].action, LX_OVERRIDE_ERRNO);
    assert_int_equal(o[0].counter, 0);
    assert_int_equal(o[1].action, LX_OVERRIDE_ALLOW);
    assert_int_equal(o[1].counter, 1);
    assert_int_equal(o[1].ops, lx_op_all());
    assert_int_equal(o[1].condition, 0);
    assert_true(lx_emit_counts(&l.effective));
    unload(&l);
    must_load(&l,
              "{\"version\": 1, \"overrides\": [{\"when\": {\"op\": \"open\"},"
              "\"then\": {\"delay\": 1}, \"every\": 1, \"times\": 0}]}",
              (struct lx_request){0});
    assert_int_equal(lx_image_overrides(l.policy.image)[0].action, LX_OVERRIDE_DELAY);
    assert_false(lx_emit_counts(&l.effective));
    unload(&l);
}

/* What a path meets: its own overrides and all with wildcards, in the policy's order. */
static void met(const struct lx_image *image, const char *path, const char *expected)
{
    char found[64] = "";
    const struct lx_image_override *o;
    struct lx_image_look look = lx_image_look(image, path);
    for (uint32_t n; (n = lx_image_look_on(image, &look, &o)) != 0;)
        if (o->path == 0 || lx_glob_match(lx_image_string(image, o->path), path))
            (void)snprintf(found + strlen(found), sizeof(found) - strlen(found), "%u ", n);
    assert_string_equal(found, expected);
}

static void conditions_reach_the_image(void **state)
{
    struct loaded l;
    (void)state;
    must_load(&l,
              "{\"version\": 1, \"overrides\": [{\"when\": {\"path\": \"x\"},"
              "\"then\": {\"errno\": \"EIO\", \"after\": false}},"
              "{\"when\": {\"op\": \"write\", \"comm\": \"git*\", \"uid\": 7, \"fd\": [3, 9],"
              "\"size\": [1, 512], \"offset\": 4096}, \"then\": {\"errno\": \"EIO\","
              "\"after\": true}, \"after_bytes\": 100, \"chance\": 0.5, \"seed\": 3},"
              "{\"when\": {\"op\": \"open\", \"flags\": [\"O_RDWR\", \"!O_CREAT\"]},"
              "\"then\": {\"errno\": \"EIO\"}}]}",
              (struct lx_request){0});
    const struct lx_image *image = l.policy.image;
    const struct lx_image_override *o = lx_image_overrides(image);
    const struct lx_image_condition *w = lx_image_condition(image, lx_image_override(image, 2));
    assert_null(lx_image_condition(image, lx_image_override(image, 1)));
    assert_string_equal(lx_image_string(image, w->comm), "git*");
    assert_true(w->uid.least == 7 && w->uid.most == 7 && w->fd.least == 3 && w->fd.most == 9);
    assert_true(w->size.least == 1 && w->size.most == 512 && w->offset.least == 4096);
    assert_int_equal(w->after_bytes, 100);
    assert_int_equal(w->chance, UINT32_C(1) << 31);
    assert_true(o[1].late && !o[0].late);
    /* The second one counts bytes as well; behind them is what is drawn. */
    assert_int_equal(o[1].counter, 1);
    assert_int_equal(o[2].counter, 3);
    assert_int_equal(image->occurrences, 4);
    assert_int_equal(image->counters, 4 + LX_OCCURRENCES);
    w = lx_image_condition(image, lx_image_override(image, 3));
    assert_int_equal(w->flags, O_RDWR);
    assert_int_equal(w->flags_mask, O_ACCMODE | O_CREAT);
    assert_true(lx_emit_counts(&l.effective));
    unload(&l);
}

static void overrides_are_found_by_their_path(void **state)
{
    struct loaded l;
    char text[64 * 128];
    size_t n = 0;
    (void)state;
    n += (size_t)snprintf(text, sizeof(text), "{\"version\": 1, \"overrides\": [");
    for (unsigned i = 0; i < 100; i++) {
        const char *path = i == 7 ? "a/*" : i == 50 ? "a/4?" : "a/%u";
        char glob[16];
        (void)snprintf(glob, sizeof(glob), path, i % 45);
        n += (size_t)snprintf(text + n, sizeof(text) - n,
                              "%s{\"when\":{\"op\":\"open\",\"path\":\"%s\"},"
                              "\"then\":{\"errno\":\"EIO\"}}",
                              i == 0 ? "" : ",", glob);
    }
    (void)snprintf(text + n, sizeof(text) - n, "]}");
    must_load(&l, text, (struct lx_request){0});
    met(l.policy.image, "a/3", "4 8 49 94 ");
    met(l.policy.image, "a/41", "8 42 51 87 ");
    met(l.policy.image, "a/5", "6 8 96 ");
    met(l.policy.image, "b", "");
    unload(&l);
}

static void the_first_problem_is_the_one(void **state)
{
    struct loaded l;
    (void)state;
    assert_int_equal(load(&l,
                          "{\"version\": 1,\n \"rules\": {\"a\": 1, \"b\": 2},\n \"profile\": 3}",
                          (struct lx_request){0}),
                     -EINVAL);
    assert_string_equal(l.effective.problem, "p.json:2:12: unknown rule \"a\", expected an id that "
                                             "\"lxshim policy rules\" lists");
    unload(&l);
    /* A message is one line, whatever is in the policy. */
    assert_int_equal(load(&l, "{\"version\": 1, \"a\\nb\\u001b\": 2}", (struct lx_request){0}),
                     -EINVAL);
    assert_null(strpbrk(l.effective.problem, "\n\033"));
    unload(&l);
}

static void a_policy_alone_opens_no_other(void **state)
{
    struct loaded l;
    (void)state;
    assert_int_equal(load(&l, "{\"version\": 1, \"extends\": \"/dev/stdin\"}",
                          (struct lx_request){.alone = true}),
                     -EINVAL);
    assert_string_equal(l.effective.problem,
                        "p.json:1:27: \"extends\" in a policy that is not a file");
    unload(&l);
}

static const struct lx_stamp nobody;

/* A file's name tells whose it is, and another's is not taken for one. */
static void a_name_tells_of_its_owner(void **state)
{
    const struct lx_stamp own = lx_stamp_of(getpid());
    struct lx_stamp read;
    (void)state;
    assert_int_equal(own.pid, getpid());
    assert_true(own.start > 0 && own.place > 0);
    char *name = lx_stamp_format("/dir", "state", &own);
    assert_non_null(name);
    assert_true(lx_stamp_parse(name, getuid(), &read));
    assert_true(lx_stamp_same(&own, &read));
    assert_false(lx_stamp_parse(name, getuid() + 1, &read));
    memcpy(name + strlen(name) - 6, "a/../b", 6);
    assert_false(lx_stamp_parse(name, getuid(), &read));
    free(name);
    assert_false(lx_stamp_parse("lxshim-0-state-", 0, &read));
    assert_false(lx_stamp_parse("lxshim-0-state-1f-7-99-abcdefg", 0, &read));
    assert_false(lx_stamp_parse("lxshim-0-state-1f-7-99-abcde", 0, &read));
    assert_true(lx_stamp_parse("lxshim-0-state-1f-7-99-abcdef", 0, &read));
    read.start++;
    assert_false(lx_stamp_same(&own, &read));
    assert_int_equal(lx_stamp_of(INT_MAX).pid, 0);
}

/* The state is what the library decodes: inline, and by a file where it is too large. */
static void state_comes_back(void **state)
{
    char decoded[LX_IMAGE_INLINE_MAX] __attribute__((aligned(8)));
    struct loaded l;
    char *value_text = NULL;
    struct stat st;
    (void)state;
    must_load(&l, NULL, (struct lx_request){0});
    assert_int_equal(lx_emit_state(l.image, (size_t)l.size, &nobody, NULL, &value_text), 0);
    assert_memory_equal(value_text, "1-:", 3);
    assert_int_equal(lx_base64_decode(value_text + LX_STATE_PREFIX, decoded, sizeof(decoded)),
                     l.size);
    assert_memory_equal(decoded, l.image, (size_t)l.size);
    free(value_text);
    unload(&l);

    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    size_t n = (size_t)sprintf(text, "{\"version\": 1, \"overrides\": [");
    for (int i = 0; i < 300; i++)
        n +=
            (size_t)sprintf(text + n, "%s{\"when\": {\"path\": \"f%d\"}, \"then\": {\"delay\": 1}}",
                            i > 0 ? "," : "", i);
    strcpy(text + n, "]}");
    must_load(&l, text, (struct lx_request){0});
    free(text);
    assert_true((size_t)l.size > LX_IMAGE_INLINE_MAX);
    assert_int_equal(lx_emit_state(l.image, (size_t)l.size, &nobody, NULL, &value_text), 0);
    assert_memory_equal(value_text, "1-@/", 4);
    const char *path = value_text + LX_STATE_PREFIX;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, l.size);
    assert_int_equal(st.st_mode & 07777, 0444);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    void *at = mmap(NULL, (size_t)l.size, PROT_READ, MAP_SHARED, fd, 0);
    assert_ptr_not_equal(at, MAP_FAILED);
    assert_memory_equal(at, l.image, (size_t)l.size);
    munmap(at, (size_t)l.size);
    close(fd);
    unlink(path);
    free(value_text);
    unload(&l);
}

/* No image is so large or small that its state is more than the library takes. */
static void a_state_always_fits(void **state)
{
    static const char giver[LX_GIVER_LENGTH + 1] =
        "0123456789abcdef0123456789abcdef0123456789abcdef";
    (void)state;
    for (size_t i = 0; i < 140; i++) {
        size_t size = LX_IMAGE_INLINE_MAX - 60 + i / 2;
        char *image = calloc(1, size);
        char *text = NULL;
        struct lx_state parsed;
        assert_int_equal(lx_emit_state(image, size, &nobody, i % 2 == 0 ? NULL : giver, &text), 0);
        assert_int_equal(lx_state_parse(text, &parsed), 0);
        assert_int_equal(parsed.giver != NULL, i % 2);
        if (parsed.file != NULL)
            unlink(parsed.file);
        free(text);
        free(image);
    }
}

static void counters_start_at_zero(void **state)
{
    struct loaded l;
    char *path = NULL;
    struct stat st;
    (void)state;
    must_load(&l,
              "{\"version\": 1, \"overrides\": [{\"when\": {\"op\": \"open\"},"
              "\"then\": {\"delay\": 1}, \"times\": 2}]}",
              (struct lx_request){0});
    assert_int_equal(lx_emit_stats_file(&l.effective, &nobody, &path), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, lx_stats_size(1));
    assert_int_equal(st.st_mode & 07777, 0600);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct lx_stats *stats = mmap(NULL, lx_stats_size(1), PROT_READ, MAP_SHARED, fd, 0);
    assert_ptr_not_equal(stats, MAP_FAILED);
    assert_int_equal(stats->magic, LX_STATS_MAGIC);
    assert_int_equal(stats->counter_count, 1);
    assert_int_equal(stats->counters[0], 0);
    munmap(stats, lx_stats_size(1));
    close(fd);
    unlink(path);
    free(path);
    unload(&l);
}

static void the_root_is_no_drive(void **state)
{
    struct lx_effective e;
    void *image = NULL;
    (void)state;
    assert_int_equal(lx_effective_load(&e, &(struct lx_request){.directory = "/"}), 0);
    assert_int_equal(lx_emit_image(&e, &no_files, &image), -EXDEV);
    lx_effective_free(&e);
}

/* Outside its drives a policy that was only found changes nothing: where it has none, not even
 * this.
 */
static void a_guest_without_drives_provides_no_programs(void **state)
{
    struct lx_effective e;
    (void)state;
    assert_int_equal(lx_effective_load(&e, &(struct lx_request){.directory = directory}), 0);
    e.programs = "/p";
    for (unsigned i = 0; i < 4; i++) {
        void *image = NULL;
        e.standing = i % 2 == 0 ? LX_GUEST : LX_NAMED;
        e.mount_count = i < 2;
        assert_true(lx_emit_image(&e, &no_files, &image) > 0);
        assert_int_equal(((struct lx_image *)image)->programs != 0, i != 2);
        free(image);
    }
    lx_effective_free(&e);
}

/* The profile drvfs says what rules.def says, all of it; an era says only what changed. */
static void profiles_are_what_they_say(void **state)
{
    const struct lx_profile *p = lx_profile_find("drvfs");
    (void)state;
    for (size_t i = 0; i < LX_RULE_COUNT; i++) {
        assert_int_equal(p->rules[i], lx_rules[i].fallback);
        assert_non_null(p->from[i]);
    }
    for (size_t n = 1; (p = lx_profile_at(n)) != NULL; n++) {
        const struct lx_profile *base = lx_profile_find(p->extends);
        assert_non_null(base);
        for (size_t i = 0; i < LX_RULE_COUNT; i++) {
            bool own = strcmp(p->from[i], p->name) == 0;
            assert_int_equal(own, p->rules[i] != base->rules[i]);
        }
    }
    assert_int_equal(lx_profile_find("wsl1-1703")->rules[LX_RULE_UNLINK_OPEN_FILE], LX_PENDING);
    assert_int_equal(lx_profile_find("wsl1-1709")->rules[LX_RULE_UNLINK_OPEN_FILE], LX_POSIX);
    assert_int_equal(lx_profile_find("wsl1-1809")->rules[LX_RULE_RENAME_READONLY_TARGET], LX_ALLOW);
    assert_int_equal(lx_profile_find("wsl1-19041")->rules[LX_RULE_RENAME_READONLY_TARGET],
                     LX_EACCES);
    assert_int_equal(lx_profile_find("wsl1-current")->rules[LX_RULE_RENAME_READONLY_TARGET],
                     LX_ALLOW);
    assert_int_equal(lx_profile_find("wsl2-virtiofs")->rules[LX_RULE_STATFS_TYPE], LX_FUSE);
    assert_null(lx_profile_find("nothing"));
    assert_string_equal(lx_profile_nearest("wsl2-9"), "wsl2-9p");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_built_in_policy_is_the_librarys),
        cmocka_unit_test(mounts_reach_the_image),
        cmocka_unit_test(volumes_set_rules),
        cmocka_unit_test(a_later_mount_has_the_same_rules),
        cmocka_unit_test(volumes_reach_the_image),
        cmocka_unit_test(the_later_layer_wins),
        cmocka_unit_test(overrides_reach_the_image),
        cmocka_unit_test(conditions_reach_the_image),
        cmocka_unit_test(overrides_are_found_by_their_path),
        cmocka_unit_test(the_first_problem_is_the_one),
        cmocka_unit_test(a_policy_alone_opens_no_other),
        cmocka_unit_test(a_name_tells_of_its_owner),
        cmocka_unit_test(state_comes_back),
        cmocka_unit_test(a_state_always_fits),
        cmocka_unit_test(counters_start_at_zero),
        cmocka_unit_test(the_root_is_no_drive),
        cmocka_unit_test(a_guest_without_drives_provides_no_programs),
        cmocka_unit_test(profiles_are_what_they_say),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
