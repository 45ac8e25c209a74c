/* SPDX-License-Identifier: MIT */
#include "supervisor/credentials.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "supervisor/credential_calls.h"
#include "supervisor/proc.h"
#include "vfs/placement.h"

#define GROUPS_MAX  65536              /* the kernel's NGROUPS_MAX */
#define STATUS_ROOM (GROUPS_MAX * 12u) /* a status, whose groups are most of it */

/* What permission goes by. */
struct identity {
    uid_t uid;
    uid_t fsuid;
    gid_t gid;
    gid_t fsgid;
    uint64_t capabilities; /* in effect */
    size_t group_count;
    gid_t groups[GROUPS_MAX];
};

/* Our own, and what the last caller had; the groups that are set now are one or the other's. */
static struct identity home;
static struct identity taken;

/* Whether we are at home, and what there is to take over. */
static struct {
    enum { UNKNOWN, NOTHING, IDS, CAPABILITIES } means;
    bool away;
    bool has_groups;    /* of the caller */
    bool barred;        /* from the caller's user namespace */
    ino_t users;        /* the user namespace that we are in */
    uint64_t permitted; /* all that we may have */
    pid_t parent;
} own;

/* The thread that `taken`, and where it is, was read of last: CREDENTIALS_IN_EFFECT, or nothing. */
static struct {
    pid_t tid;
    uint64_t stamp;
    uint32_t changes;
    bool has_identity;
    bool is_real; /* which is also that of its real ids */
    bool has_place;
    bool elsewhere;
} known;

void credentials_forget(void)
{
    known.has_identity = false;
    known.has_place = false;
}

void credentials_begin(const struct tracee *t, uint32_t changes)
{
    /* No thread gets the id of one that has ended as fast as that. */
    uint64_t stamp = placement_tick();
    if (known.tid != t->tid || known.stamp != stamp || known.changes != changes)
        credentials_forget();
    known.tid = t->tid;
    known.stamp = stamp;
    known.changes = changes;
}

/* By the numbers of our own machine, and of 32-bit x86. */
bool credentials_change_by(const struct tracee *t, int nr)
{
    static const int ours[] = {CREDENTIAL_CALLS};
    static const int i386[] = {CREDENTIAL_CALLS_I386};
    const int *calls = t->i386 ? i386 : ours;
    size_t count = t->i386 ? sizeof(i386) / sizeof(i386[0]) : sizeof(ours) / sizeof(ours[0]);
    for (size_t i = 0; i < count; i++)
        if (calls[i] == nr)
            return true;
    return false;
}

static int get_capabilities(uint64_t *permitted)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};
    if (syscall(SYS_capget, &header, data) < 0)
        return -errno;
    *permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
    return 0;
}

/* Puts some of those that we may have into effect. */
static bool use_capabilities(uint64_t effective)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    const struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
        {(uint32_t)effective, (uint32_t)own.permitted, 0},
        {(uint32_t)(effective >> 32), (uint32_t)(own.permitted >> 32), 0}};
    return syscall(SYS_capset, &header, data) == 0;
}

/* The ids for files, which only a call that changes them tells: with one that nobody has. */
static uid_t fsuid(void)
{
    return (uid_t)setfsuid((uid_t)-1);
}

static gid_t fsgid(void)
{
    return (gid_t)setfsgid((gid_t)-1);
}

/* A child that is there for one call learns it anew, as it is nobody's but its parent's. */
static void learn(void)
{
    if (own.means != UNKNOWN && own.parent == getppid())
        return;
    bool entered = own.means == CAPABILITIES;
    if (get_capabilities(&own.permitted) < 0)
        own.permitted = 0;
    home.capabilities = own.permitted; /* what we may have we put into effect */
    own.parent = getppid();
    if (entered)
        return;
    home.uid = geteuid();
    home.fsuid = fsuid();
    home.gid = getegid();
    home.fsgid = fsgid();
    int count = getgroups(GROUPS_MAX, home.groups);
    home.group_count = count < 0 ? 0 : (size_t)count;
    own.means = own.permitted == 0 && getuid() != 0 ? NOTHING : IDS;
}

/* The numbers of one line of a status, at most n. Returns how many. */
static size_t numbers(const char *status, const char *key, unsigned *to, size_t n)
{
    const char *line = proc_status_line(status, key);
    size_t count = 0;
    char *end;
    while (line != NULL && count < n) {
        line += strspn(line, " \t");
        unsigned long number = strtoul(line, &end, 10);
        if (end == line)
            break;
        to[count++] = (unsigned)number;
        line = end;
    }
    return count;
}

static uint64_t capabilities(const char *status, const char *key)
{
    const char *line = proc_status_line(status, key);
    return line == NULL ? 0 : strtoull(line, NULL, 16);
}

/* Reads what a caller has. Returns 0 or -errno. */
static int read_identity(const struct tracee *t, enum credentials which, struct identity *out)
{
    static char status[STATUS_ROOM];
    unsigned user[4]; /* real, effective, saved, for files */
    unsigned group[4];
    char name[PROC_NAME_ROOM];
    int fd = open(proc_name(t->tid, "status", name), O_RDONLY | O_CLOEXEC);
    /* All of it in one piece, as large as that is. */
    ssize_t n = fd < 0 ? -1 : read(fd, status, sizeof(status) - 1);
    if (fd >= 0)
        close(fd);
    status[n < 0 ? 0 : n] = '\0';
    if (numbers(status, "\nUid:", user, 4) != 4 || numbers(status, "\nGid:", group, 4) != 4)
        return -ESRCH;
    bool real = which == CREDENTIALS_REAL;
    uint64_t effective = capabilities(status, "\nCapEff:");
    /* access() as root has all that may be had, and as somebody else nothing:
     * SECBIT_NO_SETUID_FIXUP, of which no file tells, aside. */
    uint64_t of_real = user[0] == 0 ? capabilities(status, "\nCapPrm:") : 0;
    known.is_real = user[0] == user[1] && user[0] == user[3] && group[0] == group[1] &&
                    group[0] == group[3] && effective == of_real;
    out->uid = user[real ? 0 : 1];
    out->fsuid = user[real ? 0 : 3];
    out->gid = group[real ? 0 : 1];
    out->fsgid = group[real ? 0 : 3];
    out->group_count = numbers(status, "\nGroups:", out->groups, GROUPS_MAX);
    out->capabilities = real ? of_real : effective;
    return 0;
}

static bool same_groups(const struct identity *a, const struct identity *b)
{
    return a->group_count == b->group_count &&
           memcmp(a->groups, b->groups, a->group_count * sizeof(a->groups[0])) == 0;
}

static bool same_identity(const struct identity *a, const struct identity *b)
{
    return a->uid == b->uid && a->fsuid == b->fsuid && a->gid == b->gid && a->fsgid == b->fsgid &&
           a->capabilities == b->capabilities && same_groups(a, b);
}

/*
 * Another id makes the kernel forget that we end with our parent. Which may have ended in between.
 */
static void stay_bound(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != own.parent)
        _exit(1);
}

/* The real ids and the saved ones stay ours: by them a caller could send us signals. */
static bool take_ids(const struct identity *who)
{
    own.has_groups = !same_groups(who, &home);
    if (own.has_groups && setgroups(who->group_count, who->groups) < 0)
        return false;
    bool all = setresgid((gid_t)-1, who->gid, (gid_t)-1) == 0;
    setfsgid(who->fsgid);
    all &= setresuid((uid_t)-1, who->uid, (uid_t)-1) == 0;
    /* Which takes root's capabilities out of effect. */
    (void)use_capabilities(own.permitted);
    setfsuid(who->fsuid);
    return all && fsgid() == who->fsgid && fsuid() == who->fsuid;
}

void credentials_return(void)
{
    if (!own.away)
        return;
    own.away = false;
    (void)use_capabilities(own.permitted);
    if (own.means == IDS) {
        (void)setresuid((uid_t)-1, home.uid, (uid_t)-1);
        setfsuid(home.fsuid);
        (void)use_capabilities(own.permitted);
        (void)setresgid((gid_t)-1, home.gid, (gid_t)-1);
        setfsgid(home.fsgid);
        if (own.has_groups)
            (void)setgroups(home.group_count, home.groups);
    }
    (void)use_capabilities(home.capabilities);
    stay_bound();
}

/* Puts what a caller has into effect, as far as we may. Returns 0, or -EPERM for less. */
static int use(const struct identity *who)
{
    if (own.means == IDS && !take_ids(who)) {
        (void)use_capabilities(0);
        return -EPERM;
    }
    bool all = use_capabilities(who->capabilities & own.permitted) &&
               (who->capabilities & ~own.permitted) == 0;
    return all ? 0 : -EPERM;
}

int credentials_take(const struct tracee *t, enum credentials which)
{
    learn();
    if (own.means == NOTHING)
        return 0;
    credentials_return();
    bool read = known.has_identity && (which == CREDENTIALS_IN_EFFECT || known.is_real);
    int r = read ? 0 : read_identity(t, which, &taken);
    known.has_identity = r == 0 && (which == CREDENTIALS_IN_EFFECT || known.is_real);
    if (own.barred)
        taken.capabilities = 0;
    if (r < 0 || (own.means == IDS && same_identity(&taken, &home)))
        return r;
    own.away = true;
    r = use(&taken);
    stay_bound();
    return r;
}

static ino_t users_of(const char *name)
{
    struct stat st;
    return stat(name, &st) < 0 ? 0 : st.st_ino;
}

bool credentials_are_ours(const struct tracee *t, enum credentials which)
{
    bool ours = !credentials_are_elsewhere(t) && credentials_take(t, which) == 0 && !own.away;
    credentials_return();
    return ours;
}

bool credentials_are_elsewhere(const struct tracee *t)
{
    char name[PROC_NAME_ROOM];
    if (own.users == 0)
        own.users = users_of("/proc/self/ns/user");
    if (!known.has_place) {
        ino_t theirs = own.barred ? 0 : users_of(proc_name(t->tid, "ns/user", name));
        known.elsewhere = theirs != 0 && theirs != own.users;
        known.has_place = true;
    }
    return known.elsewhere;
}

int credentials_enter(const struct tracee *t, enum credentials which)
{
    char name[PROC_NAME_ROOM];
    learn();
    credentials_forget();
    own.barred = true;
    int users = open(proc_name(t->tid, "ns/user", name), O_RDONLY | O_CLOEXEC);
    if (users < 0)
        return -errno;
    int r = own.means == IDS ? read_identity(t, which, &taken) : 0;
    /* There, those that the map of the namespace lacks have no number. */
    if (r == 0 && own.means == IDS && !take_ids(&taken))
        r = -EPERM;
    if (r == 0 && own.means == IDS)
        (void)use_capabilities(own.permitted);
    if (r == 0 && setns(users, CLONE_NEWUSER) < 0)
        r = -errno;
    close(users);
    if (r < 0)
        return r;
    own.barred = false;
    own.users = users_of("/proc/self/ns/user");
    own.means = CAPABILITIES;
    own.parent = 0;
    learn();
    stay_bound();
    return 0;
}

#define LABEL_ROOM 512

bool credentials_are_labelled(const struct tracee *t)
{
    static char ours[LABEL_ROOM]; /* a worker's own, which stays what it is */
    static size_t length;
    static bool asked;
    char theirs[LABEL_ROOM];
    if (!asked)
        length = proc_read(getpid(), "attr/current", ours, sizeof(ours));
    asked = true;
    return length != 0 && (proc_read(t->tid, "attr/current", theirs, sizeof(theirs)) != length ||
                           memcmp(ours, theirs, length) != 0);
}
