/* SPDX-License-Identifier: MIT */
/* inotify_add_watch, for its own name and for syscall(). */
#ifndef LXSHIM_PRELOAD_INOTIFY_H
#define LXSHIM_PRELOAD_INOTIFY_H

#include <stdint.h>

/* Adds a watch and remembers that events of fd need their names turned. A watch or -errno. */
long inotify_watch(int fd, const char *path, uint32_t mask);

#endif
