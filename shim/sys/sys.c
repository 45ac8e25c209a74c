/* SPDX-License-Identifier: MIT */
#include "sys/sys.h"

#include "sys/touched.h"

SYS_TOUCHED bool sys_grumbles;

#if defined(LXSHIM_IS_PROGRAM)
long (*sys_proxy)(long nr, const long args[6]);
#endif
