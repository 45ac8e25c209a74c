/* SPDX-License-Identifier: MIT */
#include "cli/program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/elf.h"
#include "cli/finding.h"

#define SCRIPT_DEPTH 5 /* as the kernel's */

bool program_find(const char *command, char out[PATH_MAX])
{
    struct stat st;
    if (strchr(command, '/') != NULL) {
        snprintf(out, PATH_MAX, "%s", command);
        return access(out, F_OK) == 0;
    }
    const char *path = getenv("PATH");
    if (path == NULL)
        path = "/bin:/usr/bin";
    for (;; path++) {
        int n = (int)strcspn(path, ":");
        snprintf(out, PATH_MAX, "%.*s%s%s", n, path, n > 0 ? "/" : "./", command);
        if (access(out, X_OK) == 0 && stat(out, &st) == 0 && S_ISREG(st.st_mode))
            return true;
        path += n;
        if (*path == '\0')
            return false;
    }
}

/* The first line of a script after "#!", cut into the interpreter and its one argument. */
static bool read_interpreter(int fd, char *interpreter, char *argument, size_t room)
{
    char line[PATH_MAX];
    ssize_t n = pread(fd, line, sizeof(line) - 1, 0);
    if (n < 2 || line[0] != '#' || line[1] != '!')
        return false;
    line[n] = '\0';
    line[strcspn(line, "\n")] = '\0';
    char *start = line + 2 + strspn(line + 2, " \t");
    size_t length = strcspn(start, " \t");
    snprintf(interpreter, room, "%.*s", (int)length, start);
    start += length + strspn(start + length, " \t");
    snprintf(argument, room, "%s", start);
    for (length = strlen(argument); length > 0 && strchr(" \t\r", argument[length - 1]) != NULL;)
        argument[--length] = '\0';
    return true;
}

/* The program that `env` in a "#!" line starts: its first word that is no option or assignment. */
static const char *env_program(char *argument)
{
    char *rest = NULL;
    for (char *word = strtok_r(argument, " \t", &rest); word != NULL;
         word = strtok_r(NULL, " \t", &rest))
        if (word[0] != '-' && strchr(word, '=') == NULL)
            return word;
    return NULL;
}

/* A kind of program that the library does not get into, or does not see all of, and why. */
static void say_unseen(const char *kind, const char *why)
{
    if (doctor_supervisor() == 0)
        doctor_say(DOCTOR_NOTE, kind, "%s: seen by lxshim run, not under LD_PRELOAD alone", why);
    else
        doctor_say(DOCTOR_BAD, kind, "%s: not covered", why);
}

/*
 * True where ld.so runs in secure mode, and drops what would be preloaded. (Under lxshim run, a
 * user other than root gains nothing by such programs: no_new_privs.)
 */
static bool check_secure(int fd, const struct stat *st)
{
    struct statvfs fs;
    char value[64];
    if (getuid() == 0 && geteuid() == 0 && getgid() == getegid() && (st->st_mode & S_ISGID) == 0) {
        if ((st->st_mode & S_ISUID) == 0 || st->st_uid == 0)
            return false; /* nothing to gain: not secure mode */
    }
    if (fstatvfs(fd, &fs) == 0 && (fs.f_flag & ST_NOSUID) != 0)
        return false;
    if ((st->st_mode & S_ISUID) != 0 && st->st_uid != getuid())
        say_unseen("setuid", "ld.so drops LD_PRELOAD");
    else if ((st->st_mode & S_ISGID) != 0 && st->st_gid != getgid())
        say_unseen("setgid", "ld.so drops LD_PRELOAD");
    else if (getuid() != 0 && fgetxattr(fd, "security.capability", value, sizeof(value)) > 0)
        say_unseen("capabilities", "the file has some, so ld.so drops LD_PRELOAD");
    else
        return false;
    return true;
}

static const char *basename_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* True, having said so, where programs of its kind are not covered, whatever they are. */
static bool is_foreign(const struct elf_facts *facts)
{
    if (facts->kind == SYS_ELF_X32)
        doctor_say(DOCTOR_BAD, "x32",
                   "a program of the x32 ABI: lxshim run refuses its system calls, and it ends at "
                   "once; with --lane=preload it runs: not covered");
    else if (facts->kind == SYS_ELF_FOREIGN)
        doctor_say(DOCTOR_BAD, "machine",
                   "a %u-bit program for another machine (ELF %u): the library is not of its kind, "
                   "and lxshim run refuses its system calls: not covered",
                   facts->bits, facts->machine);
    return facts->kind == SYS_ELF_X32 || facts->kind == SYS_ELF_FOREIGN;
}

/* What the loader will do: glibc's, and it is there. */
static void check_preload(const struct elf_facts *facts)
{
    if (facts->kind == SYS_ELF_64)
        doctor_say(DOCTOR_OK, "dynamic", "glibc's %s will preload the library", facts->loader);
    else if (cli_library_i386())
        doctor_say(DOCTOR_OK, "dynamic",
                   "a 32-bit program: under lxshim run glibc's %s will preload the library of its "
                   "size",
                   facts->loader);
    else
        say_unseen("32-bit", "the library was built for 64-bit programs only");
}

static void check_elf(const struct elf_facts *facts, bool secure)
{
    const char *loader = basename_of(facts->loader);
    if (is_foreign(facts))
        return;
    if (facts->loader[0] == '\0') {
        say_unseen("static", facts->go ? "a Go program; no ld.so, nothing is preloaded"
                                       : "no ld.so, nothing is preloaded");
        return;
    }
    if (strncmp(loader, "ld-musl-", 8) == 0 && facts->kind == SYS_ELF_64 && cli_library_musl()) {
        if (!secure)
            doctor_say(DOCTOR_OK, "dynamic", "musl's %s will preload the library for its programs",
                       facts->loader);
        return;
    }
    if (strncmp(loader, "ld-musl-", 8) == 0) {
        say_unseen("musl",
                   "the library was built for programs of glibc (make musl), and says so where "
                   "LD_PRELOAD names it: the program runs as it would without");
        return;
    }
    if (strncmp(loader, "ld-linux", 8) != 0 && strncmp(loader, "ld64.so", 7) != 0)
        doctor_say(DOCTOR_NOTE, "loader", "%s, which is not known here", facts->loader);
    else if (access(facts->loader, X_OK) != 0)
        doctor_say(DOCTOR_BAD, "loader", "%s is missing: the program cannot start", facts->loader);
    else if (!secure)
        check_preload(facts);
    if (facts->go)
        say_unseen("go", "Go makes its system calls itself, not by libc");
}

/* Looks at one file. Returns true with the next one to look at where this is a script. */
static bool examine(const char *path, char *next)
{
    char interpreter[PATH_MAX];
    char argument[PATH_MAX];
    struct elf_facts facts;
    struct stat st;
    bool more = false;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) < 0) {
        doctor_say(DOCTOR_NOTE, "program", "%s cannot be read: %s", path, strerror(errno));
    } else if (!S_ISREG(st.st_mode)) {
        doctor_say(DOCTOR_BAD, "program", "%s is no file", path);
    } else if (read_interpreter(fd, interpreter, argument, sizeof(interpreter))) {
        bool by_env = strcmp(basename_of(interpreter), "env") == 0;
        const char *name = by_env ? env_program(argument) : NULL;
        if (name == NULL)
            name = interpreter;
        more = true;
        doctor_say(DOCTOR_OK, "script", "%s, run by %s%s%s", path, interpreter,
                   name != interpreter ? " " : "", name != interpreter ? name : "");
        if (!program_find(name, next)) {
            doctor_say(DOCTOR_BAD, "interpreter", "%s is missing: the script cannot start", name);
            more = false;
        }
    } else if (elf_read(fd, &facts) == 0) {
        doctor_say(DOCTOR_OK, "program", "%s", path);
        check_elf(&facts, check_secure(fd, &st));
    } else {
        doctor_say(DOCTOR_NOTE, "program",
                   "%s is no program and has no #! line: shells run it by /bin/sh", path);
        more = program_find("/bin/sh", next);
    }
    if (fd >= 0)
        close(fd);
    return more;
}

void doctor_program(const char *command)
{
    char path[PATH_MAX];
    char next[PATH_MAX];
    if (!program_find(command, path)) {
        doctor_say(DOCTOR_BAD, "command", "%s is not found", command);
        return;
    }
    for (unsigned depth = 0; examine(path, next); depth++) {
        if (depth == SCRIPT_DEPTH) {
            doctor_say(DOCTOR_BAD, "script", "its interpreters are scripts without end");
            return;
        }
        memcpy(path, next, sizeof(path));
    }
}
