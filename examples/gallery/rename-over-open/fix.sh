# SPDX-License-Identifier: MIT
# The file is closed first.

echo old >main.cc; echo new >main.cc.tmp
exec 3<main.cc
exec 3<&-
mv -f main.cc.tmp main.cc
cat main.cc
