/* SPDX-License-Identifier: MIT */
#include "store/descriptor.h"

#include <limits.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include "store/hidden.h"
#include "store/identity.h"
#include "store/sidecar_attr.h"
#include "sys/sys.h"

static uint8_t *map(void)
{
    void *at =
        sys_mmap(NULL, NT_SECURITY_MAX, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return sys_mmap_failed(at) ? NULL : at;
}

void store_descriptor_free(struct store_descriptor *d)
{
    if (d->at != d->small)
        sys_munmap(d->at, NT_SECURITY_MAX);
}

int store_descriptor_get(const struct store_object *o, bool marked, struct store_descriptor *out)
{
    out->at = out->small;
    long n = store_attr_get(o, marked, STORE_SECURITY, out->small, sizeof(out->small));
    if (n == -ERANGE) {
        out->at = map();
        if (out->at == NULL)
            return -ENOMEM;
        n = store_attr_get(o, marked, STORE_SECURITY, out->at, NT_SECURITY_MAX);
    }
    if (n >= 0 && nt_ntacl_decode(out->at, (size_t)n, &out->security) == 0)
        return 0;
    store_descriptor_free(out);
    if (n == -EOPNOTSUPP)
        return -ENODATA;
    return n >= 0 || n == -ERANGE ? -EBADMSG : (int)n;
}

/* --- the note ------------------------------------------------------------------------------- */

/* Notes it of the directory at an absolute path, and of those above it that are in the drive. */
static int note(const char *root, char path[PATH_MAX])
{
    const size_t top = strlen(root);
    for (size_t n = strlen(path); n >= top && n > 0;) {
        char noted;
        const struct store_object o = {root, AT_FDCWD, path};
        long r = store_attr_get(&o, false, STORE_DESCRIPTORS, &noted, 1);
        if (r == -EOPNOTSUPP)
            return 0; /* see store_descriptors_noted */
        if (r != 1)
            r = store_attr_change(&o, STORE_DESCRIPTORS, "1", 1);
        if (r < 0)
            return (int)r;
        while (n > 0 && path[n - 1] != '/')
            n--;
        while (n > 0 && path[n - 1] == '/')
            n--;
        path[n] = '\0';
    }
    return 0;
}

static int note_above(const struct store_object *o, const struct stat *st)
{
    char path[PATH_MAX];
    long n = store_object_path(o, path);
    if (n < 0 || o->root == NULL)
        return n < 0 ? (int)n : -EOPNOTSUPP;
    char *slash = strrchr(path, '/');
    if (!S_ISDIR(st->st_mode) && slash != NULL)
        *slash = '\0';
    return note(o->root, path);
}

/*
 * What this process found out of its drives: 40 bits of store_hash_root, 23 of the moment, and
 * whether the note is there. Any thread or signal handler may write an entry; each is one word.
 */
#define DRIVES 8
static _Atomic uint64_t drives[DRIVES];

bool store_descriptors_noted(const char *root, uint32_t moment)
{
    uint64_t hash = store_hash_root(root);
    _Atomic uint64_t *entry = &drives[hash / 2 % DRIVES];
    uint64_t key = hash << 24 | (uint64_t)(moment & 0x7FFFFF) << 1;
    uint64_t known = atomic_load_explicit(entry, memory_order_relaxed);
    if ((known & ~UINT64_C(1)) == key)
        return (known & 1) != 0;
    char noted;
    long n = SYS4(SYS_getxattr, root, STORE_DESCRIPTORS, &noted, 1);
    /* Without attributes such notes are in the hidden directory. */
    bool there = n == 1 || (n == -EOPNOTSUPP && store_hidden_exists(root));
    atomic_store_explicit(entry, key | there, memory_order_relaxed);
    return there;
}

void store_descriptors_forget(void)
{
    for (unsigned i = 0; i < DRIVES; i++)
        atomic_store_explicit(&drives[i], 0, memory_order_relaxed);
}

/* --- changing ------------------------------------------------------------------------------- */

static int mark(const struct store_object *o)
{
    struct stat st; /* again: the attribute may have brought the mark along */
    int r = store_object_stat(o, &st);
    return r < 0 || store_marked(&st) ? r
                                      : store_object_chmod(o, (st.st_mode & 07777) | STORE_MARK);
}

static __attribute__((noinline)) long set(const struct store_object *o, const struct nt_security *s)
{
    uint8_t small[1024];
    uint8_t *value = small;
    long n = nt_ntacl_encode(s, small, sizeof(small));
    if (n == -ENOSPC) {
        value = map();
        if (value == NULL)
            return -ENOMEM;
        n = nt_ntacl_encode(s, value, NT_SECURITY_MAX);
    }
    long r = n < 0 ? -EFBIG : store_attr_change(o, STORE_SECURITY, value, (size_t)n);
    if (value != small)
        sys_munmap(value, NT_SECURITY_MAX);
    return r;
}

int store_descriptor_set(const struct store_object *o, const struct nt_security *s)
{
    struct stat st;
    long r = store_object_stat(o, &st);
    if (r == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
        r = -EOPNOTSUPP;
    if (r == 0)
        r = note_above(o, &st);
    /* First, so that nobody who is killed leaves one that programs do not see. */
    if (r == 0)
        r = mark(o);
    if (r == 0)
        r = set(o, s);
    if (r == 0)
        r = mark(o);
    return (int)r;
}

int store_descriptor_remove(const struct store_object *o)
{
    long r = store_attr_remove(o, STORE_SECURITY);
    return r == -ENODATA ? 0 : (int)r;
}
