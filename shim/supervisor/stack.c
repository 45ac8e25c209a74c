/* SPDX-License-Identifier: MIT */
#include "supervisor/stack.h"

#ifdef LXSHIM_STACKS
#include <elfutils/libdwfl.h>
#endif
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "supervisor/credentials.h"
#include "supervisor/inject.h"
#include "vfs/explain.h"
#include "vfs/text.h"

#define FRAMES  16  /* of a stack, the innermost first */
#define TEXT    120 /* bytes of each name */
#define LONG    240 /* and of a source file */
#define ENOUGH  500 /* stacks that one worker takes: each costs milliseconds */
#define MOST    ((size_t)2 * (TEXT + LONG)) /* bytes of a frame */
#define CLOSING 3                           /* of a list, and the line */

#if defined(LXSHIM_STACKS) && defined(__x86_64__)

/* In DWARF's order. [System V ABI for x86-64, figure 3.36] */
static unsigned take_registers(const registers *r, Dwarf_Word out[32])
{
    const Dwarf_Word all[] = {r->rax, r->rdx, r->rcx, r->rbx, r->rsi, r->rdi, r->rbp, r->rsp, r->r8,
                              r->r9,  r->r10, r->r11, r->r12, r->r13, r->r14, r->r15, r->rip};
    memcpy(out, all, sizeof(all));
    return sizeof(all) / sizeof(all[0]);
}

static Dwarf_Word program_counter(const registers *r)
{
    return r->rip;
}

#elif defined(LXSHIM_STACKS) && defined(__aarch64__)

static unsigned take_registers(const registers *r, Dwarf_Word out[32])
{
    for (unsigned i = 0; i < 31; i++)
        out[i] = r->regs[i];
    out[31] = r->sp;
    return 32;
}

static Dwarf_Word program_counter(const registers *r)
{
    return r->pc;
}

#endif

#if defined(LXSHIM_STACKS) && (defined(__x86_64__) || defined(__aarch64__))

/* A stack on its way to the trace. */
struct walk {
    const struct injection *held;
    const struct tracee *tracee;
    struct text *line;
    unsigned frames;
};

static pid_t next_thread(Dwfl *dwfl, void *arg, void **thread)
{
    const struct walk *w = arg;
    (void)dwfl;
    if (*thread != NULL)
        return 0;
    *thread = arg;
    return w->held->tid;
}

static bool read_word(Dwfl *dwfl, Dwarf_Addr address, Dwarf_Word *word, void *arg)
{
    const struct walk *w = arg;
    (void)dwfl;
    return tracee_read(w->tracee, address, word, sizeof(*word)) == 0;
}

static bool set_registers(Dwfl_Thread *thread, void *arg)
{
    const struct walk *w = arg;
    Dwarf_Word all[32];
    unsigned count = take_registers(&w->held->saved, all);
    dwfl_thread_state_register_pc(thread, program_counter(&w->held->saved));
    return dwfl_thread_state_registers(thread, 0, count, all);
}

static const Dwfl_Thread_Callbacks of_thread = {
    .next_thread = next_thread, .memory_read = read_word, .set_initial_registers = set_registers};

static void put_name(struct text *t, const char *key, const char *text)
{
    text_put(t, key);
    text_json(t, text, TEXT);
}

/* A source file as its compiler was given it, which was in `from`; as an absolute path, by words.
 */
static void whole_path(const char *from, const char *file, char out[PATH_MAX])
{
    char both[2 * PATH_MAX];
    size_t n = 0;
    char *rest = both;
    const char *word;
    snprintf(both, sizeof(both), "%s/%s", file[0] == '/' || from == NULL ? "" : from, file);
    out[0] = '\0';
    while ((word = strsep(&rest, "/")) != NULL) {
        if (strcmp(word, "..") == 0) {
            while (n > 0 && out[--n] != '/')
                ;
        } else if (word[0] != '\0' && strcmp(word, ".") != 0 && n + strlen(word) + 2 < PATH_MAX) {
            n += (size_t)snprintf(out + n, PATH_MAX - n, "/%s", word);
        }
        out[n] = '\0';
    }
}

/* One frame: its function, its file and line where the program has debug information, and where it
 * is. */
static int put_frame(Dwfl_Frame *frame, void *arg)
{
    struct walk *w = arg;
    Dwarf_Addr pc;
    bool exact;
    int number = 0;
    if (!dwfl_frame_pc(frame, &pc, &exact))
        return DWARF_CB_ABORT;
    pc -= !exact; /* a return address may be another line's */
    Dwfl_Module *module = dwfl_addrmodule(dwfl_thread_dwfl(dwfl_frame_thread(frame)), pc);
    const char *function = module == NULL ? NULL : dwfl_module_addrname(module, pc);
    const char *in =
        module == NULL ? NULL : dwfl_module_info(module, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    Dwfl_Line *line = module == NULL ? NULL : dwfl_module_getsrc(module, pc);
    const char *file = line == NULL ? NULL : dwfl_lineinfo(line, NULL, &number, NULL, NULL, NULL);
    put_name(w->line, w->frames > 0 ? ",{\"function\":" : "{\"function\":",
             function != NULL ? function : "?");
    if (file != NULL) {
        char path[PATH_MAX];
        whole_path(dwfl_line_comp_dir(line), file, path);
        text_put(w->line, ",\"file\":");
        text_json(w->line, path, LONG);
        text_put(w->line, ",\"line\":");
        text_number(w->line, number);
    }
    put_name(w->line, ",\"in\":", in != NULL ? in : "?");
    text_put(w->line, "}");
    return ++w->frames < FRAMES && w->line->length + MOST < w->line->room ? DWARF_CB_OK
                                                                          : DWARF_CB_ABORT;
}

bool stack_can(void)
{
    return true;
}

/* Writes the frames of a held program. False where there are none to be had. */
static bool put_frames(struct walk *w)
{
    static char *no_path;
    static const Dwfl_Callbacks callbacks = {.find_elf = dwfl_linux_proc_find_elf,
                                             .find_debuginfo = dwfl_standard_find_debuginfo,
                                             .debuginfo_path = &no_path};
    Dwfl *dwfl = dwfl_begin(&callbacks);
    if (dwfl == NULL)
        return false;
    if (dwfl_linux_proc_report(dwfl, w->held->tid) == 0 && dwfl_report_end(dwfl, NULL, NULL) == 0 &&
        dwfl_attach_state(dwfl, NULL, w->held->tid, &of_thread, w))
        (void)dwfl_getthread_frames(dwfl, w->held->tid, put_frame, w);
    dwfl_end(dwfl);
    return w->frames > 0;
}

bool stack_answer(const struct request *r, long result)
{
    static unsigned taken; /* by this worker, which has one thread */
    char buf[VFS_LINE_ROOM];
    struct text line = {buf, 0, sizeof(buf) - VFS_LINE_END - CLOSING};
    struct injection held;
    struct walk w = {.held = &held, .tracee = &r->tracee, .line = &line};
    if (r->tracee.i386 || taken >= ENOUGH)
        return false;
    taken++;
    /* Nobody asks a server for what is not on this machine. */
    unsetenv("DEBUGINFOD_URLS");
    credentials_return();
    if (inject_start(&held, &r->tracee) < 0)
        return false;
    vfs_line_begin(&line, &r->task);
    text_put(&line, ",\"stack\":[");
    /* Written while it is held: with its end the run may end, and with that the trace. */
    if (!held.gone && put_frames(&w)) {
        line.room += CLOSING;
        text_put(&line, "]");
        vfs_line_end(&line, &r->task);
    }
    inject_end(&held, result);
    return true;
}

#else

bool stack_can(void)
{
    return false;
}

bool stack_answer(const struct request *r, long result)
{
    (void)r;
    (void)result;
    return false;
}

#endif
