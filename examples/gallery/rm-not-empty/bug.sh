# SPDX-License-Identifier: MIT
# rm -r empties a directory, in which a file is open, and finds it not empty.
# reported: WSL#138, WSL#690, WSL#4237, xroche/httrack#1682 (B6), WSL#2369 (B13)

mkdir -p vendor/lib && echo 1 >vendor/lib/x
exec 3<vendor/lib/x
rm -r vendor && echo removed
ls
