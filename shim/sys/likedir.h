/* SPDX-License-Identifier: MIT */
/* The directory of the kernel's that stands for one that is made up and has nothing in it. */
#ifndef LXSHIM_SYS_LIKEDIR_H
#define LXSHIM_SYS_LIKEDIR_H

#define LX_LIKE_DIRECTORY "/proc/tty/ldisc"

#endif
