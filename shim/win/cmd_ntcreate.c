/* SPDX-License-Identifier: MIT */
/* ntcreate and hold: one open of NtCreateFile, looked at or kept. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nt/bytes.h"
#include "win/command.h"

static const struct win_word attribute_words[] = {
    {"READONLY", NT_READONLY},
    {"HIDDEN", NT_HIDDEN},
    {"SYSTEM", NT_SYSTEM},
    {"DIRECTORY", NT_DIRECTORY},
    {"ARCHIVE", NT_ARCHIVE},
    {"REPARSE_POINT", NT_REPARSE_POINT},
    {"OFFLINE", NT_OFFLINE},
    {"NOT_CONTENT_INDEXED", NT_NOT_INDEXED},
    {.name = NULL},
};

/* What the two commands are told, beyond a request. */
struct told {
    struct win_request request;
    const char *name;
    int64_t milliseconds; /* hold: how long; -1: until standard input ends */
    const char *const *command;
    int command_count;
};

/* "50ms", "2s"; false for anything else. */
static bool read_time(const char *text, int64_t *out)
{
    char *end;
    long n = strtol(text, &end, 10);
    if (end == text || n < 0 || n > 86400000)
        return false;
    *out = strcmp(end, "s") == 0 ? n * 1000L : n;
    return strcmp(end, "ms") == 0 || strcmp(end, "s") == 0;
}

static bool set_option(struct told *t, const char *option, const char *value)
{
    static const struct {
        const char *name;
        const struct win_word *words;
        size_t field;
    } options[] = {
        {"--access", win_access_words, offsetof(struct win_request, access)},
        {"--share", win_share_words, offsetof(struct win_request, share)},
        {"--disposition", win_disposition_words, offsetof(struct win_request, disposition)},
        {"--options", win_option_words, offsetof(struct win_request, options)},
    };
    if (value == NULL)
        return false;
    if (strcmp(option, "--for") == 0)
        return read_time(value, &t->milliseconds);
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        uint32_t number;
        if (strcmp(option, options[i].name) != 0)
            continue;
        if (!win_flags(value, options[i].words, &number))
            return false;
        memcpy((char *)&t->request + options[i].field, &number, sizeof(number));
        return true;
    }
    return false;
}

/* Reads a command line; complains and returns false where it is not understood. */
static bool read_words(struct win *win, const struct win_words *words, struct told *t)
{
    t->milliseconds = -1;
    for (int i = 0; i < words->count; i++) {
        const char *word = words->word[i];
        if (strcmp(word, "--") == 0) {
            t->command = words->word + i + 1;
            t->command_count = words->count - i - 1;
            break;
        }
        if (strcmp(word, "--until-stdin-closes") == 0)
            continue;
        if (strncmp(word, "--", 2) != 0 && t->name == NULL) {
            t->name = word;
            continue;
        }
        const char *value = i + 1 < words->count ? words->word[i + 1] : NULL;
        if (!set_option(t, word, value)) {
            win_error(win, "lxshim: win: not understood: %s %s", word, value != NULL ? value : "");
            return false;
        }
        i++;
    }
    if (t->name == NULL)
        win_syntax(win);
    return t->name != NULL && t->request.disposition <= WIN_OVERWRITE_IF;
}

/* --- ntcreate ------------------------------------------------------------------------------- */

static void print_attributes(FILE *out, uint32_t attributes)
{
    const char *separator = " (";
    fprintf(out, "File attributes: %08X", attributes);
    for (const struct win_word *w = attribute_words; w->name != NULL; w++) {
        if ((attributes & w->value) == 0)
            continue;
        fprintf(out, "%s%s", separator, w->name);
        separator = "|";
    }
    fputs(separator[0] == '|' ? ")\n" : "\n", out);
}

static void print_reparse(FILE *out, const struct win_handle *handle)
{
    static uint8_t buffer[NT_REPARSE_MAX];
    nt_status status;
    size_t n = win_reparse_get(handle->path.native, &handle->file, buffer, &status);
    const char *name = nt_reparse_name(handle->file.tag);
    if (n < 8)
        return;
    fprintf(out, "Tag: %08X", handle->file.tag);
    if (name != NULL)
        fprintf(out, " (IO_REPARSE_TAG_%s)", name);
    fprintf(out,
            "\nReparseDataLength: 0x%02X\nReserved: 0x%02X\nGenericReparseBuffer\n"
            "  DataBuffer:",
            nt_get16(buffer + 4), nt_get16(buffer + 6));
    for (size_t i = 8; i < n; i++)
        fprintf(out, " %02x", buffer[i]);
    fputc('\n', out);
}

int win_ntcreate(struct win *win, const struct win_words *words)
{
    static const char *const information[] = {"SUPERSEDED",  "OPENED", "CREATED",
                                              "OVERWRITTEN", "EXISTS", "DOES_NOT_EXIST"};
    struct told t = {.request = {.access = NT_GENERIC_READ | NT_SYNCHRONIZE,
                                 .share = WIN_SHARE_ALL,
                                 .disposition = WIN_OPEN}};
    struct win_handle handle;
    FILE *out = win->out;
    if (!read_words(win, words, &t))
        return 1;
    nt_status status = win_create(win, t.name, &t.request, &handle);
    const char *name = nt_status_name(status);
    fprintf(out, "Status: %s (0x%08X)\n", name != NULL ? name : "STATUS_UNSUCCESSFUL", status);
    if (status != NT_SUCCESS) {
        fputs("File handle: NULL\nIoStatus.Info:\n", out);
        return 1;
    }
    fprintf(out, "File name: %s\n", win_plain(handle.path.name));
    fprintf(out, "IoStatus.Info: %016X (FILE_%s)\n", handle.information,
            information[handle.information]);
    print_attributes(out, handle.file.attributes);
    fprintf(out, "End of file: %llu\n", (unsigned long long)handle.file.size);
    fprintf(out, "File id: %016llX\n", (unsigned long long)handle.file.id);
    if (win_is_reparse(&handle.file))
        print_reparse(out, &handle);
    win_close(&handle);
    return 0;
}

/* --- hold ----------------------------------------------------------------------------------- */

/* What ends a holder, and must not leave its mark on the file: caught until that is gone. */
struct ending {
    sigset_t before;
    int fd;     /* signalfd */
    int signal; /* the one that came, or 0 */
};

static bool catch_ending(struct ending *e)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, &e->before);
    e->signal = 0;
    e->fd = signalfd(-1, &set, SFD_CLOEXEC);
    return e->fd >= 0;
}

/* Waits for a signal, for input or for so many milliseconds. False where a signal ends all. */
static bool wait_for(struct ending *e, int input, int milliseconds, bool *readable)
{
    struct pollfd fds[2] = {{.fd = e->fd, .events = POLLIN}, {.fd = input, .events = POLLIN}};
    struct signalfd_siginfo info;
    int n = poll(fds, 2, milliseconds);
    *readable = n == 0 || fds[1].revents != 0;
    if (n > 0 && fds[0].revents != 0 && read(e->fd, &info, sizeof(info)) == sizeof(info) &&
        info.ssi_signo != SIGCHLD)
        e->signal = (int)info.ssi_signo;
    return e->signal == 0;
}

static int run_command(struct win *win, const struct told *t, struct ending *e)
{
    char *argv[WIN_WORDS + 1] = {NULL};
    int status = 0;
    bool readable;
    for (int i = 0; i < t->command_count; i++)
        argv[i] = (char *)(uintptr_t)t->command[i];
    fflush(win->out);
    pid_t child = fork();
    if (child == 0) {
        sigprocmask(SIG_SETMASK, &e->before, NULL);
        execvp(argv[0], argv);
        fprintf(stderr, "lxshim: %s: %s\n", argv[0], strerror(errno));
        _exit(errno == ENOENT ? 127 : 126);
    }
    if (child < 0)
        return win_fail(win, NT_INSUFFICIENT_RESOURCES);
    while (waitpid(child, &status, WNOHANG) == 0)
        if (!wait_for(e, -1, -1, &readable))
            return 1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Says so, and waits: nobody has to guess when it is open. */
static int wait_for_end(struct win *win, const struct told *t, struct ending *e)
{
    char nothing[256];
    bool readable = false;
    bool input = t->milliseconds < 0;
    fputs("ready\n", win->out);
    fflush(win->out);
    while (wait_for(e, input ? STDIN_FILENO : -1, input ? -1 : (int)t->milliseconds, &readable))
        if (readable && (!input || read(STDIN_FILENO, nothing, sizeof(nothing)) <= 0))
            break;
    return e->signal != 0;
}

int win_hold(struct win *win, const struct win_words *words)
{
    struct told t = {.request = {.access = NT_GENERIC_READ,
                                 .share = WIN_SHARE_READ | WIN_SHARE_WRITE,
                                 .disposition = WIN_OPEN}};
    struct win_handle handle;
    struct ending ending;
    if (!read_words(win, words, &t))
        return 1;
    nt_status status = win_create(win, t.name, &t.request, &handle);
    if (status != NT_SUCCESS)
        return win_error(win, "lxshim: win: %s: %s", t.name, nt_status_message(status));
    if (!catch_ending(&ending)) {
        win_close(&handle);
        return win_fail(win, NT_INSUFFICIENT_RESOURCES);
    }
    if (win_announce(&handle) < 0)
        win_error(win, "lxshim: win: %s is not yours: programs under lxshim do not see it is held",
                  t.name);
    int result =
        t.command_count > 0 ? run_command(win, &t, &ending) : wait_for_end(win, &t, &ending);
    win_withdraw(&handle);
    win_close(&handle);
    close(ending.fd);
    if (ending.signal != 0)
        raise(ending.signal);
    sigprocmask(SIG_SETMASK, &ending.before, NULL);
    return result;
}
