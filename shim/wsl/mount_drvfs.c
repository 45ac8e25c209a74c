/* SPDX-License-Identifier: MIT */
/*
 * mount.drvfs SOURCE TARGET [-o OPTIONS]: what mount(8) runs for the type drvfs, and what fstab's
 * lines of it come to. It only says what is to be mounted, in the words of the era; mounting is
 * mount(2)'s.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wsl/options.h"
#include "wsl/table.h"

#define MOUNT "/bin/mount"

#define STATUS_MISUSED 1
#define STATUS_FAILED  32 /* as mount(8) has it: the mount itself failed */

static int failed(int error, int status)
{
    fprintf(stderr, "mount: %s\n", strerror(error));
    return status;
}

/*
 * Which client mounts drives here: the one that a run says, else that of a drive which is mounted
 * already, else what the kernel says of itself.
 */
static enum wsl_kind era(void)
{
    struct wsl_table table;
    struct utsname name;
    enum wsl_kind kind = wsl_kind_of_run();
    if (kind != WSL_NONE)
        return kind;
    kind = wsl_table_read(&table) == 0 ? wsl_kind_of_table(&table) : WSL_NONE;
    wsl_table_free(&table);
    if (kind != WSL_NONE)
        return kind;
    return uname(&name) == 0 && strstr(name.release, "microsoft-standard") != NULL ? WSL_9P
                                                                                   : WSL_DRVFS;
}

/* Runs mount(8), without its helpers, since we are one. Returns our exit status. */
static int run_mount(const char *type, const char *source, const char *target, const char *options)
{
    const char *const words[] = {
        MOUNT, "-i", "-t", type, source, target, options == NULL ? NULL : "-o", options, NULL};
    char *argv[sizeof(words) / sizeof(words[0])];
    int status = 0;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        argv[i] = (char *)(uintptr_t)words[i];
    pid_t child = fork();
    if (child == 0) {
        execv(MOUNT, argv);
        _exit(failed(errno, STATUS_FAILED));
    }
    if (child < 0)
        return failed(errno, STATUS_FAILED);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_FAILED;
}

/* Where WSL mounts drives: automount.root. */
static bool automount_root(struct wsl_text *root)
{
    static char text[65536]; /* the program has one thread */
    FILE *file = fopen("/etc/wsl.conf", "re");
    size_t n = file == NULL ? 0 : fread(text, 1, sizeof(text), file);
    if (file != NULL)
        fclose(file);
    return wsl_automount_root(text, n, root);
}

/* The options of WSL2. False after saying why. */
static bool split(const char *options, struct wsl_options *out)
{
    if (!wsl_options_split(options == NULL ? "" : options, out)) {
        (void)failed(ENAMETOOLONG, STATUS_FAILED);
        return false;
    }
    if (out->drops_fallback)
        fputs("mount: fallback= has no effect on WSL2\n", stderr);
    if (out->drops_force)
        fputs("mount: case=force is case=dir on WSL2\n", stderr);
    return true;
}

/*
 * Mounts a drive by mount(2) itself, which in a run knows it by its source: no server of Windows'
 * is at the other end of anything. `root`: where Windows' links lead. `strict`: words besides that
 * are no flags go along, as virtiofs refuses them, and 9p passes over them. 0 or errno.
 */
static int mount_drive(const char *source, const char *target, const struct wsl_options *options,
                       const struct wsl_text *root, bool strict)
{
    static struct wsl_text words; /* large; the program has one thread */
    static struct wsl_text rest;
    unsigned long flags;
    if (!wsl_options_flags(options, &flags, &rest))
        return ENAMETOOLONG;
    wsl_clear(&words);
    if (strict)
        wsl_put(&words, rest.at);
    if (options->drvfs.n > 0)
        wsl_put(&words, words.n > 0 ? options->drvfs.at : options->drvfs.at + 1);
    wsl_put(&words, words.n > 0 ? ",symlinkroot=" : "symlinkroot=");
    wsl_put(&words, root->at);
    for (char *p = words.at; (p = strchr(p, ';')) != NULL;)
        *p = ',';
    return mount(source, target, "drvfs", flags, words.at) == 0 ? 0 : errno;
}

/* The kernel's 9p passes over words that it does not know. */
static int mount_9p(const char *source, const char *target, const char *options)
{
    /* Large; the program has one thread. */
    static struct wsl_options split_options;
    static struct wsl_text root;
    static struct wsl_text words;
    int ends[2];
    if (!split(options, &split_options))
        return STATUS_FAILED;
    if (!automount_root(&root))
        return failed(ENAMETOOLONG, STATUS_FAILED);
    /* Of a target that is missing mount(8) has its own words. */
    if (access(target, F_OK) == 0) {
        int error = mount_drive(source, target, &split_options, &root, false);
        if (error != ENODEV)
            return error == 0 ? EXIT_SUCCESS : failed(error, STATUS_FAILED);
    }
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
        return STATUS_FAILED;
    if (!wsl_options_9p(&split_options, source, ends[0], root.at, &words))
        return failed(ENAMETOOLONG, STATUS_FAILED);
    return run_mount("9p", source, target, words.at);
}

/* WSL2's host is told the source and DrvFs' options and gives a tag, by which the device is
 * mounted.
 */
static int mount_virtiofs(const char *source, const char *target, const char *options)
{
    /* Large; the program has one thread. */
    static struct wsl_options split_options;
    static struct wsl_text root;
    if (!split(options, &split_options))
        return STATUS_FAILED;
    if (!automount_root(&root))
        return failed(ENAMETOOLONG, STATUS_FAILED);
    if (access(target, F_OK) < 0)
        return failed(errno, STATUS_FAILED);
    int error = mount_drive(source, target, &split_options, &root, true);
    if (error == 0)
        return EXIT_SUCCESS;
    return error == ENODEV ? mount_9p(source, target, options) : failed(error, STATUS_FAILED);
}

int main(int argc, char **argv)
{
    /* Where mount(8) gives another flag before, as by -v, WSL's own knows of no options. */
    const char *options = argc > 4 && strcmp(argv[3], "-o") == 0 ? argv[4] : NULL;
    if (argc < 3)
        return failed(EINVAL, STATUS_MISUSED);
    switch (era()) {
    case WSL_9P:
        return mount_9p(argv[1], argv[2], options);
    case WSL_VIRTIOFS:
        return mount_virtiofs(argv[1], argv[2], options);
    default:
        return run_mount("drvfs", argv[1], argv[2], options);
    }
}
