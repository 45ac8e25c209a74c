/* SPDX-License-Identifier: MIT */
#include "mounts/lines.h"

#include <string.h>

/* A line of the kernel's. */
struct kernel_line {
    struct sys_span whole;      /* with its end, and what goes on with it */
    struct sys_span point;      /* as it is written; empty where the line cannot be taken apart */
    struct sys_mount_line info; /* of mountinfo; empty in the others */
};

static unsigned long number_of(struct sys_span part)
{
    unsigned long value = 0;
    for (size_t i = 0; i < part.n; i++)
        value = value * 10 + (unsigned long)(part.at[i] - '0');
    return value;
}

/* Takes the next line off, with its end. */
static bool next_raw(struct sys_span *text, struct sys_span *raw)
{
    const char *end = text->n == 0 ? NULL : memchr(text->at, '\n', text->n);
    raw->at = text->at;
    raw->n = end == NULL ? text->n : (size_t)(end - text->at) + 1;
    text->at += raw->n;
    text->n -= raw->n;
    return raw->n > 0;
}

/* The word behind `from` bytes of a line, up to a blank. */
static struct sys_span word_at(struct sys_span line, size_t from)
{
    if (from >= line.n)
        return (struct sys_span){line.at + line.n, 0};
    const char *at = line.at + from;
    size_t n = line.n - from;
    const char *end = memchr(at, '\n', n);
    n = end == NULL ? n : (size_t)(end - at);
    end = memchr(at, ' ', n);
    return (struct sys_span){at, end == NULL ? n : (size_t)(end - at)};
}

/* Where mounts and mountstats say what a line is mounted on. */
static struct sys_span point_of(enum lines_file file, struct sys_span line)
{
    static const char words[] = " mounted on ";
    bool is_mounts = file == LINES_MOUNTS;
    const char *found = is_mounts ? memchr(line.at, ' ', line.n)
                                  : memmem(line.at, line.n, words, sizeof(words) - 1);
    if (found == NULL)
        return (struct sys_span){line.at, 0};
    return word_at(line, (size_t)(found - line.at) + (is_mounts ? 1 : sizeof(words) - 1));
}

/* What NFS says of itself in mountstats stands behind its line. */
static bool goes_on(enum lines_file file, struct sys_span text)
{
    return file == LINES_MOUNTSTATS && text.n > 0 && (text.at[0] == '\t' || text.at[0] == '\n');
}

/* Takes the next line apart. `k`: the one before, or all empty before the first. */
static bool next_line(enum lines_file file, struct sys_span *text, struct kernel_line *k)
{
    struct sys_span more;
    if (!next_raw(text, &k->whole))
        return false;
    size_t n = k->whole.n - (k->whole.at[k->whole.n - 1] == '\n');
    k->point = (struct sys_span){k->whole.at, 0};
    if (file == LINES_MOUNTINFO) {
        memset(&k->info, 0, sizeof(k->info));
        if (sys_mount_line(k->whole.at, n, &k->info))
            k->point = k->info.point;
    } else {
        k->point = point_of(file, k->whole);
    }
    while (goes_on(file, *text) && next_raw(text, &more))
        k->whole.n += more.n;
    return true;
}

/* True where a path is strictly below a directory. */
static bool below(const char *path, const char *directory)
{
    size_t n = strcmp(directory, "/") == 0 ? 0 : strlen(directory);
    return strncmp(path, directory, n) == 0 && path[n] == '/' && path[n + 1] != '\0';
}

static bool same(const char *one, const char *other)
{
    return strcmp(one, other) == 0;
}

/* True for a mount that the kernel has as well. */
static bool is_real(const struct lines_drive *d)
{
    return d->mount->type == LX_MOUNT_HOST || lx_bind_alias(d->mount) != NULL ||
           lx_is_root(d->mount);
}

bool lines_is_own(const struct lx_mount *m)
{
    return m->type != LX_MOUNT_HOST && lx_bind_alias(m) == NULL && !lx_is_root(m) &&
           drive_line_shows(m);
}

/* True for what is made up: programs do not get to what the kernel has mounted there. */
static bool covers(const struct lines_drive *d)
{
    return d->own && lx_mount_type_has((enum lx_mount_type)d->mount->type, LX_TYPE_MADE_UP);
}

static unsigned depth_of(const char *path)
{
    unsigned depth = 0;
    for (; *path != '\0'; path++)
        depth += path[0] == '/' && path[1] != '\0';
    return depth;
}

/* Those that others are in come first; of those as deep as each other the older ones. */
static bool comes_behind(const struct lines_drive *one, const struct lines_drive *other)
{
    unsigned a = depth_of(one->point);
    unsigned b = depth_of(other->point);
    return a != b ? a > b : one->mount->number > other->mount->number;
}

static void sort(struct lines_work *work)
{
    for (size_t i = 1; i < work->count; i++) {
        const struct lines_drive d = work->drive[i];
        size_t at = i;
        for (; at > 0 && comes_behind(&work->drive[at - 1], &d); at--)
            work->drive[at] = work->drive[at - 1];
        work->drive[at] = d;
    }
}

/* How many of the kernel's mounts that we know of are newer at a drive's point. */
static void count_above(struct lines_work *work, struct lines_drive *d)
{
    d->above = d->lines = 0;
    d->line = d->before = -1;
    d->id = d->parent = 0;
    d->depth = 0;
    d->own = lines_is_own(d->mount);
    for (size_t i = 0; i < work->count; i++) {
        const struct lines_drive *other = &work->drive[i];
        if (is_real(other) && other->mount->number > d->mount->number &&
            same(other->point, d->point))
            d->above++;
    }
}

/* Calls `see` with each line whose point can be told, in work->point, and the line's number. */
static void each_line(struct lines_work *work, enum lines_file file, struct sys_span text,
                      void (*see)(struct lines_work *work, const struct kernel_line *k,
                                  long number))
{
    struct kernel_line k = {.whole = {NULL, 0}};
    for (long number = 0; next_line(file, &text, &k); number++)
        if (k.point.n > 0 && sys_mount_unescape(k.point, work->point, sizeof(work->point)) > 0)
            see(work, &k, number);
}

/*
 * How many lines there are at each drive's point. The last, which covers the others, is the drive's
 * if nothing is above it.
 */
static void see_point(struct lines_work *work, const struct kernel_line *k, long number)
{
    (void)k;
    for (size_t i = 0; i < work->count; i++) {
        struct lines_drive *d = &work->drive[i];
        if (!same(d->point, work->point))
            continue;
        d->lines++;
        if (d->above == 0 && is_real(d))
            d->line = number;
    }
}

/* Which line is a drive's that others are above: counted from the last at its point. */
static void see_own(struct lines_work *work, const struct kernel_line *k, long number)
{
    (void)k;
    for (size_t i = 0; i < work->count; i++) {
        struct lines_drive *d = &work->drive[i];
        if (!same(d->point, work->point))
            continue;
        if (--d->lines == d->above && is_real(d))
            d->line = number;
    }
}

/* The newest mount of the run that a line is of; 0 for none. */
static uint32_t line_of(const struct lines_work *work, long number)
{
    for (size_t i = 0; i < work->count; i++)
        if (work->drive[i].line == number)
            return work->drive[i].mount->number;
    return 0;
}

/*
 * True for a line of the kernel's that nobody in the run has mounted, and that is at a place which
 * is made up, or below it: programs do not get there.
 */
static bool is_covered(struct lines_work *work, const struct kernel_line *k, long number)
{
    if (!work->covers || line_of(work, number) != 0 || k->point.n == 0 ||
        sys_mount_unescape(k->point, work->point, sizeof(work->point)) < 0)
        return false;
    for (size_t i = 0; i < work->count; i++) {
        const struct lines_drive *d = &work->drive[i];
        if (covers(d) && (same(work->point, d->point) || below(work->point, d->point)))
            return true;
    }
    return false;
}

/* What a line is to the drives that have none of the kernel's: what they are in, and are before. */
static void see_around(struct lines_work *work, const struct kernel_line *k, long number)
{
    const uint32_t mount = line_of(work, number);
    const size_t depth = strlen(work->point);
    const bool shown = k->info.id.n == 0 || !is_covered(work, k, number);
    for (size_t i = 0; i < work->count; i++) {
        struct lines_drive *d = &work->drive[i];
        bool here = same(d->point, work->point);
        bool over = here && mount > d->mount->number;
        if (!d->own)
            continue;
        if (d->before < 0 && (over || below(work->point, d->point)))
            d->before = number;
        if (!shown || over || depth < d->depth || !(here || below(d->point, work->point)))
            continue;
        d->depth = depth;
        d->parent = k->info.id.n > 0 ? number_of(k->info.id) : 0;
    }
}

static unsigned long first_id(struct sys_span text)
{
    struct sys_mount_line line;
    unsigned long last = 0;
    while (sys_mount_next(&text, &line, NULL)) {
        unsigned long id = number_of(line.id);
        last = id > last ? id : last;
    }
    return (last / LINES_ID_STEP + 1) * LINES_ID_STEP;
}

/* A drive without a line of the kernel's is in the nearest other one, as they are in order. */
static void nest(struct lines_work *work, unsigned long first)
{
    for (size_t i = 0; i < work->count; i++) {
        struct lines_drive *d = &work->drive[i];
        d->id = first + d->mount->number;
        for (size_t k = 0; k < i; k++) {
            const struct lines_drive *other = &work->drive[k];
            bool in = same(d->point, other->point) || below(d->point, other->point);
            if (!other->own || !in || strlen(other->point) < d->depth)
                continue;
            d->depth = strlen(other->point);
            d->parent = other->id;
        }
    }
}

/* Works out what there is to know before the first line is written. */
static void start(struct lines_work *work, enum lines_file file, struct sys_span text)
{
    bool any_real = false;
    bool any_own = false;
    bool any_above = false;
    sort(work);
    work->covers = false;
    for (size_t i = 0; i < work->count; i++) {
        struct lines_drive *d = &work->drive[i];
        count_above(work, d);
        any_real |= is_real(d);
        any_above |= d->above > 0 && is_real(d);
        any_own |= d->own;
        work->covers |= covers(d);
    }
    /* Each look takes every line apart. */
    if (any_real)
        each_line(work, file, text, see_point);
    if (any_above)
        each_line(work, file, text, see_own);
    if (any_own)
        each_line(work, file, text, see_around);
    nest(work, file == LINES_MOUNTINFO ? first_id(text) : 0);
}

/* A drive's line. `k`: the kernel's that it takes the place of, or NULL. */
struct shown {
    const struct lines_drive *drive;
    const struct kernel_line *k;
    unsigned long parent;
};

static void put_point(struct lines_out *out, const struct shown *s)
{
    if (s->k != NULL)
        lines_add(out, s->k->point.at, s->k->point.n);
    else
        drive_line_path(out, s->drive->mount, s->drive->point);
}

static void put_info(struct lines_out *out, const struct shown *s)
{
    const struct lx_mount *m = s->drive->mount;
    lines_number(out, s->k != NULL ? number_of(s->k->info.id) : s->drive->id);
    lines_put(out, " ");
    lines_number(out, s->parent);
    lines_put(out, " 0:");
    lines_number(out, m->device);
    lines_put(out, " ");
    drive_line_path(out, m, s->drive->root == NULL ? "/" : s->drive->root);
    lines_put(out, " ");
    put_point(out, s);
    lines_put(out, " ");
    drive_line_options(out, m);
    if (s->k != NULL && s->k->info.optional.n > 0) {
        lines_put(out, " ");
        lines_add(out, s->k->info.optional.at, s->k->info.optional.n);
    }
    lines_put(out, " - ");
    drive_line_type(out, m);
    lines_put(out, " ");
    drive_line_source(out, m);
    lines_put(out, " ");
    drive_line_super(out, m);
}

static void put_line(struct lines_out *out, enum lines_file file, const struct shown *s)
{
    const struct lx_mount *m = s->drive->mount;
    if (file == LINES_MOUNTINFO) {
        put_info(out, s);
    } else if (file == LINES_MOUNTSTATS) {
        lines_put(out, "device ");
        drive_line_source(out, m);
        lines_put(out, " mounted on ");
        put_point(out, s);
        lines_put(out, " with fstype ");
        drive_line_type(out, m);
    } else {
        drive_line_source(out, m);
        lines_put(out, " ");
        put_point(out, s);
        lines_put(out, " ");
        drive_line_type(out, m);
        lines_put(out, " ");
        drive_line_all_options(out, m);
        lines_put(out, " 0 0");
    }
    lines_put(out, "\n");
}

/* The lines of their own that come before one of the kernel's. */
static void put_others(const struct lines_work *work, enum lines_file file, long number,
                       struct lines_out *out)
{
    for (size_t i = 0; i < work->count; i++) {
        const struct lines_drive *d = &work->drive[i];
        const struct shown s = {.drive = d, .parent = d->parent};
        if (d->own && d->before == number)
            put_line(out, file, &s);
    }
}

/* The number of the mount that a line's is in: a drive's where one has come between. */
static unsigned long parent_of(struct lines_work *work, const struct kernel_line *k, long number)
{
    const uint32_t mount = line_of(work, number);
    unsigned long parent = number_of(k->info.parent);
    if (sys_mount_unescape(k->point, work->point, sizeof(work->point)) < 0)
        return parent;
    for (size_t i = 0; i < work->count; i++) {
        const struct lines_drive *d = &work->drive[i];
        bool over = same(work->point, d->point) && mount > d->mount->number;
        if (d->own && d->parent == parent && (over || below(work->point, d->point)))
            parent = d->id;
    }
    return parent;
}

/* A line of the kernel's that is no drive's. */
static void put_kernels(struct lines_out *out, const struct kernel_line *k, unsigned long parent)
{
    const struct sys_span *is = &k->info.parent;
    if (parent == number_of(*is)) {
        lines_add(out, k->whole.at, k->whole.n);
        return;
    }
    lines_add(out, k->whole.at, (size_t)(is->at - k->whole.at));
    lines_number(out, parent);
    lines_add(out, is->at + is->n, (size_t)(k->whole.at + k->whole.n - is->at) - is->n);
}

/* The options in a line of the kernel's, behind its type; of mountinfo those of the file system. */
static struct sys_span options_of(enum lines_file file, const struct kernel_line *k,
                                  struct sys_span type)
{
    if (file == LINES_MOUNTINFO)
        return k->info.super;
    return word_at(k->whole, (size_t)(type.at + type.n - k->whole.at) + 1);
}

static struct sys_span type_of(enum lines_file file, const struct kernel_line *k)
{
    static const char with[] = " with fstype ";
    size_t end = (size_t)(k->point.at + k->point.n - k->whole.at);
    if (file == LINES_MOUNTINFO)
        return k->info.type;
    return word_at(k->whole, end + (file == LINES_MOUNTS ? 1 : sizeof(with) - 1));
}

/* Options, without one of them and with another. */
static void put_options(struct lines_out *out, const struct lines_words *w, struct sys_span is)
{
    size_t n = w->without == NULL ? 0 : strlen(w->without);
    const char *at = n == 0 ? NULL : memmem(is.at, is.n, w->without, n);
    if (at != NULL && (at + n == is.at + is.n || at[n] == ',')) {
        lines_add(out, is.at, (size_t)(at - is.at));
        lines_add(out, at + n, is.n - n - (size_t)(at - is.at));
    } else {
        lines_add(out, is.at, is.n);
    }
    if (w->with != NULL && memmem(is.at, is.n, w->with, strlen(w->with)) == NULL)
        lines_put(out, w->with);
}

/* The line up to a place in it, with the number of the mount that it is in. */
static void put_up_to(struct lines_out *out, enum lines_file file, const struct kernel_line *k,
                      unsigned long parent, const char *end)
{
    const struct sys_span *is = &k->info.parent;
    const char *from = k->whole.at;
    if (file == LINES_MOUNTINFO) {
        lines_add(out, from, (size_t)(is->at - from));
        lines_number(out, parent);
        from = is->at + is->n;
    }
    lines_add(out, from, (size_t)(end - from));
}

static void put_data(struct lines_out *out, const struct lines_words *w)
{
    if (w->data[0] != '\0')
        lines_put(out, ",");
    lines_put(out, w->data);
}

/* The line of mountinfo, with the number of the mount that it is in. */
static void put_worded_info(struct lines_out *out, const struct kernel_line *k,
                            unsigned long parent, const struct lines_words *w, const char *access)
{
    put_up_to(out, LINES_MOUNTINFO, k, parent, k->info.options.at);
    lines_put(out, access);
    drive_line_flags(out, w->flags);
    lines_add(out, " ", k->info.optional.n > 0);
    lines_add(out, k->info.optional.at, k->info.optional.n);
    lines_put(out, " - ");
    lines_put(out, w->shown_type);
    lines_put(out, " ");
    lines_put(out, w->source);
    lines_put(out, " ");
    lines_put(out, access);
    put_data(out, w);
    lines_put(out, "\n");
}

/* A line of mounts, or of mountstats. */
static void put_worded_line(struct lines_out *out, bool is_mounts, const struct kernel_line *k,
                            const struct lines_words *w, const char *access)
{
    lines_put(out, is_mounts ? "" : "device ");
    lines_put(out, w->source);
    lines_put(out, is_mounts ? " " : " mounted on ");
    lines_add(out, k->point.at, k->point.n);
    lines_put(out, is_mounts ? " " : " with fstype ");
    lines_put(out, w->shown_type);
    if (is_mounts) {
        lines_put(out, " ");
        lines_put(out, access);
        drive_line_flags(out, w->flags);
        put_data(out, w);
        lines_put(out, " 0 0");
    }
    lines_put(out, "\n");
}

/* A line of the kernel's with other words in it. */
static void put_worded(struct lines_out *out, enum lines_file file, const struct kernel_line *k,
                       unsigned long parent, const struct lines_words *w)
{
    const char *access = w->read_only ? "ro" : "rw";
    struct sys_span options = options_of(file, k, w->type);
    if (w->source == NULL && file == LINES_MOUNTSTATS) {
        lines_add(out, k->whole.at, k->whole.n);
    } else if (w->source == NULL) {
        put_up_to(out, file, k, parent, options.at);
        put_options(out, w, options);
        lines_put(out, file == LINES_MOUNTS ? " 0 0\n" : "\n");
    } else if (file == LINES_MOUNTINFO) {
        put_worded_info(out, k, parent, w, access);
    } else {
        put_worded_line(out, file == LINES_MOUNTS, k, w, access);
    }
}

/* Finds other words for a line of the kernel's. False where it stays as it is. */
static bool find_words(struct lines_work *work, enum lines_file file, const struct kernel_line *k,
                       struct lines_words *w)
{
    if (work->words == NULL || k->point.n == 0 ||
        sys_mount_unescape(k->point, work->point, sizeof(work->point)) < 0)
        return false;
    struct sys_span type = type_of(file, k);
    struct sys_span options = file == LINES_MOUNTINFO ? k->info.options : options_of(file, k, type);
    *w = (struct lines_words){.point = work->point,
                              .type = type,
                              .read_only = options.n >= 2 && memcmp(options.at, "ro", 2) == 0};
    return work->words(work->who, w);
}

/* The drive whose line one of the kernel's is, if it is to be shown; or NULL. */
static const struct lines_drive *shown_at(const struct lines_work *work, long number)
{
    for (size_t i = 0; i < work->count; i++)
        if (work->drive[i].line == number && drive_line_shows(work->drive[i].mount))
            return &work->drive[i];
    return NULL;
}

void lines_write(struct lines_work *work, enum lines_file file, struct sys_span text,
                 struct lines_out *out)
{
    struct kernel_line k = {.whole = {NULL, 0}};
    struct lines_words w;
    bool info = file == LINES_MOUNTINFO;
    start(work, file, text);
    for (long number = 0; next_line(file, &text, &k); number++) {
        put_others(work, file, number, out);
        if (is_covered(work, &k, number))
            continue;
        bool whole = info && k.point.n > 0;
        const unsigned long parent = whole ? parent_of(work, &k, number) : 0;
        const struct lines_drive *d = shown_at(work, number);
        if (d != NULL)
            put_line(out, file, &(struct shown){.drive = d, .k = &k, .parent = parent});
        else if (find_words(work, file, &k, &w))
            put_worded(out, file, &k, parent, &w);
        else if (whole)
            put_kernels(out, &k, parent);
        else
            lines_add(out, k.whole.at, k.whole.n);
    }
    put_others(work, file, -1, out);
}
