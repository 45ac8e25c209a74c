# SPDX-License-Identifier: MIT
# A removed file that is open is still listed, and cannot be looked at or removed.
# reported: WSL#1807 (B3), WSL#2300 (B5)

echo 1 >foo.txt
exec 3<foo.txt
rm foo.txt
ls
stat foo.txt 2>&1 | grep -o 'No such.*'
rm foo.txt 2>&1 | grep -o 'No such.*'
exec 3<&-
ls
