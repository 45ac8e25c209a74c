# SPDX-License-Identifier: MIT
# du says that a directory with a small file takes no room.
# reported: vendor test DrvFsTestBasic (N4)

mkdir src && head -c 300 /dev/zero >src/small
sync src/small
test "$(du -s src/small | cut -f 1)" -gt 0 && echo some || echo none
