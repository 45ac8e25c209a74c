# SPDX-License-Identifier: MIT
# npm renames what it has unpacked, while an editor has a file in it open.
# reported: WSL#14, WSL#1375, WSL#2097, WSL#7622 (A6), WSL#1529 (A1)

mkdir -p node_modules/.staging/left-pad
exec 3>node_modules/.staging/left-pad/package.json # the editor
mv node_modules/.staging/left-pad node_modules/left-pad && ls node_modules
