/* SPDX-License-Identifier: MIT */
#include "win/security.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "nt/access.h"
#include "sys/mountid.h"
#include "sys/sys.h"
#include "win/runs.h"

static struct store_object object(const char *native)
{
    return (struct store_object){win_root_of(native), AT_FDCWD, native};
}

static nt_status of_store(int r)
{
    if (r == -EBADMSG)
        return NT_INVALID_SECURITY_DESCR;
    return r == -EOPNOTSUPP || r == -EPERM ? NT_NOT_SUPPORTED : nt_status_of(r);
}

/* --- reading -------------------------------------------------------------------------------- */

static void add_default(struct win_security *s)
{
    const uint8_t onward = NT_ACE_OBJECT_INHERIT | NT_ACE_CONTAINER_INHERIT;
    s->aces[s->count++] = (struct nt_ace){.type = NT_ACE_ALLOW,
                                          .flags = NT_ACE_INHERITED | (s->directory ? onward : 0),
                                          .mask = NT_FILE_ALL,
                                          .sid = nt_sid_everyone};
}

static nt_status read_entries(struct win_security *s)
{
    struct nt_ace ace;
    s->dacl = s->stored.security.dacl;
    for (size_t at = 0; nt_acl_next(s->dacl, &at, &ace);) {
        if (s->count == WIN_ACE_MAX)
            return NT_INVALID_SECURITY_DESCR;
        s->aces[s->count++] = ace;
    }
    if (s->dacl.n == 0)
        add_default(s);
    return NT_SUCCESS;
}

nt_status win_security_get(const char *native, struct win_security *out)
{
    struct stat st;
    const struct store_object o = object(native);
    *out = (struct win_security){.owner = nt_sid_user, .group = nt_sid_none};
    int r = sys_fstatat(AT_FDCWD, native, &st, AT_SYMLINK_NOFOLLOW);
    if (r < 0)
        return nt_status_of(r);
    out->directory = S_ISDIR(st.st_mode);
    r = store_descriptor_get(&o, true, &out->stored);
    if (r < 0 && r != -ENODATA)
        return of_store(r);
    out->is_stored = r == 0;
    if (r < 0) {
        add_default(out);
        return NT_SUCCESS;
    }
    if (out->stored.security.owner.n > 0)
        out->owner = out->stored.security.owner;
    if (out->stored.security.group.n > 0)
        out->group = out->stored.security.group;
    out->guarded = (out->stored.security.control & NT_DACL_PROTECTED) != 0;
    nt_status status = read_entries(out);
    if (status != NT_SUCCESS)
        win_security_free(out);
    return status;
}

void win_security_free(struct win_security *s)
{
    if (s->is_stored)
        store_descriptor_free(&s->stored);
    s->is_stored = false;
}

/* --- writing -------------------------------------------------------------------------------- */

void win_security_drop(struct win_security *s, bool inherited)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->count; i++)
        if (((s->aces[i].flags & NT_ACE_INHERITED) != 0) != inherited)
            s->aces[kept++] = s->aces[i];
    s->count = kept;
}

/* Where an entry stands among the others: 0 first. */
static unsigned rank(const struct nt_ace *ace)
{
    return (ace->flags & NT_ACE_INHERITED) != 0 ? 2 : ace->type == NT_ACE_DENY ? 0 : 1;
}

static long write_dacl(const struct win_security *s, uint8_t *out, size_t room)
{
    size_t size = nt_acl_empty.n;
    memcpy(out, nt_acl_empty.at, size);
    for (unsigned r = 0; r < 3; r++)
        for (size_t i = 0; i < s->count; i++)
            if (rank(&s->aces[i]) == r && nt_acl_add(&s->aces[i], out, &size, room) < 0)
                return -ENOSPC;
    return (long)size;
}

/* True where nothing has to be stored: it is what a file without a descriptor has. */
static bool is_default(const struct win_security *s)
{
    struct win_security plain = {.directory = s->directory};
    add_default(&plain);
    const struct nt_ace *a = &s->aces[0];
    return s->count == 1 && !s->guarded && nt_sid_equal(s->owner, nt_sid_user) &&
           a->type == NT_ACE_ALLOW && a->flags == plain.aces[0].flags && a->mask == NT_FILE_ALL &&
           nt_sid_equal(a->sid, nt_sid_everyone);
}

/* Stores it, with the DACL that was written. */
static nt_status store(const char *native, const struct win_security *s, struct nt_bytes dacl)
{
    const struct store_object o = object(native);
    const struct nt_security security = {.control = s->guarded ? NT_DACL_PROTECTED
                                                               : NT_DACL_AUTO_INHERITED,
                                         .owner = s->owner,
                                         .group = s->group,
                                         .dacl = dacl};
    if (is_default(s))
        return of_store(store_descriptor_remove(&o));
    bool marked = win_marked(native);
    int r = store_descriptor_set(&o, &security);
    if (r == 0)
        r = win_unstick(native, marked);
    win_tell_described(o.root); /* also where not all of it went well: the note may be there */
    return of_store(r);
}

/* Adds to s what something made in a directory with that DACL has, which `room` keeps. */
static nt_status take_over(struct win_security *s, struct nt_bytes parent, uint8_t *room)
{
    struct nt_ace ace;
    long n = nt_acl_inherit(parent, s->directory, s->owner, room, NT_SECURITY_MAX);
    if (n < 0)
        return NT_INVALID_SECURITY_DESCR;
    for (size_t at = 0; nt_acl_next((struct nt_bytes){room, (size_t)n}, &at, &ace);) {
        if (s->count == WIN_ACE_MAX)
            return NT_INVALID_SECURITY_DESCR;
        s->aces[s->count++] = ace;
    }
    return NT_SUCCESS;
}

static nt_status hand_on(const char *native, struct nt_bytes dacl);

/* One of a directory's entries has what it inherits anew. */
static nt_status hand_on_to(const char *native, struct nt_bytes parent)
{
    struct stat st;
    uint8_t *room = malloc(2 * (size_t)NT_SECURITY_MAX);
    struct win_security *s = malloc(sizeof(*s));
    nt_status status = NT_SUCCESS;
    if (room == NULL || s == NULL)
        status = NT_NO_MEMORY;
    else if (sys_fstatat(AT_FDCWD, native, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
             (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)) &&
             !sys_is_mount_root(AT_FDCWD, native, AT_SYMLINK_NOFOLLOW) &&
             win_security_get(native, s) == NT_SUCCESS) {
        uint8_t *dacl = room + NT_SECURITY_MAX;
        win_security_drop(s, true);
        long n = -1;
        if (!s->guarded)
            status = take_over(s, parent, room);
        if (!s->guarded && status == NT_SUCCESS)
            n = write_dacl(s, dacl, NT_SECURITY_MAX);
        if (n > 0)
            status = store(native, s, (struct nt_bytes){dacl, (size_t)n});
        if (n > 0 && status == NT_SUCCESS && s->directory)
            status = hand_on(native, (struct nt_bytes){dacl, (size_t)n});
        win_security_free(s);
    }
    free(s);
    free(room);
    return status;
}

/* What is below a directory inherits what that has. */
static nt_status hand_on(const char *native, struct nt_bytes dacl)
{
    struct win_listing entries;
    char path[WIN_PATH];
    nt_status status = win_list(native, &entries);
    for (size_t i = 0; status == NT_SUCCESS && i < entries.count; i++)
        if (win_print_path(path, "%s/%s", native, entries.list[i].native))
            status = hand_on_to(path, dacl);
    win_list_free(&entries);
    return status;
}

nt_status win_security_put(const char *native, const struct win_security *s)
{
    uint8_t *dacl = malloc(NT_SECURITY_MAX);
    nt_status status = NT_NO_MEMORY;
    long n = dacl == NULL ? -1 : write_dacl(s, dacl, NT_SECURITY_MAX);
    if (n > 0)
        status = store(native, s, (struct nt_bytes){dacl, (size_t)n});
    if (status == NT_SUCCESS && s->directory)
        status = hand_on(native, (struct nt_bytes){dacl, (size_t)n});
    free(dacl);
    return status;
}

/* The directory that a file is in; false for a drive's root, above which nothing is. */
static bool parent_of(const char *native, char out[WIN_PATH])
{
    const char *root = win_root_of(native);
    if (root == NULL || strcmp(root, native) == 0 || !win_print_path(out, "%s", native))
        return false;
    *strrchr(out, '/') = '\0';
    return true;
}

nt_status win_security_inherit(const char *native, struct win_security *s)
{
    static uint8_t room[NT_SECURITY_MAX]; /* entries point into it; one thread, one at a time */
    static struct win_security above;
    char path[WIN_PATH];
    win_security_drop(s, true);
    if (!parent_of(native, path) || win_security_get(path, &above) != NT_SUCCESS) {
        add_default(s);
        return NT_SUCCESS;
    }
    nt_status status = NT_SUCCESS;
    if (above.is_stored && above.dacl.n > 0)
        status = take_over(s, above.dacl, room);
    else
        add_default(s);
    win_security_free(&above);
    return status;
}

nt_status win_security_made(const char *native)
{
    static struct win_security s;
    nt_status status = win_security_get(native, &s);
    if (status != NT_SUCCESS)
        return status;
    status = win_security_inherit(native, &s);
    if (status == NT_SUCCESS && (s.count > 0 || s.guarded))
        status = win_security_put(native, &s);
    win_security_free(&s);
    return status;
}

/* --- asking --------------------------------------------------------------------------------- */

static nt_status granted_of(const struct win *win, const char *native, uint32_t *granted)
{
    struct store_descriptor d;
    const struct store_object o = object(native);
    const struct nt_token token = {.elevated = win->elevated};
    int r = store_descriptor_get(&o, true, &d);
    *granted = NT_FILE_ALL;
    if (r < 0)
        return r == -ENODATA || r == -ENOENT ? NT_SUCCESS : of_store(r);
    *granted = nt_access_granted(&d.security, &token);
    store_descriptor_free(&d);
    return NT_SUCCESS;
}

nt_status win_may(const struct win *win, const char *native, uint32_t want)
{
    char path[WIN_PATH];
    uint32_t granted;
    uint32_t above;
    nt_status status = granted_of(win, native, &granted);
    if (status != NT_SUCCESS)
        return status;
    uint32_t missing = want & NT_FILE_ALL & ~granted;
    if ((missing & (NT_DELETE | NT_READ_ATTRIBUTES)) != 0 && parent_of(native, path) &&
        granted_of(win, path, &above) == NT_SUCCESS) {
        if ((above & NT_DELETE_CHILD) != 0)
            missing &= ~NT_DELETE;
        if ((above & NT_READ_DATA) != 0)
            missing &= ~NT_READ_ATTRIBUTES;
    }
    return missing == 0 ? NT_SUCCESS : NT_ACCESS_DENIED;
}

nt_status win_may_add(const struct win *win, const char *native, bool directory)
{
    char path[WIN_PATH];
    if (!parent_of(native, path))
        return NT_SUCCESS;
    return win_may(win, path, directory ? NT_APPEND_DATA : NT_WRITE_DATA);
}
