# SPDX-License-Identifier: MIT
# git is told not to look at the bit.

git init -q . && git config core.fileMode false
echo text >README && git add README && git update-index --chmod=-x README
git diff
