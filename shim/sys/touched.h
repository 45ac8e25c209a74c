/* SPDX-License-Identifier: MIT */
/*
 * A small object that nearly every process writes. All of them lie side by side, behind the global
 * offset table, on a page that ld.so has written before: where each lies among the zeros of its own
 * file, the first to write it pays for a page, a thousand instructions in the kernel.
 */
#ifndef LXSHIM_SYS_TOUCHED_H
#define LXSHIM_SYS_TOUCHED_H

#define SYS_TOUCHED __attribute__((section(".data.touched")))

#endif
