/* SPDX-License-Identifier: MIT */
#include "supervisor/forced.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "supervisor/compat.h"
#include "supervisor/credentials.h"
#include "sys/sys.h"

#define PAGE 4096

uint64_t scratch_put(struct scratch *s, const void *data, size_t n)
{
    uint64_t at = s->start + s->used;
    if (n > s->size - s->used || tracee_write(s->tracee, at, data, n) < 0)
        s->failed = true;
    else
        s->used += n;
    return at;
}

uint64_t scratch_string(struct scratch *s, const char *text)
{
    return scratch_put(s, text, strlen(text) + 1);
}

uint64_t scratch_words(struct scratch *s, const uint64_t *words, size_t n)
{
    uint64_t start = s->start + s->used;
    uint32_t some[256];
    size_t count = 0;
    if (!s->tracee->i386)
        return scratch_put(s, words, n * sizeof(*words));
    for (size_t i = 0; i < n; i++) {
        some[count++] = (uint32_t)words[i];
        if (i + 1 == n || count == sizeof(some) / sizeof(*some)) {
            scratch_put(s, some, count * sizeof(*some));
            count = 0;
        }
    }
    return start;
}

long forced_call(struct injection *i, long nr, const long args[6])
{
    long there[6];
    if (!i->i386)
        return inject_call(i, nr, args);
    nr = compat_give(nr, args, there);
    return nr < 0 ? nr : inject_call(i, nr, there);
}

int hold(struct held *h, const struct tracee *t, size_t room)
{
    struct scratch *s = &h->scratch;
    *s = (struct scratch){.tracee = t, .size = (room + PAGE - 1) & ~(size_t)(PAGE - 1)};
    const long args[6] = {0, (long)s->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                          0};
    credentials_return(); /* only ourselves may trace it */
    if (inject_start(&h->injection, t) < 0)
        return -EOPNOTSUPP;
    long at = forced_call(&h->injection, SYS_mmap, args);
    s->failed = at < 0 && at >= -4095;
    s->start = s->failed ? 0 : (uint64_t)at;
    return 0;
}

long held_call(struct held *h, long nr, const long args[6])
{
    return h->scratch.failed ? -EFAULT : forced_call(&h->injection, nr, args);
}

void release(struct held *h, long result)
{
    const struct scratch *s = &h->scratch;
    if (!h->injection.is_another && s->start != 0 && !s->stays)
        (void)forced_call(&h->injection, SYS_munmap,
                          (const long[6]){(long)s->start, (long)s->size, 0, 0, 0, SYS_COOKIE});
    inject_end(&h->injection, result);
}

static long one_call(const struct forced *f, struct held *h)
{
    long args[6] = {0};
    f->fill(&h->scratch, f->what, args);
    return held_call(h, f->nr, args);
}

long force(const struct forced *f, bool *answered)
{
    struct held h;
    if (hold(&h, f->tracee, f->room) < 0)
        return -EOPNOTSUPP;
    *answered = true;
    long result = h.scratch.failed   ? -ENOMEM
                  : f->steps != NULL ? f->steps(&h.injection, &h.scratch, f->what)
                                     : one_call(f, &h);
    release(&h, result);
    return result;
}
