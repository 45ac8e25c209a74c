/* SPDX-License-Identifier: MIT */
/*
 * Lines of a trace on their way to its file: a process of the run leaves them in memory that all of
 * it shares, and somebody writes many of them at once. A ring of places that are given in turn.
 */
#ifndef LXSHIM_POLICY_TRACELINES_H
#define LXSHIM_POLICY_TRACELINES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LX_LINE_ROOM   4096u /* bytes of the longest line */
#define LX_TRACE_LINES 64u   /* places; a power of two */

/*
 * A place is free for the n-th time round when `turn` is 2n, and has a line when it is 2n + 1. Who
 * dies between leaves it as it is: nothing behind it is taken then until the run ends.
 */
struct lx_trace_line {
    _Atomic uint64_t turn;
    uint32_t length;
    char text[LX_LINE_ROOM];
    uint32_t pad;
};

/* Begins as zeros. Written with atomic operations, from any thread, signal handler or child. */
struct lx_trace_lines {
    _Atomic uint64_t given; /* places that were given ever, and LX_TRACE_CLOSED */
    _Atomic uint64_t taken; /* places whose lines were taken; written by the taker alone */
    _Atomic uint32_t taker; /* the process that takes lines, or 0 */
    _Atomic uint32_t waits; /* 1: somebody waits for a line; a futex */
    struct lx_trace_line line[LX_TRACE_LINES];
};

_Static_assert(sizeof(struct lx_trace_line) % 8 == 0, "it has another size to 32-bit programs");

#define LX_TRACE_CLOSED (UINT64_C(1) << 63) /* no place is given any more */

/*
 * Leaves a line of at most LX_LINE_ROOM bytes. False where there is no place, or none any more. Is
 * never waited in.
 */
bool lx_trace_leave(struct lx_trace_lines *lines, const char *text, size_t length);

/* Has lx_trace_leave find no place any more. */
void lx_trace_close(struct lx_trace_lines *lines);
bool lx_trace_closed(const struct lx_trace_lines *lines);

/* Makes `pid` the taker. False where there is one. */
bool lx_trace_take_begin(struct lx_trace_lines *lines, uint32_t pid);

/*
 * The places whose lines are to be taken, in the order in which they were given: at most
 * LX_TRACE_LINES; returns how many. Behind one that has no line yet none is, unless `all`: then
 * that one is passed over. Their length is whatever a program wrote there: see lx_trace_length.
 */
unsigned lx_trace_take(const struct lx_trace_lines *lines, bool all,
                       const struct lx_trace_line *out[LX_TRACE_LINES]);

/* Frees the places up to the last one of those that were taken, and ends being the taker. */
void lx_trace_take_end(struct lx_trace_lines *lines, const struct lx_trace_line *last);

/* Whether places were given whose lines are not taken. */
bool lx_trace_left(const struct lx_trace_lines *lines);

/* Bytes of a line, whatever its place says. */
static inline size_t lx_trace_length(const struct lx_trace_line *line)
{
    return line->length < LX_LINE_ROOM ? line->length : LX_LINE_ROOM;
}

#endif
