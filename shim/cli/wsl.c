/* SPDX-License-Identifier: MIT */
/* lxshim wsl: a run that is a session of WSL's: its drives, its environment, what it shows. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/foreignroot.h"
#include "cli/wslboot.h"
#include "cli/wslenv.h"
#include "cli/wslroot.h"
#include "cli/wslsession.h"
#include "policy/document.h"
#include "policy/whole.h"

/* What WSL has where nobody says another: WSL2, with drives over 9p. */
#define TODAY "wsl2-9p"

/* A policy that is a pipe can be read once, and is asked more often. */
static void keep_text(struct lx_request *request)
{
    char *text = NULL;
    size_t size = 0;
    int fd = request->file == NULL || request->found ? -1 : lx_open_plain(request->file);
    if (fd >= 0 && lx_read_whole(fd, LX_DOCUMENT_MAX, &text, &size) == 0) {
        request->text = text;
        request->size = size;
    }
    if (fd >= 0)
        close(fd);
}

/*
 * Chooses the policy as any run does; but where that has the current directory for a drive, and
 * this is /, as it is where containers begin, the session is one without drives. One with a root of
 * its own is so anyway.
 */
static void choose_policy(struct lx_request *request, bool rooted)
{
    static const char none[] = "{\"version\": 1, \"volumes\": {}}";
    char directory[2];
    if (request->file == NULL)
        cli_default_policy(request);
    keep_text(request);
    if (rooted || request->file != NULL || getcwd(directory, sizeof(directory)) == NULL)
        return;
    request->file = "built-in";
    request->file_from = "without drives, as / cannot be one";
    request->text = none;
    request->size = sizeof(none) - 1;
}

/*
 * Becomes a user, which for another needs root. Returns 0, or an errno. Nobody may look into who
 * has done so until he executes something; but the supervisor has to, to see the command begin, and
 * each program of the run, which finds counters and mounts at descriptors of this process. What
 * root has opened is closed by then: the user finds here what any program of his is given.
 */
static int become(const struct passwd *user)
{
    bool is_another = user->pw_uid != geteuid();
    if (is_another && (initgroups(user->pw_name, user->pw_gid) < 0 || setgid(user->pw_gid) < 0 ||
                       setuid(user->pw_uid) < 0 || prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0))
        return errno;
    return setenv("HOME", user->pw_dir, 1) < 0 || setenv("USER", user->pw_name, 1) < 0 ||
                   setenv("LOGNAME", user->pw_name, 1) < 0 || setenv("SHELL", user->pw_shell, 1) < 0
               ? ENOMEM
               : 0;
}

/* A session has a home, a name and a shell, also where whoever starts it has said none. */
static void take_names(void)
{
    const struct passwd *user = foreignroot() == NULL ? getpwuid(geteuid()) : NULL;
    const char *shell = user == NULL ? "" : user->pw_shell;
    (void)setenv("HOME", user == NULL ? "/" : user->pw_dir, 0);
    (void)setenv("USER", user == NULL ? "root" : user->pw_name, 0);
    (void)setenv("LOGNAME", user == NULL ? "root" : user->pw_name, 0);
    (void)setenv("SHELL", shell[0] == '\0' ? "/bin/sh" : shell, 0);
}

/*
 * Who the session is of: --user, or else what wsl.conf says, without which a session goes on as it
 * is. False after saying why not.
 */
static bool become_user(const struct session *s, const char *asked)
{
    const char *name = asked != NULL ? asked : s->conf.user;
    const struct passwd *user = name[0] == '\0' && asked == NULL ? NULL : foreignroot_user(name);
    int error = user == NULL ? 0 : become(user);
    if (asked != NULL && user == NULL)
        cli_error("--user %s: there is no such user", name);
    else if (asked != NULL && error != 0)
        cli_error("--user %s: %s; that needs root", name, strerror(error));
    else if (user == NULL && name[0] != '\0')
        session_say(s, WSLCONF_USER, "user.default %s: there is no such user", name);
    else if (error != 0)
        session_say(s, WSLCONF_USER, "user.default %s: %s; that needs root", name, strerror(error));
    return asked == NULL || (user != NULL && error == 0);
}

/* The host's name, which needs a namespace of names (UTS) that nobody else is in. */
static void take_hostname(const struct session *s)
{
    const char *name = s->conf.hostname;
    if (name[0] != '\0' && (unshare(CLONE_NEWUTS) < 0 || sethostname(name, strlen(name)) < 0))
        session_say(s, WSLCONF_HOSTNAME,
                    "network.hostname %s: %s; that needs root, and the name stays as it is", name,
                    strerror(errno));
}

/* What a session shows of itself, but for what the policy says of that. */
static void show(struct session *s, const struct cli_arguments *arguments)
{
    const struct lx_request *given = &arguments->request;
    struct lx_arena *arena = &s->policy.arena;
    char **sets = lx_arena_alloc(arena, (given->set_count + LX_RULE_COUNT) * sizeof(char *));
    size_t n = 0;
    const bool is_wsl2 = wslenv_is_wsl2(&s->policy);
    for (unsigned i = 0; i < LX_RULE_COUNT; i++) {
        enum lx_origin_kind kind = s->policy.rules[i].origin.kind;
        bool is_off = (i == LX_RULE_IDENTITY_INTEROP && !s->conf.interop) ||
                      (i == LX_RULE_IDENTITY_SYSTEMD && s->conf.systemd && is_wsl2) ||
                      (i == LX_RULE_IDENTITY_HOSTS && !s->conf.hosts) ||
                      (i == LX_RULE_IDENTITY_RESOLVER && !s->conf.resolver);
        if (lx_rule_is_of_run((enum lx_rule)i) && kind != LX_ORIGIN_FILE &&
            kind != LX_ORIGIN_FLAG && !is_off)
            sets[n++] = lx_arena_format(arena, "%s=on", lx_rules[i].id);
    }
    for (size_t i = 0; i < given->set_count; i++)
        sets[n + i] = given->sets[i];
    s->run.request.sets = sets;
    s->run.request.set_count = n + given->set_count;
}

/* Puts a shell before a command, which does something with a word of its own first. */
static void put_shell(char **command, size_t *n, const char *script, char *word)
{
    static char shell[] = "/bin/sh";
    static char option[] = "-c";
    command[(*n)++] = shell;
    command[(*n)++] = option;
    command[(*n)++] = (char *)(uintptr_t)script;
    command[(*n)++] = word;
}

/* False, having said so, where the session is to begin on a drive that it does not have. */
static bool has_drive(const struct session *s, const char *directory)
{
    char path[PATH_MAX];
    if (directory == NULL || !wslenv_is_windows(directory) ||
        wslenv_translate(&s->policy, directory, path, sizeof(path)))
        return true;
    bool known = false;
    for (size_t i = 0; i < s->policy.volume_count; i++)
        known |= strncasecmp(s->policy.volumes[i].name, directory, 2) == 0;
    if (known && !s->conf.automount)
        session_say(s, WSLCONF_AUTOMOUNT,
                    "--cd %s: automount.enabled is false, and %c: not mounted", directory,
                    directory[0]);
    else if (known)
        cli_error("--cd %s: %c: is not mounted, as said above", directory, directory[0]);
    else
        cli_error("--cd %s: no drive %c: is mounted; \"volumes\" of a policy has drives, see "
                  "lxshim help wsl",
                  directory, directory[0]);
    return false;
}

/*
 * Says why boot.systemd is without effect, or has less than it seems: WSL takes it on WSL2 alone,
 * and only where there is an /sbin/init. [W:WslDistributionConfig.cpp] It says so to nobody.
 */
static void tell_systemd(const struct session *s)
{
    char init[PATH_MAX + 16];
    snprintf(init, sizeof(init), "%s/sbin/init", foreignroot() == NULL ? "" : foreignroot());
    if (!s->conf.systemd || s->run.quiet)
        return;
    if (!wslenv_is_wsl2(&s->policy))
        session_say(s, WSLCONF_SYSTEMD, "boot.systemd is without effect: WSL1 has no systemd");
    else if (access(init, X_OK) < 0)
        session_say(s, WSLCONF_SYSTEMD, "boot.systemd is without effect: %s: %s", init,
                    strerror(errno));
    else if (access("/run/systemd/system", F_OK) < 0)
        session_say(s, WSLCONF_SYSTEMD,
                    "boot.systemd: this machine does not run systemd, and a session starts none");
}

/*
 * A number without a leading 0 is decimal to WSL, and few who write such a mask mean that. Of one
 * digit it is the same in either.
 */
static void tell_mask(const struct session *s)
{
    if (s->conf.decimal && s->conf.mask > 7)
        session_say(s, WSLCONF_MASK,
                    "filesystem.umask is decimal to WSL without a leading 0, and so is 0%03o",
                    (unsigned)s->conf.mask);
}

/*
 * Says what WSL takes without a word and few have meant: a host's name that becomes another one,
 * and a root with a comment's beginning of other files in it, of which '#' alone is one here.
 */
static void tell_taken(const struct session *s)
{
    if (s->conf.renamed)
        session_say(s, WSLCONF_HOSTNAME,
                    "network.hostname becomes %s: of a name WSL keeps letters and digits, single "
                    "hyphens between them, and one dot, 64 in all",
                    s->conf.hostname);
    if (strstr(s->conf.root, " ;") != NULL || strstr(s->conf.root, " //") != NULL)
        session_say(s, WSLCONF_ROOT,
                    "automount.root is all of \"%s\": what begins a comment in wsl.conf is #",
                    s->conf.root);
}

#define BOOT_ENDED "boot.command has ended with status "

/* The line that has boot.command. */
static char *boot_line(struct session *s)
{
    return lx_arena_format(&s->policy.arena, "%s:%u", s->file, s->conf.lines[WSLCONF_BOOT]);
}

/*
 * The command, or a shell, behind wsl.conf's. Where it is to begin is for it to enter: only what
 * runs by the rules gets to a drive whose files are elsewhere.
 */
static void make_command(struct session *s, const struct cli_arguments *arguments)
{
    static char directory[PATH_MAX];
    static char mask[16];
    static char login[] = "-l";
    static char plain[] = "/bin/sh";
    size_t count = (size_t)arguments->count;
    char **command = lx_arena_alloc(&s->policy.arena, (count + 20) * sizeof(char *));
    size_t n = 0;
    if (s->inner != NULL)
        put_shell(command, &n, "eval \"$0\"; exec \"$@\"", s->inner);
    if (s->conf.boot[0] != '\0' && !s->run.verbose) /* nobody waits for it, and nobody hears it */
        put_shell(command, &n, "(/bin/sh -c \"$0\" </dev/null >/dev/null 2>&1 &) && exec \"$@\"",
                  s->conf.boot);
    else if (s->conf.boot[0] != '\0') {
        put_shell(command, &n,
                  "w=$1; shift; (/bin/sh -c \"$0\" </dev/null >/dev/null 2>&1 ||\n"
                  "echo \"lxshim: $w: " BOOT_ENDED "$?\" >&2 &) && exec \"$@\"",
                  s->conf.boot);
        command[n++] = boot_line(s);
    }
    if (s->conf.mask >= 0) { /* not of what we make ourselves */
        snprintf(mask, sizeof(mask), "%04o", (unsigned)s->conf.mask);
        put_shell(command, &n, "umask \"$0\" && exec \"$@\"", mask);
    }
    if (arguments->directory != NULL) {
        const char *home = strcmp(arguments->directory, "~") == 0 ? getenv("HOME") : NULL;
        if (!wslenv_translate(&s->policy, arguments->directory, directory, sizeof(directory)))
            snprintf(directory, sizeof(directory), "%s",
                     home != NULL ? home : arguments->directory);
        put_shell(command, &n,
                  "cd -- \"$0\" 2>/dev/null && exec \"$@\"\n"
                  "echo \"lxshim: --cd $0: there is no such directory, or it is closed\" >&2\n"
                  "exit 125",
                  directory);
    }
    memcpy(command + n, arguments->rest, count * sizeof(char *));
    if (count == 0) {
        char *shell = getenv("SHELL");
        command[n] = shell != NULL && shell[0] != '\0' ? shell : plain;
        command[n + 1] = login;
    }
    s->run.rest = command;
    s->run.count = (int)(n + (count == 0 ? 2 : count));
}

/* By the .wslconfig of a user on drive C:, which is Windows' to read. */
static void read_windows(struct session *s)
{
    s->windows = (struct wslconf){.virtiofs = false};
    for (size_t i = 0; i < s->policy.volume_count; i++)
        if (!s->policy.volumes[i].directory && strcasecmp(s->policy.volumes[i].name, "C:") == 0)
            wslconf_read_windows(s->policy.volumes[i].backing, &s->windows);
}

/* Which version of control groups there is, and what version 1 is to be without. */
static void choose_groups(struct session *s)
{
    static const char word[] = "cgroup_no_v1=";
    char *without = strstr(s->windows.kernel, word);
    s->run.groups.first = s->conf.first_cgroups;
    if (without == NULL)
        return;
    without += sizeof(word) - 1;
    without[strcspn(without, " \t")] = '\0';
    s->run.groups.without = without;
}

static int run(struct session *s, const struct cli_arguments *arguments)
{
    struct wslenv environment = {.policy = &s->policy, .distribution = arguments->distribution};
    char file[PATH_MAX * 2];
    struct lx_request *request = &s->run.request;
    if (session_load(s) < 0) {
        cli_error("%s", s->policy.problem);
        return CLI_FAILED;
    }
    read_windows(s);
    if (s->policy.profile_origin.kind == LX_ORIGIN_DEFAULT)
        request->profile = s->windows.virtiofs ? "wsl2-virtiofs" : TODAY;
    (void)session_load(s); /* it was loaded before: by another profile, at most */
    tell_systemd(s);
    tell_mask(s);
    if (!s->run.quiet)
        tell_taken(s);
    session_find_root(s);
    snprintf(file, sizeof(file), "%s/fstab", s->etc);
    if (s->conf.fstab)
        session_mount_fstab(s, file);
    if (s->conf.automount)
        session_mount_volumes(s);
    environment.interop = s->conf.interop;
    environment.windows_path = s->conf.interop && s->conf.append_path;
    request->without_interop = !s->conf.interop;
    if (session_load(s) < 0) {
        cli_error("%s", s->policy.problem);
        return CLI_FAILED;
    }
    if (!has_drive(s, arguments->directory))
        return CLI_FAILED;
    show(s, arguments);
    choose_groups(s);
    make_command(s, arguments);
    if (wslenv_set(&environment) < 0) {
        cli_error("out of memory");
        return CLI_FAILED;
    }
    return cli_run(&s->run);
}

/*
 * boot.command is root's [CFG:Boot]. Where the session is another's it gets a run of its own,
 * beside the session's, which is the only way for it to have drives. Returns true in that run's
 * process.
 */
static bool start_boot(struct session *s, struct cli_arguments *arguments, int *tells)
{
    static char text[sizeof(s->conf.boot)]; /* the program has one thread */
    static char shell[] = "/bin/sh";
    static char option[] = "-c";
    static char *command[] = {shell, option, text, NULL};
    const char *name = arguments->user != NULL ? arguments->user : s->conf.user;
    const struct passwd *user = name[0] == '\0' ? NULL : foreignroot_user(name);
    bool is_root = geteuid() == 0 && (user == NULL || user->pw_uid == 0);
    const bool forks = s->conf.boot[0] != '\0' && !is_root;
    *tells = forks && s->run.verbose ? fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3) : -1;
    int r = forks ? wslboot_fork() : 0;
    if (r < 0)
        session_say(s, WSLCONF_BOOT,
                    "boot.command: a user namespace: %s; it is run by who the session is of, see "
                    "lxshim help wsl",
                    strerror(-r));
    if (r != 1) {
        if (*tells >= 0)
            close(*tells);
        *tells = -1;
        if (r == 0 && !is_root)
            s->conf.boot[0] = '\0';
        return false;
    }
    memcpy(text, s->conf.boot, sizeof(text));
    s->conf.boot[0] = '\0';
    arguments->rest = command;
    arguments->count = 3;
    arguments->directory = NULL;
    s->run.reports = NULL; /* what is told of is the session */
    s->run.report_count = 0;
    s->run.request.trace = NULL;
    s->run.quiet = true;
    s->run.stacks = false;
    return true;
}

int cli_wsl(const struct cli_arguments *given)
{
    static struct session session; /* the program has one thread */
    static char etc[PATH_MAX + 8];
    struct cli_arguments own = *given;
    struct cli_arguments *arguments = &own;
    session.run = *given;
    choose_policy(&session.run.request, arguments->root != NULL);
    if (arguments->root != NULL && !wslroot_enter(arguments, &session.run.request))
        return CLI_FAILED;
    session.run.request.root = foreignroot();
    if (foreignroot() != NULL)
        session.run.bind = "never";
    snprintf(etc, sizeof(etc), "%s/etc", foreignroot() == NULL ? "" : foreignroot());
    session.etc = arguments->etc != NULL ? arguments->etc : etc;
    if (arguments->etc != NULL && access(arguments->etc, X_OK) < 0) { /* it may be empty */
        cli_error("--etc %s: %s", arguments->etc, strerror(errno));
        return CLI_FAILED;
    }
    snprintf(session.file, sizeof(session.file), "%s/wsl.conf", session.etc);
    wslconf_read(session.file, &session.conf);
    take_hostname(&session);
    int tells; /* where it is said how boot.command has ended, in its own process */
    if (!start_boot(&session, arguments, &tells) && !become_user(&session, arguments->user))
        return CLI_FAILED;
    take_names();
    int status = run(&session, arguments);
    if (tells >= 0 && status != CLI_OK)
        dprintf(tells, "lxshim: %s:%u: " BOOT_ENDED "%d\n", session.file,
                session.conf.lines[WSLCONF_BOOT], status);
    lx_effective_free(&session.policy);
    return status;
}
