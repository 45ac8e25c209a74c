# SPDX-License-Identifier: MIT
# git makes its objects read-only, and on a share it may then not write them; what it has made
# cannot be removed.
# reported: WSL#12051, WSL#40602 (C5); on a card WSL#5179, WSL#3607 (C6)
# needs: git

git init -q . && echo 1 >file
git add file 2>&1 | grep -o 'insufficient permission.*database'
git ls-files
rm -r .git/objects 2>&1 | grep -o 'Permission denied'
