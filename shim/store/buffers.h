/* SPDX-License-Identifier: MIT */
/*
 * Reparse buffers: what makes a link of a file. Every empty file may have one, which costs a
 * question each time it is looked at; so what is known to have none is remembered.
 */
#ifndef LXSHIM_STORE_BUFFERS_H
#define LXSHIM_STORE_BUFFERS_H

#include <stddef.h>
#include <sys/stat.h>

#include "store/object.h"

/*
 * store_attr_get of an object's reparse buffer (STORE_REPARSE), with the object's facts by a stat
 * just before, whose st_ino is 0 where inode and change time are not known. Of a regular file that
 * is empty and has no mark, -ENODATA may come from memory: it is of the moment of that stat then,
 * whoever changed the file before it.
 */
long store_buffer_get(const struct store_object *o, const struct stat *st, void *value,
                      size_t room);

#endif
