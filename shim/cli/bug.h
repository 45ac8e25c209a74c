/* SPDX-License-Identifier: MIT */
/*
 * A bug of the gallery: a directory with
 *
 *   bug.sh       what fails, for bash in an empty directory; begins with what there is to say of it
 *   policy.json  the WSL in which it does
 *   linux.txt    what it prints on plain Linux
 *   wsl.txt      what it prints on such a drive, as users of WSL have reported it
 *   fix.sh       what works on both, where there is such a thing: prints what linux.txt has
 *
 * and what else these scripts need, which they find where they are themselves. Where one fails, its
 * status is in a last line.
 */
#ifndef LXSHIM_CLI_BUG_H
#define LXSHIM_CLI_BUG_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/arena.h"

struct bug {
    const char *id;        /* its directory's name */
    const char *directory; /* absolute */
    const char *title;     /* of bug.sh's first lines, which are comments: the first that is text */
    const char *reported;  /* "# reported:", where */
    const char *needs;     /* "# needs:", commands that have to be there; or "" */
    const char *user;      /* "# user:", root or ordinary, where it takes one of them; or "" */
    const char *steps;     /* the rest of bug.sh */
    const char *profile;   /* of its policy */
    const char *fix;       /* fix.sh's title, or NULL where there is none */
    const char *fix_steps;
};

/* Finds the gallery that belongs to this program. NULL where there is none. */
const char *bug_gallery(struct lx_arena *arena);

/* All bugs of a gallery, by name. Returns their count, 0 where there is no gallery. */
size_t bug_all(const char *gallery, struct lx_arena *arena, struct bug **out);

/*
 * Bugs that are no profile's, for who finds nothing by one: of each whose policy has overrides, or
 * values of rules, and no drive of its own, a line that bisects `command`, fit for a terminal, by
 * it, and one that says what it is. NULL where there is none.
 */
const char *bug_builds(const char *command, struct lx_arena *arena);

/* What a file of its has, or NULL. */
const char *bug_text(const struct bug *bug, const char *name, struct lx_arena *arena);

/* Why it cannot be run here by whom it is run, in words; or NULL. */
const char *bug_lacks(const struct bug *bug, struct lx_arena *arena);

/*
 * Runs a script of a bug's in an empty directory, natively or as its policy says. lane: of lxshim
 * run, or NULL. Returns what it printed, with its status where that is not 0; NULL where nothing
 * could be run, with `why`.
 */
const char *bug_run(const struct bug *bug, const char *script, bool native, const char *lane,
                    struct lx_arena *arena, const char **why);

#endif
