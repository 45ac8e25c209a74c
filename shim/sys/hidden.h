/* SPDX-License-Identifier: MIT */
/*
 * An object that the library's files share. A declaration that does not say so is of something that
 * another library may replace, and every look at it goes by way of the global offset table.
 */
#ifndef LXSHIM_SYS_HIDDEN_H
#define LXSHIM_SYS_HIDDEN_H

#define SYS_HIDDEN __attribute__((visibility("hidden")))

#endif
