/* SPDX-License-Identifier: MIT */
/* Somebody who has a file or directory open. */
#ifndef LXSHIM_STORE_HOLDER_H
#define LXSHIM_STORE_HOLDER_H

#include <stdint.h>

#define STORE_HOLDER_MAX 4 /* of one file, that a trace names */

enum store_holder_by {
    STORE_BY_DESCRIPTOR,
    STORE_BY_MAPPING,
    STORE_BY_CWD,
    STORE_BY_ROOT,
    STORE_BY_PROGRAM, /* it is the program that runs */
    STORE_BY_WATCH,   /* it watches it by inotify */
    STORE_BY_SCANNER, /* the policy says that a scanner has come, and /proc shows nobody */
    STORE_BY_UNKNOWN  /* the kernel says it is open, and /proc does not show by whom */
};

struct store_holder {
    int pid;
    int fd;
    uint8_t by;
    char comm[16];
    uint32_t nth; /* of a scanner: */
    uint64_t event;
};

/* A list that is filled as far as it goes; `count` keeps counting. */
struct store_holders {
    struct store_holder *list;
    unsigned room;
    unsigned count;
    int asker; /* whose call it is for, and who is looked at first; 0: this process's */
};

#endif
