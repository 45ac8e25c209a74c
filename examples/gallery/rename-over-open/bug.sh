# SPDX-License-Identifier: MIT
# clang-tidy -fix renames its result over a file that is open.
# reported: WSL#1398 (K11)

echo old >main.cc; echo new >main.cc.tmp
exec 3<main.cc
mv -f main.cc.tmp main.cc
cat main.cc
