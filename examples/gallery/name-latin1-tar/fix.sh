# SPDX-License-Identifier: MIT
# The names are converted while they are unpacked.

echo 1 >"$HOME"/$'caf\xe9' && tar cf "$HOME/old.tar" -C "$HOME" $'caf\xe9'
LC_ALL=C tar xf "$HOME/old.tar" --transform $'s/\xe9/\xc3\xa9/' 2>&1 | grep -o 'Invalid argument'
ls
