/* SPDX-License-Identifier: MIT */
/*
 * A JSON document with its text, and a cursor into it, so that whatever is refused is refused at
 * its line and column. The first refusal of a load is the one that counts.
 */
#ifndef LXSHIM_POLICY_DOCUMENT_H
#define LXSHIM_POLICY_DOCUMENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "policy/arena.h"
#include "policy/position.h"

/* A larger policy is a mistake: somebody named the wrong file. */
#define LX_DOCUMENT_MAX ((size_t)16 << 20)

struct lx_document {
    const char *name;      /* as messages show it */
    const char *directory; /* absolute: what the document's relative paths are relative to */
    struct lx_text text;
    json_t *root;
    bool flag; /* made of a flag's words, by its name: it has no lines that anybody wrote */
    dev_t dev; /* with ino: the same file again? Both 0 for a text without a file */
    ino_t ino;
    struct lx_document *before; /* list of all documents of a load */
};

struct lx_found;

/* What one load has read so far, and the first thing that was wrong. */
struct lx_load {
    struct lx_arena *arena;
    struct lx_found *found; /* the policy was only found; NULL where it was named */
    struct lx_document *documents;
    const char *problem; /* one line, or NULL */
    const char *root;    /* the directory in which absolute targets are, or NULL for "/" */
    const char *made;    /* canonical: a directory in which targets are, there or not; or NULL */
};

/* Where something stands. line 0: it has no line (a flag); file is then the flag itself. */
struct lx_place {
    const char *file;
    unsigned line;
    unsigned column;
};

/* A value in a document: the root, or a member or item of the node above. Lives on the stack. */
struct lx_node {
    const struct lx_document *document;
    const struct lx_node *up;
    const char *key; /* in an object; NULL in an array and at the root */
    size_t index;    /* in an array */
    json_t *value;
};

/*
 * Reads a file and parses it. what: "policy" or what else it is. path: absolute. name: for
 * messages. named: where another document names it, which is where a file that cannot be read is
 * refused; NULL for the first policy, which alone may be a pipe, if it was named. Returns NULL with
 * the problem noted.
 */
struct lx_document *lx_document_read(struct lx_load *load, const char *what, const char *path,
                                     const char *name, const struct lx_place *named);

/* Parses a text in memory. `name` is for messages; the text is copied. */
struct lx_document *lx_document_parse(struct lx_load *load, const char *name, const char *directory,
                                      const char *text, size_t size);

/* Gives back the JSON values of all documents; the rest is the arena's. */
void lx_load_close(struct lx_load *load);

/*
 * Notes what is wrong at a place unless something was before. Always returns -EINVAL:
 *     return lx_refuse(load, place, "...", ...);
 */
int lx_refuse(struct lx_load *load, struct lx_place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As lx_refuse, with `; did you mean "x"?` where there is a word to suggest. */
int lx_refuse_word(struct lx_load *load, struct lx_place place, const char *suggestion,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Where a node's value stands, its key, or byte n of its string. */
struct lx_place lx_place_of(const struct lx_node *node);
struct lx_place lx_place_of_key(const struct lx_node *node);
struct lx_place lx_place_inside(const struct lx_node *node, size_t n);

/* Offset of a node's value in the document's text. */
size_t lx_offset_of(const struct lx_node *node);

/* Refuses a node for its type: "mode" is a number, expected `what`. Returns -EINVAL. */
int lx_refuse_type(struct lx_load *load, const struct lx_node *node, const char *what);

/*
 * A string that is not empty, or NULL and refused; `what` says what was expected. It is the
 * arena's, so that it outlives the document.
 */
const char *lx_read_string(struct lx_load *load, const struct lx_node *node, const char *what);

/* A whole number from `least` to `most`. Returns 0 or -EINVAL. */
int lx_read_number(struct lx_load *load, const struct lx_node *node, long long least,
                   long long most, long long *out);

/* The members an object may have. */
struct lx_key {
    const char *word;
    int (*read)(struct lx_load *load, const struct lx_node *node, void *out);
};

/*
 * Reads an object by a table of its keys, in the document's order; "//" is a comment in every one.
 * `what` names the object in the message on an unknown key ("a mount"). Returns 0 or -EINVAL.
 */
int lx_read_object(struct lx_load *load, const struct lx_node *node, const char *what,
                   const struct lx_key *keys, size_t count, void *out);

#endif
