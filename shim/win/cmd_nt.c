/* SPDX-License-Identifier: MIT */
/* nt: a script of NT calls on handles that have names. */
#include <errno.h>
#include <string.h>

#include "policy/whole.h"
#include "sys/sys.h"
#include "win/command.h"
#include "win/ea.h"
#include "win/ntcalls.h"
#include "win/script.h"

#define HANDLES 64
#define RAW     "\\\\?\\" /* Win32's rules are not for NT's names */

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

static nt_status run_open(struct session *s, const struct win_nt_call *call, struct win_open **open)
{
    char name[WIN_SCRIPT_NAME + 8];
    const struct win_request request = {.access = call->access | NT_SYNCHRONIZE,
                                        .share = call->share,
                                        .disposition = call->disposition,
                                        .options = call->options | WIN_SYNCHRONOUS,
                                        .attributes = call->attributes};
    *open = find(s, "");
    if (*open == NULL)
        return NT_TOO_MANY_OPENED_FILES;
    (void)snprintf(name, sizeof(name), RAW "%s", call->name);
    nt_status status = win_nt_open(s->win, name, &request, *open);
    if (status == NT_SUCCESS)
        memcpy(name_of(s, *open), call->handle, strlen(call->handle) + 1);
    return status;
}

/* What a call on a handle has: its answer goes to out, but for the end of the line. */
struct running {
    struct session *s;
    unsigned line;
    const struct win_nt_call *call;
    struct win_open *open;
    FILE *out;
};

static void answer_status(const struct running *r, nt_status status)
{
    win_script_answer(r->out, r->line, r->call, status, nt_status_win32(status));
}

static void run_close(const struct running *r)
{
    win_nt_close(r->open);
    name_of(r->s, r->open)[0] = '\0';
    answer_status(r, NT_SUCCESS);
}

static void run_query(const struct running *r)
{
    struct win_nt_facts facts;
    nt_status status = win_nt_query(r->open, &facts);
    answer_status(r, status);
    if (status == NT_SUCCESS)
        fprintf(r->out, " attributes=0x%X size=%llu links=%u pending=%d directory=%d",
                facts.attributes, (unsigned long long)facts.size, facts.links, facts.pending,
                facts.directory);
}

static void run_disposition(const struct running *r)
{
    answer_status(r, win_nt_dispose(r->open, r->call->flags));
}

/* rename and link. */
static void run_name(const struct running *r)
{
    char name[WIN_SCRIPT_NAME + 8];
    bool replace = (r->call->flags & WIN_SCRIPT_REPLACE) != 0;
    (void)snprintf(name, sizeof(name), RAW "%s", r->call->name);
    answer_status(r, r->call->verb == WIN_NT_RENAME
                         ? win_nt_rename(r->s->win, r->open, name, replace)
                         : win_nt_link(r->s->win, r->open, name, replace));
}

static void run_basic(const struct running *r)
{
    const struct win_nt_call *c = r->call;
    const struct win_nt_basic basic = {.attributes = c->attributes,
                                       .times = {c->creation, c->access_time, c->write_time}};
    answer_status(r, win_nt_set_basic(r->open, &basic));
}

static void run_eof(const struct running *r)
{
    answer_status(r, win_nt_set_size(r->open, r->call->offset));
}

static void run_list(const struct running *r)
{
    struct win_listing names;
    nt_status status = win_nt_list(r->open, &names, r->call->name);
    answer_status(r, status);
    for (size_t i = 0; status == NT_SUCCESS && i < names.count; i++)
        fprintf(r->out, "%s\"%s\"", i == 0 ? " names=" : ",", names.list[i].name);
    win_list_free(&names);
}

static void run_read(const struct running *r)
{
    static uint8_t data[WIN_SCRIPT_DATA]; /* one thread */
    size_t size = r->call->length < sizeof(data) ? (size_t)r->call->length : sizeof(data);
    size_t done;
    nt_status status = win_nt_read(r->open, r->call->offset, data, size, &done);
    answer_status(r, status);
    if (status != NT_SUCCESS)
        return;
    fputs(" data=", r->out);
    win_script_bytes(r->out, data, done);
}

static void run_write(const struct running *r)
{
    answer_status(r, win_nt_write(r->open, r->call->offset, r->call->data, r->call->size));
}

static void run_lock(const struct running *r)
{
    const struct win_nt_call *c = r->call;
    answer_status(r, c->verb == WIN_NT_UNLOCK
                         ? win_nt_unlock(r->open, c->offset, c->length)
                         : win_nt_lock(r->open, c->offset, c->length,
                                       (c->flags & WIN_SCRIPT_EXCLUSIVE) != 0));
}

static void run_ea_query(const struct running *r)
{
    static uint8_t chain[WIN_EA_ROOM]; /* one thread */
    size_t size = 0;
    size_t at = 0;
    struct nt_ea ea;
    const char *separator = " eas=";
    nt_status status = win_nt_query_eas(r->open, chain, &size);
    answer_status(r, status);
    while (status == NT_SUCCESS && nt_ea_next(chain, size, &at, &ea) > 0) {
        fprintf(r->out, "%s\"%.*s\":", separator, (int)ea.name_length, ea.name);
        win_script_bytes(r->out, ea.value, ea.size);
        separator = ",";
    }
}

static void run_ea_set(const struct running *r)
{
    const struct win_nt_call *c = r->call;
    const struct nt_ea ea = {
        .name = c->name, .name_length = strlen(c->name), .value = c->data, .size = c->size};
    answer_status(r, win_nt_set_ea(r->open, &ea));
}

static void run_reparse_get(const struct running *r)
{
    static uint8_t buffer[NT_REPARSE_MAX]; /* one thread */
    size_t size = 0;
    nt_status status = win_nt_get_reparse(r->open, buffer, &size);
    answer_status(r, status);
    if (status != NT_SUCCESS)
        return;
    fputs(" data=", r->out);
    win_script_bytes(r->out, buffer, size);
}

static void run_reparse_set(const struct running *r)
{
    answer_status(r, win_nt_set_reparse(r->open, r->call->data, r->call->size));
}

static void run_reparse_delete(const struct running *r)
{
    answer_status(r, win_nt_delete_reparse(r->open, (uint32_t)r->call->offset));
}

/* By the verb, which for the first is no call on a handle that is open. */
static void (*const runners[WIN_NT_VERBS])(const struct running *r) = {
    [WIN_NT_CLOSE] = run_close,
    [WIN_NT_QUERY] = run_query,
    [WIN_NT_DISPOSITION] = run_disposition,
    [WIN_NT_DISPOSITION_EX] = run_disposition,
    [WIN_NT_RENAME] = run_name,
    [WIN_NT_LINK] = run_name,
    [WIN_NT_BASIC] = run_basic,
    [WIN_NT_EOF] = run_eof,
    [WIN_NT_LIST] = run_list,
    [WIN_NT_READ] = run_read,
    [WIN_NT_WRITE] = run_write,
    [WIN_NT_LOCK] = run_lock,
    [WIN_NT_UNLOCK] = run_lock,
    [WIN_NT_EA_QUERY] = run_ea_query,
    [WIN_NT_EA_SET] = run_ea_set,
    [WIN_NT_REPARSE_GET] = run_reparse_get,
    [WIN_NT_REPARSE_SET] = run_reparse_set,
    [WIN_NT_REPARSE_DELETE] = run_reparse_delete,
};

/* Makes a call, and writes its answer but for the end of the line. */
static void run_call(struct session *s, unsigned line, const struct win_nt_call *call)
{
    struct running r = {s, line, call, find(s, call->handle), s->win->out};
    nt_status status = NT_INVALID_HANDLE;
    if (call->verb != WIN_NT_OPEN && r.open != NULL) {
        runners[call->verb](&r);
        return;
    }
    if (call->verb == WIN_NT_OPEN && r.open == NULL)
        status = run_open(s, call, &r.open);
    answer_status(&r, status);
    if (status == NT_SUCCESS)
        win_script_information(r.out, r.open->handle.information);
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
        int fd = lx_open_plain(name);
        in = fd >= 0 ? fdopen(fd, "r") : NULL;
        /* It is read twice, as no pipe can be. */
        if (fd == -EINVAL || (in != NULL && fseeko(in, 0, SEEK_SET) < 0)) {
            if (in != NULL)
                fclose(in);
            return win_error(win, "lxshim: win: %s: not a file", name);
        }
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
