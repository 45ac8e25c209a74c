/* SPDX-License-Identifier: MIT */
#include "store/metadata.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "nt/attributes.h"
#include "nt/dosattrib.h"
#include "store/age.h"
#include "store/sidecar.h"
#include "sys/sys.h"

#define LIST_MAX 65536 /* XATTR_LIST_MAX, the kernel's own limit */

static const struct {
    const char *name;
    unsigned fields;
} notes[] = {
    {STORE_METADATA, NT_LX_OWNED},   {STORE_METADATA_UID, NT_LX_UID},
    {STORE_METADATA_GID, NT_LX_GID}, {STORE_METADATA_MODE, NT_LX_MODE},
    {STORE_METADATA_STICKY, 0},
};
#define NOTES (sizeof(notes) / sizeof(notes[0]))

static const enum nt_lx_field every_field[] = {NT_LX_UID, NT_LX_GID, NT_LX_MODE, NT_LX_DEVICE};
#define FIELDS (sizeof(every_field) / sizeof(every_field[0]))

/* --- memory --------------------------------------------------------------------------------- */

/*
 * What was found of files and directories without anything in Windows' form: a hash of device,
 * inode and change time, and in its low bits what was found, and whether it was found twice. Once
 * is enough by a descriptor; at a path another file may be by the time it is asked. Every thread,
 * signal handler and vfork child may read and write an entry, which is one word; so may who acts
 * for another process, and all processes of a run that share them, since an inode is the same to
 * all. A file has WAYS places: two that had one alone would take it from each other, and be asked
 * for each time.
 */
#define FILES 1024u
#define WAYS  STORE_METADATA_WAYS
enum { STICKY = 8, KNOWN = 16, BITS = 31 };
static _Atomic uint64_t files[FILES];
_Static_assert(WAYS == 4, "two bits of a hash choose one");

/* What is shared, and how many; NULL: nothing. Written once, while there is one thread. */
static _Atomic uint64_t *shared;
static size_t shared_count;

void store_metadata_share(_Atomic uint64_t *found, size_t count)
{
    shared = found;
    shared_count = count;
}

/* The first of the places that a file has. */
static _Atomic uint64_t *places_of(uint64_t hash)
{
    size_t count = shared != NULL ? shared_count : FILES;
    return (shared != NULL ? shared : files) + (hash / 32 * WAYS & (count - 1));
}

static uint64_t told(const _Atomic uint64_t *place)
{
    return atomic_load_explicit(place, memory_order_relaxed);
}

/* The place that has what was found of a file, or that is to have it: one that is free, or any. */
static _Atomic uint64_t *place_for(uint64_t hash)
{
    _Atomic uint64_t *places = places_of(hash);
    _Atomic uint64_t *place = &places[hash >> 62];
    for (unsigned i = WAYS; i-- > 0;) {
        uint64_t other = told(&places[i]);
        if ((other & ~(uint64_t)BITS) == hash)
            return &places[i];
        if (other == 0)
            place = &places[i];
    }
    return place;
}

static uint64_t hash_of(const struct stat *st)
{
    return store_hash_state(st) & ~(uint64_t)BITS;
}

/* What is stored beside a marked file changes without its time. */
static bool may_remember(const struct stat *st)
{
    return st->st_ino != 0 && !store_marked(st);
}

static bool remembered(uint64_t hash, struct store_metadata *out)
{
    const _Atomic uint64_t *places = places_of(hash);
    for (unsigned i = 0; i < WAYS; i++) {
        uint64_t known = told(&places[i]);
        if ((known & ~(uint64_t)(BITS & ~KNOWN)) != (hash | KNOWN))
            continue;
        out->has = (unsigned)known & NT_LX_OWNED;
        out->sticky = (known & STICKY) != 0;
        return true;
    }
    return false;
}

static void remember(const struct store_object *o, const struct stat *st, uint64_t hash,
                     int64_t asked, const struct store_metadata *m)
{
    _Atomic uint64_t *place = place_for(hash);
    uint64_t found = hash | m->has | (m->sticky ? (uint64_t)STICKY : 0);
    bool sure = (o->path[0] == '\0' && o->dfd != AT_FDCWD) || told(place) == found;
    if (sure && store_shows_changes(o->root, st, asked))
        found |= KNOWN;
    atomic_store_explicit(place, found, memory_order_relaxed);
}

/* --- asking --------------------------------------------------------------------------------- */

/* Takes one attribute's name in. */
static void take_name(const char *name, struct store_metadata *out)
{
    size_t prefix = sizeof(STORE_EA_PREFIX) - 1;
    if (strncmp(name, STORE_EA_PREFIX, prefix) != 0)
        return;
    /* As Windows spells them, with a dollar first: whoever means another does not mean WSL. */
    for (size_t i = 0; i < FIELDS && name[prefix] == '$'; i++)
        if (strcmp(name + prefix, nt_lx_name(every_field[i])) == 0)
            out->lx.has |= every_field[i];
    if (strncmp(name, STORE_METADATA, sizeof(STORE_METADATA) - 1) != 0)
        return;
    for (size_t i = 0; i < NOTES; i++)
        if (strcmp(name, notes[i].name) == 0) {
            out->has |= notes[i].fields;
            out->sticky |= notes[i].fields == 0;
        }
}

static void take_names(const char *list, size_t n, struct store_metadata *out)
{
    /* All that nearly every file has which was made here. */
    if (n == sizeof(STORE_METADATA) && memcmp(list, STORE_METADATA, n) == 0) {
        out->has |= NT_LX_OWNED;
        return;
    }
    for (size_t at = 0; at < n; at += strnlen(list + at, n - at) + 1)
        take_name(list + at, out);
}

/* More names than nearly every file has. */
static __attribute__((noinline)) long
ask_for_many(const struct store_object *o, const struct stat *st, struct store_metadata *out)
{
    char *list =
        sys_mmap(NULL, LIST_MAX, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (sys_mmap_failed(list))
        return -ENOMEM;
    long n = store_attr_list(o, store_marked(st), list, LIST_MAX);
    if (n > 0)
        take_names(list, (size_t)n, out);
    sys_munmap(list, LIST_MAX);
    return n;
}

static __attribute__((noinline)) long
ask_for_names(const struct store_object *o, const struct stat *st, struct store_metadata *out)
{
    char list[512];
    long n = store_attr_list(o, store_marked(st), list, sizeof(list));
    if (n == -ERANGE)
        return ask_for_many(o, st, out);
    if (n > 0)
        take_names(list, (size_t)n, out);
    return n;
}

/*
 * The values of what is in Windows' form. One that cannot be read says nothing that is good; but to
 * who may not read the file, Linux does not tell what its attributes are.
 */
static __attribute__((noinline)) void
ask_for_values(const struct store_object *o, const struct stat *st, struct store_metadata *out)
{
    unsigned there = out->lx.has;
    for (size_t i = 0; i < FIELDS; i++) {
        char name[STORE_EA_NAME];
        uint8_t value[NT_LX_SIZE_MAX + 1];
        const char *ea = nt_lx_name(every_field[i]);
        if ((there & every_field[i]) == 0 || !store_ea_attribute(ea, strlen(ea), name))
            continue;
        long n = store_attr_get(o, store_marked(st), name, value, sizeof(value));
        if (n == -EACCES)
            out->secret |= every_field[i];
        else
            nt_lx_take(&out->lx, every_field[i], value, n < 0 ? 0 : (size_t)n);
    }
    out->has |= there & NT_LX_OWNED;
}

int store_metadata_get(const struct store_object *o, const struct stat *st,
                       struct store_metadata *out)
{
    *out = (struct store_metadata){.has = 0};
    if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode)) {
        out->has = store_metadata_is_windows(st) ? 0 : NT_LX_OWNED;
        return 0;
    }
    uint64_t hash = may_remember(st) ? hash_of(st) : 0;
    if (hash != 0 && remembered(hash, out))
        return 0;
    int64_t asked = store_clock(); /* before, so that what comes after is young */
    long n = ask_for_names(o, st, out);
    if (n < 0)
        return n == -EOPNOTSUPP ? 0 : (int)n;
    if (out->lx.has != 0)
        ask_for_values(o, st, out);
    else if (hash != 0)
        remember(o, st, hash, asked, out);
    return 0;
}

bool store_metadata_is_inodes(int fd)
{
    static const char alone[] = STORE_METADATA;
    char list[sizeof(alone)];
    return SYS3(SYS_flistxattr, fd, list, sizeof(list)) == (long)sizeof(alone) &&
           memcmp(list, alone, sizeof(alone)) == 0;
}

/* --- keeping -------------------------------------------------------------------------------- */

int store_metadata_note(const struct store_object *o, unsigned fields)
{
    long r = 0;
    for (size_t i = 0; r == 0 && i < NOTES && fields != 0; i++)
        if (notes[i].fields != 0 && (notes[i].fields & ~fields) == 0) {
            r = store_attr_change(o, notes[i].name, "1", 1);
            fields &= ~notes[i].fields;
        }
    return (int)r;
}

int store_metadata_note_sticky(const struct store_object *o, bool sticky)
{
    long r = store_attr_change(o, STORE_METADATA_STICKY, sticky ? "1" : NULL, sticky);
    return !sticky && (r == -ENODATA || r == -EOPNOTSUPP) ? 0 : (int)r;
}

int store_metadata_set(const struct store_object *o, const struct nt_lx *lx, enum nt_lx_field field)
{
    char name[STORE_EA_NAME];
    uint8_t value[NT_LX_SIZE_MAX];
    const char *ea = nt_lx_name(field);
    if (!store_ea_attribute(ea, strlen(ea), name))
        return -EINVAL;
    return (int)store_attr_change(o, name, value, nt_lx_put(lx, field, value));
}

int store_metadata_keep_mode(const struct store_object *o)
{
    struct stat st;
    struct store_metadata m = {.has = 0};
    int r = store_object_stat(o, &st);
    if (r == 0)
        r = store_metadata_get(o, &st, &m);
    if (r < 0 || (m.has & NT_LX_MODE) == 0 || (m.lx.has & NT_LX_MODE) != 0)
        return r;
    return store_metadata_set(o, &(struct nt_lx){.mode = store_metadata_mode(&st, &m)}, NT_LX_MODE);
}

static long forget(const struct store_object *o, const char *name)
{
    long r = store_attr_change(o, name, NULL, 0);
    return r == -ENODATA || r == -EOPNOTSUPP ? 0 : r;
}

int store_metadata_drop(const struct store_object *o, unsigned fields)
{
    struct stat st;
    struct store_metadata m = {.has = 0};
    long r = store_object_stat(o, &st);
    if (r == 0)
        r = store_metadata_get(o, &st, &m);
    for (size_t i = 0; r == 0 && i < FIELDS; i++) {
        char name[STORE_EA_NAME];
        const char *ea = nt_lx_name(every_field[i]);
        if ((m.lx.has & fields & every_field[i]) != 0 && store_ea_attribute(ea, strlen(ea), name))
            r = forget(o, name);
    }
    /* What is left of the three is noted by itself first. */
    unsigned left = m.has & ~m.lx.has & ~fields;
    if (r == 0 && left != 0)
        r = store_metadata_note(o, left);
    for (size_t i = 0; r == 0 && i < NOTES; i++)
        if ((notes[i].fields & fields) != 0 || (notes[i].fields == 0 && fields == NT_LX_ALL))
            r = forget(o, notes[i].name);
    return (int)r;
}

bool store_ea_attribute(const char *name, size_t n, char out[STORE_EA_NAME])
{
    size_t prefix = sizeof(STORE_EA_PREFIX) - 1;
    if (n == 0 || prefix + n >= STORE_EA_NAME)
        return false;
    memcpy(out, STORE_EA_PREFIX, prefix);
    for (size_t i = 0; i < n; i++)
        out[prefix + i] = (char)(name[i] >= 'a' && name[i] <= 'z' ? name[i] - 'a' + 'A' : name[i]);
    out[prefix + n] = '\0';
    return true;
}

bool store_has_holes(const struct store_object *o)
{
    uint8_t value[NT_DOSATTRIB_SIZE];
    struct nt_dosattrib d;
    long n = store_attr_get(o, true, STORE_DOSATTRIB, value, sizeof(value));
    return n > 0 && nt_dosattrib_decode(value, (size_t)n, &d) == 0 &&
           (d.valid & NT_HAS_ATTRIBUTES) != 0 && (d.attributes & (NT_SPARSE | NT_COMPRESSED)) != 0;
}

bool store_mark_is_meant(const struct store_object *o)
{
    return store_attr_get(o, true, STORE_REPARSE, NULL, 0) > 0 ||
           store_attr_get(o, true, STORE_SECURITY, NULL, 0) > 0 ||
           store_attr_get(o, true, STORE_LACKS, NULL, 0) > 0 ||
           store_attr_get(o, true, STORE_LXATTRB, NULL, 0) >= 0 || store_has_holes(o) ||
           store_sidecar_list(o, NULL, 0) != 0;
}

bool store_metadata_is(const char *attribute)
{
    struct store_metadata m = {.has = 0};
    take_name(attribute, &m);
    return m.has != 0 || m.sticky || m.lx.has != 0;
}
