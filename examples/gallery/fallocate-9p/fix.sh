# SPDX-License-Identifier: MIT
# It is filled where it cannot be allocated.

fallocate -l 4096 disk.img 2>"$HOME/errors" || head -c 4096 /dev/zero >disk.img
stat -c %s disk.img
