/* SPDX-License-Identifier: MIT */
/* nt: a script of NT calls on handles that have names. */
#include <string.h>

#include "sys/sys.h"
#include "win/command.h"
#include "win/ntcalls.h"
#include "win/script.h"

#define HANDLES 64

/* What a script has open: the program has one thread, and runs one script. */
struct session {
    struct win *win;
    struct {
        char name[WIN_SCRIPT_HANDLE]; /* "": free */
        struct win_open open;
    } slots[HANDLES];
};

/* The handle of a name; "" looks for a free place. NULL for none. */
static struct win_open *find(struct session *s, const char *name)
{
    for (size_t i = 0; i < HANDLES; i++)
        if (strcmp(s->slots[i].name, name) == 0)
            return &s->slots[i].open;
    return NULL;
}

static char *name_of(struct session *s, const struct win_open *open)
{
    for (size_t i = 0; i < HANDLES; i++)
        if (open == &s->slots[i].open)
            return s->slots[i].name;
    return NULL;
}

static void answer(const struct session *s, unsigned line, const struct win_nt_call *call,
                   nt_status status)
{
    win_script_answer(s->win->out, line, call, status, nt_status_win32(status));
}

static nt_status run_open(struct session *s, const struct win_nt_call *call, struct win_open **open)
{
    char name[WIN_SCRIPT_NAME + 8];
    const struct win_request request = {.access = call->access | WIN_SYNCHRONIZE,
                                        .share = call->share,
                                        .disposition = call->disposition,
                                        .options = call->options | WIN_SYNCHRONOUS,
                                        .attributes = call->attributes};
    *open = find(s, "");
    if (*open == NULL)
        return NT_TOO_MANY_OPENED_FILES;
    /* Win32's rules are not for NT's names. */
    (void)snprintf(name, sizeof(name), "\\\\?\\%s", call->name);
    nt_status status = win_nt_open(s->win, name, &request, *open);
    if (status == NT_SUCCESS)
        memcpy(name_of(s, *open), call->handle, strlen(call->handle) + 1);
    return status;
}

static nt_status run_close(struct session *s, struct win_open *open)
{
    win_nt_close(open);
    name_of(s, open)[0] = '\0';
    return NT_SUCCESS;
}

static nt_status run_rename(struct session *s, const struct win_nt_call *call,
                            struct win_open *open)
{
    char name[WIN_SCRIPT_NAME + 8];
    (void)snprintf(name, sizeof(name), "\\\\?\\%s", call->name);
    return win_nt_rename(s->win, open, name, (call->flags & 1) != 0);
}

static void run_query(struct session *s, unsigned line, const struct win_nt_call *call,
                      struct win_open *open)
{
    struct win_nt_facts facts;
    nt_status status = win_nt_query(open, &facts);
    answer(s, line, call, status);
    if (status == NT_SUCCESS)
        fprintf(s->win->out, " attributes=0x%X size=%llu links=%u pending=%d directory=%d",
                facts.attributes, (unsigned long long)facts.size, facts.links, facts.pending,
                facts.directory);
}

/* Makes a call, and writes its answer but for the end of the line. */
static void run_call(struct session *s, unsigned line, const struct win_nt_call *call)
{
    struct win_open *open = find(s, call->handle);
    nt_status status = NT_INVALID_HANDLE;
    switch (call->verb) {
    case WIN_NT_OPEN:
        if (open == NULL)
            status = run_open(s, call, &open);
        answer(s, line, call, status);
        if (status == NT_SUCCESS)
            win_script_information(s->win->out, open->handle.information);
        return;
    case WIN_NT_QUERY:
        if (open != NULL) {
            run_query(s, line, call, open);
            return;
        }
        break;
    case WIN_NT_CLOSE:
        status = open != NULL ? run_close(s, open) : status;
        break;
    case WIN_NT_DISPOSITION:
    case WIN_NT_DISPOSITION_EX:
        status = open != NULL ? win_nt_dispose(open, call->flags) : status;
        break;
    case WIN_NT_RENAME:
        status = open != NULL ? run_rename(s, call, open) : status;
        break;
    }
    answer(s, line, call, status);
}

/*
 * Runs a script, or only reads it. Answers are seen as soon as they are there: whoever writes the
 * script may wait for one.
 */
static bool run_script(struct session *s, FILE *in, const char *name, bool runs)
{
    static char line[WIN_SCRIPT_LINE + 1]; /* one thread */
    struct win_nt_call call;
    char why[1024];
    for (unsigned number = 1; fgets(line, sizeof(line), in) != NULL; number++) {
        enum win_script read = win_script_read(line, &call, why, sizeof(why));
        if (read == WIN_SCRIPT_BAD) {
            win_error(s->win, "lxshim: win: %s:%u: %s", name, number, why);
            return false;
        }
        if (read == WIN_SCRIPT_NOTHING || !runs)
            continue;
        run_call(s, number, &call);
        fputc('\n', s->win->out);
        fflush(s->win->out);
    }
    return true;
}

int win_nt(struct win *win, const struct win_words *words)
{
    static struct session session; /* large */
    FILE *in = stdin;
    session.win = win;
    if (words->count > 1)
        return win_syntax(win);
    const char *name = words->count == 1 ? words->word[0] : "standard input";
    if (words->count == 1) {
        int fd = sys_openat(AT_FDCWD, name, O_RDONLY | O_CLOEXEC, 0);
        in = fd >= 0 ? fdopen(fd, "r") : NULL;
        if (in == NULL)
            return win_error(win, "lxshim: win: %s: %s", name, nt_status_message(nt_status_of(fd)));
        /* None of it is run where one line is not understood. */
        if (!run_script(&session, in, name, false)) {
            fclose(in);
            return 1;
        }
        rewind(in);
    }
    bool ok = run_script(&session, in, name, true);
    for (size_t i = 0; i < HANDLES; i++)
        if (session.slots[i].name[0] != '\0')
            win_nt_close(&session.slots[i].open);
    if (in != stdin)
        fclose(in);
    return ok ? 0 : 1;
}
