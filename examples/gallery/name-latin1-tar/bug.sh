# SPDX-License-Identifier: MIT
# An archive from before UTF-8 has names that NTFS cannot hold.
# reported: vendor source; on WSL1 WSL#3564 (H3)
# needs: tar, iconv

echo 1 >"$HOME"/$'caf\xe9' && tar cf "$HOME/old.tar" -C "$HOME" $'caf\xe9'
tar xf "$HOME/old.tar" 2>&1 | grep -o 'Invalid argument'
ls | iconv -f latin1 -t utf-8
