# SPDX-License-Identifier: MIT
# git checkout removes a directory that is open somewhere, and cannot make it again.
# reported: WSL#2001, WSL#2152, WSL#1088 (B4)
# needs: git

git config --global safe.directory '*' # git of that time did not ask whose a repository is
git -c init.defaultBranch=main init -q .
git config user.name x && git config user.email x
git commit -q --allow-empty -m without && git checkout -q -b with
mkdir server && echo 1 >server/main && git add . && git commit -q -m with
exec 3<server
git checkout -q main
git checkout -q with
cat server/main
