/* SPDX-License-Identifier: MIT */
/*
 * A scanner: a program of Windows (an antivirus, an indexer) that opens files of a drive for a
 * while after something was done to them. What the policy says of it is in the image; what it has
 * open at the moment is in memory that the process tree shares, behind the counters.
 */
#ifndef LXSHIM_POLICY_SCAN_H
#define LXSHIM_POLICY_SCAN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* What it comes after. */
enum lx_scan_trigger {
    LX_SCAN_WRITE,  /* the last descriptor was closed that a file was open for writing by */
    LX_SCAN_CREATE, /* it was created, and may be open yet */
    LX_SCAN_RENAME, /* it has got its name by a rename */
    LX_SCAN_OPEN,   /* it was opened for reading, or run, for the first time */
    LX_SCAN_TRIGGERS
};

/* What it lets others do meanwhile; in the order of enum store_share. */
enum lx_scan_share { LX_SCAN_READ = 1, LX_SCAN_WRITES = 2, LX_SCAN_DELETE = 4 };

struct lx_image_scanner {
    uint64_t seed;
    uint32_t chance;      /* of 2^32 - 1: how many of all events; that many: of each */
    uint32_t calls;       /* so many calls are refused, whenever; 0: */
    uint32_t least_ms;    /* it holds a file for so long, */
    uint32_t most_ms;     /* or longer, up to that; short times are the more likely */
    uint32_t globs;       /* offset of uint32_t offsets of globs */
    uint32_t glob_count;  /* 0: every path */
    uint32_t events;      /* offset of uint64_t */
    uint32_t event_count; /* 0: whichever `chance` chooses; else these alone */
    uint32_t left_out;    /* so many more behind them, none of which it comes for */
    uint8_t triggers;     /* one bit per enum lx_scan_trigger */
    uint8_t shares;       /* enum lx_scan_share */
    uint8_t waits;        /* the next call takes that long, and is not refused */
    uint8_t pad;          /* of the same size to programs of 32 bits */
};

/* A file that it has open, or had: any thread of any process of the tree may write it. */
struct lx_scan {
    _Atomic uint64_t file;  /* lx_scan_file; 0: nobody's */
    _Atomic uint64_t event; /* what brought it here */
    _Atomic uint64_t since; /* ns of CLOCK_REALTIME */
    _Atomic uint32_t left;  /* calls that are refused yet; or ms: from `since` on, or of a call */
    _Atomic uint32_t nth;   /* of the events of its path; LX_SCAN_WRITTEN */
};

#define LX_SCAN_WRITTEN 0x80000000u /* it comes when nobody has the file open for writing */

/* How many events a path has had. */
struct lx_scan_path {
    _Atomic uint64_t path; /* its hash; 0: nobody's */
    _Atomic uint32_t count;
    uint32_t pad;
};

/* A file that has to make room is one that the scanner came to longest ago. */
#define LX_SCANS 8192u

struct lx_scans {
    struct lx_scan files[LX_SCANS];
    struct lx_scan_path paths[LX_SCANS];
};

/* Every bit of a number counts in every bit of the answer. */
uint64_t lx_scan_mix(uint64_t x);

/* Never 0. */
uint64_t lx_scan_file(uint64_t dev, uint64_t ino);
uint64_t lx_scan_path(const char *path);

/* The nth event, from 1, of a path: the same from run to run. */
uint64_t lx_scan_event(const char *path, uint32_t nth);

/* Counts one more event of a path; its number, from 1. */
uint32_t lx_scan_next(struct lx_scans *scans, const char *path);

/* For how long it holds a file after an event, in ms. */
uint32_t lx_scan_duration(const struct lx_image_scanner *scanner, uint64_t event);

/* The file's place, or NULL where it has none. */
struct lx_scan *lx_scan_of(struct lx_scans *scans, uint64_t file);

/* The same, or the place that it gets. */
struct lx_scan *lx_scan_take(struct lx_scans *scans, uint64_t file);

#endif
