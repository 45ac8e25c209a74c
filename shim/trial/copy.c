/* SPDX-License-Identifier: MIT */
#include "trial/copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "policy/path.h"
#include "policy/stamp.h"
#include "report/index.h"
#include "sys/mountinfo.h"

int copy_run(const char *const *argv, const char *directory, int out)
{
    int status;
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(126);
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (null < 0 || dup2(null, 0) < 0 || dup2(out >= 0 ? out : null, 1) < 0 ||
            dup2(out >= 0 ? out : null, 2) < 0 || (directory != NULL && chdir(directory) < 0))
            _exit(126);
        execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    while (child > 0 && waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return 127;
    return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}

/* True where something is mounted in a directory or on it, and where that cannot be told. */
static bool has_mounts(const char *path)
{
    char real[PATH_MAX];
    char point[PATH_MAX];
    struct sys_mount_line parts;
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    bool found = false;
    const size_t length = realpath(path, real) == NULL ? 0 : strlen(real);
    FILE *table = length == 0 ? NULL : fopen("/proc/self/mountinfo", "re");
    if (table == NULL)
        return length > 0; /* what is not there has none */
    while (!found && (n = getline(&line, &room, table)) > 0) {
        if (!sys_mount_line(line, (size_t)n - (line[n - 1] == '\n'), &parts) ||
            sys_mount_unescape(parts.point, point, sizeof(point)) < 0)
            continue;
        found =
            strncmp(point, real, length) == 0 && (point[length] == '/' || point[length] == '\0');
    }
    free(line);
    fclose(table);
    return found;
}

/* What a command has mounted in its copy is somebody's: rm would empty it, so the copy stays. */
void copy_discard(const char *path)
{
    const char *const rm[] = {"rm", "-rf", "--one-file-system", "--", path, NULL};
    const char *const chmod_all[] = {"chmod", "-R", "u+rwX", "--", path, NULL};
    const char *const rm_plain[] = {"rm", "-rf", "--", path, NULL};
    struct stat st;
    if (has_mounts(path) || copy_run(rm, "/", -1) == 0)
        return;
    copy_run(chmod_all, "/", -1);
    if (copy_run(rm, "/", -1) != 0 && lstat(path, &st) == 0)
        copy_run(rm_plain, "/", -1);
}

/* Removes what processes that have ended have left of a kind. */
static void remove_leftovers(const char *directory, const char *wanted)
{
    DIR *dir = opendir(directory);
    struct dirent *e;
    while (dir != NULL && (e = readdir(dir)) != NULL) {
        char path[PATH_MAX];
        struct lx_stamp stamp;
        struct stat st;
        char kind[32];
        if (sscanf(e->d_name, "lxshim-%*u-%31[a-z]-", kind) != 1 || strcmp(kind, wanted) != 0 ||
            !lx_stamp_parse(e->d_name, getuid(), &stamp) || lx_stamp_life(&stamp) != LX_LIFE_ENDED)
            continue;
        if (snprintf(path, sizeof(path), "%s/%s", directory, e->d_name) < (int)sizeof(path) &&
            lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == getuid())
            copy_discard(path);
    }
    if (dir != NULL)
        closedir(dir);
}

/* The project's parent, where that is on its file system and may be written; or NULL. */
static char *parent_of(const char *project, dev_t device)
{
    struct stat st;
    char *parent = strdup(project);
    char *slash = parent == NULL ? NULL : strrchr(parent, '/');
    if (slash != NULL)
        slash[slash == parent] = '\0';
    if (slash != NULL && strcmp(project, "/") != 0 && stat(parent, &st) == 0 &&
        st.st_dev == device && access(parent, W_OK | X_OK) == 0)
        return parent;
    free(parent);
    return NULL;
}

char *copy_place_in(const char *directory, const char *kind, const char **why)
{
    const struct lx_stamp own = lx_stamp_of(getpid());
    remove_leftovers(directory, kind);
    char *name = lx_stamp_format(directory, kind, &own);
    if (name != NULL && mkdtemp(name) != NULL)
        return name;
    *why = strerror(errno);
    free(name);
    return NULL;
}

char *copy_place(const char *project, const char **why)
{
    struct stat here = {.st_dev = 0};
    struct stat there = {.st_dev = 0};
    const char *asked = getenv("TMPDIR");
    char *parent = NULL;
    char *temporary = realpath(asked != NULL && asked[0] == '/' ? asked : "/tmp", NULL);
    if (stat(project, &here) < 0 || temporary == NULL || stat(temporary, &there) < 0 ||
        lx_path_within(temporary, project) || here.st_dev != there.st_dev)
        parent = parent_of(project, here.st_dev);
    const char *where = parent != NULL ? parent : temporary;
    char *name = NULL;
    if (where == NULL || lx_path_within(where, project)) {
        *why =
            "there is no directory outside of this one to make copies in: TMPDIR has to name one";
    } else {
        name = copy_place_in(where, "trial", why);
    }
    free(parent);
    free(temporary);
    return name;
}

static uint64_t hash_of(const FTSENT *e, size_t from)
{
    const struct stat *st = e->fts_statp;
    const long long facts[] = {st->st_mode, (long long)st->st_size, st->st_mtim.tv_sec,
                               st->st_mtim.tv_nsec};
    uint64_t hash = index_hash(INDEX_HASH, e->fts_path + from, strlen(e->fts_path + from));
    return index_hash(hash, (const char *)facts, sizeof(facts));
}

uint64_t copy_state(const struct trial_options *options)
{
    char *const paths[] = {(char *)(uintptr_t)options->directory, NULL};
    FTS *tree = options->fresh == TRIAL_IN_PLACE
                    ? NULL
                    : fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
    uint64_t state = 0;
    FTSENT *e;
    /* In whatever order they come. */
    while (tree != NULL && (e = fts_read(tree)) != NULL)
        if (e->fts_info != FTS_DP && e->fts_info != FTS_NS && e->fts_info != FTS_DNR)
            state += hash_of(e, strlen(options->directory));
    if (tree != NULL)
        fts_close(tree);
    return state;
}

/* The first line of what a program has said. */
static void read_line(int fd, char *out, size_t room)
{
    ssize_t n = pread(fd, out, room - 1, 0);
    out[n > 0 ? n : 0] = '\0';
    out[strcspn(out, "\n")] = '\0';
}

/* By coreutils' cp, which keeps what there is to keep; another one knows fewer options. */
static bool copy_by_cp(const char *from, const char *to, int out)
{
    char inside[PATH_MAX + 2];
    const char *const cp[] = {"cp", "-a", "--reflink=auto", "-T", "--", from, to, NULL};
    const char *const plain[] = {"cp", "-a", inside, to, NULL};
    struct stat st;
    if (copy_run(cp, "/", out) == 0)
        return true;
    snprintf(inside, sizeof(inside), "%s/.", from);
    return lstat(to, &st) < 0 && errno == ENOENT && mkdir(to, 0777) == 0 &&
           copy_run(plain, "/", out) == 0;
}

/* Where below a work tree the current directory is: "sub/dir/", in `out`. */
static bool prefix_of(const char *directory, int fd, char *out, size_t room)
{
    const char *const git[] = {"git", "rev-parse", "--show-prefix", NULL};
    if (copy_run(git, directory, fd) != 0)
        return false;
    read_line(fd, out, room);
    return true;
}

static bool copy_by_git(const char *from, const char *to, int out, char *prefix, size_t room)
{
    const char *const git[] = {"git", "worktree", "add", "--quiet", "--detach", to, "HEAD", NULL};
    return prefix_of(from, out, prefix, room) && ftruncate(out, 0) == 0 &&
           copy_run(git, from, out) == 0;
}

void copy_where(const struct trial_options *options, const char *job, char out[PATH_MAX])
{
    const char *slash = strrchr(options->directory, '/');
    if (options->fresh == TRIAL_IN_PLACE)
        snprintf(out, PATH_MAX, "%s", options->directory);
    else
        snprintf(out, PATH_MAX, "%s/copy%s", job, slash[1] != '\0' ? slash : "/root");
}

bool copy_named(const struct trial_options *options, const char *text, char out[PATH_MAX])
{
    char end[PATH_MAX];
    char named[PATH_MAX];
    copy_where(options, "", end);
    const char *place = options->fresh == TRIAL_IN_PLACE ? NULL : strstr(text, "-trial-");
    const char *copy = place == NULL ? NULL : strstr(place, end);
    if (copy == NULL)
        return false;
    while (place > text && place[-1] != '"')
        place--;
    snprintf(named, sizeof(named), "%.*s", (int)(copy - place), place);
    copy_where(options, named, out);
    return true;
}

char *copy_make(const struct trial_options *options, const char *job, char *why, size_t room)
{
    char prefix[PATH_MAX] = "";
    char copy[PATH_MAX];
    char *where = NULL;
    int out = open(job, O_TMPFILE | O_RDWR | O_APPEND | O_CLOEXEC, 0600);
    if (out < 0)
        out = memfd_create("copying", MFD_CLOEXEC);
    copy_where(options, job, copy);
    if (options->fresh == TRIAL_IN_PLACE) {
        where = strdup(options->directory);
    } else {
        char parent[PATH_MAX];
        snprintf(parent, sizeof(parent), "%s/copy", job);
        bool made = mkdir(parent, 0700) == 0 &&
                    (options->fresh == TRIAL_COPY
                         ? copy_by_cp(options->directory, copy, out)
                         : copy_by_git(options->directory, copy, out, prefix, sizeof(prefix)));
        if (made && asprintf(&where, "%s%s%s", copy, prefix[0] != '\0' ? "/" : "", prefix) < 0)
            where = NULL;
    }
    if (where == NULL) {
        char said[256];
        read_line(out, said, sizeof(said));
        snprintf(why, room, "cannot copy %s: %s%s", options->directory,
                 said[0] != '\0' ? said : strerror(errno),
                 options->fresh == TRIAL_COPY
                     ? " (--fresh worktree takes what git has, --fresh none the directory itself)"
                     : "");
    }
    close(out);
    return where;
}

void copy_remove(const struct trial_options *options, const char *job)
{
    char copy[PATH_MAX];
    const char *const git[] = {"git", "worktree", "remove", "--force", copy, NULL};
    const char *const prune[] = {"git", "worktree", "prune", NULL};
    copy_where(options, job, copy);
    if (options->fresh == TRIAL_WORKTREE)
        copy_run(git, options->directory, -1);
    copy_discard(job);
    if (options->fresh == TRIAL_WORKTREE)
        copy_run(prune, options->directory, -1);
}
