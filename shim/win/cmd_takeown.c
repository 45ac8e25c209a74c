/* SPDX-License-Identifier: MIT */
/* takeown. Its words are recalled: Windows 10's; those of a mistake in the command are ours. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "nt/accounts.h"
#include "win/command.h"
#include "win/security.h"

struct takeown {
    struct win *win;
    const char *name;
    struct nt_bytes owner;
    bool administrators;
    bool tree;
    bool skips_links;
    char answer; /* 'y' or 'n' by /d; 0: somebody is asked */
    bool failed;
    bool cancelled;
    char closed[WIN_PATH]; /* a directory whose entries are left alone; "" for none */
};

static bool fail(struct takeown *t, nt_status status)
{
    win_error(t->win, "ERROR: %s", nt_status_message(status));
    t->failed = true;
    return false;
}

/* Who is elevated may take everything, by SeTakeOwnershipPrivilege; another has to be granted it.
 */
static nt_status take(const struct takeown *t, const char *native)
{
    static struct win_security s; /* large; one thread, one at a time */
    nt_status status = t->win->elevated ? NT_SUCCESS : win_may(t->win, native, NT_WRITE_OWNER);
    if (status == NT_SUCCESS)
        status = win_security_get(native, &s);
    if (status != NT_SUCCESS)
        return status;
    s.owner = t->owner;
    status = win_security_put(native, &s);
    win_security_free(&s);
    return status;
}

/* True where it is the new owner's now. */
static bool own(struct takeown *t, const char *name, const char *native)
{
    char who[NT_ACCOUNT_NAME];
    nt_status status = take(t, native);
    if (status == NT_NOT_SUPPORTED && t->tree) /* a link of Linux', which keeps no descriptor */
        return true;
    if (status != NT_SUCCESS)
        return fail(t, status);
    nt_account_name(t->owner, who);
    fprintf(t->win->out, "\nSUCCESS: The file (or folder): \"%s\" now owned by %s%s%s.\n", name,
            t->administrators ? "the administrators group" : "user \"",
            t->administrators ? "" : who, t->administrators ? "" : "\"");
    return true;
}

/* Whether a directory that may not be read gets other permissions: by /d, or by who is asked. */
static bool wants_other(struct takeown *t, const char *name)
{
    char answer[256] = "";
    if (t->answer != 0)
        return t->answer == 'y';
    fprintf(t->win->out,
            "\nYou do not have permission to read the contents of directory \"%s\"\n\n"
            "Do you want to replace the directory permissions with permissions\n"
            "granting you full control (\"Y\" for yes, \"N\" for No or \"C\" to cancel) ? ",
            name);
    fflush(t->win->out);
    if (fgets(answer, sizeof(answer), stdin) == NULL)
        return false;
    t->cancelled = (answer[0] | 0x20) == 'c';
    return (answer[0] | 0x20) == 'y';
}

/* In place of all permissions: full control for the owner, of what is below as well. */
static nt_status grant(const struct takeown *t, const char *native)
{
    static struct win_security s; /* as above */
    nt_status status = win_security_get(native, &s);
    if (status != NT_SUCCESS)
        return status;
    s.guarded = true;
    s.count = 1;
    s.aces[0] = (struct nt_ace){.type = NT_ACE_ALLOW,
                                .flags = NT_ACE_OBJECT_INHERIT | NT_ACE_CONTAINER_INHERIT,
                                .mask = NT_FILE_ALL,
                                .sid = t->owner};
    status = win_security_put(native, &s);
    win_security_free(&s);
    return status;
}

/* True where the entries of a directory may be read, by now. */
static bool opens(struct takeown *t, const char *name, const char *native)
{
    if (win_may(t->win, native, NT_READ_DATA) == NT_SUCCESS)
        return true;
    if (!wants_other(t, name))
        return false;
    nt_status status = grant(t, native);
    return status == NT_SUCCESS || fail(t, status);
}

/* What is in a directory and no directory itself, which the tree has. */
static void visit_entries(struct takeown *t, const char *name, const char *native)
{
    struct win_listing entries;
    struct win_file file;
    char full[WIN_PATH];
    char below[WIN_PATH];
    if (win_list(native, &entries) != NT_SUCCESS)
        return;
    for (size_t i = 0; i < entries.count; i++)
        if (win_print_path(full, "%s\\%s", name, entries.list[i].name) &&
            win_print_path(below, "%s/%s", native, entries.list[i].native) &&
            win_file_stat(below, &file) == NT_SUCCESS && !file.mounted &&
            (win_is_reparse(&file) ? !t->skips_links : !win_is_directory(&file)))
            (void)own(t, full, below);
    win_list_free(&entries);
}

static bool is_below(const char *name, const char *directory)
{
    size_t n = strlen(directory);
    return n > 0 && strncmp(name, directory, n) == 0 && name[n] == '\\';
}

/* A directory with all that is below it, parents first: what they inherit is theirs by then. */
static void visit_tree(struct takeown *t, const char *name, const char *native)
{
    struct win_listing tree;
    nt_status status = win_tree(name, native, &tree);
    if (status != NT_SUCCESS)
        fail(t, status);
    for (size_t i = 0; status == NT_SUCCESS && i < tree.count && !t->cancelled; i++) {
        const struct win_entry *e = &tree.list[i];
        if (is_below(e->name, t->closed))
            continue;
        if (own(t, e->name, e->native) && opens(t, e->name, e->native))
            visit_entries(t, e->name, e->native);
        else
            (void)win_print_path(t->closed, "%s", e->name);
    }
    win_list_free(&tree);
}

static void visit(struct takeown *t, const char *name, const char *native)
{
    struct win_file file;
    nt_status status = win_file_stat(native, &file);
    if (status != NT_SUCCESS)
        fail(t, status);
    else if (t->tree && win_is_directory(&file) && !win_is_reparse(&file))
        visit_tree(t, name, native);
    else
        (void)own(t, name, native);
}

/* The words of the command; 0, or 1 where they are none. */
static int read_words(struct takeown *t, const struct win_words *words)
{
    for (int i = 0; i < words->count; i++) {
        const char *word = words->word[i];
        const char *next = i + 1 < words->count ? words->word[i + 1] : "";
        char answer = (char)(next[0] | 0x20);
        if (strcasecmp(word, "/f") == 0 && next[0] != '\0')
            t->name = words->word[++i];
        else if (strcasecmp(word, "/a") == 0)
            t->administrators = true;
        else if (strcasecmp(word, "/r") == 0)
            t->tree = true;
        else if (strcasecmp(word, "/skipsl") == 0)
            t->skips_links = true;
        else if (strcasecmp(word, "/d") == 0 && strlen(next) == 1 && strchr("yn", answer) != NULL) {
            t->answer = answer;
            i++;
        } else
            return win_error(t->win, "ERROR: Invalid argument/option - '%s'.", word);
    }
    if (t->name == NULL)
        return win_error(t->win, "ERROR: Invalid syntax. Mandatory option '/f' is missing.");
    if (!t->tree && (t->answer != 0 || t->skips_links))
        return win_error(t->win, "ERROR: Invalid syntax. '/d' and '/skipsl' go with '/r'.");
    return 0;
}

int win_takeown(struct win *win, const struct win_words *words)
{
    static struct takeown t;
    struct win_expansion e;
    char native[WIN_PATH];
    char name[WIN_PATH];
    t = (struct takeown){.win = win};
    if (read_words(&t, words) != 0)
        return 1;
    t.owner = t.administrators ? nt_sid_administrators : nt_sid_user;
    nt_status status = win_expand(win, t.name, &e);
    if (status != NT_SUCCESS)
        return !fail(&t, status);
    bool root = e.entries.count == 0 && win_is_volume_root(e.path.name);
    if (t.administrators && !win->elevated)
        fail(&t, NT_ACCESS_DENIED);
    else if (e.entries.count == 0 && !root)
        fail(&t, NT_OBJECT_NAME_NOT_FOUND);
    else if (root)
        visit(&t, e.path.name, e.path.native);
    else
        for (size_t i = 0; i < e.entries.count && !t.cancelled; i++)
            if (win_print_path(native, "%s/%s", e.native, e.entries.list[i].native) &&
                win_entry_name(&e, i, name))
                visit(&t, name, native);
    win_list_free(&e.entries);
    return t.failed;
}
