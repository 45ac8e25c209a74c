/* SPDX-License-Identifier: MIT */
#include "cli/wslenv.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define ROOM 32768 /* bytes of a list of paths */

/* What PATH has on Windows, as it is installed. */
static const char windows_path[] = "C:\\Windows\\system32;C:\\Windows;C:\\Windows\\System32\\Wbem;"
                                   "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\";

bool wslenv_is_wsl2(const struct lx_effective *policy)
{
    return strncmp(policy->profile, "wsl2", 4) == 0;
}

/* WSL_DISTRO_NAME has been seen since 18362. [VS Code's code.sh goes by that] */
static bool has_name(const struct lx_effective *policy)
{
    static const char *const before[] = {"wsl1-1607", "wsl1-1703", "wsl1-1709", "wsl1-1803",
                                         "wsl1-1809"};
    for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
        if (strcmp(policy->profile, before[i]) == 0)
            return false;
    return true;
}

bool wslenv_is_windows(const char *path)
{
    return isalpha((unsigned char)path[0]) && path[1] == ':' &&
           (path[2] == '\\' || path[2] == '/' || path[2] == '\0');
}

bool wslenv_translate(const struct lx_effective *policy, const char *windows, char *out,
                      size_t room)
{
    if (!wslenv_is_windows(windows))
        return false;
    for (size_t i = 0; i < policy->mount_count; i++) {
        const struct lx_effective_mount *m = &policy->mounts[i];
        if (!m->whole ||
            toupper((unsigned char)m->source[0]) != toupper((unsigned char)windows[0]) ||
            m->source[1] != ':')
            continue;
        int n = snprintf(out, room, "%s%s", m->target, windows + 2);
        if (n < 0 || (size_t)n >= room)
            return false;
        for (char *p = out; *p != '\0'; p++)
            if (*p == '\\')
                *p = '/';
        if (n > 1 && out[n - 1] == '/')
            out[n - 1] = '\0';
        return true;
    }
    return false;
}

/* Appends a list of Windows' paths, those that lead somewhere, to one of Linux'. */
static void add_paths(const struct lx_effective *policy, const char *windows, char out[ROOM])
{
    char *list = strdup(windows);
    char path[4096];
    char *rest = NULL;
    for (char *word = list == NULL ? NULL : strtok_r(list, ";", &rest); word != NULL;
         word = strtok_r(NULL, ";", &rest)) {
        size_t n = strlen(out);
        if (wslenv_translate(policy, word, path, sizeof(path)))
            snprintf(out + n, ROOM - n, "%s%s", n > 0 ? ":" : "", path);
    }
    free(list);
}

/*
 * One variable that WSLENV names, with its flags: p or l a list of paths, u into Linux only, w into
 * Windows only. One with another flag is skipped, one of whose paths none leads anywhere is not
 * there, and one that is not set is empty. [the vendor's UtilParseWslEnv]
 */
static int take_variable(const struct lx_effective *policy, char *word)
{
    char translated[ROOM] = "";
    char *flags = strchr(word, '/');
    if (flags != NULL)
        *flags++ = '\0';
    else
        flags = word + strlen(word);
    const char *value = getenv(word);
    if (word[0] == '\0' || strchr(word, '=') != NULL || flags[strspn(flags, "pluw")] != '\0')
        return 0;
    if (strchr(flags, 'w') != NULL)
        return unsetenv(word);
    if (value == NULL)
        return setenv(word, "", 1);
    /* What is none of Windows' was Linux' already. */
    if (flags[strcspn(flags, "pl")] == '\0' || value[0] == '\0' || value[0] == '/')
        return 0;
    add_paths(policy, value, translated);
    return translated[0] == '\0' ? unsetenv(word) : setenv(word, translated, 1);
}

static int take_shared(const struct lx_effective *policy)
{
    const char *names = getenv("WSLENV");
    char *list = strdup(names == NULL ? "" : names);
    char *rest = NULL;
    int r = list == NULL ? -1 : 0;
    for (size_t n = r < 0 ? 0 : strlen(list); n > 0 && isspace((unsigned char)list[n - 1]); n--)
        list[n - 1] = '\0';
    for (char *word = r < 0 ? NULL : strtok_r(list, ":", &rest); word != NULL && r == 0;
         word = strtok_r(NULL, ":", &rest))
        r = take_variable(policy, word);
    free(list);
    return r < 0 ? r : setenv("WSLENV", names == NULL ? "" : names, 1);
}

static int set_path(const struct wslenv *s)
{
    char path[ROOM];
    const char *own = getenv("PATH");
    snprintf(path, sizeof(path), "%s%s",
             own != NULL ? own : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
             wslenv_is_wsl2(s->policy) ? ":/usr/lib/wsl/lib" : "");
    if (s->windows_path)
        add_paths(s->policy, windows_path, path);
    return setenv("PATH", path, 1);
}

static int set_names(const struct wslenv *s)
{
    char socket[64];
    struct utsname name;
    const char *distribution = s->distribution;
    if (distribution == NULL && has_name(s->policy))
        distribution = "lxshim";
    int r = uname(&name);
    if (r == 0)
        r = unsetenv("container"); /* podman's, and systemd-nspawn's */
    if (r == 0)
        r = setenv("NAME", name.nodename, 1);
    if (r == 0)
        r = setenv("HOSTTYPE", name.machine, 1);
    if (r == 0)
        r = distribution != NULL ? setenv("WSL_DISTRO_NAME", distribution, 1)
                                 : unsetenv("WSL_DISTRO_NAME");
    /* Only WSL2 has it: by its presence programs tell the two apart. */
    snprintf(socket, sizeof(socket), "/run/WSL/%d_interop", (int)getpid());
    if (r == 0)
        r = wslenv_is_wsl2(s->policy) && s->interop ? setenv("WSL_INTEROP", socket, 1)
                                                    : unsetenv("WSL_INTEROP");
    return r;
}

int wslenv_set(const struct wslenv *session)
{
    int r = take_shared(session->policy);
    if (r == 0)
        r = set_path(session);
    if (r == 0)
        r = set_names(session);
    return r < 0 ? -ENOMEM : 0;
}
