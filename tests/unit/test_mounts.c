/* SPDX-License-Identifier: MIT */
/* The table of a run's mounts: who adds to it, who reads it meanwhile, and who is killed over it.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "mounts/attach.h"
#include "mounts/source.h"
#include "policy/builder.h"
#include "policy/emit.h"
#include "policy/settle_volume.h"

static char image[8192] __attribute__((aligned(8)));
static struct lx_policy policy;
static char directory[] = "/tmp/mounts.XXXXXX";
static char inside[64];
static int memory;

/* C: is the directory, with a volume "fat" in its folder "a" and another in one of that; a share.
 */
static const struct lx_volumes *volumes(struct lx_effective *e)
{
    static uint8_t own[LX_RULE_COUNT];
    static struct lx_effective_volume list[] = {
        {.name = "C:", .backing = directory, .facts = {LX_NTFS, "Windows", 0x12345678}},
        {.name = "fat", .backing = inside, .facts = {.filesystem = LX_FAT32}},
        {.name = "E:", .backing = "/usr/lib", .facts = {.filesystem = LX_NTFS}},
        {.name = "C:\\u", .backing = "/usr", .directory = true, .implied = true, .rules = own}};
    static struct lx_effective_folder folders[] = {
        {.source = "C:\\a", .path = "a", .parent = 0, .volume = 1},
        {.source = "C:\\a\\b", .path = "b", .parent = 1, .volume = 2}};
    static struct lx_effective_share shares[] = {{.name = "\\\\localhost\\C$", .volume = 0}};
    memset(own, LX_UNSAID, sizeof(own));
    own[LX_RULE_LINK_CREATE] = LX_EPERM;
    e->volumes = list;
    e->volume_count = sizeof(list) / sizeof(list[0]);
    e->folders = folders;
    e->folder_count = sizeof(folders) / sizeof(folders[0]);
    e->shares = shares;
    e->share_count = 1;
    lx_settle_flat(e);
    return e->flat;
}

static int setup(void **state)
{
    struct lx_effective e = {.problem = NULL};
    struct lx_axes axes;
    struct lx_builder b;
    char file[64];
    (void)state;
    if (mkdtemp(directory) == NULL)
        return -1;
    snprintf(inside, sizeof(inside), "%s/in", directory);
    memory = memfd_create("mounts", MFD_CLOEXEC);
    if (mkdir(inside, 0755) < 0 || memory < 0 || lx_emit_table(memory, true) < 0)
        return -1;
    snprintf(file, sizeof(file), "/proc/%d/fd/%d", (int)getpid(), memory);
    struct lx_image *head = lx_builder_start(&b, image, sizeof(image), 2, 0);
    struct lx_mount *mounts = (struct lx_mount *)(void *)(image + head->mounts);
    lx_builder_mount(&b, &mounts[0], "C:", directory, directory);
    lx_builder_mount(&b, &mounts[1], "D:\\x", "/usr/lib", "/usr/lib");
    head->profile = lx_builder_string(&b, "drvfs");
    head->table = lx_builder_string(&b, file);
    lx_axes_defaults(&axes);
    axes.stated[LX_RULE_RENAME_FLAGS] = LX_NATIVE;
    head->axes = lx_builder_block(&b, &axes, sizeof(axes));
    const struct lx_volumes *all = volumes(&e);
    head->volumes = lx_builder_block(&b, all, all->size);
    long size = lx_builder_end(&b);
    lx_effective_free(&e);
    if (size < 0 || lx_policy_attach(&policy, head, (size_t)size) < 0)
        return -1;
    policy.table = mmap(NULL, LX_TABLE_SIZE, PROT_READ, MAP_SHARED, memory, 0);
    return policy.table == MAP_FAILED ? -1 : 0;
}

static int clean(void **state)
{
    (void)state;
    return rmdir(inside) | rmdir(directory);
}

/* The target of what is mounted at a place, "" for none. */
static const char *target_at(unsigned place)
{
    const struct lx_mount *m = lx_mounts_at(lx_mounts(&policy), place);
    return m == NULL ? "" : lx_target(m);
}

static unsigned mounted(void)
{
    unsigned count = 0;
    for (unsigned i = 0; lx_mounts_next(lx_mounts(&policy), &i) != NULL;)
        count++;
    return count;
}

static const struct lx_mount *find(const char *target)
{
    const struct lx_mount *m;
    for (unsigned i = 0; (m = lx_mounts_next(lx_mounts(&policy), &i)) != NULL;)
        if (strcmp(lx_target(m), target) == 0)
            return m;
    return NULL;
}

/* Has what a writer was changed to be what is mounted. */
static int finish(struct mounts_writer *w, int r)
{
    if (r == 0)
        r = mounts_prepare(w, "");
    if (r == 0)
        mounts_commit(w);
    mounts_leave(w);
    return r;
}

/* Mounts a source at a target, translated. 0 or -errno. */
static int attach_source(const char *source, const char *target, const char *options)
{
    static struct mounts_plan plan;
    struct mounts_writer w;
    const struct mounts_request request = {
        .source = source, .target = target, .native = target, .type = "drvfs", .options = options};
    int r = mounts_plan(&policy, &request, &plan);
    if (r == 0)
        r = mounts_write(&policy, &w);
    if (r < 0)
        return r;
    return finish(&w, mounts_attach(&w, &plan, false));
}

static int attach(const char *target, const char *options)
{
    return attach_source("C:", target, options);
}

static int take_away(const char *target, bool with_all)
{
    struct mounts_writer w;
    int r = mounts_write(&policy, &w);
    if (r < 0)
        return r;
    mounts_detach(&w, find(target), with_all);
    return finish(&w, 0);
}

static int detach(const char *target)
{
    return take_away(target, false);
}

static int move(const char *from, const char *to)
{
    struct mounts_writer w;
    int r = mounts_write(&policy, &w);
    return r < 0 ? r : finish(&w, mounts_move(&w, find(from), to));
}

static void what_the_image_says_comes_along(void **state)
{
    (void)state;
    uint32_t before = policy.table->generation;
    assert_int_equal(mounted(), 2);
    assert_int_equal(attach("/one", "metadata,uid=7,umask=22"), 0);
    assert_int_equal(policy.table->generation, before + 1);
    assert_int_equal(mounted(), 3);
    assert_string_equal(target_at(1), directory);
    assert_string_equal(target_at(2), "/usr/lib");
    const struct lx_mount *m = find("/one");
    assert_non_null(m);
    assert_int_equal(m->uid, 7);
    assert_int_equal(m->file_mask, 022);
    assert_true(lx_metadata(m));
    assert_false(lx_in_place(m));
    assert_string_equal(lx_backing(m), directory);
    assert_int_not_equal(m->device, lx_mounts_at(lx_mounts(&policy), 1)->device);
    assert_int_equal(detach("/one"), 0);
    assert_int_equal(mounted(), 2);
}

/* What is in a mount goes where it goes, and keeps its order and its devices. */
static void what_is_in_a_mount_goes_along(void **state)
{
    (void)state;
    assert_int_equal(attach("/one", NULL), 0);
    assert_int_equal(attach("/one/in", NULL), 0);
    assert_int_equal(attach("/one/in/it", NULL), 0);
    assert_int_equal(attach("/one/in", "uid=7"), 0);
    assert_int_equal(attach("/other", NULL), 0);
    const uint32_t device = find("/one")->device;
    const uint32_t inner = find("/one/in/it")->device;
    assert_int_equal(move("/one", "/two"), 0);
    assert_null(find("/one"));
    assert_null(find("/one/in"));
    assert_null(find("/one/in/it"));
    assert_non_null(find("/other"));
    assert_int_equal(find("/two")->device, device);
    assert_int_equal(find("/two/in/it")->device, inner);
    assert_true(find("/two")->number < find("/two/in/it")->number);
    assert_int_equal(mounts_at(&policy, "/two/in", "/two/in")->uid, 7);
    assert_int_equal(mounted(), 7);
    assert_int_equal(take_away("/two", true), 0);
    assert_int_equal(mounted(), 3);
    assert_int_equal(detach("/other"), 0);
}

/* What is no drive's takes a directory of Linux' as well, and nothing of the volumes' rules. */
static void a_directory_is_a_source_of_some(void **state)
{
    static struct mounts_plan plan;
    struct mounts_request request = {
        .source = inside, .directory = inside, .target = "/l", .native = "/l", .type = "lxfs"};
    (void)state;
    assert_false(mounts_takes_directory(&policy, "drvfs", inside));
    assert_true(mounts_takes_directory(&policy, "lxfs", inside));
    assert_false(mounts_takes_directory(&policy, "lxfs", "in"));
    assert_false(mounts_takes_directory(&policy, "lxfs", "C:/in"));
    assert_false(mounts_takes_directory(&policy, "lxfs", NULL));
    assert_int_equal(mounts_plan(&policy, &request, &plan), 0);
    assert_string_equal(plan.backing, inside);
    assert_string_equal(plan.texts.source, inside);
    assert_null(plan.texts.label);
    assert_int_equal(plan.record.type, LX_MOUNT_LXFS);
    assert_int_equal(plan.record.flags, 0);
    request.options = "metadata";
    assert_int_equal(mounts_plan(&policy, &request, &plan), -EINVAL);
    request = (struct mounts_request){
        .source = "C:/in", .target = "/l", .native = "/l", .type = "wslfs", .options = "ro"};
    assert_int_equal(mounts_plan(&policy, &request, &plan), 0);
    assert_string_equal(plan.backing, inside);
    assert_int_equal(plan.record.type, LX_MOUNT_WSLFS);
    assert_int_equal(plan.record.flags, LX_MOUNT_READONLY | LX_MOUNT_TYPED);
}

static void a_place_stays_a_mounts_own(void **state)
{
    (void)state;
    assert_int_equal(attach("/one", NULL), 0);
    assert_int_equal(attach("/two", NULL), 0);
    unsigned place = find("/two")->place;
    uint32_t number = find("/two")->number;
    assert_int_equal(detach("/one"), 0);
    assert_int_equal(attach("/three", NULL), 0);
    assert_int_equal(find("/two")->place, place);
    assert_int_not_equal(find("/three")->place, place);
    assert_true(find("/three")->number > number);
    assert_int_equal(detach("/two"), 0);
    assert_int_equal(detach("/three"), 0);
}

static void bad_options_and_sources_change_nothing(void **state)
{
    (void)state;
    static const char *const sources[] = {
        "Q:", "C:/none", "//server/share", "C", ":", "/", "/localhost/C$", "fa", "fatter", "C:in"};
    struct lx_source_found found;
    assert_int_equal(attach("/one", "nonsense"), -EINVAL);
    assert_int_equal(attach("/one", "uid=-1"), -EINVAL);
    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
        assert_int_equal(mounts_source(&policy, sources[i], &found), -ENOENT);
    assert_int_equal(mounted(), 2);
}

static void sources_lead_to_volumes(void **state)
{
    (void)state;
    static const struct {
        const char *source;
        const char *volume;
        const char *backing; /* NULL: the directory of C: */
        bool shared, whole;
    } cases[] = {
        {"C:", "C:", NULL, false, true},
        {"c:\\", "C:", NULL, false, true},
        {"C:/.", "C:", NULL, false, true},
        {"C:\\..\\..", "C:", NULL, false, true},
        {"C:\\in\\..\\", "C:", NULL, false, true},
        {"c:\\in\\", "C:", inside, false, false},
        {"C:/a", "fat", inside, false, true},
        {"C:\\A\\", "fat", inside, false, true},
        {"fat", "fat", inside, false, true},
        {"FAT\\", "fat", inside, false, true},
        {"C:\\a\\b", "E:", "/usr/lib", false, true},
        {"fat/b", "E:", "/usr/lib", false, true},
        {"C:\\in\\..\\a\\.\\b", "E:", "/usr/lib", false, true},
        {"//LOCALHOST/c$", "C:", NULL, true, true},
        {"\\\\localhost\\C$\\in", "C:", inside, true, false},
        {"//localhost/C$/a/b/", "E:", "/usr/lib", true, true},
        {"C:\\u", "C:\\u", "/usr", false, false},
        {"C:/u/lib", "C:\\u", "/usr/lib", false, false},
    };
    struct lx_source_found found;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (mounts_source(&policy, cases[i].source, &found) != 0)
            fail_msg("%s", cases[i].source);
        assert_string_equal(lx_volumes_text(lx_image_volumes(policy.image), found.volume->name),
                            cases[i].volume);
        assert_string_equal(found.rest, cases[i].backing == NULL ? directory : cases[i].backing);
        assert_int_equal(found.shared, cases[i].shared);
        assert_int_equal(found.whole, cases[i].whole);
    }
}

/* What a mount has of its volume, and the rules by its kind, its options and the policy. */
static void a_mount_is_on_its_axes(void **state)
{
    (void)state;
    assert_int_equal(attach_source("C:", "/one", "metadata"), 0);
    const struct lx_mount *m = find("/one");
    assert_string_equal(lx_mount_text(m, m->label), "Windows");
    assert_int_equal(m->serial, 0x12345678);
    assert_int_equal(lx_rule(m, LX_RULE_SPECIAL_FIFO), LX_ALLOW);
    assert_int_equal(lx_rule(m, LX_RULE_METADATA_KEEP), LX_ON);
    assert_int_equal(lx_rule(m, LX_RULE_RENAME_FLAGS), LX_NATIVE);
    assert_int_equal(m->case_option, LX_SENSITIVE);
    assert_int_equal(detach("/one"), 0);
    assert_int_equal(attach_source("fat", "/one", "metadata"), 0);
    m = find("/one");
    assert_false(lx_metadata(m));
    assert_int_equal(m->filesystem, LX_FAT32);
    assert_int_equal(lx_rule(m, LX_RULE_SPECIAL_FIFO), LX_EPERM);
    assert_int_equal(lx_rule(m, LX_RULE_LINK_CREATE), LX_EPERM);
    assert_int_equal(m->case_option, LX_OFF);
    assert_int_not_equal(m->flags & LX_MOUNT_VOLUME_ROOT, 0);
    assert_int_equal(detach("/one"), 0);
    assert_int_equal(attach_source("//localhost/C$", "/one", NULL), 0);
    m = find("/one");
    assert_int_equal(m->filesystem, LX_SMB);
    assert_int_equal(lx_rule(m, LX_RULE_LINK_CREATE), LX_ALLOW);
    assert_int_equal(m->case_option, LX_OFF);
    assert_int_equal(detach("/one"), 0);
    assert_int_equal(attach_source("//localhost/C$/a", "/one", NULL), 0);
    assert_int_equal(find("/one")->filesystem, LX_FAT32); /* which can do less than SMB */
    assert_int_equal(detach("/one"), 0);
    assert_int_equal(attach_source("C:\\u", "/one", NULL), 0);
    assert_int_equal(lx_rule(find("/one"), LX_RULE_LINK_CREATE), LX_EPERM);
    assert_int_equal(find("/one")->flags & LX_MOUNT_VOLUME_ROOT, 0);
    assert_int_equal(detach("/one"), 0);
}

/* A remount that brings metadata, or takes it, takes along what that decides, and nothing else. */
static void a_remount_follows_metadata(void **state)
{
    static struct mounts_plan plan;
    (void)state;
    assert_int_equal(attach_source("C:\\u", "/one", NULL), 0);
    const struct mounts_request with = {.target = "/one", .options = "metadata"};
    assert_int_equal(mounts_plan_again(&policy, find("/one"), &with, &plan), 0);
    assert_int_equal(lx_rule(&plan.record, LX_RULE_SPECIAL_FIFO), LX_ALLOW);
    assert_int_equal(lx_rule(&plan.record, LX_RULE_LINK_CREATE), LX_EPERM);
    struct lx_mount kept = plan.record;
    struct {
        struct lx_mount record;
        char texts[64];
    } like = {.record = kept};
    const struct lx_mount_texts texts = {.source = "C:", .target = "/x", .backing = "/x"};
    assert_true(lx_mount_put(&like.record, sizeof(like), &kept, &texts) > 0);
    const struct mounts_request without = {.target = "/one"};
    assert_int_equal(mounts_plan_again(&policy, &like.record, &without, &plan), 0);
    assert_int_equal(lx_rule(&plan.record, LX_RULE_SPECIAL_FIFO), LX_EPERM);
    assert_int_equal(lx_rule(&plan.record, LX_RULE_LINK_CREATE), LX_EPERM);
    assert_int_equal(detach("/one"), 0);
}

static void a_killed_writer_has_written_nothing(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        struct mounts_writer w;
        int error;
        struct lx_mount_texts texts = {.source = "C:", .target = "/half", .backing = "/half"};
        if (mounts_write(&policy, &w) == 0)
            (void)mounts_add(&w, lx_mounts_at(lx_mounts(&policy), 1), &texts, NULL, &error);
        raise(SIGKILL);
    }
    waitpid(child, NULL, 0);
    assert_int_equal(mounted(), 2);
    assert_int_equal(attach("/one", NULL), 0);
    assert_null(find("/half"));
    assert_int_equal(detach("/one"), 0);
}

/* Killed between its two steps: by the mount at the point it is seen whether the kernel did it. */
static void what_a_killed_writer_began_is_finished_or_undone(void **state)
{
    (void)state;
    for (int done = 0; done < 2; done++) {
        pid_t child = fork();
        if (child == 0) {
            static struct mounts_plan plan;
            struct mounts_writer w;
            const struct mounts_request request = {
                .source = "C:", .target = "/one", .native = "/one", .type = "drvfs"};
            if (mounts_plan(&policy, &request, &plan) == 0 && mounts_write(&policy, &w) == 0 &&
                mounts_attach(&w, &plan, false) == 0 && mounts_prepare(&w, "/proc") == 0 &&
                done != 0)
                w.table->intent.mount_id++; /* as if another had been there before */
            raise(SIGKILL);
        }
        waitpid(child, NULL, 0);
        assert_null(find("/one"));
        assert_int_equal(attach("/two", NULL), 0);
        assert_int_equal(find("/one") != NULL, done);
        assert_int_equal(detach("/two"), 0);
    }
    assert_int_equal(detach("/one"), 0);
    assert_int_equal(mounted(), 2);
}

/* Eight processes mount and unmount at once; a reader never meets anything but whole mounts. */
static void readers_and_writers(void **state)
{
    enum { WRITERS = 8, TIMES = 20 };
    (void)state;
    for (int i = 0; i < WRITERS; i++) {
        if (fork() != 0)
            continue;
        char target[32];
        snprintf(target, sizeof(target), "/w%d", i);
        for (int k = 0; k < TIMES; k++)
            if (attach(target, "uid=5") != 0 || find(target)->uid != 5 || detach(target) != 0)
                _exit(1);
        _exit(0);
    }
    int ended = 0;
    int status;
    while (ended < WRITERS) {
        const struct lx_mount *m;
        for (unsigned i = 0; (m = lx_mounts_next(lx_mounts(&policy), &i)) != NULL;)
            assert_int_equal(m->target_length, strlen(lx_target(m)));
        if (waitpid(-1, &status, WNOHANG) > 0) {
            assert_int_equal(status, 0);
            ended++;
        }
    }
    assert_int_equal(mounted(), 2);
}

/* As if so many bytes of the table were used. */
static void fill_up_to(uint32_t used)
{
    used &= ~7u;
    ssize_t n = pwrite(memory, &used, sizeof(used), offsetof(struct lx_table, used));
    assert_int_equal(n, sizeof(used));
}

/* Each mapping of the table ends somewhere, and lists and records are on both sides of it. */
static void what_is_mounted_late_is_found(void **state)
{
    static const uint32_t ends[] = {4, 16, 64, 256}; /* MiB */
    uint32_t uid = 0;
    (void)state;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        const uint32_t end = ends[i] << 20;
        fill_up_to(end - 4096);
        for (unsigned k = 0; k < 8; k++) {
            char options[32];
            snprintf(options, sizeof(options), "uid=%u", ++uid);
            assert_int_equal(attach("/one", options), 0);
            assert_int_equal(find("/one")->uid, uid);
            assert_string_equal(lx_backing(find("/one")), directory);
            assert_int_equal(detach("/one"), 0);
            assert_null(find("/one"));
            assert_int_equal(mounted(), 2);
        }
        assert_true(policy.table->used > end);
    }
}

static void a_full_table_stays_as_it_is(void **state)
{
    char target[32];
    int r = 0;
    int n;
    (void)state;
    for (n = 0; r == 0; n++) {
        snprintf(target, sizeof(target), "/%d", n);
        r = attach(target, NULL);
    }
    /* Places run out first. */
    assert_int_equal(r, -ENOSPC);
    assert_int_equal(mounted(), LX_PLACE_MAX);
    snprintf(target, sizeof(target), "/%d", n - 2);
    assert_int_equal(detach(target), 0);
    fill_up_to((uint32_t)(policy.table->size - LX_TABLE_LIST - 64));
    assert_int_equal(attach(target, NULL), -ENOSPC);
    assert_int_equal(mounted(), LX_PLACE_MAX - 1);
}

/* A word of a table, with another value; it has to be refused, and is put back. */
static void is_refused(struct lx_table *table, void *word, uint32_t value, bool by_readers)
{
    uint32_t was;
    memcpy(&was, word, sizeof(was));
    memcpy(word, &value, sizeof(value));
    assert_false(lx_table_check(table, LX_TABLE_SIZE) &&
                 (by_readers || lx_table_check_writers(table, LX_TABLE_SIZE)));
    memcpy(word, &was, sizeof(was));
    assert_true(lx_table_check(table, LX_TABLE_SIZE) &&
                lx_table_check_writers(table, LX_TABLE_SIZE));
}

/* What has a table's name need not be one: nothing in it leads out of it. */
static void a_table_that_is_none_is_refused(void **state)
{
    (void)state;
    assert_int_equal(attach("/one", NULL), 0);
    struct lx_table *table = malloc(LX_TABLE_SIZE);
    assert_non_null(table);
    memcpy(table, policy.table, LX_TABLE_SIZE);
    assert_true(lx_table_check(table, LX_TABLE_SIZE) &&
                lx_table_check_writers(table, LX_TABLE_SIZE));

    uint32_t at = atomic_load(&table->views[0].mounted);
    struct lx_mounts *list = (struct lx_mounts *)(void *)((char *)table + at);
    unsigned place = find("/one")->place;
    int32_t *one = &list->at[place - 1];
    struct lx_mount *record = (struct lx_mount *)(void *)((char *)list + *one);
    is_refused(table, &table->magic, 0, true);
    is_refused(table, &table->size, LX_TABLE_SIZE / 2, true);
    atomic_store(&table->views[1].space, 1);
    is_refused(table, &table->views[1].mounted, LX_TABLE_SIZE - 4, true);
    is_refused(table, &table->views[1].mounted, 3, true);
    is_refused(table, &list->count, 1u << 30, true);
    is_refused(table, &list->translated, 77, true);
    is_refused(table, &list->masked, 77, true);
    is_refused(table, one, LX_TABLE_SIZE - 8, true);
    is_refused(table, one, (uint32_t) - (int32_t)(at + 64), true);
    is_refused(table, &record->target, LX_TABLE_SIZE, true);
    is_refused(table, &record->backing, 0, true);
    is_refused(table, &record->target_length, 4000, true);
    is_refused(table, &table->used, LX_TABLE_SIZE + 8, false);
    is_refused(table, &table->used, 4, false);
    is_refused(table, &table->intent.list, LX_TABLE_SIZE, false);
    free(table);
    assert_int_equal(detach("/one"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_image_says_comes_along),
        cmocka_unit_test(a_directory_is_a_source_of_some),
        cmocka_unit_test(what_is_in_a_mount_goes_along),
        cmocka_unit_test(a_place_stays_a_mounts_own),
        cmocka_unit_test(bad_options_and_sources_change_nothing),
        cmocka_unit_test(sources_lead_to_volumes),
        cmocka_unit_test(a_mount_is_on_its_axes),
        cmocka_unit_test(a_remount_follows_metadata),
        cmocka_unit_test(a_killed_writer_has_written_nothing),
        cmocka_unit_test(what_a_killed_writer_began_is_finished_or_undone),
        cmocka_unit_test(a_table_that_is_none_is_refused),
        cmocka_unit_test(readers_and_writers),
        cmocka_unit_test(what_is_mounted_late_is_found),
        cmocka_unit_test(a_full_table_stays_as_it_is),
    };
    return cmocka_run_group_tests(tests, setup, clean);
}
