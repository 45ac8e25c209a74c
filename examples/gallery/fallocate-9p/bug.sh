# SPDX-License-Identifier: MIT
# A file cannot be given its size in advance.
# reported: vendor test FsCommonTestFallocate (K4)
# needs: fallocate

fallocate -l 4096 disk.img
stat -c %s disk.img
