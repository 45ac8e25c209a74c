/* SPDX-License-Identifier: MIT */
/* /etc/wsl.conf and the drives of /etc/fstab, as WSL's init reads them. */
#ifndef LXSHIM_CLI_WSLCONF_H
#define LXSHIM_CLI_WSLCONF_H

#include <stdbool.h>
#include <stddef.h>

/* Keys, in the order of the reader's table. */
enum wslconf_key {
    WSLCONF_AUTOMOUNT,
    WSLCONF_FSTAB,
    WSLCONF_ROOT,
    WSLCONF_OPTIONS,
    WSLCONF_INTEROP,
    WSLCONF_PATH,
    WSLCONF_HOSTS,
    WSLCONF_RESOLVER,
    WSLCONF_HOSTNAME,
    WSLCONF_USER,
    WSLCONF_BOOT,
    WSLCONF_SYSTEMD,
    WSLCONF_CGROUPS,
    WSLCONF_MASK,
    WSLCONF_VIRTIOFS,
    WSLCONF_KERNEL,
    WSLCONF_KEYS
};

/* Of wsl.conf, what a session goes by. */
struct wslconf {
    bool automount;     /* automount.enabled */
    bool fstab;         /* automount.mountFsTab */
    bool interop;       /* interop.enabled */
    bool append_path;   /* interop.appendWindowsPath */
    bool hosts;         /* network.generateHosts */
    bool resolver;      /* network.generateResolvConf */
    bool systemd;       /* boot.systemd */
    bool first_cgroups; /* automount.cgroups is v1 */
    bool virtiofs;      /* wsl2.virtiofs, of .wslconfig */
    int mask;           /* filesystem.umask, or -1 */
    bool decimal;       /* it is of decimal digits without a 0 before them */
    char kernel[1024];  /* wsl2.kernelCommandLine, of .wslconfig */
    char root[256];     /* automount.root, with a slash at its end; it may have none before */
    char options[512];
    char hostname[65];            /* network.hostname, as one may be, or "" */
    bool renamed;                 /* it was said otherwise */
    char user[256];               /* user.default, or "" */
    char boot[4096];              /* boot.command, or "" */
    unsigned lines[WSLCONF_KEYS]; /* that say it, or 0 */
};

/*
 * Reads a file; one that is missing says what WSL has by itself. A line that makes no sense, says
 * again what was said, or has a key that is none, is skipped with WSL's warning. One in UTF-16 is
 * not read, and a mark of UTF-8 is no letter that a line begins with. [W:configfile.cpp]
 */
void wslconf_read(const char *file, struct wslconf *out);

/*
 * Reads the .wslconfig of the one user who has it on a drive C: that is in a directory: which user
 * of Windows' has the session nobody says. Where several have it, or nobody, it says nothing. It is
 * a text of Windows', in UTF-8 or, by its mark, UTF-16. Of `out` only what is said to be of that
 * file counts. [W:WslCoreConfig.cpp]
 */
void wslconf_read_windows(const char *directory, struct wslconf *out);

/* A line of fstab that mounts a drive. Its texts are the reader's. */
struct wslconf_mount {
    unsigned line;
    char *source;
    char *target;
    char *options; /* of drvfs alone, without what mount(8) takes for itself */
};

/*
 * Reads the next drive of a stream of fstab's lines. False at its end. A drive's line that is
 * damaged is skipped with a warning, for which `file` is its name.
 */
bool wslconf_next(void *stream, const char *file, struct wslconf_mount *out);

#endif
