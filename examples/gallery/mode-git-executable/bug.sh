# SPDX-License-Identifier: MIT
# Every file of a clone that was made elsewhere is executable, and so has changed.
# reported: WSL#936, WSL#184 (D14)
# needs: git

git init -q . && git config core.fileMode true
echo text >README && git add README && git update-index --chmod=-x README
git diff
