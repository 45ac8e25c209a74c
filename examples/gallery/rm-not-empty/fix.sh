# SPDX-License-Identifier: MIT
# The file is closed before.

mkdir -p vendor/lib && echo 1 >vendor/lib/x
exec 3<vendor/lib/x
exec 3<&-
rm -r vendor && echo removed
ls
