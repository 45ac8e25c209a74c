/* SPDX-License-Identifier: MIT */
/*
 * What Windows processes opened a file for and what they share, so that the next one can be told
 * what MS-FSA tells it. The record is a set of locks: nothing is left behind by a killed process.
 */
#ifndef LXSHIM_STORE_SHARES_H
#define LXSHIM_STORE_SHARES_H

#include <stdbool.h>

/* Each is true of some open handle. MS-FSA's rules ask about one of them at a time. */
enum store_share {
    STORE_READS = 0x1,
    STORE_WRITES = 0x2,
    STORE_DELETES = 0x4,
    STORE_NO_SHARE_READ = 0x8,
    STORE_NO_SHARE_WRITE = 0x10,
    STORE_NO_SHARE_DELETE = 0x20,
    STORE_OPEN = 0x40 /* of every handle: one that only asks for attributes has no other */
};
#define STORE_SHARE_BITS 7

/* True where two opens with these properties exclude each other. [MS-FSA 2.1.5.1.2.2] */
static inline bool store_shares_conflict(unsigned a, unsigned b)
{
    /* Each way of using a file stands three bits below the refusal to share it. */
    return ((((a & 7) << 3) & b) | (((b & 7) << 3) & a)) != 0;
}

/*
 * Marks the file or directory behind fd, which is open for reading, until its open file description
 * goes. Returns 0 or -errno.
 */
int store_share_mark(int fd, unsigned share);

/*
 * Marks the file itself (store_marked), so that the library asks for what was marked on it: only
 * the owner can. 0 or -errno. The second takes that back where nobody else has it open; `was`: the
 * mark was there before.
 */
int store_share_announce(int fd);
void store_share_withdraw(int fd, bool was);

/* What others than fd's open file description have marked: a set of enum store_share. */
unsigned store_shares(int fd);

#endif
