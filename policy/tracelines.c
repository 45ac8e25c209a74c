/* SPDX-License-Identifier: MIT */
#include "policy/tracelines.h"

#include <string.h>

/* The place of the at-th line ever, and its turn when it is free for that. */
static struct lx_trace_line *place(struct lx_trace_lines *lines, uint64_t at)
{
    return &lines->line[at % LX_TRACE_LINES];
}

static uint64_t free_for(uint64_t at)
{
    return at / LX_TRACE_LINES * 2;
}

bool lx_trace_leave(struct lx_trace_lines *lines, const char *text, size_t length)
{
    uint64_t at = atomic_load_explicit(&lines->given, memory_order_relaxed);
    struct lx_trace_line *line;
    do {
        line = place(lines, at);
        if ((at & LX_TRACE_CLOSED) != 0 || length > LX_LINE_ROOM ||
            atomic_load_explicit(&line->turn, memory_order_acquire) < free_for(at))
            return false;
    } while (!atomic_compare_exchange_weak(&lines->given, &at, at + 1));
    memcpy(line->text, text, length);
    line->length = (uint32_t)length;
    /* Before it is looked whether somebody waits, who looks for lines after having said so. */
    atomic_store(&line->turn, free_for(at) + 1);
    return true;
}

void lx_trace_close(struct lx_trace_lines *lines)
{
    atomic_fetch_or(&lines->given, LX_TRACE_CLOSED);
}

bool lx_trace_closed(const struct lx_trace_lines *lines)
{
    return (atomic_load(&lines->given) & LX_TRACE_CLOSED) != 0;
}

bool lx_trace_take_begin(struct lx_trace_lines *lines, uint32_t pid)
{
    uint32_t nobody = 0;
    return atomic_compare_exchange_strong(&lines->taker, &nobody, pid);
}

unsigned lx_trace_take(const struct lx_trace_lines *lines, bool all,
                       const struct lx_trace_line *out[LX_TRACE_LINES])
{
    uint64_t from = atomic_load_explicit(&lines->taken, memory_order_relaxed);
    unsigned n = 0;
    for (uint64_t at = from; at < from + LX_TRACE_LINES; at++) {
        const struct lx_trace_line *line = &lines->line[at % LX_TRACE_LINES];
        if (atomic_load(&line->turn) == free_for(at) + 1)
            out[n++] = line;
        else if (!all)
            break;
    }
    return n;
}

void lx_trace_take_end(struct lx_trace_lines *lines, const struct lx_trace_line *last)
{
    uint64_t at = atomic_load_explicit(&lines->taken, memory_order_relaxed);
    const uint64_t end = at + LX_TRACE_LINES;
    while (last != NULL && at < end) {
        struct lx_trace_line *line = place(lines, at++);
        atomic_store_explicit(&line->turn, free_for(at - 1) + 2, memory_order_release);
        if (line == last)
            break;
    }
    atomic_store(&lines->taken, at);
    atomic_store(&lines->taker, 0);
}

bool lx_trace_left(const struct lx_trace_lines *lines)
{
    return (atomic_load(&lines->given) & ~LX_TRACE_CLOSED) > atomic_load(&lines->taken);
}
